//! DA-19: the message signature, by the key of the assertion's subject or by a certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use test_vectors::DauthGroup;

use super::message::*;
use super::names::*;
use super::random;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::world::{MINUTE, NOW};

/// The endpoints that want a message signature.
pub(crate) fn groups() -> Vec<DauthGroup> {
    let symmetric = with(
        "endpoint",
        json!([
            { "path": EWS_SYMMETRIC_PATH, "urls": [EWS_SYMMETRIC], "offers": ["MSExchange.MailTips"] },
            { "path": EWS_PATH, "urls": [EWS], "offers": ["MSExchange.MailTips"] },
        ]),
    );
    let x509 = || {
        with(
            "endpoint",
            json!([{ "path": EWS_X509_PATH, "urls": [EWS_X509], "offers": ["MSExchange.MailTips"] }]),
        )
    };
    // The relationships of the policy stand in this order: fabrikam, tailspin.
    let listing = |relationship: usize| {
        let mut policy: Value = x509();
        policy["dauth"]["relationship"][relationship]["message_certificates"] =
            json!([crate::keys::x5t_s256("partner")]);
        policy
    };
    let mut old = listing(0);
    old["dauth"]["danger"] = json!({ "sha1_signatures": true });
    vec![
        group("contoso.com, with an endpoint that wants the proof key", symmetric, proofs()),
        group("contoso.com, with an endpoint that wants a certificate", x509(), certificates()),
        group("contoso.com, which lists the partner's certificate", listing(0), listed_certificates()),
        group("contoso.com, which lists the partner's certificate and takes SHA-1", old, listed_with_sha1()),
        group("contoso.com, which lists a certificate of another partner", listing(1), listed_elsewhere()),
    ]
}

/// Message signatures at an endpoint that does not want one: they must hold all the same.
pub(crate) fn stray_signatures() -> Vec<Vector> {
    let good = proof_signature(&proof_key(), &[&time()], ASSERTION_ID);
    let bad = proof_signature(b"another key of the attacker", &[&time()], ASSERTION_ID);
    let with = |signature: Element| message([sha256().apply(assertion()), signature]).sent();
    vec![
        Vector::new("da-19-unasked", "a message signature where none is wanted", with(good)).near(&["DA-19"]),
        Vector::new(
            "da-19-unasked-wrong",
            "a message signature where none is wanted, with another key",
            with(bad),
        )
        .flag("D16")
        .hit(&["DA-19"]),
    ]
}

