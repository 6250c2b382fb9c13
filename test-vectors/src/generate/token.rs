//! Tokens as this crate writes them: a header, claims and a signature, each well-formed or not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;

use crate::keys;
use crate::object::Object;

/// One layer of a token.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) header: Object,
    pub(crate) claims: Object,
    pub(crate) signer: Signer,
}

/// What stands in the third part.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    /// RS256 with one of our keys.
    Key(&'static str),
    /// HS256 with a secret.
    Secret(Vec<u8>),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Layer {
    /// Sets a header member.
    pub(crate) fn h(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.set(name, value);
        self
    }

    pub(crate) fn without_h(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Sets a claim.
    pub(crate) fn c(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.set(name, value);
        self
    }

    /// Sets a claim to a value as it is spelled.
    pub(crate) fn raw(mut self, name: &str, value: &str) -> Self {
        self.claims.set_raw(name, value);
        self
    }

    /// Adds a claim whatever is there, with its name as it is spelled.
    pub(crate) fn also(mut self, name: &str, value: &str) -> Self {
        self.claims.push_raw(name, value);
        self
    }

    /// Adds a header member whatever is there.
    pub(crate) fn also_h(mut self, name: &str, value: &str) -> Self {
        self.header.push_raw(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    pub(crate) fn signed_by(mut self, key: &'static str) -> Self {
        self.signer = Signer::Key(key);
        self
    }

    /// Signs with a key and names it by its thumbprint alone.
    pub(crate) fn by(self, key: &'static str) -> Self {
        self.without_h("kid").h("x5t", keys::x5t(key)).signed_by(key)
    }

    pub(crate) fn signature(mut self, bytes: &[u8]) -> Self {
        self.signer = Signer::Bytes(bytes.to_vec());
        self
    }

    pub(crate) fn unsigned(self) -> Self {
        self.signature(b"")
    }

    pub(crate) fn secret(mut self, secret: &[u8]) -> Self {
        self.signer = Signer::Secret(secret.to_vec());
        self
    }

    /// Sets `nbf` and `exp` as numbers.
    pub(crate) fn times(self, nbf: u64, exp: u64) -> Self {
        self.c("nbf", nbf).c("exp", exp)
    }

    /// Sets `nbf` and `exp` as strings.
    pub(crate) fn text_times(self, nbf: u64, exp: u64) -> Self {
        self.c("nbf", nbf.to_string()).c("exp", exp.to_string())
    }

    /// Puts an actor token into this outer token.
    pub(crate) fn around(self, actor: &Self) -> Self {
        self.around_text(&actor.compact())
    }

    pub(crate) fn around_text(self, actor: &str) -> Self {
        self.c("actortoken", actor)
    }

    /// The three parts, encoded.
    pub(crate) fn parts(&self) -> [String; 3] {
        parts_of(self.header.text().as_bytes(), self.claims.text().as_bytes(), &self.signer)
    }

    pub(crate) fn compact(&self) -> String {
        self.parts().join(".")
    }

    /// The token with a header of other bytes, signed over them.
    pub(crate) fn with_header_bytes(&self, header: &[u8]) -> String {
        parts_of(header, self.claims.text().as_bytes(), &self.signer).join(".")
    }

    /// The token with claims of other bytes, signed over them.
    pub(crate) fn with_claims_bytes(&self, claims: &[u8]) -> String {
        parts_of(self.header.text().as_bytes(), claims, &self.signer).join(".")
    }
}

fn parts_of(header: &[u8], claims: &[u8], signer: &Signer) -> [String; 3] {
    let (header, claims) = (b64(header), b64(claims));
    let message = format!("{header}.{claims}");
    let signature = match signer {
        Signer::Key(name) => keys::sign(name, message.as_bytes()),
        Signer::Secret(secret) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
        Signer::Bytes(bytes) => bytes.clone(),
    };
    [header, claims, b64(&signature)]
}

/// Base64url without padding.
pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs three parts that were changed by hand: the first two as they stand.
pub(crate) fn signed_text(header: &str, claims: &str, key: &str) -> String {
    let message = format!("{header}.{claims}");
    format!("{message}.{}", b64(&keys::sign(key, message.as_bytes())))
}
