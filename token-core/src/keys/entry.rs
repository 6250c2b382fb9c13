//! One entry of a key document: what it declares, what its certificate says, and its key or why the key is
//! not used.
//!
//! Follows the Outlook documentation (metadata/json/1) and RFC 7517 section 4. A bad entry never ends the document.

use std::fmt;

use super::certificate::{self, CertificateDefect, CertificateFacts};
use super::thumbprint::{Spelling, ThumbprintError, X5t, X5tS256};
use crate::budget::Budget;
use crate::redact;
use crate::signature::{KeyDefect, RsaPublicKey};
use crate::verdict::RuleId;

/// A thumbprint as an entry declares it, with its spelling, or why it cannot be read.
pub type DeclaredThumbprint<T> = Result<(T, Spelling), ThumbprintError>;

/// Holds one entry of a key document. Declared texts are as the document has them: print them through
/// [`redact::printable`].
#[derive(Clone)]
#[non_exhaustive]
pub struct KeyEntry {
    /// What the key is for: `usage` of metadata/json/1, `use` of a JWK, the label of a PEM block.
    pub usage: Option<String>,
    /// The key's id in a JWKS.
    pub kid: Option<String>,
    /// The SHA-1 thumbprint that the entry declares.
    pub declared_x5t: Option<DeclaredThumbprint<X5t>>,
    /// The SHA-256 thumbprint that the entry declares.
    pub declared_x5t_s256: Option<DeclaredThumbprint<X5tS256>>,
    /// The issuer that the entry declares for this key: Entra's version 2.0 JWKS does.
    pub declared_issuer: Option<String>,
    /// The certificate, with the true thumbprints.
    pub certificate: Option<CertificateFacts>,
    /// The key, or why it is not used.
    pub key: Result<RsaPublicKey, EntryDefect>,
}

impl KeyEntry {
    /// Makes an entry that declares nothing.
    pub(super) fn new(key: Result<RsaPublicKey, EntryDefect>) -> Self {
        Self {
            usage: None,
            kid: None,
            declared_x5t: None,
            declared_x5t_s256: None,
            declared_issuer: None,
            certificate: None,
            key,
        }
    }

    /// Makes an entry of a DER certificate.
    pub(super) fn of_certificate(der: &[u8], budget: &Budget) -> Self {
        match certificate::parse(der, budget) {
            Ok((facts, key)) => Self { certificate: Some(facts), ..Self::new(key.map_err(EntryDefect::Key)) },
            Err(defect) => Self::new(Err(EntryDefect::Certificate(defect))),
        }
    }

    /// Returns the thumbprint under which the key serves: that of its certificate; the declared one only
    /// without certificate.
    #[must_use]
    pub fn x5t(&self) -> Option<X5t> {
        match &self.certificate {
            Some(certificate) => Some(certificate.x5t),
            None => declared(self.declared_x5t.as_ref()),
        }
    }

    /// Returns the SHA-256 thumbprint under which the key serves, likewise.
    #[must_use]
    pub fn x5t_s256(&self) -> Option<X5tS256> {
        match &self.certificate {
            Some(certificate) => Some(certificate.x5t_s256),
            None => declared(self.declared_x5t_s256.as_ref()),
        }
    }
}

impl fmt::Debug for KeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEntry")
            .field("usage", &self.usage.as_deref().map(redact::printable))
            .field("kid", &self.kid.as_deref().map(redact::printable))
            .field("declared_x5t", &self.declared_x5t)
            .field("declared_x5t_s256", &self.declared_x5t_s256)
            .field("declared_issuer", &self.declared_issuer.as_deref().map(redact::printable))
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish()
    }
}

fn declared<T: Copy>(thumbprint: Option<&DeclaredThumbprint<T>>) -> Option<T> {
    thumbprint?.as_ref().ok().map(|(thumbprint, _)| *thumbprint)
}

/// Why the key of an entry is not used. Its texts are safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryDefect {
    /// A member is missing.
    Missing {
        /// The member.
        member: &'static str,
    },
    /// A member is of another JSON type.
    WrongType {
        /// The member.
        member: &'static str,
    },
    /// A member is not base64 of the kind that belongs there.
    NotBase64 {
        /// The member.
        member: &'static str,
    },
    /// A member stands several times where only one can count.
    Several {
        /// The member.
        member: &'static str,
    },
    /// A member has a value that is not known.
    Unknown {
        /// The member.
        member: &'static str,
        /// Its value.
        value: String,
    },
    /// The certificate cannot be read.
    Certificate(CertificateDefect),
    /// The public key is not sound.
    Key(KeyDefect),
    /// The certificate is that of another key than modulus and exponent beside it.
    Disagreement,
    /// The entry holds a private or secret key: whoever can read the document can sign.
    PrivateKey,
    /// The key is meant for something else than signatures with RS256.
    OtherUse {
        /// The member that says so.
        member: &'static str,
        /// Its value.
        value: String,
    },
}

impl EntryDefect {
    pub(super) fn unknown(member: &'static str, value: &str) -> Self {
        Self::Unknown { member, value: redact::printable(value) }
    }

    pub(super) fn other_use(member: &'static str, value: &str) -> Self {
        Self::OtherUse { member, value: redact::printable(value) }
    }

    /// Returns the rule that the defect breaks.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::Missing { .. }
            | Self::WrongType { .. }
            | Self::NotBase64 { .. }
            | Self::Several { .. }
            | Self::Unknown { .. }
            | Self::Certificate(_)
            | Self::Disagreement
            | Self::PrivateKey
            | Self::Key(KeyDefect::Malformed) => RuleId::Key11,
            Self::Key(KeyDefect::RocaShaped) => RuleId::Key14,
            Self::Key(_) => RuleId::Key13,
            Self::OtherUse { .. } => RuleId::Key15,
        }
    }

    /// Says what was expected instead.
    pub(super) const fn expected(&self) -> &'static str {
        match self.rule() {
            RuleId::Key13 => "an RSA key of 2048 to 8192 bits with an odd exponent of at least 3",
            RuleId::Key14 => "a modulus of random primes",
            RuleId::Key15 => "a key for signatures with RS256",
            _ => "a public key that can be read",
        }
    }
}

impl fmt::Display for EntryDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { member } => write!(f, "no {member}"),
            Self::WrongType { member } => write!(f, "{member} of another JSON type"),
            Self::NotBase64 { member } => write!(f, "{member} that is not base64"),
            Self::Several { member } => write!(f, "more than one {member}"),
            Self::Unknown { member, value } | Self::OtherUse { member, value } => {
                write!(f, "{member} \"{value}\"")
            }
            Self::Certificate(defect) => defect.fmt(f),
            Self::Key(defect) => defect.fmt(f),
            Self::Disagreement => {
                f.write_str("a certificate of another key than modulus and exponent beside it")
            }
            Self::PrivateKey => f.write_str("a private or secret key, which must not be published"),
        }
    }
}

impl std::error::Error for EntryDefect {}
