//! The own private keys, as the command line names them.

use std::path::PathBuf;

use clap::Args;
use token_core::dauth::OwnKeys;

use crate::console::Console;
use crate::error::CliError;
use crate::own_keys::{self, Password};

/// Where private keys are, and what opens them.
#[derive(Debug, Args)]
pub(crate) struct DecryptKeys {
    /// A file with the private key of an own certificate, to open encrypted tokens: PEM, DER or PFX; may be repeated
    ///
    /// The certificate beside the key says under which identifier tokens name it. The key is never printed, and is erased
    /// from memory at the end.
    #[arg(long = "decrypt-key", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// A file with the password of encrypted key files; without it, the variable S2S_KEY_PASSWORD
    #[arg(long = "decrypt-key-password-file", value_name = "FILE", requires = "files")]
    password_file: Option<PathBuf>,
}

impl DecryptKeys {
    pub(crate) fn load(&self, console: &Console) -> Result<OwnKeys, CliError> {
        if self.files.is_empty() {
            return Ok(OwnKeys::new());
        }
        let password = Password::find(self.password_file.as_deref(), console)?;
        own_keys::load(&self.files, password.as_ref(), console)
    }
}
