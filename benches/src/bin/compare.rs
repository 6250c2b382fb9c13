//! One table of ratios to `jsonwebtoken` 11 on aws-lc-rs, from one interleaved run: `compare [ROUNDS [PART]]`.
//!
//! Contenders take turns in many short rounds over the same distinct tokens; the clock is the thread's processor time;
//! a ratio is the median of the ratios within the rounds, so that what slows the whole machine slows both sides.
//! Of the parts only those run whose heading holds the word PART. docs/performance.md says how to read it.

use benches::clock::{median, thread_time};
use benches::contenders::{self, Contender};
use benches::fixture::{DISTINCT, Fixture};
use benches::{bare, count, scaling};

#[global_allocator]
static COUNTING: count::Counting = count::Counting;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(21);
    let part = std::env::args().nth(2).unwrap_or_default();
    let wanted = |heading: &str| heading.contains(&part);
    let fixture = Fixture::new();
    for group in contenders::groups(&fixture).into_iter().filter(|group| wanted(group.name)) {
        println!("\n### {}\n", group.name);
        println!("| contender | ns | ratio | allocations |\n|---|---|---|---|");
        compare(group.contenders, rounds);
    }
    if let Some(mut contenders) = bare::one_and_eight(&fixture).filter(|_| wanted("eight at once")) {
        let times = measure(&mut contenders, rounds);
        let singles = times[0].iter().zip(&times[1]).map(|(one, eight)| 8.0 * eight / one).collect();
        println!("\n### eight at once\n");
        println!("A call for eight signatures costs as much as {:.2} calls for one.", median(singles));
    }
    if !wanted("two threads") {
        return;
    }
    println!("\n### two threads\n");
    println!("| contender | 1 thread, per second | scaling by wall time | scaling by processor time |");
    println!("|---|---|---|---|");
    for scaling::Scaling { name, one, wall, processor } in scaling::scaling(&fixture, rounds) {
        println!("| {name} | {one:.0} | {wall:.2} | {processor:.2} |");
    }
}

fn compare(mut contenders: Vec<Contender<'_>>, rounds: usize) {
    let times = measure(&mut contenders, rounds);
    let baseline = times.first().cloned().unwrap_or_default();
    for (contender, times) in contenders.iter_mut().zip(&times) {
        let ratios = times.iter().zip(&baseline).map(|(time, base)| time / base).collect();
        let allocations = count::allocations(|| (contender.run)());
        assert!(!contender.borrows || allocations == 0, "{} allocates", contender.name);
        println!(
            "| {} | {:.0} | {:.4} | {:.2} |",
            contender.name,
            median(times.clone()),
            median(ratios),
            allocations as f64 / DISTINCT as f64
        );
    }
}

/// Nanoseconds for each operation, by contender and round.
fn measure(contenders: &mut [Contender<'_>], rounds: usize) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    // The first round fills caches and scratch memory.
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let before = thread_time();
            (contender.run)();
            let time = (thread_time() - before) / DISTINCT as f64;
            if round > 0 {
                times.push(time);
            }
        }
    }
    times
}
