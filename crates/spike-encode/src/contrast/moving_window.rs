//! Moving window: a spike where the signal leaves a band around the mean of the samples before it.

use super::lanes::{self, Block, ChannelRule, StepSpikes, bits};
use super::{MIN_THRESHOLD, grid_without_refractory, in_range};
use ndarray::ArrayView2;
use spike_core::{
    CodingScheme, ConfigError, EncodeError, EncoderConfig, MovingWindowOptions, Seed, SignalEncoder, SpikeChunk,
    TimeGrid,
};

/// A spike where the signal leaves a band around the mean of the samples before it.
///
/// With the mean b_t of the w + 1 samples x_{t−w−1} … x_{t−1}, step t has an ON spike if x_t > b_t + θ and an OFF
/// spike if x_t < b_t − θ. The first w + 1 samples are compared with their own mean. The mean is a running sum,
/// which adds the new and then subtracts the old value, times 1/(w + 1).
///
/// Spikes do not move the mean, so that the error of a reconstruction accumulates. A refractory period is refused,
/// because what it would suppress is never sent again.
///
/// Input: normalised values of shape (step, channel); output: ON in neuron 2·channel, OFF in neuron 2·channel + 1.
/// The code draws no random number.
///
/// ```
/// use ndarray::array;
/// use spike_core::{EncoderConfig, MovingWindowOptions, Seed, SignalEncoder, SpikeChunk};
/// use spike_encode::MovingWindowEncoder;
/// let config = EncoderConfig { time_window_ms: 5.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = MovingWindowEncoder::new(&config, MovingWindowOptions { threshold: 0.25, window_samples: 1 })?;
/// let mut chunk = SpikeChunk::default();
/// // Means: ½ of the first two for themselves, then ½, 1, 1.
/// encoder.encode_signal(array![[0.0], [1.0], [1.0], [1.0], [0.5]].view(), Seed(0), 0, &mut chunk)?;
/// assert_eq!(chunk.rows(encoder.grid(), 0, 2).neuron(0), &[1, 2]);
/// assert_eq!(chunk.rows(encoder.grid(), 0, 2).neuron(1), &[0, 4]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Petro, Kasabov, Kiss (2020), IEEE Transactions on Neural Networks and Learning Systems 31(2):358,
/// DOI 10.1109/TNNLS.2019.2906158; the number of samples and the start as in the program of its first author.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MovingWindowEncoder {
    grid: TimeGrid,
    options: MovingWindowOptions,
}

impl MovingWindowEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid or has a refractory period, the threshold lies outside
    /// 10⁻⁹ to 1, or w + 1 samples do not fit the signal.
    pub fn new(config: &EncoderConfig, options: MovingWindowOptions) -> Result<Self, ConfigError> {
        let grid = grid_without_refractory(config, CodingScheme::ContrastMovingWindow)?;
        in_range("threshold", options.threshold, MIN_THRESHOLD, 1.0)?;
        in_range("window_samples", f64::from(options.window_samples), 0.0, f64::from(grid.num_steps() - 1))?;
        Ok(Self { grid, options })
    }
}

impl ChannelRule for MovingWindowEncoder {
    #[inline(always)]
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        let threshold = self.options.threshold;
        let length = self.options.window_samples as usize + 1;
        let share = 1.0 / length as f64;
        let mut sum = *block.row(0);
        for time in 1..length {
            let x = block.row(time);
            for i in 0..N {
                sum[i] += x[i];
            }
        }
        for (time, step) in spikes.iter_mut().enumerate() {
            if time > length {
                let (new, old) = (block.row(time - 1), block.row(time - 1 - length));
                for i in 0..N {
                    sum[i] = (sum[i] + new[i]) - old[i];
                }
            }
            let x = block.row(time);
            let (mut on, mut off) = ([false; N], [false; N]);
            for i in 0..N {
                let mean = sum[i] * share;
                on[i] = x[i] > mean + threshold;
                off[i] = x[i] < mean - threshold;
            }
            *step = StepSpikes { on: bits(on), off: bits(off) };
        }
    }
}

impl SignalEncoder for MovingWindowEncoder {
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
