//! The few big-number operations that prepare a key: everything a verification needs that depends on the modulus alone.
//!
//! Follows RFC 8017, 8.2.2 and 9.2 for the encoded message, and Montgomery's reduction with R = 2^2080.

/// Limbs of 52 bits that hold 2048 bits: ceil(2048 / 52).
pub(super) const LIMBS: usize = 40;
/// Bits of a limb: what one IFMA lane multiplies.
pub(super) const LIMB_BITS: usize = 52;
/// The bits of a full limb.
pub(super) const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;
/// Limbs that hold a SHA-256 digest: ceil(256 / 52).
pub(super) const DIGEST_LIMBS: usize = 5;

/// A number below 2^2080 in radix 2^52, least limb first.
pub(super) type Limbs = [u64; LIMBS];
/// A number below 2^2048 in radix 2^64, least word first.
type Words = [u64; WORDS];

const WORDS: usize = 32;
/// Bits of R, the factor that one Montgomery reduction removes.
const R_BITS: usize = LIMBS * LIMB_BITS;
/// 64-bit words that hold a number below R.
const R_WORDS: usize = R_BITS.div_ceil(64);

/// The encoded message of RFC 8017, 9.2, with SHA-256 and 256 bytes, up to where the digest begins.
const ENCODED_PREFIX: [u8; 224] = {
    /// `DigestInfo` of SHA-256 up to the digest (RFC 8017, 9.2, note 1).
    const DIGEST_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ];
    let mut prefix = [0xff; 224];
    prefix[0] = 0x00;
    prefix[1] = 0x01;
    prefix[204] = 0x00;
    let mut at = 0;
    while at < DIGEST_INFO.len() {
        prefix[205 + at] = DIGEST_INFO[at];
        at += 1;
    }
    prefix
};

/// What a verification needs of the modulus n, with e = 65537.
#[derive(Clone, Copy)]
pub(super) struct Constants {
    /// n.
    pub(super) modulus: Limbs,
    /// -n^-1 mod R.
    pub(super) negated_inverse: Limbs,
    /// -R^-65535 mod n: what the digest is multiplied by.
    pub(super) digest_factor: Limbs,
    /// -M * R^-65535 mod n, where M is the encoded message with a digest of zeros.
    pub(super) padding_term: Limbs,
}

impl Constants {
    /// Computes the constants of a modulus; `None` unless it is odd and has its top bit set.
    pub(super) fn new(modulus: &[u8; 256]) -> Option<Self> {
        let modulus = Modulus::new(modulus)?;
        let mut one = [0; WORDS];
        one[0] = 1;
        // `multiply` divides by 2^2048; R^-1 is 32 bits further.
        let r_inverse = (2048..R_BITS).fold(modulus.multiply(&one, &one), |value, _| modulus.halve(&value));

        // `power` is in Montgomery form for 2^2048: multiplying by 2^4096 brings a number there.
        let base = modulus.multiply(&r_inverse, &modulus.radix_squared());
        // 65535 is sixteen one bits.
        let power = (1..16).fold(base, |value, _| {
            let square = modulus.multiply(&value, &value);
            modulus.multiply(&square, &base)
        });

        Some(Self {
            modulus: limbs_from_words(&modulus.words),
            negated_inverse: limbs_from_words(&modulus.negated_inverse_mod_r()),
            digest_factor: limbs_from_words(&modulus.negate(&modulus.multiply(&power, &one))),
            padding_term: limbs_from_words(
                &modulus.negate(&modulus.multiply(&power, &words_from_bytes(&encoded_without_digest()))),
            ),
        })
    }

    /// Moves the target, so that this signature is right for this digest: what the self-check asks for.
    ///
    /// Nobody without the private key has a signature of a real encoded message. But every s is the signature of
    /// t = s^65537 mod n, and `padding_term` + D * (t - h - M), with h the digest as a number, is the term that asks for
    /// t instead of M + h. t comes from plain arithmetic. `modulus` is the one that these constants should be those of.
    pub(super) fn accepting(
        &self,
        modulus: &[u8; 256],
        signature: &[u8; 256],
        digest: &[u8; 32],
    ) -> Option<Self> {
        let modulus = Modulus::new(modulus)?;
        let radix_squared = modulus.radix_squared();
        let base = modulus.multiply(&words_from_bytes(signature), &radix_squared);
        let power = (0..16).fold(base, |value, _| modulus.multiply(&value, &value));
        // The signature itself is not in Montgomery form, so the last product brings the power out of it.
        let target = modulus.multiply(&power, &words_from_bytes(signature));

        let mut encoded = encoded_without_digest();
        encoded[ENCODED_PREFIX.len()..].copy_from_slice(digest);
        let moved = modulus.add(&target, &modulus.negate(&words_from_bytes(&encoded)));
        let factor = modulus.multiply(&words_from_limbs(&self.digest_factor), &radix_squared);
        let term = modulus.add(&words_from_limbs(&self.padding_term), &modulus.multiply(&factor, &moved));
        Some(Self { padding_term: limbs_from_words(&term), ..*self })
    }
}

