//! Population code with tuning curves: each neuron spikes at a rate that its curve sets.

use super::response::responses;
use crate::gap::Renewal;
use crate::rate::poisson::{SpikeProbability, hazards};
use crate::rate::regular::RegularRateEncoder;
use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, PopulationOptions, PopulationSpikes, RegularOptions, Seed, SpikeChunk,
    TimeGrid, Tuning, TuningShape, UnitValues, ValueEncoder,
};

/// Points of [0, 1] at which the spikes of a population are foreseen, for reserving memory.
const BOUND_POINTS: u32 = 64;

/// N neurons for each value, which spike at random at rates set by their tuning curves.
///
/// Neuron j answers to x with the share r_j(x) of the largest rate,
///
/// - Gaussian: r_j = exp(−(x − μ_j)²/(2σ²)), σ = d/β for neurons at distance d,
/// - triangular: r_j = max(0, 1 − |x − μ_j|/d), a partition of unity,
///
/// and spikes like [`PoissonRateEncoder`](crate::PoissonRateEncoder), or by option like
/// [`RegularRateEncoder`](crate::RegularRateEncoder), at the rate f_min + (f_max − f_min)·r_j(x), with
/// the same step probability, refractory period and meaning of the rate.
/// By default μ_j = j/(N − 1); the curves come from the record ([`Tuning`]).
///
/// Input: values of shape (channel); output: rows channel·N + j.
///
/// ```
/// use spike_core::{CodeOptions, EncoderConfig, PopulationOptions, Seed, SpikeChunk, Tuning, UnitValues, ValueEncoder};
/// use spike_encode::PopulationEncoder;
/// let (config, options) = (EncoderConfig::default(), PopulationOptions::default());
/// let tuning = Tuning::of(&config, CodeOptions::PopulationTriangular(options))?.expect("a population");
/// let encoder = PopulationEncoder::new(&config, options, tuning)?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.0, 0.5], 0)?, Seed(7), 0, &mut chunk);
/// let counts = chunk.rows(encoder.grid(), 0, 20).counts();
/// // The value 0 drives the first neuron alone; 0.5 lies between the centres of neurons 4 and 5.
/// assert!(counts[0] > 0 && counts[1..10] == [0; 9]);
/// assert!(counts[14] > 0 && counts[15] > 0);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: the specification, "Population Coding"; tuning curves with Poisson spikes as in Pouget, Dayan, Zemel
/// (2000), Nat Rev Neurosci 1:125, DOI 10.1038/35039062; β as in Bohte, Kok, La Poutré (2002), Neurocomputing 48:17.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationEncoder {
    probability: SpikeProbability,
    /// For spikes at equal distances.
    regular: Option<RegularRateEncoder>,
    options: PopulationOptions,
    tuning: Tuning,
    /// Spikes of the value with the most of them.
    most_spikes: f64,
}

impl PopulationEncoder {
    /// An encoder for a configuration and the tuning curves of its record.
    ///
    /// # Errors
    /// As [`SpikeProbability::new`]; [`ConfigError::TuningMismatch`] if there are no curves for the neurons.
    pub fn new(config: &EncoderConfig, options: PopulationOptions, tuning: Tuning) -> Result<Self, ConfigError> {
        let probability = SpikeProbability::new(config, options.poisson)?;
        if tuning.len() != config.population_size as usize {
            return Err(ConfigError::TuningMismatch { expected: config.population_size, found: tuning.len() });
        }
        let regular = match options.spikes {
            PopulationSpikes::Poisson => None,
            PopulationSpikes::Regular => {
                let refractory = options.poisson.refractory;
                Some(RegularRateEncoder::new(config, RegularOptions { refractory, ..RegularOptions::default() })?)
            }
        };
        let spikes = |x: f64| (0..tuning.len()).map(|j| probability.about_spikes(tuning.response(j, x))).sum::<f64>();
        let most_spikes =
            (0..=BOUND_POINTS).map(|i| spikes(f64::from(i) / f64::from(BOUND_POINTS))).fold(0.0, f64::max);
        Ok(Self { probability, regular, options, tuning, most_spikes })
    }
}

impl ValueEncoder for PopulationEncoder {
    fn grid(&self) -> TimeGrid {
        self.probability.grid()
    }

