//! Layers that combine several values of one operand: means, normalisation, softmax, concatenation.

use crate::layer::LayerNorm;

/// y = scale·x + shift for each channel, the first axis.
pub(super) fn per_channel(maps: &[(f32, f32)], x: &[f32], y: &mut [f32]) {
    let size = x.len() / maps.len();
    for ((x, y), &(scale, shift)) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)).zip(maps) {
        for (x, y) in x.iter().zip(y) {
            *y = scale * x + shift;
        }
    }
}

/// Mean of the values that share a target.
pub(super) fn mean(target: &[u32], x: &[f32], y: &mut [f32]) {
    let mut sums = vec![0.0f64; y.len()];
    for (&x, &to) in x.iter().zip(target) {
        sums[to as usize] += f64::from(x);
    }
    let number = (x.len() / y.len()) as f64;
    for (y, sum) in y.iter_mut().zip(sums) {
        *y = (sum / number) as f32;
    }
}

pub(super) fn layer_norm(norm: &LayerNorm, (shape, x): (&[usize], &[f32]), y: &mut [f32]) {
    let size: usize = shape[shape.len() - norm.num_axes..].iter().product();
    for (x, y) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)) {
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / size as f64;
        let square = |x: f32| (f64::from(x) - mean) * (f64::from(x) - mean);
        let variance = x.iter().map(|&x| square(x)).sum::<f64>() / size as f64;
        let deviation = (variance + norm.epsilon).sqrt();
        for (i, (&x, y)) in x.iter().zip(y).enumerate() {
            let scale = norm.scale.as_ref().map_or(1.0, |scale| f64::from(scale[i]));
            let shift = norm.shift.as_ref().map_or(0.0, |shift| f64::from(shift[i]));
            *y = ((f64::from(x) - mean) / deviation * scale + shift) as f32;
        }
    }
}

pub(super) fn softmax(axis: usize, (shape, x): (&[usize], &[f32]), y: &mut [f32]) {
    let length = shape[axis];
    let stride: usize = shape[axis + 1..].iter().product();
    let mut powers = vec![0.0f64; length];
    for (x, y) in x.chunks_exact(length * stride).zip(y.chunks_exact_mut(length * stride)) {
        for offset in 0..stride {
            let row = (offset..x.len()).step_by(stride);
            let largest = row.clone().fold(f32::NEG_INFINITY, |largest, at| largest.max(x[at]));
            let mut sum = 0.0;
            for (power, at) in powers.iter_mut().zip(row.clone()) {
                *power = spike_core::exp(f64::from(x[at]) - f64::from(largest));
                sum += *power;
            }
            for (power, at) in powers.iter().zip(row) {
                y[at] = (power / sum) as f32;
            }
        }
    }
}

pub(super) fn concat(axis: usize, parts: &[(&[usize], &[f32])], y: &mut [f32]) {
    let row = |shape: &[usize]| shape[axis..].iter().product::<usize>();
    let total: usize = parts.iter().map(|(shape, _)| row(shape)).sum();
    let mut offset = 0;
    for (shape, values) in parts {
        let length = row(shape);
        for (y, x) in y.chunks_exact_mut(total).zip(values.chunks_exact(length)) {
            y[offset..offset + length].copy_from_slice(x);
        }
        offset += length;
    }
}
