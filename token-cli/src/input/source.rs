//! Inputs as they are typed: which argument is a file, which is a token; and reading within a bound.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::line;
use crate::error::CliError;
use crate::redacted;

/// Bytes that are read of one input. 16 MiB: a day's capture of a busy server has some thousand tokens of 2 KiB.
const MAX_INPUT: usize = 16 * 1024 * 1024;

/// Where an input is.
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
    /// The argument itself is the token.
    Argument(String),
}

impl Source {
    /// Names the input for reports.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => redacted::path(path),
            Self::Argument(_) => "argument".to_owned(),
        }
    }

    /// Reads the whole input.
    pub(crate) fn read(&self) -> Result<Vec<u8>, CliError> {
        match self {
            Self::Argument(text) => Ok(text.clone().into_bytes()),
            Self::Stdin => read_bytes(OsStr::new("-")),
            Self::File(path) => read_bytes(path.as_os_str()),
        }
    }
}

/// Resolves the arguments; without any the input is stdin.
pub(crate) fn sources(arguments: &[OsString]) -> Vec<Source> {
    if arguments.is_empty() {
        return vec![Source::Stdin];
    }
    arguments.iter().map(|argument| resolve(argument)).collect()
}

fn resolve(argument: &OsStr) -> Source {
    if argument == "-" {
        return Source::Stdin;
    }
    let path = Path::new(argument);
    match argument.to_str() {
        // A file that is there is meant, whatever its name looks like.
        Some(text) if is_token(text) && !path.exists() => Source::Argument(text.to_owned()),
        _ => Source::File(path.to_owned()),
    }
}

fn is_token(argument: &str) -> bool {
    line::looks_like_token(argument.trim().as_bytes()) || argument.trim_start().starts_with('{')
}

/// Reads a file, or stdin for `-`, within the bound.
pub(crate) fn read_bytes(path: &OsStr) -> Result<Vec<u8>, CliError> {
    let name = Path::new(path);
    let error = |error: &io::Error| CliError::reading(name, error);
    let mut bytes = Vec::new();
    // One more than allowed tells a full input from one that is too large.
    let bound = MAX_INPUT as u64 + 1;
    if path == "-" {
        io::stdin().lock().take(bound).read_to_end(&mut bytes).map_err(|e| error(&e))?;
    } else {
        File::open(name).and_then(|file| file.take(bound).read_to_end(&mut bytes)).map_err(|e| error(&e))?;
    }
    if bytes.len() > MAX_INPUT {
        let name = redacted::path(name);
        return Err(CliError::Io(format!("{name}: expected at most {MAX_INPUT} bytes, found more")));
    }
    Ok(bytes)
}
