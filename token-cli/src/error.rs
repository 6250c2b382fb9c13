//! What goes wrong around the tokens: the environment and the arguments, never a judgement.

use std::fmt;
use std::io;
use std::path::Path;

use crate::exit::Exit;
use crate::redacted;

/// Why the tool cannot do what it was asked for. Holds no token.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The arguments or a policy are wrong.
    Usage(String),
    /// A file cannot be read, or the output not be written.
    Io(String),
    /// An input holds nothing that the command looks for.
    Nothing(String),
    /// Whoever read the output is gone.
    Closed,
}

impl CliError {
    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        Self::Io(format!("{}: cannot be read: {}", redacted::path(path), lower(&error.to_string())))
    }

    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Io(_) => Exit::Failed,
            Self::Nothing(_) => Exit::Nothing,
            Self::Closed => Exit::Closed,
        }
    }
}

/// The error of writing to stdout.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Io(format!("the output cannot be written: {}", lower(&error.to_string()))),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Io(message) | Self::Nothing(message) => f.write_str(message),
            Self::Closed => f.write_str("the output was closed"),
        }
    }
}

/// Begins a message of the system as ours begin.
fn lower(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
