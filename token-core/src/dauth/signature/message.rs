//! The signature that the sender puts into the security header: what it covers, by which key, and whether it holds.
//!
//! Follows WS-Security 1.1 sections 7 and 8, the SAML token profile 1.1 section 3.4 and the X.509 token profile 1.1 section
//! 3.2. It is another signature than the assertion's: its targets come from a list of their own, and the key is the one that
//! the assertion's subject holds, or that of a certificate.

use std::fmt;

use aws_lc_rs::hmac;

use super::assertion::{ski_of, sole_child};
use super::shape::{Profile, Shape, SignatureMethod};
use crate::dauth::base64;
use crate::dauth::defect::Defects;
use crate::dauth::names::{ds, saml, soap11, soap12, wsa, wsse, wsu, xenc};
use crate::dauth::xml::{Name, Node};
use crate::keys::Ski;
use crate::signature::{BadSignature, RsaPublicKey};
use crate::verdict::RuleId;

const PROFILE: Profile = Profile {
    shape: RuleId::Da19,
    algorithm: RuleId::Da19,
    methods: &[SignatureMethod::HmacSha1, SignatureMethod::RsaSha256, SignatureMethod::RsaSha1],
    transforms: &[ds::EXCLUSIVE],
    // Timestamp, the addressing headers, the token and the body, once each.
    max_references: 8,
};

/// WS-Security 1.1, secext: WCF says there of what type the token is.
const TOKEN_TYPE: Name = Name {
    namespace: "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd",
    local: "TokenType",
};

/// What a message signature can cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignedPart {
    /// The timestamp in the security header.
    Timestamp,
    /// To whom the message is addressed.
    To,
    /// What the message asks for.
    Action,
    /// The message's id.
    MessageId,
    /// Where the answer goes.
    ReplyTo,
    /// The certificate that came with the message.
    BinarySecurityToken,
    /// The body.
    Body,
}

impl SignedPart {
    /// Returns the element's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timestamp => "Timestamp",
            Self::To => "To",
            Self::Action => "Action",
            Self::MessageId => "MessageID",
            Self::ReplyTo => "ReplyTo",
            Self::BinarySecurityToken => "BinarySecurityToken",
            Self::Body => "Body",
        }
    }

    /// Returns the elements that can be covered, each where it belongs.
    fn all(security: Node<'_>) -> impl Iterator<Item = (Self, Node<'_>)> {
        let header = security.parent();
        let envelope = header.and_then(Node::parent);
        let of_security =
            [(Self::Timestamp, wsu::TIMESTAMP), (Self::BinarySecurityToken, wsse::BINARY_SECURITY_TOKEN)];
        let of_header = [
            (Self::To, wsa::TO),
            (Self::Action, wsa::ACTION),
            (Self::MessageId, wsa::MESSAGE_ID),
            (Self::ReplyTo, wsa::REPLY_TO),
        ];
        let of_envelope = [(Self::Body, soap11::BODY), (Self::Body, soap12::BODY)];
        let security = of_security.into_iter().map(move |place| (Some(security), place));
        let header = of_header.into_iter().map(move |place| (header, place));
        let envelope = of_envelope.into_iter().map(move |place| (envelope, place));
        security.chain(header).chain(envelope).flat_map(|(parent, (part, name))| {
            parent.into_iter().flat_map(move |parent| parent.all(name)).map(move |node| (part, node))
        })
    }
}

/// By what a message signature names its key.
#[derive(Clone, PartialEq)]
pub(in crate::dauth) enum MessageKey<'d> {
    /// By the id of an assertion, which may be encrypted: the key that its subject holds.
    AssertionId(&'d str),
    /// By the place of a token in the security header, an assertion or an encrypted one.
    Token(Node<'d>),
    /// By a certificate that came with the message, in DER. It is only named by that, not trusted.
    Certificate(Vec<u8>),
    /// By the identifier of a certificate's key.
    Ski(Ski),
}

impl MessageKey<'_> {
    /// Says for people which key that is.
    pub(in crate::dauth) const fn kind(&self) -> &'static str {
        match self {
            Self::AssertionId(_) | Self::Token(_) => "the proof key in the assertion",
            Self::Certificate(_) => "a certificate that comes with the message",
            Self::Ski(_) => "a certificate, named by its subject key identifier",
        }
    }
}

/// Shows no certificate.
impl fmt::Debug for MessageKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AssertionId(id) => {
                f.debug_tuple("AssertionId").field(&crate::redact::printable(id)).finish()
            }
            Self::Token(node) => f.debug_tuple("Token").field(node).finish(),
            Self::Certificate(der) => write!(f, "Certificate of {} bytes", der.len()),
            Self::Ski(ski) => ski.fmt(f),
        }
    }
}

