//! What a verdict on a message is about: on whose behalf, for what, under which relationship.

use serde::Serialize;
use token_core::dauth::{Delegation, SignedPart};

use super::MessageView;
use crate::redacted;

/// The facts of a message: proven where it is valid, else what its assertion claims, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Facts {
    pub(crate) email: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) offer: Option<String>,
    pub(crate) audience: Option<String>,
    /// The relationship that allows it; only of a valid message.
    pub(crate) relationship: Option<String>,
    pub(crate) requestor_domain: Option<String>,
    /// What the proof key signs; only of a valid message.
    pub(crate) signed_parts: Vec<&'static str>,
    /// Until when the message would be accepted; only of a valid one.
    pub(crate) usable_until: Option<String>,
}

impl Facts {
    pub(crate) fn proven(delegation: &Delegation) -> Self {
        let text = |text: &str| Some(redacted::text(text));
        Self {
            email: text(&delegation.email),
            domain: text(&delegation.domain),
            offer: text(&delegation.offer),
            audience: text(&delegation.audience),
            relationship: text(&delegation.relationship),
            requestor_domain: delegation.requestor_domain.as_deref().and_then(text),
            signed_parts: delegation.signed_parts.iter().copied().map(SignedPart::as_str).collect(),
            usable_until: Some(delegation.usable_until.to_string()),
        }
    }

    pub(crate) fn claimed(message: &MessageView) -> Option<Self> {
        let assertion = message.assertion()?;
        let domain = assertion.email.as_ref().and_then(|email| email.rsplit_once('@'));
        Some(Self {
            domain: domain.map(|(_, domain)| domain.to_lowercase()),
            email: assertion.email.clone(),
            offer: assertion.offer.clone(),
            audience: assertion.audience.clone(),
            requestor_domain: assertion.requestor_domain.clone(),
            ..Self::default()
        })
    }
}
