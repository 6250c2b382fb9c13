//! S2S-07 to S2S-09, S2S-19, S2S-29 and S2S-30: audience, issuer, and the principals in them.

use serde_json::json;
use test_vectors::File;

use crate::token::Layer;
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let both_tenants = {
        let mut policy = exchange("*");
        policy["audience"]["realms"] = json!([TENANT, OTHER]);
        policy
    };
    let with_port = {
        let mut policy = exchange("*");
        policy["audience"]["hosts"] = json!(["mail.contoso.com:444"]);
        policy
    };
    (
        "names",
        file_of(vec![
            group("Exchange, with the STS of one tenant as issuer", exchange(TENANT), two_keys(TENANT), {
                let mut tests = audiences();
                tests.extend(principals());
                tests
            }),
            group(
                "Exchange, with the STS as issuer in the realm of the audience",
                exchange("*"),
                two_keys("*"),
                realms(),
            ),
            group("Exchange for two tenants", both_tenants, two_keys("*"), tenants()),
            group(
                "Exchange behind another port",
                with_port,
                two_keys("*"),
                vec![
                    Vector::new(
                        "s2s-08-own-port",
                        "an aud with the port that the policy names",
                        t2().c("aud", format!("{EXCHANGE}/mail.contoso.com:444@{TENANT}")).compact(),
                    )
                    .near(&["S2S-08", "S2S-29"]),
                    Vector::new(
                        "s2s-08-port-missing",
                        "an aud without the port that the policy names",
                        t2().compact(),
                    )
                    .flag("J9")
                    .hit(&["S2S-08"]),
                ],
            ),
            group("SharePoint, with a high-trust add-in", high_trust(), addin_keys(), letters()),
        ]),
    )
}

fn with_aud(aud: impl AsRef<str>) -> Layer {
    t2().c("aud", aud.as_ref())
}

/// S2S-08.
fn audiences() -> Vec<Vector> {
    let host = |id: &str, comment: &str, host: &str| {
        Vector::new(
            format!("s2s-08-{id}"),
            comment,
            with_aud(format!("{EXCHANGE}/{host}@{TENANT}")).compact(),
        )
    };
    let upper = EXCHANGE.to_uppercase();
    vec![
        host("host-upper", "the own host in capitals: hosts have no letter case", "MAIL.Contoso.COM")
            .flag("edge")
            .near(&["S2S-08"]),
        host("host-default-port", "the own host with the default port", "mail.contoso.com:443")
            .flag("edge")
            .near(&["S2S-08"]),
        host("host-second", "the second of the own hosts", "legacy.contoso.com").near(&["S2S-08"]),
        host("host-other", "another host", "mail.fabrikam.com").hit(&["S2S-08"]),
        host("host-port", "the own host with another port", "mail.contoso.com:444")
            .flag("J9")
            .hit(&["S2S-08"]),
        host("host-trailing-dot", "the own host with a trailing dot", "mail.contoso.com.")
            .flag("J9")
            .hit(&["S2S-08"]),
        host("host-suffix", "the own host before another domain", "mail.contoso.com.evil.test")
            .flag("J9")
            .hit(&["S2S-08"]),
        host("host-prefix", "another host that ends like the own one", "xmail.contoso.com")
            .flag("J9")
            .hit(&["S2S-08"]),
        host("host-parent", "the domain of the own host", "contoso.com").hit(&["S2S-08"]),
        Vector::new("s2s-08-no-host", "an aud of two parts", with_aud(at(EXCHANGE)).compact())
            .hit(&["S2S-08"]),
        Vector::new(
            "s2s-08-other-application",
            "an aud for another application of the same host",
            with_aud(format!("{SHAREPOINT}/mail.contoso.com@{TENANT}")).compact(),
        )
        .hit(&["S2S-08"]),
        Vector::new(
            "s2s-08-application-upper",
            "the own application id in capitals",
            with_aud(format!("{upper}/mail.contoso.com@{TENANT}")).compact(),
        )
        .flag("J9")
        .hit(&["S2S-08"]),
        Vector::new("s2s-08-url", "an aud that is a URL", with_aud("https://mail.contoso.com/").compact())
            .hit(&["S2S-29"]),
        Vector::new(
            "s2s-08-outer",
            "an outer token and its actor token for another host",
            outer()
                .c("aud", format!("{EXCHANGE}/mail.fabrikam.com@{TENANT}"))
                .around(&actor().c("aud", format!("{EXCHANGE}/mail.fabrikam.com@{TENANT}")))
                .compact(),
        )
        .outer()
        .hit(&["S2S-08"]),
    ]
}

