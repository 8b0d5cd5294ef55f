//! From a converted network in real numbers to an integer network of a dialect.

mod build;
mod error;
mod geometry;
mod layer;
mod levels;
mod options;
mod report;
mod scale;
mod search;
mod topology;

pub use error::QuantiseError;
pub use options::QuantiseOptions;
pub use report::{QuantisedLayer, Substitution};
pub use search::{Quantisation, board_demands, quantise};
