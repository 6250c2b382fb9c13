//! When a source is fetched next, and in which state its keys are. Pure: the time and the dice are arguments.
//!
//! The state diagram is in `docs/keys.md`.

use std::time::Duration;

use super::clock::Moment;
use super::status::KeyState;
use crate::policy::FetchSettings;

/// A random number, 0 to 999, for the jitter. Sources that started together must not stay together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(pub(super) u16);

impl Dice {
    /// Returns a part of a duration between `from` and `to` per mille of it.
    fn part(self, of: Duration, from: u32, to: u32) -> Duration {
        let span = to.saturating_sub(from).saturating_mul(u32::from(self.0.min(999)));
        let per_mille = from.saturating_add(span.checked_div(1000).unwrap_or(0));
        of.checked_div(1000).unwrap_or_default().saturating_mul(per_mille)
    }
}

/// The times of one source.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    times: Times,
    /// When the last attempt began.
    attempted: Option<Moment>,
    /// When the document in use was last known to be the current one.
    confirmed: Option<Moment>,
    /// Until when that counts as fresh.
    fresh_until: Moment,
    /// Attempts that failed since the last one that did not.
    failures: u32,
    due: Moment,
}

/// What the settings say of times.
#[derive(Clone, Copy, Debug)]
struct Times {
    min_fresh: Duration,
    max_fresh: Duration,
    keep_for: Duration,
    cool_down: Duration,
    first_retry: Duration,
    max_retry: Duration,
}

impl Schedule {
    /// Starts without a document: the first fetch is due at once.
    pub(super) fn cold(settings: &FetchSettings, now: Moment) -> Self {
        let times = Times {
            min_fresh: settings.min_fresh,
            max_fresh: settings.max_fresh,
            keep_for: settings.keep_for,
            cool_down: settings.cool_down,
            first_retry: settings.first_retry,
            max_retry: settings.max_retry,
        };
        Self { times, attempted: None, confirmed: None, fresh_until: now, failures: 0, due: now }
    }

    /// Starts with a document that was confirmed in an earlier run; returns nothing if that is too long ago, or in the
    /// future.
    pub(super) fn warm(settings: &FetchSettings, confirmed: Moment, now: Moment) -> Option<Self> {
        let warm = Self { confirmed: Some(confirmed), ..Self::cold(settings, now) };
        (confirmed <= now && warm.closes().is_some_and(|closes| now < closes)).then_some(warm)
    }

    /// When the next attempt is due.
    pub(super) const fn due(&self) -> Moment {
        self.due
    }

    /// When the document in use is given up unless it is confirmed before.
    pub(super) fn closes(&self) -> Option<Moment> {
        self.confirmed.map(|confirmed| confirmed.plus(self.times.keep_for))
    }

    /// An attempt begins.
    pub(super) const fn begin(&mut self, now: Moment) {
        self.attempted = Some(now);
    }

    /// An attempt brought a good document, or the word that it is unchanged. `said` is how long its server calls it
    /// fresh.
    pub(super) fn succeeded(&mut self, now: Moment, said: Option<Duration>, dice: Dice) {
        let fresh = said.unwrap_or(self.times.max_fresh).clamp(self.times.min_fresh, self.times.max_fresh);
        // What came is not older than the question.
        let confirmed = self.attempted.unwrap_or(now);
        self.confirmed = Some(confirmed);
        self.fresh_until = confirmed.plus(fresh);
        self.failures = 0;
        self.due = now.plus(dice.part(fresh, 750, 900));
    }

    /// An attempt failed. `wanted` is the pause that its server asks for.
    pub(super) fn failed(&mut self, now: Moment, wanted: Option<Duration>, dice: Dice) {
        let doubled = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let pause = self.times.first_retry.saturating_mul(doubled).min(self.times.max_retry);
        self.failures = self.failures.saturating_add(1);
        let pause = dice.part(pause, 500, 1000).max(wanted.unwrap_or_default().min(self.times.max_retry));
        self.due = now.plus(pause);
    }

