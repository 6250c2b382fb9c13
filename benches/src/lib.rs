//! What the benches share: minted tokens of the shapes that matter, a validator for them, and the peers.
//!
//! Every contender asserts its verdict: a bench that judges wrongly fails instead of being fast.

pub mod bare;
pub mod clock;
pub mod contenders;
pub mod count;
pub mod delegation;
pub mod fixture;
pub mod hostile;
pub mod instructions;
pub mod mint;
pub mod ours;
pub mod peers;
pub mod scaling;
pub mod statistics;
pub mod xmlsec1;

/// The time at which all tokens are judged: within their validity.
pub const NOW: u64 = 1_764_000_000;
