//! The builder of policies: each state offers only the next step.

use std::fmt;
use std::time::Duration;

use super::{
    Audience, ChallengeExpectations, Danger, FetchSettings, FetchSettingsError, HttpsUrl, LetterCase,
    Lifetimes, Policy, Profile, Skew, TrustedIssuer,
};
use crate::s2s::{Kind, Principal};

/// Builds a policy; begun by [`Policy::builder`].
///
/// # Examples
/// ```
/// use token_core::policy::{Audience, IssuerId, Policy, TrustedIssuer};
/// use token_core::s2s::{Kind, well_known};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder()
///     .audience(Audience::application(well_known::EXCHANGE).host("mail.contoso.com").realm("contoso.com"))
///     .issuer(
///         TrustedIssuer::new(IssuerId::parse("00000001-0000-0000-c000-000000000000@*")?)
///             .issues(Kind::StsActor)
///             .acting(well_known::EXCHANGE)
///             .for_users(),
///     )
///     .build()?;
/// assert_eq!(policy.issuers().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder<State> {
    state: State,
}

/// The builder wants to know the resource server.
#[derive(Clone, Debug)]
pub struct WantsAudience(());

/// The builder wants the first trusted issuer.
#[derive(Clone, Debug)]
pub struct WantsIssuers {
    audience: Audience,
}

/// The builder has what it must have; everything else has a default.
#[derive(Clone, Debug)]
pub struct Ready {
    policy: Policy,
}

impl PolicyBuilder<WantsAudience> {
    pub(super) const fn new() -> Self {
        Self { state: WantsAudience(()) }
    }

    /// Names the resource server.
    pub fn audience(self, audience: Audience) -> PolicyBuilder<WantsIssuers> {
        PolicyBuilder { state: WantsIssuers { audience } }
    }
}

impl PolicyBuilder<WantsIssuers> {
    /// Adds the first trusted issuer.
    pub fn issuer(self, issuer: TrustedIssuer) -> PolicyBuilder<Ready> {
        let policy = Policy {
            audience: self.state.audience,
            issuers: vec![issuer],
            profile: Profile::default(),
            letter_case: LetterCase::default(),
            skew: Skew::default(),
            lifetimes: Lifetimes::default(),
            minimum_key_bits: Policy::MINIMUM_KEY_BITS,
            require_valid_certificate: false,
            challenge: ChallengeExpectations::default(),
            fetch: FetchSettings::default(),
            danger: Danger::default(),
        };
        PolicyBuilder { state: Ready { policy } }
    }
}

impl PolicyBuilder<Ready> {
    /// Adds another trusted issuer.
    pub fn issuer(mut self, issuer: TrustedIssuer) -> Self {
        self.state.policy.issuers.push(issuer);
        self
    }

    /// Says whose habits are followed; Exchange's by default.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.state.policy.profile = profile;
        self
    }

    /// Says how letter case is taken; exactly by default.
    pub fn letter_case(mut self, letter_case: LetterCase) -> Self {
        self.state.policy.letter_case = letter_case;
        self
    }

    /// Says by how much clocks may differ; five minutes by default.
    pub fn skew(mut self, skew: Skew) -> Self {
        self.state.policy.skew = skew;
        self
    }

    /// Says how long a kind of token may live; see [`Kind::usual_lifetime`] for the default.
    pub fn maximum_lifetime(mut self, kind: Kind, maximum: Duration) -> Self {
        self.state.policy.lifetimes.set(kind, maximum);
        self
    }

    /// Says how long RSA keys must be, in bits; 2048 by default and at least.
    pub fn minimum_key_bits(mut self, bits: u32) -> Self {
        self.state.policy.minimum_key_bits = bits;
        self
    }

    /// Refuses tokens whose signer's certificate is outside its validity.
    pub fn require_valid_certificate(mut self) -> Self {
        self.state.policy.require_valid_certificate = true;
        self
    }

    /// Says what the challenges of the server are expected to say; tokens are judged without it.
    pub fn challenge(mut self, expectations: ChallengeExpectations) -> Self {
        self.state.policy.challenge = expectations;
        self
    }

    /// Says how keys are fetched; see [`FetchSettings`] for the defaults.
    pub fn fetch(mut self, settings: FetchSettings) -> Self {
        self.state.policy.fetch = settings;
        self
    }

    /// Switches relaxations on. Every review repeats them.
    pub fn danger(mut self, danger: Danger) -> Self {
        self.state.policy.danger = danger;
        self
    }

    /// Checks the policy as a whole.
    ///
    /// # Errors
    /// A policy that contradicts itself, or that could never accept anything.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let policy = self.state.policy;
        check(&policy)?;
        Ok(policy)
    }
}

