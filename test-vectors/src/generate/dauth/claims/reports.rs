//! DA-13 and DA-25: what is reported, and what a policy may demand.

use super::case::*;
use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::vector::*;
use crate::dauth::xml::*;
use crate::world::NOW;

pub(super) fn reports() -> Vec<Case> {
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

pub(super) fn third_party() -> Vec<Vector> {
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
