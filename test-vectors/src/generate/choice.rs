//! S2S-10, S2S-20, S2S-37 and KEY-01 to KEY-03: which key, whose key, and what it verifies.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::json;
use test_vectors::File;

use crate::keys::{self, x5t, x5t_s256};
use crate::token::{Layer, b64};
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let with = |name: &str, value: serde_json::Value| {
        let mut policy = exchange("*");
        policy[name] = value;
        policy
    };
    let all = ["acs-previous", "acs-current", "acs-expired", "acs-next"];
    let mut foreign = two_keys("*");
    foreign.push(source(STS_WINDOWS_NET, "entra-keys.json", jwks(&[jwk("entra")])));
    let two_issuers = {
        let mut policy = exchange("*");
        let entra = json!({"id": STS_WINDOWS_NET, "kinds": ["entra-v1"], "applications": [CLIENT]});
        policy["issuer"].as_array_mut().expect("a list").push(entra);
        policy
    };
    let bad_document = metadata("ACS", ACS, &["acs-current"]).replacen("\"name\"", "\"keys\":[],\"name\"", 1);
    (
        "keys",
        file_of(vec![
            group("Exchange, with two keys of the STS", exchange("*"), two_keys("*"), {
                let mut tests = ids();
                tests.extend(signatures());
                tests
            }),
            group(
                "Exchange, with keys of two issuers",
                two_issuers,
                foreign,
                vec![
                    Vector::new(
                        "s2s-10-key-of-another-issuer",
                        "a token signed with a key that another trusted issuer published",
                        t2().by("entra").compact(),
                    )
                    .flag("J10")
                    .hit(&["S2S-10"]),
                ],
            ),
            group(
                "Exchange, with expired and coming certificates",
                exchange("*"),
                acs_keys("*", &all),
                certificates(),
            ),
            group(
                "Exchange, where the certificate must be valid",
                with("require_valid_certificate", json!(true)),
                acs_keys("*", &all),
                vec![
                    Vector::new(
                        "s2s-20-required-expired",
                        "an expired certificate where it must be valid",
                        t2().by("acs-expired").compact(),
                    )
                    .flag("J18")
                    .hit(&["S2S-20"]),
                    Vector::new(
                        "s2s-20-required-next",
                        "a certificate that is not valid yet where it must be",
                        t2().by("acs-next").compact(),
                    )
                    .flag("J18")
                    .hit(&["S2S-20"]),
                    Vector::new("s2s-20-required-current", "a valid certificate", t2().compact())
                        .near(&["S2S-20"]),
                ],
            ),
            group(
                "Exchange, without keys",
                exchange("*"),
                Vec::new(),
                vec![
                    Vector::new(
                        "key-01-no-keys",
                        "a sound token, and no key to verify it with",
                        t2().compact(),
                    )
                    .indeterminate(&["KEY-01"])
                    .on("KEY-01"),
                    Vector::new(
                        "key-01-expired",
                        "an expired token, and no key to verify it with",
                        t2().without("iat").times(NOW - 4000, NOW - 400).compact(),
                    )
                    .invalid(&["S2S-25", "KEY-01"])
                    .on("KEY-01"),
                    Vector::new(
                        "key-01-no-id",
                        "a token that names no key, and no key at hand",
                        t2().without_h("x5t").without_h("kid").compact(),
                    )
                    .invalid(&["S2S-10"])
                    .on("S2S-10"),
                ],
            ),
            group(
                "Exchange, with keys of another issuer alone",
                exchange("*"),
                vec![source(STS_WINDOWS_NET, "entra-keys.json", jwks(&[jwk("acs-current")]))],
                vec![
                    Vector::new(
                        "key-01-other-issuer",
                        "the right key, published by another issuer",
                        t2().compact(),
                    )
                    .indeterminate(&["KEY-01"])
                    .on("KEY-01"),
                ],
            ),
            group(
                "Exchange, with a key of 1024 bits alone",
                exchange("*"),
                acs_keys("*", &["short-1024"]),
                vec![
                    Vector::new(
                        "key-01-short",
                        "a token signed with a key too short to be used",
                        t2().by("short-1024").compact(),
                    )
                    .indeterminate(&["KEY-01"])
                    .on("KEY-01"),
                ],
            ),
            group(
                "Exchange, with a key document that is refused",
                exchange("*"),
                vec![source(&format!("{ACS}@*"), "acs-metadata.json", bad_document)],
                vec![
                    Vector::new(
                        "key-01-refused-document",
                        "a document with keys twice holds no keys at all",
                        t2().compact(),
                    )
                    .indeterminate(&["KEY-01"])
                    .on("KEY-01"),
                ],
            ),
            group(
                "Exchange, with keys of several lengths",
                exchange("*"),
                acs_keys("*", &["short-1024", "acs-current", "long-3072", "exponent-3"]),
                vec![
                    Vector::new("key-03-2048", "a key of 2048 bits", t2().compact())
                        .flag("edge")
                        .near(&["KEY-03"]),
                    Vector::new(
                        "key-02-exponent-3",
                        "a key with exponent 3",
                        t2().by("exponent-3").compact(),
                    )
                    .flag("edge")
                    .near(&["KEY-02"]),
                    Vector::new(
                        "s2s-10-short",
                        "a token signed with a key too short to be used, beside others",
                        t2().by("short-1024").compact(),
                    )
                    .hit(&["S2S-10"]),
                ],
            ),
            group(
                "Exchange, with 3072 bits required",
                with("minimum_key_bits", json!(3072)),
                acs_keys("*", &["acs-current", "long-3072"]),
                vec![
                    Vector::new(
                        "key-03-too-short",
                        "a key of 2048 bits where 3072 are required",
                        t2().compact(),
                    )
                    .flag("edge")
                    .hit(&["KEY-03"]),
                    Vector::new(
                        "key-03-3072",
                        "a key of 3072 bits where 3072 are required",
                        t2().by("long-3072").compact(),
                    )
                    .flag("edge")
                    .near(&["KEY-03"]),
                ],
            ),
            group(
                "Exchange, with an issuer that keeps its keys in a JWKS",
                exchange("*"),
                vec![{
                    let named = |key: &str, kid: &str| {
                        let mut jwk = jwk(key);
                        jwk["kid"] = json!(kid);
                        jwk
                    };
                    source(
                        &format!("{ACS}@*"),
                        "keys.json",
                        jwks(&[named("acs-previous", "first"), named("acs-current", "second")]),
                    )
                }],
                vec![
                    Vector::new(
                        "s2s-10-own-kid",
                        "a kid that is no thumbprint",
                        t2().without_h("x5t").h("kid", "second").compact(),
                    )
                    .flag("J17")
                    .near(&["S2S-10"]),
                    Vector::new(
                        "s2s-10-own-kid-letter-case",
                        "the same kid in capitals",
                        t2().without_h("x5t").h("kid", "SECOND").compact(),
                    )
                    .flag("J11")
                    .hit(&["S2S-10"]),
                    Vector::new(
                        "s2s-10-own-kid-disagrees",
                        "x5t of one key and kid of another",
                        t2().h("kid", "first").compact(),
                    )
                    .flag("J10")
                    .hit(&["S2S-10"]),
                ],
            ),
            group(
                "Exchange, with an Entra key of one tenant among the keys of all",
                {
                    let mut policy = entra();
                    policy["audience"]["realms"] = json!([TENANT]);
                    policy
                },
                vec![{
                    let mut other = jwk("entra");
                    other["issuer"] = json!(format!("https://login.microsoftonline.com/{OTHER}/v2.0"));
                    source(LOGIN_V2, "entra-v2-keys.json", jwks(&[other]))
                }],
                vec![
                    Vector::new(
                        "s2s-10-key-of-another-tenant",
                        "a key whose document binds it to another tenant than that of the token",
                        t10_user().compact(),
                    )
                    .kind("entra-v2")
                    .flag("J10")
                    .hit(&["S2S-10"]),
                ],
            ),
        ]),
    )
}

