//! What the tasks of a refresher share: the snapshot of keys that validators read, and the state of each source.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use super::asked::AskedIds;
use super::clock::{Clock, Moment};
use super::document::Held;
use super::error::FetchError;
use super::fetch::Fetched;
use super::schedule::{Dice, Schedule};
use super::source::Source;
use super::status::{KeyCounters, KeyStatus};
use crate::budget::Budget;
use crate::keys::{DocumentFormat, KeyId, KeySet, KeySetBuilder, Snapshot};
use crate::policy::FetchSettings;
use crate::redact;
use crate::time::UnixTime;
use crate::verdict::Finding;

pub(super) struct Shared {
    /// All that a validator reads.
    pub(super) keys: ArcSwap<KeySet>,
    pub(super) slots: Box<[Slot]>,
    board: Mutex<Board>,
    pub(super) clock: Clock,
    pub(super) settings: FetchSettings,
    pub(super) budget: Budget,
    pub(super) snapshot: Option<PathBuf>,
    /// Whether the last handle is gone, and nobody needs to know that the tasks end.
    pub(super) closing: AtomicBool,
}

/// The part of a source that validators touch: without locks.
pub(super) struct Slot {
    pub(super) source: Source,
    pub(super) asked: AskedIds,
    /// Whether an id has asked since the last attempt began.
    pub(super) wanted: AtomicBool,
    pub(super) wake: Notify,
    asked_count: AtomicU64,
    /// How many attempts have ended.
    pub(super) done: watch::Sender<u64>,
}

impl Slot {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            asked: AskedIds::new(),
            wanted: AtomicBool::new(false),
            wake: Notify::new(),
            asked_count: AtomicU64::new(0),
            done: watch::Sender::new(0),
        }
    }

    /// Takes note of an unknown id; returns whether it is one that has not asked lately.
    pub(super) fn ask(&self, id: &KeyId<'_>) -> bool {
        if !self.asked.insert(id) {
            return false;
        }
        self.asked_count.fetch_add(1, Ordering::Relaxed);
        // One call is enough to wake the task; a flood of them would only cost time.
        if !self.wanted.load(Ordering::Relaxed) && !self.wanted.swap(true, Ordering::Relaxed) {
            self.wake.notify_one();
        }
        true
    }
}

struct Board {
    entries: Vec<Entry>,
    findings: Vec<Finding>,
}

struct Entry {
    schedule: Schedule,
    held: Option<Arc<Held>>,
    counters: KeyCounters,
    last_error: Option<FetchError>,
    in_flight: bool,
}

/// Where a source starts: without a document, or with one of an earlier run.
pub(super) type Start = (Slot, Schedule, Option<Arc<Held>>);

impl Shared {
    pub(super) fn new(
        starts: Vec<Start>,
        clock: Clock,
        settings: FetchSettings,
        budget: Budget,
        snapshot: Option<PathBuf>,
    ) -> Self {
        let (mut slots, mut entries) = (Vec::new(), Vec::new());
        for (slot, schedule, held) in starts {
            slots.push(slot);
            let counters = KeyCounters::default();
            entries.push(Entry { schedule, held, counters, last_error: None, in_flight: false });
        }
        let shared = Self {
            keys: ArcSwap::from_pointee(KeySet::default()),
            slots: slots.into(),
            board: Mutex::new(Board { entries, findings: Vec::new() }),
            clock,
            settings,
            budget,
            snapshot,
            closing: AtomicBool::new(false),
        };
        shared.publish(&mut shared.board());
        shared
    }

