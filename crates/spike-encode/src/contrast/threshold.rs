//! Temporal contrast: a spike where the signal changes by more than a threshold from one sample to the next.

use super::lanes::{self, Block, ChannelRule, StepSpikes, bits};
use super::{MIN_THRESHOLD, grid_without_refractory, in_range};
use ndarray::ArrayView2;
use spike_core::{
    CodingScheme, ConfigError, EncodeError, EncoderConfig, Seed, SignalEncoder, SpikeChunk, ThresholdOptions, TimeGrid,
};

/// A spike where the signal changes by more than a threshold from one sample to the next.
///
/// With Δx_t = x_t − x_{t−1}, step t has an ON spike if Δx_t > θ_up and an OFF spike if Δx_t < −θ_down; step 0 has
/// none. A spike does not say by how much the threshold was exceeded, and slow changes have no spike at all: the
/// error of a reconstruction accumulates. Send-on-delta and step-forward do not have this defect.
///
/// A refractory period is refused, because the change that it would suppress is never sent again.
///
/// Input: normalised values of shape (step, channel); output: ON in neuron 2·channel, OFF in neuron 2·channel + 1.
/// The code draws no random number.
///
/// ```
/// use ndarray::array;
/// use spike_core::{EncoderConfig, Seed, SignalEncoder, SpikeChunk, ThresholdOptions};
/// use spike_encode::ThresholdEncoder;
/// let config = EncoderConfig { time_window_ms: 5.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = ThresholdEncoder::new(&config, ThresholdOptions { up: 0.2, down: 0.1 })?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_signal(array![[0.0], [0.5], [0.6], [0.45], [0.4]].view(), Seed(0), 0, &mut chunk)?;
/// assert_eq!(chunk.steps(), &[1, 3]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: the rule of the specification, "Temporal Contrast".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdEncoder {
    grid: TimeGrid,
    options: ThresholdOptions,
}

impl ThresholdEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid or has a refractory period, or a threshold lies outside
    /// 10⁻⁹ to 1.
    pub fn new(config: &EncoderConfig, options: ThresholdOptions) -> Result<Self, ConfigError> {
        let grid = grid_without_refractory(config, CodingScheme::ContrastThreshold)?;
        in_range("up", options.up, MIN_THRESHOLD, 1.0)?;
        in_range("down", options.down, MIN_THRESHOLD, 1.0)?;
        Ok(Self { grid, options })
    }
}

impl ChannelRule for ThresholdEncoder {
    #[inline(always)]
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        let ThresholdOptions { up, down } = self.options;
        let mut before = block.row(0);
        for (time, step) in spikes.iter_mut().enumerate() {
            let x = block.row(time);
            let (mut on, mut off) = ([false; N], [false; N]);
            for i in 0..N {
                let change = x[i] - before[i];
                on[i] = change > up;
                off[i] = change < -down;
            }
            *step = StepSpikes { on: bits(on), off: bits(off) };
            before = x;
        }
    }
}

impl SignalEncoder for ThresholdEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
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
        lanes::encode(*self, self.grid, signal, sample, chunk)
    }
}
