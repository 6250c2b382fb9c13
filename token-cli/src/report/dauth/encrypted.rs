//! An encrypted token: what everybody can see of it, and what a key at hand opens.

use serde::Serialize;
use token_core::Budget;
use token_core::dauth::xml::{Text, Tree};
use token_core::dauth::{EncryptedToken, Message, SecurityToken};

use super::{AssertionView, DauthView, SkiView};
use crate::report::token::ProblemView;

/// An encrypted token.
#[derive(Debug, Serialize)]
pub(crate) struct EncryptedView {
    /// For which certificate it is encrypted, as the sender says.
    pub(crate) recipient: Option<SkiView>,
    pub(crate) key_transport: Option<String>,
    /// Bytes of the encrypted session key: as many as the recipient's modulus has.
    pub(crate) key_bytes: Option<usize>,
    pub(crate) cipher: Option<String>,
    /// Whether the cipher itself notices changes.
    pub(crate) is_authenticated: bool,
    /// Bytes of the ciphertext.
    pub(crate) data_bytes: Option<usize>,
    #[serde(flatten)]
    pub(crate) opened: State,
}

/// What came of the attempt to open a token.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(crate) enum State {
    /// There is an assertion in it.
    Opened { assertion: Box<AssertionView>, problems: Vec<ProblemView> },
    /// It opened, and there is something else in it.
    OtherContent { problems: Vec<ProblemView> },
    /// The key is at hand, and it does not open.
    DoesNotOpen,
    /// The key is not at hand.
    NoKey,
    /// It is not of the one shape, or its algorithms are not supported.
    NotSupported,
}

impl EncryptedView {
    pub(super) fn of(token: &EncryptedToken, view: DauthView<'_>) -> Self {
        let (transport, cipher) = (token.key_transport(), token.cipher());
        Self {
            recipient: token.recipient().map(SkiView::from),
            key_transport: transport.map(ToString::to_string),
            key_bytes: token.key_len(),
            cipher: cipher.map(ToString::to_string),
            is_authenticated: cipher.is_some_and(token_core::dauth::Cipher::is_authenticated),
            data_bytes: token.data_len(),
            opened: State::of(token, view),
        }
    }

    pub(crate) fn assertion(&self) -> Option<&AssertionView> {
        match &self.opened {
            State::Opened { assertion, .. } => Some(assertion),
            _ => None,
        }
    }
}

impl State {
    fn of(token: &EncryptedToken, view: DauthView<'_>) -> Self {
        let supported = token.key_transport().is_some_and(token_core::dauth::KeyTransport::is_supported)
            && token.cipher().is_some_and(token_core::dauth::Cipher::is_supported);
        let Some(recipient) = token.recipient().filter(|_| supported) else { return Self::NotSupported };
        if view.own.find(recipient).is_none() {
            return Self::NoKey;
        }
        let Some(plaintext) = view.own.open_for_inspection(token) else { return Self::DoesNotOpen };
        // A byte of the plaintext is none of the input's.
        let view = DauthView { bytes: false, ..view };
        let text = Text::scan(&plaintext, &Budget::DEFAULT);
        let tree = Tree::of_scanned(&text, &Budget::DEFAULT);
        let tree = match tree {
            Ok(tree) => tree,
            Err(error) => return Self::OtherContent { problems: vec![view.broken_xml(error)] },
        };
        let inside = Message::read(&tree);
        let problems = inside.problems().iter().map(|finding| view.problem(finding)).collect();
        match (inside.envelope(), inside.token()) {
            (None, Some(SecurityToken::Assertion(assertion))) => {
                Self::Opened { assertion: Box::new(AssertionView::of(assertion, view)), problems }
            }
            _ => Self::OtherContent { problems },
        }
    }
}
