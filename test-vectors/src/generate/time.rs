//! S2S-11 and S2S-25 to S2S-27: times, lifetimes, and how times are spelled.

use serde_json::json;
use test_vectors::File;

use crate::token::Layer;
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let exact_clocks = {
        let mut policy = exchange("*");
        policy["skew"] = json!({"nbf": 0, "exp": 0});
        policy
    };
    let short = {
        let mut policy = exchange("*");
        policy["maximum_lifetime"] = json!({"sts-actor": 3600});
        policy
    };
    let mut tests = skew(300, "s2s");
    tests.extend(order());
    tests.extend(spelling());
    tests.extend(lifetime("t2", "sts-actor", &t2(), 86_700));
    tests.extend(lifetime_of_outer());
    let exchange_alone = exchange_keys(&at(EXCHANGE));
    (
        "time",
        file_of(vec![
            group("Exchange, with five minutes of skew", exchange("*"), two_keys("*"), tests),
            group("Exchange, without skew", exact_clocks, two_keys("*"), skew(0, "s2s-no-skew")),
            group(
                "Exchange, with a maximum lifetime of its own",
                short,
                two_keys("*"),
                lifetime("policy", "sts-actor", &t2(), 3600),
            ),
            group("The STS", sts(), client_keys(), lifetime("t1", "request-assertion", &t1(), 600)),
            group(
                "SharePoint, with an Exchange server trusted directly",
                direct_trust(),
                exchange_alone,
                lifetime("t3", "self-issued-actor", &t3_server(), 86_400),
            ),
            group("SharePoint, with add-ins for which the STS vouches", low_trust(), two_keys("*"), {
                let mut tests = lifetime("t5a", "low-trust-user", &t5a(), 43_200);
                tests.extend(lifetime("t5b", "low-trust-app", &t5b(), 86_700));
                tests
            }),
            group(
                "An Outlook add-in",
                add_in(),
                exchange_keys("https://mailhost.contoso.com/autodiscover/metadata/json/1"),
                lifetime("t7", "identity", &t7(), 29_100),
            ),
            group(
                "Exchange, for its own callback tokens",
                callback(),
                exchange_keys(&format!("{EXCHANGE}@contoso.com")),
                lifetime("t8", "callback", &t8(), 86_400),
            ),
            group("Exchange, for tokens of Entra", entra(), entra_keys(), {
                let mut tests = lifetime("t9", "entra-v1", &t9_user(), 104_400);
                tests.extend(lifetime("t10", "entra-v2", &t10_user(), 104_400));
                tests.extend(entra_spelling());
                tests
            }),
        ]),
    )
}

/// S2S-25 and S2S-26 at both edges of the skew.
fn skew(skew: u64, prefix: &str) -> Vec<Vector> {
    let ended = |at: u64| t2().without("iat").times(at - 3600, at).compact();
    let begins = |at: u64| t2().without("iat").times(at, at + 3600).compact();
    vec![
        Vector::new(
            format!("{prefix}-25-within-skew"),
            format!("expired {skew} s ago, with {skew} s of skew"),
            ended(NOW - skew),
        )
        .flag("edge")
        .near(&["S2S-25"]),
        Vector::new(
            format!("{prefix}-25-beyond-skew"),
            format!("expired {} s ago, with {skew} s of skew", skew + 1),
            ended(NOW - skew - 1),
        )
        .flag("edge")
        .hit(&["S2S-25"]),
        Vector::new(
            format!("{prefix}-26-within-skew"),
            format!("valid in {skew} s, with {skew} s of skew"),
            begins(NOW + skew),
        )
        .flag("edge")
        .near(&["S2S-26"]),
        Vector::new(
            format!("{prefix}-26-beyond-skew"),
            format!("valid in {} s, with {skew} s of skew", skew + 1),
            begins(NOW + skew + 1),
        )
        .flag("edge")
        .hit(&["S2S-26"]),
    ]
}

