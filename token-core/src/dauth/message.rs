//! A message, read and not verified: envelope, addressing, timestamp, and the one token in the security header.
//!
//! Follows SOAP 1.1 section 4, SOAP 1.2 part 1 section 5, WS-Addressing 1.0 and WS-Security 1.1.

use super::assertion::{Assertion, point_in_time};
use super::defect::Defects;
use super::encrypted::EncryptedToken;
use super::names::{ds, saml, soap11, soap12, wsa, wsse, wsu, xenc};
use super::signature::{MessageKey, MessageSignature, SignatureMethod, SignedPart, check_ids};
use super::xml::{Name, Node, Tree};
use crate::time::UnixTime;
use crate::verdict::{Finding, Part, RuleId};

/// SAML 2.0's namespace: its assertions are no tokens here, and must not stand beside one.
const SAML2_ASSERTION: Name = Name { namespace: "urn:oasis:names:tc:SAML:2.0:assertion", local: "Assertion" };

/// What carries a token: a SOAP message, or the token alone as it was cut out of one.
#[derive(Debug)]
pub struct Message<'d> {
    envelope: Option<Envelope<'d>>,
    token: Option<SecurityToken<'d>>,
    token_node: Option<Node<'d>>,
    defects: Defects,
    token_defects: Defects,
    body_omitted: bool,
}

/// The token of a message.
#[derive(Debug)]
pub enum SecurityToken<'d> {
    /// In clear.
    Assertion(Box<Assertion<'d>>),
    /// Encrypted to the receiver.
    Encrypted(Box<EncryptedToken>),
}

impl<'d> Message<'d> {
    /// Reads a document as far as it is a message. Nothing stops here: what is broken is absent.
    #[must_use]
    pub fn read(tree: &'d Tree<'_>) -> Self {
        let mut defects = Defects::of(Part::Message);
        let root = tree.root();
        let envelope = root.and_then(|root| Envelope::read(root, tree.body_omitted(), &mut defects));
        let token = match (&envelope, root) {
            (Some(envelope), _) => envelope.token(&mut defects),
            (None, Some(root)) if is_token(root) => Some(root),
            (None, Some(root)) => {
                let (namespace, local) = root.name();
                let seen = format_args!("{{{namespace}}}{local}");
                let expected = "a SOAP envelope, an assertion, or an encrypted token";
                defects.note(RuleId::Da21, "Envelope", root, expected, seen);
                None
            }
            (None, None) => None,
        };
        if let Some(root) = root {
            note_strays(root, token, &mut defects);
            check_ids(root, &mut defects);
        }
        let is_clear = token.is_none_or(|token| token.is(saml::ASSERTION));
        let mut token_defects = Defects::of(if is_clear { Part::Assertion } else { Part::Encrypted });
        let token_node = token;
        let token = token.map(|node| match is_clear {
            true => SecurityToken::Assertion(Box::new(Assertion::read(node, &mut token_defects))),
            false => SecurityToken::Encrypted(Box::new(EncryptedToken::read(node, &mut token_defects))),
        });
        Self { envelope, token, token_node, defects, token_defects, body_omitted: tree.body_omitted() }
    }

    /// Returns the envelope; nothing where the token stands alone.
    #[must_use]
    pub const fn envelope(&self) -> Option<&Envelope<'d>> {
        self.envelope.as_ref()
    }

    /// Returns the token, if there is exactly one.
    #[must_use]
    pub const fn token(&self) -> Option<&SecurityToken<'d>> {
        self.token.as_ref()
    }

    /// Returns whether the message was too long to be parsed as a whole, so that its body was not looked at.
    #[must_use]
    pub const fn body_omitted(&self) -> bool {
        self.body_omitted
    }

    /// Returns what is wrong with the shape of the message and of the token in it, before any rule is asked.
    #[must_use]
    pub fn problems(&self) -> Vec<Finding> {
        let all = self.defects.iter().chain(self.token_defects.iter());
        all.map(|defect| defect.check.finding(defect.outcome, defect.evidence())).collect()
    }

    /// Returns the element of the token.
    pub(super) const fn token_node(&self) -> Option<Node<'d>> {
        self.token_node
    }

    pub(super) const fn defects(&self) -> &Defects {
        &self.defects
    }

    pub(super) const fn token_defects(&self) -> &Defects {
        &self.token_defects
    }
}

fn is_token(node: Node<'_>) -> bool {
    node.is(saml::ASSERTION) || node.is(xenc::ENCRYPTED_DATA)
}

/// Notes every token of the document but the one that is used.
pub(super) fn note_strays(root: Node<'_>, used: Option<Node<'_>>, defects: &mut Defects) {
    let strays = root.subtree().filter(|node| is_token(*node) || node.is(SAML2_ASSERTION));
    for stray in strays.filter(|node| Some(*node) != used) {
        let local = if stray.is(xenc::ENCRYPTED_DATA) { "EncryptedData" } else { "Assertion" };
        defects.note(RuleId::Da03, local, stray, "one token, where it belongs", "another one here");
    }
}

/// The version of a SOAP envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoapVersion {
    /// SOAP 1.1.
    V11,
    /// SOAP 1.2.
    V12,
}