/// M: the encoded message with a digest of zeros.
fn encoded_without_digest() -> [u8; 256] {
    let mut encoded = [0; 256];
    encoded[..ENCODED_PREFIX.len()].copy_from_slice(&ENCODED_PREFIX);
    encoded
}

/// Splits 256 big-endian bytes into limbs.
#[cfg(test)]
pub(super) fn limbs_from_bytes(bytes: &[u8; 256]) -> Limbs {
    limbs_from_words(&words_from_bytes::<256, WORDS>(bytes))
}

/// Splits a big-endian SHA-256 digest into limbs.
pub(super) fn digest_limbs(digest: &[u8; 32]) -> [u64; DIGEST_LIMBS] {
    limbs_from_words(&words_from_bytes::<32, 4>(digest))
}

fn words_from_bytes<const BYTES: usize, const N: usize>(bytes: &[u8; BYTES]) -> [u64; N] {
    const { assert!(BYTES == 8 * N) }
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.as_rchunks::<8>().1.iter().rev()) {
        *word = u64::from_be_bytes(*bytes);
    }
    words
}

/// Cuts words into limbs; bits beyond the last limb are dropped, limbs beyond the last word are zero.
fn limbs_from_words<const N: usize, const M: usize>(words: &[u64; N]) -> [u64; M] {
    let mut limbs = [0; M];
    for (at, limb) in limbs.iter_mut().enumerate() {
        let (word, shift) = (at * LIMB_BITS / 64, at * LIMB_BITS % 64);
        let low = words.get(word).copied().unwrap_or(0);
        let high = words.get(word + 1).copied().unwrap_or(0);
        let pair = u128::from(high) << 64 | u128::from(low);
        *limb = (pair >> shift) as u64 & LIMB_MASK;
    }
    limbs
}

/// The low 2048 bits of a number in limbs.
fn words_from_limbs(limbs: &Limbs) -> Words {
    let mut words = [0; WORDS];
    for (at, limb) in limbs.iter().enumerate() {
        let (word, shift) = (at * LIMB_BITS / 64, at * LIMB_BITS % 64);
        let spread = u128::from(*limb) << shift;
        if let Some(word) = words.get_mut(word) {
            *word |= spread as u64;
        }
        if let Some(word) = words.get_mut(word + 1) {
            *word |= (spread >> 64) as u64;
        }
    }
    words
}

/// An odd modulus of exactly 2048 bits.
struct Modulus {
    words: Words,
    /// -n^-1 mod 2^64.
    negated_inverse: u64,
}

impl Modulus {
    fn new(bytes: &[u8; 256]) -> Option<Self> {
        let words: Words = words_from_bytes(bytes);
        if words[0] & 1 == 0 || words[WORDS - 1] >> 63 == 0 {
            return None;
        }
        // Newton's iteration doubles the right bits: an odd number inverts itself modulo 8, so 3, 6, .. 96.
        let inverse = (0..5).fold(words[0], |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(words[0].wrapping_mul(inverse)))
        });
        Some(Self { words, negated_inverse: inverse.wrapping_neg() })
    }

    /// 2^4096 mod n: what brings a number into Montgomery form for 2^2048.
    fn radix_squared(&self) -> Words {
        // 2^2047 is below n.
        let mut top_bit = [0; WORDS];
        top_bit[WORDS - 1] = 1 << 63;
        (2047..4096).fold(top_bit, |value, _| self.double(&value))
    }

    /// left + right mod n, for terms of at most n that are not both n.
    fn add(&self, left: &Words, right: &Words) -> Words {
        let (sum, carry) = add(left, right);
        self.reduce_once(sum, carry)
    }

    /// 2 * value mod n, for a value below n.
    fn double(&self, value: &Words) -> Words {
        let mut doubled = [0; WORDS];
        let mut carry = 0;
        for (result, word) in doubled.iter_mut().zip(value) {
            *result = word << 1 | carry;
            carry = word >> 63;
        }
        self.reduce_once(doubled, carry)
    }

    /// value / 2 mod n, for a value below n.
    fn halve(&self, value: &Words) -> Words {
        // An odd value becomes even by adding the odd modulus.
        let (sum, carry) = if value[0] & 1 == 1 { add(value, &self.words) } else { (*value, 0) };
        let mut halved = [0; WORDS];
        for (at, result) in halved.iter_mut().enumerate() {
            let above = sum.get(at + 1).copied().unwrap_or(carry);
            *result = sum[at] >> 1 | above << 63;
        }
        halved
    }

    /// n - value, for a value of at most n.
    fn negate(&self, value: &Words) -> Words {
        subtract(&self.words, value).0
    }

    /// left * right * 2^-2048 mod n, for factors below n.
    fn multiply(&self, left: &Words, right: &Words) -> Words {
        let mut sum = [0; WORDS + 2];
        for &digit in left {
            add_product(&mut sum, right, digit);
            let quotient = sum[0].wrapping_mul(self.negated_inverse);
            add_product(&mut sum, &self.words, quotient);
            // The lowest word is zero now: this is the division by 2^64.
            sum.rotate_left(1);
        }
        let mut low = [0; WORDS];
        low.copy_from_slice(&sum[..WORDS]);
        self.reduce_once(low, sum[WORDS])
    }

    /// -n^-1 mod 2^(64 * `R_WORDS`), whose low bits are -n^-1 mod R.
    fn negated_inverse_mod_r(&self) -> [u64; R_WORDS] {
        // Clearing 1 from below with multiples of n finds q with 1 + q * n = 0.
        let mut sum = [0_u64; R_WORDS + WORDS + 1];
        sum[0] = 1;
        let mut quotient = [0; R_WORDS];
        for (at, digit) in quotient.iter_mut().enumerate() {
            *digit = sum[at].wrapping_mul(self.negated_inverse);
            add_product(&mut sum[at..], &self.words, *digit);
        }
        quotient
    }

    /// Subtracts n once from a number below 2n, given with the bit that does not fit its words.
    fn reduce_once(&self, value: Words, carry: u64) -> Words {
        let (difference, borrow) = subtract(&value, &self.words);
        if carry >= borrow { difference } else { value }
    }
}

