//! Principals: `name[/host][@realm]`, with one reading or none.
//!
//! Follows the grammar that the STS itself words in AADSTS90022, and ruling 7. Exchange cuts the same string at the
//! last `@` in one place and at the first in another; so a second separator is an error here, never a guess.

use std::fmt;

use crate::signature::find_separators;

/// A principal, borrowed from a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal<'t> {
    /// The application id, or another name; never empty.
    pub name: &'t str,
    /// The host, with a port where it is not the scheme's default; never empty.
    pub host: Option<&'t str>,
    /// The realm: a tenant id, a domain, or `*`; never empty.
    pub realm: Option<&'t str>,
}

impl<'t> Principal<'t> {
    /// Reads a principal.
    ///
    /// # Errors
    /// What makes the text ambiguous or malformed.
    pub fn parse(text: &'t str) -> Result<Self, PrincipalError> {
        Self::parse_plain(text).map_or_else(|| Self::parse_any(text), Ok)
    }

    /// Reads what most principals look like. Whatever else there is, is left to `parse_any`.
    fn parse_plain(text: &'t str) -> Option<Self> {
        let mut separators = separators(text.as_bytes())?;
        let (mut slash, mut at) = (None, None);
        while separators != 0 {
            let index = usize::try_from(separators.trailing_zeros()).ok()?;
            match text.as_bytes().get(index)? {
                b'@' if at.is_none() => at = Some(index),
                b'/' if slash.is_none() && at.is_none() => slash = Some(index),
                b':' if slash.is_some() && at.is_none() => {}
                _ => return None,
            }
            separators &= separators.wrapping_sub(1);
        }
        let (before, realm) = match at {
            Some(at) => (text.get(..at)?, Some(text.get(at.checked_add(1)?..)?)),
            None => (text, None),
        };
        let (name, host) = match slash {
            Some(slash) => (before.get(..slash)?, Some(before.get(slash.checked_add(1)?..)?)),
            None => (before, None),
        };
        let whole = !name.is_empty() && host != Some("") && realm != Some("");
        whole.then_some(Self { name, host, realm })
    }

    fn parse_any(text: &'t str) -> Result<Self, PrincipalError> {
        if let Some(at) = text.bytes().position(|b| !b.is_ascii_graphic()) {
            return Err(match text.as_bytes().get(at) {
                Some(b) if b.is_ascii() => PrincipalError::WhiteSpace { at },
                _ => PrincipalError::NotAscii { at },
            });
        }
        let (before, realm) = match text.split_once('@') {
            Some((_, realm)) if realm.contains('@') => return Err(PrincipalError::SeveralAt),
            Some((before, realm)) => (before, Some(realm)),
            None => (text, None),
        };
        let (name, host) = match before.split_once('/') {
            Some((_, host)) if host.contains('/') => return Err(PrincipalError::SeveralSlash),
            Some((name, host)) => (name, Some(host)),
            None => (before, None),
        };
        if realm.is_some_and(|realm| realm.contains('/')) {
            return Err(PrincipalError::SlashInRealm);
        }
        if name.is_empty() || host == Some("") || realm == Some("") {
            return Err(PrincipalError::EmptyPart);
        }
        // A port, and the brackets of an IPv6 address.
        let in_host = |b: u8| is_plain(b) || matches!(b, b':' | b'[' | b']');
        let foreign = |part: &str, allowed: &dyn Fn(u8) -> bool| part.bytes().find(|b| !allowed(*b));
        let wrong = foreign(name, &is_plain)
            .or_else(|| host.and_then(|host| foreign(host, &in_host)))
            .or_else(|| realm.filter(|realm| *realm != "*").and_then(|realm| foreign(realm, &is_plain)));
        match wrong {
            Some(byte) => Err(PrincipalError::Separator { byte }),
            None => Ok(Self { name, host, realm }),
        }
    }

    /// Returns whether two principals name the same application in the same realm, whatever the host.
    #[must_use]
    pub fn same_party(&self, other: &Principal<'_>) -> bool {
        self.name == other.name && self.realm == other.realm
    }

    /// Returns whether a realm is there and is the wildcard.
    #[must_use]
    pub fn has_wildcard_realm(&self) -> bool {
        self.realm == Some("*")
    }
}

/// What names, hosts and realms are made of.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// Finds what stands between names, hosts and realms: a bit for each byte, the lowest for the first.
///
/// Returns nothing if there is anything else in the text than those and what they are made of, or more than 128 bytes.
#[inline]
fn separators(text: &[u8]) -> Option<u128> {
    find_separators(text).or_else(|| plain_separators(text))
}

/// As `find_separators`, on any processor.
fn plain_separators(text: &[u8]) -> Option<u128> {
    if text.len() > 128 || !is_plain_or_separates(text) {
        return None;
    }
    let bits = text.chunks(8).rev().fold(0, |bits, chunk| bits << 8 | u128::from(separators_of_eight(chunk)));
    Some(bits)
}

/// Whether there is nothing in a text but what names, hosts and realms are made of, and what stands between them.
fn is_plain_or_separates(text: &[u8]) -> bool {
    // `-./0` to `9:`, `@A` to `Z`. Without branches, so that sixteen bytes are compared at once.
    let odd = |byte: &u8| {
        !(matches!(byte, b'-'..=b':')
            | matches!(byte, b'@'..=b'Z')
            | byte.is_ascii_lowercase()
            | (*byte == b'_'))
    };
    let none = |chunk: &[u8; 16]| chunk.iter().fold(0_u8, |found, byte| found | u8::from(odd(byte))) == 0;
    match text.last_chunk() {
        // The last chunk reaches back into the others.
        Some(last) => text.as_chunks().0.iter().all(none) && none(last),
        None => !text.iter().any(odd),
    }
}

