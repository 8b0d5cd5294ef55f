//! What the quantiser says of each layer.

use crate::lava::SignMode;
use crate::network::Role;
use serde::Serialize;
use std::fmt;

/// A layer in integers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantisedLayer {
    /// Name of the node whose neurons they are.
    pub name: String,
    /// What the neurons are for.
    pub role: Role,
    /// Number of neurons.
    pub num_neurons: usize,
    /// Bits of a weight.
    pub weight_bits: u8,
    /// Signs of the weights.
    pub sign_mode: SignMode,
    /// Exponent of the weights.
    pub weight_exp: i32,
    /// Threshold in units of 2⁶ of the current; 0 for neurons that do not fire.
    pub threshold: u32,
    /// Mantissa of a weight of one threshold (of 1, for neurons that do not fire).
    pub scale: f64,
    /// √mean (error of the current)² over √mean (current)², on calibration samples.
    pub rms_error: f64,
    /// Share of the weights that were clipped.
    pub clipped_share: f64,
    /// Largest current on calibration samples, as a share of the register.
    pub range_share: f64,
    /// Whether no input of 0 to 1 at all can make the current wrap.
    pub range_proven: bool,
}

/// Something that a board does otherwise than the network in real numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Substitution {
    /// Values arrive as evenly spread spikes, not as a constant current.
    InputSpikes,
    /// Neurons fire and never take a spike back.
    BinarySpikes,
    /// The neurons of a window of a maximum pool inhibit each other by a threshold at each spike.
    LateralInhibition,
}

impl fmt::Display for Substitution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InputSpikes => "values arrive as evenly spread spikes, not as a constant current",
            Self::BinarySpikes => "spikes are binary: no spike is taken back",
            Self::LateralInhibition => {
                "maximum pools are circuits: neurons of a window inhibit each other, a pooling neuron passes their \
                 spikes on"
            }
        })
    }
}
