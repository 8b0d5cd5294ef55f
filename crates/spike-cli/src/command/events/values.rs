//! Values on a grid of pixels to camera events: the spikes of one neuron a pixel, as ON events.

use super::EventOutput;
use crate::command::encode::{each_batch, encoder};
use crate::data::{ArrayOptions, Samples};
use crate::error::CliError;
use crate::options::Plan;
use crate::output::{Output, is_stream};
use crate::terminal::{remark, say, say_json};
use serde::Serialize;
use spike_core::{CameraEvent, Polarity, SpikeView};
use spike_io::events::{EventFormat, EventHeader, EventWriter};
use spike_io::spk::Provenance;
use std::path::Path;
use std::time::Instant;

const NS_PER_US: u64 = 1000;

/// What was encoded.
#[derive(Debug, Serialize)]
struct Report {
    scheme: &'static str,
    seed: u64,
    output_format: &'static str,
    num_samples: u64,
    width: usize,
    height: usize,
    num_events: u64,
    duration_us: i64,
    clipped_values: u64,
    output_bytes: u64,
    encode_wall_time_ms: f64,
}

/// Encodes samples of shape (height, width), or (1, height, width); each begins where the window of the one before it
/// ends.
pub(crate) fn encode_values(
    input: &Path,
    array: &ArrayOptions,
    plan: &Plan,
    format: EventFormat,
    output: EventOutput<'_>,
) -> Result<(), CliError> {
    if plan.code.scheme().encodes_signals() {
        return Err(CliError::Usage("a signal has no pixels: write .spk, .npz, .csv or .h5"));
    }
    let mut samples = Samples::open(input, array)?;
    let (height, width) = match *samples.source.shape().feature_shape() {
        [height, width] | [1, height, width] => (height, width),
        _ => {
            let pixels =
                "a file of camera events holds samples of shape (height, width); write .spk, .npz, .csv or .h5";
            return Err(CliError::Usage(pixels));
        }
    };
    let encoder = encoder(&mut samples, plan)?;
    if encoder.num_neurons() != height * width {
        return Err(CliError::Usage("the code gives a pixel several neurons, which camera events cannot tell apart"));
    }
    let grid = encoder.encoding().config.grid()?;
    if !grid.dt_ns().is_multiple_of(NS_PER_US) {
        return Err(CliError::Usage("camera events count whole microseconds; choose --dt-ms as a multiple of 0.001"));
    }
    let dt_us = (grid.dt_ns() / NS_PER_US) as i64;
    let window_us = dt_us * i64::from(grid.num_steps());
    let num_samples = samples.len();
    let far = "the samples take longer than 63 bits of microseconds can say; encode fewer";
    let duration_us =
        i64::try_from(num_samples).ok().and_then(|n| n.checked_mul(window_us)).ok_or(CliError::Usage(far))?;
    let header = EventHeader {
        width: width as u32,
        height: height as u32,
        record: None,
        provenance: Provenance {
            program: format!("spike {}", env!("CARGO_PKG_VERSION")),
            source: samples.name.clone(),
            source_samples: num_samples,
        },
    };
    let failed = |error| Output::failed(output.path, error);
    let mut writer = EventWriter::new(format, Output::create(output.path)?, header).map_err(failed)?;
    let started = Instant::now();
    let (mut start_us, mut clipped_values) = (0, 0);
    each_batch(&mut samples, &encoder, 0..num_samples, None, |batch, clipped| {
        clipped_values += clipped;
        for sample in batch.samples() {
            writer.push(&events(sample, width, start_us, dt_us)).map_err(failed)?;
            start_us += window_us;
        }
        Ok(())
    })?;
    let finish =
        if writer.get_ref().is_some_and(Output::is_file) { EventWriter::finish_indexed } else { EventWriter::finish };
    let (file, written) = finish(writer, [0, duration_us]).map_err(failed)?;
    file.commit()?;
    if clipped_values > 0 {
        remark(&format!("{clipped_values} values outside the range of the normaliser were clipped"));
    }
    let report = Report {
        scheme: plan.code.scheme().name(),
        seed: plan.seed.0,
        output_format: format.name(),
        num_samples,
        width,
        height,
        num_events: written.num_events,
        duration_us,
        clipped_values,
        output_bytes: written.num_bytes,
        encode_wall_time_ms: started.elapsed().as_secs_f64() * 1e3,
    };
    if output.json {
        say_json(&report);
        return Ok(());
    }
    let Report { scheme, num_events, seed, .. } = &report;
    let text = format!(
        "{scheme}: {num_samples} samples of {width} x {height}, {num_events} events in {duration_us} us, seed {seed}"
    );
    if is_stream(output.path) {
        remark(&text)
    } else {
        say(&text)
    }
    Ok(())
}

/// The spikes of a sample in order of time.
fn events(sample: SpikeView<'_>, width: usize, start_us: i64, dt_us: i64) -> Vec<CameraEvent> {
    let event = |event: spike_core::Event| {
        let neuron = event.neuron as usize;
        CameraEvent {
            time_us: start_us + dt_us * i64::from(event.step),
            x: (neuron % width) as u16,
            y: (neuron / width) as u16,
            polarity: Polarity::On,
        }
    };
    sample.events().into_iter().map(event).collect()
}
