//! DA-06 to DA-14, DA-20, DA-22 and DA-25: what a soundly signed assertion says, and whether it may say so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use test_vectors::{DauthFile, DauthGroup};

use super::encryption::{Cipher, Encryption};
use super::message::*;
use super::names::*;
use super::random;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::world::{HOUR, NOW};

/// In clear, and what depends on the policy.
pub(crate) fn file() -> (&'static str, DauthFile) {
    let mut groups = vec![group(
        "contoso.com, whose partner is fabrikam.com",
        policy(),
        cases().iter().map(Case::clear).collect(),
    )];
    groups.extend([
        group("contoso.com, at other times", policy(), times()),
        group("contoso.com, without skew", with("skew", json!(0)), without_skew()),
        group(
            "contoso.com, with a shorter life of mail tips",
            with("offers", json!({"MSExchange.MailTips": 60})),
            short(),
        ),
        group(
            "contoso.com, which wants the third party",
            with("require_third_party", json!(true)),
            third_party(),
        ),
        group("contoso.com, where tokens are presented again", policy(), replayed()),
        group(
            "contoso.com, which reports what is presented again",
            with("replay", json!("report")),
            reported(),
        ),
        group(
            "contoso.com, which has two names",
            with("application_uris", json!([format!("http://{APPLICATION_URI}"), "mail.contoso.com"])),
            two_names(),
        ),
    ]);
    groups.push(with_keys(
        group(
            "contoso.com, with an expired certificate of the gateway",
            policy(),
            vec![
                Vector::new("da-24-expired", "signed with a key whose certificate has expired", expired())
                    .flag("D17")
                    .reports(&["DA-24"])
                    .on("DA-24"),
            ],
        ),
        &["gateway-expired"],
    ));
    groups.push(with_keys(
        group(
            "contoso.com, where the gateway's certificate must be valid",
            with("require_valid_certificate", json!(true)),
            vec![
                Vector::new(
                    "da-24-expired-required",
                    "an expired certificate where it must be valid",
                    expired(),
                )
                .flag("D17")
                .hit(&["DA-24"]),
                Vector::new(
                    "da-24-current-required",
                    "a valid certificate where it must be",
                    sha256().apply(assertion()).sent(),
                )
                .flag("D17")
                .near(&["DA-24"]),
            ],
        ),
        &["gateway-expired", "gateway-current"],
    ));
    groups.push(with_keys(
        group(
            "contoso.com, without certificates of the gateway",
            policy(),
            vec![
                Vector::new("da-05-no-keys", "a sound assertion, and no key to verify it with", {
                    sha256().apply(assertion()).sent()
                })
                .flag("D17")
                .indeterminate(&["DA-05"])
                .on("DA-05"),
            ],
        ),
        &[],
    ));
    groups.extend(lengths_of_keys());
    ("dauth-claims", super::vector::file(groups))
}

/// Issuers' keys that are too short, and unusual ones that are not.
fn lengths_of_keys() -> [DauthGroup; 3] {
    let by = |id: &str, comment: &str, key: &'static str| {
        Vector::new(id, comment, sha256().by(key).apply(assertion()).sent()).flag("D17")
    };
    [
        with_keys(
            group(
                "contoso.com, with a key of 1024 bits alone",
                policy(),
                vec![
                    by("da-05-short-alone", "signed with a key too short to be used", "short-1024")
                        .indeterminate(&["DA-05"])
                        .on("DA-05"),
                ],
            ),
            &["short-1024"],
        ),
        with_keys(
            group(
                "contoso.com, with a key of 1024 bits beside another",
                policy(),
                vec![
                    by("da-05-short", "signed with the shorter of two keys", "short-1024").hit(&["DA-05"]),
                    by("da-05-long-enough", "signed with the longer of two keys", GATEWAY).near(&["DA-05"]),
                ],
            ),
            &["short-1024", GATEWAY],
        ),
        with_keys(
            group(
                "contoso.com, with unusual keys",
                policy(),
                vec![
                    by("da-18-long-key", "signed with a key of 3072 bits", "long-3072").near(&["DA-18"]),
                    by("da-18-exponent-3", "signed with a key whose exponent is 3", "exponent-3")
                        .near(&["DA-18"]),
                ],
            ),
            &["long-3072", "exponent-3"],
        ),
    ]
}

/// The same inside encrypted tokens: what is said after the signature was verified is no secret.
pub(crate) fn encrypted_file() -> (&'static str, DauthFile) {
    let hidden = cases().iter().map(Case::encrypted).collect();
    let groups = vec![group("contoso.com, whose partner is fabrikam.com", policy(), hidden)];
    ("dauth-claims-encrypted", super::vector::file(groups))
}

fn expired() -> String {
    sha256().by("gateway-expired").apply(assertion()).sent()
}

