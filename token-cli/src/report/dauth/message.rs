//! A message: how it is wrapped and addressed, what of it is signed by whom, and the token in it.

use serde::Serialize;
use token_core::Budget;
use token_core::dauth::xml::{Text, Tree};
use token_core::dauth::{Envelope, Message, SecurityToken, SignedPart, SoapVersion};
use token_core::dictionary::{DelegationTermUse, delegation_terms};

use super::{AssertionView, DauthView, EncryptedView, Moment};
use crate::redacted;
use crate::report::token::ProblemView;

/// A message, or a token alone.
#[derive(Debug, Serialize)]
pub(crate) struct MessageView {
    pub(crate) bytes: usize,
    /// The path at which it arrived, where the capture says so.
    pub(crate) path: Option<String>,
    pub(crate) path_meaning: Option<&'static str>,
    /// The envelope; nothing for a token that was cut out of one.
    pub(crate) soap: Option<SoapView>,
    /// What is signed, and by whom; nobody verified it.
    pub(crate) signed: Vec<SignedView>,
    pub(crate) token: Option<TokenOfMessage>,
    pub(crate) problems: Vec<ProblemView>,
    /// Whether the bytes stand in the input as they are.
    #[serde(skip)]
    pub(crate) is_original: bool,
}

/// An envelope.
#[derive(Debug, Serialize)]
pub(crate) struct SoapView {
    pub(crate) version: &'static str,
    pub(crate) to: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) created: Option<Moment>,
    pub(crate) expires: Option<Moment>,
    pub(crate) operation: Option<Operation>,
    /// Whether the message was too long for its body to be looked at.
    pub(crate) body_omitted: bool,
}

/// What the body asks for.
#[derive(Debug, Serialize)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) namespace: String,
}

/// A part of the message, and who says that it signed it.
#[derive(Debug, Serialize)]
pub(crate) struct SignedView {
    pub(crate) part: &'static str,
    /// Nobody, where there is nothing.
    pub(crate) by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remark: Option<&'static str>,
}

impl SignedView {
    fn of_assertion(by: Option<String>) -> Self {
        Self { part: "assertion", remark: by.is_none().then_some(NO_SHAPE), by }
    }
}

/// The token of a message.
#[derive(Debug, Serialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub(crate) enum TokenOfMessage {
    Encrypted(Box<EncryptedView>),
    Assertion(Box<AssertionView>),
}

const NO_SHAPE: &str = "no signature of the one shape that counts";
const TLS_ALONE: &str = "TLS alone protects it";
const CIPHER_ALONE: &str = "whether somebody signed it, stands inside; its cipher does not notice changes";
const SEALED: &str = "whether somebody signed it, stands inside; its cipher notices changes";

impl MessageView {
    fn empty(bytes: &[u8], path: Option<&str>, view: DauthView<'_>) -> Self {
        Self {
            bytes: bytes.len(),
            path: path.map(redacted::text),
            path_meaning: path.and_then(endpoint),
            soap: None,
            signed: Vec::new(),
            token: None,
            problems: Vec::new(),
            is_original: view.bytes,
        }
    }

    /// Looks at a message in every way that the keys allow.
    fn of(bytes: &[u8], tree: &Tree<'_>, path: Option<&str>, view: DauthView<'_>) -> Self {
        let message = Message::read(tree);
        let token = message.token().map(|token| match token {
            SecurityToken::Assertion(assertion) => {
                TokenOfMessage::Assertion(Box::new(AssertionView::of(assertion, view)))
            }
            SecurityToken::Encrypted(token) => {
                TokenOfMessage::Encrypted(Box::new(EncryptedView::of(token, view)))
            }
        });
        Self {
            soap: message.envelope().map(|envelope| SoapView::of(envelope, message.body_omitted(), view)),
            signed: signed(&message, token.as_ref()),
            problems: message.problems().iter().map(|finding| view.problem(finding)).collect(),
            token,
            ..Self::empty(bytes, path, view)
        }
    }

