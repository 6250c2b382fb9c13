//! The receiver's own private keys: the current certificate's, the previous one's, the next one's.
//!
//! Follows RFC 5958 (PKCS #8), RFC 8017 appendix A.1.2 (PKCS #1) and RFC 5280 section 4.2.1.2. Which key a token is for
//! its sender says, by subject key identifier; no other key is tried.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use zeroize::Zeroizing;

use crate::budget::Budget;
use crate::dauth::encrypted::EncryptedToken;
use crate::keys::{CertificateDefect, Ski, parse_certificate};
use crate::signature::{KeyDefect, RsaPublicKey};

/// Keys that are held at most. An organisation has three at a time: current, previous and next; 16 are for a tool that
/// is given those of several.
const MAX_KEYS: usize = 16;

/// Bytes of the longest private key that is taken. 16 KiB: PKCS #8 of the longest modulus, 8192 bits, has 4.7 KiB.
const MAX_PRIVATE_KEY: usize = 16 * 1024;

/// Private keys that tokens may be encrypted for, each under its certificate's subject key identifier.
///
/// AWS-LC holds them and overwrites them when they go. Nothing returns or prints them.
#[derive(Default)]
pub struct OwnKeys(Vec<OwnKey>);

impl OwnKeys {
    /// Makes a set without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a private RSA key, and returns the identifier under which tokens name it.
    ///
    /// Takes DER: PKCS #8 or PKCS #1, not encrypted; and the certificate, whose subject key identifier it has. Without a
    /// certificate, or where that has none, the identifier is computed by method 1 of RFC 5280 section 4.2.1.2, which is
    /// what Windows writes into certificates. The certificate's validity does not matter here. A key that is there
    /// already is not added again.
    ///
    /// # Errors
    /// The first [`OwnKeyError`]; the set is then as before.
    pub fn add(&mut self, private_key: &[u8], certificate: Option<&[u8]>) -> Result<Ski, OwnKeyError> {
        let key = parse(private_key)?;
        let (public, computed) = public_half(&key)?;
        let ski = match certificate {
            None => computed,
            Some(der) => {
                let (facts, certified) =
                    parse_certificate(der, &Budget::DEFAULT).map_err(OwnKeyError::Certificate)?;
                // A key that no certificate can have is not the one of this certificate either.
                if certified.ok().as_ref() != Some(&public) {
                    return Err(OwnKeyError::ForeignCertificate);
                }
                match facts.subject_key_id {
                    None => computed,
                    Some(id) => Ski::from_bytes(&id).ok_or(OwnKeyError::Identifier)?,
                }
            }
        };
        match self.find(&ski) {
            Some(known) if known.public == public => return Ok(ski),
            Some(_) => return Err(OwnKeyError::SameIdentifier(ski)),
            None if self.0.len() >= MAX_KEYS => return Err(OwnKeyError::TooMany { max: MAX_KEYS }),
            None => {}
        }
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| OwnKeyError::NotRsa)?;
        self.0.push(OwnKey { ski: ski.clone(), public, key });
        Ok(ski)
    }

    /// Returns the key of an identifier.
    #[must_use]
    pub fn find(&self, ski: &Ski) -> Option<&OwnKey> {
        self.0.iter().find(|key| key.ski == *ski)
    }

    /// Opens a token for people to look at: what its sender encrypted, and nothing of it verified.
    ///
    /// Returns nothing where the key is not at hand, or the token does not open. That is an answer to everybody who can
    /// have tokens opened here, and so a decryption oracle: only for tools that inspect what was captured, never for a
    /// server. [`DauthValidator`](crate::dauth::DauthValidator) opens tokens by itself.
    #[must_use]
    pub fn open_for_inspection(&self, token: &EncryptedToken) -> Option<Zeroizing<Vec<u8>>> {
        super::open_for_inspection(token.sealed()?, self.find(token.recipient()?)?)
    }

    /// Returns the keys in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &OwnKey> {
        self.0.iter()
    }

    /// Returns how many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shows the identifiers alone.
impl fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// One private key, prepared for decryption.
pub struct OwnKey {
    ski: Ski,
    public: RsaPublicKey,
    key: OaepPrivateDecryptingKey,
}

