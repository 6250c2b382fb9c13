//! Points in time as assertions and timestamps spell them.
//!
//! Follows XML Schema part 2 section 3.2.7, of which SAML 1.1 core section 1.2.2 and WS-Security 1.1 section 10 leave UTC.

use time::{Date, Month, PrimitiveDateTime, Time};

use crate::time::UnixTime;

/// Reads `2025-02-06T04:47:27.032Z`; nothing where the text is no such time in UTC.
///
/// Fractions of a second are cut off: every comparison has a skew of minutes.
pub(super) fn parse(text: &str) -> Option<UnixTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let small = |number: u16| u8::try_from(number).ok();
    let date =
        Date::from_calendar_date(i32::from(year), Month::try_from(small(month)?).ok()?, small(day)?).ok()?;
    let time = Time::from_hms(small(hour)?, small(minute)?, small(second)?).ok()?;
    let secs = PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp();
    u64::try_from(secs).ok().map(UnixTime::from_secs)
}

/// Reads three numbers of fixed widths between separators.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_in_utc_read_to_the_second() {
        assert_eq!(parse("2025-02-06T04:47:27.032Z"), Some(UnixTime::from_secs(1_738_817_247)));
        assert_eq!(parse("2025-02-06T04:47:27Z"), Some(UnixTime::from_secs(1_738_817_247)));
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(UnixTime::from_secs(0)));
    }

    #[test]
    fn instant_of_other_zones_or_spellings_refused() {
        for text in [
            "2025-02-06T04:47:27",
            "2025-02-06T04:47:27+00:00",
            "2025-02-06T04:47:27.Z",
            "2025-02-06T04:47:27.0123456789Z",
            "2025-02-30T04:47:27Z",
            "2025-02-06T24:00:00Z",
            "2025-02-06T04:47:60Z",
            "25-02-06T04:47:27Z",
            "+025-02-06T04:47:27Z",
            "1969-12-31T23:59:59Z",
            " 2025-02-06T04:47:27Z",
            "2025-02-06 04:47:27Z",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
