//! Largest and mean values of windows.

use crate::layer::{Pool, Window};
use crate::shape::image;

/// The windows of a pooling layer over an image of known size.
#[derive(Debug, Clone)]
pub(crate) struct PoolKernel {
    input: [usize; 2],
    output: [usize; 2],
    /// Rows that each row of windows covers, with the number of rows that count when padding does; columns alike.
    spans: [Vec<Span>; 2],
}

/// What one window covers along one axis.
#[derive(Debug, Clone)]
struct Span {
    places: Vec<usize>,
    /// Places in the image and in its padding.
    with_padding: usize,
}

impl PoolKernel {
    pub(super) fn new(pool: Pool, input: &[usize], output: &[usize]) -> Self {
        let [_, height, width] = image(input).unwrap_or_default();
        let [_, rows, columns] = image(output).unwrap_or_default();
        let spans = [spans(&pool.window, 0, height, rows), spans(&pool.window, 1, width, columns)];
        Self { input: [height, width], output: [rows, columns], spans }
    }

    pub(super) fn max(&self, x: &[f32], y: &mut [f32]) {
        self.each_window(x, y, |y, values, _| *y = values.fold(f32::NEG_INFINITY, f32::max));
    }

    pub(super) fn average(&self, x: &[f32], y: &mut [f32], count_padding: bool) {
        self.each_window(x, y, |y, values, with_padding| {
            let (mut sum, mut number) = (0.0, 0);
            for value in values {
                sum += value;
                number += 1;
            }
            *y = sum / if count_padding { with_padding } else { number } as f32;
        });
    }

    fn each_window(&self, x: &[f32], y: &mut [f32], f: impl Fn(&mut f32, &mut dyn Iterator<Item = f32>, usize)) {
        let ([height, width], [rows, columns]) = (self.input, self.output);
        for (x, y) in x.chunks_exact(height * width).zip(y.chunks_exact_mut(rows * columns)) {
            for (line, vertical) in y.chunks_exact_mut(columns).zip(&self.spans[0]) {
                for (y, horizontal) in line.iter_mut().zip(&self.spans[1]) {
                    let mut values = vertical
                        .places
                        .iter()
                        .flat_map(|&row| horizontal.places.iter().map(move |&column| x[row * width + column]));
                    f(y, &mut values, vertical.with_padding * horizontal.with_padding);
                }
            }
        }
    }
}

fn spans(window: &Window, axis: usize, size: usize, num_positions: usize) -> Vec<Span> {
    (0..num_positions)
        .map(|position| {
            let with_padding = window.num_with_padding(axis, position, size);
            let places = window.places(axis, position, size).map(|(_, place)| place);
            Span { places: places.collect(), with_padding }
        })
        .collect()
}
