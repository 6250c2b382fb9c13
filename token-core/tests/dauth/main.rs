//! The integration tests of federated delegation, in one binary: the vectors, hostile messages, and mutations.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests may fail, and compute with numbers of their own"
)]

mod hostile;
mod judge;
mod mutations;
mod vectors;
mod xmlsec1;
