//! The quantiser: what it keeps of a network, what it says of it, and what it refuses.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

mod digits;

use spike_convert::{
    Conv, ConversionOptions, Dense, Form, Graph, Layer, Pool, Simulation, SpikeSigns, SpikingNetwork, Tensor, Window,
};
use spike_hw::lava::SignMode;
use spike_hw::{
    Board, Dialect, IntegerSimulation, QuantiseError, QuantiseOptions, Role, Substitution, board_demands, fit, quantise,
};
use spike_sim::IfReset;

fn tensor(shape: &[usize], values: &[f32]) -> Tensor {
    Tensor::new(shape.to_vec(), values.to_vec()).unwrap()
}

#[test]
fn integers_keep_the_class_of_digits() {
    let calibration = digits::images("calibration", 40);
    for (model, num_steps, number) in [("mlp", 32, 300), ("cnn_max", 16, 100), ("cnn_avg", 32, 100)] {
        let (test, labels) = (digits::images("t10k", number), digits::labels(number));
        let network = digits::network(model, &ConversionOptions::default());
        let float = Simulation::<f32>::new(&network).unwrap();
        let float = float.evaluate(&test, &labels, num_steps, None, &|_| ()).unwrap().accuracy(num_steps);
        for dialect in Dialect::ALL {
            let found = quantise(&network, &calibration, &QuantiseOptions::new(dialect, num_steps)).unwrap();
            let simulation = IntegerSimulation::new(found.network).unwrap();
            let evaluation = simulation.evaluate(&test, num_steps, &|_| ()).unwrap();
            let lost = (number as f64 * (float - evaluation.accuracy(&labels))).round() as i64;
            assert!(lost <= number as i64 / 100, "{model} {dialect}: {lost} of {number}");
            assert_eq!(evaluation.num_wrapped(), 0, "{model} {dialect}");
            assert!(found.layers.iter().all(|layer| layer.rms_error < 0.04), "{model}: {:?}", found.layers);
            assert!(found.layers.iter().all(|layer| layer.range_share < 0.65), "{model}: {:?}", found.layers);
        }
    }
}

#[test]
fn counts_are_those_of_binary_neurons() {
    // Neurons that see the same trains: what differs is the rounding of weights, a leak of 1/4096 and the order of events.
    let options = ConversionOptions { spikes: SpikeSigns::Binary, ..ConversionOptions::default() };
    let network = digits::network("mlp", &options);
    let float = Simulation::<f64>::with_spike_input(&network).unwrap();
    let (first, _, _) = network.sites().next().unwrap();
    let calibration = digits::images("calibration", 50);
    for dialect in Dialect::ALL {
        let found = quantise(&network, &calibration, &QuantiseOptions::new(dialect, 64)).unwrap();
        let simulation = IntegerSimulation::new(found.network).unwrap();
        let (mut state, mut float_state) = (simulation.state(), float.state());
        let (mut equal, mut near, mut all, mut largest) = (0, 0, 0, 0);
        for image in digits::images("t10k", 10).chunks(784) {
            simulation.run_sample(&mut state, image, 64).unwrap();
            float.begin_spikes(&mut float_state);
            for step in 0..64 {
                let mut spikes = Vec::new();
                spike_hw::regular_spikes(image, step, &mut spikes);
                float.step_spikes(&mut float_state, &spikes, &vec![1.0; spikes.len()]).unwrap();
            }
            // Thresholds that were raised give fewer and larger spikes; the others have the same counts.
            let site = network.site(first).unwrap();
            let top = site.thresholds.iter().copied().fold(0.0, f64::max);
            let counts = float.counts(&float_state, first).unwrap();
            for ((&found, &expected), theta) in state.counts(0).iter().zip(&counts).zip(&site.thresholds) {
                if *theta >= 0.125 * top {
                    let gap = (i64::from(found) - i64::from(expected)).abs();
                    equal += i32::from(gap == 0);
                    near += i32::from(gap <= 1);
                    (all, largest) = (all + 1, largest.max(gap));
                }
            }
        }
        let (equal, near) = (f64::from(equal) / f64::from(all), f64::from(near) / f64::from(all));
        // A sum of nengo-loihi holds 21 bits of the current, so that thresholds are smaller and weights coarser there.
        let (least_equal, least_near, most) = if dialect == Dialect::Lava { (0.8, 0.97, 3) } else { (0.7, 0.9, 6) };
        assert!(
            all > 2000 && equal > least_equal && near > least_near && largest <= most,
            "{dialect}: {equal} of {all} are equal, {near} within 1, the farthest is {largest} off"
        );
    }
}

