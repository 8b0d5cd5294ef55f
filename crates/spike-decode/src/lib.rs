//! Spikes back to values: decoders, their confidence, and the accuracy that a code could at best reach.
//!
//! | decoder | codes | value | confidence |
//! |---|---|---|---|
//! | [`SpikeCountDecoder`] | `rate_poisson` | dead-time corrected count (or the plain formula) | 1 − posterior variance / prior variance for a uniform prior |
//! | [`BayesianDecoder`] | populations, `rate_poisson` | posterior mean, most probable value or maximum of the likelihood | 1 − posterior variance / prior variance for the given prior |
//! | [`PopulationVectorDecoder`] | populations | weighted mean of preferred values, corrected at the edges (or plain) | as the first |
//! | [`TimeToFirstSpikeDecoder`] | `temporal_ttfs` | centre of the interval that spikes in the step | the same, from the width of the interval |
//!
//! [`Decoder`] chooses by what the spikes say of themselves and returns values in the caller's units.
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

mod decoder;
mod method;
mod par;
mod population;
mod prior;
mod rate;
mod reachable;
mod score;
mod temporal;

pub use decoder::{Decoder, Scored};
pub use method::{BurstRead, Estimate, Method, RankRead, VectorFormula};
pub use population::bayes::BayesianDecoder;
pub use population::latency::LatencyPosterior;
pub use population::posterior::{PopulationPosterior, Posterior};
pub use population::vector::PopulationVectorDecoder;
pub use prior::Prior;
pub use rate::count::{CountFormula, SpikeCountDecoder};
pub use rate::posterior::RatePosterior;
pub use reachable::{FisherInformation, Reachable, ValueCounts, ValueDistribution};
pub use score::Score;
pub use temporal::ttfs::TimeToFirstSpikeDecoder;
