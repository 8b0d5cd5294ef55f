//! The one mechanism by which every code for values runs: scale, draw, jitter, batch, threads.

use crate::contrast::{
    BenSpikerEncoder, MovingWindowEncoder, SendOnDeltaEncoder, StepForwardEncoder, TbrEncoder, ThresholdEncoder,
};
use crate::jitter::Jitter;
use crate::par;
use crate::population::latency::LatencyPopulationEncoder;
use crate::population::tuned::PopulationEncoder;
use crate::rate::burst::BurstEncoder;
use crate::rate::poisson::PoissonRateEncoder;
use crate::rate::regular::RegularRateEncoder;
use crate::temporal::phase::PhaseCodingEncoder;
use crate::temporal::rank_order::RankOrderEncoder;
use crate::temporal::ttfs::TimeToFirstSpikeEncoder;
use crate::temporal::weighted_phase::WeightedPhaseEncoder;
use ndarray::ArrayView2;
use spike_core::{
    CodeOptions, ConfigError, EncodeError, EncoderConfig, Encoding, NormalizeReport, Normalizer, Seed, SignalEncoder,
    SpikeBatch, SpikeChunk, TimeGrid, UnitValues, ValueEncoder,
};
use std::sync::Arc;

/// Values that a thread takes at a time. A constant, so that the chunks of a batch do not depend on threads.
const VALUES_PER_CHUNK: usize = 8192;

/// Samples that have streams of their own: an index has 56 bits.
const MAX_SAMPLES: u64 = 1 << 56;

/// A code of either kind, run by the same mechanism.
#[derive(Debug)]
enum Code {
    /// Static values: one for each channel of a sample.
    Values(Box<dyn ValueEncoder>),
    /// Time series: one value for each time and channel of a sample.
    Signal(Box<dyn SignalEncoder>),
}

impl Code {
    /// The code that a record describes.
    fn of(encoding: &Encoding) -> Result<Self, ConfigError> {
        let config = &encoding.config;
        let values: Box<dyn ValueEncoder> = match encoding.code {
            CodeOptions::RatePoisson(options) => Box::new(PoissonRateEncoder::new(config, options)?),
            CodeOptions::RateBurst(options) => Box::new(BurstEncoder::new(config, options)?),
            CodeOptions::RateRegular(options) => Box::new(RegularRateEncoder::new(config, options)?),
            CodeOptions::TemporalTtfs(options) => Box::new(TimeToFirstSpikeEncoder::new(config, options)?),
            CodeOptions::TemporalRankOrder(options) => {
                Box::new(RankOrderEncoder::new(config, options, encoding.num_channels())?)
            }
            CodeOptions::TemporalPhase(options) => Box::new(PhaseCodingEncoder::new(config, options)?),
            CodeOptions::TemporalWeightedPhase(options) => Box::new(WeightedPhaseEncoder::new(config, options)?),
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => {
                Box::new(PopulationEncoder::new(config, options, encoding.tuning_curves()?.clone())?)
            }
            CodeOptions::PopulationLatency(options) => {
                Box::new(LatencyPopulationEncoder::new(config, options, encoding.tuning_curves()?.clone())?)
            }
            CodeOptions::ContrastDvsPixel(_) => {
                return Err(ConfigError::NoEncoder { scheme: encoding.scheme(), use_instead: "DvsPixelEncoder" });
            }
            code if code.scheme().encodes_signals() => return Self::signal(encoding).map(Self::Signal),
            _ => return Err(ConfigError::NoEncoder { scheme: encoding.scheme(), use_instead: "another scheme" }),
        };
        Ok(Self::Values(values))
    }

