//! The builder of policies for federated delegation: each state offers only the next step.

use std::fmt;
use std::time::Duration;

use super::{
    ApplicationUri, DauthDanger, DauthPolicy, Domain, OfferLives, Relationship, SecondSight, ServedEndpoint,
    TokenIssuer,
};
use crate::policy::HttpsUrl;
use crate::redact::printable;

/// Builds a policy for federated delegation; begun by [`DauthPolicy::builder`].
///
/// # Examples
/// ```
/// use token_core::dauth::policy::{ApplicationUri, DauthPolicy, Domain, Offer, Relationship, TokenIssuer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = DauthPolicy::builder()
///     .application_uri(ApplicationUri::parse("FYDIBOHF25SPDLT.contoso.com")?)
///     .token_issuer(TokenIssuer::default().keys_from("gateway-metadata.xml"))
///     .relationship(
///         Relationship::new("Fabrikam")
///             .domain(Domain::parse("fabrikam.com")?)
///             .allowing(Offer::SharingCalendarFreeBusy)
///             .allowing(Offer::MailTips),
///     )
///     .build()?;
/// assert!(policy.is_own_application_uri("http://FYDIBOHF25SPDLT.contoso.com"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DauthPolicyBuilder<State> {
    state: State,
}

/// The builder wants to know the own organisation.
#[derive(Clone, Debug)]
pub struct WantsApplicationUri(());

/// The builder wants the trusted token issuer.
#[derive(Clone, Debug)]
pub struct WantsTokenIssuer {
    application_uri: ApplicationUri,
}

/// The builder wants the first partner.
#[derive(Clone, Debug)]
pub struct WantsRelationship {
    application_uri: ApplicationUri,
    token_issuer: TokenIssuer,
}

/// The builder has what it must have; everything else has a default.
#[derive(Clone, Debug)]
pub struct Ready {
    policy: DauthPolicy,
}

impl DauthPolicyBuilder<WantsApplicationUri> {
    pub(super) const fn new() -> Self {
        Self { state: WantsApplicationUri(()) }
    }

    /// Names the own organisation, as the audience of assertions does.
    pub fn application_uri(self, uri: ApplicationUri) -> DauthPolicyBuilder<WantsTokenIssuer> {
        DauthPolicyBuilder { state: WantsTokenIssuer { application_uri: uri } }
    }
}

impl DauthPolicyBuilder<WantsTokenIssuer> {
    /// Names the trusted token issuer.
    pub fn token_issuer(self, issuer: TokenIssuer) -> DauthPolicyBuilder<WantsRelationship> {
        let WantsTokenIssuer { application_uri } = self.state;
        DauthPolicyBuilder { state: WantsRelationship { application_uri, token_issuer: issuer } }
    }
}

impl DauthPolicyBuilder<WantsRelationship> {
    /// Adds the first partner.
    pub fn relationship(self, relationship: Relationship) -> DauthPolicyBuilder<Ready> {
        let WantsRelationship { application_uri, token_issuer } = self.state;
        let policy = DauthPolicy {
            application_uris: vec![application_uri],
            token_issuer,
            relationships: vec![relationship],
            endpoints: Vec::new(),
            offers: OfferLives::default(),
            skew: DauthPolicy::SKEW,
            require_timestamp: false,
            maximum_timestamp: DauthPolicy::MAXIMUM_TIMESTAMP,
            require_third_party: false,
            require_valid_certificate: false,
            minimum_key_bits: DauthPolicy::MINIMUM_KEY_BITS,
            replay: SecondSight::default(),
            danger: DauthDanger::default(),
        };
        DauthPolicyBuilder { state: Ready { policy } }
    }
}

impl DauthPolicyBuilder<Ready> {
    /// Adds another name of the own organisation.
    pub fn application_uri(mut self, uri: ApplicationUri) -> Self {
        self.state.policy.application_uris.push(uri);
        self
    }

    /// Adds another partner.
    pub fn relationship(mut self, relationship: Relationship) -> Self {
        self.state.policy.relationships.push(relationship);
        self
    }

    /// Adds an endpoint; from the first one on, those of [`ServedEndpoint::WELL_KNOWN`] no longer count.
    pub fn endpoint(mut self, endpoint: ServedEndpoint) -> Self {
        self.state.policy.endpoints.push(endpoint);
        self
    }

