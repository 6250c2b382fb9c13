//! The password of encrypted key files: from a file or the environment, never from the arguments, which everybody on the
//! machine can see.

use std::path::Path;

use zeroize::Zeroizing;

use super::read;
use crate::console::Console;
use crate::error::CliError;
use crate::redacted;

/// Names the password where no file does.
pub(super) const VARIABLE: &str = "S2S_KEY_PASSWORD";

/// Bytes of the longest password. 4 KiB: nobody's has more.
const MAX_PASSWORD: usize = 4 * 1024;

/// A password, overwritten when it goes. It cannot be printed.
pub(crate) struct Password(Zeroizing<String>);

impl Password {
    /// Takes the password from a file, else from the environment; an empty variable is none.
    pub(crate) fn find(file: Option<&Path>, console: &Console) -> Result<Option<Self>, CliError> {
        match file {
            Some(path) => Self::of_file(path, console).map(Some),
            None => match std::env::var(VARIABLE).map(Zeroizing::new) {
                Ok(password) => Ok(Some(Self(password)).filter(|password| !password.0.is_empty())),
                Err(std::env::VarError::NotPresent) => Ok(None),
                Err(std::env::VarError::NotUnicode(_)) => {
                    Err(CliError::Usage(format!("{VARIABLE}: expected text in UTF-8, found other bytes")))
                }
            },
        }
    }

    /// Takes the first line of a file that has no other.
    fn of_file(path: &Path, console: &Console) -> Result<Self, CliError> {
        let bytes = read(path, MAX_PASSWORD, console)?;
        let error = |found: &str| {
            let name = redacted::path(path);
            Err(CliError::Usage(format!("{name}: expected a password, one line of UTF-8, found {found}")))
        };
        let Ok(text) = std::str::from_utf8(&bytes) else { return error("other bytes") };
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        match line {
            "" => error("none"),
            line if line.contains(['\r', '\n']) => error("more than one line"),
            line => Ok(Self(Zeroizing::new(line.to_owned()))),
        }
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
