//! What holds for any input: nothing panics, nothing that is signed can be altered, nothing printable holds a token.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use test_vectors::{Group, Test};
use token_core::keys::{KeyDocument, KeySet, KeySetBuilder};
use token_core::{Budget, Scratch, Token, UnixTime, Validator, Verdict};

use crate::judge::{all, groups, judge, validator};

fn config(cases: u32) -> ProptestConfig {
    // Failures are kept as vectors, not as seeds.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A token that is valid as it is, and the validator that says so.
struct Good {
    group: &'static Group,
    test: &'static Test,
}

/// The valid vectors, one of each kind.
fn good() -> Vec<Good> {
    let mut kinds = HashSet::new();
    let valid = all().filter(|(_, test)| test.flags.iter().any(|flag| flag == "positive"));
    valid.filter(|(_, test)| kinds.insert(&test.kind)).map(|(group, test)| Good { group, test }).collect()
}

/// Bytes that have something of a token in them.
fn token_like() -> impl Strategy<Value = Vec<u8>> {
    let member = (
        "(alg|typ|x5t|kid|aud|iss|nbf|exp|nameid|actortoken|appctx|ver|scp|\\\\u0061ud)",
        "(\"[ -~]{0,12}\"|-?[0-9]{1,20}(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?|null|\\[\\]|\\{\\}|\\[\\{|[\\x00-\\xff]{1,4})",
    );
    let object = vec(member, 0..6).prop_map(|members| {
        let members: Vec<_> =
            members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        URL_SAFE_NO_PAD.encode(format!("{{{}}}", members.join(",")))
    });
    (object.clone(), object, "[A-Za-z0-9_=-]{0,16}")
        .prop_map(|(header, claims, rest)| format!("{header}.{claims}.{rest}").into_bytes())
}

fn judge_bytes(validator: &Validator<KeySet>, token: &[u8], now: u64) -> Verdict {
    let now = UnixTime::from_secs(now);
    let review = validator.review(token, now);
    let mut scratch = Scratch::new();
    let verdict = match validator.validate(token, &mut scratch, now) {
        Ok(_) => Verdict::Valid,
        Err(rejection) => {
            assert_eq!(review.headline(), Some(rejection.finding()));
            rejection.verdict()
        }
    };
    assert_eq!(review.verdict(), verdict);
    verdict
}

#[test]
fn any_bytes_judged_without_panic_and_never_valid() {
    let good = good();
    let validators: Vec<_> = good.iter().map(|good| validator(good.group)).collect();
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..200),
        token_like(),
        "[A-Za-z0-9_.-]{0,200}".prop_map(String::into_bytes)
    ];
    proptest!(config(2000), |(bytes in bytes, which in any::<Index>(), now in any::<u64>())| {
        let verdict = judge_bytes(&validators[which.index(validators.len())], &bytes, now);
        prop_assert_ne!(verdict, Verdict::Valid);
    });
}

#[test]
fn any_document_read_without_panic() {
    let sample = test_vectors::sample("outer-actor-2025").unwrap().metadata.into_bytes();
    let altered =
        (vec((any::<Index>(), any::<u8>()), 1..4), any::<Index>()).prop_map(move |(changes, end)| {
            let mut bytes = sample.clone();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len() * 4).max(bytes.len() / 2));
            bytes
        });
    proptest!(config(1000), |(bytes in prop_oneof![vec(any::<u8>(), 0..300), altered])| {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add("00000001-0000-0000-c000-000000000000@*", "any", &bytes);
        let loaded = builder.build();
        prop_assert!(loaded.keys.keys().len() <= 2);
        let _ = format!("{:?} {:?} {:?}", KeyDocument::parse(&bytes, &Budget::DEFAULT), loaded.keys, loaded.findings);
    });
}

/// A change of a token.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
    Append(Vec<u8>),
    Swap(Index, Index),
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        let alphabet =
            select(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n".to_vec());
        prop_oneof![
            (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Self::Flip(at, 1 << bit)),
            (any::<Index>(), alphabet.clone()).prop_map(|(at, byte)| Self::Replace(at, byte)),
            (any::<Index>(), alphabet.clone()).prop_map(|(at, byte)| Self::Insert(at, byte)),
            any::<Index>().prop_map(Self::Remove),
            any::<Index>().prop_map(Self::Truncate),
            vec(alphabet, 1..8).prop_map(Self::Append),
            (any::<Index>(), any::<Index>()).prop_map(|(left, right)| Self::Swap(left, right)),
        ]
    }

    fn apply(&self, token: &mut Vec<u8>) {
        let len = token.len();
        match self {
            Self::Flip(at, bit) => token[at.index(len)] ^= bit,
            Self::Replace(at, byte) => token[at.index(len)] = *byte,
            Self::Insert(at, byte) => token.insert(at.index(len + 1), *byte),
            Self::Remove(at) => {
                token.remove(at.index(len));
            }
            Self::Truncate(at) => token.truncate(at.index(len)),
            Self::Append(bytes) => token.extend(bytes),
            Self::Swap(left, right) => token.swap(left.index(len), right.index(len)),
        }
    }
}

/// What is signed in a token, and the signature.
fn vouched_for(token: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut scratch = Scratch::new();
    let token = Token::decode(token, &Budget::DEFAULT, &mut scratch);
    let signed = token.signed();
    (signed.signing_input().to_vec(), signed.signature().map(<[u8]>::to_vec))
}

