//! The lexical elements of a challenge: tokens, token68, parameters, list gaps.
//! Follows RFC 9110 sections 5.6 (token, quoted-string, lists) and 11.2 (token68, auth-param).

use std::borrow::Cow;
use std::fmt;

use super::error::{ChallengeError, ChallengeErrorKind, Expected, Found};
use crate::redact::printable;

/// A place in a header value. It always stands between two characters.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'h> {
    text: &'h str,
    pub(super) at: usize,
}

impl<'h> Cursor<'h> {
    pub(super) const fn new(text: &'h str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn found(&self) -> Found {
        self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(Found::End, Found::Char)
    }

    pub(super) fn expected(&self, expected: Expected) -> ChallengeError {
        let kind = ChallengeErrorKind::Syntax { expected, found: self.found() };
        ChallengeError { kind, line: 0, at: self.at }
    }

    /// The text up to here, so that places in it stay places in the value.
    pub(super) fn text_until_here(&self) -> &'h str {
        self.text.get(..self.at).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'h str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    const fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Takes the longest run of ASCII bytes of a class; it may be empty.
    fn run(&mut self, class: impl Fn(u8) -> bool) -> &'h str {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii() && class(byte)) {
            self.step();
        }
        self.since(start)
    }

    pub(super) fn token(&mut self) -> &'h str {
        self.run(is_tchar)
    }

    pub(super) fn spaces(&mut self) {
        self.run(|byte| byte == b' ');
    }

    pub(super) fn whitespace(&mut self) {
        self.run(is_whitespace);
    }

    /// Skips white space and empty list members; says whether there was a comma.
    pub(super) fn list_gap(&mut self) -> bool {
        self.run(|byte| is_whitespace(byte) || byte == b',').contains(',')
    }

    /// Whether, after optional white space, an `=` follows.
    pub(super) fn equals_follows(mut self) -> bool {
        self.whitespace();
        self.peek() == Some(b'=')
    }

    /// Whether, after optional white space, the member of the list ends.
    fn member_ends(mut self) -> bool {
        self.whitespace();
        matches!(self.peek(), None | Some(b','))
    }

    /// Takes a token68, if what follows is one and nothing else.
    ///
    /// `abc`, `abc=` and `abc==` are token68 before a comma or the end; `abc=d` is a parameter.
    pub(super) fn token68(&mut self) -> Option<&'h str> {
        let mut ahead = *self;
        if ahead.run(is_token68_char).is_empty() {
            return None;
        }
        ahead.run(|byte| byte == b'=');
        if !ahead.member_ends() {
            return None;
        }
        let start = self.at;
        *self = ahead;
        Some(ahead.since(start))
    }

    /// Takes `name BWS "=" BWS value`, and checks that the list's member ends after it.
    pub(super) fn param(&mut self, bare: BareValues) -> Result<Param<'h>, ChallengeError> {
        let at = self.at;
        let name = self.token();
        if name.is_empty() {
            return Err(self.expected(Expected::ParameterOrScheme));
        }
        self.whitespace();
        if self.peek() != Some(b'=') {
            return Err(self.expected(Expected::Equals));
        }
        self.step();
        self.whitespace();
        let (form, raw) = match self.peek() {
            Some(b'"') => (Form::Quoted, self.quoted_string()?),
            _ => self.unquoted(bare)?,
        };
        if !self.member_ends() {
            self.whitespace();
            return Err(self.expected(Expected::CommaOrEnd));
        }
        Ok(Param { name, raw, form, at })
    }

    fn unquoted(&mut self, bare: BareValues) -> Result<(Form, &'h str), ChallengeError> {
        let start = self.at;
        let token = self.token();
        // `a==b` is too close to a token68 to guess what was meant.
        let doubled = token.is_empty() && self.peek() == Some(b'=');
        if bare == BareValues::Accepted && !doubled {
            self.run(is_bare);
        }
        let value = self.since(start);
        match value.len() {
            0 => Err(self.expected(Expected::Value)),
            len if len == token.len() => Ok((Form::Token, value)),
            _ => Ok((Form::Bare, value)),
        }
    }

    /// Takes a quoted string and returns what stands between the quotes, escapes included.
    fn quoted_string(&mut self) -> Result<&'h str, ChallengeError> {
        let opening = *self;
        self.step();
        let start = self.at;
        loop {
            match self.peek() {
                None => {
                    let kind =
                        ChallengeErrorKind::Syntax { expected: Expected::ClosingQuote, found: Found::End };
                    return Err(ChallengeError { kind, line: 0, at: opening.at });
                }
                Some(b'"') => break,
                Some(b'\\') => {
                    self.step();
                    if !self.peek().is_some_and(is_quotable) {
                        return Err(self.expected(Expected::QuotedPair));
                    }
                }
                Some(byte) if !is_quotable(byte) => return Err(self.expected(Expected::QuotedText)),
                Some(_) => {}
            }
            self.step();
        }
        let inside = self.since(start);
        self.step();
        Ok(inside)
    }
}

/// Whether a value without quotes may hold characters that are not allowed in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BareValues {
    Refused,
    Accepted,
}

/// How a parameter's value was spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// As a token: `realm=contoso`.
    Token,
    /// As a quoted string: `realm="contoso"`.
    Quoted,
    /// Without quotes, though it is not a token: `href=https://…`. Only where [bare values] are accepted.
    ///
    /// [bare values]: super::Challenges::accepting_bare_values
    Bare,
}

/// One parameter of a challenge.
///
/// Follows RFC 9110 section 11.2 (auth-param). Names are compared without regard to letter case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Param<'h> {
    name: &'h str,
    raw: &'h str,
    form: Form,
    at: usize,
}

impl<'h> Param<'h> {
    /// Returns the name as it is spelled.
    #[must_use]
    pub const fn name(&self) -> &'h str {
        self.name
    }

    /// Returns whether this is the name, in any letter case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Returns the value, without quotes and escapes; borrowed where it has no escapes.
    #[must_use]
    pub fn value(&self) -> Cow<'h, str> {
        // Only a quoted string can hold a backslash.
        if !self.raw.contains('\\') {
            return Cow::Borrowed(self.raw);
        }
        let mut out = String::with_capacity(self.raw.len());
        let mut chars = self.raw.chars();
        while let Some(c) = chars.next() {
            out.extend(if c == '\\' { chars.next() } else { Some(c) });
        }
        Cow::Owned(out)
    }

    /// Returns how the value was spelled.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Returns the byte of the header value at which the name begins, from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=\"{}\"", printable(self.name), printable(&self.value()))
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Param({self}, {:?}, byte {})", self.form, self.at)
    }
}

pub(super) const fn is_tchar(byte: u8) -> bool {
    matches!(byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
}

const fn is_token68_char(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
}

const fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Visible characters that cannot be taken for the end of a value or the beginning of a quoted string.
const fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b',' | b'"' | b'\\')
}

/// Tab, space, visible characters and the bytes of non-ASCII characters.
const fn is_quotable(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}
