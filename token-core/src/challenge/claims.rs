//! The claims that a server asks for in a challenge: base64 of a JSON object.
//! Follows OpenID Connect Core section 5.5 (claims request), as SharePoint Online sends it with `insufficient_claims`.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::text::Text;
use crate::budget::Budget;
use crate::jose::{self, Claim, Duplicate, Members, Name, ParseErrorKind, Reader};

const LOOSE_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LOOSE_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LOOSE_PADDING);

/// A claims request, as it was sent and, where that is possible, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    raw: Text<'static>,
    json: Result<Text<'static>, ClaimsFault>,
    duplicates: Vec<Duplicate>,
}

impl Claims {
    /// Decodes the value of a `claims` parameter. A value that does not decode is kept as it is.
    ///
    /// Both base64 alphabets are read, with or without padding, since clients pass the value on without looking.
    #[must_use]
    pub fn parse(raw: &str, budget: &Budget) -> Self {
        let (json, duplicates) = match decode(raw, budget) {
            Ok((json, duplicates)) => (Ok(Text::from(json)), duplicates),
            Err(fault) => (Err(fault), Vec::new()),
        };
        Self { raw: Text::from(raw.to_owned()), json, duplicates }
    }

    /// Makes a claims request of a JSON object.
    ///
    /// # Errors
    /// A [`ClaimsFault`] where the text is not a JSON object within the budget.
    pub fn encode(json: &str, budget: &Budget) -> Result<Self, ClaimsFault> {
        let raw = STANDARD.encode(json);
        let (json, duplicates) = decode(&raw, budget)?;
        Ok(Self { raw: Text::from(raw), json: Ok(Text::from(json)), duplicates })
    }

    /// Returns the value as it was sent.
    #[must_use]
    pub const fn raw(&self) -> &Text<'static> {
        &self.raw
    }

    /// Returns the JSON text of the request.
    ///
    /// # Errors
    /// Why the value does not decode.
    pub const fn json(&self) -> Result<&Text<'static>, ClaimsFault> {
        match &self.json {
            Ok(json) => Ok(json),
            Err(fault) => Err(*fault),
        }
    }

    /// Returns the members that stand twice in the request, at any level; their places are counted in the JSON text.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }
}

/// Why a `claims` value does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimsFault {
    /// It is longer than the budget's `max_header`.
    TooLong,
    /// It is not base64 in either alphabet.
    NotBase64,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not one JSON object.
    NotAnObject,
    /// The object is nested deeper than the budget's `max_depth`.
    TooDeep,
    /// An object has more members than the budget's `max_members`.
    TooManyMembers,
}

impl std::fmt::Display for ClaimsFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLong => "claims: expected no more bytes than a header may have, found more",
            Self::NotBase64 => "claims: expected base64, found other characters",
            Self::NotUtf8 => "claims: expected UTF-8 inside base64, found other bytes",
            Self::NotAnObject => "claims: expected one JSON object inside base64, found something else",
            Self::TooDeep => "claims: expected less nesting, found more than the budget allows",
            Self::TooManyMembers => "claims: expected fewer members, found more than the budget allows",
        })
    }
}

impl std::error::Error for ClaimsFault {}

fn decode(raw: &str, budget: &Budget) -> Result<(String, Vec<Duplicate>), ClaimsFault> {
    if raw.len() > budget.max_header {
        return Err(ClaimsFault::TooLong);
    }
    let bytes = STANDARD.decode(raw).or_else(|_| URL_SAFE.decode(raw)).map_err(|_| ClaimsFault::NotBase64)?;
    let text = String::from_utf8(bytes).map_err(|_| ClaimsFault::NotUtf8)?;
    let mut reader = Reader::new(budget);
    reader.object(jose::Text::nested(&text), &mut Ignored).map_err(|error| match error.kind {
        ParseErrorKind::TooDeep { .. } => ClaimsFault::TooDeep,
        ParseErrorKind::TooManyMembers { .. } => ClaimsFault::TooManyMembers,
        _ => ClaimsFault::NotAnObject,
    })?;
    let duplicates = reader.into_duplicates();
    Ok((text, duplicates))
}

