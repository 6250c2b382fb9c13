//! The symmetric half: the text under the session key, and whether the cipher finds nothing wrong with it.
//!
//! Follows XML Encryption 1.1 sections 5.2.2 (triple DES and AES in CBC mode, with their padding) and 5.2.4 (AES-GCM).

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

use crate::dauth::encrypted::Cipher;

/// Bytes of the longest session key, that of AES-256.
pub(super) const MAX_KEY: usize = 32;

/// Bytes of the session key that a cipher wants.
pub(super) const fn key_len(cipher: &Cipher) -> usize {
    match cipher {
        Cipher::Aes128Cbc | Cipher::Aes128Gcm => 16,
        Cipher::TripleDesCbc => 24,
        Cipher::Aes256Cbc | Cipher::Aes256Gcm | Cipher::Unknown(_) => MAX_KEY,
    }
}

/// What came out of a ciphertext, and whether it is what was put in, as far as the cipher can tell.
pub(super) struct Decrypted {
    pub(super) text: Zeroizing<Vec<u8>>,
    pub(super) is_sound: Choice,
}

impl Decrypted {
    /// The answer to a ciphertext that no sender can have made, or one that its tag disowns.
    fn nothing() -> Self {
        Self { text: Zeroizing::default(), is_sound: Choice::from(0) }
    }
}

/// Decrypts; what is not sound has a text all the same, where there is one.
pub(super) fn decrypt(cipher: &Cipher, key: &[u8], data: &[u8]) -> Decrypted {
    let decrypted = match cipher {
        Cipher::Aes128Cbc => aes_cbc(&cipher::AES_128, key, data),
        Cipher::Aes256Cbc => aes_cbc(&cipher::AES_256, key, data),
        Cipher::Aes128Gcm => aes_gcm(&aead::AES_128_GCM, key, data),
        Cipher::Aes256Gcm => aes_gcm(&aead::AES_256_GCM, key, data),
        #[cfg(feature = "legacy-3des")]
        Cipher::TripleDesCbc => triple_des_cbc(key, data),
        #[cfg(not(feature = "legacy-3des"))]
        Cipher::TripleDesCbc => None,
        Cipher::Unknown(_) => None,
    };
    decrypted.unwrap_or_else(Decrypted::nothing)
}

fn aes_cbc(algorithm: &'static cipher::Algorithm, key: &[u8], data: &[u8]) -> Option<Decrypted> {
    let (vector, blocks) = data.split_first_chunk::<16>()?;
    let mut text = Zeroizing::new(blocks.to_vec());
    let key = DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(vector))).ok()?;
    unpad(text, 16)
}

fn aes_gcm(algorithm: &'static aead::Algorithm, key: &[u8], data: &[u8]) -> Option<Decrypted> {
    let (vector, rest) = data.split_first_chunk::<12>()?;
    let mut text = Zeroizing::new(rest.to_vec());
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let len = key.open_in_place(Nonce::from(vector), Aad::empty(), &mut text).ok()?.len();
    text.truncate(len);
    Some(Decrypted { text, is_sound: Choice::from(1) })
}

#[cfg(feature = "legacy-3des")]
fn triple_des_cbc(key: &[u8], data: &[u8]) -> Option<Decrypted> {
    use cbc::cipher::{BlockModeDecrypt, KeyIvInit};

    let (vector, blocks) = data.split_first_chunk::<8>()?;
    let mut text = Zeroizing::new(blocks.to_vec());
    let mut decryptor = cbc::Decryptor::<des::TdesEde3>::new_from_slices(key, vector).ok()?;
    for block in text.chunks_mut(8) {
        decryptor.decrypt_block(block.try_into().ok()?);
    }
    unpad(text, 8)
}

/// Takes the padding off: the last byte says how much there is, the others may be anything.
///
/// What is padded wrongly loses its last byte and goes on: it is read for as long as if it were padded well, so that the
/// time does not tell one from the other.
fn unpad(mut text: Zeroizing<Vec<u8>>, block: u8) -> Option<Decrypted> {
    let count = *text.last()?;
    let is_sound = !count.ct_eq(&0) & !count.ct_gt(&block);
    let padding = u8::conditional_select(&1, &count, is_sound);
    let len = text.len().checked_sub(usize::from(padding))?;
    text.truncate(len);
    Some(Decrypted { text, is_sound })
}
