//! The keys that are at hand, and the one way to choose among them: by issuer and by the ids that a token
//! names.
//!
//! Follows ruling 5 and RFC 7515 sections 4.1.4, 4.1.7 and 4.1.8. No key is ever tried because it is there.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use super::certificate::CertificateFacts;
use super::issuer;
use super::ski::Ski;
use super::thumbprint::{X5t, X5tS256};
use crate::redact;
use crate::signature::RsaPublicKey;

/// Holds the usable keys of all issuers, as they were at one moment. It never changes; a newer one takes its
/// place.
///
/// The issuer of a key is the spelling that the policy uses for it, compared letter by letter. The default
/// set is empty.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    generation: u64,
    /// The keys of one issuer stand together.
    keys: Box<[Key]>,
    /// Sorted by issuer.
    issuers: Box<[Issuer]>,
}

impl KeySet {
    /// Makes a set of keys that stand together by issuer and whose ids choose one key each.
    pub(super) fn new(keys: Vec<Key>) -> Self {
        static GENERATIONS: AtomicU64 = AtomicU64::new(1);
        let mut issuers = Vec::new();
        let mut start: usize = 0;
        for keys in keys.chunk_by(|left, right| left.issuer == right.issuer) {
            let end = start.saturating_add(keys.len());
            if let Some(first) = keys.first() {
                issuers.push(Issuer::new(&first.issuer, start..end, keys));
            }
            start = end;
        }
        issuers.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        Self {
            generation: GENERATIONS.fetch_add(1, Ordering::Relaxed),
            keys: keys.into(),
            issuers: issuers.into(),
        }
    }

    /// Returns the number of this set: no other set that is built in this process has it. The empty set has
    /// 0.
    ///
    /// What was derived from a set, like a cached verdict, holds as long as the current set has the same
    /// number.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns all keys; those of one issuer stand together, in the order of its documents.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Returns the keys of one issuer.
    pub fn of_issuer(&self, issuer: &str) -> impl Iterator<Item = &Key> {
        self.issuer(issuer)
            .into_iter()
            .flat_map(|issuer| self.keys.get(issuer.keys.clone()).into_iter().flatten())
    }

    /// Chooses the key of an issuer that a token names.
    ///
    /// Every id that is given must choose the same key. Costs a few binary searches and allocates nothing.
    pub fn lookup(&self, issuer: &str, id: &KeyId<'_>) -> Lookup<'_> {
        if id.is_empty() {
            return Lookup::NoId;
        }
        let Some(issuer) = self.issuer(issuer) else { return Lookup::NoKeysOfIssuer };
        let given = [
            id.x5t.map(|x5t| find(&issuer.by_x5t, |other| other.cmp(&x5t))),
            id.x5t_s256.map(|x5t| find(&issuer.by_x5t_s256, |other| other.cmp(&x5t))),
            id.kid.map(|kid| find(&issuer.by_kid, |other| (**other).cmp(kid))),
        ];
        let mut unknown = false;
        let mut chosen: Option<&Key> = None;
        for index in given.into_iter().flatten() {
            match (chosen, index.and_then(|index| self.keys.get(index))) {
                (_, None) => unknown = true,
                (None, Some(key)) => chosen = Some(key),
                // One key can stand in several documents, with different ids.
                (Some(first), Some(key)) if std::ptr::eq(first, key) || first.rsa == key.rsa => {}
                (Some(_), Some(_)) => return Lookup::Disagree,
            }
        }
        match (chosen, unknown) {
            (Some(key), false) => Lookup::Found(KeyChosen(key)),
            (Some(_), true) => Lookup::Disagree,
            (None, _) => Lookup::UnknownId,
        }
    }

    /// Chooses the key of an issuer whose certificate has a subject key identifier: how an assertion names its key.
    ///
    /// Keys without certificate have none. Two keys that share an identifier are [`Lookup::Disagree`].
    pub fn lookup_ski(&self, issuer: &str, ski: &Ski) -> Lookup<'_> {
        let Some(issuer) = self.issuer(issuer) else { return Lookup::NoKeysOfIssuer };
        let first = issuer.by_ski.partition_point(|(other, _)| other < ski);
        let named = issuer.by_ski.get(first..).unwrap_or_default().iter();
        let mut keys =
            named.take_while(|(other, _)| other == ski).filter_map(|(_, index)| self.keys.get(*index));
        match keys.next() {
            None => Lookup::UnknownId,
            Some(key) if keys.all(|other| other.rsa == key.rsa) => Lookup::Found(KeyChosen(key)),
            Some(_) => Lookup::Disagree,
        }
    }

