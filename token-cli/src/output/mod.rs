//! The formats: text for people, JSON for programs, JSON Lines for streams, SARIF for review tools.

pub(crate) mod json;
pub(crate) mod jsonl;
mod page;
pub(crate) mod sarif;
pub(crate) mod text;
