//! Starting: without keys, with those of an earlier run, from files; and ending.

use std::time::Duration;

use token_core::keys::refresh::{FetchError, KeyState, Refresher, Sources, StartError};
use token_core::keys::{KeySetBuilder, KeySource, Snapshot};
use token_core::{Budget, RuleId, Verdict};

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{ACS, SigningKey, metadata};
use crate::{ms, only, settings, start, tried, unhurried, until, until_state, validate, validator};

#[tokio::test]
async fn start_before_the_first_success_answers_indeterminate() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let server = Server::start(&authority, Reply::Status(500, "")).await;
    let refresher = start(settings(&authority), &server.url("/"));
    let validator = validator(refresher.clone());
    let rejection = validate(&validator, &key.token()).unwrap_err();
    assert_eq!((rejection.rule(), rejection.verdict()), (RuleId::Key01, Verdict::Indeterminate));
    assert_eq!(only(&refresher).state, KeyState::Down);
    tried(&refresher).await;
    assert_eq!(only(&refresher).state, KeyState::Down);
    server.reply(Reply::document(metadata([&key])));
    until("acceptance", || validate(&validator, &key.token()).is_ok()).await;
}

#[tokio::test]
async fn warm_start_from_a_snapshot_with_the_server_down() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let mut server = Server::start(&authority, Reply::document(metadata([&key]))).await;
    let url = server.url("/metadata/json/1");
    let mut settings = settings(&authority);
    settings.snapshot = Some(authority.file("keys.json"));
    let first = start(settings.clone(), &url);
    tried(&first).await;
    let path = authority.file("keys.json");
    until("the snapshot", || std::fs::exists(&path).unwrap()).await;
    drop(first);
    server.stop().await;

    let bytes = std::fs::read(&path).unwrap();
    let snapshot = Snapshot::parse(&bytes, &Budget::DEFAULT).unwrap();
    assert_eq!(snapshot.documents[0].url, url);
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    snapshot.add_to(&mut builder);
    assert_eq!(validate(&validator(builder.build().keys), &key.token()), Ok(()));

    let second = start(settings.clone(), &url);
    // At once: nothing was awaited in between.
    assert_eq!(only(&second).state, KeyState::Stale);
    assert_eq!(validate(&validator(second.clone()), &key.token()), Ok(()));
    tried(&second).await;
    assert_eq!(only(&second).state, KeyState::LastKnownGood);
    assert_eq!(validate(&validator(second.clone()), &key.token()), Ok(()));
    server.resume().await;
    until_state(&second, KeyState::Fresh).await;
    // The same document is no change: what was derived from the keys still holds.
    assert_eq!((only(&second).counters.documents, only(&second).counters.unchanged), (0, 1));
    drop(second);

    // Of a source that is not configured any more, or past its bound, nothing is used.
    let other = start(settings.clone(), &server.url("/elsewhere"));
    assert_eq!(only(&other).state, KeyState::Down);
    drop(other);
    settings.keep_for = Duration::from_secs(1);
    tokio::time::sleep(ms(1100)).await;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(only(&start(settings.clone(), &url)).state, KeyState::Down);
    // A damaged file keeps nobody from starting.
    settings.keep_for = Duration::from_secs(60);
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(only(&start(settings, &url)).state, KeyState::Down);
}

#[tokio::test]
async fn not_modified_confirms_the_document_without_a_new_generation() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let server = Server::start(&authority, Reply::Tagged(metadata([&old]), "\"one\"")).await;
    let refresher = start(settings(&authority), &server.url("/"));
    tried(&refresher).await;
    let generation = refresher.current().generation();
    let first = only(&refresher);
    until("confirmations", || only(&refresher).counters.unchanged >= 2).await;
    let later = only(&refresher);
    assert_eq!((later.state, later.counters.documents), (KeyState::Fresh, 1));
    assert_eq!((refresher.current().generation(), later.sha256), (generation, first.sha256));
    let asked =
        |request: &crate::server::Request| request.headers.iter().any(|(name, _)| name == "if-none-match");
    let requests = server.requests();
    assert!(!asked(&requests[0]) && requests[1..].iter().all(asked));

    server.reply(Reply::Tagged(metadata([&new]), "\"two\""));
    let validator = validator(refresher.clone());
    until("the new key", || validate(&validator, &new.token()).is_ok()).await;
    assert_eq!(validate(&validator, &old.token()).unwrap_err().rule(), RuleId::S2s10);
    assert_ne!(refresher.current().generation(), generation);
}

