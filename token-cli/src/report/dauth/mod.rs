//! Federated delegation as reports show it: messages, tokens, assertions, and answers about federation.
//!
//! No ciphertext, no signature and no proof key is ever part of it, whatever is asked for.

mod assertion;
mod encrypted;
mod facts;
mod federation;
mod message;

pub(crate) use assertion::{AssertionView, AttributeView, SubjectView};
pub(crate) use encrypted::{EncryptedView, State};
pub(crate) use facts::Facts;
pub(crate) use federation::FederationView;
pub(crate) use message::{MessageView, SoapView, TokenOfMessage};

use serde::Serialize;
use token_core::dauth::OwnKeys;
use token_core::dauth::policy::OfferLives;
use token_core::dauth::xml::XmlError;
use token_core::dictionary::{self, DelegationTermUse};
use token_core::keys::Ski;
use token_core::verdict::Finding;
use token_core::{RuleId, UnixTime};

use super::token::ProblemView;
use crate::{clock, redacted};

/// How a message is looked at, and with what.
#[derive(Clone, Copy)]
pub(crate) struct DauthView<'v> {
    pub(crate) now: UnixTime,
    pub(crate) reveal: bool,
    /// The keys that may open it.
    pub(crate) own: &'v OwnKeys,
    /// For how long tokens of each offer are taken.
    pub(crate) lives: &'v OfferLives,
    /// Whether the bytes stand in the input as they are.
    pub(crate) bytes: bool,
}

impl DauthView<'_> {
    /// A value as it may be shown.
    fn value(self, text: &str) -> String {
        if self.reveal { redacted::controls_only(text) } else { redacted::text(text) }
    }

    fn problem(self, finding: &Finding) -> ProblemView {
        ProblemView {
            rule: finding.rule.as_str(),
            message: redacted::text(&finding.message().to_string()),
            byte: finding.location.at.filter(|_| self.bytes),
            broken: false,
        }
    }

    fn broken_xml(self, error: XmlError) -> ProblemView {
        ProblemView {
            rule: RuleId::Da01.as_str(),
            message: format!("expected XML, found {}", error.kind),
            byte: Some(error.at).filter(|_| self.bytes),
            broken: true,
        }
    }
}

/// A point in time.
#[derive(Debug, Serialize)]
pub(crate) struct Moment {
    pub(crate) at: String,
    pub(crate) unix: u64,
    pub(crate) relative: String,
    #[serde(skip)]
    pub(crate) is_past: bool,
}

impl Moment {
    fn new(at: UnixTime, now: UnixTime) -> Self {
        let relative = clock::relative(at, now);
        Self { at: at.to_string(), unix: at.as_secs(), relative, is_past: at < now }
    }
}

/// A subject key identifier, in both spellings that people compare it with.
#[derive(Debug, Serialize)]
pub(crate) struct SkiView {
    pub(crate) base64: String,
    pub(crate) hex: String,
}

impl From<&Ski> for SkiView {
    fn from(ski: &Ski) -> Self {
        Self { base64: ski.to_string(), hex: ski.to_hex() }
    }
}

/// What the dictionary says of a word.
fn meaning(of: DelegationTermUse, name: &str) -> Option<&'static str> {
    dictionary::delegation_term(of, name).map(|term| term.sentence)
}
