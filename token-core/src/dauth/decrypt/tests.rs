#![allow(clippy::arithmetic_side_effects, reason = "tests compute with numbers of their own")]

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey};

use super::*;
use crate::dauth::encrypted::Cipher;
use crate::dauth::names::saml;
use crate::keys::Ski;
use crate::keys::testdata::{A_PRIVATE, A_SPKI};

const ASSERTION: &str =
    "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion'>\u{fc}</saml:Assertion>";

const CIPHERS: [Cipher; 4] = [Cipher::Aes128Cbc, Cipher::Aes256Cbc, Cipher::Aes128Gcm, Cipher::Aes256Gcm];

const VECTOR: [u8; 16] = [0x33; 16];

const SESSION_KEY: [u8; MAX_KEY] = [0x44; MAX_KEY];

fn decoy() -> Decoy {
    Decoy::new(&Ski::from_bytes(&[7; 20]).unwrap(), 256, DecoyMethod::RsaSha256)
}

fn own_keys() -> OwnKeys {
    let mut keys = OwnKeys::new();
    keys.add(A_PRIVATE, None).unwrap();
    keys
}

/// What a sender makes: the session key for the recipient, and the ciphertext.
struct Token {
    transport: KeyTransport,
    cipher: Cipher,
    key: Vec<u8>,
    data: Vec<u8>,
}

impl Token {
    fn of(cipher: Cipher, text: &[u8]) -> Self {
        let data = encrypt(&cipher, &SESSION_KEY[..key_len(&cipher)], text);
        let key = wrap(&OAEP_SHA1_MGF1SHA1, &SESSION_KEY[..key_len(&cipher)]);
        Self { transport: KeyTransport::OaepSha1, cipher, key, data }
    }

    /// Opens the token: the text if there is one, else the length of the decoy.
    fn open(&self) -> Result<Vec<u8>, usize> {
        let keys = own_keys();
        let token =
            Sealed { transport: &self.transport, cipher: &self.cipher, key: &self.key, data: &self.data };
        let is_assertion = |root: Node<'_>| root.is(saml::ASSERTION);
        let key = keys.iter().next().unwrap();
        let plaintext = open(token, key, &decoy(), &Budget::DEFAULT, is_assertion);
        // Whatever comes out can be walked.
        let text = Text::scan(plaintext.bytes(), &Budget::DEFAULT).unwrap();
        assert!(text.parse(&Budget::DEFAULT).unwrap().root().unwrap().is(saml::ASSERTION));
        match bool::from(plaintext.is_real()) {
            true => Ok(plaintext.bytes().to_vec()),
            false => {
                assert_ne!(plaintext.bytes(), ASSERTION.as_bytes());
                Err(plaintext.bytes().len())
            }
        }
    }
}

fn wrap(algorithm: &'static OaepAlgorithm, session_key: &[u8]) -> Vec<u8> {
    let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(A_SPKI).unwrap()).unwrap();
    let mut out = vec![0; public.ciphertext_size()];
    public.encrypt(algorithm, session_key, &mut out, None).unwrap().to_vec()
}

fn encrypt(cipher: &Cipher, key: &[u8], text: &[u8]) -> Vec<u8> {
    let block = if *cipher == Cipher::TripleDesCbc { 8 } else { 16 };
    let padding = block - text.len() % block;
    // ISO 10126: the last byte counts, the others are noise.
    let noise = vec![0xee; padding - 1];
    let padded = [text, &noise, &[u8::try_from(padding).unwrap()]].concat();
    match cipher {
        Cipher::Aes128Gcm | Cipher::Aes256Gcm => {
            let algorithm =
                if *cipher == Cipher::Aes128Gcm { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).unwrap());
            let vector: [u8; 12] = VECTOR[..12].try_into().unwrap();
            let mut data = text.to_vec();
            key.seal_in_place_append_tag(Nonce::from(&vector), Aad::empty(), &mut data).unwrap();
            [&vector[..], &data].concat()
        }
        _ => encrypt_blocks(cipher, key, padded),
    }
}

