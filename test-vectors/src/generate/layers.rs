//! S2S-04 to S2S-06, S2S-12 to S2S-15, S2S-31 and S2S-32: who acts, for whom, and what binds the layers.

use serde_json::{Value, json};
use test_vectors::File;

use crate::token::Layer;
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let mut tests = user_claims();
    tests.extend(binding());
    tests.extend(nesting());
    tests.extend(users());
    tests.extend(applications());
    let without_users = {
        let mut policy = exchange("*");
        policy["issuer"][0]["users"] = json!(false);
        policy
    };
    let low_trust_without_users = {
        let mut policy = low_trust();
        policy["issuer"][0]["users"] = json!(false);
        policy
    };
    (
        "layers",
        file_of(vec![
            group("Exchange, with the STS as issuer", exchange("*"), two_keys("*"), tests),
            group(
                "Exchange, where applications act for nobody but themselves",
                without_users,
                two_keys("*"),
                vec![
                    Vector::new("s2s-32-outer", "a user where none may be asserted", t4().compact())
                        .outer()
                        .hit(&["S2S-32"]),
                    Vector::new("s2s-32-bare", "no user, where none may be asserted", t2().compact()),
                ],
            ),
            group(
                "SharePoint, where add-ins act for nobody but themselves",
                low_trust_without_users,
                two_keys("*"),
                vec![
                    Vector::new(
                        "s2s-32-low-trust",
                        "a low-trust token for a user where none may be asserted",
                        t5a().compact(),
                    )
                    .kind("low-trust-user")
                    .hit(&["S2S-32"]),
                ],
            ),
            group("SharePoint, with a high-trust add-in", high_trust(), addin_keys(), sharepoint()),
            group(
                "SharePoint, with an Exchange server trusted directly",
                direct_trust(),
                exchange_keys(&at(EXCHANGE)),
                vec![
                    Vector::new(
                        "s2s-31-server-for-another",
                        "a directly trusted server that names another application",
                        t3_server().c("nameid", at(SKYPE)).compact(),
                    )
                    .kind("self-issued-actor")
                    .hit(&["S2S-31"]),
                    Vector::new(
                    "fact-tenant-of-self-issued",
                    "a tid of another tenant, which nobody judges: the tenant is the realm of the trusted issuer",
                    t3_server().c("tid", OTHER).compact(),
                )
                .kind("self-issued-actor")
                .actor(&at(EXCHANGE))
                .tenant(),
                Vector::new(
                        "s2s-14-server-false",
                        "a server's token with trustedfordelegation \"false\"",
                        t3_server().c("trustedfordelegation", "false").compact(),
                    )
                    .kind("self-issued-actor")
                    .near(&["S2S-14"]),
                ],
            ),
        ]),
    )
}

/// S2S-04.
fn user_claims() -> Vec<Vector> {
    let inside = |claim: &str, value: Value| {
        let comment = format!("an actor token with {claim} {value}");
        let id = format!("s2s-04-{}", claim.replace('_', "-"));
        Vector::new(id, comment, outer().around(&actor().c(claim, value)).compact())
            .outer()
            .flag("J5")
            .hit(&["S2S-04"])
    };
    vec![
        inside("scp", json!("EWS.AccessAsUser.All")),
        inside("upn", json!(USER)),
        inside("unique_name", json!(USER)),
        inside("altsecid", json!("1:live.com:0001")),
        inside("smtp", json!(USER)),
        inside("sip", json!(USER)),
        inside("nii", json!(NII_ENTRA)),
        inside("idtyp", json!("user")),
        Vector::new(
            "s2s-04-empty-scp",
            "an actor token with an empty scp",
            outer().around(&actor().c("scp", "")).compact(),
        )
        .outer()
        .flag("J5")
        .flag("edge")
        .hit(&["S2S-04"]),
        Vector::new(
            "s2s-04-null-upn",
            "an actor token with upn null",
            outer().around(&actor().c("upn", Value::Null)).compact(),
        )
        .outer()
        .flag("J5")
        .flag("edge")
        .hit(&["S2S-17", "S2S-04"])
        .on("S2S-04"),
        Vector::new(
            "s2s-04-null-unique-name",
            "an actor token with unique_name null",
            outer().around(&actor().c("unique_name", Value::Null)).compact(),
        )
        .outer()
        .flag("J5")
        .flag("edge")
        .hit(&["S2S-04"]),
        Vector::new("s2s-04-bare", "a bare actor token with upn", t2().c("upn", USER).compact())
            .flag("J5")
            .hit(&["S2S-04"]),
        Vector::new(
            "s2s-04-entra-user-token",
            "a user's access token of Entra as actor token",
            outer().around(&t9_user()).compact(),
        )
        .outer()
        .flag("J5")
        .invalid(&["S2S-09", "S2S-28", "ENT-04", "S2S-04", "S2S-05", "S2S-06", "S2S-12", "S2S-13"])
        .on("S2S-04"),
        Vector::new(
            "s2s-04-idtyp-app",
            "an actor token with idtyp app",
            outer().around(&actor().c("idtyp", "app")).compact(),
        )
        .outer()
        .near(&["S2S-04"]),
    ]
}

