//! The operations of the specification on one object.

use crate::benchmark::{BenchmarkError, BenchmarkOptions, benchmark};
use ndarray::{Array2, ArrayViewD};
use spike_core::{
    CodeOptions, CodingScheme, ConfigError, ConversionResult, DecodeError, DecodingMethod, DecodingResult, EncodeError,
    EncoderConfig, Encoding, EncodingMetrics, NeuronIds, NormalizeReport, Normalizer, NormalizerKind, PopulationCode,
    Seed, SpikeBatch, SpikeTrain, TemporalCode, TemporalScheme, TimeGrid, UnitValues,
};
use spike_decode::{Decoder, Method};
use spike_encode::{Encoder, Ranking};
use std::sync::Arc;

/// Converts between continuous data and spikes by the codes of the specification.
///
/// The configuration is fixed when it is made; its seed is the one given or, without one, one that is drawn once and
/// that [`seed`](Self::seed) tells, so that every run can be repeated. Data of shape (channels) are one sample, of
/// shape (batch, channels) several; a train has batch·channels rows (times the neurons of a population),
/// sample-major. With `normalize_input` values are scaled by the smallest and largest of the array; without, they
/// must lie in [0, 1]. Equal data, configuration and seed give equal spikes.
///
/// ```
/// use ndarray::array;
/// use spike::{DecodingMethod, EncoderConfig, NeuromorphicEncoder};
/// let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() })?;
/// let train = encoder.encode_rate(array![0.0, 0.5, 1.0].into_dyn().view(), 100.0)?;
/// assert_eq!(train.view().neuron(0).len(), 0);
/// let result = encoder.decode_spikes(&train, DecodingMethod::SpikeCount)?;
/// assert_eq!(result.values.dim(), (1, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NeuromorphicEncoder {
    config: EncoderConfig,
    seed: Seed,
    options: Vec<CodeOptions>,
}

/// Values of samples, sample-major.
struct Samples {
    values: Vec<f64>,
    channels: usize,
}

impl Samples {
    fn of(data: ArrayViewD<'_, f64>) -> Result<Self, EncodeError> {
        let channels = match *data.shape() {
            [channels] | [_, channels] => channels,
            _ => return Err(EncodeError::Axes { found: data.ndim() }),
        };
        if data.is_empty() {
            let num_samples = if data.ndim() == 2 { data.shape()[0] } else { 1 };
            return Err(EncodeError::Empty { num_samples, num_channels: channels });
        }
        Ok(Self { values: data.iter().copied().collect(), channels })
    }
}

