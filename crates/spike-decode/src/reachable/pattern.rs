//! Limits of codes whose spikes are a function of the value: what becomes the same spikes cannot be told apart.

use super::values::ValueDistribution;
use crate::decoder::Decoder;
use spike_core::{DecodeError, Encoding, Normalizer, RegularOptions, SpikeBatch};
use spike_encode::{Encoder, RegularRateEncoder};
use std::collections::HashMap;
use std::hash::Hash;

/// Phases over which the regular rate code is averaged.
const PHASES: u32 = 16;

/// Mass, first and second moment of the values that share a pattern of spikes.
#[derive(Default)]
struct Class {
    mass: f64,
    first: f64,
    second: f64,
}

/// Σ of the variances within classes of values, each weighted with its mass.
fn within_classes<K: Eq + Hash>(patterns: impl Iterator<Item = K>, values: &ValueDistribution) -> f64 {
    let mut classes = HashMap::<K, Class>::new();
    for (pattern, &(x, w)) in patterns.zip(&values.atoms) {
        let class = classes.entry(pattern).or_default();
        class.mass += w;
        class.first += w * x;
        class.second += w * x * x;
    }
    let mut errors: Vec<f64> = classes.values().map(|c| (c.second - c.first * c.first / c.mass).max(0.0)).collect();
    // A hash map has no order, a sum of floats does.
    errors.sort_by(f64::total_cmp);
    errors.iter().sum()
}

/// Every atom as a channel of one sample, `samples` times, and its encoder.
fn encode(encoding: &Encoding, values: &ValueDistribution, samples: u32) -> Result<(Encoder, SpikeBatch), DecodeError> {
    let xs: Vec<f64> = values.atoms.iter().map(|a| a.0).collect();
    let record =
        Encoding { normalizer: Normalizer::identity(xs.len()), feature_shape: vec![xs.len()], ..encoding.clone() };
    let encoder = Encoder::from_encoding(record)?;
    let all: Vec<f64> = (0..samples).flat_map(|_| xs.iter().copied()).collect();
    let (batch, _) = encoder.encode(&all, 0).expect("atoms are means of values in [0, 1]");
    Ok((encoder, batch))
}

/// Expected squared error of the own decoder over samples of all atoms.
fn own_error(encoder: &Encoder, batch: &SpikeBatch, values: &ValueDistribution) -> Result<f64, DecodeError> {
    let decoded = Decoder::new(encoder.encoding(), None)?.decode(batch)?.values;
    let error = |(y, &(x, w)): (&f64, &(f64, f64))| w * (x - y).powi(2);
    let total: f64 = decoded.rows().into_iter().map(|row| row.iter().zip(&values.atoms).map(error).sum::<f64>()).sum();
    Ok(total / batch.num_samples() as f64)
}

/// Errors of a code without chance: of the mean of each class, and of the own decoder.
pub(super) fn pattern_errors(encoding: &Encoding, values: &ValueDistribution) -> Result<(f64, f64), DecodeError> {
    let (encoder, batch) = encode(encoding, values, 1)?;
    let (sample, rows) = (batch.sample(0), encoding.neurons_per_channel());
    let pattern =
        |channel: usize| -> Vec<&[u32]> { sample.rows(channel * rows, (channel + 1) * rows).neurons().collect() };
    let optimal = within_classes((0..values.atoms.len()).map(pattern), values);
    Ok((optimal, own_error(&encoder, &batch, values)?))
}

/// The same for the regular rate code, on average over phases.
pub(super) fn regular_errors(
    encoding: &Encoding,
    options: RegularOptions,
    values: &ValueDistribution,
) -> Result<(f64, f64), DecodeError> {
    let code = RegularRateEncoder::new(&encoding.config, options)?;
    let mut optimal = 0.0;
    for i in 0..PHASES {
        let phase = (f64::from(i) + 0.5) / f64::from(PHASES);
        let pattern = |&(x, _): &(f64, f64)| {
            let mut steps = Vec::new();
            code.regular_row(x, phase, &mut steps);
            steps
        };
        optimal += within_classes(values.atoms.iter().map(pattern), values) / f64::from(PHASES);
    }
    let (encoder, batch) = encode(encoding, values, PHASES)?;
    Ok((optimal, own_error(&encoder, &batch, values)?))
}

/// Errors of a value that is read with a Gaussian error of standard deviation `sd`: of the posterior mean, and of the
/// reading clipped to [0, 1]. Steps are taken as continuous. `None` if `sd` is finer than the atoms.
pub(super) fn jitter_errors(sd: f64, values: &ValueDistribution) -> Option<(f64, f64)> {
    /// Deviations to each side that stand for the real line.
    const REACH: f64 = 6.0;
    /// The finest shift: half the distance of the atoms of a uniform distribution.
    const FINEST: f64 = 1e-3;
    if sd < FINEST {
        return None;
    }
    let (from, to) = (-REACH * sd, 1.0 + REACH * sd);
    let points = (8.0 * (to - from) / sd).ceil().max(2000.0) as u32;
    let width = (to - from) / f64::from(points);
    let (mut optimal, mut clipped, mut total) = (0.0, 0.0, 0.0);
    for i in 0..points {
        let y = from + (f64::from(i) + 0.5) * width;
        let mut class = Class::default();
        let read = y.clamp(0.0, 1.0);
        for &(x, weight) in &values.atoms {
            let z = (y - x) / sd;
            if z.abs() < REACH {
                let w = weight * (-0.5 * z * z).exp();
                class.mass += w;
                class.first += w * x;
                class.second += w * x * x;
                clipped += w * (x - read).powi(2);
            }
        }
        if class.mass > 0.0 {
            optimal += (class.second - class.first * class.first / class.mass).max(0.0);
            total += class.mass;
        }
    }
    Some((optimal / total, clipped / total))
}
