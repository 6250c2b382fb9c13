//! Everything that is done with tokens, challenges and key documents, one operation at a time and in batches.
//!
//! Each bench asserts its verdict, and goes through distinct tokens. The peers get the S2S token with numeric times,
//! since they read no others, and no two-layer token, since they know none. `--features peers` adds the heavy ones.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::{Barrier, LazyLock};
use std::time::{Duration, Instant};

use benches::fixture::{DISTINCT, Fixture, Shape, now, too_late};
use benches::ours;
use benches::peers::peers;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use token_core::challenge::{BearerChallenge, challenges};
use token_core::keys::{KeyDocument, KeySetBuilder};
use token_core::{BatchScratch, Budget, RuleId, Scratch, Token, UnixTime, Verdict};

/// What all groups share: signing is what takes the longest.
static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

/// One token after the other, on each backend and by each peer.
fn single(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    for (shape, name) in [(Shape::S2s, "single/s2s"), (Shape::Entra, "single/entra")] {
        validate_on_each_backend(criterion, shape, name);
        let mut group = criterion.benchmark_group(name);
        let theirs = if shape == Shape::S2s { Shape::S2sNumbers } else { shape };
        let (audience, issuer) = fixture.names(shape);
        for peer in peers(fixture.keys(), &audience, &issuer) {
            let next = cycle(fixture.tokens(theirs));
            group.bench_function(peer.name, |bencher| bencher.iter(|| assert!(peer.accepts(next()))));
        }
        group.finish();
    }
}

/// An unsigned outer token around an actor token.
fn two_layer(criterion: &mut Criterion) {
    validate_on_each_backend(criterion, Shape::TwoLayer, "two-layer");
}

fn validate_on_each_backend(criterion: &mut Criterion, shape: Shape, name: &str) {
    let fixture = &*FIXTURE;
    let mut group = criterion.benchmark_group(name);
    for (backend, validator) in fixture.validators() {
        let (next, mut scratch) = (cycle(fixture.tokens(shape)), Scratch::new());
        group.bench_function(format!("validate on {backend}"), |bencher| {
            bencher.iter(|| assert!(validator.validate(next(), &mut scratch, now()).is_ok()));
        });
    }
    group.finish();
}

/// Several at once; the throughput is what compares the sizes.
fn batch(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    for (shape, name) in Shape::ACCEPTED {
        let mut group = criterion.benchmark_group(format!("batch/{name}"));
        for size in [1, 4, 8, 64, DISTINCT] {
            let mut scratch = BatchScratch::new();
            let mut batches = fixture.tokens(shape).chunks_exact(size).cycle();
            group.throughput(Throughput::Elements(size as u64));
            group.bench_function(format!("{size}"), |bencher| {
                bencher.iter(|| {
                    let tokens = batches.next().unwrap_or_default();
                    let results = fixture.validator().validate_batch(tokens, &mut scratch, now());
                    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), size);
                });
            });
        }
        group.finish();
    }
}

/// Tokens that were validated before, asked for by one thread and by two at the same time.
fn hit(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    for (shape, name) in Shape::ACCEPTED {
        let cache = fixture.cache(shape);
        let tokens = fixture.tokens(shape);
        let hit = |token: &str| assert!(cache.get(fixture.validator(), token.as_bytes(), now()).is_some());
        let mut group = criterion.benchmark_group(format!("hit/{name}"));
        let next = cycle(tokens);
        group.bench_function("1 thread", |bencher| bencher.iter(|| hit(next())));
        group.throughput(Throughput::Elements(2));
        group.bench_function("2 threads", |bencher| {
            bencher.iter_custom(|count| {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                two_threads(|| tokens.iter().cycle().take(count).for_each(|token| hit(token)))
            });
        });
        group.finish();
    }
}