impl NeuromorphicEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] for a field that no code accepts.
    pub fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let seed = config.seed.map_or_else(Seed::draw, Seed);
        Ok(Self { config: EncoderConfig { seed: Some(seed.0), ..config }, seed, options: Vec::new() })
    }

    /// The same encoder with options of a code other than the default ones.
    #[must_use]
    pub fn with_options(mut self, options: CodeOptions) -> Self {
        self.options.retain(|o| o.scheme() != options.scheme());
        self.options.push(options);
        self
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// The seed of every random draw.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Encodes values by rate over `duration_ms`: the configured `rate_*` scheme, else `rate_poisson`.
    ///
    /// # Errors
    /// [`EncodeError`] for data with another number of axes, values that cannot be scaled, or a configuration that the
    /// code refuses.
    pub fn encode_rate(&self, data: ArrayViewD<'_, f64>, duration_ms: f64) -> Result<SpikeTrain, EncodeError> {
        let scheme = self.configured(
            &[CodingScheme::RatePoisson, CodingScheme::RateBurst, CodingScheme::RateRegular],
            CodingScheme::RatePoisson,
        );
        let config = EncoderConfig { time_window_ms: duration_ms, ..self.config.clone() };
        Ok(self.run(data, &config, self.options_of(scheme))?.batch.to_train())
    }

    /// Encodes values by the times of spikes.
    ///
    /// `rank_order` holds the channels of each sample, the largest first; equal values keep the order of their
    /// channels.
    ///
    /// # Errors
    /// As [`encode_rate`](Self::encode_rate); also if there are more channels to rank than steps.
    pub fn encode_temporal(
        &self,
        data: ArrayViewD<'_, f64>,
        scheme: TemporalScheme,
    ) -> Result<TemporalCode, EncodeError> {
        let options = self.options_of(match scheme {
            TemporalScheme::Ttfs => CodingScheme::TemporalTtfs,
            TemporalScheme::RankOrder => CodingScheme::TemporalRankOrder,
            TemporalScheme::Phase => CodingScheme::TemporalPhase,
        });
        let Run { samples, batch, encoding } = self.run(data, &self.config, options)?;
        let phase_frequency_hz = match options {
            CodeOptions::TemporalPhase(options) => Some(options.frequency_hz),
            _ => None,
        };
        let ranked = scheme == TemporalScheme::RankOrder;
        let rank_order = ranked.then(|| ranks(&samples, &encoding)).transpose()?;
        let spike_train = batch.to_train();
        Ok(TemporalCode { spike_train, scheme, reference_time_ms: 0.0, phase_frequency_hz, rank_order })
    }

    /// Encodes values by populations of `num_neurons` tuned neurons for each channel: the configured `population_*`
    /// scheme, else `population_gaussian`.
    ///
    /// There is one train for each channel, with batch·`num_neurons` rows, sample-major.
    ///
    /// # Errors
    /// As [`encode_rate`](Self::encode_rate); also for fewer than two neurons.
    pub fn encode_population(
        &self,
        data: ArrayViewD<'_, f64>,
        num_neurons: usize,
    ) -> Result<PopulationCode, EncodeError> {
        let scheme = self.configured(
            &[CodingScheme::PopulationGaussian, CodingScheme::PopulationTriangular, CodingScheme::PopulationLatency],
            CodingScheme::PopulationGaussian,
        );
        let population_size = u32::try_from(num_neurons).unwrap_or(u32::MAX);
        let config = EncoderConfig { population_size, ..self.config.clone() };
        let Run { samples, batch, encoding } = self.run(data, &config, self.options_of(scheme))?;
        let [low, high] = encoding.normalizer.range(0);
        let tuning = encoding.tuning.as_ref();
        let in_units = |x: f64| low + x * (high - low);
        let spike_trains = (0..samples.channels).map(|channel| one_channel(&batch, &encoding, channel, num_neurons));
        Ok(PopulationCode {
            spike_trains: spike_trains.collect::<Result<_, _>>()?,
            tuning_centers: tuning.map_or(Vec::new(), |t| t.centers.iter().map(|&x| in_units(x)).collect()),
            tuning_widths: tuning.map_or(Vec::new(), |t| t.widths.iter().map(|w| w * (high - low)).collect()),
            input_range: (low, high),
            num_neurons_per_dim: num_neurons,
        })
    }

    /// Encodes values by any code of values, with its options.
    ///
    /// # Errors
    /// As [`encode_rate`](Self::encode_rate); codes of time series and frames are refused by name.
    pub fn encode(&self, data: ArrayViewD<'_, f64>, options: CodeOptions) -> Result<SpikeTrain, EncodeError> {
        if options.scheme().encodes_signals() {
            let (scheme, use_instead) = (options.scheme(), "encode_contrast");
            return Err(ConfigError::NoEncoder { scheme, use_instead }.into());
        }
        Ok(self.run(data, &self.config, options)?.batch.to_train())
    }

    /// Encodes a time series of shape (time) or (time, channels) by a contrast code with its options.
    ///
    /// The step of the configuration is that of the spikes; a sample of the series takes one, or as many as the
    /// options have events for it, and the window is as long as the series. Rows are ON and OFF of each channel.
    ///
    /// ```
    /// use ndarray::Array1;
    /// use spike::{CodeOptions, CodingScheme, DecodingMethod, EncoderConfig, NeuromorphicEncoder, Scored};
    /// let config = EncoderConfig { dt_ms: 1.0, refractory_period_ms: 0.0, seed: Some(7), ..EncoderConfig::default() };
    /// let encoder = NeuromorphicEncoder::new(config)?;
    /// let signal = Array1::from_shape_fn(500, |t| (t as f64 / 40.0).sin()).into_dyn();
    /// let options = CodeOptions::default_of(CodingScheme::ContrastStepForward);
    /// let train = encoder.encode_contrast(signal.view(), options)?;
    /// let result = encoder.decode_spikes(&train, DecodingMethod::Reconstruction)?.scored(signal.as_slice().unwrap())?;
    /// assert!(result.reconstruction_r2 > Some(0.95));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`encode_rate`](Self::encode_rate); also for codes of static values, and for a refractory period with which
    /// the code would lose spikes.
    pub fn encode_contrast(
        &self,
        signal: ArrayViewD<'_, f64>,
        options: CodeOptions,
    ) -> Result<SpikeTrain, EncodeError> {
        let scheme = options.scheme();
        if !scheme.encodes_signals() {
            return Err(ConfigError::NoEncoder { scheme, use_instead: "encode" }.into());
        }
        let (samples, channels) = match *signal.shape() {
            [samples] => (samples, 1),
            [samples, channels] => (samples, channels),
            _ => return Err(EncodeError::Axes { found: signal.ndim() }),
        };
        if signal.is_empty() {
            return Err(EncodeError::Empty { num_samples: samples, num_channels: channels });
        }
        let values: Vec<f64> = signal.iter().copied().collect();
        let num_steps = samples as u64 * u64::from(options.events_per_sample());
        let num_steps = u32::try_from(num_steps).unwrap_or(u32::MAX);
        let time_window_ms = TimeGrid::new(self.config.grid()?.dt_ns(), num_steps)?.duration_ms();
        let config = EncoderConfig { time_window_ms, ..self.config.clone() };
        let normalizer = Normalizer::fit_slice(self.scaling(), channels, &values)?;
        let encoder = Encoder::new(&config, options, normalizer, self.seed, signal.shape().to_vec())?;
        Ok(encoder.with_signals(&values)?.encode(&values, 0)?.0.to_train())
    }

    /// Decodes spikes by a method; what they mean is read from the train itself.
    ///
    /// `values` has the shape (batch, channels), in the units of the data that were encoded. Errors against an original
    /// are filled in by [`Scored::scored`](spike_decode::Scored::scored).
    ///
    /// # Errors
    /// [`DecodeError`] if the train has no record of its encoding or the method does not apply to its code.
    pub fn decode_spikes(&self, train: &SpikeTrain, method: DecodingMethod) -> Result<DecodingResult, DecodeError> {
        Decoder::decode_train(train, Some(method))
    }

    /// Decodes every channel of a population code; `values` has the shape (batch, channels).
    ///
    /// # Errors
    /// As [`decode_spikes`](Self::decode_spikes).
    pub fn decode_population(
        &self,
        code: &PopulationCode,
        method: DecodingMethod,
    ) -> Result<DecodingResult, DecodeError> {
        let channels: Vec<DecodingResult> =
            code.spike_trains.iter().map(|train| self.decode_spikes(train, method)).collect::<Result<_, _>>()?;
        let samples = channels.first().map_or(0, |c| c.values.nrows());
        let join = |field: fn(&DecodingResult) -> &Array2<f64>| {
            Array2::from_shape_fn((samples, channels.len()), |(s, c)| field(&channels[c])[[s, 0]])
        };
        Ok(DecodingResult {
            values: join(|c| &c.values),
            confidence: join(|c| &c.confidence),
            activity: join(|c| &c.activity),
            method: Method::from(method).name(),
            reconstruction_mse: None,
            reconstruction_r2: None,
        })
    }

    /// Converts a trained network and measures it on its calibration data, samples along the first axis: see
    /// [`convert_ann_to_snn`](crate::convert_ann_to_snn); the specification's `num_timesteps` is 256 by default.
    ///
    /// # Errors
    /// [`spike_convert::ConvertError`] for samples that do not fit the network.
    pub fn convert_ann_to_snn(
        &self,
        ann_model: &spike_convert::Graph,
        calibration_data: ArrayViewD<'_, f64>,
        num_timesteps: u32,
    ) -> Result<ConversionResult, spike_convert::ConvertError> {
        let samples: Vec<f32> = calibration_data.iter().map(|&value| value as f32).collect();
        crate::convert_ann_to_snn(ann_model, &samples, num_timesteps)
    }

    /// Measures what a code keeps of data and what it costs, with its default decoder.
    ///
    /// Options set by [`with_options`](Self::with_options) apply. How each figure is computed, and what it is where
    /// it is not defined, is said at [`benchmark`], which also gives the estimate of the information with its error
    /// and the R² that the code can reach.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use spike::{CodingScheme, EncoderConfig, NeuromorphicEncoder};
    /// let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() })?;
    /// // 16 equiprobable values: one spike each, log2(16) bits.
    /// let data = Array2::from_shape_fn((100, 16), |(_, channel)| channel as f64).into_dyn();
    /// let metrics = encoder.benchmark_encoding(data.view(), CodingScheme::TemporalTtfs)?;
    /// assert!((metrics.coding_efficiency_bits_per_spike - 4.0).abs() < 1e-9);
    /// assert!((metrics.information_rate_bits_per_s - 40.0).abs() < 1e-9);
    /// assert!(metrics.reconstruction_accuracy > 0.9999);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BenchmarkError`] for data that the code refuses, and for codes of time series and frames.
    pub fn benchmark_encoding(
        &self,
        data: ArrayViewD<'_, f64>,
        scheme: CodingScheme,
    ) -> Result<EncodingMetrics, BenchmarkError> {
        let samples = Samples::of(data).map_err(BenchmarkError::Encode)?;
        let encoder = self.fitted(&samples, &self.config, self.options_of(scheme)).map_err(BenchmarkError::Encode)?;
        let options = BenchmarkOptions { reachable: false, ..BenchmarkOptions::default() };
        Ok(benchmark(&encoder, &samples.values, &options)?.metrics)
    }

    /// The configured scheme if it is among these, else another.
    fn configured(&self, among: &[CodingScheme], otherwise: CodingScheme) -> CodingScheme {
        let scheme = self.config.coding_scheme;
        if among.contains(&scheme) { scheme } else { otherwise }
    }

    fn options_of(&self, scheme: CodingScheme) -> CodeOptions {
        let set = self.options.iter().copied().find(|o| o.scheme() == scheme);
        set.unwrap_or_else(|| CodeOptions::default_of(scheme))
    }

    fn scaling(&self) -> NormalizerKind {
        if self.config.normalize_input { NormalizerKind::MinMax } else { NormalizerKind::None }
    }

    fn run(&self, data: ArrayViewD<'_, f64>, config: &EncoderConfig, options: CodeOptions) -> Result<Run, EncodeError> {
        let samples = Samples::of(data)?;
        let encoder = self.fitted(&samples, config, options)?;
        let (batch, _) = encoder.encode(&samples.values, 0)?;
        Ok(Run { samples, batch, encoding: encoder.encoding().clone() })
    }

    fn fitted(&self, samples: &Samples, config: &EncoderConfig, options: CodeOptions) -> Result<Encoder, EncodeError> {
        let normalizer = Normalizer::fit_slice(self.scaling(), samples.channels, &samples.values)?;
        Ok(Encoder::new(config, options, normalizer, self.seed, vec![samples.channels])?)
    }
}

