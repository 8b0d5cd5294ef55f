//! Flags of the rate codes.

use super::flags::{code_flags, names, set};
use spike_core::{CodeOptions, Probability, RefractoryMode, Spacing};

code_flags! {
    /// Flags of the rate codes.
    RateFlags, "Rate codes", {
        /// Probability of a spike in a step: rate·dt, or 1 − exp(−rate·dt) [default: per-step].
        probability: ProbabilityName, "--probability", of "rate_poisson, population_gaussian, population_triangular";
        /// Whether the asked rate is the hazard or the realised rate [default: uncompensated].
        refractory: RefractoryName, "--refractory",
            of "rate_poisson, rate_regular, population_gaussian, population_triangular";
        /// rate_burst: spikes of the value 1 [default: 5].
        max_spikes: u32, "--max-spikes" = "N", of "rate_burst";
        /// rate_burst: interval of the value 1 in ms [default: 2].
        min_isi_ms: f64, "--min-isi-ms" = "MS", of "rate_burst";
        /// rate_burst: interval towards the value 0 in ms [default: the largest with which every burst fits].
        max_isi_ms: f64, "--max-isi-ms" = "MS", of "rate_burst";
        /// rate_regular: equal intervals, or one spike at random in each of equal strata [default: regular].
        spacing: SpacingName, "--spacing", of "rate_regular";
    }
}

names! {
    /// Names of [`Probability`].
    ProbabilityName for Probability { PerStep, Exact }
}

names! {
    /// Names of [`RefractoryMode`].
    RefractoryName for RefractoryMode { Uncompensated, Compensated }
}

names! {
    /// Names of [`Spacing`].
    SpacingName for Spacing { Regular, Stratified }
}

impl RateFlags {
    /// Sets what was given.
    pub(crate) fn apply(&self, code: &mut CodeOptions) {
        match code {
            CodeOptions::RatePoisson(options) => {
                set(&mut options.probability, &self.probability);
                set(&mut options.refractory, &self.refractory);
            }
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => {
                set(&mut options.poisson.probability, &self.probability);
                set(&mut options.poisson.refractory, &self.refractory);
            }
            CodeOptions::RateRegular(options) => {
                set(&mut options.spacing, &self.spacing);
                set(&mut options.refractory, &self.refractory);
            }
            CodeOptions::RateBurst(options) => {
                set(&mut options.max_spikes, &self.max_spikes);
                set(&mut options.min_isi_ms, &self.min_isi_ms);
                options.max_isi_ms = self.max_isi_ms.or(options.max_isi_ms);
            }
            _ => {}
        }
    }
}
