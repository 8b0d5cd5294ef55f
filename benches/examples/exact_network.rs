//! The exact mode over all test images: spike counts beside those of the quantised network, computed without spikes.
//!
//! `cargo run --release -p spike-bench --example exact_network -- [models=mlp,cnn_max,cnn_avg,rescnn] [levels=16]
//! [images=10000]`. The quantised network is written here from its definition, n = clip(⌊L·z/λ + ½⌋, 0, L) for every
//! rectifier, in plain loops and 64-bit numbers; one JSON object for each model says how many counts differ.

use rayon::prelude::*;
use spike_convert::{
    BinaryOp, ConversionOptions, ExactNetwork, ImportOptions, Layer, SpikingNetwork, Window, open_model,
};
use spike_io::OpenOptions;
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;

/// Counts and how they compare.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    counts: u64,
    different: u64,
    unsettled: u64,
    silent_steps: u64,
    correct: u64,
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            counts: self.counts + other.counts,
            different: self.different + other.different,
            unsettled: self.unsettled + other.unsettled,
            silent_steps: self.silent_steps + other.silent_steps,
            correct: self.correct + other.correct,
        }
    }
}

/// The places of an axis that a window sees, with the place of the kernel.
fn places(window: &Window, axis: usize, position: usize, size: usize) -> Vec<(usize, usize)> {
    let place = |k: usize| {
        let at = position * window.stride[axis] + k * window.dilation[axis];
        at.checked_sub(window.pad_begin[axis]).filter(|at| *at < size).map(|at| (k, at))
    };
    (0..window.kernel[axis]).filter_map(place).collect()
}

/// Results of all nodes with L-level rectifiers; counts of those that have neurons.
fn quantised(network: &SpikingNetwork, sample: &[f32], levels: f64) -> (Vec<Vec<f64>>, Vec<Option<Vec<i32>>>) {
    let graph = network.graph();
    let (mut values, mut counts): (Vec<Vec<f64>>, Vec<_>) = (Vec::new(), Vec::new());
    for (id, node) in graph.enumerate() {
        let operand = |number: usize| values[node.operands()[number].index()].as_slice();
        let before = || graph.node(node.operands()[0]).shape();
        let shape = node.shape();
        let mut count = None;
        let result: Vec<f64> = match node.layer() {
            Layer::Input => sample.iter().map(|&x| f64::from(x)).collect(),
            Layer::Constant(tensor) => tensor.values().iter().map(|&x| f64::from(x)).collect(),
            Layer::Dense(dense) => {
                let rows = dense.weight.values().chunks(dense.num_inputs()).enumerate();
                let bias = |i: usize| dense.bias.as_ref().map_or(0.0, |bias| f64::from(bias.values()[i]));
                let sum = |(i, row): (usize, &[f32])| {
                    row.iter().zip(operand(0)).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + bias(i)
                };
                rows.map(sum).collect()
            }
            Layer::Conv(conv) => {
                let (input, [height, width]) = (operand(0), [before()[1], before()[2]]);
                let (per_group, filters) = (conv.inputs_per_group(), shape[0] / conv.groups);
                let kernel = conv.window.kernel[0] * conv.window.kernel[1];
                let mut result = Vec::with_capacity(node.num_values());
                for (filter, row, column) in positions(shape) {
                    let mut sum = conv.bias.as_ref().map_or(0.0, |bias| f64::from(bias.values()[filter]));
                    for channel in 0..per_group {
                        let plane =
                            &input[(filter / filters * per_group + channel) * height * width..][..height * width];
                        let weights = &conv.weight.values()[(filter * per_group + channel) * kernel..][..kernel];
                        for (ky, y) in places(&conv.window, 0, row, height) {
                            for (kx, x) in places(&conv.window, 1, column, width) {
                                sum += f64::from(weights[ky * conv.window.kernel[1] + kx]) * plane[y * width + x];
                            }
                        }
                    }
                    result.push(sum);
                }
                result
            }
            Layer::Relu | Layer::Clip { .. } => {
                let site = network.site(id).expect("rectifiers have neurons");
                let lambda = site.spread(&site.thresholds, shape);
                let numbers: Vec<f64> = operand(0)
                    .iter()
                    .zip(&lambda)
                    .map(|(z, lambda)| (levels * z / lambda + 0.5).floor().clamp(0.0, levels))
                    .collect();
                count = Some(numbers.iter().map(|&n| n as i32).collect());
                numbers.iter().zip(&lambda).map(|(n, lambda)| n * lambda / levels).collect()
            }
            Layer::MaxPool(pool) | Layer::AveragePool { pool, .. } => {
                let (input, [height, width]) = (operand(0), [before()[1], before()[2]]);
                let largest = matches!(node.layer(), Layer::MaxPool(_));
                let pooled = |(channel, row, column): (usize, usize, usize)| {
                    let (ys, xs) = (places(&pool.window, 0, row, height), places(&pool.window, 1, column, width));
                    let seen = ys.iter().flat_map(|(_, y)| xs.iter().map(move |(_, x)| y * width + x));
                    let seen = seen.map(|at| input[channel * height * width + at]);
                    if largest {
                        seen.fold(f64::NEG_INFINITY, f64::max)
                    } else {
                        seen.sum::<f64>() / (pool.window.kernel[0] * pool.window.kernel[1]) as f64
                    }
                };
                positions(shape).map(pooled).collect()
            }
            Layer::Mean { .. } => {
                let pixels = before()[1..].iter().product::<usize>();
                operand(0).chunks(pixels).map(|plane| plane.iter().sum::<f64>() / pixels as f64).collect()
            }
            Layer::Reshape(_) => operand(0).to_vec(),
            Layer::Binary(BinaryOp::Add) => operand(0).iter().zip(operand(1)).map(|(a, b)| a + b).collect(),
            other => panic!("the bundled networks have no {}", other.name()),
        };
        values.push(result);
        counts.push(count);
    }
    (values, counts)
}

