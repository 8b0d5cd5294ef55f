//! The emulation of an integer network: event-driven sums, then one vector loop a population.

use super::model::IntegerNetwork;
use super::population::{NENGO_VOLTAGE_LIMITS, Role, limits};
use super::projection::Source;
use super::wiring::Wiring;
use crate::Dialect;
use crate::error::ModelError;
use crate::fixed::{decay_by, shift};
use crate::rules::Exact;
use crate::{lava, nengo_loihi};
use spike_sim::each_spike;

/// An integer network ready to run.
///
/// The cost of a spike is that of its weights; neurons are updated in every step, since their currents decay. The
/// result is that of the dialect bit for bit: the update of a neuron is the code of
/// [`CubaLif`](crate::lava::CubaLif) or [`Compartments`](crate::nengo_loihi::Compartments).
///
/// # Errors
/// As [`IntegerNetwork`].
///
/// # Examples
/// See [`IntegerNetwork`].
#[derive(Debug)]
pub struct IntegerSimulation {
    network: IntegerNetwork,
    projections: Vec<Delivery>,
    populations: Vec<Neurons>,
    arch: pulp::Arch,
}

/// A projection with what its weights add.
#[derive(Debug)]
struct Delivery {
    source: Source,
    target: usize,
    wiring: Wiring,
    added: Vec<i16>,
    /// Right shift of the sum of a step.
    shift: u32,
}

/// What the update of a population needs.
#[derive(Debug)]
struct Neurons {
    decays: [u32; 2],
    vth: i32,
    bias: Vec<i32>,
}

/// The largest magnitudes that a population met, and how often a register wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    /// Of the sum of a step, in units of 2⁶ of the current.
    pub sum: i32,
    /// Of the current before it wraps.
    pub current: i32,
    /// Neurons and steps in which the sum or the current left its register.
    pub num_wrapped: u64,
}

impl Peak {
    /// The larger of each, and both counts.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            sum: self.sum.max(other.sum),
            current: self.current.max(other.current),
            num_wrapped: self.num_wrapped + other.num_wrapped,
        }
    }
}

/// The state of a simulation, to be used again for any number of samples.
#[derive(Debug, Clone)]
pub struct IntegerState {
    populations: Vec<PopulationState>,
    /// Inputs that spiked in the last step, ascending.
    inputs: Vec<u32>,
    partial: Vec<i32>,
    num_spikes: u64,
}

#[derive(Debug, Clone)]
struct PopulationState {
    sums: Vec<i32>,
    u: Vec<i32>,
    v: Vec<i32>,
    fired: Vec<i8>,
    spikes: Vec<u32>,
    counts: Vec<u32>,
    peak: Peak,
}

