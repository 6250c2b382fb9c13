//! Where keys come from: URLs and files, each for one issuer, with the settings for fetching them.
//!
//! A URL is taken from the policy alone, never from a token. One exception has to be made for discovery documents: they
//! say where the keys are, and may only name a host that is allowed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::error::PlaceError;
use crate::budget::Budget;
use crate::policy::{FetchSettings, IssuerId, Policy};
use crate::redact;

/// The sources of a refresher, and how they are fetched.
///
/// # Examples
/// ```
/// use token_core::keys::refresh::Sources;
/// use token_core::policy::FetchSettings;
///
/// let mut sources = Sources::new(FetchSettings::default());
/// let acs = "00000001-0000-0000-c000-000000000000@*";
/// let url = "https://accounts.accesscontrol.windows.net/contoso.com/metadata/json/1";
/// assert!(sources.add(acs, url).is_ok());
/// assert!(sources.add(acs, "http://accounts.accesscontrol.windows.net/contoso.com/metadata/json/1").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Sources {
    pub(super) settings: FetchSettings,
    pub(super) budget: Budget,
    pub(super) over_http: bool,
    pub(super) base: PathBuf,
    pub(super) list: Vec<Source>,
}

impl Sources {
    /// Starts without sources.
    #[must_use]
    pub fn new(settings: FetchSettings) -> Self {
        Self { settings, budget: Budget::DEFAULT, over_http: false, base: PathBuf::new(), list: Vec::new() }
    }

    /// Takes sources and settings from a policy: `keys` and `failover` of each issuer, `[fetch]`, and the relaxation
    /// `keys_over_http`.
    ///
    /// `base` is the folder from which relative file names count. An issuer that is named by its metadata location
    /// has its keys there if it lists none.
    ///
    /// # Errors
    /// The first source that is not allowed, with its issuer.
    pub fn of_policy(policy: &Policy, base: &Path) -> Result<Self, SourceError> {
        let mut sources = Self::new(policy.fetch().clone()).relative_to(base);
        if policy.danger().keys_over_http {
            sources = sources.danger_over_http();
        }
        for issuer in policy.issuers() {
            let error = |error| SourceError { issuer: redact::printable(issuer.name()), error };
            for place in issuer.key_sources() {
                sources.add(issuer.name(), place).map_err(error)?;
            }
            if let (IssuerId::Metadata(url), []) = (issuer.id(), issuer.key_sources()) {
                sources.add(issuer.name(), url.as_str()).map_err(error)?;
            }
            if let Some(url) = issuer.failover() {
                sources.fail_over_to(url).map_err(error)?;
            }
        }
        Ok(sources)
    }

    /// Changes the folder from which relative file names count: those of sources, roots and the snapshot.
    #[must_use]
    pub fn relative_to(mut self, base: &Path) -> Self {
        self.base = base.to_owned();
        self
    }

    /// Adds files with roots that are trusted, to those of the settings.
    #[must_use]
    pub fn trusting(mut self, roots: impl IntoIterator<Item = String>) -> Self {
        self.settings.roots.extend(roots);
        self
    }

    /// Changes the bounds on documents.
    #[must_use]
    pub const fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Allows plain HTTP: whoever is on the way chooses the keys.
    #[must_use]
    pub const fn danger_over_http(mut self) -> Self {
        self.over_http = true;
        self
    }

    /// Adds a source of an issuer's keys: a URL, or a file if the text has no `://`.
    ///
    /// # Errors
    /// Why the URL is not allowed.
    pub fn add(&mut self, issuer: &str, place: &str) -> Result<&mut Self, PlaceError> {
        let parsed = if place.contains("://") {
            Place::Url(self.url(place)?)
        } else {
            Place::File(self.base.join(place))
        };
        self.list.push(Source {
            issuer: issuer.to_owned(),
            is_of_any_issuer: false,
            name: place.to_owned(),
            place: parsed,
            failover: None,
        });
        Ok(self)
    }

    /// Adds a source whose keys are looked at, not trusted: of whatever issuer the document is. They stand under the
    /// place itself as their issuer; nobody should validate with them.
    ///
    /// # Errors
    /// Why the URL is not allowed.
    pub fn add_of_any_issuer(&mut self, place: &str) -> Result<&mut Self, PlaceError> {
        self.add(place, place)?;
        if let Some(source) = self.list.last_mut() {
            source.is_of_any_issuer = true;
        }
        Ok(self)
    }

