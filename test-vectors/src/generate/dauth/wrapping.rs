//! DA-03 and DA-21: signature wrapping, stray tokens, ids that are not unique, and the envelope around them.

use test_vectors::DauthFile;

use super::encryption::{Cipher, Encryption, aes256};
use super::message::*;
use super::names::*;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::world::{MINUTE, NOW};

pub(crate) fn file() -> (&'static str, DauthFile) {
    let tests =
        [wrapped(), wrapped_in_messages(), strays(), ids(), envelopes()].into_iter().flatten().collect();
    (
        "dauth-wrapping",
        super::vector::file(vec![group("contoso.com, whose partner is fabrikam.com", policy(), tests)]),
    )
}

const EVIL_ID: &str = "uuid-e0e0e0e0-0000-4000-8000-00000000e011";

/// What the attacker wants to be read: another user, and not signed by the gateway.
fn evil() -> Element {
    saying("EmailAddress", "ceo@fabrikam.com").attr("AssertionID", EVIL_ID)
}

/// The gateway's signature over the usual assertion.
fn true_signature() -> Element {
    sha256().sign(sha256().info(&assertion()))
}

fn object(content: Element) -> Element {
    el(DS, "Object").child(content)
}

/// Wrapping inside one assertion: in clear alone, and inside an encrypted token.
fn wrapped() -> Vec<Vector> {
    let same_id = || saying("EmailAddress", "ceo@fabrikam.com");
    let signed = || sha256().apply(assertion());
    let cases = [
        ("xsw-1", "the signed assertion in the signature's Object, in an assertion of another id", {
            evil().child(true_signature().child(object(assertion())))
        }),
        ("xsw-2", "the signed assertion in the signature's Object, in an assertion of the same id", {
            same_id().child(true_signature().child(object(assertion())))
        }),
        (
            "xsw-3",
            "the signed assertion, its signature included, as a child of another",
            evil().child(signed()),
        ),
        ("xsw-4", "the signed assertion as a child of another, which has the signature", {
            evil().child(assertion()).child(true_signature())
        }),
        ("xsw-5", "the signed assertion in the advice of another, which has the signature", {
            let mut evil = evil();
            evil.insert(1, el(SAML, "Advice").child(assertion()));
            evil.child(true_signature())
        }),
        ("xsw-6", "the signed assertion and its signature in the advice of another", {
            let mut evil = evil();
            evil.insert(1, el(SAML, "Advice").child(signed()));
            evil
        }),
        ("xsw-7", "the signed assertion inside KeyInfo", {
            let mut signature = true_signature();
            signature.at(&["KeyInfo"]).append(assertion());
            evil().child(signature)
        }),
        ("xsw-8", "the evil assertion in the signature's Object, in the signed one", {
            assertion().child(true_signature().child(object(evil())))
        }),
        ("xsw-9", "the signed assertion in an attribute value of another", {
            let mut evil = evil().child(true_signature());
            value_of(&mut evil, "RequestorDomain").append(assertion());
            evil
        }),
        ("nested-in-advice", "an unsigned assertion in the advice of the signed one, signed with it", {
            let mut outer = assertion();
            outer.insert(1, el(SAML, "Advice").child(evil()));
            sha256().apply(outer)
        }),
        ("saml2-inside", "an assertion of SAML 2.0 in the signature's Object", {
            let other = el(SAML2, "Assertion").attr("ID", ASSERTION_ID).attr("Version", "2.0");
            assertion().child(true_signature().child(object(other)))
        }),
        ("encrypted-inside", "an encrypted token in the advice of the signed one, signed with it", {
            let mut outer = assertion();
            outer.insert(
                1,
                el(SAML, "Advice").child(aes256().apply("encrypted-inside", evil().sent().as_bytes())),
            );
            sha256().apply(outer)
        }),
    ];
    cases
        .into_iter()
        .flat_map(|(id, comment, token)| {
            let id = format!("da-03-{id}");
            let hidden = format!("{id}-encrypted");
            let encrypted = message([aes256().apply(&hidden, token.sent().as_bytes())]).sent();
            [
                Vector::new(&id, comment, token.sent()).flag("D1").hit_first("DA-03"),
                Vector::new(hidden, format!("encrypted: {comment}"), encrypted)
                    .flag("D1")
                    .flag("encrypted")
                    .hit_first("DA-16"),
            ]
        })
        .collect()
}

