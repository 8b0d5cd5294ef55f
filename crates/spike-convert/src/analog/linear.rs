//! Weighted sums: dense layers, convolutions and matrix products, by rows of weights that vectorise.

use crate::index;
use crate::layer::{Conv, Dense, Window};
use crate::shape::image;

/// A dense layer with the weights of each input in one row: y += x_i·W_i.
#[derive(Debug, Clone)]
pub(crate) struct DenseKernel {
    num_outputs: usize,
    /// (in, out).
    rows: Vec<f32>,
    bias: Vec<f32>,
}

impl DenseKernel {
    pub(super) fn new(dense: &Dense) -> Self {
        let num_outputs = dense.num_outputs();
        let index = index::transpose(dense.weight.shape(), &[1, 0]);
        let rows = index.iter().map(|&at| dense.weight.values()[at as usize]).collect();
        let bias = dense.bias.as_ref().map_or(vec![0.0; num_outputs], |bias| bias.values().to_vec());
        Self { num_outputs, rows, bias }
    }

    pub(super) fn run(&self, x: &[f32], y: &mut [f32]) {
        pulp::Arch::new().dispatch(DenseRun(self, x, y));
    }
}

struct DenseRun<'a>(&'a DenseKernel, &'a [f32], &'a mut [f32]);

impl pulp::WithSimd for DenseRun<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self(kernel, x, y) = self;
        let num_inputs = kernel.rows.len() / kernel.num_outputs;
        for (x, y) in x.chunks_exact(num_inputs).zip(y.chunks_exact_mut(kernel.num_outputs)) {
            y.copy_from_slice(&kernel.bias);
            for (&x, row) in x.iter().zip(kernel.rows.chunks_exact(kernel.num_outputs)) {
                if x != 0.0 {
                    add_scaled(y, row, x);
                }
            }
        }
    }
}

/// y += x·w.
#[inline(always)]
fn add_scaled(y: &mut [f32], w: &[f32], x: f32) {
    for (y, &w) in y.iter_mut().zip(w) {
        *y += x * w;
    }
}

/// A convolution that spreads each input value over the outputs that see it, filters in one row.
#[derive(Debug, Clone)]
pub(crate) struct ConvKernel {
    groups: usize,
    inputs_per_group: usize,
    filters_per_group: usize,
    input: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    /// (group, in of the group, kernel height, kernel width, filter of the group).
    rows: Vec<f32>,
    bias: Vec<f32>,
    /// For each input row, the output rows that see it and through which row of the kernel; the same for columns.
    reach: [Vec<Vec<(usize, usize)>>; 2],
}

impl ConvKernel {
    pub(super) fn new(conv: &Conv, input: &[usize], output: &[usize]) -> Self {
        let [_, height, width] = image(input).unwrap_or_default();
        let [filters, rows, columns] = image(output).unwrap_or_default();
        let [kernel_height, kernel_width] = conv.window.kernel;
        let (groups, per_group) = (conv.groups, conv.inputs_per_group());
        let filters_per_group = filters / groups;
        // (group, filter, in, kernel height, kernel width), and the filter becomes the last axis.
        let shape = [groups, filters_per_group, per_group, kernel_height, kernel_width];
        let index = index::transpose(&shape, &[0, 2, 3, 4, 1]);
        Self {
            groups,
            inputs_per_group: per_group,
            filters_per_group,
            input: [height, width],
            output: [rows, columns],
            kernel: conv.window.kernel,
            rows: index.iter().map(|&at| conv.weight.values()[at as usize]).collect(),
            bias: conv.bias.as_ref().map_or(vec![0.0; filters], |bias| bias.values().to_vec()),
            reach: [reach(&conv.window, 0, height, rows), reach(&conv.window, 1, width, columns)],
        }
    }

    pub(super) fn run(&self, x: &[f32], y: &mut [f32], scratch: &mut Vec<f32>) {
        pulp::Arch::new().dispatch(ConvRun(self, x, y, scratch));
    }
}

