//! Seconds since 1970: the only notion of time in the core. The clock is read by the caller.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in whole seconds since 1970-01-01T00:00:00Z, as a JWT's NumericDate counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// The last second of the year 9999, the end of what RFC 3339 can write.
    pub const MAX: Self = Self(253_402_300_799);

    /// Makes a time of seconds since 1970. Seconds after the year 9999 become its last one.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        if secs > Self::MAX.0 { Self::MAX } else { Self(secs) }
    }

    /// Returns the seconds since 1970.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// Returns this time and so much more, at most [`UnixTime::MAX`].
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self::from_secs(self.0.saturating_add(duration.as_secs()))
    }

    /// Returns this time and so much less, at least 1970.
    #[must_use]
    pub const fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.as_secs()))
    }

    /// Returns how much later this time is than `earlier`, or nothing if it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Option<Duration> {
        match self.0.checked_sub(earlier.0) {
            Some(secs) => Some(Duration::from_secs(secs)),
            None => None,
        }
    }
}

/// Times before 1970 become 1970: a clock that says so is wrong, and every token is then from the future.
impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        Self::from_secs(time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()))
    }
}

/// As RFC 3339 writes it, in UTC: `2026-11-22T14:48:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = i64::try_from(self.0).ok().and_then(|secs| time::OffsetDateTime::from_unix_timestamp(secs).ok());
        let Some(utc) = utc else { return write!(f, "{} s", self.0) };
        let (year, month, day) = utc.to_calendar_date();
        let (hour, minute, second) = utc.to_hms();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_time_printed_as_rfc3339() {
        assert_eq!(UnixTime::from_secs(1_323_380_070).to_string(), "2011-12-08T21:34:30Z");
        assert_eq!(UnixTime::from_secs(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime::from_secs(u64::MAX).to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn unix_time_arithmetic_saturates() {
        assert_eq!(UnixTime::from_secs(5).minus(Duration::from_secs(9)), UnixTime::from_secs(0));
        assert_eq!(UnixTime::MAX.plus(Duration::from_secs(1)), UnixTime::MAX);
        assert_eq!(UnixTime::from_secs(5).since(UnixTime::from_secs(6)), None);
    }
}
