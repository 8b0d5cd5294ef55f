//! Victor–Purpura distance: the least cost of turning one train into the other.

use super::pairwise;
use crate::error::{MetricsError, check};
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The Victor–Purpura distance of two trains: the least sum of costs of insertions (1 each), deletions (1 each) and
/// shifts (q·|Δt|) that turn one into the other.
///
/// With W(i, j) the largest saving on the first i and j spikes,
/// W(i, j) = max{W(i−1, j), W(i, j−1), W(i−1, j−1) + 2 − q·|uᵢ − vⱼ|} and D = n + m − W(n, m).
/// `cost_per_ms` is q in 1/ms: shifts beyond 2/q ms are never worth it; q = 0 compares counts, D = |n − m|; for
/// large q only spikes at the same time match. A metric for q > 0: symmetric, 0 only for equal trains, and with the
/// triangle inequality. An empty train is at distance n from one of n spikes. Time O(n·m), memory O(n + m).
///
/// Convention: elephant 1.2.1 (`victor_purpura_distance`), whose cost factor is in 1/s when times are in seconds.
///
/// Source: Victor & Purpura (1996), Nature and precision of temporal coding in visual cortex: a metric-space
/// analysis, J Neurophysiol 76:1310, DOI 10.1152/jn.1996.76.2.1310.
///
/// # Errors
/// [`MetricsError::Parameter`] if the cost is negative or not finite. The intervals may differ: only spikes count.
///
/// ```
/// use spike_metrics::{SpikeTimes, victor_purpura_distance};
/// let a = SpikeTimes::new(&[10.0, 30.0], 0.0, 100.0)?;
/// let b = SpikeTimes::new(&[12.0, 80.0], 0.0, 100.0)?;
/// // One shift by 2 ms, one deletion, one insertion.
/// assert_eq!(victor_purpura_distance(a, b, 0.25)?, 0.5 + 1.0 + 1.0);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn victor_purpura_distance(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    cost_per_ms: f64,
) -> Result<f64, MetricsError> {
    check_cost(cost_per_ms)?;
    Ok(distance(&Prepared::new(first), &Prepared::new(second), cost_per_ms, &mut Vec::new()))
}

/// The [`victor_purpura_distance`] of all pairs of a set.
///
/// # Errors
/// As [`victor_purpura_distance`].
pub fn victor_purpura_matrix(trains: &TrainSet, cost_per_ms: f64) -> Result<Array2<f64>, MetricsError> {
    check_cost(cost_per_ms)?;
    Ok(pairwise::matrix(
        trains.len(),
        0.0,
        |i| Prepared::new(trains.train(i)),
        |a, b, memory| distance(a, b, cost_per_ms, memory),
    ))
}

fn check_cost(cost_per_ms: f64) -> Result<(), MetricsError> {
    check("cost_per_ms", cost_per_ms, 0.0 <= cost_per_ms && cost_per_ms.is_finite(), "0 or more, finite")
}

/// A train and its mirror image: along a diagonal of the table one index falls while the other rises.
struct Prepared {
    times: Vec<f64>,
    reversed: Vec<f64>,
}

impl Prepared {
    fn new(train: SpikeTimes<'_>) -> Self {
        let times = train.times_ms().to_vec();
        let reversed = times.iter().rev().copied().collect();
        Self { times, reversed }
    }
}

fn distance(first: &Prepared, second: &Prepared, cost: f64, memory: &mut Vec<f64>) -> f64 {
    // Diagonals are as long as the shorter train.
    let (short, long) = if first.times.len() <= second.times.len() { (first, second) } else { (second, first) };
    let (n, m) = (short.times.len(), long.times.len());
    memory.clear();
    memory.resize(3 * (n + 1), 0.0);
    let saving = pulp::Arch::new().dispatch(Diagonals { short: &short.times, reversed: &long.reversed, cost, memory });
    (n + m) as f64 - saving
}

/// Fills the table diagonal by diagonal: the cells of one do not depend on each other, so that the loop vectorises.
struct Diagonals<'a> {
    short: &'a [f64],
    reversed: &'a [f64],
    cost: f64,
    memory: &'a mut [f64],
}

impl pulp::WithSimd for Diagonals<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> f64 {
        let Self { short, reversed, cost, memory } = self;
        let (n, m) = (short.len(), reversed.len());
        let (oldest, rest) = memory.split_at_mut(n + 1);
        let (old, new) = rest.split_at_mut(n + 1);
        let (mut oldest, mut old, mut new) = (oldest, old, new);
        // Cell i of diagonal d is W(i, d − i); the cells with i = 0 or i = d are 0 and never written before use.
        for d in 2..=n + m {
            let (from, to) = (1.max(d.saturating_sub(m)), n.min(d - 1));
            if from <= to {
                let len = to - from + 1;
                let cells = &mut new[from..][..len];
                let (up, left, both) = (&old[from - 1..][..len], &old[from..][..len], &oldest[from - 1..][..len]);
                let (u, v) = (&short[from - 1..][..len], &reversed[m + from - d..][..len]);
                for i in 0..len {
                    let shifted = both[i] + (2.0 - cost * (u[i] - v[i]).abs());
                    let single = if up[i] > left[i] { up[i] } else { left[i] };
                    cells[i] = if shifted > single { shifted } else { single };
                }
            }
            (oldest, old, new) = (old, new, oldest);
        }
        old[n]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recurrence of the paper, cell by cell.
    fn naive(a: &[f64], b: &[f64], q: f64) -> f64 {
        let mut table = vec![vec![0.0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, _) => j as f64,
                    (_, 0) => i as f64,
                    _ => (table[i - 1][j] + 1.0)
                        .min(table[i][j - 1] + 1.0)
                        .min(table[i - 1][j - 1] + q * (a[i - 1] - b[j - 1]).abs()),
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn diagonals_agree_with_the_recurrence() {
        let mut stream = spike_core::Seed(5).stream(0, 0, spike_core::Domain::Spikes);
        for (n, m) in [(0, 0), (0, 3), (1, 1), (1, 7), (2, 9), (17, 5), (40, 40), (33, 64)] {
            let mut draw = |count: usize| {
                let mut times: Vec<f64> = (0..count).map(|_| 100.0 * stream.next_open_unit()).collect();
                times.sort_by(f64::total_cmp);
                times
            };
            let (a, b) = (draw(n), draw(m));
            for q in [0.0, 0.01, 0.1, 1.0, 1e6] {
                let (x, y) = (SpikeTimes::new(&a, 0.0, 100.0).unwrap(), SpikeTimes::new(&b, 0.0, 100.0).unwrap());
                let fast = victor_purpura_distance(x, y, q).unwrap();
                assert!((fast - naive(&a, &b, q)).abs() < 1e-10, "{n} {m} {q}");
                assert_eq!(fast, victor_purpura_distance(y, x, q).unwrap());
            }
        }
    }

    #[test]
    fn bad_costs_are_refused() {
        let empty = SpikeTimes::new(&[], 0.0, 1.0).unwrap();
        for q in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(victor_purpura_distance(empty, empty, q), Err(MetricsError::Parameter { .. })));
        }
        assert_eq!(victor_purpura_distance(empty, empty, 1.0), Ok(0.0));
    }
}
