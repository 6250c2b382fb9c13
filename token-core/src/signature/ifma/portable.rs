//! What the parent module offers where the instructions cannot be used: no prepared keys, and digests by ring.

use super::digest_by_ring;

/// A key that cannot be prepared here.
pub(crate) struct PreparedKey(Never);

enum Never {}

impl PreparedKey {
    /// Returns `None`: this build has no path for the processor.
    pub(crate) fn new(_modulus: &[u8; 256]) -> Option<Self> {
        None
    }

    /// Returns `None` likewise.
    #[cfg(test)]
    pub(crate) fn accepting(_: &[u8; 256], _: &[u8; 256], _: &[u8; 32]) -> Option<Self> {
        None
    }

    /// Cannot be called: there is no such key.
    pub(crate) fn verify(&self, _signature: &[u8; 256], _digest: &[u8; 32]) -> bool {
        match self.0 {}
    }
}

/// Cannot be called: there is no such key.
pub(crate) fn verify_batch(
    keys: [&PreparedKey; 8],
    _signatures: [&[u8; 256]; 8],
    _digests: &[[u8; 32]; 8],
) -> u8 {
    match keys[0].0 {}
}

/// Returns `false`: see [`PreparedKey::new`].
pub(crate) fn is_available() -> bool {
    false
}

/// Decodes nothing: the plain decoder does.
pub(crate) fn decode_base64url(_text: &[u8], _buffer: &mut [u8]) -> Option<usize> {
    None
}

/// Finds nothing out: the plain search does.
pub(crate) fn find_quotes(_text: &[u8], _places: &mut [u16]) -> Option<Option<usize>> {
    None
}

/// Finds nothing: the plain search does.
pub(crate) fn find_two_dots(_text: &[u8]) -> Option<[usize; 2]> {
    None
}

/// Finds nothing: the plain search does.
pub(crate) fn find_separators(_text: &[u8]) -> Option<u128> {
    None
}

/// Takes nothing as text: the standard library does.
pub(crate) fn ascii(_bytes: &[u8]) -> Option<&str> {
    None
}

/// The SHA-256 digest of a message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    digest_by_ring(message)
}

/// The SHA-256 digests of four messages.
pub(crate) fn sha256_x4(messages: [&[u8]; 4]) -> [[u8; 32]; 4] {
    messages.map(digest_by_ring)
}
