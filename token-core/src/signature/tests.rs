//! Every test of a verification runs on every backend of the build.
#![allow(clippy::arithmetic_side_effects, reason = "the tests compute with numbers of their own")]

use std::sync::LazyLock;

use ::ring::rand::SystemRandom;
use ::ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use proptest::prelude::*;

use super::*;

const A: &[u8] = include_bytes!("../../tests/data/keys/a.spki.der");
const A_PRIVATE: &[u8] = include_bytes!("../../tests/data/keys/a.pk8.der");
const C: &[u8] = include_bytes!("../../tests/data/keys/c.spki.der");
const D: &[u8] = include_bytes!("../../tests/data/keys/d.spki.der");
const PSS: &[u8] = include_bytes!("../../tests/data/keys/pss.spki.der");
const MESSAGE: &[u8] = include_bytes!("../../tests/data/keys/message.txt");
const A_SIGNATURE: &[u8] = include_bytes!("../../tests/data/keys/a.sig");
const C_SIGNATURE: &[u8] = include_bytes!("../../tests/data/keys/c.sig");
const D_SIGNATURE: &[u8] = include_bytes!("../../tests/data/keys/d.sig");

fn on_every_backend(spki: &[u8]) -> impl Iterator<Item = RsaPublicKey> {
    let key = RsaPublicKey::from_spki_der(spki).unwrap();
    Backend::available().iter().map(move |backend| key.with_backend(*backend).unwrap())
}

fn sign(message: &[u8]) -> Vec<u8> {
    static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::from_pkcs8(A_PRIVATE).unwrap());
    let mut signature = vec![0; PAIR.public().modulus_len()];
    PAIR.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

#[test]
fn signature_of_openssl_verifies() {
    for (spki, signature) in [(A, A_SIGNATURE), (C, C_SIGNATURE), (D, D_SIGNATURE)] {
        for key in on_every_backend(spki) {
            assert_eq!(key.verify_rs256(MESSAGE, signature), Ok(SignatureVerified(())), "{key:?}");
        }
    }
}

#[test]
fn signature_of_another_key_refused() {
    for key in on_every_backend(A) {
        assert_eq!(key.verify_rs256(MESSAGE, C_SIGNATURE), Err(BadSignature));
        assert_eq!(key.verify_rs256(MESSAGE, D_SIGNATURE), Err(BadSignature));
    }
}

#[test]
fn signature_with_any_bit_flipped_refused() {
    for key in on_every_backend(A) {
        for bit in 0..A_SIGNATURE.len() * 8 {
            let mut signature = A_SIGNATURE.to_vec();
            signature[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.verify_rs256(MESSAGE, &signature), Err(BadSignature), "bit {bit}, {key:?}");
        }
    }
}

#[test]
fn message_with_any_bit_flipped_refused() {
    for key in on_every_backend(A) {
        for bit in 0..MESSAGE.len() * 8 {
            let mut message = MESSAGE.to_vec();
            message[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.verify_rs256(&message, A_SIGNATURE), Err(BadSignature), "bit {bit}, {key:?}");
        }
    }
}

#[test]
fn signature_of_another_length_refused() {
    for key in on_every_backend(A) {
        for length in [0, 1, 255] {
            assert_eq!(key.verify_rs256(MESSAGE, &A_SIGNATURE[..length]), Err(BadSignature));
        }
        let longer_in_front = [&[0], A_SIGNATURE].concat();
        let longer_at_the_end = [A_SIGNATURE, &[0]].concat();
        assert_eq!(key.verify_rs256(MESSAGE, &longer_in_front), Err(BadSignature));
        assert_eq!(key.verify_rs256(MESSAGE, &longer_at_the_end), Err(BadSignature));
    }
}

#[test]
fn signature_plus_modulus_refused() {
    let key = RsaPublicKey::from_spki_der(A).unwrap();
    // Not every signature leaves room for the sum in 256 bytes: search one that does.
    let (message, sum) = (0_u32..10_000)
        .map(|counter| (counter.to_be_bytes(), sign(&counter.to_be_bytes())))
        .find_map(|(message, signature)| Some((message, add(&signature, key.modulus())?)))
        .unwrap();
    for key in on_every_backend(A) {
        assert_eq!(key.verify_rs256(&message, &sign(&message)), Ok(SignatureVerified(())));
        assert_eq!(key.verify_rs256(&message, &sum), Err(BadSignature), "{key:?}");
    }
}

