//! One GET: to an allowed host, bounded in size and time, without anything of a token in it.
//!
//! Follows RFC 9110 sections 13.1.2 and 13.1.3 (conditional requests) and RFC 9111 section 5.2.2 (`max-age`).

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AGE, CACHE_CONTROL, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{StatusCode, Url, redirect};
use rustls::ClientConfig;

use super::document::Validators;
use super::error::{FetchError, PlaceError};
use super::source::{Sources, parse_url};

/// Lines of a response head. 64: Entra sends about 20.
const MAX_HEADERS: usize = 64;
/// Bytes of a response head. 16 KiB: Entra sends about 2.
const MAX_HEAD: usize = 16 * 1024;
/// Redirects that are followed, all on the same host. 3: a moved folder and a slash at its end.
const MAX_REDIRECTS: usize = 3;
/// Bytes of a validator that are sent back. 1 KiB: real ones have less than 100.
const MAX_VALIDATOR: usize = 1024;

const AGENT: &str = concat!("token-core/", env!("CARGO_PKG_VERSION"));

#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    hosts: BTreeSet<String>,
    over_http: bool,
    timeout: Duration,
    max_document: usize,
}

/// What a server answered, as far as it matters.
#[derive(Debug)]
pub(super) enum Response {
    NotModified { fresh: Option<Duration> },
    Document { body: Vec<u8>, validators: Validators, fresh: Option<Duration> },
}

impl Client {
    pub(super) fn new(sources: &Sources, tls: ClientConfig) -> Result<Self, reqwest::Error> {
        let settings = &sources.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(AGENT)
            .https_only(!sources.over_http)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .redirect(redirect::Policy::custom(follow))
            .referer(false)
            // A request that is repeated behind our back would not be counted.
            .retry(reqwest::retry::never())
            // The next fetch is an hour away: a new connection follows a changed address, an old one does not.
            .pool_max_idle_per_host(0)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout);
        if !settings.proxy_from_environment {
            builder = builder.no_proxy();
        }
        Ok(Self {
            http: builder.build()?,
            hosts: sources.hosts(),
            over_http: sources.over_http,
            timeout: settings.timeout,
            max_document: sources.budget.max_document,
        })
    }

    /// Reads a URL that a discovery document names, and checks that it may be asked.
    pub(super) fn allowed(&self, text: &str) -> Result<Url, PlaceError> {
        let url = parse_url(text, self.over_http)?;
        match url.host_str() {
            Some(host) if self.hosts.contains(host) => Ok(url),
            host => Err(PlaceError::Host { host: crate::redact::printable(host.unwrap_or_default()) }),
        }
    }

    /// Fetches a URL. `held` are the validators of the document that is in use, if it came from there.
    pub(super) async fn get(&self, url: &Url, held: Option<&Validators>) -> Result<Response, FetchError> {
        // The bound holds from the first byte that is sent to the last one that is read, whatever comes in between.
        let timed = tokio::time::timeout(self.timeout, self.get_untimed(url, held));
        timed.await.unwrap_or(Err(FetchError::TimedOut { after: self.timeout }))
    }

    async fn get_untimed(&self, url: &Url, held: Option<&Validators>) -> Result<Response, FetchError> {
        let explain = |error: reqwest::Error| FetchError::of_client(&error, self.timeout);
        let mut request =
            self.http.get(url.clone()).header(ACCEPT, "application/json, application/xml;q=0.9");
        let conditions = held
            .into_iter()
            .flat_map(|held| [(IF_NONE_MATCH, &held.etag), (IF_MODIFIED_SINCE, &held.last_modified)]);
        for (name, value) in conditions {
            // One of a snapshot may be no header's value; the document then comes as a whole.
            if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_str) {
                request = request.header(name, value);
            }
        }
        let mut response = request.send().await.map_err(explain)?;
        let headers = response.headers();
        let size: usize =
            headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum();
        if size > MAX_HEAD {
            return Err(FetchError::HeadTooLarge { max: MAX_HEAD });
        }
        let fresh = freshness(headers);
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if held.is_some() => return Ok(Response::NotModified { fresh }),
            status => {
                let retry_after = seconds(headers, &RETRY_AFTER);
                return Err(FetchError::Status { status: status.as_u16(), retry_after });
            }
        }
        let text = |name| {
            let value = headers.get(name)?.to_str().ok()?;
            (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
        };
        let validators = Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) };
        let too_large = FetchError::TooLarge { max: self.max_document };
        if response
            .content_length()
            .is_some_and(|length| usize::try_from(length).is_ok_and(|n| n > self.max_document))
        {
            return Err(too_large);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(explain)? {
            if body.len().saturating_add(chunk.len()) > self.max_document {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response::Document { body, validators, fresh })
    }
}

/// Follows a redirect only within one host, port and scheme.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let from = attempt.previous().last();
    let same = from.is_some_and(|from| from.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.error("a redirect that is not followed")
    }
}

/// How long a response calls itself fresh: the smallest `max-age`, less its `Age`; zero if it must not be kept.
fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(str::trim_ascii);
    let ages = directives.filter_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim_ascii().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => Some(0),
            // An age that is no number counts as the shortest (RFC 9111 section 4.2.1).
            "max-age" => Some(number(value.trim_matches('"')).unwrap_or(0)),
            _ => None,
        }
    });
    let age = seconds(headers, &AGE).unwrap_or_default();
    ages.min().map(|secs| Duration::from_secs(secs).saturating_sub(age))
}

fn seconds(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    number(headers.get(name)?.to_str().ok()?).map(Duration::from_secs)
}

/// A number of seconds; one that is too large for any clock is the largest that RFC 9111 section 1.2.2 wants.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(1 << 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(headers: &[(HeaderName, &'static str)]) -> Option<u64> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        freshness(&headers).map(|fresh| fresh.as_secs())
    }

    #[test]
    fn freshness_of_max_age_less_age() {
        assert_eq!(fresh(&[]), None);
        assert_eq!(fresh(&[(CACHE_CONTROL, "public")]), None);
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=86400, private")]), Some(86_400));
        assert_eq!(fresh(&[(CACHE_CONTROL, "private , Max-Age=\"60\"")]), Some(60));
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=100"), (AGE, "40")]), Some(60));
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=100"), (AGE, "400")]), Some(0));
        // Shared caches are not meant.
        assert_eq!(fresh(&[(CACHE_CONTROL, "s-maxage=5")]), None);
    }

    #[test]
    fn freshness_contradictions_and_nonsense_count_as_short() {
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=100, max-age=10")]), Some(10));
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=100, no-cache")]), Some(0));
        assert_eq!(fresh(&[(CACHE_CONTROL, "no-store")]), Some(0));
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=-1")]), Some(0));
        assert_eq!(fresh(&[(CACHE_CONTROL, "max-age=99999999999999999999")]), Some(1 << 31));
    }
}
