//! Spikes to values, in the shape of the data that were encoded.

use crate::array::values;
use crate::failure::{decode_error, value_error};
use crate::train::Train;
use ndarray::{Array2, ArrayD, IxDyn};
use numpy::{IntoPyArray, PyArrayDyn};
use pyo3::prelude::*;
use spike_core::{DecodingMethod, DecodingResult};
use spike_decode::{Decoder, Scored};

type Values<'py> = Bound<'py, PyArrayDyn<f64>>;

/// Values, confidence, method, mean squared error, R².
type Decoded<'py> = (Values<'py>, Values<'py>, String, Option<f64>, Option<f64>);

/// Decodes a train; without a method by the code's own, with the original the errors against it.
#[pyfunction]
#[pyo3(signature = (train, method, original: "numpy.typing.ArrayLike | None") -> "tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], str, float | None, float | None]")]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    train: PyRef<'py, Train>,
    method: Option<&str>,
    original: Option<&Bound<'py, PyAny>>,
) -> PyResult<Decoded<'py>> {
    let method = method.map(parsed).transpose()?;
    let rows: &Train = &train;
    let result = py.detach(|| Decoder::decode_train(&rows.train, method)).map_err(decode_error)?;
    let shape = rows.shape_of_values(&result.values);
    finished(py, result, shape, original)
}

/// Decodes the channels of a population code.
#[pyfunction]
#[pyo3(signature = (channels, method, original: "numpy.typing.ArrayLike | None") -> "tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], str, float | None, float | None]")]
pub(crate) fn decode_channels<'py>(
    py: Python<'py>,
    channels: Vec<PyRef<'py, Train>>,
    method: Option<&str>,
    original: Option<&Bound<'py, PyAny>>,
) -> PyResult<Decoded<'py>> {
    let joined = Train::joined(channels)?;
    let method = method.map(parsed).transpose()?;
    if joined.train.encoding().is_none() {
        return Err(joined.no_encoding());
    }
    let result = py.detach(|| Decoder::decode_train(&joined.train, method)).map_err(decode_error)?;
    let shape = joined.shape_of_values(&result.values);
    finished(py, result, shape, original)
}

fn parsed(method: &str) -> PyResult<DecodingMethod> {
    method.parse().map_err(value_error)
}

fn finished<'py>(
    py: Python<'py>,
    result: DecodingResult,
    shape: Vec<usize>,
    original: Option<&Bound<'py, PyAny>>,
) -> PyResult<Decoded<'py>> {
    let result = match original {
        Some(original) => {
            let original: Vec<f64> = values(original)?.as_array().iter().copied().collect();
            result.scored(&original).map_err(decode_error)?
        }
        None => result,
    };
    let method = result.method.name().to_owned();
    let (mse, r2) = (result.reconstruction_mse, result.reconstruction_r2);
    Ok((shaped(py, result.values, &shape)?, shaped(py, result.confidence, &shape)?, method, mse, r2))
}

fn shaped<'py>(py: Python<'py>, values: Array2<f64>, shape: &[usize]) -> PyResult<Values<'py>> {
    let (values, _) = values.into_raw_vec_and_offset();
    Ok(ArrayD::from_shape_vec(IxDyn(shape), values).map_err(value_error)?.into_pyarray(py))
}
