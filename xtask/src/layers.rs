//! `cargo xtask layers`: the law of dependencies, which Cargo does not check.
//!
//! An edge of any kind (normal, dev, build) goes to a strictly lower layer, and the row of the crate lists it.
//! The table is the picture of the project: five floors, no circle.

use crate::Failure;
use crate::step::{cargo, root};
use serde_json::Value;
use std::process::Command;

/// One crate: its floor and the siblings that it may use.
struct Row {
    name: &'static str,
    floor: Floor,
    may_use: &'static [&'static str],
}

/// Where a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    /// A product crate; it may use lower layers only.
    Layer(u8),
    /// A tool of the project; it may use every product crate, and nothing may use it.
    Tool,
}

const CORE: &str = "spike-core";
const ENCODE: &str = "spike-encode";
const SIM: &str = "spike-sim";
const METRICS: &str = "spike-metrics";
const IO: &str = "spike-io";
const DECODE: &str = "spike-decode";
const CONVERT: &str = "spike-convert";
const HW: &str = "spike-hw";
const FACADE: &str = "spike";

const ROWS: &[Row] = &[
    Row { name: CORE, floor: Floor::Layer(0), may_use: &[] },
    Row { name: ENCODE, floor: Floor::Layer(1), may_use: &[CORE] },
    Row { name: SIM, floor: Floor::Layer(1), may_use: &[CORE] },
    Row { name: METRICS, floor: Floor::Layer(1), may_use: &[CORE] },
    Row { name: IO, floor: Floor::Layer(1), may_use: &[CORE] },
    Row { name: DECODE, floor: Floor::Layer(2), may_use: &[CORE, ENCODE, SIM, METRICS] },
    Row { name: CONVERT, floor: Floor::Layer(2), may_use: &[CORE, ENCODE, SIM, METRICS, IO] },
    Row { name: HW, floor: Floor::Layer(3), may_use: &[CORE, ENCODE, SIM, IO, CONVERT] },
    Row { name: FACADE, floor: Floor::Layer(4), may_use: &[CORE, ENCODE, SIM, METRICS, IO, DECODE, CONVERT, HW] },
    Row {
        name: "spike-cli",
        floor: Floor::Layer(5),
        may_use: &[CORE, ENCODE, SIM, METRICS, IO, DECODE, CONVERT, HW, FACADE],
    },
    Row {
        name: "spike-py",
        floor: Floor::Layer(5),
        may_use: &[CORE, ENCODE, SIM, METRICS, IO, DECODE, CONVERT, HW, FACADE],
    },
    Row { name: "spike-bench", floor: Floor::Tool, may_use: &[] },
    Row { name: "xtask", floor: Floor::Tool, may_use: &[] },
];

/// Checks the workspace and prints every violation.
pub(crate) fn run() -> Result<(), Failure> {
    let metadata = metadata().map_err(Failure::Check)?;
    let found = violations(&metadata);
    if found.is_empty() {
        println!("layers: {} crates, every dependency points downward", packages(&metadata).count());
        Ok(())
    } else {
        Err(Failure::Check(format!("layers: {} violations\n{}", found.len(), found.join("\n"))))
    }
}

/// What Cargo knows about the members of the workspace.
pub(crate) fn metadata() -> Result<Value, String> {
    let output = Command::new(cargo())
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata could not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata gave no JSON: {error}"))
}

