//! Does jobs in parallel within a limit, and keeps their results in the order of the jobs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does every job, at most `limit` at a time. `done` is told after each one how many are done.
pub(super) fn run<J: Sync, R: Send>(
    jobs: &[J],
    limit: usize,
    work: impl Fn(&J) -> R + Sync,
    done: impl Fn(usize) + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<R>>> = Mutex::new(jobs.iter().map(|_| None).collect());
    let finished = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..limit.min(jobs.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    let result = work(job);
                    if let Some(slot) = results.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index)
                    {
                        *slot = Some(result);
                    }
                    done(finished.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    // Every job has a result: a worker that panics takes the run with it at the end of the scope.
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn run_keeps_order_and_limit() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let jobs: Vec<usize> = (0..40).collect();
        let done = Mutex::new(Vec::new());
        let results = run(
            &jobs,
            3,
            |job| {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The first jobs take the longest, so that order does not come by itself.
                thread::sleep(Duration::from_millis(if *job < 3 { 20 } else { 1 }));
                now.fetch_sub(1, Ordering::SeqCst);
                job * 2
            },
            |count| done.lock().unwrap().push(count),
        );
        assert_eq!(results, jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::SeqCst), 3);
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (1..=40).collect::<Vec<_>>());
    }

    #[test]
    fn run_without_jobs_has_no_results() {
        assert!(run(&[] as &[u8], 4, |job| *job, |_| {}).is_empty());
    }
}