/// A soundly signed assertion, and what is to be said about it.
struct Case {
    id: String,
    comment: String,
    assertion: Element,
    /// What is expected of it in clear.
    expected: Box<dyn Fn(Vector) -> Vector>,
    /// Whether it is broken in what is read before the signature is verified.
    is_secret: bool,
    flag: Option<&'static str>,
}

impl Case {
    fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    fn clear(&self) -> Vector {
        let message = message([sha256().apply(self.assertion.clone())]).sent();
        let vector = Vector::new(&self.id, &self.comment, message);
        (self.expected)(self.flag.into_iter().fold(vector, Vector::flag))
    }

    fn encrypted(&self) -> Vector {
        let id = format!("{}-encrypted", self.id);
        let signed = sha256().apply(self.assertion.clone()).sent();
        let token = Encryption::with(Cipher::Aes256Gcm).apply(&id, signed.as_bytes());
        let vector = Vector::new(&id, format!("encrypted: {}", self.comment), message([token]).sent());
        let vector = self.flag.into_iter().fold(vector, Vector::flag).flag("encrypted");
        if self.is_secret { vector.hit_first("DA-16") } else { (self.expected)(vector) }
    }
}

fn expecting(
    id: &str,
    comment: &str,
    assertion: Element,
    expected: impl Fn(Vector) -> Vector + 'static,
) -> Case {
    let (id, comment) = (id.to_owned(), comment.to_owned());
    Case { id, comment, assertion, expected: Box::new(expected), is_secret: false, flag: None }
}

/// Breaks these rules, of which the first decides.
fn hits(rules: &'static [&'static str], id: &str, comment: &str, assertion: Element) -> Case {
    let id = format!("{}-{id}", rules[0].to_lowercase());
    expecting(&id, comment, assertion, |vector| vector.hit(rules))
}

/// Breaks this rule first.
fn hits_first(rule: &'static str, id: &str, comment: &str, assertion: Element) -> Case {
    expecting(&format!("{}-{id}", rule.to_lowercase()), comment, assertion, |vector| vector.hit_first(rule))
}

/// Keeps the rule by little.
fn near(rule: &'static str, id: &str, comment: &str, assertion: Element) -> Case {
    expecting(&format!("{}-{id}", rule.to_lowercase()), comment, assertion, |vector| vector.on(rule))
}

fn cases() -> Vec<Case> {
    [issuers(), audiences(), actions(), confirmations(), texts(), addresses(), form(), reports()]
        .into_iter()
        .flatten()
        .collect()
}

fn issuers() -> Vec<Case> {
    let issuer = |issuer: &str| assertion().attr("Issuer", issuer);
    let case = |id: &str, comment: &str, text: &str| hits_first("DA-06", id, comment, issuer(text)).secret();
    // The issuer is judged before its key is looked up, so that an encrypted token does not tell it.
    vec![
        case("other", "another issuer, in an assertion that the gateway signed", "urn:federation:fabrikam"),
        case("case", "the issuer in another letter case", "urn:federation:microsoftonline"),
        case("longer", "an issuer that begins like the gateway", "urn:federation:MicrosoftOnline.evil.test"),
        case("space", "a space behind the issuer", "urn:federation:MicrosoftOnline "),
        case("own", "the receiver's own application URI as issuer", AUDIENCE),
        case("empty", "an empty issuer", ""),
    ]
}

fn audience(audience: &str) -> Element {
    assertion().put(&["Conditions", "AudienceRestrictionCondition", "Audience"], audience)
}

fn audiences() -> Vec<Case> {
    let restriction = || el(SAML, "AudienceRestrictionCondition").child(el(SAML, "Audience").text(AUDIENCE));
    let other =
        || el(SAML, "AudienceRestrictionCondition").child(el(SAML, "Audience").text("http://other.test"));
    let conditions = |change: &dyn Fn(&mut Element)| assertion().edit(&["Conditions"], change);
    let bad = |id: &str, comment: &str, text: &str| hits(&["DA-07"], id, comment, audience(text));
    [
        bad("other", "a token for another organisation", "http://FYDIBOHF25SPDLT.fabrikam.com"),
        bad("longer", "an audience that begins like the own", &format!("{AUDIENCE}.evil.test")),
        bad("shorter", "the domain alone", "contoso.com"),
        bad("slash", "a slash behind the audience", &format!("{AUDIENCE}/")),
        bad("path", "a path behind the audience", &format!("{AUDIENCE}/x")),
        bad("port", "a port behind the audience", &format!("{AUDIENCE}:80")),
        bad("user", "the own audience before an @", &format!("{AUDIENCE}@evil.test")),
        bad("case", "the audience in another letter case", "http://fydibohf25spdlt.contoso.com"),
        bad("scheme-case", "the scheme in another letter case", &format!("HTTP://{APPLICATION_URI}")),
        bad("https", "another scheme", &format!("https://{APPLICATION_URI}")),
        bad("scheme-twice", "the scheme twice", &format!("http://{AUDIENCE}")),
        bad("space", "a space behind the audience", &format!("{AUDIENCE} ")),
        bad("line", "line ends around the audience", &format!("\n{AUDIENCE}\n")),
        bad("two-in-one", "two audiences in one text", &format!("{AUDIENCE} http://other.test")),
        hits(&["DA-07"], "two", "two audiences, of which the first is the own", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition"], |restriction| {
                restriction.append(el(SAML, "Audience").text("http://other.test"));
            })
        }),
        hits(&["DA-07"], "two-restrictions", "two restrictions, of which the first is the own", {
            conditions(&|c| c.append(other()))
        }),
        hits(&["DA-07"], "same-twice", "the own restriction twice", conditions(&|c| c.append(restriction()))),
        hits(&["DA-07"], "none", "no restriction", conditions(&Element::clear)),
        hits(&["DA-07"], "empty-restriction", "a restriction without an audience", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition"], Element::clear)
        }),
        hits_first("DA-11", "audience-empty", "an empty audience", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition", "Audience"], Element::clear)
        })
        .secret(),
        expecting(
            "da-07-no-scheme",
            "the audience without its scheme",
            audience(APPLICATION_URI),
            |vector| vector.facts(|facts| APPLICATION_URI.clone_into(&mut facts.audience)).on("DA-07"),
        ),
    ]
    .into_iter()
    .map(|case| case.flag("D12"))
    .collect()
}

