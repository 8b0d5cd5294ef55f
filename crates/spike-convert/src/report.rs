//! What the neurons of each layer make of the activations that they stand for, and which layer to look at first.

use crate::analog::AnalogNetwork;
use crate::error::ConvertError;
use crate::evaluate::Evaluation;
use crate::graph::{Graph, NodeId};
use crate::layer::Layer;
use crate::par::map_parts;
use crate::profile::check_samples;
use crate::simulate::Simulation;
use crate::spiking::{Site, SiteKind, SpikingNetwork};
use serde::Serialize;
use spike_metrics::Workload;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A layer is looked at first if its relative error is that of the layer before times this..
const RISE: f64 = 2.0;
/// ..and at least this, so that two small errors are not compared,
const NOTABLE_ERROR: f64 = 0.1;
/// or if it is above this, whatever comes before.
const LARGE_ERROR: f64 = 0.4;

/// Analog against spiking activations, layer by layer.
///
/// For each neuron i and sample, a is the analog activation and s = λ_i·n_i/T what the spikes stand for: λ_i the
/// threshold, n_i the net number of spikes in T steps.
///
/// Input: samples one after the other, each of the shape of the network's input.
///
/// # Errors
/// [`ConvertError::NoCalibration`] without samples, [`ConvertError::Run`] for samples that do not fit.
///
/// # Examples
/// ```
/// use spike_convert::{ConversionOptions, ConversionReport, Dense, Graph, Layer, SpikingNetwork, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let samples = [0.5, 0.2, 1.0, 0.4];
/// let network = SpikingNetwork::convert(&graph, &samples, &ConversionOptions::default())?;
/// let report = ConversionReport::measure(&network, &samples, 64, &|_| ())?;
/// assert_eq!(report.sites[0].node, "relu");
/// assert!((report.sites[0].analog_mean - 0.6).abs() < 1e-6);
/// assert!(report.sites[0].mean_absolute_error < 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Comparing rates with activations layer by layer is how Rueckauer, Lungu, Hu, Pfeiffer, Liu (2017), Frontiers in
/// Neuroscience 11:682, DOI 10.3389/fnins.2017.00682, find the sources of loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConversionReport {
    /// Number of samples.
    pub num_samples: usize,
    /// Number of steps T of each.
    pub num_timesteps: u32,
    /// One entry for each layer of neurons, in order.
    pub sites: Vec<SiteReport>,
    /// Name of the first layer to look at: the first whose relative error exceeds 0.4, or is at least 0.1 and more than
    /// twice that of the layer of neurons before. `None` if there is none.
    pub first_to_look_at: Option<String>,
}

/// What the neurons of one node do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteReport {
    /// Name of the node.
    pub node: String,
    /// Its layer.
    pub layer: &'static str,
    /// What its neurons transmit.
    pub kind: SiteKind,
    /// Number of neurons.
    pub num_neurons: usize,
    /// Smallest threshold λ.
    pub threshold_min: f64,
    /// Mean threshold over the groups of neurons that share one.
    pub threshold_mean: f64,
    /// Largest threshold.
    pub threshold_max: f64,
    /// Mean of a over neurons and samples.
    pub analog_mean: f64,
    /// Mean of s over neurons and samples.
    pub spiking_mean: f64,
    /// Mean of |a − s|.
    pub mean_absolute_error: f64,
    /// Σ|a − s| / Σ|a|; 0 if all a are 0.
    pub relative_error: f64,
    /// Share of the neurons that are silent in every sample, though a is not 0 in at least one.
    pub dead_share: f64,
    /// Share of the neurons whose a is 0 in every sample: the layer does not need them for these samples.
    pub unused_share: f64,
    /// Share of (neuron, sample) with |n| ≥ T: a spike in every step, the largest value that can be transmitted.
    pub saturated_share: f64,
    /// Spikes, those that are taken back included, for each neuron and step.
    pub spikes_per_neuron_and_step: f64,
}

/// Sums over samples for one site.
#[derive(Debug, Clone)]
struct Sums {
    node: NodeId,
    lambda: Vec<f64>,
    analog: f64,
    spiking: f64,
    magnitude: f64,
    error: f64,
    saturated: u64,
    spikes: u64,
    active: Vec<bool>,
    fired: Vec<bool>,
}

