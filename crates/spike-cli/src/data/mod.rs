//! Inputs: arrays of samples and files of spikes, from paths or standard input.

mod frames;
mod network;
mod recording;

pub(crate) use frames::Frames;
pub(crate) use network::open_network;

use crate::error::CliError;
use crate::options::Columns;
use crate::output::is_stream;
use crate::progress::Progress;
use clap::Args;
use spike_core::{EncodeError, Normalizer, NormalizerKind};
use spike_io::events::{EventFile, EventFormat, read_events};
use spike_io::spikes::{SpikeFormat, SpikeSource, open_spikes};
use spike_io::{InputFormat, OpenOptions, SampleSource};
use std::fmt::Debug;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

/// How to read an array.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ArrayOptions {
    /// Format of the input (idx, npy, npz, csv, png, wav), where its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<String>,
    /// Array to read from an npz archive.
    #[arg(long, value_name = "NAME")]
    pub(crate) array: Option<String>,
}

/// Samples with the name that messages and provenance use.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) name: String,
    pub(crate) source: Box<dyn SampleSource>,
}

/// Values that are held at a time: 2 MiB as doubles, and the spikes that they become.
const VALUES_PER_BATCH: usize = 1 << 18;

impl Samples {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path, options: &ArrayOptions) -> Result<Self, CliError> {
        let format = match &options.input_format {
            Some(name) => {
                let allowed = "idx, npy, npz, csv, png, wav";
                Some(name.parse::<InputFormat>().map_err(|_| spike_core::NameError {
                    what: "input format",
                    found: name.clone(),
                    allowed,
                })?)
            }
            None => None,
        };
        let how = OpenOptions { npz_array: options.array.clone(), ..OpenOptions::default() };
        let name = name_of(path);
        let source = if is_stream(path) {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|source| CliError::Open { path: path.to_owned(), source })?;
            spike_io::from_bytes(bytes, format, &how)
        } else {
            spike_io::open(path, format, &how)
        };
        Ok(Self { source: source.map_err(|source| CliError::Read { name: name.clone(), source })?, name })
    }

    /// The same samples as time series, of shape (time) or (time, channel): a table of several rows is one recording.
    pub(crate) fn into_recordings(self, columns: Option<&Columns>) -> Result<Self, CliError> {
        let source = recording::RecordingSource::new(self.source, &self.name, columns)?;
        Ok(Self { name: self.name, source: Box::new(source) })
    }

    /// Samples from bytes in memory.
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>, format: InputFormat) -> Result<Self, CliError> {
        let source = spike_io::from_bytes(bytes, Some(format), &OpenOptions::default());
        let name = name.to_owned();
        Ok(Self { source: source.map_err(|source| CliError::Read { name: name.clone(), source })?, name })
    }

    /// Number of samples.
    pub(crate) fn len(&self) -> u64 {
        self.source.shape().num_samples() as u64
    }

    /// Samples that are read at a time by default.
    pub(crate) fn default_batch(&self) -> usize {
        (VALUES_PER_BATCH / self.source.shape().num_features()).max(1)
    }

    /// Reads up to `max` samples into `values`, which is emptied first; 0 is the end.
    pub(crate) fn read(&mut self, max: usize, values: &mut Vec<f64>) -> Result<usize, CliError> {
        values.clear();
        self.source.read_samples(max, values).map_err(|source| CliError::Read { name: self.name.clone(), source })
    }

    /// Goes to a sample.
    pub(crate) fn seek(&mut self, sample: u64) -> Result<(), CliError> {
        let go = |source: &mut dyn SampleSource| {
            source.rewind()?;
            if sample > 0 { source.skip_samples(sample as usize) } else { Ok(()) }
        };
        go(self.source.as_mut()).map_err(|source| CliError::Read { name: self.name.clone(), source })
    }

    /// Fits a normaliser of so many channels on all samples; a sample may hold several values of each.
    pub(crate) fn fit(&mut self, kind: NormalizerKind, channels: usize) -> Result<Normalizer, CliError> {
        let batch = self.default_batch();
        let mut values = Vec::new();
        let fitted: Result<Normalizer, CliError> = Normalizer::fit(kind, channels, |each| {
            self.seek(0)?;
            let progress = Progress::new("range", self.len());
            loop {
                let got = self.read(batch, &mut values)?;
                if got == 0 {
                    return Ok(());
                }
                each(&values)?;
                progress.done(got as u64);
            }
        });
        fitted.map_err(|error| match error {
            CliError::Encode(EncodeError::Config(config)) => CliError::Config(config),
            other => other,
        })
    }
}

/// A file of spikes or of camera events.
#[derive(Debug)]
pub(crate) enum SpikeInput {
    Spikes(Box<dyn SpikeSource>),
    Events(Box<EventFile>),
}

impl SpikeInput {
    /// Opens a file, or standard input for `-`; what it holds is told by its content, or by the format.
    pub(crate) fn open(path: &Path, format: Option<&str>) -> Result<Self, CliError> {
        let failed = |source| CliError::Open { path: path.to_owned(), source };
        if is_stream(path) {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
            return Self::from_reader(Cursor::new(bytes), path, format);
        }
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            // A pipe can be read once only.
            let bytes = std::fs::read(path).map_err(failed)?;
            return Self::from_reader(Cursor::new(bytes), path, format);
        }
        let file = File::open(path).map_err(failed)?;
        Self::from_reader(BufReader::with_capacity(1 << 18, file), path, format)
    }

    fn from_reader<R>(mut input: R, path: &Path, format: Option<&str>) -> Result<Self, CliError>
    where
        R: Read + Seek + Debug + 'static,
    {
        let name = || name_of(path);
        // These two names are those of spikes as well.
        let named = format.filter(|name| !matches!(*name, "csv" | "npz"));
        let event_format = match named.and_then(|name| EventFormat::from_name(name).ok()) {
            Some(event_format) => Some(event_format),
            None => {
                EventFormat::recognise(&mut input).map_err(|source| CliError::Open { path: path.to_owned(), source })?
            }
        };
        if let Some(event_format) = event_format {
            let file = read_events(input, event_format).map_err(|source| CliError::Events { name: name(), source })?;
            return Ok(Self::Events(Box::new(file)));
        }
        let format = match format {
            Some(name) => name.parse()?,
            // A file without a known extension is taken for .spk: its magic tells whether that is right.
            None => SpikeFormat::from_path(path).unwrap_or(SpikeFormat::Spk),
        };
        let spikes = open_spikes(input, format).map_err(|source| CliError::Spikes { name: name(), source })?;
        Ok(Self::Spikes(spikes))
    }
}

/// Opens a file of spikes, or standard input for `-`; camera events are refused.
pub(crate) fn open_spike_file(path: &Path, format: Option<&str>) -> Result<Box<dyn SpikeSource>, CliError> {
    match SpikeInput::open(path, format)? {
        SpikeInput::Spikes(spikes) => Ok(spikes),
        SpikeInput::Events(_) => Err(CliError::EventsInstead { name: name_of(path) }),
    }
}

/// The name of an input in messages: without its folder, so that outputs do not depend on where data lie.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stream(path) {
        return "standard input".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
