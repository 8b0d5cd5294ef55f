//! `spike cat`: one file from files of consecutive samples.

use super::encode::output_format;
use crate::data::{name_of, open_spike_file};
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::terminal::{remark, say};
use clap::Args;
use spike_io::spikes::{SpikeSource, SpikeWriter};
use std::path::PathBuf;

/// Join spike files of consecutive samples, such as shards.
///
/// Joined shards are byte for byte the file of the whole input.
#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// Spike files in the order of their samples.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Output: .spk, .npz, .csv or .h5; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Format of the output (spk, npz, csv, sonata), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
}

/// Samples that are copied at a time.
const SAMPLES: u64 = 1024;

impl Cat {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let format = output_format(&self.output, self.format.as_deref())?;
        let mut files = Vec::new();
        for path in &self.inputs {
            files.push((name_of(path), open_spike_file(path, None)?));
        }
        let (first_name, first) = &files[0];
        let header = first.header().clone();
        // An empty shard holds no sample that would tell where it stands.
        let held = |(_, file): &(String, Box<dyn SpikeSource>)| Some(file.samples()).filter(|s| !s.is_empty());
        let mut end = files.iter().find_map(held).unwrap_or(first.samples()).start;
        let first_sample = end;
        for (name, file) in &files {
            let differ = |what, first: String, second: String| CliError::Mismatch {
                what,
                first,
                first_name: first_name.clone(),
                second,
                second_name: name.clone(),
            };
            if *file.header() != header {
                let seed = |h: &spike_io::spk::SpkHeader| {
                    h.encoding.as_ref().map_or("no encoding".to_owned(), |e| format!("seed {}", e.seed))
                };
                return Err(differ("different headers", seed(&header), seed(file.header())));
            }
            if !file.is_whole() {
                let samples = file.samples().end - file.samples().start;
                return Err(CliError::CutOff { name: name.clone(), samples });
            }
            if file.samples().is_empty() {
                continue;
            }
            if file.samples().start != end {
                return Err(differ(
                    "samples do not follow",
                    format!("end at {end}"),
                    format!("start at {}", file.samples().start),
                ));
            }
            end = file.samples().end;
        }
        let seed = header.encoding.as_ref().map_or(String::new(), |e| format!(", seed {}", e.seed));
        let failed = |e| Output::failed(&self.output, e);
        let output = Output::create(&self.output)?;
        let mut writer = SpikeWriter::new(format, output, header, first_sample).map_err(failed)?;
        for (name, file) in &mut files {
            let mut range = file.samples();
            while range.start < range.end {
                let to = range.end.min(range.start + SAMPLES);
                let batch =
                    file.read(range.start..to).map_err(|source| CliError::Spikes { name: name.clone(), source })?;
                writer.push_batch(&batch).map_err(failed)?;
                range.start = to;
            }
        }
        let (output, written) = writer.finish().map_err(failed)?;
        output.commit()?;
        let text =
            format!("{} samples, {} spikes from {} files{seed}", written.num_samples, written.num_spikes, files.len());
        if is_stream(&self.output) {
            remark(&text)
        } else {
            say(&text)
        }
        Ok(())
    }
}
