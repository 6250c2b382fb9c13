//! Single steps of the path, for profilers and for counting instructions.
//!
//! - `steps check` counts the instructions of every step under valgrind and compares them with the committed baseline;
//!   `steps renew` writes the baseline. docs/performance.md says what is counted.
//! - `steps STEP SHAPE COUNT < TOKENS` runs a step so often, on the default backend; `steps mint SHAPE` prints tokens.
//!   Signing draws on entropy, whose cost is never the same, and is therefore kept apart.

use std::hint::black_box;
use std::io::Read;
use std::process::ExitCode;

use benches::fixture::now;
use benches::instructions::{self, Step};
use benches::mint::Mint;
use benches::ours;
use token_core::cache::Bounds;
use token_core::{Budget, Cache, Scratch, Token};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        ["check"] => conclude(instructions::check(&mint)),
        ["renew"] => conclude(instructions::renew(&mint)),
        ["mint", shape] => {
            print!("{}", mint(shape));
            ExitCode::SUCCESS
        }
        [step, shape, count] => {
            let (Some(step), Ok(count)) = (Step::named(step), count.parse()) else { return usage() };
            let mut input = String::new();
            std::io::stdin().read_to_string(&mut input).unwrap_or_else(|error| panic!("the tokens: {error}"));
            let tokens: Vec<&str> = input.lines().collect();
            assert!(!tokens.is_empty(), "no tokens of the shape {shape} on standard input");
            run(step, &tokens, count);
            ExitCode::SUCCESS
        }
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("steps check | renew | mint SHAPE | STEP SHAPE COUNT < TOKENS");
    eprintln!("steps are {}; shapes are s2s, two-layer, entra", Step::ALL.map(Step::name).join(", "));
    ExitCode::from(2)
}

fn conclude(result: Result<String, String>) -> ExitCode {
    match result {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// Eight tokens of a shape, one a line.
fn mint(shape: &str) -> String {
    let mint = Mint::new(ours::x5t());
    let token = |number| match shape {
        "s2s" => mint.actor(number),
        "two-layer" => mint.outer(number),
        "entra" => mint.entra(number),
        _ => panic!("no such shape: {shape}"),
    };
    (0..8).map(|number| token(number) + "\n").collect()
}

/// Warms up with every token once, then goes on for `count` operations.
fn run(step: Step, tokens: &[&str], count: usize) {
    let validator = ours::validator();
    let mut scratch = Scratch::new();
    match step {
        Step::Decode => repeat(tokens, count, |token| {
            let token = Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut scratch);
            assert_eq!(black_box(token.problems().count()), 0);
        }),
        Step::Validate => repeat(tokens, count, |token| {
            assert!(black_box(validator.validate(token, &mut scratch, now())).is_ok());
        }),
        Step::Hit => {
            let cache = Cache::new(Bounds { entries: 8192, bytes: 64 << 20 });
            for token in tokens {
                assert!(cache.validate(&validator, *token, &mut scratch, now()).is_ok());
            }
            repeat(tokens, count, |token| {
                assert!(black_box(cache.get(&validator, token.as_bytes(), now())).is_some());
            });
        }
    }
}

fn repeat(tokens: &[&str], count: usize, mut step: impl FnMut(&str)) {
    tokens.iter().for_each(|token| step(token));
    measured(&mut || tokens.iter().cycle().take(count).for_each(|token| step(token)));
}

/// What is counted: valgrind knows it by its name, see [`instructions`].
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}