#[test]
fn altered_token_valid_only_where_nobody_signed() {
    let good = good();
    assert!(good.len() >= 10, "one of each kind");
    let validators: Vec<_> = good.iter().map(|good| validator(good.group)).collect();
    let changes = vec(Change::any(), 1..3);
    proptest!(config(4000), |(which in any::<Index>(), changes in changes)| {
        let which = which.index(good.len());
        let test = good[which].test;
        let mut token = test.token.clone().into_bytes();
        for change in &changes {
            if !token.is_empty() {
                change.apply(&mut token);
            }
        }
        let verdict = judge_bytes(&validators[which], &token, test.now);
        if token == test.token.as_bytes() {
            prop_assert_eq!(verdict, Verdict::Valid);
        } else if verdict == Verdict::Valid {
            // The outer token is nobody's; what the actor token says stands as it was signed.
            prop_assert!(test.token.ends_with('.'), "{}: altered and valid: {changes:?}", test.id);
            prop_assert_eq!(vouched_for(&token), vouched_for(test.token.as_bytes()));
        }
    });
}

#[test]
fn every_byte_of_a_signed_token_counts() {
    for Good { group, test } in good().into_iter().filter(|good| !good.test.token.ends_with('.')).take(3) {
        let validator = validator(group);
        for at in 0..test.token.len() {
            let mut token = test.token.clone().into_bytes();
            token[at] ^= 1;
            assert_ne!(judge_bytes(&validator, &token, test.now), Verdict::Valid, "{} at {at}", test.id);
            assert_ne!(judge_bytes(&validator, &test.token.as_bytes()[..at], test.now), Verdict::Valid);
        }
    }
}

/// As short as a run of characters may be and still be taken for a piece of a token.
const WINDOW: usize = 24;

/// Finds a piece of one of the secrets in a text.
fn leak<'s>(shown: &'s str, secrets: &[String]) -> Option<&'s str> {
    let pieces: HashSet<_> = secrets.iter().flat_map(|secret| secret.as_bytes().windows(WINDOW)).collect();
    // Pieces of tokens have no other characters, and most of what is shown has some.
    let runs = shown.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let mut runs = runs.filter(|run| run.len() >= WINDOW);
    runs.find(|run| run.as_bytes().windows(WINDOW).any(|window| pieces.contains(window)))
}

#[test]
fn leak_found_where_there_is_one() {
    let secrets = [format!("{}x", "AbC-_9".repeat(8))];
    assert!(leak(&format!("seen: {}.", "AbC-_9".repeat(4)), &secrets).is_some());
    assert!(leak(&format!("seen: {}", &"AbC-_9".repeat(4)[1..]), &secrets).is_none());
}

/// The parts of a token and of the actor token in it, and its other secrets.
fn secrets(token: &str) -> Vec<String> {
    let mut secrets: Vec<_> = token.split('.').map(str::to_owned).collect();
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims = claims.and_then(|claims| serde_json::from_slice::<serde_json::Value>(&claims).ok());
    if let Some(claims) = claims {
        let inner = claims["actortoken"].as_str().unwrap_or_default();
        secrets.extend(inner.split('.').map(str::to_owned));
        secrets.extend(claims["refreshtoken"].as_str().map(str::to_owned));
    }
    secrets
}

#[test]
fn nothing_printable_holds_a_token() {
    for group in groups() {
        let validator = validator(group);
        for (index, test) in group.tests.iter().enumerate() {
            let mut shown = shown(&validator, test);
            if index == 0 {
                shown.push_str(&format!("{validator:?} {:?}", validator.keys()));
            }
            let leak = leak(&shown, &secrets(&test.token));
            assert!(leak.is_none(), "{}: {leak:?} in {shown}", test.id);
        }
    }
}

/// Everything that the library prints of a token, by whatever way.
fn shown(validator: &Validator<KeySet>, test: &Test) -> String {
    let now = UnixTime::from_secs(test.now);
    let mut shown = Vec::new();
    let mut scratch = Scratch::new();
    let token = Token::decode(test.token.as_bytes(), &Budget::DEFAULT, &mut scratch);
    shown.push(format!("{token:?}"));
    for layer in token.layers() {
        shown.push(format!("{:?} {:?}", layer.header(), layer.claims()));
        shown.push(format!("{:?} {:?}", layer.problems(), layer.duplicates()));
        shown.extend(layer.header().map(|header| format!("{:?}", header.other())));
        shown.extend(layer.problems().iter().map(ToString::to_string));
    }
    let review = validator.review(&test.token, now);
    shown.push(format!("{review:?}"));
    shown.extend(review.findings().iter().map(|finding| format!("{finding} {}", finding.message())));
    let mut scratch = Scratch::new();
    match validator.validate(&test.token, &mut scratch, now) {
        Ok(validated) => shown.push(format!("{validated:?} {:?}", validated.token())),
        Err(rejection) => shown.push(format!("{rejection} {rejection:?}")),
    }
    shown.push(format!("{scratch:?}"));
    shown.join(" ")
}

#[test]
fn validate_and_review_agree_at_any_time() {
    let good = good();
    let validators: Vec<_> = good.iter().map(|good| validator(good.group)).collect();
    proptest!(config(300), |(which in any::<Index>(), now in prop_oneof![any::<u64>(), 1_763_900_000..1_764_200_000_u64])| {
        let which = which.index(good.len());
        prop_assert!(judge(&validators[which], &good[which].test.token, now).is_ok());
    });
}