/// The messages in which a second assertion stands somewhere.
fn wrapped_in_messages() -> Vec<Vector> {
    let signed = || sha256().apply(assertion());
    let attackers = || sha256().by(ATTACKER).apply(evil());
    let renamed = || saying("EmailAddress", "ceo@fabrikam.com").child(true_signature());
    let clear = |tokens: Vec<Element>| message(tokens).envelope();
    let header = |first: Element, headed: Element| {
        let mut envelope = clear(vec![first]);
        envelope.at(&["Header"]).append(el(FOREIGN, "Wrapper").child(headed));
        envelope
    };
    let body = |first: Element, inside: Element| {
        let mut envelope = clear(vec![first]);
        envelope.at(&["Body"]).append(inside);
        envelope
    };
    let second_security = |first: Vec<Element>, second: Element| {
        let mut envelope = clear(first);
        envelope.at(&["Header"]).append(el(WSSE, "Security").child(second));
        envelope
    };
    let first_security = |first: Element, second: Element| {
        let mut envelope = clear(vec![second]);
        envelope.at(&["Header"]).insert(0, el(WSSE, "Security").child(first));
        envelope
    };
    let mut in_timestamp = clear(vec![signed()]);
    in_timestamp.at(&["Header", "Security", "Timestamp"]).append(evil());
    let mut in_operation = clear(vec![signed()]);
    in_operation.at(&["Body", "GetMailTips"]).append(evil());
    let wrapped_security = {
        let mut envelope = clear(vec![renamed()]);
        let security = el(WSSE, "Security").child(assertion());
        envelope.at(&["Header"]).append(el(FOREIGN, "Wrapper").child(security));
        envelope
    };
    let encrypted =
        |id: &str, token: Element| Encryption::with(Cipher::Aes256Gcm).apply(id, token.sent().as_bytes());
    let bad = |id: &str, comment: &str, envelope: Element| {
        Vector::new(format!("da-03-{id}"), comment, envelope.sent()).flag("D1").hit_first("DA-03")
    };
    let two_headers = |id: &str, comment: &str, envelope: Element| {
        Vector::new(format!("da-21-{id}"), comment, envelope.sent()).flag("D1").hit_first("DA-21")
    };
    vec![
        bad("evil-before", "an unsigned assertion before the signed one", clear(vec![evil(), signed()])),
        bad("evil-after", "an unsigned assertion behind the signed one", clear(vec![signed(), evil()])),
        bad("attacker-before", "an assertion that the attacker signed before the true one", {
            clear(vec![attackers(), signed()])
        }),
        bad("attacker-after", "an assertion that the attacker signed behind the true one", {
            clear(vec![signed(), attackers()])
        }),
        bad(
            "same-id-before",
            "an assertion of the same id before the signed one",
            clear(vec![renamed(), assertion()]),
        ),
        bad("same-twice", "the same signed assertion twice", clear(vec![signed(), signed()])),
        bad("moved-to-header", "the signed assertion moved into a header that nobody knows", {
            header(evil().child(true_signature()), assertion())
        }),
        bad("moved-to-header-same-id", "the same, under one id", header(renamed(), assertion())),
        bad("moved-to-body", "the signed assertion moved into the body", body(renamed(), assertion())),
        bad(
            "moved-to-wrapped-security",
            "the signed assertion in a security header inside another header",
            wrapped_security,
        ),
        bad("evil-in-header", "the evil assertion in a header that nobody knows", header(signed(), evil())),
        bad("evil-in-body", "the evil assertion in the body", body(signed(), evil())),
        bad("evil-in-operation", "the evil assertion in what the body asks for", in_operation),
        bad("evil-in-timestamp", "the evil assertion in the timestamp", in_timestamp),
        bad("evil-saml2", "an assertion of SAML 2.0 beside the signed one", {
            clear(vec![signed(), el(SAML2, "Assertion").attr("ID", ASSERTION_ID).attr("Version", "2.0")])
        }),
        bad(
            "signature-beside",
            "the signed assertion without its signature, which stands beside it in an Object",
            clear(vec![assertion(), true_signature().child(object(evil()))]),
        ),
        bad("clear-and-encrypted", "an assertion in clear before an encrypted one", {
            clear(vec![signed(), encrypted("da-03-clear-and-encrypted", signed())])
        })
        .flag("D15"),
        bad("encrypted-and-clear", "an encrypted assertion before one in clear", {
            clear(vec![encrypted("da-03-encrypted-and-clear", signed()), evil()])
        })
        .flag("D15"),
        bad("two-encrypted", "two encrypted assertions", {
            clear(vec![
                encrypted("da-03-two-encrypted-1", signed()),
                encrypted("da-03-two-encrypted-2", signed()),
            ])
        })
        .flag("D15"),
        bad("encrypted-in-body", "a second encrypted element in the body", {
            body(
                encrypted("da-03-encrypted-in-body-1", signed()),
                encrypted("da-03-encrypted-in-body-2", evil()),
            )
        })
        .flag("D15"),
        bad("thousand-assertions", "a thousand assertions beside the true one", {
            let short = el(SAML, "Assertion");
            clear(std::iter::once(signed()).chain(std::iter::repeat_n(short, 1000)).collect()).declare(SAML)
        })
        .flag("D5"),
        two_headers("second-security", "an evil assertion in a second security header", {
            second_security(vec![signed()], evil())
        }),
        two_headers("first-security", "an evil assertion in a security header before the true one", {
            first_security(evil(), signed())
        }),
        two_headers(
            "moved-to-second-security",
            "the signed assertion moved into a second security header",
            second_security(vec![renamed()], assertion()),
        ),
    ]
}

