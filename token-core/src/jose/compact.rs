//! The compact form: three base64url parts and two dots, split without looking at anything else.
//!
//! Follows RFC 7515 sections 2 and 3.1, and RFC 4648 sections 3.5 and 5 in their strict reading.

use std::fmt;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeError, DecodeSliceError, Engine};

use super::base64url;
use super::error::{ParseError, ParseErrorKind};
use crate::budget::Budget;
use crate::signature::find_two_dots;

/// Parts are counted up to this number; what is beyond makes no difference to anybody.
const MAX_COUNTED_PARTS: usize = 16;

/// A compact token, split into its parts and not yet decoded.
#[derive(Clone, Copy)]
pub struct Compact<'t> {
    header: Segment<'t>,
    payload: Segment<'t>,
    signature: Segment<'t>,
    signing_input: &'t [u8],
}

impl<'t> Compact<'t> {
    /// Splits a token at its two dots.
    ///
    /// Follows RFC 7515 section 3.1: exactly three parts. Takes the token's bytes and nothing around them.
    ///
    /// # Errors
    /// `Empty`, `TooLarge`, `Parts`, or `Encrypted` for a token of five parts (RFC 7516).
    pub fn split(token: &'t [u8], budget: &Budget) -> Result<Self, ParseError> {
        if token.is_empty() {
            return Err(ParseError { kind: ParseErrorKind::Empty, at: 0 });
        }
        if token.len() > budget.max_token {
            let kind = ParseErrorKind::TooLarge { len: token.len(), max: budget.max_token };
            return Err(ParseError { kind, at: budget.max_token });
        }
        let Some([first, second]) = find_two_dots(token).or_else(|| plain_two_dots(token)) else {
            return Err(wrong_number_of_parts(token));
        };
        let segment = |start: usize, end: usize| token.get(start..end).map(|text| Segment { text, start });
        let after = |dot: usize| dot.saturating_add(1);
        let parts = (
            segment(0, first),
            segment(after(first), second),
            segment(after(second), token.len()),
            token.get(..second),
        );
        let (Some(header), Some(payload), Some(signature), Some(signing_input)) = parts else {
            return Err(wrong_number_of_parts(token));
        };
        Ok(Self { header, payload, signature, signing_input })
    }

    /// Returns the first part.
    #[must_use]
    pub const fn header(&self) -> Segment<'t> {
        self.header
    }

    /// Returns the second part.
    #[must_use]
    pub const fn payload(&self) -> Segment<'t> {
        self.payload
    }

    /// Returns the third part; empty in an unsigned token.
    #[must_use]
    pub const fn signature(&self) -> Segment<'t> {
        self.signature
    }

    /// Returns the bytes that the signature covers: the first two parts and the dot between them, as received.
    #[must_use]
    pub const fn signing_input(&self) -> &'t [u8] {
        self.signing_input
    }
}

impl fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entry(&self.header).entry(&self.payload).entry(&self.signature).finish()
    }
}

/// As `find_two_dots`, on any processor.
fn plain_two_dots(token: &[u8]) -> Option<[usize; 2]> {
    let mut dots = memchr::memchr_iter(b'.', token);
    let two = [dots.next()?, dots.next()?];
    dots.next().is_none().then_some(two)
}

fn wrong_number_of_parts(token: &[u8]) -> ParseError {
    let mut dots = memchr::memchr_iter(b'.', token).take(MAX_COUNTED_PARTS);
    let third = dots.clone().nth(2);
    let found = dots.by_ref().count().saturating_add(1).min(MAX_COUNTED_PARTS);
    let kind = if found == 5 { ParseErrorKind::Encrypted } else { ParseErrorKind::Parts { found } };
    ParseError { kind, at: third.unwrap_or(token.len()) }
}

/// One part of a compact token, still encoded.
#[derive(Clone, Copy)]
pub struct Segment<'t> {
    text: &'t [u8],
    start: usize,
}

impl<'t> Segment<'t> {
    /// Returns the encoded bytes.
    #[must_use]
    pub const fn encoded(&self) -> &'t [u8] {
        self.text
    }

    /// Returns whether there is nothing in this part.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns a size of buffer that is enough for decoding this part.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        base64::decoded_len_estimate(self.text.len())
    }

    /// Decodes into the front of `buffer`, and returns what was decoded and the rest of the buffer.
    ///
    /// # Errors
    /// The first byte that is not canonical base64url without padding (RFC 4648 sections 3.5 and 5).
    pub fn decode<'b>(&self, buffer: &'b mut [u8]) -> Result<(&'b [u8], &'b mut [u8]), ParseError> {
        let room = self.buffer_len().min(buffer.len());
        let Some((mine, rest)) = buffer.split_at_mut_checked(room) else {
            return Err(self.error(ParseErrorKind::Length, 0));
        };
        let len = match base64url::decode(self.text, mine) {
            Some(len) => len,
            None => URL_SAFE_NO_PAD.decode_slice(self.text, mine).map_err(|e| self.explain(&e))?,
        };
        let (decoded, _) = mine.split_at_checked(len).unwrap_or_default();
        Ok((decoded, rest))
    }

    /// Returns the byte of the token whose base64 group decodes to the byte `decoded` of this part.
    #[must_use]
    pub const fn position_of(&self, decoded: usize) -> usize {
        // Three decoded bytes come from four characters.
        let characters = match (decoded.checked_div(3), decoded.checked_rem(3)) {
            (Some(groups), Some(rest)) => groups.saturating_mul(4).saturating_add(rest),
            _ => 0,
        };
        self.start.saturating_add(characters)
    }

    /// Names what is wrong: a byte outside the alphabet explains more than a wrong length or padding.
    fn explain(&self, error: &DecodeSliceError) -> ParseError {
        match (self.foreign_byte(), error) {
            (Some((at, byte)), _) => self.error(classify(byte), at),
            (None, DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol { offset, .. })) => {
                self.error(ParseErrorKind::TrailingBits, *offset)
            }
            (None, _) => self.error(ParseErrorKind::Length, self.text.len()),
        }
    }

    /// Finds the first byte outside the alphabet.
    fn foreign_byte(&self) -> Option<(usize, u8)> {
        let foreign = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        self.text.iter().copied().enumerate().find(|(_, b)| foreign(b))
    }

    fn error(&self, kind: ParseErrorKind, at: usize) -> ParseError {
        ParseError { kind, at: self.start.saturating_add(at) }
    }
}

