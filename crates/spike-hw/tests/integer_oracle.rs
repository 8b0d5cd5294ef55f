//! Integer networks against the equations of their dialects, computed densely and plainly.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

#[expect(dead_code, reason = "shared with the other tests")]
mod digits;

use proptest::prelude::*;
use spike_convert::ConversionOptions;
use spike_hw::lava::WeightFormat;
use spike_hw::{
    Dialect, Image, IntegerNetwork, IntegerSimulation, Pattern, Population, Projection, QuantiseOptions, Role, Source,
    quantise,
};

/// Weight of a projection from a source to a target, by the definition of its pattern.
fn weight(projection: &Projection, num_targets: usize, source: usize, target: usize) -> i64 {
    let row = match &projection.route {
        None => source,
        Some(route) => match route[source] {
            None => return 0,
            Some(row) => row as usize,
        },
    };
    let found = match &projection.pattern {
        Pattern::Dense => Some(row * num_targets + target),
        Pattern::Groups { rows, targets } => (rows[row].is_some() && rows[row] == targets[target]).then_some(0),
        Pattern::Convolution(image) => tap(image, row, target),
    };
    found.map_or(0, |at| projection.weights[at].into())
}

/// The place of the weight between an input and an output of a correlation: input row = output row·stride +
/// tap·dilation − padding.
fn tap(image: &Image, row: usize, target: usize) -> Option<usize> {
    let [_, columns, channels] = image.input;
    let [_, out_columns, filters] = image.output;
    let (ins, outs) = (channels / image.groups, filters / image.groups);
    let (channel, filter) = (row % channels, target % filters);
    let along = |axis: usize, input: usize, output: usize| {
        (0..image.kernel[axis])
            .find(|tap| output * image.stride[axis] + tap * image.dilation[axis] == input + image.padding[axis])
    };
    let ky = along(0, row / channels / columns, target / filters / out_columns)?;
    let kx = along(1, row / channels % columns, target / filters % out_columns)?;
    let at = ((channel * image.kernel[0] + ky) * image.kernel[1] + kx) * outs + filter % outs;
    (channel / ins == filter / outs).then_some(at)
}

/// sgn(x)·⌊|x|·m/4096⌋.
fn decay(x: i64, m: i64) -> i64 {
    x.signum() * (x.abs() * m / 4096)
}

fn wrap(x: i64, bits: u32) -> i64 {
    let half = 1i64 << bits;
    (x + half).rem_euclid(2 * half) - half
}

/// Spike counts and currents of every population after a sample, given the inputs that spike in each step.
fn oracle(network: &IntegerNetwork, steps: &[Vec<u32>]) -> Vec<(Vec<u32>, Vec<i64>)> {
    let lava = network.dialect == Dialect::Lava;
    let sizes: Vec<usize> = network.populations.iter().map(|population| population.shape.iter().product()).collect();
    let mut state: Vec<_> = sizes.iter().map(|&n| (vec![0u32; n], vec![0i64; n])).collect();
    let mut v: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n]).collect();
    let mut fired: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
    let mut given: Vec<usize> = Vec::new();
    for inputs in steps {
        let mut sums: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n]).collect();
        for projection in &network.projections {
            let sources: Vec<usize> = match projection.source {
                Source::Population(source) => fired[source].clone(),
                Source::Inputs { first, number } => {
                    given.iter().filter(|i| (first..first + number).contains(i)).map(|i| i - first).collect()
                }
            };
            let (exponent, n) = (projection.format.weight_exp, sizes[projection.target]);
            for (target, sum) in sums[projection.target].iter_mut().enumerate() {
                let each = sources.iter().map(|&source| weight(projection, n, source, target));
                *sum += match (lava, exponent >= 0) {
                    (true, true) => each.sum::<i64>() << exponent,
                    (true, false) => each.sum::<i64>() >> -exponent,
                    // Here it is part of each weight: W·2^(6 + exponent).
                    (false, _) => each.map(|w| (w << (6 + exponent)) >> 6).sum::<i64>(),
                };
            }
        }
        for (index, population) in network.populations.iter().enumerate() {
            fired[index].clear();
            for i in 0..sizes[index] {
                let mantissas = &population.bias_mant;
                let bias = i64::from(mantissas[i % mantissas.len()]) << population.bias_exp;
                let (du, dv) = (4095 - i64::from(population.decay_u), 4096 - i64::from(population.decay_v));
                let (u, v) = (&mut state[index].1[i], &mut v[index][i]);
                let threshold = i64::from(population.vth) << 6;
                if lava {
                    *u = decay(*u, du) + (sums[index][i] << 6);
                    if *u > 1 << 23 {
                        *u -= 1 << 24;
                    } else if *u <= -(1 << 23) {
                        *u += 1 << 24;
                    }
                    *v = (decay(*v, dv) + *u + bias).clamp(1 - (1 << 23), (1 << 23) - 1);
                } else {
                    *u = wrap(decay(*u, du) + wrap(sums[index][i] << 6, 21), 23);
                    *v = (decay(*v, dv) + wrap(*u + bias, 23)).clamp(1 - (1 << 23), (1 << 23) - 1);
                }
                if *v > threshold {
                    *v = 0;
                    state[index].0[i] += 1;
                    fired[index].push(i);
                }
            }
        }
        given = inputs.iter().map(|&input| input as usize).collect();
    }
    state
}

