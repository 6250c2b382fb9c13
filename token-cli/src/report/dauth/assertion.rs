//! An assertion, explained: who says what of whom, for how long, and how it is signed. The proof key is a number of bits.

use serde::Serialize;
use token_core::dauth::policy::Offer;
use token_core::dauth::{Assertion, Attribute, AttributeName, Subject};
use token_core::dictionary::{self, DelegationTermUse};

use super::{DauthView, Moment, SkiView, meaning};
use crate::{clock, redacted};

/// An assertion.
#[derive(Debug, Serialize)]
pub(crate) struct AssertionView {
    pub(crate) id: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_meaning: Option<&'static str>,
    pub(crate) issued: Option<Moment>,
    pub(crate) from: Option<Moment>,
    pub(crate) until: Option<Moment>,
    pub(crate) lifetime_seconds: Option<u64>,
    /// When the life of its offer ends, which receivers should hold it to.
    pub(crate) offer_until: Option<Moment>,
    pub(crate) offer_seconds: Option<u64>,
    pub(crate) audience: Option<String>,
    pub(crate) audience_meaning: Option<&'static str>,
    pub(crate) subjects: Vec<SubjectView>,
    pub(crate) attributes: Vec<AttributeView>,
    pub(crate) signature: Option<SignatureView>,
    /// The values that a verdict rests on, for `validate`.
    #[serde(skip)]
    pub(crate) email: Option<String>,
    #[serde(skip)]
    pub(crate) offer: Option<String>,
    #[serde(skip)]
    pub(crate) requestor_domain: Option<String>,
}

/// Whom a statement is about.
#[derive(Debug, Serialize)]
pub(crate) struct SubjectView {
    pub(crate) statement: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) format_meaning: Option<&'static str>,
    pub(crate) confirmation: Vec<Method>,
    /// Bits of the proof key; the key itself is shown nowhere.
    pub(crate) proof_key_bits: Option<usize>,
}

/// A way of confirmation.
#[derive(Debug, Serialize)]
pub(crate) struct Method {
    pub(crate) method: String,
    pub(crate) meaning: Option<&'static str>,
}

/// An attribute with its meaning.
#[derive(Debug, Serialize)]
pub(crate) struct AttributeView {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) values: Vec<String>,
    /// What the value stands for, where the dictionary knows it.
    pub(crate) meaning: Option<&'static str>,
    pub(crate) explanation: Option<&'static str>,
    pub(crate) source: Option<&'static str>,
}

/// How the assertion says that it is signed.
#[derive(Debug, Serialize)]
pub(crate) struct SignatureView {
    pub(crate) method: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) key: SkiView,
}

impl AssertionView {
    pub(super) fn of(assertion: &Assertion<'_>, view: DauthView<'_>) -> Self {
        let moment = |at| Moment::new(at, view.now);
        let conditions = assertion.conditions();
        let (from, until) = (conditions.not_before, conditions.not_on_or_after);
        let offer = assertion.value(AttributeName::Action);
        let life = offer.and_then(|offer| view.lives.of(offer));
        let value = |name| assertion.value(name).map(|value| view.value(value));
        Self {
            id: assertion.id().map(|id| view.value(id)),
            issuer: assertion.issuer().map(redacted::text),
            issuer_meaning: assertion.issuer().and_then(|name| meaning(DelegationTermUse::Party, name)),
            issued: assertion.issued().map(moment),
            from: from.map(moment),
            until: until.map(moment),
            lifetime_seconds: from
                .zip(until)
                .and_then(|(from, until)| until.since(from))
                .map(|life| life.as_secs()),
            offer_until: from.zip(life).map(|(from, life)| moment(from.plus(life))),
            offer_seconds: life.map(|life| life.as_secs()),
            audience: conditions.audience.map(redacted::text),
            audience_meaning: conditions.audience.and_then(|audience| {
                let name = audience.strip_prefix("http://").unwrap_or(audience);
                meaning(DelegationTermUse::Party, name)
            }),
            subjects: assertion.subjects().iter().map(|subject| SubjectView::of(subject, view)).collect(),
            attributes: assertion.attributes().iter().map(|a| AttributeView::of(a, view)).collect(),
            signature: assertion.signed_with().map(|with| SignatureView {
                method: with.method,
                digest: with.digest,
                key: SkiView::from(&with.key),
            }),
            email: value(AttributeName::EmailAddress),
            offer: value(AttributeName::Action),
            requestor_domain: value(AttributeName::RequestorDomain),
        }
    }

    /// From when until when it says that it is valid, and how long that is.
    pub(crate) fn span(&self) -> Option<String> {
        let at = |moment: &Option<Moment>| moment.as_ref().map_or("?".to_owned(), |moment| moment.at.clone());
        let life = self.lifetime_seconds.map(|secs| format!(" ({})", clock::span(secs))).unwrap_or_default();
        let any = self.from.is_some() || self.until.is_some();
        any.then(|| format!("{} to {}{life}", at(&self.from), at(&self.until)))
    }
}

impl SubjectView {
    fn of(subject: &Subject<'_>, view: DauthView<'_>) -> Self {
        let methods = subject.confirmation.iter().flat_map(|confirmation| &confirmation.methods);
        let method = |method: &&str| Method {
            method: redacted::text(method),
            meaning: meaning(DelegationTermUse::Confirmation, method),
        };
        Self {
            statement: subject.statement,
            name: subject.name.map(|name| view.value(name)),
            format: subject.format.map(redacted::text),
            format_meaning: subject.format.and_then(|format| meaning(DelegationTermUse::NameFormat, format)),
            confirmation: methods.map(method).collect(),
            proof_key_bits: subject
                .confirmation
                .as_ref()
                .and_then(token_core::dauth::Confirmation::proof_key_bits),
        }
    }
}

impl AttributeView {
    fn of(attribute: &Attribute<'_>, view: DauthView<'_>) -> Self {
        let known = attribute
            .known
            .and_then(|known| dictionary::delegation_term(DelegationTermUse::Attribute, known.as_str()));
        let offer = match (attribute.known, attribute.values.as_slice()) {
            (Some(AttributeName::Action), [offer]) => Offer::parse(offer),
            _ => None,
        };
        Self {
            name: redacted::text(attribute.name),
            namespace: redacted::text(attribute.namespace),
            values: attribute.values.iter().map(|value| view.value(value)).collect(),
            meaning: offer.and_then(|offer| meaning(DelegationTermUse::Offer, offer.as_str())),
            explanation: known.map(|term| term.sentence),
            source: known.map(|term| term.source),
        }
    }
}
