//! What federated delegation accepts: for which organisation, from which gateway, for which partners, at which endpoints.
//!
//! An empty policy accepts nothing. It is made by [`DauthPolicy::builder`], or read from the `dauth` table of a policy file
//! by `DauthPolicy::from_toml` and `DauthPolicy::from_json`.

mod application_uri;
mod builder;
mod danger;
mod email;
mod endpoint;
#[cfg(feature = "policy-file")]
mod file;
mod offer;
mod relationship;
mod token_issuer;

use std::time::Duration;

pub use application_uri::{ApplicationUri, ApplicationUriError, UriMatch};
pub use builder::{
    DauthPolicyBuilder, DauthPolicyError, Ready, WantsApplicationUri, WantsRelationship, WantsTokenIssuer,
};
pub use danger::DauthDanger;
pub use email::{Domain, DomainDefect, EmailAddress, EmailDefect};
pub use endpoint::{MessageProof, ServedEndpoint};
pub use offer::{Offer, OfferLives};
pub use relationship::Relationship;
pub use token_issuer::TokenIssuer;

/// What is done about an assertion that was presented before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SecondSight {
    /// It is refused.
    #[default]
    Refuse,
    /// It is reported: for clients that send one token with each of several requests.
    Report,
}

/// What federated delegation accepts. Immutable; made by a builder or read from a file.
#[derive(Clone, Debug)]
pub struct DauthPolicy {
    application_uris: Vec<ApplicationUri>,
    token_issuer: TokenIssuer,
    relationships: Vec<Relationship>,
    endpoints: Vec<ServedEndpoint>,
    offers: OfferLives,
    skew: Duration,
    require_timestamp: bool,
    maximum_timestamp: Duration,
    require_third_party: bool,
    require_valid_certificate: bool,
    minimum_key_bits: u32,
    replay: SecondSight,
    danger: DauthDanger,
}

impl DauthPolicy {
    /// The shortest RSA modulus that is accepted where nothing else is said (NIST SP 800-131A).
    pub const MINIMUM_KEY_BITS: u32 = 2048;

    /// By how much clocks may differ where nothing else is said: five minutes, as in Kerberos and in Exchange.
    pub const SKEW: Duration = Duration::from_secs(300);

    /// The longest timestamp that is not reported where nothing else is said: the five minutes that EWS's managed API
    /// writes.
    pub const MAXIMUM_TIMESTAMP: Duration = Duration::from_secs(300);

    /// Begins a policy: first the own application URI, then the token issuer, then the partners, then the rest.
    pub fn builder() -> DauthPolicyBuilder<WantsApplicationUri> {
        DauthPolicyBuilder::new()
    }

    /// Returns the own application URIs.
    #[must_use]
    pub fn application_uris(&self) -> &[ApplicationUri] {
        &self.application_uris
    }

    /// Returns whether an audience is an own application URI (ruling 16).
    #[must_use]
    pub fn is_own_application_uri(&self, audience: &str) -> bool {
        self.application_uris.iter().any(|own| own.matches(audience))
    }

    /// Says how near an audience comes to the own application URIs; that of the nearest counts.
    #[must_use]
    pub fn compare_audience(&self, audience: &str) -> UriMatch {
        self.application_uris.iter().map(|own| own.compare(audience)).min().unwrap_or(UriMatch::Other)
    }

    /// Returns the trusted token issuer.
    #[must_use]
    pub const fn token_issuer(&self) -> &TokenIssuer {
        &self.token_issuer
    }

    /// Returns the relationships with partners.
    #[must_use]
    pub fn relationships(&self) -> &[Relationship] {
        &self.relationships
    }

    /// Returns the relationship that lists a domain; the domain is compared as a whole.
    #[must_use]
    pub fn relationship_of(&self, domain: &Domain) -> Option<&Relationship> {
        self.relationships.iter().find(|relationship| relationship.domains().contains(domain))
    }

    /// Returns the endpoints.
    #[must_use]
    pub fn endpoints(&self) -> &[ServedEndpoint] {
        &self.endpoints
    }

