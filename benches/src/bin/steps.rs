//! Runs one step of the path many times, for a profiler or an instruction counter: `steps STEP SHAPE COUNT < TOKENS`.
//!
//! The difference of two counts of instructions, divided by the difference of the numbers, is the cost of one operation
//! alone. `steps mint SHAPE` prints the tokens: signing draws on entropy, whose cost is never the same.

use std::hint::black_box;
use std::io::Read;

use benches::mint::Mint;
use benches::{NOW, ours};
use token_core::signature::Backend;
use token_core::{Budget, Scratch, Token, UnixTime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [step, shape, rest @ ..] = arguments.as_slice() else { panic!("steps STEP SHAPE COUNT < TOKENS") };
    if step == "mint" {
        let mint = Mint::new(ours::x5t());
        for number in 0..8 {
            let token = match &**shape {
                "s2s" => mint.actor(number),
                "two-layer" => mint.outer(number),
                "entra" => mint.entra(number),
                _ => panic!("no such shape"),
            };
            println!("{token}");
        }
        return;
    }
    let count: usize = rest.first().and_then(|count| count.parse().ok()).unwrap_or(1);
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap_or_else(|error| panic!("the tokens: {error}"));
    let mut tokens = input.lines().cycle();
    let mut next = move || tokens.next().unwrap_or_default();
    let now = UnixTime::from_secs(NOW);
    let mut scratch = Scratch::new();
    // Valgrind has no AVX-512: the signature is the reviewed backend's there.
    let validator = ours::validator_on(if rest.len() > 1 { Backend::default() } else { Backend::reviewed() });
    match &**step {
        "decode" => {
            for _ in 0..count {
                let token = Token::decode(next().as_bytes(), &Budget::DEFAULT, &mut scratch);
                assert_eq!(black_box(token.problems().count()), 0);
            }
        }
        "validate" => {
            for _ in 0..count {
                assert!(black_box(validator.validate(next(), &mut scratch, now)).is_ok());
            }
        }
        // Everything but the signature, which is too short for any work, and the finding about it.
        "rules" => {
            for _ in 0..count {
                let token = next();
                let token = token.get(..token.len() - 2).filter(|_| *shape != "two-layer").unwrap_or(token);
                assert_eq!(
                    black_box(validator.validate(token, &mut scratch, now)).is_err(),
                    *shape != "two-layer"
                );
            }
        }
        _ => panic!("no such step"),
    }
}
