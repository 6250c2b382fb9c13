//! Encrypts assertions for their audience.
//!
//! Follows XML Encryption 1.1 sections 4.4, 5.2, 5.5 and RFC 8017 section 7.1.1.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::names::*;
use super::random;
use super::signature::token_reference;
use super::xml::*;
use crate::keys;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    Aes128Cbc,
    Aes256Cbc,
    Aes128Gcm,
    Aes256Gcm,
    TripleDes,
}

impl Cipher {
    pub(crate) const ALL: [Self; 5] =
        [Self::Aes128Cbc, Self::Aes256Cbc, Self::Aes128Gcm, Self::Aes256Gcm, Self::TripleDes];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "aes128-cbc",
            Self::Aes256Cbc => "aes256-cbc",
            Self::Aes128Gcm => "aes128-gcm",
            Self::Aes256Gcm => "aes256-gcm",
            Self::TripleDes => "tripledes-cbc",
        }
    }

    pub(crate) fn uri(self) -> String {
        let namespace = if self.is_gcm() { XENC11.uri } else { XENC.uri };
        format!("{namespace}{}", self.name())
    }

    pub(crate) const fn is_gcm(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes256Gcm)
    }

    const fn key_len(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes128Gcm => 16,
            Self::Aes256Cbc | Self::Aes256Gcm => 32,
            Self::TripleDes => 24,
        }
    }

    const fn block(self) -> usize {
        if matches!(self, Self::TripleDes) { 8 } else { 16 }
    }

    /// The initialization vector and the ciphertext; of the GCM modes also the tag.
    pub(crate) fn encrypt(self, key: &[u8], id: &str, padding: &Padding, plaintext: &[u8]) -> Vec<u8> {
        if self.is_gcm() {
            let nonce: [u8; 12] = random::bytes(id, "nonce", 12).try_into().expect("twelve bytes");
            let algorithm = if key.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
            let sealing = aead::UnboundKey::new(algorithm, key).expect("a key of its length");
            let mut sealed = plaintext.to_vec();
            aead::LessSafeKey::new(sealing)
                .seal_in_place_append_tag(
                    aead::Nonce::assume_unique_for_key(nonce),
                    aead::Aad::empty(),
                    &mut sealed,
                )
                .expect("a short text");
            return [nonce.to_vec(), sealed].concat();
        }
        let padded = padding.apply(id, plaintext, self.block());
        let mut out = random::bytes(id, "iv", self.block());
        for block in padded.chunks(self.block()) {
            let before = out[out.len() - self.block()..].to_vec();
            let mixed: Vec<u8> = block.iter().zip(before).map(|(left, right)| left ^ right).collect();
            out.extend(encrypt_block(key, &mixed));
        }
        out
    }
}

/// One block of AES, or of 3DES where the block has eight bytes.
fn encrypt_block(key: &[u8], block: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($cipher:ty) => {{
            let mut block = block.try_into().expect("a whole block");
            <$cipher>::new_from_slice(key).expect("a key of its length").encrypt_block(&mut block);
            block.to_vec()
        }};
    }
    match (block.len(), key.len()) {
        (8, _) => with!(des::TdesEde3),
        (_, 16) => with!(aes::Aes128),
        _ => with!(aes::Aes256),
    }
}

/// What fills the last block of the CBC modes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// Bytes by chance, and their number (XML Encryption 1.1 section 5.2).
    Iso10126,
    /// Every byte is the number, which is a special case of the other.
    Pkcs7,
    /// A whole block of padding although none was needed: the plaintext is filled with spaces first.
    WholeBlock,
    /// The number in the last byte is this one.
    Says(u8),
}

impl Padding {
    fn apply(&self, id: &str, plaintext: &[u8], block: usize) -> Vec<u8> {
        let mut padded = plaintext.to_vec();
        if *self == Self::WholeBlock {
            padded.resize(padded.len().next_multiple_of(block), b' ');
        }
        let count = block - padded.len() % block;
        let number = u8::try_from(count).expect("a short block");
        match self {
            Self::Pkcs7 => padded.extend(vec![number; count]),
            _ => padded.extend(random::bytes(id, "padding", count)),
        }
        *padded.last_mut().expect("a byte") = if let Self::Says(other) = self { *other } else { number };
        padded
    }
}

/// How the session key is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// `rsa-oaep-mgf1p`; the digest, SHA-1, is named or not.
    Mgf1p { named: bool },
    /// `xmlenc11#rsa-oaep`, with SHA-1 or SHA-256 for the digest and for the mask.
    Oaep { digest: Sha, mask: Sha },
    /// `rsa-1_5`.
    Pkcs1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sha {
    One,
    Two,
}

impl Sha {
    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::One => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Two => &SHA256,
        }
    }

    const fn uri(self) -> &'static str {
        match self {
            Self::One => SHA1,
            Self::Two => SHA256_URI,
        }
    }
}

