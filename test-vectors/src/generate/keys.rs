//! The throw-away keys under `keys/`: their certificates, thumbprints and signatures.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use ring::digest::{Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

macro_rules! pem {
    ($($name:literal)*) => {
        fn pem(name: &str) -> (&'static str, &'static str) {
            match name {
                $($name => (
                    include_str!(concat!("../../keys/", $name, ".cert.pem")),
                    include_str!(concat!("../../keys/", $name, ".key.pem")),
                ),)*
                _ => panic!("no key {name}"),
            }
        }
    };
}

pem! {
    "acs-current" "acs-previous" "acs-expired" "acs-next" "exchange-auth" "sharepoint-addin" "entra" "attacker"
    "short-1024" "long-3072" "exponent-3" "ec-p256"
    "gateway-current" "gateway-previous" "gateway-expired" "gateway-attacker"
    "federation-current" "federation-previous" "federation-next" "federation-other" "partner"
}

/// The certificate in PEM, as it stands in its file.
pub(crate) fn certificate_pem(name: &str) -> &'static str {
    pem(name).0
}

/// The private key in PEM, for documents that publish it by mistake.
pub(crate) fn private_pem(name: &str) -> &'static str {
    pem(name).1
}

/// The certificate in DER.
pub(crate) fn certificate(name: &str) -> Vec<u8> {
    der(pem(name).0)
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).expect("a PEM file of ours")
}

/// The SHA-1 thumbprint in bytes.
pub(crate) fn sha1(name: &str) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate(name)).as_ref().to_vec()
}

/// The SHA-1 thumbprint as tokens spell it.
pub(crate) fn x5t(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha1(name))
}

/// The SHA-256 thumbprint as tokens spell it.
pub(crate) fn x5t_s256(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate(name)))
}

/// A key whose thumbprint has a character in which the two alphabets of base64 differ.
pub(crate) fn with_telling_thumbprint(names: &[&'static str]) -> &'static str {
    names.iter().find(|name| x5t(name).contains(['-', '_'])).expect("one of the keys")
}

/// Modulus and exponent, big-endian.
pub(crate) fn components(name: &str) -> (Vec<u8>, Vec<u8>) {
    let [modulus, exponent, _] = private(name);
    (modulus, exponent)
}

/// The subject key identifier of the certificate (RFC 5280 section 4.2.1.2): the extension of `make.sh` has 20 bytes.
pub(crate) fn ski(name: &str) -> Vec<u8> {
    const EXTENSION: &[u8] = b"\x06\x03\x55\x1d\x0e\x04\x16\x04\x14";
    let der = certificate(name);
    let at = der.windows(EXTENSION.len()).position(|bytes| bytes == EXTENSION).expect("the extension");
    der[at + EXTENSION.len()..][..20].to_vec()
}

/// Raises to the public exponent: RSAEP of RFC 8017 section 5.1.1.
pub(crate) fn public_power(name: &str, message: &[u8]) -> Vec<u8> {
    let (modulus, exponent) = components(name);
    power(message, &exponent, &modulus)
}

/// Signs with RSASSA-PKCS1-v1_5 and SHA-1. The same message signed twice is signed once: this is slow.
pub(crate) fn sign_sha1(name: &str, message: &[u8]) -> Vec<u8> {
    static SIGNED: Mutex<BTreeMap<[Vec<u8>; 2], Vec<u8>>> = Mutex::new(BTreeMap::new());
    let asked = [name.as_bytes().to_vec(), message.to_vec()];
    let known = SIGNED.lock().expect("no panic elsewhere").get(&asked).cloned();
    known.unwrap_or_else(|| {
        let signature = sign_encoded(name, DIGEST_INFO_SHA1, &digest(&SHA1_FOR_LEGACY_USE_ONLY, message));
        SIGNED.lock().expect("no panic elsewhere").insert(asked, signature.clone());
        signature
    })
}

/// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
pub(crate) fn sign(name: &str, message: &[u8]) -> Vec<u8> {
    match key_pair(name) {
        Some(key) => {
            let mut signature = vec![0; key.public().modulus_len()];
            let random = ring::rand::SystemRandom::new();
            key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a sound key");
            signature
        }
        // Ring signs with neither short keys nor small exponents; the vectors need both.
        None => sign_as_written(name, message),
    }
}

/// The key as ring takes it, if it does; it checks a key for longer than it signs with it.
fn key_pair(name: &str) -> Option<Arc<RsaKeyPair>> {
    static KNOWN: Mutex<BTreeMap<String, Option<Arc<RsaKeyPair>>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().expect("no panic elsewhere");
    let load = || RsaKeyPair::from_pkcs8(&der(pem(name).1)).ok().map(Arc::new);
    known.entry(name.to_owned()).or_insert_with(load).clone()
}

const DIGEST_INFO_SHA256: &[u8] =
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const DIGEST_INFO_SHA1: &[u8] = b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14";

fn sign_as_written(name: &str, message: &[u8]) -> Vec<u8> {
    sign_encoded(name, DIGEST_INFO_SHA256, &digest(&SHA256, message))
}

/// RFC 8017 section 8.2.1, word by word.
fn sign_encoded(name: &str, digest_info: &[u8], hash: &Digest) -> Vec<u8> {
    let [modulus, _, exponent] = private(name);
    let mut encoded = vec![0, 1];
    encoded.resize(modulus.len() - digest_info.len() - hash.as_ref().len() - 1, 0xff);
    encoded.push(0);
    encoded.extend(digest_info);
    encoded.extend(hash.as_ref());
    power(&encoded, &exponent, &modulus)
}

fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let power = number(base).modpow(&number(exponent), &number(modulus)).to_bytes_be();
    [vec![0; modulus.len() - power.len()], power].concat()
}

/// Modulus, public and private exponent of a PKCS #8 file (RFC 5208 section 5, RFC 8017 appendix A.1.2).
fn private(name: &str) -> [Vec<u8>; 3] {
    let file = der(pem(name).1);
    let (_, info, _) = element(&file);
    let (_, _, rest) = element(info);
    let (_, _, rest) = element(rest);
    let (_, octets, _) = element(rest);
    let (_, key, _) = element(octets);
    let (_, _, rest) = element(key);
    let mut rest = rest;
    std::array::from_fn(|_| {
        let (_, integer, after) = element(rest);
        rest = after;
        integer.iter().copied().skip_while(|byte| *byte == 0).collect()
    })
}

/// Tag, content and what follows of a DER element.
fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (tag, first) = (der[0], usize::from(der[1]));
    let (len, start) = if first < 0x80 {
        (first, 2)
    } else {
        let bytes = &der[2..2 + (first & 0x7f)];
        (bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)), 2 + bytes.len())
    };
    (tag, &der[start..start + len], &der[start + len..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_as_written_agrees_with_ring() {
        assert_eq!(sign("acs-current", b"message"), sign_as_written("acs-current", b"message"));
    }
}
