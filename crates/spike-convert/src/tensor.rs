//! Dense arrays of 32-bit numbers: the weights of a network, as files store them.

use crate::error::GraphError;

/// A dense array in row-major order, without a batch axis.
///
/// Weights keep the 32 bits of the files that they come from. A tensor without axes holds one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Tensor {
    /// A tensor of the given shape.
    ///
    /// # Errors
    /// [`GraphError::TensorLength`] if the shape does not hold exactly the given number of values.
    pub fn new(shape: Vec<usize>, values: Vec<f32>) -> Result<Self, GraphError> {
        match num_values(&shape) {
            Some(expected) if expected == values.len() => Ok(Self { shape, values }),
            _ => Err(GraphError::TensorLength { shape, found: values.len() }),
        }
    }

    /// A tensor without axes.
    #[must_use]
    pub fn scalar(value: f32) -> Self {
        Self { shape: Vec::new(), values: vec![value] }
    }

    /// A tensor with one axis.
    #[must_use]
    pub fn vector(values: Vec<f32>) -> Self {
        Self { shape: vec![values.len()], values }
    }

    /// Length of each axis, the slowest first.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values in row-major order.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether an axis is 0 long.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The same values under another shape.
    ///
    /// # Errors
    /// [`GraphError::TensorLength`] if the shape does not hold exactly the values of this tensor.
    pub fn into_reshaped(self, shape: Vec<usize>) -> Result<Self, GraphError> {
        Self::new(shape, self.values)
    }

    /// The values alone.
    #[must_use]
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }
}

/// The number of values of a shape, unless it exceeds the address space.
pub(crate) fn num_values(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_holds_its_values_exactly() {
        assert_eq!(Tensor::new(vec![2, 3], vec![0.0; 6]).unwrap().len(), 6);
        let error = Tensor::new(vec![2, 3], vec![0.0; 5]).unwrap_err();
        assert_eq!(error, GraphError::TensorLength { shape: vec![2, 3], found: 5 });
        assert!(Tensor::new(vec![usize::MAX, 2], Vec::new()).is_err());
        assert!(Tensor::new(vec![0, 4], Vec::new()).unwrap().is_empty());
        assert_eq!(Tensor::scalar(3.0).shape(), &[] as &[usize]);
    }

    #[test]
    fn reshaping_keeps_the_values() {
        let tensor = Tensor::vector(vec![1.0, 2.0, 3.0, 4.0]).into_reshaped(vec![2, 2]).unwrap();
        assert_eq!((tensor.shape(), tensor.values()), (&[2, 2][..], &[1.0, 2.0, 3.0, 4.0][..]));
        assert!(tensor.into_reshaped(vec![3]).is_err());
    }
}
