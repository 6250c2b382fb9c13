//! Decodes, explains and validates the tokens with which Microsoft servers talk to each other.

pub mod budget;
pub mod jose;
pub mod policy;
pub mod redact;
pub mod s2s;
pub mod time;
pub mod verdict;
