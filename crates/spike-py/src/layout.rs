//! Dense arrays in any order of the axes time, sample and neuron.

use crate::failure::{spike_error, value_error};
use ndarray::{ArrayD, IxDyn};
use pyo3::PyResult;
use spike_core::{SpikeError, SpikeView};

/// Zeros with `one` in the cell of each spike; `layout` names the axes T, B and N in their order, B only if there are
/// several samples or the caller wants the axis.
pub(crate) fn dense<T: Copy + Default>(
    rows: SpikeView<'_>,
    num_samples: usize,
    layout: &str,
    one: T,
) -> PyResult<ArrayD<T>> {
    let num_steps = rows.grid().num_steps() as usize;
    let per_sample = rows.num_neurons() / num_samples.max(1);
    let too_large = || spike_error(SpikeError::TooLarge { rows: rows.num_neurons(), columns: num_steps });
    let cells = num_steps.checked_mul(rows.num_neurons());
    let bytes = cells.and_then(|cells| cells.checked_mul(size_of::<T>()));
    let cells = cells.filter(|_| bytes.is_some_and(|bytes| bytes <= isize::MAX as usize)).ok_or_else(too_large)?;
    let (shape, strides) = strides(layout, num_samples, num_steps, per_sample)?;
    let mut values = Vec::new();
    values.try_reserve_exact(cells).map_err(|_| too_large())?;
    values.resize(cells, T::default());
    for (row, steps) in rows.neurons().enumerate() {
        let base = row / per_sample * strides.sample + row % per_sample * strides.neuron;
        for &step in steps {
            values[base + step as usize * strides.time] = one;
        }
    }
    ArrayD::from_shape_vec(IxDyn(&shape), values).map_err(value_error)
}

/// Distance of two cells along each axis.
struct Strides {
    time: usize,
    sample: usize,
    neuron: usize,
}

fn strides(layout: &str, num_samples: usize, num_steps: usize, per_sample: usize) -> PyResult<(Vec<usize>, Strides)> {
    let without_samples = matches!(layout, "TN" | "NT");
    if !without_samples && !matches!(layout, "TBN" | "TNB" | "BTN" | "BNT" | "NTB" | "NBT") {
        return Err(value_error(format!(
            "{layout:?} is no layout; allowed are the letters T (time), B (sample) and N (neuron) once each in any \
             order, and TN or NT for one sample"
        )));
    }
    if without_samples && num_samples != 1 {
        return Err(value_error(format!(
            "the layout {layout:?} has no axis for {num_samples} samples; add the letter B"
        )));
    }
    let mut strides = Strides { time: 0, sample: 0, neuron: 0 };
    let (mut shape, mut distance) = (Vec::with_capacity(3), 1);
    for axis in layout.chars().rev() {
        let (length, stride) = match axis {
            'T' => (num_steps, &mut strides.time),
            'B' => (num_samples, &mut strides.sample),
            _ => (per_sample, &mut strides.neuron),
        };
        *stride = distance;
        distance *= length;
        shape.insert(0, length);
    }
    Ok((shape, strides))
}
