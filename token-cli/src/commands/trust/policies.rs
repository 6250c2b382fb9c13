//! The policies of a file: that for server-to-server tokens, that for federated delegation, or both.

use std::path::{Path, PathBuf};

use clap::Args;
use token_core::Policy;
use token_core::dauth::DauthPolicy;
use token_core::policy::PolicyFileError;

use crate::error::CliError;
use crate::input;
use crate::redacted;

/// The halves of a policy file. At least one is there.
pub(in crate::commands) struct Policies {
    pub(in crate::commands) tokens: Option<Policy>,
    pub(in crate::commands) delegation: Option<DauthPolicy>,
}

impl Policies {
    /// Reads both halves: a half that is not there is no error, one that is broken is.
    pub(in crate::commands) fn read(path: &Path) -> Result<Self, CliError> {
        let file = File::read(path)?;
        let tokens = half(file.tokens()).map_err(|error| file.error(&error))?;
        let delegation = half(file.delegation()).map_err(|error| file.error(&error))?;
        Ok(Self { tokens, delegation })
    }
}

fn half<P>(read: Result<P, PolicyFileError>) -> Result<Option<P>, PolicyFileError> {
    match read {
        Ok(policy) => Ok(Some(policy)),
        Err(error) if error.is_other_half() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the policy for server-to-server tokens.
pub(in crate::commands) fn policy(path: &Path) -> Result<Policy, CliError> {
    let file = File::read(path)?;
    file.tokens().map_err(|error| file.error(&error))
}

/// The policy under which challenges are judged, where there is one.
#[derive(Debug, Args)]
pub(in crate::commands) struct ChallengePolicy {
    /// Judge the challenges under this policy: a TOML file, or JSON if it is named *.json
    #[arg(long, short, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl ChallengePolicy {
    pub(in crate::commands) fn read(&self) -> Result<Option<Policy>, CliError> {
        self.policy.as_deref().map(policy).transpose()
    }
}

/// A policy file: JSON where it is named so, else TOML.
struct File {
    name: String,
    text: String,
    is_json: bool,
}

impl File {
    fn read(path: &Path) -> Result<Self, CliError> {
        let bytes = input::read_bytes(path.as_os_str())?;
        let name = redacted::path(path);
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            CliError::Usage(format!("{name}: expected a policy in UTF-8, found another byte at {at}"))
        })?;
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Ok(Self { name, text, is_json })
    }

    fn tokens(&self) -> Result<Policy, PolicyFileError> {
        if self.is_json { Policy::from_json(&self.text) } else { Policy::from_toml(&self.text) }
    }

    fn delegation(&self) -> Result<DauthPolicy, PolicyFileError> {
        if self.is_json { DauthPolicy::from_json(&self.text) } else { DauthPolicy::from_toml(&self.text) }
    }

    fn error(&self, error: &PolicyFileError) -> CliError {
        CliError::Usage(format!("{}: {}", self.name, redacted::text(&error.to_string())))
    }
}
