//! Decoding methods with their options.

use crate::prior::Prior;
use crate::rate::count::CountFormula;
use spike_core::DecodingMethod;

/// Which point of the posterior is the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Estimate {
    /// The mean: the smallest squared error.
    #[default]
    PosteriorMean,
    /// The most probable value given spikes and prior.
    Map,
    /// The value under which the spikes are most probable, whatever the prior.
    Mle,
}

/// How preferred values are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VectorFormula {
    /// The inverse of the expected vector, which has no bias at the ends of the range.
    #[default]
    EdgeCorrected,
    /// x̂ = Σ n_j·μ_j / Σ n_j, as the specification has it.
    Plain,
}

/// What of a burst is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BurstRead {
    /// Number of spikes and their interval.
    #[default]
    CountAndInterval,
    /// Number of spikes alone.
    Count,
}

/// How a rank becomes a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RankRead {
    /// x̂ = (N − rank)/(N + 1), rank from 0: the mean of the order statistics of uniform values.
    #[default]
    OrderStatistic,
    /// x̂ = m^rank, rank from 0, with the modulation factor of the code.
    Modulation,
    /// The mean value of each rank, learned from data.
    Table(Vec<f64>),
}

/// A decoding method with its options.
///
/// ```
/// use spike_core::DecodingMethod;
/// use spike_decode::{CountFormula, Method};
/// assert_eq!(Method::from(DecodingMethod::SpikeCount), Method::SpikeCount(CountFormula::DeadTimeCorrected));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Number of spikes.
    SpikeCount(CountFormula),
    /// Rate from intervals in a sliding window.
    SpikeRate {
        /// Intervals in the window; `None` takes all of the train.
        window_isis: Option<u32>,
    },
    /// Time of the first spike.
    TimeToFirstSpike,
    /// Potential of a leaky neuron at the end of the window.
    MembranePotential {
        /// Time constant of the membrane.
        tau_ms: f64,
    },
    /// Count-weighted mean of preferred values.
    PopulationVector(VectorFormula),
    /// Likelihood and posterior.
    BayesianMle {
        /// Which point of the posterior is the value.
        estimate: Estimate,
        /// What is known before the spikes.
        prior: Prior,
    },
    /// Bursts.
    BurstInterval(BurstRead),
    /// Order of spikes.
    RankOrder(RankRead),
    /// Circular mean of phases.
    Phase,
    /// Binary digits by their phase.
    WeightedPhase,
    /// Integration of ON and OFF spikes.
    Reconstruction,
}

impl Method {
    /// The default time constant of [`Method::MembranePotential`].
    pub const MEMBRANE_TAU_MS: f64 = 20.0;

    /// The name without the options.
    #[must_use]
    pub fn name(&self) -> DecodingMethod {
        match self {
            Self::SpikeCount(_) => DecodingMethod::SpikeCount,
            Self::SpikeRate { .. } => DecodingMethod::SpikeRate,
            Self::TimeToFirstSpike => DecodingMethod::TimeToFirstSpike,
            Self::MembranePotential { .. } => DecodingMethod::MembranePotential,
            Self::PopulationVector(_) => DecodingMethod::PopulationVector,
            Self::BayesianMle { .. } => DecodingMethod::BayesianMle,
            Self::BurstInterval(_) => DecodingMethod::BurstInterval,
            Self::RankOrder(_) => DecodingMethod::RankOrder,
            Self::Phase => DecodingMethod::Phase,
            Self::WeightedPhase => DecodingMethod::WeightedPhase,
            Self::Reconstruction => DecodingMethod::Reconstruction,
        }
    }
}

impl From<DecodingMethod> for Method {
    /// The method with its default options.
    fn from(method: DecodingMethod) -> Self {
        match method {
            DecodingMethod::SpikeCount => Self::SpikeCount(CountFormula::default()),
            DecodingMethod::SpikeRate => Self::SpikeRate { window_isis: None },
            DecodingMethod::TimeToFirstSpike => Self::TimeToFirstSpike,
            DecodingMethod::MembranePotential => Self::MembranePotential { tau_ms: Self::MEMBRANE_TAU_MS },
            DecodingMethod::PopulationVector => Self::PopulationVector(VectorFormula::default()),
            DecodingMethod::BayesianMle => Self::BayesianMle { estimate: Estimate::default(), prior: Prior::default() },
            DecodingMethod::BurstInterval => Self::BurstInterval(BurstRead::default()),
            DecodingMethod::RankOrder => Self::RankOrder(RankRead::default()),
            DecodingMethod::Phase => Self::Phase,
            DecodingMethod::WeightedPhase => Self::WeightedPhase,
            DecodingMethod::Reconstruction => Self::Reconstruction,
        }
    }
}
