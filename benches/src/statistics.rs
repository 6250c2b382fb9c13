//! What is said of many measurements: order statistics, and whether two samples can be told apart.

/// Returns the value below which a share of the sorted values lies.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1) as f64 * share).round();
    sorted.get(at as usize).copied().unwrap_or(f64::NAN)
}

/// Returns the median.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// Compares two samples by the ranks of their values (Mann and Whitney).
///
/// Returns the share of pairs in which the second sample's value is the larger one (one half where the two cannot be told
/// apart, ties counted half), and how many standard deviations the sum of ranks is away from that.
#[must_use]
pub fn mann_whitney(first: &[f64], second: &[f64]) -> (f64, f64) {
    let mut all: Vec<(f64, bool)> = Vec::with_capacity(first.len() + second.len());
    all.extend(first.iter().map(|value| (*value, false)));
    all.extend(second.iter().map(|value| (*value, true)));
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut ranks = 0.0;
    let mut done = 0.0;
    for ties in all.chunk_by(|left, right| left.0 == right.0) {
        let count = ties.len() as f64;
        let of_second = ties.iter().filter(|(_, is_second)| *is_second).count() as f64;
        ranks += of_second * (done + (count + 1.0) / 2.0);
        done += count;
    }
    let (m, n) = (first.len() as f64, second.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    let deviation = (m * n * (m + n + 1.0) / 12.0).sqrt();
    (u / (m * n), (u - m * n / 2.0) / deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mann_whitney_of_equal_and_of_apart_samples_known() {
        let low: Vec<f64> = (0..100).map(f64::from).collect();
        let high: Vec<f64> = (100..200).map(f64::from).collect();
        let (share, deviations) = mann_whitney(&low, &low);
        assert!((share - 0.5).abs() < 1e-9 && deviations.abs() < 1e-9, "{share}, {deviations}");
        let (share, deviations) = mann_whitney(&low, &high);
        assert!((share - 1.0).abs() < 1e-9 && (deviations - 12.217).abs() < 1e-2, "{share}, {deviations}");
    }

    #[test]
    fn quantile_of_sorted_values_taken() {
        let values: Vec<f64> = (0..=10).map(f64::from).collect();
        assert_eq!([0.0, 0.1, 0.5, 1.0].map(|share| quantile(&values, share)), [0.0, 1.0, 5.0, 10.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
