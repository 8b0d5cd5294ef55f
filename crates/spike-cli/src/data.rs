//! Inputs: arrays of samples and files of spikes, from paths or standard input.

use crate::error::CliError;
use crate::output::is_stream;
use crate::progress::Progress;
use clap::Args;
use spike_core::{EncodeError, Normalizer, NormalizerKind};
use spike_io::spikes::{SpikeFormat, SpikeSource, open_spikes};
use spike_io::{InputFormat, OpenOptions, SampleSource};
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
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

    /// Fits a normaliser on all samples.
    pub(crate) fn fit(&mut self, kind: NormalizerKind) -> Result<Normalizer, CliError> {
        let features = self.source.shape().num_features();
        let batch = self.default_batch();
        let mut values = Vec::new();
        let fitted: Result<Normalizer, CliError> = Normalizer::fit(kind, features, |each| {
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

/// Opens a file of spikes, or standard input for `-`.
pub(crate) fn open_spike_file(path: &Path, format: Option<&str>) -> Result<Box<dyn SpikeSource>, CliError> {
    let named = |source| CliError::Spikes { name: name_of(path), source };
    let failed = |source| CliError::Open { path: path.to_owned(), source };
    if is_stream(path) {
        let format = format.map_or(Ok(SpikeFormat::Spk), str::parse)?;
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
        return open_spikes(Cursor::new(bytes), format).map_err(named);
    }
    let format = match format {
        Some(name) => name.parse()?,
        // A file without a known extension is taken for .spk: its magic tells whether that is right.
        None => SpikeFormat::from_path(path).unwrap_or(SpikeFormat::Spk),
    };
    let file = File::open(path).map_err(failed)?;
    open_spikes(BufReader::with_capacity(1 << 18, file), format).map_err(named)
}

/// The name of an input in messages: without its folder, so that outputs do not depend on where data lie.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stream(path) {
        return "standard input".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
