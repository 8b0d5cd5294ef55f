//! Converted networks as NIR: an interpreter written from the format's definitions gives the spikes of the simulation.

use spike_convert::{
    ConversionOptions, ConvertError, ImportOptions, Simulation, SpikeSigns, SpikingNetwork, open_model,
};
use spike_io::nir::{NirGraph, NirKind, NirPadding};
use std::collections::BTreeMap;
use std::path::PathBuf;

const STEPS: u32 = 24;

fn network(name: &str, options: &ConversionOptions) -> SpikingNetwork {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../data/models/{name}.onnx"));
    let graph = open_model(&path, &ImportOptions::default()).expect("a bundled network");
    SpikingNetwork::convert(&graph, &image(4), options).expect("it converts")
}

/// Smooth blobs, a few of which are digits to no one.
fn image(number: usize) -> Vec<f32> {
    let pixel = |i: usize| {
        let (sample, y, x) = (i / 784, (i % 784 / 28) as f32, (i % 28) as f32);
        let center = 10.0 + 3.0 * sample as f32;
        let distance = (y - center).powi(2) / 40.0 + (x - 14.0).powi(2) / 9.0;
        (1.2 - distance).clamp(0.0, 1.0)
    };
    (0..number * 784).map(pixel).collect()
}

fn binary() -> ConversionOptions {
    ConversionOptions { spikes: SpikeSigns::Binary, ..ConversionOptions::default() }
}

/// One step of a node that is no neuron; values of images are (channel, row, column).
fn forward(kind: &NirKind, x: &[f64], shape: &[usize]) -> (Vec<f64>, Vec<usize>) {
    let dense = |weight: &[f64], bias: &[f64]| {
        let inputs = x.len();
        let rows = weight.chunks(inputs).enumerate();
        let sum = |(i, row): (usize, &[f64])| {
            row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + bias.get(i).copied().unwrap_or(0.0)
        };
        rows.map(sum).collect::<Vec<f64>>()
    };
    match kind {
        NirKind::Affine { weight, bias } => (dense(&weight.to_f64(), &bias.to_f64()), vec![weight.shape()[0]]),
        NirKind::Linear { weight } => (dense(&weight.to_f64(), &[]), vec![weight.shape()[0]]),
        NirKind::Scale { scale } => (x.iter().zip(scale.to_f64()).map(|(x, s)| x * s).collect(), shape.to_vec()),
        NirKind::Flatten { .. } => (x.to_vec(), vec![x.len()]),
        NirKind::AvgPool2d(pool) => {
            assert_eq!(pool.padding, [0, 0]);
            let [kh, kw] = pool.kernel_size;
            let (rows, columns) = ((shape[1] - kh) / pool.stride[0] + 1, (shape[2] - kw) / pool.stride[1] + 1);
            let mut result = Vec::new();
            for c in 0..shape[0] {
                for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                    let places = (0..kh).flat_map(|y| (0..kw).map(move |w| (y, w)));
                    let at = |(y, w): (usize, usize)| {
                        x[(c * shape[1] + row * pool.stride[0] + y) * shape[2] + column * pool.stride[1] + w]
                    };
                    result.push(places.map(at).sum::<f64>() / (kh * kw) as f64);
                }
            }
            (result, vec![shape[0], rows, columns])
        }
        NirKind::Conv2d(conv) => {
            let NirPadding::Each(pad) = conv.padding else { panic!("pads are given as numbers") };
            assert_eq!((conv.groups, conv.dilation), (1, [1, 1]));
            assert_eq!(conv.input_shape, Some([shape[1], shape[2]]));
            let (weight, bias) = (conv.weight.to_f64(), conv.bias.to_f64());
            let &[outputs, inputs, kh, kw] = conv.weight.shape() else { panic!("four axes") };
            let rows = (shape[1] + 2 * pad[0] - kh) / conv.stride[0] + 1;
            let columns = (shape[2] + 2 * pad[1] - kw) / conv.stride[1] + 1;
            let mut result = Vec::new();
            for (o, place) in (0..outputs).flat_map(|o| (0..rows * columns).map(move |place| (o, place))) {
                let (row, column) = (place / columns, place % columns);
                let mut sum = bias[o];
                for (i, k) in (0..inputs).flat_map(|i| (0..kh * kw).map(move |k| (i, k))) {
                    let y = (row * conv.stride[0] + k / kw).wrapping_sub(pad[0]);
                    let w = (column * conv.stride[1] + k % kw).wrapping_sub(pad[1]);
                    if y < shape[1] && w < shape[2] {
                        sum += weight[(o * inputs + i) * kh * kw + k] * x[(i * shape[1] + y) * shape[2] + w];
                    }
                }
                result.push(sum);
            }
            (result, vec![outputs, rows, columns])
        }
        other => panic!("{} is not written for these networks", other.name()),
    }
}

