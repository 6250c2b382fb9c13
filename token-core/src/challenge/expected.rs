//! The challenge that a server under a policy should send, and that of a refusal.
//! Follows [MS-XOAUTH] section 4, [MS-SPS2SAUTH] 3.1.5 and RFC 6750 section 3.1.

use super::bearer::BearerChallenge;
use super::issuers::{TrustedIssuerEntry, TrustedIssuers};
use super::text::Text;
use super::write::Shape;
use crate::policy::{IssuerId, IssuerRealm, Policy};
use crate::s2s::{Kind, well_known};

impl BearerChallenge {
    /// Makes the challenge of the server that a policy describes, in the shape of Exchange or of SharePoint.
    ///
    /// Issuers have the policy's realm wherever it leaves but one, and `*` otherwise. SharePoint names its realm and
    /// the URL of Entra, Exchange neither. Where the policy trusts Entra, users are sent to the first of its sign-in
    /// hosts. What this makes is clean under the same policy.
    ///
    /// # Examples
    /// ```
    /// use token_core::Policy;
    /// use token_core::challenge::{BearerChallenge, BearerError, Shape};
    ///
    /// let policy = Policy::from_toml(r#"
    ///     audience = { application = "00000002-0000-0ff1-ce00-000000000000", realms = ["contoso.com"] }
    ///     issuer = [{ id = "00000001-0000-0000-c000-000000000000@*", kinds = ["sts-actor"] }]
    /// "#)?;
    /// let challenge = BearerChallenge::from_policy(&policy, Shape::Exchange);
    /// assert_eq!(
    ///     challenge.refusing(BearerError::InvalidToken, None).to_header_value(Shape::Exchange)?,
    ///     "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", \
    ///      trusted_issuers=\"00000001-0000-0000-c000-000000000000@contoso.com\", error=\"invalid_token\"",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_policy(policy: &Policy, shape: Shape) -> Self {
        let own = |text: &str| Text::from(text.to_owned());
        let audience = policy.audience();
        let entries = policy.issuers().iter().filter_map(|issuer| entry(issuer.id(), policy, shape));
        let has_kind = |wanted: fn(Kind) -> bool| {
            policy.issuers().iter().any(|issuer| issuer.kinds().iter().any(|kind| wanted(*kind)))
        };
        let mut challenge = Self {
            client_id: audience.application.as_deref().map(own),
            trusted_issuers: Some(TrustedIssuers { entries: entries.collect(), ..TrustedIssuers::default() }),
            ..Self::default()
        };
        if shape == Shape::SharePoint {
            challenge.realm = audience.realms.first().map(|realm| own(realm));
        }
        if has_kind(|kind| kind == Kind::Service) {
            let types = [well_known::APP_ASSERTED_USER, well_known::SERVICE_ASSERTED_APP];
            challenge.token_types = Some(types.into_iter().map(own).collect());
        }
        if has_kind(Kind::is_entra) {
            let host = policy.challenge().sign_in_hosts().next();
            challenge.authorization_uri =
                host.map(|host| Text::from(format!("https://{host}/common/oauth2/authorize")));
        }
        challenge
    }

    /// Adds why a token is refused.
    ///
    /// Follows RFC 6750 section 3.1. The description is for developers, not for users; [`Self::to_header_value`]
    /// refuses one with quotes, backslashes or characters outside ASCII.
    #[must_use]
    pub fn refusing(mut self, error: BearerError, description: Option<&str>) -> Self {
        self.error = Some(Text::from(error.as_str()));
        self.error_description = description.map(|description| Text::from(description.to_owned()));
        self
    }
}

