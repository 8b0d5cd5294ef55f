//! Sparse connections from sources to neurons, with weights and delays.

use crate::error::SimError;
use crate::lif::in_range;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use spike_core::{ConfigError, Domain, Seed};
use std::ops::Range;

/// Longest delay in steps: a ring of so many slots is still small.
const MAX_DELAY_STEPS: u32 = 1 << 20;

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synapse {
    /// Row of the spikes that it carries.
    pub source: u32,
    /// Neuron that it leads to.
    pub target: u32,
    /// What a spike adds to the membrane potential or to the synaptic current of the target.
    pub weight: f64,
    /// Steps from the emission of a spike to its arrival.
    pub delay_steps: u32,
}

/// The connections of one source that share a delay: what one spike becomes at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) source: u32,
    pub(crate) delay_steps: u32,
    start: u32,
    end: u32,
}

impl Group {
    pub(crate) fn synapses(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Connections in compressed rows: those of a source lie side by side, in order of delay and then of target.
///
/// Memory: 12 bytes a connection, 16 a source and delay. Several connections of the same source and target are
/// allowed and keep their order.
///
/// # Errors
/// Constructors refuse indices outside of the network, weights that are not finite, and delays above 2²⁰ steps.
///
/// ```
/// use spike_sim::{Connections, Synapse};
/// let synapses = vec![
///     Synapse { source: 1, target: 0, weight: 0.5, delay_steps: 3 },
///     Synapse { source: 0, target: 2, weight: -0.2, delay_steps: 0 },
/// ];
/// let connections = Connections::new(2, 3, synapses)?;
/// assert_eq!(connections.num_synapses(), 2);
/// assert_eq!(connections.max_delay_steps(), 3);
/// assert_eq!(connections.synapses().next().map(|s| s.target), Some(2));
/// # Ok::<(), spike_sim::SimError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Connections {
    num_targets: u32,
    /// Where the groups of each source begin.
    offsets: Vec<u32>,
    groups: Vec<Group>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    max_delay_steps: u32,
}

impl Connections {
    /// Connections in any order.
    ///
    /// # Errors
    /// See [`Connections`].
    pub fn new(num_sources: u32, num_targets: u32, mut synapses: Vec<Synapse>) -> Result<Self, SimError> {
        if u32::try_from(synapses.len()).is_err() {
            return Err(SimError::TooManyConnections { found: synapses.len(), max: u32::MAX });
        }
        for (index, synapse) in synapses.iter().enumerate() {
            let Synapse { source: source_id, target, weight, delay_steps } = *synapse;
            if num_sources <= source_id || num_targets <= target {
                return Err(SimError::OutsideNetwork { index, source_id, target, num_sources, num_targets });
            }
            if !weight.is_finite() {
                return Err(SimError::WeightNotFinite { index, weight });
            }
            if MAX_DELAY_STEPS < delay_steps {
                return Err(SimError::DelayTooLong { source_id, delay_steps, max_steps: MAX_DELAY_STEPS });
            }
        }
        synapses.sort_by_key(|s| (s.source, s.delay_steps, s.target));
        let mut groups = Vec::<Group>::new();
        let mut offsets = Vec::with_capacity(num_sources as usize + 1);
        for (index, synapse) in (0u32..).zip(&synapses) {
            match groups.last_mut() {
                Some(last) if (last.source, last.delay_steps) == (synapse.source, synapse.delay_steps) => {
                    last.end = index + 1;
                }
                _ => {
                    let Synapse { source, delay_steps, .. } = *synapse;
                    groups.push(Group { source, delay_steps, start: index, end: index + 1 });
                }
            }
        }
        let mut next = 0usize;
        for source in 0..num_sources {
            offsets.push(next as u32);
            next += groups[next..].iter().take_while(|group| group.source == source).count();
        }
        offsets.push(next as u32);
        Ok(Self {
            num_targets,
            offsets,
            targets: synapses.iter().map(|s| s.target).collect(),
            weights: synapses.iter().map(|s| s.weight).collect(),
            max_delay_steps: groups.iter().map(|group| group.delay_steps).max().unwrap_or(0),
            groups,
        })
    }