/// S2S-29.
fn principals() -> Vec<Vector> {
    let aud = |id: &str, comment: &str, aud: String| {
        Vector::new(format!("s2s-29-aud-{id}"), comment, with_aud(aud).compact()).flag("J9").hit(&["S2S-29"])
    };
    let iss = |id: &str, comment: &str, iss: String, kind: &str, broken: &[&str]| {
        Vector::new(format!("s2s-29-iss-{id}"), comment, t2().c("iss", iss).compact())
            .flag("J9")
            .kind(kind)
            .hit(broken)
    };
    let nameid = |id: &str, comment: &str, nameid: String, broken: &[&str]| {
        Vector::new(format!("s2s-29-nameid-{id}"), comment, t2().c("nameid", nameid).compact())
            .flag("J9")
            .hit(broken)
    };
    let e = EXCHANGE;
    let h = "mail.contoso.com";
    vec![
        aud("two-at", "two @: cut at the last, the realm is ours", format!("{e}/{h}@{OTHER}@{TENANT}")),
        aud(
            "two-at-reversed",
            "two @: cut at the first, the realm is ours",
            format!("{e}/{h}@{TENANT}@{OTHER}"),
        ),
        aud("two-slashes", "two /", format!("{e}/{h}/x@{TENANT}")),
        aud("slash-in-realm", "a / behind the @", format!("{e}@{TENANT}/{h}")),
        aud("percent", "the @ percent-encoded", format!("{e}/{h}%40{TENANT}")),
        aud("percent-slash", "the / percent-encoded", format!("{e}%2F{h}@{TENANT}")),
        aud("backslash", "a backslash for the /", format!("{e}\\{h}@{TENANT}")),
        aud("look-alike", "a Cyrillic letter in the host", format!("{e}/m\u{430}il.contoso.com@{TENANT}")),
        aud("full-width", "a full-width @", format!("{e}/{h}\u{ff20}{TENANT}")),
        aud("invisible", "a zero-width space", format!("{e}/{h}\u{200b}@{TENANT}")),
        aud("space", "a space behind the realm", format!("{e}/{h}@{TENANT} ")),
        aud("line-feed", "a line feed behind the realm", format!("{e}/{h}@{TENANT}\n")),
        aud("nul", "a NUL character behind the host", format!("{e}/{h}\0@{TENANT}")),
        aud("empty-host", "nothing between / and @", format!("{e}/@{TENANT}")),
        aud("empty-realm", "nothing behind the @", format!("{e}/{h}@")),
        aud("empty-name", "nothing before the /", format!("/{h}@{TENANT}")),
        aud("comma", "two audiences in one string", format!("{e}/{h}@{TENANT},{e}/x@{TENANT}")),
        aud("braces", "a realm in braces", format!("{e}/{h}@{{{TENANT}}}")),
        Vector::new("s2s-29-aud-no-realm", "an aud without realm", with_aud(format!("{e}/{h}")).compact())
            .flag("J9")
            .hit(&["S2S-29", "S2S-08"]),
        iss(
            "two-at",
            "an issuer with two realms",
            format!("{ACS}@{TENANT}@{OTHER}"),
            "sts-actor",
            &["S2S-29", "S2S-09"],
        ),
        iss("no-realm", "an issuer without realm", ACS.to_owned(), "sts-actor", &["S2S-29", "S2S-09"]),
        iss(
            "look-alike",
            "an issuer with a full-width digit",
            format!("\u{ff10}{}@{TENANT}", &ACS[1..]),
            "self-issued-actor",
            &["S2S-29", "S2S-09"],
        ),
        nameid(
            "two-at",
            "an application with two realms",
            format!("{e}@{TENANT}@{OTHER}"),
            &["S2S-29", "S2S-31"],
        ),
        nameid("no-realm", "an application without realm", e.to_owned(), &["S2S-29"]),
        nameid(
            "look-alike",
            "an application id with a Cyrillic letter",
            format!("{}@{TENANT}", e.replace('c', "\u{441}")),
            &["S2S-29", "S2S-31"],
        ),
        Vector::new(
            "s2s-29-outer-iss-two-at",
            "an outer issuer with two realms, of which the first is the actor's",
            outer().c("iss", format!("{e}@{TENANT}@{OTHER}")).around(&actor()).compact(),
        )
        .outer()
        .flag("J9")
        .flag("J8")
        .hit(&["S2S-29", "S2S-05"]),
    ]
}

