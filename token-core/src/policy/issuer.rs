//! Trusted issuers: how they are named, which kinds of tokens they issue, which applications they vouch for.

use std::fmt;

use super::url::{HttpsUrl, UrlError};
use crate::s2s::{Kind, Principal, PrincipalError};

/// The place in an issuer template where the tenant stands.
const TENANT: &str = "{tenantid}";

/// How a trusted issuer is recognised in a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssuerId {
    /// A principal, `name@realm`: the STS, a server, an add-in.
    Principal {
        /// The application id of the issuer.
        name: String,
        /// The realm that its tokens must have.
        realm: IssuerRealm,
    },
    /// A URL with the tenant in it: Entra.
    Tenant {
        /// What stands before the tenant id.
        before: String,
        /// What stands behind it.
        after: String,
    },
    /// The place where the keys are published: Exchange, for identity tokens.
    Metadata(HttpsUrl),
}

/// The realm that an issuer's tokens must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssuerRealm {
    /// That of the token's audience; spelled `*`. Never "any realm".
    OfAudience,
    /// This one.
    Exactly(String),
    /// None: the issuer's principals have no realm.
    None,
}

impl IssuerId {
    /// Reads an issuer as policies spell it.
    ///
    /// `name@*` is a principal with the realm of the audience, `name@realm` one with that realm, `name` alone one
    /// without a realm; a URL with `{tenantid}` is Entra's template; any other https URL is a metadata location.
    ///
    /// # Errors
    /// Why the text is none of these.
    pub fn parse(text: &str) -> Result<Self, IssuerIdError> {
        if let Some((before, after)) = text.split_once(TENANT) {
            HttpsUrl::parse(&text.replace(TENANT, "tenant")).map_err(IssuerIdError::Url)?;
            return Ok(Self::Tenant { before: before.to_owned(), after: after.to_owned() });
        }
        if text.contains("://") {
            return HttpsUrl::parse(text).map(Self::Metadata).map_err(IssuerIdError::Url);
        }
        let principal = Principal::parse(text).map_err(IssuerIdError::Principal)?;
        if principal.host.is_some() {
            return Err(IssuerIdError::Host);
        }
        let realm = match principal.realm {
            Some("*") => IssuerRealm::OfAudience,
            Some(realm) => IssuerRealm::Exactly(realm.to_owned()),
            None => IssuerRealm::None,
        };
        Ok(Self::Principal { name: principal.name.to_owned(), realm })
    }
}

impl fmt::Display for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Principal { name, realm: IssuerRealm::OfAudience } => write!(f, "{name}@*"),
            Self::Principal { name, realm: IssuerRealm::Exactly(realm) } => write!(f, "{name}@{realm}"),
            Self::Principal { name, realm: IssuerRealm::None } => f.write_str(name),
            Self::Tenant { before, after } => write!(f, "{before}{TENANT}{after}"),
            Self::Metadata(url) => f.write_str(url.as_str()),
        }
    }
}

/// Why a text is not the name of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerIdError {
    /// It is neither a URL nor a principal.
    Principal(PrincipalError),
    /// It is a principal with a host, which issuers do not have.
    Host,
    /// It is a malformed URL.
    Url(UrlError),
}

