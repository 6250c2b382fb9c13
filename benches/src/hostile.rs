//! Messages that are made to cost the receiver time or memory.

use crate::delegation::{SESSION_KEY, Sample};

const SOAP: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>";

/// Copies of an element. 1,000: what no sender writes, and more than small loops forgive.
const COPIES: usize = 1_000;

/// A message, and what it is called.
pub struct Hostile {
    /// The name in the table.
    pub name: String,
    /// The message.
    pub message: Vec<u8>,
}

fn hostile(name: impl Into<String>, message: impl Into<Vec<u8>>) -> Hostile {
    Hostile { name: name.into(), message: message.into() }
}

fn envelope(header: &str, body: &str) -> String {
    format!("{SOAP}{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
}

/// All of them: each is to be refused by the validators of these samples, one in clear and one encrypted.
#[must_use]
pub fn all(clear: &Sample, encrypted: &Sample) -> Vec<Hostile> {
    let text = |sample: &Sample| String::from_utf8_lossy(&sample.message()).into_owned();
    let (clear_text, encrypted_text) = (text(clear), text(encrypted));
    let mut entities = String::from("<!DOCTYPE l [<!ENTITY l0 \"lol\">");
    for level in 1..10 {
        let before = format!("&l{};", level - 1).repeat(10);
        entities.push_str(&format!("<!ENTITY l{level} \"{before}\">"));
    }
    let wide = |attribute: &dyn Fn(usize) -> String| {
        let attributes: String = (0..60_000).map(attribute).collect();
        envelope(&format!("<a{attributes}/>"), "")
    };
    let prefixes: String = (0..10_000).map(|n| format!("<a{n} xmlns:p{n}=\"urn:{n}\">")).collect();
    let mut all = vec![
        hostile("a billion laughs", format!("{entities}]>{}", envelope("&l9;", ""))),
        hostile("a million elements deep", envelope(&"<a>".repeat(1_000_000), "")),
        hostile("a million elements wide", envelope(&"<a/>".repeat(1_000_000), "")),
        hostile("10,000 nested namespaces", envelope(&prefixes, "")),
        hostile("60,000 attributes", wide(&|n| format!(" a{n}=\"\""))),
        hostile("60,000 namespaces", wide(&|n| format!(" xmlns:a{n}=\"urn:a\""))),
        hostile("a body of 20 MB", envelope("", &"x".repeat(20 << 20))),
        hostile("a body of 4 MB without a token", envelope("", &"x".repeat((4 << 20) - 256))),
        hostile("a comment of 4 MB", envelope(&format!("<!--{}-->", "x".repeat((4 << 20) - 256)), "")),
        hostile("4 MB of <", "<".repeat(4 << 20)),
        hostile("4 MB of attribute values with line ends", {
            let one = format!("<a b=\"{}\"/>", "\r\n".repeat(50));
            envelope(&one.repeat((4 << 20) / one.len() - 4), "")
        }),
    ];
    for element in [
        "saml:Assertion",
        "saml:Conditions",
        "saml:AudienceRestrictionCondition",
        "saml:Audience",
        "saml:AuthenticationStatement",
        "saml:AttributeStatement",
        "saml:SubjectConfirmation",
        "saml:Attribute",
        "saml:AttributeValue",
        "Signature",
        "SignedInfo",
        "Reference",
        "Transforms",
        "DigestValue",
        "SignatureValue",
        "o:SecurityTokenReference",
        "o:KeyIdentifier",
    ] {
        let message = repeated(&clear_text, element);
        all.push(hostile(format!("{COPIES} of {element}, encrypted"), sealed(encrypted, &message)));
        all.push(hostile(format!("{COPIES} of {element}"), message));
    }
    for element in ["xenc:EncryptedKey", "wsse:SecurityTokenReference", "xenc:CipherData", "xenc:CipherValue"]
    {
        all.push(hostile(format!("{COPIES} of {element}"), repeated(&encrypted_text, element)));
    }
    all
}

fn sealed(sample: &Sample, text: &str) -> Vec<u8> {
    let sealer = sample.sealer();
    sealer.message(&sealer.wrap(&SESSION_KEY), &sealer.encrypt(text.as_bytes()))
}

/// The text with an element many times in place of once.
fn repeated(text: &str, element: &str) -> String {
    let (opening, closing) = (format!("<{element}"), format!("</{element}>"));
    let starts = text.match_indices(&opening).map(|(at, _)| at);
    let is_whole = |at: &usize| text[at + opening.len()..].starts_with([' ', '>']);
    let Some(start) = { starts }.find(is_whole) else { panic!("no {element}") };
    let Some(length) = text[start..].find(&closing) else { panic!("no end of {element}") };
    let end = start + length + closing.len();
    format!("{}{}{}", &text[..start], text[start..end].repeat(COPIES), &text[end..])
}
