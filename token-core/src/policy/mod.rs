//! What is accepted: which audience, which issuers, which applications, for how long. An empty policy accepts nothing.
//!
//! A policy is made by [`Policy::builder`], or read from a file by `Policy::from_toml` and `Policy::from_json`.

mod builder;
mod challenge;
mod cloud;
mod danger;
mod fetch;
#[cfg(feature = "policy-file")]
mod file;
mod issuer;
mod lifetimes;
#[cfg(feature = "policy-file")]
pub(crate) mod source;
mod url;

use std::time::Duration;

pub use builder::{PolicyBuilder, PolicyError, Ready, WantsAudience, WantsIssuers};
pub use challenge::ChallengeExpectations;
pub use cloud::Cloud;
pub use danger::Danger;
pub use fetch::{FetchSettings, FetchSettingsError, SpkiPin};
pub use issuer::{IssuerId, IssuerIdError, IssuerRealm, TrustedIssuer};
pub use lifetimes::Lifetimes;
#[cfg(feature = "policy-file")]
pub use source::PolicyFileError;
pub use url::{HttpsUrl, UrlError};

/// The resource server as tokens name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audience {
    /// The own application id, as in the first part of `aud`.
    pub application: Option<String>,
    /// The own host names, with a port where it is not the scheme's default.
    pub hosts: Vec<String>,
    /// The own realms: tenant ids, or domains.
    pub realms: Vec<String>,
    /// The own URLs, for tokens whose audience is a URL: Entra tokens and identity tokens.
    pub urls: Vec<HttpsUrl>,
}

impl Audience {
    /// Names the server by its application id.
    #[must_use]
    pub fn application(id: impl Into<String>) -> Self {
        Self { application: Some(id.into()), ..Self::default() }
    }

    /// Adds a host name.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Adds a realm.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realms.push(realm.into());
        self
    }

    /// Adds a URL.
    #[must_use]
    pub fn url(mut self, url: HttpsUrl) -> Self {
        self.urls.push(url);
        self
    }
}

/// Whose habits are followed where Exchange and SharePoint differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// As Exchange does: delegation without `trustedfordelegation` is reported.
    #[default]
    Exchange,
    /// As SharePoint does: delegation without `trustedfordelegation` is refused, upper-case identifiers are reported.
    SharePoint,
}

/// How identifiers that differ in letter case alone are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LetterCase {
    /// As the specification says: they differ.
    #[default]
    Exact,
    /// As Exchange does: they are the same, and the difference is reported.
    Lenient,
}

/// By how much clocks may differ, for each claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// How far `nbf` may lie in the future.
    pub nbf: Duration,
    /// How far `exp` may lie in the past.
    pub exp: Duration,
}

impl Default for Skew {
    /// Five minutes each, as in Kerberos and in Microsoft's own samples.
    fn default() -> Self {
        Self { nbf: Duration::from_secs(300), exp: Duration::from_secs(300) }
    }
}

/// What is accepted. Immutable; made by a builder or read from a file.
#[derive(Clone, Debug)]
pub struct Policy {
    audience: Audience,
    issuers: Vec<TrustedIssuer>,
    profile: Profile,
    letter_case: LetterCase,
    skew: Skew,
    lifetimes: Lifetimes,
    minimum_key_bits: u32,
    require_valid_certificate: bool,
    challenge: ChallengeExpectations,
    fetch: FetchSettings,
    danger: Danger,
}

impl Policy {
    /// The shortest RSA modulus that is accepted where nothing else is said (NIST SP 800-131A).
    pub const MINIMUM_KEY_BITS: u32 = 2048;

    /// Begins a policy: first the audience, then the issuers, then the rest.
    pub fn builder() -> PolicyBuilder<WantsAudience> {
        PolicyBuilder::new()
    }

    /// Returns the resource server as tokens name it.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Returns the trusted issuers.
    #[must_use]
    pub fn issuers(&self) -> &[TrustedIssuer] {
        &self.issuers
    }

    /// Returns whose habits are followed.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Returns how letter case is taken.
    #[must_use]
    pub const fn letter_case(&self) -> LetterCase {
        self.letter_case
    }

    /// Returns by how much clocks may differ.
    #[must_use]
    pub const fn skew(&self) -> Skew {
        self.skew
    }

    /// Returns the longest lifetimes.
    #[must_use]
    pub const fn lifetimes(&self) -> &Lifetimes {
        &self.lifetimes
    }

    /// Returns the shortest RSA modulus that is accepted, in bits.
    #[must_use]
    pub const fn minimum_key_bits(&self) -> u32 {
        self.minimum_key_bits
    }

    /// Returns whether a signer's certificate outside its validity is refused.
    #[must_use]
    pub const fn require_valid_certificate(&self) -> bool {
        self.require_valid_certificate
    }

    /// Returns what the challenges of the server are expected to say.
    #[must_use]
    pub const fn challenge(&self) -> &ChallengeExpectations {
        &self.challenge
    }

    /// Returns how keys are fetched, for whoever fetches them.
    #[must_use]
    pub const fn fetch(&self) -> &FetchSettings {
        &self.fetch
    }

    /// Returns the relaxations that are switched on.
    #[must_use]
    pub const fn danger(&self) -> &Danger {
        &self.danger
    }
}
