//! `validate` and `review` agree on any bytes, no invented token is valid, and no finding shows the token.

#![no_main]

use std::collections::HashSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::{Budget, Policy, Scratch, Token, UnixTime, Validator, Verdict};

static SAMPLE: LazyLock<test_vectors::Sample> =
    LazyLock::new(|| test_vectors::sample("outer-actor-2025").expect("the sample is there"));

static VALIDATOR: LazyLock<Validator<KeySet>> = LazyLock::new(|| {
    let policy = std::fs::read_to_string(&SAMPLE.policy_path).expect("the sample's policy is there");
    let policy = Policy::from_toml(&policy).expect("the sample's policy is read");
    let issuer = policy.issuers()[0].name().to_owned();
    let loaded = KeySetBuilder::new(&Budget::DEFAULT).add(&issuer, "sample", SAMPLE.metadata.as_bytes()).build();
    Validator::new(policy, loaded.keys)
});

/// What the generator signed: the signed part of every token of the vectors, and of the sample.
static SIGNED: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let files = test_vectors::load_all().expect("the vectors are there");
    let groups = files.iter().flat_map(|file| &file.test_groups);
    let tokens = groups.flat_map(|group| &group.tests).map(|test| &test.token);
    tokens.chain([&SAMPLE.token]).map(|token| signing_input(token)).collect()
});

fn signing_input(token: &str) -> Vec<u8> {
    let mut scratch = Scratch::new();
    Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut scratch).signed().signing_input().to_vec()
}

fuzz_target!(|input: &[u8]| {
    let now = UnixTime::from_secs(SAMPLE.now);
    let mut scratch = Scratch::new();
    let review = VALIDATOR.review(input, now);
    match VALIDATOR.validate(input, &mut scratch, now) {
        Ok(validated) => {
            assert_eq!(review.verdict(), Verdict::Valid);
            // The outer token is unsigned and may vary; what is signed was signed by the generator.
            let signed = validated.token().signed().signing_input();
            assert!(SIGNED.contains(signed), "a token that nobody signed");
        }
        Err(rejection) => {
            assert_eq!(review.verdict(), rejection.verdict());
            assert_eq!(review.headline(), Some(rejection.finding()));
            let shown = rejection.to_string();
            assert!(shown.len() < 4096, "a rejection is a line, not a copy of the token");
        }
    }
});
