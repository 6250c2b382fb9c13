//! EXI-01 to EXI-04: the Exchange identity token.

use serde_json::Value;
use test_vectors::File;

use crate::token::Layer;
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let mut tests = locations();
    tests.extend(versions());
    tests.extend(audiences());
    tests.extend(contexts());
    (
        "identity",
        file_of(vec![group(
            "An Outlook add-in",
            add_in(),
            exchange_keys("https://mailhost.contoso.com/autodiscover/metadata/json/1"),
            tests.into_iter().map(|test| test.kind_unless_said("identity")).collect(),
        )]),
    )
}

fn with(name: &str, value: impl Into<Value>) -> Layer {
    let mut context = identity_context();
    context[name] = value.into();
    t7().c("appctx", context)
}

fn without(name: &str) -> Layer {
    let mut context = identity_context();
    context.as_object_mut().expect("an object").remove(name);
    t7().c("appctx", context)
}

/// EXI-01.
fn locations() -> Vec<Vector> {
    let bad = |id: &str, comment: &str, amurl: &str| {
        Vector::new(format!("exi-01-{id}"), comment, with("amurl", amurl).compact())
            .flag("J16")
            .hit(&["EXI-01"])
    };
    let good = |id: &str, comment: &str, amurl: &str| {
        Vector::new(format!("exi-01-{id}"), comment, with("amurl", amurl).compact())
            .flag("edge")
            .near(&["EXI-01"])
    };
    let path = "/autodiscover/metadata/json/1";
    vec![
        good(
            "no-port",
            "the listed location without its default port",
            "https://mailhost.contoso.com/autodiscover/metadata/json/1",
        ),
        good(
            "host-upper",
            "the listed location with its host in capitals",
            "https://MAILHOST.contoso.com:443/autodiscover/metadata/json/1",
        ),
        bad("other-host", "a host of the attacker", &format!("https://evil.test{path}")),
        bad(
            "suffix-host",
            "the listed host before the attacker's domain",
            &format!("https://mailhost.contoso.com.evil.test{path}"),
        ),
        bad("http", "the listed location without TLS", &format!("http://mailhost.contoso.com{path}")),
        bad("port", "the listed host on another port", &format!("https://mailhost.contoso.com:444{path}")),
        bad(
            "user-info",
            "the listed host as user-info before the attacker's",
            &format!("https://mailhost.contoso.com@evil.test{path}"),
        ),
        bad(
            "user-info-own",
            "user-info before the listed host",
            &format!("https://x@mailhost.contoso.com{path}"),
        ),
        bad("ip-literal", "an IP address", &format!("https://192.0.2.1{path}")),
        bad("ip-private", "a private address", &format!("https://10.0.0.1{path}")),
        bad("ip-loopback-v6", "the loopback address of IPv6", &format!("https://[::1]{path}")),
        bad("ip-decimal", "an IP address as one number", &format!("https://2130706433{path}")),
        bad(
            "metadata-service",
            "the metadata service of a cloud",
            "http://169.254.169.254/latest/meta-data/",
        ),
        bad("trailing-slash", "a slash behind the path", &format!("https://mailhost.contoso.com{path}/")),
        bad("query", "a query", &format!("https://mailhost.contoso.com{path}?x=1")),
        bad("fragment", "a fragment", &format!("https://mailhost.contoso.com{path}#x")),
        bad(
            "path-case",
            "the path in another letter case",
            "https://mailhost.contoso.com/Autodiscover/metadata/json/1",
        ),
        bad(
            "path-dots",
            "a path that climbs",
            "https://mailhost.contoso.com/x/../autodiscover/metadata/json/1",
        ),
        bad(
            "path-encoded",
            "a path with a percent escape",
            "https://mailhost.contoso.com/autodiscover/metadata/json/%31",
        ),
        bad(
            "backslash",
            "a backslash behind the host",
            &format!("https://mailhost.contoso.com\\@evil.test{path}"),
        ),
        bad(
            "trailing-dot",
            "a trailing dot behind the host",
            &format!("https://mailhost.contoso.com.{path}"),
        ),
        bad("space", "a space before the location", &format!(" https://mailhost.contoso.com{path}")),
        bad("line-feed", "a line feed behind the location", &format!("https://mailhost.contoso.com{path}\n")),
        bad(
            "look-alike",
            "a Cyrillic letter in the host",
            &format!("https://m\u{430}ilhost.contoso.com{path}"),
        ),
        bad("no-scheme", "a location without scheme", &format!("//mailhost.contoso.com{path}")),
        Vector::new("exi-01-missing", "no location", without("amurl").compact())
            .flag("J16")
            .hit(&["EXI-01", "S2S-18"]),
        Vector::new("exi-01-empty", "an empty location", with("amurl", "").compact())
            .flag("J16")
            .hit(&["EXI-01", "S2S-18"]),
        Vector::new("exi-01-number", "a location that is a number", with("amurl", 1).compact())
            .flag("J16")
            .hit(&["EXI-01", "S2S-18"]),
        Vector::new(
            "exi-01-attacker",
            "the attacker's location and the attacker's signature",
            with("amurl", format!("https://evil.test{path}")).by("attacker").compact(),
        )
        .flag("J16")
        .hit(&["EXI-01"]),
        Vector::new(
            "exi-01-attacker-signature",
            "the listed location with the attacker's signature under a trusted thumbprint",
            t7().signed_by("attacker").compact(),
        )
        .flag("J10")
        .hit(&["KEY-02"]),
    ]
}

