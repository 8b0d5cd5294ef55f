//! A block of compartments and its synapses to registers.

use super::decay::decay_sum_with;
use super::error::{DiscretizeError, check, check_len};
use super::mantissa::{BIAS_MAX, bias_mantissa, exp2, log2};
use super::weights::{check_bits, mantissa, round};
use crate::nengo_loihi::CompartmentConfig;
use crate::rules::{Exact, Rule, Rules};

/// Largest mantissa of a threshold, and the threshold that it stands for.
const THRESHOLD_MANTISSA_MAX: f64 = 131_071.0;
const THRESHOLD_MAX: f64 = THRESHOLD_MANTISSA_MAX * 64.0;

/// Compartments in real numbers; every list has one entry a compartment. Single precision, as in that program.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatCompartments {
    /// Decay of the current in a step: 0 to 1.
    pub decay_u: Vec<f32>,
    /// Decay of the voltage in a step: 0 to 1.
    pub decay_v: Vec<f32>,
    /// Threshold, not negative.
    pub vth: Vec<f32>,
    /// Bias.
    pub bias: Vec<f32>,
    /// Refractory delay in steps.
    pub refract_delay: Vec<u16>,
    /// Smallest voltage, not positive.
    pub vmin: f64,
    /// Largest voltage, not negative; may be infinite.
    pub vmax: f64,
    /// Whether a spike is scaled so that its current sums up to its weight.
    pub scale_u: bool,
    /// Whether a current is scaled so that its voltage sums up to it.
    pub scale_v: bool,
}

/// Weights onto the compartments in real numbers: `weights[axon * num_compartments + compartment]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatSynapse {
    /// The weights.
    pub weights: Vec<f32>,
    /// Bits of a weight with its sign: 1 to 8.
    pub weight_bits: u8,
}

/// Weights as the compartments add them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantisedSynapse {
    /// Exponent of the weights: mantissas are `weights`·2^−(6 + exponent).
    pub weight_exp: i32,
    /// The weights in the order of [`FloatSynapse::weights`].
    pub weights: Vec<i32>,
}

/// A scale from real numbers to registers: one for all compartments or one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum CurrentScale {
    /// The same for all.
    Shared(f64),
    /// One a compartment.
    Each(Vec<f64>),
}

/// How real numbers became registers.
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    /// The largest weight.
    pub max_weight: f32,
    /// Exponent of the block's weights.
    pub weight_exp: i32,
    /// Scale of the voltage.
    pub voltage: f64,
    /// Scale of the bias.
    pub bias: Vec<f64>,
    /// Scale of the weights before the exponent.
    pub weight: CurrentScale,
}

/// A block in registers.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantised {
    /// The compartments.
    pub compartments: CompartmentConfig,
    /// The synapses in the order given.
    pub synapses: Vec<QuantisedSynapse>,
    /// How the numbers were scaled.
    pub scales: Scales,
}

/// Quantises a block as nengo-loihi does.
///
/// The largest weight takes all bits; the exponent of the weights is lowered from 0 until threshold and bias fit
/// their registers. Without weights the bias takes its full range, without bias the threshold. A synapse whose
/// weights are smaller by 2^k gets an exponent lower by k, down to −6.
///
/// # Errors
/// [`DiscretizeError`] for numbers out of range, and where that program finds no exponent.
///
/// ```
/// use spike_hw::nengo_loihi::{FloatCompartments, FloatSynapse, decay_of_time_constant, discretize_block};
/// let block = FloatCompartments {
///     decay_u: vec![decay_of_time_constant(5.0, 1.0)],
///     decay_v: vec![decay_of_time_constant(20.0, 1.0)],
///     vth: vec![1.0],
///     bias: vec![0.5],
///     refract_delay: vec![2],
///     vmin: 0.0,
///     vmax: f64::INFINITY,
///     scale_u: true,
///     scale_v: true,
/// };
/// let found = discretize_block(&block, &[FloatSynapse { weights: vec![12.0, -3.0], weight_bits: 8 }])?;
/// assert_eq!(found.compartments.decay_u, [741]);
/// assert_eq!(found.synapses[0].weights, [16256, -4096]);
/// # Ok::<(), spike_hw::nengo_loihi::DiscretizeError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `builder/discretize.py`.
pub fn discretize_block(block: &FloatCompartments, synapses: &[FloatSynapse]) -> Result<Quantised, DiscretizeError> {
    discretize_block_with(Exact, block, synapses)
}

