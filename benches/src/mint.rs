//! Mints tokens with `jsonwebtoken`: another's signer, so that ours cannot agree with itself.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::NOW;

/// The tenant of all tokens.
pub const TENANT: &str = "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
/// The URL of the resource, for Entra tokens.
pub const RESOURCE: &str = "https://mail.contoso.com/";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const ACS: &str = "00000001-0000-0000-c000-000000000000";
const OUTLOOK: &str = "d3590ed6-52b3-4102-aeff-aad2292ab01c";

/// The private key of the test vectors' STS.
const KEY: &[u8] = include_bytes!("../../test-vectors/keys/acs-current.key.pem");

/// Mints tokens that name one key.
pub struct Mint {
    key: EncodingKey,
    x5t: String,
}

impl Mint {
    /// Makes a mint whose tokens carry this thumbprint.
    ///
    /// # Panics
    /// If the committed key is broken.
    #[must_use]
    pub fn new(x5t: String) -> Self {
        crate::peers::install();
        let key = EncodingKey::from_rsa_pem(KEY).unwrap_or_else(|e| panic!("the committed key: {e}"));
        Self { key, x5t }
    }

    /// An actor token of the STS with times as strings, as in 2012. `number` makes it distinct.
    #[must_use]
    pub fn actor(&self, number: usize) -> String {
        self.sign(&actor_claims(number, &|secs| Value::String(secs.to_string())))
    }

    /// The same with times as numbers, for peers that read no strings there.
    #[must_use]
    pub fn actor_with_numbers(&self, number: usize) -> String {
        self.sign(&actor_claims(number, &|secs| json!(secs)))
    }

    /// An unsigned outer token around an actor token.
    #[must_use]
    pub fn outer(&self, number: usize) -> String {
        let claims = json!({
            "aud": format!("{EXCHANGE}/mail.contoso.com@{TENANT}"),
            "iss": format!("{EXCHANGE}@{TENANT}"),
            "nbf": NOW - 60,
            "exp": NOW + 3000,
            "nameid": format!("1003200{number:09X}"),
            "nii": "urn:federation:MicrosoftOnline",
            "actortoken": self.actor(number),
        });
        format!(
            "{}.{}.",
            base64url(br#"{"typ":"JWT","alg":"none"}"#),
            base64url(claims.to_string().as_bytes())
        )
    }

    /// An Entra access token of version 1.0 for a user, with the claims that real ones have.
    #[must_use]
    pub fn entra(&self, number: usize) -> String {
        self.sign(&json!({
            "aud": RESOURCE, "iss": format!("https://sts.windows.net/{TENANT}/"),
            "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 4000, "acct": 0, "acr": "1",
            "aio": format!("AVQAq/8TAAAA{number:060}"), "amr": ["pwd", "mfa"],
            "appid": OUTLOOK, "appidacr": "0",
            "deviceid": "6a2f1a70-1d3c-4c55-9c2d-1f0f2f6a7b11", "family_name": "Vance", "given_name": "Adele",
            "ipaddr": "203.0.113.7", "name": "Adele Vance", "oid": "3e6ec8c9-8b30-4d7f-a1cd-0b07a7f0f2a5",
            "onprem_sid": "S-1-5-21-2127521184-1604012920-1887927527-2963467", "puid": "10032001E2CBE43B",
            "rh": format!("0.AXoA{number:044}"), "scp": "EWS.AccessAsUser.All",
            "sid": "00b0a1c2-7a66-41c2-8d8e-8a0d5f1b9a4e", "sub": "mM3yZb0a3c8r5b1uVYq1WJr1o9hZk6b0c2d4e6f8g0h",
            "tid": TENANT, "unique_name": "adele@contoso.com", "upn": "adele@contoso.com",
            "uti": format!("{number:022}"), "ver": "1.0", "wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"],
            "xms_st": {"sub": "q1w2e3r4t5z6u7i8o9p0a1s2d3f4g5h6j7k8l9y0x1c"}, "xms_tcdt": 1_441_207_011
        }))
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.x5t = Some(self.x5t.clone());
        encode(&header, claims, &self.key).unwrap_or_else(|e| panic!("signing: {e}"))
    }
}

/// The public key of all tokens, as a DER `RSAPublicKey` (RFC 8017, A.1.1).
///
/// # Panics
/// If the committed key is broken.
#[must_use]
pub fn public_key_der() -> Vec<u8> {
    use base64::Engine;
    use ring::signature::{KeyPair, RsaKeyPair};
    let lines = KEY.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"-"));
    let pkcs8 = base64::engine::general_purpose::STANDARD.decode(lines.collect::<Vec<_>>().concat());
    let pkcs8 = pkcs8.unwrap_or_else(|error| panic!("the committed key: {error}"));
    let pair = RsaKeyPair::from_pkcs8(&pkcs8).unwrap_or_else(|error| panic!("the committed key: {error}"));
    pair.public_key().as_ref().to_vec()
}

fn actor_claims(number: usize, time: &dyn Fn(u64) -> Value) -> Value {
    json!({
        "aud": format!("{EXCHANGE}/mail.contoso.com@{TENANT}"),
        "iss": format!("{ACS}@{TENANT}"),
        "nbf": time(NOW - 60 - u64::try_from(number).unwrap_or(0)),
        "exp": time(NOW + 3600),
        "nameid": format!("{EXCHANGE}@{TENANT}"),
        "identityprovider": format!("{ACS}@{TENANT}"),
    })
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
