//! Signed samples. They are written in canonical form by hand, so that no code of ours decides what is signed.

use ::base64::Engine;
use ::base64::prelude::BASE64_STANDARD;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use num_bigint::BigUint;
use x509_parser::der_parser::parse_der;

use crate::dauth::names::{ds, wsse};
use crate::keys::testdata::{A_PRIVATE, openssl_says};

pub(super) const ID: &str = "uuid-7a1a7e29-4e9d-4d0f-9c2f-5d3c2a1b0f11";

/// What a sample is made of; each part can be spoilt before it is signed.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) start: String,
    pub(super) content: String,
    pub(super) method: &'static str,
    pub(super) digest: &'static str,
    /// SignedInfo, with `{digest}` where the digest belongs.
    pub(super) signed_info: String,
    pub(super) key_info: String,
}

impl Sample {
    /// An assertion in the gateway's shape.
    pub(super) fn new(method: &'static str, digest: &'static str) -> Self {
        let start = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" AssertionID=\"{ID}\" \
             IssueInstant=\"2026-11-20T04:47:27.032Z\" Issuer=\"urn:federation:MicrosoftOnline\" MajorVersion=\"1\" \
             MinorVersion=\"1\">"
        );
        let subject = |confirmation: &str| {
            format!(
                "<saml:Subject><saml:NameIdentifier Format=\"http://schemas.xmlsoap.org/claims/upn\">\
                 kZ4mD0d3m+1Vb0w3n8XbJQ3Gm2w5c9Y/x2T7eQy1s0A=@MicrosoftOnline.com</saml:NameIdentifier>{confirmation}</saml:Subject>"
            )
        };
        let confirmation = "<saml:SubjectConfirmation><saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:holder-of-key\
             </saml:ConfirmationMethod><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><trust:BinarySecret \
             xmlns:trust=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ\
             </trust:BinarySecret></KeyInfo></saml:SubjectConfirmation>";
        let attribute = |name: &str, namespace: &str, value: &str| {
            format!(
                "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"{namespace}\"><saml:AttributeValue>{value}\
                 </saml:AttributeValue></saml:Attribute>"
            )
        };
        let content = [
            "<saml:Conditions NotBefore=\"2026-11-20T04:47:27.032Z\" NotOnOrAfter=\"2026-12-05T04:50:27.027Z\">\
             <saml:AudienceRestrictionCondition><saml:Audience>http://FYDIBOHF25SPDLT.contoso.com</saml:Audience>\
             </saml:AudienceRestrictionCondition></saml:Conditions><saml:AuthenticationStatement \
             AuthenticationInstant=\"2026-11-20T04:47:27.032Z\" \
             AuthenticationMethod=\"urn:oasis:names:tc:SAML:1.0:am:password\">",
            &subject(confirmation),
            "</saml:AuthenticationStatement><saml:AttributeStatement>",
            &subject(""),
            &attribute("EmailAddress", "http://schemas.xmlsoap.org/claims", "user@contoso.com"),
            &attribute("RequestorDomain", "http://schemas.microsoft.com/ws/2006/04/identity/claims", "outlook.com"),
            &attribute("action", "http://schemas.xmlsoap.org/ws/2006/12/authorization/claims", "MSExchange.MailTips"),
            &attribute("ThirdPartyRequested", "http://schemas.microsoft.com/ws/2006/04/identity/claims", "True"),
            "</saml:AttributeStatement>",
        ]
        .concat();
        let signed_info = signed_info(method, digest, &[ds::ENVELOPED, ds::EXCLUSIVE], ID);
        Self { start, content, method, digest, signed_info, key_info: key_info(&openssl_ski()) }
    }

    /// What SignedInfo's digest is made over.
    pub(super) fn unsigned(&self) -> String {
        format!("{}{}</saml:Assertion>", self.start, self.content)
    }

    /// The Signature element; its SignedInfo is canonical but for the namespace that it declares with it.
    pub(super) fn signature(&self) -> String {
        let digest = digest_of(self.digest, self.unsigned().as_bytes());
        let signed_info = self.signed_info.replace("{digest}", &digest);
        let canonical =
            signed_info.replacen("<SignedInfo", &format!("<SignedInfo xmlns=\"{}\"", ds::NAMESPACE), 1);
        let value = sign(self.method, canonical.as_bytes());
        format!(
            "<Signature xmlns=\"{}\">{signed_info}<SignatureValue>{}</SignatureValue>{}</Signature>",
            ds::NAMESPACE,
            BASE64_STANDARD.encode(value),
            self.key_info
        )
    }

    pub(super) fn signed(&self) -> String {
        self.with(&self.signature())
    }

    /// The assertion with something in place of its signature.
    pub(super) fn with(&self, signature: &str) -> String {
        format!("{}{}{signature}</saml:Assertion>", self.start, self.content)
    }
}

