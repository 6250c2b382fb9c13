//! The difference between two sets of keys: which appeared, which left, which will expire.

use serde::Serialize;
use token_core::UnixTime;
use token_core::keys::{Key, KeySet};

use super::fetched::id;
use crate::{clock, redacted};

/// What changed, each list in the order of the documents.
#[derive(Debug, Serialize)]
pub(crate) struct DiffView {
    pub(crate) appeared: Vec<KeyName>,
    pub(crate) left: Vec<KeyName>,
    /// Keys of the newer set whose certificates end soon or have ended.
    pub(crate) expiring: Vec<KeyName>,
    pub(crate) unchanged: usize,
}

/// A key, so that people find it again.
#[derive(Debug, Serialize)]
pub(crate) struct KeyName {
    pub(crate) issuer: String,
    pub(crate) id: String,
    pub(crate) subject: Option<String>,
    pub(crate) not_after: Option<String>,
    pub(crate) expires: Option<String>,
}

impl DiffView {
    pub(crate) fn of(old: &KeySet, new: &KeySet, now: UnixTime, warn_days: u64) -> Self {
        let name = |key: &Key| KeyName::of(key, now);
        let appeared: Vec<_> = new.keys().iter().filter(|key| !has(old, key)).map(name).collect();
        let left = old.keys().iter().filter(|key| !has(new, key)).map(name).collect();
        let soon = now.plus(std::time::Duration::from_secs(warn_days.saturating_mul(86_400)));
        let ends = |key: &&Key| key.certificate().is_some_and(|certificate| certificate.not_after <= soon);
        let expiring = new.keys().iter().filter(ends).map(name).collect();
        let unchanged = new.keys().len().saturating_sub(appeared.len());
        Self { appeared, left, expiring, unchanged }
    }
}

/// Whether a set has a key under the same issuer and the same ids.
fn has(set: &KeySet, key: &Key) -> bool {
    set.of_issuer(key.issuer())
        .any(|other| other.rsa() == key.rsa() && other.x5t() == key.x5t() && other.kid() == key.kid())
}

impl KeyName {
    fn of(key: &Key, now: UnixTime) -> Self {
        let certificate = key.certificate();
        Self {
            issuer: redacted::text(key.issuer()),
            id: id(key),
            subject: certificate.map(|certificate| certificate.subject.clone()),
            not_after: certificate.map(|certificate| certificate.not_after.to_string()),
            expires: certificate.map(|certificate| clock::relative(certificate.not_after, now)),
        }
    }
}
