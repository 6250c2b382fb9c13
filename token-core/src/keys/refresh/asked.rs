//! Remembers which unknown key ids have caused a refresh, so that one id does not cause the next one, too.
//!
//! The memory is fixed and free of locks: a table of digests in which a later id takes the place of an earlier one with
//! the same slot. What is forgotten through that costs at most one fetch for each cool-down.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::keys::KeyId;

/// Ids that are remembered at once. 1024: 8 KiB for each source; real clients with outdated keys are a handful.
const SLOTS: usize = 1024;

pub(super) struct AskedIds {
    /// Keyed with random numbers: nobody outside can choose ids that displace each other.
    hasher: RandomState,
    slots: Box<[AtomicU64]>,
}

impl AskedIds {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Notes an id, and returns whether it was not there.
    pub(super) fn insert(&self, id: &KeyId<'_>) -> bool {
        let parts = (id.x5t.map(|x5t| *x5t.as_bytes()), id.x5t_s256.map(|x5t| *x5t.as_bytes()), id.kid);
        // Zero means empty.
        let digest = self.hasher.hash_one(parts) | 1;
        let bucket = usize::try_from((digest >> 1) & 0xffff).unwrap_or_default() & (SLOTS - 1);
        let Some(slot) = self.slots.get(bucket) else { return true };
        // Read first: a flood of one id must not make the processors pass the cache line around.
        slot.load(Ordering::Relaxed) != digest && slot.swap(digest, Ordering::Relaxed) != digest
    }

    pub(super) fn clear(&self) {
        for slot in &self.slots {
            slot.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kid(kid: &str) -> KeyId<'_> {
        KeyId { kid: Some(kid), ..KeyId::default() }
    }

    #[test]
    fn asked_ids_told_apart_and_remembered() {
        let asked = AskedIds::new();
        assert!(asked.insert(&kid("a")));
        assert!(!asked.insert(&kid("a")));
        let x5t = crate::keys::X5t::from_bytes([7; 20]);
        let with_thumbprint = KeyId { x5t: Some(x5t), ..kid("a") };
        assert!(asked.insert(&with_thumbprint));
        assert!(!asked.insert(&with_thumbprint));
        asked.clear();
        assert!(asked.insert(&with_thumbprint));
    }

    #[test]
    fn asked_ids_memory_does_not_grow_with_their_number() {
        let asked = AskedIds::new();
        let fresh = (0..100_000).filter(|n| asked.insert(&kid(&n.to_string()))).count();
        assert_eq!((fresh, asked.slots.len()), (100_000, SLOTS));
        // It still works, and most of the last ids are there.
        let known = (99_900..100_000).filter(|n| !asked.insert(&kid(&n.to_string()))).count();
        assert!(known > 50, "{known} of the last 100");
    }
}
