//! One layer of a token: a header, claims and a signature, decoded as far as they could be.

use std::fmt;

use super::claims::Claims;
use crate::budget::Budget;
use crate::jose::{Compact, Duplicate, Header, ParseError, ParseErrorKind, Reader, Segment, Text};
use crate::verdict::Part;

/// A decoded layer. Broken parts are absent, and what broke them is among the problems.
pub struct Layer<'a> {
    pub(super) part: Part,
    header: Option<Header<'a>>,
    claims: Option<Claims<'a>>,
    signature: Option<&'a [u8]>,
    signing_input: &'a [u8],
    header_json: &'a str,
    claims_json: &'a str,
    pub(super) problems: Vec<ParseError>,
    duplicates: Vec<Duplicate>,
}

impl<'a> Layer<'a> {
    /// Makes a layer of which nothing is known yet.
    pub(super) const fn new(part: Part) -> Self {
        Self {
            part,
            header: None,
            claims: None,
            signature: None,
            signing_input: &[],
            header_json: "",
            claims_json: "",
            problems: Vec::new(),
            duplicates: Vec::new(),
        }
    }

    /// Decodes a compact token with the help of `buffer`, and returns what is left of the buffer.
    ///
    /// Every part is decoded whatever became of the others.
    pub(super) fn decode(
        &mut self,
        token: &'a [u8],
        budget: &Budget,
        mut buffer: &'a mut [u8],
    ) -> &'a mut [u8] {
        let compact = match Compact::split(token, budget) {
            Ok(compact) => compact,
            Err(error) => {
                self.problems.push(error);
                return buffer;
            }
        };
        self.signing_input = compact.signing_input();
        let mut reader = Reader::new(budget);
        match text(compact.header(), &mut buffer) {
            Ok(text) => {
                self.header_json = text.as_str();
                let header = self.header.insert(Header::default());
                if let Err(error) = reader.object(text, header) {
                    self.header = None;
                    self.problems.push(error);
                }
            }
            Err(error) => self.problems.push(error),
        }
        match text(compact.payload(), &mut buffer) {
            Ok(text) => {
                self.claims_json = text.as_str();
                let claims = self.claims.insert(Claims::default());
                if let Err(error) = reader.object(text, claims) {
                    self.claims = None;
                    self.problems.push(error);
                }
            }
            Err(error) => self.problems.push(error),
        }
        self.duplicates = reader.into_duplicates();
        match decoded(compact.signature(), &mut buffer) {
            Ok(signature) => self.signature = Some(signature),
            Err(error) => self.problems.push(error),
        }
        buffer
    }

    /// Returns which layer this is: [`Part::Token`], [`Part::Outer`] or [`Part::Actor`].
    #[must_use]
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Returns the header, if it could be decoded.
    #[must_use]
    pub const fn header(&self) -> Option<&Header<'a>> {
        self.header.as_ref()
    }

    /// Returns the claims, if they could be decoded. Nothing in them was verified.
    #[must_use]
    pub const fn claims(&self) -> Option<&Claims<'a>> {
        self.claims.as_ref()
    }

    /// Returns the signature, empty in an unsigned token, if it could be decoded.
    #[must_use]
    pub const fn signature(&self) -> Option<&'a [u8]> {
        self.signature
    }

    /// Returns the bytes that the signature covers, as received.
    #[must_use]
    pub const fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    /// Returns the JSON text of the header, also where it is malformed; empty where it could not be decoded.
    #[must_use]
    pub const fn header_json(&self) -> &'a str {
        self.header_json
    }

    /// Returns the JSON text of the claims, also where it is malformed; empty where it could not be decoded.
    #[must_use]
    pub const fn claims_json(&self) -> &'a str {
        self.claims_json
    }

    /// Returns what could not be decoded, and where.
    #[must_use]
    pub fn problems(&self) -> &[ParseError] {
        &self.problems
    }

    /// Returns the members that stand twice in the header or the claims, at any level.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }
}

/// Shows nothing of the token's text.
impl fmt::Debug for Layer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("part", &self.part)
            .field("header", &self.header)
            .field("claims", &self.claims)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

/// Decodes a part with JSON in it into the front of `buffer`, which becomes what is left of it.
fn text<'a>(segment: Segment<'a>, buffer: &mut &'a mut [u8]) -> Result<Text<'a>, ParseError> {
    if segment.is_empty() {
        return Err(ParseError { kind: ParseErrorKind::EmptyPart, at: segment.position_of(0) });
    }
    Text::of_segment(decoded(segment, buffer)?, segment)
}

fn decoded<'a>(segment: Segment<'a>, buffer: &mut &'a mut [u8]) -> Result<&'a [u8], ParseError> {
    // A buffer that cannot be split is used up; the parts after it are then reported as undecodable.
    let (mine, rest) = std::mem::take(buffer).split_at_mut_checked(segment.buffer_len()).unwrap_or_default();
    *buffer = rest;
    segment.decode(mine).map(|(decoded, _)| decoded)
}
