//! Any bytes are challenges or errors; what is judged is judged within bounds, and what is written reads back equal.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use token_core::challenge::{BearerChallenge, ChallengeReview, Shape, Situation, challenges, challenges_of_lines};
use token_core::{Budget, Policy};

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let sample = test_vectors::sample("outer-actor-2025").expect("the sample is there");
    let policy = std::fs::read_to_string(&sample.policy_path).expect("the sample's policy is there");
    Policy::from_toml(&policy).expect("the sample's policy is read")
});

fuzz_target!(|input: &[u8]| {
    let budget = Budget::DEFAULT;
    let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
    let review = ChallengeReview::of_lines(lines.iter().copied(), Situation::default(), Some(&POLICY), &budget);
    for finding in review.findings() {
        assert!(finding.to_string().len() < 8192, "a finding is a line, not a copy of the header");
    }
    for challenge in challenges_of_lines(lines.iter().copied(), &budget).filter_map(Result::ok) {
        let Ok(bearer) = BearerChallenge::new(&challenge, &budget) else { continue };
        for shape in [Shape::Exchange, Shape::SharePoint] {
            let Ok(line) = bearer.to_header_value(shape) else { continue };
            let read = challenges(&line, &budget).next().expect("a challenge was written").expect("it can be read");
            assert_eq!(BearerChallenge::new(&read, &budget).as_ref(), Ok(&bearer));
        }
    }
});
