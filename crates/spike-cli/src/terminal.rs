//! What is said to the person at the terminal.

use crate::error::CliError;
use serde::Serialize;
use std::error::Error;
use std::io::{IsTerminal, Write};

/// Prints an error and its causes on one line of standard error.
#[expect(clippy::print_stderr, reason = "this is where errors are shown")]
pub(crate) fn complain(error: &CliError) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    eprintln!("spike: {text}");
}

/// Prints a remark on standard error.
#[expect(clippy::print_stderr, reason = "this is where remarks are shown")]
pub(crate) fn remark(text: &str) {
    eprintln!("spike: {text}");
}

/// Prints text on standard output; a reader that went away is not an error, any other loss ends the program with 5.
pub(crate) fn say(text: &str) {
    if let Err(source) = writeln!(std::io::stdout().lock(), "{text}")
        && source.kind() != std::io::ErrorKind::BrokenPipe
    {
        let error = CliError::Write { path: "standard output".into(), source: source.into() };
        complain(&error);
        std::process::exit(error.exit_code().into());
    }
}

/// Prints one JSON object on standard output.
pub(crate) fn say_json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => say(&text),
        Err(error) => remark(&format!("the result cannot be written as JSON: {error}")),
    }
}

/// Whether colour may be used on standard output.
pub(crate) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