    /// Every source to every target: `weights` has the shape (source, target). Zeros are connections too, so that
    /// plasticity can change them.
    ///
    /// # Errors
    /// See [`Connections`].
    ///
    /// ```
    /// use ndarray::array;
    /// use spike_sim::Connections;
    /// let connections = Connections::dense(array![[0.5, 0.0], [0.1, -0.3]].view(), 1)?;
    /// assert_eq!(connections.weights(), &[0.5, 0.0, 0.1, -0.3]);
    /// # Ok::<(), spike_sim::SimError>(())
    /// ```
    pub fn dense(weights: ArrayView2<'_, f64>, delay_steps: u32) -> Result<Self, SimError> {
        let (rows, columns) = weights.dim();
        let too_many = || SimError::TooManyConnections { found: rows.saturating_mul(columns), max: u32::MAX };
        let num_sources = u32::try_from(rows).map_err(|_| too_many())?;
        let num_targets = u32::try_from(columns).map_err(|_| too_many())?;
        let synapses = weights.indexed_iter().map(|((source, target), &weight)| Synapse {
            source: source as u32,
            target: target as u32,
            weight,
            delay_steps,
        });
        Self::new(num_sources, num_targets, synapses.collect())
    }

    /// Each pair of source and target is connected with probability `probability`, independently, by a connection
    /// of the same weight and delay.
    ///
    /// The draws of a source are keyed by (seed, source), so that more sources change none of those before.
    ///
    /// # Errors
    /// [`SimError::Config`] if the probability is outside [0, 1], and as [`Connections`].
    ///
    /// ```
    /// use spike_core::Seed;
    /// use spike_sim::Connections;
    /// let connections = Connections::random(100, 50, 0.1, 0.02, 0, Seed(3))?;
    /// assert!((400..600).contains(&connections.num_synapses()));
    /// # Ok::<(), spike_sim::SimError>(())
    /// ```
    pub fn random(
        num_sources: u32,
        num_targets: u32,
        probability: f64,
        weight: f64,
        delay_steps: u32,
        seed: Seed,
    ) -> Result<Self, SimError> {
        if !(0.0..=1.0).contains(&probability) {
            let error = ConfigError::OutOfRange { name: "probability", value: probability, min: 0.0, max: 1.0 };
            return Err(SimError::Config(error));
        }
        let below = (probability * 4_294_967_296.0) as u64;
        let streams = seed.streams(0, Domain::Connectivity);
        let mut synapses = Vec::new();
        for source in 0..num_sources {
            let mut stream = streams.of(source);
            for target in 0..num_targets {
                if u64::from(stream.next_u32()) < below {
                    synapses.push(Synapse { source, target, weight, delay_steps });
                }
            }
        }
        Self::new(num_sources, num_targets, synapses)
    }

    /// The same connections with weights drawn uniformly from [`min_weight`, `max_weight`).
    ///
    /// The draws of a source are keyed by (seed, source), one for each of its connections in order.
    ///
    /// # Errors
    /// [`SimError::Config`] for bounds that are not finite or not in order.
    ///
    /// ```
    /// use spike_core::Seed;
    /// use spike_sim::Connections;
    /// let connections = Connections::random(10, 5, 1.0, 0.0, 0, Seed(3))?.with_uniform_weights(0.1, 0.3, Seed(3))?;
    /// assert!(connections.weights().iter().all(|w| (0.1..0.3).contains(w)));
    /// # Ok::<(), spike_sim::SimError>(())
    /// ```
    pub fn with_uniform_weights(mut self, min_weight: f64, max_weight: f64, seed: Seed) -> Result<Self, SimError> {
        in_range("max_weight", max_weight, -1e100, 1e100)?;
        in_range("min_weight", min_weight, -1e100, max_weight)?;
        let streams = seed.streams(0, Domain::Weights);
        for source in 0..self.num_sources() as u32 {
            let mut stream = streams.of(source);
            for group in self.groups_of(source) {
                for synapse in self.groups[group as usize].synapses() {
                    // 32 bits in [0, 1), exact in a double.
                    let unit = f64::from(stream.next_u32()) / 4_294_967_296.0;
                    self.weights[synapse] = min_weight + (max_weight - min_weight) * unit;
                }
            }
        }
        Ok(self)
    }

