//! The JSON body with which Entra, or ACS before it, refuses to issue a token.
//! Follows RFC 6749 section 5.2 and the Entra error reference (members beyond the RFC, AADSTS codes).

use std::fmt;

use memchr::memmem;
use serde::Deserialize;

use super::codes::{self, Code};
use super::text::Text;
use crate::budget::Budget;

/// The body of a refused token request.
///
/// The description is for people; Microsoft warns that texts and numbers change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StsError {
    /// `error`: the class of RFC 6749 section 5.2.
    pub error: Text<'static>,
    /// `error_description`: what went wrong, often several lines.
    pub error_description: Option<Text<'static>>,
    /// The AADSTS codes: those of `error_codes`, then those that only the description names.
    pub codes: Vec<u32>,
    /// `trace_id`, or the description's `Trace ID:`.
    pub trace_id: Option<Text<'static>>,
    /// `correlation_id`, or the description's `Correlation ID:`.
    pub correlation_id: Option<Text<'static>>,
    /// `timestamp`, or the description's `Timestamp:`; as text, `2016-01-09 02:02:12Z`.
    pub timestamp: Option<Text<'static>>,
    /// `error_uri`.
    pub error_uri: Option<Text<'static>>,
}

/// The members that are read; others are skipped.
#[derive(Deserialize)]
struct Members {
    error: String,
    error_description: Option<String>,
    error_codes: Option<Vec<u32>>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
    timestamp: Option<String>,
    error_uri: Option<String>,
}

impl StsError {
    /// Reads the body of a response.
    ///
    /// # Errors
    /// [`NotAnStsError`], where the body is larger than `max_error_body` or not a JSON object of this form; a member
    /// that occurs twice or has another type is an error, too.
    pub fn parse(body: &[u8], budget: &Budget) -> Result<Self, NotAnStsError> {
        if body.len() > budget.max_error_body {
            return Err(NotAnStsError::TooLong { limit: budget.max_error_body });
        }
        let members: Members = serde_json::from_slice(body)
            .map_err(|error| NotAnStsError::Json { line: error.line(), column: error.column() })?;
        let description = members.error_description.unwrap_or_default();
        let mut codes = members.error_codes.unwrap_or_default();
        codes.truncate(MAX_CODES);
        for code in aadsts_codes(&description) {
            if codes.len() < MAX_CODES && !codes.contains(&code) {
                codes.push(code);
            }
        }
        let or_described = |member: Option<String>, label| {
            member
                .map(Text::from)
                .or_else(|| labelled(&description, label).map(|text| text.to_owned().into()))
        };
        Ok(Self {
            error: members.error.into(),
            codes,
            trace_id: or_described(members.trace_id, "Trace ID:"),
            correlation_id: or_described(members.correlation_id, "Correlation ID:"),
            timestamp: or_described(members.timestamp, "Timestamp:"),
            error_uri: members.error_uri.map(Text::from),
            error_description: Some(description).filter(|text| !text.is_empty()).map(Text::from),
        })
    }

    /// Returns what is known about the codes, in their order.
    pub fn explain(&self) -> impl Iterator<Item = &'static Code> + '_ {
        self.codes.iter().filter_map(|code| codes::aadsts(*code))
    }
}

/// More codes than this are not kept. Real bodies have one or two.
const MAX_CODES: usize = 16;

/// Finds the codes in a text: the number of `AADSTS50012` is 50012.
pub fn aadsts_codes(text: &str) -> impl Iterator<Item = u32> + '_ {
    const PREFIX: &str = "AADSTS";
    memmem::find_iter(text.as_bytes(), PREFIX).filter_map(|at| {
        let digits = text.get(at..)?.strip_prefix(PREFIX)?;
        let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end)?.parse().ok()
    })
}

/// Finds what follows a label, up to the end of its line.
fn labelled<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(label))?;
    Some(line.trim()).filter(|value| !value.is_empty())
}

/// Why a body is not an error of a token service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAnStsError {
    /// It is larger than the budget's `max_error_body`.
    TooLong {
        /// The budget's number.
        limit: usize,
    },
    /// It is not a JSON object with a text `error` and the other members in their types.
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

