//! The neuromorphic encoder: continuous data to spikes and back.
//!
//! [`NeuromorphicEncoder`] has the operations of the specification by their names:
//!
//! | operation | input | output |
//! |---|---|---|
//! | [`encode_rate`](NeuromorphicEncoder::encode_rate) | (channels) or (batch, channels) | [`SpikeTrain`] |
//! | [`encode_temporal`](NeuromorphicEncoder::encode_temporal) | the same, and a [`TemporalScheme`] | [`TemporalCode`] |
//! | [`encode_population`](NeuromorphicEncoder::encode_population) | the same, and a number of neurons | [`PopulationCode`] |
//! | [`decode_spikes`](NeuromorphicEncoder::decode_spikes) | a [`SpikeTrain`] and a [`DecodingMethod`] | [`DecodingResult`] |
//! | [`convert_ann_to_snn`](NeuromorphicEncoder::convert_ann_to_snn) | a trained network and calibration data | [`ConversionResult`] |
//! | [`benchmark_encoding`](NeuromorphicEncoder::benchmark_encoding) | data and a [`CodingScheme`] | [`EncodingMetrics`] |
//!
//! Beyond it: [`encode`](NeuromorphicEncoder::encode) for any code of values with its options,
//! [`encode_contrast`](NeuromorphicEncoder::encode_contrast) for time series, and
//! [`decode_population`](NeuromorphicEncoder::decode_population). [`benchmark`] measures any encoder, with the estimate
//! of the information and the R² that the code can reach. Frames become camera events by [`DvsPixelEncoder`].
//! What the spikes mean travels with them, so that a train decodes without the encoder that made it.
//!
//! [`Orchestrator`] runs a declared [`Pipeline`]: source → encoder → queue → populations of neurons → read-outs, on
//! threads with bounded channels between them, with learning across samples and a [`PipelineReport`].
//!
//! | part | types |
//! |---|---|
//! | source | [`Samples`]: arrays, files, iterators, a live [`SampleSender`] |
//! | routes and populations | [`Population`], [`NeuronModel`], [`Projection`], [`Wiring`], [`Plasticity`], [`QueueOptions`] |
//! | read-outs | [`Readout`], [`ReadoutKind`], [`ClassAssignment`] |
//! | what comes out | [`Delivered`] samples, [`SpikeFile`]s, the [`PipelineReport`] |
//!
//! The example `digits_stdp` learns handwritten digits without their labels.
//!
//! # Example
//! ```
//! use ndarray::array;
//! use spike::{DecodingMethod, EncoderConfig, NeuromorphicEncoder, Scored, TemporalScheme};
//!
//! let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() })?;
//! let data = array![[3.0, 7.5, 12.0], [5.0, 3.0, 9.0]].into_dyn();
//! let code = encoder.encode_temporal(data.view(), TemporalScheme::Ttfs)?;
//! assert_eq!(code.spike_train.num_neurons(), 6);
//! let result = encoder.decode_spikes(&code.spike_train, DecodingMethod::TimeToFirstSpike)?;
//! let result = result.scored(data.as_slice().unwrap())?;
//! assert!(result.reconstruction_r2 > Some(0.999));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! `rayon` (default): encode, simulate and decode the samples of a batch or parcel on several threads. It changes no
//! result.
//!
//! # What this crate does not do
//! It holds no algorithm: codes are in `spike-encode`, decoders in `spike-decode`, neurons, queues and plasticity in
//! `spike-sim`, metrics in `spike-metrics`, files in `spike-io`.

mod benchmark;
mod convert;
mod encoder;
#[cfg(doctest)]
mod guides;
mod orchestrator;
mod par;

pub use benchmark::{BenchmarkError, BenchmarkOptions, EncodingReport, ResponseSymbol, benchmark};
pub use convert::{AnnToSnnConverter, Conversion, convert_ann_to_snn};
pub use encoder::NeuromorphicEncoder;
pub use orchestrator::{
    Delivered, INPUT, LaneReport, NeuronModel, Orchestrator, OrchestratorError, Pipeline, PipelineReport, Plasticity,
    Population, Projection, QueueKind, QueueOptions, Readout, ReadoutKind, ReadoutReport, ReadoutValue, RunOptions,
    Sample, SampleSender, SampleStart, Samples, SendError, SpikeFile, SpikeReport, StageError, StageReport, Wiring,
};
pub use spike_core::{
    CodeOptions, CodingScheme, ConfigError, ConversionResult, DecodeError, DecodingMethod, DecodingResult, EncodeError,
    EncoderConfig, Encoding, EncodingMetrics, Normalizer, NormalizerKind, PopulationCode, Seed, SpikeTrain,
    TemporalCode, TemporalScheme, TimeGrid,
};
pub use spike_decode::{ActivityReadout, ClassAssignment, ClassResponses, Decoder, Method, Prior, Scored};
pub use spike_encode::{DvsPixelEncoder, FrameTimes};
pub use spike_metrics::InformationEstimate;
