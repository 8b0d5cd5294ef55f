//! Arrays of Python as values: any real element type, any strides, never modified.

use crate::failure::{type_error, value_error};
use ndarray::Dimension;
use numpy::{
    Element, PyArray, PyArray1, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;

/// Real numbers of any element type as 64-bit numbers, borrowed where they are such numbers already.
///
/// As with functions of NumPy itself, no other thread may write into the array while a call reads it: the interpreter
/// is not locked then.
pub(crate) fn values<'py>(data: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, f64>> {
    if let Ok(array) = data.cast_exact::<PyArrayDyn<f64>>() {
        return borrowed(array);
    }
    let numpy = data.py().import("numpy")?;
    if data.is_instance(&numpy.getattr("ma")?.getattr("MaskedArray")?)? {
        return Err(type_error("the data are a masked array; fill the masked values first (data.filled(value))"));
    }
    let array = numpy.call_method1("asarray", (data,))?;
    let array = array.cast::<PyUntypedArray>()?;
    match array.dtype().kind() {
        b'f' | b'i' | b'u' | b'b' => {
            borrowed(array.call_method1("astype", (numpy.getattr("float64")?,))?.cast::<PyArrayDyn<f64>>()?)
        }
        _ => Err(type_error(format!(
            "the data have the dtype {}, allowed are real numbers: floating point, integers and bool",
            array.dtype()
        ))),
    }
}

/// Numbers of one axis, in a copy of their own.
pub(crate) fn elements<T: Element + Copy>(array: &Bound<'_, PyArray1<T>>) -> PyResult<Vec<T>> {
    let array = aligned(array)?.try_readonly().map_err(value_error)?;
    Ok(array.as_array().to_vec())
}

fn borrowed<'py>(array: &Bound<'py, PyArrayDyn<f64>>) -> PyResult<PyReadonlyArrayDyn<'py, f64>> {
    aligned(array)?.try_readonly().map_err(value_error)
}

/// The same numbers where Rust may read them: an array on bytes that came over a network may begin anywhere.
fn aligned<'py, T: Element, D: Dimension>(array: &Bound<'py, PyArray<T, D>>) -> PyResult<Bound<'py, PyArray<T, D>>> {
    let size = align_of::<T>();
    let is_aligned = array.data().addr().is_multiple_of(size)
        && array.strides().iter().all(|s| s.unsigned_abs().is_multiple_of(size));
    if is_aligned { Ok(array.clone()) } else { Ok(array.call_method0("copy")?.cast_into()?) }
}
