//! S2S-01, S2S-03, S2S-16 to S2S-18 and S2S-21 to S2S-24: algorithm, header, depth, duplicates, types, presence.

use serde_json::{Value, json};
use test_vectors::File;

use crate::algorithm;
use crate::keys;
use crate::token::{Layer, b64, signed_text};
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let mut tests = algorithm::unsigned();
    tests.extend(algorithm::algorithms());
    tests.extend(headers());
    tests.extend(depth());
    tests.extend(duplicates());
    tests.extend(types());
    tests.extend(mandatory());
    (
        "form",
        file_of(vec![group(
            "Exchange, with the STS of one tenant as issuer",
            exchange(TENANT),
            two_keys(TENANT),
            tests,
        )]),
    )
}

/// S2S-01, second half, and S2S-21 to S2S-23.
fn headers() -> Vec<Vector> {
    let member = |id: &str, name: &str, value: Value| {
        let comment = format!("{name} {value} in the header");
        Vector::new(format!("s2s-01-{id}"), comment, t2().h(name, value).compact()).hit(&["S2S-01"])
    };
    let attacker = keys::components("attacker");
    let jwk = json!({"kty": "RSA", "n": b64(&attacker.0), "e": b64(&attacker.1)});
    let typ = |id: &str, value: Value| {
        let comment = format!("typ {value}");
        Vector::new(format!("s2s-21-{id}"), comment, t2().h("typ", value).compact())
    };
    let [header, _, _] = t2().h("b64", false).h("crit", json!(["b64"])).parts();
    vec![
        member("crit", "crit", json!(["exp"])).flag("J24"),
        member("crit-empty", "crit", json!([])).flag("J24"),
        member("crit-null", "crit", Value::Null).flag("J24"),
        member("crit-string", "crit", json!("b64")).flag("J24"),
        member("crit-unknown", "crit", json!(["x-unknown"])).flag("J24"),
        member("b64-false", "b64", json!(false)).flag("J24"),
        member("b64-true", "b64", json!(true)).flag("J24"),
        Vector::new(
            "s2s-01-b64-crit",
            "b64 false, and crit that says so, over claims that are encoded all the same",
            t2().h("b64", false).h("crit", json!(["b64"])).compact(),
        )
        .flag("J24")
        .hit(&["S2S-01"]),
        Vector::new(
            "s2s-01-b64-unencoded",
            "claims that are not encoded, as RFC 7797 has it",
            signed_text(&header, "{\"iss\":\"x\"}", "acs-current"),
        )
        .flag("J24")
        .kind("unknown")
        .hit(&["INP-03", "S2S-01"])
        .on("S2S-01"),
        member("jku", "jku", json!("https://evil.test/keys")).flag("J11"),
        member("x5u", "x5u", json!("https://evil.test/cert")).flag("J11"),
        member("x5c", "x5c", json!(["MIIB"])).flag("J11"),
        member("jwk", "jwk", jwk.clone()).flag("J11"),
        Vector::new(
            "s2s-01-jwk-attacker",
            "a token that the attacker signed, with his key in the header and no other id",
            t2().without_h("x5t").without_h("kid").h("jwk", jwk.clone()).signed_by("attacker").compact(),
        )
        .flag("J11")
        .hit(&["S2S-01", "S2S-10"]),
        Vector::new(
            "s2s-01-jwk-x5t",
            "the same with the thumbprint of a trusted certificate",
            t2().h("jwk", jwk).signed_by("attacker").compact(),
        )
        .flag("J11")
        .flag("J10")
        .hit(&["S2S-01", "KEY-02"]),
        member("zip", "zip", json!("DEF")).flag("J24"),
        member("cty-other", "cty", json!("example")),
        Vector::new("s2s-01-cty-jwt", "cty JWT in the header", t2().h("cty", "JWT").compact())
            .near(&["S2S-01"]),
        Vector::new(
            "s2s-01-outer-crit",
            "crit in the header of an outer token",
            t4().h("crit", json!(["exp"])).compact(),
        )
        .outer()
        .flag("J24")
        .hit(&["S2S-01"]),
        Vector::new(
            "s2s-01-outer-jku",
            "jku in the header of an outer token",
            t4().h("jku", "https://evil.test/").compact(),
        )
        .outer()
        .flag("J11")
        .hit(&["S2S-01"]),
        Vector::new(
            "s2s-01-actor-crit",
            "crit in the header of an actor token",
            outer().around(&actor().h("crit", json!(["exp"]))).compact(),
        )
        .outer()
        .flag("J24")
        .hit(&["S2S-01"]),
        typ("lower", json!("jwt")).near(&["S2S-21"]),
        typ("mixed", json!("Jwt")).near(&["S2S-21"]),
        Vector::new("s2s-21-absent", "no typ", t2().without_h("typ").compact()).near(&["S2S-21"]),
        typ("at-jwt", json!("at+jwt")).hit(&["S2S-21"]),
        typ("jose", json!("JOSE")).hit(&["S2S-21"]),
        typ("dpop", json!("dpop+jwt")).hit(&["S2S-21"]),
        typ("empty", json!("")).hit(&["S2S-21"]),
        typ("number", json!(1)).hit(&["S2S-21"]),
        Vector::new("s2s-22-nonce", "a nonce in the header", t2().h("nonce", "abc").compact())
            .hit(&["S2S-22"]),
        Vector::new("s2s-22-nonce-null", "a nonce that is null", t2().h("nonce", Value::Null).compact())
            .hit(&["S2S-22"]),
        Vector::new(
            "s2s-22-nonce-hashed",
            "a nonce as Microsoft Graph uses it: the signature is over its digest",
            {
                let nonce = "0a1b2c3d";
                let digest = b64(ring::digest::digest(&ring::digest::SHA256, nonce.as_bytes()).as_ref());
                let [_, claims, signature] = t2().h("nonce", digest).parts();
                let [header, _, _] = t2().h("nonce", nonce).parts();
                format!("{header}.{claims}.{signature}")
            },
        )
        .hit(&["S2S-22", "KEY-02"]),
        Vector::new(
            "s2s-22-nonce-claim",
            "a nonce among the claims, which is another thing",
            t2().c("nonce", "abc").compact(),
        )
        .near(&["S2S-22"]),
        Vector::new(
            "s2s-23-other-member",
            "a header member without meaning here",
            t2().h("ver", "1").compact(),
        )
        .reports(&["S2S-23"])
        .on("S2S-23"),
        Vector::new(
            "s2s-23-x5t-s256",
            "the documented members only, x5t#S256 among them",
            t2().h("x5t#S256", keys::x5t_s256("acs-current")).compact(),
        )
        .near(&["S2S-23", "S2S-10"]),
    ]
}

