//! The bundled networks and digits.

use spike_convert::{ConversionOptions, ImportOptions, SpikingNetwork, open_model};
use spike_io::OpenOptions;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name)
}

/// The first images of a file, as values of 0 to 1.
pub(crate) fn images(name: &str, number: usize) -> Vec<f32> {
    let path = data(&format!("mnist/{name}-images-idx3-ubyte.gz"));
    let mut source = spike_io::open(&path, None, &OpenOptions::default()).unwrap();
    let mut pixels = Vec::new();
    source.read_samples(number, &mut pixels).unwrap();
    pixels.iter().map(|&pixel| (pixel / 255.0) as f32).collect()
}

/// The first labels of the test set.
pub(crate) fn labels(number: usize) -> Vec<u32> {
    let path = data("mnist/t10k-labels-idx1-ubyte.gz");
    let mut source = spike_io::open(&path, None, &OpenOptions::default()).unwrap();
    let mut labels = Vec::new();
    source.read_samples(1, &mut labels).unwrap();
    labels.iter().take(number).map(|&label| label as u32).collect()
}

/// A bundled network, converted with some calibration images.
pub(crate) fn network(model: &str, options: &ConversionOptions) -> SpikingNetwork {
    let graph = open_model(&data(&format!("models/{model}.onnx")), &ImportOptions::default()).unwrap();
    SpikingNetwork::convert(&graph, &images("calibration", 100), options).unwrap()
}
