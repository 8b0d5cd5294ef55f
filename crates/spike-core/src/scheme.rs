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
            /// All values: those of the specification in its order, then those beyond it.
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

            /// The name, as options, files and the specification write it.
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
    /// The codes: the seven of the specification ([`SPECIFIED`](Self::SPECIFIED)), then those beyond it.
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
        /// Spikes at regular or stratified distances: the budget of a rate code without its noise.
        RateRegular = "rate_regular",
        /// Binary digits of the value, the most significant first, in every period.
        TemporalWeightedPhase = "temporal_weighted_phase",
        /// Neurons with Gaussian tuning curves that answer by latency.
        PopulationLatency = "population_latency",
        /// A spike where the signal changes from one sample to the next by more than a threshold.
        ContrastThreshold = "contrast_threshold",
        /// A spike where the signal has moved by a threshold since the last spike.
        ContrastSendOnDelta = "contrast_send_on_delta",
        /// A spike where the signal leaves a band around a baseline, which then moves by the threshold.
        ContrastStepForward = "contrast_step_forward",
        /// A spike where the signal leaves a band around the mean of the samples before it.
        ContrastMovingWindow = "contrast_moving_window",
        /// A spike where the change exceeds a threshold set by the statistics of all changes.
        ContrastTbr = "contrast_tbr",
        /// Spikes whose convolution with a filter is the signal: Ben's Spiker Algorithm.
        ContrastBenSpiker = "contrast_ben_spiker",
        /// Events of a dynamic vision sensor, from frames.
        ContrastDvsPixel = "contrast_dvs_pixel",
    }
}

impl CodingScheme {
    /// The seven codes of the specification.
    pub const SPECIFIED: &'static [CodingScheme] = Self::ALL.split_at(7).0;

    /// The decoding method that belongs to the code; `None` where events are integrated, not decoded.
    #[must_use]
    pub fn own_method(self) -> Option<DecodingMethod> {
        Some(match self {
            Self::RatePoisson => DecodingMethod::SpikeCount,
            Self::RateBurst => DecodingMethod::BurstInterval,
            Self::TemporalTtfs => DecodingMethod::TimeToFirstSpike,
            Self::TemporalRankOrder => DecodingMethod::RankOrder,
            Self::TemporalPhase => DecodingMethod::Phase,
            Self::PopulationGaussian | Self::PopulationTriangular | Self::PopulationLatency => {
                DecodingMethod::BayesianMle
            }
            Self::RateRegular => DecodingMethod::SpikeRate,
            Self::TemporalWeightedPhase => DecodingMethod::WeightedPhase,
            Self::ContrastThreshold
            | Self::ContrastSendOnDelta
            | Self::ContrastStepForward
            | Self::ContrastMovingWindow
            | Self::ContrastTbr
            | Self::ContrastBenSpiker => DecodingMethod::Reconstruction,
            Self::ContrastDvsPixel => return None,
        })
    }

    /// Whether the code turns time series into spikes, not static values.
    #[must_use]
    pub fn encodes_signals(self) -> bool {
        matches!(
            self,
            Self::ContrastThreshold
                | Self::ContrastSendOnDelta
                | Self::ContrastStepForward
                | Self::ContrastMovingWindow
                | Self::ContrastTbr
                | Self::ContrastBenSpiker
        )
    }
}

impl DecodingMethod {
    /// The six methods of the specification.
    pub const SPECIFIED: &'static [DecodingMethod] = Self::ALL.split_at(6).0;
}

named! {
    /// The decoding methods: the six of the specification ([`SPECIFIED`](Self::SPECIFIED)), then those beyond it.
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
        /// Number of spikes of a burst together with their interval.
        BurstInterval = "burst_interval",
        /// Position of a channel in the order of spikes.
        RankOrder = "rank_order",
        /// Circular mean of the phases of spikes.
        Phase = "phase",
        /// Binary digits by their phase.
        WeightedPhase = "weighted_phase",
        /// Integration of ON and OFF spikes.
        Reconstruction = "reconstruction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        let schemes: Vec<_> = CodingScheme::SPECIFIED.iter().map(|s| s.name()).collect();
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
        let methods: Vec<_> = DecodingMethod::SPECIFIED.iter().map(|m| m.name()).collect();
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
        assert_eq!(error.allowed.split(", ").count(), CodingScheme::ALL.len());
    }
}