impl OwnKey {
    /// Returns the identifier under which tokens name it.
    #[must_use]
    pub const fn ski(&self) -> &Ski {
        &self.ski
    }

    /// Returns the public half.
    #[must_use]
    pub const fn public_key(&self) -> &RsaPublicKey {
        &self.public
    }

    pub(super) const fn oaep(&self) -> &OaepPrivateDecryptingKey {
        &self.key
    }
}

/// Shows the identifier alone.
impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnKey({})", self.ski)
    }
}

/// Why a private key is not taken. Holds nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnKeyError {
    /// The bytes are longer than any key.
    TooLarge {
        /// Bytes that it may have.
        max: usize,
    },
    /// The bytes are neither PKCS #8 nor PKCS #1, or the numbers in them do not belong together.
    Malformed,
    /// The key is not for RSA.
    NotRsa,
    /// The modulus has less than 2048 bits.
    TooShort,
    /// The modulus has more than 8192 bits.
    TooLong,
    /// The public half is not sound.
    Unsound(KeyDefect),
    /// The certificate cannot be read.
    Certificate(CertificateDefect),
    /// The certificate is of another key.
    ForeignCertificate,
    /// The certificate's subject key identifier is empty, or has more than 64 bytes.
    Identifier,
    /// Another key has the same subject key identifier.
    SameIdentifier(Ski),
    /// There are as many keys as there may be.
    TooMany {
        /// Keys that there may be.
        max: usize,
    },
}

impl fmt::Display for OwnKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { max } => write!(f, "expected a private key of at most {max} bytes, found more"),
            Self::Malformed => f.write_str(
                "expected a private RSA key in PKCS #8 or PKCS #1, not encrypted, found other bytes",
            ),
            Self::NotRsa => f.write_str("expected a private RSA key, found one for another algorithm"),
            Self::TooShort => {
                f.write_str("expected a private key of at least 2048 bits, found a shorter one")
            }
            Self::TooLong => f.write_str("expected a private key of at most 8192 bits, found a longer one"),
            Self::Unsound(defect) => write!(f, "expected a sound RSA key, found {defect}"),
            Self::Certificate(defect) => {
                write!(f, "expected the certificate of the private key, found {defect}")
            }
            Self::ForeignCertificate => {
                f.write_str("expected the certificate of the private key, found one of another key")
            }
            Self::Identifier => f.write_str(
                "expected a subject key identifier of 1 to 64 bytes in the certificate, found another",
            ),
            Self::SameIdentifier(ski) => {
                write!(f, "expected one private key for the identifier {ski}, found another one")
            }
            Self::TooMany { max } => write!(f, "expected at most {max} private keys, found more"),
        }
    }
}

impl std::error::Error for OwnKeyError {}

fn parse(der: &[u8]) -> Result<PrivateDecryptingKey, OwnKeyError> {
    if der.len() > MAX_PRIVATE_KEY {
        return Err(OwnKeyError::TooLarge { max: MAX_PRIVATE_KEY });
    }
    match PrivateDecryptingKey::from_pkcs8(der) {
        // What is no PKCS #8 at all may be PKCS #1.
        Err(rejected) if defect(rejected) == OwnKeyError::Malformed => {
            let wrapped = pkcs8_of(der).ok_or(OwnKeyError::Malformed)?;
            PrivateDecryptingKey::from_pkcs8(&wrapped).map_err(defect)
        }
        parsed => parsed.map_err(defect),
    }
}

fn defect(rejected: KeyRejected) -> OwnKeyError {
    match rejected.description_() {
        "TooSmall" => OwnKeyError::TooShort,
        "TooLarge" => OwnKeyError::TooLong,
        "WrongAlgorithm" => OwnKeyError::NotRsa,
        _ => OwnKeyError::Malformed,
    }
}

