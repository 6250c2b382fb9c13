//! What is shown of a response: its challenges, its diagnostics, the checks, and whether a token answers it.

use serde::Serialize;
use token_core::Budget;
use token_core::challenge::{BackendDiagnostics, Body, Challenge, Code, Diagnostics, Param, StsError};

use super::diagnosis::{self, Diagnosis};
use crate::exit::Exit;
use crate::input::Response;
use crate::redacted;
use crate::report::{FindingView, Place, meaning};

/// A response that was read.
#[derive(Debug, Serialize)]
pub(crate) struct Read {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) status: Option<u16>,
    /// `clean` or `findings`; none where nothing was judged.
    pub(crate) verdict: Option<&'static str>,
    pub(crate) challenges: Vec<ChallengeView>,
    pub(crate) diagnostics: Vec<DiagnosticsView>,
    pub(crate) checks: Vec<FindingView>,
    pub(crate) token: Option<TokenAnswer>,
    pub(crate) diagnosis: Option<Diagnosis>,
    pub(crate) notes: Vec<String>,
}

/// One challenge.
#[derive(Debug, Serialize)]
pub(crate) struct ChallengeView {
    pub(crate) scheme: String,
    /// The line of the header, and the byte in its value.
    pub(crate) header_line: usize,
    pub(crate) byte: usize,
    pub(crate) parameters: Vec<ParameterView>,
    /// How long the token68 is that stands in place of parameters; never the value.
    pub(crate) token68_length: Option<usize>,
}

/// One parameter.
#[derive(Debug, Serialize)]
pub(crate) struct ParameterView {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) meaning: Option<String>,
}

/// A header with diagnostics, or the code of an error body.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticsView {
    pub(crate) source: &'static str,
    pub(crate) code: Option<u32>,
    pub(crate) category: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) meaning: Option<&'static str>,
    pub(crate) cause: Option<&'static str>,
    pub(crate) remedy: Option<&'static str>,
    pub(crate) rules: Vec<&'static str>,
}

/// Whether the token answers the challenge.
#[derive(Debug, Serialize)]
pub(crate) struct TokenAnswer {
    pub(crate) satisfies: bool,
    pub(crate) kind: &'static str,
    pub(crate) checks: Vec<FindingView>,
}

impl Read {
    /// The checks that did not pass, those of the token behind those of the challenge; errors first.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &FindingView> {
        let all = || self.checks.iter().chain(self.token.iter().flat_map(|token| &token.checks));
        let of = |severity| move |check: &&FindingView| check.severity == Some(severity);
        all().filter(of("error")).chain(all().filter(of("warning")))
    }

    pub(crate) fn exit(&self) -> Exit {
        let found = self.broken().any(|check| check.severity == Some("error"));
        if found { Exit::Invalid } else { Exit::Clean }
    }
}

pub(super) fn of_challenge(challenge: &Challenge<'_>) -> ChallengeView {
    let parameter = |param: Param<'_>| {
        let value = param.value();
        let parts: Vec<_> = match param.name() {
            name if name.to_ascii_lowercase().starts_with("trusted") => {
                value.split(',').filter_map(|v| meaning(v.trim())).collect()
            }
            _ => meaning(&value).into_iter().collect(),
        };
        ParameterView {
            name: redacted::text(param.name()),
            value: redacted::text(&value),
            meaning: (!parts.is_empty()).then(|| parts.join("; ")),
        }
    };
    ChallengeView {
        scheme: redacted::text(challenge.scheme_name()),
        header_line: challenge.line(),
        byte: challenge.at(),
        parameters: challenge.params().map(parameter).collect(),
        token68_length: match challenge.body() {
            Body::Token68(token68) => Some(token68.expose().len()),
            _ => None,
        },
    }
}

/// Everything in a response that says why, in words: two headers and the body.
pub(super) fn of_diagnostics(response: &Response, budget: &Budget) -> Vec<DiagnosticsView> {
    let mut all = Vec::new();
    let of_code = |source, number, code: Option<&'static Code>| DiagnosticsView {
        source,
        code: number,
        category: code.map(|code| code.name.to_owned()).filter(|name| !name.is_empty()),
        reason: None,
        meaning: code.map(|code| code.meaning),
        cause: code.map(|code| code.cause),
        remedy: code.map(|code| code.remedy),
        rules: code.map(|code| code.rules.iter().map(|rule| rule.as_str()).collect()).unwrap_or_default(),
    };
    for value in response.values("x-ms-diagnostics") {
        let source = "x-ms-diagnostics";
        all.push(match Diagnostics::parse(value, budget) {
            Ok(read) => DiagnosticsView {
                reason: read.reason.as_ref().or(read.rest.as_ref()).map(|text| redacted::text(text.as_str())),
                category: read.category.as_ref().map(|(_, text)| redacted::text(text.as_str())),
                ..of_code(source, Some(read.code), read.explain())
            },
            Err(error) => DiagnosticsView { reason: Some(error.to_string()), ..of_code(source, None, None) },
        });
    }
    for value in response.values("x-ms-diagnostics-from-backend") {
        let read = BackendDiagnostics::parse(value);
        all.push(DiagnosticsView {
            category: Some(redacted::text(read.name.as_str())),
            reason: read.message.as_ref().map(|text| redacted::text(text.as_str())),
            ..of_code("x-ms-diagnostics-from-backend", None, None)
        });
    }
    if let Ok(error) = StsError::parse(response.body.trim().as_bytes(), budget) {
        all.extend(
            diagnosis::sts_codes(&error)
                .into_iter()
                .map(|(number, code)| of_code("error body", Some(number), code)),
        );
    }
    all
}
