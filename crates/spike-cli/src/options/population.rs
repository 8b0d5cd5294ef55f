//! Flags of the population codes.

use super::flags::{code_flags, names, set};
use spike_core::{CenterPlacement, CodeOptions, EncoderConfig, PopulationSpikes};

code_flags! {
    /// Flags of the population codes.
    PopulationFlags, "Population codes", {
        /// Neurons for each channel [default: 10].
        population_size: u32, "--population-size" = "N",
            of "population_gaussian, population_triangular, population_latency";
        /// Gaussian tuning: width σ = spacing/β [default: 1.5].
        beta: f64, "--beta" = "X", of "population_gaussian, population_latency";
        /// Outermost preferred values at the ends of the range, or half a spacing beyond [default: ends; latency: beyond].
        centers: CentersName, "--centers", of "population_gaussian, population_triangular, population_latency";
        /// How neurons spike at their rate [default: poisson].
        spikes: SpikesName, "--spikes", of "population_gaussian, population_triangular";
        /// population_latency: responses below this share of the largest are silent [default: 0.1].
        silent_below: f64, "--silent-below" = "X", of "population_latency";
    }
}

names! {
    /// Names of [`CenterPlacement`].
    CentersName for CenterPlacement { Ends, Beyond }
}

names! {
    /// Names of [`PopulationSpikes`].
    SpikesName for PopulationSpikes { Poisson, Regular }
}

impl PopulationFlags {
    /// Sets what was given.
    pub(crate) fn apply(&self, code: &mut CodeOptions, config: &mut EncoderConfig) {
        set(&mut config.population_size, &self.population_size);
        match code {
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => {
                set(&mut options.beta, &self.beta);
                set(&mut options.centers, &self.centers);
                set(&mut options.spikes, &self.spikes);
            }
            CodeOptions::PopulationLatency(options) => {
                set(&mut options.beta, &self.beta);
                set(&mut options.centers, &self.centers);
                set(&mut options.silent_below, &self.silent_below);
            }
            _ => {}
        }
    }
}
