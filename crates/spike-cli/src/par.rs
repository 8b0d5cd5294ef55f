//! The one place that knows of threads.

use crate::error::CliError;

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
