//! Codes that turn values and signals into spikes.
//!
//! | code | input | random | source |
//! |---|---|---|---|
//! | [`PoissonRateEncoder`] | values | yes | Bernoulli steps with absolute dead time, renewal theory (Cox 1962) |
//! | [`InhomogeneousPoissonEncoder`] | signal | yes | time rescaling (Brown et al. 2002) |
//! | [`RegularRateEncoder`] | values | phase | error diffusion; stratified sampling (Cochran 1977) |
//! | [`BurstEncoder`] | values | no | Guo et al. 2021 |
//! | [`PopulationEncoder`] | values | yes | tuning curves, Gaussian or triangular (Pouget, Dayan, Zemel 2000) |
//! | [`LatencyPopulationEncoder`] | values | no | Gaussian receptive fields read by latency (Bohte et al. 2002) |
//! | [`TimeToFirstSpikeEncoder`] | values | no | Thorpe et al. 2001; Guo et al. 2021 for the logarithmic form |
//! | [`RankOrderEncoder`] | values | no | Thorpe and Gautrais 1998 |
//! | [`PhaseCodingEncoder`] | values | no | Montemurro et al. 2008 |
//! | [`WeightedPhaseEncoder`] | values | no | Kim et al. 2018 |
//! | [`DvsPixelEncoder`] | frames | mismatch only | Lichtsteiner et al. 2008; Hu et al. 2021 |
//! | [`ThresholdEncoder`] | signal | no | temporal contrast of successive samples |
//! | [`SendOnDeltaEncoder`] | signal | no | Miskowicz 2006; the pixel of Lichtsteiner et al. 2008 |
//! | [`StepForwardEncoder`], [`MovingWindowEncoder`], [`TbrEncoder`] | signal | no | Petro et al. 2020 |
//! | [`BenSpikerEncoder`] | signal | no | Schrauwen and Van Campenhout 2003; Petro et al. 2020 |
//!
//! Every code for values is run by [`Encoder`]: it scales the input, draws from streams keyed by (seed, sample,
//! neuron), applies jitter, and splits a batch over threads without changing a spike.
//!
//! # Example
//! ```
//! use spike_core::{CodeOptions, EncoderConfig, Normalizer, NormalizerKind, PoissonOptions, Seed};
//! use spike_encode::Encoder;
//!
//! let values = [0.0, 0.25, 0.5, 1.0];
//! let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 4, &values)?;
//! let options = CodeOptions::RatePoisson(PoissonOptions::default());
//! let encoder = Encoder::new(&EncoderConfig::default(), options, normalizer, Seed(7), vec![4])?;
//! let (batch, report) = encoder.encode(&values, 0)?;
//! assert_eq!((batch.num_samples(), batch.num_neurons(), report.clipped), (1, 4, 0));
//! assert_eq!(batch.sample(0).neuron(0).len(), 0);
//! # Ok::<(), spike_core::EncodeError>(())
//! ```
//!
//! # Features
//! `rayon` (default): encode batches on several threads. It changes no result.
//!
//! # What this crate does not do
//! It reads no files and knows no decoder.

mod contrast;
mod encoder;
mod gap;
mod jitter;
mod normal;
mod par;
mod population;
mod rate;
mod temporal;

pub use contrast::{
    BenSpikerEncoder, DvsPixelEncoder, DvsPixelState, FrameTimes, MovingWindowEncoder, SendOnDeltaEncoder,
    StepForwardEncoder, TbrEncoder, ThresholdEncoder,
};
pub use encoder::Encoder;
pub use population::latency::LatencyPopulationEncoder;
pub use population::tuned::PopulationEncoder;
pub use rate::burst::{BurstEncoder, BurstPattern};
pub use rate::inhomogeneous::InhomogeneousPoissonEncoder;
pub use rate::poisson::{PoissonRateEncoder, SpikeProbability};
pub use rate::regular::RegularRateEncoder;
pub use temporal::phase::PhaseCodingEncoder;
pub use temporal::rank_order::{RankOrderEncoder, Ranking};
pub use temporal::ttfs::TimeToFirstSpikeEncoder;
pub use temporal::weighted_phase::WeightedPhaseEncoder;
