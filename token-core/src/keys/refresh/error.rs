//! Why keys could not be fetched. Nothing of a response is kept but its status; texts are safe to print.

use std::fmt;
use std::time::Duration;

use crate::keys::{DocumentError, DocumentFormat};
use crate::redact;

/// Why an attempt to fetch keys failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, or none that can be trusted.
    Connection {
        /// What the network or TLS says.
        reason: String,
    },
    /// It took too long.
    TimedOut {
        /// How long one document may take.
        after: Duration,
    },
    /// The server answered with another status than 200, or 304 where that makes no sense.
    Status {
        /// The status.
        status: u16,
        /// The pause that the server asks for.
        retry_after: Option<Duration>,
    },
    /// The server redirects to another host, too often, or from https to http.
    Redirect,
    /// The head of the response is too large.
    HeadTooLarge {
        /// Bytes that it may have.
        max: usize,
    },
    /// The document is larger than the budget allows.
    TooLarge {
        /// Bytes that it may have.
        max: usize,
    },
    /// The response breaks off, or is not HTTP.
    Broken {
        /// What the HTTP client says.
        reason: String,
    },
    /// A discovery document points to a place that the settings do not allow.
    Place(PlaceError),
    /// A discovery document is of another issuer.
    OtherIssuer {
        /// The issuer that the source is for.
        expected: String,
        /// The issuer that the document names.
        declared: String,
    },
    /// The document is refused as a whole.
    Document(DocumentError),
    /// A discovery document points to another one, or to none.
    NoJwks,
    /// The document holds no key that could verify a token of the issuer.
    NoUsableKey {
        /// What kind of document it is.
        format: DocumentFormat,
    },
    /// The document's signature was not checked, and the connection does not vouch for it.
    Unverified,
    /// A file cannot be read.
    File {
        /// What the system says.
        kind: std::io::ErrorKind,
    },
    /// The task that keeps the source up to date has ended: its runtime was shut down.
    Ended,
}

impl FetchError {
    /// Returns the pause that the server asked for.
    pub(super) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Explains an error of the HTTP client, without its URL, which findings name already.
    pub(super) fn of_client(error: &reqwest::Error, timeout: Duration) -> Self {
        if error.is_timeout() {
            Self::TimedOut { after: timeout }
        } else if error.is_redirect() {
            Self::Redirect
        } else if error.is_connect() {
            Self::Connection { reason: causes(error) }
        } else {
            Self::Broken { reason: causes(error) }
        }
    }
}

/// The innermost cause says what happened; those around it only say that something did.
fn causes(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    redact::printable(&innermost.to_string())
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection { reason } => write!(f, "no connection: {reason}"),
            Self::TimedOut { after } => write!(f, "no complete response within {} s", after.as_secs_f32()),
            Self::Status { status, .. } => write!(f, "expected status 200, found {status}"),
            Self::Redirect => f.write_str("a redirect to another host, to http, or one too many"),
            Self::HeadTooLarge { max } => write!(f, "a response head of more than {max} bytes"),
            Self::TooLarge { max } => write!(f, "a document of more than {max} bytes"),
            Self::Broken { reason } => write!(f, "a broken response: {reason}"),
            Self::Place(error) => write!(f, "jwks_uri: {error}"),
            Self::OtherIssuer { expected, declared } => {
                write!(f, "expected a discovery document of {expected}, found one of {declared}")
            }
            Self::Document(error) => write!(f, "expected a key document, found {error}"),
            Self::NoJwks => f.write_str("a discovery document that does not lead to keys"),
            Self::NoUsableKey { format } => write!(f, "{format} without a usable key of the issuer"),
            Self::Unverified => {
                f.write_str("a signed document whose signature is not checked, over another way than https")
            }
            Self::File { kind } => write!(f, "the file cannot be read: {kind}"),
            Self::Ended => f.write_str("the task that fetches has ended"),
        }
    }
}

impl std::error::Error for FetchError {}

/// Why keys may not be fetched from a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceError {
    /// It is not a URL.
    NotUrl,
    /// It is not https, and the policy does not allow http.
    NotHttps,
    /// It has user-info or a fragment.
    Surplus,
    /// Its host is neither that of a configured URL nor listed.
    Host {
        /// The host.
        host: String,
    },
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUrl => f.write_str("expected a URL, found another text"),
            Self::NotHttps => f.write_str("expected an https URL, found another scheme"),
            Self::Surplus => f.write_str("expected a URL without user-info and fragment, found one"),
            Self::Host { host } => write!(f, "expected a host of fetch.hosts, found {host}"),
        }
    }
}

impl std::error::Error for PlaceError {}
