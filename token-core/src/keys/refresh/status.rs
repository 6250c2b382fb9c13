//! What a refresher says of itself: the state of each source, counters, and the last failure.

use std::fmt;

use super::error::FetchError;
use crate::keys::DocumentDigest;
use crate::time::UnixTime;

/// How far the keys of a source can be relied on; the states of the diagram in `docs/keys.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// Confirmed by the source, for as long as that holds.
    Fresh,
    /// In use, and to be confirmed: the fetch is under way, or the keys are from an earlier run.
    Stale,
    /// In use although the source could not be asked, for a bounded time.
    LastKnownGood,
    /// There are none: not yet, or not any more.
    Down,
}

impl KeyState {
    /// Returns the state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::LastKnownGood => "last known good",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The state of one source. Its texts are safe to print.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStatus {
    /// The issuer, in the policy's spelling.
    pub issuer: String,
    /// The configured URL or file.
    pub source: String,
    /// The URL or file from which the document in use came: behind a discovery document, or after failing over,
    /// another one.
    pub document: Option<String>,
    /// The digest of the document in use.
    pub sha256: Option<DocumentDigest>,
    /// How far the keys can be relied on.
    pub state: KeyState,
    /// How many usable keys the document in use has.
    pub keys: usize,
    /// Whether only the connection vouches for the document: it has a signature that was not checked.
    pub unverified: bool,
    /// When the document in use was last confirmed.
    pub confirmed: Option<UnixTime>,
    /// When it is given up unless it is confirmed before.
    pub closes: Option<UnixTime>,
    /// When the next attempt is due.
    pub due: UnixTime,
    /// What happened so far.
    pub counters: KeyCounters,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<FetchError>,
}

/// What happened at a source since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyCounters {
    /// Attempts that were begun.
    pub attempts: u64,
    /// Attempts that brought a document which was taken.
    pub documents: u64,
    /// Attempts that brought the word that nothing has changed, or the same document again.
    pub unchanged: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Unknown key ids that asked for an attempt.
    pub asked: u64,
}
