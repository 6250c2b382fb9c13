//! The signature of WS-Federation metadata.

use ::base64::Engine;
use ::base64::prelude::BASE64_STANDARD;

use super::sample::{digest_of, sign};
use crate::budget::Budget;
use crate::dauth::names::ds;
use crate::keys::testdata::{A_CERT, B_CERT, C_CERT};
use crate::keys::{DocumentErrorKind, KeyDocument, KeySetBuilder, X5tS256};
use crate::verdict::{Outcome, RuleId};

const ISSUER: &str = "urn:federation:MicrosoftOnline";

/// Metadata in Entra's shape, signed with the key of certificate A, which publishes certificate B.
fn document(method: &str, digest: &str, signed_info: fn(String) -> String) -> String {
    let start = format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_1\" entityID=\"{ISSUER}\">"
    );
    let role = format!(
        "<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"{}\"><X509Data><X509Certificate>{}</X509Certificate></X509Data>\
         </KeyInfo></KeyDescriptor></RoleDescriptor></EntityDescriptor>",
        ds::NAMESPACE,
        BASE64_STANDARD.encode(B_CERT)
    );
    let instance = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    // Exclusive canonicalization does not see that the prefix is used in a value.
    let canonical =
        format!("{start}<RoleDescriptor {instance} xsi:type=\"fed:SecurityTokenServiceType\">{role}");
    let written = format!(
        "<RoleDescriptor xsi:type='fed:SecurityTokenServiceType' {instance} \
         xmlns:fed='http://docs.oasis-open.org/wsfed/federation/200706'>{role}"
    );
    let info = super::sample::signed_info(method, digest, &[ds::ENVELOPED, ds::EXCLUSIVE], "_1");
    let info = signed_info(info.replace("{digest}", &digest_of(digest, canonical.as_bytes())));
    let value = sign(
        method,
        info.replacen("<SignedInfo", &format!("<SignedInfo xmlns=\"{}\"", ds::NAMESPACE), 1).as_bytes(),
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>{start}<Signature xmlns=\"{}\">{info}<SignatureValue>{}</SignatureValue><KeyInfo>\
         <X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></Signature>{written}",
        ds::NAMESPACE,
        BASE64_STANDARD.encode(value),
        BASE64_STANDARD.encode(A_CERT)
    )
}

fn good() -> String {
    document(ds::RSA_SHA256, ds::SHA256, |info| info)
}

fn pins() -> [X5tS256; 2] {
    [C_CERT, A_CERT].map(X5tS256::of_certificate)
}

fn parse(text: &str) -> Result<KeyDocument, DocumentErrorKind> {
    KeyDocument::parse_signed(text.as_bytes(), &pins(), &Budget::DEFAULT).map_err(|error| error.kind)
}

#[test]
fn metadata_signed_with_a_pinned_certificate_read() {
    let document = parse(&good()).unwrap();
    assert_eq!(document.entries.len(), 1);
    assert_eq!(document.declared_issuer(), Some(ISSUER));
    assert!(!document.proof().unwrap().is_sha1());
    assert!(KeyDocument::parse(good().as_bytes(), &Budget::DEFAULT).unwrap().proof().is_none());
}

#[test]
fn metadata_keys_of_a_verified_source_marked_so() {
    let build = |signed: bool| {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        match signed {
            true => builder.add_signed(ISSUER, "metadata", good().as_bytes(), &pins()),
            false => builder.add(ISSUER, "metadata", good().as_bytes()),
        };
        builder
    };
    for (signed, unverified) in [(true, false), (false, true)] {
        let loaded = build(signed).build();
        assert_eq!(loaded.findings, []);
        assert_eq!(loaded.keys.keys()[0].is_of_unverified_source(), unverified);
        assert_eq!(loaded.keys.of_issuer(ISSUER).count(), 1);
    }
    let mut both = build(false);
    let loaded = both.add_signed(ISSUER, "again", good().as_bytes(), &pins()).build();
    assert_eq!(loaded.keys.keys().len(), 1);
    assert!(!loaded.keys.keys()[0].is_of_unverified_source());
}

