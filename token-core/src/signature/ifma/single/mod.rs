//! One signature: the 40 limbs of a number lie side by side in five registers.
//!
//! A multiplication modulo n is three plain products with Montgomery's full-width reduction (q = T * -n^-1 mod R,
//! then (T + q * n) / R), so nothing waits for one quotient digit after the other. The bounds are in the parent module.

mod product;
mod reduce;
#[cfg(test)]
mod tests;
mod vectors;

use core::arch::x86_64::{_mm512_add_epi64, _mm512_cmpneq_epu64_mask};

use super::{
    big::{Constants, DIGEST_LIMBS, LIMBS, digest_limbs},
    limbs::{self, load},
};
use product::{multiply, square_lower, square_upper};
use reduce::{Lower, reduce};
use vectors::{Columns, Halves, Lanes, Shifted, broadcast};

/// A modulus, laid out for this file.
pub(super) struct Key {
    /// -n^-1 mod R: only what stays below R when it is shifted.
    negated_inverse: Shifted<8, 5>,
    /// n: vectors 1 to 5, as vector 0 reaches no column above R.
    modulus_high: Shifted<8, 5>,
    modulus: Lanes,
    /// Limb `39 - i` of n in place i: with limb i of q the products of column 39.
    modulus_reversed: Lanes,
    /// Limb `38 - i` of n in place i: with limb i of q the products of column 38.
    modulus_reversed_below: Lanes,
    digest_factor: Shifted<DIGEST_LIMBS, 6>,
    padding_term: Lanes,
}

impl Key {
    pub(super) fn new(constants: &Constants) -> Self {
        let reversed = |from: usize| {
            core::array::from_fn(|at| from.checked_sub(at).map_or(0, |at| constants.modulus[at]))
        };
        Self {
            negated_inverse: Shifted::new(&constants.negated_inverse, 0),
            modulus_high: Shifted::new(&constants.modulus, 1),
            modulus: Lanes::new(&constants.modulus),
            modulus_reversed: Lanes::new(&reversed(LIMBS - 1)),
            modulus_reversed_below: Lanes::new(&reversed(LIMBS - 2)),
            digest_factor: Shifted::new(&constants.digest_factor, 0),
            padding_term: Lanes::new(&constants.padding_term),
        }
    }
}

/// Says whether `signature`^65537 is the encoded message of `digest` modulo n. The signature is below n.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi")]
pub(super) fn verify(key: &Key, signature: &[u8; 256], digest: &[u8; 32]) -> bool {
    let signature = limbs::from_bytes(signature);
    let mut power = signature;
    for _ in 0..16 {
        let ([lower @ .., columns40], above) = square_lower(&power);
        // Carried and stored while the upper columns are computed.
        let lower = Lower::of(lower);
        let [columns48, columns56, columns64, columns72] = square_upper(&power, above);
        power = reduce(key, &lower, [columns40, columns48, columns56, columns64, columns72]);
    }
    let mut columns = multiply(&power, &Lanes::of(&signature));
    for (column, term) in columns.iter_mut().zip(&key.padding_term.0) {
        *column = _mm512_add_epi64(*column, load(term));
    }
    add_digest(&mut columns, key, digest);
    let [lower @ .., columns40, columns48, columns56, columns64, columns72] = columns;
    let upper = [columns40, columns48, columns56, columns64, columns72];
    let remainder = reduce(key, &Lower::of(lower), upper);

    let differences = remainder.iter().zip(&key.modulus.0).fold(0, |differences, (limbs, modulus)| {
        differences | _mm512_cmpneq_epu64_mask(*limbs, load(modulus))
    });
    differences == 0
}

/// Adds digest * `digest_factor`.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_digest(columns: &mut Columns, key: &Key, digest: &[u8; 32]) {
    // Six vectors hold 45 limbs, and the upper halves of the last one.
    let [low @ .., _, _, _, _] = *columns;
    let mut sums = Halves::onto(low);
    for (limb, factors) in digest_limbs(digest).iter().zip(&key.digest_factor.0) {
        for (at, factor) in factors.iter().enumerate() {
            sums.add(at, load(factor), broadcast(*limb));
        }
    }
    columns[..6].copy_from_slice(&sums.columns());
}
