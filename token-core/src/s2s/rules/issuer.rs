//! S2S-09, S2S-28 and ENT-01's first half: the issuer is one that the policy trusts, for this kind of token.

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use super::names::{compare, worst};
use crate::policy::{IssuerId, IssuerRealm, TrustedIssuer};
use crate::s2s::{Kind, Token};
use crate::verdict::{Evidence, Flow, Outcome, Part, RuleId, Sink};

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
    // An exact match is looked for before one in another letter case.
    let matched =
        |wanted: Outcome| issuers.iter().find(|issuer| recognises(issuer.id(), signed, context) == wanted);
    let issuer = matched(Outcome::Passed).or_else(|| matched(Outcome::Reported));
    let outcome = issuer.map_or(Outcome::Refused, |issuer| recognises(issuer.id(), signed, context));
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
            let realm = match realm {
                IssuerRealm::OfAudience => same(signed.aud.realm()),
                IssuerRealm::Exactly(realm) => same(Some(realm)),
                IssuerRealm::None => Outcome::refuse_unless(iss.realm.is_none()),
            };
            let without_host = Outcome::refuse_unless(iss.host.is_none());
            worst([compare(name, iss.name, context).0, realm, without_host].into_iter())
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
/// Follows ruling 8. The outer token is nobody's: it needs no listing, unless its `ver` marks it as a service token.
///
/// # Findings
/// `S2S-28`.
pub(super) fn check_kind<S: Sink>(
    token: &Token<'_>,
    signed: &Facts<'_, '_>,
    issuer: Option<&TrustedIssuer>,
    sink: &mut S,
) -> Flow {
    let layers = [(Part::Outer, token.kind()), (signed.part, signed.kind)];
    let layers = layers
        .into_iter()
        .filter(|(part, kind)| *part == signed.part || (token.outer().is_some() && *kind != Kind::Outer));
    if token.outer().is_some() {
        // A token of any other kind was not issued to act through an outer token.
        let is_actor = matches!(signed.kind, Kind::StsActor | Kind::SelfIssuedActor | Kind::Service);
        let check = crate::verdict::Check::new(RuleId::S2s28, signed.part);
        sink.check(check, is_actor, || Evidence::new("an actor token", signed.kind.title()))?;
    }
    for (part, kind) in layers {
        let check = crate::verdict::Check::new(RuleId::S2s28, part);
        let Some(issuer) = issuer else {
            if kind.is_never_valid() {
                sink.record(check, Outcome::Refused, || {
                    Evidence::new("a kind that can be verified", kind.title())
                })?;
            } else {
                sink.not_run(check, "the issuer is not trusted");
            }
            continue;
        };
        let listed = issuer.kinds().contains(&kind) && !kind.is_never_valid();
        sink.check(check, listed, || {
            let kinds: Vec<_> = issuer.kinds().iter().map(|kind| kind.as_str()).collect();
            Evidence::new(format!("one of: {}", kinds.join(", ")), kind)
        })?;
    }
    ControlFlow::Continue(())
}
