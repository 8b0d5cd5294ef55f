//! Places of values in row-major arrays: transposition, slicing, gathering and broadcasting as one list of indices.

/// The row-major stride of each axis.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// The index of each value of an output whose place is a sum of one term for each of its axes.
///
/// `terms[axis][i]` is what coordinate i of the axis adds. The caller bounds the number of values.
pub(crate) fn separable(terms: &[Vec<usize>]) -> Vec<u32> {
    let mut index = vec![0u32];
    for axis in terms {
        let mut longer = Vec::with_capacity(index.len() * axis.len());
        for &base in &index {
            longer.extend(axis.iter().map(|&term| base + term as u32));
        }
        index = longer;
    }
    index
}

/// The terms of an axis of which every value is taken.
pub(crate) fn whole(length: usize, stride: usize) -> Vec<usize> {
    (0..length).map(|i| i * stride).collect()
}

/// Where each value of the transposed array comes from; axis i of the output is axis `order[i]` of the input.
pub(crate) fn transpose(shape: &[usize], order: &[usize]) -> Vec<u32> {
    let strides = strides(shape);
    let terms: Vec<_> = order.iter().map(|&axis| whole(shape[axis], strides[axis])).collect();
    separable(&terms)
}

/// Where each value of the repeated array comes from, with axes aligned at the last.
pub(crate) fn broadcast(shape: &[usize], output: &[usize]) -> Vec<u32> {
    let strides = strides(shape);
    let missing = output.len() - shape.len();
    let terms: Vec<_> = output
        .iter()
        .enumerate()
        .map(|(axis, &length)| match axis.checked_sub(missing) {
            Some(axis) if shape[axis] != 1 => whole(length, strides[axis]),
            _ => vec![0; length],
        })
        .collect();
    separable(&terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposition_moves_values() {
        assert_eq!(transpose(&[2, 3], &[1, 0]), [0, 3, 1, 4, 2, 5]);
        assert_eq!(transpose(&[2, 1, 2], &[2, 0, 1]), [0, 2, 1, 3]);
        assert_eq!(transpose(&[], &[]), [0]);
    }

    #[test]
    fn broadcasting_repeats_values() {
        assert_eq!(broadcast(&[3], &[2, 3]), [0, 1, 2, 0, 1, 2]);
        assert_eq!(broadcast(&[2, 1], &[2, 3]), [0, 0, 0, 1, 1, 1]);
        assert_eq!(broadcast(&[], &[2]), [0, 0]);
    }
}
