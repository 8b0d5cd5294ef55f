//! All-to-all synapses.

use super::weights::WeightFormat;
use crate::error::{ModelError, check_len, check_range};
use crate::fixed::shift;
use crate::rules::{Exact, Rule, Rules};

/// Parameters of a [`Dense`] connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenseConfig {
    /// Number of inputs.
    pub num_inputs: usize,
    /// Number of outputs.
    pub num_outputs: usize,
    /// Weights, output by output: `weights[output * num_inputs + input]`.
    pub weights: Vec<i32>,
    /// Bits, exponent and signs.
    pub format: WeightFormat,
    /// Bits of the payload of a spike: 0 for binary spikes, for which only zero and not zero count; 1 to 32 for
    /// graded spikes, whose payload multiplies the weight.
    pub num_message_bits: u8,
}

/// All-to-all synapses of Lava, bit for bit with `PyDenseModelBitAcc`.
///
/// ```text
/// a(t) = (Σⱼ Wᵢⱼ·sⱼ(t − 1))·2^weight_exp      a negative exponent shifts the sum toward minus infinity
/// ```
///
/// The weights are those of [`WeightFormat::effective`]. A connection sends what it computed in the step before,
/// so that it delays by one step. Sums and products are of 32 bits and wrap.
///
/// # Shapes
/// Input: one number an input; output: one number an output.
///
/// # Errors
/// [`ModelError`] for lists of other lengths and numbers outside their registers.
///
/// # Examples
/// ```
/// use spike_hw::lava::{Dense, DenseConfig, WeightFormat};
/// let mut dense = Dense::new(&DenseConfig {
///     num_inputs: 2,
///     num_outputs: 1,
///     weights: vec![-36, 255],
///     format: WeightFormat { weight_exp: -3, ..WeightFormat::default() },
///     num_message_bits: 0,
/// })?;
/// assert_eq!(dense.step(&[1, 0])?, [0]);
/// assert_eq!(dense.step(&[0, 0])?, [-5]); // ⌊−36/8⌋
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// Lava 0.10.0 (lava-nc), `lava/proc/dense/models.py`, `lava/utils/weightutils.py`.
#[derive(Debug, Clone)]
pub struct Dense {
    num_inputs: usize,
    /// Input by input, so that a spike adds one contiguous row.
    rows: Vec<i16>,
    weight_exp: i32,
    graded: bool,
    sent: Vec<i32>,
    next: Vec<i32>,
}

/// Largest number of inputs whose sum of 8-bit weights and a sign surely fits 32 bits.
pub(crate) const MAX_INPUTS: usize = 1 << 22;

impl Dense {
    /// A connection at rest.
    ///
    /// # Errors
    /// [`ModelError`] if the weights are not `num_outputs`·`num_inputs`, or a number leaves its register.
    pub fn new(config: &DenseConfig) -> Result<Self, ModelError> {
        Self::new_with(Exact, config)
    }

    pub(crate) fn new_with<R: Rules>(rules: R, config: &DenseConfig) -> Result<Self, ModelError> {
        let DenseConfig { num_inputs, num_outputs, ref weights, format, num_message_bits } = *config;
        check_shape(num_inputs, num_outputs, weights.len())?;
        check_range("num_message_bits", &[num_message_bits], 0, 32)?;
        let weights = format.effective_with(rules, weights)?;
        Ok(Self {
            num_inputs,
            rows: (0..num_inputs).flat_map(|input| weights.iter().skip(input).step_by(num_inputs).copied()).collect(),
            weight_exp: format.weight_exp,
            graded: num_message_bits > 0,
            sent: vec![0; num_outputs],
            next: vec![0; num_outputs],
        })
    }

    /// One step: sends what the last step computed and takes in the spikes of this one.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of spikes is not the number of inputs.
    pub fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the spikes", spikes.len(), self.num_inputs)?;
        Ok(self.step_with(Exact, spikes))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        std::mem::swap(&mut self.sent, &mut self.next);
        self.next.fill(0);
        pulp::Arch::new().dispatch(Sum { rules, spikes, dense: self });
        if rules.keeps(Rule::LavaConnectionDelays) { &self.sent } else { &self.next }
    }

    /// Forgets what was not sent yet.
    pub fn reset(&mut self) {
        self.sent.fill(0);
        self.next.fill(0);
    }

    /// Number of inputs.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.num_inputs
    }

    /// Number of outputs.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.sent.len()
    }
}

/// Checks the shape of a matrix of weights.
pub(crate) fn check_shape(num_inputs: usize, num_outputs: usize, num_weights: usize) -> Result<(), ModelError> {
    if num_inputs == 0 || num_outputs == 0 {
        return Err(ModelError::Empty { what: "the matrix of weights" });
    }
    check_range("num_inputs", &[num_inputs as i64], 1, MAX_INPUTS as i64)?;
    check_len("the matrix of weights", num_weights, num_inputs.saturating_mul(num_outputs))
}

/// The sum over the spikes, vectorised over the outputs.
struct Sum<'a, R> {
    rules: R,
    spikes: &'a [i32],
    dense: &'a mut Dense,
}

impl<R: Rules> pulp::WithSimd for Sum<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Dense { rows, weight_exp, graded, next, .. } = self.dense;
        let each = |w: i32| {
            if self.rules.keeps(Rule::LavaExponentShiftsSum) { w } else { shift_sum(self.rules, w, *weight_exp) }
        };
        for (row, &spike) in rows.chunks_exact(next.len()).zip(self.spikes) {
            if spike == 0 {
                continue;
            }
            if *graded {
                for (sum, &w) in next.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(each(i32::from(w).wrapping_mul(spike)));
                }
            } else {
                for (sum, &w) in next.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(each(i32::from(w)));
                }
            }
        }
        if self.rules.keeps(Rule::LavaExponentShiftsSum) && *weight_exp != 0 {
            for sum in next.iter_mut() {
                *sum = shift_sum(self.rules, *sum, *weight_exp);
            }
        }
    }
}

/// The weight exponent applied to a sum.
#[inline(always)]
pub(crate) fn shift_sum<R: Rules>(rules: R, sum: i32, exponent: i32) -> i32 {
    if rules.keeps(Rule::LavaExponentFloors) { shift(sum, exponent) } else { sum.signum() * shift(sum.abs(), exponent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_registers_are_checked() {
        let good = DenseConfig {
            num_inputs: 2,
            num_outputs: 3,
            weights: vec![1; 6],
            format: WeightFormat::default(),
            num_message_bits: 0,
        };
        assert!(Dense::new(&good).is_ok_and(|mut d| d.step(&[1]).is_err()));
        for bad in [
            DenseConfig { num_inputs: 0, ..good.clone() },
            DenseConfig { num_outputs: 2, ..good.clone() },
            DenseConfig { num_message_bits: 33, ..good.clone() },
            DenseConfig { format: WeightFormat { num_weight_bits: 0, ..WeightFormat::default() }, ..good.clone() },
        ] {
            assert!(Dense::new(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_zero_and_not_zero_count_for_binary_spikes() {
        let config = DenseConfig {
            num_inputs: 1,
            num_outputs: 1,
            weights: vec![8],
            format: WeightFormat::default(),
            num_message_bits: 0,
        };
        let mut dense = Dense::new(&config).unwrap();
        dense.step(&[-7]).unwrap();
        assert_eq!(dense.step(&[0]).unwrap(), [8]);
    }
}
