//! The compartments of a block: current, voltage, refractory period.

use crate::error::{ModelError, check_len, check_range, per_neuron};
use crate::fixed::{decay_by, wrap_signed};
use crate::rules::{Exact, Rule, Rules};

/// Bits of the sum of weights, without sign.
const SUM_BITS: u32 = 21;
/// Bits of the current, without sign.
const CURRENT_BITS: u32 = 23;

/// Parameters of [`Compartments`]; a list has one value for all or one for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompartmentConfig {
    /// Number of compartments.
    pub num_compartments: usize,
    /// Decay of the current in units of 1/4096, less one: 0 to 4095.
    pub decay_u: Vec<u16>,
    /// Decay of the voltage in units of 1/4096: 0 to 4095.
    pub decay_v: Vec<u16>,
    /// Threshold, mantissa·2⁶ already: 0 to 131 071·2⁶.
    pub vth: Vec<i32>,
    /// Bias, mantissa·2^exponent already: ±4095·2⁷.
    pub bias: Vec<i32>,
    /// Steps in which the voltage is held, the step of the spike included: 0 to 63.
    pub refract_delay: Vec<u16>,
    /// Smallest voltage: −(2³¹ − 1) to 0.
    pub vmin: i32,
    /// Largest voltage: 0 to 2³¹ − 1.
    pub vmax: i32,
}

impl CompartmentConfig {
    /// Equal compartments with the limits of a Nengo LIF neuron: no voltage below zero, none above 2²³ − 1.
    #[must_use]
    pub fn uniform(num_compartments: usize, decay_u: u16, decay_v: u16, vth: i32, refract_delay: u16) -> Self {
        Self {
            num_compartments,
            decay_u: vec![decay_u],
            decay_v: vec![decay_v],
            vth: vec![vth],
            bias: vec![0],
            refract_delay: vec![refract_delay],
            vmin: 0,
            vmax: (1 << 23) - 1,
        }
    }
}

/// Compartments of nengo-loihi's emulator, bit for bit with its integer mode without noise.
///
/// With dec as in [`decay`](crate::decay) and wrap as in [`wrap_signed`], in each step:
///
/// ```text
/// q ← wrap(Σ w, 21)
/// u ← wrap(dec(u, decay_u + 1) + q, 23)
/// v ← clip(dec(v, decay_v) + wrap(u + bias, 23), vmin, vmax),   0 while the refractory count is above 0
/// s = v > vth,   then v ← 0 and count ← refract_delay
/// count ← max(count − 1, 0)
/// ```
///
/// A refractory delay of one step holds nothing, since the step of the spike counts.
///
/// # Shapes
/// Input, spikes, current and voltage have one number a compartment. A spike is 1, silence 0.
///
/// # Errors
/// [`ModelError`] for lists of other lengths and numbers outside their registers.
///
/// # Examples
/// ```
/// use spike_hw::nengo_loihi::{CompartmentConfig, Compartments};
/// let mut neurons = Compartments::new(&CompartmentConfig::uniform(1, 4095, 0, 6400, 3))?;
/// let spikes: Vec<i32> = (0..5).map(|_| neurons.step(&[6464]).map(|s| s[0])).collect::<Result<_, _>>()?;
/// assert_eq!(spikes, [1, 0, 0, 1, 0]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `emulator/interface.py`, `builder/discretize.py`; Davies et al., 2018, Loihi: a neuromorphic
/// manycore processor with on-chip learning, IEEE Micro 38(1):82–99, DOI 10.1109/MM.2018.112130359.
#[derive(Debug, Clone)]
pub struct Compartments {
    decay_u: Vec<u32>,
    decay_v: Vec<u32>,
    vth: Vec<i32>,
    bias: Vec<i32>,
    refract: Vec<i32>,
    limits: (i32, i32),
    u: Vec<i32>,
    v: Vec<i32>,
    count: Vec<i32>,
    spikes: Vec<i32>,
}