fn actions() -> Vec<Case> {
    let action = |action: &str| saying("action", action);
    let without = |name: &str| {
        assertion().edit(&["AttributeStatement"], |statement| {
            let keep: Vec<_> = ["EmailAddress", "RequestorDomain", "action", "ThirdPartyRequested"]
                .into_iter()
                .filter(|known| *known != name)
                .map(|known| statement.having("AttributeName", known).clone())
                .collect();
            statement.remove("Attribute");
            keep.into_iter().for_each(|attribute| statement.append(attribute));
        })
    };
    let tailspin = |offer: &str| {
        let mut assertion = action(offer);
        let value = value_of(&mut assertion, "EmailAddress");
        value.clear();
        *value = value.clone().text("user@tailspin.com");
        assertion
    };
    let unknown = |id: &str, comment: &str, text: &str| hits_first("DA-09", id, comment, action(text));
    [
        hits(
            &["DA-09", "DA-20"],
            "mailbox-move",
            "a token for moving mailboxes",
            action("MSExchange.MailboxMove"),
        ),
        hits(
            &["DA-09", "DA-20"],
            "autodiscover",
            "a token for autodiscover",
            action("MSExchange.Autodiscover"),
        ),
        unknown("messenger", "a token for another service", "Messenger.SignIn"),
        unknown("unknown", "an offer that nobody knows", "MSExchange.Everything"),
        unknown("case", "the offer in another letter case", "msexchange.mailtips"),
        unknown("longer", "an offer that begins like the own", "MSExchange.MailTips2"),
        unknown("space", "a space behind the offer", "MSExchange.MailTips "),
        unknown("two-in-one", "two offers in one text", "MSExchange.MailTips MSExchange.SharingRead"),
        hits_first("DA-09", "none", "no action", without("action")),
        hits_first("DA-12", "none", "no e-mail address", without("EmailAddress")),
        expecting(
            "da-09-free-busy",
            "another offer that the endpoint serves",
            action("MSExchange.SharingCalendarFreeBusy"),
            |vector| vector.offer("MSExchange.SharingCalendarFreeBusy").on("DA-09").on("DA-20"),
        ),
        hits(
            &["DA-20"],
            "mail-tips",
            "an offer that the relationship does not allow",
            tailspin("MSExchange.MailTips"),
        ),
        expecting(
            "da-20-free-busy",
            "the only offer that the relationship allows",
            tailspin("MSExchange.SharingCalendarFreeBusy"),
            |vector| {
                vector.offer("MSExchange.SharingCalendarFreeBusy").on("DA-20").facts(|facts| {
                    "user@tailspin.com".clone_into(&mut facts.email);
                    "tailspin.com".clone_into(&mut facts.domain);
                    "tailspin".clone_into(&mut facts.relationship);
                })
            },
        ),
    ]
    .into_iter()
    .map(|case| case.flag("D11"))
    .collect()
}

const SUBJECT: [&str; 2] = ["AuthenticationStatement", "Subject"];
const CONFIRMATION: [&str; 3] = ["AuthenticationStatement", "Subject", "SubjectConfirmation"];

