//! What the analog network computes for the calibration samples, where neurons will be.

mod group;
mod histogram;

pub use group::GroupProfile;
pub(crate) use histogram::Histogram;

use crate::analog::AnalogNetwork;
use crate::error::{ConvertError, RunError};
use crate::graph::NodeId;
use crate::normalise::encoder_rule;
use crate::par::map_parts;
use crate::spiking::{Normalisation, SiteKind, SpikingNetwork};

/// Statistics of the activations of every node whose result becomes spikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    num_samples: usize,
    sites: Vec<SiteProfile>,
}

/// Statistics of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteProfile {
    /// The node.
    pub node: NodeId,
    /// One entry for each group of neurons that share a threshold.
    pub groups: Vec<GroupProfile>,
}

impl Profile {
    /// Runs the analog network on calibration samples, one after the other, and keeps what `normalisation` needs.
    ///
    /// Activations of rectifiers are profiled as they are, those of values of either sign by their magnitude.
    ///
    /// # Errors
    /// [`ConvertError::NoCalibration`] without samples, [`ConvertError::Run`] for samples that do not fit.
    pub fn new(network: &SpikingNetwork, samples: &[f32], normalisation: Normalisation) -> Result<Self, ConvertError> {
        let analog = AnalogNetwork::new(network.graph().clone());
        let num_samples = check_samples(&analog, samples)?;
        let kept = |_, _, values: usize| GroupProfile::empty(kept_values(normalisation, values * num_samples));
        let mut profile = Self { num_samples, sites: Self::pass(network, &analog, samples, &kept)? };
        if matches!(normalisation, Normalisation::MeanSquare { .. } | Normalisation::LocalBalance) {
            let maximum = |site: usize, group: usize| profile.sites[site].groups[group].max();
            let bins = |site: usize, group: usize, _| {
                GroupProfile::histogram(maximum(site, group), profile.sites[site].groups.len())
            };
            let second = Self::pass(network, &analog, samples, &bins)?;
            for (site, second) in profile.sites.iter_mut().zip(second) {
                for (group, second) in site.groups.iter_mut().zip(second.groups) {
                    group.set_histogram(second);
                }
            }
        }
        Ok(profile)
    }

    /// Runs all samples once. `empty` makes the profile of a group from the numbers of its site and of the group, and of
    /// its values in a sample.
    fn pass(
        network: &SpikingNetwork,
        analog: &AnalogNetwork,
        samples: &[f32],
        empty: &(dyn Fn(usize, usize, usize) -> GroupProfile + Sync),
    ) -> Result<Vec<SiteProfile>, ConvertError> {
        let size = analog.graph().node(analog.graph().input()).num_values();
        let num_samples = samples.len() / size;
        let start = || -> Vec<SiteProfile> {
            let sites = network.sites().enumerate().map(|(index, (id, node, site))| {
                let number = site.groups.number(node.shape());
                let values = node.num_values() / number.max(1);
                SiteProfile { node: id, groups: (0..number).map(|group| empty(index, group, values)).collect() }
            });
            sites.collect()
        };
        let parts = map_parts(num_samples, |range| {
            let mut profiles = start();
            let mut activations = analog.activations();
            for number in range {
                analog
                    .run_sample(&samples[number * size..(number + 1) * size], &mut activations)
                    .map_err(|error| error.in_sample(number))?;
                for (profile, (id, node, site)) in profiles.iter_mut().zip(network.sites()) {
                    let values = activations.get(id);
                    let signed = site.kind == SiteKind::Signed;
                    for (i, &value) in values.iter().enumerate() {
                        let group = site.groups.of(i, node.shape());
                        profile.groups[group].add(if signed { value.abs() } else { value.max(0.0) });
                    }
                }
            }
            Ok::<_, RunError>(profiles)
        });
        let mut merged = start();
        for part in parts {
            for (all, mine) in merged.iter_mut().zip(part?) {
                all.groups.iter_mut().zip(mine.groups).for_each(|(all, mine)| all.merge(mine));
            }
        }
        merged.iter_mut().flat_map(|site| &mut site.groups).for_each(GroupProfile::finish);
        Ok(merged)
    }

    /// Number of samples.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.num_samples
    }

    /// The profiled nodes, in order.
    #[must_use]
    pub fn sites(&self) -> &[SiteProfile] {
        &self.sites
    }
}

/// How many of the largest of `total` values a normalisation needs.
fn kept_values(normalisation: Normalisation, total: usize) -> usize {
    match encoder_rule(normalisation) {
        Normalisation::Percentile { percent, .. } => ((total as f64) * (1.0 - percent / 100.0)).ceil() as usize + 2,
        _ => 1,
    }
}

/// The number of samples.
pub(crate) fn check_samples(analog: &AnalogNetwork, samples: &[f32]) -> Result<usize, ConvertError> {
    let graph = analog.graph();
    let size = graph.node(graph.input()).num_values();
    if samples.is_empty() {
        return Err(ConvertError::NoCalibration);
    }
    if !samples.len().is_multiple_of(size) {
        let shape = graph.input_shape().to_vec();
        return Err(RunError::SampleLength { found: samples.len(), expected: size, shape }.into());
    }
    Ok(samples.len() / size)
}
