//! Images as the graph and as boards order them, and the windows of pools.

use spike_convert::Pool;

/// (channels, rows, columns) of an image or a signal.
pub(super) fn image(shape: &[usize]) -> Option<[usize; 3]> {
    match *shape {
        [channels, rows, columns] => Some([channels, rows, columns]),
        [channels, length] => Some([channels, 1, length]),
        _ => None,
    }
}

pub(super) fn storage_shape(shape: &[usize]) -> Vec<usize> {
    match image(shape) {
        Some([channels, rows, columns]) => vec![rows, columns, channels],
        None => vec![shape.iter().product()],
    }
}

/// Where value g of the graph is stored: (row, column, channel), the channel fastest.
pub(super) fn place(g: usize, shape: &[usize]) -> usize {
    match image(shape) {
        Some([channels, rows, columns]) => g % (rows * columns) * channels + g / (rows * columns),
        None => g,
    }
}

/// The values that each window sees, in the order of the graph.
pub(super) fn windows(pool: &Pool, input: &[usize], output: &[usize]) -> Vec<Vec<u32>> {
    let ([_, height, width], [channels, rows, columns]) =
        (image(input).unwrap_or_default(), image(output).unwrap_or_default());
    let window = &pool.window;
    let seen = |axis: usize, position: usize, size: usize| {
        let places = (0..window.kernel[axis]).filter_map(move |k| {
            (position * window.stride[axis] + k * window.dilation[axis]).checked_sub(window.pad_begin[axis])
        });
        places.filter(move |place| *place < size)
    };
    let mut windows = Vec::with_capacity(channels * rows * columns);
    for channel in 0..channels {
        for row in 0..rows {
            for column in 0..columns {
                let members = seen(0, row, height)
                    .flat_map(|y| seen(1, column, width).map(move |x| ((channel * height + y) * width + x) as u32));
                windows.push(members.collect());
            }
        }
    }
    windows
}

/// The values that each mean over axes sees.
pub(super) fn means(axes: &[usize], shape: &[usize]) -> Vec<Vec<u32>> {
    let kept: usize = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis]).product();
    let mut windows = vec![Vec::new(); kept];
    for g in 0..shape.iter().product() {
        let (mut rest, mut index, mut stride) = (g, 0, 1);
        for axis in (0..shape.len()).rev() {
            let coordinate = rest % shape[axis];
            rest /= shape[axis];
            if !axes.contains(&axis) {
                index += coordinate * stride;
                stride *= shape[axis];
            }
        }
        windows[index].push(g as u32);
    }
    windows
}