/// S2S-10 and S2S-37.
fn ids() -> Vec<Vector> {
    let bare = || t2().without_h("x5t").without_h("kid");
    let kid = |id: &str, comment: &str, kid: &str| {
        Vector::new(format!("s2s-10-kid-{id}"), comment, bare().h("kid", kid).compact())
            .flag("J11")
            .hit(&["S2S-10"])
    };
    let malformed = |id: &str, comment: &str, thumbprint: String| {
        Vector::new(format!("s2s-10-x5t-{id}"), comment, bare().h("x5t", thumbprint).compact())
            .flag("J10")
            .hit(&["S2S-10"])
    };
    let sha1 = keys::sha1("acs-current");
    let hex: String = sha1.iter().map(|byte| format!("{byte:02X}")).collect();
    let telling = keys::with_telling_thumbprint(&["acs-current", "acs-previous"]);
    let by = |key: &'static str, spelled: String| t2().without_h("kid").h("x5t", spelled).signed_by(key);
    vec![
        Vector::new("s2s-10-x5t-alone", "x5t alone, of the second of two keys", bare().h("x5t", x5t("acs-current")).compact())
            .flag("J17").near(&["S2S-10", "KEY-02"]),
        Vector::new("s2s-10-x5t-of-the-first", "x5t of the first key, which signed", t2().by("acs-previous").compact()).flag("J17").near(&["S2S-10"]),
        Vector::new("s2s-10-kid-alone", "kid alone, which is the thumbprint", bare().h("kid", x5t("acs-current")).compact()).near(&["S2S-10"]),
        Vector::new("s2s-10-x5t-s256-alone", "x5t#S256 alone", bare().h("x5t#S256", x5t_s256("acs-current")).compact()).near(&["S2S-10"]),
        Vector::new("s2s-10-no-id", "no key id at all, and two keys at hand", bare().compact()).hit(&["S2S-10"]),
        Vector::new("s2s-10-unknown-x5t", "the thumbprint of a certificate that nobody published", t2().by("attacker").compact())
            .flag("J10").hit(&["S2S-10"]),
        Vector::new("s2s-10-unknown-x5t-known-key", "an unknown thumbprint over a signature of a trusted key, which a receiver that tries all keys accepts",
            bare().h("x5t", x5t("attacker")).compact()).flag("J10").hit(&["S2S-10"]),
        Vector::new("s2s-10-x5t-and-kid-disagree", "x5t of one key and kid of the other", t2().h("kid", x5t("acs-previous")).compact()).flag("J10").hit(&["S2S-10"]),
        Vector::new("s2s-10-x5t-and-unknown-kid", "x5t of a key and a kid that nobody has", t2().h("kid", "x").compact()).flag("J10").hit(&["S2S-10"]),
        Vector::new("s2s-10-x5t-and-s256-disagree", "x5t of one key and x5t#S256 of the other",
            bare().h("x5t", x5t("acs-current")).h("x5t#S256", x5t_s256("acs-previous")).compact()).flag("J10").hit(&["S2S-10"]),
        kid("path", "a kid that is a path", "../../../../dev/null"),
        kid("sql", "a kid that is SQL", "x' UNION SELECT 'key';--"),
        kid("command", "a kid that is a command", "|/usr/bin/id"),
        kid("url", "a kid that is a URL", "https://evil.test/key"),
        kid("empty", "an empty kid", ""),
        kid("letter-case", "a kid in another letter case", &x5t("acs-current").to_lowercase()),
        malformed("19-bytes", "a thumbprint of 19 bytes", b64(&sha1[..19])),
        malformed("21-bytes", "a thumbprint of 21 bytes", b64(&[&sha1[..], &[0]].concat())),
        malformed("sha-256", "a SHA-256 digest in the place of SHA-1", x5t_s256("acs-current")),
        malformed("hex", "the thumbprint in hex, as PowerShell prints it", hex.clone()),
        malformed("base64-of-hex", "base64url of the hex text", b64(hex.as_bytes())),
        malformed("empty", "an empty thumbprint", String::new()),
        Vector::new("s2s-37-padded", "a thumbprint with padding", by("acs-current", format!("{}=", x5t("acs-current"))).compact())
            .reports(&["S2S-37"]).on("S2S-37").on("S2S-10"),
        Vector::new("s2s-37-standard-alphabet", "a thumbprint in the standard alphabet", by(telling, STANDARD_NO_PAD.encode(keys::sha1(telling))).compact())
            .reports(&["S2S-37"]).on("S2S-37"),
        Vector::new("s2s-37-standard-padded", "a thumbprint in the standard alphabet with padding", by(telling, STANDARD.encode(keys::sha1(telling))).compact())
            .reports(&["S2S-37"]).on("S2S-37"),
        Vector::new("s2s-37-canonical", "the same thumbprint as base64url", by(telling, x5t(telling)).compact()).near(&["S2S-37"]),
    ]
}

