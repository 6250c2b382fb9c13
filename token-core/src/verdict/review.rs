//! The two results of judging a token: the full picture and the first reason against it.

use std::fmt;

use super::finding::Finding;
use super::rule::{RuleId, Severity};
use super::{Outcome, Verdict};

/// Every check that was made on a token, passed or not, in the order in which they were made.
#[derive(Clone, Debug)]
#[must_use]
pub struct Review {
    findings: Vec<Finding>,
    relaxations: Vec<&'static str>,
    accepted: bool,
}

impl Review {
    pub(crate) fn new(findings: Vec<Finding>, relaxations: Vec<&'static str>, accepted: bool) -> Self {
        Self { findings, relaxations, accepted }
    }

    /// Adds a check that was made beside the validator, as that of a [`ReplayWatch`](crate::ReplayWatch).
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Returns the verdict: that of the headline; `Valid` only if there is none and the whole path was walked.
    pub fn verdict(&self) -> Verdict {
        match self.headline() {
            Some(finding) => finding.outcome.verdict().unwrap_or_default(),
            None if self.accepted => Verdict::Valid,
            None => Verdict::Indeterminate,
        }
    }

    /// Returns the finding that decides the verdict: the one that `validate` returns as its rejection.
    ///
    /// It is the first that decides; else the first check of that weight which had nothing to look at, since a question
    /// that was left open is no acceptance.
    #[must_use]
    pub fn headline(&self) -> Option<&Finding> {
        let decides = self.findings.iter().find(|finding| finding.outcome.verdict().is_some());
        decides.or_else(|| self.findings.iter().find(|finding| finding.outcome.leaves_open(finding.rule)))
    }

    /// Returns every check in order: passed, broken and not run.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the checks that did not pass: those that decide first, then those that are only reported.
    pub fn broken(&self) -> impl Iterator<Item = &Finding> {
        broken(&self.findings)
    }

    /// Returns how many checks ended with this outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.findings.iter().filter(|finding| finding.outcome == outcome).count()
    }

    /// Returns the relaxations of the policy under which the token was judged, one sentence each.
    #[must_use]
    pub fn relaxations(&self) -> &[&'static str] {
        &self.relaxations
    }
}

/// The checks that did not pass: the errors first, then what is only reported.
pub(crate) fn broken(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let of = |severity| move |finding: &&Finding| finding.severity() == Some(severity);
    findings.iter().filter(of(Severity::Error)).chain(findings.iter().filter(of(Severity::Warning)))
}

/// Why a token was not accepted: the first finding that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    finding: Box<Finding>,
}

impl Rejection {
    pub(crate) fn new(finding: Finding) -> Self {
        Self { finding: Box::new(finding) }
    }

    /// Returns the rule that was broken.
    #[must_use]
    pub fn rule(&self) -> RuleId {
        self.finding.rule
    }

    /// Returns the verdict; never `Valid`.
    pub fn verdict(&self) -> Verdict {
        self.finding.outcome.verdict().unwrap_or_default()
    }

    /// Returns the finding with everything that is known about it.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict(), self.finding)
    }
}

impl std::error::Error for Rejection {}
