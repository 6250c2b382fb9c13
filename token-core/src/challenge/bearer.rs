//! The Bearer challenge of Exchange, SharePoint and Lync, with its parameters typed.
//! Follows [MS-XOAUTH] section 4, [MS-SPS2SAUTH] 3.1.5 and RFC 6750 section 3.

use std::collections::BTreeSet;
use std::fmt;

use super::claims::Claims;
use super::issuers::{IssuersSpelling, TrustedIssuers};
use super::parse::{Body, Challenge, Scheme};
use super::text::Text;
use crate::budget::Budget;

/// A Bearer challenge: who the server is, whom it trusts, and where a user gets a token.
///
/// Every parameter is optional on the wire; the texts are as they were received. What it means for a policy is the
/// business of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BearerChallenge {
    /// `client_id`: the application id of the resource.
    pub client_id: Option<Text<'static>>,
    /// `trusted_issuers`: from whom tokens are accepted.
    pub trusted_issuers: Option<TrustedIssuers>,
    /// `realm`: the realm of the resource. SharePoint sends it, Exchange does not.
    pub realm: Option<Text<'static>>,
    /// `token_types`: which `ver`-marked service tokens are accepted, separated by spaces.
    pub token_types: Option<Vec<Text<'static>>>,
    /// `authorization_uri`: where a user signs in (hybrid modern authentication).
    pub authorization_uri: Option<Text<'static>>,
    /// `issuer_kind`: `ADFS` where Exchange trusts AD FS and names no issuers.
    pub issuer_kind: Option<Text<'static>>,
    /// `scope`: RFC 6750 section 3.
    pub scope: Option<Text<'static>>,
    /// `error`: RFC 6750 section 3.1, and `insufficient_claims`.
    pub error: Option<Text<'static>>,
    /// `error_description`: RFC 6750 section 3.
    pub error_description: Option<Text<'static>>,
    /// `error_uri`: RFC 6750 section 3.
    pub error_uri: Option<Text<'static>>,
    /// `claims`: what the next token must contain.
    pub claims: Option<Claims>,
    /// Parameters of other names, in their order.
    pub unknown: Vec<NamedValue>,
    /// Parameters whose name occurred before, which RFC 9110 section 11.2 forbids. The first one counted.
    pub duplicates: Vec<NamedValue>,
}

/// A parameter that has no field of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// The name as it is spelled.
    pub name: Text<'static>,
    /// The value, without quotes and escapes.
    pub value: Text<'static>,
}

