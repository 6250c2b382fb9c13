//! A key document as reports show it: what it declares, its keys, and which of them are usable.

use serde::Serialize;
use token_core::keys::{EntryDefect, KeyDocument, KeyEntry, KeySetBuilder};
use token_core::signature::RsaPublicKey;
use token_core::{Budget, UnixTime};

use super::{FindingView, Place, meaning};
use crate::{clock, redacted};

/// A key document, or why it is refused.
#[derive(Debug, Serialize)]
pub(crate) struct DocumentView {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) format: Option<&'static str>,
    /// Why the document as a whole is refused.
    pub(crate) error: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_meaning: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) service_name: Option<String>,
    pub(crate) realm: Option<String>,
    pub(crate) allowed_audiences: Vec<String>,
    pub(crate) endpoints: Vec<EndpointView>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) keys: Vec<KeyView>,
    /// What the library reports when it loads the document.
    pub(crate) findings: Vec<FindingView>,
    pub(crate) warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EndpointView {
    pub(crate) location: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) usage: Option<String>,
}

/// One entry of a key document.
#[derive(Debug, Serialize)]
pub(crate) struct KeyView {
    pub(crate) entry: usize,
    pub(crate) usable: bool,
    /// Why the key is not used.
    pub(crate) defect: Option<String>,
    pub(crate) usage: Option<String>,
    pub(crate) kid: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) x5t: Option<String>,
    pub(crate) x5t_s256: Option<String>,
    pub(crate) bits: Option<u32>,
    pub(crate) exponent: Option<u64>,
    pub(crate) subject: Option<String>,
    pub(crate) certificate_issuer: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) signature_algorithm: Option<String>,
    pub(crate) not_before: Option<String>,
    pub(crate) not_after: Option<String>,
    /// Where now is, of the certificate's validity: `current`, `expired`, `not yet valid`.
    pub(crate) validity: Option<&'static str>,
    pub(crate) expires: Option<String>,
}

impl DocumentView {
    /// Reads a document. `warn_days` is how long before its end a certificate is warned of.
    pub(crate) fn read(place: Place, bytes: &[u8], now: UnixTime, warn_days: u64) -> Self {
        let mut view = Self {
            place,
            format: None,
            error: None,
            issuer: None,
            issuer_meaning: None,
            name: None,
            service_name: None,
            realm: None,
            allowed_audiences: Vec::new(),
            endpoints: Vec::new(),
            jwks_uri: None,
            keys: Vec::new(),
            findings: Vec::new(),
            warnings: Vec::new(),
        };
        match KeyDocument::parse(bytes, &Budget::DEFAULT) {
            Ok(document) => view.take(&document, now, warn_days),
            Err(error) => view.error = Some(format!("expected a key document, found {error}")),
        }
        view
    }

    fn take(&mut self, document: &KeyDocument, now: UnixTime, warn_days: u64) {
        let text = |text: &Option<String>| text.as_deref().map(redacted::text);
        self.format = Some(document.format.as_str());
        self.issuer = document.declared_issuer().map(redacted::text);
        self.issuer_meaning = document.declared_issuer().and_then(meaning);
        self.name = text(&document.name);
        self.service_name = text(&document.service_name);
        self.realm = text(&document.realm);
        self.allowed_audiences = document.allowed_audiences.iter().map(|a| redacted::text(a)).collect();
        let endpoint = |endpoint: &token_core::keys::Endpoint| EndpointView {
            location: text(&endpoint.location),
            protocol: text(&endpoint.protocol),
            usage: text(&endpoint.usage),
        };
        self.endpoints = document.endpoints.iter().map(endpoint).collect();
        self.jwks_uri = text(&document.jwks_uri);
        self.keys =
            document.entries.iter().enumerate().map(|(i, entry)| KeyView::of(i, entry, now)).collect();
        // Loaded for the issuer that it declares itself, the document shows every finding but a foreign issuer.
        let issuer = document.declared_issuer().unwrap_or_default();
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add_document(issuer, &self.place.input, document);
        self.findings = builder.build().findings.iter().map(FindingView::of).collect();
        for (index, entry) in document.entries.iter().enumerate() {
            self.warn(index, entry, now, warn_days);
        }
    }

    fn warn(&mut self, index: usize, entry: &KeyEntry, now: UnixTime, warn_days: u64) {
        // What is wrong with a key that is not used is said already.
        let (Some(certificate), true) = (&entry.certificate, entry.key.is_ok()) else { return };
        let until = certificate.not_after;
        let soon = std::time::Duration::from_secs(warn_days.saturating_mul(86_400));
        let when = clock::relative(until, now);
        if until < now {
            self.warnings.push(format!("key [{index}]: its certificate expired {when}, at {until}"));
        } else if now < certificate.not_before {
            let from = certificate.not_before;
            let when = clock::relative(from, now);
            self.warnings.push(format!(
                "key [{index}]: its certificate is not valid yet: it begins {when}, at {from}"
            ));
        } else if until <= now.plus(soon) {
            self.warnings.push(format!("key [{index}]: its certificate expires {when}, at {until}"));
        }
        if certificate.is_signed_with_weak_digest() {
            let algorithm = &certificate.signature_algorithm;
            self.warnings.push(format!(
                "key [{index}]: its certificate is signed with {algorithm}: made long ago, renew it"
            ));
        }
    }

    pub(crate) fn usable(&self) -> usize {
        self.keys.iter().filter(|key| key.usable).count()
    }
}

impl KeyView {
    fn of(entry: usize, key: &KeyEntry, now: UnixTime) -> Self {
        let rsa = key.key.as_ref().ok();
        let certificate = key.certificate.as_ref();
        let text = |text: &Option<String>| text.as_deref().map(redacted::text);
        let validity = certificate.map(|certificate| {
            if certificate.is_valid_at(now) {
                "current"
            } else if now < certificate.not_before {
                "not yet valid"
            } else {
                "expired"
            }
        });
        Self {
            entry,
            usable: rsa.is_some(),
            defect: key.key.as_ref().err().map(EntryDefect::to_string),
            usage: text(&key.usage),
            kid: text(&key.kid),
            issuer: text(&key.declared_issuer),
            x5t: key.x5t().map(|x5t| x5t.to_string()),
            x5t_s256: key.x5t_s256().map(|x5t| x5t.to_string()),
            bits: rsa.map(RsaPublicKey::modulus_bits),
            exponent: rsa.map(RsaPublicKey::exponent),
            subject: certificate.map(|certificate| certificate.subject.clone()),
            certificate_issuer: certificate.map(|certificate| certificate.issuer.clone()),
            serial: certificate.map(|certificate| certificate.serial.clone()),
            signature_algorithm: certificate.map(|certificate| certificate.signature_algorithm.clone()),
            not_before: certificate.map(|certificate| certificate.not_before.to_string()),
            not_after: certificate.map(|certificate| certificate.not_after.to_string()),
            validity,
            expires: certificate.map(|certificate| clock::relative(certificate.not_after, now)),
        }
    }
}