    /// Says for how long a token of an offer is taken after its `NotBefore`; see [`Offer::usual_life`](super::Offer::usual_life).
    pub fn offer_life(mut self, offer: impl Into<String>, life: Duration) -> Self {
        self.state.policy.offers.set(offer, life);
        self
    }

    /// Says by how much clocks may differ; five minutes by default.
    pub fn skew(mut self, skew: Duration) -> Self {
        self.state.policy.skew = skew;
        self
    }

    /// Refuses messages without a timestamp.
    pub fn require_timestamp(mut self) -> Self {
        self.state.policy.require_timestamp = true;
        self
    }

    /// Says from which length on timestamps are reported; five minutes by default.
    pub fn maximum_timestamp(mut self, maximum: Duration) -> Self {
        self.state.policy.maximum_timestamp = maximum;
        self
    }

    /// Refuses assertions that are not marked as requested by a third party.
    pub fn require_third_party(mut self) -> Self {
        self.state.policy.require_third_party = true;
        self
    }

    /// Refuses assertions whose issuer's certificate is outside its validity, or of an unverified source.
    pub fn require_valid_certificate(mut self) -> Self {
        self.state.policy.require_valid_certificate = true;
        self
    }

    /// Says how long RSA keys must be, in bits; 2048 by default and at least.
    pub fn minimum_key_bits(mut self, bits: u32) -> Self {
        self.state.policy.minimum_key_bits = bits;
        self
    }

    /// Says what is done about an assertion that was presented before; it is refused by default.
    pub fn replay(mut self, replay: SecondSight) -> Self {
        self.state.policy.replay = replay;
        self
    }

    /// Switches relaxations on. Every review repeats them.
    pub fn danger(mut self, danger: DauthDanger) -> Self {
        self.state.policy.danger = danger;
        self
    }

    /// Checks the policy as a whole.
    ///
    /// # Errors
    /// A policy that contradicts itself, or that could never accept anything.
    pub fn build(self) -> Result<DauthPolicy, DauthPolicyError> {
        let mut policy = self.state.policy;
        check(&policy)?;
        if policy.endpoints.is_empty() {
            policy.endpoints =
                ServedEndpoint::WELL_KNOWN.iter().map(|path| ServedEndpoint::new(*path)).collect();
        }
        Ok(policy)
    }
}

fn check(policy: &DauthPolicy) -> Result<(), DauthPolicyError> {
    if policy.token_issuer.uri().trim().is_empty() {
        return Err(DauthPolicyError::NamelessTokenIssuer);
    }
    if policy.minimum_key_bits < DauthPolicy::MINIMUM_KEY_BITS {
        return Err(DauthPolicyError::ShortKeys { bits: policy.minimum_key_bits });
    }
    if policy.maximum_timestamp.is_zero() {
        return Err(DauthPolicyError::NoTime { member: "maximum_timestamp".to_owned() });
    }
    if let Some((offer, _)) = policy.offers.changed().find(|(_, life)| life.is_zero()) {
        return Err(DauthPolicyError::NoTime { member: format!("offers.{}", printable(offer)) });
    }
    for (index, relationship) in policy.relationships.iter().enumerate() {
        let earlier = policy.relationships.get(..index).unwrap_or_default();
        check_relationship(relationship, earlier, &policy.offers)?;
    }
    for (index, endpoint) in policy.endpoints.iter().enumerate() {
        check_endpoint(endpoint, &policy.offers)?;
        if policy.endpoints.iter().take(index).any(|earlier| earlier.is_at(endpoint.path())) {
            return Err(DauthPolicyError::EndpointTwice { path: printable(endpoint.path()) });
        }
    }
    Ok(())
}

fn check_relationship(
    relationship: &Relationship,
    earlier: &[Relationship],
    offers: &OfferLives,
) -> Result<(), DauthPolicyError> {
    let name = || printable(relationship.name());
    if relationship.domains().is_empty() {
        return Err(DauthPolicyError::RelationshipWithoutDomains { relationship: name() });
    }
    if relationship.offers().is_empty() {
        return Err(DauthPolicyError::RelationshipWithoutOffers { relationship: name() });
    }
    if earlier.iter().any(|earlier| earlier.name() == relationship.name()) {
        return Err(DauthPolicyError::RelationshipTwice { relationship: name() });
    }
    for (index, domain) in relationship.domains().iter().enumerate() {
        let here = relationship.domains().iter().take(index);
        let mut before = here.chain(earlier.iter().flat_map(Relationship::domains));
        if before.any(|before| before == domain) {
            return Err(DauthPolicyError::DomainTwice { domain: domain.clone() });
        }
    }
    check_offers(relationship.offers().iter().map(String::as_str), offers)
}