/// A SOAP envelope with the headers that matter here.
#[derive(Debug)]
pub struct Envelope<'d> {
    version: SoapVersion,
    security: Option<Node<'d>>,
    to: Option<&'d str>,
    action: Option<&'d str>,
    message_id: Option<&'d str>,
    timestamp: Option<Timestamp>,
    signature: Option<MessageSignature<'d>>,
    operation: Option<(&'d str, &'d str)>,
}

impl<'d> Envelope<'d> {
    fn read(root: Node<'d>, body_omitted: bool, defects: &mut Defects) -> Option<Self> {
        let (version, header, body) = if root.is(soap11::ENVELOPE) {
            (SoapVersion::V11, soap11::HEADER, soap11::BODY)
        } else if root.is(soap12::ENVELOPE) {
            (SoapVersion::V12, soap12::HEADER, soap12::BODY)
        } else {
            return None;
        };
        defects.refuse_others(RuleId::Da21, "Envelope", root, &[header, body]);
        let header = defects.only(RuleId::Da21, root, header);
        let body = if body_omitted { None } else { defects.only(RuleId::Da21, root, body) };
        let security = header.and_then(|header| defects.only(RuleId::Da21, header, wsse::SECURITY));

        let mut address = |name: Name| {
            let node = defects.at_most_one(RuleId::Da17, header?, name)?;
            defects.text(name.local, node)
        };
        let (to, action, message_id) = (address(wsa::TO), address(wsa::ACTION), address(wsa::MESSAGE_ID));
        let timestamp = security.and_then(|security| {
            let node = defects.at_most_one(RuleId::Da15, security, wsu::TIMESTAMP)?;
            Some(Timestamp::read(node, defects))
        });
        if let Some(security) = security {
            let known = |node: &Node<'_>| {
                is_token(*node)
                    || [wsu::TIMESTAMP, ds::SIGNATURE, wsse::BINARY_SECURITY_TOKEN]
                        .iter()
                        .any(|n| node.is(*n))
            };
            for other in security.elements().filter(|node| !known(node)) {
                let seen = format_args!("{{{}}}{}", other.name().0, other.name().1);
                defects.report(RuleId::Da25, "Security", other, "nothing that is not understood", seen);
            }
        }
        let signature = security.and_then(|security| MessageSignature::read(security, defects));
        let operation = body.and_then(|body| body.elements().next()).map(Node::name);
        Some(Self { version, security, to, action, message_id, timestamp, signature, operation })
    }

    /// Returns the one token in the security header.
    fn token(&self, defects: &mut Defects) -> Option<Node<'d>> {
        let security = self.security?;
        let mut tokens = security.elements().filter(|node| is_token(*node));
        let first = tokens.next();
        if first.is_none() {
            defects.note(RuleId::Da03, "Security", security, "one token", "none");
        }
        // A second one is a stray, and noted as such.
        first
    }

    /// Returns the version of SOAP.
    #[must_use]
    pub const fn version(&self) -> SoapVersion {
        self.version
    }

    /// Returns to whom the message is addressed, `wsa:To`.
    #[must_use]
    pub const fn to(&self) -> Option<&'d str> {
        self.to
    }

    /// Returns what the message asks for, `wsa:Action`.
    #[must_use]
    pub const fn action(&self) -> Option<&'d str> {
        self.action
    }

    /// Returns the message's id, `wsa:MessageID`.
    #[must_use]
    pub const fn message_id(&self) -> Option<&'d str> {
        self.message_id
    }

    /// Returns the timestamp, if there is one.
    #[must_use]
    pub const fn timestamp(&self) -> Option<&Timestamp> {
        self.timestamp.as_ref()
    }

    /// Returns namespace and local name of the first element of the body.
    #[must_use]
    pub const fn operation(&self) -> Option<(&'d str, &'d str)> {
        self.operation
    }

    /// Returns what the message's own signature says about itself, if there is one.
    #[must_use]
    pub fn signed_by_sender(&self) -> Option<SignedBySender> {
        self.signature.as_ref().map(|signature| SignedBySender {
            method: signature.method().map(SignatureMethod::as_str),
            key: signature.key().map(MessageKey::kind),
            parts: signature.parts().collect(),
        })
    }

    pub(super) const fn signature(&self) -> Option<&MessageSignature<'d>> {
        self.signature.as_ref()
    }
}

/// What a message's own signature says about itself. Nothing of it was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBySender {
    /// The algorithm, as `hmac-sha1`, if it is a known one.
    pub method: Option<&'static str>,
    /// By what it names its key, for people.
    pub key: Option<&'static str>,
    /// What it covers.
    pub parts: Vec<SignedPart>,
}

/// From when to when the sender wants the message to be used.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Timestamp {
    /// When the message was made.
    pub created: Option<UnixTime>,
    /// When it is not to be used any more.
    pub expires: Option<UnixTime>,
}

impl Timestamp {
    fn read(node: Node<'_>, defects: &mut Defects) -> Self {
        defects.refuse_others(RuleId::Da15, "Timestamp", node, &[wsu::CREATED, wsu::EXPIRES]);
        let mut time = |name: Name| {
            let node = defects.only(RuleId::Da15, node, name)?;
            let text = defects.text(name.local, node)?;
            point_in_time(RuleId::Da15, name.local, node, text, defects)
        };
        Self { created: time(wsu::CREATED), expires: time(wsu::EXPIRES) }
    }
}
