//! Hostile inputs of 1 MB and 8 MB: decoding costs no more than their size times a constant.
//!
//! The budget is raised for this: with the default one they are refused by their length alone. Compare the throughput
//! of the two sizes; a quadratic step would show as an eighth of it.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use token_core::{Budget, Scratch, Token};

const MEGABYTE: usize = 1 << 20;

fn linear(criterion: &mut Criterion) {
    let mut budget = Budget::DEFAULT;
    budget.max_token = 16 * MEGABYTE;
    let json = |text: String| format!("e30.{}.", encode(&text));
    let inputs: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("dots", &|size| ".".repeat(size)),
        ("brackets", &|size| json("[".repeat(size / 4 * 3))),
        ("members-of-brackets", &|size| json(format!("{{\"a\":{}", "[".repeat(size / 4 * 3)))),
        ("base64", &|size| json(format!("{{\"a\":\"{}\"}}", "x".repeat(size / 4 * 3)))),
        ("escapes", &|size| json(format!("{{\"a\":\"{}\"}}", "\\u0061".repeat(size / 8)))),
    ];
    for (name, input) in inputs {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for megabytes in [1, 8] {
            let token = input(megabytes * MEGABYTE);
            let mut scratch = Scratch::new();
            group.throughput(Throughput::Bytes(token.len() as u64));
            group.bench_function(format!("{megabytes}-mb"), |bencher| {
                bencher.iter(|| black_box(Token::decode(token.as_bytes(), &budget, &mut scratch).kind()));
            });
        }
        group.finish();
    }
}

fn encode(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

criterion_group!(group, linear);
criterion_main!(group);