/// Encrypts whole blocks in CBC mode, whatever their padding is.
fn encrypt_blocks(cipher: &Cipher, key: &[u8], mut blocks: Vec<u8>) -> Vec<u8> {
    #[cfg(feature = "legacy-3des")]
    if *cipher == Cipher::TripleDesCbc {
        use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
        let mut encryptor = cbc::Encryptor::<des::TdesEde3>::new_from_slices(key, &VECTOR[..8]).unwrap();
        for block in blocks.chunks_mut(8) {
            encryptor.encrypt_block(block.try_into().unwrap());
        }
        return [&VECTOR[..8], &blocks].concat();
    }
    let algorithm = if *cipher == Cipher::Aes128Cbc { &AES_128 } else { &AES_256 };
    let key = EncryptingKey::cbc(UnboundCipherKey::new(algorithm, key).unwrap()).unwrap();
    let context = EncryptionContext::Iv128(FixedLength::from(&VECTOR));
    key.less_safe_encrypt(&mut blocks, context).unwrap();
    [&VECTOR[..], &blocks].concat()
}

/// The decoy for a ciphertext of that length: what everything that goes wrong must come to.
fn refused(token: &Token) -> Result<Vec<u8>, usize> {
    Err(decoy().text(token.data.len()).len())
}

#[test]
fn token_of_every_algorithm_opened() {
    for cipher in CIPHERS {
        assert_eq!(Token::of(cipher.clone(), ASSERTION.as_bytes()).open().unwrap(), ASSERTION.as_bytes());
        let mut token = Token::of(cipher, ASSERTION.as_bytes());
        token.transport = KeyTransport::OaepSha256;
        token.key = wrap(&OAEP_SHA256_MGF1SHA256, &SESSION_KEY[..key_len(&token.cipher)]);
        assert_eq!(token.open().unwrap(), ASSERTION.as_bytes());
    }
}

#[test]
fn token_opened_for_inspection_whatever_is_inside_and_not_if_it_is_damaged() {
    let keys = own_keys();
    let key = keys.iter().next().unwrap();
    let opened = |token: &Token| {
        let sealed =
            Sealed { transport: &token.transport, cipher: &token.cipher, key: &token.key, data: &token.data };
        open_for_inspection(sealed, key).map(|text| text.to_vec())
    };
    for cipher in CIPHERS {
        for text in [ASSERTION.as_bytes(), b"no XML \xff", b""] {
            assert_eq!(opened(&Token::of(cipher.clone(), text)).as_deref(), Some(text), "{cipher}");
        }
        let mut token = Token::of(cipher, ASSERTION.as_bytes());
        token.key[100] ^= 1;
        assert_eq!(opened(&token), None);
    }
    let mut token = Token::of(Cipher::Aes256Gcm, ASSERTION.as_bytes());
    token.data[20] ^= 1;
    assert_eq!(opened(&token), None);
}

#[cfg(feature = "legacy-3des")]
#[test]
fn token_of_triple_des_opened() {
    let token = Token::of(Cipher::TripleDesCbc, ASSERTION.as_bytes());
    assert_eq!(token.open().unwrap(), ASSERTION.as_bytes());
}

#[cfg(not(feature = "legacy-3des"))]
#[test]
fn token_of_triple_des_without_the_feature_refused() {
    let mut token = Token::of(Cipher::Aes128Cbc, ASSERTION.as_bytes());
    token.cipher = Cipher::TripleDesCbc;
    assert_eq!(token.open(), refused(&token));
}

#[test]
fn token_padded_to_every_length_opened() {
    for spaces in 0..16 {
        let text = format!("{ASSERTION}{}", " ".repeat(spaces));
        assert_eq!(Token::of(Cipher::Aes256Cbc, text.as_bytes()).open().unwrap(), text.as_bytes());
    }
}

