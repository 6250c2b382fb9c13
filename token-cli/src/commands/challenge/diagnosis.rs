//! Reads a refusal as one: what the server said, what the token says, and which of the two must change.
//!
//! Follows spec 3.5 and 3.6. The conclusion rests on what was said and on what can be compared here; it verifies nothing.

use serde::Serialize;
use token_core::challenge::{BearerChallenge, Code, StsError, aadsts, would_satisfy};
use token_core::s2s::Token;
use token_core::{Policy, RuleId, UnixTime};

use super::Read;
use crate::redacted;

/// One explanation of a refusal.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnosis {
    /// What the server said, one sentence each.
    pub(crate) server: Vec<String>,
    /// What the token says, where there is one.
    pub(crate) token: Vec<String>,
    pub(crate) must_change: Side,
    pub(crate) why: String,
}

/// Who has to change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    /// The token: the client must ask for, or build, another one.
    Token,
    /// The configuration of the server that refused.
    Server,
    /// The registration of the client at the token service: there is no token yet.
    Client,
    /// What was said does not decide it.
    Unknown,
}

impl Side {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "the token",
            Self::Server => "the server",
            Self::Client => "the client's registration",
            Self::Unknown => "not decided by what was said",
        }
    }
}

/// Where a token's times lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Unknown,
    NotYet,
    Current,
    Over,
}

/// What the conclusion is drawn from.
#[derive(Debug)]
struct Facts<'f> {
    /// The code of `x-ms-diagnostics`.
    code: Option<u32>,
    /// The first code of an error body.
    sts: Option<u32>,
    reason: &'f str,
    has_challenge: bool,
    has_error: bool,
    has_token: bool,
    /// The rules by which the token does not answer the challenge.
    mismatches: Vec<RuleId>,
    times: Times,
    /// Whether the policy trusts the issuer of the token.
    trusted: Option<bool>,
}

impl Diagnosis {
    pub(super) fn of(
        read: &Read,
        bearer: Option<&BearerChallenge>,
        token: Option<&Token<'_>>,
        policy: Option<&Policy>,
        now: UnixTime,
    ) -> Self {
        let of_source = |source: &str| read.diagnostics.iter().find(move |view| view.source == source);
        let diagnostics = of_source("x-ms-diagnostics");
        let mismatches: Vec<_> = match (token, bearer) {
            (Some(token), Some(bearer)) => {
                would_satisfy(token, bearer).broken().map(|finding| finding.rule).collect()
            }
            _ => Vec::new(),
        };
        let facts = Facts {
            code: diagnostics.and_then(|view| view.code),
            sts: of_source("error body").and_then(|view| view.code),
            reason: diagnostics.and_then(|view| view.reason.as_deref()).unwrap_or_default(),
            has_challenge: bearer.is_some(),
            has_error: bearer.is_some_and(|bearer| bearer.error.is_some()),
            has_token: token.is_some(),
            mismatches,
            times: token.map_or(Times::Unknown, |token| times(token, now)),
            trusted: token.zip(policy).map(|(token, policy)| is_trusted(token, policy)),
        };
        let (must_change, why) = facts.conclude();
        Self {
            server: server(read, bearer),
            token: token.map(said_by).unwrap_or_default(),
            must_change,
            why: why.to_owned(),
        }
    }
}

