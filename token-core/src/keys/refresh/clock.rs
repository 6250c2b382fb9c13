//! The only place of this crate that reads a clock.
//!
//! Schedules count in [`Moment`]s, which never go back and do not stand still while the machine sleeps.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::UnixTime;

/// A point in time for schedules: about the time since 1970, with fractions of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    #[cfg(test)]
    pub(super) const fn new(since_1970: Duration) -> Self {
        Self(since_1970)
    }

    pub(super) const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// How much later this is than `earlier`; zero if it is not.
    pub(super) const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<UnixTime> for Moment {
    fn from(time: UnixTime) -> Self {
        Self(Duration::from_secs(time.as_secs()))
    }
}

impl From<Moment> for UnixTime {
    fn from(moment: Moment) -> Self {
        Self::from_secs(moment.0.as_secs())
    }
}

/// Both clocks of the system, read together.
#[derive(Clone, Copy, Debug)]
struct Reading {
    steady: Instant,
    wall: SystemTime,
}

impl Reading {
    #[allow(clippy::disallowed_methods, reason = "fetching goes on by itself: nobody hands it the time")]
    fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }
}

#[derive(Debug)]
pub(super) struct Clock(Mutex<(Reading, Moment)>);

impl Clock {
    pub(super) fn start() -> Self {
        let reading = Reading::now();
        let moment = Moment(reading.wall.duration_since(UNIX_EPOCH).unwrap_or_default());
        Self(Mutex::new((reading, moment)))
    }

    pub(super) fn now(&self) -> Moment {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = Reading::now();
        let steady = reading.steady.saturating_duration_since(last.0.steady);
        let wall = reading.wall.duration_since(last.0.wall).unwrap_or_default();
        *last = (reading, advance(last.1, steady, wall));
        last.1
    }
}

/// Takes the larger step of both clocks: the steady one stands still in a sleeping machine, the other can be set back.
/// Too large a step makes keys look older than they are, which costs a fetch; too small a one would keep them too long.
fn advance(moment: Moment, steady: Duration, wall: Duration) -> Moment {
    moment.plus(steady.max(wall))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advance_takes_the_larger_step() {
        let secs = Duration::from_secs;
        let from = Moment::new(secs(1000));
        assert_eq!(advance(from, secs(5), secs(5)), Moment::new(secs(1005)));
        // A machine that slept for an hour.
        assert_eq!(advance(from, secs(5), secs(3605)), Moment::new(secs(4605)));
        // A wall clock that was set back.
        assert_eq!(advance(from, secs(5), Duration::ZERO), Moment::new(secs(1005)));
    }

    #[test]
    fn clock_never_goes_back_and_begins_at_the_time_of_day() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(UnixTime::from(first) > UnixTime::from_secs(1_700_000_000));
        assert!(clock.now() >= first);
    }
}