#[test]
fn metadata_signed_with_sha1_reported() {
    for (method, digest) in [(ds::RSA_SHA1, ds::SHA1), (ds::RSA_SHA256, ds::SHA1), (ds::RSA_SHA1, ds::SHA256)]
    {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        let signed = document(method, digest, |info| info);
        let loaded = builder.add_signed(ISSUER, "metadata", signed.as_bytes(), &pins()).build();
        let findings: Vec<_> =
            loaded.findings.iter().map(|finding| (finding.rule, finding.outcome)).collect();
        assert_eq!(findings, [(RuleId::Key10, Outcome::Reported)]);
        assert_eq!(loaded.keys.keys().len(), 1);
    }
}

#[test]
fn metadata_of_another_signer_or_unsigned_refused() {
    let only = |pin: &[u8]| {
        KeyDocument::parse_signed(good().as_bytes(), &[X5tS256::of_certificate(pin)], &Budget::DEFAULT)
            .map_err(|error| error.kind)
            .map(|_| ())
    };
    assert_eq!(only(A_CERT), Ok(()));
    assert_eq!(only(B_CERT), Err(DocumentErrorKind::UnknownSigner));
    // The pinned certificate is named, but its key did not sign.
    let (a, c) = (BASE64_STANDARD.encode(A_CERT), BASE64_STANDARD.encode(C_CERT));
    assert_eq!(parse(&good().replace(&a, &c)).unwrap_err(), DocumentErrorKind::BadSignature);
    let two = good().replacen(
        "</X509Certificate>",
        &format!("</X509Certificate><X509Certificate>{a}</X509Certificate>"),
        1,
    );
    assert_eq!(parse(&two).unwrap_err(), DocumentErrorKind::UnknownSigner);
    let (start, end) = (good().find("<Signature").unwrap(), good().find("</Signature>").unwrap() + 12);
    let signature = &good()[start..end];
    assert_eq!(parse(&good().replace(signature, "")).unwrap_err(), DocumentErrorKind::NotSigned);
    assert_eq!(
        parse(&good().replace(signature, &signature.repeat(2))).unwrap_err(),
        DocumentErrorKind::NotSigned
    );
    assert_eq!(
        KeyDocument::parse_signed(A_CERT, &pins(), &Budget::DEFAULT).unwrap_err().kind,
        DocumentErrorKind::NotSigned
    );
}

#[test]
fn metadata_changed_or_of_another_shape_refused() {
    for (from, to) in [
        ("entityID=\"urn:", "entityID=\"urm:"),
        ("use=\"signing\"", ""),
        ("fed:Sec", "xsi:Sec"),
        (&*BASE64_STANDARD.encode(B_CERT), &*BASE64_STANDARD.encode(C_CERT)),
    ] {
        let text = good().replace(from, to);
        assert_ne!(text, good());
        assert_eq!(parse(&text).unwrap_err(), DocumentErrorKind::BadSignature, "{from}");
    }
    let shapes: [fn(String) -> String; 5] = [
        |info| info.replace("#_1", ""),
        |info| info.replace("#_1", "#_2"),
        |info| info.replacen("xml-exc-c14n#", "xml-exc-c14n#WithComments", 1),
        |info| info.replace(&format!("<Transform Algorithm=\"{}\"></Transform>", ds::ENVELOPED), ""),
        |info| info.replace("rsa-sha256", "rsa-md5"),
    ];
    for shape in shapes {
        let text = document(ds::RSA_SHA256, ds::SHA256, shape);
        assert_eq!(parse(&text).unwrap_err(), DocumentErrorKind::NotSigned);
    }
}

#[test]
fn metadata_signed_over_a_part_of_it_refused() {
    let good = good();
    let wrapped = good.replacen("ID=\"_1\"", "ID=\"_2\"", 1);
    assert_eq!(parse(&wrapped).unwrap_err(), DocumentErrorKind::NotSigned);
}
