//! From a trained network to a spiking one, with what it costs.

use ndarray::{ArrayD, IxDyn};
use spike_convert::{
    AnalogNetwork, ConversionOptions, ConversionReport, ConvertError, EarlyExit, Evaluation, Graph, Progress,
    Simulation, SpikingNetwork, fold,
};
use spike_core::{CodeOptions, CodingScheme, ConversionResult, EncoderConfig, Normalizer, Seed};
use spike_encode::Encoder;
use std::collections::BTreeMap;
use std::time::Instant;

/// Converts trained networks and measures what comes out.
///
/// The pipeline is fold → profile → thresholds → calibrate → simulate, as [`SpikingNetwork`] and [`Simulation`] have it;
/// this adds the accuracies, the report of every layer, and the specification's [`ConversionResult`].
///
/// # Errors
/// [`ConvertError`]: options out of range, samples that do not fit, labels of another length, weights that are not
/// finite.
///
/// # Example
/// ```
/// use spike::AnnToSnnConverter;
/// use spike_convert::{Dense, Graph, Layer, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![2, 2], vec![1.0, -0.5, -0.5, 1.0])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let samples = [0.9, 0.1, 0.2, 0.7, 0.5, 0.4];
/// let converter = AnnToSnnConverter::new().with_num_timesteps(64);
/// let conversion = converter.convert(&graph, &samples, &samples, Some(&[0, 1, 1]), &|_| ())?;
/// // The last sample belongs to class 1 by its label, and to class 0 for both networks.
/// assert_eq!(conversion.result.accuracy_original, 2.0 / 3.0);
/// assert_eq!(conversion.result.accuracy_loss_pct, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Diehl et al. (2015), IJCNN, DOI 10.1109/IJCNN.2015.7280696; Deng, Gu (2021), ICLR, arXiv 2103.00476; the parts name
/// the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnnToSnnConverter {
    options: ConversionOptions,
    num_timesteps: u32,
    early_exit: Option<EarlyExit>,
    report_samples: usize,
    input: Option<(CodingScheme, Seed)>,
}

/// A converted network and all that was measured on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// The user's result.
    pub result: ConversionResult,
    /// The network, to be simulated, written or sent to a board.
    pub network: SpikingNetwork,
    /// What each layer of neurons does.
    pub report: ConversionReport,
    /// Accuracy at every number of steps, spikes and synaptic operations.
    pub evaluation: Evaluation,
    /// Multiply-accumulates of the analog network for one sample.
    pub num_multiply_accumulates: u64,
}

/// Samples that the report of the layers is made of by default.
const REPORT_SAMPLES: usize = 100;

impl Default for AnnToSnnConverter {
    fn default() -> Self {
        Self::new()
    }
}

impl AnnToSnnConverter {
    /// The default options, 256 steps, no early exit.
    #[must_use]
    pub fn new() -> Self {
        let options = ConversionOptions::default();
        Self { options, num_timesteps: 256, early_exit: None, report_samples: REPORT_SAMPLES, input: None }
    }

    /// Converts with other options.
    #[must_use]
    pub fn with_options(self, options: ConversionOptions) -> Self {
        Self { options, ..self }
    }

    /// Simulates another number of steps.
    #[must_use]
    pub fn with_num_timesteps(self, num_timesteps: u32) -> Self {
        Self { num_timesteps, ..self }
    }

    /// Lets samples stop as soon as their class is clear.
    #[must_use]
    pub fn with_early_exit(self, early_exit: Option<EarlyExit>) -> Self {
        Self { early_exit, ..self }
    }

    /// Lets test samples enter as spikes of a code instead of as a constant current: a step is 1 ms, the window T steps,
    /// the highest rate one spike a step, without refractory period. Values must lie in [0, 1].
    ///
    /// A spike carries the amplitude with which a value of 1 drives a mean current of 1. What a code says by times and
    /// not by numbers of spikes, neurons without leak do not see.
    #[must_use]
    pub fn with_input_code(self, input: Option<(CodingScheme, Seed)>) -> Self {
        Self { input, ..self }
    }

