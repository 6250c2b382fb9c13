//! What can be wrong with the bytes of a token, with the place where it is wrong.

use std::fmt;

use super::claim::JsonType;
use crate::verdict::RuleId;

/// Malformed bytes. Holds no text of the input, so it can be printed and logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// At which byte of the token, from 0. Inside a base64url part: the byte whose group decodes to the place.
    pub at: usize,
}

/// The ways in which the bytes of a token can be malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// There is no token.
    Empty,
    /// The token is larger than the budget allows.
    TooLarge {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The number of parts is neither three nor five.
    Parts {
        /// Parts found, counted up to 16.
        found: usize,
    },
    /// Five parts: a JWE.
    Encrypted,
    /// A part that must not be empty is empty.
    EmptyPart,
    /// Base64 padding, `=`.
    Padding,
    /// A byte of the standard base64 alphabet, `+` or `/`.
    StandardAlphabet(u8),
    /// White space or a line break.
    WhiteSpace(u8),
    /// Any other byte outside the base64url alphabet.
    InvalidByte(u8),
    /// The last character has bits that decode to nothing.
    TrailingBits,
    /// The number of characters cannot be base64: one more than a multiple of four.
    Length,
    /// A byte order mark before the JSON.
    ByteOrderMark,
    /// The decoded bytes are not UTF-8.
    NotUtf8,
    /// The JSON is cut off or malformed.
    NotJson,
    /// The JSON is not an object.
    NotObject(JsonType),
    /// There is something after the JSON object.
    TrailingBytes,
    /// Objects and arrays are nested deeper than the budget allows.
    TooDeep {
        /// Levels allowed.
        max: u8,
    },
    /// An object has more members than the budget allows.
    TooManyMembers {
        /// Members allowed.
        max: usize,
    },
    /// The actor token is spelled with JSON escapes.
    EscapedActorToken,
}

impl ParseErrorKind {
    /// Returns the rule that this breaks.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::TooLarge { .. } => RuleId::Inp01,
            Self::Empty | Self::Parts { .. } | Self::EmptyPart => RuleId::Inp02,
            Self::Padding
            | Self::StandardAlphabet(_)
            | Self::WhiteSpace(_)
            | Self::InvalidByte(_)
            | Self::TrailingBits
            | Self::Length => RuleId::Inp03,
            Self::ByteOrderMark | Self::NotUtf8 => RuleId::Inp04,
            Self::NotJson | Self::NotObject(_) | Self::TrailingBytes => RuleId::Inp05,
            Self::TooDeep { .. } | Self::TooManyMembers { .. } => RuleId::Inp06,
            Self::Encrypted => RuleId::Inp07,
            Self::EscapedActorToken => RuleId::Inp08,
        }
    }

    /// Says what should have stood there.
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Empty | Self::Parts { .. } => "three parts separated by two dots".into(),
            Self::TooLarge { max, .. } => format!("at most {max} bytes"),
            Self::Encrypted => "a signed token of three parts".into(),
            Self::EmptyPart => "a part that is not empty".into(),
            Self::Padding
            | Self::StandardAlphabet(_)
            | Self::WhiteSpace(_)
            | Self::InvalidByte(_)
            | Self::TrailingBits
            | Self::Length => "canonical base64url without padding".into(),
            Self::ByteOrderMark => "JSON without a byte order mark".into(),
            Self::NotUtf8 => "UTF-8".into(),
            Self::NotJson | Self::NotObject(_) => "one JSON object".into(),
            Self::TrailingBytes => "nothing after the JSON object".into(),
            Self::TooDeep { max } => format!("at most {max} nested levels"),
            Self::TooManyMembers { max } => format!("at most {max} members in an object"),
            Self::EscapedActorToken => "an actor token without JSON escapes".into(),
        }
    }

    /// Says what was found.
    #[must_use]
    pub fn found(self) -> String {
        match self {
            Self::Empty => "nothing".into(),
            Self::TooLarge { len, .. } => format!("{len} bytes"),
            Self::Parts { found: 16.. } => "16 parts or more".into(),
            Self::Parts { found: 1 } => "one part without a dot".into(),
            Self::Parts { found } => format!("{found} parts"),
            Self::Encrypted => "five parts: an encrypted token (JWE)".into(),
            Self::EmptyPart => "an empty part".into(),
            Self::Padding => "padding, \"=\"".into(),
            Self::StandardAlphabet(b) => {
                format!("\"{}\" of the standard base64 alphabet", b.escape_ascii())
            }
            Self::WhiteSpace(b) => format!("white space, \"{}\"", b.escape_ascii()),
            Self::InvalidByte(b) => format!("the byte \"{}\"", b.escape_ascii()),
            Self::TrailingBits => "a last character with bits that decode to nothing".into(),
            Self::Length => "a number of characters that base64 cannot have".into(),
            Self::ByteOrderMark => "a byte order mark".into(),
            Self::NotUtf8 => "bytes that are not UTF-8".into(),
            Self::NotJson => "text that is not JSON".into(),
            Self::NotObject(json_type) => json_type.with_article().into(),
            Self::TrailingBytes => "more text".into(),
            Self::TooDeep { .. } => "deeper nesting".into(),
            Self::TooManyMembers { .. } => "more members".into(),
            Self::EscapedActorToken => "an escape".into(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {} at byte {}", self.kind.expected(), self.kind.found(), self.at)
    }
}

impl std::error::Error for ParseError {}
