//! The task of one source: sleeps until something is due, fetches, and keeps the promises of the schedule.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use super::board::{Shared, Slot};
use super::client::Client;
use super::fetch::fetch;
use super::schedule::Dice;

/// Keeps a source up to date until it is aborted.
pub(super) async fn keep(shared: Arc<Shared>, client: Option<Arc<Client>>, index: usize) {
    let Some(slot) = shared.slots.get(index) else { return };
    let _leaving = Leaving { shared: &shared, index };
    let forget_after = shared.settings.forget_unknown_after;
    let mut forget = shared.clock.now().plus(forget_after);
    loop {
        shared.close_if_due(index);
        let now = shared.clock.now();
        if forget <= now {
            slot.asked.clear();
            forget = now.plus(forget_after);
        }
        let Some((due, closes)) = shared.times(index) else { return };
        if due <= now {
            attempt(&shared, client.as_deref(), slot, index).await;
            continue;
        }
        let until = due.min(forget).min(closes.unwrap_or(due));
        tokio::select! {
            () = tokio::time::sleep(until.since(now)) => {}
            () = slot.wake.notified() => shared.asked(index),
        }
    }
}

async fn attempt(shared: &Arc<Shared>, client: Option<&Client>, slot: &Slot, index: usize) {
    slot.wanted.store(false, Ordering::Relaxed);
    let held = shared.begin(index);
    let work = fetch(client, &slot.source, held, &shared.budget);
    tokio::pin!(work);
    // A fetch that hangs must not keep keys alive beyond their bound.
    let outcome = loop {
        let closes = shared.times(index).and_then(|(_, closes)| closes);
        let left = closes.map_or(Duration::MAX, |closes| closes.since(shared.clock.now()));
        tokio::select! {
            outcome = &mut work => break outcome,
            () = tokio::time::sleep(left), if closes.is_some() => shared.close_if_due(index),
        }
    };
    if shared.end(index, outcome, dice())
        && let Some(path) = shared.snapshot.clone()
    {
        let shared = Arc::clone(shared);
        // Not waited for: a slow disk must not delay keys.
        drop(tokio::task::spawn_blocking(move || write(&shared, &path)));
    }
    slot.done.send_modify(|done| *done = done.saturating_add(1));
}

fn dice() -> Dice {
    let mut bytes = [0; 2];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Dice(u16::from_be_bytes(bytes).checked_rem(1000).unwrap_or_default()),
        // Without randomness there is no jitter, and fetching goes on.
        Err(_) => Dice(500),
    }
}

/// Writes the snapshot beside its place, then moves it there: a reader sees the old one or the new one.
fn write(shared: &Shared, path: &Path) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _one_after_another = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let written = std::fs::write(&name, shared.pin().to_json()).and_then(|()| std::fs::rename(&name, path));
    if let Err(error) = written {
        tracing::warn!(path = %path.display(), %error, "snapshot not written");
    }
}

/// Closes the source when its task ends, whatever ended it: keys that nobody withdraws must not be served.
struct Leaving<'s> {
    shared: &'s Shared,
    index: usize,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if !self.shared.closing.load(Ordering::Relaxed) {
            self.shared.abandon(self.index);
        }
    }
}