fn add(left: &Words, right: &Words) -> (Words, u64) {
    let mut sum = [0; WORDS];
    let mut carry = false;
    for (result, (left, right)) in sum.iter_mut().zip(left.iter().zip(right)) {
        let (partial, first) = left.overflowing_add(*right);
        let (total, second) = partial.overflowing_add(u64::from(carry));
        (*result, carry) = (total, first | second);
    }
    (sum, u64::from(carry))
}

fn subtract(left: &Words, right: &Words) -> (Words, u64) {
    let mut difference = [0; WORDS];
    let mut borrow = false;
    for (result, (left, right)) in difference.iter_mut().zip(left.iter().zip(right)) {
        let (partial, first) = left.overflowing_sub(*right);
        let (total, second) = partial.overflowing_sub(u64::from(borrow));
        (*result, borrow) = (total, first | second);
    }
    (difference, u64::from(borrow))
}

/// Adds factor * digit to a sum that is longer than the factor and does not overflow.
fn add_product(sum: &mut [u64], factor: &Words, digit: u64) {
    let (low, high) = sum.split_at_mut(WORDS);
    let mut carry = 0;
    for (word, factor) in low.iter_mut().zip(factor) {
        let total = u128::from(*factor) * u128::from(digit) + u128::from(*word) + u128::from(carry);
        *word = total as u64;
        carry = (total >> 64) as u64;
    }
    for word in high {
        let (total, overflow) = word.overflowing_add(carry);
        *word = total;
        carry = u64::from(overflow);
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{
        super::cases::{Random, encode, moduli, value},
        Constants, LIMB_MASK, digest_limbs, limbs_from_bytes,
    };

    #[test]
    fn constants_are_those_of_plain_arithmetic() {
        let radix = BigUint::from(1_u8) << 2080;
        for bytes in moduli() {
            let constants = Constants::new(&bytes).unwrap();
            let n = BigUint::from_bytes_be(&bytes);
            assert_eq!(value(constants.modulus), n);
            assert_eq!(value(constants.negated_inverse), &radix - n.modinv(&radix).unwrap());

            let factor = &n - radix.modinv(&n).unwrap().modpow(&BigUint::from(65535_u32), &n);
            let mut without_digest = encode(b"");
            without_digest[224..].fill(0);
            assert_eq!(value(constants.padding_term), &factor * BigUint::from_bytes_be(&without_digest) % &n);
            assert_eq!(value(constants.digest_factor), factor);
        }
    }

    #[test]
    fn constants_even_or_short_modulus_is_none() {
        for bytes in moduli() {
            let mut even = bytes;
            even[255] &= 0xfe;
            let mut short = bytes;
            short[0] &= 0x7f;
            assert!(Constants::new(&even).is_none() && Constants::new(&short).is_none());
        }
    }

    #[test]
    fn limbs_hold_the_number_in_52_bits_each() {
        let mut random = Random(31);
        for _ in 0..20 {
            let bytes: [u8; 256] = random.bytes();
            let limbs = limbs_from_bytes(&bytes);
            assert!(limbs.iter().all(|limb| *limb <= LIMB_MASK));
            assert_eq!(value(limbs), BigUint::from_bytes_be(&bytes));
            let digest: [u8; 32] = random.bytes();
            assert_eq!(value(digest_limbs(&digest)), BigUint::from_bytes_be(&digest));
        }
        assert_eq!(limbs_from_bytes(&[0xff; 256])[..39], [LIMB_MASK; 39]);
    }
}
