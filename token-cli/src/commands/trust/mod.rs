//! What a run trusts: the policies of a file, the keys of the issuers in it, and the own private keys.

mod keys;
mod own;
mod policies;

pub(super) use keys::keys;
pub(crate) use own::DecryptKeys;
pub(super) use policies::{ChallengePolicy, Policies, policy};

use token_core::keys::KeySet;

use crate::report::{FindingView, SnapshotView};

/// What a load of keys came to.
pub(super) struct Trust {
    pub(super) keys: KeySet,
    pub(super) findings: Vec<FindingView>,
    /// The snapshots that keys were taken from.
    pub(super) snapshots: Vec<SnapshotView>,
}

fn is_url(source: &str) -> bool {
    source.contains("://")
}
