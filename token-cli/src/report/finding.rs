//! A check of the library, as reports write it.

use serde::Serialize;
use token_core::verdict::{Finding, Severity};

/// Everything about one check.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingView {
    pub(crate) rule: &'static str,
    pub(crate) title: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) severity: Option<&'static str>,
    pub(crate) layer: &'static str,
    pub(crate) claim: Option<&'static str>,
    pub(crate) entry: Option<usize>,
    pub(crate) byte: Option<usize>,
    pub(crate) expected: String,
    pub(crate) seen: String,
    pub(crate) message: String,
    pub(crate) clause: &'static str,
    pub(crate) remedy: &'static str,
}

impl FindingView {
    pub(crate) fn of(finding: &Finding) -> Self {
        let entry = finding.entry();
        Self {
            rule: finding.rule.as_str(),
            title: entry.title,
            outcome: finding.outcome.as_str(),
            severity: finding.severity().map(Severity::as_str),
            layer: finding.location.part.as_str(),
            claim: finding.location.claim,
            entry: finding.location.entry,
            byte: finding.location.at,
            // What is expected comes from the policy, or repeats the other layer: it is made safe like what was seen.
            expected: crate::redacted::text(&finding.expected),
            seen: finding.seen.clone(),
            message: crate::redacted::text(&finding.message().to_string()),
            clause: entry.clause,
            remedy: entry.remedy,
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.severity.is_some()
    }
}

/// What a line of JSON Lines says about a broken check.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Brief<'f> {
    pub(crate) rule: &'f str,
    pub(crate) severity: Option<&'f str>,
    pub(crate) message: &'f str,
    pub(crate) layer: &'f str,
    pub(crate) claim: Option<&'f str>,
    pub(crate) expected: &'f str,
    pub(crate) seen: &'f str,
}

impl<'f> Brief<'f> {
    pub(crate) fn of(finding: &'f FindingView) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            message: &finding.message,
            layer: finding.layer,
            claim: finding.claim,
            expected: &finding.expected,
            seen: &finding.seen,
        }
    }
}
