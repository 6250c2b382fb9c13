//! Certificates as containers of keys: what they say is kept, nothing is judged, because there is no chain
//! and no clock here.
//!
//! Follows RFC 5280 section 4.1. Auth certificates of servers are self-signed: what makes them trusted is the
//! document.

use std::fmt;

use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};
use x509_parser::time::ASN1Time;

use super::ski::Ski;
use super::thumbprint::{X5t, X5tS256};
use crate::budget::Budget;
use crate::redact;
use crate::signature::{KeyDefect, RsaPublicKey};
use crate::time::UnixTime;

/// Holds what a certificate says about itself. Its texts are safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// The SHA-1 thumbprint, computed.
    pub x5t: X5t,
    /// The SHA-256 thumbprint, computed.
    pub x5t_s256: X5tS256,
    /// The distinguished name of the subject.
    pub subject: String,
    /// The distinguished name of the issuer.
    pub issuer: String,
    /// The serial number, in upper case hexadecimal without leading zero bytes.
    pub serial: String,
    /// The first second at which it is valid.
    pub not_before: UnixTime,
    /// The last second at which it is valid.
    pub not_after: UnixTime,
    /// How the certificate itself is signed, by name if the name is known, else by object identifier.
    pub signature_algorithm: String,
    /// The subject key identifier, if there is one.
    pub subject_key_id: Option<Vec<u8>>,
    /// By what a SAML assertion names the certificate: its subject key identifier, else that computed of its key.
    pub ski: Ski,
    /// Whether subject and issuer are the same name. The signature is not checked: nothing would follow from
    /// it.
    pub self_issued: bool,
}

impl CertificateFacts {
    /// Tells whether the certificate itself is signed with SHA-1 or older. Nothing rests on that signature;
    /// it shows the age.
    #[must_use]
    pub fn is_signed_with_weak_digest(&self) -> bool {
        ["sha1", "md5", "md2"]
            .iter()
            .any(|digest| self.signature_algorithm.to_ascii_lowercase().contains(digest))
    }

    /// Tells whether a time is within the certificate's validity, both ends included (RFC 5280 section
    /// 4.1.2.5).
    #[must_use]
    pub fn is_valid_at(&self, now: UnixTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

/// Why bytes are not a certificate that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateDefect {
    /// The certificate is larger than the budget allows.
    TooLarge {
        /// Bytes that a certificate may have.
        max: usize,
    },
    /// The bytes are not DER of a certificate.
    Malformed,
    /// Bytes stand behind the certificate.
    TrailingBytes,
}

impl fmt::Display for CertificateDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { max } => write!(f, "a certificate of more than {max} bytes"),
            Self::Malformed => f.write_str("bytes that are not a DER certificate"),
            Self::TrailingBytes => f.write_str("bytes behind a DER certificate"),
        }
    }
}

impl std::error::Error for CertificateDefect {}

/// Reads a DER certificate: what it says, and its key, which can be unusable while the rest is worth showing.
pub(crate) fn parse(
    der: &[u8],
    budget: &Budget,
) -> Result<(CertificateFacts, Result<RsaPublicKey, KeyDefect>), CertificateDefect> {
    if der.len() > budget.max_certificate {
        return Err(CertificateDefect::TooLarge { max: budget.max_certificate });
    }
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateDefect::Malformed)?;
    if !rest.is_empty() {
        return Err(CertificateDefect::TrailingBytes);
    }
    let subject_key_id =
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        });
    let ski = subject_key_id
        .as_deref()
        .and_then(Ski::from_bytes)
        .unwrap_or_else(|| Ski::of_public_key(&certificate.public_key().subject_public_key.data));
    let facts = CertificateFacts {
        x5t: X5t::of_certificate(der),
        x5t_s256: X5tS256::of_certificate(der),
        subject: redact::printable(&certificate.subject().to_string()),
        issuer: redact::printable(&certificate.issuer().to_string()),
        serial: serial(certificate.raw_serial()),
        not_before: time(certificate.validity().not_before),
        not_after: time(certificate.validity().not_after),
        signature_algorithm: algorithm(&certificate.signature_algorithm.algorithm.to_id_string()),
        subject_key_id,
        ski,
        self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
    };
    Ok((facts, RsaPublicKey::from_spki(certificate.public_key())))
}

/// Times before 1970 become 1970, as everywhere.
fn time(time: ASN1Time) -> UnixTime {
    UnixTime::from_secs(u64::try_from(time.timestamp()).unwrap_or(0))
}

