//! Decodes, explains and validates the tokens with which Microsoft servers talk to each other.

pub mod budget;
pub mod redact;
mod signature;
pub mod time;
pub mod verdict;
