//! What the tests of this folder read: throw-away keys, and documents made of them.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};

use super::thumbprint::X5t;
use crate::signature::RsaPublicKey;

pub(crate) const A_CERT: &[u8] = include_bytes!("../../tests/data/keys/a.cert.der");
pub(crate) const A_SHA1_CERT: &[u8] = include_bytes!("../../tests/data/keys/a-sha1.cert.der");
pub(crate) const B_CERT: &[u8] = include_bytes!("../../tests/data/keys/b.cert.der");
pub(crate) const C_CERT: &[u8] = include_bytes!("../../tests/data/keys/c.cert.der");
pub(crate) const SHORT_CERT: &[u8] = include_bytes!("../../tests/data/keys/short.cert.der");
pub(crate) const EC_CERT: &[u8] = include_bytes!("../../tests/data/keys/ec.cert.der");
pub(crate) const A_SPKI: &[u8] = include_bytes!("../../tests/data/keys/a.spki.der");
pub(crate) const A_PRIVATE: &[u8] = include_bytes!("../../tests/data/keys/a.pk8.der");
pub(crate) const D_SPKI: &[u8] = include_bytes!("../../tests/data/keys/d.spki.der");

/// Returns what openssl computed.
pub(crate) fn openssl_says(what: &str) -> &'static str {
    let lines = include_str!("../../tests/data/keys/openssl-says.txt").lines();
    let mut pairs = lines.filter_map(|line| line.split_once(' '));
    pairs.find(|(name, _)| *name == what).unwrap_or_else(|| panic!("openssl says nothing of {what}")).1
}

pub(crate) fn x5t(certificate: &[u8]) -> String {
    X5t::of_certificate(certificate).to_string()
}

/// Builds an entry of metadata/json/1 around a certificate.
pub(crate) fn metadata_entry(certificate: &[u8]) -> Value {
    json!({
        "usage": "signing",
        "keyinfo": { "x5t": x5t(certificate) },
        "keyvalue": { "type": "x509Certificate", "value": BASE64_STANDARD.encode(certificate) },
    })
}

/// Builds a metadata/json/1 document of Exchange.
pub(crate) fn metadata(entries: &[Value]) -> Value {
    json!({
        "id": "_70b34511-d105-4e2b-9675-39f53305bb01",
        "version": "1.0",
        "name": "Exchange",
        "realm": "*",
        "serviceName": "00000002-0000-0ff1-ce00-000000000000",
        "issuer": "00000002-0000-0ff1-ce00-000000000000@*",
        "allowedAudiences": ["00000002-0000-0ff1-ce00-000000000000@*"],
        "keys": entries,
        "endpoints": [
            { "location": "https://mail.contoso.com/autodiscover/metadata/json/1", "protocol": "OAuth2", "usage": "metadata" }
        ],
    })
}

/// Builds a JWK with certificate, modulus, exponent, thumbprint and kid, as Entra publishes them.
pub(crate) fn jwk(certificate: &[u8]) -> Value {
    let (facts, key) = super::certificate::parse(certificate, &crate::budget::Budget::DEFAULT).unwrap();
    let mut jwk = bare_jwk(&key.unwrap(), &facts.x5t.to_string());
    jwk["x5t"] = json!(facts.x5t.to_string());
    jwk["x5c"] = json!([BASE64_STANDARD.encode(certificate)]);
    jwk
}

/// Builds a JWK of modulus, exponent and kid.
pub(crate) fn bare_jwk(key: &RsaPublicKey, kid: &str) -> Value {
    let exponent = key.exponent().to_be_bytes();
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
    json!({
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "n": BASE64_URL_SAFE_NO_PAD.encode(key.modulus()),
        "e": BASE64_URL_SAFE_NO_PAD.encode(&exponent[zeros..]),
    })
}

pub(crate) fn jwks(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
