//! DA-07 to DA-13, DA-20 and DA-25: what the assertion claims, and whether the policy agrees.
//!
//! Follows SAML 1.1 core sections 2.3 and 2.4, Exchange's documentation of organisation relationships, rulings 14, 16
//! and 17.

use std::ops::ControlFlow;

use super::{Context, check_shape};
use crate::dauth::assertion::{Assertion, AttributeName, Subject};
use crate::dauth::defect::Defects;
use crate::dauth::names::saml;
use crate::dauth::policy::{ApplicationUri, EmailAddress, Relationship};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Bits of the shortest proof key. 128: the least that NIST SP 800-131A lets HMAC have with a margin; the gateway's
/// have 192.
const MIN_PROOF_BITS: usize = 128;

/// The proof that every rule about the claims was run and that none of them stopped the judgement.
///
/// Only [`judge_claims`] makes one. It does not say that the claims are true: that takes the signature.
#[derive(Debug)]
#[must_use]
pub(in crate::dauth) struct ClaimsJudged<'c, 'd> {
    pub(in crate::dauth) relationship: &'c Relationship,
    pub(in crate::dauth) email: EmailAddress,
    pub(in crate::dauth) email_as_spelled: &'d str,
    pub(in crate::dauth) offer: &'d str,
    pub(in crate::dauth) audience: &'d str,
    _private: (),
}

/// Judges what an assertion claims. Returns nothing where a finding says why.
///
/// # Findings
/// `DA-07`, `DA-08`, `DA-10`, `DA-11`, `DA-09`, `DA-12`, `DA-13`, `DA-20`, `DA-25`.
pub(in crate::dauth) fn judge_claims<'c, 'd, S: Sink>(
    assertion: &Assertion<'d>,
    defects: &Defects,
    context: Context<'c>,
    sink: &mut S,
) -> ControlFlow<(), Option<ClaimsJudged<'c, 'd>>> {
    let audience = check_audience(assertion, defects, context, sink)?;
    check_times(assertion, defects, context, sink)?;
    check_confirmation(assertion, defects, sink)?;
    check_subjects(assertion, sink)?;
    let offer = check_action(assertion, context, sink)?;
    let email = check_address(assertion, sink)?;
    let relationship = check_domain(email.as_ref(), context, sink)?;
    check_third_party(assertion, context, sink)?;
    check_relationship(relationship, assertion.value(AttributeName::Action), sink)?;
    check_shape(RuleId::Da25, Part::Assertion, defects, sink)?;
    let judged = || {
        let (relationship, email, offer, audience) = (relationship?, email?, offer?, audience?);
        let email_as_spelled = assertion.value(AttributeName::EmailAddress)?;
        Some(ClaimsJudged { relationship, email, email_as_spelled, offer, audience, _private: () })
    };
    ControlFlow::Continue(judged())
}

fn check_audience<'d, S: Sink>(
    assertion: &Assertion<'d>,
    defects: &Defects,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<&'d str>> {
    if defects.breaks(RuleId::Da07) {
        check_shape(RuleId::Da07, Part::Assertion, defects, sink)?;
        return ControlFlow::Continue(None);
    }
    let check = Check::new(RuleId::Da07, Part::Assertion).claim("Audience");
    let Some(audience) = assertion.conditions().audience else {
        sink.not_run(check, "no audience could be read");
        return ControlFlow::Continue(None);
    };
    let is_own = context.policy.is_own_application_uri(audience);
    sink.check(check, is_own, || {
        let own: Vec<_> = context.policy.application_uris().iter().map(ApplicationUri::as_str).collect();
        let hint = context.policy.compare_audience(audience).hint();
        Evidence::new(own.join(" or "), format_args!("{audience}{hint}"))
    })?;
    ControlFlow::Continue(is_own.then_some(audience))
}

fn check_times<S: Sink>(
    assertion: &Assertion<'_>,
    defects: &Defects,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    if defects.breaks(RuleId::Da08) {
        return check_shape(RuleId::Da08, Part::Assertion, defects, sink);
    }
    let check = |claim| Check::new(RuleId::Da08, Part::Assertion).claim(claim);
    let conditions = assertion.conditions();
    let (Some(from), Some(until)) = (conditions.not_before, conditions.not_on_or_after) else {
        sink.not_run(check("Conditions"), "no conditions could be read");
        return Flow::Continue(());
    };
    let (now, skew) = (context.now, context.policy.skew());
    let seconds = skew.as_secs();
    sink.check(check("NotOnOrAfter"), from < until, || Evidence::new(format!("a time after {from}"), until))?;
    sink.check(check("NotBefore"), from <= now.plus(skew), || {
        Evidence::new(format!("{now} or earlier, with {seconds} s of skew"), from)
    })?;
    sink.check(check("NotOnOrAfter"), now < until.plus(skew), || {
        Evidence::new(format!("later than {now}, with {seconds} s of skew"), until)
    })?;
    // An action that is no offer has no life; DA-09 refuses it.
    let Some(life) =
        assertion.value(AttributeName::Action).and_then(|action| context.policy.offers().of(action))
    else {
        return Flow::Continue(());
    };
    let end = from.plus(life);
    sink.check(check("NotBefore"), now <= end.plus(skew), || {
        let life = life.as_secs();
        Evidence::new(format!("{now} within the {life} s of the offer's life, with {seconds} s of skew"), end)
    })
}