    /// A token named a key that is not there. Nobody can shorten the pause after a failure through that.
    pub(super) fn asked(&mut self, now: Moment) {
        if self.failures == 0 {
            let earliest = self.attempted.map_or(now, |attempted| attempted.plus(self.times.cool_down));
            self.due = self.due.min(earliest.max(now));
        }
    }

    /// The document in use is given up.
    pub(super) const fn close(&mut self) {
        self.confirmed = None;
    }

    pub(super) const fn confirmed(&self) -> Option<Moment> {
        self.confirmed
    }

    pub(super) fn state(&self, now: Moment) -> KeyState {
        match self.closes() {
            None => KeyState::Down,
            Some(closes) if closes <= now => KeyState::Down,
            Some(_) if self.failures > 0 => KeyState::LastKnownGood,
            Some(_) if now < self.fresh_until => KeyState::Fresh,
            Some(_) => KeyState::Stale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: Dice = Dice(0);
    const HIGH: Dice = Dice(999);
    const HOUR: u64 = 3600;

    fn at(secs: u64) -> Moment {
        Moment::new(Duration::from_secs(1_000_000).saturating_add(Duration::from_secs(secs)))
    }

    fn cold() -> Schedule {
        Schedule::cold(&FetchSettings::default(), at(0))
    }

    /// A schedule whose first attempt, at 0, succeeded.
    fn fetched(said: Option<u64>, dice: Dice) -> Schedule {
        let mut schedule = cold();
        schedule.begin(at(0));
        schedule.succeeded(at(0), said.map(Duration::from_secs), dice);
        schedule
    }

    fn secs_until(schedule: &Schedule, from: u64) -> u64 {
        schedule.due().since(at(from)).as_secs()
    }

    #[test]
    fn cold_start_due_at_once_and_down() {
        let schedule = cold();
        assert_eq!((schedule.due(), schedule.closes()), (at(0), None));
        assert_eq!(schedule.state(at(0)), KeyState::Down);
    }

    #[test]
    fn success_due_again_ahead_of_expiry_with_jitter() {
        assert_eq!(secs_until(&fetched(None, LOW), 0), 2700);
        assert_eq!(secs_until(&fetched(None, HIGH), 0), 3236);
        assert_eq!(secs_until(&fetched(Some(1000), LOW), 0), 750);
        assert!(secs_until(&fetched(Some(1000), HIGH), 0) < 900);
    }

    #[test]
    fn lifetime_said_by_the_server_kept_within_bounds() {
        assert_eq!(secs_until(&fetched(Some(0), LOW), 0), 225);
        assert_eq!(secs_until(&fetched(Some(24 * HOUR), LOW), 0), 2700);
    }

    #[test]
    fn states_fresh_stale_last_known_good_down() {
        let mut schedule = fetched(Some(600), LOW);
        assert_eq!(schedule.state(at(0)), KeyState::Fresh);
        assert_eq!(schedule.state(at(599)), KeyState::Fresh);
        assert_eq!(schedule.state(at(600)), KeyState::Stale);
        schedule.begin(at(500));
        schedule.failed(at(520), None, LOW);
        assert_eq!(schedule.state(at(520)), KeyState::LastKnownGood);
        assert_eq!(schedule.closes(), Some(at(24 * HOUR)));
        assert_eq!(schedule.state(at(24 * HOUR - 1)), KeyState::LastKnownGood);
        assert_eq!(schedule.state(at(24 * HOUR)), KeyState::Down);
        schedule.close();
        assert_eq!((schedule.state(at(24 * HOUR)), schedule.closes()), (KeyState::Down, None));
        schedule.begin(at(25 * HOUR));
        schedule.succeeded(at(25 * HOUR), None, LOW);
        assert_eq!(schedule.state(at(25 * HOUR)), KeyState::Fresh);
    }

    #[test]
    fn bound_counts_from_the_last_confirmation_not_from_the_failure() {
        let mut schedule = fetched(None, LOW);
        schedule.begin(at(HOUR));
        schedule.succeeded(at(HOUR + 10), None, LOW);
        assert_eq!(schedule.closes(), Some(at(25 * HOUR)));
        schedule.begin(at(2 * HOUR));
        schedule.failed(at(2 * HOUR), None, LOW);
        assert_eq!(schedule.closes(), Some(at(25 * HOUR)));
    }

    #[test]
    fn failures_pause_doubles_up_to_its_bound_with_jitter() {
        for (dice, expected) in
            [(LOW, [2, 5, 10, 20, 40, 80, 150, 150]), (HIGH, [4, 9, 19, 39, 79, 159, 299, 299])]
        {
            let mut schedule = cold();
            for expected in expected {
                schedule.begin(at(0));
                schedule.failed(at(0), None, dice);
                assert_eq!(secs_until(&schedule, 0), expected);
            }
        }
        let mut schedule = cold();
        for _ in 0..1000 {
            schedule.failed(at(0), None, HIGH);
        }
        assert_eq!(secs_until(&schedule, 0), 299);
        schedule.succeeded(at(0), None, LOW);
        schedule.failed(at(0), None, LOW);
        assert_eq!(secs_until(&schedule, 0), 2);
    }

    #[test]
    fn pause_that_the_server_asks_for_kept_within_bounds() {
        let after = |wanted: u64| {
            let mut schedule = cold();
            schedule.failed(at(0), Some(Duration::from_secs(wanted)), LOW);
            secs_until(&schedule, 0)
        };
        assert_eq!((after(60), after(1), after(99_999)), (60, 2, 300));
    }

    #[test]
    fn unknown_id_fetched_after_the_cool_down_of_the_last_attempt() {
        let mut schedule = fetched(None, LOW);
        schedule.asked(at(5));
        assert_eq!(schedule.due(), at(30));
        schedule.asked(at(6));
        assert_eq!(schedule.due(), at(30));
        let mut later = fetched(None, LOW);
        later.asked(at(100));
        assert_eq!(later.due(), at(100));
        // It never puts off what is due anyway.
        let mut due = fetched(Some(600), LOW);
        due.asked(at(460));
        assert_eq!(due.due(), at(450));
    }

    #[test]
    fn unknown_id_does_not_shorten_the_pause_after_a_failure() {
        let mut schedule = fetched(None, LOW);
        schedule.begin(at(HOUR));
        for _ in 0..9 {
            schedule.failed(at(HOUR), None, LOW);
        }
        schedule.asked(at(HOUR + 60));
        assert_eq!(schedule.due(), at(HOUR + 150));
    }

    #[test]
    fn warm_start_stale_until_the_first_fetch_and_never_past_its_bound() {
        let settings = FetchSettings::default();
        let schedule = Schedule::warm(&settings, at(0), at(HOUR)).unwrap();
        assert_eq!((schedule.due(), schedule.state(at(HOUR))), (at(HOUR), KeyState::Stale));
        assert_eq!(schedule.closes(), Some(at(24 * HOUR)));
        assert!(Schedule::warm(&settings, at(0), at(24 * HOUR)).is_none());
        assert!(Schedule::warm(&settings, at(HOUR), at(0)).is_none());
    }

    #[test]
    fn any_course_of_events_stays_within_the_settings() {
        // Every sequence of six events out of four, a step of time between them.
        for course in 0..4_u32.pow(6) {
            let (mut schedule, mut now) = (cold(), 0_u64);
            for step in 0..6 {
                now += 97;
                let before = schedule.due();
                let event = (course / 4_u32.pow(step)) % 4;
                match event {
                    0 => schedule.asked(at(now)),
                    1 => {
                        schedule.begin(at(now));
                        schedule.succeeded(at(now), Some(Duration::from_secs(now)), HIGH);
                    }
                    2 => {
                        schedule.begin(at(now));
                        schedule.failed(at(now), None, HIGH);
                    }
                    _ => {
                        schedule.begin(at(now));
                        schedule.failed(at(now), Some(Duration::from_secs(9999)), LOW);
                    }
                }
                assert!(schedule.due() <= at(now + 3600));
                // Whatever ends an attempt puts the next one into the future; an unknown id only ever brings it closer.
                assert!(if event == 0 { schedule.due() <= before } else { schedule.due() > at(now) });
                let down = schedule.state(at(now)) == KeyState::Down;
                assert_eq!(down, schedule.confirmed().is_none());
            }
        }
    }
}
