//! Feeds of simulators: a folder with an archive and a script.

use crate::command::grid_rule::GridFlags;
use crate::data::{name_of, open_spike_file};
use crate::error::CliError;
use crate::output::{Folder, Output, is_stream};
use crate::progress::Progress;
use crate::terminal::{say, say_json};
use clap::{Args, ValueEnum};
use serde::Serialize;
use spike_core::TimeGrid;
use spike_io::feed::{Arrangement, Feed, FeedError, FeedOptions, FeedReport, FeedTarget, LavaElement};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How spikes are fed to a simulator.
#[derive(Debug, Args)]
#[command(next_help_heading = "Feeds")]
pub(super) struct FeedFlags {
    /// Step width of the simulator [default: that of the spikes].
    #[arg(long, conflicts_with = "target", value_name = "MS")]
    dt_ms: Option<f64>,
    #[command(flatten)]
    rule: GridFlags,
    /// Sample to feed, by its index, or all.
    #[arg(long, conflicts_with = "target", value_name = "N", default_value = "all")]
    sample: Selection,
    /// Let samples follow each other in the same neurons, instead of giving each sample neurons of its own.
    #[arg(long, conflicts_with = "target")]
    in_sequence: bool,
    /// Silent steps before the spikes [default: as few as the simulator needs].
    #[arg(long, conflicts_with = "target", value_name = "N")]
    shift_steps: Option<u32>,
    /// Element type of a feed for Lava [default: int32].
    #[arg(long, conflicts_with = "target", value_name = "TYPE")]
    lava_element: Option<Element>,
    /// Format of the input (spk, npz, csv, sonata), where its name does not tell.
    #[arg(long, conflicts_with = "target", value_name = "FORMAT")]
    format: Option<String>,
}

/// The samples that are fed.
#[derive(Debug, Clone, Copy)]
enum Selection {
    All,
    One(u64),
}

impl FromStr for Selection {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "all" => Ok(Self::All),
            index => index.parse().map(Self::One).map_err(|_| "a sample is a whole number from 0, or all"),
        }
    }
}

/// Element types of Lava.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Element {
    Int32,
    Float64,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    feed: FeedReport,
    scheme: Option<&'static str>,
    seed: Option<u64>,
    array: PathBuf,
    script: PathBuf,
}

impl FeedFlags {
    /// Whether spikes must fit the steps as they are.
    pub(super) fn has_rule(&self) -> bool {
        !self.rule.is_default()
    }

    /// Writes the feed of a simulator.
    pub(super) fn run(self, to: &str, input: &Path, output: &Path, json: bool) -> Result<(), CliError> {
        let options = self.options(to)?;
        if is_stream(output) {
            return Err(CliError::Usage("a feed is an archive and a script; give a folder for both, not -"));
        }
        let name = name_of(input);
        let mut file = open_spike_file(input, self.format.as_deref())?;
        if !file.is_whole() {
            let samples = file.samples().end - file.samples().start;
            return Err(CliError::CutOff { name, samples });
        }
        let encoding = file.encoding().cloned();
        let samples = self.samples(file.samples());
        let progress = Progress::new("export", samples.end.saturating_sub(samples.start));
        let refused = |source| CliError::Feed { name: name.clone(), source };
        let mut feed = Feed::new(file.as_mut(), samples, options).map_err(refused)?;
        let target = options.target;
        let (array, script) = (format!("feed_{target}.npz"), format!("feed_{target}.py"));
        let folder = Folder::create(output)?;
        let written = feed.write(folder.file(&array)?).map_err(|source| match source {
            FeedError::Write(source) => Output::failed(output, source),
            source => refused(source),
        })?;
        written.commit()?;
        let mut written = folder.file(&script)?;
        let text = target.script().as_bytes();
        written.write_all(text).map_err(|e| Output::failed(output, e))?;
        written.commit()?;
        folder.commit()?;
        drop(progress);
        let report = Report {
            feed: feed.report().clone(),
            scheme: encoding.as_ref().map(|e| e.code.scheme().name()),
            seed: encoding.as_ref().map(|e| e.seed.0),
            array: output.join(array),
            script: output.join(script),
        };
        if json {
            say_json(&report);
        } else {
            say(&report.text());
        }
        Ok(())
    }

    fn options(&self, to: &str) -> Result<FeedOptions, CliError> {
        let target: FeedTarget = to.parse()?;
        if self.lava_element.is_some() && target != FeedTarget::Lava {
            return Err(CliError::Usage("--lava-element is for a feed to Lava only"));
        }
        let dt_ns = self.dt_ms.map(|dt_ms| TimeGrid::from_ms(dt_ms, dt_ms)).transpose()?.map(|grid| grid.dt_ns());
        Ok(FeedOptions {
            dt_ns,
            rounding: self.rule.rounding(),
            duplicates: self.rule.duplicates(),
            arrangement: if self.in_sequence { Arrangement::InSequence } else { Arrangement::SideBySide },
            shift_steps: self.shift_steps,
            lava_element: match self.lava_element {
                Some(Element::Float64) => LavaElement::Float64,
                _ => LavaElement::Int32,
            },
            ..FeedOptions::new(target)
        })
    }

    fn samples(&self, held: Range<u64>) -> Range<u64> {
        match self.sample {
            Selection::All => held,
            Selection::One(index) => index..index.saturating_add(1),
        }
    }
}

impl Report {
    fn text(&self) -> String {
        let FeedReport { target, num_samples, num_neurons, num_spikes, dt_ms, duration_ms, grid, .. } = &self.feed;
        let arrangement = match (num_samples, self.feed.arrangement) {
            (1, _) => "",
            (_, Arrangement::SideBySide) => " side by side",
            (_, Arrangement::InSequence) => " in sequence",
        };
        let shift = match self.feed.shift_steps {
            0 => String::new(),
            n => format!("\nshift: every spike comes {n} steps ({} ms) later", f64::from(n) * dt_ms),
        };
        let seed = self.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
        format!(
            "{target}: {num_samples} samples of {num_neurons} neurons{arrangement}, {num_spikes} spikes, \
             {duration_ms} ms in steps of {dt_ms} ms{seed}\n\
             grid: {} moved, {} merged, {} clipped, largest shift {} ms{shift}\n\
             run it: python3 {}",
            grid.moved,
            grid.merged,
            grid.clipped,
            grid.max_shift_ms,
            self.script.display()
        )
    }
}
