//! `spike demo`: real digits to spikes on disk and back, with the limit beside each figure.

use super::encode::{each_batch, encoder, header};
use super::plot::{save, spikes, terminal_columns, times};
use crate::data::Samples;
use crate::error::CliError;
use crate::figure::braille::{Screen, braille_raster};
use crate::figure::chart::{self, Heading, Picture, Shown};
use crate::figure::shade::terminal_images;
use crate::options::EncodeOptions;
use crate::output::Output;
use crate::summary::Summary;
use crate::terminal::{colour, say, say_json};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use spike_core::{Encoding, SpikeBatch};
use spike_decode::{Decoder, Reachable, Score, ValueCounts};
use spike_io::InputFormat;
use spike_io::spikes::{SpikeFormat, SpikeWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The MNIST test set, 10 000 digits; see data/README.md for its provenance.
const DIGITS: &[u8] = include_bytes!("../../../../data/mnist/t10k-images-idx3-ubyte.gz");
const DIGITS_NAME: &str = "t10k-images-idx3-ubyte.gz";

/// Encode the bundled digits by rate and by latency, decode them, and show what was lost.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the files that are written.
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    out: PathBuf,
    /// Seed.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Digit to show.
    #[arg(long, default_value_t = 0, value_name = "N")]
    sample: u64,
    /// Print one JSON object for each code instead of text.
    #[arg(long)]
    json: bool,
}

/// What a code did to the digits.
#[derive(Debug, Serialize)]
struct Row {
    scheme: &'static str,
    seed: u64,
    num_samples: u64,
    num_spikes: u64,
    mean_firing_rate_hz: f64,
    sparsity: f64,
    latency_to_first_spike_ms: Option<f64>,
    reconstruction_r2: Option<f64>,
    reachable_r2: Option<f64>,
    expected_r2: Option<f64>,
    encode_spikes_per_s: f64,
    decode_spikes_per_s: f64,
    output_bytes: u64,
    bits_per_spike: f64,
}

/// The digit that is shown: spikes and decoded values.
struct Seen {
    scheme: &'static str,
    batch: SpikeBatch,
    decoded: Vec<f64>,
    r2: Option<f64>,
}

