//! The shape of a rule. The rules themselves stand in `catalogue.rs`, the attacks in `attacks.rs`.

use std::fmt;

pub use super::catalogue::RuleId;

/// What breaking a rule does to the verdict, unless the policy says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The finding is reported; the verdict stands.
    Warning,
    /// The finding decides the verdict.
    Error,
}

impl Severity {
    /// Returns the severity as it is spelled in machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The stable identifier; never reused for another rule.
    pub id: RuleId,
    /// What holds when the rule is kept, in one sentence.
    pub title: &'static str,
    /// What breaking it does to the verdict, unless the policy says otherwise.
    pub severity: Severity,
    /// The clause of the specification, or the ruling, that the rule rests on.
    pub clause: &'static str,
    /// Why the rule exists: what goes wrong where it is not checked.
    pub why: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
}

impl RuleId {
    /// Finds a rule by its identifier, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A known attack or mistake, and the rules that catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attack {
    /// The number in the list of attacks, `J1` to `J26` for tokens and challenges, `D1` to `D18` for federated delegation.
    pub id: &'static str,
    /// What the attacker does, in one sentence.
    pub title: &'static str,
    /// The rules of which at least one reports the attack.
    pub rules: &'static [RuleId],
    /// Where the attack was described.
    pub reference: &'static str,
}

impl Attack {
    /// Finds an attack by its number, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|attack| attack.id.eq_ignore_ascii_case(text))
    }
}
