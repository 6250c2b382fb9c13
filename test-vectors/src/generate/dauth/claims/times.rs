//! DA-08: the times of the conditions, and the life of the offer.

use super::case::*;
use crate::dauth::message::*;
use crate::dauth::vector::*;
use crate::dauth::xml::*;
use crate::world::{HOUR, NOW};

pub(super) fn times() -> Vec<Vector> {
    const SKEW: u64 = 300;
    const LIFE: u64 = 300;
    let short = || during(ISSUED, ISSUED + 60);
    let offer = |name: &str| saying("action", name);
    let conditions = |name: &'static str, value: Option<String>| {
        assertion().edit(&["Conditions"], |conditions| match value {
            Some(value) => conditions.set(NONE, name, value),
            None => *conditions = conditions.clone().without_attr(name),
        })
    };
    let bad = |id: &str, comment: &str, assertion: Element, now: u64| {
        bare(id, comment, assertion, now).hit(&["DA-08"])
    };
    let good = |id: &str, comment: &str, assertion: Element, now: u64| {
        bare(id, comment, assertion, now).near(&["DA-08"])
    };
    let malformed = |id: &str, comment: &str, name: &'static str, value: Option<String>| {
        bare(&format!("da-08-{id}"), comment, conditions(name, value), NOW).hit_first("DA-08")
    };
    let read = || offer("MSExchange.SharingRead");
    let issued = instant(ISSUED);
    [
        good("da-08-earliest", "five minutes before NotBefore", assertion(), ISSUED - SKEW),
        bad("da-08-too-early", "five minutes and a second before NotBefore", assertion(), ISSUED - SKEW - 1),
        good(
            "da-08-latest",
            "the last second before NotOnOrAfter and five minutes",
            short(),
            ISSUED + 60 + SKEW - 1,
        ),
        bad("da-08-too-late", "five minutes after NotOnOrAfter", short(), ISSUED + 60 + SKEW),
        good(
            "da-08-life",
            "ten minutes after the issue of a token that lives for five",
            assertion(),
            ISSUED + LIFE + SKEW,
        ),
        bad("da-08-life-over", "a second later", assertion(), ISSUED + LIFE + SKEW + 1),
        good(
            "da-08-life-read",
            "an hour and five minutes after the issue of a token that lives for one",
            read(),
            ISSUED + HOUR + SKEW,
        )
        .offer("MSExchange.SharingRead"),
        bad("da-08-life-read-over", "a second later", read(), ISSUED + HOUR + SKEW + 1),
    ]
    .map(|vector| vector.flag("edge"))
    .into_iter()
    .chain([
        bad(
            "da-08-captured",
            "captured, and used a day later within its conditions",
            assertion(),
            ISSUED + DAY,
        )
        .flag("D10"),
        bad("da-08-fifteen-days", "captured, and used at the end of its conditions", assertion(), ENDS - 1)
            .flag("D10"),
        bad("da-08-year", "a year later", assertion(), ISSUED + 365 * DAY).flag("D10"),
        malformed("no-start", "no NotBefore", "NotBefore", None),
        malformed("no-end", "no NotOnOrAfter", "NotOnOrAfter", None),
        malformed("zone", "a time in another zone", "NotBefore", Some(issued.replace('Z', "+00:00"))),
        malformed("local", "a time without a zone", "NotBefore", Some(issued.replace('Z', ""))),
        malformed("empty", "an empty time", "NotOnOrAfter", Some(String::new())),
        malformed("date", "a date alone", "NotOnOrAfter", Some("2026-01-01Z".to_owned())),
        malformed(
            "february",
            "a day that there is not",
            "NotOnOrAfter",
            Some("2026-02-30T00:00:00Z".to_owned()),
        ),
        malformed("number", "seconds since 1970", "NotOnOrAfter", Some(ENDS.to_string())),
        bare(
            "da-08-no-fraction",
            "times without fractions",
            {
                during(ISSUED, ENDS).edit(&["Conditions"], |conditions| {
                    for name in ["NotBefore", "NotOnOrAfter"] {
                        let value = conditions.value(name).unwrap_or_default().replace(".000", "");
                        conditions.set(NONE, name, value);
                    }
                })
            },
            NOW,
        )
        .near(&["DA-08"]),
    ])
    .collect()
}

pub(super) fn without_skew() -> Vec<Vector> {
    let short = || during(ISSUED, ISSUED + 60);
    [
        bare("da-08-skewless-start", "at NotBefore", assertion(), ISSUED).near(&["DA-08"]),
        bare("da-08-skewless-early", "a second before NotBefore", assertion(), ISSUED - 1).hit(&["DA-08"]),
        bare("da-08-skewless-end", "a second before NotOnOrAfter", short(), ISSUED + 59).near(&["DA-08"]),
        bare("da-08-skewless-late", "at NotOnOrAfter", short(), ISSUED + 60).hit(&["DA-08"]),
        bare("da-08-skewless-life", "five minutes after the issue", assertion(), ISSUED + 300)
            .near(&["DA-08"]),
        bare("da-08-skewless-life-over", "a second later", assertion(), ISSUED + 301).hit(&["DA-08"]),
    ]
    .map(|vector| vector.flag("edge"))
    .into()
}

pub(super) fn short_life() -> Vec<Vector> {
    [
        bare("da-08-policy-life", "six minutes after the issue", assertion(), ISSUED + 360).near(&["DA-08"]),
        bare("da-08-policy-life-over", "a second later", assertion(), ISSUED + 361).hit(&["DA-08"]),
    ]
    .map(|vector| vector.flag("edge"))
    .into()
}