    /// Source i to target i, for `num_neurons` of each.
    ///
    /// # Errors
    /// See [`Connections`].
    pub fn one_to_one(num_neurons: u32, weight: f64, delay_steps: u32) -> Result<Self, SimError> {
        let synapses = (0..num_neurons).map(|i| Synapse { source: i, target: i, weight, delay_steps });
        Self::new(num_neurons, num_neurons, synapses.collect())
    }

    /// Every neuron to every other: with a negative weight lateral inhibition, by which neurons compete.
    ///
    /// # Errors
    /// See [`Connections`].
    ///
    /// ```
    /// use spike_sim::Connections;
    /// let inhibition = Connections::all_but_self(3, -1.0, 1)?;
    /// let pairs: Vec<_> = inhibition.synapses().map(|s| (s.source, s.target)).collect();
    /// assert_eq!(pairs, [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]);
    /// # Ok::<(), spike_sim::SimError>(())
    /// ```
    pub fn all_but_self(num_neurons: u32, weight: f64, delay_steps: u32) -> Result<Self, SimError> {
        let others = |source| (0..num_neurons).filter(move |&target| target != source);
        let synapses = (0..num_neurons)
            .flat_map(|source| others(source).map(move |target| Synapse { source, target, weight, delay_steps }));
        Self::new(num_neurons, num_neurons, synapses.collect())
    }

    /// Number of sources.
    #[must_use]
    pub fn num_sources(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of target neurons.
    #[must_use]
    pub fn num_targets(&self) -> usize {
        self.num_targets as usize
    }

    /// Number of connections.
    #[must_use]
    pub fn num_synapses(&self) -> usize {
        self.targets.len()
    }

    /// Longest delay; 0 without connections.
    #[must_use]
    pub fn max_delay_steps(&self) -> u32 {
        self.max_delay_steps
    }

    /// The connections in the order in which weights are stored: by source, delay, target.
    pub fn synapses(&self) -> impl Iterator<Item = Synapse> + '_ {
        self.groups.iter().flat_map(|group| {
            group.synapses().map(|index| Synapse {
                source: group.source,
                target: self.targets[index],
                weight: self.weights[index],
                delay_steps: group.delay_steps,
            })
        })
    }

    /// The weights, in the order of [`synapses`](Self::synapses).
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Replaces all weights, in the order of [`synapses`](Self::synapses).
    ///
    /// # Errors
    /// [`SimError::Size`] for another number of weights, [`SimError::WeightNotFinite`] for one that is not finite.
    pub fn set_weights(&mut self, weights: &[f64]) -> Result<(), SimError> {
        if weights.len() != self.weights.len() {
            let (expected, found) = (self.weights.len(), weights.len());
            return Err(SimError::Size { what: "weights", expected, found });
        }
        if let Some((index, &weight)) = weights.iter().enumerate().find(|(_, weight)| !weight.is_finite()) {
            return Err(SimError::WeightNotFinite { index, weight });
        }
        self.weights.copy_from_slice(weights);
        Ok(())
    }