/// EXI-02.
fn versions() -> Vec<Vector> {
    let bad = |id: &str, version: &str| {
        Vector::new(format!("exi-02-{id}"), format!("version {version}"), with("version", version).compact())
            .hit(&["EXI-02"])
    };
    vec![
        bad("v2", "ExIdTok.V2"),
        bad("lower", "exidtok.v1"),
        bad("longer", "ExIdTok.V10"),
        Vector::new("exi-02-missing", "no version", without("version").compact())
            .hit(&["S2S-18", "EXI-02"])
            .on("EXI-02"),
        Vector::new("exi-02-no-mailbox", "no msexchuid", without("msexchuid").compact()).hit(&["S2S-18"]),
    ]
}

/// EXI-03.
fn audiences() -> Vec<Vector> {
    let bad = |id: &str, comment: &str, aud: &str| {
        Vector::new(format!("exi-03-{id}"), comment, t7().c("aud", aud).compact()).hit(&["EXI-03"])
    };
    vec![
        Vector::new(
            "exi-03-tail",
            "the add-in's URL with the tail that Outlook adds",
            t7().c("aud", format!("{ADDIN_URL}?et=abc")).compact(),
        )
        .flag("edge")
        .near(&["EXI-03"]),
        bad("query", "the add-in's URL with another query", &format!("{ADDIN_URL}?x=1")),
        bad("other", "the URL of another add-in", "https://mailhost.contoso.com/Other.html"),
        bad("http", "the add-in's URL without TLS", "http://mailhost.contoso.com/IdentityTest.html"),
        bad(
            "letter-case",
            "the add-in's URL in another letter case",
            "https://mailhost.contoso.com/identitytest.html",
        ),
        bad("prefix", "the beginning of the add-in's URL", "https://mailhost.contoso.com/"),
        bad("longer", "the add-in's URL with something behind it", &format!("{ADDIN_URL}x")),
    ]
}

