//! DA-16: encrypted tokens that do not open, or whose contents are no signed assertion.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use test_vectors::DauthFile;

use super::encryption::*;
use super::message::*;
use super::names::*;
use super::random;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::keys;

pub(crate) fn file() -> (&'static str, DauthFile) {
    let tests = [keys_and_algorithms(), ciphertexts(), plaintexts(), form()].into_iter().flatten().collect();
    let triple_des = with("danger", serde_json::json!({ "triple_des": true }));
    let legacy = [opened(
        "danger-triple-des",
        "triple DES, which the policy takes",
        Encryption::with(Cipher::TripleDes),
    )
    .flag("danger")
    .flag("legacy-3des")
    .reports(&["DA-23"])
    .on("DA-16")];
    (
        "dauth-encrypted",
        super::vector::file(vec![
            group("contoso.com, whose partner is fabrikam.com", policy(), tests),
            group("contoso.com, which takes triple DES", triple_des, legacy.into()),
            with_own_keys(
                group(
                    "contoso.com, without keys of its own",
                    policy(),
                    vec![
                        opened(
                            "da-16-no-own-keys",
                            "a sound token, and no key to open it with",
                            Encryption::with(Cipher::Aes256Gcm),
                        )
                        .flag("D15")
                        .indeterminate(&["DA-16"])
                        .on("DA-16"),
                    ],
                ),
                &[],
            ),
        ]),
    )
}

fn signed() -> String {
    sha256().apply(assertion()).sent()
}

/// A message with the usual assertion, encrypted in this way.
fn opened(id: &str, comment: &str, encryption: Encryption) -> Vector {
    Vector::new(id, comment, message([encryption.apply(id, signed().as_bytes())]).sent())
}

/// A message with an encrypted token that is changed after it is made.
fn changed(id: &str, encryption: &Encryption, change: impl FnOnce(&mut Element)) -> String {
    let mut token = encryption.apply(id, signed().as_bytes());
    change(&mut token);
    message([token]).sent()
}

const DATA: [&str; 2] = ["CipherData", "CipherValue"];
const KEY: [&str; 4] = ["KeyInfo", "EncryptedKey", "CipherData", "CipherValue"];

/// Changes the bytes of a CipherValue.
fn alter(token: &mut Element, path: &[&str], change: impl FnOnce(&mut Vec<u8>)) {
    let element = token.at(path);
    let mut bytes = STANDARD.decode(element.only_text()).expect("base64 of ours");
    change(&mut bytes);
    element.clear();
    *element = element.clone().text(STANDARD.encode(bytes));
}

