//! Neurons of an integer network that share their registers.

use crate::Dialect;
use crate::error::{ModelError, check_range, per_neuron};

/// What a population is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Neurons that stand for rectifiers.
    Rectifier,
    /// Neurons that pass the spikes of a window of a maximum pool on.
    Pool,
    /// Neurons that only add up: the read-out is their current.
    Accumulator,
}

/// Neurons with the same decays, threshold and exponent of the bias: one configuration of a core.
///
/// The neurons of an image are in the order (row, column, channel), the channel fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Name of the layer that it stands for.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// (row, column, channel) of an image, or the number of neurons alone.
    pub shape: Vec<usize>,
    /// Decay of the current in units of 1/4096, less one: 0 to 4095.
    pub decay_u: u16,
    /// Decay of the voltage in units of 1/4096: 0 to 4095.
    pub decay_v: u16,
    /// Mantissa of the threshold, which is `vth`·2⁶: 0 to 131 071.
    pub vth: u32,
    /// Mantissa of the bias: ±4095; one for all neurons or one for each.
    pub bias_mant: Vec<i32>,
    /// Exponent of the bias: 0 to 7.
    pub bias_exp: u8,
}

impl Population {
    /// Number of neurons.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.shape.iter().product()
    }

    /// The bias of each neuron, mantissa·2^exponent.
    ///
    /// # Errors
    /// [`ModelError`] if there is neither one mantissa nor one for each neuron.
    pub fn biases(&self) -> Result<Vec<i32>, ModelError> {
        let mantissas = per_neuron("bias_mant", &self.bias_mant, self.num_neurons())?;
        Ok(mantissas.into_iter().map(|mantissa| mantissa << self.bias_exp).collect())
    }

    pub(super) fn check(&self) -> Result<(), ModelError> {
        if self.num_neurons() == 0 {
            return Err(ModelError::Empty { what: "the population of neurons" });
        }
        check_range("num_neurons", &[self.num_neurons() as i64], 1, i64::from(i32::MAX))?;
        check_range("decay_u", &[self.decay_u], 0, 4095)?;
        check_range("decay_v", &[self.decay_v], 0, 4095)?;
        check_range("vth", &[self.vth], 0, (1 << 17) - 1)?;
        check_range("bias_mant", &self.bias_mant, -4095, 4095)?;
        check_range("bias_exp", &[self.bias_exp], 0, 7)?;
        self.biases().map(|_| ())
    }
}

/// Smallest and largest voltage of a compartment of nengo-loihi, wide enough to hold every current.
pub(crate) const NENGO_VOLTAGE_LIMITS: (i32, i32) = (1 - (1 << 23), (1 << 23) - 1);

/// Largest magnitude of a current that does not wrap, and of the sum of a step.
pub(crate) fn limits(dialect: Dialect) -> (i32, i32) {
    match dialect {
        // The sum of a step is shifted left by six bits into the current.
        Dialect::Lava => ((1 << 23) - 1, (1 << 25) - 1),
        Dialect::NengoLoihi => ((1 << 23) - 1, (1 << 15) - 1),
    }
}
