//! Subject key identifiers: what a SAML assertion names its key by, and an encrypted key its recipient.
//!
//! Follows RFC 5280 section 4.2.1.2 and the WS-Security X.509 token profile 1.1 section 3.2.1.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Bytes of the longest identifier that is taken. 64: SHA-512; real ones are SHA-1 and have 20.
const MAX_LEN: usize = 64;

/// The identifier of a certificate's key, compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ski(Box<[u8]>);

impl Ski {
    /// Takes the bytes of an identifier; nothing where there are none, or more than 64.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=MAX_LEN).contains(&bytes.len()).then(|| Self(bytes.into()))
    }

    /// Computes the identifier of a key whose certificate has none, by method 1 of RFC 5280 section 4.2.1.2.
    ///
    /// Takes the contents of the BIT STRING of the SubjectPublicKeyInfo.
    #[must_use]
    pub fn of_public_key(bit_string: &[u8]) -> Self {
        Self(digest(&SHA1_FOR_LEGACY_USE_ONLY, bit_string).as_ref().into())
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the identifier in upper case hexadecimal, as certificate viewers show it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

/// In base64, as messages spell it.
impl fmt::Display for Ski {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for Ski {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ski({self})")
    }
}
