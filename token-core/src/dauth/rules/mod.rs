//! The rules for messages of federated delegation, each written once, for `validate` and `review` alike.
//!
//! One file for each subject. The order of judgement: the message around the token, then the token up to the issuer's
//! signature, then what the assertion claims. For an encrypted token the middle part is one answer (ruling 18).

mod claims;
mod encryption;
mod message;
mod proof;
mod signature;

use super::defect::Defects;
use super::policy::{DauthPolicy, ServedEndpoint};
use super::xml::{XmlError, XmlErrorKind};
use crate::time::UnixTime;
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

pub(super) use claims::{ClaimsJudged, judge_claims};
pub(super) use encryption::{check_opened, choose_own_key};
pub(super) use message::{check_message, served_endpoint};
pub(super) use proof::check_message_signature;
pub(super) use signature::{Verification, choose_key, judge_signed, report_no_keys};

/// What every rule may look at beside the message.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) policy: &'c DauthPolicy,
    pub(super) now: UnixTime,
    /// The path at which the message arrived, if it did arrive.
    pub(super) path: Option<&'c str>,
    /// The endpoint of the policy that the message is for.
    pub(super) endpoint: Option<&'c ServedEndpoint>,
}

/// Reports how a document was read. What could not be read at all ends the judgement.
///
/// # Findings
/// `DA-01`.
pub(super) fn check_xml<T, S: Sink>(read: &Result<T, XmlError>, part: Part, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da01, part);
    match read {
        Ok(_) => sink.check(check, true, || Evidence::new("", "it is")),
        Err(error) => sink.check(check.at(Some(error.at)), false, || {
            let expected = match error.kind {
                XmlErrorKind::TooLong { max } => format!("at most {max} bytes").into(),
                _ => {
                    std::borrow::Cow::Borrowed("well-formed XML in UTF-8 without DOCTYPE, within the budget")
                }
            };
            Evidence::new(expected, error.kind)
        }),
    }
}

/// Reports what reading found against one rule, or that it found nothing.
fn check_shape<S: Sink>(rule: RuleId, part: Part, defects: &Defects, sink: &mut S) -> Flow {
    for defect in defects.iter().filter(|defect| defect.check.rule == rule) {
        sink.record(defect.check, defect.outcome, || defect.evidence())?;
    }
    if !defects.breaks(rule) {
        sink.record(Check::new(rule, part), Outcome::Passed, || Evidence::new("", "nothing is against it"))?;
    }
    Flow::Continue(())
}