impl Transport {
    pub(crate) fn method(self) -> Element {
        let method = |uri: &str| el(XENC, "EncryptionMethod").attr("Algorithm", uri);
        let digest = |sha: Sha| el(DS_PREFIXED, "DigestMethod").attr("Algorithm", sha.uri());
        match self {
            Self::Mgf1p { named: false } => method(OAEP_MGF1P),
            Self::Mgf1p { named: true } => method(OAEP_MGF1P).child(digest(Sha::One)),
            Self::Oaep { digest: sha, mask } => {
                let mask = if mask == Sha::One { MGF1_SHA1 } else { MGF1_SHA256 };
                method(OAEP_11).child(digest(sha)).child(el(XENC11, "MGF").attr("Algorithm", mask))
            }
            Self::Pkcs1 => method(RSA_1_5),
        }
    }

    pub(crate) fn encrypt(self, recipient: &str, id: &str, key: &[u8]) -> Vec<u8> {
        let len = keys::components(recipient).0.len();
        let encoded = match self {
            Self::Mgf1p { .. } => oaep(Sha::One, Sha::One, id, key, len),
            Self::Oaep { digest, mask } => oaep(digest, mask, id, key, len),
            Self::Pkcs1 => {
                let filling = random::bytes(id, "filling", len - key.len() - 3);
                let filling: Vec<u8> = filling.into_iter().map(|byte| byte.max(1)).collect();
                [&[0, 2], &*filling, &[0], key].concat()
            }
        };
        keys::public_power(recipient, &encoded)
    }
}

/// RFC 8017 section 7.1.1, step 2, with an empty label.
fn oaep(hash: Sha, mask: Sha, id: &str, message: &[u8], len: usize) -> Vec<u8> {
    let label = digest(hash.algorithm(), b"");
    let hash_len = label.as_ref().len();
    let seed = random::bytes(id, "seed", hash_len);
    let zeros = vec![0; len - message.len() - 2 * hash_len - 2];
    let block = [label.as_ref(), &zeros, &[1], message].concat();
    let block = mix(&block, &mgf1(mask, &seed, block.len()));
    let seed = mix(&seed, &mgf1(mask, &block, hash_len));
    [vec![0], seed, block].concat()
}

fn mgf1(sha: Sha, seed: &[u8], len: usize) -> Vec<u8> {
    let part =
        |counter: u32| digest(sha.algorithm(), &[seed, &counter.to_be_bytes()].concat()).as_ref().to_vec();
    let mut mask: Vec<u8> = (0..).take(len.div_ceil(20)).flat_map(part).collect();
    mask.truncate(len);
    mask
}

fn mix(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(left, right)| left ^ right).collect()
}

/// How an assertion is encrypted.
#[derive(Clone)]
pub(crate) struct Encryption {
    /// Whose key it is encrypted with.
    pub(crate) recipient: &'static str,
    /// Whose key is named.
    pub(crate) named: &'static str,
    pub(crate) transport: Transport,
    pub(crate) cipher: Cipher,
    /// The cipher that the message names, if it is another.
    pub(crate) says: Option<Cipher>,
    pub(crate) padding: Padding,
    /// Length of the session key that is sent, if it is another than the cipher's.
    pub(crate) key_len: Option<usize>,
}

/// As Exchange asks the gateway for it.
pub(crate) fn aes256() -> Encryption {
    Encryption {
        recipient: OWN,
        named: OWN,
        transport: Transport::Mgf1p { named: false },
        cipher: Cipher::Aes256Cbc,
        says: None,
        padding: Padding::Iso10126,
        key_len: None,
    }
}

impl Encryption {
    pub(crate) fn with(cipher: Cipher) -> Self {
        Self { cipher, ..aes256() }
    }

    /// Encrypts; what is left to chance follows from the id.
    pub(crate) fn apply(&self, id: &str, plaintext: &[u8]) -> Element {
        let key = random::bytes(id, "session key", self.cipher.key_len());
        let sent = match self.key_len {
            Some(len) => random::bytes(id, "session key", len),
            None => key.clone(),
        };
        let data = self.cipher.encrypt(&key, id, &self.padding, plaintext);
        let sent = self.transport.encrypt(self.recipient, id, &sent);
        let cipher = self.says.unwrap_or(self.cipher);
        encrypted_data(&cipher.uri(), [self.encrypted_key(&sent)], &data)
    }

    pub(crate) fn encrypted_key(&self, value: &[u8]) -> Element {
        let reference = el(DS_PREFIXED, "KeyInfo").child(token_reference(WSSE, self.named));
        el(XENC, "EncryptedKey").child(self.transport.method()).child(reference).child(cipher_data(value))
    }
}

pub(crate) fn encrypted_data(cipher: &str, keys: impl IntoIterator<Item = Element>, data: &[u8]) -> Element {
    el(XENC, "EncryptedData")
        .attr("Type", ENC_ELEMENT)
        .child(el(XENC, "EncryptionMethod").attr("Algorithm", cipher))
        .child(el(DS_PREFIXED, "KeyInfo").children(keys))
        .child(cipher_data(data))
}

pub(crate) fn cipher_data(value: &[u8]) -> Element {
    el(XENC, "CipherData").child(el(XENC, "CipherValue").text(STANDARD.encode(value)))
}
