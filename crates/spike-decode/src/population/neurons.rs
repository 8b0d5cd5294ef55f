//! What the neurons that share a value promise: the probability of each to spike in a free step.

use crate::rate::renewal::Trials;
use spike_core::{
    CodeOptions, ConfigError, DecodeError, DecodingMethod, Encoding, PopulationOptions, PopulationSpikes, SpikeView,
    Tuning, TuningShape, ln, neg_ln_one_minus,
};
use spike_encode::SpikeProbability;

/// Neurons that share a value: N with tuning curves, or the one neuron of a rate code.
#[derive(Debug, Clone)]
pub(crate) struct Neurons {
    probability: SpikeProbability,
    /// `None` for the neuron of a rate code, whose response is the value itself.
    tuning: Option<Tuning>,
    num_steps: u32,
}

impl Neurons {
    /// The neurons of a channel of `rate_poisson`, `population_gaussian` or `population_triangular`.
    pub(crate) fn of(encoding: &Encoding, method: DecodingMethod) -> Result<Self, DecodeError> {
        let config = &encoding.config;
        let (options, tuning) = match encoding.code {
            CodeOptions::RatePoisson(options) => (options, None),
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => {
                only_poisson(options)?;
                (options.poisson, Some(encoding.tuning_curves()?.clone()))
            }
            _ => return Err(DecodeError::WrongMethod { method, scheme: encoding.scheme() }),
        };
        let (probability, num_steps) = (SpikeProbability::new(config, options)?, config.grid()?.num_steps());
        Ok(Self { probability, tuning, num_steps })
    }

    /// The neurons of a channel of a population, however they spike.
    pub(crate) fn tuned(encoding: &Encoding, options: PopulationOptions) -> Result<Self, DecodeError> {
        let config = &encoding.config;
        let probability = SpikeProbability::new(config, options.poisson)?;
        Ok(Self { probability, tuning: Some(encoding.tuning_curves()?.clone()), num_steps: config.grid()?.num_steps() })
    }

    /// The one neuron of a rate code.
    pub(crate) fn rate(probability: SpikeProbability, num_steps: u32) -> Self {
        Self { probability, tuning: None, num_steps }
    }

    pub(crate) fn len(&self) -> usize {
        self.tuning.as_ref().map_or(1, Tuning::len)
    }

    pub(crate) fn num_steps(&self) -> u32 {
        self.num_steps
    }

    pub(crate) fn dead_steps(&self) -> u32 {
        self.probability.dead_steps()
    }

    /// The largest probability: that of the full response.
    pub(crate) fn largest(&self) -> f64 {
        self.probability.per_step(1.0)
    }

    /// Probability of neuron `j` to spike in a free step, given the value.
    #[inline(always)]
    pub(crate) fn p(&self, j: usize, x: f64) -> f64 {
        self.probability.per_step(match &self.tuning {
            Some(tuning) => tuning.response(j, x),
            None => x,
        })
    }

    /// Values inside (0, 1) at which some probability has a kink, ascending.
    pub(crate) fn kinks(&self) -> Vec<f64> {
        let Some(tuning) = self.tuning.as_ref().filter(|t| t.shape == TuningShape::Triangular) else {
            return Vec::new();
        };
        let of = |(c, w): (&f64, &f64)| [c - w, *c, c + w];
        let mut kinks: Vec<f64> = tuning.centers.iter().zip(&tuning.widths).flat_map(of).collect();
        kinks.retain(|x| 0.0 < *x && *x < 1.0);
        kinks.sort_by(f64::total_cmp);
        kinks
    }

    /// Counts the trials of each neuron of a channel.
    pub(crate) fn trials(&self, rows: SpikeView<'_>, into: &mut Vec<Trials>) {
        into.clear();
        into.extend(rows.neurons().map(|row| Trials::of(row, self.dead_steps(), self.num_steps)));
    }

    /// Σ_j n_j·ln p_j(x) + m_j·ln(1 − p_j(x)), with probabilities at least `least` away from 0 and from 1. The
    /// distance from 1 is never 0, as in the table.
    pub(crate) fn ln_likelihood(&self, trials: &[Trials], x: f64, least: f64) -> f64 {
        let mut sum = 0.0;
        for (j, trials) in trials.iter().enumerate() {
            let p = self.p(j, x).max(least).min(1.0 - least.max(f64::EPSILON / 2.0));
            if trials.spikes > 0 {
                // The short form is for normal numbers alone.
                let ln_p = if p >= f64::MIN_POSITIVE { ln(p) } else { p.ln() };
                sum += f64::from(trials.spikes) * ln_p;
            }
            sum -= f64::from(trials.misses) * neg_ln_one_minus(p);
        }
        sum
    }

    /// Fisher information of one free step of neuron `j` at x, p'²/(p·(1 − p)), by a central difference.
    pub(crate) fn information_per_trial(&self, j: usize, x: f64) -> f64 {
        /// Half the width of the difference: its error is (H/width of the curve)²/6, and rounding 10⁻¹⁰.
        const H: f64 = 1e-6;
        let slope = (self.p(j, x + H) - self.p(j, x - H)) / (2.0 * H);
        let p = self.p(j, x);
        if p > 0.0 && p < 1.0 { slope * slope / (p * (1.0 - p)) } else { 0.0 }
    }
}

fn only_poisson(options: PopulationOptions) -> Result<(), ConfigError> {
    match options.spikes {
        PopulationSpikes::Poisson => Ok(()),
        PopulationSpikes::Regular => Err(ConfigError::PopulationSpikes { found: "regular", allowed: "poisson" }),
    }
}
