//! Integrate-and-fire neurons without leak, as converted networks use them, with fixed and moving thresholds.

mod adaptive;
mod burst;
mod layer;
mod neurons;
mod population;

pub use layer::IfLayer;
pub use neurons::{Emission, IfNeurons, IfNeuronsOptions};
pub use population::{IfOptions, IfPopulation, IfReset, Threshold};
