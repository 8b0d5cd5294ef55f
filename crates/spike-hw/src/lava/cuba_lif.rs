//! The leaky integrate-and-fire neuron with a current, in integers.

use crate::error::{ModelError, check_len, check_range, per_neuron};
use crate::fixed::{decay_by, shift};
use crate::rules::{Exact, Rule, Rules};

/// Where the current wraps: 2²³.
const MAX: i32 = 1 << 23;
/// Left shift that aligns input and threshold with the state.
const ALIGN: u32 = 6;

/// Parameters of a [`CubaLif`]; a list has one value for all neurons or one for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CubaLifConfig {
    /// Number of neurons.
    pub num_neurons: usize,
    /// Decay of the current in units of 1/4096, less one: 0 to 4095.
    pub du: Vec<u16>,
    /// Decay of the voltage in units of 1/4096: 0 to 4095.
    pub dv: Vec<u16>,
    /// Mantissa of the threshold, which is `vth`·2⁶: 0 to 131 071.
    pub vth: Vec<u32>,
    /// Mantissa of the bias: −4096 to 4095.
    pub bias_mant: Vec<i32>,
    /// Exponent of the bias: −31 to 7.
    pub bias_exp: Vec<i32>,
}

impl CubaLifConfig {
    /// Neurons with the same decays and threshold and without bias.
    #[must_use]
    pub fn uniform(num_neurons: usize, du: u16, dv: u16, vth: u32) -> Self {
        Self { num_neurons, du: vec![du], dv: vec![dv], vth: vec![vth], bias_mant: vec![0], bias_exp: vec![0] }
    }
}

/// Current-based leaky integrate-and-fire neurons of Lava, bit for bit with `PyLifModelBitAcc`.
///
/// With dec(x, d) = sgn(x)·⌊|x|·(4096 − d)/2¹²⌋, in each step:
///
/// ```text
/// u ← wrap(dec(u, du + 1) + a·2⁶)         one addition or subtraction of 2²⁴ outside (−2²³, 2²³]
/// v ← clip(dec(v, dv) + u + bias_mant·2^bias_exp, ±(2²³ − 1))
/// s = v > vth·2⁶,  then v ← 0
/// ```
///
/// The wrap is as that program does it: 2²³ stays, −2²³ becomes 2²³, and a sum beyond 2²⁴ is not brought back into
/// range. There is no refractory period in that model.
///
/// # Shapes
/// Input, spikes, current and voltage have one number a neuron. A spike is 1, silence 0.
///
/// # Errors
/// [`ModelError`] for lists of other lengths and numbers outside their registers.
///
/// # Examples
/// ```
/// use spike_hw::lava::{CubaLif, CubaLifConfig};
/// let mut neurons = CubaLif::new(&CubaLifConfig::uniform(2, 409, 204, 100))?;
/// assert_eq!(neurons.step(&[100, 101])?, [0, 1]); // the threshold is strict
/// assert_eq!((neurons.current(), neurons.voltage()), (&[6400, 6464][..], &[6400, 0][..]));
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// Lava 0.10.0 (lava-nc), `lava/proc/lif/models.py`; Davies et al., 2018, Loihi: a neuromorphic manycore processor
/// with on-chip learning, IEEE Micro 38(1):82–99, DOI 10.1109/MM.2018.112130359, for the neuron model.
#[derive(Debug, Clone)]
pub struct CubaLif {
    decay_u: Vec<u32>,
    decay_v: Vec<u32>,
    threshold: Vec<i32>,
    bias_mant: Vec<i32>,
    bias_exp: Vec<i32>,
    bias: Vec<i32>,
    u: Vec<i32>,
    v: Vec<i32>,
    spikes: Vec<i32>,
}