#[test]
fn signature_at_the_edges_of_the_range_refused() {
    for key in on_every_backend(A) {
        let mut one = vec![0; 256];
        one[255] = 1;
        let modulus = key.modulus().to_vec();
        let mut below = modulus.clone();
        below[255] -= 1;
        for signature in [vec![0; 256], one, modulus, below, vec![0xff; 256]] {
            assert_eq!(key.verify_rs256(MESSAGE, &signature), Err(BadSignature), "{key:?}");
        }
    }
}

#[cfg(feature = "dauth")]
#[test]
fn signature_verified_evenly_as_without() {
    for key in on_every_backend(A) {
        assert_eq!(key.verify_rs256_evenly(MESSAGE, A_SIGNATURE), Ok(()));
        let mut flipped = A_SIGNATURE.to_vec();
        flipped[200] ^= 1;
        let longer = [&[0], A_SIGNATURE].concat();
        let refused: [&[u8]; 6] = [&flipped, &[0xff; 256], key.modulus(), &A_SIGNATURE[1..], &longer, &[]];
        for signature in refused {
            assert_eq!(key.verify_rs256_evenly(MESSAGE, signature), Err(BadSignature));
            assert_eq!(key.verify_sha1_evenly(MESSAGE, signature), Err(BadSignature));
            assert!(key.verify_rs256(MESSAGE, signature).is_err());
        }
        assert_eq!(key.verify_sha1_evenly(MESSAGE, A_SIGNATURE), Err(BadSignature), "another digest");
    }
}

