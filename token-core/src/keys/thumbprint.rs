//! Certificate thumbprints: computed from certificates, read from headers and key documents, compared as
//! bytes.
//!
//! Follows RFC 7515 sections 4.1.7 (`x5t`, SHA-1) and 4.1.8 (`x5t#S256`): base64url without padding of the
//! digest of the DER certificate.

use std::fmt;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest;

use crate::jose::base64url;

/// Bytes of the longest thing that is decoded: the hex text of a SHA-256 digest, a known mistake.
const MAX_DECODED: usize = 64;

/// Characters of base64 for so many bytes, with padding.
const MAX_TEXT: usize = MAX_DECODED.div_ceil(3) * 4;

/// Reads base64 with or without padding, but without loose bits.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL_ALPHABET: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const STANDARD_ALPHABET: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

macro_rules! thumbprint {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $algorithm:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Computes the thumbprint of a DER certificate.
            #[must_use]
            pub fn of_certificate(der: &[u8]) -> Self {
                let mut bytes = [0; $bytes];
                // Both have the length of the digest.
                for (to, from) in bytes.iter_mut().zip(digest::digest($algorithm, der).as_ref()) {
                    *to = *from;
                }
                Self(bytes)
            }

            /// Reads a thumbprint as base64url without padding, and says so if it was spelled otherwise.
            ///
            /// Padding and the standard alphabet are read, because some producers write them; loose bits,
            /// white space and mixed alphabets are not.
            ///
            /// # Errors
            /// [`ThumbprintError`], which knows the usual mistakes.
            pub fn parse(text: &str) -> Result<(Self, Spelling), ThumbprintError> {
                decode(text).map(|(bytes, spelling)| (Self(bytes), spelling))
            }

            /// Makes a thumbprint of its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Returns the digest.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        /// As base64url without padding, the canonical spelling.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

thumbprint! {
    /// The SHA-1 thumbprint of a certificate, 20 bytes. A name, not a proof: nothing rests on its strength.
    X5t, 20, &digest::SHA1_FOR_LEGACY_USE_ONLY
}

thumbprint! {
    /// The SHA-256 thumbprint of a certificate, 32 bytes.
    X5tS256, 32, &digest::SHA256
}

/// How a thumbprint was spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// Base64url without padding, as RFC 7515 section 2 has it.
    Canonical,
    /// Base64url with `=` behind it.
    Padded,
    /// Base64 with `+` or `/`, padded or not.
    StandardAlphabet,
}

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canonical => "base64url without padding",
            Self::Padded => "base64url with padding",
            Self::StandardAlphabet => "base64 in the standard alphabet",
        })
    }
}

/// Why a text is not a thumbprint. Holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThumbprintError {
    /// The text is empty.
    Empty,
    /// The text is hexadecimal, perhaps with separators.
    Hex {
        /// How many hex digits.
        digits: usize,
    },
    /// The text is base64, but of the hexadecimal text instead of the bytes.
    Base64OfHex {
        /// How many hex digits.
        digits: usize,
    },
    /// A character does not belong to base64, or to its other alphabet.
    NotBase64 {
        /// Which byte of the text, from 0.
        at: usize,
    },
    /// The last character has bits that belong to no byte, or a character is missing.
    LooseBits,
    /// The digest has another length.
    WrongLength {
        /// Bytes of such a thumbprint.
        expected: usize,
        /// Bytes that the text decodes to; nothing if it is longer than anything that is decoded.
        found: Option<usize>,
    },
}

impl fmt::Display for ThumbprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty text"),
            Self::Hex { digits } => {
                write!(f, "{digits} hex digits: this is the thumbprint as PowerShell prints it")
            }
            Self::Base64OfHex { digits } => write!(f, "base64 of {digits} bytes: base64 of the hex text"),
            Self::NotBase64 { at } => write!(f, "a character that is not base64url, at byte {at}"),
            Self::LooseBits => f.write_str("base64url that ends amid a byte"),
            Self::WrongLength { expected, found: Some(found @ 20) } => {
                write!(f, "{found} bytes instead of {expected}: the length of an x5t")
            }
            Self::WrongLength { expected, found: Some(found @ 32) } => {
                write!(f, "{found} bytes instead of {expected}: the length of an x5t#S256")
            }
            Self::WrongLength { expected, found: Some(found) } => {
                write!(f, "{found} bytes instead of {expected}")
            }
            Self::WrongLength { expected, found: None } => {
                write!(f, "a text far longer than base64url of {expected} bytes")
            }
        }
    }
}

impl std::error::Error for ThumbprintError {}

fn decode<const N: usize>(text: &str) -> Result<([u8; N], Spelling), ThumbprintError> {
    if text.is_empty() {
        return Err(ThumbprintError::Empty);
    }
    if let Some(digits) = hex_digits(text) {
        return Err(ThumbprintError::Hex { digits });
    }
    let mut bytes = [0; N];
    if base64url::decode(text.as_bytes(), &mut bytes) == Some(N) {
        return Ok((bytes, Spelling::Canonical));
    }
    if text.len() > MAX_TEXT {
        return Err(ThumbprintError::WrongLength { expected: N, found: None });
    }
    let has = |wanted: [u8; 2]| text.bytes().any(|byte| wanted.contains(&byte));
    let (engine, spelling) = if has([b'+', b'/']) {
        (STANDARD_ALPHABET, Spelling::StandardAlphabet)
    } else if text.ends_with('=') {
        (URL_ALPHABET, Spelling::Padded)
    } else {
        (URL_ALPHABET, Spelling::Canonical)
    };
    // The decoder wants room for whole groups of four characters.
    let mut buffer = [0; MAX_DECODED + 2];
    let length = engine.decode_slice(text, &mut buffer).map_err(|error| match error {
        base64::DecodeSliceError::DecodeError(base64::DecodeError::InvalidByte(at, _)) => {
            ThumbprintError::NotBase64 { at }
        }
        _ => ThumbprintError::LooseBits,
    })?;
    let bytes = buffer.get(..length).unwrap_or_default();
    if let Ok(bytes) = <[u8; N]>::try_from(bytes) {
        return Ok((bytes, spelling));
    }
    Err(match std::str::from_utf8(bytes).ok().and_then(hex_digits) {
        Some(digits) => ThumbprintError::Base64OfHex { digits },
        None => ThumbprintError::WrongLength { expected: N, found: Some(length) },
    })
}

