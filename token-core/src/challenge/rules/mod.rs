//! The rules for challenges: what a server offers, and whether the policy agrees.
//!
//! Follows [MS-XOAUTH] section 4, RFC 9110 section 11 and attack J26. One file for each subject: the form of the
//! header, the schemes that are offered, and what the Bearer challenge says.

mod bearer;
mod demand;
mod form;
mod issuers;
mod satisfy;
mod schemes;

use std::ops::ControlFlow;

use super::bearer::BearerChallenge;
use super::parse::{Challenge, Scheme, challenges_of_lines};
use crate::budget::Budget;
use crate::policy::{LetterCase, Policy};
use crate::verdict::{Check, Collect, Finding, Outcome, Part, RuleId, Sink, broken};

pub use satisfy::would_satisfy;

/// How a response came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Nobody knows: the header was pasted.
    #[default]
    Unknown,
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

/// Which service of a server answered, as far as the rules treat it in its own way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// One that servers and modern clients call with Bearer: EWS, Autodiscover, MAPI, OAB, ActiveSync, SharePoint.
    #[default]
    Api,
    /// One that people call with a browser, or that knows Windows authentication alone: OWA, ECP, PowerShell, RPC.
    Other,
    /// The MRS proxy, which moves mailboxes and signs in with Negotiate or NTLM.
    MrsProxy,
}

impl Service {
    /// Tells the service by the path of its URL, in any letter case.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let path =
            path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
        let first = path.split('/').nth(1).unwrap_or_default();
        match first {
            "ews" if path.ends_with("/mrsproxy.svc") => Self::MrsProxy,
            "owa" | "ecp" | "powershell" | "rpc" => Self::Other,
            _ => Self::Api,
        }
    }
}

/// Where a challenge was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// How the response came.
    pub transport: Transport,
    /// Which service answered.
    pub service: Service,
}

/// Every check that was made on the challenges of a response, in the order in which they were made.
///
/// # Examples
/// ```
/// use token_core::challenge::{ChallengeReview, ChallengeVerdict, Situation};
/// use token_core::{Budget, RuleId};
///
/// let lines = [r#"Basic realm="mail.contoso.com""#];
/// let review = ChallengeReview::of_lines(lines, Situation::default(), None, &Budget::DEFAULT);
/// assert_eq!(review.verdict(), ChallengeVerdict::Findings);
/// assert!(review.broken().any(|finding| finding.rule == RuleId::Chl03));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ChallengeReview {
    findings: Vec<Finding>,
}

impl ChallengeReview {
    /// Judges the `WWW-Authenticate` values of one response.
    ///
    /// Without a policy, the rules that compare with one are not run.
    ///
    /// # Findings
    /// `CHL-01` to `CHL-15`. The entry of a location is the number of the challenge in the response, from 0.
    pub fn of_lines<'h, I, V>(
        lines: I,
        situation: Situation,
        policy: Option<&Policy>,
        budget: &Budget,
    ) -> Self
    where
        I: IntoIterator<Item = &'h V>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let mut sink = Collect::default();
        let _: ControlFlow<()> = judge(lines, situation, policy, budget, &mut sink);
        Self::new(sink.0)
    }

    pub(crate) const fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// Returns whether a rule was broken that is more than worth knowing.
    pub fn verdict(&self) -> ChallengeVerdict {
        let decides = |finding: &Finding| finding.outcome.verdict().is_some();
        if self.findings.iter().any(decides) { ChallengeVerdict::Findings } else { ChallengeVerdict::Clean }
    }

    /// Returns every check in order: passed, broken and not run.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the checks that did not pass: the errors first, then what is only reported.
    pub fn broken(&self) -> impl Iterator<Item = &Finding> {
        broken(&self.findings)
    }

    /// Adds the checks of another review behind those of this one.
    pub fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
    }
}

/// What a review of challenges, of an endpoint or of its drift comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum ChallengeVerdict {
    /// No rule of severity error was broken.
    Clean,
    /// At least one was.
    Findings,
}

impl ChallengeVerdict {
    /// Returns the verdict as it is spelled in machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings",
        }
    }
}

impl std::fmt::Display for ChallengeVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What every rule may look at.
struct Response<'h, 'p> {
    /// The challenges that could be read.
    challenges: Vec<Challenge<'h>>,
    /// Those of them that are Bearer challenges with parameters, with their numbers.
    bearers: Vec<(usize, BearerChallenge)>,
    situation: Situation,
    policy: Option<&'p Policy>,
}

impl<'h> Response<'h, '_> {
    /// The challenges of other schemes for passwords, with their numbers.
    fn of_schemes<'s>(&'s self, schemes: &'s [Scheme]) -> impl Iterator<Item = (usize, &'s Challenge<'h>)> {
        self.challenges.iter().enumerate().filter(|(_, challenge)| schemes.contains(&challenge.scheme()))
    }
}

fn judge<'h, S, I, V>(
    lines: I,
    situation: Situation,
    policy: Option<&Policy>,
    budget: &Budget,
    sink: &mut S,
) -> ControlFlow<()>
where
    S: Sink,
    I: IntoIterator<Item = &'h V>,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    let mut response = Response { challenges: Vec::new(), bearers: Vec::new(), situation, policy };
    // What only the wider grammar reads is read, and reported by CHL-02.
    for read in challenges_of_lines(lines, budget).accepting_bare_values() {
        match read {
            Ok(challenge) => response.challenges.push(challenge),
            Err(error) => form::check_error(error, sink)?,
        }
    }
    for (index, challenge) in response.challenges.iter().enumerate() {
        form::check_form(index, challenge, sink)?;
        if let Ok(bearer) = BearerChallenge::new(challenge, budget) {
            response.bearers.push((index, bearer));
        }
    }
    schemes::check_schemes(&response, sink)?;
    for (index, challenge) in &response.bearers {
        bearer::check_bearer(*index, challenge, policy, sink)?;
    }
    bearer::check_agreement(&response, sink)
}

const fn check(rule: RuleId, index: usize) -> Check {
    Check::new(rule, Part::Challenge).entry(index)
}

/// Compares two identifiers as the policy takes letter case, and says in words how they differ.
fn compare(expected: &str, seen: &str, letter_case: LetterCase) -> (Outcome, &'static str) {
    const CASE: &str = ", which differs in letter case alone";
    if expected == seen {
        (Outcome::Passed, "")
    } else if !expected.eq_ignore_ascii_case(seen) {
        (Outcome::Refused, "")
    } else if letter_case == LetterCase::Lenient {
        (Outcome::Reported, CASE)
    } else {
        (Outcome::Refused, CASE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_told_by_its_path() {
        for (path, service) in [
            ("/EWS/MRSProxy.svc", Service::MrsProxy),
            ("/ews/mrsproxy.svc/?x", Service::MrsProxy),
            ("/mrsproxy.svc", Service::Api),
            ("/ews/exchange.asmx", Service::Api),
            ("/ecp/", Service::Other),
            ("/owa", Service::Other),
            ("/owax", Service::Api),
            ("", Service::Api),
        ] {
            assert_eq!(Service::of_path(path), service, "{path}");
        }
    }
}
