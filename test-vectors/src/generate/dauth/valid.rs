//! Messages as their producers write them, in every form that is allowed.

use serde_json::json;
use test_vectors::DauthFile;

use super::encryption::{Cipher, Encryption, Padding, Sha, Transport, aes256};
use super::message::*;
use super::names::*;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::world::{MINUTE, NOW};

pub(crate) fn file() -> (&'static str, DauthFile) {
    (
        "dauth-valid",
        file_of(vec![
            group("contoso.com, as the gateway signs today", legacy(), as_the_gateway_signs()),
            group("contoso.com, which takes no SHA-1", policy(), {
                let mut tests = assertions();
                tests.extend(spellings());
                tests.extend(messages());
                tests.extend(encrypted());
                tests
            }),
            group(
                "contoso.com, with the endpoints that Exchange serves by itself",
                usual_endpoints(),
                well_known(),
            ),
            group(
                "contoso.com, whose endpoint wants the message signed with the proof key",
                with(
                    "endpoint",
                    json!([{ "path": EWS_SYMMETRIC_PATH, "urls": [EWS_SYMMETRIC], "offers": ["MSExchange.MailTips"] }]),
                ),
                signed_messages(),
            ),
        ]),
    )
}

use super::vector::file as file_of;

fn as_the_gateway_signs() -> Vec<Vector> {
    let signed = sha1().apply(assertion());
    vec![
        Vector::new("dauth-sha1-bare", "the assertion as the gateway writes it, alone", signed.sent())
            .reports(&["DA-04"]),
        Vector::new("dauth-sha1-message", "the same in clear in a message", message([signed.clone()]).sent())
            .reports(&["DA-04"]),
        Vector::new(
            "dauth-sha1-encrypted",
            "the same encrypted, with aes256-cbc",
            message([aes256().apply("dauth-sha1-encrypted", signed.sent().as_bytes())]).sent(),
        )
        .reports(&["DA-04", "DA-23"]),
        Vector::new(
            "dauth-sha1-previous",
            "signed with the gateway's previous key",
            sha1().by("gateway-previous").apply(assertion()).sent(),
        )
        .flag("D17")
        .reports(&["DA-04"])
        .on("DA-05"),
        Vector::new("dauth-sha256-bare-legacy", "signed with SHA-256", sha256().apply(assertion()).sent()),
        Vector::new(
            "dauth-sha256-digest-sha1",
            "signed with SHA-256 over a SHA-1 digest",
            Signing { digest: Some(Hash::Sha1), ..sha256() }.apply(assertion()).sent(),
        )
        .flag("D8")
        .reports(&["DA-04"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("positive").on("DA-04"))
    .collect()
}

fn assertions() -> Vec<Vector> {
    let bare = |id: &str, comment: &str, assertion: Element| {
        Vector::new(id, comment, sha256().apply(assertion).sent()).flag("positive")
    };
    let mut confirmed_twice = assertion();
    confirmed_twice.at(&["AttributeStatement", "Subject"]).append(confirmation());
    let mut list = assertion();
    let mut addresses = attribute("EmailAddressList", CLAIMS, EMAIL);
    addresses.append(el(SAML, "AttributeValue").text("user@fabrikam.example"));
    list.at(&["AttributeStatement"]).append(addresses);
    vec![
        bare("dauth-bare", "an assertion alone", assertion()).near(&["DA-02", "DA-05", "DA-06", "DA-18"]),
        Vector::new(
            "dauth-previous",
            "signed with the gateway's previous key",
            sha256().by("gateway-previous").apply(assertion()).sent(),
        )
        .flag("D17")
        .on("DA-05"),
        bare("dauth-list", "with a list of e-mail addresses", list).on("DA-25"),
        bare("dauth-confirmed-twice", "both subjects confirmed, with the same key", confirmed_twice)
            .on("DA-10"),
    ]
}

/// The same signature value under other spellings of the document.
fn spellings() -> Vec<Vector> {
    let signed = sha256().apply(assertion());
    let text =
        |id: &str, comment: &str, text: String| Vector::new(id, comment, text).flag("spelling").on("DA-18");
    let mut reversed = signed.clone();
    reversed.each(&mut Element::reverse_attributes);
    let declared = signed.clone().declare(WSSE).declare(DS_PREFIXED).declare(FOREIGN);
    let mut referenced = signed.clone();
    let name = referenced.at(&["AuthenticationStatement", "Subject", "NameIdentifier"]);
    name.clear();
    name.push(&NAME.replacen('l', "&#x6c;", 1).replacen('@', "&#64;", 1), NAME);
    let mut padded = assertion();
    padded.each(&mut |element| {
        if element.value("NotBefore").is_some() {
            *element = element.clone().text("\n    ");
        }
    });
    vec![
        text(
            "dauth-spelling-odd",
            "apostrophes, line ends inside tags, declarations last",
            signed.sent_as(Style::ODD),
        ),
        text("dauth-spelling-order", "the attributes in the opposite order", reversed.sent()),
        text(
            "dauth-spelling-unused",
            "namespaces declared at the assertion that nothing uses",
            declared.sent(),
        ),
        text("dauth-spelling-references", "characters of a value written as references", referenced.sent()),
        text(
            "dauth-spelling-declaration",
            "an XML declaration, and a line end after the root",
            format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n", signed.sent()),
        )
        .on("DA-01"),
        text("dauth-spelling-crlf", "line ends of two bytes between elements", {
            let mut lines = assertion();
            *lines.at(&["Conditions"]) = lines.at(&["Conditions"]).clone().node("\r\n  ", "\n  ");
            sha256().apply(lines).sent()
        }),
        text("dauth-spelling-lines", "the signature's value in lines of 76 characters", {
            let mut lines = signed.clone();
            let value = lines.at(&["Signature", "SignatureValue"]);
            let characters: Vec<char> = value.only_text().chars().collect();
            let broken: Vec<String> = characters.chunks(76).map(|line| line.iter().collect()).collect();
            value.clear();
            *value = value.clone().text(broken.join("\r\n")).clone();
            lines.sent().replace("&#xD;", "\r")
        }),
        text("dauth-spelling-white-space", "white space between elements, signed with them", {
            sha256().apply(padded).sent()
        }),
        text(
            "dauth-spelling-prefixes",
            "other prefixes, signed with them: SAML by default, the signature with a prefix",
            {
                let assertion = assertion().with_prefix(SAML.uri, "").with_prefix(TRUST.uri, "wst");
                let info = sha256().info(&assertion).with_prefix(DS.uri, "dsig");
                let signature = sha256().sign(info).with_prefix(DS.uri, "dsig").with_prefix(O.uri, "wsse");
                assertion.child(signature).sent()
            },
        )
        .on("DA-22"),
    ]
}

fn messages() -> Vec<Vector> {
    let signed = sha256().apply(assertion());
    let clear = message([signed.clone()]);
    let sent = |id: &str, comment: &str, text: String| Vector::new(id, comment, text).flag("positive");
    let twelve = Message { soap: SOAP12, ..clear.clone() };
    let mut without_id = clear.clone();
    without_id.security[0] = without_id.security[0].clone().without_attr("Id");
    vec![
        sent("dauth-message", "an assertion in clear in a SOAP 1.1 message", clear.sent())
            .near(&["DA-03", "DA-15", "DA-17", "DA-19", "DA-21"]),
        sent("dauth-message-soap12", "the same in SOAP 1.2", twelve.sent()).on("DA-21"),
        sent(
            "dauth-message-declared",
            "the assertion's namespaces are declared at the envelope",
            clear.envelope().declare(SAML).declare(O).declare(TRUST).sent(),
        )
        .on("DA-18"),
        sent(
            "dauth-message-odd",
            "another spelling of the whole message",
            clear.envelope().sent_as(Style::ODD),
        ),
        sent("dauth-message-unnamed", "a timestamp without an id", without_id.sent()),
        sent(
            "dauth-message-path-case",
            "the path in another letter case",
            clear.clone().to(&EWS.to_lowercase()).sent(),
        )
        .flag("D18")
        .on("DA-17"),
    ]
}

fn encrypted() -> Vec<Vector> {
    let signed = sha256().apply(assertion()).sent();
    let sent = |id: &str, comment: &str, encryption: Encryption| {
        let token = encryption.apply(id, signed.as_bytes());
        let vector = Vector::new(id, comment, message([token]).sent()).flag("positive");
        let vector = if encryption.cipher.is_gcm() { vector } else { vector.reports(&["DA-23"]) };
        vector.on("DA-16").on("DA-23")
    };
    let transport = |transport| Encryption { transport, ..Encryption::with(Cipher::Aes256Gcm) };
    let to = |recipient| Encryption { recipient, named: recipient, ..aes256() };
    let mut tests: Vec<_> = Cipher::ALL
        .into_iter()
        .filter(|cipher| *cipher != Cipher::TripleDes)
        .map(|cipher| {
            sent(
                &format!("dauth-encrypted-{}", cipher.name()),
                &format!("encrypted with {}", cipher.name()),
                Encryption::with(cipher),
            )
        })
        .collect();
    tests.extend([
        sent(
            "dauth-encrypted-oaep-named",
            "rsa-oaep-mgf1p that names SHA-1",
            transport(Transport::Mgf1p { named: true }),
        ),
        sent(
            "dauth-encrypted-oaep-sha256",
            "rsa-oaep with SHA-256 and mgf1sha256",
            transport(Transport::Oaep { digest: Sha::Two, mask: Sha::Two }),
        ),
        sent(
            "dauth-encrypted-oaep-sha1",
            "rsa-oaep with SHA-1 and mgf1sha1",
            transport(Transport::Oaep { digest: Sha::One, mask: Sha::One }),
        ),
        sent("dauth-encrypted-previous", "encrypted for the previous certificate", to("federation-previous")),
        sent("dauth-encrypted-next", "encrypted for the next certificate", to("federation-next")),
        sent(
            "dauth-encrypted-pkcs7",
            "the padding that is usual elsewhere",
            Encryption { padding: Padding::Pkcs7, ..aes256() },
        )
        .flag("D15"),
        sent(
            "dauth-encrypted-whole-block",
            "a whole block of padding, after spaces behind the assertion",
            Encryption { padding: Padding::WholeBlock, ..aes256() },
        )
        .flag("D15"),
        Vector::new(
            "dauth-encrypted-bare",
            "the encrypted token alone",
            aes256().apply("dauth-encrypted-bare", signed.as_bytes()).sent(),
        )
        .flag("positive")
        .reports(&["DA-23"])
        .on("DA-16"),
    ]);
    tests
}

/// A policy that names no endpoint, and whose partner may look for its users' services.
fn usual_endpoints() -> serde_json::Value {
    let offers = ["MSExchange.Autodiscover", "MSExchange.MailTips"];
    let mut policy =
        with("relationship", json!([{ "name": "fabrikam", "domains": ["fabrikam.com"], "offers": offers }]));
    policy["dauth"].as_object_mut().expect("an object").remove("endpoint");
    policy
}

fn well_known() -> Vec<Vector> {
    const URL: &str = "https://autodiscover.contoso.com/autodiscover/autodiscover.svc/WSSecurity";
    let action = "http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings";
    let discover = |token: Element| Message {
        action: Some(action.to_owned()),
        body: el(AUTODISCOVER, "GetUserSettingsRequestMessage"),
        ..message([token]).to(URL)
    };
    let signed = sha256().apply(saying("action", "MSExchange.Autodiscover"));
    let id = "dauth-autodiscover-encrypted";
    let encrypted = Encryption::with(Cipher::Aes256Gcm).apply(id, signed.sent().as_bytes());
    vec![
        Vector::new("dauth-autodiscover", "a request for user settings", discover(signed).sent())
            .offer("MSExchange.Autodiscover")
            .near(&["DA-09", "DA-17"]),
        Vector::new(id, "the same with an encrypted token, in SOAP 1.2", {
            Message { soap: SOAP12, ..discover(encrypted) }.sent()
        })
        .offer("MSExchange.Autodiscover")
        .near(&["DA-09", "DA-17"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("positive"))
    .collect()
}

fn signed_messages() -> Vec<Vector> {
    let signed = sha256().apply(assertion());
    let time = timestamp(NOW - 10, NOW - 10 + 5 * MINUTE);
    let proof = proof_signature(&proof_key(), &[&time], ASSERTION_ID);
    let id = "dauth-symmetric-encrypted";
    let encrypted = Encryption::with(Cipher::Aes256Gcm).apply(id, signed.sent().as_bytes());
    vec![
        Vector::new(
            "dauth-symmetric",
            "the timestamp signed with the proof key",
            message([signed, proof.clone()]).to(EWS_SYMMETRIC).sent(),
        )
        .near(&["DA-15", "DA-19"]),
        Vector::new(
            id,
            "the timestamp signed with the proof key inside the encrypted assertion",
            message([encrypted, proof]).to(EWS_SYMMETRIC).sent(),
        )
        .near(&["DA-16", "DA-19"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("positive"))
    .collect()
}