/// Values with their spikes and the record of both.
struct Run {
    samples: Samples,
    batch: SpikeBatch,
    encoding: Arc<Encoding>,
}

/// Channels of each sample in descending order of their values, shape (sample, channel).
fn ranks(samples: &Samples, encoding: &Encoding) -> Result<Array2<u32>, EncodeError> {
    let mut scaled = Vec::with_capacity(samples.values.len());
    encoding.normalizer.apply(&samples.values, 0, &mut scaled, &mut NormalizeReport::default())?;
    let mut order = Vec::with_capacity(scaled.len());
    for (sample, index) in scaled.chunks_exact(samples.channels).zip(0..) {
        order.extend(Ranking::of(UnitValues::new(sample, index)?).order);
    }
    let shape = (scaled.len() / samples.channels, samples.channels);
    Ok(Array2::from_shape_vec(shape, order).expect("one rank for each value"))
}

/// The rows of one channel in every sample, with the record of that channel alone.
fn one_channel(
    batch: &SpikeBatch,
    encoding: &Encoding,
    channel: usize,
    num_neurons: usize,
) -> Result<SpikeTrain, EncodeError> {
    let (mut offsets, mut steps, mut ids) = (vec![0], Vec::new(), Vec::new());
    for (index, sample) in batch.samples().enumerate() {
        let first = channel * num_neurons;
        for (j, row) in sample.rows(first, first + num_neurons).neurons().enumerate() {
            steps.extend_from_slice(row);
            offsets.push(steps.len() as u64);
            ids.push((index * batch.num_neurons() + first + j) as u64);
        }
    }
    let ranges = vec![encoding.normalizer.range(channel)];
    let record = Encoding {
        normalizer: Normalizer::from_ranges(encoding.normalizer.kind(), 1, ranges)?,
        feature_shape: vec![1],
        ..encoding.clone()
    };
    let train = SpikeTrain::from_rows(batch.grid(), NeuronIds::List(ids.into()), offsets, steps)?;
    Ok(train.with_encoding(Arc::new(record)))
}
