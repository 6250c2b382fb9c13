//! How much more two threads do than one, with one validator and one cache between them.

use std::sync::Barrier;
use std::time::Instant;

use token_core::{BatchScratch, Scratch};

use crate::clock;
use crate::fixture::{DISTINCT, Fixture, Shape, now};

/// What two threads did.
pub struct Scaling {
    /// Which operation.
    pub name: String,
    /// Operations of one thread each second, by wall time.
    pub one: f64,
    /// How many times that two threads did, by wall time: on a machine that does nothing else.
    pub wall: f64,
    /// The same by processor time: what the threads cost each other, whatever else the machine does.
    pub processor: f64,
}

/// Measures every backend, batches and hits on the S2S token.
#[must_use]
pub fn scaling(fixture: &Fixture, rounds: usize) -> Vec<Scaling> {
    let tokens = fixture.tokens(Shape::S2s);
    let mut all = Vec::new();
    for (backend, validator) in fixture.validators() {
        let work = || {
            let mut scratch = Scratch::new();
            move || {
                for token in tokens {
                    assert!(validator.validate(token, &mut scratch, now()).is_ok());
                }
            }
        };
        all.push(measure(format!("validate on {backend}"), rounds, 8, &work));
    }
    let validator = fixture.validator();
    let batch = || {
        let mut scratch = BatchScratch::new();
        move || {
            let results = validator.validate_batch(tokens, &mut scratch, now());
            assert!(results.iter().all(Result::is_ok));
        }
    };
    all.push(measure(format!("validate_batch of {DISTINCT}"), rounds, 16, &batch));
    let cache = fixture.cache(Shape::S2s);
    let hit = || {
        || {
            for token in tokens {
                assert!(cache.get(validator, token.as_bytes(), now()).is_some());
            }
        }
    };
    all.push(measure("cached hit, one cache".to_owned(), rounds, 512, &hit));
    all
}

/// Medians over rounds, in each of which one thread and then two go so often through all tokens: some 50 ms each, beside
/// which it is little that one of them is woken later than the other.
fn measure<W: FnMut()>(name: String, rounds: usize, times: usize, work: &(dyn Fn() -> W + Sync)) -> Scaling {
    let (mut one, mut wall, mut processor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let [alone, together] = [1, 2].map(|threads| round(threads, times, work));
        one.push((times * DISTINCT) as f64 / alone.0);
        wall.push(2.0 * alone.0 / together.0);
        processor.push(2.0 * alone.1 / together.1);
    }
    let [one, wall, processor] = [one, wall, processor].map(clock::median);
    Scaling { name, one, wall, processor }
}

/// Wall time until the last thread is done, and processor time of each on average, in seconds.
fn round<W: FnMut()>(threads: usize, times: usize, work: &(dyn Fn() -> W + Sync)) -> (f64, f64) {
    let barrier = Barrier::new(threads);
    let run = || {
        let mut work = work();
        work();
        barrier.wait();
        let (start, spent) = (Instant::now(), clock::thread_time());
        for _ in 0..times {
            work();
        }
        (start.elapsed().as_secs_f64(), (clock::thread_time() - spent) / 1e9)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    let slowest = results.iter().map(|(wall, _)| *wall).fold(0.0, f64::max);
    (slowest, results.iter().map(|(_, spent)| spent).sum::<f64>() / threads as f64)
}
