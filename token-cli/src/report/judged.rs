//! A judged token or message as reports show it: the verdict and its reason, who acts for whom, every check.

use serde::Serialize;
use token_core::verdict::{Outcome, Part, Review};
use token_core::{RuleId, Verdict};

use super::dauth::{Facts, FederationView, MessageView};
use super::{FindingView, Place, SnapshotView, TokenView};
use crate::exit::Exit;

/// A token and what was found about it.
#[derive(Debug, Serialize)]
pub(crate) struct Judged {
    #[serde(flatten)]
    pub(crate) place: Place,
    #[serde(serialize_with = "as_text")]
    pub(crate) verdict: Verdict,
    /// The rule that decides, where one does.
    pub(crate) rule: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) summary: Summary,
    /// Every check, in the order in which they were made.
    pub(crate) checks: Vec<FindingView>,
    pub(crate) relaxations: Vec<&'static str>,
    /// The pinned snapshots that the keys are from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) key_snapshots: Vec<SnapshotView>,
    pub(crate) notes: Vec<&'static str>,
    #[serde(flatten)]
    pub(crate) subject: Subject,
}

/// What was judged.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Subject {
    /// A server-to-server token; nothing where not even that could be read.
    Token { token: Option<Box<TokenView>> },
    /// A message of federated delegation.
    Message { kind: &'static str, delegation: Option<Facts>, message: Box<MessageView> },
    /// An answer about federation.
    Federation { kind: &'static str, federation_information: Box<FederationView> },
}

impl Subject {
    pub(crate) fn token(token: Option<TokenView>) -> Self {
        Self::Token { token: token.map(Box::new) }
    }

    pub(crate) fn message(delegation: Option<Facts>, message: MessageView) -> Self {
        Self::Message { kind: "dauth", delegation, message: Box::new(message) }
    }

    pub(crate) fn federation(information: FederationView) -> Self {
        let kind = "federation-information";
        Self::Federation { kind, federation_information: Box::new(information) }
    }

    /// The kind, as programs read it.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Token { token } => token.as_ref().map(|token| token.kind.name),
            Self::Message { kind, .. } | Self::Federation { kind, .. } => Some(kind),
        }
    }
}

/// How many checks ended how.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) passed: usize,
    pub(crate) reported: usize,
    pub(crate) refused: usize,
    pub(crate) undecided: usize,
    pub(crate) unsigned: usize,
    pub(crate) not_run: usize,
}

fn as_text<S: serde::Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

impl Judged {
    pub(crate) fn new(place: Place, review: &Review, subject: Subject, notes: Vec<&'static str>) -> Self {
        let headline = review.headline();
        let checks: Vec<_> = review.findings().iter().map(FindingView::of).collect();
        let verdict = review.verdict();
        let message = match (headline, verdict) {
            (Some(finding), _) => crate::redacted::text(&finding.message().to_string()),
            (None, Verdict::Valid) => "every rule that decides was checked, and held".to_owned(),
            (None, _) => "the checks did not come to an end".to_owned(),
        };
        let count = |outcome| review.count(outcome);
        Self {
            place,
            verdict,
            rule: headline.map(|finding| finding.rule.as_str()),
            message,
            summary: Summary {
                passed: count(Outcome::Passed),
                reported: count(Outcome::Reported),
                refused: count(Outcome::Refused),
                undecided: count(Outcome::Undecided),
                unsigned: count(Outcome::Unsigned),
                not_run: count(Outcome::NotRun),
            },
            checks,
            relaxations: review.relaxations().to_vec(),
            key_snapshots: Vec::new(),
            notes,
            subject,
        }
    }

    /// Names the snapshots that the keys are from.
    pub(crate) fn with(mut self, snapshots: &[SnapshotView]) -> Self {
        self.key_snapshots = snapshots.to_vec();
        self
    }

    /// Something that is refused before any rule can be asked.
    pub(crate) fn without_checks(
        place: Place,
        verdict: Verdict,
        rule: Option<RuleId>,
        message: String,
        subject: Subject,
        notes: Vec<&'static str>,
    ) -> Self {
        let (summary, checks, relaxations) = (Summary::default(), Vec::new(), Vec::new());
        let key_snapshots = Vec::new();
        Self {
            place,
            verdict,
            rule: rule.map(RuleId::as_str),
            message,
            summary,
            checks,
            relaxations,
            key_snapshots,
            notes,
            subject,
        }
    }

    /// The checks that did not pass: those that decide first.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &FindingView> {
        let of = |severity| move |finding: &&FindingView| finding.severity == Some(severity);
        self.checks.iter().filter(of("error")).chain(self.checks.iter().filter(of("warning")))
    }

    /// Whether a byte of a check is one of the input, counted from where the item begins.
    pub(crate) fn maps(&self, finding: &FindingView) -> bool {
        match &self.subject {
            Subject::Token { .. } => finding.layer != Part::Actor.as_str(),
            Subject::Message { message, .. } => {
                message.is_original && (finding.layer != Part::Assertion.as_str() || message.is_in_clear())
            }
            Subject::Federation { federation_information, .. } => federation_information.is_original,
        }
    }

    /// Keeps only the checks that did not pass.
    pub(crate) fn drop_passed(&mut self) {
        self.checks.retain(FindingView::is_broken);
    }

    pub(crate) fn exit(&self) -> Exit {
        match self.verdict {
            Verdict::Valid => Exit::Clean,
            Verdict::Indeterminate => Exit::Indeterminate,
            // Unsigned, invalid, and whatever the library may add: nothing else is clean.
            _ => Exit::Invalid,
        }
    }
}
