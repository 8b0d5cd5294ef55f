//! `spike decode`: spikes back to values, with the error beside the limit.

use crate::data::{ArrayOptions, Samples, name_of, open_spike_file};
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use clap::{Args, ValueEnum};
use serde::Serialize;
use spike_core::{DecodingMethod, Encoding, SpikeBatch};
use spike_decode::{CountFormula, Decoder, Method, Reachable, Score, ValueCounts};
use spike_io::ElementType;
use spike_io::npy::NpyWriter;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Turn spikes back into values.
///
/// With --against, prints the R² that was reached beside the R² that no decoder of the code can exceed.
#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// Spikes: .spk, .npz or .csv; `-` is standard input.
    input: PathBuf,
    /// Values: .npy (shape of the encoded input) or .csv (a line for each sample); `-` is npy to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Decoding method; the scheme's own by default.
    #[arg(long, value_name = "NAME")]
    method: Option<String>,
    /// spike_count: dead-time corrected, or the plain formula of the specification.
    #[arg(long, value_enum, default_value = "corrected")]
    count_formula: FormulaName,
    /// The original values, to compare with.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    array: ArrayOptions,
    /// Format of the input (spk, npz, csv), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Names of [`CountFormula`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormulaName {
    Corrected,
    Plain,
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
        let method: Option<DecodingMethod> = self.method.as_deref().map(str::parse).transpose()?;
        let mut spikes = open_spike_file(&self.input, self.format.as_deref())?;
        let unknown = method.unwrap_or(DecodingMethod::SpikeCount);
        let encoding = spikes.encoding().cloned();
        let encoding = encoding.ok_or(spike_core::DecodeError::NoEncoding { method: unknown })?;
        let decoder = self.decoder(&encoding, method)?;
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
        let mut sink = self.output.as_deref().map(|path| Sink::create(path, &encoding, samples)).transpose()?;
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
                sink.push(values, encoding.num_values())?;
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

    fn decoder(&self, encoding: &Arc<Encoding>, method: Option<DecodingMethod>) -> Result<Decoder, CliError> {
        if self.count_formula == FormulaName::Plain {
            if method.is_some_and(|m| m != DecodingMethod::SpikeCount) {
                return Err(CliError::Usage("--count-formula plain belongs to --method spike_count"));
            }
            return Ok(Decoder::with_method(encoding, Method::SpikeCount(CountFormula::Plain))?);
        }
        Ok(Decoder::new(encoding, method)?)
    }

    fn open_original(&self, path: &Path, encoding: &Encoding) -> Result<Samples, CliError> {
        let samples = Samples::open(path, &self.array)?;
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
            text += &format!(
                "\nMSE {mse:.6}, R² {}, reachable by any decoder {}, expected of this one {}",
                figure(report.reconstruction_r2),
                figure(report.reachable_r2),
                figure(report.expected_r2)
            );
        }
        if self.output.as_deref().is_some_and(is_stream) { remark(&text) } else { say(&text) }
    }
}

/// Where decoded values go.
enum Sink {
    Npy { writer: NpyWriter<Output>, path: PathBuf },
    Csv { output: Output, path: PathBuf },
}

impl Sink {
    fn create(path: &Path, encoding: &Encoding, samples: u64) -> Result<Self, CliError> {
        let csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let npy = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) || is_stream(path);
        if !csv && !npy {
            let found = name_of(path);
            return Err(spike_core::NameError { what: "format of values", found, allowed: ".npy, .csv" }.into());
        }
        let output = Output::create(path)?;
        if csv {
            return Ok(Self::Csv { output, path: path.to_owned() });
        }
        let shape: Vec<usize> =
            std::iter::once(samples as usize).chain(encoding.feature_shape.iter().copied()).collect();
        let writer = NpyWriter::create(output, &shape, ElementType::F64).map_err(|e| Output::failed(path, e))?;
        Ok(Self::Npy { writer, path: path.to_owned() })
    }

    fn push(&mut self, values: &[f64], channels: usize) -> Result<(), CliError> {
        match self {
            Self::Npy { writer, path } => writer.push(values).map_err(|e| Output::failed(path, e)),
            Self::Csv { output, path } => {
                let mut text = String::new();
                for sample in values.chunks_exact(channels) {
                    let fields: Vec<String> = sample.iter().map(f64::to_string).collect();
                    text += &fields.join(",");
                    text.push('\n');
                }
                output.write_all(text.as_bytes()).map_err(|e| Output::failed(path, e))
            }
        }
    }

    fn commit(self) -> Result<(), CliError> {
        match self {
            Self::Npy { writer, path } => writer.finish().map_err(|e| Output::failed(&path, e))?.commit(),
            Self::Csv { output, .. } => output.commit(),
        }
    }
}