    /// Returns the only key of an issuer, for a policy that accepts tokens without a key id.
    #[must_use]
    pub fn sole_key(&self, issuer: &str) -> Option<KeyChosen<'_>> {
        match self.keys.get(self.issuer(issuer)?.keys.clone())? {
            [key] => Some(KeyChosen(key)),
            _ => None,
        }
    }

    fn issuer(&self, name: &str) -> Option<&Issuer> {
        let index = self.issuers.binary_search_by(|issuer| (*issuer.name).cmp(name)).ok()?;
        self.issuers.get(index)
    }
}

/// The keys of one issuer, and its tables of ids, each sorted by id, with the index of the key in the set.
#[derive(Clone, Debug)]
struct Issuer {
    name: Box<str>,
    keys: Range<usize>,
    by_x5t: Box<[(X5t, usize)]>,
    by_x5t_s256: Box<[(X5tS256, usize)]>,
    by_kid: Box<[(Box<str>, usize)]>,
    /// An identifier may stand here several times: it does not keep a key from serving under its other ids.
    by_ski: Box<[(Ski, usize)]>,
}

impl Issuer {
    fn new(name: &str, range: Range<usize>, keys: &[Key]) -> Self {
        let indexed = || range.clone().zip(keys);
        let mut by_ski: Vec<_> = indexed()
            .filter_map(|(index, key)| Some((key.certificate.as_ref()?.ski.clone(), index)))
            .collect();
        by_ski.sort_unstable();
        Self {
            name: name.into(),
            by_x5t: table(indexed().filter_map(|(index, key)| Some((key.x5t?, index)))),
            by_x5t_s256: table(indexed().filter_map(|(index, key)| Some((key.x5t_s256?, index)))),
            by_kid: table(indexed().filter_map(|(index, key)| Some((key.effective_kid()?, index)))),
            by_ski: by_ski.into(),
            keys: range,
        }
    }
}

/// Sorts a table; of several entries with one id, which are the same RSA key, the first stays.
fn table<I: Ord>(ids: impl Iterator<Item = (I, usize)>) -> Box<[(I, usize)]> {
    let mut table: Vec<(I, usize)> = ids.collect();
    table.sort_unstable();
    table.dedup_by(|later, earlier| later.0 == earlier.0);
    table.into()
}

fn find<I>(table: &[(I, usize)], compare: impl Fn(&I) -> std::cmp::Ordering) -> Option<usize> {
    let index = table.binary_search_by(|(id, _)| compare(id)).ok()?;
    table.get(index).map(|(_, key)| *key)
}

/// A key of an issuer.
#[derive(Clone)]
pub struct Key {
    pub(super) issuer: Box<str>,
    pub(super) source: Box<str>,
    pub(super) rsa: RsaPublicKey,
    pub(super) x5t: Option<X5t>,
    pub(super) x5t_s256: Option<X5tS256>,
    pub(super) kid: Option<Box<str>>,
    pub(super) declared_issuer: Option<Box<str>>,
    pub(super) certificate: Option<CertificateFacts>,
    pub(super) of_unverified_source: bool,
}

impl Key {
    /// Returns the issuer that the key was loaded for, in the policy's spelling.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns where the key came from: the URL or the file of its document.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the public key.
    #[must_use]
    pub fn rsa(&self) -> &RsaPublicKey {
        &self.rsa
    }

    /// Returns the SHA-1 thumbprint: that of the certificate; the declared one only if the document has no
    /// certificate.
    #[must_use]
    pub fn x5t(&self) -> Option<X5t> {
        self.x5t
    }

    /// Returns the SHA-256 thumbprint, likewise.
    #[must_use]
    pub fn x5t_s256(&self) -> Option<X5tS256> {
        self.x5t_s256
    }

    /// Returns the id that the document declares.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the issuer that the document declares for this key or for all its keys; `{tenantid}` or `*` in
    /// it is a wildcard.
    #[must_use]
    pub fn declared_issuer(&self) -> Option<&str> {
        self.declared_issuer.as_deref()
    }

