//! The integration tests, in one binary: the vectors, what peers get wrong, and properties of any input.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests may fail, and compute with numbers of their own"
)]

mod batch;
mod cache;
mod challenges;
#[cfg(all(feature = "dauth", feature = "policy-file"))]
mod dauth_policy;
mod judge;
mod peers;
mod properties;
mod vectors;