pub(crate) fn discretize_block_with<R: Rules>(
    rules: R,
    block: &FloatCompartments,
    synapses: &[FloatSynapse],
) -> Result<Quantised, DiscretizeError> {
    check_block(block, synapses)?;
    let max_weight = synapses.iter().map(max_abs).fold(f32::NEG_INFINITY, f32::max);
    let max_weight = if synapses.is_empty() { 0.0 } else { max_weight };
    let scaled = scale(rules, block, max_weight)?;
    let synapses = synapses.iter().map(|synapse| quantise_synapse(rules, synapse, &scaled.scales)).collect();
    Ok(Quantised { compartments: scaled.compartments, synapses, scales: scaled.scales })
}

fn max_abs(synapse: &FloatSynapse) -> f32 {
    synapse.weights.iter().fold(f32::NEG_INFINITY, |max, w| max.max(w.abs()))
}

fn check_block(block: &FloatCompartments, synapses: &[FloatSynapse]) -> Result<(), DiscretizeError> {
    let n = block.decay_u.len();
    if n == 0 {
        return Err(DiscretizeError::Length { what: "decay_u", found: 0, expected: 1 });
    }
    check_len("decay_v", block.decay_v.len(), n)?;
    check_len("vth", block.vth.len(), n)?;
    check_len("bias", block.bias.len(), n)?;
    check_len("refract_delay", block.refract_delay.len(), n)?;
    let most = f64::from(f32::MAX);
    check("decay_u", &block.decay_u, 0.0, 1.0)?;
    check("decay_v", &block.decay_v, 0.0, 1.0)?;
    check("vth", &block.vth, 0.0, most)?;
    check("bias", &block.bias, -most, most)?;
    for (what, value, min, max) in
        [("vmin", block.vmin, f64::NEG_INFINITY, 0.0), ("vmax", block.vmax, 0.0, f64::INFINITY)]
    {
        if !(min <= value && value <= max) {
            return Err(DiscretizeError::OutOfRange { what, index: 0, found: value, min, max });
        }
    }
    for synapse in synapses {
        check("weight", &synapse.weights, -most, most)?;
        check_bits(synapse.weight_bits)?;
        check_len("the matrix of weights", synapse.weights.len() % n, 0)?;
    }
    Ok(())
}

/// Everything of a block but its synapses.
struct Scaled {
    compartments: CompartmentConfig,
    scales: Scales,
}

fn scale<R: Rules>(rules: R, block: &FloatCompartments, max_weight: f32) -> Result<Scaled, DiscretizeError> {
    let one = if rules.keeps(Rule::NengoQuantizedDecayLosesOne) { 1.0f32 } else { 0.0 };
    // Products in single precision, as that program has them.
    let decay_u = block.decay_u.iter().map(|&d| (d * 4095.0f32 - one).clamp(0.0, 4095.0));
    let decay_u: Vec<u16> = decay_u.map(|d| round(rules, f64::from(d)) as u16).collect();
    let decay_v: Vec<u16> = block.decay_v.iter().map(|&d| round(rules, f64::from(d * 4095.0f32)) as u16).collect();
    let u_factor = factors(rules, &decay_u, 1, block.scale_u, "the current")?;
    let v_factor = factors(rules, &decay_v, 0, block.scale_v, "the voltage")?;

    let trial = Trial { rules, block, u_factor: &u_factor, v_factor: &v_factor };
    let max_bias = block.bias.iter().fold(0.0f32, |max, b| max.max(b.abs()));
    let chosen = if max_weight > 1e-8 {
        trial.by_weights(f64::from(max_weight))?
    } else if max_bias > 1e-8 {
        trial.by_bias(f64::from(max_bias))?
    } else {
        trial.by_threshold()
    };

    let first = chosen.voltage[0];
    if let Some((index, &found)) = chosen.voltage.iter().enumerate().find(|(_, scale)| **scale != first) {
        return Err(DiscretizeError::ScaleDiffers { index, found, first });
    }
    let vth = chosen.vth.iter().enumerate().map(|(index, &vth)| threshold(rules, index, vth));
    let bias = chosen.bias.iter().enumerate().map(|(index, &bias)| {
        let (mantissa, exponent) = bias_mantissa(bias).ok_or(DiscretizeError::Bias { index, bias })?;
        Ok(mantissa << exponent)
    });
    let low = round(rules, log2(1.0 - first * block.vmin)).clamp(0.0, 31.0) as u32;
    let high = round(rules, (log2(first * block.vmax + 1.0) - 9.0) * 0.5).clamp(0.0, 7.0) as u32;
    Ok(Scaled {
        compartments: CompartmentConfig {
            num_compartments: decay_u.len(),
            vth: vth.collect::<Result<_, _>>()?,
            bias: bias.collect::<Result<_, DiscretizeError>>()?,
            decay_u,
            decay_v,
            refract_delay: block.refract_delay.clone(),
            vmin: 1i32.wrapping_sub_unsigned(1 << low),
            vmax: (1 << (9 + 2 * high)) - 1,
        },
        scales: Scales {
            max_weight,
            weight_exp: chosen.weight_exp,
            voltage: first,
            bias: chosen.bias_scale,
            weight: chosen.weight,
        },
    })
}

