//! The backend `aws-lc-rs`, which keeps a key with its Montgomery context.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::{Backend, BadSignature, Components, KeyDefect};

#[derive(Clone)]
pub(super) struct Key(ParsedPublicKey);

impl Key {
    pub(super) fn prepare(components: &Components) -> Result<Self, KeyDefect> {
        PublicKeyComponents { n: &components.modulus, e: &components.exponent_bytes() }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map(Self)
            .map_err(|_| KeyDefect::RefusedByBackend(Backend::AwsLc))
    }

    /// Never inlined, so that it has a name where instructions are counted: `benches` leaves it out.
    #[inline(never)]
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        // The digest by itself: with the message, the library would set up a context for it each time.
        let digest = digest::digest(&digest::SHA256, message);
        self.0.verify_digest_sig(&digest, signature).map_err(|_| BadSignature)
    }
}

/// A key for the signatures with SHA-1 that federated delegation still has.
#[cfg(feature = "dauth")]
pub(super) struct Sha1Key(ParsedPublicKey);

#[cfg(feature = "dauth")]
impl Sha1Key {
    pub(super) fn prepare(components: &Components) -> Result<Self, KeyDefect> {
        use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;

        PublicKeyComponents { n: &components.modulus, e: &components.exponent_bytes() }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)
            .map(Self)
            .map_err(|_| KeyDefect::RefusedByBackend(Backend::AwsLc))
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.0.verify_sig(message, signature).map_err(|_| BadSignature)
    }
}
