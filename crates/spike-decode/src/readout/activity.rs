//! Numbers from the spikes of any neurons, without a record of how values became spikes.

use serde::{Deserialize, Serialize};
use spike_core::{ConfigError, SpikeView, exp};

/// What is read from the spikes of a population in one window.
///
/// With n_j spikes of neuron j at the steps s, in a window of T steps of width dt:
///
/// | read-out | value |
/// |---|---|
/// | `SpikeCount` | n_j |
/// | `SpikeRate` | n_j / (T·dt), in Hz |
/// | `FirstSpike` | s₁·dt, in ms; without a spike the end of the window T·dt |
/// | `MembranePotential` | Σ e^(−(T − s)·dt/τ), the potential at the end in units of one spike |
/// | `PopulationVector` | Σ n_j·μ_j / Σ n_j for the preferred values μ; NaN without a spike |
///
/// Neurons of a code are better read by a [`Decoder`](crate::Decoder), which knows how values became spikes.
///
/// Shapes: rows of spikes in; one value for each row out, or one value for a population vector.
///
/// # Errors
/// [`validate`](Self::validate) refuses a time constant that is not positive and preferred values that are not finite
/// or of another number than there are neurons.
///
/// # Examples
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_decode::ActivityReadout;
/// let grid = TimeGrid::from_ms(100.0, 1.0)?;
/// let train = SpikeTrain::from_neurons(grid, &[vec![10, 40, 70], vec![20], vec![]])?;
/// assert_eq!(ActivityReadout::SpikeRate.read(train.view()), [30.0, 10.0, 0.0]);
/// assert_eq!(ActivityReadout::FirstSpike.read(train.view()), [10.0, 20.0, 100.0]);
/// let vector = ActivityReadout::PopulationVector { preferred: vec![0.0, 1.0, 2.0] };
/// assert_eq!(vector.read(train.view()), [0.25]);
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
///
/// # References
/// Georgopoulos, Schwartz, Kettner (1986), Neuronal population coding of movement direction, Science 233:1416,
/// DOI 10.1126/science.3749885 (population vector). Thorpe, Delorme, Van Rullen (2001), Spike-based strategies for
/// rapid processing, Neural Networks 14:715, DOI 10.1016/S0893-6080(01)00083-1 (first spikes).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ActivityReadout {
    /// Number of spikes.
    SpikeCount,
    /// Spikes by time.
    SpikeRate,
    /// Time of the first spike.
    FirstSpike,
    /// Potential of a leaky membrane at the end of the window.
    MembranePotential {
        /// Time constant of the membrane.
        tau_ms: f64,
    },
    /// Mean of preferred values, weighted by spikes.
    PopulationVector {
        /// The preferred value of each neuron.
        preferred: Vec<f64>,
    },
}

impl ActivityReadout {
    /// Whether it can read `num_neurons` rows.
    ///
    /// # Errors
    /// See [`ActivityReadout`].
    pub fn validate(&self, num_neurons: usize) -> Result<(), ConfigError> {
        match self {
            Self::SpikeCount | Self::SpikeRate | Self::FirstSpike => Ok(()),
            Self::MembranePotential { tau_ms } => in_range("tau_ms", *tau_ms, 1e-6, 1e12),
            Self::PopulationVector { preferred } => {
                let (found, expected) = (preferred.len() as f64, num_neurons as f64);
                in_range("number of preferred values", found, expected, expected)?;
                preferred.iter().try_for_each(|&value| in_range("preferred", value, -1e100, 1e100))
            }
        }
    }

    /// The values of one window.
    #[must_use]
    pub fn read(&self, spikes: SpikeView<'_>) -> Vec<f64> {
        let grid = spikes.grid();
        let by_row = |value: &dyn Fn(&[u32]) -> f64| spikes.neurons().map(value).collect();
        match self {
            Self::SpikeCount => by_row(&|row| row.len() as f64),
            Self::SpikeRate => by_row(&|row| row.len() as f64 / grid.duration_s()),
            Self::FirstSpike => by_row(&|row| row.first().map_or(grid.duration_ms(), |&step| grid.time_ms(step))),
            Self::MembranePotential { tau_ms } => {
                let (num_steps, decay) = (f64::from(grid.num_steps()), grid.dt_ms() / tau_ms);
                by_row(&|row| row.iter().map(|&step| exp((f64::from(step) - num_steps) * decay)).sum())
            }
            Self::PopulationVector { preferred } => {
                let counts = || spikes.neurons().map(|row| row.len() as f64);
                let weighted: f64 = counts().zip(preferred).map(|(count, value)| count * value).sum();
                vec![weighted / counts().sum::<f64>()]
            }
        }
    }
}

fn in_range(name: &'static str, value: f64, min: f64, max: f64) -> Result<(), ConfigError> {
    if min <= value && value <= max { Ok(()) } else { Err(ConfigError::OutOfRange { name, value, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{SpikeTrain, TimeGrid};

    #[test]
    fn each_bound_is_rejected() {
        for tau_ms in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(ActivityReadout::MembranePotential { tau_ms }.validate(3).is_err());
        }
        let vector = |preferred: &[f64]| ActivityReadout::PopulationVector { preferred: preferred.to_vec() };
        assert!(vector(&[1.0, 2.0]).validate(3).is_err());
        assert!(vector(&[1.0, f64::NAN]).validate(2).is_err());
        assert!(vector(&[1.0, 2.0]).validate(2).is_ok());
        assert!(ActivityReadout::FirstSpike.validate(0).is_ok());
    }

    #[test]
    fn values_by_hand_and_silence() {
        let grid = TimeGrid::from_ms(50.0, 0.5).unwrap();
        let train = SpikeTrain::from_neurons(grid, &[vec![0, 99], vec![]]).unwrap();
        let read = |readout: ActivityReadout| readout.read(train.view());
        assert_eq!(read(ActivityReadout::SpikeCount), [2.0, 0.0]);
        assert_eq!(read(ActivityReadout::SpikeRate), [40.0, 0.0]);
        assert_eq!(read(ActivityReadout::FirstSpike), [0.0, 50.0]);
        let potential = read(ActivityReadout::MembranePotential { tau_ms: 20.0 });
        assert!((potential[0] - ((-2.5f64).exp() + (-0.025f64).exp())).abs() < 1e-15 && potential[1] == 0.0);
        let vector = ActivityReadout::PopulationVector { preferred: vec![3.0, 4.0] };
        assert_eq!(vector.read(train.view()), [3.0]);
        assert!(vector.read(train.view().rows(1, 1)).iter().all(|value| value.is_nan()));
    }
}