fn proofs() -> Vec<Vector> {
    let signed = || sha256().apply(assertion());
    let sent = |parts: Vec<Element>| message(parts).to(EWS_SYMMETRIC).sent();
    let proven = |signature: Element| sent(vec![signed(), signature]);
    let proof = || proof_signature(&proof_key(), &[&time()], ASSERTION_ID);
    let bad = |id: &str, comment: &str, message: String| {
        Vector::new(format!("da-19-{id}"), comment, message).flag("D16").hit_first("DA-19")
    };
    let method = |uri: &str| {
        let mut info = signed_info(uri, [target_reference(&time(), Hash::Sha1)]);
        info.at(&["SignatureMethod"]).set(NONE, "Algorithm", uri);
        let value = hmac_sha1(&proof_key(), &info.canonical());
        proven(signature(info, &value, assertion_reference(ASSERTION_ID)))
    };
    let info_with = |change: &dyn Fn(&mut Element)| {
        let mut info = signed_info(HMAC_SHA1, [target_reference(&time(), Hash::Sha1)]);
        change(&mut info);
        let value = hmac_sha1(&proof_key(), &info.canonical());
        signature(info, &value, assertion_reference(ASSERTION_ID))
    };
    let with_key_info = |info: Element| {
        let mut signature = proof();
        *signature.at(&["KeyInfo"]) = info;
        proven(signature)
    };
    let sha256_digest = {
        let info = signed_info(HMAC_SHA1, [target_reference(&time(), Hash::Sha256)]);
        let value = hmac_sha1(&proof_key(), &info.canonical());
        signature(info, &value, assertion_reference(ASSERTION_ID))
    };
    let over_to = {
        let to = to(EWS_SYMMETRIC).attr_in(WSU, "Id", "_1");
        let both = proof_signature(&proof_key(), &[&time(), &to], ASSERTION_ID);
        let mut message = message([signed(), both]);
        message.to = Some(to);
        message
    };
    let moved_to = {
        let mut message = over_to.clone();
        let to = to("https://MAIL.contoso.com/EWS/Exchange.asmx/WSSecurity/SymmetricKey");
        message.to = Some(to.attr_in(WSU, "Id", "_1"));
        message
    };
    let body_alone = {
        let mut envelope = message([signed()]).to(EWS_SYMMETRIC).envelope();
        envelope.at(&["Body"]).set(WSU, "Id", "_2");
        let proof = proof_signature(&proof_key(), &[&*envelope.at(&["Body"])], ASSERTION_ID);
        envelope.at(&["Header", "Security"]).append(proof);
        envelope
    };
    let altered = {
        let mut message = message([signed(), proof()]).to(EWS_SYMMETRIC);
        message.security[0] = timestamp(NOW - 10, NOW + 280);
        message
    };
    let wrapped = {
        let mut envelope = message([signed(), proof()]).to(EWS_SYMMETRIC).envelope();
        envelope.at(&["Header", "Security", "Timestamp"]).set(WSU, "Id", "_5");
        envelope.at(&["Header"]).append(el(FOREIGN, "Wrapper").child(time()));
        envelope
    };
    let assertion_alone = {
        let reference = reference(
            &format!("#{ASSERTION_ID}"),
            &[EXCLUSIVE],
            Hash::Sha1,
            &Hash::Sha1.digest(&signed().canonical()),
        );
        let info = signed_info(HMAC_SHA1, [reference]);
        let value = hmac_sha1(&proof_key(), &info.canonical());
        proven(signature(info, &value, assertion_reference(ASSERTION_ID)))
    };
    let rsa = {
        let info = signed_info(RSA_SHA256, [target_reference(&time(), Hash::Sha256)]);
        let value = Hash::Sha256.sign(ATTACKER, &info.canonical());
        let signature = signature(info, &value, reference_to_token());
        sent(vec![signed(), token_of(ATTACKER), signature])
    };
    let value = |change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let info = signed_info(HMAC_SHA1, [target_reference(&time(), Hash::Sha1)]);
        let value = change(&hmac_sha1(&proof_key(), &info.canonical()));
        proven(signature(info, &value, assertion_reference(ASSERTION_ID)))
    };
    vec![
        bad("missing", "no message signature where the endpoint wants one", sent(vec![signed()])),
        bad("wrong-key", "signed with another key", {
            proven(proof_signature(&random::bytes("attacker", "proof key", 24), &[&time()], ASSERTION_ID))
        })
        .flag("D9"),
        bad("empty-key", "signed with an empty key", proven(proof_signature(b"", &[&time()], ASSERTION_ID)))
            .flag("D8"),
        bad("secret-as-text", "signed with the proof key's base64 in the place of its bytes", {
            proven(proof_signature(STANDARD.encode(proof_key()).as_bytes(), &[&time()], ASSERTION_ID))
        }),
        bad("certificate-key", "signed with the gateway's certificate as key", {
            proven(proof_signature(&crate::keys::certificate(GATEWAY), &[&time()], ASSERTION_ID))
        })
        .flag("D8"),
        bad("altered", "the timestamp was changed after it was signed", altered.sent()),
        bad("body-alone", "the body is signed, and the timestamp is not", body_alone.sent()),
        bad("assertion-alone", "the assertion is signed, and the timestamp is not", assertion_alone),
        bad("wrapped", "the signed timestamp moved into another header", wrapped.sent()).flag("D1"),
        bad("to-altered", "the address was changed after it was signed", moved_to.sent()).flag("D18"),
        bad("truncated", "an HMAC of 80 bits", value(&|value| value[..10].to_vec())).flag("D8"),
        bad("empty-value", "an HMAC of no bits", value(&|_| Vec::new())).flag("D8"),
        bad("bit", "a bit of the HMAC is another", {
            value(&|value| value.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 19)).collect())
        }),
        bad("output-length", "an HMAC of which no bit is to be compared", {
            proven(info_with(&|info| {
                info.at(&["SignatureMethod"]).append(el(DS, "HMACOutputLength").text("0"));
            }))
        })
        .flag("D8"),
        bad("output-length-all", "an HMAC of which all bits are to be compared, as it says", {
            proven(info_with(&|info| {
                info.at(&["SignatureMethod"]).append(el(DS, "HMACOutputLength").text("160"));
            }))
        })
        .flag("D8"),
        bad("hmac-md5", "HMAC with MD5", method("http://www.w3.org/2001/04/xmldsig-more#hmac-md5"))
            .flag("D8"),
        bad("method-unknown", "a method that nobody knows", method("urn:example:method")).flag("D8"),
        bad("rsa-attacker", "signed with the attacker's certificate", rsa).flag("D3"),
        bad("two", "two message signatures", sent(vec![signed(), proof(), proof()])),
        bad("no-reference", "a message signature without a reference", {
            proven(info_with(&|info| info.remove("Reference")))
        })
        .flag("D2"),
        bad("uri-empty", "a reference to the whole message", {
            proven(info_with(&|info| info.at(&["Reference"]).set(NONE, "URI", "")))
        })
        .flag("D1"),
        bad("uri-nothing", "a reference to an id that there is not", {
            proven(info_with(&|info| info.at(&["Reference"]).set(NONE, "URI", "#_7")))
        })
        .flag("D1"),
        bad("inclusive", "an inclusive canonicalization of the timestamp", {
            proven(info_with(&|info| {
                info.at(&["Reference", "Transforms", "Transform"]).set(NONE, "Algorithm", INCLUSIVE);
            }))
        })
        .flag("D7"),
        bad("no-key-info", "a message signature without KeyInfo", {
            let mut signature = proof();
            signature.remove("KeyInfo");
            proven(signature)
        }),
        bad("other-assertion", "a message signature that names another assertion", {
            with_key_info(assertion_reference("uuid-other"))
        }),
        bad("key-in-message", "a message signature that brings its key along", {
            let secret = el(TRUST, "BinarySecret").text(STANDARD.encode(proof_key()));
            with_key_info(el(DS, "KeyInfo").child(secret))
        })
        .flag("D3"),
        bad("outside", "the message signature stands outside the security header", {
            let mut envelope = message([signed()]).to(EWS_SYMMETRIC).envelope();
            envelope.at(&["Header"]).append(proof());
            envelope.sent()
        }),
        Vector::new("da-19-no-timestamp", "neither timestamp nor message signature", {
            let mut message = message([signed()]).to(EWS_SYMMETRIC);
            message.security.remove(0);
            message.sent()
        })
        .flag("D16")
        .hit_first("DA-19"),
        Vector::new("da-19-to", "the timestamp and the address are signed", over_to.sent()).near(&["DA-19"]),
        Vector::new("da-19-reference", "the message signature names the assertion by its place", {
            let place = el(WSSE, "Reference").attr("URI", format!("#{ASSERTION_ID}"));
            with_key_info(el(DS, "KeyInfo").child(el(WSSE, "SecurityTokenReference").child(place)))
        })
        .near(&["DA-19"]),
        Vector::new("da-19-digest-sha256", "HMAC-SHA1 over a SHA-256 digest", proven(sha256_digest))
            .near(&["DA-19"]),
        Vector::new("da-19-plain-endpoint", "no message signature, at the endpoint that wants none", {
            message([signed()]).sent()
        })
        .near(&["DA-19"]),
        Vector::new(
            "da-17-symmetric-endpoint",
            "addressed to the plain endpoint, sent to the one that wants a proof",
            message([signed()]).sent(),
        )
        .flag("D18")
        .endpoint("/EWS/Exchange.asmx/WSSecurity/SymmetricKey")
        .hit_first("DA-17"),
    ]
}

