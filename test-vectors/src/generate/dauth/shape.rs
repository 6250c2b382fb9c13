//! DA-02, DA-04, DA-05 and DA-18: the issuer's signature, its shape, its algorithms, its key, and whether it holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use test_vectors::DauthFile;

use super::encryption::aes256;
use super::message::*;
use super::names::*;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::keys;

/// In clear.
pub(crate) fn file() -> (&'static str, DauthFile) {
    let strict = cases().iter().map(Case::clear).collect();
    let groups = vec![
        group("contoso.com, which takes no SHA-1", policy(), strict),
        group("contoso.com, which takes SHA-1", legacy(), with_sha1()),
    ];
    ("dauth-signature", super::vector::file(groups))
}

/// The same inside encrypted tokens.
pub(crate) fn encrypted_file() -> (&'static str, DauthFile) {
    let hidden = cases().iter().map(Case::encrypted).collect();
    let groups = vec![group("contoso.com, which takes no SHA-1", policy(), hidden)];
    ("dauth-signature-encrypted", super::vector::file(groups))
}

fn cases() -> Vec<Case> {
    [shape(), references(), transforms(), algorithms(), key_info(), values()].into_iter().flatten().collect()
}

/// An assertion whose signature is not right: sent in clear, and encrypted.
struct Case {
    id: String,
    comment: String,
    flag: Option<&'static str>,
    rule: &'static str,
    is_alone: bool,
    token: String,
}

fn case(rule: &'static str, id: &str, comment: &str, token: Element) -> Case {
    let id = format!("{}-{id}", rule.to_lowercase());
    Case { id, comment: comment.to_owned(), flag: None, rule, is_alone: false, token: token.sent() }
}

impl Case {
    fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    /// Nothing else is broken.
    fn alone(mut self) -> Self {
        self.is_alone = true;
        self
    }

    fn clear(&self) -> Vector {
        let vector = Vector::new(&self.id, &self.comment, self.token.as_str());
        let vector = self.flag.into_iter().fold(vector, Vector::flag);
        if self.is_alone { vector.hit(&[self.rule]) } else { vector.hit_first(self.rule) }
    }

    fn encrypted(&self) -> Vector {
        let id = format!("{}-encrypted", self.id);
        let message = message([aes256().apply(&id, self.token.as_bytes())]);
        let vector = Vector::new(&id, format!("encrypted: {}", self.comment), message.sent());
        self.flag.into_iter().fold(vector, Vector::flag).flag("encrypted").hit_first("DA-16")
    }
}