    /// Tells whether the key's declared issuer can be this one. Without a declaration it can be any.
    #[must_use]
    pub fn may_sign_for(&self, issuer: &str) -> bool {
        self.declared_issuer().is_none_or(|declared| issuer::can_be(declared, issuer))
    }

    /// Returns what the certificate says; its validity is not judged here.
    #[must_use]
    pub fn certificate(&self) -> Option<&CertificateFacts> {
        self.certificate.as_ref()
    }

    /// Tells whether its document has a signature that nobody checked: only the connection, over which it came,
    /// vouches for the key.
    #[must_use]
    pub fn is_of_unverified_source(&self) -> bool {
        self.of_unverified_source
    }

    /// Returns the text that a token's `kid` is compared with: without a declared one, ACS and Entra write
    /// the `x5t` there.
    pub(super) fn effective_kid(&self) -> Option<Box<str>> {
        self.kid.clone().or_else(|| self.x5t.map(|x5t| x5t.to_string().into()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("issuer", &redact::printable(&self.issuer))
            .field("source", &redact::printable(&self.source))
            .field("x5t", &self.x5t)
            .field("kid", &self.kid.as_deref().map(redact::printable))
            .field("rsa", &self.rsa)
            .finish_non_exhaustive()
    }
}

/// The ids by which a token's header names its key.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyId<'t> {
    /// The SHA-1 thumbprint of the certificate.
    pub x5t: Option<X5t>,
    /// The SHA-256 thumbprint of the certificate.
    pub x5t_s256: Option<X5tS256>,
    /// The id that the issuer gave the key.
    pub kid: Option<&'t str>,
}

impl KeyId<'_> {
    /// Tells whether there is no id at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x5t.is_none() && self.x5t_s256.is_none() && self.kid.is_none()
    }
}

impl fmt::Debug for KeyId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyId")
            .field("x5t", &self.x5t)
            .field("x5t_s256", &self.x5t_s256)
            .field("kid", &self.kid.map(redact::printable))
            .finish()
    }
}

/// How the choice of a key ended.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub enum Lookup<'k> {
    /// All given ids name this key.
    Found(KeyChosen<'k>),
    /// The issuer has no usable key, so nothing can be said about the signature.
    NoKeysOfIssuer,
    /// The issuer has keys, and none has any of the ids.
    UnknownId,
    /// The ids do not name the same key: they name two, or one of them names none.
    Disagree,
    /// No id was given.
    NoId,
}

/// Proves that a key was chosen by issuer and id: only [`KeySet`] makes this value.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct KeyChosen<'k>(&'k Key);

impl<'k> KeyChosen<'k> {
    /// Returns the key, for as long as its set lives.
    #[must_use]
    pub fn key(self) -> &'k Key {
        self.0
    }
}

