//! What was seen before, by its SHA-256 and until a time: the memory of the rules against replay.
//!
//! Bounded: what expires first is forgotten first.

use std::collections::{BTreeSet, HashMap};

use ring::digest::{Context, SHA256};

use crate::time::UnixTime;

/// The digest of what is remembered.
pub(crate) type Digest = [u8; 32];

/// Remembers digests with the time of their first sight, about 150 bytes each.
pub(crate) struct Memory {
    first_seen: HashMap<Digest, UnixTime>,
    by_expiry: BTreeSet<(UnixTime, Digest)>,
    capacity: usize,
    forgotten_early: u64,
}

impl Memory {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { first_seen: HashMap::new(), by_expiry: BTreeSet::new(), capacity, forgotten_early: 0 }
    }

    /// Returns when it was seen first, if it was and is remembered; if not, it is remembered until it expires.
    pub(crate) fn first_sight(
        &mut self,
        digest: Digest,
        expires: UnixTime,
        now: UnixTime,
    ) -> Option<UnixTime> {
        self.forget_until(now);
        if let Some(at) = self.first_seen.get(&digest) {
            return Some(*at);
        }
        if self.capacity > 0 && expires >= now {
            if self.first_seen.len() >= self.capacity {
                self.forgotten_early = self.forgotten_early.saturating_add(1);
                self.forget_first();
            }
            self.first_seen.insert(digest, now);
            self.by_expiry.insert((expires, digest));
        }
        None
    }

    pub(crate) fn len(&self) -> usize {
        self.first_seen.len()
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns how often something was forgotten before it expired, to make room.
    #[cfg(feature = "dauth")]
    pub(crate) const fn forgotten_early(&self) -> u64 {
        self.forgotten_early
    }

    fn forget_until(&mut self, now: UnixTime) {
        while self.by_expiry.first().is_some_and(|(expires, _)| *expires < now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, digest)) = self.by_expiry.pop_first() {
            self.first_seen.remove(&digest);
        }
    }
}

/// Digests parts, each with its length before it but the last, so that no other parts make the same.
pub(crate) fn digest<const N: usize>(parts: [&[u8]; N]) -> Digest {
    let mut context = Context::new(&SHA256);
    for (left, part) in (0..N).rev().zip(parts) {
        if left > 0 {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        }
        context.update(part);
    }
    let mut bytes = [0; 32];
    // Both have the length of the digest.
    for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn memory_bounded_and_what_expires_first_forgotten_first() {
        let mut memory = Memory::new(4);
        for i in 0..1000_u64 {
            assert_eq!(memory.first_sight(digest([&i.to_be_bytes()]), at(10_000 + i), at(1)), None);
            assert!(memory.len() <= 4 && memory.by_expiry.len() == memory.first_seen.len());
        }
        assert_eq!(memory.forgotten_early, 996);
        for i in 996..1000_u64 {
            assert_eq!(memory.first_sight(digest([&i.to_be_bytes()]), at(0), at(2)), Some(at(1)));
        }
        // What has expired is forgotten without harm, and only then.
        assert_eq!(memory.first_sight(digest([b"a"]), at(20_000), at(10_999)), None);
        assert_eq!((memory.len(), memory.forgotten_early), (2, 996));
    }

    #[test]
    fn memory_without_room_remembers_nothing() {
        let mut memory = Memory::new(0);
        for _ in 0..2 {
            assert_eq!(memory.first_sight(digest([b"a"]), at(9), at(1)), None);
        }
    }

    #[test]
    fn digest_of_one_part_plain_of_many_unambiguous() {
        let plain = ring::digest::digest(&SHA256, b"abc");
        assert_eq!(digest([b"abc"]), plain.as_ref());
        assert_ne!(digest([b"ab", b"c"]), digest([b"a", b"bc"]));
    }
}
