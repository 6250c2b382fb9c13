//! PEM files: private keys and certificates between their BEGIN and END lines; text around them is skipped.
//!
//! Follows RFC 7468 sections 2, 5, 10 and 11, and RFC 1421 section 4.6.1.1 for the encryption that is not read.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use token_core::dauth::decrypt::OwnKeyError;
use zeroize::Zeroizing;

use super::{Found, Password, Problem, der};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes())
}

pub(super) fn find(bytes: &[u8], password: Option<&Password>) -> Result<Found, Problem> {
    let mut rest = std::str::from_utf8(bytes).map_err(|_| Problem::BrokenPem)?;
    let mut found = Found::default();
    while let Some((_, from)) = rest.split_once(BEGIN) {
        let (label, body, after) = block(from).ok_or(Problem::BrokenPem)?;
        match label {
            "CERTIFICATE" => found.certificates.push(decode(body)?.to_vec()),
            "ENCRYPTED PRIVATE KEY" => found.keys.push(der::decrypt(&decode(body)?, password)?),
            "PRIVATE KEY" => found.keys.push(decode(body)?),
            // Headers stand before the base64 only where it is encrypted, by a digest that is none for passwords.
            "RSA PRIVATE KEY" if body.contains(':') => return Err(Problem::Encryption),
            "RSA PRIVATE KEY" => found.keys.push(decode(body)?),
            other if other.ends_with("PRIVATE KEY") => return Err(Problem::Key(OwnKeyError::NotRsa)),
            _ => {}
        }
        rest = after;
    }
    Ok(found)
}

/// Reads a block from behind its BEGIN: label, body, and what follows it.
fn block(from: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = from.split_once(DASHES)?;
    let (body, end) = rest.split_once(END)?;
    let after = end.strip_prefix(label)?.strip_prefix(DASHES)?;
    (!body.contains(BEGIN)).then_some((label, body, after))
}

fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut packed = Zeroizing::new(Vec::with_capacity(body.len()));
    packed.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(packed.len())]);
    let len = BASE64_STANDARD.decode_slice(&*packed, &mut bytes).map_err(|_| Problem::BrokenPem)?;
    bytes.truncate(len);
    Ok(bytes)
}
