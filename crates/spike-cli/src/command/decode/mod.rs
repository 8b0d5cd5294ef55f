//! `spike decode`: spikes back to values, with the error beside the limit.

mod method;

use super::events::{self, EventJob, FrameOptions};
use super::sink::Sink;
use crate::data::{ArrayOptions, Samples, SpikeInput, name_of};
use crate::error::CliError;
use crate::options::Columns;
use crate::output::is_stream;
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use clap::Args;
use method::MethodFlags;
use serde::Serialize;
use spike_core::{DecodingMethod, Encoding, SpikeBatch};
use spike_decode::{Decoder, Method, Reachable, Score, ValueCounts};
use spike_io::events::EventFile;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Turn spikes back into values, signals or frames.
///
/// With --against, prints the R² that was reached beside the R² that no decoder of the code can exceed. Camera events
/// are integrated to frames, at the times that --frame-rate-hz or --frame-interval-us gives.
#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// Spikes: .spk, .npz, .csv or .h5, or camera events: .csv or .npz; `-` is standard input.
    input: PathBuf,
    /// Values: .npy (shape of the encoded input) or .csv (a line for each sample, for each time of a signal); `-` is
    /// npy to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    method: MethodFlags,
    /// The original values, to compare with.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Columns of the original that were encoded, from 0 (signals) [default: all].
    #[arg(long, value_name = "I,J,..")]
    signal_columns: Option<Columns>,
    #[command(flatten)]
    array: ArrayOptions,
    /// Format of the input (spk, npz, csv, sonata; events: eventcsv, eventnpz), where name and content do not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    frames: FrameOptions,
}

/// What was decoded.
#[derive(Debug, Serialize)]
struct Report {
    method: &'static str,
    scheme: &'static str,
    seed: u64,
    num_samples: u64,
    num_channels: usize,
    mean_confidence: f64,
    mean_activity: f64,
    reconstruction_mse: Option<f64>,
    reconstruction_r2: Option<f64>,
    /// Best R² of any decoder for these values.
    reachable_r2: Option<f64>,
    /// Expected R² of the scheme's own decoder for these values.
    expected_r2: Option<f64>,
    decode_wall_time_ms: f64,
}

/// Values that are decoded at a time.
const VALUES_PER_BATCH: usize = 1 << 18;

