//! Integrate-and-fire neurons without leak, as converted networks use them, with fixed and moving thresholds.

mod adaptive;
mod burst;
mod neurons;
mod population;

pub use neurons::{Emission, IfNeurons, IfNeuronsOptions};
pub use population::{IfOptions, IfPopulation, IfReset, Threshold};