impl BearerChallenge {
    /// Gives a challenge its types. Parameters are found in any letter case and any order.
    ///
    /// The budget bounds what is decoded out of `claims`.
    ///
    /// # Errors
    /// [`NotBearer`], where the challenge is of another scheme or has a token68 in place of parameters.
    ///
    /// # Examples
    /// ```
    /// use token_core::Budget;
    /// use token_core::challenge::{BearerChallenge, Scheme, Shape, challenges_of_lines};
    ///
    /// let lines = ["Negotiate", r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="a@*""#];
    /// for challenge in challenges_of_lines(lines, &Budget::DEFAULT) {
    ///     let challenge = challenge?;
    ///     if challenge.scheme() == Scheme::Bearer {
    ///         let bearer = BearerChallenge::new(&challenge, &Budget::DEFAULT)?;
    ///         let issuers = bearer.trusted_issuers.as_ref().map(|issuers| issuers.entries.len());
    ///         assert_eq!(issuers, Some(1));
    ///         assert_eq!(bearer.to_header_value(Shape::Exchange)?, lines[1]);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(challenge: &Challenge<'_>, budget: &Budget) -> Result<Self, NotBearer> {
        if challenge.scheme() != Scheme::Bearer {
            return Err(NotBearer::Scheme);
        }
        if let Body::Token68(_) = challenge.body() {
            return Err(NotBearer::Token68);
        }
        let mut bearer = Self::default();
        let mut names = BTreeSet::new();
        for param in challenge.params() {
            let name = canonical(param.name());
            let text = Text::from(param.value().into_owned());
            if names.contains(&name) {
                let name = Text::from(param.name().to_owned());
                bearer.duplicates.push(NamedValue { name, value: text });
                continue;
            }
            bearer.take(&name, param.name(), text, budget);
            names.insert(name);
        }
        Ok(bearer)
    }

    /// Returns the names of the parameters in which two challenges differ, in the order of their fields.
    pub(crate) fn differing_parameters(&self, other: &Self) -> Vec<&'static str> {
        let entries =
            |challenge: &Self| challenge.trusted_issuers.as_ref().map(|issuers| issuers.entries.clone());
        let raw = |challenge: &Self| challenge.claims.as_ref().map(|claims| claims.raw().clone());
        let all = [
            ("client_id", self.client_id == other.client_id),
            ("trusted_issuers", entries(self) == entries(other)),
            ("realm", self.realm == other.realm),
            ("token_types", self.token_types == other.token_types),
            ("authorization_uri", self.authorization_uri == other.authorization_uri),
            ("issuer_kind", self.issuer_kind == other.issuer_kind),
            ("scope", self.scope == other.scope),
            ("error", self.error == other.error),
            ("error_description", self.error_description == other.error_description),
            ("error_uri", self.error_uri == other.error_uri),
            ("claims", raw(self) == raw(other)),
            ("unknown parameter", self.unknown == other.unknown),
        ];
        all.into_iter().filter_map(|(name, same)| (!same).then_some(name)).collect()
    }

    fn take(&mut self, canonical: &str, spelled: &str, text: Text<'static>, budget: &Budget) {
        match canonical {
            "trusted_issuers" => {
                let joined = spelled.eq_ignore_ascii_case(IssuersSpelling::Joined.as_str());
                let spelling = if joined { IssuersSpelling::Joined } else { IssuersSpelling::Underscored };
                self.trusted_issuers = Some(TrustedIssuers::parse(text.as_str(), spelling));
            }
            "token_types" => self.token_types = Some(split_types(text.as_str())),
            "claims" => self.claims = Some(Claims::parse(text.as_str(), budget)),
            "client_id" => self.client_id = Some(text),
            "realm" => self.realm = Some(text),
            "authorization_uri" => self.authorization_uri = Some(text),
            "issuer_kind" => self.issuer_kind = Some(text),
            "scope" => self.scope = Some(text),
            "error" => self.error = Some(text),
            "error_description" => self.error_description = Some(text),
            "error_uri" => self.error_uri = Some(text),
            _ => {
                let name = Text::from(spelled.to_owned());
                self.unknown.push(NamedValue { name, value: text });
            }
        }
    }
}

/// The name under which a parameter is looked up: lower case, and one name for both spellings of the issuers.
pub(super) fn canonical(name: &str) -> String {
    if name.eq_ignore_ascii_case(IssuersSpelling::Joined.as_str()) {
        return IssuersSpelling::Underscored.as_str().to_owned();
    }
    name.to_ascii_lowercase()
}

/// The names that have a field of their own.
pub(super) fn is_known(canonical: &str) -> bool {
    matches!(
        canonical,
        "client_id"
            | "trusted_issuers"
            | "realm"
            | "token_types"
            | "authorization_uri"
            | "issuer_kind"
            | "scope"
            | "error"
            | "error_description"
            | "error_uri"
            | "claims"
    )
}

pub(super) fn split_types(value: &str) -> Vec<Text<'static>> {
    value.split(' ').filter(|kind| !kind.is_empty()).map(|kind| Text::from(kind.to_owned())).collect()
}

/// Why a challenge is not a Bearer challenge with parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotBearer {
    /// Its scheme is another one.
    Scheme,
    /// It has a token68, where RFC 6750 section 3 has parameters.
    Token68,
}

impl fmt::Display for NotBearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "challenge: expected the scheme Bearer, found another",
            Self::Token68 => "challenge: expected parameters after Bearer, found a token68",
        })
    }
}

impl std::error::Error for NotBearer {}