    fn signal(encoding: &Encoding) -> Result<Box<dyn SignalEncoder>, ConfigError> {
        let config = &encoding.config;
        let grid = config.grid()?;
        let samples = encoding.feature_shape.first().copied().unwrap_or(1);
        let events_per_sample = encoding.code.events_per_sample();
        let steps = samples as u64 * u64::from(events_per_sample);
        if steps != u64::from(grid.num_steps()) {
            let (num_steps, window_ms) = (grid.num_steps(), (grid.dt_ns() as u128 * u128::from(steps)) as f64 / 1e6);
            return Err(ConfigError::SignalGrid { samples, events_per_sample, num_steps, window_ms });
        }
        Ok(match encoding.code {
            CodeOptions::ContrastThreshold(options) => Box::new(ThresholdEncoder::new(config, options)?),
            CodeOptions::ContrastSendOnDelta(options) => Box::new(SendOnDeltaEncoder::new(config, options)?),
            CodeOptions::ContrastStepForward(options) => Box::new(StepForwardEncoder::new(config, options)?),
            CodeOptions::ContrastMovingWindow(options) => Box::new(MovingWindowEncoder::new(config, options)?),
            CodeOptions::ContrastTbr(options) => Box::new(TbrEncoder::new(config, options)?),
            CodeOptions::ContrastBenSpiker(options) => Box::new(BenSpikerEncoder::new(config, options)?),
            _ => return Err(ConfigError::NoEncoder { scheme: encoding.scheme(), use_instead: "another scheme" }),
        })
    }

    fn grid(&self) -> TimeGrid {
        match self {
            Self::Values(code) => code.grid(),
            Self::Signal(code) => code.grid(),
        }
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        match self {
            Self::Values(code) => code.spike_bound(values),
            // Spikes of a signal depend on its course; the chunk grows as it needs.
            Self::Signal(_) => 0,
        }
    }
}

/// A code with its normaliser and seed, ready to encode any part of a data set.
///
/// The spikes of a sample depend on the record ([`Encoding`]) and its global index alone: they are the same one by
/// one, in batches of any size, in shards and on any number of threads.
#[derive(Debug)]
pub struct Encoder {
    code: Code,
    jitter: Option<Jitter>,
    encoding: Arc<Encoding>,
}

impl Encoder {
    /// An encoder for `config`, whose scheme is taken from `options`.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid for the code or the shape is not that of the normaliser.
    pub fn new(
        config: &EncoderConfig,
        options: CodeOptions,
        normalizer: Normalizer,
        seed: Seed,
        feature_shape: Vec<usize>,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        Self::from_encoding(Encoding::new(config, options, normalizer, seed, feature_shape)?)
    }

