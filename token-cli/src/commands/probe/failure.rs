//! Why there is no answer: one word for records and baselines, one line for people.

use std::fmt;
use std::io;

use crate::redacted;

/// Why a server or a path gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The name leads nowhere.
    Name,
    /// Nobody listens.
    Refused,
    /// The network says no, with its reason.
    Network(String),
    /// The handshake failed, with its reason.
    Tls(String),
    /// The time limit was reached.
    Timeout,
    /// What came is not HTTP, with what is wrong with it.
    NotHttp(String),
    /// The connection ended before a response head did.
    Closed,
}

impl Failure {
    /// The word under which it is recorded.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Name => "name-not-resolved",
            Self::Refused => "refused",
            Self::Network(_) => "network",
            Self::Tls(_) => "tls",
            Self::Timeout => "timeout",
            Self::NotHttp(_) => "not-http",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("the name does not resolve"),
            Self::Refused => f.write_str("the connection was refused"),
            Self::Network(why) => write!(f, "the network says: {why}"),
            Self::Tls(why) => write!(f, "the TLS handshake failed: {why}"),
            Self::Timeout => f.write_str("no answer within the time limit"),
            Self::NotHttp(why) => write!(f, "the answer is not HTTP: {why}"),
            Self::Closed => f.write_str("the connection was closed before an answer"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // An error of rustls comes wrapped.
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Tls(redacted::text(&tls.to_string()));
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Network(redacted::text(&error.to_string())),
        }
    }
}
