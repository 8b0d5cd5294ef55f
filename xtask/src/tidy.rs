//! `cargo xtask tidy`: the form of the source files.
//!
//! The rules are in [`rules`]; this file finds the files.

mod rules;

use crate::Failure;
use crate::step::root;
use std::path::{Path, PathBuf};

/// Folders with Rust sources.
const SOURCES: &[&str] = &["crates", "xtask", "benches", "fuzz"];

/// Folders with further text files; the root itself is read without its folders.
const TEXTS: &[&str] = &["crates", "xtask", "benches", "fuzz", "docs", "data"];

/// Extensions of text files that are not Rust.
const TEXT_EXTENSIONS: &[&str] = &["md", "toml", "py", "yml", "yaml"];

/// Folders that hold products or foreign bytes.
const SKIPPED: &[&str] = &["target", "corpus", "artifacts", "coverage"];

/// Checks all files and prints every complaint.
pub(crate) fn run() -> Result<(), Failure> {
    let (count, found) = check(&root()).map_err(Failure::Check)?;
    if found.is_empty() {
        println!("tidy: {count} files in order");
        Ok(())
    } else {
        Err(Failure::Check(format!("tidy: {} complaints\n{}", found.len(), found.join("\n"))))
    }
}

/// Returns the number of files read and the complaints.
fn check(root: &Path) -> Result<(usize, Vec<String>), String> {
    let mut found = Vec::new();
    let sources = files(root, SOURCES, &["rs"])?;
    for path in &sources {
        found.extend(rules::source(&relative(root, path), &read(path)?));
    }
    let mut texts = files(root, TEXTS, TEXT_EXTENSIONS)?;
    texts.extend(entries(root)?.into_iter().filter(|path| path.is_file() && has_extension(path, TEXT_EXTENSIONS)));
    for path in &texts {
        found.extend(rules::text(&relative(root, path), &read(path)?));
    }
    if sources.is_empty() {
        found.push("no source file was found: the folders of xtask/src/tidy.rs are wrong".to_owned());
    }
    Ok((sources.len() + texts.len(), found))
}

fn files(root: &Path, folders: &[&str], extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut open: Vec<PathBuf> = folders.iter().map(|name| root.join(name)).filter(|path| path.is_dir()).collect();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for path in entries(&folder)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name) {
                open.push(path);
            } else if path.is_file() && has_extension(&path, extensions) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|found| extensions.contains(&found))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The path from the root of the workspace, with `/` on every system.
fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let (count, found) = check(&root()).unwrap();
        assert!(8 <= count, "only {count} files were read");
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn an_empty_tree_does_not_pass() {
        let empty = root().join("xtask").join("src").join("tidy");
        let (_, found) = check(&empty).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
