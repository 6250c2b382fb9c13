//! The issuer's signature of an assertion, in the one shape that it may have.
//!
//! Follows SAML 1.1 core section 5.4, XML Signature sections 3.2 and 4, the WS-Security X.509 token profile 1.1 section 3.2.1,
//! and ruling 15.

use std::fmt;

use super::shape::{DigestMethod, Profile, Shape, SignatureMethod};
use crate::dauth::base64;
use crate::dauth::defect::Defects;
use crate::dauth::names::{ds, wsse};
use crate::dauth::xml::Node;
use crate::keys::Ski;
use crate::signature::{BadSignature, RsaPublicKey};
use crate::verdict::RuleId;

const PROFILE: Profile = Profile {
    shape: RuleId::Da02,
    algorithm: RuleId::Da04,
    methods: &[SignatureMethod::RsaSha256, SignatureMethod::RsaSha1],
    transforms: &[ds::ENVELOPED, ds::EXCLUSIVE],
    max_references: 1,
};

/// The signature that an issuer put into an assertion.
pub(in crate::dauth) struct Signature<'d> {
    assertion: Node<'d>,
    shape: Shape<'d>,
    ski: Option<Ski>,
    /// Whether reading it noted nothing.
    is_sound: bool,
}

impl<'d> Signature<'d> {
    /// Reads the signature of an assertion with this id.
    ///
    /// Notes everything that is not of the one shape: `DA-02`; unknown algorithms and parameters of known ones: `DA-04`;
    /// another key reference than one subject key identifier: `DA-05`. A signature with such a note never verifies.
    pub(in crate::dauth) fn read(
        assertion: Node<'d>,
        id: Option<&str>,
        defects: &mut Defects,
    ) -> Option<Self> {
        let before = defects.count();
        let mut all = assertion.subtree().filter(|node| node.is(ds::SIGNATURE));
        let (first, others) = (all.next(), all.count());
        let Some(node) = first else {
            defects.note(RuleId::Da02, "Signature", assertion, "exactly one", "none");
            return None;
        };
        if others > 0 {
            let seen = others.saturating_add(1);
            defects.note(RuleId::Da02, "Signature", assertion, "exactly one in the whole assertion", seen);
            return None;
        }
        if assertion.elements().last() != Some(node) {
            defects.note(RuleId::Da02, "Signature", node, "the last child of the assertion", "another place");
            return None;
        }
        let shape = Shape::read(node, &PROFILE, defects);
        for reference in &shape.references {
            if let Some(other) = reference.id.filter(|other| Some(*other) != id) {
                let expected = format!("#{}", crate::redact::printable(id.unwrap_or("id of the assertion")));
                defects.note(RuleId::Da02, "Reference", reference.node, expected, format_args!("#{other}"));
            }
        }
        let ski = shape.key_info.and_then(|info| read_ski(info, defects));
        Some(Self { assertion, shape, ski, is_sound: defects.count() == before })
    }

    /// Returns how it is signed, if that is one of the known ways.
    pub(in crate::dauth) const fn method(&self) -> Option<SignatureMethod> {
        self.shape.method
    }

    /// Returns how the assertion is digested, if that is one of the known ways.
    pub(in crate::dauth) fn digest_method(&self) -> Option<DigestMethod> {
        self.shape.references.first()?.method
    }

    /// Returns by which identifier it names its key.
    pub(in crate::dauth) const fn ski(&self) -> Option<&Ski> {
        self.ski.as_ref()
    }

    /// Returns whether there is all that verification works on, so that it does its whole work.
    pub(in crate::dauth) fn is_verifiable(&self) -> bool {
        let Shape { signed_info, method, references, value, .. } = &self.shape;
        let digest = references
            .first()
            .is_some_and(|reference| reference.method.zip(reference.value.as_ref()).is_some());
        signed_info.is_some() && method.is_some() && value.is_some() && digest
    }

    /// Verifies that the key signed SignedInfo, and that SignedInfo holds the digest of the assertion.
    ///
    /// Always does both, however the first ends, and whatever the shape.
    pub(in crate::dauth) fn verify(&self, key: &RsaPublicKey) -> Result<AssertionVerified, BadAssertion> {
        self.answer(self.shape.verify_rsa(key))
    }

