//! Decryption, with own keys alone, and one answer to everything that goes wrong inside.
//!
//! Follows XML Encryption 1.1 sections 4.4 (decryption) and 6.1 (chosen-ciphertext attacks), RFC 8017 section 7.1.2
//! (RSA-OAEP) and ruling 18: between the session key and the signature no failure differs from another, neither in what
//! is said nor much in when.

mod cipher;
mod decoy;
mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use self::cipher::{Decrypted, MAX_KEY, key_len};
pub(super) use decoy::{Decoy, DecoyMethod};
pub use keys::{OwnKey, OwnKeyError, OwnKeys};

use super::encrypted::{KeyTransport, Sealed};
use super::xml::{Node, Text, XmlError, XmlErrorKind, parse_in_vain};
use crate::budget::Budget;

/// What a token was opened to: what its sender encrypted, or a decoy. Only [`Plaintext::is_real`] knows which.
///
/// It is a document within the budget, whose root the caller said can be walked. It is overwritten when it goes.
pub(super) struct Plaintext {
    bytes: Zeroizing<Vec<u8>>,
    is_real: Choice,
    is_unread: bool,
    /// What was decrypted, where it cannot be walked.
    unwalkable: Option<Zeroizing<Vec<u8>>>,
}

impl Plaintext {
    /// Returns the bytes of the document, to be scanned and parsed as one of its own.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns whether the sender encrypted it. To be asked last, and together with the signature: whatever is done on
    /// its account before tells it by the time.
    pub(super) const fn is_real(&self) -> Choice {
        self.is_real
    }

    /// Returns whether the document must be read twice, for what was decrypted was not even read once.
    pub(super) const fn is_unread(&self) -> bool {
        self.is_unread
    }

    /// Returns what the sender encrypted where it cannot be walked, for a review that tells why. To be asked after the
    /// one answer was given, and never on the way to it.
    pub(super) fn unwalkable(&self) -> Option<&[u8]> {
        self.unwalkable.as_deref().map(Vec::as_slice)
    }
}

/// Shows nothing of it.
impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext")
    }
}

/// Opens a token with the key of its recipient. Always returns a document that can be walked to the end.
///
/// `is_walkable` takes the root, and says whether everything that follows will find what it needs in there, down to the
/// RSA operation of the signature: where it says no, the decoy is returned, for which it must say yes. It does the same
/// work for every root.
///
/// The time: one RSA operation, one decryption, one document of the ciphertext's length scanned, parsed and read. The
/// caller does the last three again with the result, and once more reads it where [`Plaintext::is_unread`] says so. That
/// is the price of not telling by the time how much of a text was XML: what a text that breaks off has left undone is
/// done with the decoy.
pub(super) fn open(
    token: Sealed<'_>,
    key: &OwnKey,
    decoy: &Decoy,
    budget: &Budget,
    is_walkable: impl FnOnce(Node<'_>) -> bool,
) -> Plaintext {
    let (session_key, is_session_key) = session_key(token, key);
    let session_key = session_key.get(..key_len(token.cipher)).unwrap_or_default();
    let Decrypted { text, is_sound } = cipher::decrypt(token.cipher, session_key, token.data);

    // Made in every case, whether it is needed or not.
    let decoy = decoy.text(token.data.len());
    let walk = Walk::try_on(&text, budget, is_walkable);
    walk.make_up(&decoy, budget);
    let is_complete = matches!(walk, Walk::Read { is_walkable: true });
    let is_unread = !matches!(walk, Walk::Read { .. });
    let is_decrypted = is_session_key & is_sound;
    let is_real = is_decrypted & Choice::from(u8::from(is_complete));
    if is_complete {
        Plaintext { bytes: text, is_real, is_unread, unwalkable: None }
    } else {
        Plaintext { bytes: decoy, is_real, is_unread, unwalkable: bool::from(is_decrypted).then_some(text) }
    }
}

/// Opens a token, and says whether that went well: no answer for a server.
fn open_for_inspection(token: Sealed<'_>, key: &OwnKey) -> Option<Zeroizing<Vec<u8>>> {
    let (session_key, is_session_key) = session_key(token, key);
    let session_key = session_key.get(..key_len(token.cipher)).unwrap_or_default();
    let Decrypted { text, is_sound } = cipher::decrypt(token.cipher, session_key, token.data);
    bool::from(is_session_key & is_sound).then_some(text)
}

/// How far a text could be walked.
enum Walk {
    /// The scan gave up at a byte.
    NotScanned(usize),
    /// The parser gave up at a byte.
    NotParsed(usize),
    /// To the end.
    Read { is_walkable: bool },
}

impl Walk {
    fn try_on(text: &[u8], budget: &Budget, is_walkable: impl FnOnce(Node<'_>) -> bool) -> Self {
        let scanned = match Text::scan(text, budget) {
            Ok(scanned) => scanned,
            // Whether a text is UTF-8 is found out before the scan, in no time.
            Err(XmlError { kind: XmlErrorKind::NotUtf8, .. }) => return Self::NotScanned(0),
            Err(error) => return Self::NotScanned(error.at),
        };
        match scanned.parse(budget) {
            Ok(tree) => Self::Read { is_walkable: tree.root().is_some_and(is_walkable) },
            Err(error) => Self::NotParsed(error.at),
        }
    }

    /// Scans and parses as much of the decoy as was not of the text, so that all have cost the same: to scan and to parse
    /// one document, and to find out once where a text breaks off, for which the parser reads it again.
    fn make_up(&self, decoy: &[u8], budget: &Budget) {
        let behind = |at: usize| decoy.get(..decoy.len().saturating_sub(at.max(1))).unwrap_or_default();
        if let Self::NotScanned(at) = self {
            let _ = std::hint::black_box(Text::scan(behind(*at), budget));
            parse_in_vain(decoy, budget);
        }
        match self {
            Self::NotParsed(at) => parse_in_vain(behind(*at), budget),
            Self::NotScanned(_) | Self::Read { .. } => {
                let mut flat = vec![b'x'; decoy.len()];
                flat.splice(..0, *b"<a>");
                parse_in_vain(&flat, budget);
            }
        }
    }
}

/// Decrypts the session key. Where that fails, or the key does not have the cipher's length, it is a random one
/// (implicit rejection).
fn session_key(token: Sealed<'_>, key: &OwnKey) -> (Zeroizing<[u8; MAX_KEY]>, Choice) {
    let algorithm = match token.transport {
        KeyTransport::OaepSha256 => &OAEP_SHA256_MGF1SHA256,
        // `Sealed` has one of these two.
        _ => &OAEP_SHA1_MGF1SHA1,
    };
    let mut session_key = Zeroizing::new([0; MAX_KEY]);
    // Should the system have no random bytes, the key is known and the answer still no.
    let _ = aws_lc_rs::rand::fill(&mut *session_key);
    let mut opened = Zeroizing::new(vec![0; key.oaep().min_output_size()]);
    let len = key.oaep().decrypt(algorithm, token.key, &mut opened, None).map_or(0, |opened| opened.len());
    let is_sound = len.ct_eq(&key_len(token.cipher));
    for (byte, opened) in session_key.iter_mut().zip(opened.iter()) {
        byte.conditional_assign(opened, is_sound);
    }
    (session_key, is_sound)
}
