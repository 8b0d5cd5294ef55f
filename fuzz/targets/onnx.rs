//! Arbitrary bytes as an ONNX file; what is read is folded and, if it is small, executed.

use spike_convert::{AnalogNetwork, Graph, ImportOptions, Layer, fold, read_onnx};

/// Values of all nodes and of all windows up to which a network is executed.
const EXECUTED: usize = 1 << 16;

pub(crate) fn run(data: &[u8]) {
    if let Ok(graph) = read_onnx(data, &ImportOptions::default()) {
        execute(graph);
    }
}

/// Folds a network and executes both forms.
pub(crate) fn execute(graph: Graph) {
    let folded = fold(&graph);
    assert_eq!(graph.output_shape(), folded.output_shape(), "folding keeps the result");
    assert!(folded.nodes().len() <= graph.nodes().len(), "folding adds no node");
    for graph in [graph, folded] {
        if graph.nodes().iter().map(|node| cost(node.layer(), node.num_values())).sum::<usize>() <= EXECUTED {
            let input = vec![0.5; graph.input_shape().iter().product()];
            let expected: usize = graph.output_shape().iter().product();
            if let Ok(result) = AnalogNetwork::new(graph).run(&input) {
                assert_eq!(result.len(), expected, "one value for each place of the result");
                assert!(result.iter().all(|value| value.is_finite()), "results are finite");
            }
        }
    }
}

fn cost(layer: &Layer, num_values: usize) -> usize {
    let window = match layer {
        Layer::Conv(conv) => conv.window,
        Layer::MaxPool(pool) | Layer::AveragePool { pool, .. } => pool.window,
        _ => return num_values,
    };
    window.kernel.iter().fold(num_values, |cost, &length| cost.saturating_mul(length))
}
