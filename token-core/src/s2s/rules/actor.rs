//! S2S-04 to S2S-06, S2S-13, S2S-14, S2S-31 and S2S-32: who acts, whether it may, and what binds the layers.
//!
//! Follows [MS-XOAUTH] 3.2.5.6 and ruling 9.

use std::ops::ControlFlow;

use super::Context;
use super::audience::same_host;
use super::facts::Facts;
use super::names::{best, compare};
use crate::policy::{Profile, TrustedIssuer};
use crate::s2s::{Kind, Principal, well_known};
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// Checks the signed layer: that it speaks for an application, and that this application may act.
///
/// # Findings
/// `S2S-04`, `S2S-31`, `S2S-32`, `S2S-13`, `S2S-14`.
pub(super) fn check_actor<S: Sink>(
    signed: &Facts<'_, '_>,
    outer: Option<&Facts<'_, '_>>,
    issuer: Option<&TrustedIssuer>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    if signed.claims.is_none() {
        for rule in [RuleId::S2s04, RuleId::S2s31] {
            sink.not_run(signed.check(rule), "the claims could not be decoded");
        }
        return ControlFlow::Continue(());
    }
    let is_bare_actor = matches!(signed.kind, Kind::StsActor | Kind::SelfIssuedActor | Kind::LowTrustApp);
    if outer.is_some() || is_bare_actor {
        check_no_user(signed, sink)?;
    }
    check_application(signed, issuer, context, sink)?;
    check_users_allowed(signed, outer, issuer, sink)?;

    let delegation = signed.claim(|claims| claims.trustedfordelegation);
    let trusted = delegation.is_ignoring_case("true");
    let seen = || delegation.text().map_or_else(|| "nothing".to_owned(), |text| format!("\"{text}\""));
    if outer.is_some() {
        let outcome = match (trusted, context.policy.profile()) {
            (true, _) => Outcome::Passed,
            (false, Profile::Exchange) => Outcome::Reported,
            (false, Profile::SharePoint) => Outcome::Refused,
        };
        let check = signed.check(RuleId::S2s13).claim("trustedfordelegation");
        sink.record(check, outcome, || Evidence::new("\"true\"", seen()))
    } else if is_bare_actor {
        let check = signed.check(RuleId::S2s14).claim("trustedfordelegation");
        sink.check(check, !trusted, || Evidence::new("nothing, or \"false\"", seen()))
    } else {
        ControlFlow::Continue(())
    }
}

/// S2S-04: a user's access token is no actor token, whatever the values of its user claims.
fn check_no_user<S: Sink>(signed: &Facts<'_, '_>, sink: &mut S) -> Flow {
    let Some(claims) = signed.claims else { return ControlFlow::Continue(()) };
    let of_user = [
        ("scp", claims.scp.is_present()),
        ("upn", claims.upn.is_present()),
        ("unique_name", claims.unique_name.is_present()),
        ("altsecid", claims.altsecid.is_present()),
        ("smtp", claims.smtp.is_present()),
        ("sip", claims.sip.is_present()),
        ("nii", claims.nii.is_present()),
        ("idtyp", claims.idtyp.is_ignoring_case("user")),
    ];
    let mut of_application = true;
    for (name, present) in of_user {
        if present {
            of_application = false;
            let check = signed.check(RuleId::S2s04).claim(name);
            sink.record(check, Outcome::Refused, || Evidence::new("no claim of a user", name))?;
        }
    }
    if of_application {
        let check = signed.check(RuleId::S2s04);
        sink.record(check, Outcome::Passed, || Evidence::new("no claim of a user", "none"))?;
    }
    ControlFlow::Continue(())
}

