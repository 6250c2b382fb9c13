//! The cache serves what a validation would accept, and nothing else: each condition broken by itself.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use test_vectors::{Group, Test};
use token_core::cache::{Bounds, Served};
use token_core::keys::{KeySet, KeySource};
use token_core::{Budget, Cache, Scratch, UnixTime, Validator, Verdict};

use crate::judge::{all, groups, keys, policy, validator};

const BOUNDS: Bounds = Bounds { entries: 4096, bytes: 64 << 20 };

/// The validator of a group, made once: preparing keys takes long without optimisation.
fn shared(group: &'static Group) -> &'static Validator<KeySet> {
    static VALIDATORS: OnceLock<Vec<Validator<KeySet>>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(|| groups().iter().map(validator).collect());
    let index = groups().iter().position(|other| std::ptr::eq(other, group)).unwrap();
    &validators[index]
}

/// The vectors that are accepted.
fn accepted() -> impl Iterator<Item = (&'static Group, &'static Test)> {
    all().filter(|(group, test)| {
        let mut scratch = Scratch::new();
        shared(group).validate(&test.token, &mut scratch, UnixTime::from_secs(test.now)).is_ok()
    })
}

/// Puts a token in.
fn fill<K: KeySource>(cache: &Cache, validator: &Validator<K>, token: &str, now: UnixTime) {
    let mut scratch = Scratch::new();
    let served = cache.validate(validator, token, &mut scratch, now);
    assert!(matches!(served, Ok(Served::Validated(_))), "{served:?}");
}

/// Whether a token is served, and not validated.
fn hits<K: KeySource>(cache: &Cache, validator: &Validator<K>, token: &str, now: UnixTime) -> bool {
    cache.get(validator, token.as_bytes(), now).is_some()
}

#[test]
fn every_accepted_vector_served_with_the_same_facts() {
    let mut count = 0;
    for (group, test) in accepted() {
        // Some vectors share a token.
        let cache = Cache::new(BOUNDS);
        let (validator, now) = (shared(group), UnixTime::from_secs(test.now));
        fill(&cache, validator, &test.token, now);
        let mut scratch = Scratch::new();
        let valid = validator.validate(&test.token, &mut scratch, now).unwrap();
        let mut other = Scratch::new();
        let Ok(Served::Hit(hit)) = cache.validate(validator, &test.token, &mut other, now) else {
            panic!("{}", test.id)
        };
        let facts = hit.facts();
        assert_eq!(facts.kind, valid.kind());
        assert_eq!(facts.acting_application.as_deref(), valid.acting_application().as_deref());
        assert_eq!(facts.on_behalf_of.as_deref(), valid.on_behalf_of().as_ref());
        assert_eq!(facts.tenant.as_deref(), valid.tenant().as_deref());
        assert_eq!(&*facts.issuer, valid.issuer().name());
        assert_eq!((facts.x5t, facts.expires), (valid.x5t(), valid.expires()));
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn entry_served_exactly_as_long_as_a_validation_accepts() {
    for (group, test) in accepted() {
        let (validator, now) = (shared(group), UnixTime::from_secs(test.now));
        let cache = Cache::new(BOUNDS);
        fill(&cache, validator, &test.token, now);
        let mut scratch = Scratch::new();
        let expires = validator.validate(&test.token, &mut scratch, now).unwrap().expires().unwrap();
        let last = expires.plus(validator.policy().skew().exp);
        for at in [now, last, last.plus(Duration::from_secs(1)), last.plus(Duration::from_secs(86_400))] {
            let mut scratch = Scratch::new();
            let valid = validator.validate(&test.token, &mut scratch, at).is_ok();
            assert_eq!(hits(&cache, validator, &test.token, at), valid, "{} at {at}", test.id);
        }
        assert!(!hits(&cache, validator, &test.token, last.plus(Duration::from_secs(1))));
        // Before the moment of acceptance nothing was shown.
        assert!(!hits(&cache, validator, &test.token, now.minus(Duration::from_secs(1))));
    }
}

#[test]
fn entry_of_another_policy_budget_or_key_set_not_served() {
    let (group, test) = accepted().next().unwrap();
    let now = UnixTime::from_secs(test.now);
    let first = validator(group);
    let cache = Cache::new(BOUNDS);
    fill(&cache, &first, &test.token, now);
    assert!(hits(&cache, &first, &test.token, now));
    assert!(hits(&cache, &first.clone(), &test.token, now), "a clone has the same policy and keys");
    assert!(!hits(&cache, &validator(group), &test.token, now), "built anew");
    assert!(!hits(&cache, &first.clone().with_budget(Budget::DEFAULT), &test.token, now));
    let other = Validator::new(first.policy().clone(), first.keys().clone());
    assert!(!hits(&cache, &other, &test.token, now));
}

/// Two snapshots of the keys, of which one is current.
struct Rotating {
    sets: [KeySet; 2],
    current: AtomicUsize,
}

impl KeySource for Rotating {
    fn current(&self) -> impl Deref<Target = KeySet> {
        &self.sets[self.current.load(Ordering::Relaxed)]
    }
}

#[test]
fn entry_of_a_withdrawn_key_not_served() {
    let (group, test) = accepted().next().unwrap();
    let now = UnixTime::from_secs(test.now);
    let source = Rotating { sets: [keys(group), KeySet::default()], current: AtomicUsize::new(0) };
    let validator = Validator::new(policy(group), source);
    let cache = Cache::new(BOUNDS).with_refusals(BOUNDS, Duration::from_secs(5));
    fill(&cache, &validator, &test.token, now);
    assert!(hits(&cache, &validator, &test.token, now));
    validator.keys().current.store(1, Ordering::Relaxed);
    assert!(!hits(&cache, &validator, &test.token, now));
    let mut scratch = Scratch::new();
    let refused = cache.validate(&validator, &test.token, &mut scratch, now).map(|_| ()).unwrap_err();
    assert_ne!(refused.verdict(), Verdict::Valid);
    // The key is back: neither the refusal nor a miss stays.
    validator.keys().current.store(0, Ordering::Relaxed);
    assert!(hits(&cache, &validator, &test.token, now));
}

#[test]
fn other_spellings_of_a_cached_token_not_served() {
    let (group, test) = accepted().next().unwrap();
    let (validator, now) = (shared(group), UnixTime::from_secs(test.now));
    let cache = Cache::new(BOUNDS);
    fill(&cache, validator, &test.token, now);
    for len in 0..test.token.len() {
        assert!(!hits(&cache, validator, &test.token[..len], now));
        assert!(len == 0 || !hits(&cache, validator, &test.token[len..], now));
        let mut flipped = test.token.clone().into_bytes();
        flipped[len] ^= 1;
        assert!(cache.get(validator, &flipped, now).is_none());
    }
    for suffix in ["=", " ", "\0", "A", "."] {
        assert!(!hits(&cache, validator, &format!("{}{suffix}", test.token), now));
    }
}

#[test]
fn refused_vectors_never_served_as_accepted() {
    let cache = Cache::new(BOUNDS).with_refusals(BOUNDS, Duration::from_secs(5));
    for (group, test) in all() {
        let (validator, now) = (shared(group), UnixTime::from_secs(test.now));
        for _ in 0..3 {
            let mut scratch = Scratch::new();
            let expected = validator.validate(&test.token, &mut scratch, now).map(|_| ());
            let mut scratch = Scratch::new();
            assert_eq!(cache.validate(validator, &test.token, &mut scratch, now).map(|_| ()), expected);
        }
    }
}

#[test]
fn refusal_forgotten_after_its_time() {
    let (group, test) = accepted().next().unwrap();
    let validator = shared(group);
    let cache = Cache::new(BOUNDS).with_refusals(BOUNDS, Duration::from_secs(5));
    // Refused as not yet valid; then the time comes, within the life of the refusal and beyond it.
    let early = UnixTime::from_secs(1_000_000_000);
    let validate = |now: UnixTime| {
        let mut scratch = Scratch::new();
        cache.validate(validator, &test.token, &mut scratch, now).map(|_| ())
    };
    assert!(validate(early).is_err());
    assert!(validate(early.plus(Duration::from_secs(5))).is_err());
    assert!(validate(UnixTime::from_secs(test.now)).is_ok());
}

#[test]
fn churn_from_several_threads_serves_the_right_facts() {
    let tokens: Vec<_> = accepted().collect();
    // Eight places for all of them.
    let cache = Cache::new(Bounds { entries: 8, bytes: 64 << 10 });
    let validators: Vec<_> = tokens.iter().map(|(group, _)| shared(group)).collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (cache, tokens, validators) = (&cache, &tokens, &validators);
            scope.spawn(move || {
                let mut scratch = Scratch::new();
                for step in 0..500 {
                    let index = (start * 7 + step * (start + 1)) % tokens.len();
                    let (_, test) = tokens[index];
                    let now = UnixTime::from_secs(test.now);
                    let served = cache.validate(validators[index], &test.token, &mut scratch, now).unwrap();
                    let kind = match &served {
                        Served::Hit(hit) => hit.facts().kind,
                        Served::Validated(valid) => valid.kind(),
                    };
                    assert_eq!(kind.as_str(), test.kind);
                }
            });
        }
    });
}
