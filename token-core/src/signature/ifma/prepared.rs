//! Prepared keys, and the run-time choice of the instructions.
//!
//! Follows RFC 8017, 8.2.2; the argument for it is in the parent module.

use super::{big::Constants, digest_by_ring, eight, enabled, selfcheck, single};

/// An RSA-2048 public key with e = 65537 and everything that depends on it alone.
///
/// Its existence proves that the processor has AVX-512 F, BW, DQ, VL, IFMA and VBMI.
pub(crate) struct PreparedKey(Box<Parts>);

struct Parts {
    modulus: [u8; 256],
    single: single::Key,
    eight: eight::Key,
}

impl PreparedKey {
    /// Prepares the key with this modulus (256 bytes, big-endian) and the exponent 65537.
    ///
    /// `None` if the modulus is even or has fewer than 2048 bits, if the processor lacks an instruction, after
    /// [`disable`](super::disable), and if the arithmetic fails its self-check with this key.
    pub(crate) fn new(modulus: &[u8; 256]) -> Option<Self> {
        if !is_available() {
            return None;
        }
        let constants = Constants::new(modulus)?;
        selfcheck::holds(modulus, &constants).then(|| Self::of(modulus, &constants))
    }

    /// Lays the constants out. The caller has made sure of the processor, as `new` does.
    pub(super) fn of(modulus: &[u8; 256], constants: &Constants) -> Self {
        Self(Box::new(Parts {
            modulus: *modulus,
            single: single::Key::new(constants),
            eight: eight::Key::new(constants),
        }))
    }

    /// Makes a key that takes this signature for this digest, whatever the encoded message: an injected fault.
    #[cfg(test)]
    pub(crate) fn accepting(modulus: &[u8; 256], signature: &[u8; 256], digest: &[u8; 32]) -> Option<Self> {
        Self::new(modulus)?;
        let constants = Constants::new(modulus)?.accepting(modulus, signature, digest)?;
        Some(Self::of(modulus, &constants))
    }

    /// Says whether the signature, raised to the exponent, is exactly the whole encoded message of the SHA-256 digest.
    pub(crate) fn verify(&self, signature: &[u8; 256], digest: &[u8; 32]) -> bool {
        // Big-endian arrays compare like the numbers they hold.
        if *signature >= self.0.modulus {
            return false;
        }
        // SAFETY: `new` checked the target features.
        unsafe { single::verify(&self.0.single, signature, digest) }
    }
}

/// Verifies eight signatures at once: bit l of the result is what `keys[l]` says of `signatures[l]` and `digests[l]`.
///
/// Same keys or different ones, in any mix; eight times the same reference saves a few percent. A caller with fewer
/// signatures repeats one of them and ignores its bits.
pub(crate) fn verify_batch(
    keys: [&PreparedKey; 8],
    signatures: [&[u8; 256]; 8],
    digests: &[[u8; 32]; 8],
) -> u8 {
    let in_range = keys
        .iter()
        .zip(signatures)
        .enumerate()
        .fold(0, |lanes, (lane, (key, signature))| lanes | u8::from(*signature < key.0.modulus) << lane);
    let mixed;
    let key = if keys.iter().all(|key| core::ptr::eq(*key, keys[0])) {
        &keys[0].0.eight
    } else {
        mixed = eight::Key::mixed(keys.map(|key| &key.0.eight));
        &mixed
    };
    // SAFETY: `PreparedKey::new` checked the target features.
    in_range & unsafe { eight::verify(key, signatures, digests) }
}

/// The SHA-256 digest of a message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    if !has_sha() {
        return digest_by_ring(message);
    }
    // SAFETY: the target features were checked in the line above.
    let [digest] = unsafe { super::sha256::digest([message]) };
    digest
}

/// The SHA-256 digests of four messages, as fast as they are alike in length.
pub(crate) fn sha256_x4(messages: [&[u8]; 4]) -> [[u8; 32]; 4] {
    if !has_sha() {
        return messages.map(digest_by_ring);
    }
    // SAFETY: the target features were checked in the line above.
    unsafe { super::sha256::digest(messages) }
}

/// Whether keys can be prepared here and now.
pub(crate) fn is_available() -> bool {
    enabled() && has_path()
}

/// Whether the processor has the path.
pub(super) fn has_path() -> bool {
    has_ifma() && has_sha()
}

/// The features that `single` and `eight` name. The standard library asks the processor once.
fn has_ifma() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512ifma")
        && is_x86_feature_detected!("avx512vbmi")
}

/// The features that `sha256` names.
fn has_sha() -> bool {
    is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1")
        && is_x86_feature_detected!("avx")
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
}
