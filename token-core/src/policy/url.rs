//! https URLs as they stand in policies and tokens: parsed strictly, compared after normalising what may vary.
//!
//! Follows RFC 3986 sections 3 and 6.2.3 for https alone, and rulings 10 and 11.

use std::fmt;

/// An https URL without user-info, query or fragment.
///
/// The host is compared in any letter case and the port 443 is the same as none; the path is compared as it stands.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HttpsUrl {
    /// As it was written.
    text: String,
    host: String,
    port: u16,
    path: String,
}

impl HttpsUrl {
    const DEFAULT_PORT: u16 = 443;

    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let parts = Parts::of(text)?;
        Ok(Self {
            text: text.to_owned(),
            host: parts.host.to_ascii_lowercase(),
            port: parts.port,
            path: parts.path.to_owned(),
        })
    }

    /// Returns the host in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the path; empty where the URL ends with the host.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether both URLs have the same host and port.
    #[cfg(feature = "dauth")]
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.host == other.host && self.port == other.port
    }

    /// Returns whether a text is this URL: host in any letter case, default port or none, path exactly.
    ///
    /// An empty path and `/` are the same (RFC 3986 section 6.2.3).
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let path = |path| if path == "/" { "" } else { path };
        text == self.text
            || Parts::of(text).is_ok_and(|parts| {
                parts.host.eq_ignore_ascii_case(&self.host)
                    && parts.port == self.port
                    && path(parts.path) == path(&self.path)
            })
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.host)?;
        if self.port != Self::DEFAULT_PORT {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

impl fmt::Debug for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not an https URL of the kind that policies and tokens have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// It does not begin with `https://`.
    NotHttps,
    /// It has user-info before the host: `https://user@host`.
    UserInfo,
    /// It has no host, or one with characters that hosts do not have.
    Host,
    /// The host ends with a dot.
    TrailingDot,
    /// The port is not a number from 1 to 65535.
    Port,
    /// It has a query or a fragment.
    Query,
    /// The path has dot segments, backslashes, white space or characters outside ASCII.
    Path,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttps => "not an https URL",
            Self::UserInfo => "user-info before the host",
            Self::Host => "no host, or a malformed one",
            Self::TrailingDot => "a host that ends with a dot",
            Self::Port => "a port that is not a number from 1 to 65535",
            Self::Query => "a query or a fragment",
            Self::Path => "a path with dot segments, backslashes, white space or characters outside ASCII",
        })
    }
}

impl std::error::Error for UrlError {}

struct Parts<'t> {
    host: &'t str,
    port: u16,
    path: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Result<Self, UrlError> {
        const SCHEME: &str = "https://";
        let rest = match text.split_at_checked(SCHEME.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest,
            _ => return Err(UrlError::NotHttps),
        };
        if rest.contains(['?', '#']) {
            return Err(UrlError::Query);
        }
        let (authority, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some(parts) => parts,
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        let (host, port) = match authority.rsplit_once(':') {
            // The last colon of an IPv6 address stands inside its brackets.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_name =
            |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        let is_address = |host: &str| {
            let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
        };
        if host.is_empty() || !(is_name(host) || is_address(host)) {
            return Err(UrlError::Host);
        }
        if host.ends_with('.') {
            return Err(UrlError::TrailingDot);
        }
        let port = match port {
            None => HttpsUrl::DEFAULT_PORT,
            // `+443` would parse as a number.
            Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => {
                port.parse().ok().filter(|port| *port != 0).ok_or(UrlError::Port)?
            }
            Some(_) => return Err(UrlError::Port),
        };
        let odd = |b: u8| !b.is_ascii_graphic() || b == b'\\';
        if path.bytes().any(odd) || path.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(UrlError::Path);
        }
        Ok(Self { host, port, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_normalises_host_and_default_port_only() {
        let url = HttpsUrl::parse("https://mail.contoso.com:443/autodiscover/metadata/json/1").unwrap();
        assert!(url.matches("https://mail.contoso.com/autodiscover/metadata/json/1"));
        assert!(url.matches("HTTPS://MAIL.contoso.com:443/autodiscover/metadata/json/1"));
        for other in [
            "http://mail.contoso.com/autodiscover/metadata/json/1",
            "https://mail.contoso.com:444/autodiscover/metadata/json/1",
            "https://mail.contoso.com/Autodiscover/metadata/json/1",
            "https://mail.contoso.com/autodiscover/metadata/json/1/",
            "https://mail.contoso.com./autodiscover/metadata/json/1",
            "https://user@mail.contoso.com/autodiscover/metadata/json/1",
            "https://mail.contoso.com.evil.test/autodiscover/metadata/json/1",
            "https://mail.contoso.com/autodiscover/metadata/json/1?x",
        ] {
            assert!(!url.matches(other), "{other}");
        }
        assert_eq!(url.to_string(), "https://mail.contoso.com/autodiscover/metadata/json/1");
    }

    #[test]
    fn matches_empty_path_is_a_slash() {
        assert!(HttpsUrl::parse("https://a.test").unwrap().matches("https://a.test/"));
        assert!(HttpsUrl::parse("https://a.test/").unwrap().matches("https://a.test"));
    }

    #[test]
    fn parse_each_defect_named() {
        let cases = [
            ("", UrlError::NotHttps),
            ("http://a.test/", UrlError::NotHttps),
            ("https://u:p@a.test/", UrlError::UserInfo),
            ("https:///x", UrlError::Host),
            ("https://a b/", UrlError::Host),
            ("https://[::1/", UrlError::Host),
            ("https://a.test./", UrlError::TrailingDot),
            ("https://a.test:0/", UrlError::Port),
            ("https://a.test:+1/", UrlError::Port),
            ("https://a.test:70000/", UrlError::Port),
            ("https://a.test/?q", UrlError::Query),
            ("https://a.test/#f", UrlError::Query),
            ("https://a.test/a/../b", UrlError::Path),
            ("https://a.test/a\\b", UrlError::Path),
            ("https://a.test/\u{e4}", UrlError::Path),
        ];
        for (text, error) in cases {
            assert_eq!(HttpsUrl::parse(text).map(|_| ()), Err(error), "{text}");
        }
        assert!(HttpsUrl::parse("https://[::1]:8443/x").is_ok());
    }
}
