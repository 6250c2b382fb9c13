//! Safe against the network: which hosts are asked, whom a connection trusts, what is followed.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::digest::{SHA256, digest};
use serde_json::json;
use token_core::keys::refresh::{FetchError, KeyState, PlaceError, Refresher, Sources};
use token_core::policy::{FetchSettings, SpkiPin};

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{ACS, SigningKey, metadata};
use crate::{only, settings, start, tried, unhurried, until, until_state, validate, validator};

/// Tries once, and returns why that failed.
async fn failure(settings: FetchSettings, place: &str) -> FetchError {
    let refresher = start(settings, place);
    tried(&refresher).await;
    let status = only(&refresher);
    assert_eq!((status.state, status.keys), (KeyState::Down, 0));
    status.last_error.expect("it did not fail")
}

#[tokio::test]
async fn redirect_followed_within_the_host_alone() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let other =
        Server::listen(Some(authority.leaf("127.0.0.1").server()), Reply::document(metadata([&key]))).await;
    let plain = Server::plain(Reply::document(metadata([&key]))).await;
    let server = Server::start(&authority, Reply::document("")).await;
    let (to_ip, to_http) = (format!("https://127.0.0.1:{}/", other.port()), plain.url("/"));
    let to_port = format!("https://localhost:{}/", other.port());
    let good = metadata([&key]);
    server.script(move |request| match request.path.as_str() {
        "/to-ip" => Reply::Redirect(to_ip.clone()),
        "/to-port" => Reply::Redirect(to_port.clone()),
        "/to-http" => Reply::Redirect(to_http.clone()),
        "/loop" => Reply::Redirect("/loop".to_owned()),
        "/moved" => Reply::Redirect("/here".to_owned()),
        _ => Reply::document(&*good),
    });
    let mut settings = unhurried(&authority);
    // Even a host that may be asked is not one to be redirected to.
    settings.hosts = vec!["127.0.0.1".to_owned()];
    for path in ["/to-ip", "/to-port", "/to-http"] {
        assert_eq!(failure(settings.clone(), &server.url(path)).await, FetchError::Redirect, "{path}");
    }
    assert_eq!((other.count(), plain.count()), (0, 0));
    let before = server.count();
    assert_eq!(failure(settings.clone(), &server.url("/loop")).await, FetchError::Redirect);
    assert!(server.count() - before <= 4, "{} requests", server.count() - before);
    let refresher = start(settings, &server.url("/moved"));
    tried(&refresher).await;
    assert_eq!(only(&refresher).state, KeyState::Fresh);
}

#[tokio::test]
async fn http_refused_unless_the_danger_switch_is_on() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let server = Server::plain(Reply::document(metadata([&key]))).await;
    let mut sources = Sources::new(unhurried(&authority));
    assert_eq!(sources.add(ACS, &server.url("/")).map(|_| ()), Err(PlaceError::NotHttps));
    let mut sources = sources.danger_over_http();
    sources.add(ACS, &server.url("/")).unwrap();
    let refresher = Refresher::start(sources).unwrap();
    tried(&refresher).await;
    assert_eq!((only(&refresher).state, server.count()), (KeyState::Fresh, 1));
}

