//! Reads all challenges of a response's `WWW-Authenticate` values, borrowed and in one pass.
//! Follows RFC 9110 sections 11.3, 11.6.1 and 5.6.1 (lists with empty members).

use std::borrow::Cow;
use std::fmt;

use super::error::{ChallengeError, ChallengeErrorKind, Expected};
use super::lex::{BareValues, Cursor, Form, Param};
use crate::budget::Budget;
use crate::redact::printable;

/// Reads the challenges of one header value.
///
/// Follows RFC 9110 section 11.6.1. The value may be a `str`, bytes, or a header value of an HTTP library. Reading is
/// lazy and allocates nothing; the time is linear in the length of the value.
///
/// # Errors
/// The iterator yields the first [`ChallengeError`] and then ends: after it there is no telling what belongs where.
///
/// # Examples
/// ```
/// use token_core::Budget;
/// use token_core::challenge::{Scheme, challenges};
///
/// let value = r#"NTLM, Bearer realm="5637f856", trusted_issuers="a@*,b@*""#;
/// let all = challenges(value, &Budget::DEFAULT).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(all[0].scheme(), Scheme::Ntlm);
/// assert_eq!(all[1].param("trusted_issuers").as_deref(), Some("a@*,b@*"));
/// # Ok::<(), token_core::challenge::ChallengeError>(())
/// ```
pub fn challenges<'h, V: AsRef<[u8]> + ?Sized>(value: &'h V, budget: &Budget) -> Challenges<'h> {
    Challenges::new(
        value.as_ref(),
        budget,
        Left { bytes: budget.max_header, challenges: budget.max_challenges },
    )
}

/// What is left of the budget.
#[derive(Clone, Copy)]
struct Left {
    bytes: usize,
    challenges: usize,
}

/// The challenges of one header value; made by [`challenges`].
#[derive(Clone)]
pub struct Challenges<'h> {
    cursor: Cursor<'h>,
    pending: Option<ChallengeError>,
    bare: BareValues,
    left: Left,
    budget: Budget,
}

impl<'h> Challenges<'h> {
    fn new(value: &'h [u8], budget: &Budget, left: Left) -> Self {
        let mut pending = None;
        let mut text = "";
        match left.bytes.checked_sub(value.len()) {
            None => pending = Some((ChallengeErrorKind::TooLong { limit: budget.max_header }, left.bytes)),
            Some(_) => match std::str::from_utf8(value) {
                Ok(utf8) => text = utf8,
                Err(error) => pending = Some((ChallengeErrorKind::NotUtf8, error.valid_up_to())),
            },
        }
        let pending = pending.map(|(kind, at)| ChallengeError { kind, line: 0, at });
        let left = Left { bytes: left.bytes.saturating_sub(value.len()), ..left };
        Self { cursor: Cursor::new(text, 0), pending, bare: BareValues::Refused, left, budget: *budget }
    }

    /// Accepts values like `href=https://host/path`, which Lync and Skype for Business write without quotes.
    ///
    /// Such a value has visible ASCII characters other than `"` and `\`, does not begin with `=`, and ends before the
    /// next comma or white space, as every unquoted value does: so nothing that is read without this is read in
    /// another way with it. What used it is listed by [`Challenge::deviations`].
    #[must_use]
    pub const fn accepting_bare_values(mut self) -> Self {
        self.bare = BareValues::Accepted;
        self
    }

