//! Keys, messages and signatures of every kind that the path has to judge, and what others say of them.
//!
//! ring and aws-lc-rs judge signatures of real keys, plain arithmetic those of moduli that nobody has the key for.

use aws_lc_rs::signature::{self as aws, KeyPair};
use num_bigint::BigUint;
use ring::signature as ring_signature;

use super::digest_by_ring;

pub(super) const PRIVATE_KEYS: [&[u8]; 3] = [
    include_bytes!("../../../tests/data/rsa/first.pk8"),
    include_bytes!("../../../tests/data/rsa/second.pk8"),
    include_bytes!("../../../tests/data/rsa/third.pk8"),
];

/// SplitMix64: small, and the same everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.next() as u8)
    }
}

/// What the oracles say of a signature over a message.
pub(super) trait Oracle {
    fn modulus(&self) -> &[u8; 256];
    fn accepts(&self, message: &[u8], signature: &[u8; 256]) -> bool;
}

/// A key that signs with aws-lc-rs, which is the faster one at that, and is verified by ring and aws-lc-rs.
pub(super) struct Signer {
    pair: aws::RsaKeyPair,
    parsed: aws::ParsedPublicKey,
    pub(super) modulus: [u8; 256],
    pub(super) n: BigUint,
    /// The prime factors, the private exponent modulo one less than each, and the inverse of the second modulo the first.
    primes: [BigUint; 5],
}

impl Signer {
    pub(super) fn all() -> Vec<Self> {
        PRIVATE_KEYS.into_iter().map(Self::new).collect()
    }

    pub(super) fn new(pkcs8: &[u8]) -> Self {
        let pair = aws::RsaKeyPair::from_pkcs8(pkcs8).unwrap();
        let parsed =
            aws::ParsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()).unwrap();
        let [_, n, _, _, primes @ ..]: [BigUint; 9] = integers(pkcs8).try_into().unwrap();
        Self { pair, parsed, modulus: to_bytes(&n), n, primes }
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 256] {
        let mut signature = [0; 256];
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.pair.sign(&aws::RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
        signature
    }

    /// The signature whose encoded message is whatever the caller wants: RFC 8017, 5.2.1, by the second form of the key.
    pub(super) fn exponentiate(&self, encoded: &[u8; 256]) -> [u8; 256] {
        let message = BigUint::from_bytes_be(encoded);
        let [p, q, exponent_p, exponent_q, inverse] = &self.primes;
        let (by_p, by_q) = (message.modpow(exponent_p, p), message.modpow(exponent_q, q));
        let difference = (by_p + p - &by_q % p) % p;
        to_bytes(&(by_q + difference * inverse % p * q))
    }
}

impl Oracle for Signer {
    fn modulus(&self) -> &[u8; 256] {
        &self.modulus
    }

    fn accepts(&self, message: &[u8], signature: &[u8; 256]) -> bool {
        let public = self.pair.public_key().as_ref();
        let by_ring =
            ring_signature::UnparsedPublicKey::new(&ring_signature::RSA_PKCS1_2048_8192_SHA256, public)
                .verify(message, signature)
                .is_ok();
        assert_eq!(
            by_ring,
            self.parsed.verify_sig(message, signature).is_ok(),
            "ring and aws-lc-rs disagree"
        );
        by_ring
    }
}

/// A prime modulus of a shape that carries far, judged by plain arithmetic.
pub(super) struct Shaped {
    pub(super) modulus: [u8; 256],
    pub(super) n: BigUint,
    private_exponent: BigUint,
}

impl Shaped {
    /// The largest and the smallest prime of 2048 bits, and primes whose lowest 20 limbs are 2^52 - 1, or 1 and zeros;
    /// for each of them 65537 is invertible.
    pub(super) fn all() -> Vec<Self> {
        let power = |bits: u32| BigUint::from(1_u8) << bits;
        let primes = [
            power(2048) - 1557_u32,
            power(2047) + 1919_u32,
            power(2047) + (BigUint::from(430_u32) << 1040) - 1_u32,
            power(2048) - (BigUint::from(373_u32) << 1040) + 1_u32,
        ];
        primes
            .into_iter()
            .map(|n| Self {
                modulus: to_bytes(&n),
                private_exponent: BigUint::from(65537_u32).modinv(&(&n - 1_u32)).unwrap(),
                n,
            })
            .collect()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 256] {
        let encoded = BigUint::from_bytes_be(&encode(message));
        to_bytes(&encoded.modpow(&self.private_exponent, &self.n))
    }
}

impl Oracle for Shaped {
    fn modulus(&self) -> &[u8; 256] {
        &self.modulus
    }

    fn accepts(&self, message: &[u8], signature: &[u8; 256]) -> bool {
        let s = BigUint::from_bytes_be(signature);
        s < self.n && s.modpow(&BigUint::from(65537_u32), &self.n) == BigUint::from_bytes_be(&encode(message))
    }
}

/// The encoded message, written from RFC 8017, 9.2.
pub(super) fn encode(message: &[u8]) -> [u8; 256] {
    let mut info = vec![
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 5, 0, 4,
        0x20,
    ];
    info.extend_from_slice(&digest_by_ring(message));
    let mut encoded = vec![0, 1];
    encoded.resize(255 - info.len(), 0xff);
    encoded.push(0);
    encoded.extend(info);
    encoded.try_into().unwrap()
}

pub(super) fn to_bytes(number: &BigUint) -> [u8; 256] {
    let bytes = number.to_bytes_be();
    let mut padded = [0; 256];
    padded[256 - bytes.len()..].copy_from_slice(&bytes);
    padded
}

