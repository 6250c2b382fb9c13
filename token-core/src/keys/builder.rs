//! Turns key documents into a key set, and reports everything that is wrong with them.
//!
//! Follows rulings 5 and 6: a bad entry is reported and skipped, a bad document adds nothing, and what
//! remains is usable.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::document::{DocumentError, DocumentFormat, DocumentProof, KeyDocument};
use super::entry::{DeclaredThumbprint, KeyEntry};
use super::issuer;
use super::set::{Key, KeySet};
use super::thumbprint::Spelling;
use crate::budget::Budget;
use crate::redact;
use crate::signature::Backend;
use crate::verdict::{Check, Collect, Evidence, Finding, Outcome, Part, RuleId, Sink};

/// Collects key documents, each for the issuer that it was given for.
#[derive(Debug)]
#[must_use]
pub struct KeySetBuilder {
    budget: Budget,
    candidates: Vec<Candidate>,
    findings: Collect,
    backend: Option<Backend>,
}

/// What [`KeySetBuilder::build`] makes.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct Loaded {
    /// The usable keys.
    pub keys: KeySet,
    /// What was wrong, in the order of the documents and their entries; ids that occur twice at the end.
    pub findings: Vec<Finding>,
}

impl KeySetBuilder {
    /// Starts without keys.
    pub fn new(budget: &Budget) -> Self {
        Self { budget: *budget, candidates: Vec::new(), findings: Collect::default(), backend: None }
    }

    /// Prepares the keys of the set for another backend than the default one.
    ///
    /// With a reviewed backend the set's signatures are verified by it alone; see [`RsaPublicKey::with_backend`].
    ///
    /// [`RsaPublicKey::with_backend`]: crate::signature::RsaPublicKey::with_backend
    pub fn backend(&mut self, backend: Backend) -> &mut Self {
        self.backend = Some(backend);
        self
    }

    /// Adds the keys of a document to those of an issuer.
    ///
    /// `issuer` is the policy's spelling of the trusted issuer; lookups must use the same. `source` is the
    /// URL or the file name that findings mention. Formats as for [`KeyDocument::parse`].
    ///
    /// # Findings
    /// `KEY-10` for a document that is refused or holds no key, otherwise as [`KeySetBuilder::add_document`].
    pub fn add(&mut self, issuer: &str, source: &str, document: &[u8]) -> &mut Self {
        let document = KeyDocument::parse(document, &self.budget);
        self.add_parsed(issuer, source, document)
    }

    /// Adds the keys of WS-Federation metadata that a pinned certificate signed, see [`KeyDocument::parse_signed`].
    ///
    /// # Findings
    /// `KEY-10` for a document that is refused or holds no key, and reported for one that is signed with SHA-1; otherwise
    /// as [`KeySetBuilder::add_document`].
    #[cfg(all(feature = "dauth", feature = "federation"))]
    pub fn add_signed(
        &mut self,
        issuer: &str,
        source: &str,
        document: &[u8],
        pinned: &[super::X5tS256],
    ) -> &mut Self {
        let document = KeyDocument::parse_signed(document, pinned, &self.budget);
        self.add_parsed(issuer, source, document)
    }

    fn add_parsed(
        &mut self,
        issuer: &str,
        source: &str,
        document: Result<KeyDocument, DocumentError>,
    ) -> &mut Self {
        match document {
            Ok(document) => self.add_document(issuer, source, &document),
            Err(error) => {
                let check = Check::new(RuleId::Key10, Part::KeyDocument).at(error.at);
                let evidence =
                    || Evidence::new("a key document", format_args!("{}; in {source}", error.kind));
                let _ = self.findings.check(check, false, evidence);
                self
            }
        }
    }

