//! An integer network as data.

use super::population::Population;
use super::projection::{Pattern, Projection, Source};
use crate::Dialect;
use crate::error::ModelError;
use crate::fit::LayerDemand;
use crate::network::Wiring;

/// An input that spikes in every step of a sample: it carries the biases of a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drive {
    /// Index of the input.
    pub input: usize,
    /// Step of its first spike: that in which the first spikes of the sample reach the layer before.
    pub first_step: u32,
}

/// A network of populations and projections in the integers of one dialect.
///
/// In each step every population takes the sum of the weights of all spikes of the step before, its own included, and
/// updates its neurons as [`CubaLif`](crate::lava::CubaLif) or [`Compartments`](crate::nengo_loihi::Compartments) says.
/// The sum of a projection with a negative exponent is shifted toward minus infinity (Lava); nengo-loihi shifts each
/// weight.
///
/// # Errors
/// Construction: [`ModelError`] for numbers outside their registers, weights that their format does not hold, and
/// sources, targets or inputs that do not exist.
///
/// # Examples
/// ```
/// use spike_hw::lava::WeightFormat;
/// use spike_hw::{Dialect, IntegerNetwork, IntegerSimulation, Pattern, Population, Projection, Role, Source};
/// let neurons = Population {
///     name: "relu".to_owned(),
///     role: Role::Rectifier,
///     shape: vec![1],
///     decay_u: 0,
///     decay_v: 4095,
///     vth: 99,
///     bias_mant: vec![0],
///     bias_exp: 0,
/// };
/// let projection = |source, weight| Projection {
///     name: "dense".to_owned(),
///     source,
///     target: 0,
///     route: None,
///     pattern: Pattern::Dense,
///     weights: vec![weight],
///     format: WeightFormat::default(),
/// };
/// let network = IntegerNetwork {
///     dialect: Dialect::Lava,
///     num_inputs: 1,
///     num_values: 1,
///     drives: vec![],
///     latency_steps: 1,
///     populations: vec![neurons],
///     projections: vec![
///         projection(Source::Inputs { first: 0, number: 1 }, 60),
///         projection(Source::Population(0), -100),
///     ],
/// };
/// let simulation = IntegerSimulation::new(network)?;
/// let mut state = simulation.state();
/// for _ in 0..11 {
///     simulation.step(&mut state, &[0]);
/// }
/// assert_eq!(state.counts(0), [6]); // ten arrived: 600/100
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegerNetwork {
    /// Whose arithmetic it is.
    pub dialect: Dialect,
    /// Number of inputs, those of drives included.
    pub num_inputs: usize,
    /// Number of inputs that carry the values of a sample; they come first.
    pub num_values: usize,
    /// Inputs that spike in every step.
    pub drives: Vec<Drive>,
    /// Steps from an input spike to the read-out.
    pub latency_steps: u32,
    /// The populations; the last one is read.
    pub populations: Vec<Population>,
    /// The projections.
    pub projections: Vec<Projection>,
}

impl IntegerNetwork {
    /// Checks that everything exists and fits its register.
    ///
    /// # Errors
    /// As for the type.
    pub fn check(&self) -> Result<(), ModelError> {
        let exists = |what: &'static str, index: usize, found: usize, len: usize| {
            if found < len { Ok(()) } else { Err(ModelError::NoSuch { what, index, found, len }) }
        };
        if self.populations.is_empty() {
            return Err(ModelError::Empty { what: "the list of populations" });
        }
        self.populations.iter().try_for_each(Population::check)?;
        exists("value", 0, self.num_values, self.num_inputs + 1)?;
        for (index, drive) in self.drives.iter().enumerate() {
            exists("drive", index, drive.input, self.num_inputs)?;
        }
        for (index, projection) in self.projections.iter().enumerate() {
            exists("projection", index, projection.target, self.populations.len())?;
            let num_sources = match projection.source {
                Source::Inputs { first, number } => {
                    exists("projection", index, first.saturating_add(number), self.num_inputs + 1)?;
                    number
                }
                Source::Population(source) => {
                    exists("projection", index, source, self.populations.len())?;
                    self.populations[source].num_neurons()
                }
            };
            projection.check(self.dialect, num_sources, &self.populations[projection.target])?;
        }
        Ok(())
    }

    /// Number of steps of a sample whose inputs spike in `num_steps` steps.
    #[must_use]
    pub fn total_steps(&self, num_steps: u32) -> u32 {
        num_steps.saturating_add(self.latency_steps)
    }

    /// Number of neurons of all populations.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.populations.iter().map(Population::num_neurons).sum()
    }

    /// What the populations ask of a board, in order.
    ///
    /// Synapses of a population onto itself and those of its bias are counted beside those from the layer before.
    #[must_use]
    pub fn demands(&self) -> Vec<LayerDemand> {
        (0..self.populations.len()).map(|population| self.demand(population)).collect()
    }

    fn demand(&self, index: usize) -> LayerDemand {
        let population = &self.populations[index];
        let n = population.num_neurons();
        let mut demand =
            LayerDemand { num_inputs: 0, fan_in: 0, fan_out: 0, ..LayerDemand::dense(&population.name, 0, n as u64) };
        demand.synapse_formats = 0;
        for projection in self.projections.iter().filter(|projection| projection.target == index) {
            let wiring = Wiring::new(&projection.pattern, projection.num_rows(n), n, projection.route.as_deref());
            let most = u64::from(wiring.fan_in(n).into_iter().max().unwrap_or(0));
            demand.synapse_formats += 1;
            match projection.source {
                Source::Population(source) if source == index => demand.own_fan_in += most,
                Source::Inputs { first, .. } if self.drives.iter().any(|drive| drive.input == first) => {
                    demand.shared_inputs += 1;
                }
                Source::Population(_) | Source::Inputs { .. } => {
                    let live = projection.route.as_ref().map(|route| route.iter().flatten().count());
                    demand.num_inputs += live.unwrap_or_else(|| projection.num_rows(n)) as u64;
                    demand.fan_in += most;
                    demand.fan_out = demand.fan_out.max(wiring.fan_out() as u64);
                    demand.weight_bits = projection.format.num_weight_bits.min(8);
                }
            }
        }
        demand
    }

    /// Number of weights that the network stores, each shared one once.
    #[must_use]
    pub fn num_weights(&self) -> usize {
        let stored = |projection: &Projection| match projection.pattern {
            Pattern::Groups { .. } => 1,
            _ => projection.weights.len(),
        };
        self.projections.iter().map(stored).sum()
    }
}
