//! An answer to `GetFederationInformation`, member by member.

use serde::Serialize;
use token_core::Budget;
use token_core::dauth::federation_information::FederationInformation;
use token_core::dauth::xml::Text;
use token_core::dictionary::DelegationTermUse;

use super::{DauthView, meaning};
use crate::redacted;
use crate::report::token::ProblemView;

/// An answer about federation. Nobody signed it.
#[derive(Debug, Serialize)]
pub(crate) struct FederationView {
    pub(crate) bytes: usize,
    pub(crate) error_code: Option<String>,
    pub(crate) error_meaning: Option<&'static str>,
    pub(crate) error_message: Option<String>,
    pub(crate) application_uri: Option<String>,
    pub(crate) application_uri_meaning: Option<&'static str>,
    pub(crate) domains: Vec<String>,
    pub(crate) token_issuers: Vec<IssuerView>,
    pub(crate) problems: Vec<ProblemView>,
    /// Whether the bytes stand in the input as they are.
    #[serde(skip)]
    pub(crate) is_original: bool,
}

/// A token issuer that the partner announces.
#[derive(Debug, Serialize)]
pub(crate) struct IssuerView {
    pub(crate) uri: Option<String>,
    pub(crate) meaning: Option<&'static str>,
    /// Where tokens are asked for.
    pub(crate) endpoint: Option<String>,
}

impl FederationView {
    /// Reads an answer; nothing where the bytes are something else.
    pub(crate) fn read(bytes: &[u8], view: DauthView<'_>) -> Option<Self> {
        let budget = FederationInformation::budget(&Budget::DEFAULT);
        let text = Text::scan(bytes, &budget).ok()?;
        let tree = text.parse(&budget).ok()?;
        Some(Self::of(bytes, &FederationInformation::read(&tree)?, view))
    }

    fn of(bytes: &[u8], information: &FederationInformation<'_>, view: DauthView<'_>) -> Self {
        let text = |text: Option<&str>| text.map(redacted::text);
        let (code, uri) = (information.error_code(), information.application_uri());
        Self {
            bytes: bytes.len(),
            error_code: text(code),
            error_meaning: code.and_then(|code| meaning(DelegationTermUse::ErrorCode, code)),
            error_message: text(information.error_message()),
            application_uri: text(uri),
            application_uri_meaning: uri.and_then(|uri| meaning(DelegationTermUse::Party, uri)),
            domains: information.domains().iter().map(|domain| redacted::text(domain)).collect(),
            token_issuers: information
                .token_issuers()
                .iter()
                .map(|issuer| IssuerView {
                    uri: text(issuer.uri),
                    meaning: issuer.uri.and_then(|uri| meaning(DelegationTermUse::Party, uri)),
                    endpoint: text(issuer.endpoint),
                })
                .collect(),
            problems: information.problems().iter().map(|finding| view.problem(finding)).collect(),
            is_original: view.bytes,
        }
    }
}