fn shape() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-02", id, comment, token);
    let signed = || sha256().apply(assertion());
    let then = |change: &dyn Fn(&mut Element)| {
        sha256().apply_then(assertion(), |mut signature| {
            change(&mut signature);
            signature
        })
    };
    let twice = |path: &'static [&'static str], local: &'static str| {
        then(&move |signature| {
            let parent = signature.at(path);
            let copy = parent.at(&[local]).clone();
            parent.append(copy);
        })
    };
    let object = el(DS, "Object").text("anything");
    let attributes = el(DS, "SignatureProperties");
    let mut inside = assertion();
    let signature = sha256().sign(sha256().info(&inside));
    inside.at(&["AttributeStatement"]).append(signature.clone());
    let mut advised = assertion();
    advised.insert(1, el(SAML, "Advice").child(signature.clone()));
    let mut first = assertion();
    first.insert(0, signature.clone());
    let mut between = signed();
    between.append(signature.clone());
    vec![
        case("no-signature", "the signature is taken away", assertion()).flag("D2").alone(),
        case("empty", "an empty signature", assertion().child(el(DS, "Signature"))).flag("D2"),
        case("no-value", "no SignatureValue", then(&|signature| signature.remove("SignatureValue")))
            .flag("D2"),
        case("no-signed-info", "no SignedInfo", then(&|signature| signature.remove("SignedInfo"))).flag("D2"),
        case("two-signatures", "the same signature twice", between).flag("D1"),
        // That it does not belong there is a matter of the assertion's form, which is judged before.
        self::case(
            "DA-22",
            "signature-not-a-child",
            "the signature stands in the attribute statement",
            inside,
        )
        .flag("D1"),
        case("thousand-signatures", "a thousand signatures", {
            assertion()
                .declare(DS_PREFIXED)
                .children(std::iter::repeat_n(el(DS_PREFIXED, "Signature"), 1000))
                .child(signature.clone())
        })
        .flag("D5"),
        case("in-advice", "the signature stands in the advice", advised).flag("D1"),
        case(
            "not-the-last",
            "the signature stands before the statements, where the schema does not have it",
            first,
        )
        .flag("D1"),
        case("two-signed-info", "SignedInfo twice", twice(&[], "SignedInfo")).flag("D1"),
        case("two-values", "SignatureValue twice", twice(&[], "SignatureValue")).flag("D1"),
        case("two-digest-values", "DigestValue twice", twice(&["SignedInfo", "Reference"], "DigestValue"))
            .flag("D1"),
        case("two-methods", "SignatureMethod twice", twice(&["SignedInfo"], "SignatureMethod")).flag("D8"),
        case(
            "two-canonicalizations",
            "CanonicalizationMethod twice",
            twice(&["SignedInfo"], "CanonicalizationMethod"),
        )
        .flag("D7"),
        case(
            "object",
            "an Object that nothing refers to",
            then(&|signature| signature.append(object.clone())),
        )
        .flag("D1"),
        case(
            "properties",
            "an element that does not belong there",
            then(&|signature| {
                signature.append(attributes.clone());
            }),
        ),
        case(
            "text",
            "text between the elements of the signature",
            then(&|signature| signature.push("x", "x")),
        ),
        case(
            "value-comment",
            "a comment inside SignatureValue",
            then(&|signature| {
                signature.at(&["SignatureValue"]).push("<!--x-->", "");
            }),
        )
        .flag("D4"),
        case(
            "value-not-base64",
            "SignatureValue is not base64",
            then(&|signature| {
                signature.at(&["SignatureValue"]).push("!", "!");
            }),
        ),
        self::case(
            "DA-22",
            "signature-namespace",
            "a signature in another namespace",
            then(&|signature| {
                *signature = signature.clone().with_namespace(DS.uri, "http://www.w3.org/2000/09/xmldsig");
            }),
        )
        .flag("D6"),
    ]
}

/// An assertion whose reference is changed before it is signed: the signature itself holds.
fn referring(change: impl FnOnce(&mut Element)) -> Element {
    sha256().apply_with(assertion(), |info| info.edit(&["Reference"], change))
}

