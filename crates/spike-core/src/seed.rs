//! Randomness as a value: counter-based streams keyed by (seed, sample, neuron).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The seed of a run.
///
/// A stream of random words is a pure function of (seed, global sample index, neuron, domain): a sample has the
/// same spikes alone, in any batch, on any number of threads, in any shard and on any platform. Words come from
/// Philox4x32-7, which passes BigCrush; neighbouring samples and neurons are different counters of one keyed
/// bijection, so streams never overlap.
///
/// Source: Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC11,
/// DOI 10.1145/2063384.2063405, section 3.3 and table 2.
///
/// ```
/// use spike_core::{Domain, Seed};
/// let mut stream = Seed(7).stream(3, 11, Domain::Spikes);
/// let first = stream.next_u64();
/// assert_eq!(first, Seed(7).stream(3, 11, Domain::Spikes).next_u64());
/// assert_ne!(first, Seed(7).stream(3, 12, Domain::Spikes).next_u64());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(
    /// The number that the user gave or that was drawn.
    pub u64,
);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a stream is used for: streams of different domains are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// The leading 32 bits of the draws that place spikes.
    Spikes = 0,
    /// The trailing 32 bits of the same draws.
    SpikesLow = 1,
    /// Jitter after the code.
    Jitter = 2,
    /// Mismatch between neurons or pixels.
    Mismatch = 3,
    /// Phase of a regular train.
    Phase = 4,
}

/// Number of rounds: the fewest with which Philox4x32 passes BigCrush.
const ROUNDS: usize = 7;
const MULTIPLIER: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const LOW: u64 = 0xffff_ffff;
/// Sample indices use 56 bits of the counter, the domain the other 8.
const SAMPLE_HIGH_BITS: u32 = 24;

/// The round keys of a seed, as 64-bit lanes.
type RoundKeys = [[u64; 2]; ROUNDS];

fn round_keys(seed: u64) -> RoundKeys {
    let mut key = [seed as u32, (seed >> 32) as u32];
    std::array::from_fn(|_| {
        let round = [u64::from(key[0]), u64::from(key[1])];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        round
    })
}

/// `N` consecutive blocks of a counter, block-minor: word `w` of block `i` is at `[w][i]`.
///
/// Each word is a 64-bit lane that holds 32 bits, because that is the form in which the multiplications vectorise.
#[inline(always)]
fn rounds<const N: usize>(keys: &RoundKeys, block: u32, rest: [u32; 3]) -> [[u64; N]; 4] {
    let mut c0: [u64; N] = std::array::from_fn(|i| u64::from(block.wrapping_add(i as u32)));
    let mut c1 = [u64::from(rest[0]); N];
    let mut c2 = [u64::from(rest[1]); N];
    let mut c3 = [u64::from(rest[2]); N];
    for key in keys {
        for i in 0..N {
            let p0 = (c0[i] & LOW) * MULTIPLIER[0];
            let p1 = (c2[i] & LOW) * MULTIPLIER[1];
            c0[i] = (p1 >> 32) ^ c1[i] ^ key[0];
            c2[i] = (p0 >> 32) ^ c3[i] ^ key[1];
            c1[i] = p1 & LOW;
            c3[i] = p0 & LOW;
        }
    }
    [c0, c1, c2, c3]
}

/// One Philox4x32 block with seven rounds, for tests and for readers of the published test vectors.
#[must_use]
pub fn philox(counter: [u32; 4], key: u64) -> [u32; 4] {
    let words = rounds::<1>(&round_keys(key), counter[0], [counter[1], counter[2], counter[3]]);
    words.map(|lane| lane[0] as u32)
}

impl Seed {
    /// A seed drawn from the operating system through the standard library, below 2⁵³ so that it survives JSON.
    #[must_use]
    pub fn draw() -> Self {
        Self(RandomState::new().build_hasher().finish() >> 11)
    }

    /// The stream of one neuron of one sample.
    ///
    /// Of the sample index the lower 56 bits are used.
    #[must_use]
    pub fn stream(self, sample: u64, neuron: u32, domain: Domain) -> Stream {
        self.streams(sample, domain).of(neuron)
    }

    /// The streams of all neurons of one sample, with the work that they share done once.
    #[must_use]
    pub fn streams(self, sample: u64, domain: Domain) -> Streams {
        let high = (sample >> 32) as u32 & ((1 << SAMPLE_HIGH_BITS) - 1);
        let sample = [sample as u32, high | (domain as u32) << SAMPLE_HIGH_BITS];
        Streams { keys: round_keys(self.0), sample }
    }
}

/// The streams of one sample and domain.
#[derive(Debug, Clone)]
pub struct Streams {
    keys: RoundKeys,
    sample: [u32; 2],
}

