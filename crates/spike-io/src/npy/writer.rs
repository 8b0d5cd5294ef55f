//! Writing one array, in pieces.

use std::io::Write;

use crate::element::ElementType;
use crate::error::WriteError;
use crate::npy::header_bytes;

/// NumPy 1 reads at most this many.
const MOST_AXES: usize = 32;

/// Writes one array in C order, in as many pieces as the caller likes.
///
/// # Examples
///
/// ```
/// use spike_io::ElementType;
/// use spike_io::npy::NpyWriter;
///
/// let mut writer = NpyWriter::create(Vec::new(), &[2, 2], ElementType::F32)?;
/// writer.push(&[1.0, 2.0])?;
/// writer.push(&[3.0, 4.0])?;
/// let bytes = writer.finish()?;
/// assert_eq!(bytes.len(), 128 + 4 * 4);
/// # Ok::<(), spike_io::WriteError>(())
/// ```
#[derive(Debug)]
pub struct NpyWriter<W: Write> {
    writer: W,
    element: ElementType,
    expected: usize,
    found: usize,
    bytes: Vec<u8>,
}

impl<W: Write> NpyWriter<W> {
    /// Writes the header of an array of `shape`; `element` is `F64`, `F32` or `U8`.
    ///
    /// # Errors
    ///
    /// [`WriteError::UnsupportedElement`], [`WriteError::TooManyAxes`], [`WriteError::ShapeOverflow`], [`WriteError::Io`].
    pub fn create(mut writer: W, shape: &[usize], element: ElementType) -> Result<Self, WriteError> {
        let descr = match element {
            ElementType::F64 => "<f8",
            ElementType::F32 => "<f4",
            ElementType::U8 => "|u1",
            found => {
                return Err(WriteError::UnsupportedElement { found, allowed: "f64, f32 and u8" });
            }
        };
        let expected = checked_count(shape)?;
        writer.write_all(&header_bytes(descr, shape))?;
        Ok(Self { writer, element, expected, found: 0, bytes: Vec::new() })
    }

    /// Writes the next values; `f32` rounds to nearest.
    ///
    /// # Errors
    ///
    /// [`WriteError::CountMismatch`] when the shape is full, [`WriteError::NotRepresentable`] for a value that is no whole number from 0 to 255 (`U8`) or beyond the largest `f32` (`F32`), [`WriteError::Io`].
    /// After an error the array is not usable.
    pub fn push(&mut self, values: &[f64]) -> Result<(), WriteError> {
        let found = self.found + values.len();
        if found > self.expected {
            return Err(WriteError::CountMismatch { expected: self.expected, found });
        }
        const PIECE: usize = 1 << 13;
        for (piece_idx, piece) in values.chunks(PIECE).enumerate() {
            self.bytes.clear();
            let position = self.found + piece_idx * PIECE;
            append_bytes(&mut self.bytes, self.element, position, piece)?;
            self.writer.write_all(&self.bytes)?;
        }
        self.found = found;
        Ok(())
    }

    /// Checks that the array is complete, flushes and gives the writer back.
    ///
    /// # Errors
    ///
    /// [`WriteError::CountMismatch`] when values are missing, [`WriteError::Io`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.found != self.expected {
            return Err(WriteError::CountMismatch { expected: self.expected, found: self.found });
        }
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// Writes one array of `f64` in C order.
///
/// # Errors
///
/// As [`NpyWriter`].
pub fn write_npy_f64<W: Write>(writer: W, shape: &[usize], values: &[f64]) -> Result<(), WriteError> {
    let mut array = NpyWriter::create(writer, shape, ElementType::F64)?;
    array.push(values)?;
    array.finish()?;
    Ok(())
}

pub(crate) fn checked_count(shape: &[usize]) -> Result<usize, WriteError> {
    if shape.len() > MOST_AXES {
        return Err(WriteError::TooManyAxes { found: shape.len(), limit: MOST_AXES });
    }
    shape
        .iter()
        .try_fold(1usize, |product, &axis| product.checked_mul(axis))
        .ok_or_else(|| WriteError::ShapeOverflow { shape: shape.to_vec() })
}

