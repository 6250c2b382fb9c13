//! Messages of federated delegation, and validators for them: those of the test vectors, and what a sender can make of them.

use aws_lc_rs::cipher::{
    AES_256, EncryptingKey, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use test_vectors::{DauthGroup, DauthTest};
use token_core::dauth::policy::DauthPolicy;
use token_core::dauth::{DauthValidator, OwnKeys, Received};
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::signature::Backend;
use token_core::{Budget, UnixTime};

/// A message that is valid, and the group of vectors that it is from.
pub struct Sample {
    group: DauthGroup,
    test: DauthTest,
}

impl Sample {
    /// Finds a vector.
    ///
    /// # Panics
    /// If there is none of that name.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let files = test_vectors::load_dauth().unwrap_or_else(|error| panic!("the vectors: {error}"));
        for group in files.into_iter().flat_map(|file| file.test_groups) {
            if let Some(test) = group.tests.iter().find(|test| test.id == id) {
                return Self { test: test.clone(), group };
            }
        }
        panic!("no vector {id}");
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.test.bytes().unwrap_or_default()
    }

    /// Returns the time at which it is judged.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.test.now)
    }

    /// Makes a validator that accepts it, with the issuer's keys prepared for a backend.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn validator(&self, backend: Backend) -> DauthValidator<KeySet> {
        let policy = DauthPolicy::from_json(&self.group.policy.to_string());
        let policy = policy.unwrap_or_else(|error| panic!("the vector's policy: {error}"));
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.backend(backend);
        for source in &self.group.keys {
            builder.add(&source.issuer, &source.source, &source.bytes().unwrap_or_default());
        }
        let mut own = OwnKeys::new();
        for key in &self.group.own_keys {
            let added = own.add(&der(&key.private_key), Some(&der(&key.certificate)));
            added.unwrap_or_else(|error| panic!("{}: {error}", key.source));
        }
        let validator = DauthValidator::new(policy, builder.build().keys, own);
        let judged = validator.validate(Received::message(&self.message()), self.now());
        judged.unwrap_or_else(|rejection| panic!("{}: {rejection}", self.test.id));
        validator
    }

    /// Returns what seals texts for the first of the group's own keys.
    ///
    /// # Panics
    /// If the vector's key is none.
    #[must_use]
    pub fn sealer(&self) -> Sealer {
        let key = self.group.own_keys.first().map(|key| der(&key.private_key)).unwrap_or_default();
        let key =
            PrivateDecryptingKey::from_pkcs8(&key).unwrap_or_else(|error| panic!("the own key: {error}"));
        let Ok(key) = OaepPublicEncryptingKey::new(key.public_key()) else {
            panic!("the own key is not for OAEP")
        };
        Sealer { key, sample: String::from_utf8_lossy(&self.message()).into_owned() }
    }
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(lines).unwrap_or_default()
}

/// Makes encrypted tokens (aes256-cbc, rsa-oaep-mgf1p) out of one that is a sample.
pub struct Sealer {
    key: OaepPublicEncryptingKey,
    sample: String,
}

/// The session key of all tokens, and their vector: secrets of nobody.
pub const SESSION_KEY: [u8; 32] = [0x42; 32];
const VECTOR: [u8; 16] = [0x24; 16];

impl Sealer {
    /// Encrypts a session key of any length.
    #[must_use]
    pub fn wrap(&self, session_key: &[u8]) -> Vec<u8> {
        let mut out = vec![0; self.key.ciphertext_size()];
        let wrapped = self.key.encrypt(&OAEP_SHA1_MGF1SHA1, session_key, &mut out, None);
        wrapped.map(|wrapped| wrapped.to_vec()).unwrap_or_else(|_| panic!("a session key too long"))
    }

    /// Encrypts a text under [`SESSION_KEY`], padded as it should be.
    #[must_use]
    pub fn encrypt(&self, text: &[u8]) -> Vec<u8> {
        let key = UnboundCipherKey::new(&AES_256, &SESSION_KEY).and_then(PaddedBlockEncryptingKey::cbc_pkcs7);
        let Ok(key) = key else { panic!("no key of AES") };
        let mut text = text.to_vec();
        let sealed = key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(&VECTOR)));
        assert!(sealed.is_ok(), "no ciphertext");
        [&VECTOR[..], &text].concat()
    }

    /// Encrypts whole blocks under [`SESSION_KEY`], whatever their padding is.
    #[must_use]
    pub fn encrypt_blocks(&self, blocks: &[u8]) -> Vec<u8> {
        let key = UnboundCipherKey::new(&AES_256, &SESSION_KEY).and_then(EncryptingKey::cbc);
        let Ok(key) = key else { panic!("no key of AES") };
        let mut text = blocks.to_vec();
        let sealed = key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(&VECTOR)));
        assert!(sealed.is_ok(), "no whole blocks");
        [&VECTOR[..], &text].concat()
    }

    /// Puts an encrypted key and a ciphertext into the sample's place for them.
    ///
    /// # Panics
    /// If the sample has not exactly the two.
    #[must_use]
    pub fn message(&self, key: &[u8], data: &[u8]) -> Vec<u8> {
        const OPENING: &str = "<xenc:CipherValue>";
        let parts: Vec<&str> = self.sample.split(OPENING).collect();
        let behind = |part: &str| part.find('<').map(|end| part[end..].to_owned());
        let [before, key_part, data_part] = parts[..] else { panic!("not two values") };
        let (Some(between), Some(after)) = (behind(key_part), behind(data_part)) else {
            panic!("values without end")
        };
        let (key, data) = (BASE64_STANDARD.encode(key), BASE64_STANDARD.encode(data));
        format!("{before}{OPENING}{key}{between}{OPENING}{data}{after}").into_bytes()
    }
}