    /// Reads bytes, whatever they are.
    pub(crate) fn read(bytes: &[u8], path: Option<&str>, view: DauthView<'_>) -> Self {
        let text = Text::scan(bytes, &Budget::DEFAULT);
        let tree = Tree::of_scanned(&text, &Budget::DEFAULT);
        match tree {
            Ok(tree) => Self::of(bytes, &tree, path, view),
            Err(error) => Self { problems: vec![view.broken_xml(error)], ..Self::empty(bytes, path, view) },
        }
    }

    /// Whether there is no token to look at.
    pub(crate) const fn is_broken(&self) -> bool {
        self.token.is_none()
    }

    /// Whether the token is an assertion in clear.
    pub(crate) const fn is_in_clear(&self) -> bool {
        matches!(self.token, Some(TokenOfMessage::Assertion(_)))
    }

    /// The assertion, in clear or opened.
    pub(crate) fn assertion(&self) -> Option<&AssertionView> {
        match self.token.as_ref()? {
            TokenOfMessage::Assertion(assertion) => Some(assertion),
            TokenOfMessage::Encrypted(token) => token.assertion(),
        }
    }
}

/// What the dictionary says of the end of a path, which people write in any letter case.
fn endpoint(path: &str) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    let known = delegation_terms().iter().filter(|term| term.of == DelegationTermUse::Endpoint);
    known.filter(|term| path.ends_with(term.name)).map(|term| term.sentence).next()
}

impl SoapView {
    fn of(envelope: &Envelope<'_>, body_omitted: bool, view: DauthView<'_>) -> Self {
        let text = |text: Option<&str>| text.map(redacted::text);
        let timestamp = envelope.timestamp();
        let moment = |at| Moment::new(at, view.now);
        Self {
            version: match envelope.version() {
                SoapVersion::V11 => "SOAP 1.1",
                SoapVersion::V12 => "SOAP 1.2",
            },
            to: text(envelope.to()),
            action: text(envelope.action()),
            message_id: text(envelope.message_id()),
            created: timestamp.and_then(|timestamp| timestamp.created).map(moment),
            expires: timestamp.and_then(|timestamp| timestamp.expires).map(moment),
            operation: envelope.operation().map(|(namespace, name)| Operation {
                name: redacted::text(name),
                namespace: redacted::text(namespace),
            }),
            body_omitted,
        }
    }
}

/// Says of each part who signed it, as the message has it.
fn signed(message: &Message<'_>, token: Option<&TokenOfMessage>) -> Vec<SignedView> {
    let mut all = Vec::new();
    let issuer = |assertion: &AssertionView| {
        let with = assertion.signature.as_ref()?;
        Some(format!("the token issuer, with {} over {}", with.method, with.digest))
    };
    match token {
        Some(TokenOfMessage::Assertion(assertion)) => {
            all.push(SignedView::of_assertion(issuer(assertion)));
        }
        Some(TokenOfMessage::Encrypted(token)) => match token.assertion() {
            Some(inside) => all.push(SignedView::of_assertion(issuer(inside))),
            None => {
                let remark = if token.is_authenticated { SEALED } else { CIPHER_ALONE };
                all.push(SignedView { part: "encrypted token", by: None, remark: Some(remark) });
            }
        },
        None => {}
    }
    let Some(envelope) = message.envelope() else { return all };
    let by_sender = envelope.signed_by_sender();
    let there = [
        (SignedPart::Timestamp, envelope.timestamp().is_some()),
        (SignedPart::To, envelope.to().is_some()),
        (SignedPart::Action, envelope.action().is_some()),
        (SignedPart::MessageId, envelope.message_id().is_some()),
        (SignedPart::Body, true),
    ];
    for (part, _) in there.into_iter().filter(|(_, is_there)| *is_there) {
        let signature = by_sender.as_ref().filter(|signature| signature.parts.contains(&part));
        let by = signature.map(|signature| {
            let method = signature.method.unwrap_or("an unknown algorithm");
            let key = signature.key.unwrap_or("a key that it does not name");
            format!("the sender, with {method} and {key}")
        });
        let remark = by.is_none().then_some(TLS_ALONE);
        all.push(SignedView { part: part.as_str(), by, remark });
    }
    all
}
