//! DA-10: how the subject is confirmed, and with which proof key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::case::*;
use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::random;
use crate::dauth::xml::*;

pub(super) const SUBJECT: [&str; 2] = ["AuthenticationStatement", "Subject"];
pub(super) const CONFIRMATION: [&str; 3] = ["AuthenticationStatement", "Subject", "SubjectConfirmation"];

pub(super) fn confirmations() -> Vec<Case> {
    let confirmed = |change: &dyn Fn(&mut Element)| assertion().edit(&CONFIRMATION, change);
    let method = |method: &str| {
        assertion().put(&[CONFIRMATION[0], CONFIRMATION[1], CONFIRMATION[2], "ConfirmationMethod"], method)
    };
    let key_info = |change: &dyn Fn(&mut Element)| confirmed(&|c| change(c.at(&["KeyInfo"])));
    let secret = |ns: Ns, bytes: &[u8]| el(ns, "BinarySecret").text(STANDARD.encode(bytes));
    let other = random::bytes("assertion", "another proof key", 24);
    let second = |change: &dyn Fn(&mut Element)| {
        let mut confirmation = confirmation();
        change(&mut confirmation);
        assertion().edit(&["AttributeStatement", "Subject"], |subject| subject.append(confirmation))
    };
    let bearer = |confirmation: &mut Element| {
        confirmation.remove("KeyInfo");
        *confirmation = confirmation.clone().put(&["ConfirmationMethod"], BEARER);
    };
    let rsa = el(DS, "KeyValue").child(
        el(DS, "RSAKeyValue")
            .child(el(DS, "Modulus").text(STANDARD.encode(crate::keys::components("partner").0)))
            .child(el(DS, "Exponent").text("AQAB")),
    );
    let bad = |id: &str, comment: &str, assertion: Element| hits(&["DA-10"], id, comment, assertion);
    let first = |id: &str, comment: &str, assertion: Element| hits_first("DA-10", id, comment, assertion);
    [
        bad("bearer", "a bearer assertion that still has a key", method(BEARER)),
        bad("sender-vouches", "a sender-vouches assertion that still has a key", method(SENDER_VOUCHES)),
        first("bearer-alone", "a bearer assertion without a key", confirmed(&bearer)),
        bad("method-unknown", "a confirmation method that nobody knows", method("urn:example:method")),
        bad("method-saml2", "the method of SAML 2.0", method("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")),
        bad("method-case", "the method in another letter case", method(&HOLDER_OF_KEY.to_uppercase())),
        first("two-methods", "holder-of-key or bearer", {
            confirmed(&|c| c.insert(1, el(SAML, "ConfirmationMethod").text(BEARER)))
        }),
        first("none", "no subject is confirmed", {
            assertion().edit(&SUBJECT, |subject| subject.remove("SubjectConfirmation"))
        }),
        first("no-key", "holder of a key that is not there", confirmed(&|c| c.remove("KeyInfo"))),
        first("no-secret", "an empty KeyInfo", key_info(&Element::clear)),
        first("two-secrets", "two proof keys", key_info(&|info| info.append(secret(TRUST, &other)))),
        first("rsa-key", "a public key in the place of the proof key", {
            key_info(&|info| {
                info.clear();
                info.append(rsa.clone());
            })
        }),
        first("secret-not-base64", "a proof key that is not base64", {
            key_info(&|info| *info = info.clone().put(&["BinarySecret"], "not base64!"))
        }),
        first("secret-namespace", "a proof key in a foreign namespace", {
            key_info(&|info| {
                info.clear();
                info.append(secret(FOREIGN, &proof_key()));
            })
        })
        .flag("D6"),
        first("two-confirmations", "two confirmations of one subject", {
            assertion().edit(&SUBJECT, |subject| subject.append(confirmation()))
        }),
        first("second-bearer", "the other statement's subject is confirmed as bearer", second(&bearer)),
        first(
            "second-key",
            "the other statement's subject has another key",
            second(&|confirmation| {
                let info = confirmation.at(&["KeyInfo"]);
                info.clear();
                info.append(secret(TRUST, &other));
            }),
        ),
        near("DA-10", "trust-2005", "a proof key in the namespace of February 2005", {
            key_info(&|info| {
                info.clear();
                info.append(secret(TRUST2005, &proof_key()));
            })
        }),
        near("DA-10", "secret-256", "a proof key of 256 bits", {
            key_info(&|info| {
                info.clear();
                info.append(secret(TRUST, &random::bytes("assertion", "a longer key", 32)));
            })
        }),
    ]
    .into_iter()
    .map(|case| if case.flag.is_some() { case } else { case.flag("D9") })
    .collect()
}
