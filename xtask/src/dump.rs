//! `cargo xtask dump`: the documented dumps for boards, written anew.
//!
//! A test of `spike-hw` compares them with what the code writes.

use crate::Failure;
use crate::step::Step;

/// Writes the dumps.
pub(crate) fn run() -> Result<(), Failure> {
    let step = Step::cargo("dump", "run --quiet --package spike-hw --example board_files -- dumps docs/dumps");
    println!("$ {}", step.line());
    step.run().map_err(Failure::Check)
}
