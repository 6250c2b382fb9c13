//! The source of keys that keeps itself up to date: what a validator holds.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::AbortHandle;

use super::board::{Shared, Slot, Start};
use super::client::Client;
use super::clock::{Clock, Moment};
use super::document::{Held, Way};
use super::error::FetchError;
use super::fetch::read_bounded;
use super::schedule::Schedule;
use super::source::{Place, Sources};
use super::status::KeyStatus;
use super::{task, tls};
use crate::keys::{KeyId, KeySet, KeySource, Snapshot};
use crate::policy::FetchSettingsError;
use crate::verdict::Finding;

/// Bytes of a PEM file with roots. 1 MiB: the whole set of a Linux distribution has a quarter of it.
const MAX_ROOTS: usize = 1024 * 1024;
/// Bytes of a snapshot. 64 MiB: all documents of forty issuers, were each as large as the budget allows.
const MAX_SNAPSHOT: usize = 64 * 1024 * 1024;

/// Keeps the keys of all issuers up to date in the background.
///
/// A validator reads one snapshot without waiting or locking. Clones share one set of tasks, which end with the last
/// clone. If the runtime ends first, the keys are given up: nobody would withdraw them any more.
#[derive(Clone)]
pub struct Refresher {
    shared: Arc<Shared>,
    _tasks: Arc<Tasks>,
}

impl Refresher {
    /// Starts to fetch, and returns at once: without keys, or with those of the snapshot that the settings name.
    ///
    /// Must be called within a tokio runtime whose time is enabled. Reads the files with roots and the snapshot.
    ///
    /// # Errors
    /// Settings that contradict each other, and roots that cannot be read. A source that cannot be fetched is no
    /// error: it is tried again, and [`Refresher::status`] says why.
    pub fn start(sources: Sources) -> Result<Self, StartError> {
        sources.settings.check().map_err(StartError::Settings)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let client = client(&sources)?.map(Arc::new);
        let clock = Clock::start();
        let now = clock.now();
        let snapshot = sources.settings.snapshot.as_ref().map(|file| sources.base.join(file));
        let mut pinned = snapshot.as_ref().map(|path| warm(path, &sources)).unwrap_or_default();
        let Sources { settings, budget, list, .. } = sources;
        let starts: Vec<Start> = list
            .into_iter()
            .map(|source| {
                let of_source = |(issuer, name, ..): &Warm| *issuer == source.issuer && *name == source.name;
                let found = pinned.iter().position(of_source).map(|index| pinned.swap_remove(index));
                let warm = found.and_then(|(.., confirmed, held)| {
                    Some((Schedule::warm(&settings, confirmed, now)?, Arc::new(held)))
                });
                match warm {
                    Some((schedule, held)) => (Slot::new(source), schedule, Some(held)),
                    None => (Slot::new(source), Schedule::cold(&settings, now), None),
                }
            })
            .collect();
        let shared = Arc::new(Shared::new(starts, clock, settings, budget, snapshot));
        let tasks = (0..shared.slots.len()).map(|index| {
            runtime.spawn(task::keep(Arc::clone(&shared), client.clone(), index)).abort_handle()
        });
        let tasks = Tasks { handles: tasks.collect(), shared: Arc::clone(&shared) };
        Ok(Self { shared, _tasks: Arc::new(tasks) })
    }

    /// Returns the state of each source, in the order in which they were added.
    #[must_use]
    pub fn status(&self) -> Vec<KeyStatus> {
        self.shared.status()
    }

    /// Returns what is wrong with the documents in use, and does not keep them from being used.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.shared.findings()
    }

    /// Pins the documents in use.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.pin()
    }

    /// Returns the keys in use, for as long as the caller holds them.
    #[must_use]
    pub fn keys(&self) -> Arc<KeySet> {
        self.shared.keys.load_full()
    }

    /// Waits until each source was tried at least once, however that ended.
    pub async fn tried(&self) {
        for slot in &self.shared.slots {
            // The sender lives as long as the slot.
            let _ = slot.done.subscribe().wait_for(|done| *done > 0).await;
        }
    }

    /// Takes note of an unknown key; returns the refresh that it is worth waiting for, if there is one.
    pub(super) fn ask(&self, issuer: &str, id: &KeyId<'_>) -> Option<Pending> {
        let ask = |(index, slot): (usize, &Slot)| {
            slot.ask(id);
            // Read before the question whether an attempt is under way: one that ends in between is not waited for.
            let done = *slot.done.borrow();
            self.shared.is_imminent(index, slot).then_some((index, done))
        };
        let awaited: Vec<_> = self.shared.slots_of(issuer).filter_map(ask).collect();
        (!awaited.is_empty()).then(|| Pending { shared: Arc::clone(&self.shared), awaited })
    }
}

