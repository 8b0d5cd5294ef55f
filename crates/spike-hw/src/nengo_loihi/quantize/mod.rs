//! The quantiser of nengo-loihi: parameters in real numbers to registers.

mod block;
mod decay;
mod error;
mod mantissa;
mod weights;

pub use block::{CurrentScale, FloatCompartments, FloatSynapse, Quantised, QuantisedSynapse, Scales, discretize_block};
pub use decay::{decay_of_time_constant, decay_sum};
pub use error::DiscretizeError;
pub use mantissa::bias_mantissa;
pub use weights::discretize_weights;

#[cfg(test)]
pub(crate) use block::discretize_block_with;
#[cfg(test)]
pub(crate) use weights::discretize_weights_with;