fn strays() -> Vec<Vector> {
    let bad = |id: &str, comment: &str, message: Message| {
        Vector::new(format!("da-03-{id}"), comment, message.sent()).hit_first("DA-03")
    };
    vec![
        bad("none", "a security header without a token", message([])).flag("D2"),
        bad("signature-alone", "a signature without an assertion", message([true_signature()])).flag("D2"),
        bad("saml2", "an assertion of SAML 2.0 as the token", {
            message([sha256().apply(assertion().with_namespace(SAML.uri, SAML2.uri))])
        })
        .flag("D6"),
        bad("namespace-case", "SAML's namespace in another letter case", {
            message([
                sha256().apply(assertion().with_namespace(SAML.uri, "urn:OASIS:names:tc:SAML:1.0:assertion"))
            ])
        })
        .flag("D6"),
        bad("no-namespace", "an assertion in no namespace", {
            message([sha256().apply(assertion().with_prefix(SAML.uri, "").with_namespace(SAML.uri, ""))])
        })
        .flag("D6"),
        bad("protocol-namespace", "an assertion in the namespace of SAML's protocol", {
            message([
                sha256().apply(assertion().with_namespace(SAML.uri, "urn:oasis:names:tc:SAML:1.0:protocol"))
            ])
        })
        .flag("D6"),
        Vector::new("da-21-saml2-bare", "an assertion of SAML 2.0 alone", {
            sha256().apply(assertion().with_namespace(SAML.uri, SAML2.uri)).sent()
        })
        .flag("D6")
        .hit_first("DA-21"),
        Vector::new("da-22-prefix", "an assertion under a prefix that looks like another namespace", {
            sha256().apply(assertion().with_prefix(SAML.uri, "saml2")).sent()
        })
        .flag("D6")
        .near(&["DA-22"]),
    ]
}

/// What is an id, or what somebody takes for one, is of one element.
fn ids() -> Vec<Vector> {
    let signed = || sha256().apply(assertion());
    let bad = |id: &str, comment: &str, envelope: Element| {
        Vector::new(format!("da-03-id-{id}"), comment, envelope.sent()).flag("D1").hit_first("DA-03")
    };
    let with = |change: &dyn Fn(&mut Element)| {
        let mut envelope = message([signed()]).envelope();
        change(&mut envelope);
        envelope
    };
    let foreign_attribute = with(&|envelope| {
        let operation = envelope.at(&["Body", "GetMailTips"]);
        *operation =
            operation.clone().attr_in(FOREIGN, "AssertionID", ASSERTION_ID).attr_in(FOREIGN, "Id", "_0");
    });
    let plain_attribute =
        with(&|envelope| envelope.at(&["Body", "GetMailTips"]).set(NONE, "Id", ASSERTION_ID));
    vec![
        bad("timestamp", "the timestamp has the assertion's id", {
            with(&|envelope| envelope.at(&["Header", "Security", "Timestamp"]).set(WSU, "Id", ASSERTION_ID))
        }),
        bad("body", "the body has the assertion's id", {
            with(&|envelope| envelope.at(&["Body"]).set(WSU, "Id", ASSERTION_ID))
        }),
        bad("body-timestamp", "the body has the timestamp's id", {
            with(&|envelope| envelope.at(&["Body"]).set(WSU, "Id", "_0"))
        }),
        bad("signature", "the signature has the assertion's id", {
            let mut signature = true_signature();
            signature.set(NONE, "Id", ASSERTION_ID);
            message([assertion().child(signature)]).envelope()
        }),
        bad("operation", "what the body asks for has the assertion's id", {
            with(&|envelope| envelope.at(&["Body", "GetMailTips"]).set(WSU, "Id", ASSERTION_ID))
        }),
        // Readers that look for ids by their local names find these, so that an id is no longer of one element.
        bad("shadowed", "foreign attributes of the same names have the same values", foreign_attribute),
        bad(
            "shadowed-plain",
            "an attribute Id of a foreign element, without a namespace, has the assertion's id",
            plain_attribute,
        ),
        Vector::new("da-03-id-reference", "attributes that are not called ids have the same values", {
            with(&|envelope| envelope.at(&["Body", "GetMailTips"]).set(FOREIGN, "Ref", ASSERTION_ID)).sent()
        })
        .flag("D1")
        .near(&["DA-03"]),
        Vector::new("da-03-id-case", "an id that differs in letter case", {
            with(&|envelope| envelope.at(&["Body"]).set(WSU, "Id", ASSERTION_ID.to_uppercase())).sent()
        })
        .flag("D1")
        .near(&["DA-03"]),
        Vector::new("da-03-id-own", "a body with an id of its own", {
            with(&|envelope| envelope.at(&["Body"]).set(WSU, "Id", "_2")).sent()
        })
        .near(&["DA-03"]),
    ]
}

