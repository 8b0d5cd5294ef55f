//! `spike inspect`: what a file of spikes or events holds.

use super::events::{Recording, inspect_recording};
use crate::data::{SpikeInput, name_of};
use crate::error::CliError;
use crate::progress::Progress;
use crate::summary::{Statistics, Summary};
use crate::terminal::{say, say_json};
use crate::variability::{Irregularity, Variability};
use clap::Args;
use serde::Serialize;
use spike_io::spk::SpkError;
use std::path::PathBuf;

/// Say what a file of spikes or camera events holds: shape, code, seed, and the statistics of its spikes.
///
/// Damaged blocks are named and left out, a file that is cut off is shown as far as it goes; the exit code is then 3.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Spikes: .spk, .npz, .csv or .h5, or camera events: .csv, .npz, or any format of `transcode`; `-` is standard input.
    input: PathBuf,
    /// Format of the input (spk, npz, csv, sonata, or one of `transcode`), where name and content do not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    num_samples: u64,
    first_sample: u64,
    num_neurons: usize,
    num_spikes: u64,
    num_steps: u32,
    dt_ms: f64,
    scheme: Option<&'static str>,
    seed: Option<u64>,
    feature_shape: Option<Vec<usize>>,
    encoding: Option<spike_core::Encoding>,
    source: String,
    program: String,
    whole: bool,
    damaged_blocks: u64,
    #[serde(flatten)]
    statistics: Statistics,
    #[serde(flatten)]
    irregularity: Irregularity,
}

impl Inspect {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let name = name_of(&self.input);
        if let Some(recording) = Recording::of_camera(&self.input, self.format.as_deref())? {
            return inspect_recording(&name, recording, self.json);
        }
        let mut file = match SpikeInput::open(&self.input, self.format.as_deref())? {
            SpikeInput::Spikes(file) => file,
            SpikeInput::Events(file) => {
                super::events::inspect(&name, &file, self.json);
                return Ok(());
            }
        };
        let range = file.samples();
        let (mut summary, mut variability) = (Summary::default(), Variability::default());
        let size = file.header().samples_per_block() as u64;
        let progress = Progress::new("inspect", range.end - range.start);
        let mut damage = Vec::new();
        let mut next = range.start;
        while next < range.end {
            // Reading by blocks of the file loses no intact block beside a damaged one.
            let to = range.end.min(next + size);
            match file.read(next..to) {
                Ok(batch) => {
                    summary.add(&batch);
                    variability.add(&batch)?;
                }
                Err(error @ SpkError::Block { .. }) => damage.push(error),
                Err(source) => return Err(CliError::Spikes { name, source }),
            }
            progress.done(to - next);
            next = to;
        }
        drop(progress);
        let header = file.header();
        let encoding = header.encoding.as_ref();
        let report = Report {
            num_samples: range.end - range.start,
            first_sample: range.start,
            num_neurons: header.num_neurons,
            num_spikes: summary.num_spikes,
            num_steps: header.grid.num_steps(),
            dt_ms: header.grid.dt_ms(),
            scheme: encoding.map(|e| e.scheme().name()),
            seed: encoding.map(|e| e.seed.0),
            feature_shape: encoding.map(|e| e.feature_shape.clone()),
            encoding: encoding.cloned(),
            source: header.provenance.source.clone(),
            program: header.provenance.program.clone(),
            whole: file.is_whole(),
            damaged_blocks: damage.len() as u64,
            statistics: summary.statistics(header.grid),
            irregularity: variability.irregularity(),
        };
        if self.json {
            say_json(&report)
        } else {
            say(&report.text(&name))
        }
        match damage.into_iter().next() {
            Some(source) => Err(CliError::Spikes { name, source }),
            None if !report.whole => Err(CliError::CutOff { name, samples: report.num_samples }),
            None => Ok(()),
        }
    }
}

impl Report {
    fn text(&self, name: &str) -> String {
        let (s, i) = (&self.statistics, &self.irregularity);
        let or_dash = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.4}"));
        let rows = [
            ("file", name.to_owned()),
            ("scheme", self.scheme.unwrap_or("-").to_owned()),
            ("seed", self.seed.map_or("-".to_owned(), |s| s.to_string())),
            ("source", self.source.clone()),
            ("samples", format!("{} from {}", self.num_samples, self.first_sample)),
            ("neurons", self.num_neurons.to_string()),
            ("steps", format!("{} of {} ms", self.num_steps, self.dt_ms)),
            ("spikes", self.num_spikes.to_string()),
            ("mean rate", format!("{:.4} Hz", s.mean_firing_rate_hz)),
            ("sparsity", format!("{:.6}", s.sparsity)),
            ("silent rows", format!("{:.4}", s.silent_fraction)),
            ("first spike", format!("{} ms", or_dash(s.latency_to_first_spike_ms))),
            ("mean ISI", format!("{} ms", or_dash(s.mean_isi_ms))),
            ("smallest ISI", format!("{} ms", or_dash(s.min_isi_ms))),
            ("CV of ISI", or_dash(s.cv_isi)),
            ("mean CV", or_dash(i.mean_cv)),
            ("mean CV2", or_dash(i.mean_cv2)),
            ("mean LV", or_dash(i.mean_lv)),
            ("mean LvR", or_dash(i.mean_lvr)),
            ("Fano factor", or_dash(i.fano_factor)),
        ];
        let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{key:>13}  {value}")).collect();
        lines.join("\n")
    }
}