fn keys_and_algorithms() -> Vec<Vector> {
    let gcm = || Encryption::with(Cipher::Aes256Gcm);
    let bad = |id: &str, comment: &str, encryption: Encryption| {
        opened(&format!("da-16-{id}"), comment, encryption).flag("D15").hit_first("DA-16")
    };
    let method = |id: &str, comment: &str, path: &[&str], uri: &str| {
        let id = format!("da-16-{id}");
        let text = changed(&id, &gcm(), |token| {
            token.at(path).at(&["EncryptionMethod"]).set(NONE, "Algorithm", uri);
        });
        Vector::new(id, comment, text).flag("D15").hit_first("DA-16")
    };
    let key = ["KeyInfo", "EncryptedKey"];
    let xenc = |name: &str| format!("{}{name}", XENC.uri);
    vec![
        opened("da-16-recipient-unknown", "encrypted for a key that is not at hand", {
            Encryption { recipient: "federation-other", named: "federation-other", ..gcm() }
        })
        .flag("D15")
        .indeterminate(&["DA-16"])
        .on("DA-16"),
        bad("recipient-other", "encrypted for another key than the named one", {
            Encryption { recipient: "federation-other", ..gcm() }
        }),
        bad("recipient-swapped", "encrypted for the previous key, named as the current one", {
            Encryption { recipient: "federation-previous", ..gcm() }
        }),
        bad(
            "rsa-1-5",
            "a session key in PKCS #1 v1.5 padding",
            Encryption { transport: Transport::Pkcs1, ..gcm() },
        ),
        bad("rsa-1-5-cbc", "the same with aes128-cbc", {
            Encryption { transport: Transport::Pkcs1, ..Encryption::with(Cipher::Aes128Cbc) }
        }),
        bad("oaep-mixed", "rsa-oaep with SHA-256 and mgf1sha1", {
            Encryption { transport: Transport::Oaep { digest: Sha::Two, mask: Sha::One }, ..gcm() }
        }),
        bad("oaep-mixed-other", "rsa-oaep with SHA-1 and mgf1sha256", {
            Encryption { transport: Transport::Oaep { digest: Sha::One, mask: Sha::Two }, ..gcm() }
        }),
        bad("triple-des", "triple DES, which the policy does not take", Encryption::with(Cipher::TripleDes)),
        method("transport-unknown", "a key transport that nobody knows", &key, "urn:example:transport"),
        method("transport-kw", "a key wrapped with a symmetric key", &key, &xenc("kw-aes256")),
        method("transport-lie", "OAEP with SHA-1, said to be PKCS #1 v1.5", &key, RSA_1_5),
        method("cipher-unknown", "a cipher that nobody knows", &[], "urn:example:cipher"),
        method("cipher-192", "aes192-cbc", &[], &xenc("aes192-cbc")),
        method("cipher-192-gcm", "aes192-gcm", &[], &format!("{}aes192-gcm", XENC11.uri)),
        method("cipher-namespace", "aes256-gcm in the namespace of version 1.0", &[], &xenc("aes256-gcm")),
        method("cipher-case", "the cipher in another letter case", &[], &format!("{}AES256-GCM", XENC11.uri)),
        bad(
            "key-short",
            "a session key of 128 bits for aes256-gcm",
            Encryption { key_len: Some(16), ..gcm() },
        ),
        bad(
            "key-short-cbc",
            "a session key of 128 bits for aes256-cbc",
            Encryption { key_len: Some(16), ..aes256() },
        ),
        bad("key-long", "a session key of 512 bits", Encryption { key_len: Some(64), ..gcm() }),
        bad("key-long-128", "a session key of 256 bits for aes128-cbc", {
            Encryption { key_len: Some(32), ..Encryption::with(Cipher::Aes128Cbc) }
        }),
        bad("key-off-by-one", "a session key of 31 bytes", Encryption { key_len: Some(31), ..gcm() }),
        bad("key-empty", "an empty session key", Encryption { key_len: Some(0), ..gcm() }),
        bad("swapped-cbc-gcm", "aes256-cbc, said to be aes256-gcm", {
            Encryption { says: Some(Cipher::Aes256Gcm), ..aes256() }
        }),
        bad("swapped-gcm-cbc", "aes256-gcm, said to be aes256-cbc", {
            Encryption { says: Some(Cipher::Aes256Cbc), ..gcm() }
        }),
        bad("swapped-128-256", "aes128-cbc, said to be aes256-cbc", {
            Encryption { says: Some(Cipher::Aes256Cbc), ..Encryption::with(Cipher::Aes128Cbc) }
        }),
        bad("swapped-256-128", "aes256-cbc, said to be aes128-cbc", {
            Encryption { says: Some(Cipher::Aes128Cbc), ..aes256() }
        }),
        bad("swapped-des", "aes256-cbc, said to be triple DES", {
            Encryption { says: Some(Cipher::TripleDes), ..aes256() }
        }),
    ]
}

