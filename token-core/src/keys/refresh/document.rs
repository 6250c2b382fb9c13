//! Decides whether the bytes that came take the place of the keys in use. Pure.
//!
//! Follows ruling 6: a document that is broken, empty or without a usable key of the issuer never replaces a good one.

use super::error::FetchError;
use crate::budget::Budget;
use crate::keys::issuer;
use crate::keys::snapshot::{DocumentDigest, PinnedDocument};
use crate::keys::{DocumentFormat, Key, KeyDocument, KeySetBuilder};
use crate::time::UnixTime;

/// A good document in use.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) document: KeyDocument,
    /// How many usable keys it has.
    pub(super) keys: usize,
    pub(super) digest: DocumentDigest,
    /// The URL or file that the bytes came from.
    pub(super) url: String,
    pub(super) validators: Validators,
    pub(super) body: Vec<u8>,
}

/// What lets a server say that nothing has changed (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// How a document came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By a connection that vouches for its origin, or from a file that the operator put there.
    Trusted,
    /// Over plain HTTP.
    Plain,
}

impl Held {
    /// Reads and judges a document, for an issuer or for any.
    pub(super) fn judge(
        issuer: Option<&str>,
        url: &str,
        way: Way,
        body: Vec<u8>,
        validators: Validators,
        budget: &Budget,
    ) -> Result<Self, FetchError> {
        let document = KeyDocument::parse(&body, budget).map_err(FetchError::Document)?;
        if document.format == DocumentFormat::Discovery {
            return Err(FetchError::NoJwks);
        }
        if document.format == DocumentFormat::Federation && way == Way::Plain {
            return Err(FetchError::Unverified);
        }
        let mut builder = KeySetBuilder::new(budget);
        builder.add_document(issuer.unwrap_or(url), url, &document);
        let set = builder.build().keys;
        let of_issuer = |key: &&Key| issuer.is_none_or(|issuer| key.may_sign_for(issuer));
        let keys = set.keys().iter().filter(of_issuer).count();
        if keys == 0 {
            return Err(FetchError::NoUsableKey { format: document.format });
        }
        let digest = DocumentDigest::of(&body);
        Ok(Self { document, keys, digest, url: url.to_owned(), validators, body })
    }

    pub(super) fn of_pinned(
        pinned: PinnedDocument,
        issuer: Option<&str>,
        way: Way,
        budget: &Budget,
    ) -> Result<Self, FetchError> {
        let PinnedDocument { url, etag, last_modified, body, .. } = pinned;
        Self::judge(issuer, &url, way, body, Validators { etag, last_modified }, budget)
    }

    pub(super) fn pin(&self, issuer: &str, source: &str, confirmed: UnixTime) -> PinnedDocument {
        PinnedDocument {
            issuer: issuer.to_owned(),
            source: source.to_owned(),
            url: self.url.clone(),
            confirmed,
            etag: self.validators.etag.clone(),
            last_modified: self.validators.last_modified.clone(),
            body: self.body.clone(),
        }
    }
}

