//! What is recorded of a server. Texts are made safe to print when they are recorded, so records may be shown and kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::challenge::{BearerChallenge, Challenge, Text, challenges_of_lines};
use crate::redact::printable;

/// A server: its TLS and its paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerRecord {
    /// The URL up to the port, as it was asked for.
    pub url: String,
    /// What was negotiated; absent for http, and where no connection came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsRecord>,
    /// The paths, in the order in which they were asked for.
    pub paths: Vec<PathRecord>,
}

/// What a TLS handshake showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsRecord {
    /// The version that was negotiated; absent where no handshake came to an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<TlsVersion>,
    /// The cipher suite, by its IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher: Option<String>,
    /// Whether TLS 1.0 alone is refused.
    #[serde(rename = "tls1.0")]
    pub tls10: Legacy,
    /// Whether TLS 1.1 alone is refused.
    #[serde(rename = "tls1.1")]
    pub tls11: Legacy,
    /// The certificate of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateRecord>,
}

/// A version of TLS; a later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    Tls13,
}

impl TlsVersion {
    /// Returns the version as people call it: `TLS 1.2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

/// What a server says to a client that speaks an old version of TLS alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Legacy {
    /// It agrees.
    Accepted,
    /// It refuses.
    Refused,
    /// It said neither in time.
    #[default]
    Unknown,
}

impl Legacy {
    /// Returns the answer as it is spelled in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// The certificate that a server showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRecord {
    /// SHA-256 of its DER form, in lower-case hexadecimal.
    pub sha256: String,
    /// The subject.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The names it is valid for, in order.
    pub names: Vec<String>,
    /// The first second in which it is valid, in seconds since 1970.
    pub not_before: u64,
    /// The last second in which it is valid, in seconds since 1970.
    pub not_after: u64,
    /// Why it is not trusted for the host; absent where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// One path of a server: its answer, or why there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRecord {
    /// The path.
    pub path: String,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerRecord>,
    /// Why there is no answer, in a word: `timeout`, `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// The answer to the anonymous request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRecord {
    /// The status.
    pub status: u16,
    /// Where a redirect points; never followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The schemes that are offered, as they are spelled, in their order.
    pub schemes: Vec<String>,
    /// The first Bearer challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<BearerRecord>,
    /// The headers in which servers and back ends name themselves and their diagnostics, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// What a Bearer challenge says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BearerRecord {
    /// `client_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The entries of `trusted_issuers`, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_issuers: Vec<String>,
    /// `realm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// `token_types`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_types: Vec<String>,
    /// `authorization_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_uri: Option<String>,
    /// `issuer_kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_kind: Option<String>,
    /// `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The headers that name servers and back ends, and those with diagnostics.
const KEPT_HEADERS: [&str; 10] = [
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-feserver",
    "x-beserver",
    "x-calculatedbetarget",
    "x-owa-version",
    "microsoftsharepointteamservices",
    "x-ms-diagnostics",
    "x-ms-diagnostics-from-backend",
];

impl AnswerRecord {
    /// Records a response head: its status, and its header lines by name.
    ///
    /// The budget bounds the challenges; what of them cannot be read is left out.
    #[must_use]
    pub fn of_response<'h>(
        status: u16,
        headers: impl Iterator<Item = (&'h str, &'h [u8])> + Clone,
        budget: &Budget,
    ) -> Self {
        let named = |name: &'static str| {
            let is_it = move |(seen, _): &(&str, &[u8])| seen.eq_ignore_ascii_case(name);
            headers.clone().filter(is_it).map(|(_, value)| value)
        };
        let text = |value: &[u8]| printable(&String::from_utf8_lossy(value));
        let read: Vec<Challenge<'_>> = challenges_of_lines(named("www-authenticate"), budget)
            .accepting_bare_values()
            .filter_map(Result::ok)
            .collect();
        let bearer = read.iter().find_map(|challenge| BearerChallenge::new(challenge, budget).ok());
        let kept = KEPT_HEADERS.iter().filter_map(|name| {
            let values: Vec<_> = named(name).map(text).collect();
            (!values.is_empty()).then(|| ((*name).to_owned(), values.join(", ")))
        });
        Self {
            status,
            location: named("location").next().map(text),
            schemes: read.iter().map(|challenge| printable(challenge.scheme_name())).collect(),
            bearer: bearer.as_ref().map(BearerRecord::of),
            headers: kept.collect(),
        }
    }
}

impl BearerRecord {
    /// Records a Bearer challenge.
    #[must_use]
    pub fn of(challenge: &BearerChallenge) -> Self {
        let text = |text: &Option<Text<'_>>| text.as_ref().map(ToString::to_string);
        let issuers = challenge.trusted_issuers.iter().flat_map(|issuers| &issuers.entries);
        let types = challenge.token_types.iter().flatten();
        Self {
            client_id: text(&challenge.client_id),
            trusted_issuers: issuers.map(ToString::to_string).collect(),
            realm: text(&challenge.realm),
            token_types: types.map(ToString::to_string).collect(),
            authorization_uri: text(&challenge.authorization_uri),
            issuer_kind: text(&challenge.issuer_kind),
            error: text(&challenge.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> AnswerRecord {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        AnswerRecord::of_response(401, headers.iter().copied(), &Budget::DEFAULT)
    }

    #[test]
    fn answer_keeps_schemes_bearer_and_server_names() {
        let record = answer(&[
            ("Server", "Microsoft-IIS/10.0"),
            (
                "WWW-AUTHENTICATE",
                "NTLM TlRMTVNTUAACAAAA, Bearer client_id=\"a\", trusted_issuers=\"b@*,c@d\"",
            ),
            ("www-authenticate", "Basic Realm=\"\""),
            ("Set-Cookie", "secret"),
            ("X-FEServer", "EX01"),
        ]);
        assert_eq!(record.schemes, ["NTLM", "Bearer", "Basic"]);
        let bearer = record.bearer.as_ref().unwrap();
        assert_eq!(
            (bearer.client_id.as_deref(), &*bearer.trusted_issuers),
            (Some("a"), &["b@*".into(), "c@d".into()][..])
        );
        assert_eq!(record.headers.keys().collect::<Vec<_>>(), ["server", "x-feserver"]);
        let json = serde_json::to_string(&record).unwrap();
        assert!(!json.contains("TlRM") && !json.contains("secret"), "{json}");
        assert_eq!(serde_json::from_str::<AnswerRecord>(&json).unwrap(), record);
    }

    #[test]
    fn answer_with_an_unquoted_href_keeps_all_schemes() {
        let record = answer(&[(
            "WWW-Authenticate",
            "Bearer client_id=\"a\", MsRtcOAuth href=https://b/c,grant_type=\"d\"",
        )]);
        assert_eq!(record.schemes, ["Bearer", "MsRtcOAuth"]);
    }

    #[test]
    fn answer_with_token_in_a_header_recorded_redacted() {
        let record =
            answer(&[("X-MS-Diagnostics", "2000001;reason=\"eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.\"")]);
        assert!(!record.headers["x-ms-diagnostics"].contains("eyJ"), "{record:?}");
    }
}
