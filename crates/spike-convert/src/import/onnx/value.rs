//! The values that flow through an ONNX graph during import: constants, or results of nodes with a batch axis.

use crate::graph::NodeId;

/// A value of the ONNX graph.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Known now.
    Const(Const),
    /// Known when a sample is.
    Signal(Signal),
}

/// A known array.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Const {
    pub(super) shape: Vec<usize>,
    pub(super) data: Data,
}

/// The values of a known array; logical values are the integers 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Real(Vec<f32>),
    Int(Vec<i64>),
}

/// The result of a node of the imported graph, as ONNX sees it.
#[derive(Debug, Clone)]
pub(super) struct Signal {
    pub(super) node: NodeId,
    /// Shape with the batch axis in it.
    pub(super) shape: Vec<usize>,
    /// Where the samples are; none for a result that is the same for all samples.
    pub(super) batch: Option<Batch>,
}

/// Where the samples of a batch are in a row-major array.
///
/// The axis is `outer`·batch·inner long: exporters merge the batch with axes before it (tokens) and after it (heads).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) axis: usize,
    pub(super) outer: usize,
}

impl Signal {
    /// Shape of one sample: without the batch, and without its axis if nothing else is in it.
    pub(super) fn sample_shape(&self, batch_size: usize) -> Vec<usize> {
        sample_shape(&self.shape, self.batch, batch_size)
    }

    /// The axis of a sample that is `axis` of the batch; none for the batch axis itself.
    pub(super) fn sample_axis(&self, axis: usize, batch_size: usize) -> Option<usize> {
        match self.batch {
            Some(batch) if batch.axis == axis => None,
            Some(batch) if batch.axis < axis && self.shape[batch.axis] == batch_size => Some(axis - 1),
            _ => Some(axis),
        }
    }

    /// Whether every sample is one entry of the first axis.
    pub(super) fn is_batch_first(&self, batch_size: usize) -> bool {
        self.batch == Some(Batch { axis: 0, outer: 1 }) && self.shape.first() == Some(&batch_size)
    }
}

/// As [`Signal::sample_shape`].
pub(super) fn sample_shape(shape: &[usize], batch: Option<Batch>, batch_size: usize) -> Vec<usize> {
    let mut sample = shape.to_vec();
    if let Some(batch) = batch {
        sample[batch.axis] /= batch_size;
        if sample[batch.axis] == 1 {
            sample.remove(batch.axis);
        }
    }
    sample
}

/// Where the batch is after the same values were given another shape; none if it would be cut.
pub(super) fn batch_after_reshape(from: &[usize], batch: Batch, to: &[usize], batch_size: usize) -> Option<Batch> {
    let outer = from[..batch.axis].iter().product::<usize>().checked_mul(batch.outer)?;
    let mut before = 1usize;
    let mut found: Option<Batch> = None;
    for (axis, &length) in to.iter().enumerate() {
        if before != 0 && outer.is_multiple_of(before) {
            let candidate = Batch { axis, outer: outer / before };
            let fits = candidate.outer.checked_mul(batch_size).is_some_and(|cut| length.is_multiple_of(cut));
            // Only axes of length 1 make several places possible; the one before is kept where it can be.
            if fits && (found.is_none() || candidate == batch) {
                found = Some(candidate);
            }
        }
        before = before.checked_mul(length)?;
    }
    found
}

impl Const {
    pub(super) fn num_values(&self) -> usize {
        match &self.data {
            Data::Real(values) => values.len(),
            Data::Int(values) => values.len(),
        }
    }

    /// The values as whole numbers, if they are.
    pub(super) fn ints(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Int(values) => Some(values),
            Data::Real(_) => None,
        }
    }

    /// The values as real numbers, if they are.
    pub(super) fn reals(&self) -> Option<&[f32]> {
        match &self.data {
            Data::Real(values) => Some(values),
            Data::Int(_) => None,
        }
    }

    /// The only value, if there is just one and it is real.
    pub(super) fn scalar(&self) -> Option<f32> {
        match self.reals() {
            Some(&[value]) => Some(value),
            _ => None,
        }
    }

    /// Picks values by their places.
    pub(super) fn select(&self, shape: Vec<usize>, index: &[u32]) -> Self {
        let data = match &self.data {
            Data::Real(values) => Data::Real(index.iter().map(|&at| values[at as usize]).collect()),
            Data::Int(values) => Data::Int(index.iter().map(|&at| values[at as usize]).collect()),
        };
        Self { shape, data }
    }

    /// A list of whole numbers.
    pub(super) fn int_list(values: Vec<i64>) -> Self {
        Self { shape: vec![values.len()], data: Data::Int(values) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Batch = Batch { axis: 0, outer: 1 };
    /// A batch of 7, whose size divides nothing else.
    const B: usize = 7;

    #[test]
    fn a_sample_has_no_batch_axis() {
        assert_eq!(sample_shape(&[B, 3, 4], Some(FIRST), B), [3, 4]);
        assert_eq!(sample_shape(&[2 * B, 3], Some(FIRST), B), [2, 3]);
        assert_eq!(sample_shape(&[5, B, 3], Some(Batch { axis: 1, outer: 1 }), B), [5, 3]);
        assert_eq!(sample_shape(&[5, 3], None, B), [5, 3]);
    }

    #[test]
    fn the_batch_is_followed_through_reshapes() {
        let follow = |from: &[usize], batch, to: &[usize]| batch_after_reshape(from, batch, to, B);
        assert_eq!(follow(&[B, 2, 3], FIRST, &[B, 6]), Some(FIRST));
        assert_eq!(follow(&[B, 2, 3], FIRST, &[2 * B, 3]), Some(FIRST));
        assert_eq!(follow(&[B, 6], FIRST, &[1, B, 6]), Some(Batch { axis: 1, outer: 1 }));
        // Tokens first, then merged with the batch, and back.
        let second = Batch { axis: 1, outer: 1 };
        assert_eq!(follow(&[5, B, 4], second, &[5 * B, 4]), Some(Batch { axis: 0, outer: 5 }));
        assert_eq!(follow(&[5 * B, 4], Batch { axis: 0, outer: 5 }, &[5, B, 4]), Some(second));
        assert_eq!(follow(&[5, B, 4], second, &[5, 2 * B, 2]), Some(second));
        // The batch cut in two.
        assert_eq!(follow(&[B, 6], FIRST, &[6, B]), None);
    }

    #[test]
    fn a_batch_of_one_stays_where_it_was() {
        assert_eq!(batch_after_reshape(&[1, 1, 6], FIRST, &[1, 1, 2, 3], 1), Some(FIRST));
        let second = Batch { axis: 1, outer: 1 };
        assert_eq!(batch_after_reshape(&[1, 1, 6], second, &[1, 1, 2, 3], 1), Some(second));
    }
}
