//! `cargo xtask fuzz`: every fuzz target for a short while, to show that it builds, starts and finds nothing.
//!
//! Without a sanitizer the pinned toolchain is enough: panics, hangs and allocations beyond the limit are found.
//! The ordinary tests replay the kept corpus, so the gate does not need this command.

use crate::Failure;
use crate::step::{Step, root};

/// Memory that a target may use; a reader that allocates beyond its input meets it.
const MEMORY_LIMIT_MB: u32 = 1024;

/// Where new inputs go, one folder a target.
const FOUND: &str = "fuzz/target/found";

/// A single input that takes longer is a hang.
const INPUT_LIMIT_S: u32 = 10;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    seconds: u32,
    address: bool,
}

impl Options {
    /// Reads the options of the command.
    pub(crate) fn parse(options: &[String]) -> Result<Self, Failure> {
        let mut parsed = Self { seconds: 30, address: false };
        let mut rest = options.iter();
        while let Some(option) = rest.next() {
            match option.as_str() {
                "--address" => parsed.address = true,
                "--seconds" => {
                    parsed.seconds = rest
                        .next()
                        .and_then(|text| text.parse().ok())
                        .filter(|&seconds| 0 < seconds)
                        .ok_or_else(|| Failure::Usage("--seconds takes a whole number above 0".to_owned()))?;
                }
                other => return Err(Failure::Usage(format!("unknown option {other:?}"))),
            }
        }
        Ok(parsed)
    }
}

/// Runs every target and reports all that failed.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if !Step::cargo("fuzz", "fuzz --version").succeeds_silently() {
        return Err(Failure::Check("cargo-fuzz is missing: run `cargo install cargo-fuzz --locked`".to_owned()));
    }
    let mut failed = Vec::new();
    for target in targets()? {
        let found = root().join(FOUND).join(&target);
        std::fs::create_dir_all(&found)
            .map_err(|error| Failure::Check(format!("{} cannot be made: {error}", found.display())))?;
        let step = step(&target, options);
        println!("$ {}", step.line());
        if let Err(reason) = step.run() {
            failed.push(reason);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Check(failed.join("\n"))) }
}

fn step(target: &str, options: &Options) -> Step {
    // What libFuzzer finds goes into the first folder; the kept corpus is only read.
    let corpus = format!("{FOUND}/{target} fuzz/corpus/{target}");
    let limits = format!(
        "-max_total_time={} -rss_limit_mb={MEMORY_LIMIT_MB} -malloc_limit_mb={MEMORY_LIMIT_MB} -timeout={INPUT_LIMIT_S}",
        options.seconds
    );
    if options.address {
        Step::rustup("fuzz", &format!("run nightly cargo fuzz run --sanitizer address {target} {corpus} -- {limits}"))
    } else {
        Step::cargo("fuzz", &format!("fuzz run --sanitizer none {target} {corpus} -- {limits}"))
    }
}

fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz").join("fuzz_targets");
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| Failure::Check(format!("no fuzz targets in {}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned))
        .collect();
    names.sort();
    if names.is_empty() { Err(Failure::Check("there is no fuzz target".to_owned())) } else { Ok(names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_checked() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(Options::parse(&[]).ok(), Some(Options { seconds: 30, address: false }));
        assert_eq!(Options::parse(&words("--seconds 5 --address")).ok(), Some(Options { seconds: 5, address: true }));
        for wrong in ["--seconds", "--seconds 0", "--seconds -1", "--fast"] {
            assert!(Options::parse(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_pinned_toolchain_is_used_unless_a_sanitizer_is_asked_for() {
        let plain = step("npy", &Options { seconds: 3, address: false }).line();
        assert!(
            plain.starts_with(
                "cargo fuzz run --sanitizer none npy fuzz/target/found/npy fuzz/corpus/npy -- -max_total_time=3"
            ),
            "{plain}"
        );
        let address = step("npy", &Options { seconds: 3, address: true }).line();
        assert!(address.starts_with("rustup run nightly cargo fuzz run --sanitizer address npy"), "{address}");
    }
}
