//! ONNX files, opsets 7 to 18.
//!
//! Messages are parsed by `prost`; nodes are ordered here, constants are folded, shapes are followed with the batch
//! in them, and what is left are layers of one sample.

mod arithmetic;
mod constant;
mod importer;
mod linear;
mod message;
mod movement;
mod normalise;
mod operation;
mod operator;
mod order;
mod pool;
mod tensor;
#[cfg(test)]
mod tests;
mod value;

use super::{ImportError, ImportOptions, weights};
use crate::graph::Graph;
use importer::{Importer, UNKNOWN_BATCH};
use operation::Operation;
use prost::Message;
use std::collections::HashMap;
use value::{Batch, Signal, Value};

/// Oldest and newest set of operators.
const OPSETS: (i64, i64) = (7, 18);

/// Reads an ONNX file.
///
/// The first axis of the input is the batch, of a fixed or unknown length, unless the input has one axis only.
/// Every node that the output depends on becomes layers of one sample, or constants; Dropout and Identity vanish.
/// BatchNormalization stays a layer of its own until [`fold`](crate::fold).
///
/// | family | operators |
/// |---|---|
/// | weights | Gemm, MatMul, Conv (1 or 2 spatial axes; any pads, auto_pad, strides, dilations, groups) |
/// | normalisation | BatchNormalization, LayerNormalization, Softmax |
/// | windows, means | MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool, ReduceMean |
/// | values | Relu, LeakyRelu, Clip, Gelu, Erf, Sigmoid, Tanh, Exp, Sqrt, Pow, Reciprocal, Floor, Neg, Abs, Min, Max |
/// | combinations | Add, Sub, Mul, Div, Sum, Concat |
/// | moves | Reshape, Flatten, Transpose, Squeeze, Unsqueeze, Slice, Gather, Split, Expand, Identity, Dropout |
/// | known now | Constant, ConstantOfShape, Shape, Size, Range, Cast, Equal, Where |
///
/// Attention is what exporters write: MatMul, scaling, Softmax, MatMul.
/// An operator of constants alone is computed during import, an attribute that is not understood is an error.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use spike_convert::{AnalogNetwork, ImportOptions, fold, read_onnx};
/// let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/models/mlp.onnx"))?;
/// let network = AnalogNetwork::new(fold(&read_onnx(&bytes, &ImportOptions::default())?));
/// assert_eq!(network.graph().input_shape(), [1, 28, 28]);
/// assert_eq!(network.run(&[0.0; 784])?.len(), 10);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ImportError`] names the node, what is wrong with it and what to do.
pub fn read_onnx(bytes: &[u8], options: &ImportOptions) -> Result<Graph, ImportError> {
    let malformed = |problem: String| ImportError::Malformed { format: "ONNX", problem };
    let model = message::Model::decode(bytes).map_err(|error| malformed(error.to_string()))?;
    let opset = opset(&model)?;
    let graph = model.graph.as_ref().ok_or_else(|| malformed("it holds no graph".to_owned()))?;
    if !graph.sparse_initializer.is_empty() {
        return Err(malformed("it holds sparse weights; export dense ones".to_owned()));
    }
    if let Some(function) = model.functions.first() {
        let name = function.name.as_deref().unwrap_or_default();
        return Err(malformed(format!("it defines the operator {name:?} itself; export with functions inlined")));
    }
    let mut values = HashMap::new();
    for initializer in &graph.initializer {
        let name = initializer.name.as_deref().unwrap_or_default();
        values.insert(name, Value::Const(tensor::read(name, initializer)?));
    }
    let (input, mut importer) = start(graph, &values, opset, bytes.len(), options)?;
    values.insert(input, input_value(&importer, graph, input, options)?);
    let output = output(graph, options)?;
    for node in order::needed(graph, output, &values)? {
        let operands = node.input.iter().map(|name| values.get(name.as_str())).collect();
        let op = Operation::new(node, operands);
        let results = operator::apply(&mut importer, &op, node.domain.as_deref().unwrap_or_default())?;
        // A result beyond those computed, such as the mask of a Dropout, is missing only if something uses it.
        for (name, result) in node.output.iter().zip(results) {
            values.insert(name, result);
        }
    }
    match values.get(output) {
        Some(Value::Signal(signal)) => {
            importer.graph.set_output(signal.node).map_err(ImportError::Graph)?;
            let graph = importer.graph.rebuilt(&HashMap::new()).map_err(ImportError::Graph)?;
            weights::check(&graph)?;
            Ok(graph)
        }
        Some(Value::Const(_)) => Err(malformed(format!("the output {output:?} does not depend on the input"))),
        None => Err(ImportError::MissingValue { value: output.to_owned(), user: "the output".to_owned() }),
    }
}

