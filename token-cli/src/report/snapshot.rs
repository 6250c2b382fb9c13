//! A pinned snapshot as reports name it: which file, from when, with which digest.

use serde::Serialize;
use token_core::keys::{DocumentDigest, Snapshot};

/// What identifies a snapshot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SnapshotView {
    pub(crate) input: String,
    pub(crate) taken: String,
    /// The digest of the whole file.
    pub(crate) sha256: String,
}

impl SnapshotView {
    pub(crate) fn of(input: String, bytes: &[u8], snapshot: &Snapshot) -> Self {
        Self { input, taken: snapshot.taken.to_string(), sha256: DocumentDigest::of(bytes).to_string() }
    }
}

impl std::fmt::Display for SnapshotView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}, sha256 {}", self.input, self.taken, self.sha256)
    }
}