/// KEY-02.
fn signatures() -> Vec<Vector> {
    let bad = |id: &str, comment: &str, token: String| {
        Vector::new(format!("key-02-{id}"), comment, token).hit(&["KEY-02"])
    };
    let [header, claims, signature] = t2().parts();
    let bytes = keys::sign("acs-current", format!("{header}.{claims}").as_bytes());
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        t2().signature(&bytes).compact()
    };
    let altered = |layer: Layer| {
        let [header, claims, _] = layer.parts();
        format!("{header}.{claims}.{signature}")
    };
    vec![
        bad(
            "attacker",
            "the thumbprint of a trusted certificate over a signature of another key",
            t2().signed_by("attacker").compact(),
        )
        .flag("J10"),
        bad(
            "other-own-key",
            "the thumbprint of the first key over a signature of the second",
            t2().by("acs-previous").signed_by("acs-current").compact(),
        )
        .flag("J17")
        .flag("J10"),
        bad("altered-claim", "a claim that was altered after signing", altered(t2().c("oid", "x"))),
        bad("altered-header", "a header that was altered after signing", altered(t2().without_h("typ"))),
        bad("first-bit", "a signature with its first bit flipped", with(&|bytes| bytes[0] ^= 0x80)),
        bad("last-bit", "a signature with its last bit flipped", with(&|bytes| bytes[255] ^= 1)),
        bad("cut", "a signature without its last byte", with(&|bytes| bytes.truncate(255))),
        bad("extended", "a signature with a byte behind it", with(&|bytes| bytes.push(0))),
        bad("leading-zero", "a signature with a zero byte before it", with(&|bytes| bytes.insert(0, 0))),
        bad("zero", "a signature of zeros", t2().signature(&[0; 256]).compact()),
        bad(
            "one",
            "the number one as signature",
            with(&|bytes| {
                bytes.fill(0);
                bytes[255] = 1;
            }),
        ),
        bad("ones", "a signature larger than the modulus", t2().signature(&[0xff; 256]).compact()),
        bad("one-byte", "a signature of one byte", t2().signature(&[1]).compact()),
        bad("of-other-token", "the signature of another token of the same key", {
            let [_, _, other] = t2().c("rh", "y").parts();
            format!("{header}.{claims}.{other}")
        }),
        Vector::new(
            "key-02-actor",
            "an actor token with an altered claim inside an outer token",
            outer()
                .around_text(&{
                    let [_, _, signature] = actor().parts();
                    let [header, claims, _] = actor().c("oid", "x").parts();
                    format!("{header}.{claims}.{signature}")
                })
                .compact(),
        )
        .outer()
        .hit(&["KEY-02"]),
        Vector::new("key-02-member-order", "claims in another order, signed so: the received bytes count", {
            let mut layer = t2().without("aud");
            layer.claims.set("aud", exchange_aud());
            layer.compact()
        })
        .near(&["KEY-02"]),
    ]
}