    /// Leaves out the files, for those who read them by themselves.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        self.list.retain(|source| matches!(source.place, Place::Url(_)));
        self
    }

    /// Names the URL that is asked where the source that was added last fails.
    ///
    /// # Errors
    /// Why the URL is not allowed; [`PlaceError::NotUrl`] also if there is no source yet.
    pub fn fail_over_to(&mut self, url: &str) -> Result<&mut Self, PlaceError> {
        let url = self.url(url)?;
        self.list.last_mut().ok_or(PlaceError::NotUrl)?.failover = Some(url);
        Ok(self)
    }

    /// Returns how many sources there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Tells whether there is no source.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn url(&self, text: &str) -> Result<Url, PlaceError> {
        parse_url(text, self.over_http)
    }

    /// The hosts that may be asked: those of the configured URLs, and those that are listed.
    pub(super) fn hosts(&self) -> BTreeSet<String> {
        let urls = self.list.iter().flat_map(Source::urls);
        let configured = urls.filter_map(Url::host_str).map(str::to_owned);
        configured.chain(self.settings.hosts.iter().map(|host| host.to_ascii_lowercase())).collect()
    }
}

/// Reads a URL that keys may come from. A query is allowed: `metadata/json/1?realm=…`.
pub(super) fn parse_url(text: &str, over_http: bool) -> Result<Url, PlaceError> {
    let url = Url::parse(text).map_err(|_| PlaceError::NotUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if over_http => {}
        _ => return Err(PlaceError::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(PlaceError::Surplus);
    }
    Ok(url)
}

/// One source.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) issuer: String,
    /// Whether the document may be of another issuer.
    pub(super) is_of_any_issuer: bool,
    /// As it was configured.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) failover: Option<Url>,
}

impl Source {
    /// The issuer of whom documents have to be.
    pub(super) fn expected(&self) -> Option<&str> {
        (!self.is_of_any_issuer).then_some(&*self.issuer)
    }

    fn urls(&self) -> impl Iterator<Item = &Url> {
        let first = match &self.place {
            Place::Url(url) => Some(url),
            Place::File(_) => None,
        };
        first.into_iter().chain(&self.failover)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Url(Url),
    File(PathBuf),
}

/// Which source of a policy is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceError {
    /// The issuer.
    pub issuer: String,
    /// What is wrong.
    pub error: PlaceError,
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "issuer {}: keys: {}", self.issuer, self.error)
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Audience, Danger, TrustedIssuer};
    use crate::s2s::Kind;

    fn policy(issuer: TrustedIssuer, over_http: bool) -> Policy {
        let danger = Danger { keys_over_http: over_http, ..Danger::default() };
        let audience = Audience::application("a").realm("r");
        Policy::builder()
            .audience(audience)
            .issuer(issuer.issues(Kind::StsActor))
            .danger(danger)
            .build()
            .unwrap()
    }

    fn issuer(id: &str) -> TrustedIssuer {
        TrustedIssuer::new(IssuerId::parse(id).unwrap())
    }

    #[test]
    fn of_policy_urls_files_and_failover_taken() {
        let issuer =
            issuer("a@*").keys_from("https://One.test/m?realm=r").failing_over_to("https://two.test/m");
        let sources = Sources::of_policy(&policy(issuer, false), Path::new("/etc/s2s")).unwrap();
        assert_eq!(sources.hosts().into_iter().collect::<Vec<_>>(), ["one.test", "two.test"]);
        let file = self::issuer("a@*").keys_from("keys/a.pem");
        let sources = Sources::of_policy(&policy(file, false), Path::new("/etc/s2s")).unwrap();
        assert!(
            matches!(&sources.list[0].place, Place::File(path) if path == Path::new("/etc/s2s/keys/a.pem"))
        );
    }

    #[test]
    fn of_policy_issuer_named_by_its_location_has_its_keys_there() {
        let url = "https://mail.contoso.com/autodiscover/metadata/json/1";
        let sources = Sources::of_policy(&policy(issuer(url), false), Path::new("")).unwrap();
        assert_eq!((sources.len(), &*sources.list[0].name, &*sources.list[0].issuer), (1, url, url));
    }

    #[test]
    fn of_policy_http_only_with_the_relaxation() {
        let over_http = || issuer("a@*").keys_from("http://one.test/m");
        let error = Sources::of_policy(&policy(over_http(), false), Path::new("")).unwrap_err();
        assert_eq!(error.to_string(), "issuer a@*: keys: expected an https URL, found another scheme");
        assert!(Sources::of_policy(&policy(over_http(), true), Path::new("")).is_ok());
    }

    #[test]
    fn parse_url_anything_but_plain_https_refused() {
        for (text, error) in [
            ("ftp://a.test/", PlaceError::NotHttps),
            ("file:///etc/passwd", PlaceError::NotHttps),
            ("https://u@a.test/", PlaceError::Surplus),
            ("https://a.test/#x", PlaceError::Surplus),
            ("https://", PlaceError::NotUrl),
        ] {
            assert_eq!(parse_url(text, true), Err(error), "{text}");
        }
    }
}
