//! Channels side by side: blocks of a signal, the spikes of a step as bits, and rows of spikes made from them.

use ndarray::ArrayView2;
use spike_core::{EncodeError, SpikeChunk, TimeGrid};
use std::borrow::Cow;

/// Channels of a wide block: as many as a word of spikes has bits.
const WIDE: usize = 64;
/// Channels of a narrow block: a cache line of values.
const NARROW: usize = 8;

/// `N` neighbouring channels of a signal.
#[derive(Clone, Copy)]
pub(super) struct Block<'a, const N: usize> {
    values: &'a [f64],
    num_channels: usize,
    first: usize,
}

impl<'a, const N: usize> Block<'a, N> {
    /// Samples in time.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.values.len() / self.num_channels
    }

    /// The values of the channels at one time.
    #[inline(always)]
    pub(super) fn row(&self, time: usize) -> &'a [f64; N] {
        let from = time * self.num_channels + self.first;
        self.values[from..].first_chunk().expect("a block lies inside the rows of its signal")
    }

    /// Turns the spikes of the channels, which lie step by step, into rows, which lie neuron by neuron. `words` is
    /// memory to work in.
    #[inline(always)]
    fn append_rows(
        &self,
        with_off: bool,
        spikes: &[StepSpikes],
        words: &mut Vec<[u64; 2]>,
        steps: &mut Vec<u32>,
        ends: &mut Vec<u64>,
    ) {
        let (groups, _) = spikes.as_chunks::<64>();
        words.clear();
        words.resize(groups.len() * N, [0; 2]);
        let mut num_spikes = 0;
        for (group, spikes) in groups.iter().enumerate() {
            let on = times::<N>(std::array::from_fn(|i| spikes[i].on));
            let off = if with_off { times::<N>(std::array::from_fn(|i| spikes[i].off)) } else { [0; N] };
            for channel in 0..N {
                words[channel * groups.len() + group] = [on[channel], off[channel]];
                num_spikes += on[channel].count_ones() as usize + off[channel].count_ones() as usize;
            }
        }
        steps.reserve(num_spikes);
        for words in words.chunks_exact(groups.len()) {
            for polarity in 0..1 + usize::from(with_off) {
                for (word, first) in words.iter().zip((0u32..).step_by(64)) {
                    let mut rest = word[polarity];
                    while rest != 0 {
                        steps.push(first + rest.trailing_zeros());
                        rest &= rest - 1;
                    }
                }
                ends.push(steps.len() as u64);
            }
        }
    }
}

/// Spikes of the channels of a block in one step: bit *i* belongs to channel *i*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StepSpikes {
    /// ON spikes, or the only ones.
    pub(super) on: u64,
    /// OFF spikes.
    pub(super) off: u64,
}

/// A code in which every channel follows the same rule on its own.
pub(super) trait ChannelRule: Copy {
    /// Whether a channel has one row, or two: ON and OFF.
    const ONE_ROW: bool = false;

    /// Steps of the spike grid in each sample of the signal.
    fn events_per_sample(&self) -> usize {
        1
    }

    /// Writes the spikes of every step of a block; they are empty before.
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]);
}

/// A code that computes a number from the whole of each channel.
pub(super) trait ChannelStatistic: Copy {
    /// The numbers of the channels of a block.
    fn statistic<const N: usize>(&self, block: Block<'_, N>) -> [f64; N];
}

/// Appends the rows of a signal, after checks of its length and its values.
pub(super) fn encode(
    rule: impl ChannelRule,
    grid: TimeGrid,
    signal: ArrayView2<'_, f64>,
    sample: u64,
    chunk: &mut SpikeChunk,
) -> Result<(), EncodeError> {
    let num_steps = grid.num_steps() as usize;
    let values = in_rows(signal, num_steps / rule.events_per_sample())?;
    let arch = pulp::Arch::new();
    check(arch, &values, signal.ncols(), sample)?;
    let num_channels = signal.ncols();
    let values = &*values;
    chunk.append_rows(|steps, ends| arch.dispatch(Encode { rule, values, num_channels, num_steps, steps, ends }));
    Ok(())
}

/// Appends a number for each channel of a signal, after the same checks.
pub(super) fn statistics(
    rule: impl ChannelStatistic,
    grid: TimeGrid,
    signal: ArrayView2<'_, f64>,
    sample: u64,
    into: &mut Vec<f64>,
) -> Result<(), EncodeError> {
    let values = in_rows(signal, grid.num_steps() as usize)?;
    let arch = pulp::Arch::new();
    check(arch, &values, signal.ncols(), sample)?;
    arch.dispatch(Statistics { rule, values: &values, num_channels: signal.ncols(), into });
    Ok(())
}

/// The values of a signal in rows of time, copied only if they lie otherwise.
fn in_rows(signal: ArrayView2<'_, f64>, expected: usize) -> Result<Cow<'_, [f64]>, EncodeError> {
    let (found, num_channels) = signal.dim();
    if num_channels == 0 {
        return Err(EncodeError::Empty { num_samples: 1, num_channels });
    }
    if found != expected {
        return Err(EncodeError::SignalLength { expected, found });
    }
    Ok(match signal.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(signal.iter().copied().collect()),
    })
}

fn check(arch: pulp::Arch, values: &[f64], num_channels: usize, sample: u64) -> Result<(), EncodeError> {
    // One pass that vectorises; the position is looked for only when something is wrong.
    if arch.dispatch(AllInUnit(values)) {
        return Ok(());
    }
    let outside = values.iter().enumerate().find(|(_, value)| !(0.0..=1.0).contains(*value));
    let Some((index, &value)) = outside else { return Ok(()) };
    let channel = index % num_channels;
    Err(if value.is_finite() {
        EncodeError::OutsideUnit { sample, channel, value }
    } else {
        EncodeError::NotFinite { sample, channel, value }
    })
}

struct AllInUnit<'a>(&'a [f64]);

