//! The signature of a message.

use ::base64::Engine;
use ::base64::prelude::BASE64_STANDARD;
use aws_lc_rs::hmac;

use super::sample::{ID, Sample, digest_of, key_info, openssl_ski, sign};
use crate::budget::Budget;
use crate::dauth::defect::Defects;
use crate::dauth::names::{ds, wsa, wsse, wsu};
use crate::dauth::signature::message::BadMessage;
use crate::dauth::signature::{MessageKey, MessageSignature, SignatureMethod, SignedPart};
use crate::dauth::xml::Text;
use crate::keys::Ski;
use crate::keys::testdata::{A_CERT, A_SPKI};
use crate::signature::RsaPublicKey;
use crate::verdict::{Part, RuleId};

const PROOF_KEY: &[u8] = b"a proof key of 24 bytes!";

/// A message whose signature covers what `covered` names.
#[derive(Clone)]
struct Message {
    method: &'static str,
    covered: Vec<&'static str>,
    key_info: String,
    signed_info: fn(String) -> String,
    timestamp: String,
    to: String,
    body: String,
}

fn message() -> Message {
    let reference = format!(
        "<KeyInfo><o:SecurityTokenReference xmlns:o=\"{}\"><o:KeyIdentifier ValueType=\"{}\">{ID}</o:KeyIdentifier>\
         </o:SecurityTokenReference></KeyInfo>",
        wsse::NAMESPACE,
        wsse::SAML_ASSERTION_ID
    );
    Message {
        method: ds::HMAC_SHA1,
        covered: vec!["_0"],
        key_info: reference,
        signed_info: |info| info,
        timestamp: format!(
            "<u:Timestamp xmlns:u=\"{}\" u:Id=\"_0\"><u:Created>2026-11-20T05:00:00Z</u:Created><u:Expires>\
             2026-11-20T05:05:00Z</u:Expires></u:Timestamp>",
            wsu::NAMESPACE
        ),
        to: format!(
            "<a:To xmlns:a=\"{}\" xmlns:u=\"{}\" u:Id=\"_1\">https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity</a:To>",
            wsa::NAMESPACE,
            wsu::NAMESPACE
        ),
        body: format!("<s:Body xmlns:s=\"urn:s\" xmlns:u=\"{}\" u:Id=\"_2\">x</s:Body>", wsu::NAMESPACE)
            .replace("urn:s", crate::dauth::names::soap11::NAMESPACE),
    }
}

impl Message {
    fn signature(&self) -> String {
        let references: String = self
            .covered
            .iter()
            .map(|id| {
                let covered = [&self.timestamp, &self.to, &self.body].into_iter().find(|text| text.contains(&format!("u:Id=\"{id}\"")));
                let digest = digest_of(ds::SHA1, covered.map_or("", |text| text).as_bytes());
                format!(
                    "<Reference URI=\"#{id}\"><Transforms><Transform Algorithm=\"{}\"></Transform></Transforms>\
                     <DigestMethod Algorithm=\"{}\"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>",
                    ds::EXCLUSIVE,
                    ds::SHA1
                )
            })
            .collect();
        let signed_info = (self.signed_info)(format!(
            "<SignedInfo><CanonicalizationMethod Algorithm=\"{}\"></CanonicalizationMethod><SignatureMethod \
             Algorithm=\"{}\"></SignatureMethod>{references}</SignedInfo>",
            ds::EXCLUSIVE,
            self.method
        ));
        let canonical =
            signed_info.replacen("<SignedInfo", &format!("<SignedInfo xmlns=\"{}\"", ds::NAMESPACE), 1);
        let value = match self.method {
            ds::HMAC_SHA1 => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, PROOF_KEY);
                hmac::sign(&key, canonical.as_bytes()).as_ref().to_vec()
            }
            method => sign(method, canonical.as_bytes()),
        };
        format!(
            "<Signature xmlns=\"{}\">{signed_info}<SignatureValue>{}</SignatureValue>{}</Signature>",
            ds::NAMESPACE,
            BASE64_STANDARD.encode(value),
            self.key_info
        )
    }

    fn signed(&self) -> String {
        self.with(&self.signature())
    }

    fn with(&self, signature: &str) -> String {
        let assertion = Sample::new(ds::RSA_SHA256, ds::SHA256).signed();
        format!(
            "<s:Envelope xmlns:s=\"{}\"><s:Header>{}<o:Security xmlns:o=\"{}\">{}<o:BinarySecurityToken \
             xmlns:u=\"{}\" u:Id=\"_3\" ValueType=\"{}\" EncodingType=\"{}\">{}</o:BinarySecurityToken>{assertion}\
             {signature}</o:Security></s:Header>{}</s:Envelope>",
            crate::dauth::names::soap11::NAMESPACE,
            self.to,
            wsse::NAMESPACE,
            self.timestamp,
            wsu::NAMESPACE,
            wsse::X509_V3,
            wsse::BASE64,
            BASE64_STANDARD.encode(A_CERT),
            self.body
        )
    }
}

