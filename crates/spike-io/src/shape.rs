//! Shape of a source: samples times features.

use crate::error::ReadError;

/// How many samples a source has, and the shape of each.
///
/// Every axis is at least 1 and the number of values is below `isize::MAX / 8`, so that it can be multiplied without care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleShape {
    num_samples: usize,
    feature_shape: Vec<usize>,
    num_features: usize,
}

impl SampleShape {
    /// A shape of `num_samples` samples, each of `feature_shape`; an empty `feature_shape` is one feature.
    ///
    /// # Errors
    ///
    /// [`ReadError::Empty`] when an axis is 0, [`ReadError::ShapeOverflow`] when the number of values is too large.
    ///
    /// # Examples
    ///
    /// ```
    /// let shape = spike_io::SampleShape::new(10, vec![28, 28])?;
    /// assert_eq!(shape.num_features(), 784);
    /// assert_eq!(shape.num_values(), 7840);
    /// # Ok::<(), spike_io::ReadError>(())
    /// ```
    pub fn new(num_samples: usize, feature_shape: Vec<usize>) -> Result<Self, ReadError> {
        let axes =
            || std::iter::once(num_samples).chain(feature_shape.iter().copied()).map(|axis| axis as u64).collect();
        if num_samples == 0 || feature_shape.contains(&0) {
            return Err(ReadError::Empty { shape: axes() });
        }
        let num_features = feature_shape.iter().try_fold(1usize, |product, &axis| product.checked_mul(axis));
        let Some(num_features) = num_features.filter(|&features| {
            features.checked_mul(num_samples).is_some_and(|values| values <= isize::MAX as usize / 8)
        }) else {
            return Err(ReadError::ShapeOverflow { shape: axes() });
        };
        Ok(Self { num_samples, feature_shape, num_features })
    }

    /// The meaning of an array: the first axis counts samples, and an array with one axis is one sample.
    pub(crate) fn from_axes(axes: &[u64]) -> Result<Self, ReadError> {
        let overflow = || ReadError::ShapeOverflow { shape: axes.to_vec() };
        let mut sizes =
            axes.iter().map(|&axis| usize::try_from(axis).map_err(|_| overflow())).collect::<Result<Vec<_>, _>>()?;
        match sizes.len() {
            0 => return Err(ReadError::NoAxes),
            1 => {}
            _ => {
                let num_samples = sizes.remove(0);
                return Self::new(num_samples, sizes);
            }
        }
        if sizes == [0] {
            return Err(ReadError::Empty { shape: axes.to_vec() });
        }
        Self::new(1, sizes)
    }

    /// Number of samples.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.num_samples
    }

    /// Shape of one sample.
    #[must_use]
    pub fn feature_shape(&self) -> &[usize] {
        &self.feature_shape
    }

    /// Values of one sample.
    #[must_use]
    pub fn num_features(&self) -> usize {
        self.num_features
    }

    /// Values of all samples.
    #[must_use]
    pub fn num_values(&self) -> usize {
        self.num_samples * self.num_features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis_is_one_sample() {
        let shape = SampleShape::from_axes(&[5]).unwrap();
        assert_eq!((shape.num_samples(), shape.feature_shape()), (1, &[5][..]));
        let shape = SampleShape::from_axes(&[5, 1]).unwrap();
        assert_eq!((shape.num_samples(), shape.feature_shape()), (5, &[1][..]));
    }

    #[test]
    fn no_axes_empty_and_overflow_are_told_apart() {
        assert!(matches!(SampleShape::from_axes(&[]), Err(ReadError::NoAxes)));
        for axes in [&[0][..], &[0, 3], &[3, 0], &[u64::MAX, 0]] {
            let error = SampleShape::from_axes(axes).unwrap_err();
            assert!(matches!(error, ReadError::Empty { shape } if shape == axes));
        }
        for axes in [&[u64::MAX][..], &[1 << 32, 1 << 32], &[1 << 61], &[3, 1 << 60]] {
            let error = SampleShape::from_axes(axes).unwrap_err();
            assert!(matches!(error, ReadError::ShapeOverflow { .. }));
        }
    }
}
