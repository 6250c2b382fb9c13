//! Who and what the vectors are about: identifiers, base tokens, policies and key documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use test_vectors::KeySource;

use crate::keys;
use crate::object::Object;
use crate::token::{Layer, Signer, b64};

/// 2025-11-24T16:00:00Z.
pub(crate) const NOW: u64 = 1_764_000_000;
pub(crate) const MINUTE: u64 = 60;
pub(crate) const HOUR: u64 = 60 * MINUTE;

pub(crate) const TENANT: &str = "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
/// Another tenant: the attacker's.
pub(crate) const OTHER: &str = "5de110f8-2e0f-4d45-891d-bcf2218e253d";

pub(crate) const ACS: &str = "00000001-0000-0000-c000-000000000000";
pub(crate) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
pub(crate) const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
pub(crate) const SKYPE: &str = "00000004-0000-0ff1-ce00-000000000000";
/// The organisation's own hybrid application.
pub(crate) const HYBRID: &str = "7f0c2b6e-51d4-4f0e-9a33-0c6d1e5b8a21";
/// An add-in, and the id under which its certificate is registered.
pub(crate) const ADDIN: &str = "c3ab8885-458f-4864-8804-1608145e2ac4";
pub(crate) const ADDIN_ISSUER: &str = "11111111-1111-1111-1111-111111111111";
/// A client of Entra.
pub(crate) const CLIENT: &str = "d3590ed6-52b3-4102-aeff-aad2292ab01c";

pub(crate) const SID: &str = "s-1-5-21-2127521184-1604012920-1887927527-2963467";
pub(crate) const NET_ID: &str = "10032001E2CBE43B";
pub(crate) const NII_AD: &str = "urn:office:idp:activedirectory";
pub(crate) const NII_ENTRA: &str = "urn:federation:MicrosoftOnline";
pub(crate) const USER: &str = "user@contoso.com";

pub(crate) const AMURL: &str = "https://mailhost.contoso.com:443/autodiscover/metadata/json/1";
pub(crate) const ADDIN_URL: &str = "https://mailhost.contoso.com/IdentityTest.html";

/// `name@tenant`.
pub(crate) fn at(name: &str) -> String {
    format!("{name}@{TENANT}")
}

/// The audience of the Exchange server of the vectors.
pub(crate) fn exchange_aud() -> String {
    format!("{EXCHANGE}/mail.contoso.com@{TENANT}")
}

/// The audience of the SharePoint server of the vectors.
pub(crate) fn sharepoint_aud() -> String {
    format!("{SHAREPOINT}/sp.contoso.com@{TENANT}")
}

fn signed(key: &'static str, claims: Object) -> Layer {
    let header = Object::of([("typ", json!("JWT")), ("alg", json!("RS256")), ("x5t", json!(keys::x5t(key)))]);
    Layer { header, claims, signer: Signer::Key(key) }
}

/// T2 in the shape of 2025: numbers, `kid` beside `x5t`.
pub(crate) fn t2() -> Layer {
    let claims = Object::of([
        ("aud", json!(exchange_aud())),
        ("iss", json!(at(ACS))),
        ("iat", json!(NOW - 600)),
        ("nbf", json!(NOW - 600)),
        ("exp", json!(NOW - 600 + 24 * HOUR)),
        ("identityprovider", json!(at(ACS))),
        ("nameid", json!(at(EXCHANGE))),
        ("oid", json!("3b8f1f0c-5f3a-4d0d-8f6e-5f0b1c2d3e4f")),
        ("rh", json!("0.AXXX")),
        ("sub", json!("3b8f1f0c-5f3a-4d0d-8f6e-5f0b1c2d3e4f")),
        ("xms_spcu", json!("true")),
    ]);
    signed("acs-current", claims).h("kid", keys::x5t("acs-current"))
}

/// T2 in the published shape of 2012: strings, `x5t` alone.
pub(crate) fn t2_of_2012() -> Layer {
    let claims = Object::of([
        ("aud", json!(exchange_aud())),
        ("iss", json!(at(ACS))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + HOUR).to_string())),
        ("nameid", json!(at(EXCHANGE))),
        ("identityprovider", json!(at(ACS))),
    ]);
    signed("acs-current", claims)
}

/// T2 for use inside an outer token.
pub(crate) fn actor() -> Layer {
    t2().c("trustedfordelegation", "true")
}