fn ciphertexts() -> Vec<Vector> {
    let cbc = aes256();
    let gcm = Encryption::with(Cipher::Aes256Gcm);
    let bytes =
        |id: &str, comment: &str, encryption: &Encryption, path: &[&str], change: &dyn Fn(&mut Vec<u8>)| {
            let id = format!("da-16-{id}");
            let text = changed(&id, encryption, |token| alter(token, path, change));
            Vector::new(id, comment, text).flag("D15").hit_first("DA-16")
        };
    let padding = |says: u8, comment: &str| {
        let encryption = Encryption { padding: Padding::Says(says), ..aes256() };
        opened(&format!("da-16-padding-{says}"), comment, encryption).flag("D15").hit_first("DA-16")
    };
    let text = |id: &str, comment: &str, path: &[&str], value: &str| {
        let id = format!("da-16-{id}");
        let text = changed(&id, &gcm, |token| {
            let element = token.at(path);
            element.clear();
            element.push(value, value);
        });
        Vector::new(id, comment, text).flag("D15").hit_first("DA-16")
    };
    vec![
        bytes("cbc-first", "a bit of the initialization vector is another", &cbc, &DATA, &|data| {
            data[0] ^= 1;
        }),
        bytes("cbc-middle", "a bit in the middle is another", &cbc, &DATA, &|data| data[800] ^= 1),
        bytes("cbc-last", "a bit of the last byte is another", &cbc, &DATA, &|data| {
            *data.last_mut().unwrap() ^= 1;
        }),
        bytes(
            "cbc-before-last",
            "a bit of the block before the last is another: of the padding",
            &cbc,
            &DATA,
            &|data| {
                let at = data.len() - 17;
                data[at] ^= 0x80;
            },
        ),
        bytes("cbc-block-less", "the last block is missing", &cbc, &DATA, &|data| {
            data.truncate(data.len() - 16);
        }),
        bytes("cbc-byte-less", "the last byte is missing", &cbc, &DATA, &|data| {
            data.truncate(data.len() - 1);
        }),
        bytes("cbc-blocks-swapped", "two blocks are swapped", &cbc, &DATA, &|data| {
            let (left, right) = data.split_at_mut(96);
            left[80..].swap_with_slice(&mut right[..16]);
        }),
        bytes("cbc-vector-alone", "the initialization vector alone", &cbc, &DATA, &|data| data.truncate(16)),
        bytes("cbc-short", "fifteen bytes", &cbc, &DATA, &|data| data.truncate(15)),
        bytes("cbc-one-block", "one block of ciphertext", &cbc, &DATA, &|data| data.truncate(32)),
        padding(0, "padding that says nothing is there"),
        padding(17, "padding that says more than a block is there"),
        padding(128, "padding that says half of the text is padding"),
        padding(255, "padding that says as much as a byte can"),
        bytes("gcm-nonce", "a bit of the nonce is another", &gcm, &DATA, &|data| data[0] ^= 1),
        bytes("gcm-middle", "a bit in the middle is another", &gcm, &DATA, &|data| data[800] ^= 1),
        bytes("gcm-tag", "a bit of the tag is another", &gcm, &DATA, &|data| *data.last_mut().unwrap() ^= 1),
        bytes("gcm-tag-short", "a tag cut short", &gcm, &DATA, &|data| data.truncate(data.len() - 4)),
        bytes("gcm-no-tag", "no tag", &gcm, &DATA, &|data| data.truncate(data.len() - 16)),
        bytes("gcm-empty-text", "a nonce and a tag of nothing", &gcm, &DATA, &|data| data.truncate(28)),
        bytes("gcm-short", "eleven bytes", &gcm, &DATA, &|data| data.truncate(11)),
        bytes("key-bit", "a bit of the encrypted session key is another", &gcm, &KEY, &|key| key[100] ^= 1),
        bytes("key-bit-cbc", "the same with aes256-cbc", &cbc, &KEY, &|key| key[100] ^= 1),
        bytes("key-zero", "an encrypted session key of zeros", &gcm, &KEY, &|key| key.fill(0)),
        bytes("key-one", "an encrypted session key that is one", &gcm, &KEY, &|key| {
            key.fill(0);
            *key.last_mut().unwrap() = 1;
        }),
        bytes("key-over", "an encrypted session key that is larger than the modulus", &gcm, &KEY, &|key| {
            key.fill(0xff);
        }),
        bytes("key-byte-less", "an encrypted session key without its last byte", &gcm, &KEY, &|key| {
            key.pop();
        }),
        bytes("key-byte-more", "an encrypted session key with a byte more", &gcm, &KEY, &|key| key.push(0)),
        bytes("key-zero-before", "an encrypted session key with a zero byte before it", &gcm, &KEY, &|key| {
            key.insert(0, 0);
        }),
        text("data-empty", "no ciphertext", &DATA, ""),
        text("data-not-base64", "a ciphertext that is not base64", &DATA, "not base64!"),
        text("data-url-alphabet", "a ciphertext in the alphabet of URLs", &DATA, "_-__"),
        text("key-not-base64", "an encrypted session key that is not base64", &KEY, "*"),
        text("data-comment", "a comment in the ciphertext", &DATA, "AAAA<!-- -->AAAA").flag("D4"),
        {
            let id = "da-16-lines";
            let text = changed(id, &cbc, |token| {
                for path in [&DATA[..], &KEY[..]] {
                    let element = token.at(path);
                    let characters: Vec<char> = element.only_text().chars().collect();
                    let lines: Vec<String> =
                        characters.chunks(76).map(|line| line.iter().collect()).collect();
                    let lines = lines.join("\n");
                    element.clear();
                    element.push(&lines, "");
                }
            });
            Vector::new(id, "ciphertexts in lines of 76 characters", text)
                .flag("spelling")
                .reports(&["DA-23"])
                .on("DA-16")
        },
    ]
}

