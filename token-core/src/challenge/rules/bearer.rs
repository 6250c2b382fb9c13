//! CHL-04, CHL-08, CHL-09, CHL-12, CHL-13 and CHL-15: what the Bearer challenge says of the server.

use std::ops::ControlFlow;

use super::issuers::check_issuers;
use super::{Response, check, compare};
use crate::challenge::bearer::BearerChallenge;
use crate::challenge::text::Text;
use crate::jose::{Duplicate, DuplicateKind};
use crate::policy::{Cloud, HttpsUrl, Policy};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Checks one Bearer challenge.
///
/// # Findings
/// `CHL-04` to `CHL-09` where there is a policy, `CHL-13`, `CHL-15`.
pub(super) fn check_bearer<S: Sink>(
    index: usize,
    challenge: &BearerChallenge,
    policy: Option<&Policy>,
    sink: &mut S,
) -> Flow {
    match policy {
        Some(policy) => {
            check_resource(index, challenge, policy, sink)?;
            check_issuers(index, challenge, policy, sink)?;
            check_sign_in(index, challenge, policy, sink)?;
        }
        None => {
            for rule in
                [RuleId::Chl04, RuleId::Chl05, RuleId::Chl06, RuleId::Chl07, RuleId::Chl08, RuleId::Chl09]
            {
                sink.not_run(check(rule, index), "there is no policy");
            }
        }
    }
    let error = challenge.error.as_ref();
    sink.check(check(RuleId::Chl13, index).claim("error"), error.is_none(), || {
        let description = challenge.error_description.as_ref().map(|text| format!(": {}", text.as_str()));
        let seen = format!("{}{}", error.map_or("no error", Text::as_str), description.unwrap_or_default());
        Evidence::new("no error", seen)
    })?;
    check_claims(index, challenge, sink)
}

/// Follows OpenID Connect Core section 5.5. A challenge without `claims` demands nothing, and passes.
fn check_claims<S: Sink>(index: usize, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    let Some(claims) = &challenge.claims else { return ControlFlow::Continue(()) };
    let twice = claims.duplicates().first();
    let holds = claims.json().is_ok() && twice.is_none();
    sink.check(check(RuleId::Chl15, index).claim("claims"), holds, || match (claims.json(), twice) {
        (Err(fault), _) => Evidence::new("base64 of one JSON object", fault),
        (Ok(_), Some(Duplicate { name, kind: DuplicateKind::Same, .. })) => {
            Evidence::new("every member once", format_args!("{name} twice"))
        }
        (Ok(_), Some(Duplicate { name, .. })) => {
            Evidence::new("every member once", format_args!("{name} also in another letter case"))
        }
        (Ok(_), None) => Evidence::new("every member once", "every member once"),
    })
}

/// Follows [MS-XOAUTH] section 4: the id is compared letter by letter, unless the policy is lenient.
fn check_resource<S: Sink>(index: usize, challenge: &BearerChallenge, policy: &Policy, sink: &mut S) -> Flow {
    let check = check(RuleId::Chl04, index).claim("client_id");
    let Some(application) = policy.audience().application.as_deref() else {
        sink.not_run(check, "the policy names no application");
        return ControlFlow::Continue(());
    };
    let seen = challenge.client_id.as_ref().map(Text::as_str);
    let (outcome, how) =
        seen.map_or((Outcome::Refused, ""), |seen| compare(application, seen, policy.letter_case()));
    sink.record(check, outcome, || {
        Evidence::new(application.to_owned(), format_args!("{}{how}", seen.unwrap_or("no client_id")))
    })
}

/// Follows the hosts per cloud of CSS-Exchange. A challenge without `authorization_uri` sends users nowhere, and passes.
fn check_sign_in<S: Sink>(index: usize, challenge: &BearerChallenge, policy: &Policy, sink: &mut S) -> Flow {
    let check = |rule| check(rule, index).claim("authorization_uri");
    let Some(uri) = challenge.authorization_uri.as_ref().map(Text::as_str) else {
        return ControlFlow::Continue(());
    };
    let expected = policy.challenge();
    // RFC 6749 section 3.1 allows the endpoint a query; the host is not in it.
    let url = HttpsUrl::parse(uri.split('?').next().unwrap_or_default());
    let host = url.as_ref().map_or("", HttpsUrl::host);
    let is_expected = expected.sign_in_hosts().any(|own| own.eq_ignore_ascii_case(host));
    let foreign = Cloud::of_sign_in_host(host).filter(|_| expected.authorization_hosts.is_empty());
    sink.check(check(RuleId::Chl08), is_expected || foreign.is_some(), || {
        let hosts: Vec<_> = expected.sign_in_hosts().collect();
        let why = url.as_ref().err().map_or_else(String::new, |error| format!(" ({error})"));
        Evidence::new(format!("an https URL at one of: {}", hosts.join(", ")), format_args!("{uri}{why}"))
    })?;
    if !is_expected && foreign.is_none() {
        sink.not_run(check(RuleId::Chl09), "the host is not known");
        return ControlFlow::Continue(());
    }
    sink.check(check(RuleId::Chl09), is_expected, || {
        let cloud = foreign.map_or("", Cloud::as_str);
        Evidence::new(
            format!("a host of the cloud {}", expected.cloud.as_str()),
            format_args!("{host}, of the cloud {cloud}"),
        )
    })
}

/// Checks that several Bearer challenges of one response agree, since clients differ in which one they take.
///
/// # Findings
/// `CHL-12`, at the first challenge that differs, with the parameters that do.
pub(super) fn check_agreement<S: Sink>(response: &Response<'_, '_>, sink: &mut S) -> Flow {
    let mut bearers = response.bearers.iter();
    let (Some((_, first)), true) = (bearers.next(), response.bearers.len() > 1) else {
        return ControlFlow::Continue(());
    };
    for (index, other) in bearers {
        let differing = first.differing_parameters(other);
        sink.check(Check::new(RuleId::Chl12, Part::Challenge).entry(*index), differing.is_empty(), || {
            let seen = if differing.is_empty() {
                "the same".to_owned()
            } else {
                format!("another {}", differing.join(", "))
            };
            Evidence::new("the same as in the first Bearer challenge", seen)
        })?;
    }
    ControlFlow::Continue(())
}
