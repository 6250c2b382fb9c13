//! Servers as a probe found them: what is recorded, what is wrong with it, what changed since a baseline.
//! Follows spec 3 and 7.1 J26, RFC 8996 (old TLS) and RFC 5280 (certificates).
//!
//! There is no network in here: a [`ServerRecord`] is filled by whoever asked the server, and written as JSON that
//! stays the same as long as the server does. [`review_server`] judges one, [`drift`] compares two; the challenges
//! themselves are judged by [`crate::challenge::ChallengeReview`].

mod drift;
mod record;
mod review;

pub use drift::drift;
pub use record::{
    AnswerRecord, BearerRecord, CertificateRecord, Legacy, PathRecord, ServerRecord, TlsRecord, TlsVersion,
};
pub use review::{CERTIFICATE_NOTICE, review_server};

/// The paths at which Exchange and SharePoint answer servers and people, in the order in which they are probed.
pub const WELL_KNOWN_PATHS: &[&str] = &[
    "/autodiscover/autodiscover.svc",
    "/ews/exchange.asmx",
    "/ews/mrsproxy.svc",
    "/mapi/emsmdb",
    "/mapi/nspi",
    "/oab",
    "/Microsoft-Server-ActiveSync",
    "/owa",
    "/ecp",
    "/powershell",
    "/rpc",
    "/_vti_bin/client.svc",
];