/// The members of the workspace.
pub(crate) fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn violations(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages(metadata) {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(user) = row(name) else {
            found.push(format!("{name} has no layer: add its row to xtask/src/layers.rs and to docs/architecture.md"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let kind = dependency["kind"].as_str().unwrap_or("normal");
            match row(used) {
                Some(used) => found.extend(complaint(user, used, kind)),
                None if dependency["path"].is_string() => {
                    found.push(format!("{name} has a {kind} dependency on {used}, which is no member of the layers"));
                }
                None => {}
            }
        }
    }
    found
}

fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

fn complaint(user: &Row, used: &Row, kind: &str) -> Option<String> {
    let edge = format!("{} ({}) has a {kind} dependency on {} ({})", user.name, user.floor, used.name, used.floor);
    if used.floor == Floor::Tool {
        Some(format!("{edge}: nothing may depend on a tool; move what is shared into a crate"))
    } else if user.floor <= used.floor {
        Some(format!(
            "{edge}: an edge must go to a strictly lower layer; \
             move the code down, or move the test that needs it up to a crate that may use both"
        ))
    } else if user.floor != Floor::Tool && !user.may_use.contains(&used.name) {
        Some(format!(
            "{edge}, which its row does not list; do without it, \
             or allow it in xtask/src/layers.rs and give the reason in docs/architecture.md"
        ))
    } else {
        None
    }
}

impl std::fmt::Display for Floor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Layer(number) => write!(f, "layer {number}"),
            Self::Tool => f.write_str("tool"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Metadata with one package that has one dependency.
    fn edge(user: &str, used: &str, kind: Option<&str>) -> Value {
        json!({ "packages": [{ "name": user, "dependencies": [{ "name": used, "kind": kind, "path": "x" }] }] })
    }

    #[track_caller]
    fn assert_refused(metadata: &Value, because: &str) {
        let found = violations(metadata);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(because), "{found:?}");
    }

    #[test]
    fn dependencies_point_downward() {
        let found = violations(&metadata().unwrap());
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn every_row_lists_lower_layers_only() {
        for user in ROWS {
            for name in user.may_use {
                let used = row(name).expect("a row lists crates of the table");
                assert!(used.floor < user.floor, "{} lists {name}", user.name);
            }
        }
    }

    #[test]
    fn edges_of_the_picture_are_allowed() {
        for (user, used) in [
            ("spike-decode", "spike-encode"),
            ("spike-cli", "spike-io"),
            ("xtask", "spike"),
            ("spike-bench", "spike-cli"),
        ] {
            for kind in [None, Some("dev"), Some("build")] {
                assert!(violations(&edge(user, used, kind)).is_empty(), "{user} -> {used}");
            }
        }
    }

    #[test]
    fn an_upward_edge_of_any_kind_is_refused() {
        for kind in [None, Some("dev"), Some("build")] {
            assert_refused(&edge("spike-core", "spike-encode", kind), "strictly lower layer");
        }
        assert_refused(&edge("spike-core", "spike-encode", Some("dev")), "has a dev dependency");
    }

    #[test]
    fn a_sideways_edge_is_refused() {
        assert_refused(&edge("spike-encode", "spike-io", Some("dev")), "strictly lower layer");
        assert_refused(&edge("spike-decode", "spike-convert", None), "strictly lower layer");
        assert_refused(&edge("spike-core", "spike-core", Some("dev")), "strictly lower layer");
    }

    #[test]
    fn a_downward_edge_that_is_not_listed_is_refused() {
        assert_refused(&edge("spike-decode", "spike-io", None), "does not list");
        assert_refused(&edge("spike-hw", "spike-metrics", Some("dev")), "does not list");
    }

    #[test]
    fn nothing_may_use_a_tool() {
        assert_refused(&edge("spike-cli", "xtask", Some("build")), "depend on a tool");
        assert_refused(&edge("xtask", "spike-bench", None), "depend on a tool");
    }

    #[test]
    fn an_unknown_crate_is_refused() {
        assert_refused(&json!({ "packages": [{ "name": "spike-new", "dependencies": [] }] }), "no layer");
        assert_refused(&edge("spike-core", "spike-new", None), "no member of the layers");
    }

    #[test]
    fn foreign_dependencies_are_not_this_law() {
        let metadata = json!({ "packages": [{ "name": "spike-core",
            "dependencies": [{ "name": "ndarray", "kind": null, "path": null }] }] });
        assert!(violations(&metadata).is_empty());
    }
}