/// The signature of a message.
pub(in crate::dauth) struct MessageSignature<'d> {
    shape: Shape<'d>,
    /// Of each reference, in the signature's order.
    targets: Vec<(SignedPart, Node<'d>)>,
    key: Option<MessageKey<'d>>,
    /// Whether reading it noted nothing.
    is_sound: bool,
}

impl<'d> MessageSignature<'d> {
    /// Reads the signature of a security header, if it has one.
    ///
    /// Notes as `DA-19` everything that is not of the one shape, and every reference to something else than one of the
    /// elements that a message signature can cover. A signature with such a note never verifies.
    pub(in crate::dauth) fn read(security: Node<'d>, defects: &mut Defects) -> Option<Self> {
        let before = defects.count();
        let node = defects.at_most_one(RuleId::Da19, security, ds::SIGNATURE)?;
        let shape = Shape::read(node, &PROFILE, defects);
        let parts: Vec<_> = SignedPart::all(security)
            .filter_map(|(part, node)| Some((node.attribute_in(wsu::ID)?, (part, node))))
            .collect();
        let mut targets = Vec::new();
        for reference in &shape.references {
            let Some(id) = reference.id else { continue };
            let mut named = parts.iter().filter(|(other, _)| *other == id).map(|(_, target)| *target);
            match (named.next(), named.next()) {
                (Some((part, _)), None) if targets.iter().any(|(other, _)| *other == part) => {
                    defects.note(
                        RuleId::Da19,
                        "Reference",
                        reference.node,
                        "each element once",
                        part.as_str(),
                    );
                }
                (Some(target), None) => targets.push(target),
                (None, _) => {
                    let expected = "the wsu:Id of the timestamp, of an addressing header, or of the body";
                    defects.note(RuleId::Da19, "Reference", reference.node, expected, format_args!("#{id}"));
                }
                (Some(_), Some(_)) => {
                    let seen = format_args!("two of the id {id}");
                    defects.note(RuleId::Da19, "Reference", reference.node, "an id of one element", seen);
                }
            }
        }
        let key = shape.key_info.and_then(|info| {
            MessageKey::read(info, security)
                .map_err(|(node, expected, seen)| defects.note(RuleId::Da19, "KeyInfo", node, expected, seen))
                .ok()
        });
        Some(Self { shape, targets, key, is_sound: defects.count() == before })
    }

    /// Returns how it is signed, if that is one of the known ways.
    pub(in crate::dauth) const fn method(&self) -> Option<SignatureMethod> {
        self.shape.method
    }

    /// Returns by what it names its key.
    pub(in crate::dauth) const fn key(&self) -> Option<&MessageKey<'d>> {
        self.key.as_ref()
    }

    /// Returns what it covers, as far as its references were understood. That it covers it is true only once it verified.
    pub(in crate::dauth) fn parts(&self) -> impl Iterator<Item = SignedPart> {
        self.targets.iter().map(|(part, _)| *part)
    }

    /// Verifies with the key that the assertion's subject holds.
    pub(in crate::dauth) fn verify_hmac(&self, proof_key: &[u8]) -> Result<MessageVerified, BadMessage> {
        let signature = match (self.shape.method, &self.shape.value) {
            (Some(SignatureMethod::HmacSha1), Some(value)) if !proof_key.is_empty() => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, proof_key);
                self.shape
                    .signed_info()
                    .and_then(|signed| hmac::verify(&key, &signed, value).map_err(|_| BadSignature))
            }
            _ => Err(BadSignature),
        };
        self.conclude(signature)
    }

    /// Verifies with the key of a certificate.
    pub(in crate::dauth) fn verify_rsa(&self, key: &RsaPublicKey) -> Result<MessageVerified, BadMessage> {
        self.conclude(self.shape.verify_rsa(key))
    }

    /// Verifies every reference, however the signature ended.
    fn conclude(&self, signature: Result<(), BadSignature>) -> Result<MessageVerified, BadMessage> {
        let references = &self.shape.references;
        let bad = references
            .iter()
            .zip(&self.targets)
            .filter(|(reference, (_, target))| reference.verify(*target, None).is_err())
            .count();
        let all = !references.is_empty() && references.len() == self.targets.len() && bad == 0;
        match (signature, all) {
            (Ok(()), true) if self.is_sound => Ok(MessageVerified(())),
            (signature, all) => {
                Err(BadMessage { shape: !self.is_sound, signature: signature.is_err(), digest: !all })
            }
        }
    }
}

