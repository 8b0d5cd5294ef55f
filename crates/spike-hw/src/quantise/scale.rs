//! The scale of a layer: mantissas for a weight of one threshold, chosen by the error of the currents.

use super::error::QuantiseError;
use super::layer::FloatLayer;
use super::levels::Levels;
use crate::Dialect;
use crate::network::Wiring;

/// Mantissas of scales: those of the threshold, K = mantissa·2^shift, which a synapse must hold as well.
const MANTISSAS: std::ops::Range<u32> = 64..128;
/// Every so many mantissas are tried.
const MANTISSA_STEP: usize = 4;
/// Scales that are tried, relative to the one with which the largest weight takes the largest level.
const LEAST_SCALE: f64 = 0.5;
const MOST_SCALE: f64 = 4.0;

/// A layer in integers.
#[derive(Debug, Clone)]
pub(super) struct Scaled {
    pub(super) mantissa: u32,
    /// The threshold is mantissa·2^shift in units of 2⁶ of the current.
    pub(super) shift: i32,
    pub(super) weight_exp: i32,
    /// Mantissa of a weight of one threshold.
    pub(super) scale: f64,
    pub(super) levels: Levels,
    pub(super) weights: Vec<i32>,
    pub(super) clipped_share: f64,
    pub(super) rms_error: f64,
}

impl Scaled {
    /// Units of 2⁶ of the current that a threshold (or 1, for neurons that do not fire) is.
    pub(super) fn units(&self) -> f64 {
        f64::from(self.mantissa) * exp2(self.shift)
    }
}

/// What the choice of a scale looks at.
pub(super) struct Chooser<'a> {
    pub(super) dialect: Dialect,
    pub(super) weight_bits: u8,
    pub(super) layer: &'a FloatLayer,
    /// Spikes a step of each row, for each of some calibration samples.
    pub(super) rates: &'a [Vec<f64>],
    /// Largest number of units of a threshold that the registers hold.
    pub(super) most_units: f64,
}

impl Chooser<'_> {
    /// The scale with the smallest mean square error of the currents; the first of several.
    ///
    /// Larger scales clip more weights and round the others less. With one scale alone, `search` false, the largest
    /// weight takes the largest level.
    pub(super) fn choose(&self, search: bool) -> Result<Scaled, QuantiseError> {
        let levels = Levels::new(self.dialect, self.weight_bits, &self.layer.weights);
        if levels.largest() == 0 {
            let allowed = "2 to 8: with 1 bit and mixed signs this dialect holds nothing but 0";
            return Err(QuantiseError::Option { field: "weight_bits", found: self.weight_bits.to_string(), allowed });
        }
        let most = self.layer.weights.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
        let whole = if most > 0.0 { f64::from(levels.largest()) / most } else { 1.0 };
        let wiring = self.layer.row_wiring();
        let mut best: Option<Scaled> = None;
        let (least_scale, most_scale) = if search { (LEAST_SCALE, MOST_SCALE) } else { (0.75, 1.0) };
        for (mantissa, power) in scales(whole * least_scale, whole * most_scale) {
            let Some(scaled) = self.at(&levels, &wiring, mantissa, power) else { continue };
            if best.as_ref().is_none_or(|best| scaled.rms_error < best.rms_error) {
                best = Some(scaled);
            }
        }
        best.ok_or_else(|| QuantiseError::Range {
            layer: self.layer.name.clone(),
            what: "a current",
            found: 131_072.0 / self.most_units,
            advice: "take fewer steps, or look for a channel whose threshold is far below its weights",
        })
    }

    /// The layer at one scale, mantissa·2^power; `None` if the registers do not hold it.
    fn at(&self, levels: &Levels, wiring: &Wiring, mantissa: u32, power: i32) -> Option<Scaled> {
        let least_exponent = if self.dialect == Dialect::Lava { -8 } else { -6 };
        // A threshold is a whole number of units, as mantissas are multiples of four, and the neuron's own synapse holds
        // it with an exponent up to 7.
        let (least, most) = if self.layer.fires { (-2, 7) } else { (-60, 60) };
        let fits = (least..=most).rev().find(|&shift| f64::from(mantissa) * exp2(shift) <= self.most_units)?;
        // Where weights are so small that no exponent is low enough, they take fewer levels.
        let power = power.min(fits - least_exponent);
        let shift = fits.min(7 + power);
        let weight_exp = shift - power;
        if shift < least {
            return None;
        }
        let scale = f64::from(mantissa) * exp2(power);
        let mut clipped = 0usize;
        let weights = self.layer.weights.iter().map(|weight| {
            let (level, beyond) = levels.nearest(self.dialect, weight * scale, weight_exp);
            clipped += usize::from(beyond);
            level
        });
        let weights: Vec<i32> = weights.collect();
        let errors: Vec<f64> =
            weights.iter().zip(&self.layer.weights).map(|(&level, weight)| f64::from(level) / scale - weight).collect();
        let (wrong, right) = (self.power(wiring, &errors), self.power(wiring, &self.layer.weights));
        Some(Scaled {
            mantissa,
            shift,
            weight_exp,
            scale,
            levels: *levels,
            clipped_share: clipped as f64 / weights.len().max(1) as f64,
            weights,
            rms_error: if right > 0.0 { (wrong / right).sqrt() } else { 0.0 },
        })
    }

    /// Sum of the squares of all currents of the calibration samples under the given weights.
    fn power(&self, wiring: &Wiring, weights: &[f64]) -> f64 {
        let mut currents = vec![0.0; self.layer.num_neurons()];
        let mut power = 0.0;
        for rates in self.rates {
            currents.fill(0.0);
            for (row, &rate) in rates.iter().enumerate().filter(|(_, rate)| **rate != 0.0) {
                wiring.of(row, |range, targets| {
                    for (current, weight) in currents[targets].iter_mut().zip(&weights[range]) {
                        *current += weight * rate;
                    }
                });
            }
            power += currents.iter().map(|current| current * current).sum::<f64>();
        }
        power
    }
}

/// Mantissas and powers of the scales between two bounds.
fn scales(least: f64, most: f64) -> Vec<(u32, i32)> {
    let mut found = Vec::new();
    for power in -60..60 {
        for mantissa in MANTISSAS.step_by(MANTISSA_STEP) {
            let scale = f64::from(mantissa) * exp2(power);
            if least <= scale && scale <= most {
                found.push((mantissa, power));
            }
        }
    }
    found
}

/// 2^exponent.
pub(super) fn exp2(exponent: i32) -> f64 {
    f64::from_bits(((exponent.clamp(-1022, 1023) + 1023) as u64) << 52)
}
