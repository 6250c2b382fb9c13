//! The longest lifetimes of each kind of token: ruling 2, unless the policy says otherwise.

use std::time::Duration;

use crate::s2s::Kind;

/// The longest `exp - nbf` of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    changed: Vec<(Kind, Duration)>,
}

impl Lifetimes {
    /// Returns the longest lifetime of a kind.
    #[must_use]
    pub fn maximum(&self, kind: Kind) -> Duration {
        let changed = self.changed.iter().rev().find(|(changed, _)| *changed == kind);
        changed.map_or_else(|| kind.usual_lifetime(), |(_, maximum)| *maximum)
    }

    /// Changes the longest lifetime of a kind.
    pub fn set(&mut self, kind: Kind, maximum: Duration) {
        self.changed.push((kind, maximum));
    }
}
