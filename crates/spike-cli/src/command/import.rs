//! `spike import`: spike times that a simulator recorded.

use super::encode::output_format;
use super::grid_rule::GridFlags;
use crate::data::name_of;
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::terminal::{remark, say, say_json};
use clap::{Args, ValueEnum};
use serde::Serialize;
use spike_core::{Duplicates, GridReport, Rounding, TimeGrid};
use spike_io::feed::{TimesOptions, import_times};
use spike_io::spikes::SpikeWriter;
use spike_io::spk::{Provenance, SpkHeader};
use std::io::Read;
use std::path::PathBuf;

/// Read spike times that a simulator recorded: an npz with the arrays `indices` and `times`, in any order.
///
/// What the script of `spike export` recorded says window, step width and unit itself, and becomes the samples that
/// were fed. Of any other file they are given here.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Recorded spikes, npz; `-` is standard input.
    input: PathBuf,
    /// Output: .spk, .npz or .csv; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Number of neurons.
    #[arg(long, value_name = "N")]
    neurons: Option<u64>,
    /// Length of the window.
    #[arg(long, value_name = "MS", requires = "dt_ms")]
    window_ms: Option<f64>,
    /// Step width.
    #[arg(long, value_name = "MS", requires = "window_ms")]
    dt_ms: Option<f64>,
    /// Unit of the times.
    #[arg(long, value_name = "UNIT")]
    unit: Option<Unit>,
    #[command(flatten)]
    rule: GridFlags,
    /// Format of the output (spk, npz, csv, sonata), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Units of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unit {
    S,
    Ms,
    Us,
}

/// What was read.
#[derive(Debug, Serialize)]
struct Report {
    num_samples: u64,
    num_neurons: usize,
    num_spikes: u64,
    num_steps: u32,
    dt_ms: f64,
    grid_rule: Rounding,
    duplicates: Duplicates,
    grid: GridReport,
}

impl Import {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        if self.json && is_stream(&self.output) {
            return Err(CliError::Usage("--json and an output of - both write to standard output; choose a file"));
        }
        let format = output_format(&self.output, self.format.as_deref())?;
        let grid = self.window_ms.zip(self.dt_ms).map(|(window, dt)| TimeGrid::from_ms(window, dt)).transpose()?;
        let options = TimesOptions {
            num_neurons: self.neurons,
            grid,
            time_unit_s: self.unit.map(|unit| match unit {
                Unit::S => 1.0,
                Unit::Ms => 1e-3,
                Unit::Us => 1e-6,
            }),
            rounding: self.rule.rounding(),
            duplicates: self.rule.duplicates(),
        };
        let name = name_of(&self.input);
        let imported =
            import_times(self.bytes()?, &options).map_err(|source| CliError::Feed { name: name.clone(), source })?;
        let batch = imported.batch;
        let num_neurons = batch.num_neurons();
        let program = format!("spike {}", env!("CARGO_PKG_VERSION"));
        let provenance = Provenance { program, source: name, source_samples: batch.num_samples() as u64 };
        let header = SpkHeader { grid: batch.grid(), num_neurons, encoding: None, provenance };
        let failed = |e| Output::failed(&self.output, e);
        let output = Output::create(&self.output)?;
        let mut writer = SpikeWriter::new(format, output, header, batch.first_sample()).map_err(failed)?;
        writer.push_batch(&batch).map_err(failed)?;
        let (output, written) = writer.finish().map_err(failed)?;
        output.commit()?;
        let report = Report {
            num_samples: written.num_samples,
            num_neurons,
            num_spikes: written.num_spikes,
            num_steps: batch.grid().num_steps(),
            dt_ms: batch.grid().dt_ms(),
            grid_rule: options.rounding,
            duplicates: options.duplicates,
            grid: imported.report,
        };
        if self.json {
            say_json(&report);
        } else if is_stream(&self.output) {
            remark(&report.text());
        } else {
            say(&report.text());
        }
        Ok(())
    }

    fn bytes(&self) -> Result<Vec<u8>, CliError> {
        let mut bytes = Vec::new();
        let read = if is_stream(&self.input) {
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(&self.input)
        };
        read.map_err(|source| CliError::Open { path: self.input.clone(), source })
    }
}

impl Report {
    fn text(&self) -> String {
        let Self { num_samples, num_neurons, num_spikes, num_steps, dt_ms, grid, .. } = self;
        format!(
            "{num_samples} samples of {num_neurons} neurons, {num_spikes} spikes, {num_steps} steps of {dt_ms} ms\n\
             grid: {} moved, {} merged, {} clipped, largest shift {} ms",
            grid.moved, grid.merged, grid.clipped, grid.max_shift_ms
        )
    }
}
