//! CHL-20 to CHL-24: whether a token answers a challenge, and if not, why.
//!
//! Follows [MS-XOAUTH] 3.2.5.6 and how clients choose an issuer. It compares the two texts and verifies nothing.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::ChallengeReview;
use super::demand::check_demands;
use crate::challenge::bearer::BearerChallenge;
use crate::challenge::issuers::TrustedIssuerEntry;
use crate::challenge::text::Text;
use crate::s2s::{Kind, Layer, Principal, Token};
use crate::verdict::{Check, Collect, Evidence, Flow, RuleId, Sink};

/// Says whether a token is what a challenge asks for: issuer, audience, realm, kind, and the claims that are demanded.
///
/// Follows [MS-XOAUTH] 3.2.5.6. A token that fits may still be refused, for its signature or its times: that is the
/// business of a `Validator`. Locations are those of the token's layers.
///
/// # Findings
/// `CHL-20` to `CHL-24`; the last one undecided where the token alone does not tell.
///
/// # Examples
/// ```
/// use token_core::challenge::{BearerChallenge, would_satisfy};
/// use token_core::{Budget, RuleId, Scratch, Token};
///
/// let mut scratch = Scratch::new();
/// let token = Token::decode(b"e30.e30.", &Budget::DEFAULT, &mut scratch);
/// let review = would_satisfy(&token, &BearerChallenge::default());
/// assert!(review.broken().any(|finding| finding.rule == RuleId::Chl20));
/// ```
pub fn would_satisfy(token: &Token<'_>, challenge: &BearerChallenge) -> ChallengeReview {
    let mut sink = Collect::default();
    let _: ControlFlow<()> = judge(token, challenge, &mut sink);
    ChallengeReview::new(sink.0)
}

fn judge<S: Sink>(token: &Token<'_>, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    check_kind(token, challenge, sink)?;
    check_issuer(token, challenge, sink)?;
    for layer in token.layers() {
        check_audience(layer, challenge, sink)?;
    }
    check_demands(token, challenge, sink)
}

fn check_kind<S: Sink>(token: &Token<'_>, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    let kinds = [(token.outermost(), token.kind()), (token.signed(), token.signed_kind())];
    // Of a token with one layer, both are the same.
    let layers = kinds.into_iter().take(if token.outer().is_some() { 2 } else { 1 });
    for (layer, kind) in layers {
        let check = Check::new(RuleId::Chl23, layer.part());
        match kind {
            Kind::Outer if token.outer().is_some() => {}
            Kind::StsActor | Kind::SelfIssuedActor | Kind::LowTrustApp | Kind::LowTrustUser => {
                sink.check(check, true, || Evidence::new("a server token", kind))?;
            }
            Kind::EntraV1 | Kind::EntraV2 => {
                sink.check(check, sends_users_to_entra(challenge), || {
                    let expected =
                        "a server token: there is neither authorization_uri nor the URL of an issuer";
                    Evidence::new(expected, kind.title())
                })?;
            }
            Kind::Service => {
                let ver = layer.claims().and_then(|claims| claims.ver.text()).unwrap_or_default();
                let types = challenge.token_types.as_deref().unwrap_or_default();
                sink.check(check.claim("ver"), types.iter().any(|kind| *kind == *ver), || {
                    let types: Vec<_> = types.iter().map(Text::as_str).collect();
                    let expected = if types.is_empty() {
                        "no marked service token: there are no token_types".to_owned()
                    } else {
                        format!("token_types: {}", types.join(" "))
                    };
                    Evidence::new(expected, &ver)
                })?;
            }
            _ => sink.check(check, false, || Evidence::new("a server token", kind.title()))?,
        }
    }
    ControlFlow::Continue(())
}

/// Whether the server takes tokens that Entra issues: hybrid modern authentication, or SharePoint Online.
fn sends_users_to_entra(challenge: &BearerChallenge) -> bool {
    let urls = challenge.trusted_issuers.iter().flat_map(|issuers| &issuers.entries);
    challenge.authorization_uri.is_some() || urls.into_iter().any(|e| matches!(e, TrustedIssuerEntry::Url(_)))
}

