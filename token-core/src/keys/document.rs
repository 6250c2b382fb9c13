//! Recognises and reads a key document of any format, for loading and for showing.
//!
//! Follows the Outlook documentation (metadata/json/1), RFC 7517, OpenID Connect Discovery, and ruling 6: the document as a whole is well-formed or refused; its entries are
//! judged one by one.

use std::fmt;

use super::certificate::CertificateDefect;
use super::document_json::{self, Names, Node};
use super::entry::{EntryDefect, KeyEntry};
use super::{jwks, metadata, pem};
use crate::budget::Budget;
use crate::redact;

/// Holds everything that a key document says. Texts are as the document has them: print them through
/// [`redact::printable`].
#[derive(Clone)]
#[non_exhaustive]
pub struct KeyDocument {
    /// What kind of document it is.
    pub format: DocumentFormat,
    pub(super) declared_issuer: Option<String>,
    /// `name` of metadata/json/1.
    pub name: Option<String>,
    /// `serviceName` of metadata/json/1: the application id of the service.
    pub service_name: Option<String>,
    /// `realm` of metadata/json/1; `*` stands for every realm.
    pub realm: Option<String>,
    /// `allowedAudiences` of metadata/json/1.
    pub allowed_audiences: Vec<String>,
    /// `endpoints` of metadata/json/1.
    pub endpoints: Vec<Endpoint>,
    /// Where the keys are, in a discovery document.
    pub jwks_uri: Option<String>,
    /// The keys, usable or not, in the document's order.
    pub entries: Vec<KeyEntry>,
    pub(super) proof: Option<DocumentProof>,
}

impl KeyDocument {
    /// Recognises a document and reads all of it.
    ///
    /// Takes metadata/json/1, JWKS, OpenID discovery and WS-Federation documents, PEM text with certificates
    /// and public keys, and one DER certificate.
    ///
    /// # Errors
    /// [`DocumentError`] where the document as a whole is broken or beyond the budget. A broken entry is no
    /// error.
    pub fn parse(bytes: &[u8], budget: &Budget) -> Result<Self, DocumentError> {
        if bytes.len() > budget.max_document {
            return Err(DocumentErrorKind::TooLarge { max: budget.max_document }.into());
        }
        if is_der(bytes) {
            return Self::parse_der(bytes, budget);
        }
        if [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"].iter().any(|mark| bytes.starts_with(mark)) {
            return Err(DocumentErrorKind::ByteOrderMark.at(0));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|error| DocumentErrorKind::NotUtf8.at(error.valid_up_to()))?;
        match text.trim_ascii_start().bytes().next() {
            None => Err(DocumentErrorKind::Empty.into()),
            Some(b'{') => Self::parse_json(text, budget),
            Some(_) if pem::is_pem(text) => {
                Ok(Self { entries: pem::parse(text, budget)?, ..Self::new(DocumentFormat::Pem) })
            }
            #[cfg(feature = "federation")]
            Some(_) if super::federation::is_xml(text) => super::federation::parse(text, budget),
            Some(_) => Err(DocumentErrorKind::NotRecognised.into()),
        }
    }

    fn parse_der(bytes: &[u8], budget: &Budget) -> Result<Self, DocumentError> {
        match KeyEntry::of_certificate(bytes, budget) {
            KeyEntry { key: Err(EntryDefect::Certificate(defect)), .. } => {
                Err(DocumentErrorKind::Certificate(defect).into())
            }
            entry => Ok(Self { entries: vec![entry], ..Self::new(DocumentFormat::Der) }),
        }
    }

    fn parse_json(text: &str, budget: &Budget) -> Result<Self, DocumentError> {
        let document = document_json::parse(text, Names::Exact, budget)?;
        if metadata::is_metadata(&document) {
            // Its readers ignore letter case, so that two spellings of one name are one member twice.
            metadata::parse(&document_json::parse(text, Names::AnyCase, budget)?, budget)
        } else if jwks::is_jwks(&document) {
            jwks::parse(&document, budget)
        } else if jwks::is_discovery(&document) {
            jwks::parse_discovery(&document)
        } else {
            Err(DocumentErrorKind::NotRecognised.into())
        }
    }

    /// Makes an empty document.
    pub(super) fn new(format: DocumentFormat) -> Self {
        Self {
            format,
            declared_issuer: None,
            name: None,
            service_name: None,
            realm: None,
            allowed_audiences: Vec::new(),
            endpoints: Vec::new(),
            jwks_uri: None,
            entries: Vec::new(),
            proof: None,
        }
    }

