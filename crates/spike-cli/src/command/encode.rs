//! `spike encode`: values to spikes, streaming.

use super::events::{self, EventOutput};
use crate::data::{ArrayOptions, Samples};
use crate::error::CliError;
use crate::options::{EncodeOptions, Plan};
use crate::output::{Output, is_stream};
use crate::progress::Progress;
use crate::summary::{Statistics, Summary};
use crate::terminal::{remark, say, say_json};
use clap::Args;
use ndarray::ArrayView2;
use serde::Serialize;
use spike_core::{CodeOptions, CodingScheme, NormalizeReport, Normalizer};
use spike_decode::optimise;
use spike_encode::Encoder;
use spike_io::InputFormat;
use spike_io::events::EventFormat;
use spike_io::spikes::{SpikeFormat, SpikeWriter};
use spike_io::spk::{Provenance, SpkHeader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

/// Turn values, signals or frames into spikes.
///
/// Values: the first axis of the input counts samples, the rest are channels. Signals (contrast codes): a wav file, a
/// csv whose rows are time and whose columns are channels, or an array of shape (time), (time, channel) or (recording,
/// time, channel). Frames (contrast_dvs_pixel): images in order, or an array of shape (frame, row, column); the output
/// is a file of camera events. Values of shape (height, width) go into such a file as well, one ON event a spike, if its
/// name or --format asks for it. The same input, options and seed give the same bytes with any number of threads, any
/// batch size, and joined from shards by `spike cat`.
#[derive(Debug, Args)]
pub(crate) struct Encode {
    /// Input: idx, npy, npz, csv, png or wav (idx, npy and csv also gzipped); `-` is standard input. Several are frames.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Output: .spk, .npz, .csv or .h5 (SONATA); camera events: .aedat4, .dat, .es, .bin, .raw and .aedat with --format,
    /// of frames also .csv or .npz; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Format of the output (spk, npz, csv, sonata; camera events: as in `transcode`), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Encode only part I of N, counted from 0 (needs --seed); the range is that of the whole input.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Samples that are held at a time; the result does not depend on it.
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    array: ArrayOptions,
    #[command(flatten)]
    options: EncodeOptions,
}

/// Part `index` of `count`.
#[derive(Debug, Clone, Copy)]
struct Shard {
    index: u64,
    count: u64,
}

impl FromStr for Shard {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((index, count)) if index < count => Ok(Self { index, count }),
            _ => Err("a shard is I/N with 0 <= I < N, such as 0/4"),
        }
    }
}

impl Shard {
    /// The samples of this part.
    fn range(self, samples: u64) -> Range<u64> {
        let at = |i: u64| (u128::from(samples) * u128::from(i) / u128::from(self.count)) as u64;
        at(self.index)..at(self.index + 1)
    }
}

/// What was encoded.
#[derive(Debug, Serialize)]
struct Report {
    scheme: &'static str,
    seed: u64,
    num_samples: u64,
    num_neurons: usize,
    num_spikes: u64,
    num_steps: u32,
    dt_ms: f64,
    first_sample: u64,
    clipped_values: u64,
    constant_channels: usize,
    output_bytes: u64,
    encode_wall_time_ms: f64,
    #[serde(flatten)]
    statistics: Statistics,
}

