//! The frozen dataclass `EncoderConfig` as the configuration of the Rust crates.

use crate::failure::{type_error, value_error};
use pyo3::prelude::*;
use pyo3::types::PyBool;
use spike_core::{CodeOptions, CodingScheme, EncoderConfig, TemporalScheme};

/// Reads every field by its name.
pub(crate) fn config(object: &Bound<'_, PyAny>) -> PyResult<EncoderConfig> {
    let seed = object.getattr("seed")?;
    Ok(EncoderConfig {
        coding_scheme: scheme(&text(object, "coding_scheme")?)?,
        time_window_ms: number(object, "time_window_ms")?,
        dt_ms: number(object, "dt_ms")?,
        max_firing_rate_hz: number(object, "max_firing_rate_hz")?,
        min_firing_rate_hz: number(object, "min_firing_rate_hz")?,
        refractory_period_ms: number(object, "refractory_period_ms")?,
        population_size: whole(&object.getattr("population_size")?, "population_size", u32::MAX.into())?
            .try_into()
            .map_err(value_error)?,
        jitter_ms: number(object, "jitter_ms")?,
        normalize_input: flag(object, "normalize_input")?,
        seed: if seed.is_none() { None } else { Some(whole(&seed, "seed", u64::MAX)?) },
    })
}

/// A code by its name.
pub(crate) fn scheme(name: &str) -> PyResult<CodingScheme> {
    name.parse().map_err(value_error)
}

/// A temporal code by its name in the specification.
pub(crate) fn temporal_scheme(name: &str) -> PyResult<TemporalScheme> {
    match name {
        "ttfs" => Ok(TemporalScheme::Ttfs),
        "rank_order" => Ok(TemporalScheme::RankOrder),
        "phase" => Ok(TemporalScheme::Phase),
        _ => Err(value_error(format!("{name:?} is no temporal scheme, allowed are ttfs, rank_order, phase"))),
    }
}

/// Options of one code, written as `{"scheme": {"option": value}}`.
pub(crate) fn code_options(json: &str) -> PyResult<CodeOptions> {
    serde_json::from_str(json).map_err(|error| value_error(format!("the options {json} are not valid: {error}")))
}

/// A whole number from 0 to `largest`.
pub(crate) fn whole(found: &Bound<'_, PyAny>, name: &str, largest: u64) -> PyResult<u64> {
    let is_whole = found.hasattr("__index__")? && !found.is_instance_of::<PyBool>();
    match found.extract::<u64>() {
        Ok(value) if is_whole && value <= largest => Ok(value),
        _ if is_whole => Err(value_error(format!("{name} is {found}, allowed is 0 to {largest}"))),
        _ => Err(type_error(format!("{name} is {}, allowed is a whole number", found.repr()?))),
    }
}

fn number(object: &Bound<'_, PyAny>, name: &str) -> PyResult<f64> {
    let found = object.getattr(name)?;
    found.extract().map_err(|_| wrong(&found, name, "a number"))
}

fn flag(object: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    let found = object.getattr(name)?;
    found.extract().map_err(|_| wrong(&found, name, "True or False"))
}

fn text(object: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let found = object.getattr(name)?;
    found.extract().map_err(|_| wrong(&found, name, "a name"))
}

fn wrong(found: &Bound<'_, PyAny>, name: &str, allowed: &str) -> PyErr {
    let found = found.repr().map_or_else(|_| "unprintable".to_owned(), |text| text.to_string());
    type_error(format!("{name} is {found}, allowed is {allowed}"))
}