impl Compartments {
    /// Compartments at rest.
    ///
    /// # Errors
    /// [`ModelError`] if a list has another length than 1 or `num_compartments`, or a number leaves its register.
    pub fn new(config: &CompartmentConfig) -> Result<Self, ModelError> {
        let n = config.num_compartments;
        if n == 0 {
            return Err(ModelError::Empty { what: "the block of compartments" });
        }
        check_range("decay_u", &config.decay_u, 0, 4095)?;
        check_range("decay_v", &config.decay_v, 0, 4095)?;
        check_range("vth", &config.vth, 0, ((1 << 17) - 1) << 6)?;
        check_range("bias", &config.bias, -4095 << 7, 4095 << 7)?;
        check_range("refract_delay", &config.refract_delay, 0, 63)?;
        check_range("vmin", &[config.vmin], -i64::from(i32::MAX), 0)?;
        check_range("vmax", &[config.vmax], 0, i64::from(i32::MAX))?;
        Ok(Self {
            decay_u: per_neuron("decay_u", &config.decay_u, n)?.into_iter().map(u32::from).collect(),
            decay_v: per_neuron("decay_v", &config.decay_v, n)?.into_iter().map(u32::from).collect(),
            vth: per_neuron("vth", &config.vth, n)?,
            bias: per_neuron("bias", &config.bias, n)?,
            refract: per_neuron("refract_delay", &config.refract_delay, n)?.into_iter().map(i32::from).collect(),
            limits: (config.vmin, config.vmax),
            u: vec![0; n],
            v: vec![0; n],
            count: vec![0; n],
            spikes: vec![0; n],
        })
    }

    /// One step with one sum of weights a compartment; the spikes, 1 or 0, of this step.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of sums is not the number of compartments.
    pub fn step(&mut self, sums: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the input", sums.len(), self.u.len())?;
        Ok(self.step_with(Exact, sums))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, sums: &[i32]) -> &[i32] {
        pulp::Arch::new().dispatch(Kernel { rules, sums, compartments: self });
        &self.spikes
    }

    /// Forgets currents, voltages, refractory counts and spikes.
    pub fn reset(&mut self) {
        for state in [&mut self.u, &mut self.v, &mut self.count, &mut self.spikes] {
            state.fill(0);
        }
    }

    /// The currents after the last step, without bias.
    #[must_use]
    pub fn current(&self) -> &[i32] {
        &self.u
    }

    /// The voltages after the last step and its resets.
    #[must_use]
    pub fn voltage(&self) -> &[i32] {
        &self.v
    }

    /// The refractory counts after the last step.
    #[must_use]
    pub fn refractory_count(&self) -> &[i32] {
        &self.count
    }

    /// The spikes, 1 or 0, of the last step.
    #[must_use]
    pub fn spikes(&self) -> &[i32] {
        &self.spikes
    }

    /// Number of compartments.
    #[must_use]
    pub fn num_compartments(&self) -> usize {
        self.u.len()
    }
}

/// The sum of weights as the compartment sees it: 21 bits and a sign.
#[inline(always)]
pub(crate) fn wrap_sum<R: Rules>(rules: R, sum: i32) -> i32 {
    if rules.keeps(Rule::NengoSumWraps) { wrap_signed(sum, SUM_BITS) } else { sum }
}

/// The update of all compartments, vectorised.
struct Kernel<'a, R> {
    rules: R,
    sums: &'a [i32],
    compartments: &'a mut Compartments,
}

