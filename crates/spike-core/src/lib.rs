//! The vocabulary that every other Spike crate speaks: exact time, spike containers, codes and their
//! configuration, seeds, the normaliser, traits and errors. It holds no coding algorithm.
//!
//! | concept | type |
//! |---|---|
//! | exact discrete time | [`TimeGrid`], import of foreign times by [`Grid`] |
//! | spikes of one or more neurons | [`SpikeTrain`], borrowed as [`SpikeView`] |
//! | spikes of many samples | [`SpikeBatch`], filled chunk by chunk as [`SpikeChunk`] |
//! | views on request | padded times, [`BitRaster`], dense arrays, time-sorted [`Event`]s |
//! | event cameras, graded spikes | [`EventStream`], [`SignedSpikes`] |
//! | what was encoded, and how | [`Encoding`], [`EncoderConfig`], [`CodingScheme`], [`Normalizer`] |
//! | randomness as a value | [`Seed`], [`Stream`] |
//! | what encoders and decoders promise | [`ValueEncoder`], [`SignalEncoder`], [`ValueDecoder`] |
//!
//! # Example
//! ```
//! use spike_core::{SpikeTrain, TimeGrid};
//!
//! let grid = TimeGrid::from_ms(100.0, 0.1)?;
//! let train = SpikeTrain::from_neurons(grid, &[vec![3, 17], vec![], vec![999]])?;
//! assert_eq!(train.view().counts(), vec![2, 0, 1]);
//! assert_eq!(train.view().neuron(0), &[3, 17]);
//! # Ok::<(), spike_core::SpikeError>(())
//! ```
//!
//! # What this crate does not do
//! It neither encodes nor decodes, reads no files and starts no threads.

mod batch;
mod code;
mod config;
mod encoding;
mod error;
mod event;
mod event_stream;
mod grid;
mod import;
mod math;
mod normalizer;
mod options;
mod quantile;
mod raster;
mod result;
mod scheme;
mod seed;
mod signed;
mod train;
mod traits;
mod tuning;
mod unit;

pub use batch::{SpikeBatch, SpikeChunk};
pub use code::{PopulationCode, TemporalCode, TemporalScheme};
pub use config::EncoderConfig;
pub use encoding::Encoding;
pub use error::{ConfigError, DecodeError, EncodeError, NameError, SpikeError};
pub use event::Event;
pub use event_stream::{CameraEvent, EventStream, Polarity};
pub use grid::TimeGrid;
pub use import::{Duplicates, Grid, GridReport, ImportError, Rounding};
pub use math::{exp, ln, neg_ln_one_minus};
pub use normalizer::{NormalizeReport, Normalizer, NormalizerFit, NormalizerKind};
pub use options::{
    BenSpikerOptions, BenSpikerRule, BurstOptions, CenterPlacement, CodeOptions, DvsPixelOptions,
    LatencyPopulationOptions, MovingWindowOptions, PhaseOptions, PhaseRange, PoissonOptions, PopulationOptions,
    PopulationSpikes, Probability, RankOrderOptions, RefractoryMode, RegularOptions, SendOnDeltaOptions, Spacing,
    StepForwardOptions, TbrOptions, ThresholdOptions, TtfsForm, TtfsOptions, WeightedPhaseOptions, ZeroValue,
};
pub use raster::BitRaster;
pub use result::{ConversionResult, DecodingResult, EncodingMetrics};
pub use scheme::{CodingScheme, DecodingMethod};
pub use seed::{Domain, Seed, Stream, Streams, philox};
pub use signed::SignedSpikes;
pub use train::{NeuronIds, SpikeTrain, SpikeView};
pub use traits::{Decoded, DecoderFor, SignalEncoder, ValueDecoder, ValueEncoder};
pub use tuning::{Tuning, TuningShape};
pub use unit::UnitValues;
