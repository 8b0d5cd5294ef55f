//! The trained networks in `data/models`: their logits, computed by PyTorch, are reproduced.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use safetensors::SafeTensors;
use spike_convert::{
    AnalogNetwork, Graph, ImportError, ImportOptions, Layer, LayerList, fold, open_model, read_nir, read_onnx,
    read_safetensors,
};
use spike_io::OpenOptions;
use std::fs;
use std::path::PathBuf;

const MODELS: [&str; 5] = ["mlp", "cnn_max", "cnn_avg", "rescnn", "attn_relu"];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

fn floats(tensors: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let data = tensors.tensor(name).unwrap();
    data.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn onnx(name: &str) -> Graph {
    read_onnx(&bytes(&format!("{name}.onnx")), &ImportOptions::default()).unwrap()
}

/// Largest distance of the logits from those that PyTorch computed for 16 images.
fn largest_error(name: &str, graph: Graph) -> f32 {
    let file = bytes(&format!("{name}.ref.safetensors"));
    let reference = SafeTensors::deserialize(&file).unwrap();
    let logits = AnalogNetwork::new(graph).run(&floats(&reference, "input")).unwrap();
    let expected = floats(&reference, "logits");
    assert_eq!((logits.len(), expected.len()), (160, 160));
    logits.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn onnx_models_reproduce_the_logits() {
    for name in MODELS {
        let graph = onnx(name);
        let folded = fold(&graph);
        assert!(largest_error(name, graph) < 1e-4, "{name}");
        assert!(largest_error(name, folded) < 1e-4, "{name}, folded");
    }
}

#[test]
fn safetensors_models_reproduce_the_logits() {
    for name in MODELS {
        let graph = open_model(&path(&format!("{name}.safetensors")), &ImportOptions::default()).unwrap();
        assert!(largest_error(name, graph) < 1e-4, "{name}");
    }
}

/// Both formats fold to the same layers; weights agree up to ε, which ONNX stores in 32 bits.
#[test]
fn formats_agree_on_folded_weights() {
    for name in ["cnn_max", "rescnn"] {
        let list: LayerList = serde_json::from_slice(&bytes(&format!("{name}.json"))).unwrap();
        let listed = fold(&read_safetensors(&bytes(&format!("{name}.safetensors")), &list).unwrap());
        let exported = fold(&onnx(name));
        let weights = |graph: &Graph| -> Vec<(Vec<f32>, Vec<f32>)> {
            let layers = graph.nodes().iter().filter_map(|node| match node.layer() {
                Layer::Conv(conv) => Some((&conv.weight, &conv.bias)),
                Layer::Dense(dense) => Some((&dense.weight, &dense.bias)),
                _ => None,
            });
            let values = |bias: &Option<spike_convert::Tensor>| bias.as_ref().unwrap().values().to_vec();
            layers.map(|(weight, bias)| (weight.values().to_vec(), values(bias))).collect()
        };
        let (listed, by_node) = (weights(&listed), weights(&exported));
        assert_eq!(listed.len(), by_node.len(), "{name}");
        for (a, b) in listed.iter().zip(&by_node) {
            let close = |a: &[f32], b: &[f32]| {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(0.1))
            };
            assert!(close(&a.0, &b.0) && close(&a.1, &b.1), "{name}");
        }
        assert!(exported.nodes().iter().all(|node| !matches!(node.layer(), Layer::BatchNorm(_))), "{name}");
    }
}

/// The layers of the networks after folding, as their authors describe them.
#[test]
fn folded_networks_have_the_layers_of_their_description() {
    let layers = |name: &str| -> Vec<&'static str> {
        fold(&onnx(name)).nodes().iter().map(|node| node.layer().name()).collect()
    };
    assert_eq!(layers("mlp"), ["Input", "Reshape", "Dense", "Relu", "Dense", "Relu", "Dense"]);
    let cnn = ["Input", "Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Reshape", "Dense", "Relu", "Dense"];
    assert_eq!(layers("cnn_max"), cnn);
    let residual = [
        "Input",
        "Conv",
        "Relu",
        "Conv",
        "Relu",
        "Conv",
        "Add",
        "Relu",
        "Conv",
        "Relu",
        "AveragePool",
        "Reshape",
        "Dense",
    ];
    assert_eq!(layers("rescnn"), residual);
    let attention = layers("attn_relu");
    assert_eq!(attention.iter().filter(|&&layer| layer == "Dense").count(), 7);
    assert_eq!(attention.iter().filter(|&&layer| layer == "LayerNorm").count(), 3);
    assert_eq!(attention.iter().filter(|&&layer| layer == "MatMul").count(), 2);
}

/// The test images and labels, pixels in [0, 1].
fn test_images() -> (Vec<f32>, Vec<f64>) {
    let read = |name: &str| {
        let path = path("../mnist").join(name);
        let mut source = spike_io::open(&path, None, &OpenOptions::default()).unwrap();
        let mut values = Vec::new();
        source.read_samples(10_000, &mut values).unwrap();
        values
    };
    let pixels = read("t10k-images-idx3-ubyte.gz").iter().map(|&pixel| (pixel / 255.0) as f32).collect();
    (pixels, read("t10k-labels-idx1-ubyte.gz"))
}

fn num_right(logits: &[f32], labels: &[f64]) -> usize {
    let class = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
    logits.chunks_exact(10).zip(labels).filter(|(row, label)| class(row) as f64 == **label).count()
}

/// Accuracy on the 10 000 test images as measured by PyTorch, `data/models/README.md`.
#[test]
fn the_accuracy_of_training_is_reproduced() {
    let (pixels, labels) = test_images();
    for (name, expected) in [("mlp", 9844), ("attn_relu", 9711)] {
        let logits = AnalogNetwork::new(fold(&onnx(name))).run(&pixels).unwrap();
        // One image may lie on the border between two classes.
        assert!(num_right(&logits, &labels).abs_diff(expected) <= 1, "{name}: {}", num_right(&logits, &labels));
    }
}

/// The spiking network in the NIR file is `mlp`, normalised to its activations: as rates it classifies the same.
#[test]
fn a_nir_network_runs_as_rates() {
    let graph = read_nir(&bytes("mlp.snn.nir")).unwrap();
    assert_eq!((graph.input_shape(), graph.output_shape()), (&[1, 28, 28][..], &[10][..]));
    let (pixels, labels) = test_images();
    let logits = AnalogNetwork::new(graph).run(&pixels).unwrap();
    let right = num_right(&logits, &labels);
    println!("NIR as rates: {right} of 10000");
    assert!(9834 <= right, "{right} of 10000 are right");
}

#[test]
fn batches_and_threads_change_no_bit() {
    let file = bytes("cnn_max.ref.safetensors");
    let input = floats(&SafeTensors::deserialize(&file).unwrap(), "input");
    let network = AnalogNetwork::new(fold(&onnx("cnn_max")));
    let many = input.repeat(3);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| network.run(&many).unwrap())
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one, two);
    let alone: Vec<f32> = input.chunks(784).flat_map(|sample| network.run(sample).unwrap()).collect();
    assert_eq!(alone, one[..160]);
}

#[test]
fn a_file_of_unknown_extension_is_refused() {
    let error = open_model(&path("README.md"), &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, ImportError::UnknownFormat { .. }), "{error}");
    let error = open_model(&path("missing.onnx"), &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, ImportError::Open { .. }), "{error}");
}
