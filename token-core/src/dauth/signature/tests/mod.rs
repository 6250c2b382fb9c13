//! Tests of both signatures: the one shape, everything that is near it, and every byte of what is signed.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "the samples are ASCII, and the numbers those of the tests"
)]

mod assertion;
mod message;
#[cfg(feature = "federation")]
mod metadata;
mod sample;