#[test]
fn session_key_that_is_wrong_makes_a_decoy() {
    for cipher in CIPHERS {
        let whole = Token::of(cipher.clone(), ASSERTION.as_bytes());
        let len = key_len(&cipher);
        let keys = [
            // Nothing that RSA can open, in three ways, and what was made for the other digests.
            vec![],
            vec![0xff; 256],
            vec![1; 255],
            wrap(&OAEP_SHA256_MGF1SHA256, &SESSION_KEY[..len]),
            // Keys that are too short, too long, empty, or another.
            wrap(&OAEP_SHA1_MGF1SHA1, &SESSION_KEY[..len - 1]),
            wrap(&OAEP_SHA1_MGF1SHA1, &[&SESSION_KEY[..len], &[0x44]].concat()),
            wrap(&OAEP_SHA1_MGF1SHA1, &[0x44; 200]),
            wrap(&OAEP_SHA1_MGF1SHA1, &[]),
            wrap(&OAEP_SHA1_MGF1SHA1, &vec![0x45; len]),
        ];
        for key in keys {
            let token = Token {
                key,
                data: whole.data.clone(),
                cipher: cipher.clone(),
                ..Token::of(cipher.clone(), b"")
            };
            assert_eq!(token.open(), refused(&token), "{cipher}");
        }
    }
}

#[test]
fn padding_of_none_or_more_than_a_block_refused() {
    // The text is well-formed with any of these bytes off, so that nothing but the padding can be wrong.
    let padded = |last: u8| {
        let mut blocks = format!("{ASSERTION}{}", " ".repeat(64)).into_bytes();
        blocks.truncate(blocks.len() / 16 * 16);
        *blocks.last_mut().unwrap() = last;
        Token {
            data: encrypt_blocks(&Cipher::Aes256Cbc, &SESSION_KEY, blocks),
            ..Token::of(Cipher::Aes256Cbc, b"")
        }
    };
    for last in [1, 2, 15, 16] {
        assert!(padded(last).open().is_ok(), "{last}");
    }
    for last in [0, 17, 32, 128, 255] {
        // What can be walked is walked, and refused all the same.
        let error = padded(last).open().unwrap_err();
        assert!(error > ASSERTION.len() && error < ASSERTION.len() + 64, "{last}");
    }
}

#[test]
fn ciphertext_changed_or_cut_makes_a_decoy() {
    for cipher in CIPHERS {
        let whole = Token::of(cipher.clone(), ASSERTION.as_bytes());
        for len in (0..whole.data.len()).filter(|len| whole.data.len() - len > 16) {
            let token = Token { data: whole.data[..len].to_vec(), ..Token::of(cipher.clone(), b"") };
            assert_eq!(token.open(), refused(&token), "{cipher}, cut at {len}");
        }
        // The last byte of the ciphertext is padding in one mode and tag in the other.
        for at in (0..whole.data.len()).step_by(5) {
            let mut data = whole.data.clone();
            data[at] ^= 0x80;
            let token = Token { data, ..Token::of(cipher.clone(), b"") };
            assert!(token.open().is_err(), "{cipher}, changed at {at}");
        }
    }
}

#[test]
fn cipher_swapped_for_another_makes_a_decoy() {
    for cipher in CIPHERS {
        for other in CIPHERS.into_iter().filter(|other| *other != cipher) {
            let token = Token { cipher: other.clone(), ..Token::of(cipher.clone(), ASSERTION.as_bytes()) };
            assert_eq!(token.open(), refused(&token), "{cipher} as {other}");
        }
    }
}

#[test]
fn text_that_is_no_assertion_makes_a_decoy() {
    let long = format!("{}<", ASSERTION.repeat(40));
    let texts = [
        &b""[..],
        b" ",
        b"text",
        b"\xff\xfe",
        b"<a/>",
        b"<saml:Assertion xmlns:saml='urn:other'/>",
        b"<!DOCTYPE a><saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion'/>",
        &ASSERTION.as_bytes()[..ASSERTION.len() - 1],
        &[ASSERTION.as_bytes(), ASSERTION.as_bytes()].concat(),
        &[b"\xef\xbf", ASSERTION.as_bytes()].concat(),
        long.as_bytes(),
    ];
    for cipher in CIPHERS {
        for text in texts {
            let token = Token::of(cipher.clone(), text);
            assert_eq!(token.open(), refused(&token), "{cipher}, {} bytes", text.len());
        }
    }
}
