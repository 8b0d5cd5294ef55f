//! `spike bench`: what codes keep of data and what they cost.

use super::encode::encoder;
use crate::data::{ArrayOptions, Samples};
use crate::error::CliError;
use crate::options::{EncodeOptions, Plan, takes_values};
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use spike::{BenchmarkOptions, EncodingReport, benchmark};
use spike_core::CodingScheme;
use std::path::PathBuf;

/// Measure what codes keep of data and what they cost: information, R², rate, latency, sparsity, energy, time.
///
/// The information is that of one value and its spikes, corrected for limited sampling (Panzeri & Treves 1996) and never
/// above its ceiling; `~` marks an estimate from too few values. `reachable` is the R² that no decoder of the code
/// exceeds on these data. Wall times are those of one run.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Input: idx, npy, npz, csv or png (idx, npy and csv also gzipped); `-` is standard input.
    input: PathBuf,
    /// Measure only the first N samples; the range of the values is still that of the whole input.
    #[arg(long, value_name = "N")]
    samples: Option<u64>,
    /// Equal bins of the value in the estimate of the information [default: √(values/4), 2 to 256].
    #[arg(long, value_name = "N")]
    value_bins: Option<u32>,
    /// Shuffles that test whether there is any information.
    #[arg(long, value_name = "N", default_value_t = 0)]
    shuffles: usize,
    /// Print one JSON object for each code instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    array: ArrayOptions,
    /// Options of encoding; `--scheme all` takes every code of static values.
    #[command(flatten)]
    options: EncodeOptions,
}

/// The word that stands for every code.
const ALL: &str = "all";

impl Bench {
    /// Runs the verb.
    pub(crate) fn run(mut self) -> Result<(), CliError> {
        if self.samples == Some(0) {
            return Err(CliError::Usage("--samples is 0; it must be at least 1"));
        }
        let all = self.options.scheme.as_deref() == Some(ALL);
        let mut plans = Vec::new();
        if all {
            for scheme in CodingScheme::ALL.iter().copied().filter(|s| takes_values(*s)) {
                self.options.scheme = Some(scheme.name().to_owned());
                let plan = self.options.plan()?;
                // All codes share the seed that the first drew.
                self.options.seed = Some(plan.seed.0);
                plans.push(plan);
            }
        } else {
            plans.push(self.options.plan()?);
        }
        if plans.iter().any(|plan| !takes_values(plan.code.scheme())) {
            return Err(CliError::Usage("bench measures codes of static values; for signals see decode --against"));
        }
        let mut samples = Samples::open(&self.input, &self.array)?;
        let count = self.samples.map_or(samples.len(), |n| n.min(samples.len()));
        let values = read(&mut samples, count)?;
        let progress = Progress::new("bench", count * plans.len() as u64);
        let mut reports = Vec::new();
        let mut refused = None;
        for plan in &plans {
            match self.measure(&mut samples, plan, &values) {
                Ok(report) => {
                    if self.json {
                        say_json(&report);
                    }
                    reports.push(report);
                }
                // One code that the configuration does not fit is no reason to say nothing of the others.
                Err(error) if all && error.exit_code() == 2 => {
                    remark(&format!("{} is left out: {error}", plan.code.scheme()));
                    refused = Some(error);
                }
                Err(error) => return Err(error),
            }
            progress.done(count);
        }
        drop(progress);
        match (reports.first(), refused) {
            (None, Some(error)) => return Err(error),
            (Some(first), _) if !self.json => {
                say(&table(&reports));
                say(&format!(
                    "{}: {} samples x {} values, window {} ms, {} bins of the value, seed {}",
                    samples.name,
                    first.num_samples,
                    first.num_values / first.num_samples,
                    first.time_window_ms,
                    first.num_value_bins,
                    first.seed
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn measure(&self, samples: &mut Samples, plan: &Plan, values: &[f64]) -> Result<EncodingReport, CliError> {
        let encoder = encoder(samples, plan)?;
        let options =
            BenchmarkOptions { num_value_bins: self.value_bins, num_shuffles: self.shuffles, reachable: true };
        Ok(benchmark(&encoder, values, &options)?)
    }
}

/// The first `count` samples.
fn read(samples: &mut Samples, count: u64) -> Result<Vec<f64>, CliError> {
    let (mut values, mut part, mut got) = (Vec::new(), Vec::new(), 0);
    while got < count {
        let size = (samples.default_batch() as u64).min(count - got) as usize;
        match samples.read(size, &mut part)? {
            0 => return Err(spike_core::EncodeError::SourceChanged { first: count, second: got }.into()),
            more => got += more as u64,
        }
        values.extend_from_slice(&part);
    }
    Ok(values)
}

fn table(reports: &[EncodingReport]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header([
        "code",
        "bits/s",
        "R²",
        "reachable",
        "bits/spike",
        "rate Hz",
        "first spike ms",
        "sparsity",
        "energy nJ",
        "encode ms",
        "decode ms",
    ]);
    for report in reports {
        let m = &report.metrics;
        let about = if report.information.reliable { "" } else { "~" };
        table.add_row([
            report.scheme.to_string(),
            format!("{about}{:.2}", m.information_rate_bits_per_s),
            format!("{:.5}", m.reconstruction_accuracy),
            report.reachable_r2.map_or("-".to_owned(), |r| format!("{r:.5}")),
            format!("{about}{:.3}", m.coding_efficiency_bits_per_spike),
            format!("{:.2}", m.mean_firing_rate_hz),
            format!("{:.2}", m.latency_to_first_spike_ms),
            format!("{:.5}", m.sparsity),
            format!("{:.4e}", m.energy_proxy_nJ),
            format!("{:.2}", m.encode_wall_time_ms),
            format!("{:.2}", m.decode_wall_time_ms),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
