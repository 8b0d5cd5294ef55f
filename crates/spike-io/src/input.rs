//! Bytes that can be opened again: a file, or memory.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::ReadError;

#[derive(Clone)]
pub(crate) enum Input {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Memory(bytes) => f.debug_tuple("Memory").field(&bytes.len()).finish(),
        }
    }
}

impl Input {
    pub(crate) fn from_path(path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Open { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.is_file() {
            return Ok(Self::File(path.to_owned()));
        }
        // A pipe can be read once only.
        let bytes = fs::read(path).map_err(failed)?;
        Ok(Self::Memory(bytes.into()))
    }

    pub(crate) fn open(&self) -> Result<RawReader, ReadError> {
        match self {
            Self::File(path) => {
                let failed = |source| ReadError::Open { path: path.clone(), source };
                let file = File::open(path).map_err(failed)?;
                let length = file.metadata().map_err(failed)?.len();
                Ok(RawReader { bytes: RawBytes::File(BufReader::with_capacity(1 << 16, file)), length })
            }
            Self::Memory(bytes) => {
                Ok(RawReader { length: bytes.len() as u64, bytes: RawBytes::Memory(Cursor::new(Arc::clone(bytes))) })
            }
        }
    }
}

/// An open input, as it is stored.
pub(crate) struct RawReader {
    bytes: RawBytes,
    length: u64,
}

enum RawBytes {
    File(BufReader<File>),
    Memory(Cursor<Arc<[u8]>>),
}

impl RawReader {
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The first bytes, without consuming them.
    pub(crate) fn peek(&mut self) -> Result<&[u8], ReadError> {
        self.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })
    }
}

impl fmt::Debug for RawReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawReader").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Read for RawReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            RawBytes::File(reader) => reader.read(buffer),
            RawBytes::Memory(reader) => reader.read(buffer),
        }
    }
}

impl BufRead for RawReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.bytes {
            RawBytes::File(reader) => reader.fill_buf(),
            RawBytes::Memory(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match &mut self.bytes {
            RawBytes::File(reader) => reader.consume(amount),
            RawBytes::Memory(reader) => reader.consume(amount),
        }
    }
}

impl Seek for RawReader {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match &mut self.bytes {
            RawBytes::File(reader) => match position {
                // Keeps the buffer when the target is inside it.
                SeekFrom::Current(by) => {
                    reader.seek_relative(by)?;
                    reader.stream_position()
                }
                _ => reader.seek(position),
            },
            RawBytes::Memory(reader) => reader.seek(position),
        }
    }
}
