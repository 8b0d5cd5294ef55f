//! The trained networks in `data/models`: their logits, computed by PyTorch, are reproduced.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use safetensors::SafeTensors;
use spike_convert::{AnalogNetwork, Graph, ImportOptions, read_onnx};
use std::fs;
use std::path::PathBuf;

const MODELS: [&str; 5] = ["mlp", "cnn_max", "cnn_avg", "rescnn", "attn_relu"];

fn bytes(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models").join(name)).unwrap()
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
        let error = largest_error(name, onnx(name));
        println!("{name}: {error:e}");
        assert!(error < 1e-4, "{name}: {error}");
    }
}
