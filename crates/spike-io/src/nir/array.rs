//! Arrays of real numbers in the precision in which they are stored.

/// An array of real numbers, row-major; a shape of no axes is a single number.
///
/// ```
/// use spike_io::nir::NirArray;
/// let weight = NirArray::from_f32(&[2, 2], vec![1.0, 0.0, 0.0, 1.0]).unwrap();
/// assert_eq!(weight.shape(), [2, 2]);
/// assert!(NirArray::from_f32(&[3], vec![1.0]).is_none());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NirArray {
    shape: Vec<usize>,
    values: NirValues,
}

/// The numbers of an array.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NirValues {
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

fn fits(shape: &[usize], num_values: usize) -> bool {
    shape.iter().try_fold(1usize, |n, &length| n.checked_mul(length)) == Some(num_values)
}

impl NirArray {
    /// An array in single precision; `None` if the number of values is not that of the shape.
    #[must_use]
    pub fn from_f32(shape: &[usize], values: Vec<f32>) -> Option<Self> {
        fits(shape, values.len()).then(|| Self { shape: shape.to_vec(), values: NirValues::F32(values) })
    }

    /// An array in double precision; `None` if the number of values is not that of the shape.
    #[must_use]
    pub fn from_f64(shape: &[usize], values: Vec<f64>) -> Option<Self> {
        fits(shape, values.len()).then(|| Self { shape: shape.to_vec(), values: NirValues::F64(values) })
    }

    /// One value in each place, in single precision.
    ///
    /// # Errors
    /// `None` if the shape has more places than memory can number.
    #[must_use]
    pub fn full(shape: &[usize], value: f32) -> Option<Self> {
        let num_values = shape.iter().try_fold(1usize, |n, &length| n.checked_mul(length))?;
        Some(Self { shape: shape.to_vec(), values: NirValues::F32(vec![value; num_values]) })
    }

    /// One value in each place of another array, in its precision.
    pub(super) fn full_like(other: &Self, value: f64) -> Self {
        let values = match &other.values {
            NirValues::F32(values) => NirValues::F32(vec![value as f32; values.len()]),
            NirValues::F64(values) => NirValues::F64(vec![value; values.len()]),
        };
        Self { shape: other.shape.clone(), values }
    }

    /// Lengths of the axes.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers.
    #[must_use]
    pub fn values(&self) -> &NirValues {
        &self.values
    }

    /// The numbers in single precision, rounded if they are stored in double.
    #[must_use]
    pub fn to_f32(&self) -> Vec<f32> {
        match &self.values {
            NirValues::F32(values) => values.clone(),
            NirValues::F64(values) => values.iter().map(|&value| value as f32).collect(),
        }
    }

    /// The numbers in double precision.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        match &self.values {
            NirValues::F32(values) => values.iter().map(|&value| value.into()).collect(),
            NirValues::F64(values) => values.clone(),
        }
    }
}
