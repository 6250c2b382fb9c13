//! The peers behind the feature `peers`.
//!
//! josekit is built on the OpenSSL of the system. jwt-simple is built on Rust alone: its other choice, BoringSSL, needs
//! cmake and libclang, and two libraries of OpenSSL's kind do not go well into one process.

use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::RS256;
use josekit::jwt::JwtPayloadValidator;
use jwt_simple::algorithms::{RS256PublicKey, RSAPublicKeyLike};
use jwt_simple::common::VerificationOptions;
use serde::Deserialize;

use super::provider::on_rust_crypto;
use super::{Peer, Setup, jsonwebtoken_11};
use crate::NOW;

/// The claims beside the registered ones, which jwt-simple reads by itself.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read by serde alone")]
struct Beside {
    nameid: Option<String>,
    upn: Option<String>,
    tid: Option<String>,
    scp: Option<String>,
    appid: Option<String>,
}

pub(super) fn peers(setup: &Setup<'_>) -> Vec<Peer> {
    let eleven = jsonwebtoken_11(setup);
    vec![
        Peer::new("jsonwebtoken 11, RustCrypto", move |token| on_rust_crypto(|| eleven(token))),
        Peer::new("josekit 0.10, OpenSSL", josekit(setup)),
        Peer::new("jwt-simple 0.15, pure Rust", jwt_simple(setup)),
    ]
}

fn josekit(setup: &Setup<'_>) -> impl Fn(&str) -> bool + Send + Sync + 'static {
    let mut key = Jwk::new("RSA");
    for (name, value) in [("n", &setup.modulus), ("e", &setup.exponent)] {
        let set = key.set_parameter(name, Some(value.clone().into()));
        set.unwrap_or_else(|error| panic!("the peer's key: {error}"));
    }
    let verifier = RS256.verifier_from_jwk(&key).unwrap_or_else(|error| panic!("the peer's key: {error}"));
    let mut validator = JwtPayloadValidator::new();
    validator.set_base_time(UNIX_EPOCH + Duration::from_secs(NOW));
    validator.set_audience(setup.audience);
    validator.set_issuer(setup.issuer);
    move |token| {
        josekit::jwt::decode_with_verifier(token, &verifier)
            .is_ok_and(|(payload, _)| validator.validate(&payload).is_ok())
    }
}

fn jwt_simple(setup: &Setup<'_>) -> impl Fn(&str) -> bool + Send + Sync + 'static {
    let bytes = |text| URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("the peer's key: {error}"));
    let key = RS256PublicKey::from_components(&bytes(&setup.modulus), &bytes(&setup.exponent));
    let key = key.unwrap_or_else(|error| panic!("the peer's key: {error}"));
    let options = VerificationOptions {
        allowed_audiences: Some(HashSet::from([setup.audience.to_owned()])),
        allowed_issuers: Some(HashSet::from([setup.issuer.to_owned()])),
        artificial_time: Some(jwt_simple::prelude::UnixTimeStamp::from_secs(NOW)),
        ..VerificationOptions::default()
    };
    // The options are taken by value: who reuses them clones them.
    move |token| key.verify_token::<Beside>(token, Some(options.clone())).is_ok()
}