fn serial(mut bytes: &[u8]) -> String {
    while let [0, rest @ ..] = bytes
        && !rest.is_empty()
    {
        bytes = rest;
    }
    hex(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Names a signature algorithm: RFC 8017 appendix C, RFC 5758 sections 3.1 and 3.2.
fn algorithm(oid: &str) -> String {
    let name = match oid {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "rsassaPss",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        _ => oid,
    };
    redact::printable(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testdata::{A_CERT, A_SHA1_CERT, C_CERT, EC_CERT, SHORT_CERT, openssl_says};

    fn read(der: &[u8]) -> (CertificateFacts, Result<RsaPublicKey, KeyDefect>) {
        parse(der, &Budget::DEFAULT).unwrap()
    }

    #[test]
    fn ski_computed_where_the_certificate_has_none() {
        // The extension's identifier, 2.5.29.14, under another number: the certificate has none that is known.
        let mut der = A_CERT.to_vec();
        let at = der.windows(5).position(|bytes| bytes == [0x06, 0x03, 0x55, 0x1d, 0x0e]).unwrap();
        der[at + 4] = 0x7e;
        let (facts, _) = read(&der);
        assert_eq!(facts.subject_key_id, None);
        assert_eq!(facts.ski.to_hex(), openssl_says("a.ski"));
    }

    #[test]
    fn certificate_facts_same_as_openssl() {
        for (name, der) in [("a", A_CERT), ("a-sha1", A_SHA1_CERT), ("c", C_CERT)] {
            let says = |what: &str| openssl_says(&format!("{name}.{what}"));
            let (facts, _) = read(der);
            assert_eq!(facts.x5t.to_string(), says("x5t"));
            assert_eq!(facts.x5t_s256.to_string(), says("x5t#S256"));
            assert_eq!(facts.serial, says("serial"));
            assert_eq!(facts.not_before.as_secs().to_string(), says("not-before"));
            assert_eq!(facts.not_after.as_secs().to_string(), says("not-after"));
            assert_eq!(hex(&facts.subject_key_id.unwrap()), says("ski"));
            assert_eq!(facts.ski.to_hex(), says("ski"));
            assert_eq!(facts.subject, format!("CN=Throw-away {name}"));
            assert_eq!(facts.issuer, facts.subject);
            assert!(facts.self_issued);
        }
    }

    #[test]
    fn certificate_key_read_or_its_defect() {
        assert_eq!(read(A_CERT).1.unwrap().exponent(), 65537);
        assert_eq!(read(C_CERT).1.unwrap().exponent(), 3);
        assert_eq!(read(SHORT_CERT).1, Err(KeyDefect::ModulusTooShort { bits: 1024 }));
        assert_eq!(read(EC_CERT).1, Err(KeyDefect::NotRsa));
    }

    #[test]
    fn certificate_signed_with_sha1_told() {
        let (old, _) = read(A_SHA1_CERT);
        assert_eq!(old.signature_algorithm, "sha1WithRSAEncryption");
        assert!(old.is_signed_with_weak_digest());
        assert!(!read(A_CERT).0.is_signed_with_weak_digest());
        assert_eq!(read(EC_CERT).0.signature_algorithm, "ecdsa-with-SHA256");
    }

    #[test]
    fn certificate_validity_ends_included() {
        let (facts, _) = read(A_CERT);
        let second = std::time::Duration::from_secs(1);
        assert!(facts.is_valid_at(facts.not_before) && facts.is_valid_at(facts.not_after));
        assert!(!facts.is_valid_at(facts.not_before.minus(second)));
        assert!(!facts.is_valid_at(facts.not_after.plus(second)));
    }

    #[test]
    fn serial_without_leading_zero_bytes() {
        assert_eq!(serial(&[0, 0x8a, 1]), "8A01");
        assert_eq!(serial(&[0x0a]), "0A");
        assert_eq!(serial(&[0]), "00");
    }

    #[test]
    fn certificate_broken_refused() {
        let budget = Budget::DEFAULT;
        for length in 0..A_CERT.len() {
            assert_eq!(
                parse(&A_CERT[..length], &budget),
                Err(CertificateDefect::Malformed),
                "cut at {length}"
            );
        }
        assert_eq!(parse(&[A_CERT, &[0]].concat(), &budget), Err(CertificateDefect::TrailingBytes));
    }

    #[test]
    fn certificate_size_bound_exact() {
        let mut budget = Budget { max_certificate: A_CERT.len(), ..Budget::DEFAULT };
        assert!(parse(A_CERT, &budget).is_ok());
        budget.max_certificate -= 1;
        assert_eq!(parse(A_CERT, &budget), Err(CertificateDefect::TooLarge { max: A_CERT.len() - 1 }));
    }
}