/// (channel, row, column) in the order of storage.
fn positions(shape: &[usize]) -> impl Iterator<Item = (usize, usize, usize)> + use<'_> {
    let [channels, rows, columns] = [shape[0], shape[1], shape[2]];
    (0..channels).flat_map(move |c| (0..rows).flat_map(move |row| (0..columns).map(move |column| (c, row, column))))
}

fn class(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[best] < values[i] { i } else { best })
}

fn read(path: &Path, number: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut values = Vec::new();
    spike_io::open(path, None, &OpenOptions::default())?.read_samples(number, &mut values)?;
    Ok(values)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|word| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
        .collect();
    let text = |key: &str, default: &str| arguments.get(key).cloned().unwrap_or_else(|| default.to_owned());
    let (levels, number): (u32, usize) = (text("levels", "16").parse()?, text("images", "10000").parse()?);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let pixels = |name: &str, number: usize| -> Result<Vec<f32>, Box<dyn Error>> {
        let values = read(&data.join("mnist").join(name), number)?;
        Ok(values.iter().map(|pixel| (pixel / 255.0) as f32).collect())
    };
    let calibration = pixels("calibration-images-idx3-ubyte.gz", 2000)?;
    let images = pixels("t10k-images-idx3-ubyte.gz", number)?;
    let labels = read(&data.join("mnist/t10k-labels-idx1-ubyte.gz"), 1)?;
    for model in text("models", "mlp,cnn_max,cnn_avg,rescnn").split(',') {
        let graph = open_model(&data.join(format!("models/{model}.onnx")), &ImportOptions::default())?;
        let network = SpikingNetwork::convert(&graph, &calibration, &ConversionOptions::default())?;
        let exact = ExactNetwork::new(&network, levels)?;
        let compare = |(image, label): (&[f32], &f64)| {
            let mut state = exact.state();
            let settled = exact.run(&mut state, image).expect("a valid image");
            let (values, counts) = quantised(&network, image, f64::from(levels));
            let right = class(&values[network.graph().output().index()]) == *label as usize;
            let mut tally = Tally {
                unsettled: u64::from(!settled.settled),
                silent_steps: u64::from(settled.silent_steps),
                correct: u64::from(right),
                ..Tally::default()
            };
            for (id, _, _) in network.sites() {
                let found = exact.counts(&state, id).expect("neurons have counts");
                let expected = counts[id.index()].as_ref().expect("every site is a rectifier");
                tally.counts += found.len() as u64;
                tally.different += found.iter().zip(expected).filter(|(a, b)| a != b).count() as u64;
            }
            tally
        };
        let tally = images.par_chunks(784).zip(&labels).map(compare).reduce(Tally::default, Tally::plus);
        let line = serde_json::json!({
            "model": model,
            "levels": levels,
            "images": images.len() / 784,
            "counts": tally.counts,
            "different": tally.different,
            "unsettled_images": tally.unsettled,
            "mean_silent_steps": tally.silent_steps as f64 / (images.len() / 784) as f64,
            "accuracy_of_quantised": tally.correct as f64 / (images.len() / 784) as f64,
        });
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}