/// The integers of the `RSAPrivateKey` inside a PKCS#8 document: version, n, e, d and the rest.
fn integers(pkcs8: &[u8]) -> Vec<BigUint> {
    fn element(der: &[u8]) -> (&[u8], &[u8]) {
        let long = usize::from(der[1] & 0x7f);
        let (start, length) = if der[1] < 0x80 {
            (2, long)
        } else {
            (2 + long, der[2..2 + long].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
        };
        (&der[start..start + length], &der[start + length..])
    }
    let (info, _) = element(pkcs8);
    let (_version, rest) = element(info);
    let (_algorithm, rest) = element(rest);
    let (octets, _) = element(rest);
    let (mut rest, _) = element(octets);
    let mut integers = Vec::new();
    while !rest.is_empty() {
        let (integer, after) = element(rest);
        integers.push(BigUint::from_bytes_be(integer));
        rest = after;
    }
    integers
}

/// Whether this build and this processor have the path at all.
pub(super) fn supported() -> bool {
    #[cfg(all(feature = "ifma", target_arch = "x86_64"))]
    return super::prepared::has_path();
    #[cfg(not(all(feature = "ifma", target_arch = "x86_64")))]
    return false;
}

/// The number with these limbs, or columns: 52 bits apart, least first.
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
pub(super) fn value(limbs: impl IntoIterator<Item = u64, IntoIter: DoubleEndedIterator>) -> BigUint {
    limbs.into_iter().rev().fold(BigUint::ZERO, |value, limb| (value << 52) + limb)
}

/// Moduli of real keys, and of shapes that carry far.
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
pub(super) fn moduli() -> Vec<[u8; 256]> {
    let signers = Signer::all().into_iter().map(|signer| signer.modulus);
    signers.chain(Shaped::all().into_iter().map(|shaped| shaped.modulus)).chain([[0xff; 256]]).collect()
}

/// Numbers below 2^2080 in limbs, of random bits and of limbs that are all ones or all zeros.
#[cfg(all(feature = "ifma", target_arch = "x86_64"))]
pub(super) fn limb_shapes(random: &mut Random, count: usize) -> Vec<[u64; 40]> {
    let mask = (1 << 52) - 1;
    let mut shapes = vec![[0; 40], [mask; 40], core::array::from_fn(|limb| u64::from(limb == 0))];
    while shapes.len() < count {
        let extreme = shapes.len() % 2 == 0;
        let limb = |_| if extreme { mask * (random.next() & 1) } else { random.next() & mask };
        shapes.push(core::array::from_fn(limb));
    }
    shapes
}

/// One question, with the answer of the oracles.
pub(super) struct Case {
    pub(super) key: usize,
    pub(super) digest: [u8; 32],
    pub(super) signature: [u8; 256],
    pub(super) accepted: bool,
}

impl Case {
    pub(super) fn new(oracles: &[impl Oracle], key: usize, message: &[u8], signature: [u8; 256]) -> Self {
        let accepted = oracles[key].accepts(message, &signature);
        Self { key, digest: digest_by_ring(message), signature, accepted }
    }
}

/// Signatures that no one key has to do with: the ends of the range, and limbs of all ones or zeros.
pub(super) fn shapes(modulus: &[u8; 256], random: &mut Random) -> Vec<[u8; 256]> {
    let n = BigUint::from_bytes_be(modulus);
    let mut shapes =
        vec![[0; 256], [0xff; 256], *modulus, to_bytes(&BigUint::from(1_u8)), to_bytes(&(&n - 1_u8))];
    for number in [&n + 1_u8, &n >> 1, &n - 2_u8] {
        if number.bits() <= 2048 {
            shapes.push(to_bytes(&number));
        }
    }
    for _ in 0..16 {
        let pattern = random.next() | random.next();
        let number = (0..40).fold(BigUint::ZERO, |number, limb| {
            let limb = match pattern >> limb & 1 {
                1 => (1 << 52) - 1,
                _ if pattern >> 60 & 1 == 1 => random.next() >> 12,
                _ => 0,
            };
            number << 52 | BigUint::from(limb)
        });
        shapes.push(to_bytes(&(number.clone() % (BigUint::from(1_u8) << 2048))));
        shapes.push(to_bytes(&(number % &n)));
    }
    shapes
}

/// Encoded messages that differ from the right one in a way that some verifier has overlooked, or in one bit.
pub(super) fn wrong_encodings(message: &[u8], random: &mut Random) -> Vec<[u8; 256]> {
    let right = encode(message);
    let mut wrong = Vec::new();
    for bit in [9, 16, 1615, 1631, 1632, 1640, 1768, 1791, 1792, 2047] {
        let mut flipped = right;
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        wrong.push(flipped);
    }
    for _ in 0..6 {
        let mut flipped = right;
        // The top bit stays, for the number must be below n.
        flipped[1 + random.below(255)] ^= 1 << random.below(8);
        wrong.push(flipped);
    }
    // Short padding with the rest behind the digest.
    let mut short: [u8; 256] = random.bytes();
    short[0] = 0;
    short[1] = 1;
    short[2..10].fill(0xff);
    short[10..62].copy_from_slice(&right[204..]);
    wrong.push(short);
    // Padding of encryption; no NULL; zeros instead of padding.
    let mut encryption = right;
    encryption[1] = 2;
    wrong.push(encryption);
    let mut without_null = right;
    without_null.copy_within(0..222, 2);
    without_null[..4].copy_from_slice(&[0, 1, 0xff, 0xff]);
    without_null[206] = 0x2f;
    without_null[208] = 0x0b;
    without_null[222..224].copy_from_slice(&[4, 0x20]);
    wrong.push(without_null);
    let mut zeros = right;
    zeros[2..204].fill(0);
    wrong.push(zeros);
    wrong
}