/// At an endpoint that wants a certificate, under a policy that does not say whose to trust.
fn certificates() -> Vec<Vector> {
    vec![
        Vector::new(
            "da-19-x509",
            "address and timestamp are signed with a certificate that nobody vouches for",
            by_certificate("partner", "partner", Hash::Sha256),
        )
        .flag("D3")
        .indeterminate(&["DA-19"])
        .on("DA-19"),
        Vector::new("da-19-x509-sha1", "the same with rsa-sha1", {
            by_certificate("partner", "partner", Hash::Sha1)
        })
        .flag("D3")
        .indeterminate(&["DA-19"])
        .on("DA-19"),
        Vector::new("da-19-x509-other", "signed with another key than the certificate's", {
            by_certificate("partner", ATTACKER, Hash::Sha256)
        })
        .flag("D3")
        .hit_first("DA-19"),
        Vector::new("da-19-x509-missing", "no message signature where the endpoint wants one", {
            message([sha256().apply(assertion())]).to(EWS_X509).sent()
        })
        .flag("D16")
        .hit_first("DA-19"),
        Vector::new("da-19-x509-proof-key", "signed with the proof key where a certificate is wanted", {
            let proof = proof_signature(&proof_key(), &[&time()], ASSERTION_ID);
            message([sha256().apply(assertion()), proof]).to(EWS_X509).sent()
        })
        .flag("D16")
        .hit_first("DA-19"),
    ]
}

