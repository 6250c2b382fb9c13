//! Remembers, during one validation, which refresh its unknown key is worth waiting for.

use std::cell::Cell;
use std::ops::Deref;

use super::refresher::{Pending, Refresher};
use crate::keys::{KeyId, KeySet, KeySource};

/// A refresher as one validation sees it that may wait.
pub(crate) struct Asking<'r> {
    refresher: &'r Refresher,
    pending: Cell<Option<Pending>>,
}

impl<'r> Asking<'r> {
    pub(crate) const fn new(refresher: &'r Refresher) -> Self {
        Self { refresher, pending: Cell::new(None) }
    }

    pub(crate) fn into_pending(self) -> Option<Pending> {
        self.pending.into_inner()
    }
}

impl KeySource for Asking<'_> {
    fn current(&self) -> impl Deref<Target = KeySet> {
        self.refresher.current()
    }

    fn missed(&self, issuer: &str, id: &KeyId<'_>) {
        self.pending.set(self.refresher.ask(issuer, id));
    }
}