/// Spikes of every IF node over all steps, and the sum of the output: reset by subtraction, start at half a threshold.
fn interpret(nir: &NirGraph, input: &[f64]) -> (BTreeMap<String, Vec<i32>>, Vec<f64>) {
    let mut order: Vec<String> = vec!["input".to_owned()];
    while order.len() < nir.nodes.len() {
        let ready = |name: &&String| {
            !order.contains(name)
                && nir.edges.iter().filter(|(_, to)| to == *name).all(|(from, _)| order.contains(from))
        };
        let next = nir.nodes.keys().find(ready).expect("no circle").clone();
        order.push(next);
    }
    let mut counts: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    let mut membranes: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut total = Vec::new();
    for _ in 0..STEPS {
        let mut values: BTreeMap<&str, (Vec<f64>, Vec<usize>)> = BTreeMap::new();
        for name in &order {
            let mut sum: Option<(Vec<f64>, Vec<usize>)> = None;
            for (from, _) in nir.edges.iter().filter(|(_, to)| to == name) {
                let (x, shape) = &values[from.as_str()];
                match &mut sum {
                    None => sum = Some((x.clone(), shape.clone())),
                    Some((sum, of)) => {
                        assert_eq!(of, shape, "{name}");
                        sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
                    }
                }
            }
            let result = match &nir.nodes[name].kind {
                NirKind::Input { shape } => (input.to_vec(), shape.clone()),
                NirKind::Output { .. } => {
                    let (x, _) = sum.expect("the output has a source");
                    total.resize(x.len(), 0.0);
                    total.iter_mut().zip(&x).for_each(|(total, x)| *total += x);
                    continue;
                }
                NirKind::If { r, v_threshold, .. } => {
                    let (current, shape) = sum.expect("neurons have a source");
                    let (r, theta) = (r.to_f64(), v_threshold.to_f64());
                    let rest = theta.iter().map(|theta| theta / 2.0).collect();
                    let v = membranes.entry(name.clone()).or_insert(rest);
                    let counts = counts.entry(name.clone()).or_insert_with(|| vec![0; current.len()]);
                    let mut spikes = vec![0.0; current.len()];
                    for i in 0..current.len() {
                        v[i] += r[i] * current[i];
                        if theta[i] <= v[i] {
                            v[i] -= theta[i];
                            counts[i] += 1;
                            spikes[i] = 1.0;
                        }
                    }
                    (spikes, shape)
                }
                kind => {
                    let (x, shape) = sum.expect("a layer has a source");
                    forward(kind, &x, &shape)
                }
            };
            values.insert(name, result);
        }
    }
    (counts, total)
}

#[test]
fn the_written_network_emits_our_spikes() {
    for name in ["mlp", "cnn_avg", "rescnn"] {
        let network = network(name, &binary());
        let nir = network.to_nir().unwrap();
        // Through the file.
        let nir = NirGraph::from_bytes(&nir.to_bytes().unwrap()).unwrap();
        let simulation = Simulation::<f64>::new(&network).unwrap();
        let mut state = simulation.state();
        for sample in image(4).chunks(784).skip(1).take(2) {
            simulation.begin(&mut state, sample).unwrap();
            (0..STEPS).for_each(|_| simulation.step(&mut state));
            let input: Vec<f64> = sample.iter().map(|&x| f64::from(x)).collect();
            let (counts, total) = interpret(&nir, &input);
            let (mut number, mut different, mut spikes) = (0, 0, 0);
            for (id, node, _) in network.sites() {
                let expected = simulation.counts(&state, id).unwrap();
                let found = &counts[&node.name.trim_matches('/').replace('/', "_")];
                assert_eq!(found.len(), expected.len());
                number += expected.len();
                spikes += expected.iter().map(|count| count.unsigned_abs()).sum::<u32>();
                different += expected.iter().zip(found).filter(|(a, b)| a != b).count();
            }
            // Weights in the file have 24 bits: a sum may meet a threshold on the other side.
            assert!(different * 500 <= number, "{name}: {different} of {number} counts differ");
            assert!(spikes > 300, "{name}: {spikes}");
            for (found, expected) in total.iter().zip(state.readout()) {
                assert!((found - expected).abs() < 0.02 * f64::from(STEPS), "{name}: {found} {expected}");
            }
        }
    }
}

#[test]
fn what_the_format_cannot_say_is_refused() {
    let refused = |name: &str, options: &ConversionOptions| match network(name, options).to_nir() {
        Err(ConvertError::Form { node, reason, .. }) => (node, reason),
        other => panic!("{name}: {other:?}"),
    };
    let (node, reason) = refused("cnn_max", &binary());
    assert!(node.contains("pool1") && reason.contains("maximum pool"), "{node}: {reason}");
    let (_, reason) = refused("attn_relu", &binary());
    assert!(reason.contains("NIR has"), "{reason}");
    let (_, reason) = refused("mlp", &ConversionOptions::default());
    assert!(reason.contains("ternary"), "{reason}");
    let (_, reason) = refused("mlp", &ConversionOptions { charge_calibration: Some(4), ..binary() });
    assert!(reason.contains("charge"), "{reason}");
}