/// A convolution that gives each of four channels its own value, a rectifier and a pool of 2 × 2.
fn pooled() -> SpikingNetwork {
    let mut graph = Graph::new("x", vec![1, 8, 8]).unwrap();
    let conv = Conv { weight: tensor(&[1, 1, 1, 1], &[1.0]), bias: None, window: Window::of_kernel([1, 1]), groups: 1 };
    let conv = graph.push("conv", Layer::Conv(conv), &[graph.input()]).unwrap();
    let relu = graph.push("relu", Layer::Relu, &[conv]).unwrap();
    let window = Window { stride: [2, 2], ..Window::of_kernel([2, 2]) };
    let pool = graph.push("pool", Layer::MaxPool(Pool { window, ceil: false }), &[relu]).unwrap();
    graph.set_output(pool).unwrap();
    let options =
        ConversionOptions { normalisation: spike_convert::Normalisation::Max, ..ConversionOptions::default() };
    SpikingNetwork::convert(&graph, &[1.0; 64], &options).unwrap()
}

#[test]
fn a_maximum_pool_counts_the_maximum() {
    let network = pooled();
    for dialect in Dialect::ALL {
        let found = quantise(&network, &[1.0; 64], &QuantiseOptions::new(dialect, 64)).unwrap();
        assert!(found.substitutions.contains(&Substitution::LateralInhibition));
        let simulation = IntegerSimulation::new(found.network).unwrap();
        assert_eq!(simulation.network().populations[1].role, Role::Pool);
        let mut state = simulation.state();
        for seed in 0..20u32 {
            let value = |i: u32| ((i * 2_654_435 + seed * 40_503) % 1000) as f32 / 1000.0;
            let image: Vec<f32> = (0..64).map(value).collect();
            simulation.run_sample(&mut state, &image, 64).unwrap();
            for (window, &count) in state.counts(1).iter().enumerate() {
                let (row, column) = (window / 4 * 2, window % 4 * 2);
                let members = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(y, x)| image[(row + y) * 8 + column + x]);
                let largest = 64.0 * f64::from(members.into_iter().fold(0.0, f32::max));
                // A member starts up to 3/4 of a spike low, and neurons that fire together overshoot by 3 at most.
                let error = f64::from(count) - largest;
                assert!(-2.0 < error && error < 3.5, "{dialect} {members:?}: {count} of {largest}");
            }
        }
    }
}

#[test]
fn single_signs_keep_a_bit_and_channels_fold() {
    let mut graph = Graph::new("x", vec![2]).unwrap();
    let weight = tensor(&[2, 2], &[1.0, 0.5, 0.01, 0.02]);
    let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()]).unwrap();
    let relu = graph.push("relu", Layer::Relu, &[dense]).unwrap();
    let weight = tensor(&[1, 2], &[1.0, 1.0]);
    let last = graph.push("last", Layer::Dense(Dense { weight, bias: None }), &[relu]).unwrap();
    graph.set_output(last).unwrap();
    let samples = [1.0, 0.0, 0.0, 1.0];
    let network = SpikingNetwork::convert(&graph, &samples, &ConversionOptions::default()).unwrap();
    let found = quantise(&network, &samples, &QuantiseOptions::new(Dialect::Lava, 100)).unwrap();
    assert_eq!(found.layers[0].sign_mode, SignMode::Excitatory);
    assert!(found.network.drives.is_empty(), "there is no bias to carry");
    // The second channel has a threshold far below; its weights are those of an eighth of the largest.
    let weights = &found.network.projections[0].weights;
    let ratio = f64::from(weights[1]) / f64::from(weights[0]);
    assert!((ratio - 0.08).abs() < 0.02, "{weights:?}");
    let nengo = quantise(&network, &samples, &QuantiseOptions::new(Dialect::NengoLoihi, 100)).unwrap();
    assert_eq!(nengo.layers[0].sign_mode, SignMode::Mixed);
}

#[test]
fn fewer_bits_lose_more() {
    let network = digits::network("mlp", &ConversionOptions::default());
    let calibration = digits::images("calibration", 30);
    let errors: Vec<f64> = [8, 6, 4, 2]
        .into_iter()
        .map(|weight_bits| {
            let options = QuantiseOptions { weight_bits, ..QuantiseOptions::new(Dialect::Lava, 32) };
            quantise(&network, &calibration, &options).unwrap().layers[0].rms_error
        })
        .collect();
    assert!(errors.array_windows().all(|[more, less]| 1.5 * more < *less), "{errors:?}");
    // Weights are even at 8 bits; two bits fewer are at most four times the error, as clipping helps.
    assert!(errors[0] < 0.02 && errors[1] < 5.0 * errors[0], "{errors:?}");
}

