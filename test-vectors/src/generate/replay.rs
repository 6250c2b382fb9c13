//! S2S-36: tokens that are presented again. The runner keeps a watch for each test.

use test_vectors::File;

use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let token = || t2().compact();
    let tests = vec![
        Vector::new("s2s-36-first-sight", "a token that was not seen before", token()).near(&["S2S-36"]),
        Vector::new("s2s-36-second-sight", "the same token again: S2S tokens have no jti", token())
            .presented(2)
            .reports(&["S2S-36"])
            .flag("J20")
            .on("S2S-36"),
        Vector::new(
            "s2s-36-outer-again",
            "the same two-layer token for the third time",
            outer().around(&actor()).compact(),
        )
        .outer()
        .presented(3)
        .reports(&["S2S-36"])
        .flag("J20")
        .on("S2S-36"),
    ];
    (
        "replay",
        file_of(vec![group(
            "Exchange, with the STS of one tenant as issuer",
            exchange(TENANT),
            two_keys(TENANT),
            tests,
        )]),
    )
}
