//! The throw-away keys under `keys/`: their certificates, thumbprints and signatures.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
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

/// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
pub(crate) fn sign(name: &str, message: &[u8]) -> Vec<u8> {
    match RsaKeyPair::from_pkcs8(&der(pem(name).1)) {
        Ok(key) => {
            let mut signature = vec![0; key.public().modulus_len()];
            let random = ring::rand::SystemRandom::new();
            key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a sound key");
            signature
        }
        // Ring signs with neither short keys nor small exponents; the vectors need both.
        Err(_) => sign_as_written(name, message),
    }
}

/// RFC 8017 section 8.2.1, word by word.
fn sign_as_written(name: &str, message: &[u8]) -> Vec<u8> {
    const DIGEST_INFO: &[u8] =
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let [modulus, _, exponent] = private(name);
    let hash = digest(&SHA256, message);
    let mut encoded = vec![0, 1];
    encoded.resize(modulus.len() - DIGEST_INFO.len() - hash.as_ref().len() - 1, 0xff);
    encoded.push(0);
    encoded.extend(DIGEST_INFO);
    encoded.extend(hash.as_ref());
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let power = number(&encoded).modpow(&number(&exponent), &number(&modulus)).to_bytes_be();
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