    /// Checks the member `keys`: an array, absent or null like an empty one, within the budget.
    pub(super) fn entries_of<'n>(
        keys: Option<&'n Node>,
        budget: &Budget,
    ) -> Result<&'n [Node], DocumentError> {
        let entries = match keys {
            None | Some(Node::Null) => return Ok(&[]),
            Some(node) => node.as_array().ok_or(DocumentErrorKind::WrongType { member: "keys" })?,
        };
        if entries.len() > budget.max_keys {
            return Err(DocumentErrorKind::TooManyKeys { max: budget.max_keys }.into());
        }
        Ok(entries)
    }

    /// Returns how the document's own signature was verified; nothing where it was not, or has none.
    #[must_use]
    pub fn proof(&self) -> Option<DocumentProof> {
        self.proof
    }

    /// Returns the issuer that the document declares for all its keys.
    #[must_use]
    pub fn declared_issuer(&self) -> Option<&str> {
        self.declared_issuer.as_deref()
    }
}

impl fmt::Debug for KeyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyDocument")
            .field("format", &self.format)
            .field("declared_issuer", &self.declared_issuer().map(redact::printable))
            .field("jwks_uri", &self.jwks_uri.as_deref().map(redact::printable))
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

/// Whether bytes begin like a DER certificate: a SEQUENCE of more than 127 bytes. No text begins so.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x81..=0x84, ..])
}

/// How a key document's own signature was verified: only `KeyDocument::parse_signed` makes this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentProof {
    pub(super) is_sha1: bool,
}

impl DocumentProof {
    /// Tells whether SHA-1, which no longer resists collisions, has a part in the signature.
    #[must_use]
    pub fn is_sha1(self) -> bool {
        self.is_sha1
    }
}

/// A place that a metadata/json/1 document names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The URL.
    pub location: Option<String>,
    /// What is spoken there, like `OAuth2`.
    pub protocol: Option<String>,
    /// What it is for, like `metadata` or `issuance`.
    pub usage: Option<String>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("location", &self.location.as_deref().map(redact::printable))
            .field("protocol", &self.protocol.as_deref().map(redact::printable))
            .field("usage", &self.usage.as_deref().map(redact::printable))
            .finish()
    }
}

/// A kind of key document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentFormat {
    /// metadata/json/1, the JSON security metadata of Exchange, SharePoint and ACS.
    Metadata,
    /// A JSON Web Key Set.
    Jwks,
    /// An OpenID Connect discovery document, which has no keys but says where they are.
    Discovery,
    /// WS-Federation metadata, read with the feature `federation`. Its signature is checked by
    /// `KeyDocument::parse_signed` alone.
    Federation,
    /// PEM text.
    Pem,
    /// One DER certificate.
    Der,
}

impl DocumentFormat {
    /// Returns the format's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata/json/1",
            Self::Jwks => "JWKS",
            Self::Discovery => "OpenID discovery",
            Self::Federation => "WS-Federation metadata",
            Self::Pem => "PEM",
            Self::Der => "DER certificate",
        }
    }
}

