//! ENT-01 to ENT-05: access tokens of Entra.

use serde_json::{Value, json};
use test_vectors::File;

use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let both_versions = {
        let mut policy = entra();
        for issuer in [0, 1] {
            policy["issuer"][issuer]["kinds"] = json!(["entra-v1", "entra-v2"]);
        }
        policy
    };
    let without_users = {
        let mut policy = entra();
        policy["issuer"][0]["users"] = json!(false);
        policy
    };
    let mut tests = tenants();
    tests.extend(audiences());
    tests.extend(grants());
    (
        "entra",
        file_of(vec![
            group("Exchange, for tokens of Entra", entra(), entra_keys(), tests),
            group("Exchange, for both versions from either issuer", both_versions, entra_keys(), versions()),
            group(
                "Exchange, for applications of Entra alone",
                without_users,
                entra_keys(),
                vec![
                    Vector::new("s2s-32-entra", "a user where none may be asserted", t9_user().compact())
                        .kind("entra-v1")
                        .hit(&["S2S-32"]),
                    Vector::new(
                        "s2s-32-entra-app",
                        "an application where no user may be asserted",
                        t9_app().compact(),
                    )
                    .kind("entra-v1"),
                ],
            ),
        ]),
    )
}

fn v1_issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// ENT-01, ENT-02 and S2S-09.
fn tenants() -> Vec<Vector> {
    let v1 = |id: &str, comment: &str, iss: String, tid: Value, broken: &[&str]| {
        Vector::new(id, comment, t9_user().c("iss", iss).c("tid", tid).compact()).kind("entra-v1").hit(broken)
    };
    vec![
        v1(
            "ent-01-other-tid",
            "the issuer of our tenant with the tid of another",
            v1_issuer(TENANT),
            json!(OTHER),
            &["ENT-01", "ENT-02"],
        ),
        v1(
            "ent-01-other-issuer",
            "the issuer of another tenant with our tid",
            v1_issuer(OTHER),
            json!(TENANT),
            &["ENT-01"],
        )
        .flag("J6"),
        v1(
            "ent-01-path",
            "an issuer that climbs from our tenant to another",
            format!("https://sts.windows.net/{TENANT}/../{OTHER}/"),
            json!(TENANT),
            &["ENT-01"],
        ),
        v1(
            "ent-01-letter-case",
            "the tenant in capitals in iss alone",
            v1_issuer(&TENANT.to_uppercase()),
            json!(TENANT),
            &["ENT-01"],
        )
        .flag("edge"),
        v1(
            "ent-02-other-tenant",
            "a token of another tenant, sound in itself",
            v1_issuer(OTHER),
            json!(OTHER),
            &["ENT-02"],
        )
        .flag("J6"),
        v1(
            "ent-02-letter-case",
            "our tenant in capitals, in iss and tid",
            v1_issuer(&TENANT.to_uppercase()),
            json!(TENANT.to_uppercase()),
            &["ENT-02"],
        )
        .flag("edge"),
        v1(
            "ent-02-template",
            "the template itself as tenant",
            v1_issuer("{tenantid}"),
            json!("{tenantid}"),
            &["ENT-02"],
        ),
        v1(
            "ent-02-number",
            "a tid that is a number",
            v1_issuer(TENANT),
            json!(7),
            &["S2S-17", "ENT-01", "ENT-02"],
        ),
        v1(
            "s2s-09-entra-no-tenant",
            "an issuer with nothing where the tenant stands",
            "https://sts.windows.net//".to_owned(),
            json!(TENANT),
            &["S2S-09"],
        ),
        v1(
            "s2s-09-entra-other-host",
            "an issuer on a host that begins like the right one",
            format!("https://sts.windows.net.evil.test/{TENANT}/"),
            json!(TENANT),
            &["S2S-09"],
        ),
        v1(
            "s2s-09-entra-http",
            "an issuer without TLS",
            format!("http://sts.windows.net/{TENANT}/"),
            json!(TENANT),
            &["S2S-09"],
        ),
        v1(
            "s2s-09-entra-no-slash",
            "an issuer without its last slash",
            format!("https://sts.windows.net/{TENANT}"),
            json!(TENANT),
            &["S2S-09"],
        )
        .flag("edge"),
        Vector::new("ent-02-no-tid", "no tid", t9_user().without("tid").compact())
            .kind("entra-v1")
            .hit(&["S2S-18", "ENT-01", "ENT-02"]),
    ]
}

