//! KEY-10 to KEY-18: key documents.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use num_bigint::BigUint;
use serde_json::{Value, json};
use test_vectors::{KeyFile, KeySource};

use crate::keys::{self, x5t};
use crate::token::b64;
use crate::vector::{DocumentVector, document_file};
use crate::world::*;

pub(crate) fn file() -> KeyFile {
    document_file(vec![
        ("metadata/json/1", metadata_documents()),
        ("JSON Web Key Sets and discovery", jwks_documents()),
        ("certificates in PEM and DER", certificates()),
        ("documents that are refused", refused()),
    ])
}

fn of_exchange(document: impl Into<String>) -> Vec<KeySource> {
    vec![source(&format!("{EXCHANGE}@*"), "metadata.json", document)]
}

fn of_entra(document: impl Into<String>) -> Vec<KeySource> {
    vec![source(STS_WINDOWS_NET, "keys.json", document)]
}

fn entries(entries: &[Value]) -> String {
    metadata_of("Exchange", EXCHANGE, entries).to_string()
}

fn with(key: &str, pointer: &str, value: Value) -> Value {
    let mut entry = metadata_entry(key);
    *entry.pointer_mut(pointer).expect("a member") = value;
    entry
}

fn metadata_documents() -> Vec<DocumentVector> {
    let current = || Some(x5t("acs-current"));
    let one = |id: &str, comment: &str, entry: Value| {
        DocumentVector::new(id, comment, of_exchange(entries(&[entry])))
    };
    let telling = keys::with_telling_thumbprint(&["acs-current", "acs-previous"]);
    let pem_text = STANDARD.encode(keys::certificate_pem("acs-current"));
    let mut without_info = metadata_entry("acs-current");
    without_info.as_object_mut().expect("an object").remove("keyinfo");
    let mut without_value = metadata_entry("acs-previous");
    without_value.as_object_mut().expect("an object").remove("keyvalue");
    let any_case = entries(&[metadata_entry("acs-current")])
        .replace("\"keyvalue\"", "\"keyValue\"")
        .replace("\"keys\"", "\"Keys\"");
    let of_issuer = |issuer: Value| {
        let mut document = metadata_of("Exchange", EXCHANGE, &[metadata_entry("acs-current")]);
        document["issuer"] = issuer;
        document.to_string()
    };
    vec![
        DocumentVector::new(
            "metadata-two-keys",
            "two keys as Exchange publishes them: the current and the previous",
            of_exchange(metadata("Exchange", EXCHANGE, &["acs-current", "acs-previous"])),
        )
        .flag("positive")
        .on("KEY-10")
        .on("KEY-11")
        .on("KEY-12")
        .on("KEY-16")
        .on("KEY-18")
        .usable(current(), None)
        .usable(Some(x5t("acs-previous")), None),
        DocumentVector::new(
            "metadata-any-case",
            "member names in another letter case",
            of_exchange(any_case),
        )
        .flag("positive")
        .usable(current(), None),
        one(
            "metadata-base64-pem",
            "a certificate as base64 of its PEM text",
            with("acs-current", "/keyvalue/value", json!(pem_text)),
        )
        .flag("positive")
        .usable(current(), None),
        one("metadata-no-keyinfo", "no keyinfo: the thumbprint is computed", without_info)
            .flag("positive")
            .on("KEY-12")
            .usable(current(), None),
        DocumentVector::new(
            "metadata-one-bad-of-two",
            "an entry that cannot be read beside a good one",
            of_exchange(entries(&[
                with("acs-previous", "/keyvalue/value", json!("AAAA")),
                metadata_entry("acs-current"),
            ])),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11")
        .usable(current(), None),
        DocumentVector::new(
            "metadata-no-keyvalue",
            "an entry without keyvalue beside a good one",
            of_exchange(entries(&[without_value, metadata_entry("acs-current")])),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11")
        .usable(current(), None),
        one(
            "metadata-not-base64",
            "a certificate that is not base64",
            with("acs-current", "/keyvalue/value", json!("%")),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11"),
        one(
            "metadata-private-key",
            "a private key in the place of the certificate",
            with("acs-current", "/keyvalue/value", json!(STANDARD.encode(keys::private_pem("acs-current")))),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11"),
        one(
            "metadata-wrong-x5t",
            "the declared thumbprint of another certificate: the key serves under its own",
            with("acs-current", "/keyinfo/x5t", json!(x5t("acs-previous"))),
        )
        .broken(&["KEY-12"])
        .on("KEY-12")
        .usable(current(), None),
        one(
            "metadata-hex-x5t",
            "a declared thumbprint in hex",
            with("acs-current", "/keyinfo/x5t", json!("241655D884092F2670D24729FC739C0454F24B01")),
        )
        .broken(&["KEY-12"])
        .on("KEY-12")
        .usable(current(), None),
        one(
            "metadata-padded-x5t",
            "a declared thumbprint with padding",
            with("acs-current", "/keyinfo/x5t", json!(format!("{}=", x5t("acs-current")))),
        )
        .broken(&["KEY-18"])
        .on("KEY-18")
        .on("KEY-12")
        .usable(current(), None),
        one(
            "metadata-standard-x5t",
            "a declared thumbprint in the standard alphabet",
            with(telling, "/keyinfo/x5t", json!(STANDARD_NO_PAD.encode(keys::sha1(telling)))),
        )
        .broken(&["KEY-18"])
        .on("KEY-18")
        .usable(Some(x5t(telling)), None),
        one(
            "metadata-encryption",
            "a key for encryption",
            with("acs-current", "/usage", json!("encryption")),
        )
        .flag("skipped")
        .broken(&["KEY-15"])
        .on("KEY-15"),
        DocumentVector::new(
            "metadata-short-key",
            "a key of 1024 bits beside a good one",
            of_exchange(metadata("Exchange", EXCHANGE, &["short-1024", "acs-current"])),
        )
        .flag("skipped")
        .broken(&["KEY-13"])
        .on("KEY-13")
        .usable(current(), None),
        DocumentVector::new(
            "metadata-elliptic-curve",
            "a key that is not RSA beside a good one",
            of_exchange(metadata("Exchange", EXCHANGE, &["ec-p256", "acs-current"])),
        )
        .flag("skipped")
        .broken(&["KEY-13"])
        .on("KEY-13")
        .usable(current(), None),
        DocumentVector::new(
            "metadata-same-key-twice",
            "the same key twice is one key",
            of_exchange(metadata("Exchange", EXCHANGE, &["acs-current", "acs-current"])),
        )
        .on("KEY-16")
        .usable(current(), None),
        DocumentVector::new(
            "metadata-other-issuer",
            "the document of another issuer",
            of_exchange(of_issuer(json!(format!("{SHAREPOINT}@*")))),
        )
        .broken(&["KEY-17"])
        .on("KEY-17")
        .usable(current(), None),
        DocumentVector::new(
            "metadata-concrete-issuer",
            "the issuer with a realm where the policy has a wildcard",
            of_exchange(of_issuer(json!(at(EXCHANGE)))),
        )
        .on("KEY-17")
        .usable(current(), None),
        DocumentVector::new("metadata-no-keys", "a document without keys", of_exchange(entries(&[])))
            .broken(&["KEY-10"])
            .on("KEY-10"),
    ]
}

fn jwks_documents() -> Vec<DocumentVector> {
    let current = || Some(x5t("acs-current"));
    let kid = x5t("acs-current");
    let changed = |member: &str, value: Value| {
        let mut key = jwk("acs-current");
        key[member] = value;
        key
    };
    let one = |id: &str, comment: &str, key: Value| DocumentVector::new(id, comment, of_entra(jwks(&[key])));
    let bare = |modulus: &BigUint, exponent: u32| json!({"kty": "RSA", "kid": "bare", "n": b64(&modulus.to_bytes_be()), "e": b64(&BigUint::from(exponent).to_bytes_be())});
    let modulus = BigUint::from_bytes_be(&keys::components("acs-current").0);
    let long = |bits: u64| (&modulus << (bits - 2048)) + 1_u32;
    let other_use = |id: &str, comment: &str, member: &str, value: Value| {
        one(id, comment, changed(member, value)).flag("skipped").broken(&["KEY-15"]).on("KEY-15")
    };
    let unsound = |id: &str, comment: &str, key: Value| {
        one(id, comment, key).flag("skipped").broken(&["KEY-13"]).on("KEY-13")
    };
    let mut of_tenant = jwk("acs-current");
    of_tenant["issuer"] = json!(format!("https://sts.windows.net/{TENANT}/"));
    let mut of_another = jwk("acs-current");
    of_another["issuer"] = json!("https://sts.windows.net.evil.test/{tenantid}/");
    let mut same_kid = jwk("acs-previous");
    same_kid["kid"] = json!(kid);
    let mut without_x5c = jwk("acs-current");
    without_x5c.as_object_mut().expect("an object").remove("x5c");
    let discovery = json!({"issuer": STS_WINDOWS_NET, "jwks_uri": "https://login.microsoftonline.com/common/discovery/keys"});
    vec![
        DocumentVector::new(
            "jwks-two-keys",
            "two keys as Entra publishes them",
            of_entra(jwks(&[jwk("acs-current"), jwk("acs-previous")])),
        )
        .flag("positive")
        .on("KEY-13")
        .on("KEY-14")
        .on("KEY-15")
        .on("KEY-16")
        .usable(current(), Some(&kid))
        .usable(Some(x5t("acs-previous")), Some(&x5t("acs-previous"))),
        one("jwks-no-certificate", "modulus and exponent alone, under the declared thumbprint", without_x5c)
            .usable(current(), Some(&kid)),
        one("jwks-exponent-3", "exponent 3", jwk("exponent-3"))
            .flag("edge")
            .on("KEY-13")
            .usable(Some(x5t("exponent-3")), Some(&x5t("exponent-3"))),
        unsound("jwks-exponent-1", "exponent 1", bare(&modulus, 1)).flag("edge"),
        unsound("jwks-exponent-even", "an even exponent", bare(&modulus, 65_536)).flag("edge"),
        unsound("jwks-modulus-even", "an even modulus", bare(&(&modulus + 1_u32), 65_537)).flag("edge"),
        unsound(
            "jwks-modulus-2047",
            "a modulus of 2047 bits",
            bare(&((&modulus >> 1_u32) | BigUint::from(1_u32)), 65_537),
        )
        .flag("edge"),
        one("jwks-modulus-8192", "a modulus of 8192 bits", bare(&long(8192), 65_537))
            .flag("edge")
            .on("KEY-13")
            .usable(None, Some("bare")),
        unsound("jwks-modulus-8193", "a modulus of 8193 bits", bare(&long(8193), 65_537)).flag("edge"),
        unsound(
            "jwks-elliptic-curve",
            "a key of another type",
            json!({"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"}),
        ),
        one("jwks-roca", "a modulus of the shape of CVE-2017-15361", bare(&roca(), 65_537))
            .flag("skipped")
            .broken(&["KEY-14"])
            .on("KEY-14"),
        one("jwks-roca-near", "the next odd number, without that shape", bare(&(roca() + 2_u32), 65_537))
            .flag("edge")
            .on("KEY-14")
            .usable(None, Some("bare")),
        other_use("jwks-use-enc", "a key for encryption", "use", json!("enc")),
        other_use("jwks-alg-rs512", "a key for another algorithm", "alg", json!("RS512")),
        other_use("jwks-alg-ps256", "a key for another padding", "alg", json!("PS256")),
        other_use(
            "jwks-key-ops",
            "a key with operations that are not verifying",
            "key_ops",
            json!(["encrypt", "wrapKey"]),
        ),
        one("jwks-use-stated", "alg RS256 and key_ops verify", {
            let mut key = changed("alg", json!("RS256"));
            key["key_ops"] = json!(["verify"]);
            key
        })
        .on("KEY-15")
        .usable(current(), Some(&kid)),
        one("jwks-private", "a private key, published", changed("d", json!("AQAB")))
            .flag("skipped")
            .broken(&["KEY-11"])
            .on("KEY-11"),
        one(
            "jwks-certificate-of-another-key",
            "a certificate of another key than modulus and exponent",
            changed("x5c", json!([STANDARD.encode(keys::certificate("acs-previous"))])),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11"),
        one(
            "jwks-padded-modulus",
            "a modulus with padding",
            changed("n", json!(format!("{}==", b64(&modulus.to_bytes_be())))),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11"),
        one(
            "jwks-wrong-x5t",
            "the declared thumbprint of another certificate",
            changed("x5t", json!(x5t("acs-previous"))),
        )
        .broken(&["KEY-12"])
        .on("KEY-12")
        .usable(current(), Some(&kid)),
        DocumentVector::new(
            "jwks-same-kid",
            "two keys of one id: neither is used",
            of_entra(jwks(&[jwk("acs-current"), same_kid, jwk("exponent-3")])),
        )
        .flag("skipped")
        .broken(&["KEY-16"])
        .on("KEY-16")
        .usable(Some(x5t("exponent-3")), Some(&x5t("exponent-3"))),
        one("jwks-issuer-of-tenant", "a key that is bound to one tenant", of_tenant)
            .on("KEY-17")
            .usable(current(), Some(&kid)),
        one("jwks-issuer-of-another", "a key that is bound to another issuer", of_another)
            .broken(&["KEY-17"])
            .on("KEY-17")
            .usable(current(), Some(&kid)),
        DocumentVector::new(
            "discovery",
            "a discovery document: it says where the keys are, and has none",
            of_entra(discovery.to_string()),
        )
        .broken(&["KEY-10"])
        .on("KEY-10"),
    ]
}

fn certificates() -> Vec<DocumentVector> {
    let current = || Some(x5t("acs-current"));
    let of = |document: String| vec![source(&at(EXCHANGE), "keys.pem", document)];
    let pem = |name: &str| keys::certificate_pem(name).to_owned();
    let mut der = of(String::new());
    der[0].document = None;
    der[0].document_base64 = Some(STANDARD.encode(keys::certificate("acs-current")));
    let mut der_and_more = der.clone();
    der_and_more[0].document_base64 =
        Some(STANDARD.encode([keys::certificate("acs-current"), vec![0]].concat()));
    vec![
        DocumentVector::new(
            "pem-two",
            "two certificates with text around them",
            of(format!("first\n{}second\n{}", pem("acs-current"), pem("exponent-3"))),
        )
        .flag("positive")
        .on("KEY-10")
        .usable(current(), None)
        .usable(Some(x5t("exponent-3")), None),
        DocumentVector::new("der", "a certificate in DER", der)
            .flag("positive")
            .on("KEY-10")
            .usable(current(), None),
        DocumentVector::new("der-trailing-byte", "a certificate in DER with a byte behind it", der_and_more)
            .flag("document")
            .broken(&["KEY-10"])
            .on("KEY-10"),
        DocumentVector::new(
            "pem-private-key",
            "a private key beside its certificate",
            of(format!("{}{}", keys::private_pem("acs-current"), pem("acs-current"))),
        )
        .flag("skipped")
        .broken(&["KEY-11"])
        .on("KEY-11")
        .usable(current(), None),
        DocumentVector::new(
            "pem-cut-off",
            "a certificate without its end",
            of(pem("acs-current")[..400].to_owned()),
        )
        .flag("document")
        .broken(&["KEY-10"])
        .on("KEY-10"),
        DocumentVector::new("two-documents-one-refused", "a good document beside one that is refused", {
            let mut documents = of(pem("acs-current"));
            documents.extend(of("{\"keys\":[],\"keys\":[]}".to_owned()));
            documents
        })
        .flag("document")
        .broken(&["KEY-10"])
        .on("KEY-10")
        .usable(current(), None),
        DocumentVector::new("two-documents-same-key", "the same key in two documents", {
            let mut documents = of(pem("acs-current"));
            documents.extend(of(pem("acs-current")));
            documents
        })
        .on("KEY-16")
        .usable(current(), None),
        DocumentVector::new("two-issuers-same-key", "the same key for two issuers is a key of each", {
            let mut documents = of(pem("acs-current"));
            documents.push(source(&at(SKYPE), "skype.pem", pem("acs-current")));
            documents
        })
        .on("KEY-16")
        .usable(current(), None)
        .usable(current(), None),
    ]
}

fn refused() -> Vec<DocumentVector> {
    let good = metadata("Exchange", EXCHANGE, &["acs-current"]);
    let bad = |id: &str, comment: &str, document: String| {
        DocumentVector::new(id, comment, of_exchange(document))
            .flag("document")
            .broken(&["KEY-10"])
            .on("KEY-10")
    };
    let with = |member: &str| {
        format!("{},{member}}}", good.trim_end_matches('}').trim_end_matches(']').to_owned() + "}]")
    };
    let many = |count: usize| jwks(&vec![json!({"kty": "EC"}); count]);
    vec![
        bad("document-empty", "nothing", String::new()),
        bad("document-cut-off", "a document that ends in the middle", good[..good.len() / 2].to_owned()),
        bad("document-html", "a page of a proxy", "<html><body>Sign in</body></html>".to_owned()),
        bad("document-array", "a list of keys without an object around it", "[{\"kty\":\"RSA\"}]".to_owned()),
        bad("document-byte-order-mark", "a byte order mark", format!("\u{feff}{good}")),
        bad("document-trailing-text", "text behind the object", format!("{good}x")),
        bad("document-keys-twice", "keys twice", with("\"keys\":[]")),
        bad(
            "document-keys-twice-letter-case",
            "keys and Keys, which readers of metadata take for one member",
            with("\"Keys\":[]"),
        ),
        bad("document-keys-twice-escaped", "keys twice, once escaped", with("\"k\\u0065ys\":[]")),
        bad("document-keys-object", "keys that are an object", json!({"keys": {"a": 1}}).to_string()),
        bad("document-too-deep", "nine levels", format!("{{\"keys\":{}{}}}", "[".repeat(8), "]".repeat(8))),
        bad("document-65-keys", "65 keys", many(65)).flag("edge"),
        DocumentVector::new(
            "document-64-keys",
            "64 keys, all of them of another type",
            of_exchange(many(64)),
        )
        .flag("edge")
        .broken(&["KEY-13"])
        .on("KEY-10"),
        bad(
            "document-no-keys-at-all",
            "a JSON object of something else",
            "{\"error\":\"invalid_tenant\"}".to_owned(),
        ),
    ]
}

/// A modulus of 2048 bits that is a power of 65537 modulo the product of the first 126 primes, as the faulty library
/// makes them for this length; nobody knows its factors, and nobody needs them.
fn roca() -> BigUint {
    let is_prime = |n: &u32| (2..*n).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    let product: BigUint = (2..).filter(is_prime).take(126).map(BigUint::from).product();
    let power = BigUint::from(65_537_u32).modpow(&BigUint::from(1_000_003_u32), &product);
    let times = (BigUint::from(1_u32) << 2047_u32) / &product + BigUint::from(12_345_u32);
    times * product + power
}