    /// Adds the keys of a document that was read already.
    ///
    /// # Findings
    /// `KEY-10` if it has no entries, `KEY-11` and `KEY-13` to `KEY-15` for entries that are not used,
    /// `KEY-12`, `KEY-17` and `KEY-18` for those that are.
    pub fn add_document(&mut self, issuer: &str, source: &str, document: &KeyDocument) -> &mut Self {
        if document.entries.is_empty() {
            self.report_no_keys(source, document);
        }
        if document.proof().is_some_and(DocumentProof::is_sha1) {
            let evidence =
                || Evidence::new("a document signed with rsa-sha256", format_args!("SHA-1; in {source}"));
            let check = Check::new(RuleId::Key10, Part::KeyDocument);
            let _ = self.findings.record(check, Outcome::Reported, evidence);
        }
        if let Some(declared) = document.declared_issuer() {
            self.check_issuer(Check::new(RuleId::Key17, Part::KeyDocument), declared, issuer, source);
        }
        for (index, entry) in document.entries.iter().enumerate() {
            let rsa = match &entry.key {
                Ok(rsa) => rsa.clone(),
                Err(defect) => {
                    self.report(
                        defect.rule(),
                        index,
                        defect.expected(),
                        format_args!("{defect}; in {source}"),
                    );
                    continue;
                }
            };
            if let Some(declared) = &entry.declared_issuer {
                self.check_issuer(
                    Check::new(RuleId::Key17, Part::KeyDocument).entry(index),
                    declared,
                    issuer,
                    source,
                );
            }
            self.check_thumbprints(index, entry, source);
            let declared_issuer = entry.declared_issuer.as_deref().or(document.declared_issuer());
            let key = Key {
                issuer: issuer.into(),
                source: source.into(),
                rsa,
                x5t: entry.x5t(),
                x5t_s256: entry.x5t_s256(),
                kid: entry.kid.as_deref().map(Into::into),
                declared_issuer: declared_issuer.map(Into::into),
                certificate: entry.certificate.clone(),
                of_unverified_source: document.format == DocumentFormat::Federation
                    && document.proof().is_none(),
            };
            self.candidates.push(Candidate { key, entry: index });
        }
        self
    }

    /// Returns what was found so far.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings.0
    }

    /// Makes the set of what was added, and leaves the builder empty.
    ///
    /// A key that was added twice is one key. Keys of one issuer that share an id, but are different keys,
    /// are left out.
    ///
    /// # Findings
    /// `KEY-16` for each key that is left out.
    pub fn build(&mut self) -> Loaded {
        let candidates = self.without_repeated();
        let ambiguous = ambiguous(&candidates);
        let mut keys = Vec::with_capacity(candidates.len());
        for (index, Candidate { mut key, entry }) in candidates.into_iter().enumerate() {
            match ambiguous.get(&index) {
                Some(id) => {
                    let seen = format_args!("another key with the {id}; in {}", key.source);
                    self.report(RuleId::Key16, entry, "one key for each id", seen);
                }
                None => {
                    // Every backend takes every sound key; the tests hold them to it.
                    if let Some(Ok(rsa)) = self.backend.map(|backend| key.rsa.with_backend(backend)) {
                        key.rsa = rsa;
                    }
                    keys.push(key);
                }
            }
        }
        Loaded { keys: KeySet::new(keys), findings: std::mem::take(&mut self.findings.0) }
    }

    /// Takes the candidates, sorted by the first mention of their issuer, each key once.
    fn without_repeated(&mut self) -> Vec<Candidate> {
        let mut issuers: Vec<Vec<Candidate>> = Vec::new();
        for candidate in std::mem::take(&mut self.candidates) {
            let is_of_issuer = |others: &&mut Vec<Candidate>| {
                others.first().is_some_and(|other| other.key.issuer == candidate.key.issuer)
            };
            let of_issuer = issuers.iter_mut().find(is_of_issuer);
            match of_issuer {
                Some(others) => match others.iter_mut().find(|other| other.is_same(&candidate)) {
                    // What one verified source says is not the less true for an unverified one that says it too.
                    Some(same) => same.key.of_unverified_source &= candidate.key.of_unverified_source,
                    None => others.push(candidate),
                },
                None => issuers.push(vec![candidate]),
            }
        }
        issuers.into_iter().flatten().collect()
    }

    fn report_no_keys(&mut self, source: &str, document: &KeyDocument) {
        let check = Check::new(RuleId::Key10, Part::KeyDocument);
        let seen = match (&document.jwks_uri, document.format) {
            (Some(uri), DocumentFormat::Discovery) => {
                format!("OpenID discovery, whose keys are at {uri}; in {source}")
            }
            (_, format) => format!("{format} without keys; in {source}"),
        };
        // The document is well-formed; it only adds nothing.
        let _ =
            self.findings.record(check, Outcome::Reported, || Evidence::new("a document with keys", seen));
    }

    fn check_issuer(&mut self, check: Check, declared: &str, issuer: &str, source: &str) {
        if !issuer::can_be(declared, issuer) {
            let expected = redact::printable(issuer);
            let _ = self
                .findings
                .check(check, false, || Evidence::new(expected, format_args!("{declared}; in {source}")));
        }
    }

    fn check_thumbprints(&mut self, index: usize, entry: &KeyEntry, source: &str) {
        let certificate = entry.certificate.as_ref();
        self.check_thumbprint(
            index,
            "x5t",
            entry.declared_x5t.as_ref(),
            certificate.map(|facts| facts.x5t),
            source,
        );
        let (declared, computed) =
            (entry.declared_x5t_s256.as_ref(), certificate.map(|facts| facts.x5t_s256));
        self.check_thumbprint(index, "x5t#S256", declared, computed, source);
    }

    /// Compares a declared thumbprint, if there is one, with that of the certificate, if there is one.
    fn check_thumbprint<T: PartialEq + fmt::Display>(
        &mut self,
        index: usize,
        name: &'static str,
        declared: Option<&DeclaredThumbprint<T>>,
        computed: Option<T>,
        source: &str,
    ) {
        let expected =
            || computed.as_ref().map_or_else(|| name.to_owned(), |computed| format!("{name} {computed}"));
        match declared {
            None => {}
            Some(Err(error)) => {
                self.report(RuleId::Key12, index, expected(), format_args!("{error}; in {source}"));
            }
            Some(Ok((declared, spelling))) => {
                if *spelling != Spelling::Canonical {
                    let seen = format_args!("{spelling}; in {source}");
                    self.report(RuleId::Key18, index, format!("{name} as base64url without padding"), seen);
                }
                if computed.as_ref().is_some_and(|computed| computed != declared) {
                    self.report(RuleId::Key12, index, expected(), format_args!("{declared}; in {source}"));
                }
            }
        }
    }

    fn report(
        &mut self,
        rule: RuleId,
        entry: usize,
        expected: impl Into<Cow<'static, str>>,
        seen: impl fmt::Display,
    ) {
        let check = Check::new(rule, Part::KeyDocument).entry(entry);
        let _ = self.findings.check(check, false, || Evidence::new(expected, seen));
    }
}

