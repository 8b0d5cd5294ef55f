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
    /// Which neurons of a network are connected.
    Connectivity = 5,
    /// Initial weights of a network.
    Weights = 6,
    /// Partitions, shuffles and bootstrap samples of an analysis.
    Resampling = 16,
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

/// One round. Words are 64-bit lanes that hold 32 bits: so the multiplications vectorise.
#[inline(always)]
fn round([c0, c1, c2, c3]: [u64; 4], key: [u64; 2]) -> [u64; 4] {
    let p0 = (c0 & LOW) * MULTIPLIER[0];
    let p1 = (c2 & LOW) * MULTIPLIER[1];
    [(p1 >> 32) ^ c1 ^ key[0], p1 & LOW, (p0 >> 32) ^ c3 ^ key[1], p0 & LOW]
}

/// One block of four words. The rounds are written out, because a loop of them would keep its caller's loop scalar.
#[inline(always)]
fn rounds(keys: &RoundKeys, counter: [u32; 4]) -> [u32; 4] {
    let c = round(counter.map(u64::from), keys[0]);
    let c = round(c, keys[1]);
    let c = round(c, keys[2]);
    let c = round(c, keys[3]);
    let c = round(c, keys[4]);
    let c = round(c, keys[5]);
    round(c, keys[6]).map(|word| word as u32)
}

/// One Philox4x32 block with seven rounds, for tests and for readers of the published test vectors.
#[must_use]
pub fn philox(counter: [u32; 4], key: u64) -> [u32; 4] {
    rounds(&round_keys(key), counter)
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
    /// Fills `words` from `words.len() / 4` consecutive blocks of a neuron, word-major: word `w` of block
    /// `block + i` of `n` goes to index `w·n + i`. A loop that vectorises where its caller enables it.
    #[inline(always)]
    pub fn fill(&self, neuron: u32, block: u32, words: &mut [u32]) {
        let n = words.len() / 4;
        let (w0, rest) = words.split_at_mut(n);
        let (w1, rest) = rest.split_at_mut(n);
        let (w2, w3) = rest.split_at_mut(n);
        let w3 = &mut w3[..n];
        // Copies, so that the compiler knows that the stores do not change them.
        let (keys, [low, high]) = (self.keys, self.sample);
        for i in 0..n {
            let [a, b, c, d] = rounds(&keys, [block.wrapping_add(i as u32), neuron, low, high]);
            w0[i] = a;
            w1[i] = b;
            w2[i] = c;
            w3[i] = d;
        }
    }

    /// Word `index` (0 to 3) of one block of a neuron.
    #[must_use]
    pub fn word(&self, neuron: u32, block: u32, index: usize) -> u32 {
        rounds(&self.keys, [block, neuron, self.sample[0], self.sample[1]])[index]
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
            let [low, high] = self.streams.sample;
            self.words = rounds(&self.streams.keys, [self.block, self.neuron, low, high]);
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
        let mut stream = streams.of(5);
        let mut words = [0; 24];
        streams.fill(5, 0, &mut words);
        for block in 0..6 {
            for word in 0..4 {
                let expected = stream.next_u32();
                assert_eq!(words[word * 6 + block], expected);
                assert_eq!(streams.word(5, block as u32, word), expected);
            }
        }
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
