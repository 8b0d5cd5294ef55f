//! Files of spikes in another format: `.spk`, npz, csv and SONATA.

use super::encode::output_format;
use crate::data::{name_of, open_spike_file};
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::terminal::{remark, say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::{Duplicates, GridReport, Rounding, TimeGrid};
use spike_io::spikes::sonata::{SonataGrid, SonataOptions, open_sonata};
use spike_io::spikes::{SpikeFormat, SpikeSource, SpikeWriter};
use std::fs::File;
use std::path::Path;

/// What a SONATA file of another program does not say.
#[derive(Debug, Args)]
pub(super) struct SpikeOptions {
    /// SONATA: length of a step in milliseconds, where the file does not say it.
    #[arg(long, value_name = "MS")]
    dt_ms: Option<f64>,
    /// SONATA: length of the window in milliseconds [default: up to the last spike].
    #[arg(long, value_name = "MS", requires = "dt_ms")]
    time_window_ms: Option<f64>,
    /// SONATA: where times between two steps go: exact (an error), floor, round or ceil.
    #[arg(long, value_name = "RULE", default_value = "exact", value_parser = rounding)]
    rounding: Rounding,
    /// SONATA: make two spikes of a neuron in one step one, instead of an error.
    #[arg(long)]
    merge: bool,
    /// SONATA: the population, where the file has several.
    #[arg(long, value_name = "NAME")]
    population: Option<String>,
}

fn rounding(text: &str) -> Result<Rounding, &'static str> {
    Ok(match text {
        "exact" => Rounding::Exact,
        "floor" => Rounding::Floor,
        "round" => Rounding::Round,
        "ceil" => Rounding::Ceil,
        _ => return Err("a rule is exact, floor, round or ceil"),
    })
}

/// What was written.
#[derive(Debug, Serialize)]
struct Report {
    output_format: String,
    num_samples: u64,
    num_neurons: usize,
    num_spikes: u64,
    num_steps: u32,
    dt_ms: f64,
    #[serde(flatten)]
    grid: GridReport,
    output_bytes: u64,
}

/// Samples that are copied at a time.
const SAMPLES: u64 = 1024;

/// Whether input or output are named as files of spikes.
pub(super) fn is_for_spikes(input: &Path, input_format: Option<&str>, output: &Path, format: Option<&str>) -> bool {
    let of_spikes = |path: &Path, format: Option<&str>| {
        let found = match format {
            Some(name) => name.parse(),
            None => SpikeFormat::from_path(path),
        };
        // Text and NumPy arrays may hold events as well.
        matches!(found, Ok(SpikeFormat::Spk | SpikeFormat::Sonata))
    };
    of_spikes(input, input_format) || of_spikes(output, format)
}

impl SpikeOptions {
    /// Copies the spikes of a file.
    pub(super) fn run(
        &self,
        input: &Path,
        input_format: Option<&str>,
        output: &Path,
        format: Option<&str>,
        json: bool,
    ) -> Result<(), CliError> {
        let target = output_format(output, format)?;
        let (mut source, grid) = self.open(input, input_format)?;
        let name = name_of(input);
        let mut range = source.samples();
        if !source.is_whole() {
            return Err(CliError::CutOff { name, samples: range.end - range.start });
        }
        let header = source.header().clone();
        let (num_neurons, time_grid) = (header.num_neurons, header.grid);
        let failed = |error| Output::failed(output, error);
        let mut writer = SpikeWriter::new(target, Output::create(output)?, header, range.start).map_err(failed)?;
        while range.start < range.end {
            let to = range.end.min(range.start + SAMPLES);
            let batch =
                source.read(range.start..to).map_err(|source| CliError::Spikes { name: name.clone(), source })?;
            writer.push_batch(&batch).map_err(failed)?;
            range.start = to;
        }
        let (file, written) = writer.finish().map_err(failed)?;
        file.commit()?;
        let report = Report {
            output_format: target.to_string(),
            num_samples: written.num_samples,
            num_neurons,
            num_spikes: written.num_spikes,
            num_steps: time_grid.num_steps(),
            dt_ms: time_grid.dt_ms(),
            grid,
            output_bytes: written.num_bytes,
        };
        if json {
            say_json(&report);
            return Ok(());
        }
        let GridReport { moved, merged, clipped, max_shift_ms } = grid;
        let shifts = match moved + merged + clipped {
            0 => String::new(),
            _ => format!(", {moved} moved by up to {max_shift_ms} ms, {merged} merged, {clipped} clipped"),
        };
        let text = format!(
            "{} samples x {num_neurons} neurons, {} spikes, {} steps of {} ms{shifts}",
            report.num_samples, report.num_spikes, report.num_steps, report.dt_ms
        );
        if is_stream(output) {
            remark(&text)
        } else {
            say(&text)
        }
        Ok(())
    }

    fn open(&self, input: &Path, format: Option<&str>) -> Result<(Box<dyn SpikeSource>, GridReport), CliError> {
        let found = match format {
            Some(name) => name.parse()?,
            None => SpikeFormat::from_path(input).unwrap_or(SpikeFormat::Spk),
        };
        if found != SpikeFormat::Sonata {
            if self.dt_ms.is_some() || self.population.is_some() {
                return Err(CliError::Usage("--dt-ms and --population are for inputs of SONATA"));
            }
            return Ok((open_spike_file(input, format)?, GridReport::default()));
        }
        let options = SonataOptions { population: self.population.clone(), grid: self.grid()? };
        let refused = |source| CliError::Spikes { name: name_of(input), source };
        if is_stream(input) {
            return open_sonata(std::io::stdin().lock(), &options).map_err(refused);
        }
        let file = File::open(input).map_err(|source| CliError::Open { path: input.to_owned(), source })?;
        open_sonata(file, &options).map_err(refused)
    }

    fn grid(&self) -> Result<Option<SonataGrid>, CliError> {
        let Some(dt_ms) = self.dt_ms else { return Ok(None) };
        let whole = TimeGrid::from_ms(self.time_window_ms.unwrap_or(dt_ms), dt_ms)?;
        Ok(Some(SonataGrid {
            dt_ns: whole.dt_ns(),
            num_steps: self.time_window_ms.map(|_| whole.num_steps()),
            rounding: self.rounding,
            duplicates: if self.merge { Duplicates::Merge } else { Duplicates::Error },
        }))
    }
}