impl Facts<'_> {
    fn breaks(&self, rules: &[RuleId]) -> bool {
        self.mismatches.iter().any(|rule| rules.contains(rule))
    }

    fn conclude(&self) -> (Side, &'static str) {
        use Side::{Client, Server, Token, Unknown};
        let off_load = self.reason.contains("http://") && self.reason.contains("https://");
        match self.code {
            Some(2_000_000) => (
                Server,
                "The server does not hold the key that signed the token: refresh the issuer's metadata there. If the key is there, the token was altered on its way.",
            ),
            Some(2_000_001) if self.breaks(&[RuleId::Chl20]) => match self.trusted {
                Some(true) => (
                    Server,
                    "The policy trusts the token's issuer and the challenge does not: the AuthServer object of the issuer is missing or disabled.",
                ),
                _ => (
                    Token,
                    "Its issuer is none that the challenge trusts: ask the issuer that the challenge names.",
                ),
            },
            Some(2_000_001) => (
                Token,
                "The server could not read it, or misses a claim: the reason names it, and `s2s validate` checks the form.",
            ),
            Some(2_000_002) => match self.times {
                Times::Over => (Token, "It has expired: ask for a new one."),
                Times::NotYet => (
                    Token,
                    "It is not valid yet: the clock of its issuer is ahead, or that of this machine is behind.",
                ),
                Times::Current => (
                    Server,
                    "By the clock of this machine the token is current: the clock of the server is off.",
                ),
                Times::Unknown => {
                    (Token, "Ask for a new one; if that is refused as well, compare the clocks.")
                }
            },
            Some(2_000_003) if self.breaks(&[RuleId::Chl21, RuleId::Chl22]) => (
                Token,
                "Its audience is not what the challenge asks for: build it as client_id/host@realm from this challenge.",
            ),
            Some(2_000_003) if off_load => (
                Server,
                "The reason sets http against https: TLS ends at a device in front, and the server compares with the URL behind it. Keep https up to the server.",
            ),
            Some(2_000_003) if self.has_token => (
                Server,
                "Application and realm of the audience fit the challenge: the host is not one under which the server knows itself. Compare it with the reason, and publish that URL.",
            ),
            Some(2_000_003) => {
                (Token, "Its audience is not this server: compare the two values in the reason.")
            }
            Some(2_000_004) if self.breaks(&[RuleId::Chl20, RuleId::Chl22]) => {
                (Token, "Its realm is another one than that of the challenge.")
            }
            Some(2_000_004) => (
                Server,
                "The realm fits the challenge, and belongs to no organisation there: compare the AuthServer object with the tenant id.",
            ),
            Some(2_000_005) => (
                Server,
                "The user of the token is missing there, or is there twice: synchronise the directory.",
            ),
            Some(2_000_006) => {
                (Server, "The calling application is not known there: check the PartnerApplication.")
            }
            Some(2_000_007) => (Server, "It failed by itself: its event log says why."),
            Some(2_000_008) => (
                Server,
                "The token is good and permits too little: grant the application the permission, or send a token with the scope.",
            ),
            Some(2_000_009) => {
                (Server, "It lacks the key to sign with: check Get-AuthConfig and its certificate.")
            }
            Some(4_000_000) => (Server, "OAuth is not switched on for the domain of the user."),
            Some(3_001_000..=3_001_004) => (Token, "appid, scope or roles do not fit the kind of token."),
            Some(3_005_004) => (Token, "It is not signed: no server takes it, whatever it says."),
            Some(_) => (Unknown, "The code is not in the dictionary; the reason may say more."),
            None if self.sts.is_some() => {
                (Client, "The token service refused to issue a token: there is none that could be wrong.")
            }
            None if self.breaks(&[RuleId::Chl20]) && self.trusted == Some(true) => (
                Server,
                "The policy trusts the token's issuer and the challenge does not: the AuthServer object of the issuer is missing or disabled.",
            ),
            None if !self.mismatches.is_empty() => {
                (Token, "It is not what the challenge asks for; the findings say in what.")
            }
            None if self.has_token && self.has_challenge && !self.has_error => (
                Unknown,
                "The token fits the challenge, and the server reports no error: it saw none. Look for a device that removes Authorization.",
            ),
            None if self.has_token && self.has_challenge => (
                Unknown,
                "The token fits the challenge, and the server says not why it refuses: `s2s validate` checks signature and times.",
            ),
            None if self.has_challenge && !self.has_error => {
                (Unknown, "Nobody sent a token yet: this is the question, not a refusal.")
            }
            None if self.has_challenge => (
                Unknown,
                "A token was refused, and neither the reason nor the token is here: give it with --token.",
            ),
            None => (Server, "It offers no Bearer challenge: no token is asked for."),
        }
    }
}

fn server(read: &Read, bearer: Option<&BearerChallenge>) -> Vec<String> {
    let mut said = Vec::new();
    for view in &read.diagnostics {
        let mut parts = vec![match (view.code, &view.category) {
            (Some(code), Some(category)) => format!("{}: {code} ({category})", view.source),
            (Some(code), None) => format!("{}: {code}", view.source),
            (None, Some(category)) => format!("{}: {category}", view.source),
            (None, None) => view.source.to_owned(),
        }];
        parts.extend(view.meaning.map(str::to_owned));
        parts.extend(view.reason.as_ref().map(|reason| format!("In its own words: {reason}")));
        said.push(parts.join(". ").replace("..", "."));
    }
    match bearer {
        None if !read.challenges.is_empty() => said.push("It offers no Bearer challenge.".to_owned()),
        None => {}
        Some(bearer) => {
            if let Some(error) = &bearer.error {
                let why =
                    bearer.error_description.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
                said.push(format!("The challenge reports {error}{why}."));
            }
            let application =
                bearer.client_id.as_ref().map_or_else(|| "no application".to_owned(), ToString::to_string);
            let issuers =
                bearer.trusted_issuers.as_ref().map(ToString::to_string).filter(|list| !list.is_empty());
            let realm =
                bearer.realm.as_ref().map(|realm| format!(" in the realm {realm}")).unwrap_or_default();
            let issuers = issuers.unwrap_or_else(|| "nobody".to_owned());
            said.push(format!("It wants a token for {application}{realm}, issued by {issuers}."));
        }
    }
    said
}

