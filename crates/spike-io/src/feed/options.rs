//! What a feed is asked for.

use super::FeedTarget;
use serde::{Deserialize, Serialize};
use spike_core::{Duplicates, Rounding};

/// What is asked of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedOptions {
    /// The program that it is for.
    pub target: FeedTarget,
    /// Step width of the simulator in nanoseconds; that of the spikes if none is given.
    pub dt_ns: Option<u64>,
    /// Where spikes between two steps of the simulator go.
    pub rounding: Rounding,
    /// What happens to two spikes of a neuron in one step of the simulator.
    pub duplicates: Duplicates,
    /// How several samples are arranged.
    pub arrangement: Arrangement,
    /// Silent steps before the window; without a number as many as the target needs, 0 where it can.
    pub shift_steps: Option<u32>,
    /// Element type of a feed for Lava.
    pub lava_element: LavaElement,
}

impl FeedOptions {
    /// The step width of the spikes, samples side by side; nothing moves and nothing merges unless the target
    /// cannot take a spike at the start.
    #[must_use]
    pub fn new(target: FeedTarget) -> Self {
        Self {
            target,
            dt_ns: None,
            rounding: Rounding::Exact,
            duplicates: Duplicates::Error,
            arrangement: Arrangement::SideBySide,
            shift_steps: None,
            lava_element: LavaElement::Int32,
        }
    }
}

/// How several samples are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Each sample has neurons of its own: row = sample · neurons + neuron.
    SideBySide,
    /// The same neurons spike for one sample after the other.
    InSequence,
}

/// Element type of a feed for Lava: its process models for hardware arithmetic take integers, the others reals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LavaElement {
    /// For models tagged `fixed_pt`.
    Int32,
    /// For models tagged `floating_pt`.
    Float64,
}
