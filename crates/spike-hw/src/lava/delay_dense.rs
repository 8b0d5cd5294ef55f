//! All-to-all synapses, each with a delay of its own.

use super::dense::{check_shape, shift_sum};
use super::weights::WeightFormat;
use crate::error::{ModelError, check_len, check_range};
use crate::rules::{Exact, Rule, Rules};

/// Parameters of a [`DelayDense`] connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayDenseConfig {
    /// Number of inputs.
    pub num_inputs: usize,
    /// Number of outputs.
    pub num_outputs: usize,
    /// Weights, output by output.
    pub weights: Vec<i32>,
    /// Delays in steps, output by output: 0 to 63.
    pub delays: Vec<u8>,
    /// Bits, exponent and signs.
    pub format: WeightFormat,
    /// Bits of the payload of a spike, 0 for binary spikes.
    pub num_message_bits: u8,
}

/// All-to-all synapses of Lava with delays, bit for bit with `PyDelayDenseModelBitAcc`.
///
/// ```text
/// a(t) = Σ_d (Σⱼ Wᵢⱼ·[dᵢⱼ = d]·sⱼ(t − 1 − d))·2^weight_exp
/// ```
///
/// A spike with delay d arrives 1 + d steps later. A negative exponent shifts the sum *of each delay* toward minus
/// infinity.
///
/// # Shapes
/// Input: one number an input; output: one number an output.
///
/// # Errors
/// [`ModelError`] for lists of other lengths and numbers outside their registers.
///
/// # Examples
/// ```
/// use spike_hw::lava::{DelayDense, DelayDenseConfig, WeightFormat};
/// let mut synapses = DelayDense::new(&DelayDenseConfig {
///     num_inputs: 1,
///     num_outputs: 2,
///     weights: vec![10, 20],
///     delays: vec![0, 2],
///     format: WeightFormat::default(),
///     num_message_bits: 0,
/// })?;
/// synapses.step(&[1])?;
/// assert_eq!(synapses.step(&[0])?, [10, 0]);
/// assert_eq!(synapses.step(&[0])?, [0, 0]);
/// assert_eq!(synapses.step(&[0])?, [0, 20]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// Lava 0.10.0 (lava-nc), `lava/proc/dense/models.py`.
#[derive(Debug, Clone)]
pub struct DelayDense {
    num_inputs: usize,
    num_outputs: usize,
    /// (delay, output, weight), input by input.
    synapses: Vec<(u8, u32, i16)>,
    weight_exp: i32,
    graded: bool,
    /// The sums of one step, delay by delay.
    sums: Vec<i32>,
    /// What is on its way: a ring of one row a delay.
    ring: Vec<i32>,
    first: usize,
    sent: Vec<i32>,
}

/// Largest delay: six bits.
const MAX_DELAY: i64 = 63;

impl DelayDense {
    /// A connection at rest.
    ///
    /// # Errors
    /// [`ModelError`] if there is not one weight and one delay for each pair, or a number leaves its register.
    pub fn new(config: &DelayDenseConfig) -> Result<Self, ModelError> {
        Self::new_with(Exact, config)
    }

    pub(crate) fn new_with<R: Rules>(rules: R, config: &DelayDenseConfig) -> Result<Self, ModelError> {
        let DelayDenseConfig { num_inputs, num_outputs, ref weights, ref delays, format, num_message_bits } = *config;
        check_shape(num_inputs, num_outputs, weights.len())?;
        check_len("the matrix of delays", delays.len(), weights.len())?;
        check_range("delay", delays, 0, MAX_DELAY)?;
        check_range("num_message_bits", &[num_message_bits], 0, 32)?;
        let weights = format.effective_with(rules, weights)?;
        let pairs = (0..num_inputs).flat_map(|input| (0..num_outputs).map(move |output| (input, output)));
        let synapses = pairs
            .map(|(input, output)| {
                let at = output * num_inputs + input;
                (delays[at], output as u32, weights[at])
            })
            .collect();
        let num_delays = 2 + usize::from(delays.iter().copied().max().unwrap_or(0));
        Ok(Self {
            num_inputs,
            num_outputs,
            synapses,
            weight_exp: format.weight_exp,
            graded: num_message_bits > 0,
            sums: vec![0; num_delays * num_outputs],
            ring: vec![0; num_delays * num_outputs],
            first: 0,
            sent: vec![0; num_outputs],
        })
    }

    /// One step: sends what arrives now and takes in the spikes of this step.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of spikes is not the number of inputs.
    pub fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the spikes", spikes.len(), self.num_inputs)?;
        Ok(self.step_with(Exact, spikes))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        let n = self.num_outputs;
        let num_delays = self.ring.len() / n;
        let arriving = &mut self.ring[self.first * n..(self.first + 1) * n];
        self.sent.copy_from_slice(arriving);
        arriving.fill(0);
        self.first = (self.first + 1) % num_delays;

        self.sums.fill(0);
        let more = usize::from(!rules.keeps(Rule::LavaDelayCounts));
        for (synapses, &spike) in self.synapses.chunks_exact(n).zip(spikes).filter(|(_, spike)| **spike != 0) {
            for &(delay, output, weight) in synapses {
                let factor = if self.graded { spike } else { 1 };
                let sum = &mut self.sums[(usize::from(delay) + more) * n + output as usize];
                *sum = sum.wrapping_add(i32::from(weight).wrapping_mul(factor));
            }
        }
        let together = !rules.keeps(Rule::LavaExponentPerDelay);
        for (delay, sums) in self.sums.chunks_exact(n).enumerate() {
            let row = (self.first + delay) % num_delays;
            for (pending, &sum) in self.ring[row * n..(row + 1) * n].iter_mut().zip(sums) {
                let shifted = if together { sum } else { shift_sum(rules, sum, self.weight_exp) };
                *pending = pending.wrapping_add(shifted);
            }
        }
        if together {
            self.sent.iter_mut().for_each(|sum| *sum = shift_sum(rules, *sum, self.weight_exp));
        }
        &self.sent
    }

    /// Forgets what is on its way.
    pub fn reset(&mut self) {
        self.ring.fill(0);
        self.sent.fill(0);
        self.first = 0;
    }

    /// Number of inputs.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.num_inputs
    }

    /// Number of outputs.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.num_outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_checked() {
        let good = DelayDenseConfig {
            num_inputs: 1,
            num_outputs: 2,
            weights: vec![1, 2],
            delays: vec![0, 63],
            format: WeightFormat::default(),
            num_message_bits: 0,
        };
        assert!(DelayDense::new(&good).is_ok_and(|mut d| d.step(&[1, 1]).is_err()));
        assert!(DelayDense::new(&DelayDenseConfig { delays: vec![0, 64], ..good.clone() }).is_err());
        assert!(DelayDense::new(&DelayDenseConfig { delays: vec![0], ..good.clone() }).is_err());
        assert!(DelayDense::new(&DelayDenseConfig { num_message_bits: 33, ..good }).is_err());
    }

    #[test]
    fn the_longest_delay_arrives_and_a_reset_forgets_it() {
        let config = DelayDenseConfig {
            num_inputs: 1,
            num_outputs: 1,
            weights: vec![8],
            delays: vec![63],
            format: WeightFormat::default(),
            num_message_bits: 0,
        };
        let mut synapses = DelayDense::new(&config).unwrap();
        let mut arrivals = |reset: bool| {
            synapses.step(&[1]).unwrap();
            if reset {
                synapses.reset();
            }
            (1..200).filter(|_| synapses.step(&[0]).unwrap()[0] == 8).count()
        };
        assert_eq!((arrivals(false), arrivals(true)), (1, 0));
    }
}
