//! RS256: prepared public keys, and the proof that one of them verified a signature.
//!
//! Follows RFC 8017 section 8.2.2 (RSASSA-PKCS1-v1_5) with SHA-256, as RFC 7518 section 3.3 names it. Several
//! reviewed backends stand behind [`RsaPublicKey`]; they answer alike, and the tests hold them to it. Before them
//! stands, for the keys of practice and on processors that have the instructions, a path of our own that accepts what
//! they accept, only sooner; what it refuses they decide.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod batch;
mod ifma;
#[cfg(feature = "ring")]
mod ring;
mod roca;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
mod watched;

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "dauth")]
use std::sync::OnceLock;

use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;

pub use batch::{Question, verify_batch};
pub(crate) use batch::{WINDOW, verify_some};
pub(crate) use ifma::{ascii, decode_base64url, find_quotes, find_separators, find_two_dots};
use watched::Watched;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!(
    "token-core verifies signatures with a reviewed backend: enable the feature `ring` or `aws-lc-rs`"
);

/// Bits of the shortest modulus that is taken: RFC 7518 section 3.3 requires 2048 or more for RS256.
const MIN_MODULUS_BITS: u32 = 2048;

/// Bits of the longest modulus that is taken, the most that both backends take: longer ones only cost time.
const MAX_MODULUS_BITS: u32 = 8192;

/// Bits of the longest exponent that is taken, the most that both backends take. Real keys have 65537.
const MAX_EXPONENT_BITS: u32 = 33;

/// Holds an RSA public key that was found sound, prepared once for many verifications.
///
/// Sound means: a modulus of 2048 to 8192 bits, odd and without the shape of the ROCA weakness; an exponent
/// that is odd, at least 3 and at most 33 bits long. Two keys are equal if modulus and exponent are, whatever
/// the backend.
#[derive(Clone)]
pub struct RsaPublicKey {
    components: Components,
    reviewed: Reviewed,
    /// The IFMA path, shared by all clones of the key, as is its switch.
    fast: Option<Arc<Watched>>,
    /// The key for SHA-1, prepared when it is first asked for: keys of S2S never are.
    #[cfg(feature = "dauth")]
    sha1: Arc<OnceLock<Option<aws_lc::Sha1Key>>>,
}

