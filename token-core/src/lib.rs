//! Decodes, explains and validates the tokens with which Microsoft servers talk to each other.

pub mod budget;
pub mod challenge;
pub mod redact;
pub mod time;
pub mod verdict;