#[test]
fn what_a_board_does_not_have_is_refused() {
    let calibration = digits::images("calibration", 20);
    let options = QuantiseOptions::new(Dialect::Lava, 8);
    let refuse = |model: &str, conversion: &ConversionOptions| {
        quantise(&digits::network(model, conversion), &calibration, &options).unwrap_err()
    };
    let plain = ConversionOptions::default();
    for model in ["rescnn", "attn_relu"] {
        let error = refuse(model, &plain);
        assert!(matches!(error, QuantiseError::Layer { .. }), "{error}");
        assert!(error.to_string().contains("leave it out or replace it"), "{error}");
    }
    let zero = refuse("mlp", &ConversionOptions { reset: IfReset::Zero, ..plain });
    assert!(zero.to_string().starts_with("reset is zero; allowed is subtract"), "{zero}");
    let combined = ConversionOptions { form: Form::Combined, granularity: spike_convert::Granularity::Layer, ..plain };
    assert!(matches!(refuse("mlp", &combined), QuantiseError::Option { field: "form", .. }));
    let neuron = ConversionOptions { granularity: spike_convert::Granularity::Neuron, ..plain };
    assert!(refuse("cnn_avg", &neuron).to_string().contains("one for each channel or layer"));

    let mlp = digits::network("mlp", &plain);
    for (weight_bits, num_steps, dialect) in [
        (0, 8, Dialect::Lava),
        (9, 8, Dialect::Lava),
        (8, 0, Dialect::Lava),
        (8, 5000, Dialect::Lava),
        (1, 8, Dialect::NengoLoihi),
    ] {
        let options = QuantiseOptions { dialect, weight_bits, num_steps };
        let error = quantise(&mlp, &calibration, &options).unwrap_err();
        assert!(matches!(error, QuantiseError::Option { .. }), "{error}");
    }
    assert!(matches!(quantise(&mlp, &[], &options), Err(QuantiseError::Samples { found: 0, .. })));
    assert!(matches!(quantise(&mlp, &[0.5; 785], &options), Err(QuantiseError::Samples { .. })));
    let mut wrong = vec![0.5; 1568];
    wrong[800] = 1.5;
    let error = quantise(&mlp, &wrong, &options).unwrap_err();
    assert!(error.to_string().starts_with("value 16 of sample 1 is 1.5"), "{error}");
}

#[test]
fn pools_that_overlap_or_share_are_refused() {
    let network = |stride: usize, shared: bool| {
        let mut graph = Graph::new("x", vec![1, 5, 5]).unwrap();
        let conv =
            Conv { weight: tensor(&[1, 1, 1, 1], &[1.0]), bias: None, window: Window::of_kernel([1, 1]), groups: 1 };
        let conv = graph.push("conv", Layer::Conv(conv), &[graph.input()]).unwrap();
        let relu = graph.push("relu", Layer::Relu, &[conv]).unwrap();
        let window = Window { stride: [stride; 2], ..Window::of_kernel([2, 2]) };
        let pool = graph.push("pool", Layer::MaxPool(Pool { window, ceil: false }), &[relu]).unwrap();
        if shared {
            let other = graph.push("other", Layer::MaxPool(Pool { window, ceil: false }), &[relu]).unwrap();
            let both = graph.push("both", Layer::Concat { axis: 0 }, &[pool, other]).unwrap();
            graph.set_output(both).unwrap();
        } else {
            graph.set_output(pool).unwrap();
        }
        SpikingNetwork::convert(&graph, &[1.0; 25], &ConversionOptions::default()).unwrap()
    };
    let options = QuantiseOptions::new(Dialect::Lava, 8);
    let refuse = |network: &SpikingNetwork| quantise(network, &[1.0; 25], &options).unwrap_err().to_string();
    assert!(refuse(&network(1, false)).contains("overlap"), "{}", refuse(&network(1, false)));
    assert!(refuse(&network(2, true)).contains("nothing else reads"), "{}", refuse(&network(2, true)));
    assert!(quantise(&network(2, false), &[1.0; 25], &options).is_ok());
}

#[test]
fn demands_count_resets_biases_and_pools() {
    let network = digits::network("cnn_max", &ConversionOptions::default());
    let demands = board_demands(&network, 8).unwrap();
    let names: Vec<&str> = demands.iter().map(|demand| demand.name.as_str()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let [relu, pool, next, ..] = &demands[..] else { panic!("{names:?}") };
    assert_eq!((relu.num_neurons, relu.num_inputs, relu.fan_in, relu.fan_out), (12_544, 784, 9, 144));
    // A neuron takes a threshold from the four of its window.
    assert_eq!((relu.own_fan_in, relu.shared_inputs, relu.synapse_formats), (4, 1, 3));
    assert_eq!((pool.num_neurons, pool.num_inputs, pool.fan_in, pool.own_fan_in), (3136, 12_544, 4, 1));
    assert_eq!((next.num_inputs, next.fan_in, next.fan_out), (3136, 144, 288));
    let quantised = quantise(&network, &digits::images("calibration", 10), &QuantiseOptions::new(Dialect::Lava, 8));
    assert_eq!(quantised.unwrap().network.demands(), demands);
    let report = fit(&Board::named("loihi1").unwrap(), &demands);
    assert!(report.fits() && report.chips == Some(1), "{report}");
}