fn envelopes() -> Vec<Vector> {
    let signed = || sha256().apply(assertion());
    let clear = || message([signed()]).envelope();
    let bad = |id: &str, comment: &str, envelope: Element| {
        Vector::new(format!("da-21-{id}"), comment, envelope.sent()).hit_first("DA-21")
    };
    let without = |path: &[&str], local: &str| clear().edit(path, |parent| parent.remove(local));
    let twice = |local: &str| {
        let mut envelope = clear();
        let copy = envelope.at(&[local]).clone();
        envelope.append(copy);
        envelope
    };
    let empty_second = |actor: bool| {
        let mut envelope = clear();
        let time = timestamp(NOW - 10, NOW + 5 * MINUTE).without_attr("Id");
        let security = el(WSSE, "Security").child(time);
        let security = if actor { security.attr_in(SOAP11, "actor", "http://other.test/") } else { security };
        envelope.at(&["Header"]).append(security);
        envelope
    };
    vec![
        bad("two-security", "a second security header without a token", empty_second(false)),
        bad("two-security-actor", "a second security header for somebody else", empty_second(true)),
        bad("no-security", "no security header", without(&["Header"], "Security")).flag("D2"),
        bad("no-header", "no header", without(&[], "Header")).flag("D2"),
        bad("no-body", "no body", without(&[], "Body")),
        bad("two-bodies", "two bodies", twice("Body")).flag("D1"),
        bad("two-headers", "two headers", twice("Header")).flag("D1"),
        bad("extra", "a foreign element beside the body", clear().child(el(FOREIGN, "Extra"))),
        bad("namespace", "an envelope in a namespace that looks like SOAP's", {
            clear().with_namespace(SOAP11.uri, "http://schemas.xmlsoap.org/soap/envelope")
        })
        .flag("D6"),
        bad("soap-mixed", "an envelope of SOAP 1.2 with the parts of SOAP 1.1", {
            let mut envelope = el(SOAP12, "Envelope").with_prefix(SOAP12.uri, "s");
            let mut inner = clear();
            envelope.append(inner.at(&["Header"]).clone());
            envelope.append(inner.at(&["Body"]).clone());
            envelope
        })
        .flag("D6"),
        bad("security-namespace", "a security header in the namespace of a draft", {
            let draft = "http://schemas.xmlsoap.org/ws/2003/06/secext";
            let mut envelope = clear();
            *envelope.at(&["Header", "Security"]) =
                el(Ns { prefix: "draft", uri: draft }, "Security").child(signed());
            envelope
        })
        .flag("D6"),
        bad("other-root", "a document that is no message", el(FOREIGN, "Document").child(signed())),
        Vector::new("da-21-prefix", "other prefixes for the envelope and its headers", {
            clear().with_prefix(SOAP11.uri, "s").with_prefix(WSSE.uri, "sec").with_prefix(WSA.uri, "a").sent()
        })
        .flag("D6")
        .near(&["DA-21"]),
        Vector::new("da-21-foreign-header", "headers that nobody knows", {
            clear().edit(&["Header"], |header| header.append(el(FOREIGN, "RequestServerVersion"))).sent()
        })
        .near(&["DA-21"]),
    ]
}