fn references() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-02", id, comment, token);
    let uri = |uri: &str| referring(|reference| reference.set(NONE, "URI", uri));
    let whole = sha256();
    let two = |second: Element| whole.apply_with(assertion(), |info| info.child(second.clone()));
    let other = reference("#uuid-other", &[ENVELOPED, EXCLUSIVE], Hash::Sha256, &Hash::Sha256.digest(b""));
    let again = whole.info(&assertion()).at(&["Reference"]).clone();
    vec![
        case("no-reference", "a signature without a reference", {
            whole.apply_with(assertion(), |mut info| {
                info.remove("Reference");
                info
            })
        })
        .flag("D2"),
        case("no-uri", "a reference without a URI", referring(|r| *r = r.clone().without_attr("URI")))
            .flag("D1"),
        case("no-uri-but-id", "a reference without a URI, whose Id is the assertion's", {
            referring(|r| *r = r.clone().without_attr("URI").attr("Id", ASSERTION_ID))
        })
        .flag("D1"),
        case("uri-empty", "a reference to the whole document", uri("")).flag("D1"),
        case("uri-hash", "a reference to an empty fragment", uri("#")).flag("D1"),
        case("uri-root", "a reference to the root by XPointer", uri("#xpointer(/)")).flag("D1"),
        case("uri-xpointer-id", "a reference to the assertion by XPointer", {
            uri(&format!("#xpointer(id('{ASSERTION_ID}'))"))
        })
        .flag("D1"),
        case("uri-other", "a reference to another id", uri("#uuid-other")).flag("D1"),
        case(
            "uri-case",
            "a reference in another letter case",
            uri(&format!("#{}", ASSERTION_ID.to_uppercase())),
        )
        .flag("D1"),
        case("uri-prefix", "a reference that only begins like the id", uri(&format!("#{ASSERTION_ID}0")))
            .flag("D1"),
        case(
            "uri-escaped",
            "a reference with a percent escape",
            uri(&format!("#{}", ASSERTION_ID.replace('-', "%2D"))),
        )
        .flag("D1"),
        case("uri-relative", "a reference to a file beside", uri("assertion.xml")).flag("D1"),
        case("uri-file", "a reference to a file of the server", uri("file:///etc/passwd")).flag("D5"),
        case("uri-cid", "a reference to an attachment", uri("cid:assertion@fabrikam.com")).flag("D1"),
        case("uri-http", "a reference to the network", uri("http://attacker.test/assertion.xml")).flag("D5"),
        case("uri-document", "a reference to the assertion in another document", {
            uri(&format!("assertion.xml#{ASSERTION_ID}"))
        })
        .flag("D1"),
        case("reference-twice", "the same reference twice", two(again)).flag("D1"),
        case("reference-second", "a second reference, to something else", two(other.clone())).flag("D1"),
        case("reference-second-first", "a second reference before the true one", {
            whole.apply_with(assertion(), |mut info| {
                info.insert(2, other.clone());
                info
            })
        })
        .flag("D1"),
        case("thousand-references", "a thousand references", {
            whole.apply_with(assertion(), |info| {
                let short = el(DS, "Reference");
                info.children(std::iter::repeat_n(short, 1000))
            })
        })
        .flag("D5"),
    ]
}