/// T4 without its actor token: a user of Entra, at Exchange.
pub(crate) fn outer() -> Layer {
    let claims = Object::of([
        ("aud", json!(exchange_aud())),
        ("iss", json!(at(EXCHANGE))),
        ("nbf", json!(NOW - 300)),
        ("exp", json!(NOW - 300 + 8 * HOUR)),
        ("nameid", json!(NET_ID)),
        ("nii", json!(NII_ENTRA)),
    ]);
    let header = Object::of([("typ", json!("JWT")), ("alg", json!("none"))]);
    Layer { header, claims, signer: Signer::Bytes(Vec::new()) }
}

/// A whole T4 with the lifetime that the STS gives: a day and five minutes.
pub(crate) fn t4_as_issued() -> Layer {
    outer().around(&actor().times(NOW - 600, NOW - 600 + 86_700))
}

/// A whole T4.
pub(crate) fn t4() -> Layer {
    outer().around(&actor())
}

/// T1: a server asks the STS for a token, as its own hybrid application.
pub(crate) fn t1() -> Layer {
    let claims = Object::of([
        ("aud", json!(format!("{ACS}/accounts.accesscontrol.windows.net@{TENANT}"))),
        ("iss", json!(at(HYBRID))),
        ("nbf", json!((NOW - 60).to_string())),
        ("exp", json!((NOW - 60 + 10 * MINUTE).to_string())),
    ]);
    signed("exchange-auth", claims)
}

/// T3 of a high-trust add-in.
pub(crate) fn t3_addin() -> Layer {
    let claims = Object::of([
        ("aud", json!(sharepoint_aud())),
        ("iss", json!(at(ADDIN_ISSUER))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 12 * HOUR).to_string())),
        ("nameid", json!(at(ADDIN))),
    ]);
    signed("sharepoint-addin", claims)
}

/// T4 of a high-trust add-in, without its actor token.
pub(crate) fn outer_addin() -> Layer {
    let claims = Object::of([
        ("aud", json!(sharepoint_aud())),
        ("iss", json!(at(ADDIN))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 12 * HOUR).to_string())),
        ("nameid", json!(SID)),
        ("nii", json!(NII_AD)),
    ]);
    let header = Object::of([("typ", json!("JWT")), ("alg", json!("none"))]);
    Layer { header, claims, signer: Signer::Bytes(Vec::new()) }
}

/// T3 of an Exchange server that SharePoint trusts directly.
pub(crate) fn t3_server() -> Layer {
    let claims = Object::of([
        ("aud", json!(sharepoint_aud())),
        ("iss", json!(at(EXCHANGE))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 24 * HOUR).to_string())),
        ("nameid", json!(at(EXCHANGE))),
    ]);
    signed("exchange-auth", claims)
}

/// T5a.
pub(crate) fn t5a() -> Layer {
    let claims = Object::of([
        ("aud", json!(sharepoint_aud())),
        ("iss", json!(at(ACS))),
        ("nbf", json!(NOW - 600)),
        ("exp", json!(NOW - 600 + 12 * HOUR)),
        ("nameid", json!("2303000085ff9abc")),
        ("actor", json!(at(ADDIN))),
        ("identityprovider", json!("urn:federation:microsoftonline")),
    ]);
    signed("acs-current", claims)
}

/// T5b.
pub(crate) fn t5b() -> Layer {
    let claims = Object::of([
        ("aud", json!(sharepoint_aud())),
        ("iss", json!(at(ACS))),
        ("nbf", json!(NOW - 600)),
        ("exp", json!(NOW - 600 + 12 * HOUR)),
        ("nameid", json!(at(ADDIN))),
        ("sub", json!("8c0fd7b1-1c9e-4c6a-9d1b-3d5f7a9b1c2e")),
        ("trustedfordelegation", json!("false")),
        ("identityprovider", json!(at(ACS))),
    ]);
    signed("acs-current", claims)
}

/// T6: keyed with the add-in's secret.
pub(crate) fn t6() -> Layer {
    let context = json!({"CacheKey": "VEhJUyBJUyBBIENBQ0hFIEtFWQ==", "SecurityTokenServiceUri":
        format!("https://accounts.accesscontrol.windows.net/{TENANT}/tokens/OAuth/2")});
    let claims = Object::of([
        ("aud", json!(format!("{ADDIN}/addin.contoso.com@{TENANT}"))),
        ("iss", json!(at(ACS))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 12 * HOUR).to_string())),
        ("appctxsender", json!(at(SHAREPOINT))),
        ("appctx", json!(context.to_string())),
        ("refreshtoken", json!("IAAAAFNoYXJlUG9pbnRSZWZyZXNoVG9rZW5Gb3JUZXN0c09ubHkuLi4uLi4")),
        ("isbrowserhostedapp", json!("true")),
    ]);
    let header = Object::of([("typ", json!("JWT")), ("alg", json!("HS256"))]);
    Layer { header, claims, signer: Signer::Secret(b"the add-in's secret".to_vec()) }
}

