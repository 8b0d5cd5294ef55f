//! What moves a simulation on: the clock, or the events.

use serde::{Deserialize, Serialize};

/// What moves a simulation on.
///
/// Both give the same spikes: the event-driven solution is the power of the clock-driven step, tested on the same
/// grid. Potentials differ by rounding, about 1e-15 of their scale, so that a membrane that comes that close to its
/// threshold without reaching it is decided by rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drive {
    /// Every neuron in every step: best where input is dense.
    #[default]
    Clock,
    /// A neuron when a spike arrives at it: best where input is sparse.
    Event,
}
