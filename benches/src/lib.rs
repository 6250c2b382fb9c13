//! What the benches share: minted tokens of the shapes that matter, a validator for them, and the peers.
//!
//! Every contender asserts its verdict: a bench that judges wrongly fails instead of being fast.

pub mod clock;
pub mod contenders;
pub mod count;
pub mod mint;
pub mod ours;
pub mod peers;

/// The time at which all tokens are judged: within their validity.
pub const NOW: u64 = 1_764_000_000;

/// How many distinct tokens a contender goes through, so that no cache of one token can help it.
pub const DISTINCT: usize = 256;