/// Another plaintext, encrypted with either kind of mode.
fn holds(id: &str, comment: &str, text: impl AsRef<[u8]>) -> [Vector; 2] {
    let id = format!("da-16-plain-{id}");
    let vector = |id: String, comment: String, encryption: Encryption| {
        let token = encryption.apply(&id, text.as_ref());
        Vector::new(id, comment, message([token]).sent()).flag("D15").hit_first("DA-16")
    };
    [
        vector(id.clone(), comment.to_owned(), Encryption::with(Cipher::Aes256Gcm)),
        vector(format!("{id}-cbc"), format!("{comment}, with aes256-cbc"), aes256()),
    ]
}

/// What stands in the place of the assertion.
fn plaintexts() -> Vec<Vector> {
    let good = signed();
    let nested = Encryption::with(Cipher::Aes256Gcm).apply("nested", good.as_bytes()).sent();
    let deep = format!("{}{}", "<a>".repeat(60), "</a>".repeat(60));
    let latin = good.replacen("fabrikam", "fabri\u{1}", 1).into_bytes();
    let latin: Vec<u8> = latin.into_iter().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let laughs = "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    [
        holds("empty", "an empty text", b""),
        holds("white-space", "white space", b"  \n "),
        holds("text", "text without an element", b"lorem ipsum"),
        holds("random", "bytes by chance", random::bytes("da-16-plain-random", "plaintext", 2000)),
        holds("unbalanced", "an assertion without its end", &good[..good.len() - 1]),
        holds("unbalanced-end", "the end of an element and no beginning", b"</saml:Assertion>"),
        holds("splice", "the end of the element around it, and a new one", {
            format!("</xenc:EncryptedData>{good}<xenc:EncryptedData>")
        }),
        holds("two", "two assertions", format!("{good}{good}")),
        holds("two-other", "an assertion and an element behind it", format!("{good}<x/>")),
        holds("text-before", "text before the assertion", format!("x{good}")),
        holds("text-after", "text behind the assertion", format!("{good}x")),
        holds("nested", "an encrypted token in an encrypted token", nested),
        holds("doctype", "a document type before the assertion", format!("<!DOCTYPE x []>{good}")),
        holds("laughs", "entities that grow", format!("{laughs}{}", good.replacen(EMAIL, "&c;", 1))),
        holds("xxe", "an entity that is a file of the server", {
            format!(
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}",
                good.replacen(EMAIL, "&e;", 1)
            )
        }),
        holds("pi", "a processing instruction before the assertion", format!("<?x y?>{good}")),
        holds("latin-1", "an assertion with a byte that is not UTF-8", &latin),
        holds("utf-16", "an assertion in UTF-16", &wide),
        holds("deep", "elements sixty deep", deep),
        holds("other-root", "another element around the assertion", format!("<x>{good}</x>")),
        holds("envelope", "a whole message", message([sha256().apply(assertion())]).sent()),
        holds("saml2", "an assertion of SAML 2.0", {
            sha256().apply(assertion().with_namespace(SAML.uri, SAML2.uri)).sent()
        }),
        holds("prefix-outside", "an assertion whose prefix is declared outside the encryption alone", {
            good.replacen(&format!(" xmlns:saml=\"{}\"", SAML.uri), "", 1)
        }),
        holds("unsigned", "an assertion without a signature", assertion().sent()),
        holds("attacker", "an assertion that the attacker signed", {
            sha256().by(ATTACKER).apply(assertion()).sent()
        }),
    ]
    .into_iter()
    .flatten()
    .chain([{
        let id = "da-16-plain-lines";
        let token = Encryption::with(Cipher::Aes256Gcm).apply(id, format!("\n{good}\n").as_bytes());
        Vector::new(id, "line ends around the assertion", message([token]).sent())
            .flag("spelling")
            .near(&["DA-16"])
    }])
    .collect()
}