    fn challenge(&mut self) -> Result<Challenge<'h>, ChallengeError> {
        let cursor = &mut self.cursor;
        let at = cursor.at;
        let start = *cursor;
        let name = cursor.token();
        if name.is_empty() {
            return Err(start.expected(Expected::Scheme));
        }
        if cursor.equals_follows() {
            return Err(start.expected(Expected::SchemeBeforeParameter));
        }
        let kind = ChallengeErrorKind::TooManyChallenges { limit: self.budget.max_challenges };
        self.left.challenges =
            self.left.challenges.checked_sub(1).ok_or(ChallengeError { kind, line: 0, at })?;
        let body = match cursor.peek() {
            None | Some(b',') => Body::Empty,
            Some(b' ') => {
                cursor.spaces();
                match cursor.token68() {
                    Some(token68) => Body::Token68(Token68(token68)),
                    None => self.params()?,
                }
            }
            Some(_) => return Err(cursor.expected(Expected::AfterScheme)),
        };
        Ok(Challenge { name, body, line: 0, at })
    }

    /// Checks the parameters that follow, up to the next scheme. They are read again when they are asked for.
    fn params(&mut self) -> Result<Body<'h>, ChallengeError> {
        let cursor = &mut self.cursor;
        let first = cursor.at;
        let mut end = *cursor;
        let mut count = 0_usize;
        loop {
            let after_comma = cursor.list_gap();
            if cursor.peek().is_none() {
                break;
            }
            // After a comma, a token that no `=` follows is the next scheme (RFC 9110 section 11.6.1).
            let mut ahead = *cursor;
            if after_comma && !ahead.token().is_empty() && !ahead.equals_follows() {
                break;
            }
            if count == self.budget.max_params {
                let kind = ChallengeErrorKind::TooManyParams { limit: self.budget.max_params };
                return Err(ChallengeError { kind, line: 0, at: cursor.at });
            }
            cursor.param(self.bare)?;
            count = count.saturating_add(1);
            end = *cursor;
        }
        if count == 0 {
            return Ok(Body::Empty);
        }
        Ok(Body::Params(Params { cursor: Cursor::new(end.text_until_here(), first) }))
    }
}

impl<'h> Iterator for Challenges<'h> {
    type Item = Result<Challenge<'h>, ChallengeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.pending.take() {
            return Some(Err(error));
        }
        self.cursor.list_gap();
        self.cursor.peek()?;
        let challenge = self.challenge();
        if challenge.is_err() {
            self.cursor = Cursor::new("", 0);
        }
        Some(challenge)
    }
}

impl std::iter::FusedIterator for Challenges<'_> {}

/// Reads the challenges of all `WWW-Authenticate` values of a response, in their order.
///
/// Follows RFC 9110 section 5.3: several lines mean the same as one line with commas. The budget bounds all of them
/// together.
///
/// # Errors
/// A [`ChallengeError`] ends its line; the next line is read. An exhausted budget ends everything.
pub fn challenges_of_lines<'h, I, V>(values: I, budget: &Budget) -> Lines<'h, I::IntoIter>
where
    I: IntoIterator<Item = &'h V>,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    Lines {
        values: Some(values.into_iter()),
        current: challenges("", budget),
        bare: BareValues::Refused,
        next_line: 0,
    }
}

/// The challenges of all lines of a response; made by [`challenges_of_lines`].
#[derive(Clone)]
pub struct Lines<'h, I> {
    values: Option<I>,
    current: Challenges<'h>,
    bare: BareValues,
    next_line: usize,
}

impl<I> Lines<'_, I> {
    /// Accepts values that should have been quoted, as [`Challenges::accepting_bare_values`] does.
    #[must_use]
    pub const fn accepting_bare_values(mut self) -> Self {
        self.bare = BareValues::Accepted;
        self
    }
}

impl<'h, I, V> Iterator for Lines<'h, I>
where
    I: Iterator<Item = &'h V>,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    type Item = Result<Challenge<'h>, ChallengeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.next_line.saturating_sub(1);
            match self.current.next() {
                Some(Ok(challenge)) => return Some(Ok(Challenge { line, ..challenge })),
                Some(Err(error)) => {
                    let bounds = matches!(
                        error.kind,
                        ChallengeErrorKind::TooLong { .. } | ChallengeErrorKind::TooManyChallenges { .. }
                    );
                    if bounds {
                        self.values = None;
                    }
                    return Some(Err(ChallengeError { line, ..error }));
                }
                None => {}
            }
            let value = self.values.as_mut()?.next()?;
            let current = Challenges::new(value.as_ref(), &self.current.budget, self.current.left);
            self.current = Challenges { bare: self.bare, ..current };
            self.next_line = self.next_line.saturating_add(1);
        }
    }
}

/// One challenge: a scheme, and its parameters or its token68.
///
/// Follows RFC 9110 section 11.3. Borrows from the header value. Debug and Display redact token68 values.
#[derive(Clone, Copy)]
pub struct Challenge<'h> {
    name: &'h str,
    body: Body<'h>,
    line: usize,
    at: usize,
}

