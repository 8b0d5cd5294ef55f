//! Progress of long work, on standard error when that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// A bar that counts samples or bytes; invisible where nobody looks.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for `samples` samples.
    pub(crate) fn new(what: &'static str, samples: u64) -> Self {
        Self::bar(what, samples, "{msg:>10} [{bar:40}] {human_pos}/{human_len} samples, {per_sec}, {eta} left")
    }

    /// A bar for a file of so many bytes.
    pub(crate) fn bytes(what: &'static str, bytes: u64) -> Self {
        Self::bar(what, bytes, "{msg:>10} [{bar:40}] {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left")
    }

    fn bar(what: &'static str, length: u64, template: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(length).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }

    /// Counts samples or bytes that are done.
    pub(crate) fn done(&self, samples: u64) {
        self.0.inc(samples);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