fn confirmations() -> Vec<Case> {
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

fn texts() -> Vec<Case> {
    const NAMES: [&str; 3] = ["AuthenticationStatement", "Subject", "NameIdentifier"];
    const AUDIENCES: [&str; 3] = ["Conditions", "AudienceRestrictionCondition", "Audience"];
    let at = |path: &[&str], sent: &str, canonical: &str| {
        assertion().edit(path, |element| {
            element.clear();
            element.push(sent, canonical);
        })
    };
    let attribute = |name: &str, sent: &str, canonical: &str| {
        let mut assertion = assertion();
        let value = value_of(&mut assertion, name);
        value.clear();
        value.push(sent, canonical);
        assertion
    };
    let both = |sent: &str, canonical: &str| {
        at(&NAMES, sent, canonical).edit(&["AttributeStatement", "Subject", "NameIdentifier"], |element| {
            element.clear();
            element.push(sent, canonical);
        })
    };
    let bad = |id: &str, comment: &str, assertion: Element| {
        hits_first("DA-11", id, comment, assertion).secret().flag("D4")
    };
    vec![
        bad("comment-email", "a comment inside the e-mail address hides its end", {
            attribute("EmailAddress", "mary@fabrikam.com<!---->.evil.net", "mary@fabrikam.com.evil.net")
        }),
        bad("comment-email-start", "a comment inside the e-mail address hides its beginning", {
            attribute("EmailAddress", "evil@evil.net.<!---->fabrikam.com", "evil@evil.net.fabrikam.com")
        }),
        bad("comment-email-empty", "a comment behind the e-mail address", {
            attribute("EmailAddress", &format!("{EMAIL}<!--x-->"), EMAIL)
        }),
        bad("comment-name", "a comment inside the name", {
            both("lXhYkqOYd1yCwhy0<!---->n3bnYd", "lXhYkqOYd1yCwhy0n3bnYd")
        }),
        bad("comment-audience", "a comment inside the audience", {
            at(&AUDIENCES, &format!("{AUDIENCE}<!---->.evil.test"), &format!("{AUDIENCE}.evil.test"))
        }),
        bad("comment-action", "a comment inside the action", {
            attribute("action", "MSExchange.MailTips<!---->x", "MSExchange.MailTipsx")
        }),
        bad("comment-method", "a comment inside the confirmation method", {
            at(
                &[CONFIRMATION[0], CONFIRMATION[1], CONFIRMATION[2], "ConfirmationMethod"],
                &format!("{HOLDER_OF_KEY}<!-- -->"),
                HOLDER_OF_KEY,
            )
        }),
        bad("cdata-email", "the e-mail address in a CDATA section", {
            attribute("EmailAddress", &format!("<![CDATA[{EMAIL}]]>"), EMAIL)
        }),
        bad("cdata-email-end", "a CDATA section at the end of the e-mail address", {
            attribute("EmailAddress", "mary@fabrikam.com<![CDATA[.evil.net]]>", "mary@fabrikam.com.evil.net")
        }),
        bad("cdata-name", "an empty CDATA section inside the name", {
            both(&format!("{NAME}<![CDATA[]]>"), NAME)
        }),
        bad("cdata-audience", "the audience in a CDATA section", {
            at(&AUDIENCES, &format!("<![CDATA[{AUDIENCE}]]>"), AUDIENCE)
        }),
        bad("cdata-action", "a CDATA section inside the action", {
            attribute("action", "MSExchange.<![CDATA[MailTips]]>", "MSExchange.MailTips")
        }),
        bad("element-email", "an element inside the e-mail address", {
            let sent = "mary@fabrikam.com<x/>.evil.net";
            attribute("EmailAddress", sent, "mary@fabrikam.com<x></x>.evil.net")
        }),
        bad("element-name", "an element inside the name", both("name<x/>", "name<x></x>")),
        hits_first("DA-01", "pi-email", "a processing instruction inside the e-mail address", {
            attribute(
                "EmailAddress",
                "mary@fabrikam.com<?x y?>.evil.net",
                "mary@fabrikam.com<?x y?>.evil.net",
            )
        })
        .secret()
        .flag("D4"),
        hits_first("DA-01", "pi-name", "a processing instruction inside the name", {
            both(&format!("{NAME}<?x?>"), &format!("{NAME}<?x?>"))
        })
        .secret()
        .flag("D4"),
        hits_first("DA-01", "pi-audience", "a processing instruction inside the audience", {
            at(&AUDIENCES, &format!("{AUDIENCE}<?x?>.evil.test"), &format!("{AUDIENCE}<?x?>.evil.test"))
        })
        .secret()
        .flag("D4"),
        hits_first("DA-01", "pi-action", "a processing instruction inside the action", {
            attribute("action", "MSExchange.MailTips<?x?>", "MSExchange.MailTips<?x?>")
        })
        .secret()
        .flag("D4"),
        hits(&["DA-11"], "subjects-differ", "the statements are about different subjects", {
            assertion()
                .put(&["AttributeStatement", "Subject", "NameIdentifier"], "another=@MicrosoftOnline.com")
        })
        .flag("D1"),
        hits(&["DA-11"], "subjects-differ-case", "the statements' subjects differ in letter case", {
            assertion().put(&["AttributeStatement", "Subject", "NameIdentifier"], &NAME.to_lowercase())
        })
        .flag("D1"),
        hits_first("DA-11", "no-name", "a subject without a name", {
            assertion().edit(&SUBJECT, |subject| subject.remove("NameIdentifier"))
        })
        .secret(),
        near("DA-11", "references", "characters of the e-mail address written as references", {
            attribute("EmailAddress", "us&#101;r&#x40;fabrikam.com", EMAIL)
        })
        .flag("D4"),
        near("DA-11", "comment-between", "a comment between two statements", {
            assertion().edit(&["Conditions"], |conditions| *conditions = conditions.clone().comment(" x "))
        })
        .flag("D4"),
    ]
}

fn addresses() -> Vec<Case> {
    let bad = |id: &str, flag: &'static str, comment: &str, text: &str| {
        hits(&["DA-12"], id, comment, saying("EmailAddress", text)).flag(flag)
    };
    let good = |id: &str, comment: &str, text: &'static str, domain: &'static str| {
        let id = format!("da-12-{id}");
        let case = expecting(&id, comment, saying("EmailAddress", text), move |vector| {
            vector.email(text).facts(|facts| domain.clone_into(&mut facts.domain)).on("DA-12")
        });
        case.flag("D14")
    };
    let mut requestor = saying("EmailAddress", "user@evil.test");
    let value = value_of(&mut requestor, "RequestorDomain");
    value.clear();
    *value = value.clone().text("fabrikam.com");
    let mut list = saying("EmailAddress", "user@evil.test");
    list.at(&["AttributeStatement"]).append(attribute("EmailAddressList", CLAIMS, EMAIL));
    vec![
        bad("other-domain", "D13", "a domain of nobody", "user@evil.test"),
        bad("own-domain", "D13", "a user of the own organisation", "user@contoso.com"),
        bad("suffix", "D13", "a domain that ends like the partner's", "user@evilfabrikam.com"),
        bad("subdomain", "D13", "a domain below the partner's", "user@sub.fabrikam.com"),
        bad("longer", "D13", "a domain that begins like the partner's", "user@fabrikam.com.evil.test"),
        hits(&["DA-12"], "requestor", "the partner's domain as requestor's domain alone", requestor)
            .flag("D13"),
        hits(&["DA-12"], "list", "the partner's domain in the list of addresses alone", list).flag("D13"),
        bad("two-at", "D14", "two @", "user@evil.test@fabrikam.com"),
        bad("two-at-other", "D14", "two @, the other way round", "user@fabrikam.com@evil.test"),
        bad("quoted", "D14", "a quoted local part with an @", "\"user@evil.test\"@fabrikam.com"),
        bad("quoted-plain", "D14", "a quoted local part", "\"user\"@fabrikam.com"),
        bad("angle", "D14", "a name before the address", "User <user@fabrikam.com>"),
        bad("comment", "D14", "a comment of RFC 5322", "user@fabrikam.com(evil.test)"),
        bad("no-at", "D14", "no @", "fabrikam.com"),
        bad("no-local", "D14", "no local part", "@fabrikam.com"),
        bad("no-domain", "D14", "no domain", "user@"),
        bad("dot", "D14", "a dot behind the domain", "user@fabrikam.com."),
        bad("two-dots", "D14", "two dots in the domain", "user@fabrikam..com"),
        bad("dots-local", "D14", "two dots in the local part", "us..er@fabrikam.com"),
        bad("dot-local", "D14", "a dot at the end of the local part", "user.@fabrikam.com"),
        bad("space-before", "D14", "a space before the address", " user@fabrikam.com"),
        bad("space-after", "D14", "a space behind the address", "user@fabrikam.com "),
        bad("space-inside", "D14", "a space in the local part", "us er@fabrikam.com"),
        bad("line", "D14", "a line end behind the address", "user@fabrikam.com\n"),
        bad("tab", "D14", "a tab in the domain", "user@fabrikam.com\tevil.test"),
        bad("semicolon", "D14", "two addresses", "user@fabrikam.com;user@evil.test"),
        bad("comma", "D14", "two addresses with a comma", "user@fabrikam.com,user@evil.test"),
        bad("idn", "D14", "a domain with a letter that looks like another", "user@f\u{430}brikam.com"),
        bad("fullwidth", "D14", "an @ of another width", "user\u{ff20}fabrikam.com"),
        bad("soft-hyphen", "D14", "a character that is not seen", "user@fabri\u{ad}kam.com"),
        bad("dot-other", "D14", "a dot of another script", "user@fabrikam\u{3002}com"),
        bad("route", "D14", "a source route", "@evil.test:user@fabrikam.com"),
        bad("literal", "D14", "an address literal", "user@[192.0.2.1]"),
        bad("mailto", "D14", "a URI", "mailto:user@fabrikam.com"),
        bad("port", "D14", "a port behind the domain", "user@fabrikam.com:25"),
        bad(
            "long-local",
            "D14",
            "a local part of 65 characters",
            &format!("{}@fabrikam.com", "u".repeat(65)),
        ),
        good("case", "the domain in another letter case", "user@Fabrikam.COM", "fabrikam.com"),
        good("second-domain", "the partner's second domain", "user@fabrikam.example", "fabrikam.example"),
        good("plus", "a local part with signs", "o'neil+tag=x@fabrikam.com", "fabrikam.com"),
        good(
            "local-64",
            "a local part of 64 characters",
            "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@fabrikam.com",
            "fabrikam.com",
        )
        .flag("edge"),
    ]
}