impl ConversionReport {
    /// Runs the analog and the spiking network on samples and compares what their layers compute.
    ///
    /// `progress` is called with the number of finished samples, from several threads.
    ///
    /// # Errors
    /// As for the type.
    pub fn measure(
        network: &SpikingNetwork,
        samples: &[f32],
        num_steps: u32,
        progress: crate::Progress<'_>,
    ) -> Result<Self, ConvertError> {
        if num_steps == 0 {
            return Err(ConvertError::Options {
                field: "num_timesteps",
                found: "0".to_owned(),
                allowed: "at least 1; 256 is the default",
            });
        }
        let analog = AnalogNetwork::new(network.graph().clone());
        let num_samples = check_samples(&analog, samples)?;
        let simulation = Simulation::<f32>::new(network)?;
        let size = simulation.num_inputs();
        let start = || -> Vec<Sums> {
            network.sites().map(|(id, node, site)| Sums::new(id, site.spread(&site.thresholds, node.shape()))).collect()
        };
        let done = AtomicUsize::new(0);
        let parts = map_parts(num_samples, |range| {
            let mut sums = start();
            let (mut state, mut activations) = (simulation.state(), analog.activations());
            for number in range {
                let sample = &samples[number * size..(number + 1) * size];
                analog.run_sample(sample, &mut activations).map_err(|error| error.in_sample(number))?;
                simulation.begin(&mut state, sample)?;
                for _ in 0..num_steps {
                    simulation.step(&mut state);
                    for sums in &mut sums {
                        sums.spikes += simulation.num_emitted(&state, sums.node) as u64;
                    }
                }
                for sums in &mut sums {
                    let counts = simulation.counts(&state, sums.node).unwrap_or_default();
                    sums.add(activations.get(sums.node), &counts, num_steps);
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            Ok::<_, ConvertError>(sums)
        });
        let mut merged = start();
        for part in parts {
            merged.iter_mut().zip(part?).for_each(|(all, mine)| all.merge(mine));
        }
        let sites = network.sites().zip(&merged);
        let sites: Vec<SiteReport> = sites
            .map(|((_, node, site), sums)| {
                sums.report(node.name.clone(), node.layer().name(), site, num_samples, num_steps)
            })
            .collect();
        let first_to_look_at = first_to_look_at(&sites);
        Ok(Self { num_samples, num_timesteps: num_steps, sites, first_to_look_at })
    }
}

/// The first layer whose error is large, or has risen.
fn first_to_look_at(sites: &[SiteReport]) -> Option<String> {
    let mut before = None;
    for site in sites {
        let error = site.relative_error;
        let risen = before.is_some_and(|before| RISE * before < error) && NOTABLE_ERROR <= error;
        if risen || LARGE_ERROR < error {
            return Some(site.node.clone());
        }
        before = Some(error);
    }
    None
}

impl Sums {
    fn new(node: NodeId, lambda: Vec<f64>) -> Self {
        let flags = vec![false; lambda.len()];
        Self {
            node,
            lambda,
            analog: 0.0,
            spiking: 0.0,
            magnitude: 0.0,
            error: 0.0,
            saturated: 0,
            spikes: 0,
            active: flags.clone(),
            fired: flags,
        }
    }

    fn add(&mut self, activations: &[f32], counts: &[i32], num_steps: u32) {
        for (i, (&a, &n)) in activations.iter().zip(counts).enumerate() {
            let (a, s) = (f64::from(a), self.lambda[i] * f64::from(n) / f64::from(num_steps));
            self.analog += a;
            self.spiking += s;
            self.magnitude += a.abs();
            self.error += (a - s).abs();
            self.saturated += u64::from(num_steps <= n.unsigned_abs());
            self.active[i] |= a != 0.0;
            self.fired[i] |= n != 0;
        }
    }

    fn merge(&mut self, other: Self) {
        self.analog += other.analog;
        self.spiking += other.spiking;
        self.magnitude += other.magnitude;
        self.error += other.error;
        self.saturated += other.saturated;
        self.spikes += other.spikes;
        self.active.iter_mut().zip(other.active).for_each(|(all, mine)| *all |= mine);
        self.fired.iter_mut().zip(other.fired).for_each(|(all, mine)| *all |= mine);
    }

    fn report(&self, node: String, layer: &'static str, site: &Site, num_samples: usize, num_steps: u32) -> SiteReport {
        let num_neurons = self.lambda.len();
        let values = (num_neurons * num_samples) as f64;
        let share = |wanted: fn(bool, bool) -> bool| {
            let pairs = self.active.iter().zip(&self.fired);
            pairs.filter(|(active, fired)| wanted(**active, **fired)).count() as f64 / num_neurons as f64
        };
        let thresholds = site.thresholds.iter().copied();
        SiteReport {
            node,
            layer,
            kind: site.kind,
            num_neurons,
            threshold_min: thresholds.clone().fold(f64::INFINITY, f64::min),
            threshold_mean: thresholds.clone().sum::<f64>() / site.thresholds.len() as f64,
            threshold_max: thresholds.fold(0.0, f64::max),
            analog_mean: self.analog / values,
            spiking_mean: self.spiking / values,
            mean_absolute_error: self.error / values,
            relative_error: if self.magnitude > 0.0 { self.error / self.magnitude } else { 0.0 },
            dead_share: share(|active, fired| active && !fired),
            unused_share: share(|active, _| !active),
            saturated_share: self.saturated as f64 / values,
            spikes_per_neuron_and_step: self.spikes as f64 / (values * f64::from(num_steps)),
        }
    }
}

impl Evaluation {
    /// The events of the whole run that cost energy, for [`spike_metrics::EnergyTable::estimate`]: spikes, synaptic
    /// operations, and an update of every neuron in every step. Hops and static power depend on a board and are 0.
    #[must_use]
    pub fn workload(&self, network: &SpikingNetwork) -> Workload {
        let neurons: usize = network.sites().map(|(_, node, _)| node.num_values()).sum();
        let steps = self.mean_steps * self.num_samples as f64;
        Workload {
            spikes: self.num_spikes,
            synaptic_operations: self.num_synaptic_operations,
            neuron_updates: (neurons as f64 * steps).round() as u64,
            ..Workload::default()
        }
    }
}

impl Graph {
    /// Multiply-accumulates of its dense layers and convolutions for one sample, padding included: what the synaptic
    /// operations of a spiking network are compared with.
    ///
    /// ```
    /// # use spike_convert::{Dense, Graph, Layer, Tensor};
    /// let mut graph = Graph::new("x", vec![2])?;
    /// let weight = Tensor::new(vec![3, 2], vec![1.0; 6])?;
    /// graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
    /// assert_eq!(graph.num_multiply_accumulates(), 6);
    /// # Ok::<(), spike_convert::GraphError>(())
    /// ```
    #[must_use]
    pub fn num_multiply_accumulates(&self) -> u64 {
        let of = |weights: usize, outputs: usize, results: usize| (weights / outputs.max(1) * results) as u64;
        let nodes = self.nodes().iter().map(|node| match node.layer() {
            Layer::Dense(dense) => of(dense.weight.len(), dense.num_outputs(), node.num_values()),
            Layer::Conv(conv) => of(conv.weight.len(), conv.weight.shape()[0], node.num_values()),
            _ => 0,
        });
        nodes.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Dense;
    use crate::spiking::{ConversionOptions, Granularity, Normalisation};
    use crate::tensor::Tensor;

    /// Two rectified copies of one input each, by weights w.
    fn pair(weights: [f32; 2]) -> Graph {
        let mut graph = Graph::new("x", vec![2]).unwrap();
        let weight = Tensor::new(vec![2, 2], vec![weights[0], 0.0, 0.0, weights[1]]).unwrap();
        let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()]).unwrap();
        let relu = graph.push("relu", Layer::Relu, &[dense]).unwrap();
        graph.set_output(relu).unwrap();
        graph
    }

    fn options() -> ConversionOptions {
        let (normalisation, granularity) = (Normalisation::Max, Granularity::Layer);
        ConversionOptions { normalisation, granularity, initial_share: 0.0, ..ConversionOptions::default() }
    }

    #[test]
    fn shares_and_errors_by_hand() {
        // λ = 1: activations (1, 0.01) and (0, −0.5 → 0). In 10 steps the second neuron never reaches 1.
        let samples = [1.0, 0.01, 0.0, -0.5];
        let network = SpikingNetwork::convert(&pair([1.0, 1.0]), &samples, &options()).unwrap();
        let report = ConversionReport::measure(&network, &samples, 10, &|_| ()).unwrap();
        let site = &report.sites[0];
        assert_eq!((site.threshold_min, site.threshold_mean, site.threshold_max), (1.0, 1.0, 1.0));
        assert!((site.analog_mean - 1.01 / 4.0).abs() < 1e-7);
        assert_eq!(site.spiking_mean, 0.25);
        assert!((site.mean_absolute_error - 0.01 / 4.0).abs() < 1e-7);
        assert!((site.relative_error - 0.01 / 1.01).abs() < 1e-7);
        assert_eq!((site.dead_share, site.unused_share, site.saturated_share), (0.5, 0.0, 0.25));
        assert_eq!(site.spikes_per_neuron_and_step, 0.25);
        assert_eq!(report.first_to_look_at, None);
    }

    #[test]
    fn neurons_without_activation_are_unused_and_not_dead() {
        let samples = [0.5, 0.5];
        let network = SpikingNetwork::convert(&pair([1.0, -1.0]), &samples, &options()).unwrap();
        let report = ConversionReport::measure(&network, &samples, 4, &|_| ()).unwrap();
        assert_eq!((report.sites[0].dead_share, report.sites[0].unused_share), (0.0, 0.5));
    }

    #[test]
    fn a_layer_that_saturates_is_the_one_to_look_at() {
        // Thresholds from small samples, then a sample ten times as large.
        let network = SpikingNetwork::convert(&pair([1.0, 1.0]), &[0.1, 0.1], &options()).unwrap();
        let report = ConversionReport::measure(&network, &[1.0, 1.0], 16, &|_| ()).unwrap();
        assert_eq!(report.sites[0].saturated_share, 1.0);
        assert!((report.sites[0].relative_error - 0.9).abs() < 1e-6);
        assert_eq!(report.first_to_look_at.as_deref(), Some("relu"));
    }

    #[test]
    fn a_rise_counts_only_where_it_is_notable() {
        let network = SpikingNetwork::convert(&pair([1.0, 1.0]), &[1.0, 1.0], &options()).unwrap();
        let site = ConversionReport::measure(&network, &[1.0, 1.0], 4, &|_| ()).unwrap().sites.remove(0);
        let named = |errors: &[f64]| {
            let sites = errors.iter().zip(["a", "b", "c"]);
            let sites = sites.map(|(&relative_error, node)| SiteReport {
                relative_error,
                node: node.to_owned(),
                ..site.clone()
            });
            first_to_look_at(&sites.collect::<Vec<_>>())
        };
        assert_eq!(named(&[0.01, 0.03, 0.05]), None);
        assert_eq!(named(&[0.04, 0.11, 0.05]).as_deref(), Some("b"));
        assert_eq!(named(&[0.2, 0.3, 0.41]).as_deref(), Some("c"));
    }

    #[test]
    fn steps_and_samples_are_needed() {
        let network = SpikingNetwork::convert(&pair([1.0, 1.0]), &[1.0, 1.0], &options()).unwrap();
        let measure = |samples: &[f32], steps| ConversionReport::measure(&network, samples, steps, &|_| ());
        assert!(matches!(measure(&[1.0, 1.0], 0), Err(ConvertError::Options { field: "num_timesteps", .. })));
        assert_eq!(measure(&[], 4), Err(ConvertError::NoCalibration));
        assert!(matches!(measure(&[1.0], 4), Err(ConvertError::Run(_))));
    }

    #[test]
    fn work_counts_neurons_and_steps() {
        let network = SpikingNetwork::convert(&pair([1.0, 1.0]), &[1.0, 1.0], &options()).unwrap();
        let simulation = Simulation::<f32>::new(&network).unwrap();
        let evaluation = simulation.evaluate(&[1.0, 0.0, 0.0, 1.0], &[0, 1], 8, None, &|_| ()).unwrap();
        let work = evaluation.workload(&network);
        assert_eq!((work.spikes, work.neuron_updates, work.hops), (16, 32, 0));
    }
}
