//! S2S-08 and ENT-04: the token is for this server.

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use super::names::{best, compare};
use crate::policy::HttpsUrl;
use crate::verdict::{Check, Evidence, Flow, Outcome, RuleId, Sink};

/// Checks the audience of one layer.
///
/// Follows [MS-XOAUTH] 3.2.5.6: `client_id/hostname@realm`, the first and the last compared case-sensitively, the
/// host name in any case; and for Entra tokens ruling 10. Identity tokens have a rule of their own (`EXI-03`).
///
/// # Findings
/// `S2S-08` for each of the three parts, or `ENT-04`.
pub(super) fn check_audience<S: Sink>(side: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    if side.kind.is_entra() {
        return check_resource(side, context, sink);
    }
    if !side.has_principal_audience() {
        return ControlFlow::Continue(());
    }
    let check = side.check(RuleId::S2s08).claim("aud");
    let Some(aud) = side.aud.principal else {
        // A service token names its resource as Entra does.
        if side.kind == crate::s2s::Kind::Service && side.aud.text.is_some() {
            return check_resource(side, context, sink);
        }
        sink.not_run(check, "the audience is absent or has no single reading");
        return ControlFlow::Continue(());
    };
    let ours = context.policy.audience();

    let application = ours.application.as_deref();
    let (outcome, how) = application.map_or((Outcome::Refused, ""), |id| compare(id, aud.name, context));
    sink.record(check, outcome, || {
        let expected = application.map_or_else(
            || "no application id: the policy names none".to_owned(),
            |id| format!("application id {id}"),
        );
        Evidence::new(expected, format_args!("{}{how}", aud.name))
    })?;
    let host_fits = aud.host.is_some_and(|host| ours.hosts.iter().any(|own| same_host(own, host)));
    sink.check(check, host_fits, || {
        let seen = aud.host.unwrap_or("no host");
        let hint = if seen.ends_with('.') { ", which ends with a dot" } else { "" };
        Evidence::new(one_of("host", &ours.hosts), format_args!("{seen}{hint}"))
    })?;
    let realm = aud.realm.unwrap_or_default();
    let outcome = best(ours.realms.iter().map(|own| compare(own, realm, context).0));
    sink.record(check, outcome, || {
        Evidence::new(one_of("realm", &ours.realms), aud.realm.unwrap_or("no realm"))
    })
}

/// Whether two texts are the same host: in any letter case, with the port of https or without.
pub(super) fn same_host(left: &str, right: &str) -> bool {
    let name = |host| str::strip_suffix(host, ":443").unwrap_or(host);
    name(left).eq_ignore_ascii_case(name(right))
}

fn one_of(what: &str, list: &[String]) -> String {
    match list {
        [] => format!("no {what}: the policy names none"),
        [one] => format!("{what} {one}"),
        _ => format!("{what} one of: {}", list.join(", ")),
    }
}

/// ENT-04: one audience of the token is the own application id, or one of the own URLs.
fn check_resource<S: Sink>(side: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    let ours = context.policy.audience();
    let is_ours =
        |aud: &str| ours.application.as_deref() == Some(aud) || ours.urls.iter().any(|url| url.matches(aud));
    let aud = side.claim(|claims| claims.aud);
    sink.check(Check::new(RuleId::Ent04, side.part).claim("aud"), aud.any_text(is_ours), || {
        let urls = ours.urls.iter().map(HttpsUrl::to_string);
        let own: Vec<_> = ours.application.iter().cloned().chain(urls).collect();
        let mut seen = Vec::new();
        aud.for_each_text(|text| seen.push(text.to_owned()));
        let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        Evidence::new(format!("one of: {}", own.join(", ")), seen)
    })
}
