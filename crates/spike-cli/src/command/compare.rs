//! `spike compare`: how far two files of spikes are from each other, or whether they are the same.

use crate::data::{name_of, open_spike_file};
use crate::error::CliError;
use crate::par;
use crate::progress::Progress;
use crate::summary::{Statistics, Summary};
use crate::terminal::{say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::{SpikeBatch, SpikeView, TimeGrid};
use spike_io::spikes::SpikeSource;
use spike_metrics::{
    IsiOptions, MetricsError, SpikeOptions, TrainSet, VanRossumNorm, isi_distance, spike_distance, spike_sync,
    van_rossum_distance, victor_purpura_distance,
};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Measure how far two files of spikes are from each other, or whether they are the same (`--exact`).
///
/// The files must have the same samples, neurons, steps and step width. Distances are those of the two rows of each
/// neuron in each sample, averaged over the rows with a spike in either file; rows that are silent in both would only
/// dilute them.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// First file: .spk, .npz, .csv or .h5 (SONATA).
    first: PathBuf,
    /// Second file.
    second: PathBuf,
    /// Compare spike by spike; exit with 1 and name the first difference if there is one.
    #[arg(long)]
    exact: bool,
    /// Victor–Purpura: cost of moving a spike by 1 ms; adding or removing one costs 1.
    #[arg(long, value_name = "COST", default_value_t = 0.1)]
    cost_per_ms: f64,
    /// van Rossum: time constant of the kernel.
    #[arg(long, value_name = "MS", default_value_t = 10.0)]
    tau_ms: f64,
    /// Largest distance of two spikes that coincide.
    #[arg(long, value_name = "MS", default_value_t = 2.0)]
    coincidence_window_ms: f64,
    /// Format of both files (spk, npz, csv, sonata), where their names do not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// One of the two files.
#[derive(Debug, Serialize)]
struct Side {
    name: String,
    scheme: Option<&'static str>,
    seed: Option<u64>,
    num_spikes: u64,
    #[serde(flatten)]
    statistics: Statistics,
}

/// The outcome of a comparison by distances.
#[derive(Debug, Serialize)]
struct Report {
    num_samples: u64,
    num_neurons: usize,
    num_steps: u32,
    dt_ms: f64,
    /// Rows with a spike in either file, over which the distances are averaged.
    num_rows_compared: u64,
    identical: bool,
    victor_purpura_distance: Option<f64>,
    van_rossum_distance: Option<f64>,
    isi_distance: Option<f64>,
    spike_distance: Option<f64>,
    spike_synchronisation: Option<f64>,
    /// Pairs of spikes, one of each file, at most the window apart; no spike is in two.
    num_coincidences: u64,
    /// 2 × coincidences / spikes of both files.
    coincident_fraction: Option<f64>,
    cost_per_ms: f64,
    tau_ms: f64,
    coincidence_window_ms: f64,
    first: Side,
    second: Side,
}

/// The outcome of an exact comparison.
#[derive(Debug, Serialize)]
struct Exact {
    identical: bool,
    first_difference: Option<String>,
}

/// Sums over rows.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: u64,
    victor_purpura: f64,
    van_rossum: f64,
    isi: f64,
    spike: f64,
    synchronisation: f64,
    coincidences: u64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.victor_purpura += other.victor_purpura;
        self.van_rossum += other.van_rossum;
        self.isi += other.isi;
        self.spike += other.spike;
        self.synchronisation += other.synchronisation;
        self.coincidences += other.coincidences;
    }
}