    /// Makes the report of the layers of so many test samples, at most [100 by default](Self::new); it costs a
    /// simulation of its own.
    #[must_use]
    pub fn with_report_samples(self, report_samples: usize) -> Self {
        Self { report_samples, ..self }
    }

    /// The options of the conversion.
    #[must_use]
    pub fn options(&self) -> &ConversionOptions {
        &self.options
    }

    /// Steps that are simulated.
    #[must_use]
    pub fn num_timesteps(&self) -> u32 {
        self.num_timesteps
    }

    /// Converts a network: thresholds from `calibration`, accuracy on `test`, samples one after the other.
    ///
    /// Without labels the class that the analog network gives each sample counts as right: `accuracy_original` is then
    /// 1, and `accuracy_converted` is the share of samples on which both networks agree.
    ///
    /// `progress` is called with the number of samples that were simulated.
    ///
    /// # Errors
    /// As for the type.
    pub fn convert(
        &self,
        model: &Graph,
        calibration: &[f32],
        test: &[f32],
        labels: Option<&[u32]>,
        progress: Progress<'_>,
    ) -> Result<Conversion, ConvertError> {
        if self.num_timesteps == 0 {
            let allowed = "at least 1; 256 is the default";
            return Err(ConvertError::Options { field: "num_timesteps", found: "0".to_owned(), allowed });
        }
        let start = Instant::now();
        let network = SpikingNetwork::convert(model, calibration, &self.options)?;
        let conversion_time_s = start.elapsed().as_secs_f64();
        self.measure(network, model, test, labels, conversion_time_s, progress)
    }

    /// Measures a network that was converted before, against the model that it came from.
    ///
    /// # Errors
    /// As for the type.
    pub fn measure(
        &self,
        network: SpikingNetwork,
        model: &Graph,
        test: &[f32],
        labels: Option<&[u32]>,
        conversion_time_s: f64,
        progress: Progress<'_>,
    ) -> Result<Conversion, ConvertError> {
        let folded = fold(model);
        let num_multiply_accumulates = folded.num_multiply_accumulates();
        let analog = AnalogNetwork::new(folded);
        let own;
        let labels = match labels {
            Some(labels) => labels,
            None => {
                own = analog.classes(test)?;
                &own
            }
        };
        let accuracy_original = analog.accuracy(test, labels)?;
        let size = network.graph().input_shape().iter().product::<usize>();
        let evaluation = match self.input {
            None => {
                let simulation = Simulation::<f32>::new(&network)?;
                simulation.evaluate(test, labels, self.num_timesteps, self.early_exit, progress)?
            }
            Some((scheme, seed)) => self.evaluate_code(&network, scheme, seed, test, labels, progress)?,
        };
        let reported = (self.report_samples.max(1) * size).min(test.len());
        let report = ConversionReport::measure(&network, &test[..reported], self.num_timesteps, &|_| ())?;
        let accuracy_converted = evaluation.accuracy(self.num_timesteps);
        let result = ConversionResult {
            accuracy_original,
            accuracy_converted,
            accuracy_loss_pct: ConversionResult::loss_pct(accuracy_original, accuracy_converted),
            num_timesteps_simulated: self.num_timesteps,
            conversion_time_s,
            ..weights(&network)?
        };
        Ok(Conversion { result, network, report, evaluation, num_multiply_accumulates })
    }
}

/// Samples that are encoded at a time.
const ENCODED_SAMPLES: usize = 200;

