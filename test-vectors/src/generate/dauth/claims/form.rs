//! DA-22: elements and attributes that an assertion must have, and those that it must not.

use super::case::*;
use super::parties::audience;
use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::xml::*;

pub(super) fn form() -> Vec<Case> {
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