fn check_confirmation<S: Sink>(assertion: &Assertion<'_>, defects: &Defects, sink: &mut S) -> Flow {
    check_shape(RuleId::Da10, Part::Assertion, defects, sink)?;
    let check = Check::new(RuleId::Da10, Part::Assertion).claim("SubjectConfirmation");
    let confirmations: Vec<_> =
        assertion.subjects().iter().filter_map(|subject| subject.confirmation.as_ref()).collect();
    let holds = !confirmations.is_empty()
        && confirmations.iter().all(|confirmation| confirmation.methods == [saml::HOLDER_OF_KEY]);
    sink.check(check, holds, || {
        let methods: Vec<_> = confirmations.iter().flat_map(|confirmation| &confirmation.methods).collect();
        let seen = match methods.as_slice() {
            [] => "no method".to_owned(),
            [method] if **method == saml::BEARER => "bearer".to_owned(),
            [method] if **method == saml::SENDER_VOUCHES => "sender-vouches".to_owned(),
            methods => methods.iter().map(|method| **method).collect::<Vec<_>>().join(" and "),
        };
        Evidence::new("holder-of-key", seen)
    })?;
    let bits = assertion.proof_key().map(|key| key.len().saturating_mul(8));
    let check = Check::new(RuleId::Da10, Part::Assertion).claim("BinarySecret");
    sink.check(check, bits.is_some_and(|bits| bits >= MIN_PROOF_BITS), || {
        let seen = bits.map_or("none, or several".to_owned(), |bits| format!("{bits} bits"));
        Evidence::new(format!("one proof key of at least {MIN_PROOF_BITS} bits"), seen)
    })
}

/// Judges whether all statements are about the same subject.
fn check_subjects<S: Sink>(assertion: &Assertion<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da11, Part::Assertion).claim("NameIdentifier");
    let [first, rest @ ..] = assertion.subjects() else {
        sink.not_run(check, "no subject could be read");
        return Flow::Continue(());
    };
    let same = |other: &Subject<'_>| (other.name, other.format) == (first.name, first.format);
    sink.check(check, rest.iter().all(same), || {
        Evidence::new("the same name in all statements", "names that differ, or formats")
    })
}

/// Judges whether the endpoint serves the action; without an endpoint, whether it is an offer of the policy.
fn check_action<'d, S: Sink>(
    assertion: &Assertion<'d>,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<&'d str>> {
    let check = Check::new(RuleId::Da09, Part::Assertion).claim("action");
    let action = assertion.value(AttributeName::Action);
    let serves = |action: &str| {
        context.policy.offers().of(action).is_some()
            && match context.endpoint {
                Some(endpoint) => endpoint.serves(action),
                None => context.policy.endpoints().iter().any(|endpoint| endpoint.serves(action)),
            }
    };
    let served = action.filter(|action| serves(action));
    sink.check(check, served.is_some(), || {
        let expected = match context.endpoint {
            Some(endpoint) => format!("an offer that {} serves", endpoint.path()),
            None => "an offer that one of the policy's endpoints serves".to_owned(),
        };
        Evidence::new(expected, action.unwrap_or("none"))
    })?;
    ControlFlow::Continue(served)
}

fn check_address<S: Sink>(assertion: &Assertion<'_>, sink: &mut S) -> ControlFlow<(), Option<EmailAddress>> {
    let check = Check::new(RuleId::Da12, Part::Assertion).claim("EmailAddress");
    let parsed = assertion.value(AttributeName::EmailAddress).map(EmailAddress::parse);
    let expected = "one address with one @ and an ASCII domain";
    match parsed {
        Some(Ok(email)) => ControlFlow::Continue(Some(email)),
        Some(Err(defect)) => {
            sink.check(check, false, || Evidence::new(expected, defect))?;
            ControlFlow::Continue(None)
        }
        None => {
            sink.check(check, false, || Evidence::new(expected, "none, or several"))?;
            ControlFlow::Continue(None)
        }
    }
}

fn check_domain<'c, S: Sink>(
    email: Option<&EmailAddress>,
    context: Context<'c>,
    sink: &mut S,
) -> ControlFlow<(), Option<&'c Relationship>> {
    let check = Check::new(RuleId::Da12, Part::Assertion).claim("EmailAddress");
    // Without an address this was said before.
    let Some(email) = email else { return ControlFlow::Continue(None) };
    let relationship = context.policy.relationship_of(email.domain());
    sink.check(check, relationship.is_some(), || match relationship {
        Some(relationship) => {
            Evidence::new("", format_args!("{} of {}", email.domain(), relationship.name()))
        }
        None => Evidence::new("a domain of one of the policy's relationships", email.domain()),
    })?;
    ControlFlow::Continue(relationship)
}

fn check_third_party<S: Sink>(assertion: &Assertion<'_>, context: Context<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da13, Part::Assertion).claim("ThirdPartyRequested");
    let value = assertion.value(AttributeName::ThirdPartyRequested);
    let outcome = Outcome::of_required(value == Some("True"), context.policy.require_third_party());
    sink.record(check, outcome, || Evidence::new("True", value.unwrap_or("none")))
}

fn check_relationship<S: Sink>(
    relationship: Option<&Relationship>,
    offer: Option<&str>,
    sink: &mut S,
) -> Flow {
    let check = Check::new(RuleId::Da20, Part::Assertion).claim("action");
    let (Some(relationship), Some(offer)) = (relationship, offer) else {
        sink.not_run(check, "there is no relationship, or no offer");
        return Flow::Continue(());
    };
    sink.check(check, relationship.allows(offer), || {
        let expected = format!("an offer that the relationship {} allows", relationship.name());
        Evidence::new(expected, offer)
    })
}
