//! Gaps between spikes: exact geometric draws, several at a time.
//!
//! A neuron that spikes in each free step with probability p waits G free steps, P(G = g) = p·(1 − p)^g. With the
//! hazard λ = −ln(1 − p) and a uniform number U, G = ⌊−ln(U)/λ⌋ has exactly that law (Devroye 1986, Non-Uniform
//! Random Variate Generation, section X.2). Skipping gaps costs time for each spike, not for each step.
//!
//! The draw is defined with a U of 64 bits in double precision ([`Draws::exact_gap`]). The fast path computes
//! eight gaps at once in single precision from the leading 32 bits, together with a bound of its error; where a
//! whole number lies within that bound, the gap is computed again by the definition. So the spikes are those of
//! the definition, whatever the instruction set: the fast path only decides how quickly they come.

use spike_core::{Domain, Seed, Streams, ln};

/// 2⁻⁶⁴.
const TWO_TO_MINUS_64: f64 = f64::from_bits((1023 - 64) << 52);

/// A sample's draws: leading and trailing halves of each 64-bit number.
struct Draws {
    high: Streams,
    low: Streams,
}

/// A row of neurons that spike with constant hazard and a dead time after each spike.
pub(crate) struct Renewal<'a> {
    /// Hazard λ ≥ 0 of each neuron per free step; 0 is silent.
    pub hazards: &'a [f64],
    /// Steps after a spike in which the neuron cannot spike.
    pub dead_steps: u32,
    /// Steps in the window.
    pub num_steps: u32,
}

impl Renewal<'_> {
    /// Appends the spikes of every neuron and the end of each row; the instruction set changes no spike.
    pub(crate) fn sample(&self, arch: pulp::Arch, seed: Seed, sample: u64, steps: &mut Vec<u32>, ends: &mut Vec<u64>) {
        let draws = Draws { high: seed.streams(sample, Domain::Spikes), low: seed.streams(sample, Domain::SpikesLow) };
        arch.dispatch(Kernel { renewal: self, draws: &draws, steps, ends });
    }
}

impl Draws {
    /// The gap of a draw: ⌊−ln(U)/λ⌋, at most `limit`.
    ///
    /// Draws come in groups of sixteen, from four blocks: draw `4·w + i` of a group is word `w` of its block `i`.
    #[cold]
    #[inline(never)]
    fn exact_gap(&self, neuron: u32, draw: u64, mean: f64, limit: u32) -> u32 {
        let (block, word) = ((draw / 16 * 4 + draw % 4) as u32, (draw / 4 % 4) as usize);
        let high = u64::from(self.high.word(neuron, block, word));
        let low = u64::from(self.low.word(neuron, block, word));
        let unit = ((high << 32 | low) as f64 + 0.5) * TWO_TO_MINUS_64;
        let gap = -ln(unit) * mean;
        if gap < f64::from(limit) { gap as u32 } else { limit }
    }
}

/// Draws made at a time, and groups of them that are computed ahead.
const GROUP: usize = 16;
const GROUPS: usize = 32;
/// A gap that has to be drawn by the definition. Four of them still add up without wrapping.
const UNSURE: u32 = 1 << 29;
/// The longest window of the fast path: single precision counts steps exactly up to here.
const FAST_STEPS: u32 = 1 << 22;
/// The largest 1/λ, in units of 1/ln 2, of the fast path: beyond, too many draws would be unsure.
const FAST_MEAN: f32 = 4096.0;
/// Bound of the error of the fast path: 2⁻¹⁸ in log₂ U (the parts are listed at [`fast_gaps`]) and 10⁻⁶ steps.
const LOG2_ERROR: f32 = 1.0 / 262_144.0;
const STEP_ERROR: f32 = 1e-6;
/// Below 2⁻⁹ too few bits of U are in the leading word.
const LOG2_LIMIT: f32 = 9.0;
/// 3·2²²: adding it to a number below 2²² rounds that to a whole number, which the low bits then hold.
const ROUNDING: f32 = 12_582_912.0;
/// log₂(1.5 + f) for |f| ≤ ½: interpolation at Chebyshev nodes, error 5.7e-8.
const LOG2: [f32; 9] = [
    0.584_962_5,
    0.961_796,
    -0.320_598_47,
    0.142_525_93,
    -0.071_266_8,
    0.037_466_49,
    -0.020_790_033,
    0.014_770_571,
    -0.008_665_699_5,
];

/// Constants of one neuron on the fast path.
struct Fast {
    mean_log2: f32,
    below: f32,
    above: f32,
    limit: f32,
    base: u32,
}

impl Fast {
    fn new(mean: f64, renewal: &Renewal<'_>) -> Self {
        let mean_log2 = (mean * std::f64::consts::LN_2) as f32;
        let margin = mean_log2 * LOG2_ERROR + STEP_ERROR;
        Self {
            mean_log2,
            below: 0.5 + margin,
            above: 0.5 - margin,
            limit: renewal.num_steps as f32 + 0.5,
            base: (renewal.dead_steps + 1).wrapping_sub(ROUNDING.to_bits()),
        }
    }
}

