//! The backend `ring`. It has no prepared form of an RSA key: each verification sets the modulus up again.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

use super::{BadSignature, Components};

#[derive(Clone)]
pub(super) struct Key(RsaPublicKeyComponents<Box<[u8]>>);

impl Key {
    pub(super) fn prepare(components: &Components) -> Self {
        Self(RsaPublicKeyComponents { n: components.modulus.clone(), e: components.exponent_bytes() })
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.0.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).map_err(|_| BadSignature)
    }
}
