//! The formats: text for people, JSON for programs, JSON Lines for streams, SARIF for review tools.

pub(crate) mod challenge;
mod dauth;
pub(crate) mod documents;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod keys;
mod page;
pub(crate) mod probe;
pub(crate) mod sarif;
pub(crate) mod text;