/// The order of nbf and exp, iat, and the outer layer.
fn order() -> Vec<Vector> {
    vec![
        Vector::new("s2s-11-no-time-at-all", "exp that is nbf", t2().times(NOW, NOW).compact())
            .flag("edge")
            .flag("J19")
            .hit(&["S2S-11"]),
        Vector::new("s2s-11-backwards", "exp before nbf", t2().times(NOW, NOW - 1).compact())
            .flag("edge")
            .flag("J19")
            .hit(&["S2S-11"]),
        Vector::new("s2s-11-one-second", "one second of validity", t2().times(NOW, NOW + 1).compact())
            .flag("edge")
            .near(&["S2S-11"]),
        Vector::new(
            "s2s-25-long-ago",
            "a token that expired years ago",
            t2().without("iat").times(1_323_380_070, 1_323_383_670).compact(),
        )
        .hit(&["S2S-25"]),
        Vector::new(
            "s2s-25-outer",
            "an expired outer token around a fresh actor token",
            outer().times(NOW - 600, NOW - 301).around(&actor()).compact(),
        )
        .outer()
        .hit(&["S2S-25"]),
        Vector::new(
            "s2s-25-actor",
            "a fresh outer token around an expired actor token",
            outer().around(&actor().without("iat").times(NOW - 4000, NOW - 301)).compact(),
        )
        .outer()
        .hit(&["S2S-25", "S2S-12"]),
        Vector::new(
            "s2s-26-outer",
            "an outer token from the future",
            outer().times(NOW + 301, NOW + 900).around(&actor()).compact(),
        )
        .outer()
        .hit(&["S2S-26"]),
        Vector::new(
            "s2s-26-iat",
            "issued in the future, which has no force of its own",
            t2().c("iat", NOW + 301).compact(),
        )
        .flag("edge")
        .reports(&["S2S-26"])
        .on("S2S-26"),
        Vector::new(
            "s2s-26-iat-within-skew",
            "issued in the future within the skew",
            t2().c("iat", NOW + 300).compact(),
        )
        .flag("edge")
        .near(&["S2S-26"]),
    ]
}

/// S2S-27.
fn spelling() -> Vec<Vector> {
    let good = |id: &str, comment: &str, nbf: &str, exp: &str| {
        Vector::new(format!("s2s-27-{id}"), comment, t2().raw("nbf", nbf).raw("exp", exp).compact())
            .near(&["S2S-27"])
    };
    let bad = |id: &str, comment: &str, exp: &str| {
        Vector::new(format!("s2s-27-{id}"), comment, t2().raw("exp", exp).compact())
            .flag("J19")
            .hit(&["S2S-27"])
    };
    let later = NOW + 3600;
    vec![
        good("text", "times as strings of digits", &format!("\"{}\"", NOW - 600), &format!("\"{later}\"")),
        good("mixed", "nbf as a number, exp as a string", &(NOW - 600).to_string(), &format!("\"{later}\"")),
        bad("negative", "a negative number", "-1"),
        bad("negative-zero", "minus zero", "-0"),
        bad("fraction", "a fraction of nothing", &format!("{later}.0")),
        bad("exponent", "an exponent", "1764003600e0"),
        bad("exponent-capital", "an exponent with a plus sign", "1.7640036E+9"),
        bad("exponent-huge", "a number beyond floating point", "1e300"),
        bad("exponent-beyond-double", "a number that no double holds", "1e999"),
        bad("milliseconds", "13 digits: milliseconds", &format!("{later}000")),
        bad("after-9999", "the first second of the year 10000", "253402300800"),
        bad("beyond-2-53", "the first integer that a double does not hold", "9007199254740993"),
        bad("beyond-2-64", "an integer beyond 64 bits", "18446744073709551616"),
        bad("digits", "a hundred digits", &"9".repeat(100)),
        bad("text-space", "a string with a space before the digits", &format!("\" {later}\"")),
        bad("text-space-after", "a string with a space behind the digits", &format!("\"{later} \"")),
        bad("text-plus", "a string with a plus sign", &format!("\"+{later}\"")),
        bad("text-minus", "a string with a minus sign", "\"-1\""),
        bad("text-exponent", "a string with an exponent", "\"1e9\""),
        bad("text-fraction", "a string with a fraction", &format!("\"{later}.5\"")),
        bad("text-leading-zero", "a string with a leading zero", &format!("\"0{later}\"")),
        bad("text-hex", "a string of hex digits", "\"0x69248010\""),
        bad("text-milliseconds", "a string of milliseconds", &format!("\"{later}000\"")),
        bad("text-escaped", "a digit as a JSON escape", &format!("\"\\u0031{}\"", &later.to_string()[1..])),
        bad("text-full-width", "full-width digits", "\"\u{ff11}764003600\""),
        bad("text-date", "a date", "\"2025-11-24T17:00:00Z\""),
        Vector::new("s2s-27-text-empty", "a string of nothing", t2().raw("exp", "\"\"").compact())
            .flag("J19")
            .hit(&["S2S-18", "S2S-27"])
            .on("S2S-27"),
        Vector::new("s2s-27-nbf-negative", "a negative nbf", t2().raw("nbf", "-600").compact())
            .flag("J19")
            .hit(&["S2S-27"]),
        Vector::new(
            "s2s-27-iat-fraction",
            "an iat with a fraction",
            t2().raw("iat", "1763999400.5").compact(),
        )
        .flag("J19")
        .hit(&["S2S-27"]),
        Vector::new(
            "s2s-27-outer",
            "an outer token with an exponent",
            outer().raw("exp", "1.7640036e9").around(&actor()).compact(),
        )
        .outer()
        .flag("J19")
        .hit(&["S2S-27"]),
        Vector::new(
            "s2s-27-last-second",
            "the last second of the year 9999: a sound spelling of a lifetime beyond measure",
            t2().raw("exp", "253402300799").compact(),
        )
        .flag("J19")
        .flag("edge")
        .hit(&["S2S-11"])
        .on("S2S-27"),
        Vector::new(
            "s2s-27-nbf-zero",
            "nbf 0: a sound spelling of a lifetime beyond measure",
            t2().raw("nbf", "0").compact(),
        )
        .flag("J19")
        .flag("edge")
        .hit(&["S2S-11"])
        .on("S2S-27"),
    ]
}

