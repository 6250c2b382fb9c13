//! DA-11 and DA-12: what stands inside the values, and which addresses are a partner's.

use super::case::*;
use super::confirmations::{CONFIRMATION, SUBJECT};
use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::xml::*;

pub(super) fn texts() -> Vec<Case> {
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

pub(super) fn addresses() -> Vec<Case> {
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