/// S2S-03.
fn depth() -> Vec<Vector> {
    // A lifetime that every kind allows, since what is nested decides the kind.
    let inner = || actor().times(NOW - 600, NOW - 600 + 10 * HOUR);
    let nested = |id: &str, comment: &str, actor: Layer| {
        Vector::new(format!("s2s-03-{id}"), comment, outer().around(&actor).compact())
            .outer()
            .flag("J14")
            .hit(&["S2S-03", "S2S-28"])
    };
    let tower = (0..5).fold(inner(), |actor, _| {
        let text = actor.compact();
        inner().c("actortoken", text)
    });
    vec![
        nested(
            "actortoken",
            "an actor token inside the actor token",
            inner().c("actortoken", inner().compact()),
        ),
        nested(
            "actortoken-outer",
            "an outer token inside the actor token",
            inner().c("actortoken", t4().compact()),
        ),
        nested("tower", "six actor tokens, one inside the other", tower),
        nested("actor", "an actor token with an actor claim", inner().c("actor", at(EXCHANGE))),
        nested("appctx", "an actor token with a context", inner().c("appctx", json!({}))),
        Vector::new(
            "s2s-03-actort",
            "an actor token with a claim of another library's name for actor tokens",
            outer().around(&actor().c("actort", "x")).compact(),
        )
        .outer()
        .near(&["S2S-03"]),
    ]
}