fn entry(id: &IssuerId, policy: &Policy, shape: Shape) -> Option<TrustedIssuerEntry> {
    let own = |text: &str| Text::from(text.to_owned());
    match id {
        IssuerId::Principal { name, realm } => {
            let realm = match (realm, &*policy.audience().realms) {
                (IssuerRealm::Exactly(realm), _) => Some(own(realm)),
                (IssuerRealm::OfAudience, [one]) => Some(own(one)),
                (IssuerRealm::OfAudience, _) => Some(own("*")),
                (IssuerRealm::None, _) => None,
            };
            Some(TrustedIssuerEntry::Principal { name: own(name), realm })
        }
        IssuerId::Tenant { before, after } if shape == Shape::SharePoint => {
            Some(TrustedIssuerEntry::Url(Text::from(format!("{before}*{after}"))))
        }
        IssuerId::Tenant { .. } | IssuerId::Metadata(_) => None,
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BearerError {
    /// The request is malformed: 400.
    InvalidRequest,
    /// The token is expired, revoked, malformed or otherwise not accepted: 401.
    InvalidToken,
    /// The token does not permit this request: 403.
    InsufficientScope,
    /// The token lacks claims that `claims` lists: 401. Microsoft's addition to RFC 6750.
    InsufficientClaims,
}

impl BearerError {
    /// Returns the error as it is spelled in a challenge.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientClaims => "insufficient_claims",
        }
    }

    /// Returns the status with which it is sent (RFC 6750 section 3.1).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidToken | Self::InsufficientClaims => 401,
            Self::InsufficientScope => 403,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{ChallengeReview, ChallengeVerdict, Situation};
    use super::*;
    use crate::budget::Budget;
    use crate::policy::{Audience, ChallengeExpectations, Cloud, HttpsUrl, TrustedIssuer};

    const ACS: &str = "00000001-0000-0000-c000-000000000000";

    fn issuer(id: &str, kind: Kind) -> TrustedIssuer {
        TrustedIssuer::new(IssuerId::parse(id).unwrap()).issues(kind)
    }

    fn policies() -> Vec<Policy> {
        let audience = Audience::application(well_known::SHAREPOINT).host("h").realm("r1");
        let of = |audience: Audience| {
            Policy::builder().audience(audience).issuer(issuer(&format!("{ACS}@*"), Kind::StsActor))
        };
        vec![
            of(audience.clone()).build().unwrap(),
            of(audience.clone().realm("r2")).build().unwrap(),
            of(audience.clone())
                .issuer(issuer("own@r9", Kind::SelfIssuedActor))
                .issuer(issuer("bare", Kind::Service))
                .issuer(issuer("https://sts.windows.net/{tenantid}/", Kind::EntraV1))
                .issuer(issuer("https://mail.contoso.com/autodiscover/metadata/json/1", Kind::Identity))
                .challenge(ChallengeExpectations::default().oauth_only().cloud(Cloud::China))
                .build()
                .unwrap(),
            of(Audience::default().url(HttpsUrl::parse("https://h/").unwrap())).build().unwrap(),
        ]
    }

    #[test]
    fn from_policy_clean_under_the_same_policy() {
        for policy in policies() {
            for shape in [Shape::Exchange, Shape::SharePoint] {
                let line = BearerChallenge::from_policy(&policy, shape).to_header_value(shape).unwrap();
                let review = ChallengeReview::of_lines(
                    [&*line],
                    Situation::default(),
                    Some(&policy),
                    &Budget::DEFAULT,
                );
                assert_eq!(review.broken().count(), 0, "{line}: {review:?}");
                assert_eq!(review.verdict(), ChallengeVerdict::Clean);
            }
        }
    }

    #[test]
    fn from_policy_shapes_name_realm_and_entra_as_their_servers_do() {
        let policy = &policies()[2];
        let exchange = BearerChallenge::from_policy(policy, Shape::Exchange).to_header_value(Shape::Exchange);
        assert_eq!(
            exchange.unwrap(),
            format!(
                "Bearer client_id=\"{}\", trusted_issuers=\"{ACS}@r1,own@r9,bare\", \
                 token_types=\"app_asserted_user_v1 service_asserted_app_v1\", \
                 authorization_uri=\"https://login.partner.microsoftonline.cn/common/oauth2/authorize\"",
                well_known::SHAREPOINT
            )
        );
        let sharepoint = BearerChallenge::from_policy(policy, Shape::SharePoint);
        let sharepoint = sharepoint.to_header_value(Shape::SharePoint).unwrap();
        assert!(sharepoint.starts_with("Bearer realm=\"r1\",client_id="), "{sharepoint}");
        assert!(sharepoint.contains(",https://sts.windows.net/*/\""), "{sharepoint}");
    }

    #[test]
    fn refusing_adds_the_error_and_its_description() {
        let challenge = BearerChallenge::from_policy(&policies()[0], Shape::Exchange);
        let challenge = challenge.refusing(BearerError::InsufficientScope, Some("calendar only"));
        let line = challenge.to_header_value(Shape::Exchange).unwrap();
        assert!(
            line.ends_with(r#", error="insufficient_scope", error_description="calendar only""#),
            "{line}"
        );
        assert!(
            challenge
                .refusing(BearerError::InvalidToken, Some("a\r\nb"))
                .to_header_value(Shape::Exchange)
                .is_err()
        );
        assert_eq!((BearerError::InvalidToken.status(), BearerError::InvalidRequest.status()), (401, 400));
    }
}
