//! Decodes, explains and validates the tokens with which Microsoft servers talk to each other.

pub mod budget;
pub mod keys;
pub mod redact;
pub mod signature;
pub mod time;
pub mod verdict;
