//! One external command: how it is printed, run and judged.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder that holds the workspace manifest.
///
/// Cargo names the manifest's folder when it runs a program or a test; the path of the build is only the fallback,
/// because two checkouts that share a target folder share the program.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&own).parent().expect("xtask is a folder of the workspace").to_owned()
}

/// The cargo that started this program, so that every step uses the pinned toolchain.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// A command with its environment, run in the root of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What the summary calls it.
    pub(crate) name: &'static str,
    tool: Tool,
    args: Vec<String>,
    env: Vec<(&'static str, &'static str)>,
}

/// What a step starts.
#[derive(Debug, Clone, Copy)]
enum Tool {
    Cargo,
    Rustup,
}

impl Step {
    /// A step that runs the pinned `cargo` with the arguments of `line`, split at white space.
    pub(crate) fn cargo(name: &'static str, line: &str) -> Self {
        Self { name, tool: Tool::Cargo, args: words(line), env: Vec::new() }
    }

    /// A step that runs `rustup`, for what the pinned toolchain cannot do.
    pub(crate) fn rustup(name: &'static str, line: &str) -> Self {
        Self { name, tool: Tool::Rustup, args: words(line), env: Vec::new() }
    }

    /// Sets an environment variable for this step alone.
    pub(crate) fn env(mut self, key: &'static str, value: &'static str) -> Self {
        self.env.push((key, value));
        self
    }

    /// The command as a person would type it.
    pub(crate) fn line(&self) -> String {
        let env: String = self.env.iter().map(|(key, value)| format!("{key}='{value}' ")).collect();
        let tool = match self.tool {
            Tool::Cargo => "cargo",
            Tool::Rustup => "rustup",
        };
        format!("{env}{tool} {}", self.args.join(" "))
    }

    /// Runs the step and says why it failed, if it did.
    pub(crate) fn run(&self) -> Result<(), String> {
        let status = self
            .command()
            .envs(self.env.iter().copied())
            .status()
            .map_err(|error| format!("`{}` could not start: {error}", self.line()))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", self.line())) }
    }

    /// True if the command starts and succeeds; its output is thrown away.
    pub(crate) fn succeeds_silently(&self) -> bool {
        self.command().stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    fn command(&self) -> Command {
        let mut command = match self.tool {
            Tool::Cargo => Command::new(cargo()),
            Tool::Rustup => Command::new("rustup"),
        };
        command.args(&self.args).current_dir(root()).stdin(Stdio::null());
        command
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_shows_environment_and_arguments() {
        let step = Step::cargo("doc", "doc --no-deps").env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(step.line(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_step_that_cannot_run_fails() {
        let step = Step::cargo("none", "no-such-subcommand-of-cargo");
        assert!(!step.succeeds_silently());
    }
}