impl<R: Rules> pulp::WithSimd for Kernel<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let n = self.sums.len();
        let Compartments { decay_u, decay_v, vth, bias, refract, limits, u, v, count, spikes } = self.compartments;
        // Slices of one length, so that the loop has no bounds check and vectorises.
        let (decay_u, decay_v, vth) = (&decay_u[..n], &decay_v[..n], &vth[..n]);
        let (bias, refract) = (&bias[..n], &refract[..n]);
        let (u, v, count, spikes) = (&mut u[..n], &mut v[..n], &mut count[..n], &mut spikes[..n]);
        for i in 0..n {
            let fixed = Fixed { du: decay_u[i], dv: decay_v[i], vth: vth[i], bias: bias[i], refract: refract[i] };
            let old = State { u: u[i], v: v[i], count: count[i] };
            let (new, fired) = update(self.rules, old, self.sums[i], fixed, *limits);
            (u[i], v[i], count[i], spikes[i]) = (new.u, new.v, new.count, fired);
        }
    }
}

/// What a step changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) u: i32,
    pub(crate) v: i32,
    pub(crate) count: i32,
}

/// What a step does not change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    pub(crate) du: u32,
    pub(crate) dv: u32,
    pub(crate) vth: i32,
    pub(crate) bias: i32,
    pub(crate) refract: i32,
}

/// One compartment after a step, and its spike.
#[inline(always)]
pub(crate) fn update<R: Rules>(rules: R, old: State, sum: i32, fixed: Fixed, (vmin, vmax): (i32, i32)) -> (State, i32) {
    let Fixed { du, dv, vth, bias, refract } = fixed;
    let offset_u = u32::from(rules.keeps(Rule::CurrentDecayOffset));
    let offset_v = u32::from(!rules.keeps(Rule::VoltageDecayWithoutOffset));
    let bias_in_u = if rules.keeps(Rule::BiasStaysOutOfCurrent) { 0 } else { bias };

    let q = wrap_sum(rules, sum);
    let sum = decay_by(rules, old.u, 4096 - offset_u - du).wrapping_add(q).wrapping_add(bias_in_u);
    let u = if rules.keeps(Rule::NengoCurrentWraps) {
        wrap_signed(sum, CURRENT_BITS)
    } else {
        sum.clamp(-(1 << CURRENT_BITS), (1 << CURRENT_BITS) - 1)
    };

    let current = if rules.keeps(Rule::VoltageTakesNewCurrent) { u } else { old.u };
    let drive = current.wrapping_add(bias - bias_in_u);
    let drive = if rules.keeps(Rule::NengoBiasedCurrentWraps) { wrap_signed(drive, CURRENT_BITS) } else { drive };
    let v = decay_by(rules, old.v, (4096 - offset_v).saturating_sub(dv)).wrapping_add(drive);
    let v = if rules.keeps(Rule::NengoVoltageClips) { v.max(vmin).min(vmax) } else { v };
    let held = rules.keeps(Rule::NengoRefractoryHolds) && old.count > 0;
    let v = if held { 0 } else { v };

    let fires = if rules.keeps(Rule::ThresholdIsStrict) { v > vth } else { v >= vth };
    let after = if rules.keeps(Rule::SpikeZeroesVoltage) { 0 } else { v - vth };
    let count = if fires { refract } else { old.count };
    let count = if fires && !rules.keeps(Rule::NengoSpikeStepCounts) { count } else { (count - 1).max(0) };
    (State { u, v: if fires { after } else { v }, count }, i32::from(fires))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_is_checked() {
        let good = CompartmentConfig::uniform(2, 1, 2, 64, 1);
        assert!(Compartments::new(&good).is_ok_and(|mut c| c.step(&[1]).is_err()));
        for bad in [
            CompartmentConfig { num_compartments: 0, ..good.clone() },
            CompartmentConfig { decay_u: vec![4096], ..good.clone() },
            CompartmentConfig { decay_v: vec![1; 3], ..good.clone() },
            CompartmentConfig { vth: vec![1 << 23], ..good.clone() },
            CompartmentConfig { bias: vec![524_161], ..good.clone() },
            CompartmentConfig { refract_delay: vec![64], ..good.clone() },
            CompartmentConfig { vmin: 1, ..good.clone() },
            CompartmentConfig { vmax: -1, ..good.clone() },
        ] {
            assert!(Compartments::new(&bad).is_err(), "{bad:?}");
        }
    }
}