fn check_endpoint(endpoint: &ServedEndpoint, offers: &OfferLives) -> Result<(), DauthPolicyError> {
    let path = endpoint.path();
    // A path is what a URL can have, and stands in one spelling.
    let plain = HttpsUrl::parse(&format!("https://host{path}")).is_ok_and(|url| url.path() == path);
    if !path.starts_with('/') || path.ends_with('/') || !plain {
        return Err(DauthPolicyError::MalformedPath { path: printable(path) });
    }
    if let Some(url) = endpoint.urls().iter().find(|url| !endpoint.is_at(url.path())) {
        return Err(DauthPolicyError::UrlOfAnotherPath {
            url: printable(url.as_str()),
            path: printable(path),
        });
    }
    check_offers(endpoint.offers(), offers)
}

fn check_offers<'p>(
    mut names: impl Iterator<Item = &'p str>,
    offers: &OfferLives,
) -> Result<(), DauthPolicyError> {
    match names.find(|name| offers.of(name).is_none()) {
        None => Ok(()),
        Some(unknown) => Err(DauthPolicyError::UnknownOffer { offer: printable(unknown) }),
    }
}

/// Why a policy for federated delegation cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DauthPolicyError {
    /// The token issuer has no name.
    NamelessTokenIssuer,
    /// Keys shorter than 2048 bits are never accepted.
    ShortKeys {
        /// What was asked for.
        bits: u32,
    },
    /// A time is zero, so that nothing could ever be accepted.
    NoTime {
        /// The member.
        member: String,
    },
    /// A relationship lists no domain.
    RelationshipWithoutDomains {
        /// The relationship's name.
        relationship: String,
    },
    /// A relationship allows no offer.
    RelationshipWithoutOffers {
        /// The relationship's name.
        relationship: String,
    },
    /// Two relationships have one name.
    RelationshipTwice {
        /// The name.
        relationship: String,
    },
    /// A domain is listed twice: it is not said which relationship counts.
    DomainTwice {
        /// The domain.
        domain: Domain,
    },
    /// An offer is neither a known one nor one whose life the policy tells.
    UnknownOffer {
        /// Its name.
        offer: String,
    },
    /// An endpoint's path is not one.
    MalformedPath {
        /// The path.
        path: String,
    },
    /// An endpoint stands twice.
    EndpointTwice {
        /// The path.
        path: String,
    },
    /// An endpoint's URL has another path than the endpoint.
    UrlOfAnotherPath {
        /// The URL.
        url: String,
        /// The endpoint's path.
        path: String,
    },
}

impl fmt::Display for DauthPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NamelessTokenIssuer => {
                f.write_str("dauth.token_issuer.uri: expected a name, found nothing")
            }
            Self::ShortKeys { bits } => {
                write!(f, "dauth.minimum_key_bits: expected 2048 or more, found {bits}")
            }
            Self::NoTime { member } => write!(f, "dauth.{member}: expected more than zero, found zero"),
            Self::RelationshipWithoutDomains { relationship } => {
                write!(f, "dauth.relationship {relationship}: expected at least one domain, found none")
            }
            Self::RelationshipWithoutOffers { relationship } => {
                write!(f, "dauth.relationship {relationship}: expected at least one offer, found none")
            }
            Self::RelationshipTwice { relationship } => {
                write!(f, "dauth.relationship {relationship}: expected once, found twice")
            }
            Self::DomainTwice { domain } => {
                write!(f, "dauth.relationship: expected domain {domain} once, found twice")
            }
            Self::UnknownOffer { offer } => write!(
                f,
                "dauth: expected a known offer, or one whose life stands in dauth.offers, found {offer}"
            ),
            Self::MalformedPath { path } => write!(
                f,
                "dauth.endpoint: expected a path that begins with / and does not end with it, found {path}"
            ),
            Self::EndpointTwice { path } => write!(f, "dauth.endpoint {path}: expected once, found twice"),
            Self::UrlOfAnotherPath { url, path } => {
                write!(f, "dauth.endpoint {path}: expected URLs with this path, found {url}")
            }
        }
    }
}

