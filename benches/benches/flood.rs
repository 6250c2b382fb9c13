//! What a flood of invented key ids does to valid tokens: the median time of one validation, with the flood and without.
//!
//! Not a criterion bench, since the flood has to run beside it. Eight threads load the machine in both cases; in one of
//! them they validate tokens of known keys whose signatures are wrong, in the other tokens of invented keys, each of
//! which asks for a refresh. So the difference is what asking costs, and not what eight busy threads cost.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use benches::mint::Mint;
use benches::{NOW, ours};
use token_core::keys::X5t;
use token_core::keys::refresh::{Refresher, Sources};
use token_core::policy::FetchSettings;
use token_core::{Scratch, UnixTime, Validator};

const THREADS: u64 = 8;
const ACS: &str = "00000001-0000-0000-c000-000000000000@*";
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/keys/acs-current.cert.pem");

fn main() {
    // `cargo bench` says so; whoever else runs it wants to see that it judges right, as with the criterion benches.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let span = Duration::from_millis(if quick { 100 } else { 2000 });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap_or_else(|e| panic!("no runtime: {e}"));
    let refresher = runtime.block_on(async {
        let mut settings = FetchSettings::default();
        settings.cool_down = Duration::from_secs(1);
        let mut sources = Sources::new(settings);
        sources.add(ACS, CERTIFICATE).unwrap_or_else(|e| panic!("the certificate: {e}"));
        let refresher = Refresher::start(sources).unwrap_or_else(|e| panic!("the refresher: {e}"));
        refresher.tried().await;
        refresher
    });
    let policy = ours::validator().policy().clone();
    let validator = Arc::new(Validator::new(policy, refresher.clone()));
    let x5t = refresher.keys().of_issuer(ACS).next().and_then(token_core::keys::Key::x5t);
    let token = Mint::new(x5t.unwrap_or_else(|| panic!("no key")).to_string()).actor(0);

    let alone = median(&validator, &token, span);
    println!("alone                     {alone:>8.2?}");
    let mut ratios = Vec::new();
    // Interleaved, so that a machine that changes its speed does not decide.
    for round in 1..=if quick { 1 } else { 5 } {
        let calm = beside(&validator, &token, span, |_| token.clone() + "AAAA");
        let flood = beside(&validator, &token, span, |number| invented(&token, number));
        let ratio = flood.as_secs_f64() / calm.as_secs_f64();
        println!(
            "round {round}: beside load      {calm:>8.2?}   beside the flood {flood:>8.2?}   ratio {ratio:.3}"
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let counters = refresher.status().first().map(|status| status.counters);
    println!("median ratio {:.3}; {counters:?}", ratios[ratios.len() / 2]);
    assert!(counters.is_some_and(|counters| counters.asked > 0), "the flood asked for nothing");
}

/// The median of single validations over a span of time.
fn median(validator: &Validator<Refresher>, token: &str, span: Duration) -> Duration {
    let (begin, mut times, mut scratch) = (Instant::now(), Vec::new(), Scratch::new());
    while begin.elapsed() < span {
        let one = Instant::now();
        assert!(black_box(validator.validate(token, &mut scratch, UnixTime::from_secs(NOW))).is_ok());
        times.push(one.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

/// The same while other threads validate other tokens, all of which must be refused.
fn beside(
    validator: &Arc<Validator<Refresher>>,
    token: &str,
    span: Duration,
    other: impl Fn(u64) -> String + Sync,
) -> Duration {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut scratch = Scratch::new();
                while !stop.load(Ordering::Relaxed) {
                    let token = other(NUMBER.fetch_add(1, Ordering::Relaxed));
                    assert!(validator.validate(&token, &mut scratch, UnixTime::from_secs(NOW)).is_err());
                }
            });
        }
        let median = median(validator, token, span);
        stop.store(true, Ordering::Relaxed);
        median
    })
}

/// The token with another key id.
fn invented(token: &str, number: u64) -> String {
    let mut x5t = [0x5a; 20];
    x5t[..8].copy_from_slice(&number.to_be_bytes());
    let header = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{}"}}"#, X5t::from_bytes(x5t));
    let rest = token.split_once('.').map_or("", |(_, rest)| rest);
    format!("{}.{rest}", BASE64_URL_SAFE_NO_PAD.encode(header))
}