fn transforms() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-02", id, comment, token).flag("D7");
    let transforms = |algorithms: &[&str]| {
        let all = el(DS, "Transforms").children(algorithms.iter().map(|algorithm| transform(algorithm)));
        referring(|reference| *reference.at(&["Transforms"]) = all)
    };
    let with = |second: Element| {
        referring(|reference| {
            *reference.at(&["Transforms"]) = el(DS, "Transforms").child(transform(ENVELOPED)).child(second);
        })
    };
    let prefixes = || el(EC, "InclusiveNamespaces").attr("PrefixList", "saml #default");
    // What is digested under a list of prefixes is the same: the assertion uses them all at its root or nowhere above.
    let xpath = el(DS, "XPath").text("not(ancestor-or-self::*[local-name()='Signature'])");
    let filter = "http://www.w3.org/2002/06/xmldsig-filter2";
    let stylesheet = el(Ns { prefix: "xsl", uri: "http://www.w3.org/1999/XSL/Transform" }, "stylesheet");
    let inclusive = {
        let assertion = assertion();
        let digest = Hash::Sha256.digest(&assertion.canonical_in(&Form::Inclusive, &[]));
        let reference =
            reference(&format!("#{ASSERTION_ID}"), &[ENVELOPED, INCLUSIVE], Hash::Sha256, &digest);
        let signature = sha256().sign(signed_info(RSA_SHA256, [reference]));
        assertion.child(signature)
    };
    let listed = {
        let assertion = assertion().declare(FOREIGN);
        let form = Form::ExclusiveBut(&["x"]);
        let digest = Hash::Sha256.digest(&assertion.canonical_in(&form, &[]));
        let mut reference =
            reference(&format!("#{ASSERTION_ID}"), &[ENVELOPED, EXCLUSIVE], Hash::Sha256, &digest);
        let list = el(EC, "InclusiveNamespaces").attr("PrefixList", "x");
        reference.at(&["Transforms"]).nth("Transform", 1).append(list);
        let signature = sha256().sign(signed_info(RSA_SHA256, [reference]));
        assertion.child(signature)
    };
    vec![
        case("no-transforms", "no Transforms", referring(|r| r.remove("Transforms"))),
        case("transforms-empty", "empty Transforms", transforms(&[])),
        case("enveloped-alone", "the enveloped-signature transform alone", transforms(&[ENVELOPED])),
        case("exclusive-alone", "exclusive canonicalization alone", transforms(&[EXCLUSIVE])),
        case(
            "transforms-swapped",
            "both transforms in the opposite order",
            transforms(&[EXCLUSIVE, ENVELOPED]),
        ),
        case(
            "transforms-three",
            "exclusive canonicalization twice",
            transforms(&[ENVELOPED, EXCLUSIVE, EXCLUSIVE]),
        ),
        case("transform-inclusive", "inclusive canonicalization, by which the digest is right", inclusive),
        case(
            "transform-inclusive-11",
            "inclusive canonicalization 1.1",
            transforms(&[ENVELOPED, INCLUSIVE_11]),
        ),
        case(
            "transform-comments",
            "exclusive canonicalization with comments",
            transforms(&[ENVELOPED, EXCLUSIVE_COMMENTS]),
        ),
        case("transform-base64", "a base64 transform", {
            transforms(&[ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64"])
        }),
        case("transform-xpath", "an XPath transform", {
            with(transform("http://www.w3.org/TR/1999/REC-xpath-19991116").child(xpath.clone()))
        }),
        case("transform-filter", "an XPath filter", {
            let filter = Ns { prefix: "filter", uri: filter };
            with(transform(filter.uri).child(el(filter, "XPath").attr("Filter", "subtract").text("//x")))
        }),
        case("transform-xslt", "an XSLT transform", {
            with(transform("http://www.w3.org/TR/1999/REC-xslt-19991116").child(stylesheet))
        }),
        case("transform-decrypt", "the decryption transform", {
            with(transform("http://www.w3.org/2002/07/decrypt#XML"))
        }),
        case("transform-unknown", "a transform that nobody knows", with(transform("urn:example:transform"))),
        case("transform-no-algorithm", "a transform without an algorithm", with(el(DS, "Transform"))),
        case(
            "prefix-list",
            "prefixes that are canonicalized inclusively, by which the digest is right",
            listed,
        ),
        case("prefix-list-unused", "a list of prefixes that changes nothing", {
            with(transform(EXCLUSIVE).child(prefixes()))
        }),
        case("prefix-list-empty", "an empty list of prefixes", {
            with(transform(EXCLUSIVE).child(el(EC, "InclusiveNamespaces").attr("PrefixList", "")))
        }),
        case("prefix-list-signed-info", "a list of prefixes for SignedInfo", {
            sha256().apply_with(assertion(), |info| {
                info.edit(&["CanonicalizationMethod"], |method| method.append(prefixes()))
            })
        }),
    ]
}

fn algorithms() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-04", id, comment, token).flag("D8");
    let method = |uri: &str| {
        sha256().apply_with(assertion(), |info| {
            info.edit(&["SignatureMethod"], |method| method.set(NONE, "Algorithm", uri))
        })
    };
    let digest =
        |uri: &str| referring(|reference| reference.at(&["DigestMethod"]).set(NONE, "Algorithm", uri));
    let canonicalization = |uri: &str| {
        sha256().apply_with(assertion(), |info| {
            info.edit(&["CanonicalizationMethod"], |method| method.set(NONE, "Algorithm", uri))
        })
    };
    let keyed = |key: &[u8], algorithm: &str| {
        let mut info = sha256().info(&assertion());
        info.at(&["SignatureMethod"]).set(NONE, "Algorithm", algorithm);
        let value = hmac_sha1(key, &info.canonical());
        assertion().child(signature(info, &value, super::signature::key_info(GATEWAY)))
    };
    let inclusive = {
        let info = sha256().info(&assertion()).edit(&["CanonicalizationMethod"], |method| {
            method.set(NONE, "Algorithm", INCLUSIVE);
        });
        let scope = [(SAML.prefix.to_owned(), SAML.uri.to_owned())];
        let value = keys::sign(GATEWAY, &info.canonical_in(&Form::Inclusive, &scope));
        assertion().child(signature(info, &value, super::signature::key_info(GATEWAY)))
    };
    let more = |name: &str| format!("http://www.w3.org/2001/04/xmldsig-more#{name}");
    // No policy can allow another canonicalization: it belongs to the one shape.
    let shape = |id: &str, comment: &str, token: Element| self::case("DA-02", id, comment, token);
    let pem = keys::certificate_pem(GATEWAY).as_bytes();
    vec![
        case("rsa-sha1", "rsa-sha1, which the policy does not take", sha1().apply(assertion())).alone(),
        case("rsa-sha1-digest-sha256", "rsa-sha1 over a SHA-256 digest", {
            Signing { digest: Some(Hash::Sha256), ..sha1() }.apply(assertion())
        })
        .alone(),
        case("digest-sha1", "rsa-sha256 over a SHA-1 digest, which the policy does not take", {
            Signing { digest: Some(Hash::Sha1), ..sha256() }.apply(assertion())
        })
        .alone(),
        case("hmac-certificate", "HMAC, keyed with the gateway's certificate in PEM", keyed(pem, HMAC_SHA1)),
        case(
            "hmac-der",
            "HMAC, keyed with the gateway's certificate",
            keyed(&keys::certificate(GATEWAY), HMAC_SHA1),
        ),
        case("hmac-empty", "HMAC, keyed with nothing", keyed(b"", HMAC_SHA1)),
        case("hmac-proof", "HMAC, keyed with the proof key inside", keyed(&proof_key(), HMAC_SHA1)),
        case("hmac-sha256", "HMAC with SHA-256", keyed(pem, &more("hmac-sha256"))),
        case("hmac-truncated", "HMAC, of which no bit is compared", {
            let mut token = keyed(pem, HMAC_SHA1);
            let length = el(DS, "HMACOutputLength").text("0");
            token.at(&["Signature", "SignedInfo", "SignatureMethod"]).append(length);
            token
        }),
        case("rsa-md5", "rsa-md5", method(&more("rsa-md5"))),
        case("rsa-ripemd160", "rsa-ripemd160", method(&more("rsa-ripemd160"))),
        case("rsa-sha224", "rsa-sha224", method(&more("rsa-sha224"))),
        case("rsa-sha384", "rsa-sha384", method(&more("rsa-sha384"))),
        case("rsa-sha512", "rsa-sha512", method(&more("rsa-sha512"))),
        case(
            "rsa-pss",
            "RSA-PSS with SHA-256",
            method("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
        ),
        case("dsa-sha1", "DSA", method("http://www.w3.org/2000/09/xmldsig#dsa-sha1")),
        case("ecdsa-sha256", "ECDSA", method(&more("ecdsa-sha256"))),
        case("method-case", "rsa-sha256 in another letter case", method(&more("RSA-SHA256"))),
        case("method-unknown", "a signature method that nobody knows", method("urn:example:method")),
        case("method-empty", "an empty signature method", method("")),
        case("digest-md5", "a digest with MD5", digest(&more("md5"))),
        case(
            "digest-ripemd160",
            "a digest with RIPEMD-160",
            digest("http://www.w3.org/2001/04/xmlenc#ripemd160"),
        ),
        case("digest-sha224", "a digest with SHA-224", digest(&more("sha224"))),
        case("digest-sha512", "a digest with SHA-512", digest("http://www.w3.org/2001/04/xmlenc#sha512")),
        case("digest-unknown", "a digest that nobody knows", digest("urn:example:digest")),
        shape(
            "canonicalization-inclusive",
            "SignedInfo canonicalized inclusively, by which the signature holds",
            inclusive,
        )
        .flag("D7"),
        shape(
            "canonicalization-11",
            "SignedInfo canonicalized by version 1.1",
            canonicalization(INCLUSIVE_11),
        )
        .flag("D7"),
        shape(
            "canonicalization-comments",
            "SignedInfo canonicalized with comments",
            canonicalization(EXCLUSIVE_COMMENTS),
        )
        .flag("D7"),
        shape(
            "canonicalization-unknown",
            "a canonicalization that nobody knows",
            canonicalization("urn:example:form"),
        )
        .flag("D7"),
    ]
}

fn key_info() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-05", id, comment, token).flag("D3");
    let by_attacker = |info: Element| {
        let signing = sha256().by(ATTACKER);
        signing.apply_then(assertion(), |mut signature| {
            *signature.at(&["KeyInfo"]) = info;
            signature
        })
    };
    let by_gateway = |change: &dyn Fn(&mut Element)| {
        sha256().apply_then(assertion(), |mut signature| {
            change(signature.at(&["KeyInfo"]));
            signature
        })
    };
    let identifier = |change: &dyn Fn(&mut Element)| {
        by_gateway(&|info| change(info.at(&["SecurityTokenReference", "KeyIdentifier"])))
    };
    let put = |text: String| {
        identifier(&move |id| {
            id.clear();
            *id = id.clone().text(text.clone());
        })
    };
    let certificate = || {
        el(DS, "X509Data").child(el(DS, "X509Certificate").text(STANDARD.encode(keys::certificate(ATTACKER))))
    };
    let value = || {
        let (modulus, exponent) = keys::components(ATTACKER);
        let rsa = el(DS, "RSAKeyValue")
            .child(el(DS, "Modulus").text(STANDARD.encode(modulus)))
            .child(el(DS, "Exponent").text(STANDARD.encode(exponent)));
        el(DS, "KeyValue").child(rsa)
    };
    let binary = || {
        el(O, "BinarySecurityToken")
            .attr("ValueType", X509_V3)
            .attr("EncodingType", BASE64)
            .attr_in(WSU, "Id", "attacker")
            .text(STANDARD.encode(keys::certificate(ATTACKER)))
    };
    let info = || el(DS, "KeyInfo");
    // Whether there is one KeyInfo is a matter of shape; what is in it, of the key.
    let shape = |id: &str, comment: &str, token: Element| self::case("DA-02", id, comment, token).flag("D3");
    let direct = || el(O, "SecurityTokenReference").child(el(O, "Reference").attr("URI", "#attacker"));
    vec![
        case(
            "attacker-known-to-nobody",
            "signed and named by the attacker's key",
            sha256().by(ATTACKER).apply(assertion()),
        )
        .alone(),
        case("own-key", "signed with the receiver's own key", sha256().by(OWN).apply(assertion())).alone(),
        case("x509-data", "the attacker's certificate in X509Data", by_attacker(info().child(certificate()))),
        case("key-value", "the attacker's key in KeyValue", by_attacker(info().child(value()))),
        case(
            "binary-token",
            "the attacker's certificate in a BinarySecurityToken",
            by_attacker(info().child(binary())),
        ),
        case("binary-token-reference", "a reference to the attacker's certificate beside it", {
            by_attacker(info().child(direct()).child(binary()))
        }),
        case(
            "certificate-beside",
            "the true key is named, and the attacker's certificate stands beside it",
            by_attacker(super::signature::key_info(GATEWAY).child(certificate())),
        ),
        case("value-beside", "the true key is named, and signs, and a key stands beside it", {
            by_gateway(&|info| info.append(value()))
        }),
        case("certificate-before", "the attacker's certificate stands before the true key", {
            by_attacker(info().child(certificate()).child(token_reference(O, GATEWAY)))
        }),
        case("true-certificate", "the gateway's own certificate in X509Data", {
            by_gateway(&|info| {
                let certificate = STANDARD.encode(keys::certificate(GATEWAY));
                let data = el(DS, "X509Data").child(el(DS, "X509Certificate").text(certificate));
                *info = el(DS, "KeyInfo").child(data);
            })
        }),
        case("x509-ski", "the key's identifier in X509Data", {
            by_gateway(&|info| {
                let data =
                    el(DS, "X509Data").child(el(DS, "X509SKI").text(STANDARD.encode(keys::ski(GATEWAY))));
                *info = el(DS, "KeyInfo").child(data);
            })
        }),
        case("key-name", "the key by a name", {
            by_gateway(&|info| *info = el(DS, "KeyInfo").child(el(DS, "KeyName").text("gateway-current")))
        }),
        case("retrieval", "a key to be fetched", {
            let method = el(DS, "RetrievalMethod").attr("URI", "http://attacker.test/key");
            by_attacker(info().child(method))
        })
        .flag("D5"),
        shape("no-key-info", "no KeyInfo", {
            sha256().apply_then(assertion(), |mut signature| {
                signature.remove("KeyInfo");
                signature
            })
        }),
        shape("two-key-infos", "KeyInfo twice", {
            sha256().apply_then(assertion(), |signature| {
                let copy = signature.clone().at(&["KeyInfo"]).clone();
                signature.child(copy)
            })
        }),
        case("key-info-empty", "an empty KeyInfo", by_gateway(&Element::clear)),
        case("two-identifiers", "two key identifiers in one reference", {
            by_gateway(&|info| {
                let reference = info.at(&["SecurityTokenReference"]);
                let copy = reference.at(&["KeyIdentifier"]).clone();
                reference.append(copy);
            })
        }),
        case("two-token-references", "two references, of which the second is the attacker's", {
            by_attacker(super::signature::key_info(GATEWAY).child(token_reference(O, ATTACKER)))
        }),
        case("ski-unknown", "a key identifier of nobody", put(STANDARD.encode([7; 20]))).alone(),
        case(
            "ski-short",
            "a key identifier without its last byte",
            put(STANDARD.encode(&keys::ski(GATEWAY)[..19])),
        ),
        case(
            "ski-long",
            "a key identifier with a byte more",
            put(STANDARD.encode([keys::ski(GATEWAY), vec![0]].concat())),
        ),
        case("ski-empty", "an empty key identifier", identifier(&Element::clear)),
        case("ski-hex", "a key identifier in hexadecimal", {
            put(keys::ski(GATEWAY).iter().map(|byte| format!("{byte:02x}")).collect())
        }),
        case("ski-no-padding", "a key identifier without its padding", {
            put(STANDARD.encode(keys::ski(GATEWAY)).trim_end_matches('=').to_owned())
        }),
        case("thumbprint", "the key by its thumbprint", {
            let kind = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
            identifier(&|id| {
                id.clear();
                *id = id.clone().attr("ValueType", kind).text(STANDARD.encode(keys::sha1(GATEWAY)));
            })
        }),
        case("value-type-other", "a key identifier of a type that nobody knows", {
            identifier(&|id| id.set(NONE, "ValueType", "urn:example:type"))
        }),
        case("no-value-type", "a key identifier without a type", {
            identifier(&|id| *id = id.clone().without_attr("ValueType"))
        }),
        case("encoding-other", "a key identifier in another encoding", {
            let encoding =
                "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#HexBinary";
            identifier(&|id| id.set(NONE, "EncodingType", encoding))
        }),
    ]
}