#[tokio::test]
async fn last_modified_sent_back() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let date = "Sun, 22 Nov 2026 14:48:00 GMT";
    let body = metadata([&key]);
    let server = Server::start(&authority, Reply::document("")).await;
    server.script(move |request| {
        let known = request.headers.iter().any(|(name, value)| name == "if-modified-since" && value == date);
        match known {
            true => Reply::Status(304, ""),
            false => Reply::Document(body.clone(), vec![("Last-Modified", date.to_owned())]),
        }
    });
    let refresher = start(settings(&authority), &server.url("/"));
    until("a confirmation", || only(&refresher).counters.unchanged >= 1).await;
    assert_eq!(only(&refresher).counters.failures, 0);
}

#[tokio::test]
async fn cache_control_honoured_within_bounds() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let with = |value: &str| Reply::Document(metadata([&key]), vec![("Cache-Control", value.to_owned())]);
    let server = Server::start(&authority, with("max-age=1000, private")).await;
    let mut settings = settings(&authority);
    settings.min_fresh = Duration::from_secs(500);
    settings.max_fresh = Duration::from_secs(2000);
    settings.keep_for = Duration::from_secs(4000);
    for (said, bounds) in
        [("max-age=1000", 749..=900), ("no-store", 374..=450), ("max-age=9999", 1499..=1800)]
    {
        server.reply(with(said));
        let refresher = start(settings.clone(), &server.url("/"));
        tried(&refresher).await;
        let status = only(&refresher);
        let pause = status.due.as_secs() - status.confirmed.unwrap().as_secs();
        assert!(bounds.contains(&pause), "{said}: {pause} s");
    }
}

#[tokio::test]
async fn file_read_again_and_a_removed_one_kept_for_a_while() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let path = authority.file("acs.json");
    std::fs::write(&path, metadata([&old])).unwrap();
    let mut settings = settings(&authority);
    // No network: roots are not even read.
    settings.roots = vec!["/nowhere/ca.pem".to_owned()];
    let refresher = start(settings, &path);
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    assert_eq!(validate(&validator, &old.token()), Ok(()));
    std::fs::write(&path, metadata([&new])).unwrap();
    until("the new key", || validate(&validator, &new.token()).is_ok()).await;
    assert!(validate(&validator, &old.token()).is_err());
    std::fs::remove_file(&path).unwrap();
    until_state(&refresher, KeyState::LastKnownGood).await;
    assert_eq!(only(&refresher).last_error, Some(FetchError::File { kind: std::io::ErrorKind::NotFound }));
    assert_eq!(validate(&validator, &new.token()), Ok(()));
}

#[test]
fn runtime_that_ends_gives_the_keys_up() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
    let key = SigningKey::new(0);
    let (refresher, _server, _authority) = runtime.block_on(async {
        let authority = Authority::new();
        let server = Server::start(&authority, Reply::document(metadata([&key]))).await;
        let refresher = start(unhurried(&authority), &server.url("/"));
        tried(&refresher).await;
        (refresher, server, authority)
    });
    let validator = validator(refresher.clone());
    assert_eq!(validate(&validator, &key.token()), Ok(()));
    drop(runtime);
    let rejection = validate(&validator, &key.token()).unwrap_err();
    assert_eq!(rejection.rule(), RuleId::Key01);
    assert_eq!(only(&refresher).last_error, Some(FetchError::Ended));
}

#[test]
fn start_without_runtime_or_with_unusable_settings_refused() {
    let authority = Authority::new();
    let sources = |settings| {
        let mut sources = Sources::new(settings);
        sources.add(ACS, "https://localhost/").unwrap();
        sources
    };
    let start = |settings| Refresher::start(sources(settings)).map(|_| ()).unwrap_err();
    assert_eq!(start(unhurried(&authority)), StartError::NoRuntime);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let mut settings = unhurried(&authority);
    settings.roots = vec![authority.file("none.pem")];
    assert!(matches!(start(settings), StartError::Roots { .. }));
    let mut settings = unhurried(&authority);
    settings.keep_for = Duration::ZERO;
    assert!(matches!(start(settings), StartError::Settings(_)));
}
