//! DA-22, DA-11, DA-02, DA-04, DA-06, DA-05, DA-18 and DA-24: the assertion up to its issuer's signature.
//!
//! Follows SAML 1.1 core section 5, XML Signature section 3.2 and ruling 15: the key is found by issuer and subject key
//! identifier, exactly, and never in the message.

use std::ops::ControlFlow;

use super::{Context, check_shape};
use crate::dauth::assertion::Assertion;
use crate::dauth::defect::Defects;
use crate::dauth::signature::{AssertionVerified, BadAssertion, DigestMethod, Signature, SignatureMethod};
use crate::keys::{KeyChosen, KeySet, Lookup};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// The key that the assertion names, and what it said of the signature.
pub(in crate::dauth) struct Verification<'k> {
    pub(in crate::dauth) key: KeyChosen<'k>,
    pub(in crate::dauth) answer: Result<AssertionVerified, BadAssertion>,
}

/// Finds the key that an assertion names. Nothing is judged here.
pub(in crate::dauth) fn choose_key<'k>(
    assertion: &Assertion<'_>,
    keys: &'k KeySet,
    context: Context<'_>,
) -> Lookup<'k> {
    let trusted = context.policy.token_issuer().uri();
    match assertion.signature().and_then(Signature::ski) {
        Some(ski) if assertion.issuer() == Some(trusted) => keys.lookup_ski(trusted, ski),
        _ => Lookup::NoId,
    }
}

/// Judges an assertion up to its issuer's signature. Returns the proof that the signature holds, and by which key.
///
/// `verify` does the verification, or has done it already.
///
/// # Findings
/// `DA-03`, `DA-22`, `DA-11`, `DA-02`, `DA-04`, `DA-06`, `DA-05`, `DA-24`, `DA-18`.
pub(in crate::dauth) fn judge_signed<'k, S: Sink>(
    assertion: &Assertion<'_>,
    defects: &Defects,
    lookup: Lookup<'k>,
    context: Context<'_>,
    verify: impl FnOnce(&Signature<'_>, KeyChosen<'k>) -> Verification<'k>,
    sink: &mut S,
) -> ControlFlow<(), Option<(KeyChosen<'k>, AssertionVerified)>> {
    for rule in [RuleId::Da03, RuleId::Da22, RuleId::Da11, RuleId::Da02] {
        check_shape(rule, Part::Assertion, defects, sink)?;
    }
    check_algorithms(assertion, defects, context, sink)?;
    check_issuer(assertion, context, sink)?;
    check_shape(RuleId::Da05, Part::Assertion, defects, sink)?;
    let key = check_key(lookup, defects, context, sink)?;

    let check = Check::new(RuleId::Da18, Part::Assertion);
    // Of a signature that is not of the one shape nobody may say that it holds.
    let sound =
        ![RuleId::Da02, RuleId::Da03, RuleId::Da04, RuleId::Da05].iter().any(|rule| defects.breaks(*rule));
    let (Some(key), Some(signature), true) = (key, assertion.signature(), sound) else {
        sink.not_run(check, "there is no signature of the one shape, or no key for it");
        return ControlFlow::Continue(None);
    };
    let Verification { key, answer } = verify(signature, key);
    sink.check(check, answer.is_ok(), || match &answer {
        Ok(_) => Evidence::new("", "it holds"),
        Err(bad) => {
            Evidence::new("a signature that holds over SignedInfo, and a digest of the assertion", bad)
        }
    })?;
    ControlFlow::Continue(answer.ok().map(|verified| (key, verified)))
}

fn check_algorithms<S: Sink>(
    assertion: &Assertion<'_>,
    defects: &Defects,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    check_shape(RuleId::Da04, Part::Assertion, defects, sink)?;
    let Some(signature) = assertion.signature() else { return Flow::Continue(()) };
    let weak = [
        ("SignatureMethod", signature.method() == Some(SignatureMethod::RsaSha1), "rsa-sha1"),
        ("DigestMethod", signature.digest_method() == Some(DigestMethod::Sha1), "sha1"),
    ];
    let allowed = context.policy.danger().sha1_signatures;
    for (element, _, name) in weak.into_iter().filter(|(_, is_weak, _)| *is_weak) {
        // Weak, and what the gateway is known to write.
        let outcome = if allowed { Outcome::Reported } else { Outcome::Refused };
        sink.record(Check::new(RuleId::Da04, Part::Assertion).claim(element), outcome, || {
            Evidence::new(if element == "SignatureMethod" { "rsa-sha256" } else { "sha256" }, name)
        })?;
    }
    Flow::Continue(())
}

fn check_issuer<S: Sink>(assertion: &Assertion<'_>, context: Context<'_>, sink: &mut S) -> Flow {
    let trusted = context.policy.token_issuer().uri();
    let check = Check::new(RuleId::Da06, Part::Assertion).claim("Issuer");
    sink.check(check, assertion.issuer() == Some(trusted), || {
        Evidence::new(trusted.to_owned(), assertion.issuer().unwrap_or("none"))
    })
}

/// Says that no certificate of the token issuer is at hand, so that nothing can be said of a signature.
///
/// # Findings
/// `DA-05`.
pub(in crate::dauth) fn report_no_keys<S: Sink>(sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da05, Part::Assertion).claim("KeyIdentifier");
    sink.record(check, Outcome::Undecided, || {
        Evidence::new("certificates of the token issuer at hand", "none")
    })
}

fn check_key<'k, S: Sink>(
    lookup: Lookup<'k>,
    defects: &Defects,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<KeyChosen<'k>>> {
    let check = Check::new(RuleId::Da05, Part::Assertion).claim("KeyIdentifier");
    let key = match lookup {
        Lookup::Found(key) => key,
        Lookup::NoId => {
            // Why there is no id was said before: the issuer, or the signature's shape.
            if !defects.breaks(RuleId::Da05) {
                sink.not_run(check, "there is no trusted issuer, or no key reference");
            }
            return ControlFlow::Continue(None);
        }
        Lookup::NoKeysOfIssuer => {
            report_no_keys(sink)?;
            return ControlFlow::Continue(None);
        }
        Lookup::UnknownId | Lookup::Disagree => {
            sink.check(check, false, || {
                Evidence::new(
                    "a certificate of the token issuer that is at hand",
                    "the identifier of another one",
                )
            })?;
            return ControlFlow::Continue(None);
        }
    };
    let bits = key.rsa().modulus_bits();
    let minimum = context.policy.minimum_key_bits();
    sink.check(check, bits >= minimum, || {
        Evidence::new(format!("a key of at least {minimum} bits"), format_args!("{bits} bits"))
    })?;
    check_certificate(key, context, sink)?;
    ControlFlow::Continue(Some(key))
}

fn check_certificate<S: Sink>(key: KeyChosen<'_>, context: Context<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da24, Part::Assertion).claim("KeyIdentifier");
    if let Some(certificate) = key.certificate() {
        let is_valid = certificate.is_valid_at(context.now);
        let outcome = Outcome::of_required(is_valid, context.policy.require_valid_certificate());
        sink.record(check, outcome, || {
            let (from, to) = (certificate.not_before, certificate.not_after);
            Evidence::new(
                format!("{} within the certificate's validity", context.now),
                format_args!("{from} to {to}"),
            )
        })?;
    }
    sink.check(check, !key.is_of_unverified_source(), || {
        Evidence::new("a certificate that was pinned, or metadata whose signature was verified", key.source())
    })
}
