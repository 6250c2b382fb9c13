//! Federated delegation beside libxmlsec1, from one interleaved run: `dauth [ROUNDS]`.
//!
//! Contenders take turns in many short rounds; the clock is the thread's processor time, libxmlsec1's that of its own
//! program; a ratio is the median of the ratios within the rounds. docs/performance.md says how to read the tables.

use std::hint::black_box;

use benches::delegation::Sample;
use benches::statistics::median;
use benches::xmlsec1::Peer;
use benches::{clock, count, hostile};
use token_core::Budget;
use token_core::dauth::xml::Text;
use token_core::dauth::{DauthValidator, Received};
use token_core::keys::KeySet;
use token_core::signature::Backend;

#[global_allocator]
static COUNTING: count::Counting = count::Counting;

/// Judgements of one message, one after the other.
const TIMES: u32 = 50;

/// The messages of the comparison, by the names of their vectors.
const MESSAGES: [(&str, &str); 3] = [
    ("verify, rsa-sha256", "dauth-bare"),
    ("verify, rsa-sha1", "dauth-sha1-bare"),
    ("decrypt and verify, aes256-cbc, rsa-sha256", "dauth-encrypted-bare"),
];

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(31);
    let samples = MESSAGES.map(|(name, id)| (name, Sample::of(id)));
    let messages = samples.each_ref().map(|(_, sample)| sample.message());
    let mut peer = Peer::start(&messages.each_ref().map(Vec::as_slice))
        .inspect_err(|missing| {
            println!("Without libxmlsec1 (Debian: libxmlsec1-dev), and so without ratios: {missing}");
        })
        .ok();
    for (number, (name, sample)) in samples.iter().enumerate() {
        println!("\n### {name}, {} bytes\n", messages[number].len());
        println!("| contender | ns | ratio | allocations | peak bytes |\n|---|---|---|---|---|");
        compare(sample, &messages[number], number, peer.as_mut(), rounds);
    }
    refuse_hostile(&samples[0].1, &samples[2].1);
}

/// One contender: a name and one judgement, which fails on a wrong verdict.
type Contender<'s> = (String, Box<dyn Fn() + 's>);

fn compare(sample: &Sample, message: &[u8], number: usize, mut peer: Option<&mut Peer>, rounds: usize) {
    let validators = Backend::available().iter().map(|backend| (*backend, sample.validator(*backend)));
    let validators: Vec<_> = validators.collect();
    let mut contenders: Vec<Contender<'_>> =
        vec![("scan and parse alone".to_owned(), Box::new(|| parse(message)))];
    for (backend, validator) in &validators {
        let judge = || judge(validator, message, sample);
        contenders.push((format!("validate on {backend}"), Box::new(judge)));
    }
    let mut baseline = Vec::with_capacity(rounds);
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    // The first round fills caches.
    for round in 0..=rounds {
        let theirs = peer.as_mut().map(|peer| peer.judge(number, TIMES as usize));
        let ours = contenders.iter().map(|(_, judge)| {
            let before = clock::thread_time();
            (0..TIMES).for_each(|_| judge());
            (clock::thread_time() - before) / f64::from(TIMES)
        });
        let ours: Vec<f64> = ours.collect();
        if round > 0 {
            baseline.extend(theirs);
            times.iter_mut().zip(ours).for_each(|(times, time)| times.push(time));
        }
    }
    if !baseline.is_empty() {
        println!("| libxmlsec1 | {:.0} | 1.0000 | - | - |", median(baseline.clone()));
    }
    for ((name, judge), times) in contenders.iter().zip(&times) {
        let ratios: Vec<f64> = times.iter().zip(&baseline).map(|(time, base)| time / base).collect();
        let ratio = if ratios.is_empty() { "-".to_owned() } else { format!("{:.4}", median(ratios)) };
        let (allocations, peak) = (count::allocations(judge), count::peak(judge));
        let bound = 4 * message.len() as u64 + (1 << 20);
        assert!(peak <= bound, "{name}: {peak} bytes, where {bound} are allowed");
        println!("| {name} | {:.0} | {ratio} | {allocations} | {peak} |", median(times.clone()));
    }
}

fn parse(message: &[u8]) {
    let text = Text::scan(message, &Budget::DEFAULT);
    assert!(text.is_ok_and(|text| black_box(text.parse(&Budget::DEFAULT)).is_ok()));
}

fn judge(validator: &DauthValidator<KeySet>, message: &[u8], sample: &Sample) {
    let accepted = validator.validate(Received::message(black_box(message)), sample.now());
    assert!(black_box(accepted).is_ok());
}

/// Milliseconds that a refusal may take.
const MAX_REFUSAL: f64 = 20.0;
/// Bytes that a refusal may hold beside the message.
const MAX_HELD: u64 = 32 << 20;

fn refuse_hostile(clear: &Sample, encrypted: &Sample) {
    println!(
        "\n### hostile messages, refused\n\n| message | bytes | ms | peak bytes | refused by |\n|---|---|---|---|---|"
    );
    let validators = [clear, encrypted].map(|sample| (sample.validator(Backend::default()), sample.now()));
    for hostile in hostile::all(clear, encrypted) {
        let mut refused = None;
        let mut times = Vec::new();
        let mut held = 0;
        for (validator, now) in &validators {
            let mut judge = || refused = validator.validate(Received::message(&hostile.message), *now).err();
            held = count::peak(&mut judge).max(held);
            let rounds = (0..9).map(|_| {
                let before = clock::thread_time();
                judge();
                (clock::thread_time() - before) / 1e6
            });
            times.push(median(rounds.collect()));
        }
        let time = times.into_iter().fold(0.0, f64::max);
        let Some(refused) = refused else { panic!("{} is accepted", hostile.name) };
        println!(
            "| {} | {} | {time:.2} | {held} | {} |",
            hostile.name,
            hostile.message.len(),
            refused.rule()
        );
        assert!(time <= MAX_REFUSAL && held <= MAX_HELD, "{}: too dear", hostile.name);
    }
}