/// S2S-16.
fn duplicates() -> Vec<Vector> {
    let aud = json!(exchange_aud()).to_string();
    let twice = |id: &str, comment: &str, layer: Layer| {
        Vector::new(format!("s2s-16-{id}"), comment, layer.compact()).flag("J13").hit(&["S2S-16"])
    };
    vec![
        twice("same-value", "aud twice with the same value", t2().also("aud", &aud)),
        twice(
            "other-value",
            "nameid twice: the second names another application",
            t2().also("nameid", &json!(at(SKYPE)).to_string()),
        ),
        twice("escaped", "aud and a\\u0075d, which are the same name", t2().also("a\\u0075d", "\"x\"")),
        twice("exp", "exp twice, the second far in the future", t2().also("exp", "9999999999")),
        twice("header-alg", "alg twice in the header", t2().also_h("alg", "\"none\"")),
        twice("header-escaped", "kid twice in the header, once escaped", t2().also_h("\\u006bid", "\"x\"")),
        twice("nested", "a member twice in an object inside a claim", t2().raw("xms_x", r#"{"a":1,"a":2}"#)),
        twice(
            "deeply-nested",
            "a member twice in an object inside arrays",
            t2().raw("xms_x", r#"[[{"b":{"a":1,"a":1}}]]"#),
        ),
        Vector::new(
            "s2s-16-outer",
            "actortoken twice in an outer token",
            t4().also("actortoken", "\"x\"").compact(),
        )
        .outer()
        .flag("J13")
        .hit(&["S2S-16"]),
        Vector::new(
            "s2s-16-actor",
            "nameid twice inside the actor token",
            outer().around(&actor().also("nameid", "\"x\"")).compact(),
        )
        .outer()
        .flag("J13")
        .hit(&["S2S-16"]),
        Vector::new(
            "s2s-16-letter-case",
            "aud and AUD: different names, which readers that ignore letter case confuse",
            t2().also("AUD", "\"x\"").compact(),
        )
        .flag("J13")
        .reports(&["S2S-16"])
        .on("S2S-16"),
        Vector::new(
            "s2s-16-header-letter-case",
            "alg and ALG in the header",
            t2().also_h("ALG", "\"none\"").compact(),
        )
        .flag("J13")
        .reports(&["S2S-16", "S2S-23"])
        .on("S2S-16"),
        Vector::new(
            "s2s-16-levels",
            "the same name on different levels",
            t2().raw("xms_x", r#"{"aud":{"aud":1},"b":[{"aud":1},{"aud":1}]}"#).compact(),
        )
        .flag("J13")
        .near(&["S2S-16"]),
    ]
}

/// S2S-17.
fn types() -> Vec<Vector> {
    let wrong = |claim: &str, value: Value, more: &[&str]| {
        let (id, comment) = (format!("s2s-17-{}", claim.replace('_', "-")), format!("{claim} {value}"));
        Vector::new(id, comment, t2().c(claim, value).compact()).hit(&[&["S2S-17"], more].concat())
    };
    let time = |id: &str, claim: &str, value: Value| {
        let comment = format!("{claim} {value}");
        Vector::new(format!("s2s-17-{id}"), comment, t2().c(claim, value).compact())
            .flag("J19")
            .hit(&["S2S-17"])
    };
    let header = |id: &str, name: &str, value: Value| {
        let comment = format!("{name} {value} in the header");
        Vector::new(format!("s2s-17-{id}"), comment, t2().h(name, value).compact()).hit(&["S2S-17"])
    };
    vec![
        wrong("aud", json!([exchange_aud()]), &[]),
        wrong("iss", json!(1), &["S2S-28"]).kind("unknown"),
        wrong("nameid", json!({"id": at(EXCHANGE)}), &["S2S-31"]),
        wrong("identityprovider", json!([]), &[]),
        wrong("trustedfordelegation", json!(false), &[]),
        wrong("oid", json!(5), &[]),
        wrong("ver", json!(1.0), &[]),
        wrong("roles", json!("full_access_as_app"), &[]),
        wrong("isbrowserhostedapp", json!("yes"), &[]),
        wrong("appctx", json!([{}]), &["S2S-28"]).kind("unknown").flag("J15"),
        time("nbf-bool", "nbf", json!(true)),
        time("exp-null", "exp", Value::Null),
        time("exp-array", "exp", json!([NOW + 3600])),
        time("iat-object", "iat", json!({})),
        header("x5t-number", "x5t", json!(1)),
        header("kid-array", "kid", json!(["x"])),
        Vector::new(
            "s2s-17-outer-upn",
            "an outer token whose upn is a number",
            outer().c("upn", 7).around(&actor()).compact(),
        )
        .outer()
        .hit(&["S2S-17"]),
        Vector::new(
            "s2s-17-flag-in-capitals",
            "trustedfordelegation FALSE: letter case does not matter in flags",
            t2().c("trustedfordelegation", "FALSE").compact(),
        )
        .near(&["S2S-17"]),
        Vector::new(
            "s2s-17-unknown-claims",
            "unknown claims of every type",
            t2().c("xms_a", json!({"x": []})).c("xms_b", 1.5).c("x", Value::Null).c("y", true).compact(),
        )
        .near(&["S2S-17"]),
        Vector::new(
            "s2s-17-lone-surrogate-aud",
            "an aud with half of a surrogate pair, which is no text: the audience cannot be ours",
            t2().raw("aud", "\"\\ud800\"").compact(),
        )
        .hit(&["S2S-17"]),
        Vector::new(
            "s2s-17-lone-surrogate-iss",
            "an iss with half of a surrogate pair",
            t2().raw("iss", "\"\\ud800\"").compact(),
        )
        .kind("unknown")
        .hit(&["S2S-17", "S2S-28"]),
        Vector::new(
            "s2s-17-lone-surrogate-outer-iss",
            "an outer iss with half of a surrogate pair: it cannot be the actor's nameid",
            outer().raw("iss", "\"\\ud800\"").around(&actor()).compact(),
        )
        .outer()
        .hit(&["S2S-17"]),
        Vector::new(
            "s2s-17-lone-surrogate-outer-aud",
            "an outer aud with half of a surrogate pair: it cannot be the actor's audience",
            outer().raw("aud", "\"\\udc00x\"").around(&actor()).compact(),
        )
        .outer()
        .hit(&["S2S-17"]),
    ]
}

/// S2S-18.
fn mandatory() -> Vec<Vector> {
    let missing = |claim: &str, more: &[&str]| {
        Vector::new(format!("s2s-18-no-{claim}"), format!("no {claim}"), t2().without(claim).compact())
            .hit(&[&["S2S-18"], more].concat())
    };
    let empty = |claim: &str, broken: &[&str]| {
        Vector::new(
            format!("s2s-18-empty-{claim}"),
            format!("{claim} that is empty"),
            t2().c(claim, "").compact(),
        )
        .invalid(broken)
        .on("S2S-18")
    };
    vec![
        missing("aud", &[]),
        missing("iss", &["S2S-28"]).kind("unknown"),
        missing("nbf", &[]),
        missing("exp", &[]),
        missing("nameid", &["S2S-31"]),
        empty("aud", &["S2S-18", "S2S-29"]),
        empty("iss", &["S2S-18", "S2S-09", "S2S-28"]).kind("unknown"),
        empty("nameid", &["S2S-18", "S2S-29", "S2S-31"]),
        Vector::new("s2s-18-outer-no-exp", "an outer token without exp", t4().without("exp").compact())
            .outer()
            .hit(&["S2S-18"]),
        Vector::new("s2s-18-outer-no-nbf", "an outer token without nbf", t4().without("nbf").compact())
            .outer()
            .hit(&["S2S-18"]),
        Vector::new("s2s-18-outer-no-aud", "an outer token without aud", t4().without("aud").compact())
            .outer()
            .hit(&["S2S-18"]),
        Vector::new("s2s-18-outer-no-iss", "an outer token without iss", t4().without("iss").compact())
            .outer()
            .hit(&["S2S-18"]),
        Vector::new(
            "s2s-18-actor-no-nameid",
            "an actor token without nameid",
            outer().around(&actor().without("nameid")).compact(),
        )
        .outer()
        .hit(&["S2S-18", "S2S-31", "S2S-05"]),
        Vector::new(
            "s2s-18-optional",
            "no iat, no identityprovider, no oid: none of them is mandatory",
            t2().without("iat").without("identityprovider").without("oid").without("sub").compact(),
        )
        .near(&["S2S-18"]),
    ]
}
