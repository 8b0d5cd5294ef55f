//! `spike export`: what another program runs.
//!
//! Spikes become a feed of a simulator ([`feed`]).

mod feed;

use crate::error::CliError;
use clap::Args;

/// Write spikes as the input of a simulator, with a script that runs them there.
///
/// The folder gets feed_NAME.npz, in the shape, type and unit that the simulator wants, and feed_NAME.py. Where the
/// simulator's step is another one than that of the spikes, --grid and --duplicates say what happens to spikes that
/// do not fit; what it did is reported.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    feed: feed::FeedFlags,
}

impl Export {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        self.feed.run()
    }
}