impl Streams {
    /// Sixteen words of a neuron: word `w` of block `block + i` is at index `4·w + i`.
    ///
    /// `block` counts blocks of four words and is a multiple of four here.
    #[inline(always)]
    #[must_use]
    pub fn words16(&self, neuron: u32, block: u32) -> [u32; 16] {
        let lanes = rounds::<4>(&self.keys, block, [neuron, self.sample[0], self.sample[1]]);
        let mut words = [0; 16];
        for w in 0..4 {
            for i in 0..4 {
                words[4 * w + i] = lanes[w][i] as u32;
            }
        }
        words
    }

    /// The single word that [`words16`](Self::words16) has at `index` of the group that starts at `block`.
    #[must_use]
    pub fn word(&self, neuron: u32, block: u32, index: usize) -> u32 {
        let at = block.wrapping_add(index as u32 % 4);
        rounds::<1>(&self.keys, at, [neuron, self.sample[0], self.sample[1]])[index / 4 % 4][0] as u32
    }

    /// The stream of one neuron.
    #[must_use]
    pub fn of(&self, neuron: u32) -> Stream {
        Stream { streams: self.clone(), neuron, block: 0, words: [0; 4], used: 4 }
    }
}

/// A sequence of random words of one neuron of one sample.
#[derive(Debug, Clone)]
pub struct Stream {
    streams: Streams,
    neuron: u32,
    block: u32,
    words: [u32; 4],
    used: usize,
}

impl Stream {
    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            let rest = [self.neuron, self.streams.sample[0], self.streams.sample[1]];
            self.words = rounds::<1>(&self.streams.keys, self.block, rest).map(|lane| lane[0] as u32);
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
    }

    /// A uniform number in the open interval (0, 1), from 52 bits.
    pub fn next_open_unit(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// An exponential number with mean 1.
    pub fn next_exponential(&mut self) -> f64 {
        -crate::math::ln(self.next_open_unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_test_vectors() {
        // Known answers for philox4x32 with 7 rounds that its authors distribute with Random123.
        let key = |k0: u32, k1: u32| u64::from(k1) << 32 | u64::from(k0);
        assert_eq!(philox([0; 4], 0), [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]);
        assert_eq!(philox([u32::MAX; 4], u64::MAX), [0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662]);
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(philox(pi, key(0xa409_3822, 0x299f_31d0)), [0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a]);
    }

    #[test]
    fn words_come_alike_alone_and_in_groups() {
        let streams = Seed(0x1234_5678_9abc_def0).streams(1 << 40, Domain::Jitter);
        let group = streams.words16(5, 8);
        for (index, &word) in group.iter().enumerate() {
            assert_eq!(streams.word(5, 8, index), word);
        }
        let mut stream = streams.of(5);
        for _ in 0..32 {
            stream.next_u32();
        }
        assert_eq!(stream.next_u32(), group[0]);
        assert_eq!(stream.next_u32(), group[4]);
    }

    #[test]
    fn every_part_of_the_key_matters() {
        let first = |seed: u64, sample, neuron, domain| Seed(seed).stream(sample, neuron, domain).next_u64();
        let base = first(1, 0, 0, Domain::Spikes);
        assert_ne!(base, first(2, 0, 0, Domain::Spikes));
        assert_ne!(base, first(1 | 1 << 32, 0, 0, Domain::Spikes));
        assert_ne!(base, first(1, 1, 0, Domain::Spikes));
        assert_ne!(base, first(1, 1 << 32, 0, Domain::Spikes));
        assert_ne!(base, first(1, 1 << 55, 0, Domain::Spikes));
        assert_ne!(base, first(1, 0, 1, Domain::Spikes));
        assert_ne!(base, first(1, 0, 0, Domain::SpikesLow));
    }

    #[test]
    fn uniform_and_exponential_have_their_moments() {
        let mut stream = Seed(3).stream(0, 0, Domain::Spikes);
        let n = 200_000;
        let (mut u, mut e) = (0.0, 0.0);
        for _ in 0..n {
            u += stream.next_open_unit();
            e += stream.next_exponential();
        }
        // Five standard errors: 5/√(12 n) and 5/√n.
        assert!((u / f64::from(n) - 0.5).abs() < 0.0033);
        assert!((e / f64::from(n) - 1.0).abs() < 0.0112);
    }

    #[test]
    fn drawn_seeds_survive_json() {
        let seed = Seed::draw();
        assert!(seed.0 < 1 << 53);
        assert_eq!(serde_json::from_str::<Seed>(&serde_json::to_string(&seed).unwrap()).unwrap(), seed);
    }
}