/// Shows neither signature nor digests.
impl fmt::Debug for MessageSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSignature")
            .field("shape", &self.shape)
            .field("parts", &self.parts().collect::<Vec<_>>())
            .field("key", &self.key)
            .finish()
    }
}

/// Where something else was found than what was expected.
type Unexpected<'d> = (Node<'d>, &'static str, &'d str);

impl<'d> MessageKey<'d> {
    fn read(info: Node<'d>, security: Node<'d>) -> Result<Self, Unexpected<'d>> {
        let sole = |node: Node<'d>| {
            sole_child(node).ok_or((node, "one element, and nothing else", "other contents"))
        };
        let reference = sole(info)?;
        if !reference.is(wsse::SECURITY_TOKEN_REFERENCE) {
            return Err((reference, "SecurityTokenReference", reference.name().1));
        }
        let is_known = |namespace: &str, name: &str| {
            [wsu::ID, TOKEN_TYPE].iter().any(|known| known.namespace == namespace && known.local == name)
        };
        if let Some((_, name, _)) =
            reference.attributes().find(|(namespace, name, _)| !is_known(namespace, name))
        {
            return Err((reference, "no attributes but wsu:Id and TokenType", name));
        }
        let named = sole(reference)?;
        if named.is(wsse::REFERENCE) {
            return Self::by_place(named, security);
        }
        if !named.is(wsse::KEY_IDENTIFIER) {
            return Err((named, "KeyIdentifier, or Reference", named.name().1));
        }
        if named.attribute("ValueType") != Some(wsse::SAML_ASSERTION_ID) {
            return ski_of(named).map(Self::Ski).map_err(|(expected, seen)| (named, expected, seen));
        }
        if let Some((_, name, _)) =
            named.attributes().find(|(namespace, name, _)| !namespace.is_empty() || *name != "ValueType")
        {
            return Err((named, "ValueType alone", name));
        }
        let id = named.text().map_err(|_| (named, "the id of an assertion", "other contents"))?;
        Ok(Self::AssertionId(id))
    }

    /// Finds the token of the security header that a Reference names.
    fn by_place(reference: Node<'d>, security: Node<'d>) -> Result<Self, Unexpected<'d>> {
        if let Some((_, name, _)) = reference
            .attributes()
            .find(|(namespace, name, _)| !namespace.is_empty() || !matches!(*name, "URI" | "ValueType"))
        {
            return Err((reference, "URI and ValueType alone", name));
        }
        let uri = reference.attribute("URI").unwrap_or("");
        let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
        let id = id.ok_or((reference, "a URI of `#` and an id", uri))?;
        let has_id = |node: &Node<'d>| {
            let found = if node.is(saml::ASSERTION) {
                node.attribute("AssertionID")
            } else if node.is(xenc::ENCRYPTED_DATA) {
                node.attribute("Id")
            } else if node.is(wsse::BINARY_SECURITY_TOKEN) {
                node.attribute_in(wsu::ID)
            } else {
                None
            };
            found == Some(id)
        };
        let mut tokens = security.elements().filter(has_id);
        let (Some(token), None) = (tokens.next(), tokens.next()) else {
            return Err((reference, "the id of one token in the security header", uri));
        };
        if !token.is(wsse::BINARY_SECURITY_TOKEN) {
            return Ok(Self::Token(token));
        }
        match token.attribute("ValueType") {
            Some(wsse::X509_V3) => {}
            other => return Err((token, "the ValueType X509v3", other.unwrap_or("none"))),
        }
        if let Some(other) = token.attribute("EncodingType").filter(|other| *other != wsse::BASE64) {
            return Err((token, "the EncodingType Base64Binary", other));
        }
        let der = token.text().ok().and_then(base64::decode);
        der.map(Self::Certificate).ok_or((token, "base64 of a certificate", "other contents"))
    }
}

/// Proves that a message's signature and all its references hold: only [`MessageSignature`] makes this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(in crate::dauth) struct MessageVerified(());

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) struct BadMessage {
    /// What was noted when it was read.
    pub(in crate::dauth) shape: bool,
    /// The signature over SignedInfo.
    pub(in crate::dauth) signature: bool,
    /// The digest of one of the elements that it covers, or a reference to none.
    pub(in crate::dauth) digest: bool,
}

impl fmt::Display for BadMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.signature, self.digest) {
            (true, true) => "neither the signature nor every digest holds",
            (true, false) => "the signature does not verify with this key, though the digests are right",
            (false, true) => "a signed element is not the one that was signed: its digest is another",
            (false, false) => "the signature is not of the one shape",
        })
    }
}
