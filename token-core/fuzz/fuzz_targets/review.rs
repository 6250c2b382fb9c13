//! `validate` and `review` agree on any bytes, no invented token is valid, and no finding shows the token.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::{Budget, Policy, Scratch, UnixTime, Validator, Verdict};

static SAMPLE: LazyLock<test_vectors::Sample> = LazyLock::new(test_vectors::sample);

static VALIDATOR: LazyLock<Validator<KeySet>> = LazyLock::new(|| {
    let policy = Policy::from_toml(&SAMPLE.policy).expect("the sample's policy is read");
    let issuer = policy.issuers()[0].name().to_owned();
    let loaded = KeySetBuilder::new(&Budget::DEFAULT).add(&issuer, "sample", &SAMPLE.metadata).build();
    Validator::new(policy, loaded.keys)
});

fuzz_target!(|input: &[u8]| {
    let now = UnixTime::from_secs(SAMPLE.now);
    let mut scratch = Scratch::new();
    let review = VALIDATOR.review(input, now);
    match VALIDATOR.validate(input, &mut scratch, now) {
        Ok(validated) => {
            assert_eq!(review.verdict(), Verdict::Valid);
            // The outer token is unsigned and may vary; the actor token may not.
            let actor = validated.token().signed();
            let sample = SAMPLE.token.as_bytes();
            let known = test_vectors::actor_token(sample);
            assert!(known.windows(actor.signing_input().len()).any(|bytes| bytes == actor.signing_input()));
        }
        Err(rejection) => {
            assert_eq!(review.verdict(), rejection.verdict());
            assert_eq!(review.headline(), Some(rejection.finding()));
            let shown = rejection.to_string();
            assert!(shown.len() < 4096, "a rejection is a line, not a copy of the token");
        }
    }
});