/// Runs both and compares every count and every current.
fn compare(network: &IntegerNetwork, steps: &[Vec<u32>]) {
    let simulation = IntegerSimulation::new(network.clone()).unwrap();
    let mut state = simulation.state();
    // A second run in the same memory is the same.
    for _ in 0..2 {
        state.reset();
        steps.iter().for_each(|inputs| simulation.step(&mut state, inputs));
        for (index, (counts, currents)) in oracle(network, steps).iter().enumerate() {
            let name = &network.populations[index].name;
            assert_eq!(state.counts(index), counts, "{} {name}", network.dialect);
            let found: Vec<i64> = state.currents(index).iter().map(|&u| u.into()).collect();
            assert_eq!(&found, currents, "{} {name}", network.dialect);
        }
    }
}

fn sample_steps(network: &IntegerNetwork, sample: &[f32], num_steps: u32) -> Vec<Vec<u32>> {
    let step = |step| {
        let mut spikes = Vec::new();
        network.input_spikes(sample, step, num_steps, &mut spikes);
        spikes
    };
    (0..network.total_steps(num_steps)).map(step).collect()
}

#[test]
fn a_multilayer_perceptron_is_its_equations() {
    let network = digits::network("mlp", &ConversionOptions::default());
    let (calibration, test) = (digits::images("calibration", 20), digits::images("t10k", 3));
    for dialect in Dialect::ALL {
        for weight_bits in [8, 5] {
            let options = QuantiseOptions { weight_bits, ..QuantiseOptions::new(dialect, 20) };
            let found = quantise(&network, &calibration, &options).unwrap();
            for image in test.chunks(784) {
                compare(&found.network, &sample_steps(&found.network, image, 20));
            }
        }
    }
}

