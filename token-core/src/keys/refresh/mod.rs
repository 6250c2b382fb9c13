//! Keys that are always there: fetched ahead of time in the background, kept through outages, given up in the end.
//!
//! Follows `docs/keys.md`, which has the state diagram and the reason for every default. [`Sources`] says
//! where keys come from, [`Refresher`] keeps them up to date and is what a validator holds. When to fetch and what to
//! do with what came is decided in `schedule` and `document`, which know neither clock nor network.

mod asked;
mod board;
mod client;
mod clock;
mod document;
mod error;
mod fetch;
mod refresher;
mod schedule;
mod source;
mod status;
mod task;
mod tls;
mod wait;

pub use error::{FetchError, PlaceError};
pub use refresher::{Refresher, StartError};
pub use source::{SourceError, Sources};
pub use status::{KeyCounters, KeyState, KeyStatus};
pub(crate) use wait::Asking;
