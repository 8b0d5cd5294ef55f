//! `spike export`: what another program runs.
//!
//! Spikes become a feed of a simulator ([`feed`]), a network becomes integers of a board ([`board`]).

mod board;
mod feed;

use crate::error::CliError;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

/// Write spikes as the input of a simulator, or a network in the integers of a board.
///
/// With --to the folder gets feed_NAME.npz, in the shape, type and unit that the simulator wants, and feed_NAME.py that
/// runs it there. Where the simulator's step is another one than that of the spikes, --grid and --duplicates say what
/// happens to spikes that do not fit; what it did is reported.
///
/// With --target the network is quantised, run on the test samples in the integer arithmetic of the dialect, and compared
/// with the network in real numbers. The folder gets network.json and network.npz, the spikes of the first samples as
/// input.records, what the network makes of them as expected.npz, and for Lava a script that runs it there.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("destination").required(true).args(["to", "target"])))]
pub(crate) struct Export {
    /// Spikes: .spk, .npz, .csv or .h5 (SONATA), `-` is standard input; or a network: .spikenet, .onnx, .nir, .safetensors.
    input: PathBuf,
    /// Simulator: brian2, nest, pynn, lava, nengo or torch.
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Board: loihi.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Folder for the files; it is made if it does not exist.
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    feed: feed::FeedFlags,
    #[command(flatten)]
    board: board::BoardFlags,
}

impl Export {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        match (&self.to, &self.target) {
            (Some(to), _) => self.feed.run(to, &self.input, &self.output, self.json),
            (None, Some(_)) if self.feed.has_rule() => {
                Err(CliError::Usage("--grid and --duplicates are for spikes; a network has none"))
            }
            (None, Some(target)) => self.board.run(target, &self.input, &self.output, self.json),
            (None, None) => Err(CliError::Usage("give --to for a simulator or --target for a board")),
        }
    }
}
