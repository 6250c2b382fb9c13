//! Organisation relationships: which domains of a partner may use which offers.
//!
//! Follows Exchange's documentation of organization relationships: trust is by domain, compared as a whole.

use super::{ApplicationUri, Domain};
use crate::keys::X5tS256;

/// A partner whose users' tokens are accepted, and what for.
#[derive(Clone, Debug)]
pub struct Relationship {
    name: String,
    domains: Vec<Domain>,
    offers: Vec<String>,
    application_uri: Option<ApplicationUri>,
    message_certificates: Vec<X5tS256>,
}

impl Relationship {
    /// Begins a relationship, so far without domains and offers. The name is for people.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            domains: Vec::new(),
            offers: Vec::new(),
            application_uri: None,
            message_certificates: Vec::new(),
        }
    }

    /// Adds a domain of the partner: the part behind the `@` of its users' e-mail addresses.
    #[must_use]
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domains.push(domain);
        self
    }

    /// Allows an offer: an [`Offer`](super::Offer), or the exact name of one whose life the policy tells.
    #[must_use]
    pub fn allowing(mut self, offer: impl Into<String>) -> Self {
        self.offers.push(offer.into());
        self
    }

    /// Says by which application URI the partner is known: `TargetApplicationUri`.
    #[must_use]
    pub fn known_as(mut self, application_uri: ApplicationUri) -> Self {
        self.application_uri = Some(application_uri);
        self
    }

    /// Adds a certificate with which the partner may sign messages, by its SHA-256 thumbprint.
    #[must_use]
    pub fn signing_messages_with(mut self, certificate: X5tS256) -> Self {
        self.message_certificates.push(certificate);
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the domains.
    #[must_use]
    pub fn domains(&self) -> &[Domain] {
        &self.domains
    }

    /// Returns the names of the offers that are allowed.
    #[must_use]
    pub fn offers(&self) -> &[String] {
        &self.offers
    }

    /// Returns by which application URI the partner is known.
    #[must_use]
    pub const fn application_uri(&self) -> Option<&ApplicationUri> {
        self.application_uri.as_ref()
    }

    /// Returns the thumbprints of the certificates with which the partner may sign messages.
    #[must_use]
    pub fn message_certificates(&self) -> &[X5tS256] {
        &self.message_certificates
    }

    /// Returns whether an offer is allowed, by its exact name.
    #[must_use]
    pub fn allows(&self, offer: &str) -> bool {
        self.offers.iter().any(|allowed| allowed == offer)
    }
}
