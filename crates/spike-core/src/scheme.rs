//! Names of codes and decoding methods, exactly as the specification writes them.

use crate::error::NameError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! named {
    ($(#[$doc:meta])* $type:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$vdoc])* #[serde(rename = $name)] $variant,)+
        }

        impl $type {
            /// All values in the order of the specification.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            const NAMES: &'static str = {
                const LIST: &[&str] = &[$(", ", $name),+];
                // The list without its first separator.
                const LEN: usize = { let mut n = 0; let mut i = 1; while i < LIST.len() { n += LIST[i].len(); i += 1; } n };
                const BYTES: [u8; LEN] = {
                    let mut bytes = [0; LEN];
                    let (mut n, mut i) = (0, 1);
                    while i < LIST.len() {
                        let part = LIST[i].as_bytes();
                        let mut j = 0;
                        while j < part.len() { bytes[n] = part[j]; n += 1; j += 1; }
                        i += 1;
                    }
                    bytes
                };
                match std::str::from_utf8(&BYTES) { Ok(names) => names, Err(_) => "" }
            };

            /// The name in the specification.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| NameError {
                    what: $what,
                    found: text.chars().take(64).collect(),
                    allowed: Self::NAMES,
                })
            }
        }
    };
}

named! {
    /// The seven codes of the specification.
    ///
    /// ```
    /// use spike_core::CodingScheme;
    /// assert_eq!("temporal_ttfs".parse(), Ok(CodingScheme::TemporalTtfs));
    /// assert!("poisson".parse::<CodingScheme>().unwrap_err().to_string().contains("rate_poisson"));
    /// ```
    CodingScheme, "coding scheme", {
        /// Spikes at random with a rate proportional to the value.
        RatePoisson = "rate_poisson",
        /// Bursts whose length and interval carry the value.
        RateBurst = "rate_burst",
        /// One spike, the earlier the larger the value.
        TemporalTtfs = "temporal_ttfs",
        /// One spike a channel in order of magnitude.
        TemporalRankOrder = "temporal_rank_order",
        /// A spike in each cycle at a phase that carries the value.
        TemporalPhase = "temporal_phase",
        /// Neurons with Gaussian tuning curves.
        PopulationGaussian = "population_gaussian",
        /// Neurons with triangular tuning curves.
        PopulationTriangular = "population_triangular",
    }
}

named! {
    /// The six decoding methods of the specification.
    DecodingMethod, "decoding method", {
        /// Number of spikes in the window.
        SpikeCount = "spike_count",
        /// Rate from intervals in a sliding window.
        SpikeRate = "spike_rate",
        /// Time of the first spike.
        TimeToFirstSpike = "time_to_first_spike",
        /// Membrane potential of a neuron that received the spikes.
        MembranePotential = "membrane_potential",
        /// Count-weighted mean of preferred values.
        PopulationVector = "population_vector",
        /// Likelihood and posterior.
        BayesianMle = "bayesian_mle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        let schemes: Vec<_> = CodingScheme::ALL.iter().map(|s| s.name()).collect();
        assert_eq!(
            schemes,
            [
                "rate_poisson",
                "rate_burst",
                "temporal_ttfs",
                "temporal_rank_order",
                "temporal_phase",
                "population_gaussian",
                "population_triangular"
            ]
        );
        let methods: Vec<_> = DecodingMethod::ALL.iter().map(|m| m.name()).collect();
        assert_eq!(
            methods,
            [
                "spike_count",
                "spike_rate",
                "time_to_first_spike",
                "membrane_potential",
                "population_vector",
                "bayesian_mle"
            ]
        );
    }

    #[test]
    fn text_serde_and_display_agree() {
        for &scheme in CodingScheme::ALL {
            assert_eq!(scheme.to_string().parse(), Ok(scheme));
            assert_eq!(serde_json::to_string(&scheme).unwrap(), format!("\"{scheme}\""));
        }
        for &method in DecodingMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
            assert_eq!(serde_json::from_str::<DecodingMethod>(&format!("\"{method}\"")).unwrap(), method);
        }
        let error = "Rate_Poisson".parse::<CodingScheme>().unwrap_err();
        assert_eq!(error.allowed.split(", ").count(), 7);
    }
}
