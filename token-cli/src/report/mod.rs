//! What is reported, free of any format: made once from the library's types, safe to print, then written as text or JSON.

pub(crate) mod dauth;
mod diff;
mod fetched;
mod finding;
mod judged;
mod keys;
mod meaning;
mod snapshot;
mod token;

pub(crate) use diff::{DiffView, KeyName};
pub(crate) use fetched::{FetchedView, SourceView};
pub(crate) use finding::{Brief, FindingView};
pub(crate) use judged::{Judged, Subject};
pub(crate) use keys::{DocumentView, KeyView};
pub(crate) use meaning::meaning;
pub(crate) use snapshot::SnapshotView;
pub(crate) use token::{KindView, LayerView, MemberView, ProblemView, TimeView, TokenView, View};

use serde::Serialize;

/// Where a token came from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Place {
    pub(crate) input: String,
    pub(crate) line: Option<usize>,
    /// The byte of the input at which the token begins.
    pub(crate) offset: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.input)?;
        match self.line {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}
