//! Imported networks against two other engines: figures of ONNX Runtime, stored with the files, and RTen, run here.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use rten::{Model, Value, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use safetensors::SafeTensors;
use spike_convert::{AnalogNetwork, Graph, ImportOptions, fold, read_onnx};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Results are compared relative to their size, or to 1 where they are smaller.
const TOLERANCE: f32 = 2e-5;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn floats(tensors: &SafeTensors<'_>, name: &str) -> (Vec<usize>, Vec<f32>) {
    let tensor = tensors.tensor(name).unwrap();
    let values = tensor.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    (tensor.shape().to_vec(), values)
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= TOLERANCE * b.abs().max(1.0), "{what}, value {i}: {a} instead of {b}");
    }
}

fn import(bytes: &[u8], name: &str) -> Graph {
    read_onnx(bytes, &ImportOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The imported network as it is and folded.
fn forms(bytes: &[u8], name: &str) -> [(String, AnalogNetwork); 2] {
    let graph = import(bytes, name);
    let folded = fold(&graph);
    [(name.to_owned(), AnalogNetwork::new(graph)), (format!("{name}, folded"), AnalogNetwork::new(folded))]
}

#[test]
fn onnx_runtime_agrees() {
    let file = fs::read(folder("tests/onnx/expected.safetensors")).unwrap();
    let expected = SafeTensors::deserialize(&file).unwrap();
    let names: BTreeSet<_> = expected.names().into_iter().filter_map(|name| name.strip_suffix(".input")).collect();
    assert!(24 <= names.len(), "only {} cases", names.len());
    for name in names {
        let bytes = fs::read(folder("tests/onnx").join(format!("{name}.onnx"))).unwrap();
        let (_, input) = floats(&expected, &format!("{name}.input"));
        let (_, output) = floats(&expected, &format!("{name}.output"));
        for (form, network) in forms(&bytes, name) {
            assert_close(&network.run(&input).unwrap(), &output, &form);
        }
    }
}

/// What RTen computes for a batch.
fn run_rten(bytes: Vec<u8>, shape: &[usize], input: &[f32]) -> Vec<f32> {
    let model = Model::load(bytes).unwrap();
    let values = input.to_vec();
    let value: Value = match *shape {
        [a, b] => NdTensor::from_data([a, b], values).into(),
        [a, b, c] => NdTensor::from_data([a, b, c], values).into(),
        [a, b, c, d] => NdTensor::from_data([a, b, c, d], values).into(),
        _ => panic!("shape {shape:?}"),
    };
    let output = model.run_one(ValueOrView::Value(value), None).unwrap();
    let tensor: rten_tensor::Tensor<f32> = output.try_into().unwrap();
    tensor.to_vec()
}

fn model_files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    files.sort();
    files
}

/// The trained networks on 16 test images.
#[test]
fn rten_agrees_on_trained_networks() {
    let files = model_files(&folder("../../data/models"));
    assert_eq!(files.len(), 5);
    for path in files {
        let file = fs::read(path.with_extension("ref.safetensors")).unwrap();
        let (shape, input) = floats(&SafeTensors::deserialize(&file).unwrap(), "input");
        let bytes = fs::read(&path).unwrap();
        let expected = run_rten(bytes.clone(), &shape, &input);
        for (form, network) in forms(&bytes, &path.display().to_string()) {
            assert_close(&network.run(&input).unwrap(), &expected, &form);
        }
    }
}

/// What exporters take apart is put together again.
#[test]
fn patterns_become_layers() {
    let layers = |name: &str| -> Vec<&'static str> {
        let bytes = fs::read(folder("tests/onnx").join(format!("{name}.onnx"))).unwrap();
        fold(&import(&bytes, name)).nodes().iter().map(|node| node.layer().name()).collect()
    };
    let decomposed = ["Input", "LayerNorm", "Dense", "Gelu", "Dense", "LayerNorm", "Gelu"];
    assert_eq!(layers("opset13_decomposed"), decomposed);
    let token = layers("opset14_class_token");
    let count = |name: &str| token.iter().filter(|&&layer| layer == name).count();
    assert_eq!((count("LayerNorm"), count("Gelu"), count("MatMul"), count("Softmax")), (2, 1, 2, 1));
    assert_eq!((count("Dense"), count("Conv"), count("Mean")), (5, 1, 0));
    // A multiplication and an addition by channel after the convolution, and moves around it.
    let channels_last = ["Input", "Select", "Conv", "Relu", "MaxPool", "Conv", "Relu", "Select", "Dense", "Softmax"];
    assert_eq!(layers("opset13_channels_last"), channels_last);
    let residual =
        ["Input", "Conv", "Relu", "Conv", "Add", "Relu", "Conv", "Conv", "Add", "BatchNorm", "Mean", "Dense"];
    let mut found = layers("opset8_residual");
    // The batch normalisation follows a sum and stays; the order of the branches is that of the search.
    assert_eq!(found.len(), residual.len());
    let mut expected = residual.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