fn append_bytes(bytes: &mut Vec<u8>, element: ElementType, first: usize, values: &[f64]) -> Result<(), WriteError> {
    let refused =
        |(offset, &value): (usize, &f64)| WriteError::NotRepresentable { position: first + offset, value, element };
    match element {
        ElementType::U8 => {
            for item in values.iter().enumerate() {
                let byte = *item.1 as u8;
                if f64::from(byte) != *item.1 {
                    return Err(refused(item));
                }
                bytes.push(byte);
            }
        }
        ElementType::F32 => {
            for item in values.iter().enumerate() {
                let real = *item.1 as f32;
                if real.is_infinite() && item.1.is_finite() {
                    return Err(refused(item));
                }
                bytes.extend(real.to_le_bytes());
            }
        }
        _ => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{InputFormat, OpenOptions, ReadError, from_bytes};

    fn read(bytes: Vec<u8>) -> Result<(Vec<usize>, Vec<f64>), ReadError> {
        let mut source = from_bytes(bytes, Some(InputFormat::Npy), &OpenOptions::default())?;
        let mut values = Vec::new();
        while source.read_samples(2, &mut values)? > 0 {}
        let mut shape = vec![source.shape().num_samples()];
        shape.extend(source.shape().feature_shape());
        Ok((shape, values))
    }

    proptest! {
        #[test]
        fn round_trip_is_exact(
            shape in proptest::collection::vec(1usize..5, 2..5),
            bits in proptest::collection::vec(any::<u64>(), 256),
        ) {
            let count = shape.iter().product();
            let values: Vec<f64> = bits.iter().take(count).map(|&b| f64::from_bits(b)).collect();
            let mut bytes = Vec::new();
            write_npy_f64(&mut bytes, &shape, &values[..count.min(values.len())]).unwrap();
            let (read_shape, read_values) = read(bytes).unwrap();
            prop_assert_eq!(read_shape, shape);
            let read_bits: Vec<u64> = read_values.iter().map(|v| v.to_bits()).collect();
            prop_assert_eq!(&read_bits[..], &bits[..count]);
        }

        #[test]
        fn small_types_round_trip(bytes in proptest::collection::vec(any::<u8>(), 1..200)) {
            let values: Vec<f64> = bytes.iter().map(|&b| f64::from(b)).collect();
            for element in [ElementType::U8, ElementType::F32] {
                let shape = [values.len(), 1];
                let mut writer = NpyWriter::create(Vec::new(), &shape, element).unwrap();
                for piece in values.chunks(7) {
                    writer.push(piece).unwrap();
                }
                let (_, found) = read(writer.finish().unwrap()).unwrap();
                prop_assert_eq!(&found, &values);
            }
        }
    }

    #[test]
    fn cut_at_every_byte() {
        let mut bytes = Vec::new();
        write_npy_f64(&mut bytes, &[2, 2], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!(read(bytes.clone()).is_ok());
        for end in 0..bytes.len() {
            let error = read(bytes[..end].to_vec()).unwrap_err();
            assert!(matches!(error, ReadError::Truncated { .. } | ReadError::BadMagic { .. }), "{end}: {error}");
        }
        bytes.push(0);
        assert!(matches!(read(bytes).unwrap_err(), ReadError::TrailingBytes { offset: 160 }));
    }

    #[test]
    fn rejected_magic_version_and_length() {
        let error = read(b"\x93NUMPX\x01\0".to_vec()).unwrap_err();
        assert!(matches!(error, ReadError::BadMagic { .. }));
        let error = read(b"\x93NUMPY\x04\0\0\0".to_vec()).unwrap_err();
        assert!(matches!(error, ReadError::NpyVersion { major: 4, minor: 0 }));
        let error = read(b"\x93NUMPY\x02\0\0\0\x10\0".to_vec()).unwrap_err();
        assert!(matches!(error, ReadError::NpyHeaderLength { .. }));
    }

    #[test]
    fn wrong_counts_and_values_are_refused() {
        let error = write_npy_f64(Vec::new(), &[3], &[1.0]).unwrap_err();
        assert!(matches!(error, WriteError::CountMismatch { expected: 3, found: 1 }));
        let error = write_npy_f64(Vec::new(), &[1], &[1.0, 2.0]).unwrap_err();
        assert!(matches!(error, WriteError::CountMismatch { expected: 1, found: 2 }));
        let error = write_npy_f64(Vec::new(), &[usize::MAX, 2], &[]).unwrap_err();
        assert!(matches!(error, WriteError::ShapeOverflow { .. }));
        let error = write_npy_f64(Vec::new(), &[1; 33], &[]).unwrap_err();
        assert!(matches!(error, WriteError::TooManyAxes { found: 33, limit: 32 }));
        for (element, value) in [
            (ElementType::U8, 256.0),
            (ElementType::U8, -1.0),
            (ElementType::U8, 0.5),
            (ElementType::U8, f64::NAN),
            (ElementType::F32, 1e300),
        ] {
            let mut writer = NpyWriter::create(Vec::new(), &[2], element).unwrap();
            let error = writer.push(&[0.0, value]).unwrap_err();
            assert!(matches!(error, WriteError::NotRepresentable { position: 1, .. }));
        }
        let error = NpyWriter::create(Vec::new(), &[2], ElementType::I16).unwrap_err();
        assert!(matches!(error, WriteError::UnsupportedElement { .. }));
    }
}
