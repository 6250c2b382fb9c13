//! Decode, validate and review on the S2S, the two-layer and the Entra token, beside the peers on the same tokens.
//!
//! Distinct tokens throughout. The peers get the S2S token with numeric times, since they read no others, and no
//! two-layer token, since they know none.

use std::cell::Cell;
use std::hint::black_box;

use benches::mint::{Mint, RESOURCE, TENANT};
use benches::peers::{Jsonwebtoken9, Jsonwebtoken11};
use benches::{DISTINCT, NOW, ours};
use criterion::{Criterion, criterion_group, criterion_main};
use token_core::{Budget, Scratch, Token, UnixTime, Verdict};

fn verify(criterion: &mut Criterion) {
    let validator = ours::validator();
    let keys = ours::keys();
    let x5t = keys.keys().first().and_then(token_core::keys::Key::x5t).map(|x5t| x5t.to_string());
    let mint = Mint::new(x5t.unwrap_or_default());
    let now = UnixTime::from_secs(NOW);
    let exchange = "00000002-0000-0ff1-ce00-000000000000";
    let acs = format!("00000001-0000-0000-c000-000000000000@{TENANT}");
    let sts = format!("https://sts.windows.net/{TENANT}/");
    let aud = format!("{exchange}/mail.contoso.com@{TENANT}");

    let tokens = |make: &dyn Fn(usize) -> String| (0..DISTINCT).map(make).collect::<Vec<_>>();
    let groups = [
        ("s2s", tokens(&|n| mint.actor(n)), Some((tokens(&|n| mint.actor_with_numbers(n)), &*aud, &*acs))),
        ("two-layer", tokens(&|n| mint.outer(n)), None),
        ("entra", tokens(&|n| mint.entra(n)), Some((tokens(&|n| mint.entra(n)), RESOURCE, &*sts))),
    ];
    for (name, tokens, peers) in &groups {
        let mut group = criterion.benchmark_group(*name);
        let next = cycle(tokens);
        let mut scratch = Scratch::new();
        group.bench_function("decode", |bencher| {
            bencher.iter(|| {
                let token = Token::decode(next().as_bytes(), &Budget::DEFAULT, &mut scratch);
                assert_eq!(token.problems().count(), 0);
                black_box(token.kind())
            });
        });
        let mut scratch = Scratch::new();
        group.bench_function("validate", |bencher| {
            bencher.iter(|| {
                let validated = validator.validate(next(), &mut scratch, now);
                assert!(validated.is_ok(), "{:?}", validated.err());
            });
        });
        group.bench_function("review", |bencher| {
            bencher.iter(|| assert_eq!(validator.review(next(), now).verdict(), Verdict::Valid));
        });
        if let Some((tokens, aud, iss)) = peers {
            let next = cycle(tokens);
            let peer = Jsonwebtoken11::new(&keys, aud, iss);
            group.bench_function("jsonwebtoken-11-aws-lc-rs", |bencher| {
                bencher.iter(|| assert!(peer.accepts(next())));
            });
            let peer = Jsonwebtoken9::new(&keys, aud, iss);
            group.bench_function("jsonwebtoken-9-ring", |bencher| {
                bencher.iter(|| assert!(peer.accepts(next())));
            });
        }
        group.finish();
    }
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

criterion_group!(group, verify);
criterion_main!(group);