/// Reads a discovery document, checks whose it is, and returns where its keys are; nothing if it is a document of
/// another kind.
///
/// Follows OpenID Connect Discovery section 4.3, but compares with the issuer that the policy trusts: Entra's document
/// for all tenants does not stand below its own issuer.
pub(super) fn jwks_uri(
    body: &[u8],
    issuer: Option<&str>,
    budget: &Budget,
) -> Result<Option<String>, FetchError> {
    let document = match KeyDocument::parse(body, budget) {
        Ok(document) if document.format == DocumentFormat::Discovery => document,
        // Whatever is wrong with another document is said where it is judged.
        _ => return Ok(None),
    };
    // Without an issuer it would not be one.
    let declared = document.declared_issuer().unwrap_or_default();
    if let Some(issuer) = issuer
        && !issuer::can_be(declared, issuer)
    {
        return Err(FetchError::OtherIssuer {
            expected: crate::redact::printable(issuer),
            declared: crate::redact::printable(declared),
        });
    }
    document.jwks_uri.map(Some).ok_or(FetchError::NoJwks)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::testdata::{A_CERT, SHORT_CERT, jwk, jwks, metadata, metadata_entry, pem};

    const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000@*";
    const ENTRA: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

    fn judge(issuer: &str, way: Way, body: &[u8]) -> Result<usize, FetchError> {
        let body = body.to_vec();
        Held::judge(Some(issuer), "url", way, body, Validators::default(), &Budget::DEFAULT)
            .map(|held| held.keys)
    }

    fn json(value: &Value) -> Vec<u8> {
        value.to_string().into_bytes()
    }

    #[test]
    fn judge_documents_with_a_usable_key_taken() {
        let good = metadata(&[metadata_entry(A_CERT), metadata_entry(SHORT_CERT)]);
        assert_eq!(judge(EXCHANGE, Way::Plain, &json(&good)), Ok(1));
        assert_eq!(judge(ENTRA, Way::Trusted, &json(&jwks(&[jwk(A_CERT)]))), Ok(1));
        assert_eq!(judge(EXCHANGE, Way::Trusted, pem("CERTIFICATE", A_CERT).as_bytes()), Ok(1));
    }

    #[test]
    fn judge_empty_and_wholly_bad_documents_never_taken() {
        let none = |format| Err(FetchError::NoUsableKey { format });
        let metadata_of = |entries: &[Value]| judge(EXCHANGE, Way::Trusted, &json(&metadata(entries)));
        assert_eq!(metadata_of(&[]), none(DocumentFormat::Metadata));
        assert_eq!(metadata_of(&[metadata_entry(SHORT_CERT)]), none(DocumentFormat::Metadata));
        assert_eq!(judge(ENTRA, Way::Trusted, b"{\"keys\":[]}"), none(DocumentFormat::Jwks));
        for garbage in [&b""[..], b"<html>down for maintenance", b"{\"keys\":", b"{}"] {
            assert!(matches!(judge(EXCHANGE, Way::Trusted, garbage), Err(FetchError::Document(_))));
        }
        // Every key of the document is another issuer's.
        let other = judge(
            "00000003-0000-0ff1-ce00-000000000000@*",
            Way::Trusted,
            &json(&metadata(&[metadata_entry(A_CERT)])),
        );
        assert_eq!(other, none(DocumentFormat::Metadata));
        // It does for those who look at documents of any issuer.
        let body = json(&metadata(&[metadata_entry(A_CERT)]));
        let any = Held::judge(None, "url", Way::Trusted, body, Validators::default(), &Budget::DEFAULT);
        assert_eq!(any.map(|held| held.keys), Ok(1));
        // Two keys under one id: neither can be chosen.
        let (mut one, mut two) = (jwk(A_CERT), jwk(crate::keys::testdata::B_CERT));
        (one["kid"], two["kid"]) = (json!("x"), json!("x"));
        assert_eq!(judge(ENTRA, Way::Trusted, &json(&jwks(&[one, two]))), none(DocumentFormat::Jwks));
    }

    #[test]
    fn judge_federation_metadata_over_plain_http_refused() {
        let text = b"<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>";
        assert_eq!(judge(ENTRA, Way::Plain, text), Err(FetchError::Unverified));
        let trusted = judge(ENTRA, Way::Trusted, text);
        assert_eq!(trusted, Err(FetchError::NoUsableKey { format: DocumentFormat::Federation }));
    }

    #[test]
    fn jwks_uri_only_of_a_discovery_document_of_the_issuer() {
        let uri = |document: Value, issuer| jwks_uri(&json(&document), Some(issuer), &Budget::DEFAULT);
        let keys = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
        let document = json!({ "issuer": ENTRA, "jwks_uri": keys });
        assert_eq!(uri(document.clone(), ENTRA), Ok(Some(keys.to_owned())));
        let tenant = "https://login.microsoftonline.com/b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8/v2.0";
        assert_eq!(uri(json!({ "issuer": tenant, "jwks_uri": keys }), ENTRA), Ok(Some(keys.to_owned())));
        assert_eq!(uri(metadata(&[]), ENTRA), Ok(None));
        assert_eq!(uri(json!({ "jwks_uri": keys }), ENTRA), Ok(None));
        assert_eq!(uri(json!({ "issuer": null, "jwks_uri": keys }), ENTRA), Ok(None));
        for (document, issuer) in [
            (document.clone(), "https://sts.windows.net/{tenantid}/"),
            (document, EXCHANGE),
            (json!({ "issuer": "https://evil.test/", "jwks_uri": keys }), ENTRA),
        ] {
            let error = uri(document.clone(), issuer);
            assert!(
                matches!(error, Err(FetchError::OtherIssuer { .. })),
                "{document} for {issuer}: {error:?}"
            );
        }
    }

    #[test]
    fn pinned_document_judged_again_gives_the_same() {
        let body = json(&metadata(&[metadata_entry(A_CERT)]));
        let validators = Validators { etag: Some("\"e\"".to_owned()), last_modified: None };
        let held =
            Held::judge(Some(EXCHANGE), "u", Way::Trusted, body, validators, &Budget::DEFAULT).unwrap();
        let pinned = held.pin(EXCHANGE, "s", UnixTime::from_secs(7));
        let again = Held::of_pinned(pinned, Some(EXCHANGE), Way::Trusted, &Budget::DEFAULT).unwrap();
        assert_eq!((again.digest, again.keys, &*again.url), (held.digest, 1, "u"));
        assert_eq!(again.validators, held.validators);
    }
}
