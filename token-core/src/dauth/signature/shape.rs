//! What is the same in all signatures: SignedInfo with its references, and the value.
//!
//! Follows XML Signature (second edition) sections 4.2 to 4.4 in its narrowest reading: these elements, in this order, with
//! these attributes, and nothing else.

use std::fmt;

use aws_lc_rs::digest;

use crate::dauth::base64;
use crate::dauth::defect::Defects;
use crate::dauth::names::ds;
use crate::dauth::xml::{CanonicalTooLong, Name, Node, canonicalize};
use crate::signature::{BadSignature, RsaPublicKey};
use crate::verdict::RuleId;

/// An algorithm that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) enum SignatureMethod {
    RsaSha1,
    RsaSha256,
    /// Of messages alone: the key is that which the assertion's subject holds.
    HmacSha1,
}

impl SignatureMethod {
    fn of(algorithm: &str) -> Option<Self> {
        match algorithm {
            ds::RSA_SHA1 => Some(Self::RsaSha1),
            ds::RSA_SHA256 => Some(Self::RsaSha256),
            ds::HMAC_SHA1 => Some(Self::HmacSha1),
            _ => None,
        }
    }

    /// Returns the name that people know it by.
    pub(in crate::dauth) const fn as_str(self) -> &'static str {
        match self {
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
            Self::HmacSha1 => "hmac-sha1",
        }
    }
}

/// An algorithm that digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) enum DigestMethod {
    Sha1,
    Sha256,
}

impl DigestMethod {
    fn of(algorithm: &str) -> Option<Self> {
        match algorithm {
            ds::SHA1 => Some(Self::Sha1),
            ds::SHA256 => Some(Self::Sha256),
            _ => None,
        }
    }

    /// Returns the name that people know it by.
    pub(in crate::dauth) const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        }
    }
}

/// What a kind of signature must be like.
pub(super) struct Profile {
    /// The rule that the shape breaks.
    pub(super) shape: RuleId,
    /// The rule that an algorithm breaks.
    pub(super) algorithm: RuleId,
    pub(super) methods: &'static [SignatureMethod],
    /// The transforms of every reference, in their order.
    pub(super) transforms: &'static [&'static str],
    /// References that SignedInfo may have; at least one.
    pub(super) max_references: usize,
}

/// A signature, as far as it could be read.
pub(super) struct Shape<'d> {
    pub(super) node: Node<'d>,
    pub(super) signed_info: Option<Node<'d>>,
    pub(super) method: Option<SignatureMethod>,
    pub(super) references: Vec<Reference<'d>>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) key_info: Option<Node<'d>>,
}

/// One reference of a signature.
pub(super) struct Reference<'d> {
    pub(super) node: Node<'d>,
    /// The id that its URI `#id` names.
    pub(super) id: Option<&'d str>,
    pub(super) method: Option<DigestMethod>,
    pub(super) value: Option<Vec<u8>>,
}

impl<'d> Shape<'d> {
    /// Reads a Signature element.
    pub(super) fn read(node: Node<'d>, profile: &Profile, defects: &mut Defects) -> Self {
        let mut reader = Reader { profile, defects };
        let mut shape = Self {
            node,
            signed_info: None,
            method: None,
            references: Vec::new(),
            value: None,
            key_info: None,
        };
        reader.attributes("Signature", node, &["Id"]);
        let children = [ds::SIGNED_INFO, ds::SIGNATURE_VALUE, ds::KEY_INFO];
        let Some([signed_info, value, key_info]) = reader.children("Signature", node, children) else {
            return shape;
        };
        shape.value = reader.base64("SignatureValue", value);
        shape.key_info = Some(key_info);
        reader.attributes("SignedInfo", signed_info, &[]);
        reader.attributes("KeyInfo", key_info, &[]);

        let mut parts = signed_info.elements();
        let expected = [ds::CANONICALIZATION_METHOD, ds::SIGNATURE_METHOD];
        let [canonicalization, method] = expected.map(|name| parts.next().filter(|part| part.is(name)));
        let references: Vec<_> = parts.collect();
        let count = references.len();
        let (Some(canonicalization), Some(method), true) =
            (canonicalization, method, signed_info.has_only_elements() && count > 0)
        else {
            let expected = "CanonicalizationMethod, SignatureMethod, then Reference";
            reader.note("SignedInfo", signed_info, expected, "other contents");
            return shape;
        };
        if count > profile.max_references {
            let expected = format!("at most {}", profile.max_references);
            reader.defects.note(profile.shape, "Reference", signed_info, expected, count);
            return shape;
        }
        shape.signed_info = Some(signed_info);
        reader.empty(profile.shape, "CanonicalizationMethod", canonicalization);
        reader.is("CanonicalizationMethod", canonicalization, ds::EXCLUSIVE);
        reader.empty(profile.algorithm, "SignatureMethod", method);
        shape.method = reader.method(method);
        shape.references =
            references.into_iter().filter_map(|reference| reader.reference(reference)).collect();
        shape
    }