/// The context of an identity token.
pub(crate) fn identity_context() -> Value {
    json!({"msexchuid": "53e925fa-76ba-45e1-be0f-4ef08b59d389@mailhost.contoso.com",
        "version": "ExIdTok.V1", "amurl": AMURL})
}

/// T7 with its context as an object.
pub(crate) fn t7() -> Layer {
    let claims = Object::of([
        ("aud", json!(ADDIN_URL)),
        ("iss", json!(format!("{EXCHANGE}@mailhost.contoso.com"))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 8 * HOUR).to_string())),
        ("appctxsender", json!(format!("{EXCHANGE}@mailhost.contoso.com"))),
        ("isbrowserhostedapp", json!("true")),
        ("appctx", identity_context()),
    ]);
    signed("exchange-auth", claims)
}

/// T8: a callback token for an add-in.
pub(crate) fn t8() -> Layer {
    let context = json!({"smtp": USER, "scope": "ParentItemId:AAMkADc1", "msexchcallback": "MsExtension.V1",
        "msexchprot": "ews"});
    let claims = Object::of([
        ("aud", json!(format!("{EXCHANGE}/mail.contoso.com@contoso.com"))),
        ("iss", json!(format!("{EXCHANGE}@contoso.com"))),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + 8 * HOUR).to_string())),
        ("nameid", json!(format!("{ADDIN}@contoso.com"))),
        ("appctxsender", json!(format!("{EXCHANGE}@contoso.com"))),
        ("isbrowserhostedapp", json!("True")),
        ("appctx", json!(context.to_string())),
    ]);
    signed("exchange-auth", claims)
}

/// T9 for a user.
pub(crate) fn t9_user() -> Layer {
    let claims = Object::of([
        ("aud", json!("https://mail.contoso.com/")),
        ("iss", json!(format!("https://sts.windows.net/{TENANT}/"))),
        ("iat", json!(NOW - 300)),
        ("nbf", json!(NOW - 300)),
        ("exp", json!(NOW - 300 + 5400)),
        ("acct", json!(0)),
        ("aio", json!("ASQA2/8TAAAA")),
        ("amr", json!(["pwd", "mfa"])),
        ("appid", json!(CLIENT)),
        ("appidacr", json!("0")),
        ("ipaddr", json!("203.0.113.5")),
        ("name", json!("J\u{f6}rg Example")),
        ("oid", json!("7d8e9fa0-1b2c-4d3e-8f50-617283940a1b")),
        ("scp", json!("EWS.AccessAsUser.All")),
        ("sub", json!("kq0vK6oYpG9q7Xn0xqk3p3bH5Jx")),
        ("tid", json!(TENANT)),
        ("upn", json!(USER)),
        ("uti", json!("u7ZkQbE5nEKQ")),
        ("ver", json!("1.0")),
        ("xms_idrel", json!("1 2")),
        ("xms_st", json!({"sub": "x"})),
    ]);
    signed("entra", claims).h("kid", keys::x5t("entra"))
}

/// T9 for an application.
pub(crate) fn t9_app() -> Layer {
    let layer = t9_user().c("appidacr", "2").c("idtyp", "app").c("roles", json!(["full_access_as_app"]));
    ["scp", "upn", "name", "ipaddr", "amr", "acct"].into_iter().fold(layer, Layer::without)
}

/// T10 for a user: `kid` alone.
pub(crate) fn t10_user() -> Layer {
    let layer = t9_user()
        .c("aud", EXCHANGE)
        .c("iss", format!("https://login.microsoftonline.com/{TENANT}/v2.0"))
        .c("ver", "2.0")
        .c("azp", CLIENT)
        .c("azpacr", "0");
    ["appid", "appidacr", "upn", "amr", "acct"].into_iter().fold(layer, Layer::without).without_h("x5t")
}

