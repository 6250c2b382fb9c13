//! DA-19: whether the sender proves that it holds the key, and which parts of the message that proof covers.
//!
//! Follows WS-Security 1.1 section 8 and the WS-Security SAML token profile 1.1 section 3.5.1.

use std::ops::ControlFlow;

use super::{Context, check_shape};
use crate::budget::Budget;
use crate::dauth::assertion::Assertion;
use crate::dauth::message::Message;
use crate::dauth::policy::{MessageProof, Relationship, ServedEndpoint};
use crate::dauth::signature::{MessageKey, MessageSignature, SignatureMethod, SignedPart};
use crate::keys::{KeyDocument, X5tS256};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Judges the message's signature. Returns what it covers.
///
/// # Findings
/// `DA-19`.
pub(in crate::dauth) fn check_message_signature<S: Sink>(
    message: &Message<'_>,
    assertion: &Assertion<'_>,
    relationship: Option<&Relationship>,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Vec<SignedPart>> {
    let nothing = ControlFlow::Continue(Vec::new());
    // A token alone has nobody who sent it.
    let Some(envelope) = message.envelope() else { return nothing };
    let check = Check::new(RuleId::Da19, Part::Message).claim("Signature");
    let required = context.endpoint.map_or(MessageProof::None, ServedEndpoint::proof);
    let Some(signature) = envelope.signature() else {
        // One that is broken beyond reading was noted.
        check_shape(RuleId::Da19, Part::Message, message.defects(), sink)?;
        if required != MessageProof::None {
            sink.check(check, false, || Evidence::new(format!("a message signature: {required}"), "none"))?;
        }
        return nothing;
    };
    check_shape(RuleId::Da19, Part::Message, message.defects(), sink)?;
    if message.defects().breaks(RuleId::Da19) {
        return nothing;
    }
    let proof = match signature.method() {
        Some(SignatureMethod::HmacSha1) => MessageProof::SymmetricKey,
        _ => MessageProof::X509,
    };
    sink.check(check, required == MessageProof::None || required == proof, || {
        Evidence::new(format!("a message signature of the kind {required}"), proof)
    })?;
    match proof {
        MessageProof::SymmetricKey => check_holder(signature, message, assertion, check, sink)?,
        _ => check_certificate(signature, relationship, context, check, sink)?,
    }
    if required != MessageProof::None {
        let covers = signature.parts().any(|part| part == SignedPart::Timestamp);
        sink.check(check.claim("Reference"), covers, || {
            let parts: Vec<_> = signature.parts().map(SignedPart::as_str).collect();
            Evidence::new("a signature that covers the timestamp", parts.join(" and "))
        })?;
    }
    ControlFlow::Continue(signature.parts().collect())
}

/// Judges a signature with the key that the assertion's subject holds.
fn check_holder<S: Sink>(
    signature: &MessageSignature<'_>,
    message: &Message<'_>,
    assertion: &Assertion<'_>,
    check: Check,
    sink: &mut S,
) -> Flow {
    let names_token = match signature.key() {
        Some(MessageKey::AssertionId(id)) => assertion.id() == Some(id),
        Some(MessageKey::Token(node)) => message.token_node() == Some(*node),
        _ => false,
    };
    sink.check(check.claim("KeyInfo"), names_token, || {
        let seen = if names_token { "it does" } else { "another key" };
        Evidence::new("a reference to the assertion of this message", seen)
    })?;
    let Some(proof_key) = assertion.proof_key() else {
        sink.not_run(check.claim("SignatureValue"), "the assertion has no proof key");
        return Flow::Continue(());
    };
    let verified = signature.verify_hmac(proof_key);
    sink.check(check.claim("SignatureValue"), verified.is_ok(), || match verified {
        Ok(_) => Evidence::new("", "the sender holds the proof key"),
        Err(bad) => Evidence::new("a message signature that holds with the proof key", bad),
    })
}

/// Judges a signature with a certificate: whether it holds, and whether the relationship has the certificate.
fn check_certificate<S: Sink>(
    signature: &MessageSignature<'_>,
    relationship: Option<&Relationship>,
    context: Context<'_>,
    check: Check,
    sink: &mut S,
) -> Flow {
    let value = check.claim("SignatureValue");
    let Some(MessageKey::Certificate(der)) = signature.key() else {
        return sink.record(value, Outcome::Undecided, || {
            Evidence::new(
                "a certificate that comes with the message",
                "a reference to one that is not at hand",
            )
        });
    };
    let document = KeyDocument::parse(der, &Budget::DEFAULT).ok();
    let key = document.as_ref().and_then(|document| document.entries.first()?.key.as_ref().ok());
    let Some(key) = key else {
        return sink
            .check(value, false, || Evidence::new("a certificate with an RSA key", "another certificate"));
    };
    let verified = signature.verify_rsa(key);
    sink.check(value, verified.is_ok(), || match verified {
        Ok(_) => Evidence::new("", "it holds with the certificate that came with the message"),
        Err(bad) => Evidence::new("a message signature that holds with its certificate", bad),
    })?;
    // That says only that whoever sent the message has a certificate.
    let thumbprint = X5tS256::of_certificate(der);
    let known = relationship.is_some_and(|partner| partner.message_certificates().contains(&thumbprint));
    let outcome = if known { Outcome::Passed } else { Outcome::Undecided };
    sink.record(check.claim("BinarySecurityToken"), outcome, || {
        Evidence::new(
            "a certificate with which the partner may sign messages",
            format_args!("that of {thumbprint}"),
        )
    })?;
    if signature.method() == Some(SignatureMethod::RsaSha1) && known {
        let outcome =
            if context.policy.danger().sha1_signatures { Outcome::Reported } else { Outcome::Refused };
        sink.record(check.claim("SignatureMethod"), outcome, || Evidence::new("rsa-sha256", "rsa-sha1"))?;
    }
    Flow::Continue(())
}