/// Shows only the length: the text may be a secret.
impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters at byte {}]", self.text.len(), self.start)
    }
}

fn classify(byte: u8) -> ParseErrorKind {
    match byte {
        b'=' => ParseErrorKind::Padding,
        b'+' | b'/' => ParseErrorKind::StandardAlphabet(byte),
        b if b.is_ascii_whitespace() => ParseErrorKind::WhiteSpace(byte),
        _ => ParseErrorKind::InvalidByte(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(token: &str) -> Result<Compact<'_>, ParseError> {
        Compact::split(token.as_bytes(), &Budget::DEFAULT)
    }

    fn decode(text: &str) -> Result<Vec<u8>, ParseError> {
        let segment = Segment { text: text.as_bytes(), start: 10 };
        let mut buffer = vec![0; segment.buffer_len()];
        segment.decode(&mut buffer).map(|(decoded, _)| decoded.to_vec())
    }

    #[test]
    fn split_three_parts_ok() {
        let compact = split("aa.bbb.cc").unwrap();
        assert_eq!(compact.header().encoded(), b"aa");
        assert_eq!(compact.payload().encoded(), b"bbb");
        assert_eq!(compact.signature().encoded(), b"cc");
        assert_eq!(compact.signing_input(), b"aa.bbb");
    }

    #[test]
    fn split_other_numbers_of_parts_named() {
        let kind = |token: &str| split(token).unwrap_err();
        assert_eq!(kind("").kind, ParseErrorKind::Empty);
        assert_eq!(kind("abc"), ParseError { kind: ParseErrorKind::Parts { found: 1 }, at: 3 });
        assert_eq!(kind("a.b"), ParseError { kind: ParseErrorKind::Parts { found: 2 }, at: 3 });
        assert_eq!(kind("a.b.c.d"), ParseError { kind: ParseErrorKind::Parts { found: 4 }, at: 5 });
        assert_eq!(kind("a.b.c.d.e"), ParseError { kind: ParseErrorKind::Encrypted, at: 5 });
        assert_eq!(kind(&".".repeat(9999)).kind, ParseErrorKind::Parts { found: 16 });
    }

    #[test]
    fn split_too_large_refused_before_any_work() {
        let budget = Budget { max_token: 4, ..Budget::DEFAULT };
        let error = Compact::split(b"a.b.c", &budget).unwrap_err();
        assert_eq!(error, ParseError { kind: ParseErrorKind::TooLarge { len: 5, max: 4 }, at: 4 });
        assert!(Compact::split(b"a.b.", &budget).is_ok());
    }

    #[test]
    fn decode_canonical_ok() {
        assert_eq!(decode("").unwrap(), b"");
        assert_eq!(decode("_-8").unwrap(), [0xff, 0xef]);
        assert_eq!(decode("YWJjZA").unwrap(), b"abcd");
    }

    #[test]
    fn decode_other_spellings_named_with_their_place() {
        let error = |text: &str| decode(text).unwrap_err();
        assert_eq!(error("YWJjZA=="), ParseError { kind: ParseErrorKind::Padding, at: 16 });
        assert_eq!(error("YWI="), ParseError { kind: ParseErrorKind::Padding, at: 13 });
        assert_eq!(error("YW+j"), ParseError { kind: ParseErrorKind::StandardAlphabet(b'+'), at: 12 });
        assert_eq!(error("YW/j"), ParseError { kind: ParseErrorKind::StandardAlphabet(b'/'), at: 12 });
        assert_eq!(error("YW\nj"), ParseError { kind: ParseErrorKind::WhiteSpace(b'\n'), at: 12 });
        assert_eq!(error("YWJj\n"), ParseError { kind: ParseErrorKind::WhiteSpace(b'\n'), at: 14 });
        assert_eq!(error("YW\u{2019}"), ParseError { kind: ParseErrorKind::InvalidByte(0xe2), at: 12 });
        assert_eq!(error("YWJjZB"), ParseError { kind: ParseErrorKind::TrailingBits, at: 15 });
        assert_eq!(error("YWJjZ"), ParseError { kind: ParseErrorKind::Length, at: 15 });
    }

    proptest::proptest! {
        #[test]
        fn dots_found_by_vectors_are_those_found_without(text in "[a-z]{0,150}(\\.[a-z]{0,150}){0,4}") {
            let plain = plain_two_dots(text.as_bytes());
            let found = find_two_dots(text.as_bytes());
            proptest::prop_assert!(found.is_none() || found == plain);
            let naive: Vec<_> = text.match_indices('.').map(|(at, _)| at).collect();
            proptest::prop_assert_eq!(plain.map(Vec::from), (naive.len() == 2).then_some(naive));
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let shown = format!("{:?}", split("aGVhZGVy.cGF5bG9hZA.c2ln").unwrap());
        assert_eq!(shown, "[[8 characters at byte 0], [10 characters at byte 9], [4 characters at byte 20]]");
    }
}
