//! DA-30 to DA-33: answers to GetFederationInformation, held against the relationship with who gave them.

use serde_json::json;
use test_vectors::{DauthFile, DauthMessages};

use super::names::*;
use super::vector::*;
use super::xml::*;

pub(crate) fn file() -> (&'static str, DauthFile) {
    let relationship = json!([{
        "name": "fabrikam",
        "domains": ["fabrikam.com", "fabrikam.example"],
        "application_uri": PARTNER,
        "offers": ["MSExchange.MailTips"],
    }]);
    let mut group =
        group("contoso.com, whose partner is fabrikam.com", with("relationship", relationship), tests());
    group.messages = DauthMessages::FederationInformation;
    group.keys.clear();
    group.own_keys.clear();
    ("dauth-federation-information", super::vector::file(vec![group]))
}

const PARTNER: &str = "FYDIBOHF25SPDLT.fabrikam.com";
const TOKENS: &str = "https://login.microsoftonline.com/extSTS.srf";

fn value(local: &str, text: &str) -> Element {
    let element = el(AUTODISCOVER, local);
    if text.is_empty() { element } else { element.text(text) }
}

fn issuer(endpoint: &str, uri: &str) -> Element {
    el(AUTODISCOVER, "TokenIssuer").child(value("Endpoint", endpoint)).child(value("Uri", uri))
}

/// The usual answer.
fn response() -> Element {
    let domains = ["fabrikam.com", "fabrikam.example"].map(|domain| value("Domain", domain));
    el(AUTODISCOVER, "Response")
        .child(value("ErrorCode", "NoError"))
        .child(value("ErrorMessage", ""))
        .child(value("ApplicationUri", PARTNER))
        .child(el(AUTODISCOVER, "Domains").children(domains))
        .child(el(AUTODISCOVER, "TokenIssuers").child(issuer(TOKENS, ISSUER)))
}

fn sent(response: Element) -> Element {
    let message = el(AUTODISCOVER, "GetFederationInformationResponseMessage").child(response);
    let action = "http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetFederationInformationResponse";
    let header =
        el(SOAP11, "Header").child(el(WSA, "Action").attr_in(SOAP11, "mustUnderstand", "1").text(action));
    el(SOAP11, "Envelope").child(header).child(el(SOAP11, "Body").child(message))
}