impl std::error::Error for DauthPolicyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dauth::policy::Offer;

    fn fabrikam() -> Relationship {
        Relationship::new("Fabrikam").domain(Domain::parse("fabrikam.com").unwrap()).allowing(Offer::MailTips)
    }

    fn ready(relationship: Relationship) -> DauthPolicyBuilder<Ready> {
        DauthPolicy::builder()
            .application_uri(ApplicationUri::parse("FYDIBOHF25SPDLT.contoso.com").unwrap())
            .token_issuer(TokenIssuer::default())
            .relationship(relationship)
    }

    fn error(builder: DauthPolicyBuilder<Ready>) -> String {
        builder.build().map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn build_defaults_as_documented() {
        let policy = ready(fabrikam()).build().unwrap();
        assert_eq!(policy.skew(), Duration::from_secs(300));
        assert_eq!(policy.maximum_timestamp(), Duration::from_secs(300));
        assert_eq!(policy.minimum_key_bits(), 2048);
        assert_eq!(policy.endpoints().len(), ServedEndpoint::WELL_KNOWN.len());
        assert_eq!(policy.replay(), SecondSight::Refuse);
        assert!(!policy.require_timestamp() && !policy.require_third_party());
        assert!(!policy.require_valid_certificate() && policy.danger().sentences().is_empty());
    }

    #[test]
    fn build_policies_that_could_accept_nothing_refused() {
        let domain = |text: &str| Domain::parse(text).unwrap();
        assert!(
            error(ready(Relationship::new("R").allowing(Offer::MailTips))).contains("at least one domain")
        );
        assert!(error(ready(Relationship::new("R").domain(domain("a.test")))).contains("at least one offer"));
        assert!(error(ready(fabrikam()).maximum_timestamp(Duration::ZERO)).contains("more than zero"));
        assert!(
            error(ready(fabrikam()).offer_life("Fabrikam.X", Duration::ZERO))
                .contains("dauth.offers.Fabrikam.X")
        );
        assert!(error(ready(fabrikam()).minimum_key_bits(2047)).contains("found 2047"));
        let nameless = DauthPolicy::builder()
            .application_uri(ApplicationUri::parse("a").unwrap())
            .token_issuer(TokenIssuer::new(" "))
            .relationship(fabrikam());
        assert!(error(nameless).contains("token_issuer.uri"));
    }

    #[test]
    fn build_contradictions_refused() {
        assert!(error(ready(fabrikam()).relationship(fabrikam())).contains("Fabrikam: expected once"));
        let domain = Domain::parse("FABRIKAM.com").unwrap();
        let second = Relationship::new("R").domain(domain.clone()).allowing(Offer::MailTips);
        assert!(error(ready(fabrikam()).relationship(second)).contains("domain fabrikam.com once"));
        assert!(error(ready(fabrikam().domain(domain))).contains("domain fabrikam.com once"));
        let paths = ["/ews/x", "/EWS/X"].map(ServedEndpoint::new);
        let [first, second] = paths;
        assert!(error(ready(fabrikam()).endpoint(first).endpoint(second)).contains("/EWS/X: expected once"));
        for path in ["", "/", "ews", "/ews/", "/a?b", "/a b", "/a/../b", "//host:x@/"] {
            let message = error(ready(fabrikam()).endpoint(ServedEndpoint::new(path)));
            assert!(message.contains("begins with /"), "{path}: {message}");
        }
        let url = HttpsUrl::parse("https://mail.contoso.com/ews/y").unwrap();
        assert!(
            error(ready(fabrikam()).endpoint(ServedEndpoint::new("/ews/x").at(url)))
                .contains("with this path")
        );
    }

    #[test]
    fn build_offer_of_unknown_life_refused_and_of_told_life_taken() {
        let builder = ready(fabrikam().allowing("Fabrikam.Read"));
        assert!(error(builder.clone()).contains("found Fabrikam.Read"));
        let policy = builder.offer_life("Fabrikam.Read", Duration::from_secs(60)).build().unwrap();
        assert_eq!(policy.offers().of("Fabrikam.Read"), Some(Duration::from_secs(60)));
        let endpoint = ServedEndpoint::new("/ews/x").serving("msexchange.mailtips");
        assert!(error(ready(fabrikam()).endpoint(endpoint)).contains("found msexchange.mailtips"));
    }

    #[test]
    fn build_own_endpoints_replace_the_well_known() {
        let policy = ready(fabrikam()).endpoint(ServedEndpoint::new("/ews/x")).build().unwrap();
        assert_eq!(policy.endpoints().len(), 1);
        assert!(policy.endpoint_at(ServedEndpoint::WELL_KNOWN[0]).is_none());
    }
}
