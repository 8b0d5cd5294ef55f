//! The verbs of `spike`.

mod bench;
mod cat;
mod check;
mod compare;
mod convert;
mod decode;
mod demo;
mod encode;
mod events;
mod export;
mod grid_rule;
mod import;
mod inspect;
mod plot;
mod schemes;
mod sink;
mod transcode;
mod transcode_spikes;
mod tuning;

use crate::error::CliError;
use clap::Subcommand;

/// One verb and a file.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Encode the bundled digits, decode them, show what was lost.
    Demo(demo::Demo),
    /// Turn values, signals or frames into spikes.
    Encode(Box<encode::Encode>),
    /// Turn spikes back into values, signals or frames.
    Decode(Box<decode::Decode>),
    /// Join spike files of consecutive samples, such as shards.
    Cat(cat::Cat),
    /// Say what a file of spikes or events holds.
    Inspect(inspect::Inspect),
    /// Turn a file of spikes or camera events into another format.
    Transcode(transcode::Transcode),
    /// Say whether a network fits a board, what does not, and what would make it fit.
    Check(check::Check),
    /// Write spikes as the input of a simulator, or a network in the integers of a board.
    Export(Box<export::Export>),
    /// Read spike times that a simulator recorded.
    Import(import::Import),
    /// Draw spikes in the terminal or into an SVG or PNG file.
    Plot(plot::Plot),
    /// Measure what codes keep of data and what they cost.
    Bench(Box<bench::Bench>),
    /// Convert a trained network to a spiking one, and measure what it loses.
    Convert(Box<convert::Convert>),
    /// Measure how far two files of spikes are from each other, or whether they are the same.
    Compare(compare::Compare),
    /// List the codes, or describe one.
    Schemes(schemes::Schemes),
}

/// Runs a verb.
pub(crate) fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::Demo(command) => command.run(),
        Command::Encode(command) => command.run(),
        Command::Decode(command) => command.run(),
        Command::Cat(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Transcode(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Plot(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Convert(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Schemes(command) => command.run(),
    }
}
