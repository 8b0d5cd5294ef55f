//! Thresholds from the activations of the analog network.

use crate::calibrate::Correction;
use crate::error::ConvertError;
use crate::graph::{Graph, NodeId};
use crate::layer::Layer;
use crate::profile::{GroupProfile, Profile};
use crate::spiking::{ConversionOptions, Normalisation, SiteKind, SpikingNetwork};

/// A group whose threshold would be less than this share of the layer's largest takes this one: it hardly fires.
const LEAST_SHARE: f64 = 1e-3;

impl SpikingNetwork {
    /// Converts a trained network with thresholds from calibration samples, which follow each other in `samples`.
    ///
    /// # Errors
    /// [`ConvertError::NoCalibration`] without samples, [`ConvertError::Run`] for samples that do not fit,
    /// [`ConvertError::Silent`] for a layer that is never active, [`ConvertError::Weight`] for a weight that is not
    /// finite, [`ConvertError::Options`] for options out of range.
    pub fn convert(graph: &Graph, samples: &[f32], options: &ConversionOptions) -> Result<Self, ConvertError> {
        check_weights(graph)?;
        let mut network = Self::unnormalised(graph, options)?;
        let profile = Profile::new(&network, samples, options.normalisation)?;
        network.normalise(&profile)?;
        if let Some(num_steps) = options.bias_calibration {
            network.calibrate(samples, num_steps, Correction::Bias)?;
        }
        if let Some(num_steps) = options.charge_calibration {
            network.calibrate(samples, num_steps, Correction::Charge)?;
        }
        Ok(network)
    }

    /// Sets the thresholds of all neurons by the rule of the options.
    fn normalise(&mut self, profile: &Profile) -> Result<(), ConvertError> {
        let (rule, share) = (self.options().normalisation, self.options().initial_share);
        for site in profile.sites() {
            let rectifies = self.site(site.node).is_some_and(|site| site.kind == SiteKind::Rectifier);
            let rule = if rectifies { rule } else { encoder_rule(rule) };
            let mut thresholds = Vec::with_capacity(site.groups.len());
            for group in &site.groups {
                thresholds.push(threshold(group, rule, share));
            }
            let largest = thresholds.iter().copied().fold(0.0, f64::max);
            let node = self.graph().node(site.node);
            if largest <= 0.0 {
                let num_samples = profile.num_samples();
                return Err(ConvertError::Silent { node: node.name.clone(), num_samples });
            }
            let cap = match node.layer() {
                Layer::Clip { max, .. } => f64::from(*max),
                _ => f64::INFINITY,
            };
            let thresholds = thresholds.into_iter().map(|theta| theta.max(LEAST_SHARE * largest).min(cap));
            let thresholds = thresholds.collect();
            self.set_thresholds(site.node, thresholds);
        }
        Ok(())
    }

    fn set_thresholds(&mut self, node: NodeId, thresholds: Vec<f64>) {
        if let Some(site) = self.site_mut(node) {
            site.thresholds = thresholds;
        }
    }
}

/// The rule for neurons that carry values of attention: their signed spikes need no room for rounding, and what they
/// clip is lost to every later step.
pub(crate) fn encoder_rule(rule: Normalisation) -> Normalisation {
    match rule {
        Normalisation::Max | Normalisation::Percentile { .. } => rule,
        Normalisation::MeanSquare { .. } | Normalisation::LocalBalance => {
            Normalisation::Percentile { percent: 99.9, nonzero_only: false }
        }
    }
}

/// λ of a group. What the profile cannot tell falls back to the maximum, which it always knows.
fn threshold(group: &GroupProfile, rule: Normalisation, initial_share: f64) -> f64 {
    let max = group.max();
    match rule {
        Normalisation::Max => max,
        Normalisation::Percentile { percent, nonzero_only } => {
            // A group that is active more seldom than the percentile would get 0 and saturate: the maximum then.
            group.percentile(percent, nonzero_only).filter(|theta| *theta > 0.0).unwrap_or(max)
        }
        Normalisation::MeanSquare { num_steps } => {
            let steps = f64::from(num_steps);
            let error = |theta: f64| {
                group.mean_of(|a| {
                    let rate = (a * steps / theta + initial_share).floor().clamp(0.0, steps) / steps;
                    (rate * theta - a) * (rate * theta - a)
                })
            };
            let candidates = (0..95).map(|i| max * (1.0 - 0.01 * f64::from(i)));
            let mut best = (max, f64::INFINITY);
            for theta in candidates.filter(|theta| *theta > 0.0) {
                let error = error(theta).unwrap_or(f64::INFINITY);
                if error < best.1 {
                    best = (theta, error);
                }
            }
            best.0
        }
        Normalisation::LocalBalance => {
            let mut theta = 0.0;
            for _ in 0..1000 {
                let overflow = group.mean_of(|a| (a - theta).max(0.0)).unwrap_or(0.0);
                theta += 2.0 * overflow;
                if 2.0 * overflow < 1e-4 * max {
                    break;
                }
            }
            theta
        }
    }
}

/// Refuses weights that are not finite, which would make every activation NaN.
fn check_weights(graph: &Graph) -> Result<(), ConvertError> {
    for node in graph.nodes() {
        let tensors = match node.layer() {
            Layer::Dense(dense) => [Some(&dense.weight), dense.bias.as_ref()],
            Layer::Conv(conv) => [Some(&conv.weight), conv.bias.as_ref()],
            Layer::Constant(tensor) => [Some(tensor), None],
            _ => [None, None],
        };
        let values = tensors.into_iter().flatten().flat_map(|tensor| tensor.values());
        if let Some(&value) = values.into_iter().find(|value| !value.is_finite()) {
            return Err(ConvertError::Weight { node: node.name.clone(), value });
        }
    }
    Ok(())
}
