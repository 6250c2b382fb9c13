//! XML signatures, read in the two shapes that the messages have, and verified.
//!
//! Follows XML Signature (second edition) sections 3.2 and 4, and ruling 15. The signature of an assertion is the issuer's;
//! that of a message proves its sender, and is read and verified apart from it.

mod assertion;
mod ids;
mod message;
#[cfg(feature = "federation")]
mod metadata;
mod shape;
#[cfg(test)]
mod tests;

pub(super) use assertion::{AssertionVerified, BadAssertion, Signature};
pub(super) use ids::check_ids;
pub use message::SignedPart;
pub(super) use message::{MessageKey, MessageSignature};
#[cfg(feature = "federation")]
pub(crate) use metadata::verify_metadata;
pub(super) use shape::{DigestMethod, SignatureMethod};
