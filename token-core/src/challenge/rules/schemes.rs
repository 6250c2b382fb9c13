//! CHL-03, CHL-10, CHL-11 and CHL-14: which schemes are offered, and over what.

use std::ops::ControlFlow;

use super::{Response, Service, Transport, check};
use crate::challenge::parse::{Challenge, Scheme};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// The schemes that a password opens.
const LEGACY: [Scheme; 4] = [Scheme::Basic, Scheme::Digest, Scheme::Negotiate, Scheme::Ntlm];
const WINDOWS: [Scheme; 2] = [Scheme::Negotiate, Scheme::Ntlm];

/// Checks the schemes of a response.
///
/// Follows [MS-XOAUTH] section 4, RFC 7617 section 4 and the Exchange documentation of the MRS proxy, which is called
/// with Windows authentication and so is exempt from `CHL-03`, and from `CHL-10` for Negotiate and NTLM.
///
/// # Findings
/// `CHL-03`, `CHL-10` and `CHL-11` for each challenge they concern, `CHL-14`.
pub(super) fn check_schemes<S: Sink>(response: &Response<'_, '_>, sink: &mut S) -> Flow {
    let whole = |rule| Check::new(rule, Part::Challenge);
    let offered = || {
        let names: Vec<_> = response.challenges.iter().map(Challenge::scheme_name).collect();
        if names.is_empty() { "no challenge".to_owned() } else { names.join(", ") }
    };
    match response.situation.service {
        Service::Api => {
            let bearer = response.of_schemes(&[Scheme::Bearer]).next().is_some();
            sink.check(whole(RuleId::Chl03), bearer, || Evidence::new("Bearer", offered()))?;
        }
        Service::MrsProxy => {
            let windows = response.of_schemes(&WINDOWS).next().is_some();
            sink.check(whole(RuleId::Chl14), windows, || Evidence::new("Negotiate or NTLM", offered()))?;
            sink.not_run(whole(RuleId::Chl03), "the MRS proxy is called with Windows authentication");
        }
        Service::Other => sink.not_run(whole(RuleId::Chl03), "the service is not called with tokens"),
    }
    check_legacy(response, sink)?;

    for (index, challenge) in response.of_schemes(&[Scheme::Basic]) {
        let check = check(RuleId::Chl11, index);
        match response.situation.transport {
            Transport::Unknown => sink.not_run(check, "nobody says whether the response came over TLS"),
            Transport::Http => sink.record(check, Outcome::Refused, || {
                Evidence::new("https for a password", format_args!("{} over http", challenge.scheme_name()))
            })?,
            Transport::Https => {
                sink.record(check, Outcome::Passed, || Evidence::new("https for a password", "https"))?;
            }
        }
    }
    ControlFlow::Continue(())
}

fn check_legacy<S: Sink>(response: &Response<'_, '_>, sink: &mut S) -> Flow {
    let whole = Check::new(RuleId::Chl10, Part::Challenge);
    let Some(policy) = response.policy else {
        sink.not_run(whole, "there is no policy");
        return ControlFlow::Continue(());
    };
    if !policy.challenge().oauth_only {
        sink.not_run(whole, "the policy does not say oauth_only");
        return ControlFlow::Continue(());
    }
    let is_exempt = |scheme| response.situation.service == Service::MrsProxy && WINDOWS.contains(&scheme);
    for (index, challenge) in response.challenges.iter().enumerate() {
        let holds = !LEGACY.contains(&challenge.scheme()) || is_exempt(challenge.scheme());
        sink.check(check(RuleId::Chl10, index), holds, || {
            Evidence::new("Bearer alone", challenge.scheme_name())
        })?;
    }
    ControlFlow::Continue(())
}
