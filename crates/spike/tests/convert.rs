//! Conversion through the facade.

use ndarray::Array2;
use spike::{AnnToSnnConverter, CodingScheme, EncoderConfig, NeuromorphicEncoder, Seed};
use spike_convert::{ConvertError, Graph, ImportOptions, Layer, open_model};
use std::path::PathBuf;

fn model(name: &str) -> Graph {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../data/models/{name}.onnx"));
    open_model(&path, &ImportOptions::default()).expect("a bundled network")
}

/// Bars of ones, which every rate code sends as a spike in every step.
fn bars(number: usize) -> Vec<f32> {
    let pixel = |i: usize| {
        let (sample, y, x) = (i / 784, i % 784 / 28, i % 28);
        f32::from(u8::from((4..24).contains(&y) && x.abs_diff(8 + sample % 12) < 2 + sample % 3))
    };
    (0..number * 784).map(pixel).collect()
}

#[test]
fn spikes_in_every_step_are_a_constant_current() {
    let (model, samples) = (model("mlp"), bars(24));
    let converter = AnnToSnnConverter::new().with_num_timesteps(20).with_report_samples(4);
    let constant = converter.convert(&model, &samples, &samples, None, &|_| ()).unwrap();
    let coded = converter.with_input_code(Some((CodingScheme::RatePoisson, Seed(7))));
    let coded = coded.convert(&model, &samples, &samples, None, &|_| ()).unwrap();
    assert_eq!(coded.evaluation.num_correct, constant.evaluation.num_correct);
    assert_eq!(coded.evaluation.predictions, constant.evaluation.predictions);
    assert!(constant.evaluation.num_spikes > 1000);
    // Input spikes meet weights as well.
    assert!(coded.evaluation.num_synaptic_operations > constant.evaluation.num_synaptic_operations);
}

#[test]
fn the_result_has_the_network_in_both_forms() {
    let (model, samples) = (model("mlp"), bars(12));
    let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() }).unwrap();
    let data = Array2::from_shape_fn((12, 784), |(sample, pixel)| f64::from(samples[sample * 784 + pixel])).into_dyn();
    let result = encoder.convert_ann_to_snn(&model, data.view(), 64).unwrap();
    assert_eq!((result.accuracy_original, result.num_timesteps_simulated), (1.0, 64));
    assert!(result.accuracy_converted > 0.7, "{}", result.accuracy_converted);
    let names: Vec<&String> = result.threshold_balancing.keys().collect();
    assert_eq!(names, ["/fc1/Gemm", "/fc2/Gemm", "/fc3/Gemm"]);
    // W' = W·λ₍l−1₎/λ₍l₎: the last layer only accumulates, and the input is a current.
    assert_eq!(result.normalization_factors["/fc3/Gemm"], 1.0);
    let factors = &result.normalization_factors;
    let ratio = factors["/fc2/Gemm"] / factors["/fc1/Gemm"];
    assert!((result.threshold_balancing["/fc2/Gemm"] - ratio).abs() < 1e-12 * ratio);
    let Layer::Dense(dense) = model.nodes().iter().find(|node| node.name == "/fc3/Gemm").unwrap().layer() else {
        panic!("a dense layer");
    };
    let weights = &result.snn_weights["/fc3/Gemm"];
    assert_eq!(weights.shape(), dense.weight.shape());
    // One λ for each input feature.
    for input in 0..128 {
        let lambda = |output: usize| weights[[output, input]] / f64::from(dense.weight.values()[output * 128 + input]);
        assert!(lambda(0) > 0.0 && (lambda(0) - lambda(9)).abs() < 1e-9 * lambda(0), "{input}");
    }
    assert_eq!(result.snn_weights["/fc3/Gemm.bias"].shape(), [10]);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let (model, samples) = (model("mlp"), bars(2));
    let convert = |converter: AnnToSnnConverter, calibration: &[f32], labels: Option<&[u32]>| {
        converter.convert(&model, calibration, &samples, labels, &|_| ()).unwrap_err()
    };
    let converter = AnnToSnnConverter::new().with_num_timesteps(4);
    assert_eq!(convert(converter, &[], None), ConvertError::NoCalibration);
    assert!(matches!(convert(converter, &samples[..100], None), ConvertError::Run(_)));
    assert!(matches!(convert(converter, &samples, Some(&[1])), ConvertError::Labels { .. }));
    assert!(matches!(convert(converter, &samples, Some(&[1, 10])), ConvertError::Labels { .. }));
    let none = converter.with_num_timesteps(0);
    assert!(matches!(convert(none, &samples, None), ConvertError::Options { field: "num_timesteps", .. }));
    let population = converter.with_input_code(Some((CodingScheme::PopulationGaussian, Seed(1))));
    assert!(matches!(convert(population, &samples, None), ConvertError::Input { .. }));
}