#[test]
fn signature_with_another_digest_refused() {
    let pair = RsaKeyPair::from_pkcs8(A_PRIVATE).unwrap();
    let paddings: [&dyn RsaEncoding; 2] = [&RSA_PKCS1_SHA512, &RSA_PSS_SHA256];
    for padding in paddings {
        let mut signature = vec![0; 256];
        pair.sign(padding, &SystemRandom::new(), MESSAGE, &mut signature).unwrap();
        for key in on_every_backend(A) {
            assert_eq!(key.verify_rs256(MESSAGE, &signature), Err(BadSignature), "{key:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn backends_agree(message in prop::collection::vec(any::<u8>(), 0..300), flip in prop::option::of(0..2048_usize)) {
        let mut signature = sign(&message);
        if let Some(bit) = flip {
            signature[bit / 8] ^= 1 << (bit % 8);
        }
        for key in on_every_backend(A) {
            prop_assert_eq!(key.verify_rs256(&message, &signature).is_ok(), flip.is_none());
        }
    }
}

#[test]
fn key_of_spki_facts_read() {
    let facts = |spki| {
        let key = RsaPublicKey::from_spki_der(spki).unwrap();
        (key.modulus_bits(), key.modulus().len(), key.exponent())
    };
    assert_eq!(facts(A), (2048, 256, 65537));
    assert_eq!(facts(C), (2048, 256, 3));
    assert_eq!(facts(D), (4096, 512, 65537));
}

#[test]
fn key_default_backend_first_available() {
    let key = RsaPublicKey::from_spki_der(A).unwrap();
    assert_eq!(key.backend(), Backend::default());
    assert_eq!(Backend::available().first(), Some(&Backend::default()));
    for (prepared, backend) in on_every_backend(A).zip(Backend::available()) {
        assert_eq!(prepared.backend(), *backend);
        assert_eq!(prepared, key);
    }
}

#[test]
fn key_debug_prints_no_modulus() {
    let shown = format!("{:?}", RsaPublicKey::from_spki_der(A).unwrap());
    assert!(shown.starts_with("RsaPublicKey { modulus_bits: 2048, exponent: 65537, backend: "), "{shown}");
    assert!(shown.len() < 100, "{shown}");
}

#[test]
fn signature_verified_has_no_size_and_no_content() {
    assert_eq!(size_of::<SignatureVerified>(), 0);
    assert_eq!(format!("{:?}", SignatureVerified(())), "SignatureVerified");
}

#[test]
fn key_of_spki_malformed_refused() {
    for length in 0..A.len() {
        assert_eq!(RsaPublicKey::from_spki_der(&A[..length]), Err(KeyDefect::Malformed), "cut at {length}");
    }
    assert_eq!(RsaPublicKey::from_spki_der(&[A, &[0]].concat()), Err(KeyDefect::Malformed));
    assert_eq!(RsaPublicKey::from_spki_der(PSS), Err(KeyDefect::NotRsa));
}

#[test]
fn key_of_spki_bytes_after_the_integers_refused() {
    // The exponent's INTEGER, the last five bytes of the structure, is cut to one byte; the rest stands
    // behind it.
    let mut spki = A.to_vec();
    let end = spki.len();
    assert_eq!(&spki[end - 5..], &[2, 3, 1, 0, 1]);
    spki[end - 4] = 1;
    assert_eq!(RsaPublicKey::from_spki_der(&spki), Err(KeyDefect::Malformed));
}

#[test]
fn key_of_spki_negative_modulus_refused() {
    let key = RsaPublicKey::from_spki_der(A).unwrap();
    assert!(RsaPublicKey::from_spki_der(&spki(&[&[0], key.modulus()].concat(), &[1, 0, 1])).is_ok());
    assert_eq!(RsaPublicKey::from_spki_der(&spki(key.modulus(), &[1, 0, 1])), Err(KeyDefect::Malformed));
}

#[test]
fn key_with_leading_zeros_is_the_same_key() {
    let key = RsaPublicKey::from_spki_der(A).unwrap();
    let padded = RsaPublicKey::from_components(
        &[&[0, 0], key.modulus()].concat(),
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1],
    );
    assert_eq!(padded, Ok(key));
}

#[test]
fn key_modulus_length_bounds_exact() {
    let of_bits = |bits: usize| {
        let mut modulus = vec![0xa5; bits.div_ceil(8)];
        modulus[0] = 1 << ((bits - 1) % 8);
        RsaPublicKey::from_components(&modulus, &[1, 0, 1]).map(|key| key.modulus_bits())
    };
    assert_eq!(of_bits(1024), Err(KeyDefect::ModulusTooShort { bits: 1024 }));
    assert_eq!(of_bits(2047), Err(KeyDefect::ModulusTooShort { bits: 2047 }));
    assert_eq!(of_bits(2048), Ok(2048));
    assert_eq!(of_bits(2049), Ok(2049));
    assert_eq!(of_bits(8192), Ok(8192));
    assert_eq!(of_bits(8193), Err(KeyDefect::ModulusTooLong { bits: 8193 }));
}

#[test]
fn key_parity_and_exponent_defects_told_apart() {
    let modulus = RsaPublicKey::from_spki_der(A).unwrap().modulus().to_vec();
    let mut even = modulus.clone();
    even[255] &= 0xfe;
    assert_eq!(RsaPublicKey::from_components(&even, &[1, 0, 1]), Err(KeyDefect::ModulusEven));

    let with_exponent =
        |exponent: &[u8]| RsaPublicKey::from_components(&modulus, exponent).map(|key| key.exponent());
    assert_eq!(with_exponent(&[]), Err(KeyDefect::Malformed));
    assert_eq!(with_exponent(&[0]), Err(KeyDefect::Malformed));
    assert_eq!(with_exponent(&[1]), Err(KeyDefect::ExponentOne));
    assert_eq!(with_exponent(&[2]), Err(KeyDefect::ExponentEven));
    assert_eq!(with_exponent(&[3]), Ok(3));
    assert_eq!(with_exponent(&[1, 0, 0]), Err(KeyDefect::ExponentEven));
    assert_eq!(with_exponent(&[1, 0xff, 0xff, 0xff, 0xff]), Ok((1 << 33) - 1));
    assert_eq!(with_exponent(&[2, 0, 0, 0, 1]), Err(KeyDefect::ExponentTooLarge { bits: 34 }));
    assert_eq!(RsaPublicKey::from_components(&[], &[3]), Err(KeyDefect::Malformed));
}

#[test]
fn key_of_every_accepted_size_taken_by_every_backend() {
    for modulus_len in [256, 257, 384, 1024] {
        for exponent in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
            let key = RsaPublicKey::from_components(&vec![0xa5; modulus_len], exponent).unwrap();
            for backend in Backend::available() {
                assert!(key.with_backend(*backend).is_ok(), "{modulus_len} bytes, {backend}");
            }
        }
    }
}

#[test]
fn key_of_roca_shape_refused_and_its_neighbour_taken() {
    let mut random = Random(7);
    for exponent in [0, 1, 12_345, 987_654_321] {
        let mut modulus = roca_modulus(exponent, &mut random);
        assert_eq!(bits(&modulus), 2048);
        assert_eq!(RsaPublicKey::from_components(&modulus, &[1, 0, 1]), Err(KeyDefect::RocaShaped));
        // The next odd number but three: other residues, same size.
        modulus[255] ^= 4;
        assert!(RsaPublicKey::from_components(&modulus, &[1, 0, 1]).is_ok());
    }
}