    /// The encoder that a record describes.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_encoding(encoding: Encoding) -> Result<Self, ConfigError> {
        let (config, options) = (encoding.scheme(), encoding.code.scheme());
        if config != options {
            return Err(ConfigError::SchemeMismatch { config, options });
        }
        // The first axis of a time series is time, for all channels the same.
        let axes =
            if options.encodes_signals() { encoding.feature_shape.get(1..) } else { encoding.feature_shape.get(..) };
        let features = axes.unwrap_or(&[]).iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        let channels = encoding.num_channels();
        if features != Some(channels) || encoding.feature_shape.contains(&0) {
            let (value, max) = (features.map_or(f64::INFINITY, |f| f as f64), channels as f64);
            return Err(ConfigError::OutOfRange { name: "channels of feature_shape", value, min: max, max });
        }
        Ok(Self { code: Code::of(&encoding)?, jitter: Jitter::of(&encoding.config)?, encoding: Arc::new(encoding) })
    }

    /// For codes of time series: the same with everything in the record that a decoder must know of the signals:
    /// first values, and statistics for the codes that have some ([`SignalEncoder::signal_statistics`]). `signals`
    /// are all samples from index 0 on, in the caller's units, sample-major, each of shape (sample in time, channel).
    /// For codes of static values nothing changes.
    ///
    /// # Errors
    /// [`EncodeError`] for values that the normaliser refuses, or another number of values than whole samples have.
    pub fn with_signals(mut self, signals: &[f64]) -> Result<Self, EncodeError> {
        let encoding = Arc::make_mut(&mut self.encoding);
        encoding.initial_values.clear();
        encoding.signal_statistics.clear();
        self.record_signals(signals)?;
        Ok(self)
    }

    /// The same part by part, for signals that do not fit in memory: adds the samples that follow those recorded so
    /// far. After an error the record is as before.
    ///
    /// # Errors
    /// As [`with_signals`](Self::with_signals).
    pub fn record_signals(&mut self, signals: &[f64]) -> Result<(), EncodeError> {
        let Code::Signal(code) = &self.code else { return Ok(()) };
        let (size, channels) = (self.encoding.num_values(), self.encoding.num_channels());
        if !signals.len().is_multiple_of(size) {
            return Err(EncodeError::ChannelMismatch { fitted: size, found: signals.len() });
        }
        let (mut first_values, mut statistics, mut scaled) = (Vec::new(), Vec::new(), Vec::new());
        let next = (self.encoding.initial_values.len() / channels) as u64;
        for (signal, sample) in signals.chunks_exact(size).zip(next..) {
            scaled.clear();
            self.encoding.normalizer.apply(signal, sample, &mut scaled, &mut NormalizeReport::default())?;
            first_values.extend_from_slice(&scaled[..channels]);
            code.signal_statistics(as_signal(&scaled, channels), sample, &mut statistics)?;
        }
        let encoding = Arc::make_mut(&mut self.encoding);
        encoding.initial_values.append(&mut first_values);
        encoding.signal_statistics.append(&mut statistics);
        Ok(())
    }

    /// The record that is stored with the spikes.
    #[must_use]
    pub fn encoding(&self) -> &Arc<Encoding> {
        &self.encoding
    }

    /// Rows of each sample.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        match &self.code {
            Code::Values(code) => code.num_neurons(self.encoding.num_channels()),
            Code::Signal(code) => code.num_neurons(self.encoding.num_channels()),
        }
    }

    /// Encodes whole samples, sample-major; `first_sample` is the global index of the first.
    ///
    /// Samples are encoded in parallel with the feature `rayon`. Peak memory is the result plus the scaled values
    /// of one chunk for each thread.
    ///
    /// # Errors
    /// [`EncodeError`] for values that the normaliser refuses, with their position.
    pub fn encode(&self, values: &[f64], first_sample: u64) -> Result<(SpikeBatch, NormalizeReport), EncodeError> {
        let size = self.encoding.num_values();
        if values.is_empty() {
            return Err(EncodeError::Empty { num_samples: 0, num_channels: size });
        }
        if !values.len().is_multiple_of(size) {
            return Err(EncodeError::ChannelMismatch { fitted: size, found: values.len() });
        }
        let last = first_sample.saturating_add((values.len() / size) as u64);
        if last > MAX_SAMPLES {
            let (value, max) = (last as f64, MAX_SAMPLES as f64);
            return Err(ConfigError::OutOfRange { name: "index of the last sample", value, min: 0.0, max }.into());
        }
        let samples_per_chunk = (VALUES_PER_CHUNK / size).max(1);
        let parts: Vec<&[f64]> = values.chunks(samples_per_chunk * size).collect();
        let chunks = par::map_indexed(parts.len(), |i| {
            self.encode_chunk(parts[i], first_sample + (i * samples_per_chunk) as u64)
        });
        let mut batch =
            SpikeBatch::new(self.code.grid(), self.num_neurons(), first_sample).with_encoding(self.encoding.clone());
        let mut report = NormalizeReport::default();
        for chunk in chunks {
            let (chunk, part) = chunk?;
            report.values += part.values;
            report.clipped += part.clipped;
            batch.push(chunk)?;
        }
        Ok((batch, report))
    }

    fn encode_chunk(&self, values: &[f64], first_sample: u64) -> Result<(SpikeChunk, NormalizeReport), EncodeError> {
        let size = self.encoding.num_values();
        let mut scaled = Vec::new();
        let mut report = NormalizeReport::default();
        self.encoding.normalizer.apply(values, first_sample, &mut scaled, &mut report)?;
        let samples = || scaled.chunks_exact(size).zip(first_sample..);
        let mut bound = 0;
        for (sample, index) in samples() {
            bound += self.code.spike_bound(UnitValues::new(sample, index)?);
        }
        let rows = scaled.len() / size * self.num_neurons();
        let mut chunk = SpikeChunk::with_capacity(rows, bound);
        for (sample, index) in samples() {
            let values = UnitValues::new(sample, index)?;
            match self.jitter {
                None => self.encode_sample(values, index, &mut chunk)?,
                Some(jitter) => {
                    let mut steady = SpikeChunk::default();
                    self.encode_sample(values, index, &mut steady)?;
                    let view = steady.rows(self.code.grid(), 0, steady.num_rows());
                    jitter.apply(view, self.encoding.seed, index, &mut chunk);
                }
            }
        }
        chunk.shrink();
        Ok((chunk, report))
    }

    fn encode_sample(&self, values: UnitValues<'_>, index: u64, chunk: &mut SpikeChunk) -> Result<(), EncodeError> {
        match &self.code {
            Code::Values(code) => code.encode_sample(values, self.encoding.seed, index, chunk),
            Code::Signal(code) => {
                let values = values.get();
                let channels = self.encoding.num_channels();
                let recorded = of_sample(&self.encoding.initial_values, index, channels);
                if recorded != &values[..channels] {
                    let (found, recorded) = (values[..channels].to_vec(), recorded.to_vec());
                    return Err(EncodeError::InitialValues { sample: index, found, recorded });
                }
                let signal = as_signal(values, channels);
                let mut found = Vec::new();
                code.signal_statistics(signal, index, &mut found)?;
                let recorded = of_sample(&self.encoding.signal_statistics, index, found.len());
                if recorded != found {
                    let recorded = recorded.to_vec();
                    return Err(EncodeError::SignalStatistics { sample: index, found, recorded });
                }
                code.encode_signal(signal, self.encoding.seed, index, chunk)?;
            }
        }
        Ok(())
    }
}

