//! Fast kernels against the naive formula, over random shapes, windows and groups.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_convert::{AnalogNetwork, BinaryOp, Conv, Dense, Graph, Layer, Pool, Select, Tensor, Window, fold};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

/// Deterministic values between −1 and 1; every third is 0, as after a ReLU.
fn values(number: usize, salt: u64) -> Vec<f32> {
    let value = |i: usize| {
        let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if mixed.is_multiple_of(3) { 0.0 } else { (mixed >> 40) as f32 / (1 << 23) as f32 - 1.0 }
    };
    (0..number).map(value).collect()
}

fn window() -> impl Strategy<Value = Window> {
    let two = |low: usize, high: usize| [low..=high, low..=high];
    (two(1, 3), two(1, 3), two(1, 2), two(0, 2), two(0, 2)).prop_map(|(kernel, stride, dilation, begin, end)| Window {
        kernel,
        stride,
        dilation,
        pad_begin: begin,
        pad_end: end,
    })
}

fn run(shape: Vec<usize>, layer: Layer, x: &[f32]) -> Option<(Vec<usize>, Vec<f32>)> {
    let mut graph = Graph::new("x", shape).unwrap();
    let node = graph.push("layer", layer, &[graph.input()]).ok()?;
    graph.set_output(node).unwrap();
    let shape = graph.output_shape().to_vec();
    Some((shape, AnalogNetwork::new(graph).run(x).unwrap()))
}

/// All triples below three bounds, the last running fastest.
fn all((a, b, c): (usize, usize, usize)) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
}

/// The place in the image that a window sees, if it is inside.
fn seen(window: &Window, axis: usize, position: usize, k: usize, size: usize) -> Option<usize> {
    let place = (position * window.stride[axis] + k * window.dilation[axis]).checked_sub(window.pad_begin[axis])?;
    (place < size).then_some(place)
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((f64::from(*a) - b).abs() < 1e-5, "{a} instead of {b}");
    }
}

