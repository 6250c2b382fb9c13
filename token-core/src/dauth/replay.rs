//! DA-14: assertions that were presented before. The only rule of federated delegation with a memory.
//!
//! Follows the WS-Security SAML token profile 1.1 section 6.3. An assertion is known by its issuer and its AssertionID,
//! which SAML 1.1 core section 1.3.6 makes unique; its bytes are another each time that it is encrypted again.

use std::fmt;

use super::policy::SecondSight;
use super::validator::Delegation;
use crate::memory::{Memory, digest};
use crate::time::UnixTime;
use crate::verdict::{Check, Evidence, Finding, Outcome, Part, RuleId};

/// Remembers assertions by issuer and AssertionID until they are too old to be accepted.
///
/// Bounded: what expires first is forgotten first, about 150 bytes each. It must be shown accepted assertions alone:
/// others cannot do harm, but whoever writes them would decide what is forgotten. Whoever is issued more assertions than
/// the watch has room for can still make it forget one before its time; [`AssertionWatch::forgotten_early`] tells.
pub struct AssertionWatch {
    memory: Memory,
    second_sight: SecondSight,
}

impl AssertionWatch {
    /// Makes a watch that remembers at most so many assertions.
    #[must_use]
    pub fn new(capacity: usize, second_sight: SecondSight) -> Self {
        Self { memory: Memory::new(capacity), second_sight }
    }

    /// Takes note of an accepted assertion, and says whether it was seen before.
    ///
    /// Takes what the validator made of it, and the time of its arrival. It is remembered for as long as the validator would
    /// accept it, skew included.
    ///
    /// # Findings
    /// `DA-14`: passed, or what the watch was made for.
    pub fn observe(&mut self, accepted: &Delegation, now: UnixTime) -> Finding {
        self.observe_id(&accepted.issuer, &accepted.assertion_id, accepted.usable_until, now)
    }

    fn observe_id(&mut self, issuer: &str, id: &str, until: UnixTime, now: UnixTime) -> Finding {
        let check = Check::new(RuleId::Da14, Part::Assertion).claim("AssertionID");
        let expected = "an assertion that was not presented before";
        let digest = digest([issuer.as_bytes(), id.as_bytes()]);
        match (self.memory.first_sight(digest, until, now), self.second_sight) {
            (None, _) => check.finding(Outcome::Passed, Evidence::new(expected, "a new one")),
            (Some(at), second_sight) => {
                let outcome = match second_sight {
                    SecondSight::Refuse => Outcome::Refused,
                    SecondSight::Report => Outcome::Reported,
                };
                check.finding(outcome, Evidence::new(expected, format_args!("the same assertion at {at}")))
            }
        }
    }

    /// Returns how many assertions are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Returns whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.memory.len() == 0
    }

    /// Returns how many assertions were forgotten before their time, for lack of room: each could be presented again.
    #[must_use]
    pub const fn forgotten_early(&self) -> u64 {
        self.memory.forgotten_early()
    }
}

/// Shows only how much is remembered.
impl fmt::Debug for AssertionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssertionWatch of {} assertions, at most {}", self.len(), self.memory.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "urn:federation:MicrosoftOnline";

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn assertion_presented_again_refused_or_reported() {
        for (second_sight, outcome) in
            [(SecondSight::Refuse, Outcome::Refused), (SecondSight::Report, Outcome::Reported)]
        {
            let mut watch = AssertionWatch::new(8, second_sight);
            assert_eq!(watch.observe_id(ISSUER, "uuid-1", at(100), at(10)).outcome, Outcome::Passed);
            assert_eq!(watch.observe_id(ISSUER, "uuid-2", at(100), at(11)).outcome, Outcome::Passed);
            let again = watch.observe_id(ISSUER, "uuid-1", at(100), at(100));
            assert_eq!((again.rule, again.outcome), (RuleId::Da14, outcome));
            assert!(again.seen.contains("1970-01-01T00:00:10Z"), "{}", again.seen);
        }
    }

    #[test]
    fn assertion_of_another_issuer_is_another() {
        let mut watch = AssertionWatch::new(8, SecondSight::Refuse);
        for (issuer, id) in [("a", "bc"), ("ab", "c"), ("a", "BC"), ("A", "bc"), ("abc", ""), ("", "abc")] {
            assert_eq!(
                watch.observe_id(issuer, id, at(100), at(10)).outcome,
                Outcome::Passed,
                "{issuer}, {id}"
            );
        }
        assert_eq!(watch.len(), 6);
    }

    #[test]
    fn assertion_remembered_to_the_last_second() {
        let mut watch = AssertionWatch::new(8, SecondSight::Refuse);
        let _ = watch.observe_id(ISSUER, "uuid-1", at(2060), at(1000));
        assert_eq!(watch.observe_id(ISSUER, "uuid-1", at(2060), at(2060)).outcome, Outcome::Refused);
        assert_eq!(watch.observe_id(ISSUER, "uuid-1", at(2060), at(2061)).outcome, Outcome::Passed);
    }

    #[test]
    fn watch_that_is_full_tells_what_it_forgot() {
        let mut watch = AssertionWatch::new(2, SecondSight::Refuse);
        for id in ["1", "2", "3"] {
            let _ = watch.observe_id(ISSUER, id, at(100), at(10));
        }
        assert_eq!((watch.len(), watch.forgotten_early()), (2, 1));
        assert_eq!(format!("{watch:?}"), "AssertionWatch of 2 assertions, at most 2");
    }
}
