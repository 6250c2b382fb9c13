//! What is to be said about a server: its record, the checks that were made, and what did not answer.

use serde::Serialize;
use token_core::challenge::{ChallengeReview, ChallengeVerdict};
use token_core::endpoint::ServerRecord;
use token_core::verdict::Part;

use crate::report::FindingView;

/// A server that was probed, and what is to be said about it.
#[derive(Debug, Serialize)]
pub(crate) struct Probed {
    #[serde(flatten)]
    pub(crate) record: ServerRecord,
    pub(crate) verdict: &'static str,
    /// Why nothing of the server answered.
    pub(crate) failure: Option<String>,
    pub(crate) checks: Vec<PathCheck>,
    /// Failures of single paths, each with its path.
    #[serde(skip)]
    pub(super) failures: Vec<(String, String)>,
}

/// A check, and the path it was made on; none for the server as a whole.
#[derive(Debug, Serialize)]
pub(crate) struct PathCheck {
    pub(crate) path: Option<String>,
    #[serde(flatten)]
    pub(crate) check: FindingView,
}

impl Probed {
    /// A server that nothing was judged of yet.
    pub(super) fn new(record: ServerRecord, failure: Option<String>) -> Self {
        let verdict = ChallengeVerdict::Clean.as_str();
        Self { record, verdict, failure, checks: Vec::new(), failures: Vec::new() }
    }

    /// The checks that did not pass: those that decide first.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &PathCheck> {
        let of = |severity| move |check: &&PathCheck| check.check.severity == Some(severity);
        self.checks.iter().filter(of("error")).chain(self.checks.iter().filter(of("warning")))
    }

    /// Adds the checks of a review. Those of challenges belong to `path`, those of endpoints say their path by number.
    pub(super) fn take(&mut self, review: &ChallengeReview, path: Option<&str>) {
        for finding in review.findings() {
            let own = finding.location.entry.filter(|_| finding.location.part == Part::Endpoint);
            let own = own.and_then(|entry| self.record.paths.get(entry)).map(|path| path.path.clone());
            let path = own.or_else(|| path.map(str::to_owned));
            self.checks.push(PathCheck { path, check: FindingView::of(finding) });
        }
        if review.verdict() == ChallengeVerdict::Findings {
            self.verdict = ChallengeVerdict::Findings.as_str();
        }
    }

    pub(super) fn has_findings(&self) -> bool {
        self.verdict == ChallengeVerdict::Findings.as_str()
    }

    /// The lines for people about what did not answer: one for a server where every path failed alike.
    pub(super) fn failure_lines(&self) -> Vec<String> {
        let url = &self.record.url;
        if let Some(failure) = &self.failure {
            return vec![format!("{url}: {failure}")];
        }
        match &*self.failures {
            [] => Vec::new(),
            [(_, first), rest @ ..]
                if self.failures.len() == self.record.paths.len()
                    && rest.iter().all(|(_, one)| one == first) =>
            {
                vec![format!("{url}: {first}")]
            }
            some => some.iter().map(|(path, failure)| format!("{url}{path}: {failure}")).collect(),
        }
    }
}