impl KeySource for Refresher {
    fn current(&self) -> impl Deref<Target = KeySet> {
        Current(self.shared.keys.load())
    }

    fn missed(&self, issuer: &str, id: &KeyId<'_>) {
        for (_, slot) in self.shared.slots_of(issuer) {
            slot.ask(id);
        }
    }
}

impl fmt::Debug for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresher").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// The snapshot of one validation.
struct Current(arc_swap::Guard<Arc<KeySet>>);

impl Deref for Current {
    type Target = KeySet;

    fn deref(&self) -> &KeySet {
        &self.0
    }
}

/// Attempts that are under way or about to begin.
pub(crate) struct Pending {
    shared: Arc<Shared>,
    awaited: Vec<(usize, u64)>,
}

impl Pending {
    /// Waits until each of them has ended, at most as long as the settings say.
    pub(crate) async fn wait(self) {
        let all = async {
            for (index, seen) in &self.awaited {
                if let Some(slot) = self.shared.slots.get(*index) {
                    let _ = slot.done.subscribe().wait_for(|done| done > seen).await;
                }
            }
        };
        let _ = tokio::time::timeout(self.shared.settings.wait, all).await;
    }
}

/// Ends the tasks with the last handle.
struct Tasks {
    handles: Vec<AbortHandle>,
    shared: Arc<Shared>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        for task in &self.handles {
            task.abort();
        }
    }
}

/// Makes the client, unless all sources are files.
fn client(sources: &Sources) -> Result<Option<Client>, StartError> {
    if sources.hosts().is_empty() {
        return Ok(None);
    }
    let mut roots = Vec::new();
    for file in &sources.settings.roots {
        let unreadable = |reason: String| StartError::Roots { file: file.clone(), reason };
        let pem = read_bounded(&sources.base.join(file), MAX_ROOTS)
            .map_err(|error| unreadable(error.to_string()))?;
        roots.extend(tls::read_roots(&pem).ok_or_else(|| unreadable("no PEM certificates".to_owned()))?);
    }
    let config =
        tls::config(roots, &sources.settings.pins).map_err(|error| StartError::Tls(error.to_string()))?;
    Client::new(sources, config).map(Some).map_err(|error| StartError::Tls(error.to_string()))
}

/// A document of an earlier run: issuer, source, when it was confirmed.
type Warm = (String, String, Moment, Held);

/// Reads the snapshot of an earlier run. What cannot be used of it is left out: the sources will be fetched anyway.
fn warm(path: &Path, sources: &Sources) -> Vec<Warm> {
    let pinned = match read_bounded(path, MAX_SNAPSHOT).map(|bytes| Snapshot::parse(&bytes, &sources.budget))
    {
        Ok(Ok(snapshot)) => snapshot.documents,
        Ok(Err(error)) => {
            tracing::warn!(path = %path.display(), %error, "snapshot not used");
            return Vec::new();
        }
        Err(FetchError::File { kind: std::io::ErrorKind::NotFound }) => return Vec::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "snapshot not used");
            return Vec::new();
        }
    };
    let mut warm = Vec::new();
    for document in pinned {
        let (issuer, source) = (document.issuer.clone(), document.source.clone());
        let confirmed = Moment::from(document.confirmed);
        let is_file = |place: &Place| matches!(place, Place::File(_));
        let configured = sources.list.iter().find(|other| other.issuer == issuer && other.name == source);
        // A source that is not configured any more must not come back through the file.
        let Some(configured) = configured else { continue };
        let trusted = is_file(&configured.place) || document.url.starts_with("https://");
        let way = if trusted { Way::Trusted } else { Way::Plain };
        match Held::of_pinned(document, configured.expected(), way, &sources.budget) {
            Ok(held) => warm.push((issuer, source, confirmed, held)),
            Err(error) => tracing::warn!(path = %path.display(), %error, "document of the snapshot not used"),
        }
    }
    warm
}

/// Why a refresher cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The settings contradict each other.
    Settings(FetchSettingsError),
    /// There is no tokio runtime.
    NoRuntime,
    /// A file with roots cannot be used.
    Roots {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// TLS cannot be set up: most likely the system has no roots and the settings name none.
    Tls(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(f),
            Self::NoRuntime => f.write_str("expected a tokio runtime, found none"),
            Self::Roots { file, reason } => {
                write!(f, "fetch.roots: expected PEM certificates in {file}, found: {reason}")
            }
            Self::Tls(reason) => write!(f, "TLS cannot be set up: {reason}"),
        }
    }
}

impl std::error::Error for StartError {}
