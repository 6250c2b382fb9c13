//! The time of judgement: the clock of the machine, or `--at`; and how far other times are from it, in words.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use token_core::UnixTime;

/// Reads `--at`: RFC 3339, or seconds since 1970.
pub(crate) fn parse(text: &str) -> Result<UnixTime, String> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let secs = text.parse().ok().filter(|secs| *secs <= UnixTime::MAX.as_secs());
        return secs
            .map(UnixTime::from_secs)
            .ok_or_else(|| "expected a time before the year 10000".to_owned());
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "expected RFC 3339, like 2026-11-22T14:48:00Z, or seconds since 1970".to_owned())?;
    let secs = u64::try_from(moment.unix_timestamp()).map_err(|_| "expected a time after 1970".to_owned())?;
    Ok(UnixTime::from_secs(secs))
}

/// Returns the time of judgement.
pub(crate) fn now(at: Option<UnixTime>) -> UnixTime {
    at.unwrap_or_else(|| SystemTime::now().into())
}

/// Says how far a time is from now: `in 6 h 12 min`, `3 days ago`.
pub(crate) fn relative(at: UnixTime, now: UnixTime) -> String {
    match (at.since(now), now.since(at)) {
        (Some(later), _) if !later.is_zero() => format!("in {}", span(later.as_secs())),
        (_, Some(earlier)) if !earlier.is_zero() => format!("{} ago", span(earlier.as_secs())),
        _ => "now".to_owned(),
    }
}

/// Says how long something takes, in at most two units.
pub(crate) fn span(secs: u64) -> String {
    const UNITS: [(u64, &str, &str); 5] = [
        (365 * 86_400, "year", "years"),
        (86_400, "day", "days"),
        (3_600, "h", "h"),
        (60, "min", "min"),
        (1, "s", "s"),
    ];
    let said = |(_, one, many): (u64, &str, &str), count: u64| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let Some(first) = UNITS.iter().position(|(size, ..)| secs >= *size) else { return "0 s".to_owned() };
    let unit = UNITS[first];
    let mut text = said(unit, secs / unit.0);
    let rest = secs % unit.0;
    if let Some(next) = UNITS.iter().find(|(size, ..)| rest >= *size) {
        text = format!("{text} {}", said(*next, rest / next.0));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_both_spellings_of_one_moment() {
        let at = Ok(UnixTime::from_secs(1_323_380_070));
        assert_eq!(parse("1323380070"), at);
        assert_eq!(parse("2011-12-08T21:34:30Z"), at);
        assert_eq!(parse("2011-12-08T22:34:30+01:00"), at);
    }

    #[test]
    fn parse_anything_else_refused() {
        for text in ["", "yesterday", "2011-12-08", "-1", "1969-12-31T23:59:59Z", "999999999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn relative_in_at_most_two_units() {
        let now = UnixTime::from_secs(1_000_000_000);
        let said = |secs: i64| {
            relative(UnixTime::from_secs(1_000_000_000u64.checked_add_signed(secs).unwrap()), now)
        };
        assert_eq!(said(0), "now");
        assert_eq!(said(22_320), "in 6 h 12 min");
        assert_eq!(said(-86_400), "1 day ago");
        assert_eq!(said(-59), "59 s ago");
        assert_eq!(said(86_700), "in 1 day 5 min");
        assert_eq!(said(400 * 86_400), "in 1 year 35 days");
    }
}