/// Turns sixteen random words into gaps plus dead time plus one, or [`UNSURE`].
///
/// The error of −log₂ U, for U ≥ 2⁻⁹: 5.7e-8 of the polynomial, 1.8e-7 of its evaluation, 4.8e-7 of the sum with
/// the exponent, 0.4e-7 of the conversion, 3.4e-7 of the bits that are not used; and relative to the product with
/// 1/λ thrice 2⁻²⁴, 1.6e-6 in these units: together 2.7e-6 < 2⁻¹⁸. Rounding near ½ adds less than 10⁻⁶ steps.
#[inline(always)]
fn fast_gaps(fast: &Fast, words: &mut [u32; 8]) {
    for word in words {
        let bits = ((*word >> 1) as i32 as f32).to_bits();
        let f = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.5;
        let z = f * f;
        let low = (LOG2[0] + LOG2[1] * f) + z * (LOG2[2] + LOG2[3] * f);
        let high = (LOG2[4] + LOG2[5] * f) + z * (LOG2[6] + LOG2[7] * f);
        let q = z * z;
        let log2 = low + q * (high + q * LOG2[8]);
        // The word is U·2³¹ with the exponent biased by 127.
        let neg_log2 = (158 - (bits >> 23) as i32) as f32 - log2;
        let gap = neg_log2 * fast.mean_log2;
        let gap = if gap < fast.limit { gap } else { fast.limit };
        let least = gap - fast.below + ROUNDING;
        let most = gap - fast.above + ROUNDING;
        let sure = (least == most) & (neg_log2 < LOG2_LIMIT);
        *word = if sure { most.to_bits().wrapping_add(fast.base) } else { UNSURE };
    }
}

struct Kernel<'a> {
    renewal: &'a Renewal<'a>,
    draws: &'a Draws,
    steps: &'a mut Vec<u32>,
    ends: &'a mut Vec<u64>,
}

impl pulp::WithSimd for Kernel<'_> {
    type Output = ();

    // Monomorphised for each instruction set: the loops below are vectorised by the compiler, no intrinsics.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Renewal { hazards, dead_steps, num_steps } = *self.renewal;
        let fast_grid = num_steps <= FAST_STEPS && dead_steps <= FAST_STEPS;
        let mut buffer = [0u32; GROUP * GROUPS];
        for (neuron, &hazard) in hazards.iter().enumerate() {
            let neuron = neuron as u32;
            if hazard > 0.0 {
                let mean = 1.0 / hazard;
                let fast = Fast::new(mean, self.renewal);
                if fast_grid && fast.mean_log2 < FAST_MEAN {
                    fast_neuron(self.renewal, self.draws, neuron, mean, &fast, &mut buffer, self.steps);
                } else {
                    exact_neuron(self.renewal, self.draws, neuron, mean, self.steps);
                }
            }
            self.ends.push(self.steps.len() as u64);
        }
    }
}

/// The spikes of one neuron by the definition alone.
fn exact_neuron(renewal: &Renewal<'_>, draws: &Draws, neuron: u32, mean: f64, steps: &mut Vec<u32>) {
    let mut next = 0u64;
    for draw in 0u64.. {
        next += u64::from(draws.exact_gap(neuron, draw, mean, renewal.num_steps));
        if next >= u64::from(renewal.num_steps) {
            return;
        }
        steps.push(next as u32);
        next += 1 + u64::from(renewal.dead_steps);
    }
}

