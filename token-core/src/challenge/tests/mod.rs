//! Tests that need more than one file of the module: the samples, the grammar, the round trip.

mod grammar;
mod round_trip;
mod samples;

use super::{Challenge, ChallengeError, challenges};
use crate::budget::Budget;

fn read(value: &str) -> Result<Vec<Challenge<'_>>, ChallengeError> {
    challenges(value, &Budget::DEFAULT).collect()
}

/// Writes what was read in a form that shows every part: scheme, then `name=value` or the token68 in angle brackets.
fn shown(value: &str) -> Vec<String> {
    show(&read(value).unwrap())
}

fn show(all: &[Challenge<'_>]) -> Vec<String> {
    all.iter()
        .map(|challenge| match challenge.body() {
            super::Body::Empty => challenge.scheme_name().to_owned(),
            super::Body::Token68(token68) => format!("{} <{}>", challenge.scheme_name(), token68.expose()),
            super::Body::Params(params) => {
                let params: Vec<_> =
                    params.map(|param| format!("{}={}", param.name(), param.value())).collect();
                format!("{} {}", challenge.scheme_name(), params.join("|"))
            }
        })
        .collect()
}
