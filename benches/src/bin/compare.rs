//! One table of ratios to `jsonwebtoken` 11 on aws-lc-rs, from one interleaved run: `compare [ROUNDS]`.
//!
//! Contenders take turns in many short rounds over the same distinct tokens; the clock is the thread's processor time;
//! a ratio is the median of the ratios within the rounds, so that what slows the whole machine slows both sides.
//! docs/performance.md says how to read it.

use benches::contenders::{self, Contender, DISTINCT};
use benches::{clock, count};

#[global_allocator]
static COUNTING: count::Counting = count::Counting;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(21);
    let fixture = contenders::Fixture::new();
    let header = "| contender | ns | ratio | allocations |\n|---|---|---|---|";
    for group in contenders::groups(&fixture) {
        println!("\n### {}\n\n{header}", group.name);
        let mut contenders = group.contenders;
        let times = measure(&mut contenders, rounds);
        let baseline = times.first().cloned().unwrap_or_default();
        for (contender, times) in contenders.iter_mut().zip(&times) {
            let ratios = times.iter().zip(&baseline).map(|(time, base)| time / base).collect();
            let allocations = count::allocations(|| (contender.run)());
            let borrows = contender.name.starts_with("cached hit")
                || contender.name.starts_with("validate on ifma")
                || contender.name.starts_with("validate on aws-lc-rs");
            assert!(!borrows || allocations == 0, "{} allocates", contender.name);
            println!(
                "| {} | {:.0} | {:.4} | {:.2} |",
                contender.name,
                median(times.clone()),
                median(ratios),
                allocations as f64 / DISTINCT as f64
            );
        }
    }
    println!(
        "\n### two threads, wall time\n\n| contender | 1 thread, per second | 2 threads, per second | scaling |"
    );
    println!("|---|---|---|---|");
    for (name, one, two) in contenders::scaling(&fixture, rounds) {
        println!("| {name} | {one:.0} | {two:.0} | {:.2} |", two / one);
    }
}

/// Nanoseconds for each operation, by contender and round.
fn measure(contenders: &mut [Contender<'_>], rounds: usize) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    // The first round fills caches and scratch memory.
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let before = clock::thread_time();
            (contender.run)();
            let time = (clock::thread_time() - before) / DISTINCT as f64;
            if round > 0 {
                times.push(time);
            }
        }
    }
    times
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