    /// Verifies the value over SignedInfo with an RSA key.
    pub(super) fn verify_rsa(&self, key: &RsaPublicKey) -> Result<(), BadSignature> {
        let signed_info = self.signed_info()?;
        let value = self.value.as_deref().ok_or(BadSignature)?;
        match self.method {
            Some(SignatureMethod::RsaSha256) => key.verify_rs256(&signed_info, value).map(|_proof| ()),
            Some(SignatureMethod::RsaSha1) => key.verify_sha1_for_legacy_use(&signed_info, value),
            Some(SignatureMethod::HmacSha1) | None => Err(BadSignature),
        }
    }

    /// Verifies the same, and takes as long for a value that does not hold as for one that does.
    pub(super) fn verify_rsa_evenly(&self, key: &RsaPublicKey) -> Result<(), BadSignature> {
        let signed_info = self.signed_info()?;
        let value = self.value.as_deref().ok_or(BadSignature)?;
        match self.method {
            Some(SignatureMethod::RsaSha256) => key.verify_rs256_evenly(&signed_info, value),
            Some(SignatureMethod::RsaSha1) => key.verify_sha1_evenly(&signed_info, value),
            Some(SignatureMethod::HmacSha1) | None => Err(BadSignature),
        }
    }

    /// Returns the canonical form of SignedInfo.
    pub(super) fn signed_info(&self) -> Result<Vec<u8>, BadSignature> {
        let mut canonical = Vec::new();
        let signed_info = self.signed_info.ok_or(BadSignature)?;
        canonicalize(signed_info, None, &mut |piece| canonical.extend_from_slice(piece))
            .map_err(|CanonicalTooLong| BadSignature)?;
        Ok(canonical)
    }
}

impl Reference<'_> {
    /// Compares the digest with that of an element, without one that is in it.
    pub(super) fn verify(&self, target: Node<'_>, without: Option<Node<'_>>) -> Result<(), BadSignature> {
        let (method, value) = self.method.zip(self.value.as_deref()).ok_or(BadSignature)?;
        let mut context = digest::Context::new(method.algorithm());
        canonicalize(target, without, &mut |piece| context.update(piece))
            .map_err(|CanonicalTooLong| BadSignature)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(context.finish().as_ref(), value)
            .map_err(|_| BadSignature)
    }
}

/// Shows neither signature nor digest.
impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digests: Vec<_> = self.references.iter().map(|reference| reference.method).collect();
        f.debug_struct("Signature")
            .field("method", &self.method)
            .field("digests", &digests)
            .finish_non_exhaustive()
    }
}

/// Reads elements of which every deviation is noted.
struct Reader<'p, 'e> {
    profile: &'p Profile,
    defects: &'e mut Defects,
}