/// T11 for a user, signed.
pub(crate) fn t11_user() -> Layer {
    let layer = t2().c("ver", "app_asserted_user_v1").c("appid", CLIENT).c("scp", "user_impersonation");
    layer.c("tid", TENANT).without("nameid")
}

/// T11 for an application, signed.
pub(crate) fn t11_app() -> Layer {
    let layer =
        t2().c("ver", "service_asserted_app_v1").c("appid", CLIENT).c("roles", json!(["Sites.Read.All"]));
    layer.c("tid", TENANT).without("nameid")
}

/// T12 as the public exploit writes it.
pub(crate) fn t12() -> Layer {
    let claims = Object::of([
        ("aud", json!(at(SHAREPOINT))),
        ("iss", json!(SHAREPOINT)),
        ("nbf", json!((NOW - 600).to_string())),
        ("exp", json!((NOW - 600 + HOUR).to_string())),
        ("ver", json!("hashedprooftoken")),
        ("nameid", json!(at(SHAREPOINT))),
        ("nii", json!(SHAREPOINT)),
        ("endpointurl", json!("qqlAJmTxpB9A67xSyZk+tmrrNmYClY/fqig7ceZNsSM=")),
        ("endpointurlLength", json!("1")),
        ("isloopback", json!("true")),
        ("isuser", json!("true")),
    ]);
    let header = Object::of([("alg", json!("none"))]);
    // "AAA", as the exploit has it: two zero bytes.
    Layer { header, claims, signer: Signer::Bytes(vec![0, 0]) }
}

// Policies.

/// Exchange, with the STS as issuer: `realm` is `*`, or the tenant.
pub(crate) fn exchange(realm: &str) -> Value {
    json!({
        "audience": {"application": EXCHANGE, "hosts": ["mail.contoso.com", "legacy.contoso.com"], "realms": [TENANT]},
        "issuer": [{"id": format!("{ACS}@{realm}"), "kinds": ["sts-actor"], "applications": [EXCHANGE, HYBRID],
            "users": true}],
    })
}

/// SharePoint with a high-trust add-in.
pub(crate) fn high_trust() -> Value {
    json!({
        "profile": "sharepoint",
        "audience": {"application": SHAREPOINT, "hosts": ["sp.contoso.com"], "realms": [TENANT]},
        "issuer": [{"id": at(ADDIN_ISSUER), "kinds": ["self-issued-actor"], "applications": [ADDIN], "users": true}],
    })
}

/// SharePoint with an Exchange server that it trusts directly.
pub(crate) fn direct_trust() -> Value {
    json!({
        "audience": {"application": SHAREPOINT, "hosts": ["sp.contoso.com"], "realms": [TENANT]},
        "issuer": [{"id": at(EXCHANGE), "kinds": ["self-issued-actor"]}],
    })
}

/// SharePoint with add-ins for which the STS vouches.
pub(crate) fn low_trust() -> Value {
    json!({
        "audience": {"application": SHAREPOINT, "hosts": ["sp.contoso.com"], "realms": [TENANT]},
        "issuer": [{"id": format!("{ACS}@*"), "kinds": ["low-trust-user", "low-trust-app"], "applications": [ADDIN],
            "users": true}],
    })
}

/// The STS itself.
pub(crate) fn sts() -> Value {
    json!({
        "audience": {"application": ACS, "hosts": ["accounts.accesscontrol.windows.net"], "realms": [TENANT]},
        "issuer": [
            {"id": at(HYBRID), "kinds": ["request-assertion"]},
            {"id": at(EXCHANGE), "kinds": ["request-assertion"]},
        ],
    })
}

/// An Outlook add-in.
pub(crate) fn add_in() -> Value {
    json!({
        "audience": {"urls": [ADDIN_URL]},
        "issuer": [{"id": "https://mailhost.contoso.com/autodiscover/metadata/json/1", "kinds": ["identity"]}],
    })
}

/// Exchange, for its own callback tokens.
pub(crate) fn callback() -> Value {
    json!({
        "audience": {"application": EXCHANGE, "hosts": ["mail.contoso.com"], "realms": ["contoso.com"]},
        "issuer": [{"id": format!("{EXCHANGE}@contoso.com"), "kinds": ["callback"]}],
    })
}

pub(crate) const STS_WINDOWS_NET: &str = "https://sts.windows.net/{tenantid}/";
pub(crate) const LOGIN_V2: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

