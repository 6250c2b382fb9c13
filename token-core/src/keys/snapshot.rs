//! Pinned key documents: the bytes as they came, from where, when, and their digest, in one file.
//!
//! A snapshot answers "as of then" long after the keys are gone, and lets a server start while its sources are down.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};

use super::builder::KeySetBuilder;
use crate::budget::Budget;
use crate::time::UnixTime;

/// What the file says that it is.
const FORMAT: &str = "s2s-keys/1";

/// Documents of one snapshot. 256: far more than any policy has sources.
const MAX_DOCUMENTS: usize = 256;

/// The SHA-256 digest of a document or of a whole snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentDigest([u8; 32]);

impl DocumentDigest {
    /// Computes the digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
        Self(digest.as_ref().try_into().unwrap_or_default())
    }

    /// Returns the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In lower case hexadecimal, as `sha256sum` prints it.
impl fmt::Display for DocumentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DocumentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Key documents as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// When the snapshot was made.
    pub taken: UnixTime,
    /// The documents, in the order of their sources.
    pub documents: Vec<PinnedDocument>,
}

/// One document of a snapshot.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PinnedDocument {
    /// The issuer, in the policy's spelling.
    pub issuer: String,
    /// The configured URL or file.
    pub source: String,
    /// The URL or file from which the bytes came.
    pub url: String,
    /// When the source last confirmed them.
    pub confirmed: UnixTime,
    /// The `ETag` that came with them.
    pub etag: Option<String>,
    /// The `Last-Modified` that came with them.
    pub last_modified: Option<String>,
    /// The document.
    pub body: Vec<u8>,
}

impl PinnedDocument {
    /// Computes the digest of the document.
    #[must_use]
    pub fn digest(&self) -> DocumentDigest {
        DocumentDigest::of(&self.body)
    }
}

impl fmt::Debug for PinnedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedDocument")
            .field("issuer", &crate::redact::printable(&self.issuer))
            .field("url", &crate::redact::printable(&self.url))
            .field("confirmed", &self.confirmed)
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Makes a snapshot.
    #[must_use]
    pub const fn new(taken: UnixTime, documents: Vec<PinnedDocument>) -> Self {
        Self { taken, documents }
    }

    /// Reads a snapshot, and compares each document with its digest.
    ///
    /// The digests show damage, not forgery: whoever can write the file can write them. Compare
    /// [`DocumentDigest::of`] the whole file with one that was noted elsewhere.
    ///
    /// # Errors
    /// What is wrong with the file; then nothing of it is used.
    pub fn parse(bytes: &[u8], budget: &Budget) -> Result<Self, SnapshotError> {
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| SnapshotError::Malformed { line: error.line(), column: error.column() })?;
        if file.format != FORMAT {
            return Err(SnapshotError::Format);
        }
        if file.documents.len() > MAX_DOCUMENTS {
            return Err(SnapshotError::TooMany { max: MAX_DOCUMENTS });
        }
        let documents = file.documents.into_iter().enumerate();
        let documents = documents.map(|(index, entry)| entry.into_document(index, budget));
        Ok(Self { taken: UnixTime::from_secs(file.taken), documents: documents.collect::<Result<_, _>>()? })
    }

    /// Tells whether a file begins like a snapshot: for those who take any key document.
    #[must_use]
    pub fn is_one(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Head {
            format: Option<String>,
        }
        serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.format.as_deref() == Some(FORMAT))
    }

    /// Writes the snapshot as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let file = File {
            format: FORMAT.to_owned(),
            taken: self.taken.as_secs(),
            documents: self.documents.iter().map(Entry::of_document).collect(),
        };
        // Texts and numbers alone: there is nothing that JSON could not hold.
        let mut json = serde_json::to_string_pretty(&file).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Adds the documents to a key set that is being built, each for its issuer.
    pub fn add_to(&self, builder: &mut KeySetBuilder) {
        for document in &self.documents {
            builder.add(&document.issuer, &document.url, &document.body);
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    taken: u64,
    documents: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    issuer: String,
    source: String,
    url: String,
    confirmed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    sha256: String,
    body: String,
}

impl Entry {
    fn of_document(document: &PinnedDocument) -> Self {
        Self {
            issuer: document.issuer.clone(),
            source: document.source.clone(),
            url: document.url.clone(),
            confirmed: document.confirmed.as_secs(),
            etag: document.etag.clone(),
            last_modified: document.last_modified.clone(),
            sha256: document.digest().to_string(),
            body: BASE64_STANDARD.encode(&document.body),
        }
    }

    fn into_document(self, index: usize, budget: &Budget) -> Result<PinnedDocument, SnapshotError> {
        let body = BASE64_STANDARD.decode(&self.body).map_err(|_| SnapshotError::NotBase64 { index })?;
        if body.len() > budget.max_document {
            return Err(SnapshotError::TooLarge { index, max: budget.max_document });
        }
        let document = PinnedDocument {
            issuer: self.issuer,
            source: self.source,
            url: self.url,
            confirmed: UnixTime::from_secs(self.confirmed),
            etag: self.etag,
            last_modified: self.last_modified,
            body,
        };
        if document.digest().to_string() != self.sha256 {
            return Err(SnapshotError::Digest { index });
        }
        Ok(document)
    }
}

/// Why a snapshot cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON with exactly the members of a snapshot.
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is of another format or version.
    Format,
    /// It has more documents than any policy has sources.
    TooMany {
        /// Documents that it may have.
        max: usize,
    },
    /// A document is not base64.
    NotBase64 {
        /// Which document, from 0.
        index: usize,
    },
    /// A document is larger than the budget allows.
    TooLarge {
        /// Which document, from 0.
        index: usize,
        /// Bytes that it may have.
        max: usize,
    },
    /// A document is not the one whose digest stands beside it.
    Digest {
        /// Which document, from 0.
        index: usize,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column } => {
                write!(f, "expected a key snapshot, found other text at line {line}, column {column}")
            }
            Self::Format => write!(f, "expected the format {FORMAT}, found another one"),
            Self::TooMany { max } => write!(f, "expected at most {max} documents, found more"),
            Self::NotBase64 { index } => write!(f, "document {index}: expected base64, found other text"),
            Self::TooLarge { index, max } => {
                write!(f, "document {index}: expected at most {max} bytes, found more")
            }
            Self::Digest { index } => {
                write!(f, "document {index}: expected the document of its sha256, found another one")
            }
        }
    }
}