proptest! {
    #![proptest_config(fixed(300))]

    #[test]
    fn convolutions_follow_their_sum(
        window in window(), groups in 1usize..=3, per_group in 1usize..=2, filters in 1usize..=3,
        height in 1usize..=6, width in 1usize..=6, salt in 0u64..1000,
    ) {
        let (channels, num_outputs) = (groups * per_group, groups * filters);
        let [kh, kw] = window.kernel;
        let weight = values(num_outputs * per_group * kh * kw, salt);
        let bias = values(num_outputs, salt + 1);
        let x = values(channels * height * width, salt + 2);
        let conv = Conv {
            weight: Tensor::new(vec![num_outputs, per_group, kh, kw], weight.clone()).unwrap(),
            bias: Some(Tensor::vector(bias.clone())),
            window,
            groups,
        };
        if let Some((shape, y)) = run(vec![channels, height, width], Layer::Conv(conv), &x) {
            let mut expected = Vec::new();
            for o in 0..num_outputs {
                for (row, column) in (0..shape[1]).flat_map(|r| (0..shape[2]).map(move |c| (r, c))) {
                    let mut sum = f64::from(bias[o]);
                    for (c, ky, kx) in all((per_group, kh, kw)) {
let place = (seen(&window, 0, row, ky, height), seen(&window, 1, column, kx, width));
                        if let (Some(iy), Some(ix)) = place {
                            let channel = o / filters * per_group + c;
                            sum += f64::from(weight[((o * per_group + c) * kh + ky) * kw + kx])
                                * f64::from(x[(channel * height + iy) * width + ix]);
                        }
                    }
                    expected.push(sum);
                }
            }
            assert_close(&y, &expected);
        } else {
            prop_assert!(window.num_positions(0, height, false).is_none() || window.num_positions(1, width, false).is_none());
        }
    }

    #[test]
    fn pools_follow_their_windows(
        window in window(), ceil: bool, count_padding: bool, height in 1usize..=6, width in 1usize..=6, salt in 0u64..1000,
    ) {
        let x = values(2 * height * width, salt);
        let pool = Pool { window, ceil };
        let shape = vec![2, height, width];
        let (Some((shape, largest)), Some((_, mean))) = (
            run(shape.clone(), Layer::MaxPool(pool), &x),
            run(shape, Layer::AveragePool { pool, count_padding }, &x),
        ) else {
            return Ok(());
        };
        let (mut expected_largest, mut expected_mean) = (Vec::new(), Vec::new());
        for (channel, row, column) in all((2, shape[1], shape[2])) {
            let (mut inside, mut padded) = (Vec::new(), 0);
            for (ky, kx) in (0..window.kernel[0]).flat_map(|ky| (0..window.kernel[1]).map(move |kx| (ky, kx))) {
                if let (Some(iy), Some(ix)) = (seen(&window, 0, row, ky, height), seen(&window, 1, column, kx, width)) {
                    inside.push(f64::from(x[(channel * height + iy) * width + ix]));
                }
                let end = |axis: usize, position: usize, k: usize, size: usize| {
                    position * window.stride[axis] + k * window.dilation[axis] < size + window.pad_begin[axis] + window.pad_end[axis]
                };
                padded += usize::from(end(0, row, ky, height) && end(1, column, kx, width));
            }
            expected_largest.push(inside.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            expected_mean.push(inside.iter().sum::<f64>() / if count_padding { padded } else { inside.len() } as f64);
        }
        assert_close(&largest, &expected_largest);
        assert_close(&mean, &expected_mean);
    }

    /// Folding an affine map of channels into the weights changes no result beyond rounding.
    #[test]
    fn folding_changes_no_result(
        inputs in 1usize..=6, outputs in 1usize..=6, kinds in prop::collection::vec(0usize..5, 1..4), salt in 0u64..1000,
    ) {
        let mut graph = Graph::new("x", vec![inputs]).unwrap();
        let weight = Tensor::new(vec![outputs, inputs], values(inputs * outputs, salt)).unwrap();
        let mut node = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()]).unwrap();
        for (step, kind) in kinds.iter().enumerate() {
            let numbers = values(outputs, salt + step as u64).iter().map(|v| v + 2.5).collect();
            let constant = graph.push("c", Layer::Constant(Tensor::vector(numbers)), &[]).unwrap();
            let (op, operands) = match kind {
                0 => (BinaryOp::Add, [constant, node]),
                1 => (BinaryOp::Sub, [node, constant]),
                2 => (BinaryOp::Sub, [constant, node]),
                3 => (BinaryOp::Mul, [node, constant]),
                _ => (BinaryOp::Div, [node, constant]),
            };
            node = graph.push("op", Layer::Binary(op), &operands).unwrap();
        }
        graph.set_output(node).unwrap();
        let folded = fold(&graph);
        prop_assert_eq!(folded.nodes().len(), 2);
        let x = values(3 * inputs, salt + 9);
        let expected: Vec<f64> = AnalogNetwork::new(graph).run(&x).unwrap().iter().map(|&y| f64::from(y)).collect();
        let scale = expected.iter().fold(1.0f64, |scale, y| scale.max(y.abs()));
        let scaled: Vec<f64> = expected.iter().map(|y| y / scale).collect();
        let found: Vec<f32> = AnalogNetwork::new(folded).run(&x).unwrap().iter().map(|y| y / scale as f32).collect();
        assert_close(&found, &scaled);
    }
}

#[test]
fn a_weight_that_something_else_uses_is_not_folded() {
    let mut graph = Graph::new("x", vec![1]).unwrap();
    let weight = Tensor::new(vec![1, 1], vec![2.0]).unwrap();
    let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()]).unwrap();
    let one = graph.push("one", Layer::Constant(Tensor::scalar(1.0)), &[]).unwrap();
    let sum = graph.push("sum", Layer::Binary(BinaryOp::Add), &[dense, one]).unwrap();
    let product = graph.push("product", Layer::Binary(BinaryOp::Mul), &[sum, dense]).unwrap();
    graph.set_output(product).unwrap();
    let folded = fold(&graph);
    assert_eq!(folded, graph);
    assert_eq!(AnalogNetwork::new(folded).run(&[3.0]).unwrap(), [42.0]);
}

#[test]
fn input_that_is_no_sample_is_refused() {
    let network = AnalogNetwork::new(Graph::new("x", vec![2, 2]).unwrap());
    let error = network.run(&[0.0; 6]).unwrap_err();
    assert_eq!(error.to_string(), "6 values are not whole samples of shape [2, 2], 4 values each");
    let mut samples = vec![0.0; 80];
    samples[70] = f32::NAN;
    let error = network.run(&samples).unwrap_err();
    assert_eq!(error.to_string(), "value 2 of sample 17 is NaN; inputs must be finite");
}

