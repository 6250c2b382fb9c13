//! ENT-01, ENT-02, ENT-03 and ENT-05: what keeps the tenants of Entra apart, and what its tokens grant.
//!
//! Follows the Microsoft identity platform's documentation of access tokens, and ruling 10.

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use crate::jose::Claim;
use crate::policy::{IssuerId, TrustedIssuer};
use crate::s2s::Kind;
use crate::verdict::{Evidence, Flow, RuleId, Sink};

/// Checks tenant, version and grants of an Entra token.
///
/// # Findings
/// `ENT-01`, `ENT-02`, `ENT-03`, `ENT-05`.
pub(super) fn check_tenant<S: Sink>(
    signed: &Facts<'_, '_>,
    issuer: Option<&TrustedIssuer>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let (Some(claims), true) = (signed.claims, signed.kind.is_entra()) else {
        return ControlFlow::Continue(());
    };
    let tid = claims.tid.text();
    let tid = tid.as_deref().unwrap_or_default();
    let seen_tid = if tid.is_empty() { "nothing" } else { tid };

    let check = signed.check(RuleId::Ent01).claim("iss");
    match issuer.map(TrustedIssuer::id) {
        Some(IssuerId::Tenant { before, after }) => {
            let tenant = signed.iss.text.and_then(|iss| iss.strip_prefix(&**before)?.strip_suffix(&**after));
            sink.check(check, !tid.is_empty() && tenant == Some(tid), || {
                Evidence::new(format!("{before}{seen_tid}{after}"), signed.iss.text_or_absent())
            })?;
        }
        Some(_) => sink.check(check, false, || {
            Evidence::new("an issuer that the policy spells with {tenantid}", signed.iss.text_or_absent())
        })?,
        None => sink.not_run(check, "the issuer is not trusted"),
    }
    let realms = &context.policy.audience().realms;
    let check = signed.check(RuleId::Ent02).claim("tid");
    sink.check(check, realms.iter().any(|realm| realm == tid), || {
        Evidence::new(format!("one of: {}", realms.join(", ")), seen_tid)
    })?;
    let version = if signed.kind == Kind::EntraV1 { "1.0" } else { "2.0" };
    // The version decides the kind; what is left to compare is the form of the issuer that goes with it.
    let issuer_fits =
        signed.iss.text.is_some_and(|iss| iss.ends_with("/v2.0") == (signed.kind == Kind::EntraV2));
    let check = signed.check(RuleId::Ent03).claim("ver");
    sink.check(check, claims.ver.is(version) && issuer_fits, || {
        let ver = claims.ver.text();
        let seen = format!("{} with {}", ver.as_deref().unwrap_or("nothing"), signed.iss.text_or_absent());
        Evidence::new(format!("{version} with an issuer of that version"), seen)
    })?;
    check_grants(signed, claims.scp, claims.roles, sink)
}

fn check_grants<S: Sink>(signed: &Facts<'_, '_>, scp: Claim<'_>, roles: Claim<'_>, sink: &mut S) -> Flow {
    let scopes = scp.text().is_some_and(|scp| !scp.trim().is_empty());
    let has_roles = roles.any_text(|role| !role.is_empty());
    sink.check(signed.check(RuleId::Ent05), scopes != has_roles, || {
        let seen = match (scopes, has_roles) {
            (true, true) => "both",
            (true, false) => "scopes",
            (false, true) => "roles",
            (false, false) => "neither",
        };
        Evidence::new("either scp or roles, and not empty", seen)
    })
}