impl IntegerSimulation {
    /// A network at rest.
    ///
    /// # Errors
    /// As for the type.
    pub fn new(network: IntegerNetwork) -> Result<Self, ModelError> {
        network.check()?;
        let dialect = network.dialect;
        let projections = network.projections.iter().map(|projection| {
            let num_targets = network.populations[projection.target].num_neurons();
            let rows = projection.num_rows(num_targets);
            let (added, shift) = projection.added_weights(dialect)?;
            let wiring = Wiring::new(&projection.pattern, rows, num_targets, projection.route.as_deref());
            Ok(Delivery { source: projection.source, target: projection.target, wiring, added, shift })
        });
        let projections = projections.collect::<Result<_, ModelError>>()?;
        let populations = network.populations.iter().map(|population| {
            let decays = [u32::from(population.decay_u), u32::from(population.decay_v)];
            Ok(Neurons { decays, vth: population.vth as i32, bias: population.biases()? })
        });
        let populations = populations.collect::<Result<_, ModelError>>()?;
        Ok(Self { network, projections, populations, arch: pulp::Arch::new() })
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> &IntegerNetwork {
        &self.network
    }

    /// Memory for one sample at a time, at rest.
    #[must_use]
    pub fn state(&self) -> IntegerState {
        let populations = self.network.populations.iter().map(|population| {
            let n = population.num_neurons();
            PopulationState {
                sums: vec![0; n],
                u: vec![0; n],
                v: vec![0; n],
                fired: vec![0; n],
                spikes: Vec::new(),
                counts: vec![0; n],
                peak: Peak::default(),
            }
        });
        IntegerState { populations: populations.collect(), inputs: Vec::new(), partial: Vec::new(), num_spikes: 0 }
    }

    /// One step in which these inputs spike, each at most once, in ascending order. Inputs that do not exist are
    /// passed over.
    pub fn step(&self, state: &mut IntegerState, inputs: &[u32]) {
        for delivery in &self.projections {
            self.deliver(delivery, state);
        }
        for (neurons, own) in self.populations.iter().zip(&mut state.populations) {
            let (current, sum) = limits(self.network.dialect);
            let update = Update { dialect: self.network.dialect, neurons, own, most: [current, sum] };
            self.arch.dispatch(update);
            own.spikes.clear();
            let PopulationState { fired, spikes, counts, .. } = own;
            each_spike(fired, |neuron, _| {
                spikes.push(neuron);
                counts[neuron as usize] += 1;
            });
            state.num_spikes += own.spikes.len() as u64;
        }
        state.inputs.clear();
        state.inputs.extend_from_slice(inputs);
    }

    /// Adds the weights of the spikes of the last step to the sums of the target.
    fn deliver(&self, delivery: &Delivery, state: &mut IntegerState) {
        // A population may drive itself: its spikes are taken out while its sums are written.
        let spikes = match delivery.source {
            Source::Inputs { .. } => std::mem::take(&mut state.inputs),
            Source::Population(source) => std::mem::take(&mut state.populations[source].spikes),
        };
        let (sources, first) = match delivery.source {
            Source::Inputs { first, number } => {
                let from = spikes.partition_point(|&input| (input as usize) < first);
                let to = spikes.partition_point(|&input| (input as usize) < first + number);
                (&spikes[from..to], first as u32)
            }
            Source::Population(_) => (spikes.as_slice(), 0),
        };
        let sums = &mut state.populations[delivery.target].sums;
        if delivery.shift == 0 {
            self.arch.dispatch(Scatter { delivery, sources, first, sums });
        } else if !sources.is_empty() {
            state.partial.clear();
            state.partial.resize(sums.len(), 0);
            self.arch.dispatch(Scatter { delivery, sources, first, sums: &mut state.partial });
            for (sum, &partial) in sums.iter_mut().zip(&state.partial) {
                *sum = sum.wrapping_add(shift(partial, -(delivery.shift as i32)));
            }
        }
        match delivery.source {
            Source::Inputs { .. } => state.inputs = spikes,
            Source::Population(source) => state.populations[source].spikes = spikes,
        }
    }
}

impl IntegerState {
    /// Back to rest.
    pub fn reset(&mut self) {
        for own in &mut self.populations {
            for registers in [&mut own.sums, &mut own.u, &mut own.v] {
                registers.fill(0);
            }
            own.fired.fill(0);
            own.counts.fill(0);
            own.spikes.clear();
            own.peak = Peak::default();
        }
        self.inputs.clear();
        self.num_spikes = 0;
    }

    /// Number of spikes of each neuron of a population since it was at rest.
    ///
    /// # Panics
    /// If there is no such population.
    #[must_use]
    pub fn counts(&self, population: usize) -> &[u32] {
        &self.populations[population].counts
    }

    /// Neurons of a population that spiked in the last step, ascending.
    ///
    /// # Panics
    /// If there is no such population.
    #[must_use]
    pub fn spikes(&self, population: usize) -> &[u32] {
        &self.populations[population].spikes
    }

    /// The currents of a population after the last step.
    ///
    /// # Panics
    /// If there is no such population.
    #[must_use]
    pub fn currents(&self, population: usize) -> &[i32] {
        &self.populations[population].u
    }

