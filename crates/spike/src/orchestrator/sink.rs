//! Files of spikes, that get their names when the run is complete.

use crate::orchestrator::error::{OrchestratorError, StageError};
use crate::orchestrator::parcel::InFlight;
use spike_core::{Encoding, SpikeView, TimeGrid};
use spike_io::spk::{Provenance, SpkError, SpkHeader, SpkWriter};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A `.spk` file of the spikes of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeFile {
    /// Name of the stage.
    pub stage: String,
    /// Its final name. What was there before is replaced when the run is complete, and stays if it is not.
    pub path: PathBuf,
}

/// A file that is being written beside its final place.
#[derive(Debug)]
pub(super) struct Sink {
    source: usize,
    path: PathBuf,
    writer: SpkWriter<BufWriter<NamedTempFile>>,
}

impl Sink {
    /// `source` is the stage whose spikes it takes, with this number of rows.
    pub(super) fn create(
        path: &Path,
        (source, num_neurons): (usize, usize),
        grid: TimeGrid,
        encoding: Option<&Encoding>,
        first_sample: u64,
    ) -> Result<Self, OrchestratorError> {
        let failed = |source| at(path, first_sample, source);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".spike-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let part = builder.tempfile_in(folder).map_err(|error| failed(SpkError::Io(error)))?;
        let provenance =
            Provenance { program: format!("spike {}", env!("CARGO_PKG_VERSION")), ..Provenance::default() };
        let header = SpkHeader { grid, num_neurons, encoding: encoding.cloned(), provenance };
        let writer = SpkWriter::new(BufWriter::new(part), header, first_sample).map_err(failed)?;
        Ok(Self { source, path: path.to_owned(), writer })
    }

    pub(super) fn push(&mut self, sample: &InFlight) -> Result<(), StageError> {
        let view: SpikeView<'_> = sample.spikes[self.source].view();
        self.writer.push(view).map_err(|source| StageError::Write { path: self.path.clone(), source: Box::new(source) })
    }

    /// Writes the file to its end, under its temporary name.
    pub(super) fn finish(self, sample: u64) -> Result<Finished, OrchestratorError> {
        let Self { path, writer, .. } = self;
        let whole = || -> Result<NamedTempFile, SpkError> {
            let (out, _) = writer.finish()?;
            let file = out.into_inner().map_err(|error| SpkError::Io(error.into_error()))?;
            file.as_file().sync_data()?;
            Ok(file)
        };
        match whole() {
            Ok(file) => Ok(Finished { path, file }),
            Err(source) => Err(at(&path, sample, source)),
        }
    }
}

/// A whole file that waits for its name.
#[derive(Debug)]
pub(super) struct Finished {
    path: PathBuf,
    file: NamedTempFile,
}

impl Finished {
    /// Gives the file its name.
    pub(super) fn commit(self, sample: u64) -> Result<(), OrchestratorError> {
        let Self { path, file } = self;
        file.persist(&path).map(|_| ()).map_err(|error| at(&path, sample, SpkError::Io(error.error)))
    }
}

fn at(path: &Path, sample: u64, source: SpkError) -> OrchestratorError {
    let source = Box::new(StageError::Write { path: path.to_owned(), source: Box::new(source) });
    OrchestratorError::Stage { stage: "output".to_owned(), sample, source }
}