#[tokio::test]
async fn discovery_followed_to_allowed_hosts_and_for_its_issuer_alone() {
    const ISSUER: &str = "https://localhost/{tenantid}/v2.0";
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let jwks =
        json!({ "keys": [{ "kty": "RSA", "kid": "k", "x5c": [BASE64_STANDARD.encode(&key.certificate)] }] });
    let keys =
        Server::listen(Some(authority.leaf("127.0.0.1").server()), Reply::Tagged(jwks.to_string(), "\"j\""))
            .await;
    let discovery =
        |issuer: &str, uri: &str| Reply::document(json!({ "issuer": issuer, "jwks_uri": uri }).to_string());
    let uri = format!("https://127.0.0.1:{}/keys", keys.port());
    let server = Server::start(&authority, discovery(ISSUER, &uri)).await;
    let start = |settings| {
        let mut sources = Sources::new(settings);
        sources.add(ISSUER, &server.url("/.well-known/openid-configuration")).unwrap();
        Refresher::start(sources).unwrap()
    };

    let refresher = start(unhurried(&authority));
    tried(&refresher).await;
    let host = PlaceError::Host { host: "127.0.0.1".to_owned() };
    assert_eq!(only(&refresher).last_error, Some(FetchError::Place(host)));
    assert_eq!(keys.count(), 0);

    let mut allowed = settings(&authority);
    allowed.hosts = vec!["127.0.0.1".to_owned()];
    let refresher = start(allowed.clone());
    until("a confirmation of the keys behind the discovery document", || {
        only(&refresher).counters.unchanged >= 1
    })
    .await;
    let status = only(&refresher);
    assert_eq!((status.document.as_deref(), status.counters.failures), (Some(&*uri), 0));

    for (reply, expected) in [
        (
            discovery("https://evil.test/{tenantid}/v2.0", &uri),
            "expected a discovery document of https://localhost/",
        ),
        (discovery(ISSUER, &uri.replace("https:", "http:")), "jwks_uri: expected an https URL"),
        (discovery(ISSUER, &uri.replace("//", "//user@")), "jwks_uri: expected a URL without user-info"),
        (discovery(ISSUER, &server.url("/again")), "a discovery document that does not lead to keys"),
    ] {
        server.reply(reply);
        let refresher = start(allowed.clone());
        tried(&refresher).await;
        let error = only(&refresher).last_error.unwrap().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn pinned_public_key_required_beside_a_trusted_chain() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let leaf = authority.leaf("localhost");
    let server = Server::listen(Some(leaf.server()), Reply::document(metadata([&key]))).await;
    let pin = |public_key: &[u8]| {
        let digest = digest(&SHA256, public_key).as_ref().try_into().unwrap();
        BTreeMap::from([("LOCALHOST".to_owned(), vec![SpkiPin::from_bytes(digest)])])
    };
    let mut right = unhurried(&authority);
    right.pins = pin(&leaf.public_key());
    let refresher = start(right.clone(), &server.url("/"));
    tried(&refresher).await;
    assert_eq!(only(&refresher).state, KeyState::Fresh);

    let mut wrong = unhurried(&authority);
    wrong.pins = pin(&authority.leaf("localhost").public_key());
    let error = failure(wrong, &server.url("/")).await.to_string();
    assert!(error.contains("not one that the policy pins"), "{error}");
    assert_eq!(server.count(), 1);

    // The right key with a chain that nobody trusts.
    right.roots = vec![Authority::new().pem_file()];
    let other = Authority::new();
    right.roots = vec![other.pem_file()];
    assert!(matches!(failure(right, &server.url("/")).await, FetchError::Connection { .. }));
}

#[tokio::test]
async fn second_url_asked_where_the_first_one_fails() {
    let authority = Authority::new();
    let (key, other) = (SigningKey::new(0), SigningKey::new(1));
    let first = Server::start(&authority, Reply::Status(500, "")).await;
    let second = Server::start(&authority, Reply::document(metadata([&key]))).await;
    let mut sources = Sources::new(settings(&authority));
    sources.add(ACS, &first.url("/")).unwrap().fail_over_to(&second.url("/")).unwrap();
    let refresher = Refresher::start(sources).unwrap();
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    assert_eq!(validate(&validator, &key.token()), Ok(()));
    assert_eq!(only(&refresher).document, Some(second.url("/")));
    // The first one comes back, and is the one that counts.
    first.reply(Reply::document(metadata([&other])));
    until("the first URL's key", || validate(&validator, &other.token()).is_ok()).await;
    assert!(validate(&validator, &key.token()).is_err());
    first.reply(Reply::Status(500, ""));
    second.reply(Reply::Status(404, ""));
    until_state(&refresher, KeyState::LastKnownGood).await;
    assert_eq!(validate(&validator, &other.token()), Ok(()));
}

#[tokio::test]
async fn federation_metadata_fetched_and_marked_as_unverified() {
    const ISSUER: &str = "https://sts.windows.net/{tenantid}/";
    let authority = Authority::new();
    let certificate = BASE64_STANDARD.encode(SigningKey::new(0).certificate);
    let document = format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}">
        <RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" xsi:type="fed:SecurityTokenServiceType">
        <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
        <X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
        </RoleDescriptor></EntityDescriptor>"#
    );
    let fetch = async |server: &Server| {
        let mut sources = Sources::new(unhurried(&authority)).danger_over_http();
        sources.add(ISSUER, &server.url("/federationmetadata.xml")).unwrap();
        let refresher = Refresher::start(sources).unwrap();
        tried(&refresher).await;
        refresher
    };
    let refresher = fetch(&Server::start(&authority, Reply::document(&*document)).await).await;
    assert_eq!((only(&refresher).state, only(&refresher).unverified), (KeyState::Fresh, true));
    assert!(refresher.keys().of_issuer(ISSUER).all(token_core::keys::Key::is_of_unverified_source));
    // Nothing vouches for it but the connection: without TLS, nothing does.
    let refresher = fetch(&Server::plain(Reply::document(&*document)).await).await;
    assert_eq!(only(&refresher).last_error, Some(FetchError::Unverified));
}
