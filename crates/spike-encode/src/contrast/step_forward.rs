//! Step-forward: a baseline that follows the signal by one threshold at a time.

use super::lanes;
use super::tracking::Tracking;
use ndarray::ArrayView2;
use spike_core::{
    ConfigError, EncodeError, EncoderConfig, Seed, SignalEncoder, SpikeChunk, StepForwardOptions, TimeGrid,
};

/// A spike where the signal leaves a band around a baseline, which then moves by the half-width of the band.
///
/// With the baseline b, at first x_0, and the threshold θ, in every step of the spike grid
///
/// - x_t > b + θ: an ON spike, and b becomes b + θ,
/// - x_t < b − θ: an OFF spike, and b becomes b − θ.
///
/// With one event a sample, which is the published algorithm, the baseline lags where the signal is steeper than θ a
/// sample (slope overload). With m events a sample the signal is held for m steps, and |x_t − b| ≤ θ holds at the
/// end of a sample as long as m·θ covers its change.
///
/// A refractory period blocks both neurons of a channel for its k steps; the baseline waits, and what it owes is
/// sent afterwards: no spike is lost, but steep signals are followed at θ in k + 1 steps.
///
/// Input: normalised values of shape (sample in time, channel), `num_steps / events_per_sample` samples; output: ON
/// in neuron 2·channel, OFF in neuron 2·channel + 1. The code draws no random number.
///
/// ```
/// use ndarray::array;
/// use spike_core::{EncoderConfig, Seed, SignalEncoder, SpikeChunk, StepForwardOptions};
/// use spike_encode::StepForwardEncoder;
/// let config = EncoderConfig { time_window_ms: 5.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = StepForwardEncoder::new(&config, StepForwardOptions { threshold: 0.25, events_per_sample: 1 })?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_signal(array![[0.0], [0.3], [0.8], [0.8], [0.2]].view(), Seed(0), 0, &mut chunk)?;
/// assert_eq!(chunk.rows(encoder.grid(), 0, 2).neuron(0), &[1, 2, 3]);
/// assert_eq!(chunk.rows(encoder.grid(), 0, 2).neuron(1), &[4]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Petro, Kasabov, Kiss (2020), IEEE Transactions on Neural Networks and Learning Systems 31(2):358,
/// DOI 10.1109/TNNLS.2019.2906158.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepForwardEncoder(Tracking<false>);

impl StepForwardEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid, the threshold lies outside 10⁻⁹ to 1, or the window is not
    /// a whole number of samples.
    pub fn new(config: &EncoderConfig, options: StepForwardOptions) -> Result<Self, ConfigError> {
        Tracking::new(config, options.threshold, options.events_per_sample).map(Self)
    }
}

impl SignalEncoder for StepForwardEncoder {
    fn grid(&self) -> TimeGrid {
        self.0.grid()
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        2 * num_channels
    }

    fn encode_signal(
        &self,
        signal: ArrayView2<'_, f64>,
        _seed: Seed,
        sample: u64,
        chunk: &mut SpikeChunk,
    ) -> Result<(), EncodeError> {
        lanes::encode(self.0, self.grid(), signal, sample, chunk)
    }
}
