//! Text that came from a response: read it as it is, print it only made safe.
//! Follows the rule that nothing printable holds a token (design section 5, invariant 8).

use std::borrow::Cow;
use std::fmt;

use crate::redact::printable;

/// Text from the input, kept as it was received; Debug and Display escape, cut and redact it.
///
/// A server may put anything into a challenge or a diagnostic, the token it refuses included.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'h>(Cow<'h, str>);

impl<'h> Text<'h> {
    /// Returns the text as it was received. It is not safe to print.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Detaches the text from the input.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }

    /// Takes the text out, as it was received. It is not safe to print.
    #[must_use]
    pub fn into_inner(self) -> Cow<'h, str> {
        self.0
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", printable(&self.0))
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

impl<'h> From<&'h str> for Text<'h> {
    fn from(text: &'h str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl<'h> From<Cow<'h, str>> for Text<'h> {
    fn from(text: Cow<'h, str>) -> Self {
        Self(text)
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_token_printed_redacted() {
        let text = Text::from("refused eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.");
        assert!(!format!("{text} {text:?}").contains("eyJ"), "{text}");
        assert!(text.as_str().contains("eyJ"));
    }

    #[test]
    fn text_with_controls_printed_escaped() {
        assert_eq!(Text::from("a\r\nb").to_string(), "a\\r\\nb");
    }
}
