//! The two streams: data on stdout, messages on stderr; colour where somebody sees it.
//!
//! Follows docs/cli.md: `NO_COLOR` and `--color` decide, a closed pipe ends the run quietly.

use std::io::{self, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};

use crate::args::Color;
use crate::error::CliError;

/// Text is handed over in pieces of about this size: a pipe takes 64 KiB at once.
const PIECE: usize = 64 * 1024;

/// Columns where nobody says how many there are, in a file or a pipe: what every pager has.
const WIDTH_ELSEWHERE: usize = 80;

/// Lines longer than this are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 140;

/// Below this nothing can be laid out; the terminal then wraps by itself.
const MIN_WIDTH: usize = 40;

/// Where output goes.
pub(crate) struct Console {
    stdout: AutoStream<StdoutLock<'static>>,
    buffer: Vec<u8>,
}

impl Console {
    pub(crate) fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        // Stderr follows the same flag.
        choice.write_global();
        Self { stdout: AutoStream::new(io::stdout().lock(), choice), buffer: Vec::new() }
    }

    /// Returns how many columns there are.
    pub(crate) fn width(&self) -> usize {
        let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        columns.unwrap_or(WIDTH_ELSEWHERE).clamp(MIN_WIDTH, MAX_WIDTH)
    }

    /// Writes data.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), CliError> {
        self.buffer.extend_from_slice(text.as_bytes());
        if self.buffer.len() >= PIECE || io::stdout().is_terminal() { self.flush() } else { Ok(()) }
    }

    /// Hands over what was written so far.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        let buffer = std::mem::take(&mut self.buffer);
        self.stdout.write_all(&buffer)?;
        self.stdout.flush()?;
        Ok(())
    }

    pub(crate) fn note(&self, message: &str) {
        to_stderr(&format!("s2s: {message}\n"));
    }

    pub(crate) fn warning(&self, message: &str) {
        let style = anstyle::AnsiColor::Yellow.on_default().bold();
        to_stderr(&format!("s2s: {style}warning:{style:#} {message}\n"));
    }

    pub(crate) fn error(&self, message: &str) {
        let style = anstyle::AnsiColor::Red.on_default().bold();
        to_stderr(&format!("s2s: {style}error:{style:#} {message}\n"));
    }
}

/// Writes a message. Where even stderr is closed there is nobody left to tell.
pub(crate) fn to_stderr(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}