impl CubaLif {
    /// Neurons at rest.
    ///
    /// # Errors
    /// [`ModelError`] if a list has another length than 1 or `num_neurons`, or a number leaves its register.
    pub fn new(config: &CubaLifConfig) -> Result<Self, ModelError> {
        let n = config.num_neurons;
        if n == 0 {
            return Err(ModelError::Empty { what: "the population of neurons" });
        }
        check_range("du", &config.du, 0, 4095)?;
        check_range("dv", &config.dv, 0, 4095)?;
        check_range("vth", &config.vth, 0, (1 << 17) - 1)?;
        check_range("bias_mant", &config.bias_mant, -4096, 4095)?;
        check_range("bias_exp", &config.bias_exp, -31, 7)?;
        let bias_mant = per_neuron("bias_mant", &config.bias_mant, n)?;
        let bias_exp = per_neuron("bias_exp", &config.bias_exp, n)?;
        Ok(Self {
            decay_u: per_neuron("du", &config.du, n)?.into_iter().map(u32::from).collect(),
            decay_v: per_neuron("dv", &config.dv, n)?.into_iter().map(u32::from).collect(),
            threshold: per_neuron("vth", &config.vth, n)?.into_iter().map(|x| x as i32).collect(),
            bias: bias_mant.iter().zip(&bias_exp).map(|(&mant, &exp)| shift(mant, exp)).collect(),
            bias_mant,
            bias_exp,
            u: vec![0; n],
            v: vec![0; n],
            spikes: vec![0; n],
        })
    }

    /// One step with one input a neuron; the spikes, 1 or 0, of this step.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of inputs is not the number of neurons.
    pub fn step(&mut self, input: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the input", input.len(), self.u.len())?;
        Ok(self.step_with(Exact, input))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, input: &[i32]) -> &[i32] {
        if !rules.keeps(Rule::LavaBiasShiftFloors) {
            let toward_zero = |(&mant, &exp): (&i32, &i32)| mant.signum() * shift(mant.abs(), exp);
            self.bias = self.bias_mant.iter().zip(&self.bias_exp).map(toward_zero).collect();
        }
        pulp::Arch::new().dispatch(Kernel { rules, input, neurons: self });
        &self.spikes
    }

    /// Forgets currents, voltages and spikes.
    pub fn reset(&mut self) {
        for state in [&mut self.u, &mut self.v, &mut self.spikes] {
            state.fill(0);
        }
    }

    /// Sets currents and voltages.
    ///
    /// # Errors
    /// [`ModelError`] if there is not one of each a neuron, or one leaves ±2²³.
    pub fn set_state(&mut self, current: &[i32], voltage: &[i32]) -> Result<(), ModelError> {
        check_len("the current", current.len(), self.u.len())?;
        check_len("the voltage", voltage.len(), self.v.len())?;
        check_range("current", current, -i64::from(MAX), i64::from(MAX))?;
        check_range("voltage", voltage, -i64::from(MAX), i64::from(MAX))?;
        self.u.copy_from_slice(current);
        self.v.copy_from_slice(voltage);
        Ok(())
    }

    /// The currents after the last step.
    #[must_use]
    pub fn current(&self) -> &[i32] {
        &self.u
    }

    /// The voltages after the last step and its resets.
    #[must_use]
    pub fn voltage(&self) -> &[i32] {
        &self.v
    }

    /// Number of neurons.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.u.len()
    }
}

/// The update of all neurons, vectorised.
struct Kernel<'a, R> {
    rules: R,
    input: &'a [i32],
    neurons: &'a mut CubaLif,
}

impl<R: Rules> pulp::WithSimd for Kernel<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let n = self.input.len();
        let CubaLif { decay_u, decay_v, threshold, bias, u, v, spikes, .. } = self.neurons;
        // Slices of one length, so that the loop has no bounds check and vectorises.
        let (decay_u, decay_v, threshold, bias) = (&decay_u[..n], &decay_v[..n], &threshold[..n], &bias[..n]);
        let (u, v, spikes) = (&mut u[..n], &mut v[..n], &mut spikes[..n]);
        for i in 0..n {
            (u[i], v[i], spikes[i]) =
                update(self.rules, (u[i], v[i]), self.input[i], [decay_u[i], decay_v[i]], threshold[i], bias[i]);
        }
    }
}

