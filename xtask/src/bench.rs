//! `cargo xtask bench`: the criterion suite, the peers beside ours, and how time and memory grow.
//!
//! What `--peers` and `--scaling` find is written into `docs/performance.md`, between the marks of their section.

mod scaling;

use crate::Failure;
use crate::step::{Step, root};
use std::path::Path;
use std::process::Command;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    peers: bool,
    scaling: bool,
}

impl Options {
    /// Reads the options of the command.
    pub(crate) fn parse(options: &[String]) -> Result<Self, Failure> {
        let mut parsed = Self::default();
        for option in options {
            match option.as_str() {
                "--peers" => parsed.peers = true,
                "--scaling" => parsed.scaling = true,
                other => return Err(Failure::Usage(format!("unknown option {other:?}"))),
            }
        }
        Ok(parsed)
    }
}

/// Runs the suite, or what the options name.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if !options.peers && !options.scaling {
        return Step::cargo("bench", "bench -p spike-bench").run().map_err(Failure::Check);
    }
    let line = "build --release --quiet -p spike-bench --example encode_work -p spike-cli --bin spike";
    Step::cargo("build", line).run().map_err(Failure::Check)?;
    if options.peers {
        let table = peers().map_err(Failure::Check)?;
        write_section("peers", &table).map_err(Failure::Check)?;
    }
    if options.scaling {
        let table = scaling::measure().map_err(Failure::Check)?;
        write_section("scaling", &table).map_err(Failure::Check)?;
    }
    Ok(())
}

/// Encoders of other libraries, in an environment of their own: the table, with the machine.
fn peers() -> Result<String, String> {
    let environment = root().join("target/peers");
    let python = environment.join("bin/python");
    if !python.exists() {
        shell(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    let requirements = root().join("benches/peers/requirements.txt");
    shell(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
    let figure = root().join("docs/figures/peers.svg");
    let script = root().join("benches/peers/encoders.py");
    let table = shell(Command::new(&python).arg(script).arg("--svg").arg(figure))?;
    Ok(format!("{}\n\n![time of peers over ours](figures/peers.svg)\n\n{table}", machine()?))
}

/// Runs a command, shows its errors as they come and returns what it printed.
fn shell(command: &mut Command) -> Result<String, String> {
    let line = format!("{command:?}");
    println!("$ {line}");
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("{line} could not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{text}");
    if output.status.success() { Ok(text) } else { Err(format!("{line} ended with {}", output.status)) }
}

/// Date, processor and load, since times of other machines are other times.
fn machine() -> Result<String, String> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let date = Command::new("date").arg("+%F").output().map_err(|error| format!("date could not start: {error}"))?;
    let load = read("/proc/loadavg").split(' ').next().unwrap_or("unknown").to_owned();
    Ok(format!(
        "Measured on {}, {}, {processors} processors, load {load}.",
        String::from_utf8_lossy(&date.stdout).trim(),
        model.trim_start_matches([' ', '\t', ':'])
    ))
}

/// Puts text between the marks of a section of `docs/performance.md`.
fn write_section(name: &str, text: &str) -> Result<(), String> {
    let path = root().join("docs/performance.md");
    let found = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let changed = replaced(&found, name, text)
        .ok_or_else(|| format!("{} has no marks <!-- {name} --> and <!-- end {name} -->", path.display()))?;
    let beside = Path::new(&path).with_extension("md.part");
    std::fs::write(&beside, changed)
        .and_then(|()| std::fs::rename(&beside, &path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
    let first = document.find(&start)? + start.len();
    let last = first + document[first..].find(&end)?;
    Some(format!("{}\n{}\n\n{}", &document[..first], text.trim(), &document[last..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_checked() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(Options::parse(&words("--peers")).ok(), Some(Options { peers: true, scaling: false }));
        assert!(Options::parse(&words("--fast")).is_err());
    }

    #[test]
    fn sections_are_replaced_between_their_marks() {
        let document = "a\n<!-- x -->\nold\n<!-- end x -->\nb\n";
        let found = replaced(document, "x", "new\n");
        assert_eq!(found.as_deref(), Some("a\n<!-- x -->\n\nnew\n\n<!-- end x -->\nb\n"));
        assert_eq!(
            found.and_then(|again| replaced(&again, "x", "new")).as_deref(),
            Some("a\n<!-- x -->\n\nnew\n\n<!-- end x -->\nb\n")
        );
        assert_eq!(replaced(document, "y", "new"), None);
    }

    #[test]
    fn the_document_has_the_marks() {
        let document = std::fs::read_to_string(root().join("docs/performance.md")).unwrap_or_default();
        for name in ["peers", "scaling"] {
            assert!(replaced(&document, name, "x").is_some(), "{name}");
        }
    }
}
