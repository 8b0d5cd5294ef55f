//! `cargo xtask coverage`: the share of lines of the library crates that their tests run.
//!
//! cargo-tarpaulin instruments the tests with the compiler's own counters and reads them without llvm-tools, so that the
//! pinned toolchain is enough. No line is left out; tests do not count as lines.

use crate::Failure;
use crate::step::{Step, root};
use serde_json::Value;
use std::collections::BTreeMap;

/// The crates that count: the libraries.
const LIBRARIES: [&str; 9] = [
    "spike-core",
    "spike-encode",
    "spike-decode",
    "spike-metrics",
    "spike-sim",
    "spike-io",
    "spike-convert",
    "spike-hw",
    "spike",
];

/// Share of lines that must be run, in percent.
const LEAST_PERCENT: f64 = 95.0;

const FOLDER: &str = "target/coverage";

/// Lines that were run, and lines that there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    covered: u64,
    coverable: u64,
}

impl Lines {
    fn percent(self) -> f64 {
        100.0 * self.covered as f64 / self.coverable.max(1) as f64
    }
}

/// Runs the tests and reports each crate, and the files that lose most.
pub(crate) fn run() -> Result<(), Failure> {
    if !Step::cargo("coverage", "tarpaulin --version").succeeds_silently() {
        let reason = "cargo-tarpaulin is missing: run `cargo install cargo-tarpaulin --locked`";
        return Err(Failure::Check(reason.to_owned()));
    }
    let packages: String = LIBRARIES.iter().map(|name| format!(" --packages {name}")).collect();
    let line = format!(
        "tarpaulin --engine llvm --no-dead-code --skip-clean --lib --tests --timeout 1200 --out Json --output-dir {FOLDER} \
         --target-dir {FOLDER} --include-files crates/*/src/*{packages}"
    );
    Step::cargo("coverage", &line).run().map_err(Failure::Check)?;
    let path = root().join(FOLDER).join("tarpaulin-report.json");
    let text =
        std::fs::read_to_string(&path).map_err(|error| Failure::Check(format!("{}: {error}", path.display())))?;
    let report = serde_json::from_str(&text).map_err(|error| Failure::Check(format!("{}: {error}", path.display())))?;
    judge(&files(&report))
}

/// Lines of each file of a library, by its path from the root.
fn files(report: &Value) -> BTreeMap<String, Lines> {
    let mut found = BTreeMap::new();
    for file in report["files"].as_array().into_iter().flatten() {
        let parts: Vec<&str> = file["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let Some(at) = parts.iter().rposition(|part| *part == "crates") else { continue };
        let is_library = parts.get(at + 1).is_some_and(|name| LIBRARIES.contains(name));
        if is_library && parts.get(at + 2) == Some(&"src") {
            let number = |key: &str| file[key].as_u64().unwrap_or(0);
            let lines = Lines { covered: number("covered"), coverable: number("coverable") };
            found.insert(parts[at + 1..].join("/"), lines);
        }
    }
    found
}

fn judge(files: &BTreeMap<String, Lines>) -> Result<(), Failure> {
    let mut crates: BTreeMap<&str, Lines> = BTreeMap::new();
    let mut all = Lines::default();
    for (path, lines) in files {
        let name = path.split('/').next().unwrap_or_default();
        for sum in [crates.entry(name).or_default(), &mut all] {
            sum.covered += lines.covered;
            sum.coverable += lines.coverable;
        }
    }
    let mut missed: Vec<(&String, u64)> = files.iter().map(|(path, l)| (path, l.coverable - l.covered)).collect();
    missed.sort_by_key(|(_, missed)| std::cmp::Reverse(*missed));
    println!("files with most lines that no test runs:");
    missed.iter().take(20).filter(|(_, missed)| 0 < *missed).for_each(|(path, missed)| println!("{missed:>6}  {path}"));
    println!("| crate | lines | run by tests | % |\n|---|---|---|---|");
    for (name, lines) in &crates {
        println!("| `{name}` | {} | {} | {:.2} |", lines.coverable, lines.covered, lines.percent());
    }
    println!("| all | {} | {} | {:.2} |", all.coverable, all.covered, all.percent());
    let silent: Vec<&str> = LIBRARIES.into_iter().filter(|name| !crates.contains_key(name)).collect();
    if !silent.is_empty() {
        return Err(Failure::Check(format!("the report has no file of {}", silent.join(", "))));
    }
    if all.percent() < LEAST_PERCENT {
        let found = all.percent();
        return Err(Failure::Check(format!("tests run {found:.2} % of the lines, {LEAST_PERCENT} % are needed")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_are_summed_by_library() {
        let file =
            |path: &[&str], covered, coverable| json!({"path": path, "covered": covered, "coverable": coverable});
        let report = json!({"files": [
            file(&["/", "x", "crates", "spike-core", "src", "a.rs"], 9, 10),
            file(&["/", "x", "crates", "spike-core", "tests", "a.rs"], 0, 10),
            file(&["/", "x", "crates", "spike-cli", "src", "a.rs"], 0, 10),
        ]});
        let found = files(&report);
        assert_eq!(found.len(), 1);
        assert_eq!(found["spike-core/src/a.rs"], Lines { covered: 9, coverable: 10 });
        // One crate alone is no report of all.
        assert!(judge(&found).is_err());
    }

    #[test]
    fn too_few_lines_are_refused() {
        let files = |covered| {
            let entry = |name: &&str| (format!("{name}/src/lib.rs"), Lines { covered, coverable: 100 });
            LIBRARIES.iter().map(entry).collect::<BTreeMap<_, _>>()
        };
        assert!(judge(&files(95)).is_ok());
        assert!(judge(&files(94)).is_err());
    }
}