/// One neuron: current, voltage and spike after a step.
#[inline(always)]
pub(crate) fn update<R: Rules>(
    rules: R,
    (old_u, old_v): (i32, i32),
    input: i32,
    [du, dv]: [u32; 2],
    vth: i32,
    bias: i32,
) -> (i32, i32, i32) {
    let offset_u = u32::from(rules.keeps(Rule::CurrentDecayOffset));
    let offset_v = u32::from(!rules.keeps(Rule::VoltageDecayWithoutOffset));
    let input = if rules.keeps(Rule::LavaInputShift) { input << ALIGN } else { input };
    let bias_in_u = if rules.keeps(Rule::BiasStaysOutOfCurrent) { 0 } else { bias };
    let sum = decay_by(rules, old_u, 4096 - offset_u - du).wrapping_add(input).wrapping_add(bias_in_u);
    let u = wrap(rules, sum);
    let drive = if rules.keeps(Rule::VoltageTakesNewCurrent) { u } else { old_u };
    let sum =
        decay_by(rules, old_v, (4096 - offset_v).saturating_sub(dv)).wrapping_add(drive).wrapping_add(bias - bias_in_u);
    let v = if rules.keeps(Rule::LavaVoltageSaturates) {
        sum.clamp(-MAX + 1, MAX - 1)
    } else {
        crate::fixed::wrap_signed(sum, 23)
    };
    let threshold = if rules.keeps(Rule::LavaThresholdShift) { vth << ALIGN } else { vth };
    let fires = if rules.keeps(Rule::ThresholdIsStrict) { v > threshold } else { v >= threshold };
    let after = if rules.keeps(Rule::SpikeZeroesVoltage) { 0 } else { v - threshold };
    (u, if fires { after } else { v }, i32::from(fires))
}

#[inline(always)]
fn wrap<R: Rules>(rules: R, sum: i32) -> i32 {
    if !rules.keeps(Rule::LavaCurrentWraps) {
        return sum.clamp(-MAX, MAX);
    }
    if !rules.keeps(Rule::LavaWrapIsSingle) {
        return crate::fixed::wrap_signed(sum, 23);
    }
    let above = if rules.keeps(Rule::LavaUpperEdgeStays) { sum > MAX } else { sum >= MAX };
    let below = if rules.keeps(Rule::LavaLowerEdgeWraps) { sum <= -MAX } else { sum < -MAX };
    if above {
        sum - 2 * MAX
    } else if below {
        sum + 2 * MAX
    } else {
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_is_checked() {
        let good = CubaLifConfig::uniform(3, 1, 2, 3);
        assert!(CubaLif::new(&good).is_ok());
        for bad in [
            CubaLifConfig { num_neurons: 0, ..good.clone() },
            CubaLifConfig { du: vec![4096], ..good.clone() },
            CubaLifConfig { dv: vec![1, 2], ..good.clone() },
            CubaLifConfig { vth: vec![1 << 17], ..good.clone() },
            CubaLifConfig { bias_mant: vec![-4097], ..good.clone() },
            CubaLifConfig { bias_mant: vec![4096], ..good.clone() },
            CubaLifConfig { bias_exp: vec![8], ..good.clone() },
            CubaLifConfig { bias_exp: vec![], ..good.clone() },
        ] {
            assert!(CubaLif::new(&bad).is_err(), "{bad:?}");
        }
        let mut neurons = CubaLif::new(&good).unwrap();
        assert!(neurons.step(&[1, 2]).is_err());
        assert!(neurons.set_state(&[0, 0, MAX + 1], &[0; 3]).is_err());
    }

    #[test]
    fn the_edges_of_the_wrap_are_not_symmetric() {
        let mut neurons = CubaLif::new(&CubaLifConfig::uniform(4, 4095, 4095, 131_071)).unwrap();
        let edge = 1 << 17;
        neurons.step(&[edge, -edge, edge + 1, -edge - 1]).unwrap();
        assert_eq!(neurons.current(), [MAX, MAX, 64 - MAX, MAX - 64]);
        neurons.reset();
        assert_eq!(neurons.current(), [0; 4]);
    }
}
