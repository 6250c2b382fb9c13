//! Keys that are always there, held against a server that rotates, fails, stalls, lies and counts.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test says what is wrong by panicking, and a server of a test counts real time"
)]

mod authority;
mod events;
mod flood;
mod network;
mod outage;
mod provider;
mod rotation;
mod server;
mod start;
mod tokens;
mod waiting;

use std::time::{Duration, Instant};

use token_core::keys::KeySource;
use token_core::keys::refresh::{KeyState, KeyStatus, Refresher, Sources};
use token_core::policy::{Audience, FetchSettings, IssuerId, Policy, TrustedIssuer};
use token_core::s2s::Kind;
use token_core::{Rejection, Scratch, Validator};

use authority::Authority;
use tokens::{ACS, NOW};

/// Longer than anything in these tests takes, also on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(20);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Settings whose times are short, and that trust the test's authority.
fn settings(authority: &Authority) -> FetchSettings {
    let mut settings = FetchSettings::default();
    settings.min_fresh = ms(100);
    settings.max_fresh = ms(200);
    settings.keep_for = Duration::from_secs(60);
    settings.cool_down = ms(50);
    settings.first_retry = ms(40);
    settings.max_retry = ms(80);
    settings.timeout = ms(700);
    settings.connect_timeout = ms(700);
    settings.roots = vec![authority.pem_file()];
    settings
}

/// The same, but nothing is fetched again by itself during a test.
fn unhurried(authority: &Authority) -> FetchSettings {
    let mut settings = settings(authority);
    settings.min_fresh = Duration::from_secs(600);
    settings.max_fresh = Duration::from_secs(600);
    settings.keep_for = Duration::from_secs(6000);
    settings
}

fn start(settings: FetchSettings, place: &str) -> Refresher {
    let mut sources = Sources::new(settings);
    sources.add(ACS, place).unwrap();
    Refresher::start(sources).unwrap()
}

fn policy(settings: FetchSettings) -> Policy {
    let audience = Audience::application("00000002-0000-0ff1-ce00-000000000000")
        .host("mail.contoso.com")
        .realm("b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8");
    let issuer = TrustedIssuer::new(IssuerId::parse(ACS).unwrap())
        .issues(Kind::StsActor)
        .acting("00000002-0000-0ff1-ce00-000000000000");
    Policy::builder().audience(audience).issuer(issuer).fetch(settings).build().unwrap()
}

fn validator<K: KeySource>(keys: K) -> Validator<K> {
    Validator::new(policy(FetchSettings::default()), keys)
}

fn validate<K: KeySource>(validator: &Validator<K>, token: &str) -> Result<(), Rejection> {
    validator.validate(token, &mut Scratch::new(), NOW).map(|_| ())
}

fn only(refresher: &Refresher) -> KeyStatus {
    let mut status = refresher.status();
    assert_eq!(status.len(), 1);
    status.remove(0)
}

async fn tried(refresher: &Refresher) {
    tokio::time::timeout(PATIENCE, refresher.tried()).await.expect("the first attempt never ended");
}

/// Waits until something holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "never came: {what}");
        tokio::time::sleep(ms(2)).await;
    }
}

async fn until_state(refresher: &Refresher, state: KeyState) {
    until(state.as_str(), || only(refresher).state == state).await;
}
