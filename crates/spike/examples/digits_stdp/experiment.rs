//! The experiment: a competitive layer that learns digits without their labels, and the same layer without plasticity.

use ndarray::Array2;
use spike::{
    ClassResponses, CodeOptions, CodingScheme, EncoderConfig, Encoding, INPUT, NeuronModel, Normalizer, NormalizerKind,
    Orchestrator, Pipeline, PipelineReport, Plasticity, Population, Projection, QueueOptions, Readout, ReadoutKind,
    RunOptions, Samples, Seed, Wiring,
};
use spike_io::{OpenOptions, open};
use spike_sim::{Drive, HomeostasisOptions, LifOptions, StdpOptions, WeightDependence};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

const PIXELS: usize = 28 * 28;
const CLASSES: usize = 10;
const LAYER: &str = "layer";

/// Digits with their labels.
#[derive(Debug)]
pub(crate) struct Digits {
    pub(crate) images: Array2<f64>,
    pub(crate) labels: Vec<u32>,
}

impl Digits {
    /// The first `count` digits of a pair of IDX files.
    pub(crate) fn open(folder: &Path, name: &str, count: usize) -> Result<Self, Box<dyn Error>> {
        let read = |kind: &str, num_samples: usize| -> Result<Vec<f64>, Box<dyn Error>> {
            let path = folder.join(format!("{name}-{kind}-ubyte.gz"));
            let mut file = open(&path, None, &OpenOptions::default())?;
            let mut values = Vec::new();
            let mut missing = num_samples;
            while missing > 0 {
                match file.read_samples(missing, &mut values)? {
                    0 => return Err(format!("{} has fewer than {num_samples} samples", path.display()).into()),
                    found => missing -= found,
                }
            }
            Ok(values)
        };
        let images = Array2::from_shape_vec((count, PIXELS), read("images-idx3", count)?)?;
        // A file with one axis is one sample.
        let labels: Vec<u32> = read("labels-idx1", 1)?.into_iter().take(count).map(|label| label as u32).collect();
        if labels.len() < count {
            return Err(format!("{name} has {} labels for {count} digits", labels.len()).into());
        }
        Ok(Self { images, labels })
    }
}

/// How large the experiment is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) num_neurons: u32,
    pub(crate) epochs: u64,
    pub(crate) seed: Seed,
}

/// What a layer reached.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Share of held-out digits that got their label.
    pub(crate) accuracy: f64,
    /// Neurons that were assigned to a class.
    pub(crate) assigned: usize,
    /// The run over the held-out digits.
    pub(crate) report: PipelineReport,
    /// The last run that learnt.
    pub(crate) learning: PipelineReport,
    /// The weights after learning, shape (pixel, neuron).
    pub(crate) weights: Array2<f64>,
}

/// One presentation lasts 150 ms; a white pixel spikes at 80 Hz.
fn pipeline(size: Size, learns: bool) -> Result<Pipeline, Box<dyn Error>> {
    let Size { num_neurons, seed, .. } = size;
    let config =
        EncoderConfig { time_window_ms: 150.0, dt_ms: 1.0, max_firing_rate_hz: 80.0, ..EncoderConfig::default() };
    let code = CodeOptions::default_of(CodingScheme::RatePoisson);
    let bytes = Normalizer::from_ranges(NormalizerKind::MinMax, PIXELS, vec![[0.0, 255.0]])?;
    let encoding = Encoding::new(&config, code, bytes, seed, vec![28, 28])?;
    let amplitude = if learns { 0.004 } else { 0.0 };
    let stdp = StdpOptions {
        potentiation: amplitude,
        depression: 0.1 * amplitude,
        max_weight: 0.1,
        dependence: WeightDependence::Multiplicative,
        ..StdpOptions::default()
    };
    let layer = Population {
        model: NeuronModel::Lif {
            options: LifOptions { tau_ms: 100.0, refractory_ms: 5.0, ..LifOptions::default() },
            homeostasis: Some(HomeostasisOptions { increment: 0.01, tau_ms: 1e7 }),
            drive: Drive::Clock,
        },
        inputs: vec![Projection::new(
            INPUT,
            Wiring::Uniform { min_weight: 0.0, max_weight: 0.01, delay_steps: 0, seed },
        )],
        // One spike inhibits all others far below their thresholds: the first neuron to spike has the digit.
        lateral: Some(Wiring::AllButSelf { weight: -5.0, delay_steps: 1 }),
        plasticity: Some(Plasticity { stdp, sum_of_weights: Some(4.0) }),
        queue: QueueOptions { capacity_spikes: 4096, ..QueueOptions::default() },
        ..Population::new(LAYER, num_neurons)
    };
    Ok(Pipeline {
        populations: vec![layer],
        readouts: vec![Readout::new("pixels", INPUT, ReadoutKind::Values { method: None })],
        samples_per_parcel: 16,
        ..Pipeline::new(encoding)
    })
}

