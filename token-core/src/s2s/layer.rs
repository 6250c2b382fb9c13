//! One layer of a token: a header, claims and a signature, decoded as far as they could be.

use std::fmt;

use super::claims::Claims;
use crate::budget::Budget;
use crate::jose::{Compact, Duplicate, Header, ParseError, ParseErrorKind, Reader, Text};
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
    /// Decodes a compact token into `buffer`, and returns what is left of the buffer.
    ///
    /// Every part is decoded whatever became of the others.
    pub(super) fn decode(
        token: &'a [u8],
        part: Part,
        budget: &Budget,
        buffer: &'a mut [u8],
    ) -> (Self, &'a mut [u8]) {
        let mut layer = Self {
            part,
            header: None,
            claims: None,
            signature: None,
            signing_input: &[],
            header_json: "",
            claims_json: "",
            problems: Vec::new(),
            duplicates: Vec::new(),
        };
        let compact = match Compact::split(token, budget) {
            Ok(compact) => compact,
            Err(error) => {
                layer.problems.push(error);
                return (layer, buffer);
            }
        };
        layer.signing_input = compact.signing_input();
        let mut reader = Reader::new(budget);
        let mut buffer = buffer;
        for (segment, which) in [(compact.header(), Segment::Header), (compact.payload(), Segment::Claims)] {
            if segment.is_empty() {
                layer
                    .problems
                    .push(ParseError { kind: ParseErrorKind::EmptyPart, at: segment.position_of(0) });
                continue;
            }
            // A buffer that cannot be split is used up; the parts after it are then reported as undecodable.
            let (mine, rest) =
                std::mem::take(&mut buffer).split_at_mut_checked(segment.buffer_len()).unwrap_or_default();
            buffer = rest;
            let read = segment.decode(mine).and_then(|(decoded, _)| {
                let text = Text::of_segment(decoded, segment)?;
                match which {
                    Segment::Header => {
                        layer.header_json = text.as_str();
                        layer.header = Some(Header::read(text, &mut reader)?);
                    }
                    Segment::Claims => {
                        layer.claims_json = text.as_str();
                        layer.claims = Some(Claims::read(text, &mut reader)?);
                    }
                }
                Ok(())
            });
            layer.problems.extend(read.err());
        }
        layer.duplicates = reader.into_duplicates();
        let (mine, rest) = buffer.split_at_mut_checked(compact.signature().buffer_len()).unwrap_or_default();
        match compact.signature().decode(mine) {
            Ok((signature, _)) => layer.signature = Some(signature),
            Err(error) => layer.problems.push(error),
        }
        (layer, rest)
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

#[derive(Clone, Copy)]
enum Segment {
    Header,
    Claims,
}
