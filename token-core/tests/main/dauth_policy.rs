//! The policy of federated delegation, as the documentation shows it.

use std::fs;
use std::time::Duration;

use token_core::Policy;
use token_core::dauth::policy::{DauthPolicy, EmailAddress, MessageProof, Offer, ServedEndpoint};

fn documentation() -> String {
    fs::read_to_string(format!("{}/../docs/policy.md", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The section on federated delegation.
fn section(text: &str) -> &str {
    text.split("\n## `dauth`\n").nth(1).unwrap().split("\n## ").next().unwrap()
}

/// The example in it.
fn example(text: &str) -> &str {
    section(text).split("```toml\n").nth(1).unwrap().split("\n```").next().unwrap()
}

#[test]
fn example_of_the_documentation_says_what_stands_there() {
    let text = documentation();
    let policy = DauthPolicy::from_toml(example(&text)).unwrap();
    assert!(policy.is_own_application_uri("http://FYDIBOHF25SPDLT.contoso.com"));
    assert_eq!(policy.token_issuer().metadata_signers(), ["gateway.cer"]);
    let address = EmailAddress::parse("mary@fabrikam.onmicrosoft.com").unwrap();
    let partner = policy.relationship_of(address.domain()).unwrap();
    assert!(partner.allows("MSExchange.MailTips") && !partner.allows("MSExchange.MailboxMove"));
    let endpoint = policy.endpoint_named_by("https://mail.contoso.com/ews/exchange.asmx/wssecurity").unwrap();
    assert_eq!((endpoint.proof(), policy.endpoints().len()), (MessageProof::None, 1));
    assert_eq!(policy.offers().of("MSExchange.MailTips"), Some(Duration::from_secs(120)));
    assert_eq!(policy.danger().sentences().len(), 1);
    assert!(Policy::from_toml(example(&text)).is_err());
}

#[test]
fn half_that_is_not_there_told_from_one_that_is_broken() {
    let text = documentation();
    let delegation = example(&text);
    let tokens = "[audience]\napplication = \"a\"\n[[issuer]]\nid = \"b@*\"\nkinds = [\"sts-actor\"]\n";
    assert!(Policy::from_toml(delegation).unwrap_err().is_other_half());
    assert!(DauthPolicy::from_toml(tokens).unwrap_err().is_other_half());
    let broken = format!("{delegation}\n[audience]\nunknown = 1\n");
    assert!(!Policy::from_toml(&broken).unwrap_err().is_other_half());
    assert!(!DauthPolicy::from_toml("[dauth]\nunknown = 1").unwrap_err().is_other_half());
    // A file without either is broken for the one that is asked first.
    assert!(!Policy::from_toml("").unwrap_err().is_other_half());
}

#[test]
fn members_all_documented() {
    let text = documentation();
    let (section, example) = (section(&text), example(&text));
    for table in
        ["[dauth]", "[dauth.token_issuer]", "[[dauth.relationship]]", "[[dauth.endpoint]]", "[dauth.danger]"]
    {
        let policy = example.replacen(table, &format!("{table}\nunknown = 1"), 1);
        // The message for an unknown member lists those that there are.
        let message = DauthPolicy::from_toml(&policy).unwrap_err().to_string();
        let members: Vec<_> = message.split('`').skip(3).step_by(2).collect();
        assert!(members.len() >= 2, "{message}");
        for member in members {
            assert!(section.contains(&format!("| `{member}` |")), "{table} {member}");
        }
    }
}

#[test]
fn offers_and_endpoints_all_documented() {
    let text = documentation();
    let section = section(&text);
    for offer in Offer::ALL {
        let life = match offer.usual_life().as_secs() {
            secs @ ..3600 => format!("{} min", secs / 60),
            secs @ 3600..=172_800 => format!("{} h", secs / 3600),
            secs => format!("{} d", secs / 86400),
        };
        let row = format!("| `{offer}` | {life} | {} |", if offer.is_for_exchange() { "yes" } else { "no" });
        assert!(section.contains(&row), "{row}");
    }
    for path in ServedEndpoint::WELL_KNOWN {
        let path = path.trim_end_matches("/symmetrickey").trim_end_matches("/x509cert");
        assert!(section.contains(&format!("`{path}`")), "{path}");
    }
}
