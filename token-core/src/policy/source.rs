//! The text of a policy file, and where in it an error stands. Shared by all that read a table of such a file.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Reads a TOML text as a table of known members.
pub(crate) fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, PolicyFileError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map(|span| span.start);
        let place = at.map(|at| Place::of(text, at));
        PolicyFileError { message: error.message().to_owned(), place, is_other_half: false }
    })
}

/// Reads a JSON text as an object of known members.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, PolicyFileError> {
    serde_json::from_str(text).map_err(|error| {
        let place = Place { line: error.line(), column: error.column() };
        // Serde_json writes the place behind its message; here it has a field of its own.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        PolicyFileError { message: message.to_owned(), place: Some(place), is_other_half: false }
    })
}

/// Which halves of a policy file are there, whatever stands in them.
#[derive(Deserialize)]
pub(crate) struct Halves {
    audience: Option<IgnoredAny>,
    issuer: Option<IgnoredAny>,
    dauth: Option<IgnoredAny>,
}

impl Halves {
    /// Whether the file is about federated delegation alone.
    pub(crate) const fn has_dauth_alone(&self) -> bool {
        self.dauth.is_some() && self.audience.is_none() && self.issuer.is_none()
    }

    /// Whether the file is about server-to-server tokens alone.
    #[cfg(feature = "dauth")]
    pub(crate) const fn lacks_dauth(&self) -> bool {
        self.dauth.is_none()
    }
}

/// Why a policy file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFileError {
    message: String,
    place: Option<Place>,
    is_other_half: bool,
}

impl PolicyFileError {
    /// Makes an error about the file as a whole.
    pub(crate) fn of_whole(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, is_other_half: false }
    }

    /// Makes an error about a file that is the other policy alone.
    pub(crate) fn of_other_half(message: impl Into<String>) -> Self {
        Self { is_other_half: true, ..Self::of_whole(message) }
    }

    /// Returns whether nothing is wrong with the file but that the wanted policy is not in it: it is for server-to-server
    /// tokens alone, or for federated delegation alone.
    #[must_use]
    pub const fn is_other_half(&self) -> bool {
        self.is_other_half
    }

    /// Returns the line, from 1, where the error stands, if it stands at one place.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.place.map(|place| place.line)
    }
}

impl fmt::Display for PolicyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyFileError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        Self { line, column }
    }
}
