//! What a fetch brought: for each source its state, its keys, and what is worth a warning.

use serde::Serialize;
use token_core::UnixTime;
use token_core::keys::refresh::{KeyState, KeyStatus};
use token_core::keys::{Key, KeySet, Snapshot};

use super::{DocumentView, Place};
use crate::redacted;

/// All sources, and the keys that several issuers have.
#[derive(Debug, Serialize)]
pub(crate) struct FetchedView {
    pub(crate) sources: Vec<SourceView>,
    /// Keys that stand under more than one issuer.
    pub(crate) shared: Vec<String>,
}

/// One source.
#[derive(Debug, Serialize)]
pub(crate) struct SourceView {
    pub(crate) issuer: String,
    pub(crate) source: String,
    /// Where the document came from, if not from the source itself.
    pub(crate) fetched_from: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) sha256: Option<String>,
    /// Whether only the connection vouches for the keys.
    pub(crate) unverified: bool,
    pub(crate) document: Option<DocumentView>,
}

impl FetchedView {
    pub(crate) fn of(
        status: &[KeyStatus],
        snapshot: &Snapshot,
        keys: &KeySet,
        now: UnixTime,
        warn_days: u64,
    ) -> Self {
        let source = |status: &KeyStatus| {
            let pinned = snapshot.documents.iter().find(|pinned| {
                redacted::text(&pinned.issuer) == redacted::text(&status.issuer)
                    && redacted::text(&pinned.source) == redacted::text(&status.source)
            });
            let document = pinned.map(|pinned| {
                let place = Place { input: redacted::text(&pinned.url), line: None, offset: 0 };
                DocumentView::read(place, &pinned.body, now, warn_days)
            });
            let from = status.document.as_deref().filter(|from| *from != status.source);
            SourceView {
                issuer: redacted::text(&status.issuer),
                source: redacted::text(&status.source),
                fetched_from: from.map(redacted::text),
                state: if status.state == KeyState::Down { "not fetched" } else { "fetched" },
                error: status.last_error.as_ref().map(|error| redacted::text(&error.to_string())),
                sha256: status.sha256.map(|digest| digest.to_string()),
                unverified: status.unverified,
                document,
            }
        };
        Self { sources: status.iter().map(source).collect(), shared: shared(keys) }
    }
}

/// Finds RSA keys that several issuers have. Entra does this on purpose; a server's own key has one owner.
fn shared(keys: &KeySet) -> Vec<String> {
    let mut seen: Vec<(&Key, Vec<&str>)> = Vec::new();
    for key in keys.keys() {
        match seen.iter_mut().find(|(first, _)| first.rsa() == key.rsa()) {
            Some((_, issuers)) if issuers.contains(&key.issuer()) => {}
            Some((_, issuers)) => issuers.push(key.issuer()),
            None => seen.push((key, vec![key.issuer()])),
        }
    }
    let several = seen.into_iter().filter(|(_, issuers)| issuers.len() > 1);
    several
        .map(|(key, issuers)| {
            let issuers: Vec<_> = issuers.into_iter().map(redacted::text).collect();
            format!("{} is a key of {}", id(key), issuers.join(" and "))
        })
        .collect()
}

/// How people name a key.
pub(super) fn id(key: &Key) -> String {
    match (key.x5t(), key.kid()) {
        (Some(x5t), Some(kid)) if kid != x5t.to_string() => {
            format!("x5t {x5t}, kid {}", redacted::text(kid))
        }
        (Some(x5t), _) => format!("x5t {x5t}"),
        (None, Some(kid)) => format!("kid {}", redacted::text(kid)),
        (None, None) => "a key without id".to_owned(),
    }
}
