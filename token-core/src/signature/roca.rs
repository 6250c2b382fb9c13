//! Recognises moduli of the ROCA weakness, CVE-2017-15361, by their residues.
//!
//! Follows Nemec et al., "The Return of Coppersmith's Attack" (CCS 2017), section 2.3: the faulty primes are
//! powers of 65537 modulo a product of the first primes, so the modulus is one too, modulo each of these
//! primes.

use std::num::NonZeroU32;

/// The generator of the faulty library.
const GENERATOR: u32 = 65537;

/// The odd primes of the smallest product that the faulty library used (keys of 512 bits); every longer key
/// uses more. An ordinary modulus passes for a faulty one with a probability of 2^-27.8: the share of the
/// powers among the residues.
const PRIMES: [u8; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a modulus, big-endian, is a power of 65537 modulo every one of the small primes.
pub(super) fn is_shaped(modulus: &[u8]) -> bool {
    PRIMES.iter().filter_map(|prime| NonZeroU32::new(u32::from(*prime))).all(|prime| {
        let residue = residue(modulus, prime);
        powers(prime).any(|power| power == residue)
    })
}

fn residue(number: &[u8], prime: NonZeroU32) -> u32 {
    // Below 256 * prime + 256, so nothing is lost.
    number.iter().fold(0, |residue: u32, byte| (residue << 8 | u32::from(*byte)) % prime)
}

/// Counts through the powers of the generator, from 1 until they begin again.
fn powers(prime: NonZeroU32) -> impl Iterator<Item = u32> {
    let generator = GENERATOR % prime;
    let next = move |power: &u32| Some(power.wrapping_mul(generator) % prime).filter(|power| *power != 1);
    std::iter::successors(Some(1), next)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the tests compute with numbers of their own")]
mod tests {
    use super::*;

    fn nonzero(prime: u8) -> NonZeroU32 {
        NonZeroU32::new(u32::from(prime)).unwrap()
    }

    #[test]
    fn powers_of_small_primes_form_the_subgroup() {
        assert_eq!(powers(nonzero(5)).collect::<Vec<_>>(), [1, 2, 4, 3]);
        assert_eq!(powers(nonzero(11)).collect::<Vec<_>>(), [1, 10]);
        assert_eq!(powers(nonzero(13)).collect::<Vec<_>>(), [1, 4, 3, 12, 9, 10]);
        assert_eq!(powers(nonzero(17)).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 15, 13, 9]);
    }

    #[test]
    fn powers_end_for_every_prime() {
        for prime in PRIMES {
            let order = powers(nonzero(prime)).count();
            assert_eq!((usize::from(prime) - 1) % order, 0, "the order modulo {prime} divides {prime} - 1");
        }
    }

    #[test]
    fn residue_of_bytes_known_values() {
        assert_eq!(residue(&[0x01, 0x00, 0x01], nonzero(167)), 65537 % 167);
        assert_eq!(residue(&[0xff; 8], nonzero(97)), u32::try_from(u64::MAX % 97).unwrap());
    }

    #[test]
    fn power_of_the_generator_is_shaped_and_its_neighbour_is_not() {
        assert!(is_shaped(&[1]));
        assert!(is_shaped(&65537_u32.to_be_bytes()));
        assert!(is_shaped(&(65537_u64 * 65537).to_be_bytes()));
        assert!(!is_shaped(&65539_u32.to_be_bytes()));
        assert!(!is_shaped(&[0]));
    }
}