/// For each place of the input along an axis, the windows that see it, and at which place of the kernel.
fn reach(window: &Window, axis: usize, size: usize, num_positions: usize) -> Vec<Vec<(usize, usize)>> {
    let mut reach = vec![Vec::new(); size];
    for position in 0..num_positions {
        for (k, place) in window.places(axis, position, size) {
            reach[place].push((position, k));
        }
    }
    reach
}

struct ConvRun<'a>(&'a ConvKernel, &'a [f32], &'a mut [f32], &'a mut Vec<f32>);

impl pulp::WithSimd for ConvRun<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self(kernel, x, y, sums) = self;
        let filters = kernel.filters_per_group;
        let [height, width] = kernel.input;
        let [num_rows, num_columns] = kernel.output;
        let [kernel_height, kernel_width] = kernel.kernel;
        let window = kernel_height * kernel_width * filters;
        let planes = x.chunks_exact(kernel.inputs_per_group * height * width);
        let outputs = y.chunks_exact_mut(filters * num_rows * num_columns);
        let weights = kernel.rows.chunks_exact(kernel.inputs_per_group * window);
        let biases = kernel.bias.chunks_exact(filters);
        for (((x, y), weights), bias) in planes.zip(outputs).zip(weights).zip(biases).take(kernel.groups) {
            // Filters stay together while sums are made: (row, column, filter).
            sums.clear();
            sums.resize(num_rows * num_columns * filters, 0.0);
            for (plane, weights) in x.chunks_exact(height * width).zip(weights.chunks_exact(window)) {
                for (line, rows) in plane.chunks_exact(width).zip(&kernel.reach[0]) {
                    for (&x, columns) in line.iter().zip(&kernel.reach[1]) {
                        if x == 0.0 {
                            continue;
                        }
                        for &(row, ky) in rows {
                            for &(column, kx) in columns {
                                let to = (row * num_columns + column) * filters;
                                let from = (ky * kernel_width + kx) * filters;
                                add_scaled(&mut sums[to..to + filters], &weights[from..from + filters], x);
                            }
                        }
                    }
                }
            }
            for ((filter, y), &bias) in y.chunks_exact_mut(num_rows * num_columns).enumerate().zip(bias) {
                for (y, sums) in y.iter_mut().zip(sums.chunks_exact(filters)) {
                    *y = sums[filter] + bias;
                }
            }
        }
    }
}

/// Products of pairs of matrices.
#[derive(Debug, Clone)]
pub(crate) struct MatMulKernel {
    rows: usize,
    inner: usize,
    columns: usize,
    /// For each product, which matrix of each operand it takes.
    pairs: Vec<(u32, u32)>,
}

impl MatMulKernel {
    pub(super) fn new(a: &[usize], b: &[usize], y: &[usize]) -> Self {
        let matrices = |shape: &[usize]| shape.len() - 2;
        let batch = &y[..matrices(y)];
        let left = index::broadcast(&a[..matrices(a)], batch);
        let right = index::broadcast(&b[..matrices(b)], batch);
        Self {
            rows: a[a.len() - 2],
            inner: a[a.len() - 1],
            columns: b[b.len() - 1],
            pairs: left.into_iter().zip(right).collect(),
        }
    }

    pub(super) fn run(&self, a: &[f32], b: &[f32], y: &mut [f32]) {
        pulp::Arch::new().dispatch(MatMulRun(self, a, b, y));
    }
}

struct MatMulRun<'a>(&'a MatMulKernel, &'a [f32], &'a [f32], &'a mut [f32]);

impl pulp::WithSimd for MatMulRun<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self(kernel, a, b, y) = self;
        let &MatMulKernel { rows, inner, columns, .. } = kernel;
        for (&(left, right), y) in kernel.pairs.iter().zip(y.chunks_exact_mut(rows * columns)) {
            let a = &a[left as usize * rows * inner..][..rows * inner];
            let b = &b[right as usize * inner * columns..][..inner * columns];
            for (a, y) in a.chunks_exact(inner).zip(y.chunks_exact_mut(columns)) {
                y.fill(0.0);
                for (&a, b) in a.iter().zip(b.chunks_exact(columns)) {
                    add_scaled(y, b, a);
                }
            }
        }
    }
}