/// Counts the digits of a SHA-1 or SHA-256 digest in hexadecimal, which tools write with colons, blanks or
/// neither.
fn hex_digits(text: &str) -> Option<usize> {
    let mut digits: usize = 0;
    for byte in text.bytes() {
        match byte {
            b':' | b' ' | b'-' => {}
            _ if byte.is_ascii_hexdigit() => digits = digits.saturating_add(1),
            _ => return None,
        }
    }
    matches!(digits, 40 | 64).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testdata::{A_CERT, openssl_says};

    const TEXT: &str = "JBZV2IQJLyZw0kcp_HOcBFTySwE";

    #[test]
    fn thumbprints_of_certificate_same_as_openssl() {
        assert_eq!(X5t::of_certificate(A_CERT).to_string(), openssl_says("a.x5t"));
        assert_eq!(X5tS256::of_certificate(A_CERT).to_string(), openssl_says("a.x5t#S256"));
    }

    #[test]
    fn x5t_spellings_are_one_thumbprint_and_told_apart() {
        let (canonical, spelling) = X5t::parse(TEXT).unwrap();
        assert_eq!(spelling, Spelling::Canonical);
        assert_eq!(canonical.to_string(), TEXT);
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp_HOcBFTySwE="), Ok((canonical, Spelling::Padded)));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp/HOcBFTySwE="), Ok((canonical, Spelling::StandardAlphabet)));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp/HOcBFTySwE"), Ok((canonical, Spelling::StandardAlphabet)));
    }

    #[test]
    fn x5t_s256_parsed_back() {
        let thumbprint = X5tS256::from_bytes([0xfb; 32]);
        assert_eq!(X5tS256::parse(&thumbprint.to_string()), Ok((thumbprint, Spelling::Canonical)));
    }

    #[test]
    fn x5t_usual_mistakes_named() {
        let hex = "241655D884092F2670D24729FC739C0454F24B01";
        let with_colons = "24:16:55:D8:84:09:2F:26:70:D2:47:29:FC:73:9C:04:54:F2:4B:01";
        let of_hex = BASE64_URL_SAFE_NO_PAD.encode(hex);
        assert_eq!(X5t::parse(hex), Err(ThumbprintError::Hex { digits: 40 }));
        assert_eq!(X5t::parse(with_colons), Err(ThumbprintError::Hex { digits: 40 }));
        assert_eq!(X5t::parse(&of_hex), Err(ThumbprintError::Base64OfHex { digits: 40 }));
        assert_eq!(X5tS256::parse(&"ab".repeat(32)), Err(ThumbprintError::Hex { digits: 64 }));
        assert_eq!(
            X5tS256::parse(&BASE64_URL_SAFE_NO_PAD.encode("ab".repeat(32))),
            Err(ThumbprintError::Base64OfHex { digits: 64 })
        );
        let message = X5t::parse(hex).unwrap_err().to_string();
        assert_eq!(message, "40 hex digits: this is the thumbprint as PowerShell prints it");
        assert_eq!(
            X5t::parse(&of_hex).unwrap_err().to_string(),
            "base64 of 40 bytes: base64 of the hex text"
        );
    }

    #[test]
    fn x5t_other_texts_refused() {
        assert_eq!(X5t::parse(""), Err(ThumbprintError::Empty));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp_HOcBFTySwF"), Err(ThumbprintError::LooseBits));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp_HOcBFTyS"), Err(ThumbprintError::LooseBits));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp_HOcBFTySwE "), Err(ThumbprintError::NotBase64 { at: 27 }));
        assert_eq!(X5t::parse("JBZV2IQJLyZw0kcp_HOcBF+ySwE"), Err(ThumbprintError::NotBase64 { at: 16 }));
        assert_eq!(X5t::parse("JBZV"), Err(ThumbprintError::WrongLength { expected: 20, found: Some(3) }));
        assert_eq!(
            X5t::parse(&"A".repeat(1000)),
            Err(ThumbprintError::WrongLength { expected: 20, found: None })
        );
        assert!(X5t::parse("===").is_err() && X5t::parse("=").is_err() && X5t::parse("ü").is_err());
    }

    #[test]
    fn thumbprint_of_the_other_kind_named() {
        let s256 = X5tS256::of_certificate(A_CERT).to_string();
        let message = X5t::parse(&s256).unwrap_err().to_string();
        assert_eq!(message, "32 bytes instead of 20: the length of an x5t#S256");
        let x5t = X5t::of_certificate(A_CERT).to_string();
        assert_eq!(
            X5tS256::parse(&x5t).unwrap_err().to_string(),
            "20 bytes instead of 32: the length of an x5t"
        );
    }

    #[test]
    fn debug_shows_the_canonical_text() {
        assert_eq!(format!("{:?}", X5t::parse(TEXT).unwrap().0), format!("X5t({TEXT})"));
    }
}
