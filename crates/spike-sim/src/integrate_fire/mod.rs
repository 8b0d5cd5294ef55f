//! Integrate-and-fire neurons without leak, as converted networks use them, with fixed and moving thresholds.

mod adaptive;
mod burst;
mod population;

pub use population::{IfOptions, IfPopulation, IfReset, Threshold};