fn form() -> Vec<Case> {
    let bad =
        |id: &str, comment: &str, assertion: Element| hits_first("DA-22", id, comment, assertion).secret();
    let statement = |change: &dyn Fn(&mut Element)| assertion().edit(&["AttributeStatement"], change);
    let twice = |path: &[&str], local: &str| {
        assertion().edit(path, |parent| {
            let copy = parent.at(&[local]).clone();
            parent.append(copy);
        })
    };
    let attribute = |name: &'static str, namespace: &'static str, value: &'static str| {
        statement(&move |statement| statement.append(attribute(name, namespace, value)))
    };
    let without = |local: &str| {
        let mut assertion = assertion();
        assertion.remove(local);
        assertion
    };
    vec![
        bad("major", "another major version", assertion().attr("MajorVersion", "2")).flag("D6"),
        bad("minor", "another minor version", assertion().attr("MinorVersion", "0")).flag("D6"),
        bad("no-major", "no major version", assertion().without_attr("MajorVersion")).flag("D6"),
        bad("version-spelled", "a version that is spelled otherwise", assertion().attr("MajorVersion", "01"))
            .flag("D6"),
        bad("no-instant", "no IssueInstant", assertion().without_attr("IssueInstant")),
        bad("no-issuer", "no Issuer", assertion().without_attr("Issuer")),
        bad("no-conditions", "no Conditions", without("Conditions")),
        bad("two-conditions", "Conditions twice", twice(&[], "Conditions")).flag("D1"),
        bad("two-conditions-differ", "a second Conditions for somebody else", {
            let mut assertion = assertion();
            let other = audience("http://other.test").at(&["Conditions"]).clone();
            assertion.append(other);
            assertion
        })
        .flag("D12"),
        bad("unknown-condition", "a condition that nobody knows", {
            assertion().edit(&["Conditions"], |conditions| conditions.append(el(FOREIGN, "Condition")))
        }),
        bad("no-attributes", "no attribute statement", without("AttributeStatement")),
        bad("two-attribute-statements", "two attribute statements", twice(&[], "AttributeStatement"))
            .flag("D1"),
        bad("two-authentications", "two authentication statements", twice(&[], "AuthenticationStatement"))
            .flag("D1"),
        bad("decision", "a statement of another kind", {
            let decision =
                el(SAML, "AuthorizationDecisionStatement").attr("Resource", EWS).attr("Decision", "Permit");
            assertion().child(decision)
        }),
        bad(
            "foreign-statement",
            "a statement of a foreign namespace",
            assertion().child(el(FOREIGN, "Statement")),
        ),
        bad("two-subjects", "two subjects in one statement", twice(&["AttributeStatement"], "Subject"))
            .flag("D1"),
        bad("two-emails", "two e-mail addresses", attribute("EmailAddress", CLAIMS, "ceo@fabrikam.com"))
            .flag("D14"),
        bad("two-emails-same", "the same e-mail address twice", attribute("EmailAddress", CLAIMS, EMAIL))
            .flag("D14"),
        bad("two-actions", "two actions", attribute("action", AUTHORIZATION, "MSExchange.SharingRead"))
            .flag("D11"),
        bad("two-values", "an e-mail address with two values", {
            statement(&|statement| {
                let address = statement.having("AttributeName", "EmailAddress");
                address.append(el(SAML, "AttributeValue").text("ceo@fabrikam.com"));
            })
        })
        .flag("D14"),
        bad("no-value", "an e-mail address without a value", {
            statement(&|statement| statement.having("AttributeName", "EmailAddress").clear())
        }),
        bad("no-namespace", "an attribute without its namespace", {
            statement(&|statement| {
                let address = statement.having("AttributeName", "RequestorDomain");
                *address = address.clone().without_attr("AttributeNamespace");
            })
        }),
        bad("text", "text between two elements", {
            assertion().edit(&["AttributeStatement"], |_| ()).text("text")
        }),
        near("DA-22", "do-not-cache", "a condition that SAML 1.1 knows", {
            assertion().edit(&["Conditions"], |conditions| conditions.append(el(SAML, "DoNotCacheCondition")))
        }),
        near("DA-22", "white-space", "white space between two elements", {
            assertion().edit(&["AttributeStatement"], |_| ()).text("\n")
        }),
    ]
}

