//! Where rules report to. `validate` and `review` differ in nothing but the sink.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::ControlFlow;

use super::finding::{Finding, Location, Outcome, Part};
use super::rule::{RuleId, Severity};
use crate::redact;

/// Whether to go on with the next check.
pub(crate) type Flow = ControlFlow<()>;

/// A rule, and the place it is applied to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub(crate) rule: RuleId,
    pub(crate) location: Location,
}

impl Check {
    pub(crate) const fn new(rule: RuleId, part: Part) -> Self {
        Self { rule, location: Location::of(part) }
    }

    /// Narrows the check to one claim or header member.
    pub(crate) const fn claim(mut self, name: &'static str) -> Self {
        self.location.claim = Some(name);
        self
    }

    /// Narrows the check to one entry of a list.
    pub(crate) const fn entry(mut self, index: usize) -> Self {
        self.location.entry = Some(index);
        self
    }

    /// Narrows the check to one byte of the input.
    pub(crate) const fn at(mut self, offset: Option<usize>) -> Self {
        self.location.at = offset;
        self
    }

    /// The outcome that the catalogue's severity gives.
    const fn outcome(self, holds: bool) -> Outcome {
        match (holds, self.rule.rule().severity) {
            (true, _) => Outcome::Passed,
            (false, Severity::Error) => Outcome::Refused,
            (false, Severity::Warning) => Outcome::Reported,
        }
    }

    /// Makes a finding of this check.
    pub(crate) fn finding(self, outcome: Outcome, evidence: Evidence) -> Finding {
        let Evidence { expected, seen } = evidence;
        Finding { rule: self.rule, outcome, location: self.location, expected, seen }
    }
}

/// What a check expected and what it saw, as text that is safe to print.
#[derive(Debug)]
pub(crate) struct Evidence {
    expected: Cow<'static, str>,
    seen: String,
}

impl Evidence {
    /// Takes what was expected and what was seen. A text that was put together may hold parts of the input on either
    /// side, so both are made safe to print.
    pub(crate) fn new(expected: impl Into<Cow<'static, str>>, seen: impl Display) -> Self {
        let expected = match expected.into() {
            Cow::Borrowed(ours) => Cow::Borrowed(ours),
            Cow::Owned(text) => Cow::Owned(redact::printable(&text)),
        };
        Self { expected, seen: redact::printable(&seen.to_string()) }
    }
}

/// Receives the results of checks.
pub(crate) trait Sink {
    /// Takes the outcome of a check; the evidence is made only if the sink keeps it.
    fn record(&mut self, check: Check, outcome: Outcome, evidence: impl FnOnce() -> Evidence) -> Flow;

    /// Takes the outcome that the rule's own severity gives.
    #[inline]
    fn check(&mut self, check: Check, holds: bool, evidence: impl FnOnce() -> Evidence) -> Flow {
        self.record(check, check.outcome(holds), evidence)
    }

    /// Returns whether anything it was told stands against acceptance.
    #[cfg(feature = "dauth")]
    fn is_against(&self) -> bool;

    /// Takes what another sink of this kind was told.
    #[cfg(feature = "dauth")]
    fn absorb(&mut self, other: Self)
    where
        Self: Sized;

    /// Notes that a check had nothing to look at.
    fn not_run(&mut self, check: Check, because: &'static str) {
        let _ = self.record(check, Outcome::NotRun, || Evidence::new("", because));
    }
}

/// Stops at the first finding that decides the verdict. Holds nothing else, and allocates nothing before it.
#[derive(Debug, Default)]
pub(crate) struct FirstFailure {
    decided: Option<Finding>,
    open: Option<Finding>,
}

impl FirstFailure {
    /// Returns what stands against the token: the finding that decides, else the first check that was left open.
    pub(crate) fn into_finding(self) -> Option<Finding> {
        self.decided.or(self.open)
    }

    #[cold]
    fn keep(&mut self, check: Check, outcome: Outcome, evidence: impl FnOnce() -> Evidence) -> Flow {
        if outcome.verdict().is_some() {
            self.decided = Some(check.finding(outcome, evidence()));
            return ControlFlow::Break(());
        }
        if outcome.leaves_open(check.rule) && self.open.is_none() {
            self.open = Some(check.finding(outcome, evidence()));
        }
        ControlFlow::Continue(())
    }
}

impl Sink for FirstFailure {
    /// A check that passed leaves nothing behind, in the compiled code neither.
    #[inline]
    fn record(&mut self, check: Check, outcome: Outcome, evidence: impl FnOnce() -> Evidence) -> Flow {
        match outcome {
            Outcome::Passed | Outcome::Reported => ControlFlow::Continue(()),
            Outcome::Refused | Outcome::Undecided | Outcome::Unsigned | Outcome::NotRun => {
                self.keep(check, outcome, evidence)
            }
        }
    }

    #[cfg(feature = "dauth")]
    fn is_against(&self) -> bool {
        self.decided.is_some() || self.open.is_some()
    }

    #[cfg(feature = "dauth")]
    fn absorb(&mut self, other: Self) {
        self.decided = self.decided.take().or(other.decided);
        self.open = self.open.take().or(other.open);
    }
}

/// Keeps every result and never stops.
#[derive(Debug, Default)]
pub(crate) struct Collect(pub(crate) Vec<Finding>);

impl Sink for Collect {
    fn record(&mut self, check: Check, outcome: Outcome, evidence: impl FnOnce() -> Evidence) -> Flow {
        self.0.push(check.finding(outcome, evidence()));
        ControlFlow::Continue(())
    }

    #[cfg(feature = "dauth")]
    fn is_against(&self) -> bool {
        let stands = |finding: &Finding| {
            finding.outcome.verdict().is_some() || finding.outcome.leaves_open(finding.rule)
        };
        self.0.iter().any(stands)
    }

    #[cfg(feature = "dauth")]
    fn absorb(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