/// 1/S of each decay, or 1 where it is not scaled by.
fn factors<R: Rules>(
    rules: R,
    decays: &[u16],
    offset: u16,
    scaled: bool,
    what: &'static str,
) -> Result<Vec<f64>, DiscretizeError> {
    let factor = |(index, &decay)| match scaled {
        true => decay_sum_with(rules, decay, offset)
            .map(|sum| 1.0 / sum)
            .map_err(|_| DiscretizeError::NoDecay { what, index }),
        false => Ok(1.0),
    };
    decays.iter().enumerate().map(factor).collect()
}

fn threshold<R: Rules>(rules: R, index: usize, vth: f64) -> Result<i32, DiscretizeError> {
    let mantissa = round(rules, vth / 64.0);
    if 0.0 < mantissa && mantissa <= THRESHOLD_MANTISSA_MAX {
        return Ok((mantissa as i32) << 6);
    }
    let advice = if mantissa > 0.0 { "lower the threshold" } else { "raise the threshold or lower the largest weight" };
    Err(DiscretizeError::Threshold { index, mantissa: mantissa as i64, advice })
}

/// Scaled thresholds and biases, and the scales that gave them.
struct Chosen {
    voltage: Vec<f64>,
    bias_scale: Vec<f64>,
    weight: CurrentScale,
    weight_exp: i32,
    vth: Vec<f64>,
    bias: Vec<f64>,
}

/// What a search for scales looks at.
struct Trial<'a, R> {
    rules: R,
    block: &'a FloatCompartments,
    u_factor: &'a [f64],
    v_factor: &'a [f64],
}

impl<R: Rules> Trial<'_, R> {
    fn scaled(&self, values: &[f32], scale: &[f64]) -> Vec<f64> {
        values.iter().zip(scale).map(|(&x, s)| round(self.rules, f64::from(x) * s)).collect()
    }

    /// The largest weight takes all bits; the exponent falls until threshold and bias fit.
    fn by_weights(&self, max_weight: f64) -> Result<Chosen, DiscretizeError> {
        let weight = 255.0 / max_weight;
        let largest = |values: &[f64]| values.iter().fold(0.0f64, |max, x| max.max(x.abs()));
        let mut last = (0.0, 0.0);
        for weight_exp in (-7..=0).rev() {
            let factors = self.u_factor.iter().zip(self.v_factor);
            let voltage: Vec<f64> = factors.map(|(u, v)| 1.0 / (u * v) * weight * exp2(6 + weight_exp)).collect();
            let bias_scale: Vec<f64> = voltage.iter().zip(self.v_factor).map(|(s, v)| s * v).collect();
            let vth = self.scaled(&self.block.vth, &voltage);
            let bias = self.scaled(&self.block.bias, &bias_scale);
            last = (largest(&vth), largest(&bias));
            if last.0 <= THRESHOLD_MAX && last.1 <= BIAS_MAX {
                return Ok(Chosen { voltage, bias_scale, weight: CurrentScale::Shared(weight), weight_exp, vth, bias });
            }
        }
        let (threshold, bias) = last;
        Err(DiscretizeError::NoWeightExponent { threshold, max_threshold: THRESHOLD_MAX, bias, max_bias: BIAS_MAX })
    }

    /// Without weights, the bias takes its full range, halved until the threshold fits.
    fn by_bias(&self, max_bias: f64) -> Result<Chosen, DiscretizeError> {
        let mut scale = BIAS_MAX / max_bias;
        while scale * max_bias > 1.0 {
            let voltage: Vec<f64> = self.v_factor.iter().map(|v| scale / v).collect();
            let vth = self.scaled(&self.block.vth, &voltage);
            if vth.iter().all(|&vth| vth <= THRESHOLD_MAX) {
                let bias_scale = vec![scale; self.v_factor.len()];
                // A scale that all share multiplies in single precision there.
                let bias = match self.rules.keeps(Rule::NengoSharedScaleIsSingle) {
                    true => self.block.bias.iter().map(|&b| round(self.rules, f64::from(b * scale as f32))).collect(),
                    false => self.scaled(&self.block.bias, &bias_scale),
                };
                let weight = CurrentScale::Each(self.u_factor.iter().map(|u| scale * u / 64.0).collect());
                return Ok(Chosen { voltage, bias_scale, weight, weight_exp: 0, vth, bias });
            }
            scale /= 2.0;
        }
        Err(DiscretizeError::NoBiasScale { bias: max_bias })
    }

    /// Without weights and bias, the threshold takes 21 bits.
    fn by_threshold(&self) -> Chosen {
        let largest = self.block.vth.iter().fold(f32::NEG_INFINITY, |max, &vth| max.max(vth));
        let scale = (exp2(21) - 1.0) / (f64::from(largest) + 1.0);
        let bias_scale: Vec<f64> = self.v_factor.iter().map(|v| scale * v).collect();
        let each = bias_scale.iter().zip(self.u_factor).map(|(b, u)| b * u / 64.0);
        let voltage = vec![scale; self.v_factor.len()];
        Chosen {
            weight: CurrentScale::Each(each.collect()),
            weight_exp: 0,
            vth: self.scaled(&self.block.vth, &voltage),
            bias: self.scaled(&self.block.bias, &bias_scale),
            voltage,
            bias_scale,
        }
    }
}

