//! Random signatures of every kind: the path, alone and in every lane, says what ring and aws-lc-rs say.
//!
//! Follows RFC 8017, 8.2.2. `S2S_IFMA_CASES` sets how many cases run by default, `S2S_IFMA_SECONDS` for how long the run
//! goes on that is ignored by default, `S2S_IFMA_SEED` where both begin.

use std::time::{Duration, Instant};

use num_bigint::BigUint;

use super::PreparedKey;
use super::cases::{Case, Random, Signer, shapes, to_bytes, wrong_encodings};
use super::tests::{check, prepare};

/// Where a signature comes from. All but the first one are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Valid,
    SignatureBit,
    MessageBit,
    AnotherKey,
    AnotherMessage,
    Negated,
    PlusModulus,
    Shape,
    Random,
    WrongEncoding,
}

const KINDS: [(Kind, &str); 10] = [
    (Kind::Valid, "valid"),
    (Kind::SignatureBit, "one bit of the signature flipped"),
    (Kind::MessageBit, "one bit of the message flipped"),
    (Kind::AnotherKey, "under another key"),
    (Kind::AnotherMessage, "of another message"),
    (Kind::Negated, "n - s"),
    (Kind::PlusModulus, "s + n"),
    (Kind::Shape, "0, 1, n - 1, n, 2^2048 - 1, limbs of 2^52 - 1 and of 0"),
    (Kind::Random, "random bytes"),
    (Kind::WrongEncoding, "wrong encodings, well exponentiated"),
];

/// Makes families of cases, each around a fresh signature.
struct Generator<'s> {
    signers: &'s [Signer],
    random: Random,
    families: usize,
    /// The last signature of each key.
    last: Vec<[u8; 256]>,
    counts: [u64; KINDS.len()],
}

impl<'s> Generator<'s> {
    /// How many families share one wrong encoding: its exponentiation takes longer than a whole family.
    const FAMILIES_TO_AN_ENCODING: usize = 16;

    fn new(signers: &'s [Signer], seed: u64) -> Self {
        let last = signers.iter().map(|signer| signer.sign(b"before")).collect();
        Self { signers, random: Random(seed), families: 0, last, counts: [0; KINDS.len()] }
    }

    fn family(&mut self, cases: &mut Vec<Case>) {
        let key = self.random.below(self.signers.len());
        let signer = &self.signers[key];
        let length = self.random.below(700);
        let message: Vec<u8> = (0..=length).map(|_| self.random.next() as u8).collect();
        let signature = signer.sign(&message);
        let s = BigUint::from_bytes_be(&signature);
        let mut add = |kind, key, message: &[u8], signature| {
            let case = Case::new(self.signers, key, message, signature);
            assert_eq!(case.accepted, kind == Kind::Valid, "{kind:?}, key {key}: {signature:02x?}");
            self.counts[kind as usize] += 1;
            cases.push(case);
        };

        add(Kind::Valid, key, &message, signature);
        for _ in 0..6 {
            let mut flipped = signature;
            flipped[self.random.below(256)] ^= 1 << self.random.below(8);
            add(Kind::SignatureBit, key, &message, flipped);
        }
        let mut changed = message.clone();
        changed[self.random.below(length + 1)] ^= 1 << self.random.below(8);
        add(Kind::MessageBit, key, &changed, signature);
        add(Kind::AnotherKey, (key + 1) % self.signers.len(), &message, signature);
        add(Kind::AnotherMessage, key, &message, self.last[key]);
        add(Kind::Negated, key, &message, to_bytes(&(&signer.n - &s)));
        let sum = s + &signer.n;
        if sum.bits() <= 2048 {
            add(Kind::PlusModulus, key, &message, to_bytes(&sum));
        }
        let shapes = shapes(&signer.modulus, &mut self.random);
        for _ in 0..2 {
            add(Kind::Shape, key, &message, shapes[self.random.below(shapes.len())]);
        }
        add(Kind::Random, key, &message, self.random.bytes());
        if self.families.is_multiple_of(Self::FAMILIES_TO_AN_ENCODING) {
            let encodings = wrong_encodings(&message, &mut self.random);
            let encoding = &encodings[self.random.below(encodings.len())];
            add(Kind::WrongEncoding, key, &message, signer.exponentiate(encoding));
        }
        self.last[key] = signature;
        self.families += 1;
    }

    fn cases(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Goes on as long as it is told to, given the number of cases so far; each case stands in so many lanes.
    fn run(&mut self, keys: &[PreparedKey], lanes: usize, go_on: impl Fn(u64) -> bool) {
        while go_on(self.cases()) {
            let mut cases = Vec::with_capacity(512);
            while cases.len() < 480 {
                self.family(&mut cases);
            }
            check(keys, &cases, lanes, &mut self.random);
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |value| value.parse().unwrap())
}

#[test]
fn verify_random_cases_agrees_with_ring_and_aws_lc() {
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else { return };
    let mut generator = Generator::new(&signers, setting("S2S_IFMA_SEED", 1));
    let wanted = setting("S2S_IFMA_CASES", 3000);
    generator.run(&keys, 1, |cases| cases < wanted);
    assert!(generator.counts.iter().all(|count| *count > 0), "{:?}", generator.counts);
}

#[test]
#[ignore = "goes on for S2S_IFMA_SECONDS, on all processors; meant for optimized builds"]
#[allow(clippy::disallowed_methods, reason = "the test goes on for as long as it is told to")]
fn verify_random_cases_for_a_time_agrees_with_ring_and_aws_lc() {
    let (seconds, seed) = (setting("S2S_IFMA_SECONDS", 60), setting("S2S_IFMA_SEED", 1));
    let signers = Signer::all();
    let Some(keys) = prepare(&signers) else {
        println!("0 cases: this build or this processor does not have the path");
        return;
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let mut counts = [0; KINDS.len()];
    std::thread::scope(|scope| {
        let run = |thread: u64| {
            let mut generator = Generator::new(&signers, seed.wrapping_add(thread << 32));
            generator.run(&keys, 8, |_| Instant::now() < end);
            generator.counts
        };
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        for thread in threads {
            let more = thread.join().unwrap();
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    });
    let all: u64 = counts.iter().sum();
    println!(
        "{all} cases in {seconds} s on {threads} threads from seed {seed}, each alone and in all eight lanes:"
    );
    for ((_, name), count) in KINDS.iter().zip(counts) {
        println!("{count:>10} {name}");
        assert!(count > 0, "{name}");
    }
}
