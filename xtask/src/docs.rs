//! `cargo xtask docs`: runs every command that the README and the documents show, with the binary of this checkout.
//!
//! A block marked `sh` is run; a block marked `sh by-hand REASON` is not, and is listed with its reason. The blocks of a
//! document share a folder of their own, in which `data` is the folder of the repository, so that a reader can follow a
//! document from top to bottom and see what this program saw.

use crate::Failure;
use crate::step::{Step, root};
#[cfg(unix)]
use std::os::unix::fs::symlink as link;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as link;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// A block of commands in a document.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// Line of its first command, counted from 1.
    line: usize,
    commands: String,
    /// Why it is not run.
    by_hand: Option<String>,
}

/// Runs the blocks of all documents and reports every one that failed.
pub(crate) fn run() -> Result<(), Failure> {
    Step::cargo("build", "build --release --quiet --package spike-cli").run().map_err(Failure::Check)?;
    let (mut failed, mut number) = (Vec::new(), 0);
    for document in documents()? {
        let name = document.strip_prefix(root()).unwrap_or(&document).display().to_string();
        let text = std::fs::read_to_string(&document).map_err(|error| Failure::Check(format!("{name}: {error}")))?;
        let blocks = blocks(&text).map_err(|reason| Failure::Check(format!("{name}: {reason}")))?;
        if blocks.iter().any(|block| block.by_hand.is_none()) {
            prepare(&folder(&document)).map_err(|error| Failure::Check(format!("{name}: {error}")))?;
        }
        for block in blocks {
            let place = format!("{name}:{}", block.line);
            if let Some(reason) = &block.by_hand {
                println!("{place}: by hand, {reason}");
                continue;
            }
            let start = Instant::now();
            number += 1;
            match execute(&block.commands, &folder(&document)) {
                Ok(()) => println!("{place}: passed after {:.1} s", start.elapsed().as_secs_f64()),
                Err(reason) => {
                    println!("{place}: FAILED\n{}\n{reason}", block.commands.trim_end());
                    failed.push(place);
                }
            }
        }
    }
    match failed.len() {
        0 if number == 0 => Err(Failure::Check("no document has a block of commands".to_owned())),
        0 => {
            println!("docs: {number} blocks of commands passed");
            Ok(())
        }
        _ => Err(Failure::Check(format!("commands in documents failed: {}", failed.join(", ")))),
    }
}

/// The README and the documents, in the order of their names.
fn documents() -> Result<Vec<PathBuf>, Failure> {
    let docs = root().join("docs");
    let entries = std::fs::read_dir(&docs)
        .map_err(|error| Failure::Check(format!("no documents in {}: {error}", docs.display())))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.sort();
    found.insert(0, root().join("README.md"));
    Ok(found)
}

/// Where the commands of a document run.
fn folder(document: &Path) -> PathBuf {
    root().join("target/docs").join(document.file_stem().unwrap_or_default())
}

/// An empty folder beside the data.
fn prepare(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    link(root().join("data"), folder.join("data"))
}

/// Runs commands as a careful person would: the first that fails ends the block.
fn execute(commands: &str, folder: &Path) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-eu", "-o", "pipefail", "-c", commands])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", root().join("target/release").display()))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("bash could not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}ended with {}", String::from_utf8_lossy(&output.stderr), output.status))
}

/// The blocks of commands of a document.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let (mut found, mut open): (Vec<Block>, Option<Option<Block>>) = (Vec::new(), None);
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        open = match (open, fence) {
            (None, Some(info)) => Some(block(info.trim(), index + 2)?),
            (None, None) => None,
            (Some(block), Some("")) => {
                found.extend(block);
                None
            }
            (Some(Some(block)), _) => Some(Some(Block { commands: format!("{}{line}\n", block.commands), ..block })),
            (Some(None), _) => Some(None),
        };
    }
    if open.is_some() { Err("its last block has no end".to_owned()) } else { Ok(found) }
}

/// What the words behind a fence begin: `None` for what is no block of commands.
fn block(info: &str, line: usize) -> Result<Option<Block>, String> {
    let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
    if !["sh", "bash", "shell", "console"].contains(&language) {
        return Ok(None);
    }
    let by_hand = match (language, rest.trim().strip_prefix("by-hand")) {
        ("sh", None) if rest.is_empty() => None,
        ("sh", Some(reason)) if !reason.trim().is_empty() => Some(reason.trim().to_owned()),
        _ => return Err(format!("line {line}: mark commands `sh`, or `sh by-hand REASON` if they are not to be run")),
    };
    Ok(Some(Block { line, commands: String::new(), by_hand }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_lines() {
        let text = "a\n```sh\nspike schemes\nb\n```\n```text\nno\n```\n```sh by-hand takes hours\nc\n```\n";
        let found = blocks(text).unwrap_or_default();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], Block { line: 3, commands: "spike schemes\nb\n".to_owned(), by_hand: None });
        assert_eq!((found[1].line, found[1].by_hand.as_deref()), (10, Some("takes hours")));
    }

    #[test]
    fn unclear_marks_are_refused() {
        for text in ["```bash\n```\n", "```sh by-hand\n```\n", "```sh fast\n```\n", "```sh\nspike\n"] {
            assert!(blocks(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_first_command_that_fails_ends_a_block() {
        let folder = std::env::temp_dir();
        assert!(execute("true\ntrue", &folder).is_ok());
        let failed = execute("echo cause >&2; false\ntrue", &folder);
        assert!(failed.is_err_and(|reason| reason.contains("cause")));
        assert!(execute("false | true", &folder).is_err());
    }

    #[test]
    fn every_document_can_be_read() {
        let documents = documents().unwrap_or_default();
        assert!(10 < documents.len(), "{documents:?}");
        for document in documents {
            let text = std::fs::read_to_string(&document).unwrap_or_default();
            assert!(blocks(&text).is_ok(), "{}: {:?}", document.display(), blocks(&text));
        }
    }
}