impl pulp::WithSimd for AllInUnit<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> bool {
        let (wide, rest) = self.0.as_chunks::<32>();
        let mut ok = [true; 32];
        for chunk in wide {
            for (ok, x) in ok.iter_mut().zip(chunk) {
                *ok &= (0.0 <= *x) & (*x <= 1.0);
            }
        }
        ok == [true; 32] && rest.iter().all(|x| (0.0..=1.0).contains(x))
    }
}

/// Calls a function of a block for blocks that cover all channels: wide ones, then narrow ones, then single ones.
macro_rules! for_blocks {
    ($values:expr, $num_channels:expr, |$block:ident| $body:expr) => {{
        let (values, num_channels) = ($values, $num_channels);
        let mut first = 0;
        while first + WIDE <= num_channels {
            let $block = Block::<WIDE> { values, num_channels, first };
            $body;
            first += WIDE;
        }
        while first + NARROW <= num_channels {
            let $block = Block::<NARROW> { values, num_channels, first };
            $body;
            first += NARROW;
        }
        while first < num_channels {
            let $block = Block::<1> { values, num_channels, first };
            $body;
            first += 1;
        }
    }};
}

struct Statistics<'a, R> {
    rule: R,
    values: &'a [f64],
    num_channels: usize,
    into: &'a mut Vec<f64>,
}

impl<R: ChannelStatistic> pulp::WithSimd for Statistics<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self { rule, values, num_channels, into } = self;
        for_blocks!(values, num_channels, |block| into.extend(rule.statistic(block)));
    }
}

struct Encode<'a, R> {
    rule: R,
    values: &'a [f64],
    num_channels: usize,
    num_steps: usize,
    steps: &'a mut Vec<u32>,
    ends: &'a mut Vec<u64>,
}

impl<R: ChannelRule> pulp::WithSimd for Encode<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self { rule, values, num_channels, num_steps, steps, ends } = self;
        let mut spikes = vec![StepSpikes::default(); num_steps.next_multiple_of(64)];
        let mut words = Vec::new();
        for_blocks!(values, num_channels, |block| {
            spikes.fill(StepSpikes::default());
            rule.spikes(block, &mut spikes[..num_steps]);
            block.append_rows(!R::ONE_ROW, &spikes, &mut words, steps, ends);
        });
    }
}

/// From 64 words whose bits are channels to a word for each of `N` channels, whose bits are the 64 times.
#[inline(always)]
fn times<const N: usize>(mut words: [u64; 64]) -> [u64; N] {
    if N == 1 {
        return [words.iter().rev().fold(0, |bits, word| bits << 1 | word & 1); N];
    }
    // Transposition of a bit matrix by exchanging ever smaller blocks (Warren, Hacker's Delight, section 7-3).
    let (mut width, mut mask) = (32, u64::MAX >> 32);
    while width > 0 {
        for base in (0..64).step_by(2 * width) {
            for i in base..base + width {
                let exchanged = (words[i] >> width ^ words[i + width]) & mask;
                words[i] ^= exchanged << width;
                words[i + width] ^= exchanged;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
    std::array::from_fn(|channel| words[channel])
}

/// The bits of `N` answers.
#[inline(always)]
pub(super) fn bits<const N: usize>(answers: [bool; N]) -> u64 {
    let mut bits = 0;
    for (i, answer) in answers.iter().enumerate() {
        bits |= u64::from(*answer) << i;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_matrices_are_transposed() {
        let words: [u64; 64] =
            std::array::from_fn(|i| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(i as u32));
        let wide = times::<64>(words);
        for (channel, time) in (0..64).flat_map(|c| (0..64).map(move |t| (c, t))) {
            assert_eq!(wide[channel] >> time & 1, words[time] >> channel & 1, "{channel} {time}");
        }
        assert_eq!(times::<8>(words), wide[..8]);
        assert_eq!(times::<1>(words), wide[..1]);
    }
}
