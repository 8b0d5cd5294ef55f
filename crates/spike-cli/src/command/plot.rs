//! `spike plot`: a look at the spikes of a sample.

use super::tuning;
use crate::data::{ArrayOptions, Samples, name_of, open_spike_file};
use crate::error::CliError;
use crate::figure::braille::{Screen, braille_raster};
use crate::figure::chart::{self, Heading, Picture, Spikes};
use crate::figure::{Figure, bitmap, svg};
use crate::output::Output;
use crate::terminal::{colour, say};
use clap::{Args, ValueEnum};
use spike_core::{DecodingMethod, NameError, SpikeBatch, SpikeView};
use spike_decode::Decoder;
use std::path::{Path, PathBuf};

/// Draw spikes in the terminal (Braille), or into an SVG or PNG file.
#[derive(Debug, Args)]
pub(crate) struct Plot {
    /// Spikes: .spk, .npz, .csv or .h5 (SONATA); `-` is standard input.
    input: PathBuf,
    /// Sample to draw, by its global index (default: the first of the file).
    #[arg(long, value_name = "N")]
    sample: Option<u64>,
    /// What to draw.
    #[arg(long, value_enum, default_value = "raster")]
    kind: Kind,
    /// Kind tuning: the values that were encoded, from their file; without it those that the spikes decode to.
    #[arg(long, value_name = "INPUT")]
    against: Option<PathBuf>,
    /// Figure: .svg or .png; without it the raster is drawn in the terminal.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Format of the input (spk, npz, csv, sonata), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
}

/// Kinds of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A stroke for each spike.
    Raster,
    /// Mean rate of each neuron.
    Rate,
    /// Histogram of intervals.
    Isi,
    /// Rate over time, averaged over neurons.
    Psth,
    /// Rate of each neuron of a population against the value, measured over this sample and those behind it, and
    /// expected.
    Tuning,
    /// Decoded values of this sample and those behind it, where samples are images.
    Reconstruction,
}

impl Plot {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        if self.output.is_none() && self.kind != Kind::Raster {
            return Err(CliError::Usage("only --kind raster is drawn in the terminal; give -o FILE.svg or FILE.png"));
        }
        if self.against.is_some() && self.kind != Kind::Tuning {
            return Err(CliError::Usage("--against belongs to --kind tuning"));
        }
        let name = name_of(&self.input);
        let mut file = open_spike_file(&self.input, self.format.as_deref())?;
        let sample = self.sample.unwrap_or(file.samples().start);
        let named = |source| CliError::Spikes { name: name.clone(), source };
        let wanted = match self.kind {
            Kind::Reconstruction => IMAGES,
            Kind::Tuning => tuning::num_samples(file.header().num_neurons),
            _ => 1,
        };
        let end = sample.saturating_add(wanted).min(file.samples().end.max(sample.saturating_add(1)));
        let batch = file.read(sample..end).map_err(named)?;
        let view = batch.sample(0);
        let scheme = batch.encoding().map_or("spikes", |e| e.scheme().name());
        let shown = match batch.num_samples() as u64 {
            count if self.kind == Kind::Tuning && count > 1 => format!("samples {sample} to {}", sample + count - 1),
            _ => format!("sample {sample}"),
        };
        let title = format!("{scheme}, {shown}");
        let seed = batch.encoding().map_or(String::new(), |e| format!(", seed {}", e.seed));
        let num_spikes = if self.kind == Kind::Tuning { batch.num_spikes() } else { view.num_spikes() };
        let subtitle = format!("{} neurons, {num_spikes} spikes, {name}{seed}", view.num_neurons());
        match &self.output {
            None => {
                let events = times(view);
                let columns = terminal_columns();
                let screen = Screen { columns, lines: 24, color: colour() };
                say(&braille_raster(&format!("{title}: {subtitle}"), spikes(&events, view), screen));
                Ok(())
            }
            Some(path) => {
                let heading = Heading { title: &title, subtitle: &subtitle };
                let figure = match self.kind {
                    Kind::Reconstruction => reconstruction(heading, &batch)?,
                    Kind::Tuning => tuning::figure(heading, &batch, self.original(&batch)?.as_deref())?,
                    kind => figure(kind, heading, view),
                };
                save(path, &figure)
            }
        }
    }
}

