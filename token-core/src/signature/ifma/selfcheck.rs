//! The arithmetic under trial with one key's own constants, before the key is used.
//!
//! Without the private key there is no signature of a real encoded message (RFC 8017, 9.2) to try. But every s is the
//! signature of *something*: t = s^65537 mod n, which plain arithmetic computes. With the target moved to t both
//! exponentiations must accept s, and nothing beside it.
//!
//! Two of these with different t show more than two points: the term of the target is P + D * (t - M - h), linear in t,
//! so right answers for two different t leave one possible pair of D and P, the right one. What the check cannot show is
//! that every carry of every other signature is right; that is what the argument of the parent module, the tests, and
//! the second decision of every refusal are for.

use super::{big::Constants, prepared::PreparedKey, verify_batch};

/// Signatures below 2^2047, so below every modulus: one whose limbs are full, one without a pattern.
fn signatures() -> [[u8; 256]; 2] {
    let mut full = [0xff; 256];
    full[0] = 0x7f;
    // Multiples of an odd number modulo 251: no period that limbs could share.
    let mut mixed: [u8; 256] = core::array::from_fn(|at| ((at as u32 + 3) * 149 % 251) as u8);
    mixed[0] &= 0x7f;
    [full, mixed]
}

/// Whether the constants are those of the modulus, as far as acceptances and refusals can show.
///
/// The caller has made sure that the processor has the instructions.
pub(super) fn holds(modulus: &[u8; 256], constants: &Constants) -> bool {
    let digest: [u8; 32] = core::array::from_fn(|at| (at * 37 + 11) as u8);
    let mut other_digest = digest;
    other_digest[31] ^= 1;
    signatures().iter().all(|signature| {
        let Some(moved) = constants.accepting(modulus, signature, &digest) else { return false };
        let moved = PreparedKey::of(modulus, &moved);
        let mut other = *signature;
        other[255] ^= 1;
        let singly = moved.verify(signature, &digest)
            && !moved.verify(&other, &digest)
            && !moved.verify(signature, &other_digest);
        // Right ones in the even lanes, the two kinds of wrong ones in the odd lanes.
        let signatures = core::array::from_fn(|lane| if lane % 4 == 1 { &other } else { signature });
        let digests = core::array::from_fn(|lane| if lane % 4 == 3 { other_digest } else { digest });
        singly && verify_batch([&moved; 8], signatures, &digests) == 0b0101_0101
    })
}

#[cfg(test)]
mod tests {
    use super::super::cases::{moduli, supported};
    use super::*;

    #[test]
    fn holds_for_keys_of_every_shape() {
        if !supported() {
            return;
        }
        for modulus in moduli() {
            // For a product of ones no exponent has an inverse, and yet every s has its power.
            assert!(holds(&modulus, &Constants::new(&modulus).unwrap()), "{modulus:02x?}");
        }
    }

    #[test]
    fn holds_not_with_one_bit_of_a_constant_flipped() {
        if !supported() {
            return;
        }
        let modulus = moduli()[0];
        let right = Constants::new(&modulus).unwrap();
        for limb in (0..39).step_by(3) {
            for bit in [0, 25, 43] {
                let flipped = |part: fn(&mut Constants) -> &mut [u64; 40]| {
                    let mut wrong = right;
                    part(&mut wrong)[limb] ^= 1 << bit;
                    holds(&modulus, &wrong)
                };
                assert!(!flipped(|constants| &mut constants.modulus), "modulus, limb {limb}, bit {bit}");
                assert!(
                    !flipped(|constants| &mut constants.negated_inverse),
                    "inverse, limb {limb}, bit {bit}"
                );
                assert!(!flipped(|constants| &mut constants.digest_factor), "factor, limb {limb}, bit {bit}");
                assert!(!flipped(|constants| &mut constants.padding_term), "term, limb {limb}, bit {bit}");
            }
        }
    }

    #[test]
    fn holds_not_with_the_constants_of_another_modulus() {
        if !supported() {
            return;
        }
        let moduli = moduli();
        assert!(!holds(&moduli[0], &Constants::new(&moduli[1]).unwrap()));
    }
}