impl Deref for KeyChosen<'_> {
    type Target = Key;

    fn deref(&self) -> &Key {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::keys::testdata::{
        A_CERT, A_SPKI, B_CERT, C_CERT, D_SPKI, bare_jwk, jwks, metadata, metadata_entry, pem,
    };
    use crate::keys::{KeySetBuilder, Loaded};

    const ACS: &str = "00000001-0000-0000-c000-000000000000@*";
    const ENTRA: &str = "https://sts.windows.net/{tenantid}/";

    /// ACS has the certificates b, a and c, in this order; Entra has key d with a kid and nothing else.
    fn set() -> KeySet {
        let acs = [B_CERT, A_CERT, C_CERT].map(|certificate| pem("CERTIFICATE", certificate)).concat();
        let entra = jwks(&[bare_jwk(&RsaPublicKey::from_spki_der(D_SPKI).unwrap(), "key-d")]);
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add(ACS, "acs.pem", acs.as_bytes()).add(ENTRA, "entra.json", entra.to_string().as_bytes());
        let Loaded { keys, findings } = builder.build();
        assert_eq!(findings, []);
        keys
    }

    fn x5t(certificate: &[u8]) -> KeyId<'static> {
        KeyId { x5t: Some(X5t::of_certificate(certificate)), ..KeyId::default() }
    }

    fn kid(kid: &str) -> KeyId<'_> {
        KeyId { kid: Some(kid), ..KeyId::default() }
    }

    fn found<'k>(lookup: Lookup<'k>) -> &'k Key {
        match lookup {
            Lookup::Found(chosen) => chosen.key(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lookup_by_ski_found_for_the_issuer_alone() {
        let set = set();
        let ski = |certificate| {
            set.keys()
                .iter()
                .find(|key| key.x5t() == Some(X5t::of_certificate(certificate)))
                .and_then(Key::certificate)
                .unwrap()
                .ski
                .clone()
        };
        for certificate in [A_CERT, B_CERT, C_CERT] {
            let key = found(set.lookup_ski(ACS, &ski(certificate)));
            assert_eq!(key.x5t(), Some(X5t::of_certificate(certificate)));
        }
        assert!(matches!(set.lookup_ski(ENTRA, &ski(A_CERT)), Lookup::UnknownId));
        assert!(matches!(set.lookup_ski("x", &ski(A_CERT)), Lookup::NoKeysOfIssuer));
        let other = Ski::from_bytes(&[1; 20]).unwrap();
        assert!(matches!(set.lookup_ski(ACS, &other), Lookup::UnknownId));
    }

    #[test]
    fn ski_of_two_keys_serves_neither_and_of_one_key_twice_serves() {
        let mut keys: Vec<Key> = set().of_issuer(ACS).cloned().collect();
        let ski = keys[0].certificate.as_ref().unwrap().ski.clone();
        keys.push(Key { kid: Some("again".into()), ..keys[0].clone() });
        let same = KeySet::new(keys.clone());
        assert!(matches!(same.lookup_ski(ACS, &ski), Lookup::Found(_)));
        keys[1].certificate.as_mut().unwrap().ski = ski.clone();
        let set = KeySet::new(keys.clone());
        assert!(matches!(set.lookup_ski(ACS, &ski), Lookup::Disagree));
        assert!(matches!(set.lookup(ACS, &x5t(A_CERT)), Lookup::Found(_)));
    }

    #[test]
    fn lookup_by_thumbprint_finds_the_key_wherever_it_stands() {
        let set = set();
        for certificate in [A_CERT, B_CERT, C_CERT] {
            let key = found(set.lookup(ACS, &x5t(certificate)));
            assert_eq!(key.x5t(), Some(X5t::of_certificate(certificate)));
            assert_eq!((key.issuer(), key.source()), (ACS, "acs.pem"));
            let s256 = KeyId { x5t_s256: Some(X5tS256::of_certificate(certificate)), ..KeyId::default() };
            assert!(std::ptr::eq(found(set.lookup(ACS, &s256)), key));
        }
        assert_eq!(found(set.lookup(ACS, &x5t(A_CERT))).rsa(), &RsaPublicKey::from_spki_der(A_SPKI).unwrap());
    }

    #[test]
    fn signature_verifies_with_the_named_key_and_not_with_the_first() {
        let message = include_bytes!("../../tests/data/keys/message.txt");
        let signature = include_bytes!("../../tests/data/keys/a.sig");
        let set = set();
        let named = found(set.lookup(ACS, &x5t(A_CERT)));
        let first = &set.keys()[0];
        assert!(named.rsa().verify_rs256(message, signature).is_ok());
        assert!(first.rsa().verify_rs256(message, signature).is_err());
    }

    #[test]
    fn lookup_of_another_issuers_key_finds_nothing() {
        let set = set();
        assert!(matches!(set.lookup(ENTRA, &x5t(A_CERT)), Lookup::UnknownId));
        assert!(matches!(set.lookup(ACS, &kid("key-d")), Lookup::UnknownId));
        assert!(matches!(
            set.lookup("https://sts.windows.net/contoso/", &x5t(A_CERT)),
            Lookup::NoKeysOfIssuer
        ));
        assert!(matches!(set.lookup(&ACS.to_uppercase(), &x5t(A_CERT)), Lookup::NoKeysOfIssuer));
        assert!(matches!(KeySet::default().lookup(ACS, &x5t(A_CERT)), Lookup::NoKeysOfIssuer));
    }

    #[test]
    fn lookup_by_kid_declared_or_else_the_text_of_the_thumbprint() {
        let set = set();
        assert_eq!(found(set.lookup(ENTRA, &kid("key-d"))).kid(), Some("key-d"));
        assert!(matches!(set.lookup(ENTRA, &kid("Key-d")), Lookup::UnknownId));
        let text = X5t::of_certificate(A_CERT).to_string();
        assert_eq!(found(set.lookup(ACS, &kid(&text))).x5t(), Some(X5t::of_certificate(A_CERT)));
        assert!(matches!(set.lookup(ACS, &kid(&format!("{text}="))), Lookup::UnknownId));
        assert!(matches!(set.lookup(ACS, &kid("")), Lookup::UnknownId));
    }

    #[test]
    fn lookup_with_several_ids_only_if_all_choose_one_key() {
        let set = set();
        let text = X5t::of_certificate(A_CERT).to_string();
        let all = KeyId { x5t_s256: Some(X5tS256::of_certificate(A_CERT)), kid: Some(&text), ..x5t(A_CERT) };
        assert_eq!(found(set.lookup(ACS, &all)).x5t(), all.x5t);
        let other_s256 = KeyId { x5t_s256: Some(X5tS256::of_certificate(B_CERT)), ..all };
        assert!(matches!(set.lookup(ACS, &other_s256), Lookup::Disagree));
        let unknown_kid = KeyId { kid: Some("other"), ..all };
        assert!(matches!(set.lookup(ACS, &unknown_kid), Lookup::Disagree));
        let unknown_x5t = KeyId { x5t: Some(X5t::from_bytes([0; 20])), ..all };
        assert!(matches!(set.lookup(ACS, &unknown_x5t), Lookup::Disagree));
        let none_known = KeyId { kid: Some("other"), x5t: Some(X5t::from_bytes([0; 20])), x5t_s256: None };
        assert!(matches!(set.lookup(ACS, &none_known), Lookup::UnknownId));
    }

    #[test]
    fn lookup_without_id_refused_even_with_one_key() {
        let set = set();
        assert!(matches!(set.lookup(ENTRA, &KeyId::default()), Lookup::NoId));
        assert!(matches!(set.lookup("unknown", &KeyId::default()), Lookup::NoId));
    }

    #[test]
    fn sole_key_only_where_there_is_one() {
        let set = set();
        assert_eq!(set.sole_key(ENTRA).unwrap().kid(), Some("key-d"));
        assert!(set.sole_key(ACS).is_none());
        assert!(set.sole_key("unknown").is_none());
    }

    #[test]
    fn keys_listed_in_the_order_of_the_documents() {
        let set = set();
        let of_acs: Vec<_> = set.of_issuer(ACS).map(|key| key.x5t().unwrap()).collect();
        assert_eq!(of_acs, [B_CERT, A_CERT, C_CERT].map(X5t::of_certificate));
        assert_eq!(set.of_issuer("unknown").count(), 0);
        assert_eq!(set.keys().len(), 4);
    }

    #[test]
    fn generation_different_for_every_set() {
        let (first, second) = (set(), set());
        assert_eq!(KeySet::default().generation(), 0);
        assert_ne!(first.generation(), 0);
        assert_ne!(first.generation(), second.generation());
        assert_eq!(first.clone().generation(), first.generation());
    }

    #[test]
    fn key_may_sign_for_what_its_document_declares() {
        let exchange = "00000002-0000-0ff1-ce00-000000000000";
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        let document = metadata(&[metadata_entry(A_CERT)]).to_string();
        builder.add(&format!("{exchange}@*"), "file", document.as_bytes());
        let keys = builder.build().keys;
        let key = &keys.keys()[0];
        assert_eq!(key.declared_issuer(), Some("00000002-0000-0ff1-ce00-000000000000@*"));
        assert!(key.may_sign_for(&format!("{exchange}@contoso.com")));
        assert!(!key.may_sign_for("00000003-0000-0ff1-ce00-000000000000@contoso.com"));
        assert!(set().keys()[0].may_sign_for("anybody"));
    }

    #[test]
    fn debug_of_a_key_id_shows_no_token() {
        let token = format!("eyJhbGciOiJub25lIn0.{}", "QUJD".repeat(40));
        let shown = format!("{:?}", kid(&token));
        assert!(!shown.contains("QUJD") && shown.contains("redacted"), "{shown}");
    }
}
