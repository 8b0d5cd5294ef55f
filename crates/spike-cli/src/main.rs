//! The binary `spike`: encode data to spikes, decode them, look at them.

mod command;
mod data;
mod error;
mod figure;
mod options;
mod output;
mod par;
mod progress;
mod summary;
mod terminal;
mod variability;

use clap::Parser;
use std::process::ExitCode;

/// Turns continuous data into spikes and back: exact, reproducible, event-native.
///
/// Exit codes: 0 done, 1 difference found, 2 usage or configuration, 3 missing, unreadable or invalid data,
/// 4 unsupported model, 5 output cannot be written.
#[derive(Debug, Parser)]
#[command(name = "spike", version, max_term_width = 110)]
struct Arguments {
    /// Threads to use (default: one for each processor). The result is the same with any number.
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = par::use_threads(arguments.threads).and_then(|()| command::run(arguments.command));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
