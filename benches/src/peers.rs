//! The peers, set up as their users set them up, with every check that they have switched on.

use std::collections::HashSet;

use serde::Deserialize;
use token_core::keys::KeySet;

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

/// Modulus and exponent of the key, as base64url, the way JWKS users have them.
fn components(keys: &KeySet) -> (String, String) {
    use base64::Engine;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let Some(key) = keys.keys().first() else { panic!("no key") };
    let exponent = key.rsa().exponent().to_be_bytes();
    let exponent: Vec<u8> = exponent.into_iter().skip_while(|byte| *byte == 0).collect();
    (engine.encode(key.rsa().modulus()), engine.encode(exponent))
}

macro_rules! jsonwebtoken {
    ($name:ident, $jsonwebtoken:ident, $doc:literal) => {
        #[doc = $doc]
        pub struct $name {
            key: $jsonwebtoken::DecodingKey,
            validation: $jsonwebtoken::Validation,
        }

        impl $name {
            /// Makes a peer for one audience and issuer.
            ///
            /// # Panics
            /// If the key cannot be read.
            #[must_use]
            pub fn new(keys: &KeySet, audience: &str, issuer: &str) -> Self {
                let (n, e) = components(keys);
                let key = $jsonwebtoken::DecodingKey::from_rsa_components(&n, &e);
                let key = key.unwrap_or_else(|e| panic!("the peer's key: {e}"));
                let mut validation = $jsonwebtoken::Validation::new($jsonwebtoken::Algorithm::RS256);
                validation.set_audience(&[audience]);
                validation.set_issuer(&[issuer]);
                // The tokens are of a fixed time; 31 years of leeway make the comparison succeed, and it costs the same.
                validation.leeway = 1_000_000_000;
                validation.validate_nbf = true;
                validation.required_spec_claims =
                    HashSet::from(["aud", "iss", "exp", "nbf"].map(str::to_owned));
                Self { key, validation }
            }

            /// Returns whether the peer accepts the token.
            #[must_use]
            pub fn accepts(&self, token: &str) -> bool {
                $jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation).is_ok()
            }
        }
    };
}

jsonwebtoken!(Jsonwebtoken11, jsonwebtoken, "`jsonwebtoken` 11 on aws-lc-rs.");
jsonwebtoken!(Jsonwebtoken9, jsonwebtoken9, "`jsonwebtoken` 9 on ring.");