/// S2S-09, S2S-30, and the realm in S2S-08.
fn realms() -> Vec<Vector> {
    let of = |realm: &str| {
        t2().c("aud", format!("{EXCHANGE}/mail.contoso.com@{realm}"))
            .c("iss", format!("{ACS}@{realm}"))
            .c("nameid", format!("{EXCHANGE}@{realm}"))
    };
    vec![
        Vector::new("s2s-08-realm-other", "a token of another tenant, sound in itself", of(OTHER).compact())
            .flag("J6")
            .hit(&["S2S-08"])
            .on("S2S-09"),
        Vector::new(
            "s2s-09-unknown",
            "an issuer that the policy does not name",
            t2().c("iss", at(SKYPE)).compact(),
        )
        .kind("self-issued-actor")
        .hit(&["S2S-09"]),
        Vector::new(
            "s2s-09-realm-of-another",
            "the STS of another tenant for an audience of ours: * is the realm of the audience, not any",
            t2().c("iss", format!("{ACS}@{OTHER}")).compact(),
        )
        .flag("J6")
        .hit(&["S2S-09", "S2S-07"]),
        Vector::new(
            "s2s-09-host",
            "an issuer with a host",
            t2().c("iss", format!("{ACS}/accounts.accesscontrol.windows.net@{TENANT}")).compact(),
        )
        .hit(&["S2S-09"]),
        Vector::new(
            "s2s-09-url",
            "a URL for an issuer, at a server that trusts none",
            t2().c("iss", format!("https://sts.windows.net/{TENANT}/"))
                .c("ver", "1.0")
                .c("tid", TENANT)
                .c("roles", json!(["x"]))
                .c("appid", CLIENT)
                .compact(),
        )
        .kind("entra-v1")
        .hit(&["S2S-09", "ENT-04"]),
        Vector::new("s2s-30-iss", "a wildcard realm in iss", t2().c("iss", format!("{ACS}@*")).compact())
            .flag("J6")
            .hit(&["S2S-30", "S2S-09", "S2S-07"]),
        Vector::new(
            "s2s-30-aud",
            "a wildcard realm in aud",
            t2().c("aud", format!("{EXCHANGE}/mail.contoso.com@*")).compact(),
        )
        .flag("J6")
        .hit(&["S2S-30", "S2S-09", "S2S-08", "S2S-07"]),
        Vector::new(
            "s2s-30-nameid",
            "a wildcard realm in nameid",
            t2().c("nameid", format!("{EXCHANGE}@*")).compact(),
        )
        .flag("J6")
        .hit(&["S2S-30", "S2S-07"]),
        Vector::new("s2s-30-all", "wildcard realms everywhere", of("*").compact())
            .flag("J6")
            .hit(&["S2S-30", "S2S-08"]),
        Vector::new(
            "s2s-30-outer",
            "a wildcard realm in the outer issuer",
            outer().c("iss", format!("{EXCHANGE}@*")).around(&actor()).compact(),
        )
        .outer()
        .flag("J6")
        .flag("J8")
        .hit(&["S2S-30", "S2S-05", "S2S-07"]),
        Vector::new(
            "s2s-30-policy-only",
            "wildcards in policy and metadata, none in the token",
            t2().compact(),
        )
        .near(&["S2S-30", "S2S-09"]),
    ]
}

