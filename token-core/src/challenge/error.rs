//! Why a `WWW-Authenticate` value could not be read: what was expected, what stood there, at which byte.
//! The terms are those of RFC 9110 sections 5.6 and 11.

use std::error::Error;
use std::fmt;

/// Says why, and where, a header value is not a list of challenges.
///
/// Holds at most one character of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeError {
    /// What is wrong.
    pub kind: ChallengeErrorKind,
    /// Which of the header's values, from 0.
    pub line: usize,
    /// Which byte of that value, from 0.
    pub at: usize,
}

/// What is wrong with a header value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeErrorKind {
    /// The grammar asks for something else at this byte.
    Syntax {
        /// What the grammar asks for.
        expected: Expected,
        /// What stands there.
        found: Found,
    },
    /// The value is not UTF-8 from this byte on.
    NotUtf8,
    /// All values together have more bytes than the budget's `max_header`.
    TooLong {
        /// The budget's number.
        limit: usize,
    },
    /// There are more challenges than the budget's `max_challenges`.
    TooManyChallenges {
        /// The budget's number.
        limit: usize,
    },
    /// One challenge has more parameters than the budget's `max_params`.
    TooManyParams {
        /// The budget's number.
        limit: usize,
    },
}

/// What the grammar asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// The name of a scheme, at the beginning of a challenge.
    Scheme,
    /// The name of a scheme; a parameter stands there that belongs to none.
    SchemeBeforeParameter,
    /// A space, a comma or the end, after the name of a scheme.
    AfterScheme,
    /// The name of a parameter or of a scheme, after a comma.
    ParameterOrScheme,
    /// The `=` that follows the name of a parameter.
    Equals,
    /// A token or a quoted string, after `=`.
    Value,
    /// A comma or the end, after a value.
    CommaOrEnd,
    /// A character that a quoted string may hold.
    QuotedText,
    /// A visible character, a space or a tab after `\`.
    QuotedPair,
    /// The `"` that closes the quoted string which begins at this byte.
    ClosingQuote,
}

impl Expected {
    /// Returns what is expected, in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheme => "the name of a scheme",
            Self::SchemeBeforeParameter => "the name of a scheme before the first parameter",
            Self::AfterScheme => "a space, a comma or the end after the name of the scheme",
            Self::ParameterOrScheme => "the name of a parameter or of a scheme",
            Self::Equals => "\"=\" after the name of the parameter",
            Self::Value => "a token or a quoted string after \"=\"",
            Self::CommaOrEnd => "a comma or the end after the value",
            Self::QuotedText => "text or a closing quote",
            Self::QuotedPair => "a visible character after the backslash",
            Self::ClosingQuote => "a closing quote for the one at this byte",
        }
    }
}

/// What stands where the grammar asks for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The value ends.
    End,
    /// This character.
    Char(char),
}

/// Whether a word processor writes this character where `"` was typed.
pub(super) const fn is_typographic_quote(c: char) -> bool {
    matches!(c, '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' | '\u{ff02}')
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::End => f.write_str("the end"),
            Self::Char(c) if is_typographic_quote(c) => {
                write!(
                    f,
                    "the typographic quote {c} (the text was pasted from a document; only \" is a quote)"
                )
            }
            Self::Char(c) if c.is_ascii_graphic() => write!(f, "\"{c}\""),
            Self::Char(c) => write!(f, "U+{:04X}", u32::from(c)),
        }
    }
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "challenge line {}, byte {}: ", self.line.saturating_add(1), self.at)?;
        match self.kind {
            ChallengeErrorKind::Syntax { expected, found } => {
                write!(f, "expected {}, found {found}", expected.as_str())
            }
            ChallengeErrorKind::NotUtf8 => f.write_str("expected UTF-8, found another byte"),
            ChallengeErrorKind::TooLong { limit } => {
                write!(f, "expected at most {limit} bytes in all values, found more")
            }
            ChallengeErrorKind::TooManyChallenges { limit } => {
                write!(f, "expected at most {limit} challenges, found more")
            }
            ChallengeErrorKind::TooManyParams { limit } => {
                write!(f, "expected at most {limit} parameters in one challenge, found more")
            }
        }
    }
}

impl Error for ChallengeError {}