impl Encode {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        if self.json && is_stream(&self.output) {
            return Err(CliError::Usage("--json and -o - both write to standard output; choose a file"));
        }
        if self.batch_size == Some(0) {
            return Err(CliError::Usage("--batch-size is 0; it must be at least 1"));
        }
        let plan = self.options.plan()?;
        if self.shard.is_some() && !plan.seed_given {
            return Err(CliError::Usage("--shard needs --seed, so that all shards use the same"));
        }
        if plan.code.scheme() == CodingScheme::ContrastDvsPixel {
            if self.shard.is_some() || self.batch_size.is_some() {
                return Err(CliError::Usage("a video is one sample: --shard and --batch-size do not apply to frames"));
            }
            let output = EventOutput { path: &self.output, format: self.format.as_deref(), json: self.json };
            return events::encode(&self.inputs, &self.array, &plan, output);
        }
        let [input] = &self.inputs[..] else {
            return Err(CliError::Usage("several inputs are the frames of --scheme contrast_dvs_pixel; give one"));
        };
        let output = EventOutput { path: &self.output, format: self.format.as_deref(), json: self.json };
        if let Some(format) = self.event_format(&output)? {
            if self.shard.is_some() || self.batch_size.is_some() {
                return Err(CliError::Usage("--shard and --batch-size do not apply to files of camera events"));
            }
            return events::encode_values(input, &self.array, &plan, format, output);
        }
        let format = output_format(&self.output, self.format.as_deref())?;
        let (mut samples, plan) = open(input, &self.array, plan)?;
        let encoder = encoder(&mut samples, &plan)?;
        let range = self.shard.map_or(0..samples.len(), |shard| shard.range(samples.len()));
        let constant_channels = encoder.encoding().normalizer.constant_channels();
        if constant_channels > 0 {
            remark(&format!("{constant_channels} constant channels encode as 0 and decode exactly"));
        }
        let header = header(&samples, &encoder)?;
        let (num_neurons, grid) = (header.num_neurons, header.grid);
        let failed = |e| Output::failed(&self.output, e);
        let output = Output::create(&self.output)?;
        let mut writer = SpikeWriter::new(format, output, header, range.start).map_err(failed)?;
        let mut summary = Summary::default();
        let mut clipped_values = 0;
        let started = Instant::now();
        each_batch(&mut samples, &encoder, range.clone(), self.batch_size, |batch, clipped| {
            summary.add(&batch);
            clipped_values += clipped;
            writer.push_batch(&batch).map_err(failed)
        })?;
        let (output, written) = writer.finish().map_err(failed)?;
        output.commit()?;
        if clipped_values > 0 {
            remark(&format!("{clipped_values} values outside the range of the normaliser were clipped"));
        }
        let report = Report {
            scheme: plan.code.scheme().name(),
            seed: plan.seed.0,
            num_samples: written.num_samples,
            num_neurons,
            num_spikes: written.num_spikes,
            num_steps: grid.num_steps(),
            dt_ms: grid.dt_ms(),
            first_sample: range.start,
            clipped_values,
            constant_channels,
            output_bytes: written.num_bytes,
            encode_wall_time_ms: started.elapsed().as_secs_f64() * 1e3,
            statistics: summary.statistics(grid),
        };
        if self.json {
            say_json(&report);
        } else {
            let text = format!(
                "{}: {} samples x {} neurons, {} spikes ({:.2} Hz), {} steps of {} ms, seed {}",
                report.scheme,
                report.num_samples,
                report.num_neurons,
                report.num_spikes,
                report.statistics.mean_firing_rate_hz,
                report.num_steps,
                report.dt_ms,
                report.seed
            );
            if is_stream(&self.output) { remark(&text) } else { say(&text) }
        }
        Ok(())
    }
}

impl Encode {
    /// The format of camera events that the output asks for, if it is none of spikes.
    fn event_format(&self, output: &EventOutput<'_>) -> Result<Option<EventFormat>, CliError> {
        if output_format(&self.output, self.format.as_deref()).is_ok() {
            return Ok(None);
        }
        if let Some(name) = &self.format {
            // What names neither is refused as a format of spikes.
            return Ok(EventFormat::from_name(name).ok());
        }
        let extension = self.output.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        // These are extensions of several formats, which the error lists.
        let several = matches!(extension.as_str(), "raw" | "aedat");
        if several { output.event_format().map(Some) } else { Ok(EventFormat::from_path(&self.output).ok()) }
    }
}

/// The format of an output of spikes.
pub(super) fn output_format(path: &Path, format: Option<&str>) -> Result<SpikeFormat, CliError> {
    Ok(match format {
        Some(name) => name.parse()?,
        None if is_stream(path) => SpikeFormat::Spk,
        None => SpikeFormat::from_path(path)?,
    })
}

