//! S2S-28 and S2S-33 to S2S-35: kinds, proof tokens, ver markers, the shared principal.

use serde_json::json;
use test_vectors::File;

use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    (
        "marker",
        file_of(vec![
            group(
                "Exchange, with the STS as issuer of actor tokens",
                exchange("*"),
                two_keys("*"),
                exchange_tests(),
            ),
            group("Exchange, where service tokens are listed", service(), two_keys("*"), service_tests()),
            group(
                "SharePoint, with the STS as issuer of actor tokens alone",
                {
                    let mut policy = low_trust();
                    policy["issuer"][0]["kinds"] = json!(["sts-actor"]);
                    policy
                },
                two_keys("*"),
                vec![
                    Vector::new(
                        "s2s-28-low-trust-app",
                        "a low-trust token where only actor tokens are listed",
                        t5b().compact(),
                    )
                    .kind("low-trust-app")
                    .hit(&["S2S-28"]),
                    Vector::new(
                        "s2s-28-low-trust-user",
                        "a low-trust token for a user where only actor tokens are listed",
                        t5a().compact(),
                    )
                    .kind("low-trust-user")
                    .hit(&["S2S-28"]),
                ],
            ),
            group(
                "The STS",
                sts(),
                client_keys(),
                vec![
                    Vector::new(
                        "s2s-35-shared-principal",
                        "a request assertion of the principal that all Exchange servers share",
                        t1().c("iss", at(EXCHANGE)).compact(),
                    )
                    .kind("request-assertion")
                    .actor(&at(EXCHANGE))
                    .flag("J4")
                    .reports(&["S2S-35"])
                    .on("S2S-35"),
                    Vector::new(
                        "s2s-35-shared-principal-roadtools",
                        "the same as a public research tool writes it: padded thumbprint, iat, five minutes",
                        t1().c("iss", at(EXCHANGE))
                            .text_times(NOW - 10, NOW + 290)
                            .c("iat", (NOW - 10).to_string())
                            .h("x5t", format!("{}=", crate::keys::x5t("exchange-auth")))
                            .compact(),
                    )
                    .kind("request-assertion")
                    .flag("J4")
                    .reports(&["S2S-35", "S2S-37"])
                    .on("S2S-35")
                    .on("S2S-37"),
                ],
            ),
        ]),
    )
}

fn exchange_tests() -> Vec<Vector> {
    let ver = |id: &str, comment: &str, ver: &str| {
        Vector::new(format!("s2s-34-outer-{id}"), comment, outer().c("ver", ver).around(&actor()).compact())
            .outer()
            .hit(&["S2S-34"])
    };
    let proof = |id: &str, comment: &str, claim: &str, value: serde_json::Value| {
        Vector::new(
            format!("s2s-33-{id}"),
            comment,
            t2().c(claim, value).times(NOW - 600, NOW + 3600).compact(),
        )
        .kind("proof")
        .flag("J21")
        .hit(&["S2S-33", "S2S-28"])
    };
    vec![
        Vector::new("s2s-28-service", "a service token where none is listed", t11_user().compact())
            .kind("service")
            .invalid(&["S2S-28", "S2S-31"])
            .on("S2S-28"),
        Vector::new(
            "s2s-28-service-outer",
            "an outer token with a ver marker where service tokens are not listed",
            outer()
                .c("ver", "app_asserted_user_v1")
                .c("appid", EXCHANGE)
                .c("scp", "user_impersonation")
                .around(&actor())
                .compact(),
        )
        .kind("service")
        .flag("J22")
        .hit(&["S2S-28"]),
        proof(
            "endpointurl",
            "a signed token with endpointurl",
            "endpointurl",
            json!("qqlAJmTxpB9A67xSyZk+tmrrNmYClY/fqig7ceZNsSM="),
        ),
        proof("endpointurl-length", "a signed token with endpointurlLength", "endpointurlLength", json!("1")),
        proof("isloopback", "a signed token with isloopback", "isloopback", json!(true)),
        proof("ver", "a signed token with ver hashedprooftoken", "ver", json!("hashedprooftoken")),
        proof("ver-mixed", "a signed token with ver HashedProofToken", "ver", json!("HashedProofToken")),
        Vector::new(
            "s2s-33-outer",
            "a proof token around an actor token",
            outer().c("isloopback", "true").around(&actor()).compact(),
        )
        .kind("proof")
        .flag("J21")
        .hit(&["S2S-33", "S2S-28"]),
        Vector::new(
            "s2s-33-other-claim",
            "a claim whose name only contains the mark",
            t2().c("xms_endpointurl", "x").compact(),
        )
        .near(&["S2S-33"]),
        ver("unknown", "an outer token with an unknown ver", "app_asserted_user_v2"),
        ver("empty", "an outer token with an empty ver", ""),
        ver("letter-case", "an outer token with a marker in capitals", "APP_ASSERTED_USER_V1").flag("J22"),
        ver(
            "self-issued",
            "an outer token with the marker of Exchange's own tokens",
            "MSExchange.SelfIssued.V1",
        ),
        Vector::new("s2s-34-actor-ver", "an actor token with a ver", t2().c("ver", "x").compact())
            .hit(&["S2S-34"]),
    ]
}