/// EXI-04, and duplicates and types in the context.
fn contexts() -> Vec<Vector> {
    let text = |text: String| t7().c("appctx", text).compact();
    let object = identity_context().to_string();
    let inside = |text: &str, member: &str| format!("{},{member}}}", text.trim_end_matches('}'));
    let renamed = |from: &str, to: &str| object.replace(&format!("\"{from}\""), &format!("\"{to}\""));
    vec![
        Vector::new(
            "exi-04-version-capital",
            "Version for version, in an object",
            t7().raw("appctx", &renamed("version", "Version")).compact(),
        )
        .flag("J15")
        .hit(&["EXI-04", "S2S-18", "EXI-02"]),
        Vector::new(
            "exi-04-version-capital-text",
            "Version for version, in JSON text",
            text(renamed("version", "Version")),
        )
        .flag("J15")
        .hit(&["EXI-04", "S2S-18", "EXI-02"]),
        Vector::new(
            "exi-04-amurl-capital",
            "AmUrl for amurl",
            t7().raw("appctx", &renamed("amurl", "AmUrl")).compact(),
        )
        .flag("J15")
        .flag("J16")
        .hit(&["EXI-01", "EXI-04", "S2S-18"])
        .on("EXI-04"),
        Vector::new(
            "exi-04-both-spellings",
            "amurl and AMURL, of which the second is the attacker's",
            t7().raw("appctx", &inside(&object, "\"AMURL\":\"https://evil.test/\"")).compact(),
        )
        .flag("J15")
        .flag("J13")
        .hit(&["EXI-04", "S2S-16"]),
        Vector::new("exi-04-other-member", "a member that is not documented", with("x", 1).compact())
            .near(&["EXI-04"]),
        Vector::new(
            "s2s-16-appctx-object",
            "amurl twice in an object",
            t7().raw("appctx", &inside(&object, "\"amurl\":\"https://evil.test/\"")).compact(),
        )
        .flag("J13")
        .flag("J15")
        .hit(&["S2S-16"]),
        Vector::new(
            "s2s-16-appctx-text",
            "amurl twice in JSON text",
            text(inside(&object, "\"amurl\":\"https://evil.test/\"")),
        )
        .flag("J13")
        .flag("J15")
        .hit(&["S2S-16"]),
        Vector::new(
            "s2s-16-appctx-text-escaped",
            "amurl twice in JSON text, once escaped",
            text(inside(&object, "\"am\\u0075rl\":\"https://evil.test/\"")),
        )
        .flag("J13")
        .flag("J15")
        .hit(&["S2S-16"]),
        Vector::new(
            "s2s-16-appctx-letter-case",
            "note and Note in an object",
            t7().raw("appctx", &inside(&object, "\"note\":1,\"Note\":2")).compact(),
        )
        .flag("J13")
        .flag("J15")
        .reports(&["S2S-16"])
        .on("S2S-16"),
        Vector::new(
            "s2s-16-appctx-text-letter-case",
            "note and Note in JSON text, judged as in an object",
            text(inside(&object, "\"note\":1,\"Note\":2")),
        )
        .flag("J13")
        .flag("J15")
        .reports(&["S2S-16"])
        .on("S2S-16"),
        Vector::new(
            "s2s-17-appctx-array-text",
            "a context that is the text of an array",
            text("[]".to_owned()),
        )
        .kind("unknown")
        .flag("J15")
        .hit(&["S2S-09", "S2S-28", "S2S-17"])
        .on("S2S-17"),
        Vector::new(
            "s2s-17-appctx-no-json",
            "a context that is text but not JSON",
            text("ExIdTok.V1".to_owned()),
        )
        .kind("unknown")
        .flag("J15")
        .hit(&["S2S-09", "S2S-28", "S2S-17"])
        .on("S2S-17"),
        Vector::new("s2s-17-appctx-number", "a context that is a number", t7().c("appctx", 1).compact())
            .kind("unknown")
            .flag("J15")
            .hit(&["S2S-17", "S2S-09", "S2S-28"]),
        Vector::new(
            "s2s-30-identity",
            "a wildcard realm in iss",
            t7().c("iss", format!("{EXCHANGE}@*")).compact(),
        )
        .flag("J6")
        .hit(&["S2S-30"]),
        Vector::new(
            "exi-issuer-of-another-name",
            "an iss of another application: it carries no weight",
            t7().c("iss", format!("{SHAREPOINT}@mailhost.contoso.com")).compact(),
        ),
        Vector::new(
            "exi-issuer-of-another-host",
            "an iss of another host: all trust hangs on the location",
            t7().c("iss", format!("{EXCHANGE}@other.contoso.com")).compact(),
        ),
        Vector::new(
            "s2s-25-identity",
            "an expired identity token",
            t7().text_times(NOW - 4000, NOW - 301).compact(),
        )
        .hit(&["S2S-25"]),
        Vector::new(
            "s2s-10-identity-unknown-key",
            "a key that the listed location does not publish",
            t7().by("attacker").compact(),
        )
        .flag("J10")
        .hit(&["S2S-10"]),
        Vector::new(
            "s2s-10-identity-second-key",
            "the second of the published keys, as always here",
            t7().compact(),
        )
        .flag("J17")
        .near(&["S2S-10"]),
    ]
}