impl AnnToSnnConverter {
    /// Encodes the test samples and simulates their spikes.
    fn evaluate_code(
        &self,
        network: &SpikingNetwork,
        scheme: CodingScheme,
        seed: Seed,
        test: &[f32],
        labels: &[u32],
        progress: Progress<'_>,
    ) -> Result<Evaluation, ConvertError> {
        let refused = |error: &dyn std::fmt::Display| ConvertError::Input { problem: format!("{scheme}: {error}") };
        let steps = self.num_timesteps;
        let config = EncoderConfig {
            coding_scheme: scheme,
            time_window_ms: f64::from(steps),
            dt_ms: 1.0,
            max_firing_rate_hz: 1000.0,
            min_firing_rate_hz: 0.0,
            refractory_period_ms: 0.0,
            normalize_input: false,
            seed: Some(seed.0),
            ..EncoderConfig::default()
        };
        let simulation = Simulation::<f32>::with_spike_input(network)?;
        let size = simulation.num_inputs();
        let encoder =
            Encoder::new(&config, CodeOptions::default_of(scheme), Normalizer::identity(size), seed, vec![size])
                .map_err(|error| refused(&error))?;
        // The number of spikes of a value of 1, over all inputs of some samples.
        let (ones, _) = encoder.encode(&vec![1.0; 8 * size], 0).map_err(|error| refused(&error))?;
        let full = ones.num_spikes() as f64 / (8 * size) as f64;
        if full == 0.0 {
            return Err(refused(&"a value of 1 gives no spikes within these steps; simulate more"));
        }
        let amplitude = f64::from(steps) / full;
        let mut all: Option<Evaluation> = None;
        let mut first = 0;
        for (samples, labels) in test.chunks(ENCODED_SAMPLES * size).zip(labels.chunks(ENCODED_SAMPLES)) {
            let values: Vec<f64> = samples.iter().map(|&value| f64::from(value)).collect();
            let (batch, _) = encoder.encode(&values, first as u64).map_err(|error| refused(&error))?;
            let part = simulation.evaluate_spikes(&batch, amplitude, labels, steps, self.early_exit)?;
            all = Some(match all {
                Some(before) => before.joined(part),
                None => part,
            });
            first += labels.len();
            progress(first);
        }
        all.ok_or_else(|| refused(&"there are no samples"))
    }
}

/// Converts a trained network and measures it on its calibration data: the specification's operation.
///
/// `ann_model` comes from [`spike_convert::open_model`] or is built as a [`Graph`]; `calibration_data` are samples one
/// after the other. There are no labels: see [`AnnToSnnConverter::convert`] for what the accuracies are then, and for
/// a test set with labels.
///
/// # Errors
/// [`ConvertError`] for samples that do not fit the network, no samples at all, 0 steps, or weights that are not finite.
///
/// ```
/// use spike::convert_ann_to_snn;
/// use spike_convert::{Dense, Graph, Layer, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![2, 2], vec![1.0, -0.5, -0.5, 1.0])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let result = convert_ann_to_snn(&graph, &[0.9, 0.1, 0.2, 0.7], 256)?;
/// assert_eq!(result.accuracy_converted, 1.0);
/// assert_eq!(result.snn_weights["fc"].shape(), [2, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn convert_ann_to_snn(
    ann_model: &Graph,
    calibration_data: &[f32],
    num_timesteps: u32,
) -> Result<ConversionResult, ConvertError> {
    let converter = AnnToSnnConverter::new().with_num_timesteps(num_timesteps);
    Ok(converter.convert(ann_model, calibration_data, calibration_data, None, &|_| ())?.result)
}

/// The part of the result that is the network: normalised weights, thresholds and factors by layer name.
fn weights(network: &SpikingNetwork) -> Result<ConversionResult, ConvertError> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mut snn_weights, mut thresholds, mut factors) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for layer in network.normalised_layers()? {
        let name = &network.graph().node(layer.node).name;
        let (before, after) = (mean(&layer.source_scale), mean(&layer.target_scale));
        let array = ArrayD::from_shape_vec(IxDyn(&layer.shape), layer.weight).expect("weights fill their shape");
        snn_weights.insert(name.clone(), array);
        if let Some(bias) = layer.bias {
            let bias = ArrayD::from_shape_vec(IxDyn(&[bias.len()]), bias).expect("a vector");
            snn_weights.insert(format!("{name}.bias"), bias);
        }
        thresholds.insert(name.clone(), after / before);
        factors.insert(name.clone(), after);
    }
    Ok(ConversionResult {
        snn_weights,
        threshold_balancing: thresholds,
        normalization_factors: factors,
        accuracy_original: 0.0,
        accuracy_converted: 0.0,
        accuracy_loss_pct: 0.0,
        num_timesteps_simulated: 0,
        conversion_time_s: 0.0,
    })
}
