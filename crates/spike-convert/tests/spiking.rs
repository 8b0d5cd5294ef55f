//! Spiking networks against figures computed without this crate (`tests/reference`), and against each other.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use safetensors::SafeTensors;
use spike_convert::{
    ConversionOptions, ConvertError, ExactNetwork, Form, Granularity, Graph, ImportOptions, Layer, MaxPooling, NodeId,
    Normalisation, Readout, Simulation, SpikeSigns, SpikingNetwork, open_model,
};
use spike_io::OpenOptions;
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name)
}

fn model(name: &str) -> Graph {
    open_model(&data(&format!("models/{name}.onnx")), &ImportOptions::default()).unwrap()
}

/// Images of a file, pixels in [0, 1].
fn images(file: &str, number: usize) -> Vec<f32> {
    let path = data(&format!("mnist/{file}-images-idx3-ubyte.gz"));
    let mut source = spike_io::open(&path, None, &OpenOptions::default()).unwrap();
    let mut values = Vec::new();
    source.read_samples(number, &mut values).unwrap();
    values.iter().map(|&pixel| (pixel / 255.0) as f32).collect()
}

/// The options of the reference figures.
fn plain(spikes: SpikeSigns) -> ConversionOptions {
    ConversionOptions { normalisation: Normalisation::Max, spikes, ..ConversionOptions::default() }
}

fn rectifiers(network: &SpikingNetwork) -> Vec<NodeId> {
    network.sites().map(|(id, ..)| id).collect()
}

struct Reference(Vec<u8>);

impl Reference {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
        Self(std::fs::read(path.with_extension("safetensors")).unwrap())
    }

    fn doubles(&self, name: &str) -> Vec<f64> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap();
        tensor.data().as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
    }

    fn counts(&self, name: &str) -> Vec<i64> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap();
        tensor.data().as_chunks().0.iter().map(|&bytes| i64::from(u16::from_le_bytes(bytes))).collect()
    }

    /// The rectifiers, in order.
    fn layers(&self) -> Vec<String> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let mut names: Vec<String> =
            file.names().iter().filter_map(|name| name.strip_prefix("theta.")).map(str::to_owned).collect();
        names.sort();
        names
    }
}

/// Net counts summed over the positions of each channel.
fn by_channel(network: &SpikingNetwork, id: NodeId, counts: &[i32]) -> Vec<i64> {
    let channels = network.graph().node(id).shape()[0];
    counts.chunks(counts.len() / channels).map(|channel| channel.iter().map(|&n| i64::from(n)).sum()).collect()
}