    /// The largest magnitudes of a population since it was at rest.
    ///
    /// # Panics
    /// If there is no such population.
    #[must_use]
    pub fn peak(&self, population: usize) -> Peak {
        self.populations[population].peak
    }

    /// Spikes of all neurons since the network was at rest.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.num_spikes
    }

    /// The neuron of the last population with the largest read-out, the first of several: the current of neurons that
    /// add up, the number of spikes of others.
    #[must_use]
    pub fn prediction(&self, role: Role) -> usize {
        let Some(last) = self.populations.last() else { return 0 };
        let value = |i: usize| match role {
            Role::Accumulator => i64::from(last.u[i]),
            Role::Rectifier | Role::Pool => i64::from(last.counts[i]),
        };
        (1..last.u.len()).fold(0, |best, i| if value(best) < value(i) { i } else { best })
    }
}

struct Scatter<'a> {
    delivery: &'a Delivery,
    sources: &'a [u32],
    /// Number of the first source.
    first: u32,
    sums: &'a mut [i32],
}

impl pulp::WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self { delivery, sources, first, sums } = self;
        for &source in sources {
            delivery.wiring.of((source - first) as usize, |weights, targets| {
                for (sum, &weight) in sums[targets].iter_mut().zip(&delivery.added[weights]) {
                    *sum = sum.wrapping_add(i32::from(weight));
                }
            });
        }
    }
}

/// The update of all neurons of a population, vectorised; it takes the sums and leaves zeros.
struct Update<'a> {
    dialect: Dialect,
    neurons: &'a Neurons,
    own: &'a mut PopulationState,
    /// Largest magnitudes of current and sum that fit.
    most: [i32; 2],
}

impl pulp::WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Neurons { decays: [du, dv], vth, ref bias } = *self.neurons;
        match self.dialect {
            Dialect::Lava => sweep(self.own, bias, self.most, du, |u, v, sum, bias| {
                lava::update(Exact, (u, v), sum, [du, dv], vth, bias)
            }),
            Dialect::NengoLoihi => {
                let (vth, refract) = (vth << 6, 1);
                sweep(self.own, bias, self.most, du, |u, v, sum, bias| {
                    let fixed = nengo_loihi::Fixed { du, dv, vth, bias, refract };
                    let old = nengo_loihi::State { u, v, count: 0 };
                    let (new, fired) = nengo_loihi::update(Exact, old, sum << 6, fixed, NENGO_VOLTAGE_LIMITS);
                    (new.u, new.v, fired)
                });
            }
        }
    }
}

#[inline(always)]
fn sweep(
    own: &mut PopulationState,
    bias: &[i32],
    most: [i32; 2],
    du: u32,
    update: impl Fn(i32, i32, i32, i32) -> (i32, i32, i32),
) {
    let n = bias.len();
    // Slices of one length, so that the loop has no bounds check and vectorises.
    let (sums, u, v, fired) = (&mut own.sums[..n], &mut own.u[..n], &mut own.v[..n], &mut own.fired[..n]);
    let (mut largest_sum, mut largest_current, mut wrapped) = (own.peak.sum, own.peak.current, 0i32);
    for i in 0..n {
        let before = decay_by(Exact, u[i], 4095 - du).wrapping_add(sums[i] << 6);
        let drive = before.wrapping_add(bias[i]);
        let current = before.saturating_abs().max(drive.saturating_abs());
        let sum = sums[i].saturating_abs();
        largest_current = largest_current.max(current);
        largest_sum = largest_sum.max(sum);
        wrapped += i32::from(current > most[0]) | i32::from(sum > most[1]);
        let (new_u, new_v, spike) = update(u[i], v[i], sums[i], bias[i]);
        (u[i], v[i], fired[i], sums[i]) = (new_u, new_v, spike as i8, 0);
    }
    own.peak.sum = largest_sum;
    own.peak.current = largest_current;
    own.peak.num_wrapped += wrapped as u64;
}
