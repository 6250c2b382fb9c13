//! What validation allocates: nothing for a token that is accepted, whether it was seen before or not, and little for
//! one that is refused, however long it is.

use benches::bare;
use benches::count::{self, allocations};
use benches::fixture::{Fixture, Shape, now, parts, too_late};
use token_core::challenge::challenges;
use token_core::signature::Backend;
use token_core::{BatchScratch, Budget, Scratch, Token};

#[global_allocator]
static COUNTING: count::Counting = count::Counting;

/// Allocations of a refusal beside those of the backend: a finding owns what was expected and what was found.
const REFUSAL: u64 = 16;

const TOKENS: usize = 16;

/// Runs once to let memory grow that is used again, and counts the second time.
fn second_time(mut work: impl FnMut()) -> u64 {
    work();
    allocations(work)
}

/// What a backend allocates for a signature by itself: ring does, in Rust, and aws-lc-rs in C.
fn of_backend(fixture: &Fixture, backend: Backend) -> u64 {
    let key = bare::key_on(fixture, backend);
    let (signed, signature) = parts(&fixture.tokens(Shape::S2s)[0]);
    second_time(|| assert!(key.verify_rs256(signed, &signature).is_ok()))
}

#[test]
fn counter_counts() {
    assert_eq!(allocations(|| drop(Box::new(7_u8))), 1);
    assert_eq!(allocations(|| drop(vec![7_u8; 100])), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn backends_but_ring_allocate_nothing() {
    let fixture = Fixture::of(1);
    for (backend, _) in fixture.validators() {
        let expected = if *backend == Backend::Ring { 1..=8 } else { 0..=0 };
        assert!(expected.contains(&of_backend(&fixture, *backend)), "{backend}");
    }
}

#[test]
fn validate_accepted_allocates_nothing_beside_the_backend() {
    let fixture = Fixture::of(TOKENS);
    for (backend, validator) in fixture.validators() {
        let by_backend = of_backend(&fixture, *backend);
        for (shape, name) in Shape::ACCEPTED {
            let mut scratch = Scratch::new();
            for token in fixture.tokens(shape) {
                let count = second_time(|| assert!(validator.validate(token, &mut scratch, now()).is_ok()));
                assert_eq!(count, by_backend, "{name} on {backend}");
            }
        }
    }
}

#[test]
fn validate_accepted_in_used_scratch_allocates_nothing_the_first_time() {
    let fixture = Fixture::of(TOKENS);
    let validator = fixture.validator();
    let mut scratch = Scratch::new();
    // Entra's token is the longest one: what it needs is enough for all.
    let longest = &fixture.tokens(Shape::Entra)[0];
    assert!(validator.validate(longest, &mut scratch, now()).is_ok());
    assert!(validator.validate(&fixture.tokens(Shape::TwoLayer)[0], &mut scratch, now()).is_ok());
    let by_backend = of_backend(&fixture, Backend::default());
    for (shape, name) in Shape::ACCEPTED {
        for token in &fixture.tokens(shape)[1..] {
            let count = allocations(|| assert!(validator.validate(token, &mut scratch, now()).is_ok()));
            assert_eq!(count, by_backend, "{name}");
        }
    }
}

#[test]
fn decode_allocates_nothing() {
    let fixture = Fixture::of(TOKENS);
    for (shape, name) in Shape::ACCEPTED {
        let mut scratch = Scratch::new();
        for token in fixture.tokens(shape) {
            let count = second_time(|| {
                let token = Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut scratch);
                assert_eq!(token.problems().count(), 0);
            });
            assert_eq!(count, 0, "{name}");
        }
    }
}

#[test]
fn cached_hit_allocates_nothing() {
    let fixture = Fixture::of(TOKENS);
    for (shape, name) in Shape::ACCEPTED {
        let cache = fixture.cache(shape);
        for token in fixture.tokens(shape) {
            let count =
                second_time(|| assert!(cache.get(fixture.validator(), token.as_bytes(), now()).is_some()));
            assert_eq!(count, 0, "{name}");
        }
    }
}

#[test]
fn challenges_allocates_nothing() {
    let value = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="a@*", NTLM, Basic realm="""#;
    let count = allocations(|| {
        let all = challenges(value, &Budget::DEFAULT);
        assert_eq!(all.filter(Result::is_ok).count(), 3);
    });
    assert_eq!(count, 0);
}

#[test]
fn validate_batch_accepted_allocates_two_lists() {
    let fixture = Fixture::of(128);
    let backend = of_backend(&fixture, Backend::default());
    for (shape, name) in Shape::ACCEPTED {
        for size in [1, 8, 128] {
            let (tokens, mut scratch) = (&fixture.tokens(shape)[..size], BatchScratch::new());
            let count = second_time(|| {
                let results = fixture.validator().validate_batch(tokens, &mut scratch, now());
                assert!(results.iter().all(Result::is_ok));
            });
            let signatures = u64::try_from(size).unwrap() * backend;
            assert_eq!(count, 2 + signatures, "{name}, {size} at once");
        }
    }
}

#[test]
fn validate_refused_allocates_a_bounded_finding() {
    let fixture = Fixture::of(2);
    let good = &fixture.tokens(Shape::S2s)[0];
    let long = format!("{good}{}", "A".repeat(8000));
    let (header, rest) = good.split_once('.').unwrap();
    let header_cut = format!("{}.{rest}", &header[..header.len() - 1]);
    let refused = [
        ("bad signature", fixture.tokens(Shape::BadSignature)[0].as_str(), now()),
        ("unknown key", &fixture.tokens(Shape::UnknownKey)[0], now()),
        ("expired", good, too_late()),
        ("two layers, expired", &fixture.tokens(Shape::TwoLayer)[0], too_late()),
        ("Entra, expired", &fixture.tokens(Shape::Entra)[0], too_late()),
        ("signature of 8000 characters more", &long, now()),
        ("header cut", &header_cut, now()),
        ("no dots", "garbage", now()),
        ("nothing", "", now()),
    ];
    for (backend, validator) in fixture.validators() {
        // The path's refusal is the reviewed backend's in the end.
        let by_backend = of_backend(&fixture, *backend).max(of_backend(&fixture, Backend::reviewed()));
        for (name, token, at) in refused {
            let mut scratch = Scratch::new();
            let count =
                second_time(|| assert!(validator.validate(token, &mut scratch, at).is_err(), "{name}"));
            assert!(count <= by_backend + REFUSAL, "{name} on {backend}: {count} allocations");
        }
    }
}