fn quantise_synapse<R: Rules>(rules: R, synapse: &FloatSynapse, scales: &Scales) -> QuantisedSynapse {
    let largest = max_abs(synapse);
    let floor = if rules.keeps(Rule::NengoExponentFloor) { -6 } else { -7 };
    let (weight_exp, raise) = if f64::from(largest) > 1e-16 {
        // The logarithm is rounded to single precision before it is floored, as that program does.
        let raise = (log2(f64::from(scales.max_weight / largest)) as f32).floor() as i32;
        ((scales.weight_exp - raise).max(floor), raise)
    } else {
        (floor, scales.weight_exp - floor)
    };
    let n = scales.bias.len();
    let single = rules.keeps(Rule::NengoSharedScaleIsSingle);
    let scaled = |(at, &w): (usize, &f32)| match &scales.weight {
        CurrentScale::Shared(scale) if single => f64::from(w * *scale as f32 * exp2(raise) as f32),
        CurrentScale::Shared(scale) => f64::from(w) * scale * exp2(raise),
        CurrentScale::Each(scale) => f64::from(w) * scale[at % n] * exp2(raise),
    };
    let weights = synapse.weights.iter().enumerate().map(scaled);
    let weights = weights.map(|w| mantissa(rules, w, synapse.weight_bits, weight_exp)).collect();
    QuantisedSynapse { weight_exp, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> FloatCompartments {
        FloatCompartments {
            decay_u: vec![0.2, 0.2],
            decay_v: vec![0.05, 0.05],
            vth: vec![1.0, 1.0],
            bias: vec![0.1, 0.0],
            refract_delay: vec![1, 1],
            vmin: 0.0,
            vmax: 10.0,
            scale_u: true,
            scale_v: true,
        }
    }

    #[test]
    fn what_has_no_registers_is_refused() {
        let synapse = [FloatSynapse { weights: vec![1.0, 2.0], weight_bits: 8 }];
        assert!(discretize_block(&block(), &synapse).is_ok());
        for bad in [
            FloatCompartments { decay_u: vec![], ..block() },
            FloatCompartments { decay_v: vec![0.1], ..block() },
            FloatCompartments { decay_u: vec![0.2, 1.1], ..block() },
            FloatCompartments { decay_v: vec![0.0, 0.0], ..block() },
            FloatCompartments { decay_v: vec![0.05, 0.5], ..block() },
            FloatCompartments { vth: vec![f32::NAN, 1.0], ..block() },
            FloatCompartments { vth: vec![0.0, 1.0], ..block() },
            FloatCompartments { vth: vec![1e9, 1.0], ..block() },
            FloatCompartments { bias: vec![1e9, 1.0], ..block() },
            FloatCompartments { vmin: 0.1, ..block() },
            FloatCompartments { vmax: f64::NAN, ..block() },
            FloatCompartments { refract_delay: vec![1], ..block() },
        ] {
            assert!(discretize_block(&bad, &synapse).is_err(), "{bad:?}");
        }
        for weights in [vec![1.0], vec![f32::INFINITY, 0.0]] {
            assert!(discretize_block(&block(), &[FloatSynapse { weights, weight_bits: 8 }]).is_err());
        }
        assert!(discretize_block(&block(), &[FloatSynapse { weights: vec![], weight_bits: 0 }]).is_err());
    }
}
