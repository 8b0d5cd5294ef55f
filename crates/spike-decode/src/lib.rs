//! Spikes back to values: decoders, their confidence, and the accuracy that a code could at best reach.
//!
//! | decoder | codes | value | confidence |
//! |---|---|---|---|
//! | [`SpikeCountDecoder`] | `rate_poisson`, `rate_regular` | dead-time corrected count (or the plain formula) | 1 − posterior variance / prior variance for a uniform prior |
//! | [`SpikeRateDecoder`] | `rate_poisson`, `rate_regular` | unbiased rate from intervals, in a sliding window | 1 − variance of the estimator / prior variance |
//! | [`MembranePotentialDecoder`] | `rate_poisson`, `rate_regular` | final potential of a leaky neuron | the same, in its effective window |
//! | [`BurstDecoder`] | `rate_burst` | count and interval (or count) | 1 − variance of the values that agree / prior variance |
//! | [`BayesianDecoder`] | populations, `rate_poisson` | posterior mean, most probable value or maximum of the likelihood | 1 − posterior variance / prior variance for the given prior |
//! | [`PopulationVectorDecoder`] | populations | weighted mean of preferred values, corrected at the edges (or plain) | as the first |
//! | [`TimeToFirstSpikeDecoder`] | `temporal_ttfs` | centre of the interval that spikes in the step | the same, from the width of the interval |
//! | [`RankOrderDecoder`] | `temporal_rank_order` | order statistics, m^rank, or a learned table | of the order statistics |
//! | [`PhaseDecoder`] | `temporal_phase` | circular mean | from the step, the jitter and the resultant length |
//! | [`WeightedPhaseDecoder`] | `temporal_weighted_phase` | majority of each digit | from the class and disagreeing digits |
//! | [`EventDecoder`] | `contrast_dvs_pixel` | frames by integration of camera events | – |
//! | [`ReconstructionDecoder`] | `contrast_*` but `contrast_dvs_pixel` | sum of the thresholds of ON and OFF spikes, or convolution | from the threshold |
//!
//! Neurons behind a network have no code: [`ActivityReadout`] reads numbers from them, [`ClassAssignment`] classes.
//!
//! [`Decoder`] chooses by what the spikes say of themselves and returns values in the caller's units.
//! [`optimise`] finds the options of a contrast code with which a given signal is rebuilt best.
//! [`Reachable`] is the R² that no decoder of the code can exceed for given values, beside which a measured R²
//! should be read.
//!
//! # Example
//! ```
//! use spike_core::{CodeOptions, EncoderConfig, Normalizer, NormalizerKind, Seed, TtfsOptions};
//! use spike_decode::{Decoder, Scored};
//! use spike_encode::Encoder;
//!
//! let values = [10.0, 12.5, 30.0, 20.0];
//! let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 4, &values)?;
//! let options = CodeOptions::TemporalTtfs(TtfsOptions::default());
//! let encoder = Encoder::new(&EncoderConfig::default(), options, normalizer, Seed(7), vec![4])?;
//! let (batch, _) = encoder.encode(&values, 0)?;
//! let result = Decoder::new(encoder.encoding(), None)?.decode(&batch)?.scored(&values)?;
//! assert!((result.values[[0, 1]] - 12.5).abs() < 0.02);
//! assert!(result.reconstruction_r2 > Some(0.9999));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! `rayon` (default): decode batches on several threads. It changes no result.

mod contrast;
mod decoder;
mod membrane;
mod method;
mod par;
mod population;
mod prior;
mod rate;
mod reachable;
mod readout;
mod score;
mod temporal;

pub use contrast::events::{EventDecoder, FirstFrame};
pub use contrast::optimise::{OptimiseError, Optimised, ac_snr_db, optimise};
pub use contrast::reconstruct::ReconstructionDecoder;
pub use decoder::{Decoder, Scored};
pub use membrane::MembranePotentialDecoder;
pub use method::{BurstRead, Estimate, Method, RankRead, VectorFormula};
pub use population::bayes::BayesianDecoder;
pub use population::latency::LatencyPosterior;
pub use population::posterior::{PopulationPosterior, Posterior};
pub use population::vector::PopulationVectorDecoder;
pub use prior::Prior;
pub use rate::burst::BurstDecoder;
pub use rate::count::{CountFormula, SpikeCountDecoder};
pub use rate::isi::SpikeRateDecoder;
pub use rate::posterior::RatePosterior;
pub use reachable::{FisherInformation, Reachable, ValueCounts, ValueDistribution};
pub use readout::activity::ActivityReadout;
pub use readout::classes::{ClassAssignment, ClassResponses};
pub use score::Score;
pub use temporal::phase::PhaseDecoder;
pub use temporal::rank_order::{RankOrderDecoder, rank_table};
pub use temporal::ttfs::TimeToFirstSpikeDecoder;
pub use temporal::weighted_phase::WeightedPhaseDecoder;
