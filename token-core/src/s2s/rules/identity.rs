//! EXI-01 to EXI-04: the Exchange identity token of Outlook add-ins.
//!
//! Follows the Outlook documentation, "Validate an Exchange identity token", and ruling 11. All trust hangs on the
//! metadata location: whoever chooses it chooses the key (CVE-2023-34362).

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use crate::policy::{HttpsUrl, IssuerId, TrustedIssuer};
use crate::s2s::{AppContext, Kind, well_known};
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// Finds the trusted issuer whose metadata location the token names.
pub(super) fn trusted_location<'c>(
    signed: &Facts<'_, '_>,
    context: Context<'c>,
) -> Option<&'c TrustedIssuer> {
    let app_context = signed.claims?.app_context(context.budget)?;
    let amurl = app_context.amurl?;
    let is_location = |id: &IssuerId| matches!(id, IssuerId::Metadata(url) if url.matches(&amurl));
    context.policy.issuers().iter().find(|issuer| is_location(issuer.id()))
}

/// Checks the metadata location before anything else is looked up.
///
/// # Findings
/// `EXI-01`.
pub(super) fn check_location<S: Sink>(signed: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    if signed.kind != Kind::Identity {
        return ControlFlow::Continue(());
    }
    let check = signed.check(RuleId::Exi01).claim("appctx.amurl");
    let trusted = trusted_location(signed, context);
    sink.check(check, trusted.is_some(), || {
        let urls = context.policy.issuers().iter().filter_map(|issuer| match issuer.id() {
            IssuerId::Metadata(url) => Some(url.to_string()),
            _ => None,
        });
        let urls = urls.collect::<Vec<_>>().join(", ");
        let expected = if urls.is_empty() {
            "no location: the policy lists none".into()
        } else {
            format!("one of: {urls}")
        };
        let app_context = signed.claims.and_then(|claims| claims.app_context(context.budget));
        let amurl = app_context.and_then(|app_context| app_context.amurl);
        let seen = amurl.map_or_else(
            || "nothing".to_owned(),
            |amurl| match HttpsUrl::parse(&amurl) {
                Ok(_) => amurl.into_owned(),
                Err(error) => format!("{amurl} ({error})"),
            },
        );
        Evidence::new(expected, seen)
    })
}

/// Checks the context of an identity token, and of a callback token as far as it has the same members.
///
/// # Findings
/// `EXI-02`, `EXI-03`, `EXI-04`; `S2S-16` for duplicates inside a context that is JSON text; `S2S-17` and `S2S-18`.
pub(super) fn check_identity<S: Sink>(signed: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    let Some(claims) = signed.claims.filter(|claims| claims.appctx.is_present()) else {
        return ControlFlow::Continue(());
    };
    let Some(app_context) = claims.app_context(context.budget) else {
        let check = signed.check(RuleId::S2s17).claim("appctx");
        return sink.record(check, Outcome::Refused, || {
            Evidence::new("an object, or a string that holds one", "neither")
        });
    };
    check_spelling(signed, &app_context, sink)?;
    if signed.kind != Kind::Identity {
        return ControlFlow::Continue(());
    }
    let members = [
        ("appctx.msexchuid", &app_context.msexchuid),
        ("appctx.version", &app_context.version),
        ("appctx.amurl", &app_context.amurl),
    ];
    for (name, value) in members {
        let given = value.as_deref().is_some_and(|value| !value.is_empty());
        sink.check(signed.check(RuleId::S2s18).claim(name), given, || {
            Evidence::new("a string", if given { "a string" } else { "nothing" })
        })?;
    }
    let version = app_context.version.as_deref().unwrap_or("nothing");
    let check = signed.check(RuleId::Exi02).claim("appctx.version");
    let known = version == well_known::IDENTITY_TOKEN_VERSION;
    sink.check(check, known, || Evidence::new(well_known::IDENTITY_TOKEN_VERSION, version))?;

    let aud = signed.aud.text.unwrap_or_default();
    // Outlook may hang an entity token behind the add-in's URL.
    let without_tail = aud.split_once("?et=").map_or(aud, |(url, _)| url);
    let urls = &context.policy.audience().urls;
    let ours = urls.iter().any(|url| url.as_str() == without_tail);
    sink.check(signed.check(RuleId::Exi03).claim("aud"), ours, || {
        let urls: Vec<_> = urls.iter().map(HttpsUrl::as_str).collect();
        Evidence::new(format!("one of: {}", urls.join(", ")), signed.aud.text_or_absent())
    })
}

fn check_spelling<S: Sink>(signed: &Facts<'_, '_>, app_context: &AppContext<'_>, sink: &mut S) -> Flow {
    let check = signed.check(RuleId::Exi04).claim("appctx");
    sink.check(check, app_context.misspelled.is_empty(), || {
        let seen = app_context.misspelled.join(", ");
        let seen = if seen.is_empty() { "those, in ".to_owned() + app_context.form.as_str() } else { seen };
        Evidence::new("the documented member names, letter by letter", seen)
    })?;
    for duplicate in &app_context.duplicates {
        super::form::report_duplicate(signed.check(RuleId::S2s16).claim("appctx"), duplicate, sink)?;
    }
    ControlFlow::Continue(())
}
