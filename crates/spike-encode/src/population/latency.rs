//! Population code by latency: the stronger a neuron responds, the earlier it spikes.

use super::response::responses;
use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, LatencyPopulationOptions, Seed, SpikeChunk, TimeGrid, Tuning, TuningShape,
    UnitValues, ValueEncoder,
};

/// N neurons for each value; each spikes once, the earlier the stronger it responds, or not at all.
///
/// The response of neuron j is r_j = exp(−(x − μ_j)²/(2σ²)), its latency t = T·(1 − r_j): step
/// min(T − 1, ⌊T·(1 − r_j)⌋) of T steps. Neurons with a response below `silent_below` are silent.
/// By default μ_j = (j − ½)/(N − 2) and σ = 1/(β·(N − 2)), the receptive fields of the source. No random number is
/// drawn.
///
/// Input: values of shape (channel); output: rows channel·N + j.
///
/// ```
/// use spike_core::{CodeOptions, EncoderConfig, LatencyPopulationOptions, Seed, SpikeChunk, Tuning, UnitValues};
/// use spike_core::ValueEncoder;
/// use spike_encode::LatencyPopulationEncoder;
/// let config = EncoderConfig { population_size: 4, ..EncoderConfig::default() };
/// let options = LatencyPopulationOptions::default();
/// let tuning = Tuning::of(&config, CodeOptions::PopulationLatency(options))?.expect("a population");
/// let encoder = LatencyPopulationEncoder::new(&config, options, tuning)?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.25], 0)?, Seed(0), 0, &mut chunk);
/// // Centres −0.25, 0.25, 0.75, 1.25 and σ = 1/3: responses 0.325, 1, 0.325 and 0.011.
/// assert_eq!(chunk.rows(encoder.grid(), 0, 4).first_spikes(), [Some(675), Some(0), Some(675), None]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Bohte, Kok, La Poutré (2002), Neurocomputing 48:17, DOI 10.1016/S0925-2312(01)00658-0, section 4.1.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyPopulationEncoder {
    grid: TimeGrid,
    options: LatencyPopulationOptions,
    tuning: Tuning,
}

impl LatencyPopulationEncoder {
    /// An encoder for a configuration and the tuning curves of its record.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if `silent_below` is not in [0, 1], and [`ConfigError::TuningMismatch`] if the
    /// curves are not `population_size` Gaussian ones.
    pub fn new(config: &EncoderConfig, options: LatencyPopulationOptions, tuning: Tuning) -> Result<Self, ConfigError> {
        config.validate()?;
        let value = options.silent_below;
        if !(0.0..=1.0).contains(&value) {
            return Err(ConfigError::OutOfRange { name: "silent_below", value, min: 0.0, max: 1.0 });
        }
        let found = if tuning.shape == TuningShape::Gaussian { tuning.len() } else { 0 };
        if found != config.population_size as usize {
            return Err(ConfigError::TuningMismatch { expected: config.population_size, found });
        }
        Ok(Self { grid: config.grid()?, options, tuning })
    }
}

impl ValueEncoder for LatencyPopulationEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::PopulationLatency(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels * self.tuning.len()
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        self.num_neurons(values.get().len())
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        let num_steps = self.grid.num_steps();
        let responses = responses(pulp::Arch::new(), &self.tuning, values.get());
        chunk.append_rows(|steps, ends| {
            for &r in &responses {
                if r >= self.options.silent_below {
                    steps.push(((f64::from(num_steps) * (1.0 - r)) as u32).min(num_steps - 1));
                }
                ends.push(steps.len() as u64);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::CodingScheme;

    #[test]
    fn each_bound_is_rejected() {
        let config = EncoderConfig::default();
        let of = |scheme| Tuning::of(&config, CodeOptions::default_of(scheme)).unwrap().unwrap();
        for silent_below in [-0.1, 1.1, f64::NAN] {
            let options = LatencyPopulationOptions { silent_below, ..LatencyPopulationOptions::default() };
            let error = LatencyPopulationEncoder::new(&config, options, of(CodingScheme::PopulationLatency));
            assert!(error.unwrap_err().to_string().contains("silent_below"));
        }
        let triangular = of(CodingScheme::PopulationTriangular);
        let error = LatencyPopulationEncoder::new(&config, LatencyPopulationOptions::default(), triangular);
        assert_eq!(error.unwrap_err(), ConfigError::TuningMismatch { expected: 10, found: 0 });
    }

    #[test]
    fn nothing_is_silent_without_a_threshold_and_nothing_leaves_the_window() {
        let config = EncoderConfig::default();
        let options = LatencyPopulationOptions { silent_below: 0.0, ..LatencyPopulationOptions::default() };
        let tuning = Tuning::of(&config, CodeOptions::PopulationLatency(options)).unwrap().unwrap();
        let encoder = LatencyPopulationEncoder::new(&config, options, tuning.clone()).unwrap();
        let mut chunk = SpikeChunk::default();
        let values = [0.0, 0.3, 1.0];
        encoder.encode_sample(UnitValues::new(&values, 0).unwrap(), Seed(0), 0, &mut chunk);
        let steps = chunk.rows(encoder.grid(), 0, 30).first_spikes();
        for (i, step) in steps.iter().enumerate() {
            let r = tuning.response(i % 10, values[i / 10]);
            assert_eq!(*step, Some(((1000.0 * (1.0 - r)) as u32).min(999)));
        }
        assert_eq!(steps[9], Some(999));
    }
}