impl RsaPublicKey {
    /// Makes a key of its modulus and exponent, both big-endian; leading zeros are tolerated.
    ///
    /// # Errors
    /// The first [`KeyDefect`], in the order of that enumeration.
    pub fn from_components(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyDefect> {
        Self::prepare(Components::check(modulus, exponent)?, Backend::default())
    }

    /// Makes a key of a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) whose algorithm is rsaEncryption.
    ///
    /// # Errors
    /// `NotRsa` for every other algorithm, RSASSA-PSS keys included; `Malformed` also for negative integers
    /// and for bytes after the structure; otherwise as [`RsaPublicKey::from_components`].
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyDefect> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], spki)) => Self::from_spki(&spki),
            _ => Err(KeyDefect::Malformed),
        }
    }

    /// Makes a key of what the certificate parser read.
    pub(crate) fn from_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyDefect> {
        if spki.subject_public_key.unused_bits != 0 {
            return Err(KeyDefect::Malformed);
        }
        let key = match spki.parsed() {
            Ok(PublicKey::RSA(key)) => key,
            Ok(_) => return Err(KeyDefect::NotRsa),
            Err(_) => return Err(KeyDefect::Malformed),
        };
        // The parser ignores bytes after the integers; a DER encoding of the same integers shows them.
        if rsa_public_key_len(key.modulus, key.exponent) != Some(spki.subject_public_key.data.len())
            || [key.modulus, key.exponent].into_iter().any(is_negative)
        {
            return Err(KeyDefect::Malformed);
        }
        Self::from_components(key.modulus, key.exponent)
    }

    fn prepare(components: Components, backend: Backend) -> Result<Self, KeyDefect> {
        let reviewed = match backend {
            Backend::Ifma => Backend::reviewed(),
            reviewed => reviewed,
        };
        let reviewed = Reviewed::prepare(&components, reviewed)?;
        let fast = match backend {
            Backend::Ifma => Watched::load(&components, &reviewed).map(Arc::new),
            _ => None,
        };
        Ok(Self {
            components,
            reviewed,
            fast,
            #[cfg(feature = "dauth")]
            sha1: Arc::default(),
        })
    }

    /// Returns the same key, prepared for another backend.
    ///
    /// [`Backend::Ifma`] takes keys of 2048 bits with the exponent 65537, on processors that have it, after a check
    /// against the reviewed backend; any other key is prepared for the reviewed backend alone.
    ///
    /// # Errors
    /// `RefusedByBackend`; no key is known that is sound and which a backend refuses.
    pub fn with_backend(&self, backend: Backend) -> Result<Self, KeyDefect> {
        Self::prepare(self.components.clone(), backend)
    }

    /// Returns the backend that verifies with this key: the reviewed one also once [`Backend::Ifma`] was switched off
    /// for the key, because they disagreed.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &self.fast {
            Some(fast) if fast.on().is_some() => Backend::Ifma,
            _ => self.reviewed.backend(),
        }
    }

    /// Returns the length of the modulus in bits, counted from its highest set bit.
    #[must_use]
    pub fn modulus_bits(&self) -> u32 {
        self.components.modulus_bits
    }

    /// Returns the modulus, big-endian without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.components.modulus
    }

    /// Returns the exponent.
    #[must_use]
    pub fn exponent(&self) -> u64 {
        self.components.exponent
    }

    /// Verifies an RS256 signature over the received bytes: header, dot, claims, as they stood in the token.
    ///
    /// # Errors
    /// [`BadSignature`], which does not say why: length, range, padding and digest are all one answer.
    pub fn verify_rs256(
        &self,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<SignatureVerified, BadSignature> {
        let fast = self.fast.as_deref().and_then(Watched::on).zip(signature.try_into().ok());
        if let Some((fast, signature)) = fast {
            let accepted = fast.verify(signature, &ifma::sha256(signing_input));
            return self.settle(accepted, &Question { key: self, signing_input, signature });
        }
        self.reviewed.verify(signing_input, signature)?;
        Ok(SignatureVerified(()))
    }

    /// Verifies a signature of RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017 section 8.2.2), which no token may have and which
    /// federated delegation still signs with. It is no [`SignatureVerified`].
    ///
    /// # Errors
    /// As for [`RsaPublicKey::verify_rs256`].
    #[cfg(feature = "dauth")]
    pub(crate) fn verify_sha1_for_legacy_use(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = self.sha1.get_or_init(|| aws_lc::Sha1Key::prepare(&self.components).ok());
        key.as_ref().ok_or(BadSignature)?.verify(message, signature)
    }

    /// Verifies as [`RsaPublicKey::verify_rs256`] does, and takes as long for what it refuses as for what it accepts: for
    /// signatures that were encrypted. It is no [`SignatureVerified`].
    ///
    /// # Errors
    /// As there.
    #[cfg(feature = "dauth")]
    pub(crate) fn verify_rs256_evenly(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        // Not the IFMA path, whose refusals are decided a second time.
        self.evenly(signature, |signature| self.reviewed.verify(message, signature))
    }

    /// Verifies as [`RsaPublicKey::verify_sha1_for_legacy_use`] does, and takes as long for what it refuses as for what
    /// it accepts.
    ///
    /// # Errors
    /// As there.
    #[cfg(feature = "dauth")]
    pub(crate) fn verify_sha1_evenly(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.evenly(signature, |signature| self.verify_sha1_for_legacy_use(message, signature))
    }

    /// Has a number raised to the exponent even where the signature is none below the modulus, which the backends refuse
    /// before they begin.
    #[cfg(feature = "dauth")]
    fn evenly(
        &self,
        signature: &[u8],
        verify: impl FnOnce(&[u8]) -> Result<(), BadSignature>,
    ) -> Result<(), BadSignature> {
        let modulus = self.modulus();
        if signature.len() == modulus.len() && signature < modulus {
            return verify(signature);
        }
        let mut number = vec![0x5a; modulus.len()];
        if let Some(first) = number.first_mut() {
            *first = 0;
        }
        // Whatever comes of it: it was not that number that had to verify.
        let _ = std::hint::black_box(verify(&number));
        Err(BadSignature)
    }

    /// Takes an acceptance of the IFMA path, and has a refusal of it decided again.
    fn settle(&self, accepted: bool, question: &Question<'_>) -> Result<SignatureVerified, BadSignature> {
        if !accepted {
            let reviewed = || self.reviewed.verify(question.signing_input, question.signature);
            match &self.fast {
                Some(fast) => fast.decide_again(&self.components, reviewed)?,
                None => reviewed()?,
            }
        }
        Ok(SignatureVerified(()))
    }
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.components == other.components
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("modulus_bits", &self.modulus_bits())
            .field("exponent", &self.exponent())
            .field("backend", &self.backend())
            .finish_non_exhaustive()
    }
}

