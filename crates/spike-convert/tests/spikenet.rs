//! `.spikenet` files: the bundled networks come back exactly, and damage is refused.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use spike_convert::{
    Attention, ConversionOptions, Dense, Form, Function, Granularity, Graph, ImportOptions, Layer, LayerNorm,
    Normalisation, Readout, Simulation, SpikenetError, SpikingNetwork, Tensor, open_model,
};
use std::collections::HashMap;
use std::path::PathBuf;

fn model(name: &str) -> Graph {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../data/models/{name}.onnx"));
    open_model(&path, &ImportOptions::default()).expect("a valid network")
}

fn samples(number: usize) -> Vec<f32> {
    (0..number * 784).map(|i| (i * 7919 % 1009) as f32 / 1009.0 * f32::from(u8::from(i % 5 == 0))).collect()
}

#[test]
fn every_bundled_network_comes_back_exactly() {
    let default = ConversionOptions::default();
    let variants = [
        default,
        ConversionOptions { granularity: Granularity::Neuron, bias_calibration: Some(4), ..default },
        ConversionOptions {
            normalisation: Normalisation::Percentile { percent: 99.9, nonzero_only: true },
            granularity: Granularity::Layer,
            readout: Readout::SpikeCount,
            charge_calibration: Some(4),
            attention: Attention::WinnerTakeAll,
            form: Form::WeightNormalised,
            initial_share: 0.1,
            ..default
        },
    ];
    for name in ["mlp", "cnn_max", "cnn_avg", "rescnn", "attn_relu"] {
        for options in &variants {
            let network = SpikingNetwork::convert(&model(name), &samples(3), options).unwrap();
            let bytes = network.to_spikenet().unwrap();
            let read = SpikingNetwork::from_spikenet(&bytes).unwrap();
            assert_eq!(read, network, "{name} {options:?}");
            assert_eq!(read.to_spikenet().unwrap(), bytes, "{name}");
        }
    }
}

#[test]
fn a_network_that_was_read_emits_the_same_spikes() {
    let network = SpikingNetwork::convert(&model("cnn_max"), &samples(3), &ConversionOptions::default()).unwrap();
    let read = SpikingNetwork::from_spikenet(&network.to_spikenet().unwrap()).unwrap();
    let readouts = [network, read].map(|network| {
        let simulation = Simulation::<f32>::new(&network).unwrap();
        let mut state = simulation.state();
        simulation.begin(&mut state, &samples(1)).unwrap();
        (0..20).for_each(|_| simulation.step(&mut state));
        assert!(state.num_spikes() > 1000);
        (state.num_spikes(), state.readout().to_vec())
    });
    assert_eq!(readouts[0], readouts[1]);
}

/// A small network with names that repeat or are empty, and layers whose numbers JSON could not carry.
fn odd_network() -> SpikingNetwork {
    let mut graph = Graph::new("", vec![3]).expect("a valid network");
    let weight = Tensor::new(vec![3, 3], vec![0.5, -0.1, 0.3, 1.0, f32::MIN_POSITIVE, -0.0, 0.7, 0.1, 0.2])
        .expect("a valid network");
    let dense = |bias| Layer::Dense(Dense { weight: weight.clone(), bias });
    let first = graph.push("layer", dense(None), &[graph.input()]).expect("a valid network");
    let clipped = graph.push("layer", Layer::Clip { min: 0.0, max: f32::INFINITY }, &[first]).expect("a valid network");
    let leaky =
        graph.push("", Layer::Function(Function::LeakyRelu { slope: 0.1 }), &[clipped]).expect("a valid network");
    let norm = LayerNorm { num_axes: 1, scale: None, shift: Some(vec![0.1, 0.2, 0.3]), epsilon: 1e-5 };
    let norm = graph.push("layer#2", Layer::LayerNorm(norm), &[leaky]).expect("a valid network");
    let last = graph.push("layer", dense(Some(Tensor::vector(vec![1.0, 2.0, 3.0]))), &[norm]).expect("a valid network");
    graph.set_output(last).expect("a valid network");
    SpikingNetwork::convert(&graph, &[0.5, 0.25, 1.0], &ConversionOptions::default()).expect("a valid network")
}

#[test]
fn names_may_repeat() {
    let network = odd_network();
    let bytes = network.to_spikenet().unwrap();
    assert_eq!(SpikingNetwork::from_spikenet(&bytes).unwrap(), network);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    let expected = [
        "layer#2#2.bias",
        "layer#2#2.parameters",
        "layer#2#2.threshold",
        "layer#2.parameters",
        "layer#2.threshold",
        "layer#3.bias",
        "layer#3.weight",
        "layer.weight",
        "node#2.parameters",
        "node#2.threshold",
    ];
    assert_eq!(names, expected);
}

