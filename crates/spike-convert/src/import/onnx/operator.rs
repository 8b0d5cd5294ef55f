//! The operators that are understood, by name.

use super::importer::Importer;
use super::operation::Operation;
use super::value::Value;
use super::{arithmetic, constant, linear, movement, normalise, pool};
use crate::import::ImportError;
use crate::layer::{BinaryOp, Function, Layer};

type Results = Result<Vec<Value>, ImportError>;
type Build = fn(&mut Importer, &Operation<'_>) -> Results;

/// How an operator is imported.
enum Rule {
    /// It treats constants itself, or must not be computed at import because that may be long.
    Any(Build),
    /// It computes: constants alone are computed now.
    Computed(Build),
}

fn rule(operator: &str) -> Option<Rule> {
    use Rule::{Any, Computed};
    Some(match operator {
        "Identity" => Any(movement::identity),
        "Dropout" => Any(movement::dropout),
        "Reshape" => Any(movement::reshape),
        "Flatten" => Any(movement::flatten),
        "Squeeze" => Any(movement::squeeze),
        "Unsqueeze" => Any(movement::unsqueeze),
        "Transpose" => Any(movement::transpose),
        "Slice" => Any(movement::slice),
        "Gather" => Any(movement::gather),
        "Split" => Any(movement::split),
        "Expand" => Any(movement::expand),
        "Concat" => Any(movement::concat),
        "Constant" => Any(constant::constant),
        "ConstantOfShape" => Any(constant::constant_of_shape),
        "Shape" => Any(constant::shape),
        "Size" => Any(constant::size),
        "Range" => Any(constant::range),
        "Cast" => Any(constant::cast),
        "Equal" => Any(constant::equal),
        "Where" => Any(constant::choose),
        "Add" => Any(|i, op| arithmetic::binary(i, op, BinaryOp::Add)),
        "Sub" => Any(|i, op| arithmetic::binary(i, op, BinaryOp::Sub)),
        "Mul" => Any(|i, op| arithmetic::binary(i, op, BinaryOp::Mul)),
        "Div" => Any(|i, op| arithmetic::binary(i, op, BinaryOp::Div)),
        "Sum" => Computed(arithmetic::sum),
        "Max" | "Min" => Computed(arithmetic::limit),
        "Relu" => Computed(|i, op| arithmetic::map(i, op, Layer::Relu)),
        "Clip" => Computed(arithmetic::clip),
        "LeakyRelu" => Computed(arithmetic::leaky_relu),
        "Gelu" => Computed(arithmetic::gelu),
        "Pow" => Computed(arithmetic::pow),
        "Reciprocal" => Computed(|i, op| arithmetic::function(i, op, Function::Pow { exponent: -1.0 })),
        "Sqrt" => Computed(|i, op| arithmetic::function(i, op, Function::Sqrt)),
        "Sigmoid" => Computed(|i, op| arithmetic::function(i, op, Function::Sigmoid)),
        "Tanh" => Computed(|i, op| arithmetic::function(i, op, Function::Tanh)),
        "Erf" => Computed(|i, op| arithmetic::function(i, op, Function::Erf)),
        "Exp" => Computed(|i, op| arithmetic::function(i, op, Function::Exp)),
        "Floor" => Computed(|i, op| arithmetic::function(i, op, Function::Floor)),
        "Neg" => Computed(|i, op| arithmetic::function(i, op, Function::Neg)),
        "Abs" => Computed(|i, op| arithmetic::function(i, op, Function::Abs)),
        "Gemm" => Any(linear::gemm),
        "MatMul" => Any(linear::matmul),
        "Conv" => Any(linear::conv),
        "MaxPool" => Any(pool::max_pool),
        "AveragePool" => Any(pool::average_pool),
        "GlobalMaxPool" => Any(pool::global_max_pool),
        "GlobalAveragePool" => Any(pool::global_average_pool),
        "ReduceMean" => Computed(pool::reduce_mean),
        "BatchNormalization" => Computed(normalise::batch_norm),
        "LayerNormalization" => Computed(normalise::layer_norm),
        "Softmax" => Computed(normalise::softmax),
        _ => return None,
    })
}

/// Imports one node: its results in order.
pub(super) fn apply(importer: &mut Importer, op: &Operation<'_>, domain: &str) -> Results {
    let operator = op.operator();
    let is_standard = matches!(domain, "" | "ai.onnx") || (domain, operator) == ("com.microsoft", "Gelu");
    let Some(rule) = rule(operator).filter(|_| is_standard) else {
        let name = if is_standard { operator.to_owned() } else { format!("{domain}.{operator}") };
        return Err(ImportError::UnsupportedOperator {
            node: op.label().to_owned(),
            operator: name,
            remedy: remedy(operator, is_standard).to_owned(),
        });
    };
    let results = match rule {
        Rule::Any(build) => build(importer, op)?,
        Rule::Computed(build) => {
            let constant = op.operands().iter().flatten().all(|value| matches!(value, Value::Const(_)));
            if constant {
                let results = importer.fold(op, |scratch, op| {
                    let results = build(scratch, op)?;
                    op.check_attributes()?;
                    Ok(results)
                })?;
                return Ok(results);
            }
            build(importer, op)?
        }
    };
    op.check_attributes()?;
    Ok(results)
}

/// What to do about an operator that is not understood.
fn remedy(operator: &str, is_standard: bool) -> &'static str {
    if !is_standard {
        return "export with standard ONNX operators only, without fusion by an optimiser";
    }
    match operator {
        "LSTM" | "GRU" | "RNN" => "recurrent layers are not feed-forward: replace them by Dense, Conv or attention",
        "If" | "Loop" | "Scan" => "export with fixed control flow, for example by tracing with one example input",
        "QuantizeLinear" | "DequantizeLinear" | "QLinearConv" | "QLinearMatMul" | "ConvInteger" | "MatMulInteger" => {
            "export the network before quantisation, in float32"
        }
        "Pad" => "put the padding into the pads of the Conv or pooling layer that follows",
        "Resize" | "Upsample" | "ConvTranspose" => "resize before the network, or replace it by strided Conv layers",
        "Elu" | "Selu" | "Celu" | "HardSigmoid" | "HardSwish" | "Mish" | "Softplus" | "PRelu" | "ThresholdedRelu" => {
            "train with ReLU, LeakyReLU, Clip or GELU instead"
        }
        "InstanceNormalization" | "GroupNormalization" | "LRN" => "train with BatchNorm or LayerNorm instead",
        "LogSoftmax" => "export the logits before it: the class is the same",
        "ArgMax" | "TopK" => "export the network without it: the class is found from the logits",
        _ => "remove it from the model, or replace it by operators that the documentation of `read_onnx` lists",
    }
}
