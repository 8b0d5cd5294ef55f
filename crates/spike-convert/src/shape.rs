//! Shape inference: the shape of a layer's result from those of its operands, and what is wrong if there is none.

use crate::error::GraphError;
use crate::graph::MAX_NODE_VALUES;
use crate::layer::{BatchNorm, Conv, Dense, Layer, LayerNorm, Pool, Select, Window};
use crate::tensor::num_values;

/// The shape of the result of a layer.
pub(crate) fn infer(node: &str, layer: &Layer, operands: &[&[usize]]) -> Result<Vec<usize>, GraphError> {
    let at = At { node, layer, operands };
    let expected = layer.num_operands();
    if expected.map_or(operands.is_empty(), |expected| expected != operands.len()) {
        return Err(GraphError::NumOperands {
            node: node.to_owned(),
            layer: layer.name(),
            found: operands.len(),
            expected: expected.map_or("1 or more".to_owned(), |number| number.to_string()),
        });
    }
    let shape = match (layer, operands) {
        (Layer::Constant(tensor), _) => tensor.shape().to_vec(),
        (Layer::Dense(dense), [x]) => at.dense(dense, x)?,
        (Layer::Conv(conv), [x]) => at.conv(conv, x)?,
        (Layer::BatchNorm(norm), [x]) => at.batch_norm(norm, x)?,
        (Layer::Clip { min, max }, [x]) => {
            if min.is_nan() || max.is_nan() || max < min {
                return Err(
                    at.invalid(format!("the bounds are {min} and {max}; the first must not be above the second"))
                );
            }
            x.to_vec()
        }
        (Layer::MaxPool(pool) | Layer::AveragePool { pool, .. }, [x]) => at.pool(pool, x)?,
        (Layer::Mean { axes, keep_axes }, [x]) => at.mean(axes, *keep_axes, x)?,
        (Layer::Reshape(shape), [x]) => {
            if num_values(shape) != num_values(x) {
                return Err(at.misfit(format!("a result of shape {shape:?} needs as many values")));
            }
            shape.clone()
        }
        (Layer::Select(select), [x]) => at.select(select, x)?,
        (Layer::Concat { axis }, _) => at.concat(*axis)?,
        (Layer::Binary(_), [a, b]) => broadcast(a, b)
            .ok_or_else(|| at.misfit("axes must be equal from the last on, or one of them 1".to_owned()))?,
        (Layer::MatMul, [a, b]) => at.matmul(a, b)?,
        (Layer::LayerNorm(norm), [x]) => at.layer_norm(norm, x)?,
        (Layer::Softmax { axis }, [x]) => {
            if x.len() <= *axis {
                return Err(at.misfit(format!("it has no axis {axis}")));
            }
            x.to_vec()
        }
        (Layer::Relu | Layer::Gelu(_) | Layer::Function(_), [x]) => x.to_vec(),
        _ => return Err(at.invalid("it is made by Graph::new only".to_owned())),
    };
    check_size(node, &shape)?;
    Ok(shape)
}

/// Refuses a result that is empty or too large.
pub(crate) fn check_size(node: &str, shape: &[usize]) -> Result<(), GraphError> {
    if shape.contains(&0) {
        return Err(GraphError::EmptyShape { node: node.to_owned(), shape: shape.to_vec() });
    }
    match num_values(shape) {
        Some(number) if number <= MAX_NODE_VALUES => Ok(()),
        _ => Err(GraphError::TooLarge { node: node.to_owned(), shape: shape.to_vec() }),
    }
}

/// The common shape of two shapes aligned at the last axis, in which axes of length 1 are repeated.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let at = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
    (0..rank)
        .map(|axis| match (at(a, axis), at(b, axis)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// (channels, height, width) of an image, or of a signal as an image of height 1.
pub(crate) fn image(shape: &[usize]) -> Option<[usize; 3]> {
    match *shape {
        [channels, height, width] => Some([channels, height, width]),
        [channels, length] => Some([channels, 1, length]),
        _ => None,
    }
}

/// The layer whose shape is asked for.
struct At<'a> {
    node: &'a str,
    layer: &'a Layer,
    operands: &'a [&'a [usize]],
}