    /// Refuses sources that are not in increasing order or do not exist.
    pub(crate) fn check_sources(&self, sources: &[u32]) -> Result<(), SimError> {
        if let Some(&[first, second]) = sources.array_windows().find(|[first, second]| second <= first) {
            return Err(SimError::SourceOrder { first, second });
        }
        let expected = self.num_sources();
        match sources.last() {
            Some(&last) if expected <= last as usize => {
                Err(SimError::Size { what: "sources at least", expected, found: last as usize + 1 })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn targets_and_weights_mut(&mut self) -> (&[u32], &mut [f64]) {
        (&self.targets, &mut self.weights)
    }

    pub(crate) fn weight_mut(&mut self, synapse: usize) -> &mut f64 {
        &mut self.weights[synapse]
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Indices of the groups of a source.
    pub(crate) fn groups_of(&self, source: u32) -> Range<u32> {
        self.offsets[source as usize]..self.offsets[source as usize + 1]
    }

    pub(crate) fn targets(&self) -> &[u32] {
        &self.targets
    }

    /// Targets and weights of a group.
    pub(crate) fn fan_out(&self, group: u32) -> (&[u32], &[f64]) {
        let synapses = self.groups[group as usize].synapses();
        (&self.targets[synapses.clone()], &self.weights[synapses])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn synapse(source: u32, target: u32, weight: f64, delay_steps: u32) -> Synapse {
        Synapse { source, target, weight, delay_steps }
    }

    #[test]
    fn rows_are_sorted_by_source_delay_and_target() {
        let given = [(2, 1, 0.1, 5), (0, 3, 0.2, 0), (2, 0, 0.3, 5), (2, 2, 0.4, 1), (0, 3, 0.5, 0)];
        let given = given.map(|(s, t, w, d)| synapse(s, t, w, d)).to_vec();
        let connections = Connections::new(4, 4, given).unwrap();
        assert_eq!(connections.weights(), &[0.2, 0.5, 0.4, 0.3, 0.1]);
        assert_eq!(connections.groups_of(0), 0..1);
        assert_eq!(connections.groups_of(1), 1..1);
        assert_eq!(connections.groups_of(2), 1..3);
        assert_eq!(connections.groups_of(3), 3..3);
        assert_eq!(connections.fan_out(2), (&[0, 1][..], &[0.3, 0.1][..]));
        let listed: Vec<_> = connections.synapses().map(|s| (s.source, s.target, s.delay_steps)).collect();
        assert_eq!(listed, [(0, 3, 0), (0, 3, 0), (2, 2, 1), (2, 0, 5), (2, 1, 5)]);
    }

    #[test]
    fn each_bound_is_rejected() {
        let error = |s| Connections::new(2, 3, vec![synapse(0, 0, 1.0, 0), s]).unwrap_err();
        assert!(matches!(error(synapse(2, 0, 1.0, 0)), SimError::OutsideNetwork { index: 1, source_id: 2, .. }));
        assert!(matches!(error(synapse(0, 3, 1.0, 0)), SimError::OutsideNetwork { target: 3, .. }));
        assert!(matches!(error(synapse(0, 0, f64::NAN, 0)), SimError::WeightNotFinite { index: 1, .. }));
        assert!(matches!(error(synapse(0, 0, 1.0, 1 << 21)), SimError::DelayTooLong { .. }));
        assert!(Connections::random(2, 2, 1.5, 1.0, 0, Seed(1)).is_err());
        assert!(Connections::random(2, 2, f64::NAN, 1.0, 0, Seed(1)).is_err());
        let mut connections = Connections::new(1, 1, vec![synapse(0, 0, 1.0, 0)]).unwrap();
        assert!(matches!(connections.set_weights(&[]), Err(SimError::Size { expected: 1, found: 0, .. })));
        assert!(connections.set_weights(&[f64::INFINITY]).is_err());
        connections.set_weights(&[0.25]).unwrap();
        assert_eq!(connections.weights(), &[0.25]);
    }

    #[test]
    fn weights_of_a_source_are_drawn_in_order_and_cover_their_range() {
        let drawn = |sources| {
            let certain = Connections::random(sources, 200, 1.0, 0.0, 0, Seed(2)).unwrap();
            certain.with_uniform_weights(-1.0, 3.0, Seed(2)).unwrap()
        };
        let (few, more) = (drawn(5), drawn(50));
        assert!(few.synapses().eq(more.synapses().take(1000)));
        // Mean of 10 000 draws: 1 with a standard deviation of 4/√12/100 = 0.0115; six of them are an error
        // probability of 2e-9.
        let mean = more.weights().iter().sum::<f64>() / 10_000.0;
        assert!((mean - 1.0).abs() < 0.07 && more.weights().iter().all(|w| (-1.0..3.0).contains(w)));
        for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(drawn(1).with_uniform_weights(low, high, Seed(1)).is_err());
        }
        assert_eq!(drawn(2).with_uniform_weights(0.5, 0.5, Seed(1)).unwrap().weights()[7], 0.5);
    }

    #[test]
    fn certain_and_impossible_connections() {
        assert_eq!(Connections::random(7, 9, 1.0, 1.0, 0, Seed(1)).unwrap().num_synapses(), 63);
        assert_eq!(Connections::random(7, 9, 0.0, 1.0, 0, Seed(1)).unwrap().num_synapses(), 0);
        let (few, more) = [5, 8].map(|n| Connections::random(n, 40, 0.3, 1.0, 0, Seed(2)).unwrap()).into();
        assert!(few.synapses().eq(more.synapses().take(few.num_synapses())));
    }
}
