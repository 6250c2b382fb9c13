//! S2S-33 to S2S-35: proof tokens, `ver` markers, and the shared first-party principal.

use std::ops::ControlFlow;

use crate::jose::Claim;
use crate::s2s::{Kind, Layer, Principal, Token, well_known};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Checks the marks that select another code path in the receivers.
///
/// # Findings
/// `S2S-33`, `S2S-34`, `S2S-35`.
pub(super) fn check_markers<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    for layer in token.layers() {
        let kind = token.kind_of(layer);
        let check = Check::new(RuleId::S2s33, layer.part());
        sink.check(check, kind != Kind::Proof, || {
            let seen = if kind == Kind::Proof { "marks of a proof token" } else { "none" };
            Evidence::new("no endpointurl, endpointurlLength, isloopback, and no proof token in ver", seen)
        })?;
        check_ver(layer, kind, sink)?;
    }
    check_shared_principal(token, sink)
}

/// S2S-34: each marker needs its claims and excludes those of the other; any other marker selects another code path.
fn check_ver<S: Sink>(layer: &Layer<'_>, kind: Kind, sink: &mut S) -> Flow {
    let Some(claims) = layer.claims() else { return ControlFlow::Continue(()) };
    let check = Check::new(RuleId::S2s34, layer.part());
    let Some(ver) = claims.ver.text() else {
        return ControlFlow::Continue(());
    };
    let given = |claim: Claim<'_>| claim.is_present() && !claim.is("") && claim.json() != Some("[]");
    if kind == Kind::Service {
        let for_user = ver == well_known::APP_ASSERTED_USER;
        let (wanted, excluded) = if for_user {
            (("scp", claims.scp), ("roles", claims.roles))
        } else {
            (("roles", claims.roles), ("scp", claims.scp))
        };
        sink.check(check.claim(wanted.0), given(wanted.1), || {
            Evidence::new(
                format!("{} with ver {ver}", wanted.0),
                if given(wanted.1) { "it" } else { "nothing" },
            )
        })?;
        return sink.check(check.claim(excluded.0), !excluded.1.is_present(), || {
            let seen = if excluded.1.is_present() { "it" } else { "nothing" };
            Evidence::new(format!("no {} with ver {ver}", excluded.0), seen)
        });
    }
    // Entra's versions have a rule of their own, and Exchange's callback tokens carry a version too.
    if kind.is_entra() || matches!(kind, Kind::Callback | Kind::Proof) {
        return ControlFlow::Continue(());
    }
    sink.record(check.claim("ver"), Outcome::Refused, || {
        Evidence::new("nothing, app_asserted_user_v1 or service_asserted_app_v1", &ver)
    })
}

/// S2S-35: a request assertion of the principal that all Exchange servers share.
fn check_shared_principal<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    if token.kind() != Kind::RequestAssertion {
        return ControlFlow::Continue(());
    }
    let Some(iss) = token.outermost().claims().and_then(|claims| claims.iss.text()) else {
        return ControlFlow::Continue(());
    };
    let shared = Principal::parse(&iss).is_ok_and(|iss| iss.name.eq_ignore_ascii_case(well_known::EXCHANGE));
    let check = Check::new(RuleId::S2s35, Part::Token).claim("iss");
    sink.check(check, !shared, || Evidence::new("the organisation's own hybrid application", &iss))
}