impl Reader<'_, '_> {
    fn reference<'d>(&mut self, node: Node<'d>) -> Option<Reference<'d>> {
        if !node.is(ds::REFERENCE) {
            self.note("SignedInfo", node, "Reference", node.name().1);
            return None;
        }
        self.attributes("Reference", node, &["Id", "URI"]);
        let uri = node.attribute("URI");
        let id = uri.and_then(|uri| uri.strip_prefix('#')).filter(|id| !id.is_empty());
        if id.is_none() {
            self.note("Reference", node, "a URI of `#` and an id", uri.unwrap_or("no URI"));
        }
        let names = [ds::TRANSFORMS, ds::DIGEST_METHOD, ds::DIGEST_VALUE];
        let [transforms, method, value] = self.children("Reference", node, names)?;
        self.transforms(transforms);
        self.empty(self.profile.algorithm, "DigestMethod", method);
        let digest = self.algorithm("DigestMethod", method).and_then(|algorithm| {
            let digest = DigestMethod::of(algorithm);
            if digest.is_none() {
                self.defects.note(
                    self.profile.algorithm,
                    "DigestMethod",
                    method,
                    "sha256 or sha1",
                    algorithm,
                );
            }
            digest
        });
        Some(Reference { node, id, method: digest, value: self.base64("DigestValue", value) })
    }

    fn transforms(&mut self, node: Node<'_>) {
        self.attributes("Transforms", node, &[]);
        let expected = self.profile.transforms;
        let found: Vec<_> = node.elements().collect();
        for transform in &found {
            self.empty(self.profile.shape, "Transform", *transform);
        }
        let is_expected = |(transform, algorithm): (&Node<'_>, &&str)| {
            transform.is(ds::TRANSFORM) && transform.attribute("Algorithm") == Some(*algorithm)
        };
        let are_all = found.len() == expected.len() && found.iter().zip(expected).all(is_expected);
        if !are_all || !node.has_only_elements() {
            let seen: Vec<_> =
                found.iter().map(|node| node.attribute("Algorithm").unwrap_or("none")).take(4).collect();
            self.note("Transforms", node, expected.join(", "), seen.join(", "));
        }
    }

    fn method(&mut self, node: Node<'_>) -> Option<SignatureMethod> {
        let algorithm = self.algorithm("SignatureMethod", node)?;
        let method = SignatureMethod::of(algorithm).filter(|method| self.profile.methods.contains(method));
        if method.is_none() {
            let names: Vec<_> = self.profile.methods.iter().map(|method| method.as_str()).collect();
            self.defects.note(self.profile.algorithm, "SignatureMethod", node, names.join(", "), algorithm);
        }
        method
    }

    /// Takes children of exactly these names, in this order.
    fn children<'d, const N: usize>(
        &mut self,
        element: &'static str,
        node: Node<'d>,
        names: [Name; N],
    ) -> Option<[Node<'d>; N]> {
        let children: Vec<_> = node.elements().take(N.saturating_add(1)).collect();
        match <[Node<'d>; N]>::try_from(children) {
            Ok(children)
                if children.iter().zip(names).all(|(child, name)| child.is(name))
                    && node.has_only_elements() =>
            {
                Some(children)
            }
            _ => {
                let seen: Vec<_> = node.elements().map(|child| child.name().1).take(8).collect();
                self.note(element, node, names.map(|name| name.local).join(", "), seen.join(", "));
                None
            }
        }
    }

    /// Notes everything that stands in an element which has an algorithm and no parameters.
    fn empty(&mut self, rule: RuleId, element: &'static str, node: Node<'_>) {
        self.attributes(element, node, &["Algorithm"]);
        if let Some(child) = node.elements().next() {
            self.defects.note(rule, element, child, "nothing inside", child.name().1);
        } else if !node.has_only_elements() {
            self.defects.note(rule, element, node, "nothing inside", "text");
        }
    }

    fn is(&mut self, element: &'static str, node: Node<'_>, expected: &'static str) {
        if let Some(algorithm) = self.algorithm(element, node).filter(|algorithm| *algorithm != expected) {
            self.note(element, node, expected, algorithm);
        }
    }

    fn algorithm<'d>(&mut self, element: &'static str, node: Node<'d>) -> Option<&'d str> {
        let algorithm = node.attribute("Algorithm");
        if algorithm.is_none() {
            self.note(element, node, "an Algorithm", "none");
        }
        algorithm
    }

    fn attributes(&mut self, element: &'static str, node: Node<'_>, allowed: &[&str]) {
        let is_known = |(namespace, name): (&str, &str)| namespace.is_empty() && allowed.contains(&name);
        for (namespace, name, _) in node.attributes() {
            if !is_known((namespace, name)) {
                let expected =
                    if allowed.is_empty() { "no attributes".to_owned() } else { allowed.join(", ") };
                self.note(element, node, expected, format_args!("{{{namespace}}}{name}"));
            }
        }
    }

    fn base64(&mut self, element: &'static str, node: Node<'_>) -> Option<Vec<u8>> {
        self.attributes(element, node, &[]);
        match node.text().map(base64::decode) {
            Ok(Some(bytes)) => Some(bytes),
            Ok(None) => {
                self.note(element, node, "base64", "text that is not");
                None
            }
            Err(defect) => {
                self.note(element, node, "exactly one run of text", defect);
                None
            }
        }
    }

    fn note(
        &mut self,
        element: &'static str,
        node: Node<'_>,
        expected: impl Into<std::borrow::Cow<'static, str>>,
        seen: impl fmt::Display,
    ) {
        self.defects.note(self.profile.shape, element, node, expected, seen);
    }
}
