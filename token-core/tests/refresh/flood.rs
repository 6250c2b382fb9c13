//! A flood of invented key ids: a bounded number of fetches, and nothing for anybody else to notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use token_core::RuleId;

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{SigningKey, invented, metadata};
use crate::{ms, only, start, tried, unhurried, until, validate, validator};

const TASKS: u64 = 8;
const IDS: u64 = 100_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn flood_of_unknown_ids_costs_at_most_two_fetches_per_cool_down() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let server = Server::start(&authority, Reply::document(metadata([&key]))).await;
    let mut settings = unhurried(&authority);
    settings.cool_down = ms(500);
    let cool_down = settings.cool_down;
    let refresher = start(settings, &server.url("/"));
    tried(&refresher).await;

    let validator = Arc::new(validator(refresher.clone()));
    let flooding = Arc::new(AtomicBool::new(true));
    let valid = {
        let (validator, flooding, token) = (Arc::clone(&validator), Arc::clone(&flooding), key.token());
        tokio::spawn(async move {
            let mut accepted = 0_u64;
            while flooding.load(Ordering::SeqCst) {
                assert_eq!(validate(&validator, &token), Ok(()));
                accepted += 1;
                tokio::time::sleep(ms(1)).await;
            }
            accepted
        })
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let validator = Arc::clone(&validator);
            tokio::spawn(async move {
                for number in 0..IDS / TASKS {
                    let rejection = validate(&validator, &invented(task * IDS + number)).unwrap_err();
                    assert_eq!(rejection.rule(), RuleId::S2s10);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    flooding.store(false, Ordering::SeqCst);
    assert!(valid.await.unwrap() > 100);

    until("the fetch after the flood", || server.count() >= 2).await;
    tokio::time::sleep(cool_down * 2).await;
    let requests = server.requests();
    let gaps = requests.windows(3).map(|three| three[2].at - three[0].at);
    assert!(gaps.min().is_none_or(|gap| gap >= cool_down), "three requests within {cool_down:?}");
    let counters = only(&refresher).counters;
    assert_eq!(counters.attempts, requests.len() as u64);
    // Every id but those that a table of bounded size confuses was new.
    assert_eq!(counters.asked, IDS);
    println!("{IDS} invented ids, {} requests", requests.len());
}

#[tokio::test]
async fn unknown_id_that_stays_unknown_asks_once() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let server = Server::start(&authority, Reply::document(metadata([&key]))).await;
    let refresher = start(unhurried(&authority), &server.url("/"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    for round in 0..20 {
        assert!(validate(&validator, &invented(7)).is_err(), "round {round}");
        tokio::time::sleep(ms(20)).await;
    }
    tokio::time::sleep(ms(100)).await;
    assert_eq!((server.count(), only(&refresher).counters.asked), (2, 1));
}

#[tokio::test]
async fn unknown_id_asks_again_once_it_is_forgotten() {
    let authority = Authority::new();
    let (old, new) = (SigningKey::new(0), SigningKey::new(1));
    let server = Server::start(&authority, Reply::document(metadata([&old]))).await;
    let mut settings = unhurried(&authority);
    settings.forget_unknown_after = ms(300);
    let refresher = start(settings, &server.url("/"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    // The key is used before it is published: the answer is no.
    assert!(validate(&validator, &new.token()).is_err());
    until("the fetch that brings nothing", || only(&refresher).counters.unchanged == 1).await;
    server.reply(Reply::document(metadata([&old, &new])));
    until("acceptance", || validate(&validator, &new.token()).is_ok()).await;
    assert!(server.count() >= 3);
}

#[tokio::test]
async fn requests_hold_nothing_of_tokens() {
    let authority = Authority::new();
    let key = SigningKey::new(0);
    let server = Server::start(&authority, Reply::Tagged(metadata([&key]), "\"1\"")).await;
    let refresher = start(unhurried(&authority), &server.url("/m?realm=contoso.com"));
    tried(&refresher).await;
    let validator = validator(refresher.clone());
    assert!(validate(&validator, &invented(3)).is_err());
    until("the second request", || server.count() == 2).await;
    for request in server.requests() {
        assert_eq!(request.path, "/m?realm=contoso.com");
        for (name, value) in &request.headers {
            let expected = match name.as_str() {
                "host" => format!("localhost:{}", server.port()),
                "user-agent" => format!("token-core/{}", env!("CARGO_PKG_VERSION")),
                "accept" => "application/json, application/xml;q=0.9".to_owned(),
                "if-none-match" => "\"1\"".to_owned(),
                _ => panic!("unexpected header {name}"),
            };
            assert_eq!(*value, expected);
        }
    }
}