#[test]
fn key_of_ordinary_modulus_not_taken_for_roca() {
    let mut random = Random(42);
    for _ in 0..200 {
        let mut modulus: Vec<u8> = (0..256).map(|_| random.byte()).collect();
        modulus[0] |= 0x80;
        modulus[255] |= 1;
        assert!(RsaPublicKey::from_components(&modulus, &[1, 0, 1]).is_ok());
    }
}

/// Builds a modulus of 2048 bits that is `65537^exponent` modulo each of the first 39 primes: by the Chinese
/// remainder theorem, one prime after the other, and then with a random multiple of their product added.
fn roca_modulus(exponent: u32, random: &mut Random) -> Vec<u8> {
    let primes: Vec<u32> = (2..=167).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    assert_eq!(primes.len(), 39);
    let mut number = Big(vec![0]);
    let mut product = Big(vec![1]);
    for prime in primes {
        let power = power(65537, exponent, prime);
        let inverse = (1..prime).find(|i| i * product.rem(prime) % prime == 1).unwrap();
        let step = (prime + power - number.rem(prime)) % prime * inverse % prime;
        number.add_multiple(&product, step);
        product = product.times(prime);
    }
    while product.bits() < 2048 - 16 {
        number.add_multiple(&product, u32::from(random.byte()));
        product = product.times(251);
    }
    while number.bits() < 2048 {
        number.add_multiple(&product, 1);
    }
    number.to_be_bytes()
}

fn power(base: u32, exponent: u32, modulus: u32) -> u32 {
    let mut result = 1 % modulus;
    for bit in (0..32).rev() {
        result = result * result % modulus;
        if exponent >> bit & 1 == 1 {
            result = result * (base % modulus) % modulus;
        }
    }
    result
}

/// A natural number in base 2^16, lowest digit first.
struct Big(Vec<u32>);

impl Big {
    fn rem(&self, divisor: u32) -> u32 {
        self.0.iter().rev().fold(0, |rest, digit| (rest << 16 | digit) % divisor)
    }

    fn times(&self, factor: u32) -> Self {
        let mut product = Self(vec![0]);
        product.add_multiple(self, factor);
        product
    }

    fn add_multiple(&mut self, other: &Self, factor: u32) {
        let mut carry = 0;
        let mut index = 0;
        while index < other.0.len() || carry > 0 {
            if index == self.0.len() {
                self.0.push(0);
            }
            let sum = self.0[index] + other.0.get(index).copied().unwrap_or(0) * factor + carry;
            self.0[index] = sum & 0xffff;
            carry = sum >> 16;
            index += 1;
        }
    }

    fn bits(&self) -> u32 {
        bits(&self.to_be_bytes())
    }

    fn to_be_bytes(&self) -> Vec<u8> {
        let bytes: Vec<u8> =
            self.0.iter().rev().flat_map(|digit| u16::try_from(*digit).unwrap().to_be_bytes()).collect();
        without_leading_zeros(&bytes).to_vec()
    }
}

/// Repeatable random bytes: Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_be_bytes()[0]
    }
}

/// Adds two numbers of the same length, unless the sum is longer.
fn add(left: &[u8], right: &[u8]) -> Option<Vec<u8>> {
    let mut sum = vec![0; left.len()];
    let mut carry = 0;
    for index in (0..left.len()).rev() {
        let digit = u16::from(left[index]) + u16::from(right[index]) + carry;
        sum[index] = u8::try_from(digit & 0xff).unwrap();
        carry = digit >> 8;
    }
    (carry == 0).then_some(sum)
}

/// Writes a SubjectPublicKeyInfo for RSA around the contents of two INTEGERs, as they are.
fn spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let tlv = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        match content.len() {
            0..=0x7f => [&[tag, length[1]], content].concat(),
            0x80..=0xff => [&[tag, 0x81, length[1]], content].concat(),
            _ => [&[tag, 0x82, length[0], length[1]], content].concat(),
        }
    };
    let key = tlv(0x30, &[tlv(2, modulus), tlv(2, exponent)].concat());
    let algorithm = tlv(0x30, &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0]);
    tlv(0x30, &[algorithm, tlv(3, &[&[0], &key[..]].concat())].concat())
}
