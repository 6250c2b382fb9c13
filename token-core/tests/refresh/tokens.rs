//! Signing keys, the documents that publish them, and tokens of the STS signed with them.

use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use token_core::UnixTime;
use token_core::keys::X5t;

use crate::authority::signing_certificate;

pub(crate) const ACS: &str = "00000001-0000-0000-c000-000000000000@*";
/// The time of judgement. Tokens do not depend on the clock of the machine.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

const PRIVATE: [&[u8]; 3] = [
    include_bytes!("../data/refresh/0.pk8.der"),
    include_bytes!("../data/refresh/1.pk8.der"),
    include_bytes!("../data/refresh/2.pk8.der"),
];

/// A signing key. Neighbours have different RSA keys; every number has a certificate of its own.
pub(crate) struct SigningKey {
    rsa: RsaKeyPair,
    pub(crate) certificate: Vec<u8>,
}

impl SigningKey {
    pub(crate) fn new(number: usize) -> Self {
        let private = PRIVATE[number % PRIVATE.len()];
        Self {
            rsa: RsaKeyPair::from_pkcs8(private).unwrap(),
            certificate: signing_certificate(private, number as u64),
        }
    }

    pub(crate) fn x5t(&self) -> X5t {
        X5t::of_certificate(&self.certificate)
    }

    pub(crate) fn token(&self) -> String {
        token(&self.x5t().to_string(), |message| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        })
    }
}

/// A token with an invented key id and an invented signature, which costs its maker next to nothing.
pub(crate) fn invented(number: u64) -> String {
    static REST: LazyLock<String> = LazyLock::new(|| {
        let token = token("", |_| vec![1; 256]);
        token[token.find('.').unwrap()..].to_owned()
    });
    let mut x5t = [0x5a; 20];
    x5t[..8].copy_from_slice(&number.to_be_bytes());
    let header = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{}"}}"#, X5t::from_bytes(x5t));
    BASE64_URL_SAFE_NO_PAD.encode(header) + &REST
}

fn token(x5t: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let tenant = "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": x5t });
    let claims = json!({
        "aud": format!("00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@{tenant}"),
        "iss": format!("00000001-0000-0000-c000-000000000000@{tenant}"),
        "nbf": NOW.as_secs().to_string(),
        "exp": (NOW.as_secs() + 3600).to_string(),
        "nameid": format!("00000002-0000-0ff1-ce00-000000000000@{tenant}"),
        "identityprovider": format!("00000001-0000-0000-c000-000000000000@{tenant}"),
    });
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// The metadata/json/1 document of the STS.
pub(crate) fn metadata<'k>(keys: impl IntoIterator<Item = &'k SigningKey>) -> String {
    let entry = |key: &SigningKey| {
        json!({
            "usage": "signing",
            "keyinfo": { "x5t": key.x5t().to_string() },
            "keyvalue": { "type": "x509Certificate", "value": BASE64_STANDARD.encode(&key.certificate) },
        })
    };
    json!({
        "version": "1.0",
        "realm": "*",
        "serviceName": "00000001-0000-0000-c000-000000000000",
        "issuer": ACS,
        "keys": keys.into_iter().map(entry).collect::<Vec<_>>(),
    })
    .to_string()
}