/// A key as a reviewed backend wants it.
#[derive(Clone)]
enum Reviewed {
    #[cfg(feature = "ring")]
    Ring(ring::Key),
    #[cfg(feature = "aws-lc-rs")]
    AwsLc(aws_lc::Key),
}

impl Reviewed {
    fn prepare(components: &Components, backend: Backend) -> Result<Self, KeyDefect> {
        match backend {
            #[cfg(feature = "ring")]
            Backend::Ring => Ok(Self::Ring(ring::Key::prepare(components))),
            #[cfg(feature = "aws-lc-rs")]
            Backend::AwsLc => Ok(Self::AwsLc(aws_lc::Key::prepare(components)?)),
            Backend::Ifma => Err(KeyDefect::RefusedByBackend(backend)),
        }
    }

    const fn backend(&self) -> Backend {
        match self {
            #[cfg(feature = "ring")]
            Self::Ring(_) => Backend::Ring,
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc(_) => Backend::AwsLc,
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match self {
            #[cfg(feature = "ring")]
            Self::Ring(key) => key.verify(message, signature),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc(key) => key.verify(message, signature),
        }
    }
}

/// Modulus and exponent that were found sound.
#[derive(Clone, PartialEq, Eq)]
struct Components {
    modulus: Box<[u8]>,
    modulus_bits: u32,
    exponent: u64,
}

impl Components {
    fn check(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyDefect> {
        let modulus = without_leading_zeros(modulus);
        let exponent = without_leading_zeros(exponent);
        let (Some(lowest), Some(_)) = (modulus.last(), exponent.last()) else {
            return Err(KeyDefect::Malformed);
        };

        let modulus_bits = bits(modulus);
        if modulus_bits < MIN_MODULUS_BITS {
            return Err(KeyDefect::ModulusTooShort { bits: modulus_bits });
        }
        if modulus_bits > MAX_MODULUS_BITS {
            return Err(KeyDefect::ModulusTooLong { bits: modulus_bits });
        }
        if lowest % 2 == 0 {
            return Err(KeyDefect::ModulusEven);
        }

        let exponent_bits = bits(exponent);
        if exponent_bits > MAX_EXPONENT_BITS {
            return Err(KeyDefect::ExponentTooLarge { bits: exponent_bits });
        }
        let exponent = exponent.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        if exponent == 1 {
            return Err(KeyDefect::ExponentOne);
        }
        if exponent % 2 == 0 {
            return Err(KeyDefect::ExponentEven);
        }
        if roca::is_shaped(modulus) {
            return Err(KeyDefect::RocaShaped);
        }
        Ok(Self { modulus: modulus.into(), modulus_bits, exponent })
    }

    /// The exponent in the fewest big-endian bytes.
    fn exponent_bytes(&self) -> Box<[u8]> {
        without_leading_zeros(&self.exponent.to_be_bytes()).into()
    }
}

/// Which implementation verifies. They differ in speed, never in their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// The crate `ring`.
    #[cfg(feature = "ring")]
    Ring,
    /// AWS-LC through the crate `aws-lc-rs`.
    #[cfg(feature = "aws-lc-rs")]
    AwsLc,
    /// AVX-512 IFMA of x86-64 processors (feature `ifma`), with [`Backend::reviewed`] behind it.
    Ifma,
}

impl Backend {
    /// Returns the backends of this build that this processor has, the default one first.
    #[must_use]
    pub fn available() -> &'static [Self] {
        const ALL: &[Backend] = &[
            Backend::Ifma,
            #[cfg(feature = "aws-lc-rs")]
            Backend::AwsLc,
            #[cfg(feature = "ring")]
            Backend::Ring,
        ];
        if Self::Ifma.is_available() { ALL } else { ALL.get(1..).unwrap_or_default() }
    }

    /// Returns whether this build and this processor have the backend.
    ///
    /// For [`Backend::Ifma`] also whether [`disable_ifma`] was not called.
    #[must_use]
    pub fn is_available(self) -> bool {
        self != Self::Ifma || ifma::is_available()
    }

    /// Returns the default one of the reviewed backends.
    ///
    /// AWS-LC where it is built in, because it keeps the Montgomery context of a key; otherwise ring.
    #[must_use]
    pub const fn reviewed() -> Self {
        #[cfg(feature = "aws-lc-rs")]
        return Self::AwsLc;
        #[cfg(not(feature = "aws-lc-rs"))]
        return Self::Ring;
    }

