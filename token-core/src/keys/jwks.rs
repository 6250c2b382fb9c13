//! Reads JSON Web Key Sets, and the OpenID Connect discovery documents that point to them.
//!
//! Follows RFC 7517 sections 4 and 5, RFC 7518 section 6.3.1, and OpenID Connect Discovery section 3; Entra's
//! members as Entra publishes them.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

use super::document::{DocumentError, DocumentErrorKind, DocumentFormat, KeyDocument};
use super::document_json::{Names, Node};
use super::entry::{EntryDefect, KeyEntry};
use super::pem;
use super::thumbprint::{X5t, X5tS256};
use crate::budget::Budget;
use crate::signature::{KeyDefect, RsaPublicKey};

/// Members that only a private or secret key has: RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Whether an object is a JWKS.
pub(super) fn is_jwks(document: &Node) -> bool {
    document.exact("keys").is_some()
}

/// Whether an object is a discovery document.
pub(super) fn is_discovery(document: &Node) -> bool {
    document.exact("jwks_uri").is_some() && document.exact("issuer").is_some()
}

pub(super) fn parse(document: &Node, budget: &Budget) -> Result<KeyDocument, DocumentError> {
    let entries = KeyDocument::entries_of(document.exact("keys"), budget)?;
    Ok(KeyDocument {
        entries: entries.iter().map(|entry| self::entry(entry, budget)).collect(),
        ..KeyDocument::new(DocumentFormat::Jwks)
    })
}

pub(super) fn parse_discovery(document: &Node) -> Result<KeyDocument, DocumentError> {
    let text = |member| match document.exact(member) {
        Some(Node::String(text)) => Ok(Some(text.clone())),
        _ => Err(DocumentErrorKind::WrongType { member }),
    };
    let (declared_issuer, jwks_uri) = (text("issuer")?, text("jwks_uri")?);
    Ok(KeyDocument { declared_issuer, jwks_uri, ..KeyDocument::new(DocumentFormat::Discovery) })
}

fn entry(node: &Node, budget: &Budget) -> KeyEntry {
    let text = |name| node.exact(name).and_then(Node::as_str);
    let mut entry = KeyEntry::new(Err(EntryDefect::WrongType { member: "keys" }));
    if !node.is_object() {
        return entry;
    }
    match certificate(node, budget) {
        Ok(Some(of_certificate)) => entry = of_certificate,
        Ok(None) => entry.key = Err(EntryDefect::Missing { member: "n" }),
        Err(defect) => entry.key = Err(defect),
    }
    entry.usage = text("use").map(str::to_owned);
    entry.kid = text("kid").map(str::to_owned);
    entry.declared_x5t = text("x5t").map(X5t::parse);
    entry.declared_x5t_s256 = text("x5t#S256").map(X5tS256::parse);
    entry.declared_issuer = text("issuer").map(str::to_owned);
    entry.key = key(node, entry.key);
    entry
}

/// Decides on the key of a JWK, whose certificate, if there is one, gave the key or defect `of_certificate`.
fn key(node: &Node, of_certificate: Result<RsaPublicKey, EntryDefect>) -> Result<RsaPublicKey, EntryDefect> {
    if PRIVATE.iter().any(|member| node.exact(member).is_some()) {
        return Err(EntryDefect::PrivateKey);
    }
    check_use(node)?;
    let components = components(node)?;
    if node.given("x5c").is_none() {
        return components.ok_or(EntryDefect::Missing { member: "n" })?.key().map_err(EntryDefect::Key);
    }
    let key = of_certificate?;
    match components {
        // Compared as numbers: both sides may have leading zeros.
        Some(components) if components.key().as_ref() != Ok(&key) => Err(EntryDefect::Disagreement),
        _ => Ok(key),
    }
}

