//! Ben's Spiker Algorithm: spikes whose convolution with a low-pass filter is the signal.

use super::lanes::{self, Block, ChannelRule, ChannelStatistic, StepSpikes, bits};
use super::{grid_without_refractory, in_range};
use ndarray::ArrayView2;
use spike_core::{
    BenSpikerOptions, BenSpikerRule, CodingScheme, ConfigError, EncodeError, EncoderConfig, Seed, SignalEncoder,
    SpikeChunk, TimeGrid,
};
use std::f64::consts::PI;
use std::sync::Arc;

/// Longest filter: far beyond any use, and a bound for memory where the options come from a file.
const MAX_ORDER: u32 = 1 << 16;

/// Spikes whose convolution with a low-pass filter approximates the signal.
///
/// The filter has the n + 1 taps h_k = g·s_k·w_k / Σ s·w, a sinc s_k = sin(2πf_c·(k − n/2))/(π·(k − n/2)) under a
/// Hamming window w_k = 0.54 − 0.46·cos(2πk/n): its sum is the gain g. The signal is shifted so that its smallest
/// value is 0. At every time t at which the whole filter fits, with
///
/// - e₁ = Σ_k |s_{t+k} − h_k| and e₂ = Σ_k |s_{t+k}|,
///
/// there is a spike if e₁ ≤ e₂ − θ (additive) or e₁ ≤ e₂·θ (multiplicative), and h is then subtracted from s at t.
/// Both errors are taken over the same samples as the subtraction; the program that is distributed with Petro et al.
/// takes e₁ one sample later. The last n samples have no spike.
///
/// The shifts are the [statistics](SignalEncoder::signal_statistics) of the signal, which the record of the encoding
/// holds for the decoder. A refractory period is refused: it would change the filter's sum.
///
/// Input: normalised values of shape (step, channel); output: one neuron for each channel. The code draws no random
/// number; sine and cosine are those of the crate `libm`, the same on every platform.
///
/// ```
/// use ndarray::Array2;
/// use spike_core::{BenSpikerOptions, EncoderConfig, Seed, SignalEncoder, SpikeChunk};
/// use spike_encode::BenSpikerEncoder;
/// let config = EncoderConfig { time_window_ms: 99.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let strict = BenSpikerOptions { threshold: 0.1, ..BenSpikerOptions::default() };
/// let encoder = BenSpikerEncoder::new(&config, strict)?;
/// assert!((encoder.taps().iter().sum::<f64>() - 2.0).abs() < 1e-12);
/// // A signal that is the filter itself has one spike, where the filter lies.
/// let tap = |t: usize| t.checked_sub(33).and_then(|k| encoder.taps().get(k)).map_or(0.0, |tap| tap.max(0.0));
/// let signal = Array2::from_shape_fn((99, 1), |(t, _)| tap(t));
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_signal(signal.view(), Seed(0), 0, &mut chunk)?;
/// assert_eq!(chunk.steps(), &[33]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Schrauwen, Van Campenhout (2003), BSA, a fast and accurate spike train encoding scheme, International
/// Joint Conference on Neural Networks, DOI 10.1109/IJCNN.2003.1224019; the multiplicative rule as in Petro, Kasabov,
/// Kiss (2020), IEEE Transactions on Neural Networks and Learning Systems 31(2):358,
/// DOI 10.1109/TNNLS.2019.2906158.
#[derive(Debug, Clone, PartialEq)]
pub struct BenSpikerEncoder {
    grid: TimeGrid,
    options: BenSpikerOptions,
    taps: Arc<[f64]>,
}

impl BenSpikerEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid or has a refractory period, the filter is longer than the
    /// signal, has fewer than two taps or an order above 65 536, or another number lies outside its range: cut-off above 0 to ½, gain
    /// 10⁻⁶ to 10⁶, threshold 0 to 10⁶.
    pub fn new(config: &EncoderConfig, options: BenSpikerOptions) -> Result<Self, ConfigError> {
        let grid = grid_without_refractory(config, CodingScheme::ContrastBenSpiker)?;
        let longest = MAX_ORDER.min(grid.num_steps() - 1);
        in_range("filter_order", f64::from(options.filter_order), 1.0, f64::from(longest))?;
        in_range("cutoff", options.cutoff, 1e-6, 0.5)?;
        in_range("gain", options.gain, 1e-6, 1e6)?;
        in_range("threshold", options.threshold, 0.0, 1e6)?;
        Ok(Self { grid, options, taps: low_pass(options).into() })
    }

    /// The taps h of the filter.
    #[must_use]
    pub fn taps(&self) -> &[f64] {
        &self.taps
    }
}