/// S2S-27 for Entra, which writes numbers.
fn entra_spelling() -> Vec<Vector> {
    vec![
        Vector::new(
            "s2s-27-entra-text",
            "times as strings in a token of Entra",
            t9_user().c("exp", (NOW + 3600).to_string()).compact(),
        )
        .kind("entra-v1")
        .flag("J19")
        .hit(&["S2S-27"]),
        Vector::new(
            "s2s-27-entra-v2-text",
            "the same in version 2.0",
            t10_user().c("nbf", (NOW - 300).to_string()).compact(),
        )
        .kind("entra-v2")
        .flag("J19")
        .hit(&["S2S-27"]),
    ]
}

/// S2S-11 at the maximum and one second beyond.
fn lifetime(id: &str, kind: &str, layer: &Layer, maximum: u64) -> Vec<Vector> {
    let nbf = NOW - 60;
    let of = |seconds: u64| layer.clone().times(nbf, nbf + seconds).without("iat").compact();
    vec![
        Vector::new(
            format!("s2s-11-{id}-maximum"),
            format!("{maximum} s, the maximum of the kind"),
            of(maximum),
        )
        .kind(kind)
        .flag("edge")
        .near(&["S2S-11"]),
        Vector::new(
            format!("s2s-11-{id}-beyond"),
            format!("{} s, one more than the maximum of the kind", maximum + 1),
            of(maximum + 1),
        )
        .kind(kind)
        .flag("edge")
        .flag("J19")
        .hit(&["S2S-11"]),
    ]
}

fn lifetime_of_outer() -> Vec<Vector> {
    let of = |seconds: u64| outer().times(NOW - 60, NOW - 60 + seconds).around(&actor()).compact();
    vec![
        Vector::new("s2s-11-t4-maximum", "an outer token of 12 hours", of(12 * HOUR))
            .outer()
            .flag("edge")
            .near(&["S2S-11"]),
        Vector::new("s2s-11-t4-beyond", "an outer token of 12 hours and a second", of(12 * HOUR + 1))
            .outer()
            .flag("edge")
            .flag("J19")
            .hit(&["S2S-11"]),
    ]
}
