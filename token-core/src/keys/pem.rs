//! Reads PEM text: certificates and public keys between their BEGIN and END lines; text around them is
//! skipped.
//!
//! Follows RFC 7468 sections 2, 5 and 13, with the lax white space of its section 3.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

use super::document::{DocumentError, DocumentErrorKind};
use super::entry::{EntryDefect, KeyEntry};
use crate::budget::Budget;
use crate::signature::RsaPublicKey;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes standard base64 with or without padding; white space, which encoders wrap long lines with, is
/// skipped.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(text).ok()
    } else {
        STANDARD.decode(text).ok()
    }
}

/// Whether a text holds a PEM block.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Reads all blocks of a text, one entry each.
pub(super) fn parse(text: &str, budget: &Budget) -> Result<Vec<KeyEntry>, DocumentError> {
    let mut entries = Vec::new();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once(BEGIN) {
        let (block, after) = block(from).ok_or_else(|| DocumentError {
            kind: DocumentErrorKind::BrokenPem,
            at: text.len().checked_sub(from.len()).and_then(|end| end.checked_sub(BEGIN.len())),
        })?;
        if entries.len() >= budget.max_keys {
            return Err(DocumentError {
                kind: DocumentErrorKind::TooManyKeys { max: budget.max_keys },
                at: None,
            });
        }
        entries.push(block.entry(budget));
        rest = after;
    }
    Ok(entries)
}

/// Returns the DER of a text that is one certificate and nothing else but white space.
pub(super) fn only_certificate(text: &str) -> Option<Vec<u8>> {
    let (block, after) = block(text.trim_ascii_start().strip_prefix(BEGIN)?)?;
    (block.label == "CERTIFICATE" && after.trim_ascii().is_empty()).then(|| decode_base64(block.body))?
}

struct Block<'t> {
    label: &'t str,
    body: &'t str,
}

/// Reads a block from behind its BEGIN, and returns what follows it. The END has the same label, and no BEGIN
/// stands before it.
fn block(from: &str) -> Option<(Block<'_>, &str)> {
    let (label, rest) = from.split_once(DASHES)?;
    let (body, end) = rest.split_once(END)?;
    let after = end.strip_prefix(label)?.strip_prefix(DASHES)?;
    let printable = label.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (printable && !body.contains(BEGIN)).then_some((Block { label, body }, after))
}

impl Block<'_> {
    fn entry(&self, budget: &Budget) -> KeyEntry {
        let der = || decode_base64(self.body).ok_or(EntryDefect::NotBase64 { member: "PEM block" });
        let entry = match self.label {
            "CERTIFICATE" => match der() {
                Ok(der) => KeyEntry::of_certificate(&der, budget),
                Err(defect) => KeyEntry::new(Err(defect)),
            },
            "PUBLIC KEY" => KeyEntry::new(
                der().and_then(|der| RsaPublicKey::from_spki_der(&der).map_err(EntryDefect::Key)),
            ),
            label if label.ends_with("PRIVATE KEY") => KeyEntry::new(Err(EntryDefect::PrivateKey)),
            label => KeyEntry::new(Err(EntryDefect::unknown("PEM label", label))),
        };
        KeyEntry { usage: Some(self.label.to_owned()), ..entry }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::certificate::CertificateDefect;
    use crate::keys::testdata::{A_CERT, A_PRIVATE, A_SPKI, B_CERT, EC_CERT, pem, x5t};
    use crate::signature::KeyDefect;

    fn read(text: &str) -> Vec<KeyEntry> {
        parse(text, &Budget::DEFAULT).unwrap()
    }

    fn defect(text: &str) -> EntryDefect {
        read(text).remove(0).key.unwrap_err()
    }

    #[test]
    fn certificates_and_public_keys_read_in_order() {
        let text = format!(
            "subject=x\n{}\nissuer\n{}{}",
            pem("CERTIFICATE", A_CERT),
            pem("CERTIFICATE", B_CERT),
            pem("PUBLIC KEY", A_SPKI)
        );
        let entries = read(&text.replace('\n', "\r\n"));
        let thumbprints: Vec<_> =
            entries.iter().map(|entry| entry.x5t().map(|x5t| x5t.to_string())).collect();
        assert_eq!(thumbprints, [Some(x5t(A_CERT)), Some(x5t(B_CERT)), None]);
        assert_eq!(entries[2].key, entries[0].key);
        assert_eq!(entries[2].usage.as_deref(), Some("PUBLIC KEY"));
    }

    #[test]
    fn private_key_not_used_and_not_shown() {
        let entry = read(&pem("PRIVATE KEY", A_PRIVATE)).remove(0);
        assert_eq!(entry.key, Err(EntryDefect::PrivateKey));
        assert!(format!("{entry:?}").len() < 300);
        assert_eq!(defect(&pem("RSA PRIVATE KEY", A_PRIVATE)), EntryDefect::PrivateKey);
    }

    #[test]
    fn broken_blocks_are_defects_of_their_entry() {
        assert_eq!(
            defect(&pem("CERTIFICATE", &[0x30, 0])),
            EntryDefect::Certificate(CertificateDefect::Malformed)
        );
        assert_eq!(defect(&pem("CERTIFICATE", EC_CERT)), EntryDefect::Key(KeyDefect::NotRsa));
        assert_eq!(defect(&pem("PUBLIC KEY", A_CERT)), EntryDefect::Key(KeyDefect::Malformed));
        assert_eq!(
            defect("-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----"),
            EntryDefect::NotBase64 { member: "PEM block" }
        );
        assert_eq!(
            defect(&pem("CERTIFICATE REQUEST", A_CERT)),
            EntryDefect::unknown("PEM label", "CERTIFICATE REQUEST")
        );
        // The good one behind a bad one still counts.
        let mixed = [pem("CERTIFICATE", &[1]), pem("CERTIFICATE", A_CERT)].concat();
        assert!(read(&mixed)[1].key.is_ok());
    }

    #[test]
    fn block_without_its_end_refuses_the_document() {
        let whole = pem("CERTIFICATE", A_CERT);
        let broken = |text: &str| parse(text, &Budget::DEFAULT).map(|entries| entries.len()).unwrap_err();
        let error = broken(&format!("x\n{}", whole.get(..whole.len() - 10).unwrap()));
        assert_eq!((error.kind, error.at), (DocumentErrorKind::BrokenPem, Some(2)));
        assert_eq!(
            broken(&whole.replace("END CERTIFICATE", "END PUBLIC KEY")).kind,
            DocumentErrorKind::BrokenPem
        );
        assert_eq!(
            broken(&format!("{}{whole}", whole.get(..100).unwrap())).kind,
            DocumentErrorKind::BrokenPem
        );
    }

    #[test]
    fn number_of_blocks_bound_exact() {
        let budget = Budget { max_keys: 2, ..Budget::DEFAULT };
        let block = pem("CERTIFICATE", A_CERT);
        assert_eq!(parse(&block.repeat(2), &budget).unwrap().len(), 2);
        assert_eq!(
            parse(&block.repeat(3), &budget).unwrap_err().kind,
            DocumentErrorKind::TooManyKeys { max: 2 }
        );
    }

    #[test]
    fn base64_lenient_in_white_space_and_padding_only() {
        assert_eq!(decode_base64("TWE="), Some(b"Ma".to_vec()));
        assert_eq!(decode_base64(" TW\r\nE"), Some(b"Ma".to_vec()));
        assert_eq!(decode_base64("TWF"), None);
        assert_eq!(decode_base64("_-8="), None);
    }
}