fn reports() -> Vec<Case> {
    let attribute = |name: &'static str, namespace: &'static str, value: &'static str| {
        assertion().edit(&["AttributeStatement"], |statement| {
            statement.append(attribute(name, namespace, value));
        })
    };
    let reporting = |rule: &'static str, id: &str, comment: &str, assertion: Element| {
        expecting(&format!("{}-{id}", rule.to_lowercase()), comment, assertion, move |vector| {
            vector.reports(&[rule]).on(rule)
        })
    };
    let without_third_party = assertion().edit(&["AttributeStatement"], |statement| {
        let keep = ["EmailAddress", "RequestorDomain", "action"]
            .map(|known| statement.having("AttributeName", known).clone());
        statement.remove("Attribute");
        keep.into_iter().for_each(|attribute| statement.append(attribute));
    });
    let mut advised = assertion();
    advised.insert(1, el(SAML, "Advice").child(el(FOREIGN, "Anything")));
    vec![
        reporting("DA-13", "missing", "no mark of a third party", without_third_party),
        reporting(
            "DA-13",
            "false",
            "the mark of a third party says False",
            saying("ThirdPartyRequested", "False"),
        ),
        near("DA-13", "true", "the mark of a third party", assertion()),
        reporting("DA-25", "attribute", "an attribute that nobody knows", attribute("Extra", IDENTITY, "x")),
        reporting("DA-25", "namespace", "an e-mail address in a foreign namespace: not the address", {
            attribute("EmailAddress", "urn:example:claims", "ceo@evil.test")
        })
        .flag("D6"),
        reporting(
            "DA-25",
            "name-case",
            "an e-mail address under a name in another letter case: not the address",
            attribute("emailaddress", CLAIMS, "ceo@evil.test"),
        )
        .flag("D14"),
        reporting("DA-25", "advice", "advice, which may be ignored", advised),
    ]
}

