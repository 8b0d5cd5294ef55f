//! The one place that knows of threads.

use std::ops::Range;

/// Parts that samples are split into; constant, so that sums do not depend on the number of threads.
const NUM_PARTS: usize = 8;

/// Applies `f` to consecutive ranges that cover 0..n, and returns the results in order.
pub(crate) fn map_parts<R: Send>(n: usize, f: impl Fn(Range<usize>) -> R + Sync + Send) -> Vec<R> {
    map_indexed(NUM_PARTS, |part| f(n * part / NUM_PARTS..n * (part + 1) / NUM_PARTS))
}

/// Applies `f` to 0..n and returns the results in order, on the threads of the current pool.
#[cfg(feature = "rayon")]
pub(crate) fn map_indexed<R: Send>(n: usize, f: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    if n == 1 {
        return vec![f(0)];
    }
    (0..n).into_par_iter().map(f).collect()
}

/// Applies `f` to 0..n and returns the results in order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn map_indexed<R>(n: usize, f: impl Fn(usize) -> R) -> Vec<R> {
    (0..n).map(f).collect()
}