/// Opens the input of a plan, and completes the plan by what the input says of itself.
fn open(input: &Path, array: &ArrayOptions, plan: Plan) -> Result<(Samples, Plan), CliError> {
    let samples = Samples::open(input, array)?;
    if !plan.code.scheme().encodes_signals() {
        return Ok((samples, plan));
    }
    if InputFormat::from_path(input) == Some(InputFormat::Png) {
        return Err(CliError::Usage("an image is no signal; give a wav, csv, npy, npz or idx file"));
    }
    let samples = samples.into_recordings(plan.columns.as_ref())?;
    let length = samples.source.shape().feature_shape().first().copied().unwrap_or(1);
    let plan = plan.for_signal(length, samples.source.sample_rate_hz())?;
    Ok((samples, plan))
}

/// The encoder of a plan, fitted on all samples.
pub(super) fn encoder(samples: &mut Samples, plan: &Plan) -> Result<Encoder, CliError> {
    let shape = samples.source.shape().feature_shape().to_vec();
    if !plan.code.scheme().encodes_signals() {
        let normalizer = samples.fit(plan.norm, shape.iter().product())?;
        return Ok(Encoder::new(&plan.config, plan.code, normalizer, plan.seed, shape)?);
    }
    let channels = shape.iter().skip(1).product();
    // The code is refused before the whole input is read.
    Encoder::new(&plan.config, plan.code, Normalizer::identity(channels), plan.seed, shape.clone())?;
    let normalizer = samples.fit(plan.norm, channels)?;
    // What a decoder must know of a signal is part of the record, which comes before the spikes.
    let (mut signals, mut values) = (Vec::new(), Vec::new());
    samples.seek(0)?;
    while samples.read(1, &mut values)? == 1 {
        signals.extend_from_slice(&values);
    }
    let code = if plan.optimise { optimised(plan, &normalizer, &signals, &shape)? } else { plan.code };
    let encoder = Encoder::new(&plan.config, code, normalizer, plan.seed, shape)?;
    Ok(encoder.with_signals(&signals)?)
}

/// The options with which the first recording is rebuilt best.
fn optimised(plan: &Plan, normalizer: &Normalizer, signals: &[f64], shape: &[usize]) -> Result<CodeOptions, CliError> {
    let (length, channels) = (shape[0], shape.iter().skip(1).product());
    let mut scaled = Vec::new();
    normalizer.apply(&signals[..length * channels], 0, &mut scaled, &mut NormalizeReport::default())?;
    let signal =
        ArrayView2::from_shape((length, channels), &scaled).expect("a recording has a value for each time and channel");
    let found = optimise(&plan.config, plan.code, signal)?;
    let options = serde_json::to_string(&found.options).unwrap_or_default();
    remark(&format!("best options for the first recording: {options}, AC-SNR {:.2} dB", found.ac_snr_db));
    Ok(found.options)
}

/// The header of a file of the encoder's spikes.
pub(super) fn header(samples: &Samples, encoder: &Encoder) -> Result<SpkHeader, CliError> {
    Ok(SpkHeader {
        grid: encoder.encoding().config.grid()?,
        num_neurons: encoder.num_neurons(),
        encoding: Some(encoder.encoding().as_ref().clone()),
        provenance: Provenance {
            program: format!("spike {}", env!("CARGO_PKG_VERSION")),
            source: samples.name.clone(),
            source_samples: samples.len(),
        },
    })
}

/// Encodes a range of samples batch by batch and hands over each with its number of clipped values.
pub(super) fn each_batch(
    samples: &mut Samples,
    encoder: &Encoder,
    range: Range<u64>,
    batch_size: Option<usize>,
    mut take: impl FnMut(spike_core::SpikeBatch, u64) -> Result<(), CliError>,
) -> Result<(), CliError> {
    samples.seek(range.start)?;
    let size = batch_size.unwrap_or_else(|| samples.default_batch()) as u64;
    let progress = Progress::new("encode", range.end - range.start);
    let mut values = Vec::new();
    let mut next = range.start;
    while next < range.end {
        let got = samples.read(size.min(range.end - next) as usize, &mut values)? as u64;
        if got == 0 {
            let (first, second) = (range.end, next);
            return Err(spike_core::EncodeError::SourceChanged { first, second }.into());
        }
        let (batch, report) = encoder.encode(&values, next)?;
        next += got;
        take(batch, report.clipped)?;
        progress.done(got);
    }
    Ok(())
}
