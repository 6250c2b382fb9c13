//! INP-01 to INP-08: the bytes themselves. What could not be decoded becomes a finding here.

use crate::s2s::Token;
use crate::verdict::{Check, Evidence, Flow, Outcome, RuleId, Sink};

/// Reports what could not be decoded, or that everything could.
///
/// Follows RFC 7515 sections 2 and 3.1, and RFC 8259.
///
/// # Findings
/// `INP-01` to `INP-08`, each with the byte at which it stands.
pub(super) fn check_bytes<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    const FORMS: [RuleId; 8] = [
        RuleId::Inp01,
        RuleId::Inp02,
        RuleId::Inp03,
        RuleId::Inp04,
        RuleId::Inp05,
        RuleId::Inp06,
        RuleId::Inp07,
        RuleId::Inp08,
    ];
    for layer in token.layers() {
        for problem in layer.problems() {
            let check = Check::new(problem.kind.rule(), layer.part()).at(Some(problem.at));
            let evidence = || Evidence::new(problem.kind.expected(), problem.kind.found());
            sink.record(check, Outcome::Refused, evidence)?;
        }
    }
    for layer in token.layers() {
        if layer.problems().is_empty() {
            for rule in FORMS {
                sink.record(Check::new(rule, layer.part()), Outcome::Passed, || {
                    Evidence::new(rule.rule().title, "as expected")
                })?;
            }
        }
    }
    Flow::Continue(())
}