fn check_issuer<S: Sink>(token: &Token<'_>, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    let layer = token.signed();
    let check = Check::new(RuleId::Chl20, layer.part()).claim("iss");
    let iss = layer.claims().and_then(|claims| claims.iss.text());
    let seen = iss.as_deref().unwrap_or("no issuer");
    let entries = challenge.trusted_issuers.as_ref().map_or(&[][..], |issuers| &issuers.entries);
    let by_url = entries.iter().any(|entry| matches!(entry, TrustedIssuerEntry::Url(_)));
    // Exchange announces Entra by where users sign in, not among the issuers.
    if token.signed_kind().is_entra() && !by_url && challenge.authorization_uri.is_some() {
        sink.not_run(check, "the challenge announces Entra by authorization_uri, and names no URL");
        return ControlFlow::Continue(());
    }
    let trusted = entries.iter().any(|entry| names_issuer(entry, seen));
    sink.check(check, trusted, || {
        let list = challenge.trusted_issuers.as_ref().map(ToString::to_string).unwrap_or_default();
        let expected = if list.is_empty() {
            "nobody: the challenge trusts no issuer".to_owned()
        } else {
            format!("one of: {list}")
        };
        let case = entries.iter().any(|entry| names_issuer(&lower(entry), &seen.to_ascii_lowercase()));
        let how = if case && !trusted { ", which differs in letter case alone" } else { "" };
        Evidence::new(expected, format_args!("{seen}{how}"))
    })
}

/// Whether an entry of a challenge names the issuer of a token.
fn names_issuer(entry: &TrustedIssuerEntry, iss: &str) -> bool {
    match entry {
        TrustedIssuerEntry::Principal { name, realm } => Principal::parse(iss).is_ok_and(|iss| {
            let realm_fits = entry.is_any_realm() || realm.as_ref().map(Text::as_str) == iss.realm;
            iss.host.is_none() && *name == iss.name && realm_fits
        }),
        TrustedIssuerEntry::Url(url) => {
            let (mut own, mut seen) = (url.as_str().split('/'), iss.split('/'));
            loop {
                match (own.next(), seen.next()) {
                    (None, None) => return true,
                    (Some("*"), Some(tenant)) if !tenant.is_empty() => {}
                    (Some(own), Some(seen)) if own == seen => {}
                    _ => return false,
                }
            }
        }
        TrustedIssuerEntry::Other(_) => false,
    }
}

fn lower(entry: &TrustedIssuerEntry) -> TrustedIssuerEntry {
    let mut text = String::new();
    entry.push_to(&mut text);
    TrustedIssuerEntry::parse(&text.to_ascii_lowercase())
}

fn check_audience<S: Sink>(layer: &Layer<'_>, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    let check = |rule| Check::new(rule, layer.part()).claim("aud");
    let aud = layer.claims().and_then(|claims| claims.aud.text());
    if aud.as_deref().is_some_and(|aud| aud.contains("://")) {
        for rule in [RuleId::Chl21, RuleId::Chl22] {
            sink.not_run(check(rule), "the audience is a URL, which a challenge does not name");
        }
        return ControlFlow::Continue(());
    }
    let seen = aud.as_deref().unwrap_or("no audience");
    let principal = Principal::parse(seen).ok().filter(|_| aud.is_some());
    match challenge.client_id.as_ref().map(Text::as_str) {
        None => sink.not_run(check(RuleId::Chl21), "the challenge has no client_id"),
        Some(id) => {
            let fits = principal.is_some_and(|aud| aud.name == id);
            sink.check(check(RuleId::Chl21), fits, || {
                Evidence::new(format!("{}/host@realm", Text::from(id)), seen)
            })?;
        }
    }
    match challenge.realm.as_ref().map(Text::as_str).filter(|realm| !realm.is_empty()) {
        None => sink.not_run(check(RuleId::Chl22), "the challenge has no realm"),
        Some(realm) => {
            let own = principal.and_then(|aud| aud.realm).map(Cow::Borrowed);
            sink.check(check(RuleId::Chl22), own.as_deref() == Some(realm), || {
                Evidence::new(format!("realm {}", Text::from(realm)), own.as_deref().unwrap_or("no realm"))
            })?;
        }
    }
    ControlFlow::Continue(())
}