    /// Returns the backend's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            #[cfg(feature = "ring")]
            Self::Ring => "ring",
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc => "aws-lc-rs",
            Self::Ifma => "ifma",
        }
    }
}

/// The IFMA path where there is one, with the reviewed backend behind it; otherwise the reviewed backend.
impl Default for Backend {
    fn default() -> Self {
        if Self::Ifma.is_available() { Self::Ifma } else { Self::reviewed() }
    }
}

/// Stops keys from being prepared for [`Backend::Ifma`], for the whole process; those that exist stay as they are.
///
/// For the operator who wants the reviewed backend alone: called before keys are loaded.
pub fn disable_ifma() {
    ifma::disable();
}

/// Returns how often, in this process, the reviewed backend accepted what [`Backend::Ifma`] had refused.
///
/// It is 0, or something is wrong with the processor or with this crate; the tokens were judged rightly all the same.
#[must_use]
pub fn ifma_disagreements() -> u64 {
    watched::disagreements()
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Proves that a signature was verified: only [`RsaPublicKey::verify_rs256`] makes this value.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SignatureVerified(());

impl fmt::Debug for SignatureVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignatureVerified")
    }
}

/// The signature is not that of these bytes under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify with this key")
    }
}

impl std::error::Error for BadSignature {}

/// Why a public key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyDefect {
    /// The bytes are not those of a public key.
    Malformed,
    /// The key is for another algorithm than RSASSA-PKCS1-v1_5.
    NotRsa,
    /// The modulus has fewer than 2048 bits.
    ModulusTooShort {
        /// Bits of the modulus.
        bits: u32,
    },
    /// The modulus has more than 8192 bits.
    ModulusTooLong {
        /// Bits of the modulus.
        bits: u32,
    },
    /// The modulus is even: it is no product of two odd primes.
    ModulusEven,
    /// The exponent has more than 33 bits.
    ExponentTooLarge {
        /// Bits of the exponent.
        bits: u32,
    },
    /// The exponent is 1: every encoded message is its own signature.
    ExponentOne,
    /// The exponent is even: it has no inverse, so nobody can sign with it.
    ExponentEven,
    /// The modulus has the shape of CVE-2017-15361 and can be factored.
    RocaShaped,
    /// A backend does not take the key.
    RefusedByBackend(Backend),
}

impl fmt::Display for KeyDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("a public key that cannot be read"),
            Self::NotRsa => f.write_str("a key that is not an RSA key for RSASSA-PKCS1-v1_5"),
            Self::ModulusTooShort { bits } => {
                write!(f, "a modulus of {bits} bits, fewer than {MIN_MODULUS_BITS}")
            }
            Self::ModulusTooLong { bits } => {
                write!(f, "a modulus of {bits} bits, more than {MAX_MODULUS_BITS}")
            }
            Self::ModulusEven => f.write_str("an even modulus"),
            Self::ExponentTooLarge { bits } => {
                write!(f, "an exponent of {bits} bits, more than {MAX_EXPONENT_BITS}")
            }
            Self::ExponentOne => f.write_str("exponent 1, with which everybody can sign"),
            Self::ExponentEven => f.write_str("an even exponent"),
            Self::RocaShaped => {
                f.write_str("a modulus of the shape of the ROCA weakness, which can be factored")
            }
            Self::RefusedByBackend(backend) => write!(f, "a key that the backend {backend} does not take"),
        }
    }
}

impl std::error::Error for KeyDefect {}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// Counts the bits of a big-endian number without leading zeros.
fn bits(number: &[u8]) -> u32 {
    let Some(highest) = number.first() else { return 0 };
    u32::try_from(number.len()).unwrap_or(u32::MAX).saturating_mul(8).saturating_sub(highest.leading_zeros())
}

/// Whether the content of a DER INTEGER is negative.
fn is_negative(content: &[u8]) -> bool {
    content.first().is_some_and(|first| *first >= 0x80)
}

/// Counts the bytes of the DER `SEQUENCE { INTEGER, INTEGER }` with these contents.
fn rsa_public_key_len(modulus: &[u8], exponent: &[u8]) -> Option<usize> {
    der_len(der_len(modulus.len())?.checked_add(der_len(exponent.len())?)?)
}

/// Counts the bytes of a DER value with content of this length: tag, length, content.
fn der_len(content: usize) -> Option<usize> {
    let header: usize = match content {
        0..=0x7f => 2,
        0x80..=0xff => 3,
        0x100..=0xffff => 4,
        _ => return None,
    };
    header.checked_add(content)
}
