//! What identity providers do to their clients: the good set stays until its bound, then nothing is accepted.

use std::time::{Duration, Instant};

use token_core::keys::refresh::{FetchError, KeyState};
use token_core::{RuleId, Verdict};

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{SigningKey, metadata};
use crate::{ms, only, settings, start, tried, until, until_state, validate, validator};

const MEGABYTE: usize = 1024 * 1024;

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

/// A way to fail: its name, what the server does, and whether an error is what is said of it.
type Failure = (&'static str, Reply, fn(&FetchError) -> bool);

fn failures(good: &str) -> Vec<Failure> {
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", good.len(), &good[..good.len() / 2]);
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{good}");
    let duplicate = good.replacen("\"realm\"", "\"version\":\"1\",\"realm\"", 1);
    assert_ne!(duplicate, good);
    vec![
        ("500", Reply::Status(500, "internal"), |e| matches!(e, FetchError::Status { status: 500, .. })),
        ("503", Reply::Status(503, "busy"), |e| matches!(e, FetchError::Status { status: 503, .. })),
        ("404", Reply::Status(404, "gone"), |e| matches!(e, FetchError::Status { status: 404, .. })),
        ("204", Reply::Status(204, ""), |e| matches!(e, FetchError::Status { status: 204, .. })),
        ("304 unasked", Reply::Status(304, ""), |e| matches!(e, FetchError::Status { status: 304, .. })),
        ("timeout", Reply::Stall(Duration::from_secs(30), good.to_owned()), |e| {
            matches!(e, FetchError::TimedOut { .. })
        }),
        ("garbage", Reply::document("<html>Down for maintenance"), |e| matches!(e, FetchError::Document(_))),
        ("garbage in place of HTTP", raw("SSH-2.0-OpenSSH\r\n\r\n"), |e| {
            matches!(e, FetchError::Broken { .. })
        }),
        ("nothing", raw(""), |e| matches!(e, FetchError::Broken { .. })),
        ("truncated", raw(&cut), |e| matches!(e, FetchError::Broken { .. })),
        ("truncated chunks", raw(&chunked), |e| matches!(e, FetchError::Broken { .. })),
        ("100 MB announced", Reply::Endless { bytes: 100 * MEGABYTE, announced: true }, |e| {
            matches!(e, FetchError::TooLarge { .. })
        }),
        ("100 MB", Reply::Endless { bytes: 100 * MEGABYTE, announced: false }, |e| {
            matches!(e, FetchError::TooLarge { .. })
        }),
        ("large head", Reply::Headers(62), |e| matches!(e, FetchError::HeadTooLarge { .. })),
        ("many header lines", Reply::Headers(500), |e| matches!(e, FetchError::Broken { .. })),
        ("empty body", Reply::document(""), |e| matches!(e, FetchError::Document(_))),
        ("empty key list", Reply::document(metadata([])), |e| matches!(e, FetchError::NoUsableKey { .. })),
        ("duplicate member", Reply::document(duplicate), |e| matches!(e, FetchError::Document(_))),
        ("keys of another issuer", Reply::document(good.replace("00000001-", "00000009-")), |e| {
            matches!(e, FetchError::NoUsableKey { .. })
        }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_of_any_kind_leaves_the_good_set_and_one_retry_ends_it() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let good = metadata([&key]);
    let server = Server::start(&authority, Reply::document(&*good)).await;
    let refresher = start(settings(&authority), &server.url("/"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    let token = key.token();
    for (name, reply, expected) in failures(&good) {
        until_state(&refresher, KeyState::Fresh).await;
        server.reply(reply);
        until_state(&refresher, KeyState::LastKnownGood).await;
        let failures = only(&refresher).counters.failures;
        // A second failure, so that none of them depends on what came before.
        until("another failure", || only(&refresher).counters.failures > failures).await;
        let error = only(&refresher).last_error.unwrap_or_else(|| panic!("{name}: no error"));
        assert!(expected(&error), "{name}: {error:?}");
        assert_eq!(validate(&validator, &token), Ok(()), "{name}");

        // The attempt that is under way may still fail; the next one must succeed.
        server.reply(Reply::document(&*good));
        let attempts = only(&refresher).counters.attempts;
        until("recovery", || only(&refresher).last_error.is_none()).await;
        assert!(only(&refresher).counters.attempts <= attempts + 2, "{name}: not within one retry");
        assert_eq!(validate(&validator, &token), Ok(()), "{name}");
    }
    assert_eq!(only(&refresher).counters.documents, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_of_connection_or_certificate_leaves_the_good_set() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let right = authority.leaf("localhost").server();
    let mut server = Server::listen(Some(right.clone()), Reply::document(metadata([&key]))).await;
    let refresher = start(settings(&authority), &server.url("/"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    let refused = |what: &str| {
        let error = only(&refresher).last_error.unwrap();
        assert!(matches!(error, FetchError::Connection { .. }), "{what}: {error:?}");
        assert_eq!(validate(&validator, &key.token()), Ok(()), "{what}");
        error.to_string()
    };

    server.stop().await;
    until_state(&refresher, KeyState::LastKnownGood).await;
    assert!(refused("port closed").contains("refused"));
    server.resume().await;
    until_state(&refresher, KeyState::Fresh).await;

    server.present(authority.leaf("other.test").server());
    until_state(&refresher, KeyState::LastKnownGood).await;
    let reason = refused("wrong name");
    assert!(reason.contains("not valid for"), "{reason}");
    server.present(right.clone());
    until_state(&refresher, KeyState::Fresh).await;

    server.present(Authority::new().leaf("localhost").server());
    until_state(&refresher, KeyState::LastKnownGood).await;
    let reason = refused("unknown authority");
    assert!(reason.contains("UnknownIssuer") || reason.contains("unknown"), "{reason}");
    server.present(right);
    until_state(&refresher, KeyState::Fresh).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_beyond_the_bound_fails_closed_and_ends() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let good = Reply::document(metadata([&key]));
    let server = Server::start(&authority, good.clone()).await;
    let mut settings = settings(&authority);
    settings.keep_for = ms(1500);
    // Before the first fetch, which confirms the document.
    let begin = Instant::now();
    let refresher = start(settings, &server.url("/"));
    tried(&refresher).await;
    // Stalls: an attempt is always under way when the bound passes.
    server.reply(Reply::Stall(Duration::from_secs(30), String::new()));
    until_state(&refresher, KeyState::LastKnownGood).await;
    let validator = validator(refresher.clone());
    let token = key.token();
    let rejection = std::cell::RefCell::new(None);
    until("the end of the good set", || match validate(&validator, &token) {
        Ok(()) => false,
        Err(reason) => {
            rejection.replace(Some(reason));
            true
        }
    })
    .await;
    let rejection = rejection.into_inner().unwrap();
    assert_eq!((rejection.rule(), rejection.verdict()), (RuleId::Key01, Verdict::Indeterminate));
    // The document was confirmed after `begin`; it must not have been given up earlier than its bound.
    assert!(begin.elapsed() >= ms(1500), "given up after {:?}", begin.elapsed());
    let status = only(&refresher);
    assert_eq!((status.state, status.keys, status.confirmed, status.closes), (KeyState::Down, 0, None, None));

    server.reply(good);
    until("acceptance", || validate(&validator, &token).is_ok()).await;
    // Fresh for a fifth of a second at a time: on a busy machine the next fetch may be due already.
    until_state(&refresher, KeyState::Fresh).await;
}
