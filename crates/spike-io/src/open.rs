//! The door to every reader.

use std::path::Path;

use crate::error::ReadError;
use crate::format::InputFormat;
use crate::input::Input;
use crate::source::SampleSource;
use crate::stream::Location;
use crate::{csv, idx, npy, npz, png, wav};

/// What a file alone does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// Array of an npz archive, with or without `.npy`; needed when it holds several.
    pub npz_array: Option<String>,
    /// Whether the first csv row names the columns; without it a first row without any number is a header.
    pub csv_has_header: Option<bool>,
    /// Byte between csv columns, a comma unless given.
    pub csv_delimiter: Option<u8>,
}

/// Opens a file; without `format` its name decides, then its first bytes.
///
/// The first axis counts samples, the others are features; an array with one axis is one sample.
/// A pipe is read into memory, since it cannot be read twice.
///
/// # Errors
///
/// [`ReadError::Open`], [`ReadError::UnknownFormat`], and what the reader of the format finds in the header.
pub fn open(
    path: &Path,
    format: Option<InputFormat>,
    options: &OpenOptions,
) -> Result<Box<dyn SampleSource>, ReadError> {
    let format = format.or_else(|| InputFormat::from_path(path));
    open_input(Input::from_path(path)?, format, options)
}

/// Opens bytes that are in memory; without `format` the first bytes decide.
///
/// # Errors
///
/// [`ReadError::UnknownFormat`], and what the reader of the format finds in the header.
///
/// # Examples
///
/// ```
/// use spike_io::{OpenOptions, ReadError, from_bytes};
///
/// let idx = vec![0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
/// let mut source = from_bytes(idx.clone(), None, &OpenOptions::default())?;
/// let mut values = Vec::new();
/// source.skip_samples(1)?;
/// source.read_samples(1, &mut values)?;
/// assert_eq!(values, [4.0, 5.0, 6.0]);
///
/// let cut = from_bytes(idx[..15].to_vec(), None, &OpenOptions::default());
/// assert!(matches!(cut, Err(ReadError::Truncated { found_bytes: 3, .. })));
/// # Ok::<(), spike_io::ReadError>(())
/// ```
pub fn from_bytes(
    bytes: Vec<u8>,
    format: Option<InputFormat>,
    options: &OpenOptions,
) -> Result<Box<dyn SampleSource>, ReadError> {
    open_input(Input::Memory(bytes.into()), format, options)
}

fn open_input(
    input: Input,
    format: Option<InputFormat>,
    options: &OpenOptions,
) -> Result<Box<dyn SampleSource>, ReadError> {
    let format = match format {
        Some(format) => format,
        None => recognise(&input)?,
    };
    match format {
        InputFormat::Idx => idx::open(Location::whole(input)),
        InputFormat::Npy => npy::open(Location::whole(input)),
        InputFormat::Npz => npz::open(input, options.npz_array.as_deref()),
        InputFormat::Csv => {
            let delimiter = options.csv_delimiter.unwrap_or(b',');
            csv::open(Location::whole(input), options.csv_has_header, delimiter)
        }
        InputFormat::Png => png::open(input),
        InputFormat::Wav => wav::open(Location::whole(input)),
    }
}

fn recognise(input: &Input) -> Result<InputFormat, ReadError> {
    let mut first = [0; 12];
    let found = Location::whole(input.clone()).open()?.fill(&mut first)?;
    InputFormat::from_first_bytes(&first[..found]).ok_or(ReadError::UnknownFormat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_decide_where_the_name_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 2, 5, 6]).unwrap();
        let mut source = open(&path, None, &OpenOptions::default()).unwrap();
        let mut values = Vec::new();
        assert_eq!(source.read_samples(9, &mut values).unwrap(), 1);
        assert_eq!(values, [5.0, 6.0]);

        std::fs::write(&path, "1,2\n").unwrap();
        let error = open(&path, None, &OpenOptions::default()).unwrap_err();
        assert!(matches!(error, ReadError::UnknownFormat));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = open("no/such.npy".as_ref(), None, &OpenOptions::default()).unwrap_err();
        assert!(error.to_string().contains("no/such.npy"));
    }

    #[test]
    fn a_wrong_name_is_reported_by_the_reader() {
        let bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        let error = from_bytes(bytes, Some(InputFormat::Npy), &OpenOptions::default()).unwrap_err();
        assert!(matches!(error, ReadError::BadMagic { format: InputFormat::Npy, .. }));
    }
}