/// S2S-31: the acting application is listed for its issuer; a directly trusted server acts for itself.
fn check_application<S: Sink>(
    signed: &Facts<'_, '_>,
    issuer: Option<&TrustedIssuer>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let text;
    let (claim, application) = match signed.kind {
        Kind::RequestAssertion => ("iss", signed.iss.principal.map(|p| p.name)),
        Kind::LowTrustUser => ("actor", signed.actor.principal.map(|p| p.name)),
        Kind::StsActor | Kind::SelfIssuedActor | Kind::LowTrustApp => {
            ("nameid", signed.nameid.principal.map(|p| p.name))
        }
        Kind::EntraV1 | Kind::Service => {
            text = signed.claim(|claims| claims.appid).text();
            ("appid", text.as_deref())
        }
        Kind::EntraV2 => {
            text = signed.claim(|claims| claims.azp).text();
            ("azp", text.as_deref())
        }
        // These name a user's mailbox or an add-in's context; no application acts through them.
        Kind::Outer | Kind::Context | Kind::Identity | Kind::Callback | Kind::Proof | Kind::Unknown => {
            return ControlFlow::Continue(());
        }
    };
    let check = signed.check(RuleId::S2s31).claim(claim);
    let Some(issuer) = issuer else {
        sink.not_run(check, "the issuer is not trusted");
        return ControlFlow::Continue(());
    };
    let acts_itself = issuer.applications().is_empty()
        && matches!(signed.kind, Kind::SelfIssuedActor | Kind::RequestAssertion)
        && names_itself(signed);
    let listed = |application: &str| {
        best(issuer.applications().iter().map(|listed| compare(listed, application, context).0))
    };
    let outcome = match application {
        Some(_) if acts_itself || context.policy.danger().any_application => Outcome::Passed,
        Some(application) => listed(application),
        None => Outcome::Refused,
    };
    sink.record(check, outcome, || {
        let expected = if context.policy.danger().any_application {
            "any application (danger)".to_owned()
        } else if issuer.applications().is_empty() && signed.kind == Kind::SelfIssuedActor {
            format!("the issuer itself, {}", signed.iss.text_or_absent())
        } else {
            format!("one of: {}", issuer.applications().join(", "))
        };
        Evidence::new(expected, application.unwrap_or("nothing"))
    })
}

/// Whether the token's nameid, where it has one, is its issuer.
fn names_itself(signed: &Facts<'_, '_>) -> bool {
    let same = |iss: Principal<'_>| {
        signed.nameid.principal.map_or(signed.nameid.text.is_none(), |id| id.same_party(&iss))
    };
    signed.iss.principal.is_some_and(same)
}

/// S2S-32: the policy lets the issuer's applications act for users, where this token does.
fn check_users_allowed<S: Sink>(
    signed: &Facts<'_, '_>,
    outer: Option<&Facts<'_, '_>>,
    issuer: Option<&TrustedIssuer>,
    sink: &mut S,
) -> Flow {
    let asserts_user = match signed.kind {
        _ if outer.is_some() => true,
        Kind::LowTrustUser => true,
        Kind::EntraV1 | Kind::EntraV2 => signed.claim(|claims| claims.scp).is_present(),
        Kind::Service => signed.claim(|claims| claims.ver).is(well_known::APP_ASSERTED_USER),
        _ => false,
    };
    if !asserts_user {
        return ControlFlow::Continue(());
    }
    let check = outer.unwrap_or(signed).check(RuleId::S2s32);
    let Some(issuer) = issuer else {
        sink.not_run(check, "the issuer is not trusted");
        return ControlFlow::Continue(());
    };
    sink.check(check, issuer.allows_users(), || {
        Evidence::new(format!("an issuer with users allowed: {}", issuer.name()), "a user")
    })
}

/// Checks what binds an outer token to its actor token.
///
/// # Findings
/// `S2S-05`, `S2S-06`.
pub(super) fn check_binding<S: Sink>(
    outer: &Facts<'_, '_>,
    signed: &Facts<'_, '_>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let check = outer.check(RuleId::S2s05).claim("iss");
    match (outer.iss.text, signed.nameid.text) {
        (Some(iss), Some(nameid)) => {
            let (outcome, how) = compare(nameid, iss, context);
            sink.record(check, outcome, || {
                Evidence::new(format!("the actor token's nameid, {nameid}"), format_args!("{iss}{how}"))
            })?;
        }
        (Some(_), None) if signed.claims.is_none() => {
            sink.not_run(check, "the actor token could not be decoded");
        }
        // An actor token without nameid binds nothing, whatever its kind.
        (Some(_), None) => {
            sink.record(check, Outcome::Refused, || Evidence::new("the actor token's nameid", "no nameid"))?;
        }
        (None, _) => sink.not_run(check, "the outer token has no issuer"),
    }
    let check = outer.check(RuleId::S2s06).claim("aud");
    let (Some(outer_aud), Some(actor_aud)) = (outer.aud.text, signed.aud.text) else {
        sink.not_run(check, "a layer has no audience");
        return ControlFlow::Continue(());
    };
    // Host names are the same in any letter case; the rest is compared as the policy says.
    let same_but_for_host = match (outer.aud.principal, signed.aud.principal) {
        (Some(outer), Some(actor)) => {
            outer.same_party(&actor)
                && outer.host.zip(actor.host).is_some_and(|(left, right)| same_host(left, right))
        }
        _ => false,
    };
    let (outcome, how) =
        if same_but_for_host { (Outcome::Passed, "") } else { compare(actor_aud, outer_aud, context) };
    let relaxed = context.policy.danger().outer_audience_may_differ && outcome == Outcome::Refused;
    let outcome = if relaxed { Outcome::Reported } else { outcome };
    sink.record(check, outcome, || {
        Evidence::new(format!("the actor token's audience, {actor_aud}"), format_args!("{outer_aud}{how}"))
    })
}