    fn options(&self) -> CodeOptions {
        match self.tuning.shape {
            TuningShape::Gaussian => CodeOptions::PopulationGaussian(self.options),
            TuningShape::Triangular => CodeOptions::PopulationTriangular(self.options),
        }
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels * self.tuning.len()
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        let mean = self.most_spikes * values.get().len() as f64;
        // Four standard deviations of a Poisson count; a sparser count deviates less.
        (mean + 4.0 * mean.sqrt()) as usize + 16
    }

    fn encode_sample(&self, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk) {
        let arch = pulp::Arch::new();
        let responses = responses(arch, &self.tuning, values.get());
        if let Some(regular) = &self.regular {
            let probabilities = responses.iter().map(|&r| self.probability.per_step(r));
            return regular.rows(probabilities, seed, sample, chunk);
        }
        let hazards = hazards(arch, self.probability, &responses);
        let (dead_steps, num_steps) = (self.probability.dead_steps(), self.grid().num_steps());
        let renewal = Renewal { hazards: &hazards, dead_steps, num_steps };
        chunk.append_rows(|steps, ends| renewal.sample(arch, seed, sample, steps, ends));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{CodingScheme, PoissonOptions, Probability, RefractoryMode};

    fn tuning(config: &EncoderConfig, scheme: CodingScheme) -> Tuning {
        Tuning::of(config, CodeOptions::default_of(scheme)).unwrap().unwrap()
    }

    #[test]
    fn each_bound_is_rejected() {
        let options = PopulationOptions::default();
        let config = EncoderConfig::default();
        let curves = tuning(&config, CodingScheme::PopulationGaussian);
        let fast = EncoderConfig { max_firing_rate_hz: 10_001.0, ..config.clone() };
        let error = PopulationEncoder::new(&fast, options, curves.clone()).unwrap_err();
        assert!(matches!(error, ConfigError::ProbabilityAboveOne { max_rate_hz, .. } if max_rate_hz == 10_000.0));
        let compensated = PoissonOptions { refractory: RefractoryMode::Compensated, probability: Probability::Exact };
        let compensated = PopulationOptions { poisson: compensated, ..options };
        let error = PopulationEncoder::new(&config, compensated, curves.clone()).unwrap_err();
        assert!(matches!(error, ConfigError::RateUnreachable { .. }));
        let few = EncoderConfig { population_size: 9, ..config.clone() };
        let error = PopulationEncoder::new(&few, options, curves.clone()).unwrap_err();
        assert_eq!(error, ConfigError::TuningMismatch { expected: 9, found: 10 });
        let regular = PopulationOptions { spikes: PopulationSpikes::Regular, ..options };
        let error = PopulationEncoder::new(&fast, regular, curves).unwrap_err();
        assert!(matches!(error, ConfigError::ProbabilityAboveOne { .. }));
    }

    #[test]
    fn certainty_at_the_centres_and_silence_between_far_ones() {
        // f_max·dt = 1 without dead time: a value on a centre makes its neuron spike in every step.
        let config = EncoderConfig {
            max_firing_rate_hz: 10_000.0,
            refractory_period_ms: 0.0,
            population_size: 3,
            ..EncoderConfig::default()
        };
        let curves = tuning(&config, CodingScheme::PopulationTriangular);
        let encoder = PopulationEncoder::new(&config, PopulationOptions::default(), curves).unwrap();
        let mut chunk = SpikeChunk::default();
        let values = [0.0, 0.5, 1.0];
        encoder.encode_sample(UnitValues::new(&values, 0).unwrap(), Seed(1), 0, &mut chunk);
        let counts = chunk.rows(encoder.grid(), 0, encoder.num_neurons(3)).counts();
        assert_eq!(counts, [1000, 0, 0, 0, 1000, 0, 0, 0, 1000]);
        assert!(encoder.spike_bound(UnitValues::new(&values, 0).unwrap()) >= 3000);
        let lowest = EncoderConfig { min_firing_rate_hz: 10_000.0, ..config };
        let curves = tuning(&lowest, CodingScheme::PopulationGaussian);
        let encoder = PopulationEncoder::new(&lowest, PopulationOptions::default(), curves).unwrap();
        chunk.clear();
        encoder.encode_sample(UnitValues::new(&values, 0).unwrap(), Seed(1), 0, &mut chunk);
        assert_eq!(chunk.num_spikes(), 9000);
    }
}
