//! The peers, set up as their users set them up, with every check that they have switched on.
//!
//! Those that are heavy to build stand behind the feature `peers`.

#[cfg(feature = "peers")]
mod heavy;
mod provider;

use std::collections::HashSet;

use serde::Deserialize;
use token_core::keys::KeySet;

pub(crate) use provider::install;

/// Another library that validates tokens.
pub struct Peer {
    /// Name, major version, cryptography.
    pub name: &'static str,
    accepts: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Peer {
    fn new(name: &'static str, accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self { name, accepts: Box::new(accepts) }
    }

    /// Returns whether the peer accepts the token.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        (self.accepts)(token)
    }
}

/// Makes the peers for one audience and issuer; the first of them is what everybody is compared with.
///
/// # Panics
/// If a peer cannot read the key.
#[must_use]
pub fn peers(keys: &KeySet, audience: &str, issuer: &str) -> Vec<Peer> {
    let setup = Setup::new(keys, audience, issuer);
    let (eleven, nine) = (jsonwebtoken_11(&setup), jsonwebtoken_9(&setup));
    let peers =
        vec![Peer::new("jsonwebtoken 11, aws-lc-rs", eleven), Peer::new("jsonwebtoken 9, ring", nine)];
    #[cfg(feature = "peers")]
    let peers = peers.into_iter().chain(heavy::peers(&setup)).collect();
    peers
}

/// What every peer is set up with.
struct Setup<'s> {
    /// Modulus and exponent as base64url, the way the users of JWKS have them.
    modulus: String,
    exponent: String,
    audience: &'s str,
    issuer: &'s str,
}

impl<'s> Setup<'s> {
    fn new(keys: &KeySet, audience: &'s str, issuer: &'s str) -> Self {
        use base64::Engine;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let Some(key) = keys.keys().first() else { panic!("no key") };
        let exponent = key.rsa().exponent().to_be_bytes();
        let exponent: Vec<u8> = exponent.into_iter().skip_while(|byte| *byte == 0).collect();
        Self {
            modulus: engine.encode(key.rsa().modulus()),
            exponent: engine.encode(exponent),
            audience,
            issuer,
        }
    }
}

/// The claims that the checks need; a peer that deserializes less does less work than its users make it do.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read by serde alone")]
struct Claims {
    aud: String,
    iss: String,
    nbf: u64,
    exp: u64,
    nameid: Option<String>,
    upn: Option<String>,
    tid: Option<String>,
    scp: Option<String>,
    appid: Option<String>,
}

macro_rules! jsonwebtoken {
    ($name:ident, $jsonwebtoken:ident) => {
        fn $name(setup: &Setup<'_>) -> impl Fn(&str) -> bool + Send + Sync + 'static {
            install();
            let key = $jsonwebtoken::DecodingKey::from_rsa_components(&setup.modulus, &setup.exponent);
            let key = key.unwrap_or_else(|error| panic!("the peer's key: {error}"));
            let mut validation = $jsonwebtoken::Validation::new($jsonwebtoken::Algorithm::RS256);
            validation.set_audience(&[setup.audience]);
            validation.set_issuer(&[setup.issuer]);
            // The tokens are of a fixed time; 31 years of leeway make the comparison succeed, and it costs the same.
            validation.leeway = 1_000_000_000;
            validation.validate_nbf = true;
            validation.required_spec_claims = HashSet::from(["aud", "iss", "exp", "nbf"].map(str::to_owned));
            move |token| $jsonwebtoken::decode::<Claims>(token, &key, &validation).is_ok()
        }
    };
}

jsonwebtoken!(jsonwebtoken_11, jsonwebtoken);
jsonwebtoken!(jsonwebtoken_9, jsonwebtoken9);

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, Shape};

    use super::*;

    #[test]
    fn every_peer_accepts_its_token_and_refuses_a_changed_one() {
        let fixture = Fixture::of(2);
        for shape in [Shape::S2sNumbers, Shape::Entra] {
            let (audience, issuer) = fixture.names(shape);
            let all = peers(fixture.keys(), &audience, &issuer);
            let others = peers(fixture.keys(), "another", &issuer);
            for (peer, other) in all.iter().zip(&others) {
                let token = &fixture.tokens(shape)[0];
                assert!(peer.accepts(token), "{}", peer.name);
                let (rest, _) = token.rsplit_once('.').unwrap();
                let (_, signature) = fixture.tokens(shape)[1].rsplit_once('.').unwrap();
                assert!(!peer.accepts(&format!("{rest}.{signature}")), "{}: signature", peer.name);
                assert!(!other.accepts(token), "{}: audience", peer.name);
            }
        }
    }
}
