//! CHL-40 to CHL-45: what changed since a baseline.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::record::{AnswerRecord, BearerRecord, Legacy, PathRecord, ServerRecord, TlsRecord};
use crate::challenge::ChallengeReview;
use crate::verdict::{Check, Collect, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Compares a server with what it was.
///
/// The names of servers and back ends are recorded and not compared: behind a load balancer they change from request
/// to request. Neither is the order of schemes and of issuers. The entry of a location is the number of the path in
/// `seen`; findings without one are about the server, or about a path that was not asked for this time.
///
/// # Findings
/// `CHL-40` to `CHL-45`. Stronger TLS is no drift; another cipher of the same version is reported.
pub fn drift(baseline: &ServerRecord, seen: &ServerRecord) -> ChallengeReview {
    let mut sink = Collect::default();
    let _: ControlFlow<()> = judge(baseline, seen, &mut sink);
    ChallengeReview::new(sink.0)
}

fn judge<S: Sink>(baseline: &ServerRecord, seen: &ServerRecord, sink: &mut S) -> Flow {
    let server = |rule| Check::new(rule, Part::Endpoint);
    // Without TLS there was nothing to weaken; where the connection failed, the paths say so.
    if let (Some(before), Some(now)) = (&baseline.tls, &seen.tls) {
        check_tls(before, now, sink)?;
    }
    // A server that is gone is one finding, not one for each of its paths.
    if answers(baseline) > 0 && answers(seen) == 0 {
        return sink.record(server(RuleId::Chl45), Outcome::Refused, || {
            let why =
                seen.paths.iter().find_map(|path| path.failure.as_deref()).unwrap_or("it was not probed");
            Evidence::new(
                format!("answers on {} paths", answers(baseline)),
                format_args!("no answer ({why})"),
            )
        });
    }
    for before in &baseline.paths {
        let now = seen.paths.iter().enumerate().find(|(_, now)| now.path == before.path);
        let Some((index, now)) = now else {
            sink.record(server(RuleId::Chl45), Outcome::Refused, || {
                Evidence::new(format!("path {}", before.path), "it was not probed")
            })?;
            continue;
        };
        check_path(index, before, now, sink)?;
    }
    for (index, now) in seen.paths.iter().enumerate() {
        if !baseline.paths.iter().any(|before| before.path == now.path) {
            sink.record(server(RuleId::Chl45).entry(index), Outcome::Reported, || {
                Evidence::new("a path of the baseline", format_args!("{}, which is new", now.path))
            })?;
        }
    }
    ControlFlow::Continue(())
}

/// On how many paths the server answered.
fn answers(server: &ServerRecord) -> usize {
    server.paths.iter().filter(|path| path.answer.is_some()).count()
}

fn check_path<S: Sink>(index: usize, before: &PathRecord, now: &PathRecord, sink: &mut S) -> Flow {
    let check = |rule| Check::new(rule, Part::Endpoint).entry(index);
    let describe = |path: &PathRecord| match (&path.answer, &path.failure) {
        (Some(answer), _) => format!("an answer ({})", answer.status),
        (None, Some(failure)) => format!("no answer ({failure})"),
        (None, None) => "no answer".to_owned(),
    };
    let same = before.answer.is_some() == now.answer.is_some();
    sink.check(check(RuleId::Chl45), same, || Evidence::new(describe(before), describe(now)))?;
    let (Some(before), Some(now)) = (&before.answer, &now.answer) else {
        return ControlFlow::Continue(());
    };
    check_answer(index, before, now, sink)
}

fn check_answer<S: Sink>(index: usize, before: &AnswerRecord, now: &AnswerRecord, sink: &mut S) -> Flow {
    let check = |rule| Check::new(rule, Part::Endpoint).entry(index);
    let describe = |answer: &AnswerRecord| match &answer.location {
        Some(location) => format!("status {} to {location}", answer.status),
        None => format!("status {}", answer.status),
    };
    let same = before.status == now.status && host(before) == host(now);
    sink.check(check(RuleId::Chl42), same, || {
        let opened = !is_open(before) && is_open(now);
        let how = if opened { ": the path is open" } else { "" };
        Evidence::new(describe(before), format_args!("{}{how}", describe(now)))
    })?;

    let schemes = |answer: &AnswerRecord| -> BTreeSet<String> {
        answer.schemes.iter().map(|scheme| scheme.to_ascii_lowercase()).collect()
    };
    let (old, new) = (schemes(before), schemes(now));
    sink.check(check(RuleId::Chl40), old == new, || {
        let list =
            |schemes: &[String]| if schemes.is_empty() { "no scheme".to_owned() } else { schemes.join(", ") };
        Evidence::new(list(&before.schemes), changes(&old, &new).unwrap_or_else(|| list(&now.schemes)))
    })?;

    // A Bearer challenge that comes or goes as a whole is said by CHL-40.
    if !old.contains("bearer") || !new.contains("bearer") {
        return ControlFlow::Continue(());
    }
    let none = BearerRecord::default();
    check_bearer(index, before.bearer.as_ref().unwrap_or(&none), now.bearer.as_ref().unwrap_or(&none), sink)
}

fn is_open(answer: &AnswerRecord) -> bool {
    (200..300).contains(&answer.status)
}

/// The host of a redirect; what follows it often holds the time or a number of the request.
fn host(answer: &AnswerRecord) -> Option<&str> {
    answer
        .location
        .as_deref()
        .and_then(|location| location.split_once("://")?.1.split(['/', '?', '#']).next())
}

fn check_bearer<S: Sink>(index: usize, before: &BearerRecord, now: &BearerRecord, sink: &mut S) -> Flow {
    let check = |claim| Check::new(RuleId::Chl41, Part::Endpoint).entry(index).claim(claim);
    let text = |value: &Option<String>| value.clone().into_iter().collect::<BTreeSet<_>>();
    let list = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
    let parameters = [
        ("client_id", text(&before.client_id), text(&now.client_id)),
        ("trusted_issuers", list(&before.trusted_issuers), list(&now.trusted_issuers)),
        ("realm", text(&before.realm), text(&now.realm)),
        ("token_types", list(&before.token_types), list(&now.token_types)),
        ("authorization_uri", text(&before.authorization_uri), text(&now.authorization_uri)),
        ("issuer_kind", text(&before.issuer_kind), text(&now.issuer_kind)),
        ("error", text(&before.error), text(&now.error)),
    ];
    for (name, old, new) in parameters {
        if old.is_empty() && new.is_empty() {
            continue;
        }
        sink.check(check(name), old == new, || {
            let joined = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
            let expected = if old.is_empty() { "no value".to_owned() } else { joined(&old) };
            Evidence::new(expected, changes(&old, &new).unwrap_or_else(|| joined(&new)))
        })?;
    }
    ControlFlow::Continue(())
}

/// Says what appeared and what vanished; nothing where both are the same.
fn changes(before: &BTreeSet<String>, now: &BTreeSet<String>) -> Option<String> {
    let list = |what: &str, one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let only: Vec<_> = one.difference(other).cloned().collect();
        (!only.is_empty()).then(|| format!("{what} {}", only.join(", ")))
    };
    let parts = [list("appeared:", now, before), list("vanished:", before, now)];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn check_tls<S: Sink>(before: &TlsRecord, now: &TlsRecord, sink: &mut S) -> Flow {
    let check = || Check::new(RuleId::Chl43, Part::Endpoint);
    let name = |tls: &TlsRecord| tls.version.map_or("no handshake", super::TlsVersion::as_str);
    sink.check(check(), now.version >= before.version, || {
        Evidence::new(format!("{} or later", name(before)), name(now))
    })?;
    for (version, old, new) in [("TLS 1.0", before.tls10, now.tls10), ("TLS 1.1", before.tls11, now.tls11)] {
        if old == Legacy::Unknown || new == Legacy::Unknown {
            sink.not_run(check(), "a server said neither yes nor no to an old version");
            continue;
        }
        sink.check(check(), !(old == Legacy::Refused && new == Legacy::Accepted), || {
            Evidence::new(format!("{version} {}", old.as_str()), format_args!("{version} {}", new.as_str()))
        })?;
    }
    if before.version == now.version {
        let same = before.cipher == now.cipher;
        let cipher = |tls: &TlsRecord| tls.cipher.clone().unwrap_or_else(|| "no cipher".to_owned());
        sink.record(check(), Outcome::report_unless(same), || Evidence::new(cipher(before), cipher(now)))?;
    }
    let (Some(before), Some(now)) = (&before.certificate, &now.certificate) else {
        return ControlFlow::Continue(());
    };
    let check = Check::new(RuleId::Chl44, Part::Endpoint).claim("certificate");
    sink.check(check, before.sha256 == now.sha256, || {
        let describe =
            |c: &super::CertificateRecord| format!("{} by {} ({})", c.subject, c.issuer, short(&c.sha256));
        Evidence::new(describe(before), describe(now))
    })
}

/// Enough of a hash to tell certificates apart by eye; the whole one would be taken for key material.
fn short(sha256: &str) -> &str {
    sha256.get(..16).unwrap_or(sha256)
}