#[derive(Debug)]
struct Answer {
    defects: usize,
    parts: Vec<SignedPart>,
    key: String,
    hmac: Result<(), BadMessage>,
    rsa: Result<(), BadMessage>,
}

/// Reads and verifies in both ways; without a signature, says how many defects there are.
fn read(xml: &str) -> Result<Answer, usize> {
    let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
    let tree = text.parse(&Budget::DEFAULT).unwrap();
    let security = tree.root().unwrap().subtree().find(|node| node.is(wsse::SECURITY)).unwrap();
    let mut defects = Defects::of(Part::Message);
    let signature = MessageSignature::read(security, &mut defects);
    assert!(defects.iter().all(|defect| defect.check.rule == RuleId::Da19));
    let count = defects.iter().count();
    let signature = signature.ok_or(count)?;
    let key = RsaPublicKey::from_spki_der(A_SPKI).unwrap();
    Ok(Answer {
        defects: count,
        parts: signature.parts().collect(),
        key: format!("{:?}", signature.key()),
        hmac: signature.verify_hmac(PROOF_KEY).map(|_proof| ()),
        rsa: signature.verify_rsa(&key).map(|_proof| ()),
    })
}

fn with_security<R>(xml: &str, read: impl FnOnce(MessageSignature<'_>) -> R) -> R {
    let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
    let tree = text.parse(&Budget::DEFAULT).unwrap();
    let security = tree.root().unwrap().subtree().find(|node| node.is(wsse::SECURITY)).unwrap();
    read(MessageSignature::read(security, &mut Defects::of(Part::Message)).unwrap())
}

#[test]
fn message_signed_with_the_proof_key_verifies() {
    let answer = read(&message().signed()).unwrap();
    assert_eq!((answer.defects, answer.hmac), (0, Ok(())));
    assert_eq!(answer.parts, [SignedPart::Timestamp]);
    assert_eq!(answer.rsa, Err(BadMessage { shape: false, signature: true, digest: false }));
    with_security(&message().signed(), |signature| {
        assert_eq!(signature.method(), Some(SignatureMethod::HmacSha1));
        assert_eq!(signature.key(), Some(&MessageKey::AssertionId(ID)));
        assert!(signature.verify_hmac(b"another key").is_err());
        assert!(signature.verify_hmac(b"").is_err());
    });
}

#[test]
fn message_signed_with_a_certificate_verifies() {
    for method in [ds::RSA_SHA1, ds::RSA_SHA256] {
        let key_info = format!(
            "<KeyInfo><o:SecurityTokenReference xmlns:o=\"{0}\"><o:Reference URI=\"#_3\" ValueType=\"{1}\"/>\
             </o:SecurityTokenReference></KeyInfo>",
            wsse::NAMESPACE,
            wsse::X509_V3
        );
        let signed = Message { method, covered: vec!["_1", "_0", "_2"], key_info, ..message() }.signed();
        let answer = read(&signed).unwrap();
        assert_eq!((answer.defects, answer.rsa), (0, Ok(())));
        assert_eq!(answer.parts, [SignedPart::To, SignedPart::Timestamp, SignedPart::Body]);
        assert_eq!(answer.hmac, Err(BadMessage { shape: false, signature: true, digest: false }));
        assert_eq!(answer.key, format!("Some(Certificate of {} bytes)", A_CERT.len()));
        with_security(&signed, |signature| {
            assert_eq!(signature.key(), Some(&MessageKey::Certificate(A_CERT.to_vec())));
        });
    }
}

#[test]
fn message_key_references_told_apart() {
    let ski = Message { key_info: key_info(&openssl_ski()), ..message() }.signed();
    with_security(&ski, |signature| {
        assert_eq!(signature.key(), Some(&MessageKey::Ski(Ski::from_bytes(&openssl_ski()).unwrap())));
    });
    let with = |inside: &str| {
        let key_info = format!(
            "<KeyInfo><o:SecurityTokenReference xmlns:o=\"{}\" xmlns:b=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" \
             b:TokenType=\"x\">{inside}</o:SecurityTokenReference></KeyInfo>",
            wsse::NAMESPACE
        );
        Message { key_info, ..message() }.signed()
    };
    with_security(&with(&format!("<o:Reference URI=\"#{ID}\"/>")), |signature| {
        let Some(MessageKey::Token(token)) = signature.key() else { panic!("{:?}", signature.key()) };
        assert_eq!(token.attribute("AssertionID"), Some(ID));
    });
    for inside in [
        "",
        "<o:Reference URI=\"#_9\"/>",
        "<o:Reference URI=\"#_0\"/>",
        "<o:Reference URI=\"\"/>",
        "<o:Reference URI=\"http://x\"/>",
        "<o:Reference/>",
        "<o:KeyIdentifier>x</o:KeyIdentifier>",
        "<o:Embedded/>",
        "<o:Reference URI=\"#_3\"/><o:Reference URI=\"#_3\"/>",
        "x<o:Reference URI=\"#_3\"/>",
    ] {
        let answer = read(&with(inside)).unwrap();
        assert_eq!((answer.defects, answer.key.as_str()), (1, "None"), "{inside}");
        assert_eq!(answer.hmac, Err(BadMessage { shape: true, signature: false, digest: false }), "{inside}");
    }
}

#[test]
fn message_changed_after_it_was_signed_refused() {
    let signed = Message { covered: vec!["_0", "_1"], ..message() }.signed();
    assert_eq!(read(&signed).unwrap().hmac, Ok(()));
    for (from, to) in
        [("05:05:00Z", "06:05:00Z"), ("EWS/Exchange.asmx", "EWS/Other.asmx"), ("u:Created>", "u:Expires>")]
    {
        let answer = read(&signed.replace(from, to)).unwrap();
        assert_eq!(answer.hmac, Err(BadMessage { shape: false, signature: false, digest: true }), "{from}");
    }
    let body = read(&signed.replace(">x</s:Body>", ">y</s:Body>")).unwrap();
    assert_eq!((body.hmac, body.parts.contains(&SignedPart::Body)), (Ok(()), false));
}

#[test]
fn message_references_to_other_elements_refused() {
    let signed = message().signed();
    let timestamp = message().timestamp;
    let moved = [
        // The signed timestamp moved away, and another one in its place.
        signed.replace(
            &timestamp,
            &format!("<x>{timestamp}</x>{}", timestamp.replace("_0", "_8").replace("05:05", "09:05")),
        ),
        signed.replace(&timestamp, "").replace("<s:Body", &format!("{timestamp}<s:Body")),
        // Two of one id.
        signed.replace(&timestamp, &timestamp.repeat(2)),
        // An id that only looks like one.
        signed.replace("u:Id=\"_0\"", "Id=\"_0\""),
    ];
    for document in moved {
        assert_ne!(document, signed);
        let answer = read(&document).unwrap();
        assert_eq!(
            (answer.defects, answer.hmac),
            (1, Err(BadMessage { shape: true, signature: false, digest: true }))
        );
    }
    let twice = Message { covered: vec!["_0", "_0"], ..message() };
    assert_eq!(read(&twice.signed()).unwrap().defects, 1);
    let nine = Message { covered: vec!["_0"; 9], ..message() };
    assert!(read(&nine.signed()).unwrap().hmac.is_err());
}

#[test]
fn message_shapes_beside_the_one_shape_refused() {
    let changes: [fn(String) -> String; 7] = [
        |info| info.replace("</SignatureMethod>", "<HMACOutputLength>8</HMACOutputLength></SignatureMethod>"),
        |info| info.replacen("xml-exc-c14n#", "xml-exc-c14n#WithComments", 1),
        |info| {
            info.replace("<Transforms>", &format!("<Transforms><Transform Algorithm=\"{}\"/>", ds::ENVELOPED))
        },
        |info| info.replace(&format!("<Transform Algorithm=\"{}\"></Transform>", ds::EXCLUSIVE), ""),
        |info| info.replace("URI=\"#_0\"", "URI=\"\""),
        |info| info.replace(ds::SHA1, "http://www.w3.org/2001/04/xmldsig-more#md5"),
        |info| info.replace("hmac-sha1", "hmac-sha256"),
    ];
    for (index, signed_info) in changes.into_iter().enumerate() {
        let answer = read(&Message { signed_info, ..message() }.signed()).unwrap();
        assert!(answer.defects > 0 && answer.hmac.is_err(), "{index}");
    }
    let none = Message { covered: vec![], ..message() };
    let answer = read(&none.signed()).unwrap();
    assert_eq!((answer.defects, answer.hmac.is_err()), (1, true));
}

#[test]
fn message_without_signature_read_and_with_two_refused() {
    assert_eq!(read(&message().with("")).err(), Some(0));
    assert_eq!(read(&message().with(&message().signature().repeat(2))).err(), Some(1));
}
