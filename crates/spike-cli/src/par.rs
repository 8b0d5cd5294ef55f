//! The one place that knows of threads.

use crate::error::CliError;
use rayon::prelude::*;

/// Sets the number of threads of the whole program.
pub(crate) fn use_threads(threads: Option<usize>) -> Result<(), CliError> {
    match threads {
        Some(0) => Err(CliError::Usage("--threads is 0; it must be at least 1")),
        Some(n) => rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build_global()
            .map_err(|_| CliError::Usage("the number of threads can be set only once")),
        None => Ok(()),
    }
}

/// The results of `f` for each index, in order, computed on all threads.
pub(crate) fn map_indexed<T: Send>(count: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    (0..count).into_par_iter().map(f).collect()
}
