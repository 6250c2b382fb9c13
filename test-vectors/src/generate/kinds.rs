//! Tokens of every kind as their producers write them, and the two kinds that are never valid.

use serde_json::json;
use test_vectors::File;

use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let good = |id: &str, comment: &str, token: String| Vector::new(id, comment, token).flag("positive");
    let groups = vec![
        group("Exchange, with the STS as issuer", exchange("*"), two_keys("*"), vec![
            good("kind-t2-2012", "actor token of the STS in the published shape: times as strings, x5t alone", t2_of_2012().compact())
                .actor(&at(EXCHANGE)).tenant()
                .near(&["S2S-01", "S2S-09", "S2S-10", "S2S-27", "S2S-31", "KEY-01", "KEY-02"]),
            good("kind-t2-2025", "actor token of the STS in the shape of 2025: times as numbers, kid beside x5t, a day and five minutes",
                t2().times(NOW - 600, NOW - 600 + 86_700).compact())
                .actor(&at(EXCHANGE)).tenant()
                .near(&["S2S-14", "S2S-23", "S2S-29", "S2S-37", "INP-02"]),
            good("kind-t2-hybrid-application", "actor token for the organisation's own hybrid application", t2().c("nameid", at(HYBRID)).compact())
                .actor(&at(HYBRID)).tenant().near(&["S2S-31"]),
            good("kind-t4-2025", "outer token for a user of Entra around an actor token of the STS", t4_as_issued().compact())
                .outer().actor(&at(EXCHANGE)).tenant().user(&[("nameid", NET_ID)])
                .near(&["S2S-02", "S2S-03", "S2S-04", "S2S-05", "S2S-06", "S2S-07", "S2S-12", "S2S-13", "S2S-15", "S2S-24", "S2S-32"]),
            good("kind-t4-strings", "outer token with times as strings for a user by mail address, around an actor token of 2012",
                outer().text_times(NOW - 300, NOW - 300 + 1800).without("nameid").without("nii").c("smtp", USER)
                    .around(&t2_of_2012().c("trustedfordelegation", "true")).compact())
                .outer().actor(&at(EXCHANGE)).tenant().user(&[("smtp", USER)]).near(&["S2S-27"]),
            good("kind-t4-roadtools", "outer token as a public research tool writes it: iat, upn and no nii",
                outer().times(NOW - 10, NOW + 290).c("iat", NOW - 10).without("nii").without("nameid").c("upn", USER)
                    .around(&actor()).compact())
                .outer().actor(&at(EXCHANGE)).tenant().user(&[("upn", USER)]),
        ]),
        group("SharePoint, with a high-trust add-in", high_trust(), addin_keys(), vec![
            good("kind-t3-addin", "actor token of a high-trust add-in, used alone", t3_addin().compact())
                .kind("self-issued-actor").actor(&at(ADDIN)).tenant().near(&["S2S-14", "S2S-19"]),
            good("kind-t4-high-trust", "outer token for a user by SID around the add-in's own actor token",
                outer_addin().around(&t3_addin().c("trustedfordelegation", "true")).compact())
                .outer().actor(&at(ADDIN)).tenant().user(&[("nameid", SID)]).near(&["S2S-13", "S2S-15", "S2S-19"]),
        ]),
        group("SharePoint, with a high-trust add-in without realm", {
            let mut policy = high_trust();
            policy["issuer"][0]["id"] = json!(ADDIN_ISSUER);
            policy
        }, vec![source(ADDIN_ISSUER, "addin.cer", crate::keys::certificate_pem("sharepoint-addin"))], vec![
            good("kind-t3-without-realm", "iss and nameid have no realm, as the policy's issuer has none",
                t3_addin().c("iss", ADDIN_ISSUER).c("nameid", ADDIN).compact())
                .kind("self-issued-actor").actor(ADDIN).near(&["S2S-29"]),
            good("kind-t4-without-realm", "the same inside an outer token",
                outer_addin().c("iss", ADDIN)
                    .around(&t3_addin().c("iss", ADDIN_ISSUER).c("nameid", ADDIN).c("trustedfordelegation", "true")).compact())
                .outer().actor(ADDIN).user(&[("nameid", SID)]).near(&["S2S-05", "S2S-29"]),
        ]),
        group("SharePoint, with an Exchange server trusted directly", direct_trust(), exchange_keys(&at(EXCHANGE)), vec![
            good("kind-t3-server", "actor token that an Exchange server issued itself", t3_server().compact())
                .kind("self-issued-actor").actor(&at(EXCHANGE)).tenant().near(&["S2S-11", "S2S-31"]),
            good("kind-t3-server-delegation", "the same as Exchange writes it, trusted for delegation also when it acts for nobody",
                t3_server().c("trustedfordelegation", "true").compact())
                .kind("self-issued-actor").actor(&at(EXCHANGE)).tenant().reports(&["S2S-14"]).on("S2S-14"),
        ]),
        group("SharePoint, with add-ins for which the STS vouches", low_trust(), two_keys("*"), vec![
            good("kind-t5a", "low-trust token for a user and an add-in", t5a().compact())
                .kind("low-trust-user").actor(&at(ADDIN)).tenant().user(&[("nameid", "2303000085ff9abc")]).near(&["S2S-32"]),
            good("kind-t5b", "low-trust token for an add-in alone", t5b().compact())
                .kind("low-trust-app").actor(&at(ADDIN)).tenant().near(&["S2S-14"]),
        ]),
        group("An add-in that is sent a context token", json!({
            "audience": {"application": ADDIN, "hosts": ["addin.contoso.com"], "realms": [TENANT]},
            "issuer": [{"id": format!("{ACS}@*"), "kinds": ["sts-actor"]}],
        }), two_keys("*"), vec![
            Vector::new("kind-t6", "context token: HS256 with the add-in's secret, which nobody else has", t6().compact())
                .flag("never-valid").kind("context").hit(&["S2S-01", "S2S-10", "S2S-28"]).on("S2S-28"),
            Vector::new("kind-t6-rs256", "context token that is signed by the STS: still a kind that no policy can list",
                t6().h("alg", "RS256").by("acs-current").compact())
                .flag("never-valid").kind("context").hit(&["S2S-28"]),
        ]),
        group("An Outlook add-in", add_in(), exchange_keys("https://mailhost.contoso.com/autodiscover/metadata/json/1"), vec![
            good("kind-t7-object", "identity token whose context is an object, as the documentation prints it", t7().compact())
                .kind("identity").user(&[("msexchuid", "53e925fa-76ba-45e1-be0f-4ef08b59d389@mailhost.contoso.com")])
                .near(&["EXI-01", "EXI-02", "EXI-03", "EXI-04", "S2S-18"]),
            good("kind-t7-text", "identity token whose context is JSON text, as the Microsoft sample reads it",
                t7().c("appctx", identity_context().to_string()).compact())
                .kind("identity").user(&[("msexchuid", "53e925fa-76ba-45e1-be0f-4ef08b59d389@mailhost.contoso.com")])
                .near(&["EXI-01", "EXI-04", "S2S-17"]),
        ]),
        group("Exchange, for its own callback tokens", callback(), exchange_keys(&format!("{EXCHANGE}@contoso.com")), vec![
            good("kind-t8", "callback token of an add-in", t8().compact())
                .kind("callback").tenant_is("contoso.com").user(&[("smtp", USER)]),
            good("kind-t8-v1", "callback token of the newer form: ver and its claims beside the context",
                t8().c("ver", "1.0").c("msexchcallback", "ExCallback.V1").c("scp", "full_access").compact())
                .kind("callback").tenant_is("contoso.com"),
        ]),
        group("Exchange, for tokens of Entra", entra(), entra_keys(), vec![
            good("kind-t9-user", "access token of version 1.0 for a user", t9_user().compact())
                .kind("entra-v1").actor(CLIENT).tenant()
                .user(&[("oid", "7d8e9fa0-1b2c-4d3e-8f50-617283940a1b"), ("upn", USER)])
                .near(&["ENT-01", "ENT-02", "ENT-03", "ENT-04", "ENT-05", "S2S-17", "S2S-32"]),
            good("kind-t9-app", "access token of version 1.0 for an application alone", t9_app().compact())
                .kind("entra-v1").actor(CLIENT).tenant().near(&["ENT-05"]),
            good("kind-t10-user", "access token of version 2.0 for a user, with a GUID as audience and kid alone", t10_user().compact())
                .kind("entra-v2").actor(CLIENT).tenant().user(&[("oid", "7d8e9fa0-1b2c-4d3e-8f50-617283940a1b")])
                .near(&["ENT-01", "ENT-03", "ENT-04", "S2S-10"]),
            good("kind-t10-at-jwt", "the same with typ at+jwt", t10_user().h("typ", "at+jwt").compact())
                .kind("entra-v2").actor(CLIENT).near(&["S2S-21"]),
        ]),
        group("The STS, judging who asks it", sts(), client_keys(), vec![
            good("kind-t1", "request assertion of the organisation's own hybrid application", t1().compact())
                .kind("request-assertion").actor(&at(HYBRID)).tenant().near(&["S2S-18", "S2S-35", "S2S-11"]),
            good("kind-t1-nameid", "the same with nameid, as the product documentation lists it", t1().c("nameid", at(HYBRID)).compact())
                .kind("request-assertion").actor(&at(HYBRID)).tenant(),
        ]),
        group("Exchange, where service tokens are listed", service(), two_keys("*"), vec![
            good("kind-t11-user", "service token that asserts a user", t11_user().compact())
                .kind("service").actor(CLIENT).tenant().near(&["S2S-28", "S2S-34", "S2S-32"]),
            good("kind-t11-app", "service token that asserts an application", t11_app().compact())
                .kind("service").actor(CLIENT).tenant().near(&["S2S-34"]),
            good("kind-t11-outer", "unsigned outer token with a ver marker around an actor token",
                outer().c("ver", "app_asserted_user_v1").c("appid", EXCHANGE).c("scp", "user_impersonation").around(&actor()).compact())
                .kind("service").actor(&at(EXCHANGE)).tenant().near(&["S2S-28", "S2S-34", "S2S-02"]),
        ]),
        group("SharePoint, as the exploit finds it", high_trust(), addin_keys(), vec![
            Vector::new("kind-t12", "proof token as the public exploit writes it", t12().compact())
                .flag("never-valid").flag("J21").flag("J1").kind("proof")
                .hit(&["S2S-02", "S2S-01", "S2S-33", "S2S-09", "S2S-28", "S2S-08"]).on("S2S-33"),
        ]),
    ];
    ("kinds", file_of(groups))
}
