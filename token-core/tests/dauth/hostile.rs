//! Messages that are made to cost the receiver its time or memory: refused at once, whatever their size.

use test_vectors::DauthMessages;
use token_core::dauth::Received;
use token_core::{RuleId, UnixTime};

use crate::judge::{groups, validator};

/// Judges a message under the first policy of the vectors, and returns the rule that refuses it.
fn refused_by(message: &str) -> RuleId {
    let group = groups(DauthMessages::Token).next().expect("a group");
    let rejection = validator(group).validate(Received::message(message.as_bytes()), UnixTime::from_secs(0));
    rejection.expect_err("hostile").rule()
}

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"";

fn envelope(header: &str, body: &str) -> String {
    format!("{ENVELOPE}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
}

#[test]
fn hostile_entities_refused_as_xml() {
    let mut entities = String::from("<!DOCTYPE l [<!ENTITY l0 \"lol\">");
    for level in 1..10 {
        let before = format!("&l{};", level - 1).repeat(10);
        entities.push_str(&format!("<!ENTITY l{level} \"{before}\">"));
    }
    entities.push_str("]>");
    assert_eq!(refused_by(&format!("{entities}{}", envelope("&l9;", ""))), RuleId::Da01);
    let external = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    assert_eq!(refused_by(&format!("{external}{}", envelope("&x;", ""))), RuleId::Da01);
    assert_eq!(refused_by(&envelope("&undeclared;", "")), RuleId::Da01);
}

#[test]
fn hostile_depth_and_width_refused_as_xml() {
    let deep = "<a>".repeat(1_000_000);
    assert_eq!(refused_by(&deep), RuleId::Da01);
    assert_eq!(refused_by(&envelope(&deep, "")), RuleId::Da01);
    let nested: String = (0..10_000).map(|n| format!("<a{n} xmlns:p{n}=\"urn:{n}\">")).collect();
    assert_eq!(refused_by(&envelope(&nested, "")), RuleId::Da01);
    let wide: String = (0..60_000).map(|n| format!(" a{n}=\"\"")).collect();
    assert_eq!(refused_by(&envelope(&format!("<a{wide}/>"), "")), RuleId::Da01);
    let declarations: String = (0..60_000).map(|n| format!(" xmlns:a{n}=\"urn:a\"")).collect();
    assert_eq!(refused_by(&envelope(&format!("<a{declarations}/>"), "")), RuleId::Da01);
}

#[test]
fn hostile_length_refused_before_it_is_read() {
    assert_eq!(refused_by(&envelope("", &"x".repeat(20 << 20))), RuleId::Da01);
    assert_eq!(refused_by(&envelope(&"<a/>".repeat(1 << 20), "")), RuleId::Da01);
    assert_eq!(refused_by(&envelope(&format!("<!--{}-->", "x".repeat(300 << 10)), "")), RuleId::Da01);
}

#[test]
fn hostile_repetition_of_tokens_refused() {
    let security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let in_header =
        |inner: &str| envelope(&format!("<o:Security xmlns:o=\"{security}\">{inner}</o:Security>"), "<x/>");
    for (element, namespace) in [
        ("Assertion", "urn:oasis:names:tc:SAML:1.0:assertion"),
        ("EncryptedData", "http://www.w3.org/2001/04/xmlenc#"),
    ] {
        let many = format!("<{element} xmlns=\"{namespace}\"/>").repeat(1_000);
        assert_eq!(refused_by(&in_header(&many)), RuleId::Da03, "{element}");
    }
    let headers = format!("<o:Security xmlns:o=\"{security}\"/>").repeat(1_000);
    assert_eq!(refused_by(&envelope(&headers, "")), RuleId::Da21);
}