pub(super) fn signed_info(method: &str, digest: &str, transforms: &[&str], id: &str) -> String {
    let transforms: String = transforms
        .iter()
        .map(|transform| format!("<Transform Algorithm=\"{transform}\"></Transform>"))
        .collect();
    format!(
        "<SignedInfo><CanonicalizationMethod Algorithm=\"{}\"></CanonicalizationMethod><SignatureMethod \
         Algorithm=\"{method}\"></SignatureMethod><Reference URI=\"#{id}\"><Transforms>{transforms}</Transforms>\
         <DigestMethod Algorithm=\"{digest}\"></DigestMethod><DigestValue>{{digest}}</DigestValue></Reference></SignedInfo>",
        ds::EXCLUSIVE
    )
}

pub(super) fn key_info(ski: &[u8]) -> String {
    format!(
        "<KeyInfo><o:SecurityTokenReference xmlns:o=\"{}\"><o:KeyIdentifier ValueType=\"{}\" EncodingType=\"{}\">{}\
         </o:KeyIdentifier></o:SecurityTokenReference></KeyInfo>",
        wsse::NAMESPACE,
        wsse::X509_SKI,
        wsse::BASE64,
        BASE64_STANDARD.encode(ski)
    )
}

/// The identifier of key A.
pub(super) fn openssl_ski() -> Vec<u8> {
    let hex = openssl_says("a.ski").as_bytes();
    hex.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

pub(super) fn digest_of(algorithm: &str, bytes: &[u8]) -> String {
    let algorithm = if algorithm == ds::SHA1 { &SHA1_FOR_LEGACY_USE_ONLY } else { &SHA256 };
    BASE64_STANDARD.encode(digest(algorithm, bytes))
}

/// Signs with key A: RFC 8017 section 8.2.1, by arithmetic, since no backend signs with SHA-1.
pub(super) fn sign(method: &str, message: &[u8]) -> Vec<u8> {
    // DigestInfo, RFC 8017 section 9.2 note 1.
    let (prefix, digest) = if method == ds::RSA_SHA1 {
        (
            &b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"[..],
            digest(&SHA1_FOR_LEGACY_USE_ONLY, message),
        )
    } else {
        (
            &b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"[..],
            digest(&SHA256, message),
        )
    };
    let info = [prefix, digest.as_ref()].concat();
    let padded = [&b"\x00\x01"[..], &vec![0xff; 256 - 3 - info.len()], b"\x00", &info].concat();

    let (_, private) = parse_der(A_PRIVATE).unwrap();
    let inner = private.as_sequence().unwrap()[2].as_slice().unwrap();
    let (_, key) = parse_der(inner).unwrap();
    let number = |index: usize| BigUint::from_bytes_be(key.as_sequence().unwrap()[index].as_slice().unwrap());
    let value = BigUint::from_bytes_be(&padded).modpow(&number(3), &number(1)).to_bytes_be();
    [vec![0; 256 - value.len()], value].concat()
}
