//! The project's own checks, run as `cargo xtask COMMAND`.
//!
//! Each command prints what it found and what to do about it.
//! The exit code is 0 when all is well, 1 when a check failed, 2 when the command line is wrong.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks through them")]

mod bench;
mod ci;
mod coverage;
mod deny;
mod docs;
mod dump;
mod fuzz;
mod layers;
mod step;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND [OPTIONS]

Commands:
  ci          everything the gate checks, in order, with a summary
                --skip-tests   leave out `cargo test --workspace`, which has just run
                --advisories   also check the advisory database, which must be fetched
                --fail-fast    stop at the first step that fails
  layers      the law of dependencies: every edge goes to a lower layer and is allowed
  tidy        the form of the source files: module docs, size, names, banned words
  deny        licences, duplicates and sources of all dependencies
                --advisories   also check the advisory database, which must be fetched
  bench       the criterion suite; with an option what it names instead, into docs/performance.md
                --peers        encoders of other libraries beside ours, in an environment in target/peers
                --scaling      time for each spike and memory as neurons, steps, samples and threads grow (Linux)
  coverage    the share of lines of the library crates that tests run; below 95 % it fails
  docs        every command of the README and the documents, run with the binary of this checkout
  dump        write the documented dumps for boards, docs/dumps, anew
  fuzz        every fuzz target for a short while
                --seconds N    time for each target, 30 if not given
                --address      with the address sanitizer, which needs a nightly toolchain";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(reason)) => {
            eprintln!("{reason}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Check(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(1)
        }
    }
}

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood.
    Usage(String),
    /// A check failed or could not run.
    Check(String),
}

fn run(words: &[String]) -> Result<(), Failure> {
    let Some((command, options)) = words.split_first() else {
        return Err(Failure::Usage("no command given".to_owned()));
    };
    match command.as_str() {
        "ci" => ci::run(&ci::Options::parse(options)?),
        "layers" => no_options(options).and_then(|()| layers::run()),
        "tidy" => no_options(options).and_then(|()| tidy::run()),
        "deny" => deny::run(deny::parse(options)?),
        "bench" => bench::run(&bench::Options::parse(options)?),
        "coverage" => no_options(options).and_then(|()| coverage::run()),
        "docs" => no_options(options).and_then(|()| docs::run()),
        "dump" => no_options(options).and_then(|()| dump::run()),
        "fuzz" => fuzz::run(&fuzz::Options::parse(options)?),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::Usage(format!("unknown command {other:?}"))),
    }
}

fn no_options(options: &[String]) -> Result<(), Failure> {
    match options.first() {
        None => Ok(()),
        Some(option) => Err(Failure::Usage(format!("unknown option {option:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn wrong_command_lines_are_usage_errors() {
        for text in [
            "",
            "nonsense",
            "layers --fast",
            "tidy x",
            "dump x",
            "docs x",
            "coverage x",
            "bench --fast",
            "ci --skip",
            "deny -a",
            "fuzz --seconds",
        ] {
            assert!(matches!(run(&words(text)), Err(Failure::Usage(_))), "{text:?}");
        }
    }

    #[test]
    fn help_is_not_an_error() {
        assert!(run(&words("--help")).is_ok());
    }
}