/// Learns from `training` without labels, assigns classes by its labels, and names those of `held_out`.
///
/// Without `learns` the amplitudes of the plasticity are 0: homeostasis, competition, assignment and read-out are the
/// same, so that the difference is what the synapses learnt.
pub(crate) fn run(training: &Digits, held_out: &Digits, size: Size, learns: bool) -> Result<Outcome, Box<dyn Error>> {
    let mut orchestrator = Orchestrator::new(pipeline(size, learns)?)?;
    let presented = training.images.nrows() as u64;
    let mut learning = None;
    for epoch in 0..size.epochs {
        let options = RunOptions { learning: true, first_sample: epoch * presented, ..RunOptions::default() };
        let samples = Samples::from_array(training.images.view());
        learning = Some(orchestrator.run(samples, &options, |_| ControlFlow::Continue(()))?);
    }
    let learning = learning.ok_or("the experiment needs at least one epoch")?;

    let fixed = |epochs: u64| RunOptions { first_sample: epochs * presented, ..RunOptions::default() };
    let mut responses = ClassResponses::new(CLASSES, size.num_neurons as usize);
    let samples = Samples::from_array(training.images.view()).with_labels(training.labels.iter().copied());
    orchestrator.run(samples, &fixed(size.epochs), |sample| {
        if let (Some(label), Some(spikes)) = (sample.label(), sample.spikes(LAYER)) {
            responses.add(label as usize, spikes);
        }
        ControlFlow::Continue(())
    })?;
    let classes = responses.assign();
    let assigned = classes.of_neurons().iter().flatten().count();
    orchestrator.set_readout(Readout::new("digit", LAYER, ReadoutKind::Classes(classes)))?;

    let samples = Samples::from_array(held_out.images.view()).with_labels(held_out.labels.iter().copied());
    let report = orchestrator.run(samples, &fixed(size.epochs + 1), |_| ControlFlow::Continue(()))?;
    let accuracy = report.readout("digit").and_then(|digit| digit.accuracy()).ok_or("no digit has a label")?;
    let connections = orchestrator.connections(LAYER).ok_or("the layer is gone")?;
    let mut weights = Array2::zeros((PIXELS, size.num_neurons as usize));
    for synapse in connections.synapses() {
        weights[[synapse.source as usize, synapse.target as usize]] = synapse.weight;
    }
    Ok(Outcome { accuracy, assigned, report, learning, weights })
}

/// What always naming the most frequent class would reach.
pub(crate) fn chance(labels: &[u32]) -> f64 {
    let largest = (0..CLASSES as u32).map(|class| labels.iter().filter(|&&label| label == class).count()).max();
    largest.unwrap_or(0) as f64 / labels.len() as f64
}

/// The picture of one column of weights, or of one digit, in 14 lines of text.
pub(crate) fn picture(values: &[f64]) -> String {
    const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
    let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut text = String::new();
    for rows in values.chunks_exact(2 * 28) {
        for column in 0..28 {
            let value = (rows[column] + rows[28 + column]) / 2.0 / largest;
            text.push(SHADES[((value * 4.0).round().clamp(0.0, 4.0)) as usize]);
        }
        text.push('\n');
    }
    text
}
