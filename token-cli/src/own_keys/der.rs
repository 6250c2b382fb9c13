//! Files of one DER structure: a private key as it is, an encrypted one, a PFX.
//!
//! Follows RFC 5958 sections 2 and 3, RFC 8018 (PBES2) and RFC 7292.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use pkcs8::EncryptedPrivateKeyInfoRef;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::{Found, Password, Problem};

pub(super) fn find(bytes: &[u8], password: Option<&Password>) -> Result<Found, Problem> {
    let mut found = Found::default();
    match first_member(bytes).ok_or(Problem::Unknown)? {
        // Version 0 is that of a private key (1: one with its public half), version 3 that of a PFX.
        [2, 1, 0 | 1, ..] => found.keys.push(Zeroizing::new(bytes.to_vec())),
        [2, 1, 3, ..] => return pfx(bytes, password),
        _ if X509Certificate::from_der(bytes).is_ok() => found.certificates.push(bytes.to_vec()),
        [0x30, ..] => found.keys.push(decrypt(bytes, password)?),
        _ => return Err(Problem::Unknown),
    }
    Ok(found)
}

/// Decrypts a private key of PKCS #8.
pub(super) fn decrypt(der: &[u8], password: Option<&Password>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let encrypted = match EncryptedPrivateKeyInfoRef::try_from(der) {
        Ok(encrypted) if encrypted.encryption_algorithm.pbes2().is_some() => encrypted,
        // PBES1 is no less an encrypted key; what it is not is readable.
        _ => return Err(Problem::Encryption),
    };
    let password = password.ok_or(Problem::NoPassword)?;
    match encrypted.decrypt(password.as_str()) {
        Ok(key) => Ok(key.to_bytes()),
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. })) => {
            Err(Problem::Encryption)
        }
        Err(_) => Err(Problem::WrongPassword),
    }
}

fn pfx(bytes: &[u8], password: Option<&Password>) -> Result<Found, Problem> {
    // Windows and openssl write an empty password where none was asked for.
    let text = password.map_or("", Password::as_str);
    let archive = Pkcs12Archive::from_pkcs12(bytes, text).map_err(|error| match error {
        Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError | Pkcs12Error::Pkcs5Error(_) => match password {
            None => Problem::NoPassword,
            Some(_) => Problem::WrongPassword,
        },
        Pkcs12Error::UnsupportedEncryptionScheme | Pkcs12Error::UnsupportedMacAlgorithm => {
            Problem::Encryption
        }
        _ => Problem::BrokenPfx,
    })?;
    Ok(Found {
        keys: archive.keys.iter().map(|bag| Zeroizing::new(bag.key.as_der().to_vec())).collect(),
        certificates: archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect(),
    })
}

/// Returns what stands first in the SEQUENCE that a file is.
fn first_member(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0x30, len @ 0..=0x7f, inner @ ..] if inner.len() == usize::from(*len) => Some(inner),
        [0x30, 0x81, len, inner @ ..] if inner.len() == usize::from(*len) => Some(inner),
        [0x30, 0x82, high, low, inner @ ..]
            if inner.len() == usize::from(u16::from_be_bytes([*high, *low])) =>
        {
            Some(inner)
        }
        _ => None,
    }
}
