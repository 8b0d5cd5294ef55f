//! `cargo xtask deny`: licences, bans and sources of all dependencies, by the rules of `deny.toml`.
//!
//! The advisory database lives in a git repository; machines that reach only a package registry cannot fetch it,
//! so it is checked on request.

use crate::Failure;
use crate::step::Step;

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Reads the options of the command; true asks for the advisories.
pub(crate) fn parse(options: &[String]) -> Result<bool, Failure> {
    options.iter().try_fold(false, |_, option| match option.as_str() {
        "--advisories" => Ok(true),
        other => Err(Failure::Usage(format!("unknown option {other:?}"))),
    })
}

/// Installs cargo-deny where it is missing, then checks.
pub(crate) fn run(advisories: bool) -> Result<(), Failure> {
    for step in steps(advisories, is_installed()) {
        println!("$ {}", step.line());
        step.run().map_err(Failure::Check)?;
    }
    Ok(())
}

/// True if some cargo-deny answers.
pub(crate) fn is_installed() -> bool {
    Step::cargo("deny", "deny --version").succeeds_silently()
}

/// The commands that make up the check.
pub(crate) fn steps(advisories: bool, installed: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if !installed {
        steps.push(Step::cargo("install deny", &format!("install cargo-deny --locked --version {VERSION}")));
    }
    let more = if advisories { " advisories" } else { "" };
    steps.push(Step::cargo("deny", &format!("deny --all-features check licenses bans sources{more}")));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_installed_first() {
        let lines: Vec<String> = steps(false, false).iter().map(Step::line).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("install cargo-deny --locked --version 0.20.2"), "{lines:?}");
        assert!(lines[1].ends_with("check licenses bans sources"), "{lines:?}");
    }

    #[test]
    fn advisories_are_checked_on_request_only() {
        assert!(!steps(false, true)[0].line().contains("advisories"));
        assert!(steps(true, true)[0].line().ends_with("advisories"));
    }
}