impl fmt::Display for NotAnStsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "error body: expected at most {limit} bytes, found more"),
            Self::Json { line, column } => write!(
                f,
                "error body, line {line}, column {column}: expected a JSON object with a text \"error\", \
                 found something else"
            ),
        }
    }
}

impl std::error::Error for NotAnStsError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = r#"{"error":"invalid_client",
        "error_description":"AADSTS700027: Client assertion failed signature validation. (AADSTS50012)\r\nTrace ID: 0000aaaa-11bb\r\nCorrelation ID: aaaa0000-bb11\r\nTimestamp: 2026-01-09 02:02:12Z",
        "error_codes":[700027],"timestamp":"2026-01-09 02:02:13Z","trace_id":"1111aaaa",
        "correlation_id":"2222bbbb","error_uri":"https://login.microsoftonline.com/error?code=700027","suberror":{"x":[]}}"#;

    fn parse(body: &str) -> Result<StsError, NotAnStsError> {
        StsError::parse(body.as_bytes(), &Budget::DEFAULT)
    }

    #[test]
    fn sts_error_all_members_read() {
        let read = parse(BODY).unwrap();
        assert_eq!(read.error, "invalid_client");
        assert_eq!(read.codes, [700_027, 50_012]);
        assert_eq!(read.trace_id.as_ref().unwrap().as_str(), "1111aaaa");
        assert_eq!(read.correlation_id.as_ref().unwrap().as_str(), "2222bbbb");
        assert_eq!(read.timestamp.as_ref().unwrap().as_str(), "2026-01-09 02:02:13Z");
        assert!(read.error_uri.as_ref().unwrap().as_str().ends_with("code=700027"));
        assert_eq!(read.explain().map(|code| code.number).collect::<Vec<_>>(), [700_027, 50_012]);
    }

    #[test]
    fn sts_error_members_taken_from_the_description() {
        let read = parse(
            r#"{"error":"x","error_description":"AADSTS90002: no.\r\nTrace ID: a\r\nCorrelation ID: b\r\nTimestamp: c"}"#,
        )
        .unwrap();
        assert_eq!(read.codes, [90_002]);
        let texts =
            [read.trace_id, read.correlation_id, read.timestamp].map(|text| text.unwrap().into_inner());
        assert_eq!(texts, ["a", "b", "c"]);
    }

    #[test]
    fn sts_error_of_sharepoint_has_no_codes() {
        let read = parse(
            r#"{"error":"invalid_client","error_description":"The token does not contain valid algorithm in header."}"#,
        )
        .unwrap();
        assert!(read.codes.is_empty() && read.trace_id.is_none());
    }

    #[test]
    fn sts_error_malformed_refused() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"error":1}"#,
            r#"{"error":{"code":"x"}}"#,
            r#"{"error":"a","error":"b"}"#,
            r#"{"error":"a","error_codes":["50012"]}"#,
            r#"{"error":"a"} x"#,
        ] {
            assert!(matches!(parse(body), Err(NotAnStsError::Json { .. })), "{body}");
        }
    }

    #[test]
    fn sts_error_over_budget_refused() {
        let body = format!("{BODY}{}", " ".repeat(Budget::DEFAULT.max_error_body));
        assert!(matches!(parse(&body), Err(NotAnStsError::TooLong { .. })));
    }

    #[test]
    fn sts_error_many_codes_cut() {
        let body = format!(r#"{{"error":"x","error_codes":[{}1]}}"#, "1,".repeat(1000));
        assert_eq!(parse(&body).unwrap().codes.len(), MAX_CODES);
    }

    #[test]
    fn aadsts_codes_found_in_text() {
        let found = |text| aadsts_codes(text).collect::<Vec<_>>();
        assert_eq!(found("AADSTS50012: a, AADSTS7000222."), [50_012, 7_000_222]);
        assert!(found("AADSTS AADSTSx aadsts1 AADSTS99999999999").is_empty());
    }

    proptest! {
        #[test]
        fn sts_error_any_bytes_do_not_panic(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = StsError::parse(&body, &Budget::DEFAULT);
            let _ = aadsts_codes(&String::from_utf8_lossy(&body)).count();
        }
    }
}
