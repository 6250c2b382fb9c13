//! JSON Lines: one object per token, in input order, each with what a program needs to decide.
//!
//! Follows docs/cli.md, member by member.

use serde::Serialize;

use crate::commands::inspect::Inspected;
use crate::report::dauth::Facts;
use crate::report::{Brief, Judged, SnapshotView, Subject};

#[derive(Serialize)]
struct Line<'j> {
    input: &'j str,
    line: Option<usize>,
    verdict: &'static str,
    rule: Option<&'static str>,
    message: &'j str,
    findings: Vec<Brief<'j>>,
    kind: Option<&'static str>,
    actor: Option<&'j str>,
    subject: Option<&'j str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation: Option<&'j Facts>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    key_snapshots: &'j [SnapshotView],
}

/// One judged token or message.
pub(crate) fn judged(judged: &Judged) -> String {
    let (mut actor, mut subject, mut facts) = (None, None, None);
    match &judged.subject {
        Subject::Token { token } => {
            let token = token.as_ref();
            actor = token.and_then(|token| token.acting.as_ref()).map(|party| &*party.value);
            subject = token.and_then(|token| token.subject.first()).map(|party| &*party.value);
        }
        Subject::Message { delegation, .. } => {
            facts = delegation.as_ref();
            subject = facts.and_then(|facts| facts.email.as_deref());
        }
        Subject::Federation { .. } => {}
    }
    line(&Line {
        input: &judged.place.input,
        line: judged.place.line,
        verdict: judged.verdict.as_str(),
        rule: judged.rule,
        message: &judged.message,
        findings: judged.broken().map(Brief::of).collect(),
        kind: judged.subject.kind(),
        actor,
        subject,
        delegation: facts,
        key_snapshots: &judged.key_snapshots,
    })
}

/// One thing that was looked at.
pub(crate) fn inspected(inspected: &Inspected) -> String {
    line(inspected)
}

pub(super) fn line(object: &impl Serialize) -> String {
    // Maps with names that are no text, and failing writers, do not occur here.
    let mut line = serde_json::to_string(object).unwrap_or_default();
    line.push('\n');
    line
}
