//! `cargo xtask ci`: everything the gate checks, in order, each step with its duration.
//!
//! A step that fails does not hide the ones behind it; the summary lists all failures.
//! A step that cannot run fails: it is never skipped in silence.

use crate::step::Step;
use crate::{Failure, deny, layers, tidy};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    skip_tests: bool,
    advisories: bool,
    fail_fast: bool,
}

impl Options {
    /// Reads the options of the command.
    pub(crate) fn parse(options: &[String]) -> Result<Self, Failure> {
        let mut parsed = Self::default();
        for option in options {
            match option.as_str() {
                "--skip-tests" => parsed.skip_tests = true,
                "--advisories" => parsed.advisories = true,
                "--fail-fast" => parsed.fail_fast = true,
                other => return Err(Failure::Usage(format!("unknown option {other:?}"))),
            }
        }
        Ok(parsed)
    }
}

/// A check inside this program or a command outside.
enum Check {
    Inside(&'static str, fn() -> Result<(), Failure>),
    Outside(Step),
}

impl Check {
    fn name(&self) -> &'static str {
        match self {
            Self::Inside(name, _) => name,
            Self::Outside(step) => step.name,
        }
    }

    fn run(&self) -> Result<(), String> {
        match self {
            Self::Inside(name, check) => {
                println!("\n== {name}");
                check().map_err(|failure| match failure {
                    Failure::Usage(reason) | Failure::Check(reason) => reason,
                })
            }
            Self::Outside(step) => {
                println!("\n== {}: {}", step.name, step.line());
                step.run()
            }
        }
    }
}

/// Runs all checks and reports every failure.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let metadata = layers::metadata().map_err(Failure::Check)?;
    let mut done: Vec<(&'static str, Duration, Result<(), String>)> = Vec::new();
    for check in checks(options, &with_default_features(&metadata), deny::is_installed()) {
        let start = Instant::now();
        let outcome = check.run();
        println!("-- {} {} after {:.1} s", check.name(), verdict(&outcome), start.elapsed().as_secs_f64());
        let stop = options.fail_fast && outcome.is_err();
        done.push((check.name(), start.elapsed(), outcome));
        if stop {
            break;
        }
    }
    summary(&done)
}

fn checks(options: &Options, with_default_features: &[String], deny_is_installed: bool) -> Vec<Check> {
    let mut steps = vec![
        Step::cargo("format", "fmt --all --check"),
        Step::cargo("clippy", "clippy --workspace --all-targets -- -D warnings"),
    ];
    if !with_default_features.is_empty() {
        let packages: String = with_default_features.iter().map(|name| format!(" -p {name}")).collect();
        let line = format!("clippy{packages} --all-targets --no-default-features -- -D warnings");
        steps.push(Step::cargo("clippy without features", &line));
    }
    if !options.skip_tests {
        steps.push(Step::cargo("test", "test --workspace"));
    }
    steps.extend([
        Step::cargo("test without features", "test -p spike-encode -p spike-decode --no-default-features"),
        // Overflow wraps and loops are vectorised in release, so the numeric crates are tested there too.
        Step::cargo("test release", "test --release -p spike-core -p spike-encode -p spike-decode"),
        Step::cargo("doc", "doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"),
        Step::cargo("bench builds", "bench -p spike-bench --no-run"),
    ]);
    steps.extend(deny::steps(options.advisories, deny_is_installed));
    let inside = [Check::Inside("layers", layers::run), Check::Inside("tidy", tidy::run)];
    inside.into_iter().chain(steps.into_iter().map(Check::Outside)).collect()
}

/// The members whose default features switch something on.
fn with_default_features(metadata: &Value) -> Vec<String> {
    layers::packages(metadata)
        .filter(|package| package["features"]["default"].as_array().is_some_and(|default| !default.is_empty()))
        .filter_map(|package| package["name"].as_str().map(str::to_owned))
        .collect()
}

fn summary(done: &[(&'static str, Duration, Result<(), String>)]) -> Result<(), Failure> {
    println!("\n== summary");
    for (name, time, outcome) in done {
        println!("{:>8.1} s  {:<6}  {name}", time.as_secs_f64(), verdict(outcome));
    }
    let reasons: Vec<String> =
        done.iter().filter_map(|(name, _, outcome)| Some(format!("{name}: {}", outcome.as_ref().err()?))).collect();
    if reasons.is_empty() {
        println!("all {} steps passed", done.len());
        Ok(())
    } else {
        Err(Failure::Check(format!("\n{} of {} steps failed\n{}", reasons.len(), done.len(), reasons.join("\n"))))
    }
}

fn verdict(outcome: &Result<(), String>) -> &'static str {
    if outcome.is_ok() { "passed" } else { "FAILED" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(options: &Options, members: &[String]) -> Vec<&'static str> {
        checks(options, members, true).iter().map(Check::name).collect()
    }

    #[test]
    fn the_gate_has_every_step() {
        let steps = names(&Options::default(), &["spike-encode".to_owned()]);
        assert_eq!(
            steps,
            [
                "layers",
                "tidy",
                "format",
                "clippy",
                "clippy without features",
                "test",
                "test without features",
                "test release",
                "doc",
                "bench builds",
                "deny"
            ]
        );
    }

    #[test]
    fn only_the_plain_test_can_be_left_out() {
        let all = names(&Options::default(), &[]);
        let fewer = names(&Options { skip_tests: true, ..Options::default() }, &[]);
        assert_eq!(all.len(), fewer.len() + 1);
        assert!(!fewer.contains(&"test"));
    }

    #[test]
    fn members_with_default_features_are_found() {
        let metadata = json!({ "packages": [
            { "name": "a", "features": { "default": ["rayon"], "rayon": [] } },
            { "name": "b", "features": {} },
            { "name": "c", "features": { "default": [] } },
        ] });
        assert_eq!(with_default_features(&metadata), ["a"]);
    }

    #[test]
    fn one_failure_fails_the_whole_and_is_named() {
        let done = [("fine", Duration::ZERO, Ok(())), ("bad", Duration::ZERO, Err("because".to_owned()))];
        let Err(Failure::Check(reason)) = summary(&done) else { panic!("a failure must not pass") };
        assert!(reason.contains("1 of 2 steps failed") && reason.contains("bad: because"), "{reason}");
        assert!(summary(&done[..1]).is_ok());
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(Options::parse(&["--skip".to_owned()]).is_err());
        let all = ["--skip-tests", "--advisories", "--fail-fast"].map(str::to_owned);
        let expected = Options { skip_tests: true, advisories: true, fail_fast: true };
        assert_eq!(Options::parse(&all).ok(), Some(expected));
    }
}