#[test]
fn thresholds_are_those_of_numpy() {
    let calibration = images("calibration", 50);
    for name in ["mlp", "cnn_max", "cnn_avg", "rescnn"] {
        let reference = Reference::new(name);
        for (key, normalisation) in [
            ("max", Normalisation::Max),
            ("p999", Normalisation::Percentile { percent: 99.9, nonzero_only: false }),
            ("p999_positive", Normalisation::Percentile { percent: 99.9, nonzero_only: true }),
        ] {
            for (unit, granularity) in [("layer", Granularity::Layer), ("channel", Granularity::Channel)] {
                let options = ConversionOptions { normalisation, granularity, ..ConversionOptions::default() };
                let network = SpikingNetwork::convert(&model(name), &calibration, &options).unwrap();
                for (layer, (_, _, site)) in reference.layers().iter().zip(network.sites()) {
                    let expected = reference.doubles(&format!("{key}.{unit}.{layer}"));
                    let largest = site.thresholds.iter().copied().fold(0.0, f64::max);
                    assert_eq!(site.thresholds.len(), expected.len(), "{name} {layer}");
                    for (theta, expected) in site.thresholds.iter().zip(&expected) {
                        // A group that is 0 up to the percentile takes its maximum, and at least 1e-3 of the layer.
                        let differs = *expected <= 1e-3 * largest;
                        assert!(
                            differs || (theta - expected).abs() <= 1e-5 * largest,
                            "{name} {layer} {key} {theta} {expected}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn spikes_are_those_of_a_plain_simulation() {
    let (calibration, test) = (images("calibration", 50), images("t10k", 10));
    for name in ["mlp", "cnn_max", "cnn_avg", "rescnn"] {
        let reference = Reference::new(name);
        for (mode, spikes) in [("binary", SpikeSigns::Binary), ("ternary", SpikeSigns::Ternary)] {
            let network = SpikingNetwork::convert(&model(name), &calibration, &plain(spikes)).unwrap();
            let simulation = Simulation::<f64>::new(&network).unwrap();
            let expected_logits = reference.doubles(&format!("{mode}.logits"));
            let mut state = simulation.state();
            let (mut compared, mut different) = (0, 0);
            for (image, sample) in test.chunks(784).enumerate() {
                simulation.begin(&mut state, sample).unwrap();
                for (t, steps) in [1, 2, 4, 8, 16, 32].into_iter().enumerate() {
                    while state.num_steps() < steps {
                        simulation.step(&mut state);
                    }
                    for (layer, id) in reference.layers().iter().zip(rectifiers(&network)) {
                        let found = by_channel(&network, id, &simulation.counts(&state, id).unwrap());
                        let expected = reference.counts(&format!("{mode}.net.{layer}"));
                        let from = (t * 10 + image) * found.len();
                        compared += found.len();
                        let pairs = found.iter().zip(&expected[from..from + found.len()]);
                        different += pairs.filter(|(found, expected)| found != expected).count();
                    }
                    let expected = &expected_logits[(t * 10 + image) * 10..][..10];
                    for (found, expected) in state.readout().iter().zip(expected) {
                        // One spike more or less of a neuron changes a sum by its weight.
                        assert!(
                            (found - expected).abs() < 0.02 * f64::from(steps),
                            "{name} {mode} {steps} {found} {expected}"
                        );
                    }
                }
            }
            // Weights folded in 32 bits move a membrane by some 1e-7 of its threshold; `mlp` has none to fold.
            println!("{name} {mode}: {different} of {compared} counts differ");
            let allowed = if name == "mlp" { 0 } else { compared / 500 };
            assert!(different <= allowed, "{name} {mode}: {different} of {compared} counts differ");
        }
    }
}

/// Spike counts of the exact mode are clip(⌊Lz/λ + ½⌋, 0, L) of the layer before, computed by NumPy.
#[test]
fn exact_counts_are_those_of_the_quantised_network() {
    let (calibration, test) = (images("calibration", 50), images("t10k", 10));
    for name in ["mlp", "cnn_max", "cnn_avg", "rescnn"] {
        let reference = Reference::new(name);
        let network = SpikingNetwork::convert(&model(name), &calibration, &plain(SpikeSigns::Ternary)).unwrap();
        for levels in [4, 16] {
            let exact = ExactNetwork::new(&network, levels).unwrap();
            let mut state = exact.state();
            let (mut compared, mut different) = (0, 0);
            for (image, sample) in test.chunks(784).enumerate() {
                let settled = exact.run(&mut state, sample).unwrap();
                assert!(settled.settled, "{name} {levels}");
                for (layer, id) in reference.layers().iter().zip(rectifiers(&network)) {
                    let found = by_channel(&network, id, &exact.counts(&state, id).unwrap());
                    let expected = reference.counts(&format!("exact{levels}.net.{layer}"));
                    let expected = &expected[image * found.len()..][..found.len()];
                    compared += found.len();
                    different += found.iter().zip(expected).filter(|(a, b)| a != b).count();
                }
            }
            println!("{name} L = {levels}: {different} of {compared} counts differ");
            let allowed = if name == "mlp" { 0 } else { compared / 500 };
            assert!(different <= allowed, "{name} {levels}: {different} of {compared}");
        }
    }
}

/// The network with thresholds that are powers of two, which scale without rounding.
fn powers_of_two(network: &SpikingNetwork) -> SpikingNetwork {
    let power = |theta: &f64| 2f64.powi(theta.log2().round() as i32);
    let values: Vec<[Vec<f64>; 3]> = network
        .sites()
        .map(|(_, _, site)| [site.thresholds.iter().map(power).collect(), Vec::new(), Vec::new()])
        .collect();
    SpikingNetwork::from_sites(network.graph(), network.options(), &values).unwrap()
}

/// Counts of every neuron after every step.
fn history(network: &SpikingNetwork, samples: &[f32], num_steps: u32) -> Vec<Vec<i32>> {
    let simulation = Simulation::<f64>::new(network).unwrap();
    let mut state = simulation.state();
    let mut history = Vec::new();
    for sample in samples.chunks(784) {
        simulation.begin(&mut state, sample).unwrap();
        for _ in 0..num_steps {
            simulation.step(&mut state);
            history.extend(rectifiers(network).into_iter().map(|id| simulation.counts(&state, id).unwrap()));
        }
    }
    history
}

#[test]
fn the_three_forms_emit_the_same_spikes() {
    let (calibration, test) = (images("calibration", 50), images("t10k", 3));
    for name in ["mlp", "cnn_max", "cnn_avg"] {
        let options = ConversionOptions { granularity: Granularity::Layer, ..plain(SpikeSigns::Binary) };
        let network = powers_of_two(&SpikingNetwork::convert(&model(name), &calibration, &options).unwrap());
        let amplitude = history(&network, &test, 24);
        assert!(amplitude.iter().flatten().any(|&n| n > 0));
        for form in [Form::WeightNormalised, Form::ThresholdBalanced] {
            let other = network.with_options(&ConversionOptions { form, ..*network.options() }).unwrap();
            assert!(history(&other, &test, 24) == amplitude, "{name} {form:?}");
        }
        // Both at once is another network.
        let combined = network.with_options(&ConversionOptions { form: Form::Combined, ..*network.options() }).unwrap();
        assert!(history(&combined, &test, 24) != amplitude, "{name}");
    }
}

#[test]
fn forms_agree_to_rounding_for_any_threshold() {
    let (calibration, test) = (images("calibration", 50), images("t10k", 3));
    for (granularity, forms) in [
        (Granularity::Layer, &[Form::WeightNormalised, Form::ThresholdBalanced][..]),
        (Granularity::Channel, &[Form::WeightNormalised][..]),
    ] {
        let options = ConversionOptions { granularity, ..plain(SpikeSigns::Binary) };
        let network = SpikingNetwork::convert(&model("cnn_max"), &calibration, &options).unwrap();
        let amplitude = history(&network, &test, 16);
        for &form in forms {
            let other = network.with_options(&ConversionOptions { form, ..options }).unwrap();
            let scaled = history(&other, &test, 16);
            let different = amplitude.iter().flatten().zip(scaled.iter().flatten()).filter(|(a, b)| a != b).count();
            // A decision within 1e-9 of a threshold may fall otherwise; none of these does.
            assert_eq!(different, 0, "{granularity:?} {form:?}");
        }
    }
}

#[test]
fn a_form_that_cannot_express_a_network_says_so() {
    let calibration = images("calibration", 20);
    let form = |granularity, form| {
        let options = ConversionOptions { granularity, form, ..plain(SpikeSigns::Binary) };
        Simulation::<f32>::new(&SpikingNetwork::convert(&model("cnn_max"), &calibration, &options).unwrap()).map(|_| ())
    };
    for (granularity, kind) in [
        (Granularity::Channel, Form::ThresholdBalanced),
        (Granularity::Channel, Form::Combined),
        (Granularity::Neuron, Form::WeightNormalised),
    ] {
        let error = form(granularity, kind).unwrap_err();
        assert!(matches!(error, ConvertError::Form { .. }), "{error}");
    }
    form(Granularity::Neuron, Form::Amplitude).unwrap();
}

#[test]
fn threads_and_neighbours_change_no_spike() {
    let (calibration, test) = (images("calibration", 20), images("t10k", 20));
    let network = SpikingNetwork::convert(&model("rescnn"), &calibration, &ConversionOptions::default()).unwrap();
    let simulation = Simulation::<f32>::new(&network).unwrap();
    let run = |threads, samples: &[f32]| {
        let labels = vec![0; samples.len() / 784];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| simulation.evaluate(samples, &labels, 8, None, &|_| ()).unwrap())
    };
    let (one, two) = (run(1, &test), run(2, &test));
    assert_eq!(one, two);
    let alone: Vec<u32> = test.chunks(784).flat_map(|sample| run(1, sample).predictions).collect();
    assert_eq!(alone, one.predictions);
}

#[test]
fn attention_runs_in_both_forms_and_every_option_has_an_effect() {
    let (calibration, test) = (images("calibration", 20), images("t10k", 4));
    let predictions = |name: &str, options: &ConversionOptions| {
        let network = SpikingNetwork::convert(&model(name), &calibration, options).unwrap();
        let simulation = Simulation::<f32>::new(&network).unwrap();
        let mut state = simulation.state();
        let mut sums = Vec::new();
        for sample in test.chunks(784) {
            simulation.begin(&mut state, sample).unwrap();
            (0..16).for_each(|_| simulation.step(&mut state));
            sums.extend_from_slice(state.readout());
        }
        sums
    };
    let default = ConversionOptions::default();
    let winner = ConversionOptions { attention: spike_convert::Attention::WinnerTakeAll, ..default };
    assert_ne!(predictions("attn_relu", &default), predictions("attn_relu", &winner));
    let base = predictions("cnn_max", &default);
    for options in [
        ConversionOptions { max_pooling: MaxPooling::Earliest, ..default },
        ConversionOptions { max_pooling: MaxPooling::MostActive, ..default },
        ConversionOptions { readout: Readout::SpikeCount, ..default },
        ConversionOptions { reset: spike_sim::IfReset::Zero, ..default },
        ConversionOptions { spikes: SpikeSigns::Binary, ..default },
        ConversionOptions { initial_share: 0.0, ..default },
        ConversionOptions { bias_calibration: Some(8), ..default },
        ConversionOptions { charge_calibration: Some(8), ..default },
        ConversionOptions { normalisation: Normalisation::LocalBalance, ..default },
    ] {
        assert_ne!(predictions("cnn_max", &options), base, "{options:?}");
    }
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    let graph = model("mlp");
    let convert = |samples: &[f32], options: &ConversionOptions| SpikingNetwork::convert(&graph, samples, options);
    let default = ConversionOptions::default();
    assert_eq!(convert(&[], &default), Err(ConvertError::NoCalibration));
    assert!(matches!(convert(&[0.5; 700], &default), Err(ConvertError::Run(_))));
    assert!(matches!(convert(&[f32::NAN; 784], &default), Err(ConvertError::Run(_))));
    let percentile = Normalisation::Percentile { percent: 0.0, nonzero_only: false };
    let options = ConversionOptions { normalisation: percentile, ..default };
    assert!(matches!(convert(&[0.5; 784], &options), Err(ConvertError::Options { .. })));

    let network = convert(&images("calibration", 5), &default).unwrap();
    let simulation = Simulation::<f32>::new(&network).unwrap();
    for labels in [&[1, 2][..], &[10][..], &[][..]] {
        let error = simulation.evaluate(&[0.5; 784], labels, 4, None, &|_| ()).unwrap_err();
        assert!(matches!(error, ConvertError::Labels { .. }), "{error}");
    }

    let layer = |value: f32| {
        let mut graph = Graph::new("x", vec![2]).unwrap();
        let weight = spike_convert::Tensor::new(vec![2, 2], vec![value; 4]).unwrap();
        let dense = spike_convert::Dense { weight, bias: None };
        let dense = graph.push("fc", Layer::Dense(dense), &[graph.input()]).unwrap();
        let relu = graph.push("relu", Layer::Relu, &[dense]).unwrap();
        graph.set_output(relu).unwrap();
        SpikingNetwork::convert(&graph, &[0.5; 2], &ConversionOptions::default())
    };
    assert!(matches!(layer(f32::NAN), Err(ConvertError::Weight { .. })));
    assert!(matches!(layer(0.0), Err(ConvertError::Silent { .. })));
    let attention = SpikingNetwork::convert(&model("attn_relu"), &images("calibration", 5), &default).unwrap();
    assert!(matches!(ExactNetwork::new(&attention, 16), Err(ConvertError::NotExact { .. })));
}
