//! NIR files and layer lists: results computed outside, and what is refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use spike_convert::{AnalogNetwork, Graph, ImportError, LayerList, read_nir, read_safetensors};
use std::fs;
use std::path::PathBuf;

fn bytes(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/nir").join(name)).unwrap()
}

fn floats(tensors: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let data = tensors.tensor(name).unwrap();
    data.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Sums of the definition in NumPy, `tests/nir/generate.py`.
#[test]
fn nir_layers_follow_their_definition() {
    let file = bytes("expected.safetensors");
    let expected = SafeTensors::deserialize(&file).unwrap();
    for name in ["images", "same_padding", "summed"] {
        let network = AnalogNetwork::new(read_nir(&bytes(&format!("{name}.nir"))).unwrap());
        let found = network.run(&floats(&expected, &format!("{name}.input"))).unwrap();
        let output = floats(&expected, &format!("{name}.output"));
        assert_eq!(found.len(), output.len(), "{name}");
        for (a, b) in found.iter().zip(&output) {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{name}: {a} instead of {b}");
        }
    }
}

#[test]
fn nir_that_is_not_analog_is_refused() {
    let text = read_nir(&bytes("leak.nir")).unwrap_err().to_string();
    assert!(text.contains("\"lif\" is a LIF") && text.contains("without leak"), "{text}");
    assert!(matches!(read_nir(&bytes("circle.nir")).unwrap_err(), ImportError::Cycle { .. }));
    let whole = bytes("summed.nir");
    for length in [0, 8, 100, whole.len() / 2, whole.len() - 1] {
        assert!(read_nir(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
    }
}

/// A safetensors file of one matrix "a.weight" (2, 3).
fn file(values: [f32; 6]) -> Vec<u8> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F32, vec![2, 3], &bytes).unwrap();
    serialize([("a.weight", view)], None).unwrap()
}

fn read(layers: &str, file: &[u8]) -> Result<Graph, ImportError> {
    let list: LayerList = serde_json::from_str(&format!("{{\"input_shape\": [3], \"layers\": [{layers}]}}")).unwrap();
    read_safetensors(file, &list)
}

const DENSE: &str = r#"{"name": "a", "layer": {"dense": {}}}"#;
const ONES: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

#[test]
fn a_layer_list_is_followed() {
    let graph = read(DENSE, &file(ONES)).unwrap();
    assert_eq!(AnalogNetwork::new(graph).run(&[1.0, 1.0, 0.0]).unwrap(), [3.0, 9.0]);
    let again = format!("{DENSE}, {}", r#"{"name": "b", "layer": "add", "inputs": ["a", "a"]}"#);
    let graph = read(&again, &file(ONES)).unwrap();
    assert_eq!(AnalogNetwork::new(graph).run(&[1.0, 1.0, 0.0]).unwrap(), [6.0, 18.0]);
}

#[test]
fn a_wrong_list_is_refused() {
    let refused = |layers: &str| read(layers, &file(ONES)).unwrap_err().to_string();
    let text = refused(r#"{"name": "b", "layer": {"dense": {}}}"#);
    assert!(text.contains("\"b.weight\"") && text.contains("does not hold it"), "{text}");
    let text = refused(r#"{"name": "b", "layer": "relu"}"#);
    assert!(text.contains("\"a.weight\"") && text.contains("no layer uses it"), "{text}");
    let text = refused(&format!("{DENSE}, {}", r#"{"name": "b", "layer": "add", "inputs": ["a", "c"]}"#));
    assert!(text.contains("no layer before it is called \"c\""), "{text}");
    let text = refused(&format!("{DENSE}, {}", r#"{"name": "a", "layer": "relu"}"#));
    assert!(text.contains("used twice"), "{text}");
    assert!(serde_json::from_str::<LayerList>(r#"{"input_shape": [3], "layers": [], "surprise": 1}"#).is_err());
    let misspelt = r#"{"input_shape": [3], "layers": [{"name": "a", "layer": {"dense": {"wieght": "a"}}}]}"#;
    assert!(serde_json::from_str::<LayerList>(misspelt).is_err());
}

#[test]
fn damaged_weights_are_refused() {
    let whole = file(ONES);
    for length in 0..whole.len() {
        assert!(read(DENSE, &whole[..length]).is_err(), "{length} of {} bytes", whole.len());
    }
    let text = read(DENSE, &file([1.0, 2.0, f32::INFINITY, 4.0, 5.0, 6.0])).unwrap_err().to_string();
    assert!(text.contains("value 2 of the weights of layer \"a\" is inf"), "{text}");
    assert!(matches!(read(DENSE, &file([0.0; 6])).unwrap_err(), ImportError::AllZero { .. }));
}