fn values() -> Vec<Case> {
    let case = |id: &str, comment: &str, token: Element| case("DA-18", id, comment, token).alone();
    let altered = |path: &[&str], text: &str| sha256().apply(assertion()).put(path, text);
    let value = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let info = sha256().info(&assertion());
        let value = change(keys::sign(GATEWAY, &info.canonical()));
        assertion().child(signature(info, &value, super::signature::key_info(GATEWAY)))
    };
    let attribute = |name: &str, text: &str| {
        let mut token = sha256().apply(assertion());
        let value = value_of(&mut token, name);
        value.clear();
        *value = value.clone().text(text);
        token
    };
    let encoded_as = |hash: Hash| {
        let info = sha256().info(&assertion());
        let value = hash.sign(GATEWAY, &info.canonical());
        assertion().child(signature(info, &value, super::signature::key_info(GATEWAY)))
    };
    vec![
        case(
            "email",
            "another e-mail address than the signed one",
            attribute("EmailAddress", "ceo@fabrikam.com"),
        ),
        case("action", "another offer than the signed one", attribute("action", "MSExchange.SharingRead"))
            .flag("D11"),
        case("audience", "another audience than the signed one", {
            altered(&["Conditions", "AudienceRestrictionCondition", "Audience"], APPLICATION_URI)
        })
        .flag("D12"),
        case("conditions", "a later end than the signed one", {
            sha256()
                .apply(assertion())
                .edit(&["Conditions"], |c| c.set(NONE, "NotOnOrAfter", instant(ENDS + DAY)))
        })
        .flag("D10"),
        case("white-space", "a line end between two elements that was not signed", {
            sha256().apply(assertion()).edit(&["AttributeStatement"], |statement| statement.push("\n", ""))
        }),
        case("prefix", "another prefix than the signed one", {
            sha256().apply(assertion()).with_prefix(SAML.uri, "s")
        })
        .flag("D6"),
        case("attacker", "signed by the attacker, in the gateway's name", {
            Signing { key: ATTACKER, ..sha256() }.apply(assertion())
        })
        .flag("D3"),
        case("wrong-key", "signed with the previous key, named as the current one", {
            Signing { key: "gateway-previous", ..sha256() }.apply(assertion())
        }),
        case(
            "bit",
            "a bit of the signature is another",
            value(&|mut value| {
                value[17] ^= 1;
                value
            }),
        ),
        case("zeros", "a signature of zeros", value(&|value| vec![0; value.len()])),
        case(
            "short",
            "a signature without its last byte",
            value(&|mut value| {
                value.pop();
                value
            }),
        ),
        case("long", "a signature with a byte more", value(&|value| [value, vec![0]].concat())),
        case(
            "long-before",
            "a signature with a zero byte before it",
            value(&|value| [vec![0], value].concat()),
        ),
        case(
            "modulus-more",
            "a signature that is larger than the modulus",
            value(&|value| vec![0xff; value.len()]),
        ),
        case("other-hash", "rsa-sha256, made with SHA-1", encoded_as(Hash::Sha1)).flag("D8"),
        case("digest", "the digest of another assertion", {
            sha256().apply_with(assertion(), |info| {
                info.put(&["Reference", "DigestValue"], &Hash::Sha256.digest(b"another"))
            })
        }),
        case("digest-short", "a digest cut short", {
            let digest = Hash::Sha256.digest(&assertion().canonical());
            let bytes = STANDARD.decode(digest).expect("base64 of ours");
            sha256().apply_with(assertion(), |info| {
                info.put(&["Reference", "DigestValue"], &STANDARD.encode(&bytes[..20]))
            })
        }),
        case("digest-of-signed", "the digest of the assertion with its signature", {
            let signed = sha256().apply(assertion());
            let digest = Hash::Sha256.digest(&signed.canonical());
            sha256().apply_with(assertion(), |info| info.put(&["Reference", "DigestValue"], &digest))
        }),
        case("signed-info", "another digest than the signed one, right for another address", {
            let other = saying("EmailAddress", "ceo@fabrikam.com");
            let digest = Hash::Sha256.digest(&other.canonical());
            let signature = sha256().sign(sha256().info(&assertion()));
            other.child(signature.put(&["SignedInfo", "Reference", "DigestValue"], &digest))
        }),
    ]
}

fn with_sha1() -> Vec<Vector> {
    let signed = sha1().apply(assertion());
    let mut altered = signed.clone();
    let value = value_of(&mut altered, "EmailAddress");
    value.clear();
    *value = value.clone().text("ceo@fabrikam.com");
    let md5 = sha256().apply_with(assertion(), |info| {
        info.edit(&["SignatureMethod"], |method| {
            method.set(NONE, "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5");
        })
    });
    vec![
        Vector::new("danger-sha1", "rsa-sha1, which the policy takes", signed.sent())
            .reports(&["DA-04"])
            .on("DA-04"),
        Vector::new("danger-sha1-altered", "altered after it was signed with rsa-sha1", altered.sent())
            .hit(&["DA-18", "DA-04"]),
        Vector::new("danger-sha1-md5", "rsa-md5, which no policy takes", md5.sent()).hit_first("DA-04"),
    ]
    .into_iter()
    .map(|vector| vector.flag("D8").flag("danger"))
    .collect()
}