    /// Never held over an await, and never taken by a validation.
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn slots_of(&self, issuer: &str) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots.iter().enumerate().filter(move |(_, slot)| slot.source.issuer == issuer)
    }

    /// Returns when a source is due, and when it is to be closed.
    pub(super) fn times(&self, index: usize) -> Option<(Moment, Option<Moment>)> {
        let board = self.board();
        let schedule = &board.entries.get(index)?.schedule;
        Some((schedule.due(), schedule.closes()))
    }

    /// Returns whether an attempt is under way, or one that an unknown id has asked for would begin within the time that
    /// a request may wait.
    pub(super) fn is_imminent(&self, index: usize, slot: &Slot) -> bool {
        let now = self.clock.now();
        self.board().entries.get(index).is_some_and(|entry| {
            let mut schedule = entry.schedule.clone();
            schedule.asked(now);
            let soon = || schedule.due() <= now.plus(self.settings.wait);
            !self.settings.wait.is_zero()
                && (entry.in_flight || (slot.wanted.load(Ordering::Relaxed) && soon()))
        })
    }

    pub(super) fn asked(&self, index: usize) {
        let now = self.clock.now();
        if let Some(entry) = self.board().entries.get_mut(index) {
            entry.schedule.asked(now);
        }
    }

    /// Begins an attempt; returns the document in use.
    pub(super) fn begin(&self, index: usize) -> Option<Arc<Held>> {
        let now = self.clock.now();
        let mut board = self.board();
        let entry = board.entries.get_mut(index)?;
        entry.schedule.begin(now);
        entry.in_flight = true;
        entry.counters.attempts = entry.counters.attempts.saturating_add(1);
        entry.held.clone()
    }

    /// Ends an attempt; returns whether it was one that succeeded.
    pub(super) fn end(&self, index: usize, outcome: Result<Fetched, FetchError>, dice: Dice) -> bool {
        let now = self.clock.now();
        let mut board = self.board();
        let (Some(entry), Some(slot)) = (board.entries.get_mut(index), self.slots.get(index)) else {
            return false;
        };
        let issuer = redact::printable(&slot.source.issuer);
        let source = redact::printable(&slot.source.name);
        entry.in_flight = false;
        match outcome {
            Ok(Fetched { held, fresh }) => {
                entry.schedule.succeeded(now, fresh, dice);
                entry.last_error = None;
                let same = |old: &Arc<Held>| old.digest == held.digest && old.url == held.url;
                let changed = !entry.held.as_ref().is_some_and(same);
                let counters = &mut entry.counters;
                if changed {
                    counters.documents = counters.documents.saturating_add(1);
                    tracing::info!(issuer, source, keys = held.keys, sha256 = %held.digest, "keys changed");
                } else {
                    counters.unchanged = counters.unchanged.saturating_add(1);
                    tracing::debug!(issuer, source, "keys confirmed");
                }
                entry.held = Some(held);
                if changed {
                    self.publish(&mut board);
                }
                true
            }
            Err(error) => {
                entry.schedule.failed(now, error.retry_after(), dice);
                entry.counters.failures = entry.counters.failures.saturating_add(1);
                let state = entry.schedule.state(now).as_str();
                let retry_ms = entry.schedule.due().since(now).as_millis();
                tracing::warn!(issuer, source, state, retry_ms, %error, "keys not fetched");
                entry.last_error = Some(error);
                false
            }
        }
    }

    /// Gives up the document of a source whose bound has passed.
    pub(super) fn close_if_due(&self, index: usize) {
        let now = self.clock.now();
        let mut board = self.board();
        if let Some(entry) = board.entries.get_mut(index)
            && entry.schedule.closes().is_some_and(|closes| closes <= now)
        {
            self.close(board, index);
        }
    }

    /// Gives up the document of a source that nobody keeps up to date any more.
    pub(super) fn abandon(&self, index: usize) {
        let mut board = self.board();
        if let Some(entry) = board.entries.get_mut(index) {
            entry.last_error = Some(FetchError::Ended);
            self.close(board, index);
        }
    }

    fn close(&self, mut board: MutexGuard<'_, Board>, index: usize) {
        let (Some(entry), Some(slot)) = (board.entries.get_mut(index), self.slots.get(index)) else { return };
        entry.schedule.close();
        if entry.held.take().is_some() {
            let issuer = redact::printable(&slot.source.issuer);
            let source = redact::printable(&slot.source.name);
            tracing::error!(issuer, source, "keys given up");
            self.publish(&mut board);
        }
    }

    /// Builds the keys of all documents in use, and puts them in the place of those that validators read.
    fn publish(&self, board: &mut Board) {
        let mut builder = KeySetBuilder::new(&self.budget);
        for (slot, entry) in self.slots.iter().zip(&board.entries) {
            if let Some(held) = &entry.held {
                builder.add_document(&slot.source.issuer, &held.url, &held.document);
            }
        }
        let loaded = builder.build();
        for finding in &loaded.findings {
            tracing::warn!(%finding, "key document");
        }
        self.keys.store(Arc::new(loaded.keys));
        board.findings = loaded.findings;
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        self.board().findings.clone()
    }

    pub(super) fn status(&self) -> Vec<KeyStatus> {
        let now = self.clock.now();
        let board = self.board();
        let both = self.slots.iter().zip(&board.entries);
        both.map(|(slot, entry)| {
            let held = entry.held.as_ref();
            KeyStatus {
                issuer: redact::printable(&slot.source.issuer),
                source: redact::printable(&slot.source.name),
                document: held.map(|held| redact::printable(&held.url)),
                sha256: held.map(|held| held.digest),
                state: entry.schedule.state(now),
                keys: held.map_or(0, |held| held.keys),
                unverified: held.is_some_and(|held| held.document.format == DocumentFormat::Federation),
                confirmed: entry.schedule.confirmed().map(UnixTime::from),
                closes: entry.schedule.closes().map(UnixTime::from),
                due: entry.schedule.due().into(),
                counters: KeyCounters { asked: slot.asked_count.load(Ordering::Relaxed), ..entry.counters },
                last_error: entry.last_error.clone(),
            }
        })
        .collect()
    }

    /// Pins the documents in use.
    pub(super) fn pin(&self) -> Snapshot {
        let taken = self.clock.now().into();
        let board = self.board();
        let both = self.slots.iter().zip(&board.entries);
        let documents = both.filter_map(|(slot, entry)| {
            let confirmed = entry.schedule.confirmed()?.into();
            Some(entry.held.as_ref()?.pin(&slot.source.issuer, &slot.source.name, confirmed))
        });
        Snapshot::new(taken, documents.collect())
    }
}
