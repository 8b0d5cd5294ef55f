//! Pooling operators and means.

use super::importer::Importer;
use super::linear::{image, window, windowed};
use super::movement::axes;
use super::operation::Operation;
use super::value::{Batch, Value};
use crate::import::ImportError;
use crate::layer::{Layer, Pool, Window};

type Results = Result<Vec<Value>, ImportError>;

fn pool(op: &Operation<'_>, image: &[usize]) -> Result<Pool, ImportError> {
    let missing = || op.refuse("kernel_shape is missing or negative".to_owned(), "check the export");
    let kernel: Option<Vec<usize>> =
        op.int_list("kernel_shape").ok_or_else(missing)?.iter().map(|&k| usize::try_from(k).ok()).collect();
    let window = window(op, &kernel.ok_or_else(missing)?, &image[1..])?;
    Ok(Pool { window, ceil: op.int("ceil_mode").unwrap_or(0) != 0 })
}

pub(super) fn max_pool(importer: &mut Importer, op: &Operation<'_>) -> Results {
    // The order of the indices, which are not computed.
    op.disregard(&["storage_order"]);
    let x = op.signal(0)?;
    let (node, image) = image(importer, op, x)?;
    let pool = pool(op, &image)?;
    windowed(importer, op, x, Layer::MaxPool(pool), node)
}

pub(super) fn average_pool(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let x = op.signal(0)?;
    let (node, image) = image(importer, op, x)?;
    let pool = pool(op, &image)?;
    let count_padding = op.int("count_include_pad").unwrap_or(0) != 0;
    windowed(importer, op, x, Layer::AveragePool { pool, count_padding }, node)
}

pub(super) fn global_max_pool(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let x = op.signal(0)?;
    let (node, image) = image(importer, op, x)?;
    let kernel = if let [_, height, width] = *image { [height, width] } else { [1, image[1]] };
    let pool = Pool { window: Window::of_kernel(kernel), ceil: false };
    windowed(importer, op, x, Layer::MaxPool(pool), node)
}

pub(super) fn global_average_pool(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let rank = op.signal(0)?.shape.len();
    mean(importer, op, (2..rank).collect(), true)
}

pub(super) fn reduce_mean(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let x = op.signal(0)?;
    let rank = x.shape.len();
    let keep = op.int("keepdims").unwrap_or(1) != 0;
    let empty_is_nothing = op.int("noop_with_empty_axes").unwrap_or(0) != 0;
    let named = axes(op, 1)?.unwrap_or_default();
    let mut axes: Vec<usize> = named.iter().map(|&axis| op.axis(axis, rank)).collect::<Result<_, _>>()?;
    if axes.is_empty() {
        if empty_is_nothing {
            return Ok(vec![op.operand(0)?.clone()]);
        }
        axes = (0..rank).collect();
    }
    axes.sort_unstable();
    axes.dedup();
    mean(importer, op, axes, keep)
}

/// Mean over axes of the batch, ascending.
fn mean(importer: &mut Importer, op: &Operation<'_>, axes: Vec<usize>, keep: bool) -> Results {
    let x = op.signal(0)?;
    let in_sample: Option<Vec<usize>> = axes.iter().map(|&axis| x.sample_axis(axis, importer.batch_size)).collect();
    let in_sample = in_sample.ok_or_else(|| op.batch_mixed())?;
    let mut shape = Vec::new();
    for (axis, &length) in x.shape.iter().enumerate() {
        match (axes.contains(&axis), keep) {
            (true, true) => shape.push(1),
            (true, false) => {}
            (false, _) => shape.push(length),
        }
    }
    let batch = x.batch.map(|batch| {
        let removed = if keep { 0 } else { axes.iter().filter(|&&axis| axis < batch.axis).count() };
        Batch { axis: batch.axis - removed, ..batch }
    });
    let layer = Layer::Mean { axes: in_sample, keep_axes: keep };
    Ok(vec![importer.push(op, layer, &[x.node], shape, batch)?])
}
