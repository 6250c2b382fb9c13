//! RS256 with RSA-2048 and e = 65537 on x86-64 processors with AVX-512 IFMA and the SHA extensions.
//!
//! Follows RFC 8017, 8.2.2 (RSASSA-PKCS1-v1_5 verification) with 9.2 (EMSA-PKCS1-v1_5) and FIPS 180-4 for SHA-256.
//!
//! # Why an acceptance is right
//!
//! Let n be the modulus (odd, 2^2047 < n < 2^2048), s the signature, h the digest as a number, M the encoded message with
//! a digest of zeros, and R = 2^2080: 40 limbs of 52 bits.
//!
//! **What is computed.** s >= n is refused first, as RFC 8017, 5.2.2 asks. Then sixteen Montgomery squarings,
//! x -> x^2 / R mod n, take s to x = s^65536 * R^-65535 mod n, without a conversion into Montgomery form. The target takes
//! the rest of the work: with D = -R^-65535 mod n (`digest_factor`) and P = D * M mod n (`padding_term`), both made when
//! the key is prepared,
//!
//! T = x * s + P + h * D, which is (s^65537 - (M + h)) * R^-65535 modulo n.
//!
//! R is a power of two and n is odd, so R^-65535 can be cancelled: T is 0 modulo n if and only if s^65537 is M + h modulo
//! n. M + h is below 2^2041 and so below n: it *is* the remainder, and equality with it is equality with all 256 bytes of
//! the encoded message. Nothing is parsed, skipped or compared in part, so there is no padding for a forger to fill.
//!
//! **Why there is no conditional subtraction.** A reduction takes T to r = (T + q * n) / R with 0 <= q < R, hence
//! r < T / R + n. As n < 2^2048, a squaring of x < 2^2049 gives r < 2^4098 / 2^2080 + n = n + 2^2018, which is below
//! 2^2049 again: by induction every power fits, and fits 40 limbs. The last T is below
//! (n + 2^2018) * n + n + 2^256 * n < 2^4097, so its r is below n + 2^2017 < 2n; and r is above 0, for T is at least P, and
//! P is above 0 because n divides neither M nor, being prime to R, D * M. So T is 0 modulo n if and only if r is n, limb by
//! limb, and r is normalised before it is compared.
//!
//! **Why no sum overflows.** A column of a product of two normalised numbers has at most 40 lower and 40 upper halves of
//! 52 bits: less than 80 * 2^52. T adds to it one limb of P and ten halves of h * D; the reduction adds one more product
//! and a carry below 2^9. That is less than 172 * 2^52 < 2^60 of the 64 bits that a column has.
//!
//! **Why the carry is exact.** IFMA multiplies the low 52 bits of a lane and ignores the rest, so every factor must be
//! normalised: `single` repeats the carry until no limb is above 2^52 - 1, `eight` carries from limb to limb in order.
//! What the low columns of T + q * n carry out is not computed but concluded. `eight` clears one column at a time: with
//! the lower half of the digit's product, which is below 2^52, the column is a multiple of 2^52, so the carry is the column
//! over 2^52, rounded up. `single` clears forty at once: together they are a multiple of R, and those below column 39
//! are worth 82 units of column 39 at most, which is below 2^52; so again the carry is column 39 over 2^52, rounded up.
//!
//! # Why the rest is safe
//!
//! **Memory.** A [`PreparedKey`] exists only if the processor has the instructions: it is the proof that the functions
//! with target features may be called. Loads and stores go through references to whole vectors; the assembly reads
//! limbs, and reads and writes blocks of a fixed size, through references to them. There is no index that an input decides.
//!
//! **Time.** Everything here is public: the key, the signature, the digest. That a carry or a refusal takes another time
//! tells nobody anything.
//!
//! **A wrong refusal** cannot be ruled out by the argument alone, as a fault of the processor cannot be: the caller, the
//! module `watched`, has every refusal decided again by the reviewed backend, and checks a key against it before using
//! it. [`PreparedKey::new`] checks the arithmetic with the key itself.
#![cfg_attr(
    all(feature = "ifma", target_arch = "x86_64"),
    allow(
        unsafe_code,
        reason = "vector instructions load and store through pointers and need a processor that has them; every block \
                  says why it may"
    )
)]
#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "limb arithmetic over arrays of fixed size, whose bounds are argued in the module's documentation, and counts \
              of bytes of a text that is there"
)]

#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod base64url;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod big;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod bytes;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod differential;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod eight;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod find;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod limbs;
#[cfg(not(all(feature = "ifma", target_arch = "x86_64")))]
mod portable;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod prepared;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod selfcheck;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod sha256;
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
mod single;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
pub(crate) use bytes::{ascii, decode_base64url, find_quotes, find_separators, find_two_dots};
#[cfg(not(all(feature = "ifma", target_arch = "x86_64")))]
pub(crate) use portable::{
    PreparedKey, ascii, decode_base64url, find_quotes, find_separators, find_two_dots, is_available, sha256,
    sha256_x4, verify_batch,
};
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
pub(crate) use prepared::{PreparedKey, is_available, sha256, sha256_x4, verify_batch};

static ENABLED: AtomicBool = AtomicBool::new(true);

/// Stops keys from being prepared, for the whole process: those that exist stay as they are.
pub(crate) fn disable() {
    ENABLED.store(false, Ordering::Relaxed);
}

#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
fn enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

fn digest_by_ring(message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, message).as_ref());
    bytes
}
