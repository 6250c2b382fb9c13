//! The signature of an assertion.

use proptest::prelude::*;

use super::sample::{ID, Sample, key_info, openssl_ski, sign};
use crate::budget::Budget;
use crate::dauth::defect::Defects;
use crate::dauth::names::{ds, saml};
use crate::dauth::signature::{BadAssertion, DigestMethod, Signature, SignatureMethod};
use crate::dauth::xml::{Node, Text};
use crate::keys::testdata::{A_CERT, A_SPKI, C_CERT};
use crate::keys::{KeySetBuilder, Lookup};
use crate::signature::RsaPublicKey;
use crate::verdict::{Outcome, Part, RuleId};

fn sample() -> Sample {
    Sample::new(ds::RSA_SHA256, ds::SHA256)
}

fn key() -> RsaPublicKey {
    RsaPublicKey::from_spki_der(A_SPKI).unwrap()
}

fn with_root<R>(xml: &str, read: impl FnOnce(Node<'_>) -> R) -> R {
    let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
    let tree = text.parse(&Budget::DEFAULT).unwrap();
    read(tree.root().unwrap())
}

/// The rules that a document's signature breaks, and whether it verifies.
fn judge(xml: &str) -> (Vec<RuleId>, Option<Result<(), BadAssertion>>) {
    with_root(xml, |root| {
        let mut defects = Defects::of(Part::Assertion);
        let assertion = root.subtree().find(|node| node.is(saml::ASSERTION)).unwrap();
        let signature = Signature::read(assertion, assertion.attribute("AssertionID"), &mut defects);
        let answer = signature.map(|signature| signature.verify(&key()).map(|_proof| ()));
        assert!(defects.iter().all(|defect| defect.outcome == Outcome::Refused));
        (defects.iter().map(|defect| defect.check.rule).collect(), answer)
    })
}

fn is_accepted(xml: &[u8]) -> bool {
    let Ok(text) = Text::scan(xml, &Budget::DEFAULT) else { return false };
    let Ok(tree) = text.parse(&Budget::DEFAULT) else { return false };
    let Some(root) = tree.root().filter(|root| root.is(saml::ASSERTION)) else { return false };
    let mut defects = Defects::of(Part::Assertion);
    let signature = Signature::read(root, root.attribute("AssertionID"), &mut defects);
    defects.iter().next().is_none() && signature.is_some_and(|signature| signature.verify(&key()).is_ok())
}

#[test]
fn signature_of_the_one_shape_verifies_with_every_algorithm() {
    for method in [ds::RSA_SHA256, ds::RSA_SHA1] {
        for digest in [ds::SHA256, ds::SHA1] {
            let signed = Sample::new(method, digest).signed();
            assert_eq!(judge(&signed), (vec![], Some(Ok(()))), "{method} {digest}");
        }
    }
}

#[test]
fn signature_says_its_algorithms_and_its_key() {
    with_root(&Sample::new(ds::RSA_SHA1, ds::SHA1).signed(), |root| {
        let mut defects = Defects::of(Part::Assertion);
        let signature = Signature::read(root, Some(ID), &mut defects).unwrap();
        assert_eq!(signature.method(), Some(SignatureMethod::RsaSha1));
        assert_eq!(signature.digest_method(), Some(DigestMethod::Sha1));
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add("urn:federation:MicrosoftOnline", "c", C_CERT).add(
            "urn:federation:MicrosoftOnline",
            "a",
            A_CERT,
        );
        let keys = builder.build().keys;
        let Lookup::Found(key) = keys.lookup_ski("urn:federation:MicrosoftOnline", signature.ski().unwrap())
        else {
            panic!("no key")
        };
        assert_eq!(key.source(), "a");
        assert!(signature.verify(key.rsa()).is_ok());
        let shown = format!("{signature:?}");
        assert!(shown.contains("RsaSha1") && shown.len() < 200, "{shown}");
    });
}

#[test]
fn signed_assertion_inside_an_envelope_verifies() {
    let signed = sample().signed();
    let envelope = format!(
        "<s:Envelope xmlns:s='urn:s' xmlns='urn:d' xmlns:saml='urn:x'><s:Header>{signed}</s:Header></s:Envelope>"
    );
    assert_eq!(judge(&envelope), (vec![], Some(Ok(()))));
}

#[test]
fn spellings_that_mean_the_same_verify() {
    let signed = sample().signed();
    for (from, to) in [
        ("<saml:Conditions ", "<saml:Conditions\r\n\t"),
        ("></CanonicalizationMethod>", "/>"),
        (" Issuer=\"urn:federation:MicrosoftOnline\"", " \n Issuer='urn:federation:MicrosoftOnline'"),
        ("<saml:Audience>http", "<saml:Audience><!-- x -->http"),
        ("contoso.com</saml:Aud", "contoso&#46;com</saml:Aud"),
        ("<SignatureValue>", "<SignatureValue>\r\n "),
        ("</DigestMethod>", "</DigestMethod><!-- x -->"),
    ] {
        let other = signed.replacen(from, to, 1);
        assert_ne!(other, signed);
        assert_eq!(judge(&other), (vec![], Some(Ok(()))), "{from}");
    }
}

#[test]
fn failure_of_signature_and_digest_told_apart() {
    let signed = sample().signed();
    let bad = |xml: &str| judge(xml).1.unwrap().unwrap_err();
    let digest = bad(&signed.replace("user@contoso.com", "evil@contoso.com"));
    assert_eq!(digest, BadAssertion { shape: false, signature: false, digest: true });
    assert_eq!(digest.to_string(), "the assertion is not the one that was signed: its digest is another");
    let mut other = sample();
    other.key_info = key_info(&openssl_ski());
    let value = other.signature();
    let start = value.find("<SignatureValue>").unwrap() + 16;
    let spoilt = format!(
        "{}{}{}",
        &value[..start],
        if &value[start..=start] == "A" { "B" } else { "A" },
        &value[start + 1..]
    );
    assert_eq!(bad(&other.with(&spoilt)), BadAssertion { shape: false, signature: true, digest: false });
    assert_eq!(
        bad(&other.with(&spoilt).replace("MailTips", "MailboxMove")),
        BadAssertion { shape: false, signature: true, digest: true }
    );
}

#[test]
fn hmac_with_the_public_key_refused() {
    let mut hmac = sample();
    hmac.signed_info = hmac.signed_info.replace(ds::RSA_SHA256, ds::HMAC_SHA1);
    assert_eq!(judge(&hmac.signed()).0, [RuleId::Da04]);
    assert!(judge(&hmac.signed()).1.unwrap().is_err());
}

/// Every deviation stands in what is signed with a good key, so that the shape alone is against it.
#[test]
fn shapes_beside_the_one_shape_refused() {
    let c14n = "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let enveloped = format!("<Transform Algorithm=\"{}\"></Transform>", ds::ENVELOPED);
    let exclusive = format!("<Transform Algorithm=\"{}\"></Transform>", ds::EXCLUSIVE);
    let uri = format!("URI=\"#{ID}\"");
    let cases: Vec<(String, String, RuleId)> = [
        (c14n, &*c14n.replace("2001/10/xml-exc-c14n#", "TR/2001/REC-xml-c14n-20010315"), RuleId::Da02),
        (c14n, &c14n.replace("c14n#", "c14n#WithComments"), RuleId::Da02),
        (c14n, &format!("{c14n}<InclusiveNamespaces xmlns=\"{}\" PrefixList=\"saml\"/>", ds::EXCLUSIVE), RuleId::Da02),
        (c14n, &format!("{c14n}x"), RuleId::Da02),
        (c14n, &c14n.replace(" Alg", " Id=\"a\" Alg"), RuleId::Da02),
        ("</SignatureMethod>", "<HMACOutputLength>8</HMACOutputLength></SignatureMethod>", RuleId::Da04),
        (ds::RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", RuleId::Da04),
        (ds::RSA_SHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", RuleId::Da04),
        (ds::SHA256, "http://www.w3.org/2001/04/xmldsig-more#sha224", RuleId::Da04),
        (&uri, "URI=\"\"", RuleId::Da02),
        (&uri, "", RuleId::Da02),
        (&uri, &format!("Id=\"{ID}\""), RuleId::Da02),
        (&uri, "URI=\"#\"", RuleId::Da02),
        (&uri, &format!("URI=\"{ID}\""), RuleId::Da02),
        (&uri, "URI=\"#uuid-other\"", RuleId::Da02),
        (&uri, "URI=\"#xpointer(/)\"", RuleId::Da02),
        (&uri, "URI=\"cid:x\"", RuleId::Da02),
        (&uri, &format!("{uri} Type=\"x\""), RuleId::Da02),
        (&enveloped, "", RuleId::Da02),
        (&exclusive, "", RuleId::Da02),
        (&enveloped, &format!("{exclusive}{enveloped}"), RuleId::Da02),
        (&exclusive, &format!("{exclusive}{exclusive}"), RuleId::Da02),
        (&exclusive, &exclusive.replace("c14n#", "c14n#WithComments"), RuleId::Da02),
        (
            &enveloped,
            "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>1</XPath></Transform>",
            RuleId::Da02,
        ),
        ("</Transforms>", "x</Transforms>", RuleId::Da02),
        ("<Transforms>", "<Transforms Id=\"a\">", RuleId::Da02),
        ("<DigestMethod", "<DigestValue>AA==</DigestValue><DigestMethod", RuleId::Da02),
        ("</SignedInfo>", "<Object/></SignedInfo>", RuleId::Da02),
        ("<SignedInfo>", "<SignedInfo Id=\"a\">", RuleId::Da02),
        ("<SignedInfo>", "<SignedInfo>x", RuleId::Da02),
    ]
    .map(|(from, to, rule)| (from.to_owned(), to.to_owned(), rule))
    .into();
    for (from, to, rule) in cases {
        let mut spoilt = sample();
        spoilt.signed_info = spoilt.signed_info.replacen(&from, &to, 1);
        assert_ne!(spoilt.signed_info, sample().signed_info, "{from}");
        let (rules, answer) = judge(&spoilt.signed());
        assert!(answer.is_some_and(|answer| answer.is_err()), "{to}");
        assert!(!rules.is_empty() && rules.iter().all(|other| *other == rule), "{to}: {rules:?}");
    }
}

#[test]
fn second_elements_and_other_places_refused() {
    let good = sample();
    let (signature, signed) = (good.signature(), good.signed());
    let twice = |start: &str, end: &str| {
        let from = signature.find(start).unwrap();
        let to = signature.find(end).unwrap() + end.len();
        let element = &signature[from..to];
        good.with(&signature.replacen(element, &element.repeat(2), 1))
    };
    let documents = [
        twice("<SignedInfo>", "</SignedInfo>"),
        twice("<SignatureValue>", "</SignatureValue>"),
        twice("<KeyInfo>", "</KeyInfo>"),
        twice("<Reference ", "</Reference>"),
        twice("<DigestValue>", "</DigestValue>"),
        twice("<Transforms>", "</Transforms>"),
        twice("<SignatureMethod ", "</SignatureMethod>"),
        good.with(&signature.repeat(2)),
        good.with(&signature.repeat(20)),
        good.with(""),
        good.with(&format!("<x>{signature}</x>")),
        good.with(&format!("{signature}<x/>")),
        signed.replacen("<saml:Conditions", &format!("{signature}<saml:Conditions"), 1),
        signed.replace("</Signature>", "<Object>x</Object></Signature>"),
        signed.replace("<SignedInfo>", "x<SignedInfo>"),
        signed.replace("<Signature xmlns", "<Signature x=\"\" xmlns"),
        signed.replace("</SignatureValue>", "<!-- x --></SignatureValue>"),
        signed.replace("<SignatureValue>", "<SignatureValue>*"),
        signed.replace("<SignatureValue>", "<SignatureValue><![CDATA[]]>"),
        signed.replacen("xmldsig#\"><SignedInfo", "xmldsig\"><SignedInfo", 1),
        signed.replace(&key_info(&openssl_ski()), ""),
        {
            let mut many = sample();
            let reference = &many.signed_info[many.signed_info.find("<Reference").unwrap()
                ..many.signed_info.find("</SignedInfo>").unwrap()];
            many.signed_info = many.signed_info.replacen(reference, &reference.repeat(100), 1);
            many.signed()
        },
    ];
    for document in documents {
        assert_ne!(document, signed);
        let (rules, answer) = judge(&document);
        assert!(answer.is_none_or(|answer| answer.is_err()), "{document}");
        assert!(!rules.is_empty() && rules.iter().all(|rule| *rule == RuleId::Da02), "{rules:?} {document}");
    }
}

#[test]
fn key_references_other_than_one_ski_refused() {
    let good = key_info(&openssl_ski());
    let replaced = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let cases = [
        "<KeyInfo/>".to_owned(),
        "<KeyInfo><KeyName>a</KeyName></KeyInfo>".to_owned(),
        "<KeyInfo><KeyValue/></KeyInfo>".to_owned(),
        "<KeyInfo><X509Data><X509Certificate>AA==</X509Certificate></X509Data></KeyInfo>".to_owned(),
        replaced("</KeyInfo>", "<X509Data/></KeyInfo>"),
        replaced("<KeyInfo>", "<KeyInfo>x"),
        replaced("X509SubjectKeyIdentifier", "X509v3"),
        replaced(" EncodingType=\"", " EncodingType=\"x"),
        replaced(" ValueType", " x=\"\" ValueType"),
        replaced("<o:SecurityTokenReference", "<o:SecurityTokenReference Id=\"a\""),
        replaced("</o:SecurityTokenReference>", "<o:Reference/></o:SecurityTokenReference>"),
        replaced("<o:KeyIdentifier", "x<o:KeyIdentifier"),
        replaced("</o:KeyIdentifier>", "<!-- --></o:KeyIdentifier>"),
        replaced("</o:KeyIdentifier>", "*</o:KeyIdentifier>"),
        replaced("secext-1.0.xsd", "secext-1.1.xsd"),
        key_info(&[]),
        key_info(&[1; 65]),
    ];
    for key_info in cases {
        let (rules, answer) = judge(&Sample { key_info: key_info.clone(), ..sample() }.signed());
        assert_eq!(rules, [RuleId::Da05], "{key_info}");
        let bad = BadAssertion { shape: true, signature: false, digest: false };
        assert_eq!(answer, Some(Err(bad)), "{key_info}");
    }
    let bare = replaced(
        " EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\"",
        "",
    );
    assert_eq!(judge(&Sample { key_info: bare, ..sample() }.signed()), (vec![], Some(Ok(()))));
}

#[test]
fn reference_without_the_assertions_id_refused() {
    let other = sample().signed().replace(&format!("AssertionID=\"{ID}\""), "ID=\"x\"");
    assert!(judge(&other).0.contains(&RuleId::Da02));
}

#[test]
fn sha1_signature_is_not_one_of_sha256() {
    let message = b"message";
    let (sha1, sha256) = (sign(ds::RSA_SHA1, message), sign(ds::RSA_SHA256, message));
    assert!(key().verify_sha1_for_legacy_use(message, &sha1).is_ok());
    assert!(key().verify_rs256(message, &sha256).is_ok());
    assert!(key().verify_sha1_for_legacy_use(message, &sha256).is_err());
    assert!(key().verify_rs256(message, &sha1).is_err());
    assert!(key().verify_sha1_for_legacy_use(b"other", &sha1).is_err());
    assert!(key().verify_sha1_for_legacy_use(message, &sha1[..255]).is_err());
}

/// What a reader of claims can see in an assertion: names, attributes and text of everything but the signature.
fn content(assertion: Node<'_>) -> Vec<String> {
    let signature: Vec<_> = assertion.all(ds::SIGNATURE).flat_map(Node::subtree).map(Node::source).collect();
    assertion
        .subtree()
        .take_while(|node| signature.first() != Some(&node.source()))
        .map(|node| {
            let mut attributes: Vec<_> = node.attributes().collect();
            attributes.sort_unstable();
            format!("{:?} {attributes:?} {:?}", node.name(), node.text())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn assertion_with_a_byte_changed_never_accepted_as_another(
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"<>&'\"/ \t\r\n:=!-?#x".to_vec())],
        kind in 0..3_u8,
    ) {
        thread_local! {
            static SIGNED: String = sample().signed();
        }
        let signed = SIGNED.with(Clone::clone);
        let mut bytes = signed.clone().into_bytes();
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        // What is accepted differs in nothing that is signed: white space in a tag, in base64, or the key's name.
        if is_accepted(&bytes) {
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(with_root(&changed, content), with_root(&signed, content));
        }
    }
}
