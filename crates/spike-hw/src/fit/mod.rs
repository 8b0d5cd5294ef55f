//! Partition and fit: how many cores a network takes, what does not fit, and what would make it fit.

mod demand;
mod partition;
mod report;

pub use demand::LayerDemand;
pub use partition::fit;
pub use report::{FitReport, LayerFit, Misfit, Remedy, Resource, Usage};
