//! Posterior of a value given the spikes of the neurons that share it.

use super::neurons::Neurons;
use super::quadrature::{Density, Panel, highest, panels};
use super::table::{FirstLevel, Scratch, Table};
use crate::prior::Prior;
use crate::rate::renewal::Trials;
use spike_core::{DecodeError, DecodingMethod, Encoding, SpikeView};
use spike_encode::SpikeProbability;

/// What spikes and prior say of a value in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// Mean: the estimate with the smallest squared error.
    pub mean: f64,
    /// Variance.
    pub variance: f64,
    /// The most probable value.
    pub mode: f64,
    /// Lower end of the central 95 % credible interval: 2.5 % of the mass lie below.
    pub low95: f64,
    /// Upper end of the central 95 % credible interval: 2.5 % of the mass lie above.
    pub high95: f64,
}

/// Posterior of a value given the spikes of its population, or of the one neuron of a rate code.
///
/// The likelihood of the discrete code with absolute dead time is exact,
///
/// ln L(x) = Σ_j n_j·ln p_j(x) + m_j·ln(1 − p_j(x)),
///
/// with the probability p_j(x) of neuron j per free step, its n_j spikes and its m_j free steps without one. The
/// second term is the sum over rates of the continuous form; it is what keeps values near the ends of the range
/// without bias. Integrals are adaptive Gauss–Kronrod sums, exact to 10⁻⁶ of the posterior's width, however narrow it
/// is.
///
/// Where the spikes are impossible under every value (triangular curves, and spikes that were lost, added or moved
/// to another neuron), each neuron is taken to have at least one spurious spike in 1000 windows, and to miss as many:
/// p_j and 1 − p_j are at least 0.001/T.
///
/// Input: the N rows of a channel.
///
/// ```
/// use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Encoding, Normalizer, Seed};
/// use spike_decode::{PopulationPosterior, Prior};
/// use spike_encode::Encoder;
/// let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
/// let encoder = Encoder::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(7), vec![1])?;
/// let (batch, _) = encoder.encode(&[0.3], 0)?;
/// let posterior = PopulationPosterior::for_encoding(encoder.encoding(), &Prior::uniform())?.of(batch.sample(0))?;
/// assert!(posterior.low95 < 0.3 && 0.3 < posterior.high95 && posterior.variance < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Bayesian decoding of a population as in Zhang, Ginzburg, McNaughton, Sejnowski (1998), J Neurophysiol
/// 79:1017, DOI 10.1152/jn.1998.79.2.1017; likelihood of a renewal process as in Cox and Lewis (1966), The
/// Statistical Analysis of Series of Events, chapter 3.
#[derive(Debug, Clone)]
pub struct PopulationPosterior {
    neurons: Neurons,
    table: Table,
    arch: pulp::Arch,
}

/// Spurious spikes of a neuron in a window where the model alone would call the spikes impossible.
const SPURIOUS_SPIKES: f64 = 1e-3;
/// Panels for each standard deviation, by Cramér and Rao, of a value.
const PANELS_PER_SD: f64 = 0.3;
/// Fewest and most panels of the first level in all of [0, 1].
const PANELS: (f64, f64) = (8.0, 128.0);

impl PopulationPosterior {
    /// The posterior for the population of an encoding, or for the neuron of `rate_poisson`.
    ///
    /// # Errors
    /// [`DecodeError`] if the code is another one or its record is invalid.
    pub fn for_encoding(encoding: &Encoding, prior: &Prior) -> Result<Self, DecodeError> {
        Ok(Self::of_neurons(Neurons::of(encoding, DecodingMethod::BayesianMle)?, prior))
    }

    /// The posterior for the one neuron of a rate code.
    pub(crate) fn of_rate(probability: SpikeProbability, num_steps: u32, prior: &Prior) -> Self {
        Self::of_neurons(Neurons::rate(probability, num_steps), prior)
    }

    pub(crate) fn of_neurons(neurons: Neurons, prior: &Prior) -> Self {
        let per_unit = (PANELS_PER_SD / typical_deviation(&neurons)).clamp(PANELS.0, PANELS.1);
        let panels = panels(prior, &neurons.kinks(), per_unit.ceil() as usize);
        Self { table: Table::new(&neurons, panels), neurons, arch: pulp::Arch::new() }
    }