/// Exchange, for the tokens of Entra.
pub(crate) fn entra() -> Value {
    json!({
        "audience": {"application": EXCHANGE, "urls": ["https://mail.contoso.com/"], "realms": [TENANT]},
        "issuer": [
            {"id": STS_WINDOWS_NET, "kinds": ["entra-v1"], "applications": [CLIENT], "users": true},
            {"id": LOGIN_V2, "kinds": ["entra-v2"], "applications": [CLIENT], "users": true},
        ],
    })
}

/// Exchange, where service tokens are listed.
pub(crate) fn service() -> Value {
    let mut policy = exchange("*");
    policy["issuer"][0]["kinds"] = json!(["sts-actor", "service"]);
    policy["issuer"][0]["applications"] = json!([EXCHANGE, CLIENT]);
    policy
}

// Key documents.

/// One entry of metadata/json/1.
pub(crate) fn metadata_entry(key: &str) -> Value {
    json!({"usage": "signing", "keyinfo": {"x5t": keys::x5t(key)},
        "keyvalue": {"type": "x509Certificate", "value": STANDARD.encode(keys::certificate(key))}})
}

/// A metadata/json/1 document of these entries.
pub(crate) fn metadata_of(name: &str, application: &str, entries: &[Value]) -> Value {
    json!({
        "id": "_70b34511-d105-4e2b-9675-39f53305bb01", "version": "1.0", "name": name, "realm": "*",
        "serviceName": application, "issuer": format!("{application}@*"),
        "allowedAudiences": [format!("{application}@*")], "keys": entries,
        "endpoints": [{"location": format!("https://accounts.accesscontrol.windows.net/{TENANT}/tokens/OAuth/2"),
            "protocol": "OAuth2", "usage": "issuance"}],
    })
}

pub(crate) fn metadata(name: &str, application: &str, keys: &[&str]) -> String {
    let entries: Vec<_> = keys.iter().map(|key| metadata_entry(key)).collect();
    metadata_of(name, application, &entries).to_string()
}

pub(crate) fn source(issuer: &str, source: &str, document: impl Into<String>) -> KeySource {
    KeySource {
        issuer: issuer.to_owned(),
        source: source.to_owned(),
        document: Some(document.into()),
        document_base64: None,
    }
}

/// The metadata of the STS for an issuer that the policy spells with this realm.
pub(crate) fn acs_keys(realm: &str, keys: &[&str]) -> Vec<KeySource> {
    vec![source(&format!("{ACS}@{realm}"), "acs-metadata.json", metadata("ACS", ACS, keys))]
}

/// The two keys that the STS of the vectors publishes; the wanted one is the second.
pub(crate) fn two_keys(realm: &str) -> Vec<KeySource> {
    acs_keys(realm, &["acs-previous", "acs-current"])
}

pub(crate) fn addin_keys() -> Vec<KeySource> {
    vec![source(&at(ADDIN_ISSUER), "addin.cer", keys::certificate_pem("sharepoint-addin"))]
}

/// The metadata of an Exchange server, for an issuer of this spelling.
pub(crate) fn exchange_keys(issuer: &str) -> Vec<KeySource> {
    let document = metadata("Exchange", EXCHANGE, &["acs-previous", "exchange-auth"]);
    vec![source(issuer, "exchange-metadata.json", document)]
}

/// The keys of whoever asks the STS: a certificate, as the service principal has it.
pub(crate) fn client_keys() -> Vec<KeySource> {
    let certificate = keys::certificate_pem("exchange-auth");
    vec![source(&at(HYBRID), "hybrid.cer", certificate), source(&at(EXCHANGE), "exchange.cer", certificate)]
}

/// A JWK with certificate, modulus and exponent.
pub(crate) fn jwk(key: &str) -> Value {
    let (modulus, exponent) = keys::components(key);
    json!({"kty": "RSA", "use": "sig", "kid": keys::x5t(key), "x5t": keys::x5t(key), "n": b64(&modulus),
        "e": b64(&exponent), "x5c": [STANDARD.encode(keys::certificate(key))]})
}

pub(crate) fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// Entra's keys, the same for both versions, and in version 2.0 each with its issuer.
pub(crate) fn entra_keys() -> Vec<KeySource> {
    let mut v2 = jwk("entra");
    v2["issuer"] = json!(LOGIN_V2);
    vec![
        source(STS_WINDOWS_NET, "entra-v1-keys.json", jwks(&[jwk("acs-previous"), jwk("entra")])),
        source(LOGIN_V2, "entra-v2-keys.json", jwks(&[v2])),
    ]
}