/// S2S-07.
fn tenants() -> Vec<Vector> {
    let foreign = || {
        actor()
            .c("aud", format!("{EXCHANGE}/mail.contoso.com@{OTHER}"))
            .c("iss", format!("{ACS}@{OTHER}"))
            .c("nameid", format!("{EXCHANGE}@{OTHER}"))
    };
    let own_of_other = || outer().c("iss", format!("{EXCHANGE}@{OTHER}"));
    vec![
        Vector::new(
            "s2s-07-actor-token-of-another-tenant",
            "a valid actor token of the attacker's tenant around a user of ours",
            outer().around(&foreign()).compact(),
        )
        .outer()
        .flag("J3")
        .invalid(&["S2S-05", "S2S-06", "S2S-07"])
        .on("S2S-07"),
        Vector::new(
            "s2s-07-actor-token-bound",
            "the same with an outer issuer that is the attacker's application",
            own_of_other().around(&foreign()).compact(),
        )
        .outer()
        .flag("J3")
        .invalid(&["S2S-06", "S2S-07"])
        .on("S2S-07"),
        Vector::new(
            "s2s-07-nameid",
            "an actor token whose application is of another tenant than its issuer, in a bound outer token",
            own_of_other().around(&actor().c("nameid", format!("{EXCHANGE}@{OTHER}"))).compact(),
        )
        .outer()
        .flag("J3")
        .flag("J6")
        .hit(&["S2S-07"]),
        Vector::new(
            "s2s-07-bare-nameid",
            "a bare actor token whose application is of another tenant",
            t2().c("nameid", format!("{EXCHANGE}@{OTHER}")).compact(),
        )
        .flag("J6")
        .hit(&["S2S-07"]),
        Vector::new(
            "s2s-07-letter-case",
            "the realm of nameid in capitals",
            t2().c("nameid", format!("{EXCHANGE}@{}", TENANT.to_uppercase())).compact(),
        )
        .flag("J6")
        .hit(&["S2S-07"]),
        Vector::new(
            "s2s-07-other-tenant-throughout",
            "both layers of the other tenant that the server serves",
            own_of_other()
                .c("aud", format!("{EXCHANGE}/mail.contoso.com@{OTHER}"))
                .around(&foreign())
                .compact(),
        )
        .outer()
        .tenant_is(OTHER)
        .near(&["S2S-07"]),
    ]
}

/// S2S-19.
fn letters() -> Vec<Vector> {
    let host = |layer: Layer| layer.c("aud", format!("{SHAREPOINT}/SP.contoso.com@{TENANT}"));
    vec![
        Vector::new(
            "s2s-19-host",
            "a host in capitals, which SharePoint would compare letter by letter",
            host(t3_addin()).compact(),
        )
        .kind("self-issued-actor")
        .flag("sharepoint")
        .reports(&["S2S-19"])
        .on("S2S-19"),
        Vector::new(
            "s2s-19-both-layers",
            "the same in both layers",
            host(outer_addin()).around(&host(t3_addin()).c("trustedfordelegation", "true")).compact(),
        )
        .outer()
        .flag("sharepoint")
        .reports(&["S2S-19"])
        .on("S2S-19"),
    ]
}