/// S2S-05 and S2S-06.
fn binding() -> Vec<Vector> {
    let upper = |name: &str| at(&name.to_uppercase());
    let other_host = format!("{EXCHANGE}/legacy.contoso.com@{TENANT}");
    vec![
        Vector::new(
            "s2s-05-other-application",
            "an outer issuer that is another application",
            outer().c("iss", at(HYBRID)).around(&actor()).compact(),
        )
        .outer()
        .flag("J8")
        .hit(&["S2S-05"]),
        Vector::new(
            "s2s-05-letter-case",
            "an outer issuer that differs from the actor in letter case alone",
            outer().c("iss", upper(EXCHANGE)).around(&actor()).compact(),
        )
        .outer()
        .flag("J8")
        .flag("edge")
        .hit(&["S2S-05"]),
        Vector::new(
            "s2s-05-actor-issuer",
            "an outer issuer that is the issuer of the actor token instead of its nameid",
            outer().c("iss", at(ACS)).around(&actor()).compact(),
        )
        .outer()
        .flag("J8")
        .hit(&["S2S-05"]),
        Vector::new(
            "s2s-05-host",
            "an outer issuer with a host",
            outer().c("iss", format!("{EXCHANGE}/mail.contoso.com@{TENANT}")).around(&actor()).compact(),
        )
        .outer()
        .flag("J8")
        .hit(&["S2S-05"]),
        Vector::new(
            "s2s-06-other-host",
            "an actor token for another host of the same server",
            outer().around(&actor().c("aud", other_host.clone())).compact(),
        )
        .outer()
        .flag("J7")
        .hit(&["S2S-06"]),
        Vector::new(
            "s2s-06-other-host-outer",
            "an outer token for another host than its actor token",
            outer().c("aud", other_host.clone()).around(&actor()).compact(),
        )
        .outer()
        .flag("J7")
        .hit(&["S2S-06"]),
        Vector::new(
            "s2s-06-other-resource",
            "an actor token for another resource",
            outer().around(&actor().c("aud", sharepoint_aud())).compact(),
        )
        .outer()
        .flag("J7")
        .invalid(&["S2S-08", "S2S-06"])
        .on("S2S-06"),
        Vector::new(
            "s2s-06-same-second-host",
            "both layers for the second host",
            outer().c("aud", other_host.clone()).around(&actor().c("aud", other_host)).compact(),
        )
        .outer()
        .near(&["S2S-06"]),
    ]
}