/// The shape of EncryptedData, which everybody can see.
fn form() -> Vec<Vector> {
    let gcm = Encryption::with(Cipher::Aes256Gcm);
    let with = |id: &str, comment: &str, change: &dyn Fn(&mut Element)| {
        let id = format!("da-16-{id}");
        let text = changed(&id, &gcm, change);
        Vector::new(id, comment, text).flag("D15").hit_first("DA-16")
    };
    let twice = |token: &mut Element, path: &[&str], local: &str| {
        let parent = token.at(path);
        let copy = parent.at(&[local]).clone();
        parent.append(copy);
    };
    let identifier = ["KeyInfo", "EncryptedKey", "KeyInfo", "SecurityTokenReference", "KeyIdentifier"];
    let reference = |uri: &str| el(XENC, "CipherReference").attr("URI", uri);
    vec![
        with("no-method", "no cipher is named", &|token| token.remove("EncryptionMethod")),
        with("no-key-info", "no KeyInfo", &|token| token.remove("KeyInfo")),
        with("no-data", "no CipherData", &|token| token.remove("CipherData")),
        with("two-methods", "two ciphers are named", &|token| twice(token, &[], "EncryptionMethod")),
        with("two-data", "CipherData twice", &|token| twice(token, &[], "CipherData")),
        with("two-values", "CipherValue twice", &|token| twice(token, &["CipherData"], "CipherValue")),
        with("two-keys", "the session key twice", &|token| twice(token, &["KeyInfo"], "EncryptedKey")),
        with("two-keys-other", "a second session key, for somebody else", &|token| {
            let other =
                Encryption { recipient: "federation-other", named: "federation-other", ..gcm.clone() };
            let value = other.transport.encrypt("federation-other", "da-16-two-keys-other", &[7; 32]);
            token.at(&["KeyInfo"]).append(other.encrypted_key(&value));
        }),
        with("thousand-keys", "a thousand session keys", &|token| {
            let info = token.at(&["KeyInfo"]);
            (0..1000).for_each(|_| info.append(el(XENC, "EncryptedKey")));
        })
        .flag("D5"),
        with("no-key", "an empty KeyInfo", &|token| token.at(&["KeyInfo"]).clear()),
        with("no-type", "no Type", &|token| *token = token.clone().without_attr("Type")),
        with("type-content", "the Type of contents", &|token| {
            token.set(NONE, "Type", format!("{}Content", XENC.uri));
        }),
        with("cipher-reference", "a ciphertext to be fetched", &|token| {
            let data = token.at(&["CipherData"]);
            data.clear();
            data.append(reference("http://attacker.test/data"));
        })
        .flag("D5"),
        with("cipher-reference-file", "a ciphertext in a file of the server", &|token| {
            let data = token.at(&["CipherData"]);
            data.clear();
            data.append(reference("file:///etc/passwd"));
        })
        .flag("D5"),
        with("key-cipher-reference", "an encrypted session key to be fetched", &|token| {
            let data = token.at(&["KeyInfo", "EncryptedKey", "CipherData"]);
            data.clear();
            data.append(reference("http://attacker.test/key"));
        })
        .flag("D5"),
        with("retrieval", "a session key to be fetched", &|token| {
            let info = token.at(&["KeyInfo"]);
            info.clear();
            info.append(el(DS_PREFIXED, "RetrievalMethod").attr("URI", "#key"));
        })
        .flag("D5"),
        with("retrieval-beside", "a session key, and another one to be fetched", &|token| {
            let method = el(DS_PREFIXED, "RetrievalMethod").attr("URI", "http://attacker.test/key");
            token.at(&["KeyInfo"]).append(method);
        })
        .flag("D5"),
        with("key-name", "a key by a name beside the session key", &|token| {
            token.at(&["KeyInfo"]).append(el(DS_PREFIXED, "KeyName").text("federation-current"));
        }),
        with("properties", "EncryptionProperties", &|token| token.append(el(XENC, "EncryptionProperties"))),
        with("reference-list", "a list of references in the session key", &|token| {
            let list = el(XENC, "ReferenceList").child(el(XENC, "DataReference").attr("URI", "#x"));
            token.at(&["KeyInfo", "EncryptedKey"]).append(list);
        }),
        with("no-recipient", "no recipient is named", &|token| {
            token.at(&["KeyInfo", "EncryptedKey"]).remove("KeyInfo");
        }),
        with("recipient-certificate", "the recipient by its certificate", &|token| {
            let info = token.at(&["KeyInfo", "EncryptedKey", "KeyInfo"]);
            info.clear();
            let certificate =
                el(DS_PREFIXED, "X509Certificate").text(STANDARD.encode(keys::certificate(OWN)));
            info.append(el(DS_PREFIXED, "X509Data").child(certificate));
        }),
        with("two-recipients", "two recipients of one session key", &|token| {
            let info = token.at(&["KeyInfo", "EncryptedKey", "KeyInfo"]);
            info.append(token_reference(WSSE, "federation-previous"));
        }),
        with("recipient-type", "a recipient by an identifier of another type", &|token| {
            token.at(&identifier).set(NONE, "ValueType", "urn:example:type");
        }),
        {
            let id = "da-16-recipient-hex";
            let text = changed(id, &gcm, |token| {
                let element = token.at(&identifier);
                element.clear();
                let hex: String = keys::ski(OWN).iter().map(|byte| format!("{byte:02x}")).collect();
                element.push(&hex, &hex);
            });
            Vector::new(
                id,
                "a recipient in hexadecimal, which as base64 names a key that is not at hand",
                text,
            )
            .flag("D15")
            .indeterminate(&["DA-16"])
            .on("DA-16")
        },
        with("text", "text between the elements", &|token| token.push("x", "x")),
        with("oaep-parameters", "a label for OAEP", &|token| {
            let label = el(XENC, "OAEPparams").text("AAAA");
            token.at(&["KeyInfo", "EncryptedKey", "EncryptionMethod"]).append(label);
        }),
        with("method-content", "a key size in the cipher's method", &|token| {
            token.at(&["EncryptionMethod"]).append(el(XENC, "KeySize").text("256"));
        }),
        {
            let mut token = gcm.apply("da-16-key-beside", signed().as_bytes());
            let key = token.at(&["KeyInfo", "EncryptedKey"]).clone().attr("Id", "key");
            let info = token.at(&["KeyInfo"]);
            info.clear();
            info.append(el(WSSE, "SecurityTokenReference").child(el(WSSE, "Reference").attr("URI", "#key")));
            Vector::new(
                "da-16-key-beside",
                "the session key stands beside the token",
                message([key, token]).sent(),
            )
            .flag("D15")
            .hit_first("DA-16")
        },
        {
            let id = "da-16-no-encoding";
            let text = changed(id, &gcm, |token| {
                let element = token.at(&identifier);
                *element = element.clone().without_attr("EncodingType");
            });
            Vector::new(id, "a recipient whose identifier does not say its encoding, which is base64", text)
                .flag("spelling")
                .near(&["DA-16"])
        },
    ]
}
