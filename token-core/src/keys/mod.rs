//! Which keys an issuer has: key documents, the keys in them, and the choice of one key for a token.
//!
//! Follows the Outlook documentation (metadata/json/1), RFC 7517, OpenID Connect Discovery, WS-Federation, and rulings 5
//! and 6. Nothing but `refresh` (feature `fetch`) fetches or reads a clock, and nothing takes a key from a token:
//! [`KeySetBuilder`] turns documents into a [`KeySet`], which only ever answers for the issuer asked for.

mod builder;
mod certificate;
mod document;
mod document_json;
mod entry;
#[cfg(feature = "federation")]
mod federation;
mod issuer;
mod jwks;
mod metadata;
mod pem;
#[cfg(feature = "fetch")]
pub mod refresh;
mod set;
mod ski;
mod snapshot;
mod source;
#[cfg(test)]
pub(crate) mod testdata;
mod thumbprint;

pub use builder::{KeySetBuilder, Loaded};
#[cfg(feature = "dauth")]
pub(crate) use certificate::parse as parse_certificate;
pub use certificate::{CertificateDefect, CertificateFacts};
pub use document::{DocumentError, DocumentErrorKind, DocumentFormat, DocumentProof, Endpoint, KeyDocument};
pub use entry::{DeclaredThumbprint, EntryDefect, KeyEntry};
pub use set::{Key, KeyChosen, KeyId, KeySet, Lookup};
pub use ski::Ski;
pub use snapshot::{DocumentDigest, PinnedDocument, Snapshot, SnapshotError};
pub use source::KeySource;
pub use thumbprint::{Spelling, ThumbprintError, X5t, X5tS256};