/// ENT-03.
fn versions() -> Vec<Vector> {
    vec![
        Vector::new(
            "ent-03-v1-from-v2",
            "ver 1.0 from the issuer of version 2.0",
            t9_user().c("iss", format!("https://login.microsoftonline.com/{TENANT}/v2.0")).compact(),
        )
        .kind("entra-v1")
        .hit(&["ENT-03"]),
        Vector::new(
            "ent-03-v2-from-v1",
            "ver 2.0 from the issuer of version 1.0",
            t10_user().c("iss", v1_issuer(TENANT)).compact(),
        )
        .kind("entra-v2")
        .hit(&["ENT-03"]),
        Vector::new("ent-03-missing", "no ver", t9_user().without("ver").compact())
            .kind("entra-v1")
            .hit(&["S2S-18", "ENT-03"])
            .on("ENT-03"),
        Vector::new("ent-03-other", "a ver that does not exist", t9_user().c("ver", "3.0").compact())
            .kind("entra-v1")
            .hit(&["ENT-03"]),
        Vector::new("ent-03-v1", "version 1.0 from its issuer", t9_user().compact())
            .kind("entra-v1")
            .near(&["ENT-03"]),
        Vector::new("ent-03-v2", "version 2.0 from its issuer", t10_user().compact())
            .kind("entra-v2")
            .near(&["ENT-03"]),
    ]
}

/// ENT-04.
fn audiences() -> Vec<Vector> {
    let aud = |id: &str, comment: &str, aud: Value| {
        Vector::new(format!("ent-04-{id}"), comment, t9_user().c("aud", aud).compact()).kind("entra-v1")
    };
    vec![
        aud("no-slash", "the own URL without its slash", json!("https://mail.contoso.com"))
            .flag("edge")
            .near(&["ENT-04"]),
        aud(
            "default-port",
            "the own URL with the default port and its host in capitals",
            json!("https://MAIL.contoso.com:443/"),
        )
        .flag("edge")
        .near(&["ENT-04"]),
        aud("application", "the own application id", json!(EXCHANGE)).near(&["ENT-04"]),
        aud(
            "list",
            "a list of audiences, one of them ours",
            json!(["https://other.test/", "https://mail.contoso.com/"]),
        )
        .near(&["ENT-04", "S2S-17"]),
        aud("list-of-others", "a list of audiences, none of them ours", json!(["https://other.test/"]))
            .hit(&["ENT-04"]),
        aud("empty-list", "an empty list", json!([])).hit(&["ENT-04"]),
        aud(
            "list-with-number",
            "a list with something else than strings in it",
            json!(["https://mail.contoso.com/", 1]),
        )
        .hit(&["S2S-17", "ENT-04"]),
        aud("http", "the own URL without TLS, as behind TLS off-load", json!("http://mail.contoso.com/"))
            .hit(&["ENT-04"]),
        aud("other-host", "another host", json!("https://legacy.contoso.com/")).hit(&["ENT-04"]),
        aud("port", "another port", json!("https://mail.contoso.com:444/")).hit(&["ENT-04"]),
        aud("path", "a path", json!("https://mail.contoso.com/ews/")).hit(&["ENT-04"]),
        aud(
            "suffix-host",
            "the own host before another domain",
            json!("https://mail.contoso.com.evil.test/"),
        )
        .hit(&["ENT-04"]),
        aud("other-application", "another application id", json!(SHAREPOINT)).hit(&["ENT-04"]),
        aud("application-upper", "the own application id in capitals", json!(EXCHANGE.to_uppercase()))
            .flag("edge")
            .hit(&["ENT-04"]),
    ]
}

/// ENT-05, and S2S-31 for clients of Entra.
fn grants() -> Vec<Vector> {
    let v1 = |id: &str, comment: &str, layer: crate::token::Layer| {
        Vector::new(id, comment, layer.compact()).kind("entra-v1")
    };
    vec![
        v1("ent-05-both", "scopes and roles", t9_user().c("roles", json!(["full_access_as_app"])))
            .hit(&["ENT-05"]),
        v1("ent-05-neither", "neither: an id token", t9_user().without("scp")).hit(&["ENT-05"]),
        v1("ent-05-empty-scp", "scopes that are empty", t9_user().c("scp", "")).hit(&["ENT-05"]),
        v1("ent-05-blank-scp", "scopes that are blank", t9_user().c("scp", " "))
            .flag("edge")
            .hit(&["ENT-05"]),
        v1("ent-05-empty-roles", "a list of no roles", t9_app().c("roles", json!([])))
            .flag("edge")
            .hit(&["ENT-05"]),
        v1("ent-05-roles-text", "roles that are a string", t9_app().c("roles", "full_access_as_app"))
            .hit(&["S2S-17"]),
        v1("s2s-31-entra-other", "a client that the policy does not list", t9_user().c("appid", SKYPE))
            .hit(&["S2S-31"]),
        v1("s2s-31-entra-missing", "no client", t9_user().without("appid")).hit(&["S2S-31"]),
        v1(
            "s2s-31-entra-azp",
            "the client in azp, where version 1.0 has appid",
            t9_user().without("appid").c("azp", CLIENT),
        )
        .hit(&["S2S-31"]),
        Vector::new(
            "s2s-28-entra-version",
            "version 2.0 from an issuer that is listed for version 1.0",
            t10_user().c("iss", v1_issuer(TENANT)).compact(),
        )
        .kind("entra-v2")
        .hit(&["S2S-28", "ENT-03"]),
        v1(
            "s2s-22-entra-nonce",
            "a token for Microsoft Graph: its nonce, its audience",
            t9_user().h("nonce", "abc").c("aud", "https://graph.microsoft.com/"),
        )
        .hit(&["S2S-22", "ENT-04"]),
    ]
}
