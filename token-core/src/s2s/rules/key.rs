//! KEY-01 to KEY-03, S2S-10, S2S-20 and S2S-37: which key the token names, whether its issuer has it, what it verifies.
//!
//! Follows RFC 7515 sections 4.1.4, 4.1.7, 4.1.8 and 5.2, and ruling 5: the key is found by issuer and id, exactly.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{ClaimsJudged, Context};
use crate::jose::{Claim, Header};
use crate::keys::{
    CertificateFacts, Key, KeyChosen, KeyId, KeySet, KeySource, Lookup, Spelling, ThumbprintError, X5t,
    X5tS256,
};
use crate::policy::{IssuerId, LetterCase, TrustedIssuer};
use crate::s2s::{Layer, Token};
use crate::signature::{BadSignature, Question, SignatureVerified};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// The key that the token named, and the proof that it verified the signature.
pub(crate) type KeyProof<'k> = (KeyChosen<'k>, SignatureVerified);

/// Chooses the key by issuer and id, and judges it. [`judge_signature`] comes after it.
///
/// Takes the proof that the claims were judged: an issuer that is not trusted has no keys. The source is told of a
/// key that is missing; `keys` is its current snapshot.
///
/// # Findings
/// `S2S-10`, `S2S-37`, `KEY-01`, `KEY-03`, `S2S-20`.
pub(crate) fn judge_key<'k, S: Sink>(
    token: &Token<'_>,
    judged: &ClaimsJudged<'_>,
    keys: &'k KeySet,
    source: &impl KeySource,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<KeyChosen<'k>>> {
    let layer = token.signed();
    let (Some(header), Some(issuer)) = (layer.header(), judged.issuer) else {
        sink.not_run(Check::new(RuleId::S2s10, layer.part()), "no trusted issuer, or no readable header");
        return ControlFlow::Continue(None);
    };
    let texts = [header.x5t, header.x5t_s256, header.kid].map(|claim| claim.text());
    let ids = check_ids(header, &texts, layer.part(), sink)?;
    let key = match ids {
        Some(ids) => choose(&ids, keys, source, issuer, layer.part(), context, sink)?,
        None => None,
    };
    let Some(key) = key else { return ControlFlow::Continue(None) };
    check_declared(layer, &key, issuer, context, sink)?;
    check_key(&key, layer.part(), context, sink)?;
    ControlFlow::Continue(Some(key))
}

/// Verifies the signature of the signed layer with the key that was chosen, over the bytes as they were received.
///
/// `verify` answers the one question, or has the answer already from a batch.
///
/// # Findings
/// `KEY-02`.
pub(crate) fn judge_signature<'k, S: Sink>(
    token: &Token<'_>,
    key: Option<KeyChosen<'k>>,
    verify: impl FnOnce(Question<'_>) -> Result<SignatureVerified, BadSignature>,
    sink: &mut S,
) -> ControlFlow<(), Option<KeyProof<'k>>> {
    let layer = token.signed();
    let check = Check::new(RuleId::Key02, layer.part());
    let Some(key) = key else {
        sink.not_run(check, "there is no key");
        return ControlFlow::Continue(None);
    };
    let Some(question) = question(token, &key) else {
        sink.not_run(check, "the signature could not be decoded");
        return ControlFlow::Continue(None);
    };
    let verified = verify(question).ok();
    sink.check(check, verified.is_some(), || {
        let seen = if verified.is_some() { "it does" } else { "it does not" };
        Evidence::new("RS256 with the chosen key verifies", seen)
    })?;
    ControlFlow::Continue(verified.map(|verified| (key, verified)))
}

/// What is to be verified; nothing where the signature could not be decoded.
pub(crate) fn question<'q>(token: &Token<'q>, key: &'q Key) -> Option<Question<'q>> {
    // The algorithm is the key's: whatever else the header says, S2S-01 has refused, and RS256 is what is verified.
    let layer = token.signed();
    Some(Question { key: key.rsa(), signing_input: layer.signing_input(), signature: layer.signature()? })
}

/// Reads the key ids of the header. Returns nothing where one of them is malformed.
fn check_ids<'t, S: Sink>(
    header: &Header<'_>,
    texts: &'t [Option<Cow<'_, str>>; 3],
    part: Part,
    sink: &mut S,
) -> ControlFlow<(), Option<KeyId<'t>>> {
    let [x5t, x5t_s256, kid] = texts;
    let x5t = thumbprint("x5t", header.x5t, x5t.as_deref().map(X5t::parse), part, sink)?;
    let x5t_s256 =
        thumbprint("x5t#S256", header.x5t_s256, x5t_s256.as_deref().map(X5tS256::parse), part, sink)?;
    let (Ok(x5t), Ok(x5t_s256)) = (x5t, x5t_s256) else { return ControlFlow::Continue(None) };
    ControlFlow::Continue(Some(KeyId { x5t, x5t_s256, kid: kid.as_deref() }))
}

/// A malformed thumbprint names no key: it must not count as one that is absent.
struct Malformed;

fn thumbprint<T, S: Sink>(
    name: &'static str,
    claim: Claim<'_>,
    parsed: Option<Result<(T, Spelling), ThumbprintError>>,
    part: Part,
    sink: &mut S,
) -> ControlFlow<(), Result<Option<T>, Malformed>> {
    let check = Check::new(RuleId::S2s10, part).claim(name);
    match parsed {
        Some(Ok((thumbprint, spelling))) => {
            let canonical = spelling == Spelling::Canonical;
            sink.check(Check::new(RuleId::S2s37, part).claim(name), canonical, || {
                Evidence::new(Spelling::Canonical.to_string(), spelling)
            })?;
            ControlFlow::Continue(Ok(Some(thumbprint)))
        }
        Some(Err(error)) => {
            sink.record(check, Outcome::Refused, || {
                Evidence::new("base64url of a certificate's digest", error)
            })?;
            ControlFlow::Continue(Err(Malformed))
        }
        // Of another type than a string, which S2S-17 has refused.
        None if claim.is_present() => ControlFlow::Continue(Err(Malformed)),
        None => ControlFlow::Continue(Ok(None)),
    }
}