/// The time that the slower of two threads takes.
fn two_threads(work: impl Fn() + Sync) -> Duration {
    let barrier = Barrier::new(2);
    let run = || {
        barrier.wait();
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::thread::scope(|scope| {
        let [a, b] = [scope.spawn(run), scope.spawn(run)].map(std::thread::ScopedJoinHandle::join);
        let took = |took: std::thread::Result<Duration>| {
            took.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        took(a).max(took(b))
    })
}

/// What is refused, each for the reason that it is refused for.
fn rejected(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    let cases: [(&str, Shape, UnixTime, RuleId); 3] = [
        ("bad signature", Shape::BadSignature, now(), RuleId::Key02),
        ("expired", Shape::S2s, too_late(), RuleId::S2s25),
        ("unknown key", Shape::UnknownKey, now(), RuleId::S2s10),
    ];
    let mut group = criterion.benchmark_group("rejected");
    for (name, shape, at, rule) in cases {
        for (backend, validator) in fixture.validators() {
            let (next, mut scratch) = (cycle(fixture.tokens(shape)), Scratch::new());
            group.bench_function(format!("{name} on {backend}"), |bencher| {
                bencher.iter(|| {
                    let rejection = validator.validate(next(), &mut scratch, at).err();
                    assert_eq!(rejection.map(|rejection| rejection.finding().rule), Some(rule));
                });
            });
        }
    }
    group.finish();
}

/// Decoding alone, without rules and signature.
fn decode(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    let mut group = criterion.benchmark_group("decode");
    for (shape, name) in Shape::ACCEPTED {
        let (next, mut scratch) = (cycle(fixture.tokens(shape)), Scratch::new());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let token = Token::decode(next().as_bytes(), &Budget::DEFAULT, &mut scratch);
                assert_eq!(token.problems().count(), 0);
                black_box(token.kind())
            });
        });
    }
    group.finish();
}

/// Every check listed, for people.
fn review(criterion: &mut Criterion) {
    let fixture = &*FIXTURE;
    let mut group = criterion.benchmark_group("review");
    for (shape, name) in Shape::ACCEPTED {
        let next = cycle(fixture.tokens(shape));
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(fixture.validator().review(next(), now()).verdict(), Verdict::Valid));
        });
    }
    group.finish();
}

/// What Exchange answers with 401, in one header line.
const CHALLENGE: &str = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8,00000004-0000-0ff1-ce00-000000000000@contoso.com", token_types="app_asserted_user_v1 service_asserted_app_v1", authorization_uri="https://login.windows.net/common/oauth2/authorize", error="invalid_token",Negotiate,NTLM,Basic Realm="""#;

/// A challenge cut into its parts, and given its types.
fn challenge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("challenge");
    group.throughput(Throughput::Bytes(CHALLENGE.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            let all = challenges(black_box(CHALLENGE), &Budget::DEFAULT);
            assert_eq!(all.filter(Result::is_ok).count(), 4);
        });
    });
    group.bench_function("bearer", |bencher| {
        bencher.iter(|| {
            let first = challenges(black_box(CHALLENGE), &Budget::DEFAULT).find_map(Result::ok);
            let bearer = first.and_then(|challenge| BearerChallenge::new(&challenge, &Budget::DEFAULT).ok());
            assert_eq!(
                bearer.and_then(|bearer| bearer.trusted_issuers).map(|all| all.entries.len()),
                Some(2)
            );
        });
    });
    group.finish();
}

/// A key document, read, and made into keys that are ready to verify.
fn metadata(criterion: &mut Criterion) {
    let sample = test_vectors::sample("outer-actor-2025").unwrap_or_else(|| panic!("no sample"));
    let document = sample.metadata.as_bytes();
    let mut group = criterion.benchmark_group("metadata");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| assert!(KeyDocument::parse(black_box(document), &Budget::DEFAULT).is_ok()));
    });
    for (backend, _) in FIXTURE.validators() {
        group.bench_function(format!("keys on {backend}"), |bencher| {
            bencher.iter(|| {
                let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
                let loaded = builder.backend(*backend).add(ours::ACS, "bench", document).build();
                assert!(!loaded.keys.keys().is_empty());
            });
        });
    }
    group.finish();
}

/// Goes round the tokens.
fn cycle<'t>(tokens: &'t [String]) -> impl Fn() -> &'t str {
    let index = Cell::new(0);
    move || {
        let now = index.get();
        index.set((now + 1) % tokens.len());
        &tokens[now]
    }
}

criterion_group!(tokens, single, two_layer, batch, hit, rejected, decode, review);
criterion_group!(documents, challenge, metadata);
criterion_main!(tokens, documents);
