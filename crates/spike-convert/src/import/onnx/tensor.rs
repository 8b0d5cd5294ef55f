//! Stored arrays of an ONNX file.

use super::message::{self, ElementType};
use super::value::{Const, Data};
use crate::import::ImportError;
use crate::import::half::half_to_f32;
use crate::tensor::num_values;

/// Reads an array; real numbers become 32 bits wide, whole numbers 64.
pub(super) fn read(name: &str, tensor: &message::Tensor) -> Result<Const, ImportError> {
    const EXTERNAL: i32 = 1;
    let refuse = |problem: String| ImportError::Tensor { tensor: name.to_owned(), problem };
    if tensor.data_location == Some(EXTERNAL) {
        return Err(refuse("its values are in another file; save the model with all weights in one file".to_owned()));
    }
    let shape: Option<Vec<usize>> = tensor.dims.iter().map(|&length| usize::try_from(length).ok()).collect();
    let Some((shape, expected)) = shape.and_then(|shape| num_values(&shape).map(|number| (shape, number))) else {
        return Err(refuse(format!("shape {:?} is not possible", tensor.dims)));
    };
    let code = tensor.data_type.unwrap_or_default();
    let element = ElementType::try_from(code).unwrap_or(ElementType::Undefined);
    let bytes = tensor.raw_data.as_deref().filter(|bytes| !bytes.is_empty());
    let read = match bytes {
        Some(bytes) => raw(element, bytes),
        None => listed(element, tensor).map(|data| (data, 0)),
    };
    let (data, rest) = read.ok_or_else(|| {
        refuse(format!("element type {code} ({element:?}) is not one of float, double, float16, bool or an integer"))
    })?;
    if rest != 0 {
        let length = bytes.map_or(0, <[u8]>::len);
        return Err(refuse(format!(
            "its {length} bytes are not whole values of type {element:?}; the file is damaged"
        )));
    }
    let constant = Const { shape, data };
    if constant.num_values() != expected {
        return Err(refuse(format!(
            "shape {:?} needs {expected} values, stored are {}",
            constant.shape,
            constant.num_values()
        )));
    }
    Ok(constant)
}

/// Values as little-endian bytes; those after the last whole value are counted by the caller.
fn raw(element: ElementType, bytes: &[u8]) -> Option<(Data, usize)> {
    macro_rules! each {
        ($kind:ident, $type:ty, $map:expr) => {{
            let (whole, rest) = bytes.as_chunks::<{ size_of::<$type>() }>();
            let values = whole.iter().map(|&bytes| $map(<$type>::from_le_bytes(bytes))).collect();
            (Data::$kind(values), rest.len())
        }};
    }
    Some(match element {
        ElementType::Float => each!(Real, f32, |x| x),
        ElementType::Double => each!(Real, f64, |x| x as f32),
        ElementType::Float16 => each!(Real, u16, half_to_f32),
        ElementType::Int64 => each!(Int, i64, |x| x),
        ElementType::Int32 => each!(Int, i32, i64::from),
        ElementType::Int16 => each!(Int, i16, i64::from),
        ElementType::Int8 => each!(Int, i8, i64::from),
        ElementType::Uint8 | ElementType::Bool => each!(Int, u8, i64::from),
        ElementType::Uint16 => each!(Int, u16, i64::from),
        ElementType::Uint32 => each!(Int, u32, i64::from),
        ElementType::Uint64 => each!(Int, u64, u64::cast_signed),
        ElementType::Undefined | ElementType::Text => return None,
    })
}

/// Values in the list of their type.
fn listed(element: ElementType, tensor: &message::Tensor) -> Option<Data> {
    Some(match element {
        ElementType::Float => Data::Real(tensor.float_data.clone()),
        ElementType::Double => Data::Real(tensor.double_data.iter().map(|&x| x as f32).collect()),
        ElementType::Float16 => Data::Real(tensor.int32_data.iter().map(|&x| half_to_f32(x as u16)).collect()),
        ElementType::Int64 => Data::Int(tensor.int64_data.clone()),
        ElementType::Int32
        | ElementType::Int16
        | ElementType::Int8
        | ElementType::Uint8
        | ElementType::Uint16
        | ElementType::Bool => Data::Int(tensor.int32_data.iter().map(|&x| i64::from(x)).collect()),
        // Lists of unsigned numbers are not used by any exporter for what a network needs.
        ElementType::Uint32 | ElementType::Uint64 | ElementType::Undefined | ElementType::Text => return None,
    })
}