fn bare(id: &str, comment: &str, assertion: Element, now: u64) -> Vector {
    Vector::new(id, comment, sha256().apply(assertion).sent()).at(now)
}

/// The edges of the conditions and of the offer's life, with the usual skew of five minutes.
fn times() -> Vec<Vector> {
    const SKEW: u64 = 300;
    const LIFE: u64 = 300;
    let short = || during(ISSUED, ISSUED + 60);
    let offer = |name: &str| saying("action", name);
    let conditions = |name: &'static str, value: Option<String>| {
        assertion().edit(&["Conditions"], |conditions| match value {
            Some(value) => conditions.set(NONE, name, value),
            None => *conditions = conditions.clone().without_attr(name),
        })
    };
    let bad = |id: &str, comment: &str, assertion: Element, now: u64| {
        bare(id, comment, assertion, now).hit(&["DA-08"])
    };
    let good = |id: &str, comment: &str, assertion: Element, now: u64| {
        bare(id, comment, assertion, now).near(&["DA-08"])
    };
    let malformed = |id: &str, comment: &str, name: &'static str, value: Option<String>| {
        bare(&format!("da-08-{id}"), comment, conditions(name, value), NOW).hit_first("DA-08")
    };
    let read = || offer("MSExchange.SharingRead");
    let issued = instant(ISSUED);
    [
        good("da-08-earliest", "five minutes before NotBefore", assertion(), ISSUED - SKEW),
        bad("da-08-too-early", "five minutes and a second before NotBefore", assertion(), ISSUED - SKEW - 1),
        good(
            "da-08-latest",
            "the last second before NotOnOrAfter and five minutes",
            short(),
            ISSUED + 60 + SKEW - 1,
        ),
        bad("da-08-too-late", "five minutes after NotOnOrAfter", short(), ISSUED + 60 + SKEW),
        good(
            "da-08-life",
            "ten minutes after the issue of a token that lives for five",
            assertion(),
            ISSUED + LIFE + SKEW,
        ),
        bad("da-08-life-over", "a second later", assertion(), ISSUED + LIFE + SKEW + 1),
        good(
            "da-08-life-read",
            "an hour and five minutes after the issue of a token that lives for one",
            read(),
            ISSUED + HOUR + SKEW,
        )
        .offer("MSExchange.SharingRead"),
        bad("da-08-life-read-over", "a second later", read(), ISSUED + HOUR + SKEW + 1),
    ]
    .map(|vector| vector.flag("edge"))
    .into_iter()
    .chain([
        bad(
            "da-08-captured",
            "captured, and used a day later within its conditions",
            assertion(),
            ISSUED + DAY,
        )
        .flag("D10"),
        bad("da-08-fifteen-days", "captured, and used at the end of its conditions", assertion(), ENDS - 1)
            .flag("D10"),
        bad("da-08-year", "a year later", assertion(), ISSUED + 365 * DAY).flag("D10"),
        malformed("no-start", "no NotBefore", "NotBefore", None),
        malformed("no-end", "no NotOnOrAfter", "NotOnOrAfter", None),
        malformed("zone", "a time in another zone", "NotBefore", Some(issued.replace('Z', "+00:00"))),
        malformed("local", "a time without a zone", "NotBefore", Some(issued.replace('Z', ""))),
        malformed("empty", "an empty time", "NotOnOrAfter", Some(String::new())),
        malformed("date", "a date alone", "NotOnOrAfter", Some("2026-01-01Z".to_owned())),
        malformed(
            "february",
            "a day that there is not",
            "NotOnOrAfter",
            Some("2026-02-30T00:00:00Z".to_owned()),
        ),
        malformed("number", "seconds since 1970", "NotOnOrAfter", Some(ENDS.to_string())),
        bare(
            "da-08-no-fraction",
            "times without fractions",
            {
                during(ISSUED, ENDS).edit(&["Conditions"], |conditions| {
                    for name in ["NotBefore", "NotOnOrAfter"] {
                        let value = conditions.value(name).unwrap_or_default().replace(".000", "");
                        conditions.set(NONE, name, value);
                    }
                })
            },
            NOW,
        )
        .near(&["DA-08"]),
    ])
    .collect()
}