fn tests() -> Vec<Vector> {
    let answer = |id: &str, comment: &str, response: Element| {
        Vector::new(id, comment, sent(response).sent()).without_facts()
    };
    let with = |change: &dyn Fn(&mut Element)| {
        let mut response = response();
        change(&mut response);
        response
    };
    let put = |local: &str, text: &str| response().put(&[local], text);
    let error = |id: &str, comment: &str, code: &str| {
        let response = el(AUTODISCOVER, "Response")
            .child(value("ErrorCode", code))
            .child(value("ErrorMessage", "The domain is not federated."));
        answer(id, comment, response).hit(&["DA-31"])
    };
    let issuers = |all: Vec<Element>| {
        with(&|response| {
            let list = response.at(&["TokenIssuers"]);
            list.clear();
            all.iter().cloned().for_each(|issuer| list.append(issuer));
        })
    };
    let domains = |all: &[&str]| {
        with(&|response| {
            let list = response.at(&["Domains"]);
            list.clear();
            all.iter().for_each(|domain| list.append(value("Domain", domain)));
        })
    };
    let name = |id: &str, comment: &str, text: &str| {
        answer(id, comment, put("ApplicationUri", text)).hit(&["DA-32"])
    };
    let mut twelve = sent(response());
    twelve.at(&["Header"]).clear();
    let twelve = twelve.with_namespace(SOAP11.uri, SOAP12.uri);
    vec![
        answer("da-30-usual", "the usual answer", response())
            .flag("positive")
            .near(&["DA-30", "DA-31", "DA-32", "DA-33"]),
        answer("da-30-second-issuer", "the trusted token issuer is the second of two", {
            issuers(vec![issuer("https://sts.fabrikam.com/", "urn:fabrikam:sts"), issuer(TOKENS, ISSUER)])
        })
        .near(&["DA-30"]),
        answer(
            "da-30-other",
            "another token issuer",
            issuers(vec![issuer(TOKENS, "urn:federation:fabrikam")]),
        )
        .hit(&["DA-30"]),
        answer("da-30-case", "the token issuer in another letter case", {
            issuers(vec![issuer(TOKENS, "urn:federation:microsoftonline")])
        })
        .hit(&["DA-30"]),
        answer("da-30-none", "no token issuer", issuers(Vec::new())).hit(&["DA-30"]),
        answer(
            "da-30-no-list",
            "no list of token issuers",
            with(&|response| response.remove("TokenIssuers")),
        )
        .hit(&["DA-30"]),
        answer("da-30-http", "a token issuer that is asked without TLS", {
            issuers(vec![issuer("http://login.microsoftonline.com/extSTS.srf", ISSUER)])
        })
        .hit(&["DA-30"]),
        answer("da-30-two-lists", "two lists of token issuers", {
            with(&|response| {
                let list = response.at(&["TokenIssuers"]).clone();
                response.append(list);
            })
        })
        .hit_first("DA-30"),
        error("da-31-not-federated", "the partner is not federated", "NotFederated"),
        error("da-31-invalid-request", "the request was invalid", "InvalidRequest"),
        error("da-31-internal", "the server failed", "InternalServerError"),
        error("da-31-case", "no error, in another letter case", "noerror"),
        answer("da-31-two", "two error codes", {
            with(&|response| response.insert(1, value("ErrorCode", "NotFederated")))
        })
        .hit_first("DA-31"),
        answer("da-31-missing", "no error code", with(&|response| response.remove("ErrorCode")))
            .hit_first("DA-31"),
        answer("da-31-message", "a message without an error", put("ErrorMessage", "All is well."))
            .near(&["DA-31"]),
        name("da-32-other", "another application URI", "FYDIBOHF25SPDLT.evil.test"),
        name(
            "da-32-longer",
            "an application URI that begins like the expected one",
            &format!("{PARTNER}.evil.test"),
        ),
        name("da-32-slash", "a slash behind the application URI", &format!("{PARTNER}/")),
        name("da-32-case", "the application URI in another letter case", &PARTNER.to_lowercase()),
        name("da-32-domain", "the domain in the place of the application URI", "fabrikam.com"),
        answer("da-32-scheme", "the application URI with its scheme", {
            put("ApplicationUri", &format!("http://{PARTNER}"))
        })
        .near(&["DA-32"]),
        answer("da-32-none", "no application URI", with(&|response| response.remove("ApplicationUri")))
            .hit(&["DA-32"]),
        answer("da-33-missing", "a domain of the relationship is not listed", domains(&["fabrikam.com"]))
            .reports(&["DA-33"])
            .on("DA-33"),
        answer("da-33-suffix", "a domain that ends like one of the relationship's", {
            domains(&["fabrikam.com", "sub.fabrikam.example"])
        })
        .flag("D13")
        .reports(&["DA-33"])
        .on("DA-33"),
        answer("da-33-more", "more domains than the relationship's", {
            domains(&["fabrikam.com", "fabrikam.example", "fabrikam.onmicrosoft.com"])
        })
        .near(&["DA-33"]),
        answer(
            "da-33-case",
            "the domains in another letter case",
            domains(&["Fabrikam.com", "FABRIKAM.example"]),
        )
        .near(&["DA-33"]),
        answer("da-11-federation", "a comment inside the application URI", {
            with(&|response| {
                let uri = response.at(&["ApplicationUri"]);
                uri.push("<!---->.evil.test", ".evil.test");
            })
        })
        .flag("D4")
        .hit_first("DA-11"),
        Vector::new("da-01-federation", "a document type before the answer", {
            format!("<!DOCTYPE x>{}", sent(response()).sent())
        })
        .without_facts()
        .flag("D5")
        .hit_first("DA-01"),
        Vector::new("da-31-soap12", "the answer in SOAP 1.2", twelve.sent()).without_facts().near(&["DA-31"]),
    ]
}