/// The same where the partner's relationship lists the certificates with which it may sign.
fn listed_certificates() -> Vec<Vector> {
    vec![
        Vector::new("da-19-x509-listed", "signed with the certificate that the relationship lists", {
            by_certificate("partner", "partner", Hash::Sha256)
        })
        .flag("D3")
        .near(&["DA-19"]),
        Vector::new(
            "da-19-x509-unlisted",
            "soundly signed with a certificate that the relationship does not list",
            by_certificate(ATTACKER, ATTACKER, Hash::Sha256),
        )
        .flag("D3")
        .indeterminate(&["DA-19"])
        .on("DA-19"),
        Vector::new(
            "da-19-x509-listed-other-key",
            "the listed certificate, over a signature by another key",
            by_certificate("partner", ATTACKER, Hash::Sha256),
        )
        .flag("D3")
        .hit(&["DA-19"]),
        Vector::new("da-19-x509-listed-sha1", "signed with the listed certificate and rsa-sha1", {
            by_certificate("partner", "partner", Hash::Sha1)
        })
        .flag("D8")
        .hit(&["DA-19"]),
    ]
}

/// The same where old clients of the partner may sign with SHA-1.
fn listed_with_sha1() -> Vec<Vector> {
    vec![
        Vector::new("da-19-x509-listed-sha1-allowed", "rsa-sha1 where the policy takes it", {
            by_certificate("partner", "partner", Hash::Sha1)
        })
        .flag("D8")
        .reports(&["DA-19"])
        .on("DA-19"),
    ]
}

/// The same where another partner's relationship lists the certificate.
fn listed_elsewhere() -> Vec<Vector> {
    vec![
        Vector::new("da-19-x509-listed-elsewhere", "signed with the certificate of another partner", {
            by_certificate("partner", "partner", Hash::Sha256)
        })
        .flag("D3")
        .indeterminate(&["DA-19"])
        .on("DA-19"),
    ]
}

/// A message whose timestamp and address are signed, as published clients do; it brings a certificate along.
fn by_certificate(certificate: &str, key: &str, hash: Hash) -> String {
    let to = to(EWS_X509).attr_in(WSU, "Id", "_1");
    let method = if hash == Hash::Sha1 { RSA_SHA1 } else { RSA_SHA256 };
    let info = signed_info(method, [&to, &time()].map(|target| target_reference(target, hash)));
    let value = hash.sign(key, &info.canonical());
    let [token, info] = [token_of(certificate), signature(info, &value, reference_to_token())];
    let mut message = message([sha256().apply(assertion()), token, info]);
    message.to = Some(to);
    message.sent()
}

/// The timestamp that every message has.
fn time() -> Element {
    timestamp(NOW - 10, NOW - 10 + 5 * MINUTE)
}

/// A certificate in the security header.
fn token_of(certificate: &str) -> Element {
    el(WSSE, "BinarySecurityToken")
        .attr("ValueType", X509_V3)
        .attr("EncodingType", BASE64)
        .attr_in(WSU, "Id", "cert")
        .text(STANDARD.encode(crate::keys::certificate(certificate)))
}

/// The KeyInfo that names it.
fn reference_to_token() -> Element {
    let place = el(WSSE, "Reference").attr("URI", "#cert");
    el(DS, "KeyInfo").child(el(WSSE, "SecurityTokenReference").child(place))
}
