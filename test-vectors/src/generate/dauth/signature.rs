//! Signs assertions and timestamps.
//!
//! Follows XML Signature sections 3.1 and 4.3, in the shape that the gateway writes, and WS-Security 1.1 section 8.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::hmac;

use super::names::*;
use super::xml::*;
use crate::keys;

/// With which hash a signature is made; what it is said to be made with is separate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    pub(crate) fn digest(self, bytes: &[u8]) -> String {
        let algorithm = match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
        };
        STANDARD.encode(digest(algorithm, bytes))
    }

    pub(crate) const fn digest_method(self) -> &'static str {
        match self {
            Self::Sha1 => SHA1,
            Self::Sha256 => SHA256_URI,
        }
    }

    const fn signature_method(self) -> &'static str {
        match self {
            Self::Sha1 => RSA_SHA1,
            Self::Sha256 => RSA_SHA256,
        }
    }

    pub(crate) fn sign(self, key: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => keys::sign_sha1(key, message),
            Self::Sha256 => keys::sign(key, message),
        }
    }
}

/// How an assertion is signed.
#[derive(Clone)]
pub(crate) struct Signing {
    /// The key that signs.
    pub(crate) key: &'static str,
    /// The key that the signature names.
    pub(crate) named: &'static str,
    pub(crate) hash: Hash,
    /// The digest's hash, if it is another one.
    pub(crate) digest: Option<Hash>,
}

/// As the gateway signs, but with SHA-256.
pub(crate) fn sha256() -> Signing {
    Signing { key: GATEWAY, named: GATEWAY, hash: Hash::Sha256, digest: None }
}

/// As the gateway signs.
pub(crate) fn sha1() -> Signing {
    Signing { hash: Hash::Sha1, ..sha256() }
}

/// A reference to a key by its certificate's subject key identifier, as the gateway writes it.
pub(crate) fn key_info(key: &str) -> Element {
    el(DS, "KeyInfo").child(token_reference(O, key))
}

pub(crate) fn token_reference(ns: Ns, key: &str) -> Element {
    let identifier = el(ns, "KeyIdentifier").attr("ValueType", X509_SKI).attr("EncodingType", BASE64);
    el(ns, "SecurityTokenReference").child(identifier.text(STANDARD.encode(keys::ski(key))))
}

pub(crate) fn transform(algorithm: &str) -> Element {
    el(DS, "Transform").attr("Algorithm", algorithm)
}

/// A reference to `uri`, through these transforms, with this digest.
pub(crate) fn reference(uri: &str, transforms: &[&str], hash: Hash, value: &str) -> Element {
    let transforms = el(DS, "Transforms").children(transforms.iter().map(|algorithm| transform(algorithm)));
    el(DS, "Reference")
        .attr("URI", uri)
        .child(transforms)
        .child(el(DS, "DigestMethod").attr("Algorithm", hash.digest_method()))
        .child(el(DS, "DigestValue").text(value))
}

pub(crate) fn signed_info(method: &str, references: impl IntoIterator<Item = Element>) -> Element {
    el(DS, "SignedInfo")
        .child(el(DS, "CanonicalizationMethod").attr("Algorithm", EXCLUSIVE))
        .child(el(DS, "SignatureMethod").attr("Algorithm", method))
        .children(references)
}

pub(crate) fn signature(info: Element, value: &[u8], key_info: Element) -> Element {
    let value = el(DS, "SignatureValue").text(STANDARD.encode(value));
    el(DS, "Signature").child(info).child(value).child(key_info)
}

impl Signing {
    pub(crate) fn by(self, key: &'static str) -> Self {
        Self { key, named: key, ..self }
    }

    fn digest_hash(&self) -> Hash {
        self.digest.unwrap_or(self.hash)
    }

    /// What is signed: one reference to the assertion.
    pub(crate) fn info(&self, assertion: &Element) -> Element {
        let id = assertion.value("AssertionID").unwrap_or("uuid-none");
        let hash = self.digest_hash();
        let value = hash.digest(&assertion.canonical());
        let reference = reference(&format!("#{id}"), &[ENVELOPED, EXCLUSIVE], hash, &value);
        signed_info(self.hash.signature_method(), [reference])
    }

    /// Signs what is to be signed.
    pub(crate) fn sign(&self, info: Element) -> Element {
        let value = self.hash.sign(self.key, &info.canonical());
        signature(info, &value, key_info(self.named))
    }

    /// The assertion with its signature as the last child.
    pub(crate) fn apply(&self, assertion: Element) -> Element {
        self.apply_with(assertion, |info| info)
    }

    /// Likewise; what is to be signed is changed before.
    pub(crate) fn apply_with(&self, assertion: Element, change: impl FnOnce(Element) -> Element) -> Element {
        let signature = self.sign(change(self.info(&assertion)));
        assertion.child(signature)
    }

    /// Likewise; the signature is changed after it is made.
    pub(crate) fn apply_then(&self, assertion: Element, change: impl FnOnce(Element) -> Element) -> Element {
        let signature = change(self.sign(self.info(&assertion)));
        assertion.child(signature)
    }
}

pub(crate) fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, message).as_ref().to_vec()
}

/// A key reference to the assertion of this id (WS-Security SAML token profile 1.1 section 3.4).
pub(crate) fn assertion_reference(id: &str) -> Element {
    let identifier = el(WSSE, "KeyIdentifier").attr("ValueType", SAML_ASSERTION_ID).text(id);
    el(DS, "KeyInfo").child(el(WSSE, "SecurityTokenReference").child(identifier))
}

/// A message signature with the proof key over these elements, each under its `wsu:Id`.
pub(crate) fn proof_signature(proof: &[u8], over: &[&Element], assertion_id: &str) -> Element {
    let info = signed_info(HMAC_SHA1, over.iter().map(|target| target_reference(target, Hash::Sha1)));
    let value = hmac_sha1(proof, &info.canonical());
    signature(info, &value, assertion_reference(assertion_id))
}

/// A reference to a part of the message.
pub(crate) fn target_reference(target: &Element, hash: Hash) -> Element {
    let uri = format!("#{}", target.value("Id").expect("a wsu:Id"));
    reference(&uri, &[EXCLUSIVE], hash, &hash.digest(&target.canonical()))
}