/// The spikes of one neuron: the same as [`exact_neuron`], computed in groups.
#[inline(always)]
fn fast_neuron(
    renewal: &Renewal<'_>,
    draws: &Draws,
    neuron: u32,
    mean: f64,
    fast: &Fast,
    buffer: &mut [u32; GROUP * GROUPS],
    steps: &mut Vec<u32>,
) {
    let num_steps = renewal.num_steps;
    let stride = renewal.dead_steps + 1;
    let spikes_per_step = 1.0 / (mean as f32 + 0.5 + renewal.dead_steps as f32);
    // The step of the last spike; before the window the neuron is ready for step 0.
    let mut last = 0u32.wrapping_sub(stride);
    let mut first_draw = 0u64;
    loop {
        let left = num_steps.wrapping_sub(last.wrapping_add(stride)) as f32;
        // The groups that the rest of the window needs on average, so that most neurons need one round.
        let groups = ((left * spikes_per_step * (1.06 / 16.0) + 0.9) as usize).clamp(1, GROUPS);
        let words = &mut buffer[..GROUP * groups];
        draws.high.fill(neuron, (first_draw / 4) as u32, words);
        for eight in words.as_chunks_mut().0 {
            fast_gaps(fast, eight);
        }
        // The four draws of word w of group g lie side by side.
        let quads = words.as_chunks::<4>().0;
        let (w0, rest) = quads.split_at(groups);
        let (w1, rest) = rest.split_at(groups);
        let (w2, w3) = rest.split_at(groups);
        let in_order = w0.iter().zip(w1).zip(w2).zip(w3).flat_map(|(((a, b), c), d)| [a, b, c, d]);
        for (i, quad) in in_order.enumerate() {
            let t0 = last.wrapping_add(quad[0]);
            let t1 = t0.wrapping_add(quad[1]);
            let t2 = t1.wrapping_add(quad[2]);
            let t3 = t2.wrapping_add(quad[3]);
            if t3 < num_steps {
                steps.extend_from_slice(&[t0, t1, t2, t3]);
                last = t3;
                continue;
            }
            let first_draw = first_draw + 4 * i as u64;
            for (j, &stretch) in quad.iter().enumerate() {
                let stretch = match stretch {
                    UNSURE => draws.exact_gap(neuron, first_draw + j as u64, mean, num_steps) + stride,
                    sure => sure,
                };
                last = last.wrapping_add(stretch);
                if last >= num_steps {
                    return;
                }
                steps.push(last);
            }
        }
        first_draw += 16 * groups as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(hazards: &[f64], dead_steps: u32, num_steps: u32, sample: u64) -> (Vec<u32>, Vec<u32>) {
        let renewal = Renewal { hazards, dead_steps, num_steps };
        let (mut fast, mut ends) = (Vec::new(), Vec::new());
        renewal.sample(pulp::Arch::new(), Seed(5), sample, &mut fast, &mut ends);
        let (mut baseline, mut baseline_ends) = (Vec::new(), Vec::new());
        renewal.sample(pulp::Arch::Scalar, Seed(5), sample, &mut baseline, &mut baseline_ends);
        assert!(baseline == fast && baseline_ends == ends, "every instruction set gives the same spikes");
        let draws =
            Draws { high: Seed(5).streams(sample, Domain::Spikes), low: Seed(5).streams(sample, Domain::SpikesLow) };
        let mut plain = Vec::new();
        for (neuron, &hazard) in hazards.iter().enumerate() {
            if hazard > 0.0 {
                exact_neuron(&renewal, &draws, neuron as u32, 1.0 / hazard, &mut plain);
            }
            assert_eq!(ends[neuron], plain.len() as u64);
        }
        (fast, plain)
    }

    #[test]
    fn the_fast_path_gives_the_spikes_of_the_definition() {
        let hazards: Vec<f64> = (0..400).map(|i| 1e-5 * 1.042_f64.powi(i)).collect();
        for (dead_steps, num_steps, samples) in [(0, 1000, 40), (20, 1000, 40), (3, 100_000, 2), (1, FAST_STEPS, 1)] {
            for sample in 0..samples {
                let (fast, plain) =
                    both(&hazards[..if num_steps > 1000 { 220 } else { 400 }], dead_steps, num_steps, sample);
                assert!(fast == plain, "dead {dead_steps}, steps {num_steps}, sample {sample}");
            }
        }
    }

    #[test]
    fn long_windows_use_the_definition() {
        let (fast, plain) = both(&[1e-6, 3e-4], 2, FAST_STEPS + 1, 0);
        assert!(fast == plain && !plain.is_empty());
    }

    #[test]
    fn the_stated_error_bound_holds() {
        // Every leading word in steps of a prime, against the platform's logarithm.
        let renewal = Renewal { hazards: &[], dead_steps: 0, num_steps: FAST_STEPS };
        let mean = 900.0 / std::f64::consts::LN_2;
        let fast = Fast::new(mean, &renewal);
        let (mut unsure, mut total) = (0u32, 0u32);
        for start in (0..u32::MAX - 80_000).step_by(79_999) {
            let mut words: [u32; 8] = std::array::from_fn(|i| start + 9973 * i as u32);
            let before = words;
            fast_gaps(&fast, &mut words);
            for (&word, &gap) in before.iter().zip(&words) {
                total += 1;
                if gap == UNSURE {
                    unsure += 1;
                    continue;
                }
                for low in [0.0, 1.0 - 1e-9] {
                    let exact = -((f64::from(word) + low) / 4_294_967_296.0).ln() * mean;
                    assert_eq!(gap - 1, exact as u32, "word {word}");
                }
            }
        }
        let share = f64::from(unsure) / f64::from(total);
        assert!(share < 0.012, "{share}");
    }

    #[test]
    fn certainty_spikes_in_every_free_step() {
        let (fast, _) = both(&[spike_core::neg_ln_one_minus(1.0)], 1, 9, 0);
        assert_eq!(fast, [0, 2, 4, 6, 8]);
    }
}