    /// Verifies the same, and takes as long for a signature that does not hold as for one that does.
    pub(in crate::dauth) fn verify_evenly(
        &self,
        key: &RsaPublicKey,
    ) -> Result<AssertionVerified, BadAssertion> {
        self.answer(self.shape.verify_rsa_evenly(key))
    }

    fn answer(&self, signature: Result<(), BadSignature>) -> Result<AssertionVerified, BadAssertion> {
        let digest = match self.shape.references.as_slice() {
            [reference] => reference.verify(self.assertion, Some(self.shape.node)).is_ok(),
            _ => false,
        };
        match (signature, digest) {
            (Ok(()), true) if self.is_sound => Ok(AssertionVerified(())),
            (signature, digest) => {
                Err(BadAssertion { shape: !self.is_sound, signature: signature.is_err(), digest: !digest })
            }
        }
    }
}

/// Shows neither signature nor digest.
impl fmt::Debug for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("shape", &self.shape)
            .field("ski", &self.ski)
            .finish_non_exhaustive()
    }
}

/// Proves that an issuer's key signed an assertion, in the one shape: only [`Signature::verify`] makes this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(in crate::dauth) struct AssertionVerified(());

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) struct BadAssertion {
    /// What was noted when it was read.
    pub(in crate::dauth) shape: bool,
    /// The signature over SignedInfo.
    pub(in crate::dauth) signature: bool,
    /// The digest of the assertion.
    pub(in crate::dauth) digest: bool,
}

impl fmt::Display for BadAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.signature, self.digest) {
            (true, true) => "neither the signature nor the digest holds",
            (true, false) => "the signature does not verify with this key, though the digest is right",
            (false, true) => "the assertion is not the one that was signed: its digest is another",
            (false, false) => "the signature is not of the one shape",
        })
    }
}

/// Reads the subject key identifier, which is all that KeyInfo may hold.
fn read_ski(info: Node<'_>, defects: &mut Defects) -> Option<Ski> {
    let mut refuse = |node: Node<'_>, expected: &'static str, seen: &str| {
        defects.note(RuleId::Da05, "KeyInfo", node, expected, seen);
    };
    let Some(reference) = sole_child(info).filter(|child| child.is(wsse::SECURITY_TOKEN_REFERENCE)) else {
        let seen: Vec<_> = info.elements().map(|child| child.name().1).take(8).collect();
        refuse(info, "one SecurityTokenReference, and nothing else", &seen.join(", "));
        return None;
    };
    let Some(identifier) = sole_child(reference).filter(|child| child.is(wsse::KEY_IDENTIFIER)) else {
        refuse(reference, "one KeyIdentifier, and nothing else", "other contents");
        return None;
    };
    if reference.attributes().next().is_some() {
        refuse(reference, "a SecurityTokenReference without attributes", "one with them");
        return None;
    }
    ski_of(identifier).map_err(|(expected, seen)| refuse(identifier, expected, seen)).ok()
}

/// Reads a KeyIdentifier that is a subject key identifier; otherwise says what was expected and what was found.
pub(super) fn ski_of<'d>(identifier: Node<'d>) -> Result<Ski, (&'static str, &'d str)> {
    let is_other = |(namespace, name, _): &(&str, &str, &str)| {
        !namespace.is_empty() || !matches!(*name, "ValueType" | "EncodingType")
    };
    if let Some((_, other, _)) = identifier.attributes().find(is_other) {
        return Err(("ValueType and EncodingType alone", other));
    }
    match identifier.attribute("ValueType") {
        Some(wsse::X509_SKI) => {}
        other => return Err(("the ValueType X509SubjectKeyIdentifier", other.unwrap_or("none"))),
    }
    if let Some(other) = identifier.attribute("EncodingType").filter(|other| *other != wsse::BASE64) {
        return Err(("the EncodingType Base64Binary", other));
    }
    let bytes = identifier.text().ok().and_then(base64::decode);
    bytes.and_then(|bytes| Ski::from_bytes(&bytes)).ok_or(("base64 of 1 to 64 bytes", "other contents"))
}

/// Returns the child element that is the only one, beside which there is no text.
pub(super) fn sole_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.elements();
    let child = children.next()?;
    (children.next().is_none() && node.has_only_elements()).then_some(child)
}
