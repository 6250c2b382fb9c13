//! S2S-11, S2S-12 and S2S-25 to S2S-27: times, their spelling, and how long a token may live.
//!
//! Follows RFC 7519 sections 2, 4.1.4 to 4.1.6, and rulings 1 and 2: both ends of the validity are inclusive.

use std::ops::ControlFlow;
use std::time::Duration;

use super::Context;
use super::facts::Facts;
use crate::jose::{TimeAnomaly, TimeClaim, TimeSpelling};
use crate::time::UnixTime;
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// Checks the times of one layer.
///
/// # Findings
/// `S2S-27`, `S2S-11`, `S2S-25`, `S2S-26`.
pub(super) fn check_times<S: Sink>(side: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    let nbf = spelled(side, "nbf", side.nbf, sink)?;
    let exp = spelled(side, "exp", side.exp, sink)?;
    let iat = spelled(side, "iat", side.claim(|claims| claims.iat).time(), sink)?;
    check_lifetime(side, nbf, exp, context, sink)?;

    let skew = context.policy.skew();
    let check = side.check(RuleId::S2s25).claim("exp");
    match exp {
        Some(exp) => sink.check(check, context.now <= exp.plus(skew.exp), || {
            Evidence::new(format!("{} or later, less {} s of skew", context.now, skew.exp.as_secs()), exp)
        })?,
        None => sink.not_run(check, "there is no sound exp"),
    }
    let check = side.check(RuleId::S2s26).claim("nbf");
    let begun = |at: UnixTime| at <= context.now.plus(skew.nbf);
    let evidence = |at: UnixTime| {
        Evidence::new(format!("{} or earlier, plus {} s of skew", context.now, skew.nbf.as_secs()), at)
    };
    match nbf {
        Some(nbf) => sink.check(check, begun(nbf), || evidence(nbf))?,
        None => sink.not_run(check, "there is no sound nbf"),
    }
    // RFC 7519 gives iat no force: a token that was issued in the future is worth a look, no more.
    match iat {
        Some(iat) => sink.record(check.claim("iat"), Outcome::report_unless(begun(iat)), || evidence(iat)),
        None => ControlFlow::Continue(()),
    }
}

/// Reads one time, and checks that it is spelled as its kind spells times.
fn spelled<S: Sink>(
    side: &Facts<'_, '_>,
    name: &'static str,
    claim: TimeClaim,
    sink: &mut S,
) -> ControlFlow<(), Option<UnixTime>> {
    let check = side.check(RuleId::S2s27).claim(name);
    let expected = if side.kind.allows_text_times() {
        "whole seconds, as a number or a string of digits"
    } else {
        "whole seconds, as a number"
    };
    match claim {
        // Whether it must be there is for S2S-18 to say, and its JSON type for S2S-17.
        TimeClaim::Absent | TimeClaim::Anomalous(TimeAnomaly::WrongType(_)) => ControlFlow::Continue(None),
        TimeClaim::Anomalous(anomaly) => {
            sink.record(check, Outcome::Refused, || Evidence::new(expected, anomaly.as_str()))?;
            ControlFlow::Continue(None)
        }
        TimeClaim::At(at, spelling) => {
            let fits = spelling == TimeSpelling::Number || side.kind.allows_text_times();
            sink.check(check, fits, || {
                let how = match spelling {
                    TimeSpelling::Number => "a number",
                    TimeSpelling::Text => "a string of digits",
                };
                Evidence::new(expected, how)
            })?;
            ControlFlow::Continue(Some(at))
        }
    }
}

fn check_lifetime<S: Sink>(
    side: &Facts<'_, '_>,
    nbf: Option<UnixTime>,
    exp: Option<UnixTime>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let check = side.check(RuleId::S2s11).claim("exp");
    let (Some(nbf), Some(exp)) = (nbf, exp) else {
        sink.not_run(check, "nbf or exp is missing");
        return ControlFlow::Continue(());
    };
    let maximum = context.policy.lifetimes().maximum(side.kind);
    let lifetime = exp.since(nbf).filter(|lifetime| *lifetime > Duration::ZERO);
    sink.check(check, lifetime.is_some_and(|lifetime| lifetime <= maximum), || {
        let expected = format!("after nbf, by at most {} s", maximum.as_secs());
        match lifetime {
            Some(lifetime) => Evidence::new(expected, format_args!("{} s after nbf", lifetime.as_secs())),
            None => Evidence::new(expected, "not after nbf"),
        }
    })
}

/// Reports an outer token that is valid when its actor token is not.
///
/// # Findings
/// `S2S-12`.
pub(super) fn check_nesting<S: Sink>(outer: &Facts<'_, '_>, signed: &Facts<'_, '_>, sink: &mut S) -> Flow {
    let both = |outer: TimeClaim, signed: TimeClaim| outer.value().zip(signed.value());
    for (name, times) in [("nbf", both(outer.nbf, signed.nbf)), ("exp", both(outer.exp, signed.exp))] {
        let check = outer.check(RuleId::S2s12).claim(name);
        let Some((outer_time, actor_time)) = times else {
            sink.not_run(check, "one of the layers has no sound time");
            continue;
        };
        let inside = if name == "nbf" { outer_time >= actor_time } else { outer_time <= actor_time };
        sink.check(check, inside, || {
            Evidence::new(format!("within the actor token's {name}, {actor_time}"), outer_time)
        })?;
    }
    ControlFlow::Continue(())
}