    /// Returns the endpoint of a request's path, in any letter case.
    #[must_use]
    pub fn endpoint_at(&self, path: &str) -> Option<&ServedEndpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.is_at(path))
    }

    /// Returns the endpoint that an address, as in `wsa:To`, names.
    #[must_use]
    pub fn endpoint_named_by(&self, address: &str) -> Option<&ServedEndpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.is_named_by(address))
    }

    /// Returns for how long tokens of each offer are taken.
    #[must_use]
    pub const fn offers(&self) -> &OfferLives {
        &self.offers
    }

    /// Returns by how much clocks may differ.
    #[must_use]
    pub const fn skew(&self) -> Duration {
        self.skew
    }

    /// Returns whether a message without timestamp is refused; else it is reported (ruling 17).
    #[must_use]
    pub const fn require_timestamp(&self) -> bool {
        self.require_timestamp
    }

    /// Returns the longest timestamp that is not reported.
    #[must_use]
    pub const fn maximum_timestamp(&self) -> Duration {
        self.maximum_timestamp
    }

    /// Returns whether an assertion without `ThirdPartyRequested` is refused; else it is reported (ruling 17).
    #[must_use]
    pub const fn require_third_party(&self) -> bool {
        self.require_third_party
    }

    /// Returns whether an issuer's certificate outside its validity, or of an unverified source, is refused.
    #[must_use]
    pub const fn require_valid_certificate(&self) -> bool {
        self.require_valid_certificate
    }

    /// Returns the shortest RSA modulus that is accepted, in bits.
    #[must_use]
    pub const fn minimum_key_bits(&self) -> u32 {
        self.minimum_key_bits
    }

    /// Returns what is done about an assertion that was presented before.
    #[must_use]
    pub const fn replay(&self) -> SecondSight {
        self.replay
    }

    /// Returns the relaxations that are switched on.
    #[must_use]
    pub const fn danger(&self) -> &DauthDanger {
        &self.danger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> DauthPolicy {
        let uri = |text: &str| ApplicationUri::parse(text).unwrap();
        let domain = |text: &str| Domain::parse(text).unwrap();
        DauthPolicy::builder()
            .application_uri(uri("FYDIBOHF25SPDLT.contoso.com"))
            .token_issuer(TokenIssuer::default())
            .relationship(
                Relationship::new("Fabrikam").domain(domain("fabrikam.test")).allowing(Offer::MailTips),
            )
            .relationship(
                Relationship::new("Evil").domain(domain("evilfabrikam.test")).allowing(Offer::SharingRead),
            )
            .application_uri(uri("mail.contoso.com"))
            .build()
            .unwrap()
    }

    #[test]
    fn audience_of_any_own_application_uri_taken() {
        let policy = policy();
        assert!(policy.is_own_application_uri("http://FYDIBOHF25SPDLT.contoso.com"));
        assert!(policy.is_own_application_uri("mail.contoso.com"));
        assert!(!policy.is_own_application_uri("http://FYDIBOHF25SPDLT.contoso.com.evil.test"));
        assert_eq!(policy.compare_audience("http://FYDIBOHF25SPDLT.contoso.com.evil.test"), UriMatch::Longer);
        assert_eq!(policy.compare_audience("MAIL.contoso.com"), UriMatch::LetterCase);
        assert_eq!(policy.compare_audience("fabrikam.test"), UriMatch::Other);
    }

    #[test]
    fn relationship_found_by_the_whole_domain_alone() {
        let policy = policy();
        let of = |address: &str| {
            policy.relationship_of(EmailAddress::parse(address).unwrap().domain()).map(Relationship::name)
        };
        assert_eq!(of("mary@fabrikam.test"), Some("Fabrikam"));
        assert_eq!(of("mary@FABRIKAM.test"), Some("Fabrikam"));
        assert_eq!(of("mary@evilfabrikam.test"), Some("Evil"));
        for address in ["m@sub.fabrikam.test", "m@fabrikam.test.evil.test", "m@otherfabrikam.test", "m@test"]
        {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn endpoints_well_known_by_default() {
        let policy = policy();
        let at = policy.endpoint_at("/Autodiscover/Autodiscover.svc/WSSecurity/SymmetricKey").unwrap();
        assert_eq!(at.proof(), MessageProof::SymmetricKey);
        let named =
            policy.endpoint_named_by("https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity").unwrap();
        assert_eq!(named.proof(), MessageProof::None);
        assert!(policy.endpoint_at("/ews/exchange.asmx").is_none());
        assert!(policy.endpoint_named_by("https://mail.contoso.com/ews/exchange.asmx").is_none());
    }
}