fn choose<'k, S: Sink>(
    ids: &KeyId<'_>,
    keys: &'k KeySet,
    source: &impl KeySource,
    issuer: &TrustedIssuer,
    part: Part,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<KeyChosen<'k>>> {
    let check = Check::new(RuleId::S2s10, part);
    let refuse = |sink: &mut S, expected: &'static str, seen: String| {
        sink.record(check, Outcome::Refused, || Evidence::new(expected, seen))
    };
    let mut chosen = None;
    match keys.lookup(issuer.name(), ids) {
        Lookup::Found(key) => {
            sink.record(check, Outcome::Passed, || Evidence::new("a key of the issuer", describe(ids)))?;
            chosen = Some(key);
        }
        Lookup::NoId if context.policy.danger().sole_key_without_id => match keys.sole_key(issuer.name()) {
            Some(key) => {
                sink.record(check, Outcome::Reported, || {
                    Evidence::new(
                        "x5t, x5t#S256 or kid",
                        "none of them: the issuer's only key is taken (danger)",
                    )
                })?;
                chosen = Some(key);
            }
            None => refuse(sink, "x5t, x5t#S256 or kid", "none of them, and not exactly one key".to_owned())?,
        },
        Lookup::NoId => refuse(sink, "x5t, x5t#S256 or kid", "none of them".to_owned())?,
        Lookup::NoKeysOfIssuer => {
            sink.not_run(check, "no key of the issuer is at hand");
            let check = Check::new(RuleId::Key01, part);
            source.missed(issuer.name(), ids);
            sink.record(check, Outcome::Undecided, || {
                Evidence::new(format!("keys of {}", issuer.name()), "none")
            })?;
        }
        Lookup::UnknownId => {
            source.missed(issuer.name(), ids);
            refuse(sink, "the id of a key that the issuer publishes", describe(ids))?;
        }
        Lookup::Disagree => {
            refuse(sink, "ids that name one key", format!("{}, which do not", describe(ids)))?;
        }
    }
    if chosen.is_some() {
        let check = Check::new(RuleId::Key01, part);
        sink.record(check, Outcome::Passed, || {
            Evidence::new(format!("keys of {}", issuer.name()), keys.of_issuer(issuer.name()).count())
        })?;
    }
    ControlFlow::Continue(chosen)
}

fn describe(ids: &KeyId<'_>) -> String {
    let x5t = ids.x5t.map(|x5t| format!("x5t {x5t}"));
    let x5t_s256 = ids.x5t_s256.map(|x5t| format!("x5t#S256 {x5t}"));
    let kid = ids.kid.map(|kid| format!("kid {kid}"));
    x5t.into_iter().chain(x5t_s256).chain(kid).collect::<Vec<_>>().join(", ")
}

/// S2S-10, second half: a key whose document names an issuer signs for that issuer alone.
///
/// Entra publishes the keys of several issuers in one document, and says for each whose it is.
fn check_declared<S: Sink>(
    layer: &Layer<'_>,
    key: &Key,
    issuer: &TrustedIssuer,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let Some(declared) = key.declared_issuer() else { return ControlFlow::Continue(()) };
    // The iss of an identity token proves nothing: its issuer is the place of its keys.
    let iss = match issuer.id() {
        IssuerId::Metadata(_) => None,
        _ => layer.claims().and_then(|claims| claims.iss.text()),
    };
    let iss = iss.as_deref().unwrap_or(issuer.name());
    // Under the lenient policy S2S-09 has reported the letter case already.
    let lenient = context.policy.letter_case() == LetterCase::Lenient;
    let fits = key.may_sign_for(iss) || (lenient && key.may_sign_for(&iss.to_ascii_lowercase()));
    sink.check(Check::new(RuleId::S2s10, layer.part()).claim("iss"), fits, || {
        Evidence::new(
            format!("a key of {}", crate::redact::printable(iss)),
            format_args!("a key of {declared}"),
        )
    })
}

/// KEY-03 and S2S-20: the policy's demands on a key that was chosen.
fn check_key<S: Sink>(key: &Key, part: Part, context: Context<'_>, sink: &mut S) -> Flow {
    let minimum = context.policy.minimum_key_bits();
    let bits = key.rsa().modulus_bits();
    sink.check(Check::new(RuleId::Key03, part), bits >= minimum, || {
        Evidence::new(format!("at least {minimum} bits"), format_args!("{bits} bits"))
    })?;
    let check = Check::new(RuleId::S2s20, part);
    let Some(certificate) = key.certificate() else {
        const ABSENT: &str = "the key was published without a certificate";
        if context.policy.require_valid_certificate() {
            return sink.record(check, Outcome::Refused, || Evidence::new("a valid certificate", ABSENT));
        }
        sink.not_run(check, ABSENT);
        return ControlFlow::Continue(());
    };
    let within = (certificate.not_before..=certificate.not_after).contains(&context.now);
    let outcome = Outcome::of_required(within, context.policy.require_valid_certificate());
    sink.record(check, outcome, || validity(certificate, context))
}

fn validity(certificate: &CertificateFacts, context: Context<'_>) -> Evidence {
    let (from, to) = (certificate.not_before, certificate.not_after);
    Evidence::new(format!("valid at {}", context.now), format_args!("valid from {from} to {to}"))
}