/// Wraps an RSAPrivateKey of PKCS #1 as PKCS #8, which is all that AWS-LC reads.
fn pkcs8_of(pkcs1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Version 0, and the AlgorithmIdentifier of rsaEncryption with NULL for its parameters.
    const VERSION_AND_ALGORITHM: [u8; 18] =
        [2, 1, 0, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    // Lengths of two bytes hold for everything that MAX_PRIVATE_KEY lets through; DER wants the shortest length.
    let inner = pkcs1.len();
    let outer = VERSION_AND_ALGORITHM.len().checked_add(4)?.checked_add(inner)?;
    if inner < 256 {
        return None;
    }
    let mut der = Zeroizing::new(Vec::with_capacity(outer.checked_add(4)?));
    der.extend_from_slice(&[0x30, 0x82]);
    der.extend_from_slice(&u16::try_from(outer).ok()?.to_be_bytes());
    der.extend_from_slice(&VERSION_AND_ALGORITHM);
    der.extend_from_slice(&[0x04, 0x82]);
    der.extend_from_slice(&u16::try_from(inner).ok()?.to_be_bytes());
    der.extend_from_slice(pkcs1);
    Some(der)
}

/// Returns the public half, and the identifier computed of it.
fn public_half(key: &PrivateDecryptingKey) -> Result<(RsaPublicKey, Ski), OwnKeyError> {
    let spki: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| OwnKeyError::Malformed)?;
    let public = RsaPublicKey::from_spki_der(spki.as_ref()).map_err(OwnKeyError::Unsound)?;
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki.as_ref()).map_err(|_| OwnKeyError::Malformed)?;
    Ok((public, Ski::of_public_key(&spki.subject_public_key.data)))
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

    use super::*;
    use crate::keys::testdata::{A_CERT, A_PRIVATE, B_CERT, openssl_says};

    /// The PKCS #1 inside the PKCS #8 of the test key, which has no attributes behind it.
    fn pkcs1() -> &'static [u8] {
        &A_PRIVATE[26..]
    }

    #[test]
    fn key_with_and_without_certificate_found_under_the_same_identifier() {
        let mut keys = OwnKeys::new();
        let ski = keys.add(A_PRIVATE, Some(A_CERT)).unwrap();
        assert_eq!(ski.to_hex(), openssl_says("a.ski"));
        assert_eq!(keys.find(&ski).unwrap().ski(), &ski);
        for der in [A_PRIVATE, pkcs1()] {
            assert_eq!(keys.add(der, None), Ok(ski.clone()));
            assert_eq!(OwnKeys::new().add(der, None), Ok(ski.clone()));
        }
        assert_eq!(keys.len(), 1);
        assert!(keys.find(&Ski::from_bytes(&[1; 20]).unwrap()).is_none());
    }

    #[test]
    fn key_with_foreign_or_broken_certificate_refused() {
        let mut keys = OwnKeys::new();
        assert_eq!(keys.add(A_PRIVATE, Some(B_CERT)), Err(OwnKeyError::ForeignCertificate));
        let broken = Err(OwnKeyError::Certificate(CertificateDefect::Malformed));
        assert_eq!(keys.add(A_PRIVATE, Some(&[0x30])), broken);
        assert!(keys.is_empty());
    }

    #[test]
    fn key_too_short_or_not_rsa_or_broken_told_apart() {
        let mut keys = OwnKeys::new();
        let weak = include_bytes!("../../../tests/data/keys/weak.pk8.der");
        assert_eq!(keys.add(weak, None), Err(OwnKeyError::TooShort));
        assert_eq!(keys.add(&weak[26..], None), Err(OwnKeyError::TooShort));
        let random = ring::rand::SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        assert_eq!(keys.add(ec.as_ref(), None), Err(OwnKeyError::NotRsa));
        for broken in [&[][..], &[0x30; 300], &A_PRIVATE[..600], &A_PRIVATE[30..]] {
            assert_eq!(keys.add(broken, None), Err(OwnKeyError::Malformed));
        }
        assert_eq!(
            keys.add(&[0; MAX_PRIVATE_KEY + 1], None),
            Err(OwnKeyError::TooLarge { max: MAX_PRIVATE_KEY })
        );
        let mut unsound = A_PRIVATE.to_vec();
        unsound[400] ^= 1;
        assert_eq!(keys.add(&unsound, None), Err(OwnKeyError::Malformed));
    }

    #[test]
    fn keys_printed_without_key_material() {
        let mut keys = OwnKeys::new();
        let ski = keys.add(A_PRIVATE, None).unwrap();
        assert_eq!(format!("{keys:?}"), format!("[OwnKey({ski})]"));
    }
}