/// The taps, symmetric to the bit.
fn low_pass(options: BenSpikerOptions) -> Vec<f64> {
    let order = options.filter_order as usize;
    let mut taps = vec![0.0; order + 1];
    for k in 0..=order / 2 {
        let x = k as f64 - order as f64 / 2.0;
        let angle = 2.0 * PI * options.cutoff * x;
        let sinc = if x == 0.0 { 2.0 * options.cutoff } else { libm::sin(angle) / (PI * x) };
        taps[k] = sinc * (0.54 - 0.46 * libm::cos(2.0 * PI * k as f64 / order as f64));
        taps[order - k] = taps[k];
    }
    let scale = options.gain / taps.iter().fold(0.0, |sum, tap| sum + tap);
    taps.iter_mut().for_each(|tap| *tap *= scale);
    taps
}

/// The smallest value of every channel.
#[derive(Clone, Copy)]
struct Smallest;

impl ChannelStatistic for Smallest {
    #[inline(always)]
    fn statistic<const N: usize>(&self, block: Block<'_, N>) -> [f64; N] {
        let mut smallest = *block.row(0);
        for time in 1..block.len() {
            let x = block.row(time);
            for i in 0..N {
                smallest[i] = smallest[i].min(x[i]);
            }
        }
        smallest
    }
}

/// The rule with its filter borrowed.
#[derive(Clone, Copy)]
struct Rule<'a> {
    taps: &'a [f64],
    threshold: f64,
    rule: BenSpikerRule,
}

impl ChannelRule for Rule<'_> {
    const ONE_ROW: bool = true;

    #[inline(always)]
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        let smallest = Smallest.statistic(block);
        let mut rest = vec![[0.0; N]; block.len()];
        for (time, rest) in rest.iter_mut().enumerate() {
            let x = block.row(time);
            for i in 0..N {
                rest[i] = x[i] - smallest[i];
            }
        }
        for (time, step) in spikes.iter_mut().take(block.len() + 1 - self.taps.len()).enumerate() {
            let rest = &mut rest[time..time + self.taps.len()];
            let (mut with, mut without) = ([0.0; N], [0.0; N]);
            for (s, &tap) in rest.iter().zip(self.taps) {
                for i in 0..N {
                    with[i] += (s[i] - tap).abs();
                    without[i] += s[i].abs();
                }
            }
            let mut fires = [false; N];
            for i in 0..N {
                let most = match self.rule {
                    BenSpikerRule::Additive => without[i] - self.threshold,
                    BenSpikerRule::Multiplicative => without[i] * self.threshold,
                };
                fires[i] = with[i] <= most;
            }
            step.on = bits(fires);
            if step.on == 0 {
                continue;
            }
            for (s, &tap) in rest.iter_mut().zip(self.taps) {
                for i in 0..N {
                    s[i] -= if fires[i] { tap } else { 0.0 };
                }
            }
        }
    }
}

impl SignalEncoder for BenSpikerEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn signal_statistics(
        &self,
        signal: ArrayView2<'_, f64>,
        sample: u64,
        into: &mut Vec<f64>,
    ) -> Result<(), EncodeError> {
        lanes::statistics(Smallest, self.grid, signal, sample, into)
    }

    fn encode_signal(
        &self,
        signal: ArrayView2<'_, f64>,
        _seed: Seed,
        sample: u64,
        chunk: &mut SpikeChunk,
    ) -> Result<(), EncodeError> {
        let rule = Rule { taps: &self.taps, threshold: self.options.threshold, rule: self.options.rule };
        lanes::encode(rule, self.grid, signal, sample, chunk)
    }
}
