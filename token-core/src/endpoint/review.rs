//! CHL-30 to CHL-33: TLS, the certificate, and paths that are open.

use std::ops::ControlFlow;

use super::WELL_KNOWN_PATHS;
use super::record::{Legacy, ServerRecord, TlsRecord};
use crate::challenge::ChallengeReview;
use crate::time::UnixTime;
use crate::verdict::{Check, Collect, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// How long before its end a certificate is reported, in seconds: 30 days, within which public authorities let it be
/// renewed.
pub const CERTIFICATE_NOTICE: u64 = 30 * 24 * 3600;

/// Judges what a probe recorded, without the challenges.
///
/// The entry of a location is the number of the path in the record; findings without one are about the server.
///
/// # Findings
/// `CHL-30` to `CHL-32` where there is TLS, `CHL-33` for each path that answered.
pub fn review_server(record: &ServerRecord, now: UnixTime) -> ChallengeReview {
    let mut sink = Collect::default();
    let _: ControlFlow<()> = judge(record, now, &mut sink);
    ChallengeReview::new(sink.0)
}

fn judge<S: Sink>(record: &ServerRecord, now: UnixTime, sink: &mut S) -> Flow {
    if let Some(tls) = &record.tls {
        check_tls(tls, now, sink)?;
    }
    for (index, path) in record.paths.iter().enumerate() {
        let Some(answer) = &path.answer else { continue };
        let is_open = (200..300).contains(&answer.status);
        // A path that the caller chose may be meant for everybody.
        let known =
            WELL_KNOWN_PATHS.iter().any(|known| known.eq_ignore_ascii_case(path.path.trim_end_matches('/')));
        let outcome = if known { Outcome::refuse_unless(!is_open) } else { Outcome::report_unless(!is_open) };
        sink.record(Check::new(RuleId::Chl33, Part::Endpoint).entry(index), outcome, || {
            Evidence::new("401 or another refusal for an anonymous request", answer.status)
        })?;
    }
    ControlFlow::Continue(())
}

fn check_tls<S: Sink>(tls: &TlsRecord, now: UnixTime, sink: &mut S) -> Flow {
    for (version, answer) in [("TLS 1.0", tls.tls10), ("TLS 1.1", tls.tls11)] {
        let check = Check::new(RuleId::Chl30, Part::Endpoint);
        match answer {
            Legacy::Unknown => sink.not_run(check, "the server said neither yes nor no"),
            Legacy::Accepted | Legacy::Refused => sink.check(check, answer == Legacy::Refused, || {
                Evidence::new(format!("{version} refused"), format_args!("{version} {}", answer.as_str()))
            })?,
        }
    }
    let Some(certificate) = &tls.certificate else { return ControlFlow::Continue(()) };
    let check = |rule| Check::new(rule, Part::Endpoint).claim("certificate");
    sink.check(check(RuleId::Chl31), certificate.fault.is_none(), || {
        Evidence::new(
            "a certificate that is trusted for the host",
            certificate.fault.as_deref().unwrap_or("one"),
        )
    })?;
    let left = certificate.not_after.saturating_sub(now.as_secs());
    if left == 0 {
        sink.not_run(check(RuleId::Chl32), "the certificate has expired");
        return ControlFlow::Continue(());
    }
    sink.check(check(RuleId::Chl32), left >= CERTIFICATE_NOTICE, || {
        const DAY: u64 = 24 * 3600;
        let days = left.checked_div(DAY).unwrap_or_default();
        Evidence::new("30 days or more until it expires", format_args!("{days} days"))
    })
}