fn said_by(token: &Token<'_>) -> Vec<String> {
    let mut said = vec![format!("Its kind: {}.", token.kind().title())];
    for layer in token.layers() {
        let Some(claims) = layer.claims() else { continue };
        let text = |claim: token_core::jose::Claim<'_>| {
            claim.text().map_or_else(|| "nobody".to_owned(), |text| redacted::text(&text))
        };
        let mut sentence =
            format!("The {} is issued by {} for {}", layer.part(), text(claims.iss), text(claims.aud));
        if let (Some(from), Some(to)) = (claims.nbf.time().value(), claims.exp.time().value()) {
            sentence.push_str(&format!(", from {from} to {to}"));
        }
        sentence.push('.');
        said.push(sentence);
    }
    said
}

/// The times of the layer that ends first, without skew.
fn times(token: &Token<'_>, now: UnixTime) -> Times {
    let claims = || token.layers().filter_map(|layer| layer.claims());
    let end = claims().filter_map(|claims| claims.exp.time().value()).min();
    let begin = claims().filter_map(|claims| claims.nbf.time().value()).max();
    match (begin, end) {
        (_, Some(end)) if now > end => Times::Over,
        (Some(begin), _) if now < begin => Times::NotYet,
        (_, Some(_)) => Times::Current,
        (_, None) => Times::Unknown,
    }
}

fn is_trusted(token: &Token<'_>, policy: &Policy) -> bool {
    let iss = token.signed().claims().and_then(|claims| claims.iss.text());
    iss.is_some_and(|iss| policy.issuers().iter().any(|issuer| issuer.covers(&iss)))
}

/// The codes of an error body, with what is known about them.
pub(super) fn sts_codes(error: &StsError) -> Vec<(u32, Option<&'static Code>)> {
    error.codes.iter().map(|code| (*code, aadsts(*code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            code: None,
            sts: None,
            reason: "",
            has_challenge: true,
            has_error: false,
            has_token: false,
            mismatches: Vec::new(),
            times: Times::Unknown,
            trusted: None,
        }
    }

    #[test]
    fn conclude_by_code_and_token() {
        let token = |code, mismatches: &[RuleId]| Facts {
            code: Some(code),
            has_token: true,
            mismatches: mismatches.to_vec(),
            ..facts()
        };
        let side = |facts: Facts<'_>| facts.conclude().0;
        assert_eq!(side(token(2_000_003, &[RuleId::Chl21])), Side::Token);
        assert_eq!(side(token(2_000_003, &[])), Side::Server);
        let reason = "Expected 'https://a'. Actual 'http://a'.";
        assert_eq!(side(Facts { reason, ..token(2_000_003, &[]) }), Side::Server);
        assert_eq!(side(Facts { code: Some(2_000_003), ..facts() }), Side::Token);
        assert_eq!(side(Facts { times: Times::Over, ..token(2_000_002, &[]) }), Side::Token);
        assert_eq!(side(Facts { times: Times::Current, ..token(2_000_002, &[]) }), Side::Server);
        assert_eq!(side(Facts { trusted: Some(true), ..token(2_000_001, &[RuleId::Chl20]) }), Side::Server);
        assert_eq!(side(Facts { trusted: Some(false), ..token(2_000_001, &[RuleId::Chl20]) }), Side::Token);
        assert_eq!(side(Facts { sts: Some(700_027), has_challenge: false, ..facts() }), Side::Client);
        assert_eq!(side(Facts { code: Some(1), ..facts() }), Side::Unknown);
    }

    #[test]
    fn conclude_without_a_code() {
        let said = |facts: Facts<'_>| facts.conclude();
        assert!(said(facts()).1.contains("Nobody sent a token"));
        assert!(said(Facts { has_error: true, ..facts() }).1.contains("--token"));
        assert!(said(Facts { has_token: true, ..facts() }).1.contains("removes Authorization"));
        assert_eq!(
            said(Facts { has_token: true, mismatches: vec![RuleId::Chl20], ..facts() }).0,
            Side::Token
        );
        assert_eq!(said(Facts { has_challenge: false, ..facts() }).0, Side::Server);
    }
}
