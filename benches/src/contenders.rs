//! Who takes part in the comparison, on which tokens. Everybody goes through the same tokens and asserts the verdict.

use std::sync::Barrier;
use std::time::Instant;

use token_core::cache::Bounds;
use token_core::keys::KeySet;
use token_core::signature::{Backend, Question, RsaPublicKey, verify_batch};
use token_core::{BatchScratch, Cache, Scratch, UnixTime, Validator};

use crate::mint::{Mint, RESOURCE, TENANT};
use crate::peers::{Jsonwebtoken9, Jsonwebtoken11};
use crate::{NOW, ours};

/// How many distinct tokens everybody goes through in a round.
pub const DISTINCT: usize = 1024;

/// One contender: a name, and a run over all tokens that fails on a wrong verdict.
pub struct Contender<'f> {
    /// The name in the table.
    pub name: String,
    /// Goes once through all tokens.
    pub run: Box<dyn FnMut() + 'f>,
}

/// Contenders that are compared with the first of them.
pub struct Group<'f> {
    /// The heading.
    pub name: &'static str,
    /// Who takes part.
    pub contenders: Vec<Contender<'f>>,
}

/// Tokens, keys and validators that the contenders borrow.
pub struct Fixture {
    s2s: Vec<String>,
    s2s_numbers: Vec<String>,
    entra: Vec<String>,
    two_layer: Vec<String>,
    keys: KeySet,
    validators: Vec<(Backend, Validator<KeySet>)>,
}

impl Fixture {
    /// Mints the tokens.
    #[must_use]
    pub fn new() -> Self {
        let mint = Mint::new(ours::x5t());
        let tokens = |make: &dyn Fn(usize) -> String| (0..DISTINCT).map(make).collect();
        let validators = Backend::available().iter().map(|b| (*b, ours::validator_on(*b))).collect();
        Self {
            s2s: tokens(&|number| mint.actor(number)),
            s2s_numbers: tokens(&|number| mint.actor_with_numbers(number)),
            entra: tokens(&|number| mint.entra(number)),
            two_layer: tokens(&|number| mint.outer(number)),
            keys: ours::keys(),
            validators,
        }
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

const fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

/// All groups, in the order of the table.
#[must_use]
pub fn groups(fixture: &Fixture) -> Vec<Group<'_>> {
    let exchange = "00000002-0000-0ff1-ce00-000000000000";
    let acs = format!("00000001-0000-0000-c000-000000000000@{TENANT}");
    let sts = format!("https://sts.windows.net/{TENANT}/");
    let aud = format!("{exchange}/mail.contoso.com@{TENANT}");
    let mut s2s = peers(fixture, &fixture.s2s_numbers, &aud, &acs);
    ours_on(fixture, &fixture.s2s, "", &mut s2s);
    ours_on(fixture, &fixture.two_layer, ", two layers", &mut s2s);
    batches(fixture, &fixture.s2s, &mut s2s);
    cached(fixture, &fixture.s2s, "", &mut s2s);
    cached(fixture, &fixture.two_layer, ", two layers", &mut s2s);
    bad_signatures(fixture, &mut s2s);
    let mut entra = peers(fixture, &fixture.entra, RESOURCE, &sts);
    ours_on(fixture, &fixture.entra, "", &mut entra);
    batches(fixture, &fixture.entra, &mut entra);
    cached(fixture, &fixture.entra, "", &mut entra);
    vec![
        Group { name: "S2S token", contenders: s2s },
        Group { name: "Entra token", contenders: entra },
        Group {
            name: "bare RS256 of the S2S token, against aws-lc-rs with a parsed key",
            contenders: bare(fixture),
        },
    ]
}

fn contender<'f>(name: impl Into<String>, run: impl FnMut() + 'f) -> Contender<'f> {
    Contender { name: name.into(), run: Box::new(run) }
}

fn peers<'f>(fixture: &'f Fixture, tokens: &'f [String], aud: &str, iss: &str) -> Vec<Contender<'f>> {
    let eleven = Jsonwebtoken11::new(&fixture.keys, aud, iss);
    let nine = Jsonwebtoken9::new(&fixture.keys, aud, iss);
    vec![
        contender("jsonwebtoken 11, aws-lc-rs", move || {
            tokens.iter().for_each(|token| assert!(eleven.accepts(token)));
        }),
        contender("jsonwebtoken 9, ring", move || {
            tokens.iter().for_each(|token| assert!(nine.accepts(token)));
        }),
    ]
}

fn ours_on<'f>(fixture: &'f Fixture, tokens: &'f [String], what: &str, to: &mut Vec<Contender<'f>>) {
    for (backend, validator) in &fixture.validators {
        let mut scratch = Scratch::new();
        to.push(contender(format!("validate on {backend}{what}"), move || {
            for token in tokens {
                assert!(validator.validate(token, &mut scratch, now()).is_ok());
            }
        }));
    }
}

fn batches<'f>(fixture: &'f Fixture, tokens: &'f [String], to: &mut Vec<Contender<'f>>) {
    let Some((backend, validator)) = fixture.validators.first() else { return };
    for size in [4, 8, 64, DISTINCT] {
        let mut scratch = BatchScratch::new();
        to.push(contender(format!("validate_batch of {size} on {backend}"), move || {
            for tokens in tokens.chunks(size) {
                assert!(validator.validate_batch(tokens, &mut scratch, now()).iter().all(Result::is_ok));
            }
        }));
    }
}

