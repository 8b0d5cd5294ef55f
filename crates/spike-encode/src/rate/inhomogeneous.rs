//! Poisson spikes with a rate that is given for every step.

use super::poisson::SpikeProbability;
use ndarray::ArrayView2;
use spike_core::{
    ConfigError, Domain, EncodeError, EncoderConfig, PoissonOptions, Seed, SignalEncoder, SpikeChunk, TimeGrid,
};

/// An inhomogeneous Poisson code: the value of a channel in a step sets the probability of a spike there.
///
/// With the hazard λ_t = −ln(1 − p_t) of step t, the next spike is the first free step at which the summed hazard
/// exceeds an exponential number: time rescaling, exact on the grid. The refractory period blocks the k steps after
/// a spike. For a constant signal the law is that of [`PoissonRateEncoder`](crate::PoissonRateEncoder).
///
/// Input: normalised values of shape (step, channel); output: one neuron for each channel.
///
/// Source: Brown, Barbieri, Ventura, Kass, Frank (2002), Neural Computation 14:325,
/// DOI 10.1162/08997660252741149, time-rescaling theorem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InhomogeneousPoissonEncoder {
    grid: TimeGrid,
    probability: SpikeProbability,
}

impl InhomogeneousPoissonEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// As [`SpikeProbability::new`].
    pub fn new(config: &EncoderConfig, options: PoissonOptions) -> Result<Self, ConfigError> {
        Ok(Self { grid: config.grid()?, probability: SpikeProbability::new(config, options)? })
    }
}

impl SignalEncoder for InhomogeneousPoissonEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn encode_signal(
        &self,
        signal: ArrayView2<'_, f64>,
        seed: Seed,
        sample: u64,
        chunk: &mut SpikeChunk,
    ) -> Result<(), EncodeError> {
        let expected = self.grid.num_steps() as usize;
        if signal.nrows() != expected {
            return Err(EncodeError::SignalLength { expected, found: signal.nrows() });
        }
        for (channel, &value) in signal.rows().into_iter().flat_map(|row| row.into_iter().enumerate()) {
            if !value.is_finite() {
                return Err(EncodeError::NotFinite { sample, channel, value });
            }
            if !(0.0..=1.0).contains(&value) {
                return Err(EncodeError::OutsideUnit { sample, channel, value });
            }
        }
        let streams = seed.streams(sample, Domain::Spikes);
        let dead = self.probability.dead_steps() as usize;
        chunk.append_rows(|steps, ends| {
            for (channel, values) in signal.columns().into_iter().enumerate() {
                let mut stream = streams.of(channel as u32);
                let mut threshold = stream.next_exponential();
                let mut free_from = 0;
                for (step, &x) in values.iter().enumerate() {
                    if step < free_from {
                        continue;
                    }
                    threshold -= self.probability.hazard(x);
                    if threshold < 0.0 {
                        steps.push(step as u32);
                        threshold = stream.next_exponential();
                        free_from = step + 1 + dead;
                    }
                }
                ends.push(steps.len() as u64);
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn rates_follow_the_signal() {
        let config = EncoderConfig { time_window_ms: 2000.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
        let encoder = InhomogeneousPoissonEncoder::new(&config, PoissonOptions::default()).unwrap();
        let signal = Array2::from_shape_fn((20_000, 40), |(t, _)| if t < 10_000 { 0.1 } else { 0.5 });
        let mut chunk = SpikeChunk::default();
        encoder.encode_signal(signal.view(), Seed(2), 0, &mut chunk).unwrap();
        let first = chunk.steps().iter().filter(|&&s| s < 10_000).count() as f64;
        let second = chunk.num_spikes() as f64 - first;
        // 40 channels x 10 000 steps x p; five standard deviations of a binomial count.
        assert!((first - 4000.0).abs() < 5.0 * (4000.0f64 * 0.99).sqrt(), "{first}");
        assert!((second - 20_000.0).abs() < 5.0 * (20_000.0f64 * 0.95).sqrt(), "{second}");
    }

    #[test]
    fn refractory_steps_are_kept_and_bad_signals_refused() {
        let encoder = InhomogeneousPoissonEncoder::new(&EncoderConfig::default(), PoissonOptions::default()).unwrap();
        let mut chunk = SpikeChunk::default();
        encoder.encode_signal(Array2::ones((1000, 5)).view(), Seed(2), 0, &mut chunk).unwrap();
        let view = chunk.rows(encoder.grid(), 0, 5);
        assert!(view.neurons().all(|row| row.len() > 10 && row.array_windows().all(|[a, b]| b - a >= 21)));
        let error = encoder.encode_signal(Array2::ones((999, 5)).view(), Seed(2), 0, &mut chunk).unwrap_err();
        assert_eq!(error, EncodeError::SignalLength { expected: 1000, found: 999 });
        let mut bad = Array2::ones((1000, 5));
        bad[[3, 2]] = f64::NAN;
        let error = encoder.encode_signal(bad.view(), Seed(2), 0, &mut chunk).unwrap_err();
        assert!(matches!(error, EncodeError::NotFinite { channel: 2, .. }));
        assert_eq!(chunk.num_rows(), 5);
    }
}