/// A usable key, and which entry of its document it is.
#[derive(Debug)]
struct Candidate {
    key: Key,
    entry: usize,
}

impl Candidate {
    /// Whether another candidate is the very same key, under the same ids.
    fn is_same(&self, other: &Self) -> bool {
        let (left, right) = (&self.key, &other.key);
        left.x5t == right.x5t
            && left.x5t_s256 == right.x5t_s256
            && left.kid == right.kid
            && left.rsa == right.rsa
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        let x5t = self.key.x5t.map(|x5t| format!("x5t {x5t}"));
        let x5t_s256 = self.key.x5t_s256.map(|x5t| format!("x5t#S256 {x5t}"));
        let kid = self.key.effective_kid().map(|kid| format!("kid {kid}"));
        x5t.into_iter().chain(x5t_s256).chain(kid)
    }
}

/// Finds the candidates that share an id with a different key of the same issuer, and the first such id.
fn ambiguous(candidates: &[Candidate]) -> BTreeMap<usize, String> {
    let mut holders: BTreeMap<(&str, String), BTreeSet<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        for id in candidate.ids() {
            holders.entry((&candidate.key.issuer, id)).or_default().insert(index);
        }
    }
    let mut ambiguous = BTreeMap::new();
    for ((_, id), holders) in holders {
        let mut keys =
            holders.iter().filter_map(|index| candidates.get(*index)).map(|candidate| &candidate.key.rsa);
        let first = keys.next();
        if keys.any(|key| Some(key) != first) {
            for index in holders {
                ambiguous.entry(index).or_insert_with(|| id.clone());
            }
        }
    }
    ambiguous
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the tests compute with numbers of their own")]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::testdata::{
        A_CERT, A_SHA1_CERT, B_CERT, C_CERT, D_SPKI, EC_CERT, SHORT_CERT, bare_jwk, jwk, jwks, metadata,
        metadata_entry, pem, x5t,
    };
    use crate::keys::{KeyId, Lookup, X5t};
    use crate::signature::RsaPublicKey;

    const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000@*";

    fn load(documents: &[(&str, &str)]) -> Loaded {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        for (issuer, document) in documents {
            builder.add(issuer, "https://mail.contoso.com/keys", document.as_bytes());
        }
        builder.build()
    }

    fn load_one(document: &Value) -> Loaded {
        load(&[(EXCHANGE, &document.to_string())])
    }

    /// Rule, entry, and what was seen, without the source.
    fn seen(loaded: &Loaded) -> Vec<(RuleId, Option<usize>, &str)> {
        assert!(loaded.findings.iter().all(|finding| finding.location.part == Part::KeyDocument));
        let all = loaded.findings.iter();
        all.map(|f| {
            (f.rule, f.location.entry, f.seen.split_once("; in https://mail.contoso.com/keys").unwrap().0)
        })
        .collect()
    }

    fn thumbprints(loaded: &Loaded) -> Vec<String> {
        loaded.keys.keys().iter().map(|key| key.x5t().unwrap().to_string()).collect()
    }

    fn d() -> RsaPublicKey {
        RsaPublicKey::from_spki_der(D_SPKI).unwrap()
    }

    #[test]
    fn good_documents_load_without_findings() {
        let metadata = metadata(&[metadata_entry(A_CERT), metadata_entry(B_CERT)]);
        let loaded = load_one(&metadata);
        assert_eq!(loaded.findings, []);
        assert_eq!(thumbprints(&loaded), [x5t(A_CERT), x5t(B_CERT)]);
        let loaded =
            load(&[("https://sts.windows.net/{tenantid}/", &jwks(&[jwk(A_CERT), jwk(C_CERT)]).to_string())]);
        assert_eq!(loaded.findings, []);
        assert_eq!(loaded.keys.keys()[1].kid(), Some(x5t(C_CERT).as_str()));
        assert_eq!(loaded.keys.keys()[1].certificate().unwrap().subject, "CN=Throw-away c");
    }

    #[test]
    fn backend_of_choice_prepares_every_key() {
        let document = pem("CERTIFICATE", A_CERT);
        for backend in Backend::available() {
            let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
            builder.backend(*backend).add("x", "file", document.as_bytes());
            assert_eq!(builder.build().keys.keys()[0].rsa().backend(), *backend);
        }
    }

    #[test]
    fn bad_document_reported_and_the_others_stay() {
        let good = pem("CERTIFICATE", A_CERT);
        let loaded = load(&[(EXCHANGE, r#"{"keys":[],"keys":[]}"#), (EXCHANGE, &good)]);
        assert_eq!(seen(&loaded), [(RuleId::Key10, None, "a member twice in one object")]);
        assert_eq!(
            (loaded.findings[0].outcome, loaded.findings[0].location.at),
            (Outcome::Refused, Some(16))
        );
        assert_eq!(thumbprints(&loaded), [x5t(A_CERT)]);
    }

    #[test]
    fn bad_entries_reported_with_their_rule_and_the_others_stay() {
        let mut other_use = metadata_entry(C_CERT);
        other_use["usage"] = json!("encryption");
        let entries = [
            metadata_entry(SHORT_CERT),
            metadata_entry(EC_CERT),
            metadata_entry(A_CERT),
            json!({}),
            other_use,
            metadata_entry(B_CERT),
        ];
        let loaded = load_one(&metadata(&entries));
        let expected = [
            (RuleId::Key13, Some(0), "a modulus of 1024 bits, fewer than 2048"),
            (RuleId::Key13, Some(1), "a key that is not an RSA key for RSASSA-PKCS1-v1_5"),
            (RuleId::Key11, Some(3), "no keyvalue"),
            (RuleId::Key15, Some(4), "usage \"encryption\""),
        ];
        assert_eq!(seen(&loaded), expected);
        assert!(loaded.findings.iter().all(|finding| finding.outcome == Outcome::Reported));
        assert_eq!(thumbprints(&loaded), [x5t(A_CERT), x5t(B_CERT)]);
    }

    #[test]
    fn roca_shaped_key_reported_and_not_used() {
        // A power of the generator is one modulo every prime, too; this one has 2049 bits.
        let mut power = vec![1_u8];
        for _ in 0..128 {
            power = times_65537(&power);
        }
        let mut key = bare_jwk(&d(), "weak");
        key["n"] = json!(base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, power));
        let loaded = load(&[("x", &jwks(&[key, jwk(A_CERT)]).to_string())]);
        assert_eq!(loaded.findings.len(), 1);
        assert_eq!((loaded.findings[0].rule, loaded.findings[0].location.entry), (RuleId::Key14, Some(0)));
        assert_eq!(thumbprints(&loaded), [x5t(A_CERT)]);
    }

    /// Multiplies a big-endian number: shifted by 16 bits, plus itself.
    fn times_65537(number: &[u8]) -> Vec<u8> {
        let shifted = [number, &[0, 0]].concat();
        let own = [vec![0; shifted.len() - number.len()], number.to_vec()].concat();
        let mut sum = vec![0; shifted.len() + 1];
        let mut carry = 0_u16;
        for index in (0..shifted.len()).rev() {
            let digit = u16::from(shifted[index]).wrapping_add(u16::from(own[index])).wrapping_add(carry);
            sum[index + 1] = u8::try_from(digit & 0xff).unwrap();
            carry = digit >> 8;
        }
        sum[0] = u8::try_from(carry).unwrap();
        sum.into_iter().skip_while(|byte| *byte == 0).collect()
    }

    #[test]
    fn wrong_declared_thumbprint_reported_and_the_true_one_serves() {
        let mut entry = metadata_entry(A_CERT);
        entry["keyinfo"]["x5t"] = json!(x5t(B_CERT));
        let loaded = load_one(&metadata(&[entry]));
        assert_eq!(seen(&loaded), [(RuleId::Key12, Some(0), x5t(B_CERT).as_str())]);
        assert_eq!(loaded.findings[0].expected, format!("x5t {}", x5t(A_CERT)));
        let by = |certificate| KeyId { x5t: Some(X5t::of_certificate(certificate)), ..KeyId::default() };
        assert!(matches!(loaded.keys.lookup(EXCHANGE, &by(A_CERT)), Lookup::Found(_)));
        assert!(matches!(loaded.keys.lookup(EXCHANGE, &by(B_CERT)), Lookup::UnknownId));
    }

    #[test]
    fn unreadable_and_oddly_spelled_thumbprints_reported() {
        let with = |x5t: String| {
            let mut entry = metadata_entry(A_CERT);
            entry["keyinfo"]["x5t"] = json!(x5t);
            load_one(&metadata(&[entry]))
        };
        let hex = with("241655D884092F2670D24729FC739C0454F24B01".to_owned());
        assert_eq!(
            seen(&hex),
            [(RuleId::Key12, Some(0), "40 hex digits: this is the thumbprint as PowerShell prints it")]
        );
        let padded = with(format!("{}=", x5t(A_CERT)));
        assert_eq!(seen(&padded), [(RuleId::Key18, Some(0), "base64url with padding")]);
        assert_eq!(thumbprints(&padded), [x5t(A_CERT)]);
        let mut key = jwk(A_CERT);
        key["x5t#S256"] = json!(crate::keys::X5tS256::of_certificate(B_CERT).to_string());
        let loaded = load(&[("x", &jwks(&[key]).to_string())]);
        assert_eq!(loaded.findings[0].rule, RuleId::Key12);
    }

    #[test]
    fn kid_of_two_keys_serves_neither() {
        let mut twin = jwk(B_CERT);
        twin["kid"] = json!(x5t(A_CERT));
        let loaded = load(&[("x", &jwks(&[jwk(A_CERT), twin, jwk(C_CERT)]).to_string())]);
        let seen_text = format!("another key with the kid {}", x5t(A_CERT));
        assert_eq!(
            seen(&loaded),
            [(RuleId::Key16, Some(0), seen_text.as_str()), (RuleId::Key16, Some(1), &seen_text)]
        );
        assert_eq!(thumbprints(&loaded), [x5t(C_CERT)]);
    }

    #[test]
    fn kid_of_two_issuers_serves_both() {
        let document = jwks(&[bare_jwk(&d(), "1")]).to_string();
        let mut other = jwk(A_CERT);
        other["kid"] = json!("1");
        let loaded = load(&[("x", &document), ("y", &jwks(&[other]).to_string())]);
        assert_eq!(loaded.findings, []);
        assert_eq!(loaded.keys.keys().len(), 2);
    }

    #[test]
    fn key_twice_is_one_key() {
        let document = metadata(&[metadata_entry(A_CERT), metadata_entry(A_CERT)]).to_string();
        let loaded = load(&[(EXCHANGE, &document), (EXCHANGE, &pem("CERTIFICATE", A_CERT))]);
        assert_eq!(loaded.findings, []);
        assert_eq!(thumbprints(&loaded), [x5t(A_CERT)]);
    }

    #[test]
    fn key_in_two_certificates_serves_under_both_thumbprints_and_one_kid() {
        let mut renewed = jwk(A_SHA1_CERT);
        renewed["kid"] = json!(x5t(A_CERT));
        let loaded = load(&[("x", &jwks(&[jwk(A_CERT), renewed]).to_string())]);
        assert_eq!(loaded.findings, []);
        let kid = x5t(A_CERT);
        for certificate in [A_CERT, A_SHA1_CERT] {
            let id = KeyId { x5t: Some(X5t::of_certificate(certificate)), kid: Some(&kid), x5t_s256: None };
            assert!(matches!(loaded.keys.lookup("x", &id), Lookup::Found(_)));
        }
    }

    #[test]
    fn document_of_another_issuer_reported_and_loaded() {
        let document = metadata(&[metadata_entry(A_CERT)]).to_string();
        let sharepoint = "00000003-0000-0ff1-ce00-000000000000@*";
        let loaded = load(&[(sharepoint, &document)]);
        assert_eq!(seen(&loaded), [(RuleId::Key17, None, EXCHANGE)]);
        assert_eq!(loaded.findings[0].expected, sharepoint);
        assert_eq!(loaded.keys.of_issuer(sharepoint).count(), 1);
        assert_eq!(load(&[("00000002-0000-0ff1-ce00-000000000000@contoso.com", &document)]).findings, []);
        assert_eq!(
            load(&[("https://mail.contoso.com/autodiscover/metadata/json/1", &document)]).findings,
            []
        );
    }

    #[test]
    fn key_of_another_issuer_reported() {
        let mut key = jwk(A_CERT);
        key["issuer"] = json!("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
        let document = jwks(&[jwk(B_CERT), key]).to_string();
        let loaded = load(&[("https://login.microsoftonline.com/{tenantid}/v2.0", &document)]);
        assert_eq!(loaded.findings, []);
        assert!(
            !loaded.keys.keys()[1]
                .may_sign_for("https://login.microsoftonline.com/b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8/v2.0")
        );
        let loaded = load(&[("https://sts.windows.net/{tenantid}/", &document)]);
        assert_eq!(loaded.findings.len(), 1);
        assert_eq!((loaded.findings[0].rule, loaded.findings[0].location.entry), (RuleId::Key17, Some(1)));
    }

    #[test]
    fn document_without_keys_reported() {
        let loaded = load(&[("x", "{\"keys\":[]}")]);
        assert_eq!(seen(&loaded), [(RuleId::Key10, None, "JWKS without keys")]);
        assert_eq!(loaded.findings[0].outcome, Outcome::Reported);
        let uri = "https://login.microsoftonline.com/common/discovery/keys";
        let issuer = "https://sts.windows.net/{tenantid}/";
        let discovery = json!({ "issuer": issuer, "jwks_uri": uri }).to_string();
        let loaded = load(&[(issuer, &discovery)]);
        assert_eq!(
            seen(&loaded),
            [(RuleId::Key10, None, format!("OpenID discovery, whose keys are at {uri}").as_str())]
        );
        assert!(loaded.keys.keys().is_empty());
    }

    #[test]
    fn findings_can_be_read_before_the_set_is_built() {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add("x", "file", b"nonsense");
        assert_eq!(builder.findings().len(), 1);
        assert_eq!(
            builder.findings()[0].to_string(),
            "KEY-10: key document: expected a key document, found neither metadata/json/1, JWKS, OpenID discovery, \
             WS-Federation metadata, PEM nor a DER certificate; in file"
        );
    }
}
