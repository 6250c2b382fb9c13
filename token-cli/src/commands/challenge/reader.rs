//! Reads a response as far as it was asked for: its form, its challenges under a policy, a token against them.

use token_core::challenge::{
    BearerChallenge, ChallengeReview, ChallengeVerdict, Situation, challenges_of_lines, repair, would_satisfy,
};
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, Policy, RuleId, UnixTime};

use super::diagnosis::Diagnosis;
use super::view::{Read, TokenAnswer, of_challenge, of_diagnostics};
use crate::input::Response;
use crate::report::{FindingView, Place};

/// Reads a response without judging more of it than its form.
pub(crate) fn explain(response: &Response, input: &str, now: UnixTime) -> Read {
    let reader = Reader { policy: None, token: None, diagnose: false, situation: Situation::default(), now };
    reader.read_said(response, input)
}

/// What every response is read with.
pub(super) struct Reader {
    pub(super) policy: Option<Policy>,
    pub(super) token: Option<Vec<u8>>,
    pub(super) diagnose: bool,
    pub(super) situation: Situation,
    pub(super) now: UnixTime,
}

impl Reader {
    /// Reads a response; nothing where it holds neither challenge nor diagnostics.
    pub(super) fn read(&self, response: &Response, input: &str) -> Option<Read> {
        let read = self.read_said(response, input);
        let is_empty = response.values("www-authenticate").next().is_none() && read.diagnostics.is_empty();
        (!is_empty || response.status == Some(401)).then_some(read)
    }

    /// Reads a response, whatever it holds.
    fn read_said(&self, response: &Response, input: &str) -> Read {
        let budget = Budget::DEFAULT;
        let diagnostics = of_diagnostics(response, &budget);
        let mut notes = Vec::new();
        let values: Vec<String> = response
            .values("www-authenticate")
            .map(|value| {
                let repaired = repair(value, &budget);
                notes.extend(
                    repaired.changes.iter().map(|change| format!("repaired, which no server does: {change}")),
                );
                repaired.value.into_owned()
            })
            .collect();
        let (mut challenges, mut bearer) = (Vec::new(), None);
        for challenge in challenges_of_lines(&values, &budget).accepting_bare_values().filter_map(Result::ok)
        {
            if bearer.is_none() {
                bearer = BearerChallenge::new(&challenge, &budget).ok();
            }
            challenges.push(of_challenge(&challenge));
        }
        let review = ChallengeReview::of_lines(&values, self.situation, self.policy.as_ref(), &budget);
        // Without a policy only the form is judged: what may be offered is for the policy to say.
        let is_form = |rule| matches!(rule, RuleId::Chl01 | RuleId::Chl02 | RuleId::Chl15);
        let kept = review.findings().iter().filter(|finding| self.policy.is_some() || is_form(finding.rule));
        let checks: Vec<_> = kept.map(FindingView::of).collect();
        let verdict = self.policy.as_ref().map(|_| review.verdict().as_str());

        let mut scratch = Scratch::new();
        let token = self.token.as_ref().map(|bytes| Token::decode(bytes, &budget, &mut scratch));
        // Without a Bearer challenge no token is an answer; its absence says so by CHL-20 and the rest.
        let answer = token.as_ref().map(|token| {
            let review = would_satisfy(token, bearer.as_ref().unwrap_or(&BearerChallenge::default()));
            TokenAnswer {
                satisfies: bearer.is_some() && review.verdict() == ChallengeVerdict::Clean,
                kind: token.kind().as_str(),
                checks: review.findings().iter().map(FindingView::of).collect(),
            }
        });
        let mut read = Read {
            place: Place { input: input.to_owned(), line: Some(response.line), offset: response.offset },
            status: response.status,
            verdict,
            challenges,
            diagnostics,
            checks,
            token: answer,
            diagnosis: None,
            notes,
        };
        if self.diagnose {
            read.diagnosis =
                Some(Diagnosis::of(&read, bearer.as_ref(), token.as_ref(), self.policy.as_ref(), self.now));
        }
        read
    }
}
