//! The one place that knows of threads.

/// Applies `f` to 0..n and returns the results in order, on the threads of the current pool.
#[cfg(feature = "rayon")]
pub(crate) fn map_indexed<R: Send>(n: usize, f: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    (0..n).into_par_iter().map(f).collect()
}

/// Applies `f` to 0..n and returns the results in order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn map_indexed<R>(n: usize, f: impl Fn(usize) -> R) -> Vec<R> {
    (0..n).map(f).collect()
}
