//! S2S-01 and S2S-02: unsigned tokens in every spelling, and algorithms that are not RS256.

use serde_json::json;

use crate::keys;
use crate::vector::Vector;
use crate::world::*;

/// S2S-02, and S2S-24 beside it.
pub(crate) fn unsigned() -> Vec<Vector> {
    let stripped = |id: &str, comment: &str, alg: &str| {
        let mut layer = t2().unsigned();
        layer.header.set_raw("alg", alg);
        // The key that the header still names does not verify an empty signature; S2S-24 wonders about its name.
        let named = alg.eq_ignore_ascii_case("\"none\"");
        let broken: &[&str] =
            if named { &["S2S-02", "S2S-01", "S2S-24", "KEY-02"] } else { &["S2S-02", "S2S-01", "KEY-02"] };
        Vector::new(format!("s2s-02-{id}"), comment, layer.compact())
            .flag("J1")
            .unsigned(broken)
            .on("S2S-02")
            .on("S2S-01")
    };
    let around = |id: &str, comment: &str, alg: &str| {
        let mut layer = t4();
        layer.header.set_raw("alg", alg);
        Vector::new(format!("s2s-02-outer-{id}"), comment, layer.compact())
            .outer()
            .flag("J1")
            .hit(&["S2S-02"])
    };
    vec![
        stripped("none", "a token whose signature was stripped, with alg none", "\"none\""),
        stripped("none-capital", "alg None", "\"None\""),
        stripped("none-upper", "alg NONE", "\"NONE\""),
        stripped("none-mixed", "alg nOnE", "\"nOnE\""),
        stripped("empty", "alg that is empty", "\"\""),
        stripped("null", "alg that is null", "null"),
        stripped("number", "alg that is a number", "0"),
        stripped("array", "alg that is an array", "[\"none\"]"),
        Vector::new("s2s-02-missing", "no alg at all", t2().without_h("alg").unsigned().compact())
            .flag("J1")
            .unsigned(&["S2S-02", "S2S-01", "KEY-02"])
            .on("S2S-02"),
        Vector::new(
            "s2s-02-none-without-key",
            "alg none and no key id: what an attacker writes from nothing",
            t2().h("alg", "none").without_h("x5t").without_h("kid").unsigned().compact(),
        )
        .flag("J1")
        .unsigned(&["S2S-02", "S2S-01", "S2S-10"])
        .on("S2S-02"),
        Vector::new(
            "s2s-02-rs256-stripped",
            "RS256 in the header, but no signature",
            t2().unsigned().compact(),
        )
        .flag("J1")
        .unsigned(&["S2S-02", "KEY-02"])
        .on("S2S-02"),
        Vector::new("s2s-02-none-with-signature", "alg none, with the signature left where it was", {
            let [_, _, signature] = t2().parts();
            let [header, claims, _] = t2().h("alg", "none").parts();
            format!("{header}.{claims}.{signature}")
        })
        .flag("J1")
        .hit(&["S2S-02", "S2S-01", "S2S-24", "KEY-02"]),
        around("none-capital", "an outer token with alg None", "\"None\""),
        around("none-upper", "an outer token with alg NONE", "\"NONE\""),
        around("none-mixed", "an outer token with alg nOnE", "\"nOnE\""),
        around("empty", "an outer token with an empty alg", "\"\""),
        around("null", "an outer token with alg null", "null"),
        Vector::new("s2s-02-outer-missing", "an outer token without alg", t4().without_h("alg").compact())
            .outer()
            .flag("J1")
            .hit(&["S2S-02"]),
        Vector::new(
            "s2s-02-outer-third-part",
            "an outer token with bytes in its third part, which the S2S library ignores",
            t4().signature(&[0, 0, 0]).compact(),
        )
        .outer()
        .flag("J2")
        .hit(&["S2S-02"]),
        Vector::new(
            "s2s-02-outer-one-character",
            "an outer token with the shortest third part that decodes",
            t4().signature(&[0]).compact(),
        )
        .outer()
        .flag("J2")
        .flag("edge")
        .hit(&["S2S-02"]),
        Vector::new(
            "s2s-02-outer-signed",
            "an outer token that is signed",
            t4().h("alg", "RS256").h("x5t", keys::x5t("acs-current")).signed_by("acs-current").compact(),
        )
        .outer()
        .flag("J2")
        .hit(&["S2S-02"]),
        Vector::new(
            "s2s-02-outer-empty-actor",
            "an outer token around nothing",
            outer().around_text("").compact(),
        )
        .outer()
        .flag("J1")
        .invalid(&["INP-02", "S2S-18"])
        .on("S2S-18"),
        Vector::new(
            "s2s-02-outer-actor-object",
            "an outer token whose actortoken is an object",
            outer().c("actortoken", json!({"alg": "none"})).compact(),
        )
        .outer()
        .flag("J1")
        .hit(&["S2S-01", "S2S-17", "S2S-09"]),
        Vector::new(
            "s2s-02-outer-unsigned-actor",
            "an outer token around an actor token with alg none",
            outer().around(&actor().h("alg", "none").unsigned()).compact(),
        )
        .outer()
        .flag("J1")
        .hit(&["S2S-01", "KEY-02"]),
        Vector::new(
            "s2s-24-outer-x5t",
            "an outer token that names a key for the signature it has not",
            t4().h("x5t", keys::x5t("acs-current")).compact(),
        )
        .outer()
        .reports(&["S2S-24"])
        .on("S2S-24"),
        Vector::new("s2s-24-outer-kid", "the same with kid", t4().h("kid", "1").compact())
            .outer()
            .reports(&["S2S-24"])
            .on("S2S-24"),
    ]
}

/// S2S-01, first half.
pub(crate) fn algorithms() -> Vec<Vector> {
    let other = |id: &str, alg: &str| {
        Vector::new(
            format!("s2s-01-alg-{id}"),
            format!("alg {alg} over a signature that is RS256"),
            t2().h("alg", alg).compact(),
        )
        .hit(&["S2S-01"])
    };
    let secret = |id: &str, comment: &str, secret: &[u8]| {
        Vector::new(format!("s2s-01-hs256-{id}"), comment, t2().h("alg", "HS256").secret(secret).compact())
            .flag("J12")
            .hit(&["S2S-01", "KEY-02"])
    };
    let escaped = t2().header.text().replace("\"RS256\"", "\"RS\\u003256\"");
    vec![
        other("rs384", "RS384"),
        other("rs512", "RS512"),
        other("ps256", "PS256"),
        other("es256", "ES256"),
        other("rs256-lower", "rs256"),
        other("rs256-space", "RS256 "),
        secret(
            "certificate",
            "HS256 keyed with the PEM text of the certificate",
            keys::certificate_pem("acs-current").as_bytes(),
        ),
        secret("der", "HS256 keyed with the certificate", &keys::certificate("acs-current")),
        secret("modulus", "HS256 keyed with the modulus", &keys::components("acs-current").0),
        secret("empty", "HS256 with an empty key", b""),
        Vector::new(
            "s2s-01-hs256-actor",
            "an actor token with HS256 keyed with the certificate",
            outer()
                .around(&actor().h("alg", "HS256").secret(keys::certificate_pem("acs-current").as_bytes()))
                .compact(),
        )
        .outer()
        .flag("J12")
        .hit(&["S2S-01", "KEY-02"]),
        Vector::new(
            "s2s-01-alg-escaped",
            "RS256 spelled with a JSON escape: the same string",
            t2().with_header_bytes(escaped.as_bytes()),
        )
        .flag("edge")
        .near(&["S2S-01"]),
    ]
}
