//! Where a validator takes its keys from: a fixed set, or something that keeps one up to date.

use std::ops::Deref;
use std::sync::Arc;

use super::set::{KeyId, KeySet};

/// Something that holds the current keys.
///
/// A validator asks for the snapshot once for each token, and never waits for it.
pub trait KeySource {
    /// Returns the current snapshot.
    fn current(&self) -> impl Deref<Target = KeySet>;

    /// Takes note that a trusted issuer lacks a key that a token names. Must return at once.
    ///
    /// It is called only when no rule about the claims was broken, so that invented tokens cannot cause it cheaply.
    fn missed(&self, issuer: &str, id: &KeyId<'_>) {
        let _ = (issuer, id);
    }
}

impl KeySource for KeySet {
    fn current(&self) -> impl Deref<Target = KeySet> {
        self
    }
}

impl KeySource for Arc<KeySet> {
    fn current(&self) -> impl Deref<Target = KeySet> {
        &**self
    }
}

impl<K: KeySource + ?Sized> KeySource for &K {
    fn current(&self) -> impl Deref<Target = KeySet> {
        (**self).current()
    }

    fn missed(&self, issuer: &str, id: &KeyId<'_>) {
        (**self).missed(issuer, id);
    }
}