impl At<'_> {
    fn misfit(&self, expected: String) -> GraphError {
        let found = self.operands.iter().map(|shape| shape.to_vec()).collect();
        GraphError::Shape { node: self.node.to_owned(), layer: self.layer.name(), found, expected }
    }

    fn invalid(&self, problem: String) -> GraphError {
        GraphError::Layer { node: self.node.to_owned(), layer: self.layer.name(), problem }
    }

    fn dense(&self, dense: &Dense, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        let &[num_outputs, num_inputs] = dense.weight.shape() else {
            return Err(self.invalid(format!("its weights have shape {:?}, not (out, in)", dense.weight.shape())));
        };
        if let Some(bias) = dense.bias.as_ref().filter(|bias| bias.shape() != [num_outputs]) {
            return Err(self.invalid(format!("its bias has shape {:?}, not ({num_outputs})", bias.shape())));
        }
        match x.split_last() {
            Some((&last, before)) if last == num_inputs => Ok([before, &[num_outputs]].concat()),
            _ => Err(self.misfit(format!("the last axis must be {num_inputs} long"))),
        }
    }

    fn conv(&self, conv: &Conv, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        let Some([channels, height, width]) = image(x) else {
            return Err(self.misfit("it takes (channels, height, width) or (channels, length)".to_owned()));
        };
        let weight = conv.weight.shape();
        let kernel = match *weight {
            [_, _, height, width] if x.len() == 3 => [height, width],
            [_, _, length] if x.len() == 2 => [1, length],
            _ => return Err(self.misfit(format!("weights of shape {weight:?} are for another number of axes"))),
        };
        if kernel != conv.window.kernel {
            return Err(self.invalid(format!("its window is {:?}, its weights have {kernel:?}", conv.window.kernel)));
        }
        let (num_outputs, per_group) = (conv.num_outputs(), conv.inputs_per_group());
        if conv.groups == 0 || !num_outputs.is_multiple_of(conv.groups) {
            return Err(self.invalid(format!("{num_outputs} filters cannot form {} groups", conv.groups)));
        }
        if Some(channels) != per_group.checked_mul(conv.groups) {
            let groups = conv.groups;
            return Err(
                self.misfit(format!("weights of shape {weight:?} in {groups} groups need another number of channels"))
            );
        }
        if let Some(bias) = conv.bias.as_ref().filter(|bias| bias.shape() != [num_outputs]) {
            return Err(self.invalid(format!("its bias has shape {:?}, not ({num_outputs})", bias.shape())));
        }
        let [height, width] = self.positions(&conv.window, [height, width], false)?;
        Ok(if x.len() == 3 { vec![num_outputs, height, width] } else { vec![num_outputs, width] })
    }

    fn pool(&self, pool: &Pool, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        let Some([channels, height, width]) = image(x) else {
            return Err(self.misfit("it takes (channels, height, width) or (channels, length)".to_owned()));
        };
        let size = [height, width];
        let positions = self.positions(&pool.window, size, pool.ceil)?;
        for axis in 0..2 {
            let blind = |position: &usize| pool.window.places(axis, *position, size[axis]).next().is_none();
            if let Some(position) = (0..positions[axis]).find(blind) {
                return Err(self
                    .misfit(format!("window {position} of {:?} sees padding alone; pad by less", pool.window.kernel)));
            }
        }
        let [height, width] = positions;
        Ok(if x.len() == 3 { vec![channels, height, width] } else { vec![channels, width] })
    }

    fn positions(&self, window: &Window, size: [usize; 2], ceil: bool) -> Result<[usize; 2], GraphError> {
        if window.kernel.contains(&0) || window.stride.contains(&0) || window.dilation.contains(&0) {
            return Err(self.invalid("kernel, stride and dilation must be at least 1".to_owned()));
        }
        // Beyond this bound the places of a window could not be computed without overflow.
        let numbers = [window.kernel, window.stride, window.dilation, window.pad_begin, window.pad_end];
        if numbers.iter().flatten().any(|&number| MAX_NODE_VALUES < number) {
            return Err(self.invalid(format!("a window has a number beyond {MAX_NODE_VALUES}")));
        }
        let mut positions = [0; 2];
        for axis in 0..2 {
            positions[axis] = window
                .num_positions(axis, size[axis], ceil)
                .ok_or_else(|| self.misfit(format!("a window of {:?} does not fit", window.kernel)))?;
        }
        Ok(positions)
    }

    fn batch_norm(&self, norm: &BatchNorm, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        let channels = norm.scale.len();
        if [&norm.shift, &norm.mean, &norm.variance].iter().any(|values| values.len() != channels) {
            return Err(self.invalid("scale, shift, mean and variance must be equally long".to_owned()));
        }
        if norm.scale_and_shift().iter().any(|(scale, shift)| !(scale.is_finite() && shift.is_finite())) {
            return Err(self.invalid("variance + ε must be positive and all values finite".to_owned()));
        }
        if x.first() == Some(&channels) {
            Ok(x.to_vec())
        } else {
            Err(self.misfit(format!("the first axis must have {channels} channels")))
        }
    }

    fn mean(&self, axes: &[usize], keep_axes: bool, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        if !axes.is_sorted_by(|a, b| a < b) || axes.last().is_some_and(|&last| x.len() <= last) {
            return Err(self.misfit(format!("axes {axes:?} must ascend and exist")));
        }
        let kept = x.iter().enumerate().filter_map(|(axis, &length)| match (axes.contains(&axis), keep_axes) {
            (true, true) => Some(1),
            (true, false) => None,
            (false, _) => Some(length),
        });
        Ok(kept.collect())
    }

    fn select(&self, select: &Select, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        if num_values(&select.shape) != Some(select.index.len()) {
            return Err(self.invalid(format!("{} indices for shape {:?}", select.index.len(), select.shape)));
        }
        let size = num_values(x).unwrap_or(0);
        if select.index.iter().any(|&index| size <= index as usize) {
            return Err(self.misfit("an index lies outside".to_owned()));
        }
        Ok(select.shape.clone())
    }

    fn concat(&self, axis: usize) -> Result<Vec<usize>, GraphError> {
        let mut shape = self.operands[0].to_vec();
        if shape.len() <= axis {
            return Err(self.misfit(format!("there is no axis {axis}")));
        }
        for other in &self.operands[1..] {
            let fits = other.len() == shape.len()
                && other.iter().zip(&shape).enumerate().all(|(at, (a, b))| at == axis || a == b);
            if !fits {
                return Err(self.misfit(format!("all axes but axis {axis} must be equal")));
            }
            shape[axis] = shape[axis].saturating_add(other[axis]);
        }
        Ok(shape)
    }

    fn matmul(&self, a: &[usize], b: &[usize]) -> Result<Vec<usize>, GraphError> {
        let ([.., rows, inner], [.., other, columns]) = (a, b) else {
            return Err(self.misfit("both need two axes".to_owned()));
        };
        if inner != other {
            return Err(
                self.misfit("the last axis of the first must be as long as the last but one of the second".to_owned())
            );
        }
        let batch = broadcast(&a[..a.len() - 2], &b[..b.len() - 2])
            .ok_or_else(|| self.misfit("the axes before the matrices must be equal, or 1".to_owned()))?;
        Ok([batch.as_slice(), &[*rows, *columns]].concat())
    }

    fn layer_norm(&self, norm: &LayerNorm, x: &[usize]) -> Result<Vec<usize>, GraphError> {
        if norm.num_axes == 0 || x.len() < norm.num_axes {
            return Err(self.misfit(format!("it normalises the last {} axes", norm.num_axes)));
        }
        let size = num_values(&x[x.len() - norm.num_axes..]);
        if [&norm.scale, &norm.shift].into_iter().flatten().any(|values| Some(values.len()) != size) {
            return Err(self.misfit("scale and shift need one value for each normalised position".to_owned()));
        }
        if !(0.0 <= norm.epsilon && norm.epsilon.is_finite()) {
            return Err(self.invalid(format!("ε is {}, it must be finite and not negative", norm.epsilon)));
        }
        Ok(x.to_vec())
    }
}