fn opset(model: &message::Model) -> Result<i64, ImportError> {
    let standard = |set: &&message::OperatorSet| matches!(set.domain.as_deref(), None | Some("" | "ai.onnx"));
    let found = model.opset_import.iter().find(standard).and_then(|set| set.version).unwrap_or(0);
    let (oldest, newest) = OPSETS;
    if oldest <= found && found <= newest { Ok(found) } else { Err(ImportError::Opset { found, oldest, newest }) }
}

/// The lengths of the axes of the input, none where unknown.
fn input_dims(graph: &message::Graph, input: &str) -> Option<Vec<Option<usize>>> {
    let info = graph.input.iter().find(|info| info.name.as_deref() == Some(input))?;
    let shape = info.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?;
    let length = |dim: &message::Dimension| dim.dim_value.and_then(|length| usize::try_from(length).ok());
    Some(shape.dim.iter().map(|dim| length(dim).filter(|&length| length != 0)).collect())
}

/// Finds the input and begins a graph with it.
fn start<'a>(
    graph: &'a message::Graph,
    values: &HashMap<&str, Value>,
    opset: i64,
    num_bytes: usize,
    options: &ImportOptions,
) -> Result<(&'a str, Importer), ImportError> {
    let names = graph.input.iter().filter_map(|input| input.name.as_deref());
    let inputs: Vec<&str> = names.filter(|name| !values.contains_key(name)).collect();
    let &[input] = inputs.as_slice() else {
        return Err(ImportError::Inputs { found: inputs.into_iter().map(str::to_owned).collect() });
    };
    let dims = input_dims(graph, input);
    let describe = |problem: String| ImportError::InputShape {
        input: input.to_owned(),
        found: dims.as_ref().map_or("?".to_owned(), |dims| {
            let lengths: Vec<_> = dims.iter().map(|dim| dim.map_or("?".to_owned(), |d| d.to_string())).collect();
            format!("({})", lengths.join(", "))
        }),
        problem,
    };
    let batch_axes = usize::from(dims.as_ref().is_none_or(|dims| 1 < dims.len()));
    let sample = match (&dims, &options.sample_shape) {
        (Some(dims), Some(asked)) => {
            let known = &dims[batch_axes..];
            let fits = known.len() == asked.len() && known.iter().zip(asked).all(|(a, b)| a.is_none_or(|a| a == *b));
            if !fits {
                return Err(describe(format!("a sample of shape {asked:?} does not fit it")));
            }
            asked.clone()
        }
        (None, Some(asked)) => asked.clone(),
        (Some(dims), None) => dims[batch_axes..]
            .iter()
            .copied()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| describe("only the batch axis may be unknown: give the shape of a sample".to_owned()))?,
        (None, None) => return Err(describe("give the shape of a sample".to_owned())),
    };
    let batch_size = match &dims {
        Some(dims) if batch_axes == 1 => dims[0].unwrap_or(UNKNOWN_BATCH),
        _ => UNKNOWN_BATCH,
    };
    let graph = Graph::new(input, sample).map_err(ImportError::Graph)?;
    Ok((input, Importer::new(graph, opset, batch_size, num_bytes)))
}

/// The input as the nodes see it.
fn input_value(
    importer: &Importer,
    graph: &message::Graph,
    input: &str,
    options: &ImportOptions,
) -> Result<Value, ImportError> {
    let node = importer.graph.input();
    let sample = importer.graph.input_shape();
    let rank = input_dims(graph, input).map_or(sample.len() + 1, |dims| dims.len());
    if rank == sample.len() && rank == 1 {
        return Ok(Value::Signal(Signal { node, shape: sample.to_vec(), batch: None }));
    }
    if rank != sample.len() + 1 {
        let found = format!("of {rank} axes");
        let problem = format!("a sample of shape {:?} does not fit it", options.sample_shape);
        return Err(ImportError::InputShape { input: input.to_owned(), found, problem });
    }
    let shape = [&[importer.batch_size], sample].concat();
    // A sample of one axis that is 1 long stays an axis of its own.
    Ok(Value::Signal(Signal { node, shape, batch: Some(Batch { axis: 0, outer: 1 }) }))
}

/// The name of the value that is the result of the network.
fn output<'a>(graph: &'a message::Graph, options: &'a ImportOptions) -> Result<&'a str, ImportError> {
    let names: Vec<&str> = graph.output.iter().filter_map(|output| output.name.as_deref()).collect();
    match (&options.output, names.as_slice()) {
        (Some(asked), _) => Ok(asked),
        (None, &[name]) => Ok(name),
        (None, _) => Err(ImportError::Outputs { found: names.into_iter().map(str::to_owned).collect() }),
    }
}
