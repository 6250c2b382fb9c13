//! The time that this thread has spent on a processor, whatever else the machine does.

use rustix::time::{ClockId, clock_gettime};

/// Returns nanoseconds of processor time of the calling thread.
#[must_use]
pub fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Seconds since the thread began: a double has bits to spare for their nanoseconds.
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Returns the value in the middle, or of two such the greater.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