    /// The posterior given the rows of a channel.
    ///
    /// # Errors
    /// [`DecodeError::ChannelMismatch`] if the population has another number of neurons.
    pub fn of(&self, rows: SpikeView<'_>) -> Result<Posterior, DecodeError> {
        let (expected, found) = (self.neurons.len(), rows.num_neurons());
        if expected != found {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        let mut scratch = Scratch::default();
        self.neurons.trials(rows, &mut scratch.trials);
        Ok(self.of_trials(&mut scratch))
    }

    pub(crate) fn num_neurons(&self) -> usize {
        self.neurons.len()
    }

    pub(crate) fn neurons(&self) -> &Neurons {
        &self.neurons
    }

    /// The posterior given `scratch.trials`.
    pub(crate) fn of_trials(&self, scratch: &mut Scratch) -> Posterior {
        fn all<F: Fn(f64) -> f64>(density: &Density<F>) -> Posterior {
            let (mean, variance) = density.moments();
            let [low95, high95] = [0.025, 0.975].map(|q| density.quantile(q));
            Posterior { mean, variance, mode: density.mode(), low95, high95 }
        }
        match self.density(scratch) {
            Ok(density) => all(&density),
            Err(trials) => all(&self.spurious(&trials)),
        }
    }

    /// Mean and variance given `scratch.trials`.
    pub(crate) fn moments(&self, scratch: &mut Scratch) -> (f64, f64) {
        match self.table.moments(self.arch, scratch) {
            FirstLevel::Fine { mean, variance } => (mean, variance),
            FirstLevel::Coarse => match self.density(scratch) {
                Ok(density) => density.moments(),
                Err(trials) => self.spurious(&trials).moments(),
            },
            FirstLevel::Impossible => self.spurious(&scratch.trials.clone()).moments(),
        }
    }

    /// The most probable value given `scratch.trials`.
    pub(crate) fn mode(&self, scratch: &mut Scratch) -> f64 {
        match self.table.top(self.arch, scratch) {
            Some((panel, k)) => {
                let ln = |x: f64| self.neurons.ln_likelihood(&scratch.trials, x, 0.0);
                highest(self.panels(), panel, k, ln)
            }
            None => self.spurious(&scratch.trials.clone()).mode(),
        }
    }

    fn panels(&self) -> &[Panel] {
        self.table.panels()
    }

    /// The density, refined; the trials if they are impossible.
    fn density(&self, scratch: &mut Scratch) -> Result<Density<impl Fn(f64) -> f64>, Vec<Trials>> {
        let trials = scratch.trials.clone();
        let nodes = self.table.logarithms(self.arch, scratch);
        let ln = {
            let trials = trials.clone();
            move |x: f64| self.neurons.ln_likelihood(&trials, x, 0.0)
        };
        Density::from_nodes(self.panels(), nodes, ln).ok_or(trials)
    }

    /// The density where every neuron may spike spuriously.
    fn spurious(&self, trials: &[Trials]) -> Density<impl Fn(f64) -> f64> {
        let least = SPURIOUS_SPIKES / f64::from(self.neurons.num_steps());
        Density::new(self.panels(), move |x: f64| self.neurons.ln_likelihood(trials, x, least))
            .expect("a positive probability below 1 makes every train possible on some node")
    }
}

/// The root of the mean Cramér–Rao bound over [0, 1], to choose the first level by.
fn typical_deviation(neurons: &Neurons) -> f64 {
    const POINTS: usize = 64;
    let bound = |i: usize| {
        let x = (i as f64 + 0.5) / POINTS as f64;
        let information: f64 = (0..neurons.len())
            .map(|j| {
                let (p, dead) = (neurons.p(j, x), f64::from(neurons.dead_steps()));
                f64::from(neurons.num_steps()) / (1.0 + p * dead) * neurons.information_per_trial(j, x)
            })
            .sum();
        1.0 / information.max(12.0)
    };
    ((0..POINTS).map(bound).sum::<f64>() / POINTS as f64).sqrt()
}
