//! What a policy changes: relaxations, letter case.

use serde_json::json;
use test_vectors::File;

use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let danger = |name: &str| {
        let mut policy = exchange("*");
        policy["danger"] = json!({ name: true });
        policy
    };
    let lenient = {
        let mut policy = exchange("*");
        policy["letter_case"] = json!("lenient");
        policy
    };
    let bare = || t2().without_h("x5t").without_h("kid");
    (
        "policy",
        file_of(vec![
            group(
                "Exchange, where a token may name no key if there is one alone",
                danger("sole_key_without_id"),
                acs_keys("*", &["acs-current"]),
                vec![
                    Vector::new("danger-sole-key", "no key id, and one key", bare().compact())
                        .flag("danger")
                        .reports(&["S2S-10"])
                        .on("S2S-10"),
                    Vector::new(
                        "danger-sole-key-unknown-id",
                        "an unknown key id is still unknown",
                        bare().h("kid", "x").compact(),
                    )
                    .flag("danger")
                    .hit(&["S2S-10"]),
                    Vector::new(
                        "danger-sole-key-malformed-id",
                        "a malformed thumbprint is not an absent one",
                        bare().h("x5t", "AAAA").compact(),
                    )
                    .flag("danger")
                    .hit(&["S2S-10"]),
                    Vector::new(
                        "danger-sole-key-wrong-signature",
                        "no key id, and a signature of another key",
                        bare().signed_by("attacker").compact(),
                    )
                    .flag("danger")
                    .invalid(&["KEY-02", "S2S-10"])
                    .on("KEY-02"),
                ],
            ),
            group(
                "Exchange, where a token may name no key, with two keys",
                danger("sole_key_without_id"),
                two_keys("*"),
                vec![
                    Vector::new("danger-sole-key-of-two", "no key id, and two keys", bare().compact())
                        .flag("danger")
                        .hit(&["S2S-10"]),
                ],
            ),
            group(
                "Exchange, where the layers may be for different audiences",
                danger("outer_audience_may_differ"),
                two_keys("*"),
                vec![
                    Vector::new(
                        "danger-outer-audience",
                        "an outer token for another host of the same server",
                        outer()
                            .c("aud", format!("{EXCHANGE}/legacy.contoso.com@{TENANT}"))
                            .around(&actor())
                            .compact(),
                    )
                    .outer()
                    .flag("danger")
                    .flag("J7")
                    .reports(&["S2S-06"])
                    .on("S2S-06"),
                    Vector::new(
                        "danger-outer-audience-foreign",
                        "an actor token for another resource is still for another resource",
                        outer().around(&actor().c("aud", sharepoint_aud())).compact(),
                    )
                    .outer()
                    .flag("danger")
                    .flag("J7")
                    .invalid(&["S2S-08", "S2S-06"])
                    .on("S2S-08"),
                ],
            ),
            group(
                "Exchange, where every application may act",
                danger("any_application"),
                two_keys("*"),
                vec![
                    Vector::new(
                        "danger-any-application",
                        "an application that the policy does not list",
                        t2().c("nameid", at(SKYPE)).compact(),
                    )
                    .flag("danger")
                    .near(&["S2S-31"]),
                    Vector::new(
                        "danger-any-application-none",
                        "no application is not any",
                        t2().without("nameid").compact(),
                    )
                    .flag("danger")
                    .invalid(&["S2S-18", "S2S-31"])
                    .on("S2S-31"),
                ],
            ),
            group(
                "Exchange, where letter case is ignored",
                lenient,
                two_keys("*"),
                vec![
                    Vector::new(
                        "lenient-outer-issuer",
                        "an outer issuer that differs in letter case alone",
                        outer().c("iss", at(&EXCHANGE.to_uppercase())).around(&actor()).compact(),
                    )
                    .outer()
                    .flag("lenient-case")
                    .flag("J8")
                    .reports(&["S2S-05"])
                    .on("S2S-05"),
                    Vector::new(
                        "lenient-audience-application",
                        "the own application id in capitals",
                        t2().c("aud", format!("{}/mail.contoso.com@{TENANT}", EXCHANGE.to_uppercase()))
                            .compact(),
                    )
                    .flag("lenient-case")
                    .reports(&["S2S-08"])
                    .on("S2S-08"),
                    Vector::new(
                        "lenient-application",
                        "a listed application in capitals",
                        t2().c("nameid", at(&EXCHANGE.to_uppercase())).compact(),
                    )
                    .flag("lenient-case")
                    .reports(&["S2S-31"])
                    .on("S2S-31"),
                    Vector::new(
                        "lenient-issuer",
                        "the STS in capitals",
                        t2().c("iss", at(&ACS.to_uppercase())).compact(),
                    )
                    .flag("lenient-case")
                    .reports(&["S2S-09"])
                    .on("S2S-09"),
                    Vector::new(
                        "lenient-realm",
                        "the realm of nameid in capitals",
                        t2().c("nameid", format!("{EXCHANGE}@{}", TENANT.to_uppercase())).compact(),
                    )
                    .flag("lenient-case")
                    .reports(&["S2S-07"])
                    .on("S2S-07"),
                    Vector::new(
                        "lenient-outer-audience",
                        "an outer audience that differs in letter case alone",
                        outer()
                            .c("aud", format!("{}/mail.contoso.com@{TENANT}", EXCHANGE.to_uppercase()))
                            .around(&actor())
                            .compact(),
                    )
                    .outer()
                    .flag("lenient-case")
                    .reports(&["S2S-06", "S2S-08"])
                    .on("S2S-06"),
                    Vector::new(
                        "lenient-other-application",
                        "another application is another in any letter case",
                        outer().c("iss", at(HYBRID)).around(&actor()).compact(),
                    )
                    .outer()
                    .flag("lenient-case")
                    .flag("J8")
                    .hit(&["S2S-05"]),
                ],
            ),
        ]),
    )
}
