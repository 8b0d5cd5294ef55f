//! Options that belong to one code: everything beyond the configuration that its decoder needs to know.

mod contrast;
mod population;
mod rate;
mod temporal;

pub use contrast::{
    BenSpikerOptions, BenSpikerRule, DvsPixelOptions, MovingWindowOptions, SendOnDeltaOptions, StepForwardOptions,
    TbrOptions, ThresholdOptions,
};
pub use population::{CenterPlacement, LatencyPopulationOptions, PopulationOptions, PopulationSpikes};
pub use rate::{BurstOptions, PoissonOptions, Probability, RefractoryMode, RegularOptions, Spacing};
pub use temporal::{
    PhaseOptions, PhaseRange, RankOrderOptions, TtfsForm, TtfsOptions, WeightedPhaseOptions, ZeroValue,
};

use crate::scheme::CodingScheme;
use serde::{Deserialize, Serialize};

macro_rules! code_options {
    ($($variant:ident($options:ident)),+ $(,)?) => {
        /// Options that belong to one code; the variant names the code.
        ///
        /// ```
        /// use spike_core::{CodeOptions, CodingScheme};
        /// let options = CodeOptions::default_of(CodingScheme::TemporalPhase);
        /// assert_eq!(options.scheme(), CodingScheme::TemporalPhase);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub enum CodeOptions {
            $(
                #[doc = concat!("Options of [`CodingScheme::", stringify!($variant), "`].")]
                $variant($options),
            )+
        }

        impl CodeOptions {
            /// The scheme that the options belong to.
            #[must_use]
            pub fn scheme(&self) -> CodingScheme {
                match self {
                    $(Self::$variant(_) => CodingScheme::$variant,)+
                }
            }

            /// The default options of a scheme.
            #[must_use]
            pub fn default_of(scheme: CodingScheme) -> Self {
                match scheme {
                    $(CodingScheme::$variant => Self::$variant($options::default()),)+
                }
            }
        }
    };
}

code_options! {
    RatePoisson(PoissonOptions),
    RateBurst(BurstOptions),
    TemporalTtfs(TtfsOptions),
    TemporalRankOrder(RankOrderOptions),
    TemporalPhase(PhaseOptions),
    PopulationGaussian(PopulationOptions),
    PopulationTriangular(PopulationOptions),
    RateRegular(RegularOptions),
    TemporalWeightedPhase(WeightedPhaseOptions),
    PopulationLatency(LatencyPopulationOptions),
    ContrastThreshold(ThresholdOptions),
    ContrastSendOnDelta(SendOnDeltaOptions),
    ContrastStepForward(StepForwardOptions),
    ContrastMovingWindow(MovingWindowOptions),
    ContrastTbr(TbrOptions),
    ContrastBenSpiker(BenSpikerOptions),
    ContrastDvsPixel(DvsPixelOptions),
}

impl CodeOptions {
    /// Steps of the spike grid in each sample of a signal; 1 for codes of static values.
    #[must_use]
    pub fn events_per_sample(&self) -> u32 {
        match self {
            Self::ContrastSendOnDelta(options) => options.events_per_sample,
            Self::ContrastStepForward(options) => options.events_per_sample,
            _ => 1,
        }
    }
}