impl<'h> Challenge<'h> {
    /// Returns the name of the scheme as it is spelled.
    #[must_use]
    pub const fn scheme_name(&self) -> &'h str {
        self.name
    }

    /// Returns the scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        Scheme::of(self.name)
    }

    /// Returns what follows the name of the scheme.
    #[must_use]
    pub const fn body(&self) -> Body<'h> {
        self.body
    }

    /// Returns the parameters, in their order; none where the challenge has no parameters.
    #[must_use]
    pub const fn params(&self) -> Params<'h> {
        match self.body {
            Body::Params(params) => params,
            Body::Empty | Body::Token68(_) => Params { cursor: Cursor::new("", 0) },
        }
    }

    /// Returns the value of the first parameter of this name, in any letter case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'h, str>> {
        self.params().find(|param| param.is(name)).map(|param| param.value())
    }

    /// Returns the parameters that the strict grammar refuses and [`Challenges::accepting_bare_values`] lets pass.
    pub fn deviations(&self) -> impl Iterator<Item = Param<'h>> + use<'h> {
        self.params().filter(|param| param.form() == Form::Bare)
    }

    /// Returns which of the header's values holds the challenge, from 0.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the byte of that value at which the challenge begins, from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(self.name))?;
        match self.body {
            Body::Empty => Ok(()),
            Body::Token68(token68) => write!(f, " {token68}"),
            Body::Params(params) => {
                for (index, param) in params.enumerate() {
                    f.write_str(if index == 0 { " " } else { ", " })?;
                    write!(f, "{param}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({self}, line {}, byte {})", self.line, self.at)
    }
}

/// What follows the name of a scheme.
#[derive(Clone, Copy)]
pub enum Body<'h> {
    /// Nothing: `Negotiate`.
    Empty,
    /// One value in base64 or the like: `NTLM TlRM…`.
    Token68(Token68<'h>),
    /// Parameters, at least one.
    Params(Params<'h>),
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Token68(token68) => write!(f, "Token68({token68})"),
            Self::Params(params) => f.debug_list().entries(*params).finish(),
        }
    }
}

/// A message of a handshake such as NTLM's. It may carry names and keys, so it is never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token68<'h>(&'h str);

impl<'h> Token68<'h> {
    /// Returns the value as it was received. It must not be printed or logged.
    #[must_use]
    pub const fn expose(&self) -> &'h str {
        self.0
    }
}

impl fmt::Display for Token68<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters redacted]", self.0.len())
    }
}

impl fmt::Debug for Token68<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token68({self})")
    }
}

/// The parameters of a challenge, in their order. Duplicates are not removed.
#[derive(Clone, Copy)]
pub struct Params<'h> {
    cursor: Cursor<'h>,
}

impl<'h> Iterator for Params<'h> {
    type Item = Param<'h>;

    fn next(&mut self) -> Option<Param<'h>> {
        self.cursor.list_gap();
        self.cursor.peek()?;
        // The text was checked when the challenge was read; the wider grammar reads it in the same way.
        self.cursor.param(BareValues::Accepted).ok()
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// The schemes that Microsoft's servers offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 7617.
    Basic,
    /// RFC 7616.
    Digest,
    /// RFC 4559: Kerberos or NTLM.
    Negotiate,
    /// [MS-NTHT].
    Ntlm,
    /// The web ticket service of Lync and Skype for Business.
    MsRtcOAuth,
    /// Any other.
    Other,
}

impl Scheme {
    /// Finds the scheme of a name, in any letter case.
    #[must_use]
    pub fn of(name: &str) -> Self {
        const NAMES: [(&str, Scheme); 6] = [
            ("Bearer", Scheme::Bearer),
            ("Basic", Scheme::Basic),
            ("Digest", Scheme::Digest),
            ("Negotiate", Scheme::Negotiate),
            ("NTLM", Scheme::Ntlm),
            ("MsRtcOAuth", Scheme::MsRtcOAuth),
        ];
        let known = NAMES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map_or(Self::Other, |(_, scheme)| scheme)
    }
}
