//! Arrays whose first axis varies fastest: held in memory and turned on reading.

use crate::dense::DenseSource;
use crate::element::ElementType;
use crate::error::ReadError;
use crate::shape::SampleShape;
use crate::source::SampleSource;

const LIMIT_BYTES: u64 = 1 << 31;

#[derive(Debug)]
pub(crate) struct FortranSource {
    /// Delivers the values in the order of the file.
    stored: DenseSource,
    values: Option<Vec<f64>>,
    next_sample: usize,
}

impl FortranSource {
    pub(crate) fn new(stored: DenseSource) -> Result<Self, ReadError> {
        let found_bytes = stored.shape().num_values() as u64 * size_of::<f64>() as u64;
        if found_bytes > LIMIT_BYTES {
            return Err(ReadError::FortranTooLarge { found_bytes, limit_bytes: LIMIT_BYTES });
        }
        Ok(Self { stored, values: None, next_sample: 0 })
    }

    fn load(&mut self) -> Result<Vec<f64>, ReadError> {
        let mut values = Vec::new();
        self.stored.rewind()?;
        self.stored.read_samples(usize::MAX, &mut values)?;
        Ok(values)
    }
}

/// Appends one sample in C order.
fn append_sample(values: &[f64], shape: &SampleShape, sample: usize, into: &mut Vec<f64>) {
    let axes = shape.feature_shape();
    let mut strides = Vec::with_capacity(axes.len());
    let mut stride = shape.num_samples();
    for &axis in axes {
        strides.push(stride);
        stride *= axis;
    }
    let mut index = vec![0; axes.len()];
    let mut at = sample;
    for _ in 0..shape.num_features() {
        into.push(values[at]);
        for axis in (0..axes.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < axes[axis] {
                break;
            }
            at -= strides[axis] * axes[axis];
            index[axis] = 0;
        }
    }
}

impl SampleSource for FortranSource {
    fn shape(&self) -> &SampleShape {
        self.stored.shape()
    }

    fn element(&self) -> ElementType {
        self.stored.element()
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.next_sample = 0;
        Ok(())
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = self.shape().num_samples() - self.next_sample;
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        self.next_sample += num_samples;
        Ok(())
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        let num_samples = max_samples.min(self.shape().num_samples() - self.next_sample);
        if num_samples == 0 {
            return Ok(0);
        }
        let values = match self.values.take() {
            Some(values) => values,
            None => self.load()?,
        };
        for sample in self.next_sample..self.next_sample + num_samples {
            append_sample(&values, self.stored.shape(), sample, into);
        }
        self.values = Some(values);
        self.next_sample += num_samples;
        Ok(num_samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_out_in_c_order() {
        // Element (i, j, k) of a 2 x 3 x 4 array is 100 i + 10 j + k.
        let shape = SampleShape::new(2, vec![3, 4]).unwrap();
        let mut stored = Vec::new();
        for k in 0..4 {
            for j in 0..3 {
                for i in 0..2 {
                    stored.push(f64::from(100 * i + 10 * j + k));
                }
            }
        }
        let mut values = Vec::new();
        append_sample(&stored, &shape, 1, &mut values);
        let expected: Vec<f64> = (0..3).flat_map(|j| (0..4).map(move |k| f64::from(100 + 10 * j + k))).collect();
        assert_eq!(values, expected);
    }
}
