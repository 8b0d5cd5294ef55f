//! Values as spikes from the host.

use crate::quantise::QuantiseError;

/// Appends the inputs that spike in step t, counted from 0: value x spikes so that N(t) = ⌊x·(t + 1) + ½⌋ spikes have
/// left after it.
///
/// It is the train of an integrate-and-fire neuron with threshold 1 that starts at ½ and is driven by x: evenly spread,
/// with the count nearest to x·T at every T.
///
/// ```
/// let mut trains = [0; 2];
/// for step in 0..8 {
///     let mut spikes = Vec::new();
///     spike_hw::regular_spikes(&[0.25, 1.0], step, &mut spikes);
///     spikes.into_iter().for_each(|input| trains[input as usize] += 1);
/// }
/// assert_eq!(trains, [2, 8]);
/// ```
pub fn regular_spikes(values: &[f32], step: u32, spikes: &mut Vec<u32>) {
    let (before, after) = (f64::from(step), f64::from(step) + 1.0);
    for (input, &value) in (0..).zip(values) {
        if value > 0.0 {
            let value = f64::from(value);
            if (value * before + 0.5).floor() < (value * after + 0.5).floor() {
                spikes.push(input);
            }
        }
    }
}

/// Checks that samples are whole and their values in [0, 1].
pub(crate) fn check_values(samples: &[f32], num_values: usize) -> Result<usize, QuantiseError> {
    if samples.is_empty() || num_values == 0 || !samples.len().is_multiple_of(num_values) {
        return Err(QuantiseError::Samples { found: samples.len(), expected: num_values });
    }
    match samples.iter().position(|value| !(0.0..=1.0).contains(value)) {
        Some(at) => {
            let (sample, position) = (at / num_values, at % num_values);
            Err(QuantiseError::Value { sample, position, value: samples[at] })
        }
        None => Ok(samples.len() / num_values),
    }
}
