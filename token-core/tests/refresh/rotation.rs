//! Rotation under load: keys come and go while eight tasks validate without pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use token_core::RuleId;

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{SigningKey, metadata};
use crate::{only, start, tried, unhurried, until, validate, validator};

const ROTATIONS: usize = 20;
const TASKS: usize = 8;

/// Which keys must be accepted, and which must not. Between the two anything goes.
#[derive(Default)]
struct Expected {
    /// The newest key that the server publishes.
    published: AtomicUsize,
    /// The newest key that was fetched.
    fetched: AtomicUsize,
    /// The oldest key that the server has not begun to withdraw.
    kept: AtomicUsize,
    /// All keys before this one are withdrawn, and the refresh that misses them is through.
    withdrawn: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotation_under_load_refuses_no_valid_token_and_accepts_no_withdrawn_key() {
    let authority = Authority::new();
    let keys: Vec<_> = (0..=ROTATIONS).map(SigningKey::new).collect();
    let tokens: Arc<Vec<_>> = Arc::new(keys.iter().map(SigningKey::token).collect());
    let server = Server::start(&authority, Reply::document(metadata([&keys[0]]))).await;
    // Nothing but unknown ids causes a fetch here.
    let refresher = start(unhurried(&authority), &server.url("/metadata/json/1"));
    tried(&refresher).await;
    assert_eq!(only(&refresher).counters.documents, 1);

    let expected = Arc::new(Expected::default());
    let stop = Arc::new(AtomicBool::new(false));
    let judged = Arc::new([const { AtomicU64::new(0) }; 3]);
    let validator = Arc::new(validator(refresher.clone()));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (tokens, expected, stop) = (Arc::clone(&tokens), Arc::clone(&expected), Arc::clone(&stop));
            let (judged, validator) = (Arc::clone(&judged), Arc::clone(&validator));
            tokio::spawn(async move {
                let mut turn = task;
                while !stop.load(Ordering::SeqCst) {
                    turn += 1;
                    let withdrawn = expected.withdrawn.load(Ordering::SeqCst);
                    let fetched = expected.fetched.load(Ordering::SeqCst);
                    let published = expected.published.load(Ordering::SeqCst);
                    // The newest key, the one before it, and any other in turn.
                    let key = match turn % 3 {
                        0 => published,
                        1 => published.saturating_sub(1),
                        _ => turn % (published + 1),
                    };
                    let result = validate(&validator, &tokens[key]);
                    let kept = expected.kept.load(Ordering::SeqCst);
                    if key <= fetched && key >= kept {
                        assert_eq!(result, Ok(()), "key {key} is published and fetched");
                        judged[0].fetch_add(1, Ordering::Relaxed);
                    } else if key < withdrawn {
                        let rejection = result.expect_err("a withdrawn key was accepted");
                        assert_eq!(rejection.rule(), RuleId::S2s10);
                        judged[1].fetch_add(1, Ordering::Relaxed);
                    } else {
                        judged[2].fetch_add(1, Ordering::Relaxed);
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();

    for newest in 1..=ROTATIONS {
        expected.kept.store(newest - 1, Ordering::SeqCst);
        server.reply(Reply::document(metadata([&keys[newest - 1], &keys[newest]])));
        expected.published.store(newest, Ordering::SeqCst);
        let documents = 1 + newest as u64;
        until("the fetch that the new key causes", || only(&refresher).counters.documents == documents).await;
        expected.fetched.store(newest, Ordering::SeqCst);
        expected.withdrawn.store(newest - 1, Ordering::SeqCst);
    }
    let rotated = judged[0].load(Ordering::Relaxed);
    until("validations after the last rotation", || judged[0].load(Ordering::Relaxed) > rotated + 100).await;
    until("withdrawn keys that were tried", || judged[1].load(Ordering::Relaxed) > 100).await;
    stop.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(only(&refresher).counters.failures, 0);
    println!("accepted, refused, in between: {judged:?}; requests: {}", server.count());
}
