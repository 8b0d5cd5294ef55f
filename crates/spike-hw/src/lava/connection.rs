//! Any connection of the Lava dialect.

use super::{Conv, DelayDense, Dense};
use crate::error::ModelError;
use crate::rules::Rules;

/// A connection between two populations.
#[derive(Debug, Clone)]
pub enum Connection {
    /// All to all.
    Dense(Dense),
    /// All to all with delays.
    DelayDense(DelayDense),
    /// Convolutional.
    Conv(Conv),
}

impl Connection {
    /// One step: sends what is due and takes in the spikes of this step.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of spikes is not the number of inputs.
    pub fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        match self {
            Self::Dense(c) => c.step(spikes),
            Self::DelayDense(c) => c.step(spikes),
            Self::Conv(c) => c.step(spikes),
        }
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        match self {
            Self::Dense(c) => c.step_with(rules, spikes),
            Self::DelayDense(c) => c.step_with(rules, spikes),
            Self::Conv(c) => c.step_with(rules, spikes),
        }
    }

    /// Forgets what was not sent yet.
    pub fn reset(&mut self) {
        match self {
            Self::Dense(c) => c.reset(),
            Self::DelayDense(c) => c.reset(),
            Self::Conv(c) => c.reset(),
        }
    }

    /// Number of inputs.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        match self {
            Self::Dense(c) => c.num_inputs(),
            Self::DelayDense(c) => c.num_inputs(),
            Self::Conv(c) => c.num_inputs(),
        }
    }

    /// Number of outputs.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        match self {
            Self::Dense(c) => c.num_outputs(),
            Self::DelayDense(c) => c.num_outputs(),
            Self::Conv(c) => c.num_outputs(),
        }
    }
}
