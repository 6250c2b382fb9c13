//! Batches judge as one by one: the same verdict, the same finding, in the same order, whatever else is in the batch.

use std::collections::BTreeMap;

use proptest::prelude::*;
use test_vectors::Group;
use token_core::signature::Backend;
use token_core::{BatchScratch, Rejection, Scratch, UnixTime, Validated};

use crate::judge::{groups, validator, validator_on};

/// What both sides are compared by.
fn shown(result: &Result<Validated<'_>, Rejection>) -> String {
    match result {
        Ok(valid) => format!(
            "{valid:?} {:?} {:?} {:?} {:?}",
            valid.acting_application(),
            valid.on_behalf_of(),
            valid.tenant(),
            valid.expires()
        ),
        Err(rejection) => format!("{:?}", rejection.finding()),
    }
}

/// The tokens of a group by the time at which they are judged.
fn by_time(group: &Group) -> BTreeMap<u64, Vec<&str>> {
    let mut times: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for test in &group.tests {
        times.entry(test.now).or_default().push(&test.token);
    }
    times
}

#[test]
fn batch_of_all_vectors_judged_as_one_by_one_on_every_backend() {
    for backend in Backend::available() {
        let mut batch_scratch = BatchScratch::new();
        let mut accepted = 0;
        for group in groups() {
            let validator = validator_on(group, *backend);
            for (now, tokens) in by_time(group) {
                let now = UnixTime::from_secs(now);
                // More than a window, in an order of its own.
                let mut tokens: Vec<_> = tokens.iter().cycle().take(tokens.len() + 20).copied().collect();
                tokens.rotate_left(3);
                tokens.sort_by_key(|token| token.bytes().rev().nth(7));
                let results = validator.validate_batch(&tokens, &mut batch_scratch, now);
                assert_eq!(results.len(), tokens.len());
                for (token, result) in tokens.iter().zip(&results) {
                    let mut scratch = Scratch::new();
                    assert_eq!(shown(result), shown(&validator.validate(*token, &mut scratch, now)));
                    accepted += usize::from(result.is_ok());
                }
            }
        }
        assert!(accepted > 100, "{accepted}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batch_of_any_tokens_judged_as_one_by_one(
        group in any::<prop::sample::Index>(),
        picks in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(any::<prop::sample::Index>())), 0..90),
    ) {
        let group = &groups()[group.index(groups().len())];
        let validator = validator(group);
        let now = group.tests[0].now;
        let tokens: Vec<Vec<u8>> = picks
            .iter()
            .map(|(pick, flip)| {
                let mut token = group.tests[pick.index(group.tests.len())].token.clone().into_bytes();
                if let (Some(flip), false) = (flip, token.is_empty()) {
                    let at = flip.index(token.len());
                    token[at] ^= 1;
                }
                token
            })
            .collect();
        let now = UnixTime::from_secs(now);
        let mut scratches = BatchScratch::new();
        let results = validator.validate_batch(&tokens, &mut scratches, now);
        prop_assert_eq!(results.len(), tokens.len());
        for (token, result) in tokens.iter().zip(&results) {
            let mut scratch = Scratch::new();
            prop_assert_eq!(shown(result), shown(&validator.validate(token, &mut scratch, now)));
        }
    }
}

#[test]
fn batch_from_several_threads_judged_alike() {
    let group = groups().iter().max_by_key(|group| group.tests.len()).unwrap();
    let validator = validator(group);
    let now = UnixTime::from_secs(group.tests[0].now);
    let tokens: Vec<_> = group.tests.iter().map(|test| test.token.as_str()).collect();
    let judge = || {
        let mut scratch = BatchScratch::new();
        validator.validate_batch(&tokens, &mut scratch, now).iter().map(shown).collect::<Vec<_>>()
    };
    let alone = judge();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(judge)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}
