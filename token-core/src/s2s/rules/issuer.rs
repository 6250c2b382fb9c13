//! S2S-09, S2S-28 and ENT-01's first half: the issuer is one that the policy trusts, for this kind of token.

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use super::names::{compare, worst};
use crate::policy::{IssuerId, IssuerRealm, TrustedIssuer};
use crate::s2s::Kind;
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// Finds the issuer of the signed layer among those that the policy trusts.
///
/// Follows [MS-XOAUTH] 3.2.5.6. A wildcard realm in the policy means the realm of the token's own audience, never any
/// realm. Identity tokens are recognised by their metadata location instead (`EXI-01`): their `iss` proves nothing.
///
/// # Findings
/// `S2S-09`.
pub(super) fn check_issuer<'c, S: Sink>(
    signed: &Facts<'_, '_>,
    context: Context<'c>,
    sink: &mut S,
) -> ControlFlow<(), Option<&'c TrustedIssuer>> {
    let issuers = context.policy.issuers();
    if signed.kind == Kind::Identity {
        return ControlFlow::Continue(super::identity::trusted_location(signed, context));
    }
    let check = signed.check(RuleId::S2s09).claim("iss");
    if signed.iss.text.is_none() {
        sink.not_run(check, "there is no issuer");
        return ControlFlow::Continue(None);
    }
    // The first exact match, else the first one in another letter case.
    let (mut issuer, mut outcome) = (None, Outcome::Refused);
    for candidate in issuers {
        match recognises(candidate.id(), signed, context) {
            Outcome::Passed => {
                (issuer, outcome) = (Some(candidate), Outcome::Passed);
                break;
            }
            Outcome::Reported if issuer.is_none() => {
                (issuer, outcome) = (Some(candidate), Outcome::Reported);
            }
            _ => {}
        }
    }
    sink.record(check, outcome, || {
        let names: Vec<_> = issuers.iter().map(TrustedIssuer::name).collect();
        Evidence::new(format!("one of: {}", names.join(", ")), signed.iss.text_or_absent())
    })?;
    ControlFlow::Continue(issuer)
}

/// Whether an issuer of the policy is the issuer of a token: `Passed`, `Reported` for another letter case, `Refused`.
fn recognises(id: &IssuerId, signed: &Facts<'_, '_>, context: Context<'_>) -> Outcome {
    match id {
        IssuerId::Principal { name, realm } => {
            let Some(iss) = signed.iss.principal else { return Outcome::Refused };
            let same = |wanted: Option<&str>| match (wanted, iss.realm) {
                (Some(wanted), Some(realm)) => compare(wanted, realm, context).0,
                _ => Outcome::Refused,
            };
            let name = compare(name, iss.name, context).0;
            if name == Outcome::Refused {
                return name;
            }
            let realm = match realm {
                IssuerRealm::OfAudience => same(signed.aud.realm()),
                IssuerRealm::Exactly(realm) => same(Some(realm)),
                IssuerRealm::None => Outcome::refuse_unless(iss.realm.is_none()),
            };
            let without_host = Outcome::refuse_unless(iss.host.is_none());
            worst([name, realm, without_host].into_iter())
        }
        // The tenant between the two ends is judged by ENT-01 and ENT-02.
        IssuerId::Tenant { before, after } => {
            let tenant = signed.iss.text.and_then(|iss| iss.strip_prefix(&**before)?.strip_suffix(&**after));
            Outcome::refuse_unless(tenant.is_some_and(|tenant| !tenant.is_empty()))
        }
        IssuerId::Metadata(_) => Outcome::Refused,
    }
}

/// Checks that the policy lists the kind of every layer for this issuer.
///
/// Follows ruling 8. The outer token is nobody's: it needs no listing, unless its `ver` marks it as a service token. A
/// token that was not issued to act through an outer token is none of an actor, whatever the policy lists.
///
/// # Findings
/// `S2S-28`.
pub(super) fn check_kind<S: Sink>(
    outer: Option<&Facts<'_, '_>>,
    signed: &Facts<'_, '_>,
    issuer: Option<&TrustedIssuer>,
    sink: &mut S,
) -> Flow {
    if let Some(outer) = outer.filter(|outer| outer.kind != Kind::Outer) {
        check_listed(outer, issuer, sink)?;
    }
    if outer.is_some() && signed.claims.is_some() {
        let is_actor = matches!(signed.kind, Kind::StsActor | Kind::SelfIssuedActor | Kind::Service);
        let check = signed.check(RuleId::S2s28);
        sink.check(check, is_actor, || Evidence::new("an actor token", signed.kind.title()))?;
    }
    check_listed(signed, issuer, sink)
}

fn check_listed<S: Sink>(side: &Facts<'_, '_>, issuer: Option<&TrustedIssuer>, sink: &mut S) -> Flow {
    let check = side.check(RuleId::S2s28);
    let kind = side.kind;
    match issuer {
        _ if side.claims.is_none() => sink.not_run(check, "the claims could not be decoded"),
        _ if kind.is_never_valid() => {
            sink.record(check, Outcome::Refused, || {
                Evidence::new("a kind that a third party can verify", kind.title())
            })?;
        }
        None => sink.not_run(check, "the issuer is not trusted"),
        Some(issuer) => sink.check(check, issuer.kinds().contains(&kind), || {
            let kinds: Vec<_> = issuer.kinds().iter().map(|kind| kind.as_str()).collect();
            Evidence::new(format!("one of: {}", kinds.join(", ")), kind)
        })?,
    }
    ControlFlow::Continue(())
}
