//! Files that must be refused, and how.

use super::message::{self, Attribute, Dimension};
use super::*;

fn node(operator: &str, input: &[&str], output: &str) -> message::Node {
    message::Node {
        op_type: Some(operator.to_owned()),
        name: Some(format!("the {operator}")),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..message::Node::default()
    }
}

fn ints(name: &str, values: &[i64]) -> Attribute {
    Attribute { name: Some(name.to_owned()), ints: values.to_vec(), ..Attribute::default() }
}

fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: Some(name.to_owned()), i: Some(value), ..Attribute::default() }
}

fn with(mut node: message::Node, attribute: Attribute) -> message::Node {
    node.attribute.push(attribute);
    node
}

fn tensor(name: &str, dims: &[i64], values: &[f32]) -> message::Tensor {
    message::Tensor {
        name: Some(name.to_owned()),
        dims: dims.to_vec(),
        data_type: Some(1),
        float_data: values.to_vec(),
        ..message::Tensor::default()
    }
}

fn whole(name: &str, values: &[i64]) -> message::Tensor {
    message::Tensor {
        name: Some(name.to_owned()),
        dims: vec![values.len() as i64],
        data_type: Some(7),
        int64_data: values.to_vec(),
        ..message::Tensor::default()
    }
}

fn info(name: &str, dims: &[Option<i64>]) -> message::ValueInfo {
    let dim = dims.iter().map(|&dim_value| Dimension { dim_value }).collect();
    let tensor_type = Some(message::TensorType { shape: Some(message::Shape { dim }) });
    message::ValueInfo { name: Some(name.to_owned()), r#type: Some(message::ValueType { tensor_type }) }
}

/// A network from "x", of shape (batch, 2, 3), to "y".
fn model(nodes: Vec<message::Node>, weights: Vec<message::Tensor>) -> message::Model {
    let graph = message::Graph {
        node: nodes,
        initializer: weights,
        input: vec![info("x", &[None, Some(2), Some(3)])],
        output: vec![info("y", &[])],
        sparse_initializer: Vec::new(),
    };
    let opset = message::OperatorSet { domain: None, version: Some(13) };
    message::Model { graph: Some(graph), opset_import: vec![opset], functions: Vec::new() }
}

fn read(model: &message::Model) -> Result<Graph, ImportError> {
    read_onnx(&model.encode_to_vec(), &ImportOptions::default())
}

#[track_caller]
fn refused(nodes: Vec<message::Node>, weights: Vec<message::Tensor>) -> String {
    let error = read(&model(nodes, weights)).unwrap_err();
    match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[test]
fn unsupported_operators_are_named_with_node_and_remedy() {
    let text = refused(vec![node("LSTM", &["x"], "y")], vec![]);
    assert!(text.contains("\"the LSTM\" is a LSTM") && text.contains("recurrent"), "{text}");
    let text = refused(vec![node("Pad", &["x"], "y")], vec![]);
    assert!(text.contains("pads of the Conv"), "{text}");
    let foreign = message::Node { domain: Some("com.example".to_owned()), ..node("Relu", &["x"], "y") };
    let text = refused(vec![foreign], vec![]);
    assert!(text.contains("com.example.Relu") && text.contains("standard ONNX operators"), "{text}");
}

/// What the output does not need is not read.
#[test]
fn nodes_beside_the_output_do_not_matter() {
    let graph = read(&model(vec![node("Relu", &["x"], "y"), node("ArgMax", &["y"], "class")], vec![])).unwrap();
    assert_eq!((graph.nodes().len(), graph.output_shape()), (2, &[2, 3][..]));
}

#[test]
fn circles_and_missing_values_are_refused() {
    let text =
        refused(vec![node("Add", &["x", "b"], "a"), node("Relu", &["a"], "b"), node("Relu", &["b"], "y")], vec![]);
    assert!(text.contains("depends on its own result"), "{text}");
    let text = refused(vec![node("Add", &["x", "w"], "y")], vec![]);
    assert!(text.contains("value \"w\" is used by \"the Add\""), "{text}");
    let text = refused(vec![], vec![]);
    assert!(text.contains("value \"y\""), "{text}");
    let text = refused(vec![node("Relu", &["x"], "y"), node("Abs", &["x"], "y")], vec![]);
    assert!(text.contains("produced twice"), "{text}");
    // Nodes out of order are not a circle.
    assert!(read(&model(vec![node("Relu", &["a"], "y"), node("Abs", &["x"], "a")], vec![])).is_ok());
}

#[test]
fn weights_that_no_network_can_have_are_refused() {
    let matmul = || vec![node("MatMul", &["x", "w"], "y")];
    let text = refused(matmul(), vec![tensor("w", &[3, 1], &[1.0, f32::NAN, 0.0])]);
    assert!(text.contains("value 1 of the weights of layer \"the MatMul\" is NaN"), "{text}");
    let text = refused(matmul(), vec![tensor("w", &[3, 2], &[0.0; 6])]);
    assert!(text.contains("all weights of layer \"the MatMul\" are zero"), "{text}");
    let text = refused(matmul(), vec![tensor("w", &[3, 2], &[1.0; 5])]);
    assert!(text.contains("needs 6 values, stored are 5"), "{text}");
    let text = refused(matmul(), vec![tensor("w", &[4, 2], &[1.0; 8])]);
    assert!(text.contains("the last axis must be 4 long"), "{text}");
    let elsewhere = message::Tensor { data_location: Some(1), ..tensor("w", &[3, 1], &[]) };
    assert!(refused(matmul(), vec![elsewhere]).contains("another file"));
    let text_tensor = message::Tensor { data_type: Some(8), ..tensor("w", &[3, 1], &[]) };
    assert!(refused(matmul(), vec![text_tensor]).contains("element type 8"));
    let cut = message::Tensor { raw_data: Some(vec![1; 11]), ..tensor("w", &[3, 1], &[]) };
    assert!(refused(matmul(), vec![cut]).contains("11 bytes"));
}

#[test]
fn work_along_the_batch_axis_is_refused() {
    let along = "works along the batch axis";
    for bad in [
        with(node("Softmax", &["x"], "y"), int("axis", 0)),
        with(node("ReduceMean", &["x"], "y"), ints("axes", &[0])),
        with(node("Concat", &["x", "x"], "y"), int("axis", 0)),
        with(node("Gather", &["x", "i"], "y"), int("axis", 0)),
        node("Slice", &["x", "i", "j"], "y"),
        node("Reshape", &["x", "k"], "y"),
        node("Add", &["x", "three"], "y"),
    ] {
        let text = refused(
            vec![bad],
            vec![whole("i", &[0]), whole("j", &[1]), whole("k", &[6, -1]), tensor("three", &[3, 1, 1], &[1.0; 3])],
        );
        assert!(text.contains(along), "{text}");
    }
}

#[test]
fn attributes_that_nobody_reads_are_refused() {
    let text = refused(vec![with(node("Relu", &["x"], "y"), int("surprise", 1))], vec![]);
    assert!(text.contains("attribute \"surprise\" is not understood"), "{text}");
    let text =
        refused(vec![with(node("Conv", &["x", "w"], "y"), int("group", -1))], vec![tensor("w", &[1, 2, 1], &[1.0; 2])]);
    assert!(text.contains("-1 groups"), "{text}");
}

#[test]
fn training_mode_is_refused() {
    let weights = || "abcd".chars().map(|c| tensor(&c.to_string(), &[2], &[1.0; 2])).collect::<Vec<_>>();
    let norm = with(node("BatchNormalization", &["x", "a", "b", "c", "d"], "y"), int("training_mode", 1));
    assert!(refused(vec![norm], weights()).contains("model.eval()"));
}

#[test]
fn the_file_must_say_what_it_is() {
    let good = || model(vec![node("Relu", &["x"], "y")], vec![]);
    for (version, allowed) in [(6, false), (7, true), (18, true), (19, false)] {
        let mut model = good();
        model.opset_import[0].version = Some(version);
        assert_eq!(read(&model).is_ok(), allowed, "{version}");
    }
    let mut two = good();
    let graph = two.graph.as_mut().unwrap();
    graph.input.push(info("z", &[None, Some(1)]));
    assert!(read(&two).unwrap_err().to_string().contains("exactly one"));
    let mut outputs = good();
    outputs.graph.as_mut().unwrap().output.push(info("x", &[]));
    assert!(read(&outputs).unwrap_err().to_string().contains("name one of them"));
    let chosen = ImportOptions { output: Some("y".to_owned()), ..ImportOptions::default() };
    assert!(read_onnx(&outputs.encode_to_vec(), &chosen).is_ok());
    assert!(read(&message::Model::default()).is_err());
    assert!(read_onnx(&[], &ImportOptions::default()).is_err());
}

#[test]
fn an_open_shape_is_asked_for() {
    let mut open = model(vec![node("Relu", &["x"], "y")], vec![]);
    open.graph.as_mut().unwrap().input[0] = info("x", &[None, Some(2), None]);
    let text = read(&open).unwrap_err().to_string();
    assert!(text.contains("(?, 2, ?)") && text.contains("give the shape of a sample"), "{text}");
    let of_shape = |shape: &[usize]| ImportOptions { sample_shape: Some(shape.to_vec()), ..ImportOptions::default() };
    let bytes = open.encode_to_vec();
    assert_eq!(read_onnx(&bytes, &of_shape(&[2, 5])).unwrap().output_shape(), [2, 5]);
    assert!(read_onnx(&bytes, &of_shape(&[3, 5])).unwrap_err().to_string().contains("does not fit"));
}

/// A few bytes must not ask for gigabytes.
#[test]
fn expansion_beyond_the_file_is_refused() {
    let nodes = vec![node("ConstantOfShape", &["s"], "c"), node("Add", &["x", "c"], "y")];
    let text = refused(nodes, vec![whole("s", &[1 << 20, 1 << 20])]);
    assert!(text.contains("expands the model"), "{text}");
    let mut nodes = vec![node("ConstantOfShape", &["s"], "c0")];
    nodes.extend((0..40).map(|i| node("Neg", &[&format!("c{i}")], &format!("c{}", i + 1))));
    nodes.push(node("Add", &["x", "c40"], "y"));
    let text = refused(nodes, vec![whole("s", &[1, 1000, 300])]);
    assert!(text.contains("expands the model"), "{text}");
}

/// A deep chain is no deep recursion.
#[test]
fn long_chains_are_read() {
    const LENGTH: usize = 20_000;
    let mut nodes: Vec<_> = (0..LENGTH).map(|i| node("Abs", &[&format!("v{i}")], &format!("v{}", i + 1))).collect();
    nodes.reverse();
    nodes[0].output[0] = "y".to_owned();
    nodes[LENGTH - 1].input[0] = "x".to_owned();
    assert_eq!(read(&model(nodes, vec![])).unwrap().nodes().len(), LENGTH + 1);
}

/// A file that ends early is never taken for a whole one.
#[test]
fn truncated_files_are_refused() {
    let weights = vec![tensor("w", &[3, 4], &[0.5; 12]), tensor("b", &[4], &[1.0; 4])];
    let nodes = vec![node("MatMul", &["x", "w"], "a"), node("Add", &["a", "b"], "c"), node("Relu", &["c"], "y")];
    let bytes = model(nodes, weights).encode_to_vec();
    assert!(read_onnx(&bytes, &ImportOptions::default()).is_ok());
    for length in 0..bytes.len() {
        assert!(read_onnx(&bytes[..length], &ImportOptions::default()).is_err(), "{length} of {} bytes", bytes.len());
    }
}
