//! Threshold-based representation: a spike where a change exceeds a threshold set by the statistics of all changes.

use super::lanes::{self, Block, ChannelRule, ChannelStatistic, StepSpikes, bits};
use super::{grid_without_refractory, in_range};
use ndarray::ArrayView2;
use spike_core::{
    CodingScheme, ConfigError, EncodeError, EncoderConfig, Seed, SignalEncoder, SpikeChunk, TbrOptions, TimeGrid,
};

/// A spike where the change to the next sample exceeds a threshold set by the statistics of all changes.
///
/// With d_t = x_{t+1} − x_t for t < T − 1, and d_{T−1} = d_{T−2}, the threshold of a channel is
/// θ = |mean(d)| + f·sd(d), with the standard deviation of T − 1 degrees of freedom. Step t has an ON spike if
/// d_t > θ and an OFF spike if d_t < −θ: a spike announces the change to the next sample, and the code needs the
/// whole signal before its first spike.
///
/// The published formula takes mean(d) with its sign. For a falling signal and a small f that threshold is negative,
/// and every sample an ON spike; the magnitude gives the same for mean(d) ≥ 0 and treats rise and fall alike.
///
/// The thresholds are the [statistics](SignalEncoder::signal_statistics) of the signal, which the record of the
/// encoding holds for the decoder. A refractory period is refused, because what it would suppress is never sent
/// again.
///
/// Input: normalised values of shape (step, channel); output: ON in neuron 2·channel, OFF in neuron 2·channel + 1.
/// The code draws no random number.
///
/// ```
/// use ndarray::array;
/// use spike_core::{EncoderConfig, Seed, SignalEncoder, SpikeChunk, TbrOptions};
/// use spike_encode::TbrEncoder;
/// let config = EncoderConfig { time_window_ms: 4.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = TbrEncoder::new(&config, TbrOptions { factor: 1.0 })?;
/// let signal = array![[0.0], [0.75], [0.5], [0.5]];
/// // d = ¾, −¼, 0, 0 has the mean ⅛ and the variance 0.5625/3.
/// let (mut chunk, mut thresholds) = (SpikeChunk::default(), Vec::new());
/// encoder.signal_statistics(signal.view(), 0, &mut thresholds)?;
/// encoder.encode_signal(signal.view(), Seed(0), 0, &mut chunk)?;
/// assert!((thresholds[0] - (0.125 + 0.1875f64.sqrt())).abs() < 1e-15);
/// assert_eq!(chunk.steps(), &[0]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Petro, Kasabov, Kiss (2020), IEEE Transactions on Neural Networks and Learning Systems 31(2):358,
/// DOI 10.1109/TNNLS.2019.2906158; the last change twice as in the program of its first author.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TbrEncoder {
    grid: TimeGrid,
    options: TbrOptions,
}

impl TbrEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid or has a refractory period, or the factor lies outside
    /// 0 to 1000.
    pub fn new(config: &EncoderConfig, options: TbrOptions) -> Result<Self, ConfigError> {
        let grid = grid_without_refractory(config, CodingScheme::ContrastTbr)?;
        in_range("factor", options.factor, 0.0, 1000.0)?;
        Ok(Self { grid, options })
    }
}

/// d_t of every channel.
#[inline(always)]
fn changes<const N: usize>(block: Block<'_, N>, time: usize) -> [f64; N] {
    let time = time.min(block.len().saturating_sub(2));
    let (x, next) = (block.row(time), block.row((time + 1).min(block.len() - 1)));
    let mut changes = [0.0; N];
    for i in 0..N {
        changes[i] = next[i] - x[i];
    }
    changes
}

impl ChannelStatistic for TbrEncoder {
    #[inline(always)]
    fn statistic<const N: usize>(&self, block: Block<'_, N>) -> [f64; N] {
        let length = block.len();
        let (first, end, last) = (block.row(0), block.row(length - 1), changes(block, length - 1));
        let mut mean = [0.0; N];
        for i in 0..N {
            // The sum of all changes telescopes, and the last counts twice.
            mean[i] = ((end[i] - first[i]) + last[i]) / length as f64;
        }
        let mut squares = [0.0; N];
        for time in 0..length {
            let changes = changes(block, time);
            for i in 0..N {
                let deviation = changes[i] - mean[i];
                squares[i] += deviation * deviation;
            }
        }
        let freedom = (length.max(2) - 1) as f64;
        let mut thresholds = [0.0; N];
        for i in 0..N {
            thresholds[i] = mean[i].abs() + self.options.factor * (squares[i] / freedom).sqrt();
        }
        thresholds
    }
}

impl ChannelRule for TbrEncoder {
    #[inline(always)]
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        let thresholds = self.statistic(block);
        for (time, step) in spikes.iter_mut().enumerate() {
            let changes = changes(block, time);
            let (mut on, mut off) = ([false; N], [false; N]);
            for i in 0..N {
                on[i] = changes[i] > thresholds[i];
                off[i] = changes[i] < -thresholds[i];
            }
            *step = StepSpikes { on: bits(on), off: bits(off) };
        }
    }
}

impl SignalEncoder for TbrEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        2 * num_channels
    }

    fn signal_statistics(
        &self,
        signal: ArrayView2<'_, f64>,
        sample: u64,
        into: &mut Vec<f64>,
    ) -> Result<(), EncodeError> {
        lanes::statistics(*self, self.grid, signal, sample, into)
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