impl Demo {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let folder = |source: std::io::Error| CliError::Write { path: self.out.clone(), source: source.into() };
        std::fs::create_dir_all(&self.out).map_err(folder)?;
        let mut digits = Samples::from_bytes(DIGITS_NAME, DIGITS.to_vec(), InputFormat::Idx)?;
        if self.sample >= digits.len() {
            return Err(CliError::Usage("--sample is beyond the 10000 digits"));
        }
        let mut rows = Vec::new();
        let mut seen = Vec::new();
        let mut files = Vec::new();
        for scheme in ["rate_poisson", "temporal_ttfs"] {
            let path = self.out.join(format!("digits_{scheme}.spk"));
            let (row, shown) = self.code(&mut digits, scheme, &path)?;
            rows.push(row);
            seen.push(shown);
            files.push(path);
        }
        let shape = digits.source.shape().feature_shape().to_vec();
        let mut original = Vec::new();
        digits.seek(self.sample)?;
        digits.read(1, &mut original)?;
        let figure = self.out.join("demo.svg");
        self.draw(&figure, &seen, &original, &shape)?;
        files.push(figure);
        if self.json {
            rows.iter().for_each(say_json);
            return Ok(());
        }
        self.show(&seen, &original, &shape);
        say(&table(&rows));
        say(
            "R² is that of decoded against original pixels. `reachable` is the limit that no decoder of the code can\n\
             exceed for these pixels, `expected` that of the decoder used; both are computed, not simulated.",
        );
        let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
        say(&format!("seed {}; wrote {}", self.seed, names.join(", ")));
        say(&format!("next: spike inspect {0}; spike plot {0} --sample 3; spike schemes rate_poisson", names[0]));
        Ok(())
    }

    /// Encodes all digits by one code into a file and decodes them.
    fn code(&self, digits: &mut Samples, scheme: &str, path: &Path) -> Result<(Row, Seen), CliError> {
        let options =
            EncodeOptions { scheme: Some(scheme.to_owned()), seed: Some(self.seed), ..EncodeOptions::default() };
        let plan = options.plan()?;
        let encoder = encoder(digits, &plan)?;
        let encoding: Arc<Encoding> = encoder.encoding().clone();
        let decoder = Decoder::new(&encoding, None)?;
        let header = header(digits, &encoder)?;
        let grid = header.grid;
        let failed = |e| Output::failed(path, e);
        let output = Output::create(path)?;
        let mut writer = SpikeWriter::new(SpikeFormat::Spk, output, header, 0).map_err(failed)?;
        let (mut summary, mut score, mut counts) = (Summary::default(), Score::default(), ValueCounts::default());
        let (mut decode_time, mut other_time) = (Duration::ZERO, Duration::ZERO);
        let mut shown = None;
        let mut second = Samples::from_bytes(DIGITS_NAME, DIGITS.to_vec(), InputFormat::Idx)?;
        let mut original = Vec::new();
        let mut next = 0;
        let len = digits.len();
        let started = Instant::now();
        each_batch(digits, &encoder, 0..len, None, |batch, _| {
            let outside = Instant::now();
            summary.add(&batch);
            writer.push_batch(&batch).map_err(failed)?;
            second.read(batch.num_samples(), &mut original)?;
            let mut scaled = Vec::new();
            encoding.normalizer.apply(&original, next, &mut scaled, &mut Default::default())?;
            counts.add(&scaled);
            let decoding = Instant::now();
            let result = decoder.decode(&batch)?;
            decode_time += decoding.elapsed();
            let values = result.values.as_slice().unwrap_or(&[]);
            score.add(&original, values);
            let end = next + batch.num_samples() as u64;
            if (next..end).contains(&self.sample) {
                let at = (self.sample - next) as usize;
                let channels = encoding.num_channels();
                let decoded = values[at * channels..][..channels].to_vec();
                let alone = encoder.encode(&original[at * channels..][..channels], self.sample)?.0;
                shown = Some((alone, decoded));
            }
            next = end;
            other_time += outside.elapsed();
            Ok(())
        })?;
        let encode_time = started.elapsed().saturating_sub(other_time);
        let (output, written) = writer.finish().map_err(failed)?;
        output.commit()?;
        let reachable = Reachable::of(&encoding, &counts.distribution())?;
        let statistics = summary.statistics(grid);
        let per_s = |time: Duration| written.num_spikes as f64 / time.as_secs_f64().max(1e-9);
        let (batch, decoded) = shown.ok_or(CliError::Usage("--sample is beyond the 10000 digits"))?;
        let name = plan.code.scheme().name();
        let row = Row {
            scheme: name,
            seed: self.seed,
            num_samples: written.num_samples,
            num_spikes: written.num_spikes,
            mean_firing_rate_hz: statistics.mean_firing_rate_hz,
            sparsity: statistics.sparsity,
            latency_to_first_spike_ms: statistics.latency_to_first_spike_ms,
            reconstruction_r2: score.r2(),
            reachable_r2: reachable.map(|r| r.optimal),
            expected_r2: reachable.map(|r| r.own_decoder),
            encode_spikes_per_s: per_s(encode_time),
            decode_spikes_per_s: per_s(decode_time),
            output_bytes: written.num_bytes,
            bits_per_spike: written.num_bytes as f64 * 8.0 / (written.num_spikes as f64).max(1.0),
        };
        Ok((row, Seen { scheme: name, batch, decoded, r2: score.r2() }))
    }

    fn draw(&self, path: &Path, seen: &[Seen], original: &[f64], shape: &[usize]) -> Result<(), CliError> {
        let scaled = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v / 255.0).collect() };
        let (rows, cols) = (shape[0], shape[1]);
        let original = scaled(original);
        let events: Vec<Vec<(f64, u32)>> = seen.iter().map(|s| times(s.batch.sample(0))).collect();
        let decoded: Vec<Vec<f64>> = seen.iter().map(|s| scaled(&s.decoded)).collect();
        let captions: Vec<String> =
            seen.iter().map(|s| format!("R² {:.4} over all digits", s.r2.unwrap_or(f64::NAN))).collect();
        let shown: Vec<Shown<'_>> = (0..seen.len())
            .map(|i| Shown {
                label: seen[i].scheme,
                spikes: spikes(&events[i], seen[i].batch.sample(0)),
                decoded: Picture { label: seen[i].scheme, caption: &captions[i], rows, cols, values: &decoded[i] },
            })
            .collect();
        let subtitle =
            format!("MNIST test digit {}, one neuron for each of 784 pixels, seed {}", self.sample, self.seed);
        let heading = Heading { title: "A digit as spikes, and back", subtitle: &subtitle };
        let original = Picture { label: "original", caption: "", rows, cols, values: &original };
        save(path, &chart::demo(chart::Demo { heading, original, codes: &shown }))
    }

    fn show(&self, seen: &[Seen], original: &[f64], shape: &[usize]) {
        let scaled = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v / 255.0).collect() };
        let all: Vec<(&str, Vec<f64>)> = std::iter::once(("original", scaled(original)))
            .chain(seen.iter().map(|s| (s.scheme, scaled(&s.decoded))))
            .collect();
        let pictures: Vec<Picture<'_>> = all
            .iter()
            .map(|(label, values)| Picture { label, caption: "", rows: shape[0], cols: shape[1], values })
            .collect();
        let columns = terminal_columns();
        say(&terminal_images(&pictures, columns, colour()));
        for one in seen {
            let view = one.batch.sample(0);
            let events = times(view);
            let title = format!("{}: digit {}, {} spikes", one.scheme, self.sample, view.num_spikes());
            say(&braille_raster(&title, spikes(&events, view), Screen { columns, lines: 14, color: colour() }));
        }
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header([
        "code",
        "spikes",
        "rate Hz",
        "sparsity",
        "first spike ms",
        "R²",
        "reachable",
        "expected",
        "encode Mspike/s",
        "decode Mspike/s",
        "bits/spike",
    ]);
    let or_dash = |figure: Option<f64>, digits: usize| figure.map_or("-".to_owned(), |f| format!("{f:.digits$}"));
    for row in rows {
        table.add_row([
            row.scheme.to_owned(),
            row.num_spikes.to_string(),
            format!("{:.2}", row.mean_firing_rate_hz),
            format!("{:.5}", row.sparsity),
            or_dash(row.latency_to_first_spike_ms, 2),
            or_dash(row.reconstruction_r2, 5),
            or_dash(row.reachable_r2, 5),
            or_dash(row.expected_r2, 5),
            format!("{:.1}", row.encode_spikes_per_s / 1e6),
            format!("{:.1}", row.decode_spikes_per_s / 1e6),
            format!("{:.2}", row.bits_per_spike),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