/// Name, type, shape and bytes of a tensor.
type Part = (String, Dtype, Vec<usize>, Vec<u8>);

/// A change of the description.
type Edit = fn(&mut serde_json::Value);

/// The file with its description and its tensors changed.
fn changed(bytes: &[u8], edit: impl Fn(&mut serde_json::Value), tensors: impl Fn(&mut Vec<Part>)) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(bytes).expect("a valid network");
    let mut description = serde_json::from_str(&header.metadata().as_ref().expect("a valid network")["spikenet"])
        .expect("a valid network");
    edit(&mut description);
    let file = SafeTensors::deserialize(bytes).expect("a valid network");
    let mut parts: Vec<_> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.dtype(), view.shape().to_vec(), view.data().to_vec()))
        .collect();
    tensors(&mut parts);
    let views = parts.iter().map(|(name, dtype, shape, bytes)| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).expect("a valid network"))
    });
    safetensors::serialize(views, Some(HashMap::from([("spikenet".to_owned(), description.to_string())])))
        .expect("a valid network")
}

fn error_of(bytes: &[u8]) -> SpikenetError {
    SpikingNetwork::from_spikenet(bytes).expect_err("damaged")
}

#[test]
fn damage_is_named() {
    let bytes = odd_network().to_spikenet().unwrap();
    assert_eq!(changed(&bytes, |_| (), |_| ()).len(), bytes.len());
    for cut in [0, 7, 100, bytes.len() - 1] {
        assert!(matches!(error_of(&bytes[..cut]), SpikenetError::Container { .. }), "{cut}");
    }
    let foreign = safetensors::serialize(Vec::<(&str, TensorView<'_>)>::new(), None).unwrap();
    assert!(error_of(&foreign).to_string().contains("without the metadata entry \"spikenet\""));
    let description = |edit: fn(&mut serde_json::Value)| error_of(&changed(&bytes, edit, |_| ())).to_string();
    let cases: [(Edit, &str); 9] = [
        (|d| d["version"] = 2.into(), "has version 2, this program reads version 1"),
        (|d| d["extra"] = 2.into(), "unknown field"),
        (|d| d["nodes"][1]["layer"]["type"] = "magic".into(), "unknown variant"),
        (|d| d["nodes"][1]["operands"][0] = 4.into(), "uses a node after it"),
        (|d| d["nodes"][1]["shape"][0] = 4.into(), "has another shape than its layer gives"),
        (|d| d["nodes"][1]["layer"]["type"] = "input".into(), "out of place"),
        (|d| d["output"] = 99.into(), "the output is no node"),
        (|d| d["nodes"][2]["spikes"] = false.into(), "no node of the description has it"),
        (|d| d["options"]["initial_share"] = 2.into(), "initial_share is 2"),
    ];
    for (edit, expected) in cases {
        let text = description(edit);
        assert!(text.contains(expected), "{text} should say {expected}");
    }
    let tensor = |name: &'static str, edit: fn(&mut Part)| {
        let edit = |parts: &mut Vec<Part>| {
            edit(parts.iter_mut().find(|part| part.0 == name).unwrap());
        };
        error_of(&changed(&bytes, |_| (), edit)).to_string()
    };
    let missing = tensor("layer.weight", |part| part.0 = "other".to_owned());
    assert!(missing.contains("\"layer.weight\": the file does not hold it"), "{missing}");
    let double = tensor("layer.weight", |part| {
        part.1 = Dtype::F64;
        part.3.extend_from_within(..);
    });
    assert!(double.contains("its type is F64, not F32"), "{double}");
    let nan = tensor("layer.weight", |part| part.3[..4].copy_from_slice(&f32::NAN.to_le_bytes()));
    assert!(nan.contains("value 0 is NaN"), "{nan}");
    let negative = tensor("layer#2.threshold", |part| part.3[..8].copy_from_slice(&(-1.0f64).to_le_bytes()));
    assert!(negative.contains("positive thresholds"), "{negative}");
    let parameters = tensor("layer#2.parameters", |part| {
        part.2 = vec![1];
        part.3.truncate(8);
    });
    assert!(parameters.contains("it has 1 numbers, the layer takes 2"), "{parameters}");
}
