//! Outputs that appear under their final name only when they are complete.

use crate::error::CliError;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// A file being written beside its final place, or a stream.
#[derive(Debug)]
pub(crate) struct Output {
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Renamed to the final name by [`Output::commit`].
    New(BufWriter<NamedTempFile>),
    /// A pipe or device that exists already.
    Device(BufWriter<File>),
    Standard(BufWriter<io::Stdout>),
}

impl Output {
    /// Starts an output; `-` is standard output.
    pub(crate) fn create(path: &Path) -> Result<Self, CliError> {
        let failed = |source: io::Error| CliError::Write { path: path.to_owned(), source: source.into() };
        let target = if is_stream(path) {
            Target::Standard(BufWriter::new(io::stdout()))
        } else if path.metadata().is_ok_and(|m| !m.is_file()) {
            Target::Device(BufWriter::new(File::options().write(true).open(path).map_err(failed)?))
        } else {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let mut builder = tempfile::Builder::new();
            builder.prefix(".spike-").suffix(".part");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                builder.permissions(std::fs::Permissions::from_mode(0o666));
            }
            Target::New(BufWriter::with_capacity(1 << 20, builder.tempfile_in(folder).map_err(failed)?))
        };
        Ok(Self { path: path.to_owned(), target })
    }

    /// Writes what is buffered and gives the file its name.
    pub(crate) fn commit(self) -> Result<(), CliError> {
        let Self { path, target } = self;
        let finish = || -> io::Result<()> {
            match target {
                Target::Standard(mut out) => out.flush(),
                Target::Device(mut out) => out.flush(),
                Target::New(out) => {
                    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                    file.as_file().sync_data()?;
                    file.persist(&path).map_err(|e| e.error)?;
                    Ok(())
                }
            }
        };
        finish().map_err(|source| CliError::Write { path: path.clone(), source: source.into() })
    }

    /// Whether it is a new file, in which positions can be gone back to.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.target, Target::New(_))
    }

    /// The error of a failed write to this output.
    pub(crate) fn failed(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CliError {
        CliError::Write { path: path.to_owned(), source: source.into() }
    }

    /// Writes a whole file at once.
    pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
        let mut output = Self::create(path)?;
        output.write_all(bytes).map_err(|e| Self::failed(path, e))?;
        output.commit()
    }
}

/// A folder that gets its name when its files are complete, or one that is there and gets them one by one.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    new: Option<TempDir>,
}

impl Folder {
    /// Starts a folder.
    pub(crate) fn create(path: &Path) -> Result<Self, CliError> {
        if path.is_dir() {
            return Ok(Self { path: path.to_owned(), new: None });
        }
        let failed = |source: io::Error| CliError::Write { path: path.to_owned(), source: source.into() };
        if path.exists() {
            return Err(failed(io::Error::new(io::ErrorKind::NotADirectory, "it is a file and no folder")));
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".spike-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o777));
        }
        let new = builder.tempdir_in(parent).map_err(failed)?;
        Ok(Self { path: path.to_owned(), new: Some(new) })
    }

    /// Starts a file in the folder.
    pub(crate) fn file(&self, name: &str) -> Result<Output, CliError> {
        Output::create(&self.new.as_ref().map_or(&*self.path, TempDir::path).join(name))
    }

    /// Gives a new folder its name.
    pub(crate) fn commit(self) -> Result<(), CliError> {
        let Self { path, new } = self;
        let Some(new) = new else { return Ok(()) };
        // Dropped without having moved, the folder is removed.
        std::fs::rename(new.path(), &path).map_err(|e| Output::failed(&path, e))?;
        // It has another name now, under which it stays.
        let _ = new.keep();
        Ok(())
    }
}

/// Whether a path on the command line stands for standard input or output.
pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::New(out) => out.write(bytes),
            Target::Device(out) => out.write(bytes),
            Target::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::New(out) => out.flush(),
            Target::Device(out) => out.flush(),
            Target::Standard(out) => out.flush(),
        }
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.target {
            Target::New(out) => out.seek(to),
            Target::Device(_) | Target::Standard(_) => Err(io::ErrorKind::NotSeekable.into()),
        }
    }
}