/// S2S-12 to S2S-14 at Exchange.
fn nesting() -> Vec<Vector> {
    let actor_until = NOW - 600 + 10 * HOUR;
    let inner = || actor().times(NOW - 600, actor_until);
    vec![
        Vector::new(
            "s2s-12-same-end",
            "an outer token that ends with its actor token",
            outer().c("exp", actor_until).around(&inner()).compact(),
        )
        .outer()
        .flag("edge")
        .near(&["S2S-12"]),
        Vector::new(
            "s2s-12-one-second-longer",
            "an outer token that ends a second later",
            outer().c("exp", actor_until + 1).around(&inner()).compact(),
        )
        .outer()
        .flag("edge")
        .reports(&["S2S-12"])
        .on("S2S-12"),
        Vector::new(
            "s2s-12-same-begin",
            "an outer token that begins with its actor token",
            outer().c("nbf", NOW - 600).around(&inner()).compact(),
        )
        .outer()
        .flag("edge")
        .near(&["S2S-12"]),
        Vector::new(
            "s2s-12-one-second-earlier",
            "an outer token that begins a second earlier",
            outer().c("nbf", NOW - 601).around(&inner()).compact(),
        )
        .outer()
        .flag("edge")
        .reports(&["S2S-12"])
        .on("S2S-12"),
        Vector::new(
            "s2s-13-missing",
            "delegation without trustedfordelegation, which Exchange does not ask for",
            outer().around(&t2()).compact(),
        )
        .outer()
        .reports(&["S2S-13"])
        .on("S2S-13"),
        Vector::new(
            "s2s-13-false",
            "delegation with trustedfordelegation \"false\"",
            outer().around(&t2().c("trustedfordelegation", "false")).compact(),
        )
        .outer()
        .reports(&["S2S-13"])
        .on("S2S-13"),
        Vector::new(
            "s2s-13-capital",
            "trustedfordelegation \"True\"",
            outer().around(&t2().c("trustedfordelegation", "True")).compact(),
        )
        .outer()
        .near(&["S2S-13"]),
        Vector::new("s2s-14-bare", "a bare actor token that is trusted for delegation", actor().compact())
            .reports(&["S2S-14"])
            .on("S2S-14"),
        Vector::new(
            "s2s-14-bare-false",
            "a bare actor token with trustedfordelegation \"false\"",
            t2().c("trustedfordelegation", "false").compact(),
        )
        .near(&["S2S-14"]),
    ]
}

/// S2S-15 at Exchange.
fn users() -> Vec<Vector> {
    let nobody = || outer().without("nameid").without("nii");
    let around = |layer: Layer| layer.around(&actor()).compact();
    let fits = |id: &str, comment: &str, nii: &str, nameid: &str| {
        Vector::new(format!("s2s-15-{id}"), comment, around(outer().c("nii", nii).c("nameid", nameid)))
            .outer()
            .near(&["S2S-15"])
    };
    let misfit = |id: &str, comment: &str, nii: &str, nameid: &str| {
        Vector::new(format!("s2s-15-{id}"), comment, around(outer().c("nii", nii).c("nameid", nameid)))
            .outer()
            .hit(&["S2S-15"])
    };
    vec![
        Vector::new("s2s-15-nobody", "an outer token that names nobody", around(nobody()))
            .outer()
            .hit(&["S2S-15"]),
        Vector::new("s2s-15-empty", "an outer token whose nameid is empty", around(outer().c("nameid", "")))
            .outer()
            .hit(&["S2S-15"]),
        Vector::new("s2s-15-only-nii", "a name space without a name", around(outer().without("nameid")))
            .outer()
            .hit(&["S2S-15"]),
        Vector::new("s2s-15-sip", "a user by SIP address alone", around(nobody().c("sip", USER)))
            .outer()
            .user(&[("sip", USER)])
            .near(&["S2S-15"]),
        Vector::new(
            "s2s-15-nameid-upn",
            "no nii: nameid is a user principal name",
            around(nobody().c("nameid", USER)),
        )
        .outer()
        .user(&[("nameid", USER)])
        .near(&["S2S-15"]),
        Vector::new(
            "s2s-15-nameid-no-upn",
            "no nii, and nameid is no user principal name",
            around(nobody().c("nameid", NET_ID)),
        )
        .outer()
        .hit(&["S2S-15"]),
        Vector::new(
            "s2s-15-two-families",
            "nameid and smtp: Exchange searches for both with OR",
            around(outer().c("smtp", "admin@contoso.com")),
        )
        .outer()
        .reports(&["S2S-15"])
        .on("S2S-15"),
        Vector::new(
            "s2s-15-three-families",
            "upn, smtp and sip",
            around(nobody().c("upn", USER).c("smtp", USER).c("sip", USER)),
        )
        .outer()
        .reports(&["S2S-15"])
        .on("S2S-15"),
        fits("sid", "a SID in the name space of Active Directory", NII_AD, SID),
        fits("net-id", "a NetId in the name space of Entra", NII_ENTRA, NET_ID),
        fits(
            "net-id-lower",
            "the name space of Entra in lower case, as SharePoint writes it",
            "urn:federation:microsoftonline",
            "10032001e2cbe43b",
        ),
        fits("net-id-legacy", "a NetId in the legacy name space", "urn:office:idp:orgid", NET_ID),
        fits("saml-provider", "a name of a SAML provider", "urn:office:idp:trusted:adfs", "i:05.t|adfs|user"),
        misfit("sid-for-entra", "a SID in the name space of Entra", NII_ENTRA, SID),
        misfit("net-id-for-ad", "a NetId in the name space of Active Directory", NII_AD, NET_ID),
        misfit("net-id-15", "a NetId of 15 digits", NII_ENTRA, "10032001E2CBE43").flag("edge"),
        misfit("net-id-17", "a NetId of 17 digits", NII_ENTRA, "10032001E2CBE43B0").flag("edge"),
        misfit("net-id-letter", "a NetId with a letter that is no hex digit", NII_ENTRA, "10032001E2CBE43G"),
        misfit("sid-cut", "a SID that ends with a hyphen", NII_AD, "s-1-5-21-"),
        Vector::new(
            "s2s-15-unknown-nii",
            "a name space that is not documented",
            around(outer().c("nii", "urn:example:x").c("nameid", "x")),
        )
        .outer()
        .reports(&["S2S-15"])
        .on("S2S-15"),
    ]
}

