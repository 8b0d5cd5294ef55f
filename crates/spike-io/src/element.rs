//! Element types of arrays, and their bytes as `f64`.

use std::fmt;

use crate::error::ReadError;

/// How a number is stored in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementType {
    /// Unsigned, 1 byte; booleans are read as this.
    U8,
    /// Signed, 1 byte.
    I8,
    /// Unsigned, 2 bytes.
    U16,
    /// Signed, 2 bytes.
    I16,
    /// Unsigned, 4 bytes.
    U32,
    /// Signed, 4 bytes (3 bytes in some WAV files).
    I32,
    /// Unsigned, 8 bytes.
    U64,
    /// Signed, 8 bytes.
    I64,
    /// IEEE 754, 2 bytes.
    F16,
    /// IEEE 754, 4 bytes.
    F32,
    /// IEEE 754, 8 bytes.
    F64,
}

impl ElementType {
    /// Bytes of one element.
    #[must_use]
    pub fn size_bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) element: ElementType,
    pub(crate) order: ByteOrder,
}

impl Layout {
    pub(crate) fn new(element: ElementType, order: ByteOrder) -> Self {
        Self { element, order }
    }

    /// Appends the whole elements of `bytes`; `position` is the index of the first in the array.
    pub(crate) fn decode(self, bytes: &[u8], position: u64, into: &mut Vec<f64>) -> Result<(), ReadError> {
        let order = self.order;
        match self.element {
            ElementType::U8 => into.extend(bytes.iter().map(|&b| f64::from(b))),
            ElementType::I8 => each(bytes, order, into, |b| f64::from(i8::from_le_bytes(b))),
            ElementType::U16 => each(bytes, order, into, |b| f64::from(u16::from_le_bytes(b))),
            ElementType::I16 => each(bytes, order, into, |b| f64::from(i16::from_le_bytes(b))),
            ElementType::U32 => each(bytes, order, into, |b| f64::from(u32::from_le_bytes(b))),
            ElementType::I32 => each(bytes, order, into, |b| f64::from(i32::from_le_bytes(b))),
            ElementType::U64 => each_exact(bytes, order, position, into, |b| i128::from(u64::from_le_bytes(b)))?,
            ElementType::I64 => each_exact(bytes, order, position, into, |b| i128::from(i64::from_le_bytes(b)))?,
            ElementType::F16 => each(bytes, order, into, |b| half_to_f64(u16::from_le_bytes(b))),
            ElementType::F32 => each(bytes, order, into, |b| f64::from(f32::from_le_bytes(b))),
            ElementType::F64 => each(bytes, order, into, f64::from_le_bytes),
        }
        Ok(())
    }
}

fn each<const N: usize>(bytes: &[u8], order: ByteOrder, into: &mut Vec<f64>, number: impl Fn([u8; N]) -> f64) {
    let elements = bytes.as_chunks::<N>().0.iter().copied();
    match order {
        ByteOrder::Little => into.extend(elements.map(number)),
        ByteOrder::Big => into.extend(elements.map(|mut element| {
            element.reverse();
            number(element)
        })),
    }
}

fn each_exact(
    bytes: &[u8],
    order: ByteOrder,
    position: u64,
    into: &mut Vec<f64>,
    number: impl Fn([u8; 8]) -> i128,
) -> Result<(), ReadError> {
    for (&element, position) in bytes.as_chunks::<8>().0.iter().zip(position..) {
        let mut element = element;
        if order == ByteOrder::Big {
            element.reverse();
        }
        let value = number(element);
        let real = value as f64;
        if real as i128 != value {
            return Err(ReadError::Inexact { position, value });
        }
        into.push(real);
    }
    Ok(())
}

fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(element: ElementType, order: ByteOrder, bytes: &[u8]) -> Vec<f64> {
        let mut values = Vec::new();
        Layout::new(element, order).decode(bytes, 0, &mut values).unwrap();
        values
    }

    #[test]
    fn both_byte_orders() {
        use ByteOrder::{Big, Little};
        assert_eq!(decode(ElementType::U8, Big, &[0, 255]), [0.0, 255.0]);
        assert_eq!(decode(ElementType::I8, Big, &[0x80, 127]), [-128.0, 127.0]);
        assert_eq!(decode(ElementType::U16, Big, &[1, 2]), [258.0]);
        assert_eq!(decode(ElementType::U16, Little, &[1, 2]), [513.0]);
        assert_eq!(decode(ElementType::I16, Big, &[0xff, 0xfe]), [-2.0]);
        assert_eq!(decode(ElementType::U32, Big, &[0, 1, 0, 0]), [65536.0]);
        assert_eq!(decode(ElementType::I32, Little, &[254, 255, 255, 255]), [-2.0]);
        assert_eq!(decode(ElementType::F32, Big, &1.5f32.to_be_bytes()), [1.5]);
        assert_eq!(decode(ElementType::F64, Little, &0.1f64.to_le_bytes()), [0.1]);
        assert_eq!(decode(ElementType::F64, Big, &0.1f64.to_be_bytes()), [0.1]);
        assert_eq!(decode(ElementType::I64, Big, &(-5i64).to_be_bytes()), [-5.0]);
    }

    #[test]
    fn half_floats() {
        let cases: [(u16, f64); 7] = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x0400, 6.103_515_625e-5),
            (0x3555, 0.333_251_953_125),
            (0xfc00, f64::NEG_INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(half_to_f64(bits), value, "{bits:#x}");
        }
        assert!(half_to_f64(0x7e00).is_nan());
        assert!(half_to_f64(0x8000).is_sign_negative());
    }

    #[test]
    fn integers_beyond_two_to_53_must_be_exact() {
        let exact = (1u64 << 60).to_le_bytes();
        assert_eq!(decode(ElementType::U64, ByteOrder::Little, &exact), [(1u64 << 60) as f64]);
        let mut bytes = 7u64.to_le_bytes().to_vec();
        bytes.extend(u64::MAX.to_le_bytes());
        let error = Layout::new(ElementType::U64, ByteOrder::Little).decode(&bytes, 10, &mut Vec::new()).unwrap_err();
        assert!(matches!(
            error,
            ReadError::Inexact { position: 11, value } if value == i128::from(u64::MAX)
        ));
    }
}