#[test]
fn a_result_that_is_not_finite_names_its_node() {
    let mut graph = Graph::new("x", vec![1]).unwrap();
    let zero = graph.push("zero", Layer::Constant(Tensor::scalar(0.0)), &[]).unwrap();
    let quotient = graph.push("quotient", Layer::Binary(BinaryOp::Div), &[graph.input(), zero]).unwrap();
    graph.set_output(quotient).unwrap();
    let error = AnalogNetwork::new(graph).run(&[1.0]).unwrap_err();
    assert!(error.to_string().contains("\"quotient\""), "{error}");
}

#[test]
fn layers_refuse_what_does_not_fit() {
    let mut graph = Graph::new("x", vec![4, 5]).unwrap();
    let input = graph.input();
    let relu = graph.push("relu", Layer::Relu, &[input]).unwrap();
    let refused =
        |graph: &mut Graph, layer: Layer, operands: &[_]| graph.push("bad", layer, operands).unwrap_err().to_string();
    let weight = Tensor::new(vec![3, 4], vec![0.0; 12]).unwrap();
    let text = refused(&mut graph, Layer::Dense(Dense { weight, bias: None }), &[relu]);
    assert!(text.contains("the last axis must be 4 long"), "{text}");
    let text = refused(&mut graph, Layer::MatMul, &[relu]);
    assert!(text.contains("has 1 operands, it takes 2"), "{text}");
    let text = refused(&mut graph, Layer::MatMul, &[relu, relu]);
    assert!(text.contains("as long as the last but one"), "{text}");
    let text = refused(&mut graph, Layer::Reshape(vec![3, 7]), &[relu]);
    assert!(text.contains("needs as many values"), "{text}");
    let text = refused(&mut graph, Layer::Softmax { axis: 2 }, &[relu]);
    assert!(text.contains("no axis 2"), "{text}");
    let text = refused(&mut graph, Layer::Select(Select { shape: vec![1], index: vec![20] }), &[relu]);
    assert!(text.contains("lies outside"), "{text}");
    let text = refused(&mut graph, Layer::Clip { min: 1.0, max: f32::NAN }, &[relu]);
    assert!(text.contains("the bounds are"), "{text}");
    let huge = Window { pad_begin: [0, usize::MAX], ..Window::of_kernel([1, 3]) };
    let text = refused(&mut graph, Layer::MaxPool(Pool { window: huge, ceil: true }), &[relu]);
    assert!(text.contains("a number beyond"), "{text}");
    let blind = Window { pad_end: [0, 4], ..Window::of_kernel([1, 3]) };
    let text = refused(&mut graph, Layer::MaxPool(Pool { window: blind, ceil: false }), &[relu]);
    assert!(text.contains("window 5") && text.contains("sees padding alone"), "{text}");
    assert!(Graph::new("x", vec![0, 3]).unwrap_err().to_string().contains("at least 1"));
    assert!(Graph::new("x", vec![1 << 13, 1 << 12]).unwrap_err().to_string().contains("more than"));
}

/// There and back: two transpositions with a reshape between vanish, one with another order stays.
#[test]
fn moves_that_undo_each_other_vanish() {
    let transposed = Select { shape: vec![3, 2], index: vec![0, 3, 1, 4, 2, 5] };
    let back = Select { shape: vec![2, 3], index: vec![0, 2, 4, 1, 3, 5] };
    let mut graph = Graph::new("x", vec![2, 3]).unwrap();
    let a = graph.push("there", Layer::Select(transposed.clone()), &[graph.input()]).unwrap();
    let b = graph.push("flat", Layer::Reshape(vec![6]), &[a]).unwrap();
    let c = graph.push("back", Layer::Select(back), &[b]).unwrap();
    let d = graph.push("there again", Layer::Select(transposed), &[c]).unwrap();
    for (output, num_nodes) in [(c, 1), (d, 2)] {
        graph.set_output(output).unwrap();
        let folded = fold(&graph);
        assert_eq!(folded.nodes().len(), num_nodes);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(AnalogNetwork::new(folded).run(&x).unwrap(), AnalogNetwork::new(graph.clone()).run(&x).unwrap());
    }
}