/// Finds the separators among eight characters of ASCII or fewer.
#[inline]
fn separators_of_eight(chunk: &[u8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    let word = match chunk.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    // Where the byte is the one that is sought, nothing is taken from the top bit.
    let is = |byte: u8| TOPS.wrapping_sub(word ^ ONES.wrapping_mul(u64::from(byte)));
    let tops = (is(b'@') | is(b'/') | is(b':')) & TOPS;
    // The multiplication gathers the top bits of eight bytes in the highest one.
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl fmt::Display for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if let Some(host) = self.host {
            write!(f, "/{host}")?;
        }
        if let Some(realm) = self.realm {
            write!(f, "@{realm}")?;
        }
        Ok(())
    }
}

/// Why a text is not a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrincipalError {
    /// A character outside ASCII: a look-alike at best.
    NotAscii {
        /// The offset in the text.
        at: usize,
    },
    /// White space or a control character.
    WhiteSpace {
        /// The offset in the text.
        at: usize,
    },
    /// More than one `@`: receivers cut at different ones.
    SeveralAt,
    /// More than one `/` before the realm.
    SeveralSlash,
    /// A `/` after the `@`.
    SlashInRealm,
    /// An empty name, host or realm.
    EmptyPart,
    /// A character that separates something in URLs or lists.
    Separator {
        /// The character.
        byte: u8,
    },
}

impl fmt::Display for PrincipalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAscii { at } => write!(f, "a character outside ASCII at offset {at}"),
            Self::WhiteSpace { at } => write!(f, "white space at offset {at}"),
            Self::SeveralAt => f.write_str("several \"@\": an ambiguous principal"),
            Self::SeveralSlash => f.write_str("several \"/\": an ambiguous principal"),
            Self::SlashInRealm => f.write_str("a \"/\" in the realm: an ambiguous principal"),
            Self::EmptyPart => f.write_str("an empty name, host or realm"),
            Self::Separator { byte } => write!(f, "the character \"{}\"", byte.escape_ascii()),
        }
    }
}

impl std::error::Error for PrincipalError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_all_forms() {
        let parse = |text| Principal::parse(text).map(|p| (p.name, p.host, p.realm));
        assert_eq!(parse("a"), Ok(("a", None, None)));
        assert_eq!(parse("a@r"), Ok(("a", None, Some("r"))));
        assert_eq!(parse("a/h"), Ok(("a", Some("h"), None)));
        assert_eq!(parse("a/mail.contoso.com:444@r"), Ok(("a", Some("mail.contoso.com:444"), Some("r"))));
        assert_eq!(parse("a/[::1]@r"), Ok(("a", Some("[::1]"), Some("r"))));
        assert_eq!(parse("a@*"), Ok(("a", None, Some("*"))));
    }

    proptest::proptest! {
        #[test]
        fn parse_plain_says_what_parse_any_says(
            text in "[a-c/@:.*\\[ \u{e9}-]{0,9}|([0-9a-zA-Z_.-]{0,20}[/@:*]?){0,4}"
        ) {
            if let Some(plain) = Principal::parse_plain(&text) {
                proptest::prop_assert_eq!(Principal::parse_any(&text), Ok(plain));
            }
        }

        #[test]
        fn parse_url_never_a_principal(rest in "[ -~\u{e9}]{0,20}") {
            let url = format!("https://{rest}");
            proptest::prop_assert!(Principal::parse(&url).is_err());
        }
    }

    #[test]
    fn separators_every_byte_at_every_place_of_every_length() {
        for len in 0..=130 {
            for at in (0..len).filter(|at| len < 20 || at % 16 == 15 || at + 1 == len) {
                for byte in 0..=0xff {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    let separates = matches!(byte, b'@' | b'/' | b':');
                    let expected = (len <= 128 && (separates || is_plain(byte)))
                        .then(|| if separates { 1_u128 << at } else { 0 });
                    assert_eq!(plain_separators(&text), expected, "{byte} at {at} of {len}");
                    assert_eq!(separators(&text), expected, "{byte} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    fn parse_more_than_one_reading_refused() {
        use PrincipalError::*;
        let cases = [
            ("a@b@c", SeveralAt),
            ("a/b/c@d", SeveralSlash),
            ("a@b/c", SlashInRealm),
            ("", EmptyPart),
            ("@r", EmptyPart),
            ("a@", EmptyPart),
            ("a/@r", EmptyPart),
            ("/h@r", EmptyPart),
            ("a b@r", WhiteSpace { at: 1 }),
            ("a@r\n", WhiteSpace { at: 3 }),
            ("\u{430}@r", NotAscii { at: 0 }),
            ("a%40b@r", Separator { byte: b'%' }),
            ("a@r*", Separator { byte: b'*' }),
            ("a@r,b", Separator { byte: b',' }),
            ("a:b@r", Separator { byte: b':' }),
        ];
        for (text, error) in cases {
            assert_eq!(Principal::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn display_gives_the_text_back() {
        for text in ["a", "a@r", "a/h", "a/h:1@r"] {
            assert_eq!(Principal::parse(text).unwrap().to_string(), text);
        }
    }
}