impl Decode {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        if self.json && self.output.as_deref().is_some_and(is_stream) {
            return Err(CliError::Usage("--json and -o - both write to standard output; choose a file"));
        }
        let method = self.method.method()?;
        let mut spikes = match SpikeInput::open(&self.input, self.format.as_deref())? {
            SpikeInput::Spikes(spikes) => spikes,
            SpikeInput::Events(file) => {
                if method.is_some() {
                    return Err(CliError::Usage(
                        "camera events are integrated; methods and their options do not apply",
                    ));
                }
                return events::decode(&self.frames, &self.array, self.event_job(&file));
            }
        };
        if self.frames.any() {
            return Err(CliError::Usage("--frame-rate-hz, --frame-interval-us and --first-frame need camera events"));
        }
        let unknown = method.as_ref().map_or(DecodingMethod::SpikeCount, Method::name);
        let encoding = spikes.encoding().cloned();
        let encoding = encoding.ok_or(spike_core::DecodeError::NoEncoding { method: unknown })?;
        let signal = encoding.scheme().encodes_signals();
        if self.signal_columns.is_some() && !signal {
            return Err(CliError::Usage("--signal-columns needs spikes of a signal"));
        }
        let decoder = match method {
            Some(method) => Decoder::with_method(&encoding, method)?,
            None => Decoder::new(&encoding, None)?,
        };
        let mut against = self.against.as_ref().map(|path| self.open_original(path, &encoding)).transpose()?;
        let range = spikes.samples();
        if !spikes.is_whole() {
            return Err(CliError::CutOff { name: name_of(&self.input), samples: range.end - range.start });
        }
        if let Some(original) = &mut against {
            if original.len() < range.end {
                return Err(CliError::Mismatch {
                    what: "fewer samples than were encoded",
                    first: range.end.to_string(),
                    first_name: name_of(&self.input),
                    second: original.len().to_string(),
                    second_name: original.name.clone(),
                });
            }
            original.seek(range.start)?;
        }
        let samples = range.end - range.start;
        let shape = output_shape(&encoding, samples);
        let columns = if signal { encoding.num_channels() } else { encoding.num_values() };
        let mut sink = self.output.as_deref().map(|path| Sink::create(path, &shape)).transpose()?;
        let progress = Progress::new("decode", samples);
        let size = (VALUES_PER_BATCH / encoding.num_values()).max(1) as u64;
        let (mut score, mut confidence, mut activity, mut wall) = (Score::default(), 0.0, 0.0, 0.0);
        let mut counts = ValueCounts::default();
        let mut original = Vec::new();
        let mut next = range.start;
        while next < range.end {
            let to = range.end.min(next + size);
            let named = |source| CliError::Spikes { name: name_of(&self.input), source };
            let batch: SpikeBatch = spikes.read(next..to).map_err(named)?;
            let started = Instant::now();
            let result = decoder.decode(&batch)?;
            wall += started.elapsed().as_secs_f64();
            confidence += result.confidence.sum();
            activity += result.activity.sum();
            let values = result.values.as_slice().unwrap_or(&[]);
            if let Some(source) = &mut against {
                source.read((to - next) as usize, &mut original)?;
                score.add(&original, values);
                let mut scaled = Vec::new();
                encoding.normalizer.apply(&original, next, &mut scaled, &mut Default::default())?;
                counts.add(&scaled);
            }
            if let Some(sink) = &mut sink {
                sink.push(values, columns)?;
            }
            progress.done(to - next);
            next = to;
        }
        drop(progress);
        if let Some(sink) = sink {
            sink.commit()?;
        }
        let reachable = Reachable::of(&encoding, &counts.distribution())?;
        let total = (samples as f64 * encoding.num_values() as f64).max(1.0);
        let report = Report {
            method: decoder.method().name(),
            scheme: encoding.scheme().name(),
            seed: encoding.seed.0,
            num_samples: samples,
            num_channels: encoding.num_channels(),
            mean_confidence: confidence / total,
            mean_activity: activity / total,
            reconstruction_mse: score.mse(),
            reconstruction_r2: score.r2(),
            reachable_r2: reachable.map(|r| r.optimal),
            expected_r2: reachable.map(|r| r.own_decoder),
            decode_wall_time_ms: wall * 1e3,
        };
        self.tell(&report);
        Ok(())
    }

    fn event_job<'a>(&'a self, file: &'a EventFile) -> EventJob<'a> {
        EventJob { file, output: self.output.as_deref(), against: self.against.as_ref(), json: self.json }
    }

    fn open_original(&self, path: &Path, encoding: &Encoding) -> Result<Samples, CliError> {
        let samples = Samples::open(path, &self.array)?;
        let samples = match encoding.scheme().encodes_signals() {
            true => samples.into_recordings(self.signal_columns.as_ref())?,
            false => samples,
        };
        let (features, channels) = (samples.source.shape().num_features(), encoding.num_values());
        if features != channels {
            return Err(CliError::Mismatch {
                what: "values in a sample",
                first: channels.to_string(),
                first_name: name_of(&self.input),
                second: features.to_string(),
                second_name: samples.name,
            });
        }
        Ok(samples)
    }

    fn tell(&self, report: &Report) {
        if self.json {
            return say_json(report);
        }
        let mut text = format!(
            "{} of {}: {} samples x {} channels, mean confidence {:.4}, seed {}",
            report.method, report.scheme, report.num_samples, report.num_channels, report.mean_confidence, report.seed
        );
        if let Some(mse) = report.reconstruction_mse {
            let figure = |r2: Option<f64>| r2.map_or("undefined".to_owned(), |r| format!("{r:.5}"));
            text += &format!("\nMSE {mse:.6}, R² {}", figure(report.reconstruction_r2));
            // Not every code has a limit that can be computed.
            if report.reachable_r2.is_some() || report.expected_r2.is_some() {
                let (reachable, expected) = (figure(report.reachable_r2), figure(report.expected_r2));
                text += &format!(", reachable by any decoder {reachable}, expected of the scheme's own {expected}");
            }
        }
        if self.output.as_deref().is_some_and(is_stream) { remark(&text) } else { say(&text) }
    }
}

/// The shape of decoded values: samples first, but for a signal that is the only one.
fn output_shape(encoding: &Encoding, samples: u64) -> Vec<usize> {
    let feature_shape = &encoding.feature_shape[..];
    match encoding.scheme().encodes_signals() && samples == 1 {
        true => feature_shape.to_vec(),
        false => [&[samples as usize], feature_shape].concat(),
    }
}