/// Takes no member: the request is passed on as it is.
struct Ignored;

impl<'a> Members<'a> for Ignored {
    fn take(&mut self, _: Name<'_>, _: Claim<'a>) {}

    fn clear(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1597959090"}}}"#;

    fn json(raw: &str) -> Result<String, ClaimsFault> {
        Claims::parse(raw, &Budget::DEFAULT).json().map(|json| json.as_str().to_owned())
    }

    #[test]
    fn claims_request_of_sharepoint_decoded() {
        let claims = Claims::encode(REQUEST, &Budget::DEFAULT).unwrap();
        assert!(claims.raw().as_str().ends_with("=="), "the sample shows padding");
        assert_eq!(json(claims.raw().as_str()).unwrap(), REQUEST);
        assert_eq!(json(claims.raw().as_str().trim_end_matches('=')).unwrap(), REQUEST);
    }

    #[test]
    fn claims_either_alphabet_read() {
        assert_eq!(json(&STANDARD.encode(r#"{"a":"??>>"}"#)).unwrap(), r#"{"a":"??>>"}"#);
        assert_eq!(json(&URL_SAFE.encode(r#"{"a":"??>>"}"#)).unwrap(), r#"{"a":"??>>"}"#);
    }

    #[test]
    fn claims_undecodable_kept_raw() {
        for (raw, fault) in [
            ("%%%", ClaimsFault::NotBase64),
            ("/w==", ClaimsFault::NotUtf8),
            (&STANDARD.encode("[1]"), ClaimsFault::NotAnObject),
            (&STANDARD.encode("{} {}"), ClaimsFault::NotAnObject),
            (&STANDARD.encode("{"), ClaimsFault::NotAnObject),
            ("", ClaimsFault::NotAnObject),
        ] {
            let claims = Claims::parse(raw, &Budget::DEFAULT);
            assert_eq!(claims.json(), Err(fault), "{raw}");
            assert_eq!(*claims.raw(), raw);
        }
    }

    #[test]
    fn claims_duplicates_found_at_every_level() {
        let duplicates = |json: &str| {
            let claims = Claims::encode(json, &Budget::DEFAULT).unwrap();
            let names = claims.duplicates().iter().map(|duplicate| duplicate.name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(duplicates(REQUEST), Vec::<String>::new());
        assert_eq!(
            duplicates(r#"{"access_token":{},"id_token":{"acrs":null},"access_token":{}}"#),
            ["access_token"]
        );
        assert_eq!(duplicates(r#"{"access_token":{"nbf":{"value":"1","v\u0061lue":"2"}}}"#), ["value"]);
        assert_eq!(
            duplicates(r#"{"access_token":{"nbf":null},"id_token":{"nbf":null}}"#),
            Vec::<String>::new()
        );
    }

    #[test]
    fn claims_members_over_the_budget_refused() {
        let members = |count: usize| {
            let members: Vec<_> = (0..count).map(|number| format!("\"a{number}\":1")).collect();
            json(&STANDARD.encode(format!("{{{}}}", members.join(","))))
        };
        assert!(members(Budget::DEFAULT.max_members).is_ok());
        assert_eq!(members(Budget::DEFAULT.max_members + 1), Err(ClaimsFault::TooManyMembers));
    }

    #[test]
    fn claims_depth_at_and_over_the_budget() {
        let nested = |depth: usize| format!("{}1{}", "{\"[\":".repeat(depth), "}".repeat(depth));
        assert!(json(&STANDARD.encode(nested(8))).is_ok());
        assert_eq!(json(&STANDARD.encode(nested(9))), Err(ClaimsFault::TooDeep));
        let text = format!(r#"{{"a":"\"{}"}}"#, "[".repeat(20));
        assert_eq!(json(&STANDARD.encode(&text)).unwrap(), text, "brackets in a string are not nesting");
    }
}