/// Checks that a JWK is an RSA key for verifying signatures with RS256, as far as it says.
fn check_use(node: &Node) -> Result<(), EntryDefect> {
    match node.text("kty")? {
        Some("RSA") => {}
        Some(_) => return Err(EntryDefect::Key(KeyDefect::NotRsa)),
        None => return Err(EntryDefect::Missing { member: "kty" }),
    }
    for (member, wanted) in [("use", "sig"), ("alg", "RS256")] {
        match node.text(member)? {
            Some(value) if value != wanted => return Err(EntryDefect::other_use(member, value)),
            _ => {}
        }
    }
    // Members that are used where present have their types.
    for member in ["kid", "x5t", "x5t#S256", "issuer"] {
        node.text(member)?;
    }
    let Some(operations) = node.given("key_ops") else { return Ok(()) };
    let operations = operations.as_array().ok_or(EntryDefect::WrongType { member: "key_ops" })?;
    if operations.iter().any(|operation| operation.as_str() == Some("verify")) {
        return Ok(());
    }
    let names: Vec<&str> = operations.iter().filter_map(Node::as_str).collect();
    Err(EntryDefect::other_use("key_ops", &names.join(" ")))
}

struct Components {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Components {
    fn key(&self) -> Result<RsaPublicKey, KeyDefect> {
        RsaPublicKey::from_components(&self.modulus, &self.exponent)
    }
}

/// Reads modulus and exponent, of which a JWK has both or neither.
fn components(node: &Node) -> Result<Option<Components>, EntryDefect> {
    let number = |member| match node.text(member)? {
        Some(text) => {
            BASE64_URL_SAFE_NO_PAD.decode(text).map(Some).map_err(|_| EntryDefect::NotBase64 { member })
        }
        None => Ok(None),
    };
    match (number("n")?, number("e")?) {
        (Some(modulus), Some(exponent)) => Ok(Some(Components { modulus, exponent })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(EntryDefect::Missing { member: "n" }),
        (Some(_), None) => Err(EntryDefect::Missing { member: "e" }),
    }
}

/// Reads the first certificate of a JWK: the one of its key (RFC 7517 section 4.7).
fn certificate(node: &Node, budget: &Budget) -> Result<Option<KeyEntry>, EntryDefect> {
    let Some(chain) = node.given("x5c") else { return Ok(None) };
    let wrong = EntryDefect::WrongType { member: "x5c" };
    let text = chain.as_array().and_then(<[Node]>::first).and_then(Node::as_str).ok_or(wrong)?;
    let der = pem::decode_base64(text).ok_or(EntryDefect::NotBase64 { member: "x5c" })?;
    Ok(Some(KeyEntry::of_certificate(&der, budget)))
}

impl Node {
    fn exact(&self, name: &str) -> Option<&Self> {
        self.member(name, Names::Exact)
    }

    /// Returns a member that is there and not null.
    fn given(&self, name: &str) -> Option<&Self> {
        self.exact(name).filter(|node| **node != Self::Null)
    }

    /// Returns the text of a member that is there and not null.
    fn text(&self, member: &'static str) -> Result<Option<&str>, EntryDefect> {
        match self.given(member) {
            None => Ok(None),
            Some(Self::String(text)) => Ok(Some(text)),
            Some(_) => Err(EntryDefect::WrongType { member }),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::certificate::CertificateDefect;
    use crate::keys::testdata::{A_CERT, B_CERT, C_CERT, D_SPKI, SHORT_CERT, bare_jwk, jwk, jwks, x5t};

    fn read(document: &Value) -> KeyDocument {
        KeyDocument::parse(document.to_string().as_bytes(), &Budget::DEFAULT).unwrap()
    }

    fn read_key(key: Value) -> KeyEntry {
        read(&jwks(&[key])).entries.remove(0)
    }

    /// Reads the JWK of key a with one member changed; `null` removes it.
    fn with(member: &str, value: Value) -> Result<RsaPublicKey, EntryDefect> {
        let mut key = jwk(A_CERT);
        if value.is_null() {
            key.as_object_mut().unwrap().remove(member);
        } else {
            key[member] = value;
        }
        read_key(key).key
    }

    #[test]
    fn jwks_of_entra_read() {
        let mut key = jwk(A_CERT);
        key["issuer"] = json!("https://login.microsoftonline.com/{tenantid}/v2.0");
        let document = read(&jwks(&[key, jwk(C_CERT)]));
        assert_eq!(document.format, DocumentFormat::Jwks);
        let [first, second] = &document.entries[..] else { panic!("two entries") };
        assert_eq!(first.kid.as_deref(), Some(x5t(A_CERT).as_str()));
        assert_eq!(first.usage.as_deref(), Some("sig"));
        assert_eq!(
            first.declared_issuer.as_deref(),
            Some("https://login.microsoftonline.com/{tenantid}/v2.0")
        );
        assert_eq!(first.key.as_ref().unwrap().exponent(), 65537);
        assert_eq!(second.key.as_ref().unwrap().exponent(), 3);
    }

    #[test]
    fn key_of_certificate_alone_or_of_components_alone_the_same() {
        let key = with("kid", Value::Null);
        assert!(key.is_ok());
        let mut certificate_only = jwk(A_CERT);
        certificate_only.as_object_mut().unwrap().retain(|member, _| member != "n" && member != "e");
        assert_eq!(read_key(certificate_only).key, key);
        assert_eq!(with("x5c", Value::Null), key);
    }

    #[test]
    fn key_of_components_serves_under_the_declared_thumbprint() {
        let mut key = jwk(A_CERT);
        key.as_object_mut().unwrap().remove("x5c");
        assert_eq!(read_key(key).x5t(), Some(X5t::of_certificate(A_CERT)));
        let mut other = jwk(A_CERT);
        other["x5t"] = json!(x5t(B_CERT));
        assert_eq!(read_key(other).x5t(), Some(X5t::of_certificate(A_CERT)));
    }

    #[test]
    fn certificate_of_another_key_not_used() {
        assert_eq!(with("x5c", json!([BASE64_STANDARD.encode(B_CERT)])), Err(EntryDefect::Disagreement));
        assert_eq!(with("e", json!("Aw")), Err(EntryDefect::Disagreement));
    }

    #[test]
    fn leading_zeros_of_the_modulus_read() {
        let key = with("kid", Value::Null).unwrap();
        let zeros = BASE64_URL_SAFE_NO_PAD.encode([&[0, 0], key.modulus()].concat());
        assert_eq!(with("n", json!(zeros)), Ok(key));
    }

    #[test]
    fn use_that_allows_verifying_taken() {
        for (member, value) in [
            ("use", Value::Null),
            ("use", json!("sig")),
            ("alg", Value::Null),
            ("alg", json!("RS256")),
            ("key_ops", json!(["sign", "verify"])),
        ] {
            assert!(with(member, value.clone()).is_ok(), "{member} {value}");
        }
    }

    #[test]
    fn use_for_something_else_not_taken() {
        for (member, value, seen) in [
            ("use", json!("enc"), "enc"),
            ("use", json!("SIG"), "SIG"),
            ("alg", json!("RS512"), "RS512"),
            ("alg", json!("PS256"), "PS256"),
            ("key_ops", json!(["encrypt", "wrapKey"]), "encrypt wrapKey"),
            ("key_ops", json!([]), ""),
        ] {
            let member_name = ["use", "alg", "key_ops"].into_iter().find(|name| *name == member).unwrap();
            assert_eq!(with(member, value), Err(EntryDefect::other_use(member_name, seen)));
        }
    }

    #[test]
    fn defects_of_a_key_told_apart() {
        assert_eq!(with("kty", Value::Null), Err(EntryDefect::Missing { member: "kty" }));
        assert_eq!(with("kty", json!("EC")), Err(EntryDefect::Key(KeyDefect::NotRsa)));
        assert_eq!(with("kid", json!(1)), Err(EntryDefect::WrongType { member: "kid" }));
        assert_eq!(with("key_ops", json!("verify")), Err(EntryDefect::WrongType { member: "key_ops" }));
        assert_eq!(with("n", Value::Null), Err(EntryDefect::Missing { member: "n" }));
        assert_eq!(with("e", Value::Null), Err(EntryDefect::Missing { member: "e" }));
        assert_eq!(with("e", json!("AQAB==")), Err(EntryDefect::NotBase64 { member: "e" }));
        assert_eq!(with("x5c", json!("x")), Err(EntryDefect::WrongType { member: "x5c" }));
        assert_eq!(with("x5c", json!([])), Err(EntryDefect::WrongType { member: "x5c" }));
        assert_eq!(with("x5c", json!(["%"])), Err(EntryDefect::NotBase64 { member: "x5c" }));
        assert_eq!(with("x5c", json!(["AAAA"])), Err(EntryDefect::Certificate(CertificateDefect::Malformed)));
        let short = json!([BASE64_STANDARD.encode(SHORT_CERT)]);
        assert_eq!(with("x5c", short), Err(EntryDefect::Key(KeyDefect::ModulusTooShort { bits: 1024 })));
        assert_eq!(read_key(json!("x")).key, Err(EntryDefect::WrongType { member: "keys" }));
        assert_eq!(read_key(json!({ "kty": "RSA" })).key, Err(EntryDefect::Missing { member: "n" }));
    }

    #[test]
    fn exponents_that_nobody_should_use_told_apart() {
        let key = bare_jwk(&RsaPublicKey::from_spki_der(D_SPKI).unwrap(), "d");
        let with_exponent = |exponent: &[u8]| {
            let mut key = key.clone();
            key["e"] = json!(BASE64_URL_SAFE_NO_PAD.encode(exponent));
            read_key(key).key.map(|key| key.exponent())
        };
        assert_eq!(with_exponent(&[1, 0, 1]), Ok(65537));
        assert_eq!(with_exponent(&[1]), Err(EntryDefect::Key(KeyDefect::ExponentOne)));
        assert_eq!(with_exponent(&[4]), Err(EntryDefect::Key(KeyDefect::ExponentEven)));
        assert_eq!(
            with_exponent(&[2, 0, 0, 0, 1]),
            Err(EntryDefect::Key(KeyDefect::ExponentTooLarge { bits: 34 }))
        );
    }

    #[test]
    fn private_key_not_used_and_not_kept() {
        assert_eq!(with("d", json!("c2VjcmV0")), Err(EntryDefect::PrivateKey));
        let entry = read_key(json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "x" }));
        assert_eq!(entry.key, Err(EntryDefect::PrivateKey));
        assert!(!format!("{entry:?}").contains("c2VjcmV0"));
    }

    #[test]
    fn discovery_read_without_keys() {
        let document = read(&json!({
            "issuer": "https://sts.windows.net/{tenantid}/",
            "jwks_uri": "https://login.microsoftonline.com/common/discovery/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }));
        assert_eq!(document.format, DocumentFormat::Discovery);
        assert_eq!(document.declared_issuer(), Some("https://sts.windows.net/{tenantid}/"));
        assert_eq!(
            document.jwks_uri.as_deref(),
            Some("https://login.microsoftonline.com/common/discovery/keys")
        );
        assert!(document.entries.is_empty());
    }

    #[test]
    fn discovery_with_members_of_another_type_refused() {
        let text = json!({ "issuer": "https://sts.windows.net/{tenantid}/", "jwks_uri": ["x"] }).to_string();
        let error = KeyDocument::parse(text.as_bytes(), &Budget::DEFAULT).unwrap_err();
        assert_eq!(error.kind, DocumentErrorKind::WrongType { member: "jwks_uri" });
    }
}