/// A quarter of `cnn_max` in each direction: the same layers on small images, so that the plain sums stay fast.
#[test]
fn convolutions_and_pools_are_their_equations() {
    use spike_convert::{Conv, Dense, Graph, Layer, Pool, SpikingNetwork, Tensor, Window};
    let draw = |shape: &[usize], scale: f32| {
        let number: usize = shape.iter().product();
        let value = |i: usize| ((i * 7919 + number * 31) % 211) as f32 / 105.0 - 1.0;
        Tensor::new(shape.to_vec(), (0..number).map(|i| scale * value(i)).collect()).unwrap()
    };
    let window = Window { pad_begin: [1, 1], pad_end: [1, 1], ..Window::of_kernel([3, 3]) };
    let pool = Pool { window: Window { stride: [2, 2], ..Window::of_kernel([2, 2]) }, ceil: false };
    for average in [false, true] {
        let mut graph = Graph::new("x", vec![2, 7, 6]).unwrap();
        let mut last = graph.input();
        for (name, channels, inputs) in [("a", 4, 2), ("b", 3, 4)] {
            let (weight, bias) = (draw(&[channels, inputs, 3, 3], 0.4), Some(draw(&[channels], 0.2)));
            last = graph.push(name, Layer::Conv(Conv { weight, bias, window, groups: 1 }), &[last]).unwrap();
            last = graph.push(format!("{name} relu"), Layer::Relu, &[last]).unwrap();
            let layer = if average { Layer::AveragePool { pool, count_padding: true } } else { Layer::MaxPool(pool) };
            last = graph.push(format!("{name} pool"), layer, &[last]).unwrap();
        }
        last = graph.push("flat", Layer::Reshape(vec![3]), &[last]).unwrap();
        let dense = Dense { weight: draw(&[5, 3], 0.5), bias: Some(draw(&[5], 0.1)) };
        last = graph.push("dense", Layer::Dense(dense), &[last]).unwrap();
        graph.set_output(last).unwrap();
        let samples: Vec<f32> = (0..84 * 12).map(|i| (i * 37 % 101) as f32 / 100.0).collect();
        let network = SpikingNetwork::convert(&graph, &samples, &ConversionOptions::default()).unwrap();
        for dialect in Dialect::ALL {
            let found = quantise(&network, &samples, &QuantiseOptions::new(dialect, 24)).unwrap();
            assert_eq!(
                found.network.populations.iter().filter(|p| p.role == Role::Pool).count(),
                if average { 0 } else { 2 }
            );
            let mut spikes = 0;
            for sample in samples.chunks(84).take(3) {
                let steps = sample_steps(&found.network, sample, 24);
                compare(&found.network, &steps);
                spikes +=
                    oracle(&found.network, &steps).iter().map(|(counts, _)| counts.iter().sum::<u32>()).sum::<u32>();
            }
            assert!(spikes > 300, "{dialect}: {spikes} spikes are too few to tell anything");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any registers, also those whose currents wrap.
    #[test]
    fn any_registers_are_their_equations(
        weights in prop::collection::vec(-128i32..128, 12),
        own in -128i32..128,
        exponent in -6i32..=7,
        decays in prop::array::uniform2(0u16..4096),
        vth in 0u32..4000,
        bias in prop::collection::vec(-4095i32..4096, 4),
        bias_exp in 0u8..8,
        trains in prop::collection::vec(prop::collection::btree_set(0u32..3, 0..4), 1..40),
    ) {
        for dialect in Dialect::ALL {
            let coarse = if dialect == Dialect::NengoLoihi { 1 << (-exponent).max(1) } else { 2 };
            let even = |w: i32| w / coarse * coarse;
            let format = WeightFormat { weight_exp: exponent, sign_mode: Some(spike_hw::lava::SignMode::Mixed), ..WeightFormat::default() };
            let projection = |source, weights: Vec<i32>, pattern| Projection {
                name: String::new(), source, target: 0, route: None, pattern,
                weights: weights.into_iter().map(even).collect(), format,
            };
            let each: Vec<Option<u32>> = (0..4).map(|i| Some(i / 2)).collect();
            let groups = Pattern::Groups { rows: each.clone(), targets: each };
            let network = IntegerNetwork {
                dialect, num_inputs: 3, num_values: 3, drives: vec![], latency_steps: 1,
                populations: vec![Population {
                    name: String::new(), role: Role::Rectifier, shape: vec![4], decay_u: decays[0], decay_v: decays[1],
                    vth, bias_mant: bias.clone(), bias_exp,
                }],
                projections: vec![
                    projection(Source::Inputs { first: 0, number: 3 }, weights.clone(), Pattern::Dense),
                    projection(Source::Population(0), vec![own], groups),
                ],
            };
            let steps: Vec<Vec<u32>> = trains.iter().map(|inputs| inputs.iter().copied().collect()).collect();
            compare(&network, &steps);
        }
    }
}
