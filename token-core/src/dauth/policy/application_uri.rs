//! Application URIs: how an organisation is named as the audience of assertions.
//!
//! Follows SAML 1.1 core section 2.3.2.1.3 and ruling 16: compared letter by letter, after removing one leading `http://`.

use std::fmt;

/// What gateways put before an application URI that is not an absolute one.
const SCHEME: &str = "http://";

/// The name of an organisation: `FYDIBOHF25SPDLT.contoso.com`, or `outlook.com` for Exchange Online.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApplicationUri {
    /// Without the leading scheme.
    name: String,
}

impl ApplicationUri {
    /// Reads an application URI, with or without a leading `http://`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ApplicationUriError> {
        let name = bare(text);
        if name.is_empty() {
            return Err(ApplicationUriError::Empty);
        }
        if name.contains('*') {
            return Err(ApplicationUriError::Wildcard);
        }
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApplicationUriError::Character);
        }
        if name.starts_with(SCHEME) {
            return Err(ApplicationUriError::SchemeTwice);
        }
        Ok(Self { name: name.to_owned() })
    }

    /// Returns the application URI without a leading `http://`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Returns whether a text is this application URI: letter by letter after removing one leading `http://`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        bare(text) == self.name
    }

    /// Says how a text compares with this application URI.
    #[must_use]
    pub fn compare(&self, text: &str) -> UriMatch {
        if self.matches(text) {
            return UriMatch::Same;
        }
        let own = self.name.to_ascii_lowercase();
        let seen = text.to_ascii_lowercase();
        let seen = bare(&seen);
        match seen.strip_prefix(&*own) {
            Some("") => UriMatch::LetterCase,
            Some("/") => UriMatch::TrailingSlash,
            Some(_) => UriMatch::Longer,
            None => UriMatch::Other,
        }
    }
}

/// The text without one leading `http://`.
fn bare(text: &str) -> &str {
    text.strip_prefix(SCHEME).unwrap_or(text)
}

impl fmt::Display for ApplicationUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for ApplicationUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.name, f)
    }
}

/// How a text compares with an application URI. All but the first are refused; the others say how near it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UriMatch {
    /// It is the application URI.
    Same,
    /// It differs in letter case alone.
    LetterCase,
    /// A slash stands behind it.
    TrailingSlash,
    /// It only begins like it: the name of somebody else.
    Longer,
    /// It has nothing to do with it.
    Other,
}

impl UriMatch {
    /// Says the difference, as what follows the text that was seen; empty where there is nothing to say.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Same | Self::Other => "",
            Self::LetterCase => ", which differs in letter case alone",
            Self::TrailingSlash => ", which has a slash behind it",
            Self::Longer => ", which only begins like it",
        }
    }
}

/// Why a text is not an application URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplicationUriError {
    /// Nothing is there, or nothing behind the scheme.
    Empty,
    /// It has a wildcard: application URIs are compared as a whole.
    Wildcard,
    /// It has white space, a control character or a character outside ASCII.
    Character,
    /// It begins with `http://` twice.
    SchemeTwice,
}

impl fmt::Display for ApplicationUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an application URI like FYDIBOHF25SPDLT.contoso.com, found ")?;
        f.write_str(match self {
            Self::Empty => "nothing",
            Self::Wildcard => "a wildcard",
            Self::Character => "white space or a character outside printable ASCII",
            Self::SchemeTwice => "http:// twice",
        })
    }
}

impl std::error::Error for ApplicationUriError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_with_and_without_one_scheme_on_either_side() {
        for own in ["FYDIBOHF25SPDLT.contoso.com", "http://FYDIBOHF25SPDLT.contoso.com"] {
            let own = ApplicationUri::parse(own).unwrap();
            assert!(own.matches("FYDIBOHF25SPDLT.contoso.com"));
            assert!(own.matches("http://FYDIBOHF25SPDLT.contoso.com"));
            assert_eq!(own.to_string(), "FYDIBOHF25SPDLT.contoso.com");
        }
    }

    #[test]
    fn compare_near_misses_refused_and_told_apart() {
        let own = ApplicationUri::parse("FYDIBOHF25SPDLT.contoso.com").unwrap();
        let cases = [
            ("FYDIBOHF25SPDLT.contoso.com", UriMatch::Same),
            ("fydibohf25spdlt.contoso.com", UriMatch::LetterCase),
            ("HTTP://FYDIBOHF25SPDLT.contoso.com", UriMatch::LetterCase),
            ("http://FYDIBOHF25SPDLT.contoso.com/", UriMatch::TrailingSlash),
            ("http://FYDIBOHF25SPDLT.contoso.com.evil.test", UriMatch::Longer),
            ("FYDIBOHF25SPDLT.contoso.com.", UriMatch::Longer),
            ("FYDIBOHF25SPDLT.contoso.com//", UriMatch::Longer),
            ("FYDIBOHF25SPDLT.contoso.com\0", UriMatch::Longer),
            ("http://http://FYDIBOHF25SPDLT.contoso.com", UriMatch::Other),
            ("https://FYDIBOHF25SPDLT.contoso.com", UriMatch::Other),
            (" FYDIBOHF25SPDLT.contoso.com", UriMatch::Other),
            ("contoso.com", UriMatch::Other),
            ("FYDIBOHF25SPDLT.contoso.co", UriMatch::Other),
            ("", UriMatch::Other),
        ];
        for (text, expected) in cases {
            assert_eq!(own.compare(text), expected, "{text:?}");
            assert_eq!(own.matches(text), expected == UriMatch::Same, "{text:?}");
            assert_eq!(expected.hint().is_empty(), matches!(expected, UriMatch::Same | UriMatch::Other));
        }
    }

    #[test]
    fn parse_each_defect_named() {
        let cases = [
            ("", ApplicationUriError::Empty),
            ("http://", ApplicationUriError::Empty),
            ("*.contoso.com", ApplicationUriError::Wildcard),
            ("outlook.com ", ApplicationUriError::Character),
            ("m\u{fc}ller.test", ApplicationUriError::Character),
            ("http://http://outlook.com", ApplicationUriError::SchemeTwice),
        ];
        for (text, error) in cases {
            assert_eq!(ApplicationUri::parse(text), Err(error), "{text}");
        }
        assert!(ApplicationUri::parse("urn:fabrikam:exchange").is_ok());
    }
}