impl fmt::Display for DocumentFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a key document is refused as a whole. Holds nothing of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentError {
    /// What is wrong.
    pub kind: DocumentErrorKind,
    /// At which byte, from 0, where that is known; inside JSON, the last byte that was read.
    pub at: Option<usize>,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match self.at {
            Some(at) => write!(f, ", at byte {at}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DocumentError {}

impl From<DocumentErrorKind> for DocumentError {
    fn from(kind: DocumentErrorKind) -> Self {
        Self { kind, at: None }
    }
}

/// What is wrong with a key document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentErrorKind {
    /// There is nothing in it.
    Empty,
    /// It is larger than the budget allows.
    TooLarge {
        /// Bytes that a document may have.
        max: usize,
    },
    /// It is of no known format.
    NotRecognised,
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// It is not UTF-8.
    NotUtf8,
    /// It begins like JSON and is not.
    NotJson,
    /// It begins like XML and is not, or uses an entity or a prefix that is not declared.
    NotXml,
    /// It has a document type declaration, which key documents do not need and parsers stumble over.
    Doctype,
    /// Something stands behind the JSON object or the root element.
    TrailingBytes,
    /// An object has a member twice.
    DuplicateMember,
    /// Objects and arrays, or elements, are nested deeper than the budget allows.
    TooDeep {
        /// Levels that a document may have.
        max: u8,
    },
    /// An object has more members, or an element more attributes, than the budget allows.
    TooManyMembers {
        /// Members that an object may have.
        max: usize,
    },
    /// There are more keys than the budget allows.
    TooManyKeys {
        /// Keys that a document may have.
        max: usize,
    },
    /// A member on which the document rests is of another JSON type.
    WrongType {
        /// The member.
        member: &'static str,
    },
    /// A PEM block has no end of its own.
    BrokenPem,
    /// It begins like a DER certificate and cannot be read.
    Certificate(CertificateDefect),
    /// It has no signature of the one shape that is verified: of the whole document, with RSA, with its certificate.
    NotSigned,
    /// The certificate of its signature is not a pinned one.
    UnknownSigner,
    /// Its signature does not hold.
    BadSignature,
}

impl DocumentErrorKind {
    const fn at(self, offset: usize) -> DocumentError {
        DocumentError { kind: self, at: Some(offset) }
    }
}

impl fmt::Display for DocumentErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty document"),
            Self::TooLarge { max } => write!(f, "more than {max} bytes"),
            Self::NotRecognised => {
                f.write_str("neither metadata/json/1, JWKS, OpenID discovery, WS-Federation metadata, PEM nor a DER certificate")
            }
            Self::ByteOrderMark => f.write_str("a byte order mark"),
            Self::NotUtf8 => f.write_str("bytes that are not UTF-8"),
            Self::NotJson => f.write_str("text that is not JSON"),
            Self::NotXml => f.write_str("text that is not XML"),
            Self::Doctype => f.write_str("a document type declaration"),
            Self::TrailingBytes => f.write_str("something behind the JSON object or the root element"),
            Self::DuplicateMember => f.write_str("a member twice in one object"),
            Self::TooDeep { max } => write!(f, "more than {max} nested levels"),
            Self::TooManyMembers { max } => write!(f, "more than {max} members or attributes in one object or element"),
            Self::TooManyKeys { max } => write!(f, "more than {max} keys"),
            Self::WrongType { member } => write!(f, "{member} of another JSON type"),
            Self::BrokenPem => f.write_str("a PEM block without its end"),
            Self::Certificate(defect) => defect.fmt(f),
            Self::NotSigned => f.write_str("no signature of the shape that is verified"),
            Self::UnknownSigner => f.write_str("a signature of a certificate that is not pinned"),
            Self::BadSignature => f.write_str("a signature that does not hold"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::keys::testdata::{A_CERT, A_SPKI, SHORT_CERT, jwk, jwks, metadata, metadata_entry, pem};

    fn read(bytes: &[u8]) -> Result<(DocumentFormat, usize), (DocumentErrorKind, Option<usize>)> {
        match KeyDocument::parse(bytes, &Budget::DEFAULT) {
            Ok(document) => Ok((document.format, document.entries.len())),
            Err(error) => Err((error.kind, error.at)),
        }
    }

    #[test]
    fn formats_recognised() {
        assert_eq!(
            read(metadata(&[metadata_entry(A_CERT)]).to_string().as_bytes()),
            Ok((DocumentFormat::Metadata, 1))
        );
        assert_eq!(read(metadata(&[]).to_string().as_bytes()), Ok((DocumentFormat::Metadata, 0)));
        assert_eq!(
            read(json!({ "keys": [metadata_entry(A_CERT)] }).to_string().as_bytes()),
            Ok((DocumentFormat::Metadata, 1))
        );
        assert_eq!(read(jwks(&[jwk(A_CERT)]).to_string().as_bytes()), Ok((DocumentFormat::Jwks, 1)));
        assert_eq!(read(b"\r\n{\"keys\":[]}\n"), Ok((DocumentFormat::Jwks, 0)));
        assert_eq!(read(pem("CERTIFICATE", A_CERT).as_bytes()), Ok((DocumentFormat::Pem, 1)));
        assert_eq!(read(A_CERT), Ok((DocumentFormat::Der, 1)));
        assert_eq!(read(SHORT_CERT), Ok((DocumentFormat::Der, 1)));
    }

    #[test]
    fn documents_of_other_kinds_not_recognised() {
        let other = Err((DocumentErrorKind::NotRecognised, None));
        assert_eq!(read(b"{}"), other);
        assert_eq!(read(b"{\"Keys\":[]}"), other);
        assert_eq!(read(b"[]"), other);
        assert_eq!(read(b"<EntityDescriptor/>"), other);
        assert_eq!(read(b"hello"), other);
        assert_eq!(read(b" \n"), Err((DocumentErrorKind::Empty, None)));
        assert_eq!(read(b""), Err((DocumentErrorKind::Empty, None)));
        assert_eq!(read(A_SPKI), Err((DocumentErrorKind::Certificate(CertificateDefect::Malformed), None)));
    }

    #[test]
    fn encodings_other_than_plain_utf8_refused() {
        let mark = Err((DocumentErrorKind::ByteOrderMark, Some(0)));
        assert_eq!(read(b"\xef\xbb\xbf{\"keys\":[]}"), mark);
        assert_eq!(read(b"\xff\xfe{\0"), mark);
        assert_eq!(read(b"{\"keys\":[],\"x\":\"\xe4\"}"), Err((DocumentErrorKind::NotUtf8, Some(16))));
    }

    #[test]
    fn duplicate_members_refuse_the_document_with_their_place() {
        let text = r#"{"keys":[{"kty":"RSA","kid":"a","kid":"b"}]}"#;
        assert_eq!(read(text.as_bytes()), Err((DocumentErrorKind::DuplicateMember, Some(36))));
        let escaped = r#"{"keys":[{"kid":"a","\u006bid":"b"}]}"#;
        assert_eq!(read(escaped.as_bytes()), Err((DocumentErrorKind::DuplicateMember, Some(29))));
        assert_eq!(read(br#"{"keys":[],"keys":[]}"#), Err((DocumentErrorKind::DuplicateMember, Some(16))));
    }

    #[test]
    fn jwks_with_names_in_another_case_are_other_names() {
        assert_eq!(read(br#"{"keys":[],"KEYS":1}"#), Ok((DocumentFormat::Jwks, 0)));
    }

    #[test]
    fn debug_of_a_document_shows_no_token() {
        let token = format!("eyJhbGciOiJub25lIn0.{}", "QUJD".repeat(40));
        let mut entry = metadata_entry(A_CERT);
        entry["usage"] = json!(token);
        let mut metadata = metadata(&[entry]);
        for member in ["issuer", "serviceName", "realm", "name"] {
            metadata[member] = json!(token);
        }
        metadata["endpoints"] = json!([{ "location": token, "protocol": token, "usage": token }]);
        let mut key = jwk(A_CERT);
        key["kid"] = json!(token);
        key["issuer"] = json!(token);
        for document in [metadata, jwks(&[key]), json!({ "issuer": token, "jwks_uri": token })] {
            let document = KeyDocument::parse(document.to_string().as_bytes(), &Budget::DEFAULT).unwrap();
            let shown = format!("{document:?} {:?}", document.endpoints);
            assert!(shown.contains("redacted") && !shown.contains("QUJD"), "{shown}");
        }
    }

    #[test]
    fn trailing_bytes_refused() {
        assert_eq!(read(br#"{"keys":[]}{}"#), Err((DocumentErrorKind::TrailingBytes, Some(11))));
        assert_eq!(
            read(&[A_CERT, b"x"].concat()),
            Err((DocumentErrorKind::Certificate(CertificateDefect::TrailingBytes), None))
        );
    }

    #[test]
    fn size_bound_exact() {
        let text = jwks(&[]).to_string();
        let mut budget = Budget { max_document: text.len(), ..Budget::DEFAULT };
        assert!(KeyDocument::parse(text.as_bytes(), &budget).is_ok());
        budget.max_document -= 1;
        let error = KeyDocument::parse(text.as_bytes(), &budget).unwrap_err();
        assert_eq!(error.kind, DocumentErrorKind::TooLarge { max: text.len() - 1 });
    }

    #[test]
    fn number_of_keys_bound_exact() {
        let budget = Budget { max_keys: 2, ..Budget::DEFAULT };
        let parse = |document: serde_json::Value| {
            KeyDocument::parse(document.to_string().as_bytes(), &budget).map(|_| ())
        };
        let too_many = Err(DocumentErrorKind::TooManyKeys { max: 2 }.into());
        assert_eq!(parse(jwks(&[json!({}), json!({})])), Ok(()));
        assert_eq!(parse(jwks(&[json!({}), json!({}), json!({})])), too_many);
        assert_eq!(parse(metadata(&[json!({}), json!({}), json!({})])), too_many);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = KeyDocument::parse(&bytes, &Budget::DEFAULT);
        }

        #[test]
        fn damaged_documents_never_panic(
            which in 0..4_usize,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = match which {
                0 => A_CERT.to_vec(),
                1 => pem("CERTIFICATE", A_CERT).into_bytes(),
                2 => jwks(&[jwk(A_CERT)]).to_string().into_bytes(),
                _ => metadata(&[metadata_entry(A_CERT)]).to_string().into_bytes(),
            };
            for (index, byte) in damage {
                let index = index.index(bytes.len());
                bytes[index] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Ok(document) = KeyDocument::parse(&bytes, &Budget::DEFAULT) {
                for entry in &document.entries {
                    let _ = (format!("{entry:?}"), entry.x5t());
                }
            }
        }
    }
}
