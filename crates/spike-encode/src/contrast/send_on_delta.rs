//! Send-on-delta: a spike for every threshold that the signal has moved since the last one.

use super::lanes;
use super::tracking::Tracking;
use ndarray::ArrayView2;
use spike_core::{
    ConfigError, EncodeError, EncoderConfig, Seed, SendOnDeltaOptions, SignalEncoder, SpikeChunk, TimeGrid,
};

/// A spike where the signal has moved by a threshold since the last spike, as a pixel of a vision sensor sends it.
///
/// With the reference r, at first x_0, and the threshold θ, in every step of the spike grid
///
/// - x_t ≥ r + θ: an ON spike, and r becomes r + θ,
/// - x_t ≤ r − θ: an OFF spike, and r becomes r − θ.
///
/// The reference moves by θ and not onto the signal, so that a receiver that adds up ±θ has the same reference: its
/// error does not accumulate. With m events a sample the signal is held for m steps, and |x_t − r| < θ holds at the
/// end of a sample as long as m·θ covers its change.
///
/// The refractory period is that of the pixel: it blocks both neurons of a channel for its k steps. The reference
/// waits, and what it owes is sent afterwards: no spike is lost, but steep signals are followed at θ in k + 1 steps.
///
/// Input: normalised values of shape (sample in time, channel), `num_steps / events_per_sample` samples; output: ON
/// in neuron 2·channel, OFF in neuron 2·channel + 1. The code draws no random number.
///
/// ```
/// use ndarray::array;
/// use spike_core::{EncoderConfig, SendOnDeltaOptions, Seed, SignalEncoder, SpikeChunk};
/// use spike_encode::SendOnDeltaEncoder;
/// let config = EncoderConfig { time_window_ms: 8.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = SendOnDeltaEncoder::new(&config, SendOnDeltaOptions { threshold: 0.25, events_per_sample: 4 })?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_signal(array![[0.25], [1.0]].view(), Seed(0), 0, &mut chunk)?;
/// assert_eq!(chunk.rows(encoder.grid(), 0, 2).neuron(0), &[4, 5, 6]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Miskowicz (2006), Sensors 6(1):49, DOI 10.3390/s6010049, for the sampling; Lichtsteiner, Posch, Delbruck
/// (2008), IEEE Journal of Solid-State Circuits 43(2):566, DOI 10.1109/JSSC.2007.914337, for the pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SendOnDeltaEncoder(Tracking<true>);

impl SendOnDeltaEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid, the threshold lies outside 10⁻⁹ to 1, or the window is not
    /// a whole number of samples.
    pub fn new(config: &EncoderConfig, options: SendOnDeltaOptions) -> Result<Self, ConfigError> {
        Tracking::new(config, options.threshold, options.events_per_sample).map(Self)
    }
}

impl SignalEncoder for SendOnDeltaEncoder {
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
