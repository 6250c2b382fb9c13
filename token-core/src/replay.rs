//! S2S-36: tokens that were presented before. The only rule with a memory, so it stands beside the validator.
//!
//! S2S tokens have no `jti` and live for hours, and legitimate clients use one token many times: a second sight is
//! reported, never refused (RFC 8725 section 2.7; attack J20).

use std::fmt;

use crate::memory::{Memory, digest};
use crate::time::UnixTime;
use crate::verdict::{Check, Evidence, Finding, Outcome, Part, RuleId};

/// Remembers tokens by their SHA-256 until they expire. Bounded: the token that expires first is forgotten first.
pub struct ReplayWatch(Memory);

impl ReplayWatch {
    /// Makes a watch that remembers at most so many tokens, about 150 bytes each.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Memory::new(capacity))
    }

    /// Takes note of a token, and says whether it was seen before.
    ///
    /// Takes the whole compact token, the time until which it is worth remembering, and the time of its arrival. Only
    /// accepted tokens should be shown to the watch: others cannot do harm, but would fill it.
    ///
    /// # Findings
    /// `S2S-36`, passed or reported.
    pub fn observe(&mut self, token: &[u8], expires: UnixTime, now: UnixTime) -> Finding {
        let check = Check::new(RuleId::S2s36, Part::Input);
        let expected = "a token that was not seen before";
        match self.0.first_sight(digest([token]), expires, now) {
            Some(at) => {
                let seen = format!("the same token at {at}");
                check.finding(Outcome::Reported, Evidence::new(expected, seen))
            }
            None => check.finding(Outcome::Passed, Evidence::new(expected, "a new one")),
        }
    }

    /// Returns how many tokens are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

/// Shows only how much is remembered.
impl fmt::Debug for ReplayWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayWatch of {} tokens, at most {}", self.len(), self.0.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn observe_second_sight_reported_with_the_first() {
        let mut watch = ReplayWatch::new(8);
        assert_eq!(watch.observe(b"a", at(100), at(10)).outcome, Outcome::Passed);
        assert_eq!(watch.observe(b"b", at(100), at(11)).outcome, Outcome::Passed);
        let again = watch.observe(b"a", at(100), at(12));
        assert_eq!(again.outcome, Outcome::Reported);
        assert!(again.seen.contains("1970-01-01T00:00:10Z"), "{}", again.seen);
    }

    #[test]
    fn observe_expired_tokens_forgotten() {
        let mut watch = ReplayWatch::new(8);
        let _ = watch.observe(b"a", at(100), at(10));
        let _ = watch.observe(b"b", at(200), at(101));
        assert_eq!(watch.len(), 1);
        assert_eq!(watch.observe(b"a", at(300), at(101)).outcome, Outcome::Passed);
    }

    #[test]
    fn observe_memory_bounded() {
        let mut watch = ReplayWatch::new(4);
        for i in 0..1000_u64 {
            let _ = watch.observe(&i.to_be_bytes(), at(10_000 + i), at(1));
            assert!(watch.len() <= 4);
        }
        // What expires last is remembered.
        assert_eq!(watch.observe(&999_u64.to_be_bytes(), at(0), at(1)).outcome, Outcome::Reported);
        assert!(!ReplayWatch::new(0).observe(b"a", at(9), at(1)).seen.is_empty());
    }
}