fn service_tests() -> Vec<Vector> {
    let roles = json!(["Sites.Read.All"]);
    let service = |id: &str, comment: &str, token: String| {
        Vector::new(format!("s2s-34-{id}"), comment, token).kind("service").flag("J22").hit(&["S2S-34"])
    };
    vec![
        service(
            "user-with-roles",
            "app_asserted_user_v1 with scp and roles",
            t11_user().c("roles", roles.clone()).compact(),
        ),
        service(
            "user-roles-only",
            "app_asserted_user_v1 with roles and no scp",
            t11_user().without("scp").c("roles", roles.clone()).compact(),
        ),
        service(
            "user-empty-scp",
            "app_asserted_user_v1 with an empty scp",
            t11_user().c("scp", "").compact(),
        ),
        service("user-nothing", "app_asserted_user_v1 with neither", t11_user().without("scp").compact()),
        service(
            "app-with-scp",
            "service_asserted_app_v1 with roles and scp",
            t11_app().c("scp", "user_impersonation").compact(),
        ),
        service(
            "app-scp-only",
            "service_asserted_app_v1 with scp and no roles",
            t11_app().without("roles").c("scp", "user_impersonation").compact(),
        ),
        service(
            "app-empty-roles",
            "service_asserted_app_v1 with an empty list of roles",
            t11_app().c("roles", json!([])).compact(),
        ),
        service(
            "app-empty-scp",
            "service_asserted_app_v1 with roles and an empty scp",
            t11_app().c("scp", "").compact(),
        ),
        Vector::new(
            "s2s-34-outer-with-roles",
            "an unsigned outer token with app_asserted_user_v1, scp and roles",
            outer()
                .c("ver", "app_asserted_user_v1")
                .c("appid", EXCHANGE)
                .c("scp", "x")
                .c("roles", roles)
                .around(&actor())
                .compact(),
        )
        .kind("service")
        .flag("J22")
        .hit(&["S2S-34"]),
        Vector::new(
            "s2s-18-service-no-appid",
            "a service token without appid",
            t11_user().without("appid").compact(),
        )
        .kind("service")
        .hit(&["S2S-18", "S2S-31"]),
        Vector::new(
            "s2s-27-service-text",
            "a service token with times as strings",
            t11_user().c("exp", (NOW + 3600).to_string()).compact(),
        )
        .kind("service")
        .flag("J19")
        .hit(&["S2S-27"]),
        Vector::new(
            "s2s-02-service-unsigned",
            "an unsigned token with a ver marker and no actor token",
            t11_user().h("alg", "none").without_h("x5t").without_h("kid").unsigned().compact(),
        )
        .kind("service")
        .flag("J1")
        .unsigned(&["S2S-02", "S2S-01", "S2S-10"])
        .on("S2S-02"),
    ]
}