impl fmt::Display for IssuerIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected name@realm, name@*, a URL with {tenantid}, or the https URL of a metadata document; found ")?;
        match self {
            Self::Principal(error) => error.fmt(f),
            Self::Host => f.write_str("a principal with a host"),
            Self::Url(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for IssuerIdError {}

/// An issuer that the policy trusts, and what for.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    id: IssuerId,
    /// The spelling under which its keys are kept in a key set.
    name: String,
    kinds: Vec<Kind>,
    applications: Vec<String>,
    users: bool,
    keys: Vec<String>,
    failover: Option<String>,
}

impl TrustedIssuer {
    /// Trusts an issuer, so far for nothing.
    #[must_use]
    pub fn new(id: IssuerId) -> Self {
        let name = id.to_string();
        Self {
            id,
            name,
            kinds: Vec::new(),
            applications: Vec::new(),
            users: false,
            keys: Vec::new(),
            failover: None,
        }
    }

    /// Trusts it for a kind of signed token.
    #[must_use]
    pub fn issues(mut self, kind: Kind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Lets an application act, by its id.
    #[must_use]
    pub fn acting(mut self, application: impl Into<String>) -> Self {
        self.applications.push(application.into());
        self
    }

    /// Lets its applications act for users.
    #[must_use]
    pub fn for_users(mut self) -> Self {
        self.users = true;
        self
    }

    /// Notes where its keys are: files or URLs, for whoever loads them.
    #[must_use]
    pub fn keys_from(mut self, source: impl Into<String>) -> Self {
        self.keys.push(source.into());
        self
    }

    /// Notes the URL that is asked where its keys cannot be fetched from the first one.
    #[must_use]
    pub fn failing_over_to(mut self, url: impl Into<String>) -> Self {
        self.failover = Some(url.into());
        self
    }

    /// Returns how the issuer is recognised.
    #[must_use]
    pub const fn id(&self) -> &IssuerId {
        &self.id
    }

    /// Returns the name under which its keys are kept in a key set: the policy's own spelling.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the kinds of signed tokens that it may issue.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Returns the applications that may act.
    #[must_use]
    pub fn applications(&self) -> &[String] {
        &self.applications
    }

    /// Returns whether its applications may act for users.
    #[must_use]
    pub const fn allows_users(&self) -> bool {
        self.users
    }

    /// Returns where its keys are.
    #[must_use]
    pub fn key_sources(&self) -> &[String] {
        &self.keys
    }

    /// Returns where its keys are if not there.
    #[must_use]
    pub fn failover(&self) -> Option<&str> {
        self.failover.as_deref()
    }

    /// Returns whether a document that declares this issuer can speak for it: realms and tenants as wildcards.
    #[must_use]
    pub fn covers(&self, declared: &str) -> bool {
        match &self.id {
            IssuerId::Principal { name, realm } => Principal::parse(declared).is_ok_and(|declared| {
                let any = declared.has_wildcard_realm() || *realm == IssuerRealm::OfAudience;
                let same = match realm {
                    IssuerRealm::Exactly(realm) => declared.realm == Some(realm),
                    IssuerRealm::None => declared.realm.is_none(),
                    IssuerRealm::OfAudience => true,
                };
                declared.name == name && (any || same)
            }),
            IssuerId::Tenant { before, after } => {
                declared.strip_prefix(&**before).is_some_and(|rest| rest.ends_with(&**after))
            }
            IssuerId::Metadata(url) => url.matches(declared),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_each_form_and_print_it_back() {
        for text in [
            "00000001-0000-0000-c000-000000000000@*",
            "00000001-0000-0000-c000-000000000000@b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8",
            "11111111-1111-1111-1111-111111111111",
            "https://sts.windows.net/{tenantid}/",
            "https://mail.contoso.com/autodiscover/metadata/json/1",
        ] {
            assert_eq!(IssuerId::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn parse_malformed_named() {
        assert_eq!(IssuerId::parse("a/h@r"), Err(IssuerIdError::Host));
        assert_eq!(IssuerId::parse("a@b@c"), Err(IssuerIdError::Principal(PrincipalError::SeveralAt)));
        assert_eq!(IssuerId::parse("http://a/{tenantid}"), Err(IssuerIdError::Url(UrlError::NotHttps)));
    }

    #[test]
    fn covers_wildcards_of_either_side() {
        let covers =
            |id: &str, declared: &str| TrustedIssuer::new(IssuerId::parse(id).unwrap()).covers(declared);
        assert!(covers("a@*", "a@*") && covers("a@*", "a@r") && covers("a@r", "a@*") && covers("a@r", "a@r"));
        assert!(!covers("a@r", "a@s") && !covers("a@*", "b@*") && covers("a", "a") && !covers("a", "a@r"));
        let entra = "https://sts.windows.net/{tenantid}/";
        assert!(covers(entra, entra) && covers(entra, "https://sts.windows.net/t/"));
        assert!(!covers(entra, "https://sts.windows.net.evil.test/t/"));
    }
}