/// The part of a record that belongs to a sample, `size` numbers each; nothing if the record does not reach so far.
fn of_sample(record: &[f64], sample: u64, size: usize) -> &[f64] {
    let from = usize::try_from(sample).ok().and_then(|sample| sample.checked_mul(size));
    from.and_then(|from| record.get(from..)?.get(..size)).unwrap_or(&[])
}

/// Values of one sample as (sample in time, channel).
fn as_signal(values: &[f64], channels: usize) -> ArrayView2<'_, f64> {
    ArrayView2::from_shape((values.len() / channels, channels), values)
        .expect("the sample has num_values() values, a multiple of its channels")
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{NormalizerKind, PoissonOptions, TtfsOptions};

    #[test]
    fn a_sample_is_the_same_alone_and_in_a_batch() {
        let values: Vec<f64> = (0..2100).map(|i| f64::from(i * 37 % 256)).collect();
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 7, &values).unwrap();
        for jitter_ms in [0.0, 1.5] {
            let config = EncoderConfig { jitter_ms, ..EncoderConfig::default() };
            for options in
                [CodeOptions::RatePoisson(PoissonOptions::default()), CodeOptions::TemporalTtfs(TtfsOptions::default())]
            {
                let encoder = Encoder::new(&config, options, normalizer.clone(), Seed(3), vec![7]).unwrap();
                let (batch, _) = encoder.encode(&values, 1000).unwrap();
                for i in [0, 17, 299] {
                    let (alone, _) = encoder.encode(&values[i * 7..][..7], 1000 + i as u64).unwrap();
                    assert_eq!(alone.sample(0), batch.sample(i));
                }
            }
        }
    }

    #[test]
    fn records_that_contradict_themselves_are_refused() {
        let options = CodeOptions::TemporalTtfs(TtfsOptions::default());
        let build = |shape| Encoder::new(&EncoderConfig::default(), options, Normalizer::identity(4), Seed(0), shape);
        let encoder = build(vec![4]).unwrap();
        let mut encoding = encoder.encoding().as_ref().clone();
        encoding.config.coding_scheme = spike_core::CodingScheme::RatePoisson;
        assert!(matches!(Encoder::from_encoding(encoding), Err(ConfigError::SchemeMismatch { .. })));
        assert!(build(vec![1 << 40, 1 << 40]).is_err());
        assert!(matches!(encoder.encode(&[], 0), Err(EncodeError::Empty { .. })));
        for first in [u64::MAX, MAX_SAMPLES] {
            assert!(matches!(encoder.encode(&[0.0; 8], first), Err(EncodeError::Config(_))));
        }
    }

    #[test]
    fn shapes_must_agree() {
        let options = CodeOptions::TemporalTtfs(TtfsOptions::default());
        let build = |shape| Encoder::new(&EncoderConfig::default(), options, Normalizer::identity(4), Seed(0), shape);
        assert!(build(vec![5]).is_err());
        let encoder = build(vec![2, 2]).unwrap();
        assert!(matches!(encoder.encode(&[0.0; 3], 0), Err(EncodeError::ChannelMismatch { .. })));
        assert!(encoder.encode(&[], 0).is_err());
    }
}