const BOUNDS: Bounds = Bounds { entries: 8 * DISTINCT, bytes: 64 << 20 };

/// A cache that holds all tokens.
fn filled(validator: &Validator<KeySet>, tokens: &[String]) -> Cache {
    let cache = Cache::new(BOUNDS);
    let mut scratch = Scratch::new();
    for token in tokens {
        assert!(cache.validate(validator, token, &mut scratch, now()).is_ok());
    }
    cache
}

fn cached<'f>(fixture: &'f Fixture, tokens: &'f [String], what: &str, to: &mut Vec<Contender<'f>>) {
    let Some((_, validator)) = fixture.validators.first() else { return };
    let cache = filled(validator, tokens);
    to.push(contender(format!("cached hit{what}"), move || {
        for token in tokens {
            assert!(cache.get(validator, token.as_bytes(), now()).is_some());
        }
    }));
}

/// Tokens whose signatures are those of their neighbours.
fn bad_signatures<'f>(fixture: &'f Fixture, to: &mut Vec<Contender<'f>>) {
    let signature = |token: &'f String| token.rsplit_once('.').unwrap_or_default();
    let others = fixture.s2s.iter().cycle().skip(1);
    let tokens: Vec<String> = fixture
        .s2s
        .iter()
        .zip(others)
        .map(|(token, other)| format!("{}.{}", signature(token).0, signature(other).1))
        .collect();
    for (backend, validator) in &fixture.validators {
        let (mut scratch, tokens) = (Scratch::new(), tokens.clone());
        to.push(contender(format!("bad signature on {backend}"), move || {
            for token in &tokens {
                assert!(validator.validate(token, &mut scratch, now()).is_err());
            }
        }));
    }
}

/// The signed bytes and the signature of a token.
fn parts(token: &str) -> (&[u8], Vec<u8>) {
    use base64::Engine;
    let Some((signed, signature)) = token.rsplit_once('.') else { panic!("no signature") };
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature);
    (signed.as_bytes(), signature.unwrap_or_else(|error| panic!("the signature: {error}")))
}

fn bare(fixture: &Fixture) -> Vec<Contender<'_>> {
    let Some(key) = fixture.keys.keys().first() else { panic!("no key") };
    let parts: Vec<_> = fixture.s2s.iter().map(|token| parts(token)).collect();
    let mut all = Vec::new();
    for backend in [Backend::AwsLc, Backend::Ring, Backend::Ifma] {
        let key: RsaPublicKey = key.rsa().with_backend(backend).unwrap_or_else(|error| panic!("{error}"));
        let parts = parts.clone();
        all.push(contender(format!("{backend}, prepared key"), {
            let (key, parts) = (key.clone(), parts.clone());
            move || {
                for (signed, signature) in &parts {
                    assert!(key.verify_rs256(signed, signature).is_ok());
                }
            }
        }));
        if backend == Backend::Ifma {
            all.push(contender("ifma, batches of 1024", move || {
                let questions: Vec<_> = parts
                    .iter()
                    .map(|(signed, signature)| Question { key: &key, signing_input: signed, signature })
                    .collect();
                let mut verdicts = vec![Err(token_core::signature::BadSignature); questions.len()];
                verify_batch(&questions, &mut verdicts);
                assert!(verdicts.iter().all(Result::is_ok));
            }));
        }
    }
    all
}

/// Operations each second with one thread and with two, by wall time: name, one, two.
#[must_use]
pub fn scaling(fixture: &Fixture, rounds: usize) -> Vec<(String, f64, f64)> {
    let mut all = Vec::new();
    for (backend, validator) in &fixture.validators {
        let work = || {
            let mut scratch = Scratch::new();
            move || {
                for token in &fixture.s2s {
                    assert!(validator.validate(token, &mut scratch, now()).is_ok());
                }
            }
        };
        let (one, two) = one_and_two(rounds, &work);
        all.push((format!("validate on {backend}"), one, two));
    }
    let Some((backend, validator)) = fixture.validators.first() else { return all };
    let batch = || {
        let mut scratch = BatchScratch::new();
        move || {
            let results = validator.validate_batch(&fixture.s2s, &mut scratch, now());
            assert!(results.iter().all(Result::is_ok));
        }
    };
    let (one, two) = one_and_two(rounds, &batch);
    all.push((format!("validate_batch of {DISTINCT} on {backend}"), one, two));
    let cache = filled(validator, &fixture.s2s);
    let hit = || {
        || {
            for token in &fixture.s2s {
                assert!(cache.get(validator, token.as_bytes(), now()).is_some());
            }
        }
    };
    let (one, two) = one_and_two(rounds, &hit);
    all.push(("cached hit, one cache".to_owned(), one, two));
    all
}

/// Median operations each second of one thread and of two that start together.
fn one_and_two<W: FnMut()>(rounds: usize, work: &(dyn Fn() -> W + Sync)) -> (f64, f64) {
    let mut results = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (threads, results) in [1, 2].into_iter().zip(&mut results) {
            let barrier = Barrier::new(threads);
            let slowest = std::thread::scope(|scope| {
                let run = || {
                    let mut work = work();
                    work();
                    barrier.wait();
                    let start = Instant::now();
                    for _ in 0..4 {
                        work();
                    }
                    start.elapsed().as_secs_f64()
                };
                let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).fold(0.0, f64::max)
            });
            results.push((4 * DISTINCT * threads) as f64 / slowest);
        }
    }
    let [one, two] = results.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
    });
    (one, two)
}
