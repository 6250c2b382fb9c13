//! A server that does not answer delays no validation; and the one validation that may wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use token_core::keys::refresh::Refresher;
use token_core::{RuleId, Scratch, Validator};

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{NOW, SigningKey, invented, metadata};
use crate::{ms, only, policy, start, tried, unhurried, until, validate, validator};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetch_that_hangs_delays_no_validation() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let good = metadata([&key]);
    let server = Server::start(&authority, Reply::document(&*good)).await;
    let mut settings = unhurried(&authority);
    settings.timeout = Duration::from_secs(60);
    let refresher = start(settings, &server.url("/"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    server.reply(Reply::Stall(Duration::from_secs(30), good));
    assert!(validate(&validator, &invented(1)).is_err());
    until("the request that is not answered", || server.count() == 2).await;

    let (begin, token) = (Instant::now(), key.token());
    let (mut accepted, mut longest) = (0, Duration::ZERO);
    while begin.elapsed() < ms(500) {
        let one = Instant::now();
        assert_eq!(validate(&validator, &token), Ok(()));
        assert_eq!(validate(&validator, &invented(2)).unwrap_err().rule(), RuleId::S2s10);
        (accepted, longest) = (accepted + 1, longest.max(one.elapsed()));
    }
    // The same request is still not answered.
    let counters = only(&refresher).counters;
    assert_eq!((counters.attempts, counters.documents, counters.failures), (2, 1, 0));
    assert!(accepted > 100, "{accepted} validations");
    assert!(longest < ms(400), "one validation took {longest:?}");
}

fn waiting(authority: &Authority, server: &Server, wait: Duration) -> (Refresher, Arc<Validator<Refresher>>) {
    let mut settings = unhurried(authority);
    settings.wait = wait;
    let refresher = start(settings.clone(), &server.url("/"));
    (refresher.clone(), Arc::new(Validator::new(policy(settings), refresher)))
}

async fn validate_async(validator: Arc<Validator<Refresher>>, token: String) -> Result<(), RuleId> {
    // As a server does it: the future moves between threads.
    let validation = tokio::spawn(async move {
        let mut scratch = Scratch::new();
        let result = validator.validate_async(&token, &mut scratch, NOW).await;
        result.map(|valid| assert!(valid.expires().is_some())).map_err(|rejection| rejection.rule())
    });
    validation.await.unwrap()
}

#[tokio::test]
async fn validate_async_waits_for_the_refresh_that_brings_the_key() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let server = Server::start(&authority, Reply::document(metadata([&old]))).await;
    let (refresher, validator) = waiting(&authority, &server, Duration::from_secs(10));
    // Not even the first fetch is through.
    assert_eq!(validate_async(Arc::clone(&validator), old.token()).await, Ok(()));
    tried(&refresher).await;
    server.reply(Reply::document(metadata([&old, &new])));
    let both =
        [new.token(), new.token()].map(|token| tokio::spawn(validate_async(Arc::clone(&validator), token)));
    for validation in both {
        assert_eq!(validation.await.unwrap(), Ok(()));
    }
    // One for the start, one for the new key; and one for an id that asked while the first was under way.
    assert!(server.count() <= 3);
    // An id that is known to be unknown makes nobody wait.
    assert_eq!(validate_async(Arc::clone(&validator), invented(1)).await, Err(RuleId::S2s10));
    tokio::time::sleep(ms(200)).await;
    let (count, begin) = (server.count(), Instant::now());
    assert_eq!(validate_async(validator, invented(1)).await, Err(RuleId::S2s10));
    assert!(begin.elapsed() < Duration::from_secs(5));
    tokio::time::sleep(ms(200)).await;
    assert_eq!(server.count(), count);
}

#[tokio::test]
async fn validate_async_waits_no_longer_than_the_policy_says() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let server = Server::start(&authority, Reply::document(metadata([&old]))).await;
    let (refresher, validator) = waiting(&authority, &server, ms(200));
    tried(&refresher).await;
    tokio::time::sleep(ms(60)).await;
    server.reply(Reply::Stall(Duration::from_secs(30), metadata([&old, &new])));
    let begin = Instant::now();
    assert_eq!(validate_async(validator, new.token()).await, Err(RuleId::S2s10));
    assert!(begin.elapsed() >= ms(150) && begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn validate_async_without_wait_is_validate() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let server = Server::start(&authority, Reply::document(metadata([&old]))).await;
    let (refresher, validator) = waiting(&authority, &server, Duration::ZERO);
    tried(&refresher).await;
    server.reply(Reply::document(metadata([&old, &new])));
    assert_eq!(validate_async(Arc::clone(&validator), new.token()).await, Err(RuleId::S2s10));
    until("acceptance", || validate(&validator, &new.token()).is_ok()).await;
}
