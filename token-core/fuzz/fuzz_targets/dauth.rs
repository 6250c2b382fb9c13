//! `validate` and `review` agree on any message, and what is accepted is what the generator signed.

#![no_main]

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine as _;
use libfuzzer_sys::fuzz_target;
use test_vectors::{DauthGroup, DauthMessages};
use token_core::dauth::policy::DauthPolicy;
use token_core::dauth::{DauthValidator, Delegation, OwnKeys, Received};
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::{Budget, UnixTime, Verdict};

const NOW: UnixTime = UnixTime::from_secs(1_764_000_000);

static GROUPS: LazyLock<Vec<DauthGroup>> = LazyLock::new(|| {
    let files = test_vectors::load_dauth().expect("the vectors are there");
    let groups = files.into_iter().flat_map(|file| file.test_groups);
    groups.filter(|group| group.messages == DauthMessages::Token).collect()
});

/// The validator under which most of the valid vectors are valid.
static VALIDATOR: LazyLock<DauthValidator<KeySet>> = LazyLock::new(|| {
    let valid = |group: &&DauthGroup| group.tests.iter().filter(|test| test.verdict.as_str() == "valid").count();
    let group = GROUPS.iter().max_by_key(valid).expect("a group");
    let policy = DauthPolicy::from_json(&group.policy.to_string()).expect("the group's policy is read");
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    for source in &group.keys {
        builder.add(&source.issuer, &source.source, &source.bytes().expect("the loader has checked it"));
    }
    let mut own = OwnKeys::new();
    for key in &group.own_keys {
        own.add(&der(&key.private_key), Some(&der(&key.certificate))).expect("the group's key is taken");
    }
    DauthValidator::new(policy, builder.build().keys, own)
});

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    base64::prelude::BASE64_STANDARD.decode(lines.collect::<String>()).expect("base64")
}

/// What a delegation says, but for the message around the assertion, which is not signed by the issuer.
fn signed(delegation: &Delegation) -> String {
    let mut delegation = delegation.clone();
    delegation.signed_parts.clear();
    format!("{delegation:?}")
}

/// What the generator signed and the validator accepts.
static SIGNED: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let messages = GROUPS.iter().flat_map(|group| &group.tests).filter_map(|test| test.bytes());
    let accepted = messages.filter_map(|message| VALIDATOR.validate(Received::message(&message), NOW).ok());
    accepted.map(|delegation| signed(&delegation)).collect()
});

fuzz_target!(|input: &[u8]| {
    let received = Received::message(input);
    let review = VALIDATOR.review(received, NOW);
    match VALIDATOR.validate(received, NOW) {
        Ok(delegation) => {
            assert_eq!(review.verdict(), Verdict::Valid);
            assert!(SIGNED.contains(&signed(&delegation)), "a delegation that nobody signed");
        }
        Err(rejection) => {
            assert_eq!(review.verdict(), rejection.verdict());
            assert_eq!(review.headline(), Some(rejection.finding()));
            assert!(rejection.to_string().len() < 4096, "a rejection is a line, not a copy of the message");
        }
    }
});