/// S2S-31 at Exchange.
fn applications() -> Vec<Vector> {
    vec![
        Vector::new(
            "s2s-31-other",
            "an application that the policy does not list",
            t2().c("nameid", at(SKYPE)).compact(),
        )
        .hit(&["S2S-31"]),
        Vector::new(
            "s2s-31-letter-case",
            "a listed application in capitals",
            t2().c("nameid", at(&EXCHANGE.to_uppercase())).compact(),
        )
        .flag("edge")
        .hit(&["S2S-31"]),
        Vector::new(
            "s2s-31-sts-itself",
            "the STS as acting application",
            t2().c("nameid", at(ACS)).compact(),
        )
        .hit(&["S2S-31"]),
        Vector::new(
            "s2s-31-inside",
            "an application that the policy does not list, inside a bound outer token",
            outer().c("iss", at(SKYPE)).around(&actor().c("nameid", at(SKYPE))).compact(),
        )
        .outer()
        .hit(&["S2S-31"]),
    ]
}

/// S2S-13 and S2S-15 at SharePoint.
fn sharepoint() -> Vec<Vector> {
    let inner = || t3_addin().c("trustedfordelegation", "true");
    vec![
        Vector::new(
            "s2s-13-sharepoint",
            "delegation without trustedfordelegation, which SharePoint asks for",
            outer_addin().around(&t3_addin()).compact(),
        )
        .outer()
        .flag("sharepoint")
        .hit(&["S2S-13"]),
        Vector::new(
            "s2s-13-sharepoint-false",
            "delegation with trustedfordelegation \"false\"",
            outer_addin().around(&t3_addin().c("trustedfordelegation", "false")).compact(),
        )
        .outer()
        .flag("sharepoint")
        .hit(&["S2S-13"]),
        Vector::new(
            "s2s-15-sharepoint-no-nii",
            "a user without nii, which SharePoint asks for",
            outer_addin().without("nii").without("nameid").c("upn", USER).around(&inner()).compact(),
        )
        .outer()
        .flag("sharepoint")
        .hit(&["S2S-15"]),
        Vector::new(
            "s2s-31-addin-other",
            "an add-in that the policy does not list for its issuer",
            outer_addin().c("iss", at(CLIENT)).around(&inner().c("nameid", at(CLIENT))).compact(),
        )
        .outer()
        .hit(&["S2S-31"]),
    ]
}