impl Plot {
    /// The values of a batch in the file of `--against`.
    fn original(&self, batch: &SpikeBatch) -> Result<Option<Vec<f64>>, CliError> {
        let Some(path) = &self.against else { return Ok(None) };
        let mut source = Samples::open(path, &ArrayOptions::default())?;
        let (first, count) = (batch.first_sample(), batch.num_samples());
        let features = source.source.shape().num_features();
        let (found, needed) = (source.len(), first.saturating_add(count as u64));
        let values_needed = batch.encoding().map_or(features, |e| e.num_values());
        if found < needed || features != values_needed {
            return Err(CliError::Mismatch {
                what: "samples and values differ",
                first: format!("{needed} samples of {values_needed} values"),
                first_name: name_of(&self.input),
                second: format!("{found} of {features}"),
                second_name: name_of(path),
            });
        }
        source.seek(first)?;
        let (mut values, mut part) = (Vec::new(), Vec::new());
        while values.len() < count * features {
            if source.read(count - values.len() / features, &mut part)? == 0 {
                let second = first + (values.len() / features) as u64;
                return Err(spike_core::EncodeError::SourceChanged { first: needed, second }.into());
            }
            values.extend_from_slice(&part);
        }
        Ok(Some(values))
    }
}

/// Images that a reconstruction shows.
const IMAGES: u64 = 12;

/// A figure of one sample.
fn figure(kind: Kind, heading: Heading<'_>, view: SpikeView<'_>) -> Figure {
    let grid = view.grid();
    match kind {
        Kind::Raster | Kind::Reconstruction | Kind::Tuning => chart::raster(heading, spikes(&times(view), view)),
        Kind::Rate => {
            let rates: Vec<f64> = view.counts().iter().map(|&n| n as f64 / grid.duration_s()).collect();
            chart::rate_bars(heading, &rates)
        }
        Kind::Isi => {
            let intervals = view.neurons().flat_map(|row| row.array_windows().map(|[a, b]| grid.time_ms(b - a)));
            chart::isi_histogram(heading, &intervals.collect::<Vec<f64>>(), 100, grid.dt_ms())
        }
        Kind::Psth => {
            let times: Vec<f64> = view.steps().iter().map(|&s| grid.time_ms(s)).collect();
            chart::psth(heading, &times, view.num_neurons() as u64, grid.duration_ms(), 100, grid.dt_ms())
        }
    }
}

/// The decoded images of a batch.
fn reconstruction(heading: Heading<'_>, batch: &SpikeBatch) -> Result<Figure, CliError> {
    let method = DecodingMethod::SpikeCount;
    let encoding = batch.encoding().ok_or(spike_core::DecodeError::NoEncoding { method })?;
    let [rows, cols] = encoding.feature_shape[..] else {
        return Err(CliError::Usage("--kind reconstruction needs samples that are images (height, width)"));
    };
    let result = Decoder::new(encoding, None)?.decode(batch)?;
    let scaled: Vec<Vec<f64>> = result
        .values
        .rows()
        .into_iter()
        .map(|row| {
            let scale = |(channel, value): (usize, &f64)| {
                let [low, high] = encoding.normalizer.range(channel);
                if high > low { (value - low) / (high - low) } else { 0.0 }
            };
            row.iter().enumerate().map(scale).collect()
        })
        .collect();
    let labels: Vec<String> = (batch.first_sample()..).take(scaled.len()).map(|i| format!("sample {i}")).collect();
    let pictures: Vec<Picture<'_>> = labels
        .iter()
        .zip(&scaled)
        .map(|(label, values)| Picture { label, caption: result.method.name(), rows, cols, values })
        .collect();
    Ok(chart::images(heading, &pictures))
}

/// Spikes as (time, row), row after row.
pub(super) fn times(view: SpikeView<'_>) -> Vec<(f64, u32)> {
    let rows = view.neurons().enumerate();
    rows.flat_map(|(row, steps)| steps.iter().map(move |&s| (view.grid().time_ms(s), row as u32))).collect()
}

/// Spikes as the figures take them.
pub(super) fn spikes<'a>(events: &'a [(f64, u32)], view: SpikeView<'_>) -> Spikes<'a> {
    let grid = view.grid();
    Spikes { events, num_rows: view.num_neurons() as u32, duration_ms: grid.duration_ms(), step_ms: grid.dt_ms() }
}

/// Writes a figure in the format that the extension names.
pub(super) fn save(path: &Path, figure: &Figure) -> Result<(), CliError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let bytes = match extension.as_str() {
        "svg" => svg::render(figure)?.into_bytes(),
        "png" => bitmap::render(figure)?,
        _ => return Err(NameError { what: "format of a figure", found: name_of(path), allowed: ".svg, .png" }.into()),
    };
    Output::write(path, &bytes)
}

/// Columns of the terminal, or of a page where there is none.
pub(super) fn terminal_columns() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(100).clamp(40, 200)
}