impl std::error::Error for SnapshotError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testdata::{A_CERT, metadata, metadata_entry, openssl_says};

    const ISSUER: &str = "00000002-0000-0ff1-ce00-000000000000@*";

    fn snapshot() -> Snapshot {
        let document = PinnedDocument {
            issuer: ISSUER.to_owned(),
            source: "https://mail.contoso.com/.well-known/openid-configuration".to_owned(),
            url: "https://mail.contoso.com/keys".to_owned(),
            confirmed: UnixTime::from_secs(1_700_000_000),
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
            body: metadata(&[metadata_entry(A_CERT)]).to_string().into_bytes(),
        };
        Snapshot::new(UnixTime::from_secs(1_700_000_100), vec![document])
    }

    fn parse(text: &str) -> Result<Snapshot, SnapshotError> {
        Snapshot::parse(text.as_bytes(), &Budget::DEFAULT)
    }

    #[test]
    fn snapshot_written_and_read_back_the_same_and_serves() {
        let text = snapshot().to_json();
        assert!(Snapshot::is_one(text.as_bytes()));
        assert!(!Snapshot::is_one(metadata(&[]).to_string().as_bytes()));
        let read = parse(&text).unwrap();
        assert_eq!(read, snapshot());
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        read.add_to(&mut builder);
        let keys = builder.build().keys;
        assert_eq!(keys.of_issuer(ISSUER).next().unwrap().x5t().unwrap().to_string(), openssl_says("a.x5t"));
    }

    #[test]
    fn snapshot_damaged_in_any_way_refused() {
        let text = snapshot().to_json();
        let digest = snapshot().documents[0].digest().to_string();
        assert_eq!(parse(&text.replace(&digest, &"0".repeat(64))), Err(SnapshotError::Digest { index: 0 }));
        let body = text.replace("\"body\": \"ey", "\"body\": \"fy");
        assert_eq!(parse(&body), Err(SnapshotError::Digest { index: 0 }));
        let body = text.replace("\"body\": \"ey", "\"body\": \"%y");
        assert_eq!(parse(&body), Err(SnapshotError::NotBase64 { index: 0 }));
        assert_eq!(parse(&text.replace("keys/1", "keys/2")), Err(SnapshotError::Format));
        assert!(matches!(parse(&text.replace("\"etag\"", "\"tag\"")), Err(SnapshotError::Malformed { .. })));
        let twice = text.replace("\"taken\"", "\"taken\": 1, \"taken\"");
        assert!(matches!(parse(&twice), Err(SnapshotError::Malformed { .. })));
        let small = Budget { max_document: 10, ..Budget::DEFAULT };
        assert_eq!(
            Snapshot::parse(text.as_bytes(), &small),
            Err(SnapshotError::TooLarge { index: 0, max: 10 })
        );
    }

    #[test]
    fn document_digest_as_sha256sum_prints_it() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(DocumentDigest::of(b"abc").to_string(), expected);
    }
}