fn check(policy: &Policy) -> Result<(), PolicyError> {
    let audience = &policy.audience;
    if audience.application.is_none() && audience.urls.is_empty() {
        return Err(PolicyError::NoAudience);
    }
    let principal_parts = audience.hosts.iter().map(|host| format!("a/{host}@b"));
    let principal_parts = principal_parts.chain(audience.realms.iter().map(|realm| format!("a/b@{realm}")));
    let principal_parts = principal_parts.chain(audience.application.iter().map(|id| format!("{id}/b@c")));
    for text in principal_parts {
        if Principal::parse(&text).map_or(true, |p| p.has_wildcard_realm()) {
            return Err(PolicyError::MalformedAudience);
        }
    }
    for host in &policy.challenge.authorization_hosts {
        if HttpsUrl::parse(&format!("https://{host}/"))
            .map_or(true, |url| !url.host().eq_ignore_ascii_case(host))
        {
            return Err(PolicyError::MalformedAuthorizationHost);
        }
    }
    if policy.minimum_key_bits < Policy::MINIMUM_KEY_BITS {
        return Err(PolicyError::ShortKeys { bits: policy.minimum_key_bits });
    }
    policy.fetch.check().map_err(PolicyError::Fetch)?;
    for (index, issuer) in policy.issuers.iter().enumerate() {
        if issuer.kinds().is_empty() {
            return Err(PolicyError::IssuerWithoutKinds { issuer: issuer.name().to_owned() });
        }
        let unlisted = |kind: &&Kind| kind.is_never_valid() || **kind == Kind::Outer;
        if let Some(kind) = issuer.kinds().iter().find(unlisted) {
            return Err(PolicyError::KindCannotBeTrusted { kind: *kind });
        }
        if issuer.failover().is_some() && issuer.key_sources().len() > 1 {
            return Err(PolicyError::FailoverOfSeveral { issuer: issuer.name().to_owned() });
        }
        if policy.issuers.iter().take(index).any(|earlier| earlier.name() == issuer.name()) {
            return Err(PolicyError::IssuerTwice { issuer: issuer.name().to_owned() });
        }
    }
    Ok(())
}

/// Why a policy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// Neither an application id nor a URL names the resource server.
    NoAudience,
    /// The application id, a host or a realm cannot stand in an audience.
    MalformedAudience,
    /// A host to which challenges may send users is not a host name.
    MalformedAuthorizationHost,
    /// Keys shorter than 2048 bits are never accepted.
    ShortKeys {
        /// What was asked for.
        bits: u32,
    },
    /// An issuer is trusted for no kind of token.
    IssuerWithoutKinds {
        /// The issuer's name.
        issuer: String,
    },
    /// An issuer stands twice in the policy.
    IssuerTwice {
        /// The issuer's name.
        issuer: String,
    },
    /// An issuer with several sources of keys names one to fail over to: it is not said for which.
    FailoverOfSeveral {
        /// The issuer's name.
        issuer: String,
    },
    /// The settings for fetching keys contradict each other.
    Fetch(FetchSettingsError),
    /// A kind that nobody's signature can make valid: outer tokens are allowed by `users`.
    KindCannotBeTrusted {
        /// The kind.
        kind: Kind,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAudience => f.write_str("audience: expected an application id or a URL, found neither"),
            Self::MalformedAudience => {
                f.write_str("audience: expected an application id, hosts and realms of letters, digits, \"-\", \".\" and \"_\" without wildcards, found another character")
            }
            Self::MalformedAuthorizationHost => f.write_str(
                "challenge.authorization_hosts: expected host names without scheme, port and path, found another text",
            ),
            Self::ShortKeys { bits } => write!(f, "minimum_key_bits: expected 2048 or more, found {bits}"),
            Self::IssuerWithoutKinds { issuer } => {
                write!(f, "issuer {issuer}: expected at least one kind of token, found none")
            }
            Self::IssuerTwice { issuer } => write!(f, "issuer {issuer}: expected once, found twice"),
            Self::FailoverOfSeveral { issuer } => {
                write!(f, "issuer {issuer}: expected one entry in keys beside failover, found several")
            }
            Self::Fetch(error) => error.fmt(f),
            Self::KindCannotBeTrusted { kind: Kind::Outer } => f.write_str(
                "kinds: an outer token is signed by nobody; set `users` for the issuer of its actor token instead",
            ),
            Self::KindCannotBeTrusted { kind } => {
                write!(f, "kinds: a {kind} token can never be verified by a third party")
            }
        }
    }
}

impl std::error::Error for PolicyError {}