impl Compare {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let mut first = Opened::new(&self.first, self.format.as_deref())?;
        let mut second = Opened::new(&self.second, self.format.as_deref())?;
        if self.exact {
            return self.compare_exactly(&mut first, &mut second);
        }
        if let Some(difference) = difference_of_shape(&first, &second) {
            return Err(difference);
        }
        let grid = first.file.header().grid;
        let window = self.window_steps(grid)?;
        let (mut sums, mut identical) = (Sums::default(), true);
        let mut summaries = [Summary::default(), Summary::default()];
        let range = first.file.samples();
        each_pair(&mut first, &mut second, |a, b| {
            summaries[0].add(a);
            summaries[1].add(b);
            let samples = par::map_indexed(a.num_samples(), |i| self.sample(a.sample(i), b.sample(i), window));
            for (i, sample) in samples.into_iter().enumerate() {
                sums.add(sample?);
                identical &= a.sample(i).neurons().eq(b.sample(i).neurons());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let num_spikes = summaries[0].num_spikes + summaries[1].num_spikes;
        let mean = |sum: f64| (sums.rows > 0).then(|| sum / sums.rows as f64);
        let [a, b] = summaries;
        let report = Report {
            num_samples: range.end - range.start,
            num_neurons: first.file.header().num_neurons,
            num_steps: grid.num_steps(),
            dt_ms: grid.dt_ms(),
            num_rows_compared: sums.rows,
            identical,
            victor_purpura_distance: mean(sums.victor_purpura),
            van_rossum_distance: mean(sums.van_rossum),
            isi_distance: mean(sums.isi),
            spike_distance: mean(sums.spike),
            spike_synchronisation: mean(sums.synchronisation),
            num_coincidences: sums.coincidences,
            coincident_fraction: (num_spikes > 0).then(|| 2.0 * sums.coincidences as f64 / num_spikes as f64),
            cost_per_ms: self.cost_per_ms,
            tau_ms: self.tau_ms,
            coincidence_window_ms: self.coincidence_window_ms,
            first: first.side(&a, grid),
            second: second.side(&b, grid),
        };
        if self.json {
            say_json(&report)
        } else {
            say(&report.text())
        }
        Ok(())
    }

    /// The window in steps; one that is not a number, or negative, is refused.
    fn window_steps(&self, grid: TimeGrid) -> Result<u32, CliError> {
        let value = self.coincidence_window_ms;
        if !(0.0 <= value && value.is_finite()) {
            let (name, allowed) = ("--coincidence-window-ms", "0 or more, finite");
            return Err(MetricsError::Parameter { name, value, allowed }.into());
        }
        // 0.3 ms must reach three steps of 0.1 ms, though it is below them in binary.
        Ok((value / grid.dt_ms() + 1e-9).min(f64::from(grid.num_steps())) as u32)
    }

    /// The sums of one sample.
    fn sample(&self, a: SpikeView<'_>, b: SpikeView<'_>, window: u32) -> Result<Sums, MetricsError> {
        let (trains_a, trains_b) = (TrainSet::from_view(a), TrainSet::from_view(b));
        let mut sums = Sums::default();
        for (row, (x, y)) in trains_a.trains().zip(trains_b.trains()).enumerate() {
            if x.times_ms().is_empty() && y.times_ms().is_empty() {
                continue;
            }
            sums.add(Sums {
                rows: 1,
                victor_purpura: victor_purpura_distance(x, y, self.cost_per_ms)?,
                van_rossum: van_rossum_distance(x, y, self.tau_ms, VanRossumNorm::default())?,
                isi: isi_distance(x, y, IsiOptions::default())?,
                spike: spike_distance(x, y, SpikeOptions::default())?,
                synchronisation: spike_sync(x, y)?.value(),
                coincidences: coincidences(a.neuron(row), b.neuron(row), window),
            });
        }
        Ok(sums)
    }

    fn compare_exactly(&self, first: &mut Opened, second: &mut Opened) -> Result<(), CliError> {
        let mut found = difference_of_shape(first, second).map(|difference| difference.to_string());
        if found.is_none() {
            each_pair(first, second, |a, b| {
                found = first_difference(a, b);
                Ok(if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
        }
        if self.json {
            say_json(&Exact { identical: found.is_none(), first_difference: found.clone() });
        } else if found.is_none() {
            say(&format!("{} and {} have the same spikes", first.name, second.name));
        }
        match found {
            Some(difference) => {
                let (first_name, second_name) = (first.name.clone(), second.name.clone());
                Err(CliError::Different { first_name, second_name, difference })
            }
            None => Ok(()),
        }
    }
}

/// The largest number of pairs of spikes at most `window` steps apart in which no spike occurs twice.
fn coincidences(a: &[u32], b: &[u32], window: u32) -> u64 {
    let (mut i, mut j, mut pairs) = (0, 0, 0);
    // Taking the earliest spike that fits is optimal: a later one would leave less for the spikes that follow.
    while let (Some(&s), Some(&t)) = (a.get(i), b.get(j)) {
        if s.abs_diff(t) <= window {
            (i, j, pairs) = (i + 1, j + 1, pairs + 1);
        } else if s < t {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The first spike that is in one batch only, in words.
fn first_difference(a: &SpikeBatch, b: &SpikeBatch) -> Option<String> {
    for (sample, (x, y)) in (a.first_sample()..).zip(a.samples().zip(b.samples())) {
        for (neuron, (p, q)) in x.neurons().zip(y.neurons()).enumerate() {
            if p == q {
                continue;
            }
            let at = p.iter().zip(q).take_while(|(s, t)| s == t).count();
            let spike = |row: &[u32]| row.get(at).map_or("no spike".to_owned(), |s| format!("step {s}"));
            let (first, second) = (spike(p), spike(q));
            return Some(format!(
                "sample {sample}, neuron {neuron}, spike {at}: {first} in the first, {second} in the second"
            ));
        }
    }
    None
}

/// A file with its name.
#[derive(Debug)]
struct Opened {
    name: String,
    file: Box<dyn SpikeSource>,
}

impl Opened {
    fn new(path: &Path, format: Option<&str>) -> Result<Self, CliError> {
        let file = open_spike_file(path, format)?;
        let name = name_of(path);
        if file.is_whole() {
            return Ok(Self { name, file });
        }
        let samples = file.samples();
        Err(CliError::CutOff { name, samples: samples.end - samples.start })
    }

    fn read(&mut self, range: std::ops::Range<u64>) -> Result<SpikeBatch, CliError> {
        self.file.read(range).map_err(|source| CliError::Spikes { name: self.name.clone(), source })
    }

    fn side(&self, summary: &Summary, grid: TimeGrid) -> Side {
        let encoding = self.file.encoding();
        Side {
            name: self.name.clone(),
            scheme: encoding.map(|e| e.scheme().name()),
            seed: encoding.map(|e| e.seed.0),
            num_spikes: summary.num_spikes,
            statistics: summary.statistics(grid),
        }
    }
}

/// What of the shapes of two files differs, if anything does.
fn difference_of_shape(first: &Opened, second: &Opened) -> Option<CliError> {
    let shape = |opened: &Opened| {
        let header = opened.file.header();
        let samples = opened.file.samples();
        [
            ("samples differ", format!("{} to {}", samples.start, samples.end)),
            ("neurons differ", header.num_neurons.to_string()),
            ("steps differ", header.grid.num_steps().to_string()),
            ("step widths differ", format!("{} ms", header.grid.dt_ms())),
        ]
    };
    let (a, b) = (shape(first), shape(second));
    let ((what, first_value), (_, second_value)) = a.into_iter().zip(b).find(|(x, y)| x.1 != y.1)?;
    let (first_name, second_name) = (first.name.clone(), second.name.clone());
    Some(CliError::Mismatch { what, first: first_value, first_name, second: second_value, second_name })
}

/// Hands over the samples of two files of one shape, part by part, until it is told to stop.
fn each_pair(
    first: &mut Opened,
    second: &mut Opened,
    mut take: impl FnMut(&SpikeBatch, &SpikeBatch) -> Result<ControlFlow<()>, CliError>,
) -> Result<(), CliError> {
    let range = first.file.samples();
    let size = (first.file.header().samples_per_block() as u64).max(1);
    let progress = Progress::new("compare", range.end - range.start);
    let mut next = range.start;
    while next < range.end {
        let to = range.end.min(next + size);
        if take(&first.read(next..to)?, &second.read(next..to)?)?.is_break() {
            return Ok(());
        }
        progress.done(to - next);
        next = to;
    }
    Ok(())
}

impl Report {
    fn text(&self) -> String {
        let or_dash = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.6}"));
        let side = |side: &Side| {
            let seed = side.seed.map_or(String::new(), |s| format!(", seed {s}"));
            let scheme = side.scheme.unwrap_or("unknown code");
            let rate = side.statistics.mean_firing_rate_hz;
            format!("{}: {scheme}{seed}, {} spikes, {rate:.4} Hz", side.name, side.num_spikes)
        };
        let rows = [
            ("first", side(&self.first)),
            ("second", side(&self.second)),
            ("compared", format!("{} rows with a spike, of {} samples", self.num_rows_compared, self.num_samples)),
            ("identical", if self.identical { "yes" } else { "no" }.to_owned()),
            ("Victor–Purpura", format!("{} at {}/ms", or_dash(self.victor_purpura_distance), self.cost_per_ms)),
            ("van Rossum", format!("{} at {} ms", or_dash(self.van_rossum_distance), self.tau_ms)),
            ("ISI", or_dash(self.isi_distance)),
            ("SPIKE", or_dash(self.spike_distance)),
            ("SPIKE-sync", or_dash(self.spike_synchronisation)),
            (
                "coincidences",
                format!(
                    "{} within {} ms, {} of the spikes",
                    self.num_coincidences,
                    self.coincidence_window_ms,
                    or_dash(self.coincident_fraction)
                ),
            ),
        ];
        let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{key:>14}  {value}")).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest matching by trying everything.
    fn matching(a: &[u32], b: &[u32], window: u32) -> u64 {
        let Some((&s, rest)) = a.split_first() else { return 0 };
        let without = matching(rest, b, window);
        let with = (0..b.len()).filter(|&j| s.abs_diff(b[j]) <= window).map(|j| {
            let others: Vec<u32> = b.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, t)| *t).collect();
            1 + matching(rest, &others, window)
        });
        with.max().unwrap_or(0).max(without)
    }

    proptest! {
        #[test]
        fn coincidences_are_a_largest_matching(
            a in proptest::collection::btree_set(0u32..30, 0..5),
            b in proptest::collection::btree_set(0u32..30, 0..5),
            window in 0u32..8,
        ) {
            let (a, b): (Vec<u32>, Vec<u32>) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(coincidences(&a, &b, window), matching(&a, &b, window));
            prop_assert_eq!(coincidences(&b, &a, window), coincidences(&a, &b, window));
        }
    }
}
