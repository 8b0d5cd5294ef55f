//! All pairs of a set of trains, in parallel, as a symmetric matrix.

use crate::par::map_indexed;
use ndarray::Array2;

/// The symmetric matrix of a measure of pairs: `prepare` is called once for each train, `compare` once for each
/// unordered pair with a scratch value that is reused within a row, and the diagonal has the value given.
pub(crate) fn matrix<P: Send + Sync, W: Default>(
    num_trains: usize,
    diagonal: f64,
    prepare: impl Fn(usize) -> P + Sync + Send,
    compare: impl Fn(&P, &P, &mut W) -> f64 + Sync + Send,
) -> Array2<f64> {
    let prepared: Vec<P> = (0..num_trains).map(prepare).collect();
    // Row i is paired with its mirror image, so that all tasks have the same number of pairs.
    let tasks = num_trains.div_ceil(2);
    let rows = map_indexed(tasks, |task| {
        let mut scratch = W::default();
        let mut row = |i: usize| -> Vec<f64> {
            prepared[i + 1..].iter().map(|other| compare(&prepared[i], other, &mut scratch)).collect()
        };
        let mirror = num_trains - 1 - task;
        let first = row(task);
        let second = if mirror == task { Vec::new() } else { row(mirror) };
        [(task, first), (mirror, second)]
    });
    let mut matrix = Array2::from_diag_elem(num_trains, diagonal);
    for (i, row) in rows.into_iter().flatten() {
        for (offset, value) in row.into_iter().enumerate() {
            let j = i + 1 + offset;
            matrix[[i, j]] = value;
            matrix[[j, i]] = value;
        }
    }
    matrix
}

/// Mean of the entries above the diagonal; `None` below two trains.
pub(crate) fn mean_of_pairs(matrix: &Array2<f64>) -> Option<f64> {
    let n = matrix.nrows();
    if n < 2 {
        return None;
    }
    let sum: f64 = (0..n).flat_map(|i| (i + 1..n).map(move |j| matrix[[i, j]])).sum();
    Some(sum / (n * (n - 1) / 2) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_its_place() {
        for n in 0..6 {
            let all = matrix(n, 0.0, |i| i, |&i, &j, (): &mut ()| (10 * i + j) as f64);
            for i in 0..n {
                for j in 0..n {
                    let (low, high) = (i.min(j), i.max(j));
                    let expected = if i == j { 0.0 } else { (10 * low + high) as f64 };
                    assert_eq!(all[[i, j]], expected);
                }
            }
        }
        assert_eq!(mean_of_pairs(&matrix(1, 0.0, |i| i, |_, _, (): &mut ()| 1.0)), None);
        assert_eq!(mean_of_pairs(&matrix(3, 7.0, |i| i, |_, _, (): &mut ()| 2.0)), Some(2.0));
    }
}