fn without_skew() -> Vec<Vector> {
    let short = || during(ISSUED, ISSUED + 60);
    [
        bare("da-08-skewless-start", "at NotBefore", assertion(), ISSUED).near(&["DA-08"]),
        bare("da-08-skewless-early", "a second before NotBefore", assertion(), ISSUED - 1).hit(&["DA-08"]),
        bare("da-08-skewless-end", "a second before NotOnOrAfter", short(), ISSUED + 59).near(&["DA-08"]),
        bare("da-08-skewless-late", "at NotOnOrAfter", short(), ISSUED + 60).hit(&["DA-08"]),
        bare("da-08-skewless-life", "five minutes after the issue", assertion(), ISSUED + 300)
            .near(&["DA-08"]),
        bare("da-08-skewless-life-over", "a second later", assertion(), ISSUED + 301).hit(&["DA-08"]),
    ]
    .map(|vector| vector.flag("edge"))
    .into()
}

fn short() -> Vec<Vector> {
    [
        bare("da-08-policy-life", "six minutes after the issue", assertion(), ISSUED + 360).near(&["DA-08"]),
        bare("da-08-policy-life-over", "a second later", assertion(), ISSUED + 361).hit(&["DA-08"]),
    ]
    .map(|vector| vector.flag("edge"))
    .into()
}

fn third_party() -> Vec<Vector> {
    vec![
        bare(
            "da-13-required",
            "a mark that says False where it must say True",
            saying("ThirdPartyRequested", "False"),
            NOW,
        )
        .hit(&["DA-13"]),
        bare("da-13-required-true", "a mark where there must be one", assertion(), NOW).near(&["DA-13"]),
    ]
}

fn replayed() -> Vec<Vector> {
    let message = message([sha256().apply(assertion())]);
    let encrypted = |id: &str| {
        let signed = sha256().apply(assertion()).sent();
        super::message::message([Encryption::with(Cipher::Aes256Gcm).apply(id, signed.as_bytes())]).sent()
    };
    vec![
        Vector::new("da-14-again", "the same message again", message.sent()).presented(2).hit(&["DA-14"]),
        Vector::new("da-14-thrice", "the same assertion three times", sha256().apply(assertion()).sent())
            .presented(3)
            .hit(&["DA-14"]),
        Vector::new("da-14-encrypted", "the same encrypted token again", encrypted("da-14-encrypted"))
            .presented(2)
            .hit(&["DA-14"]),
        Vector::new("da-14-expired-again", "an expired assertion again", sha256().apply(assertion()).sent())
            .at(ISSUED + DAY)
            .presented(2)
            .hit_first("DA-08"),
        Vector::new("da-14-once", "presented once", message.sent()).near(&["DA-14"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("D10"))
    .collect()
}

fn reported() -> Vec<Vector> {
    vec![
        Vector::new("da-14-reported", "the same message again, which is reported alone", {
            message([sha256().apply(assertion())]).sent()
        })
        .flag("D10")
        .presented(2)
        .reports(&["DA-14"])
        .on("DA-14"),
    ]
}

fn two_names() -> Vec<Vector> {
    let named = |id: &str, comment: &str, text: &'static str| {
        bare(id, comment, audience(text), NOW)
            .facts(|facts| text.clone_into(&mut facts.audience))
            .near(&["DA-07"])
            .flag("D12")
    };
    vec![
        named("da-07-policy-scheme", "an audience without the scheme that the policy has", APPLICATION_URI),
        named("da-07-policy-second", "the second of two names", "http://mail.contoso.com"),
        bare(
            "da-07-policy-both",
            "both names at once",
            {
                audience(AUDIENCE).edit(&["Conditions", "AudienceRestrictionCondition"], |restriction| {
                    restriction.append(el(SAML, "Audience").text("mail.contoso.com"));
                })
            },
            NOW,
        )
        .flag("D12")
        .hit(&["DA-07"]),
    ]
}