/// S2S-20 where it is reported.
fn certificates() -> Vec<Vector> {
    const LAST_OF_2023: u64 = 1_704_067_199;
    const FIRST_OF_2025: u64 = 1_735_689_600;
    const FIRST_OF_2028: u64 = 1_830_297_600;
    let at = |now: u64, key: &'static str| t2().by(key).without("iat").times(now - 10, now + 3600).compact();
    vec![
        Vector::new(
            "s2s-20-expired",
            "a token signed with a certificate that expired",
            t2().by("acs-expired").compact(),
        )
        .flag("J18")
        .reports(&["S2S-20"])
        .on("S2S-20"),
        Vector::new(
            "s2s-20-next",
            "a token signed with a certificate that is not valid yet",
            t2().by("acs-next").compact(),
        )
        .flag("J18")
        .reports(&["S2S-20"])
        .on("S2S-20"),
        Vector::new(
            "s2s-20-last-second",
            "the last second of the certificate",
            at(LAST_OF_2023, "acs-expired"),
        )
        .at(LAST_OF_2023)
        .flag("edge")
        .near(&["S2S-20"]),
        Vector::new(
            "s2s-20-second-after",
            "the second after the certificate's last",
            at(LAST_OF_2023 + 1, "acs-expired"),
        )
        .at(LAST_OF_2023 + 1)
        .flag("edge")
        .flag("J18")
        .reports(&["S2S-20"])
        .on("S2S-20"),
        Vector::new(
            "s2s-20-first-second",
            "the first second of the certificate",
            at(FIRST_OF_2025, "acs-current"),
        )
        .at(FIRST_OF_2025)
        .flag("edge")
        .near(&["S2S-20"]),
        Vector::new(
            "s2s-20-second-before",
            "the second before the certificate's first",
            at(FIRST_OF_2025 - 1, "acs-current"),
        )
        .at(FIRST_OF_2025 - 1)
        .flag("edge")
        .flag("J18")
        .reports(&["S2S-20"])
        .on("S2S-20"),
        Vector::new(
            "s2s-20-next-in-time",
            "the coming certificate once it is valid",
            at(FIRST_OF_2028, "acs-next"),
        )
        .at(FIRST_OF_2028)
        .flag("edge")
        .near(&["S2S-20"]),
    ]
}
