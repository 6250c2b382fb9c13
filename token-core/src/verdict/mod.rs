//! What the checks found and what follows from it: rules, findings, verdicts, reviews.
//!
//! A rule is written once and reports to a sink: one stops at the first finding that decides the
//! verdict (`validate`), the other keeps all of them (`review`). So the two cannot disagree.

mod attacks;
mod catalogue;
mod finding;
mod review;
mod rule;
mod sink;

pub use finding::{Finding, Location, Outcome, Part};
pub(crate) use review::broken;
pub use review::{Rejection, Review};
pub use rule::{Attack, Rule, RuleId, Severity};
pub(crate) use sink::{Check, Collect, Evidence, FirstFailure, Flow, Sink};

/// What is to be done with the token.
///
/// The order is the order of trust. An unsigned token is never upgraded: a request is `Valid` only through a valid
/// actor token, a proven binding between the layers, and a policy that allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use]
#[non_exhaustive]
pub enum Verdict {
    /// Nobody signed the token: there is nothing that could be verified.
    Unsigned,
    /// At least one rule that decides was broken.
    Invalid,
    /// The token breaks no rule, but it could not be verified: the keys of its issuer are not at hand.
    #[default]
    Indeterminate,
    /// Every rule that decides was checked, and held.
    Valid,
}

impl Verdict {
    /// Returns the verdict as it is spelled in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Invalid => "invalid",
            Self::Indeterminate => "indeterminate",
            Self::Valid => "valid",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
