//! Writing an archive of arrays, array after array.

use std::fmt;
use std::io::Write;

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::element::ElementType;
use crate::error::WriteError;
use crate::npy::{checked_count, header_bytes};

/// From here on sizes need 64 bits; headers and the archive's own tables stay below the rest.
const LARGE_BYTES: u64 = u32::MAX as u64 - (1 << 20);

/// How the arrays of an archive are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NpzCompression {
    /// As they are, like `numpy.savez`.
    Stored,
    /// Deflated, like `numpy.savez_compressed`.
    Deflated,
}

/// Values of one of the types that an archive can be given.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ArrayValues<'a> {
    /// Bytes.
    U8(&'a [u8]),
    /// Unsigned, 2 bytes.
    U16(&'a [u16]),
    /// Unsigned, 4 bytes.
    U32(&'a [u32]),
    /// Unsigned, 8 bytes.
    U64(&'a [u64]),
    /// Signed, 4 bytes.
    I32(&'a [i32]),
    /// Signed, 8 bytes.
    I64(&'a [i64]),
    /// Real numbers of 4 bytes.
    F32(&'a [f32]),
    /// Real numbers.
    F64(&'a [f64]),
}

impl ArrayValues<'_> {
    fn element(&self) -> ElementType {
        match self {
            Self::U8(_) => ElementType::U8,
            Self::U16(_) => ElementType::U16,
            Self::U32(_) => ElementType::U32,
            Self::U64(_) => ElementType::U64,
            Self::I32(_) => ElementType::I32,
            Self::I64(_) => ElementType::I64,
            Self::F32(_) => ElementType::F32,
            Self::F64(_) => ElementType::F64,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }
}

impl<'a> From<&'a [u8]> for ArrayValues<'a> {
    fn from(values: &'a [u8]) -> Self {
        Self::U8(values)
    }
}

impl<'a> From<&'a [u16]> for ArrayValues<'a> {
    fn from(values: &'a [u16]) -> Self {
        Self::U16(values)
    }
}

impl<'a> From<&'a [i32]> for ArrayValues<'a> {
    fn from(values: &'a [i32]) -> Self {
        Self::I32(values)
    }
}

impl<'a> From<&'a [f32]> for ArrayValues<'a> {
    fn from(values: &'a [f32]) -> Self {
        Self::F32(values)
    }
}

impl<'a> From<&'a [i64]> for ArrayValues<'a> {
    fn from(values: &'a [i64]) -> Self {
        Self::I64(values)
    }
}

impl<'a> From<&'a [u32]> for ArrayValues<'a> {
    fn from(values: &'a [u32]) -> Self {
        Self::U32(values)
    }
}

impl<'a> From<&'a [u64]> for ArrayValues<'a> {
    fn from(values: &'a [u64]) -> Self {
        Self::U64(values)
    }
}

impl<'a> From<&'a [f64]> for ArrayValues<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self::F64(values)
    }
}

/// Writes named arrays in C order into one archive that `numpy.load` reads.
///
/// The same arrays give the same bytes: no time stamp is stored.
///
/// # Examples
///
/// ```
/// use spike_io::npz::{NpzCompression, NpzWriter};
/// use spike_io::{OpenOptions, from_bytes};
///
/// let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Deflated);
/// archive.add("steps", &[2, 2], &[1u32, 5, 2, 9][..])?;
/// archive.add("dt_ms", &[1], &[0.1][..])?;
/// let bytes = archive.finish()?;
///
/// let options = OpenOptions { npz_array: Some("steps".into()), ..OpenOptions::default() };
/// let mut values = Vec::new();
/// from_bytes(bytes, None, &options)?.read_samples(2, &mut values)?;
/// assert_eq!(values, [1.0, 5.0, 2.0, 9.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NpzWriter<W: Write> {
    archive: ZipWriter<StreamWriter<W>>,
    compression: NpzCompression,
    array: Option<OpenArray>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct OpenArray {
    element: ElementType,
    expected: usize,
    found: usize,
}

impl<W: Write> fmt::Debug for NpzWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NpzWriter")
            .field("compression", &self.compression)
            .field("array", &self.array)
            .finish_non_exhaustive()
    }
}

impl<W: Write> NpzWriter<W> {
    /// An empty archive; `writer` need not be seekable.
    pub fn new(writer: W, compression: NpzCompression) -> Self {
        Self { archive: ZipWriter::new_stream(writer), compression, array: None, bytes: Vec::new() }
    }

    /// Writes a whole array under `name` (without `.npy`).
    ///
    /// # Errors
    ///
    /// Those of [`begin`](Self::begin), [`push`](Self::push) and [`end`](Self::end).
    pub fn add<'a>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl Into<ArrayValues<'a>>,
    ) -> Result<(), WriteError> {
        let values = values.into();
        self.begin(name, shape, values.element())?;
        self.push(values)?;
        self.end()
    }

    /// Begins an array under `name` (without `.npy`), whose values follow in pieces.
    ///
    /// # Errors
    ///
    /// [`WriteError::OutOfOrder`] while another array is open, [`WriteError::UnsupportedElement`] for other types than those of [`ArrayValues`], [`WriteError::ShapeOverflow`], [`WriteError::TooManyAxes`], [`WriteError::NpzArchive`] for a name that is taken and for output that fails.
    pub fn begin(&mut self, name: &str, shape: &[usize], element: ElementType) -> Result<(), WriteError> {
        if self.array.is_some() {
            return Err(WriteError::OutOfOrder { array_open: true });
        }
        let descr = match element {
            ElementType::U8 => "|u1",
            ElementType::U16 => "<u2",
            ElementType::U32 => "<u4",
            ElementType::U64 => "<u8",
            ElementType::I32 => "<i4",
            ElementType::I64 => "<i8",
            ElementType::F32 => "<f4",
            ElementType::F64 => "<f8",
            found => {
                let allowed = "u8, u16, u32, u64, i32, i64, f32 and f64";
                return Err(WriteError::UnsupportedElement { found, allowed });
            }
        };
        let expected = checked_count(shape)?;
        let size_bytes = expected as u64 as u128 * element.size_bytes() as u128;
        let method = match self.compression {
            NpzCompression::Stored => CompressionMethod::Stored,
            NpzCompression::Deflated => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(zip::DateTime::default())
            .large_file(size_bytes > u128::from(LARGE_BYTES));
        self.archive.start_file(format!("{name}.npy"), options).map_err(refused)?;
        self.archive.write_all(&header_bytes(descr, shape))?;
        self.array = Some(OpenArray { element, expected, found: 0 });
        Ok(())
    }

    /// Writes the next values of the open array.
    ///
    /// # Errors
    ///
    /// [`WriteError::OutOfOrder`] when no array is open, [`WriteError::WrongElement`], [`WriteError::CountMismatch`] when the shape is full, [`WriteError::Io`].
    pub fn push<'a>(&mut self, values: impl Into<ArrayValues<'a>>) -> Result<(), WriteError> {
        let values = values.into();
        let Some(array) = &mut self.array else {
            return Err(WriteError::OutOfOrder { array_open: false });
        };
        if values.element() != array.element {
            return Err(WriteError::WrongElement { expected: array.element, found: values.element() });
        }
        let found = array.found + values.len();
        if found > array.expected {
            return Err(WriteError::CountMismatch { expected: array.expected, found });
        }
        array.found = found;
        match values {
            ArrayValues::U8(values) => self.archive.write_all(values)?,
            ArrayValues::U16(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::U32(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::I32(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::F32(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::I64(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::U64(values) => self.write(values, |value| value.to_le_bytes())?,
            ArrayValues::F64(values) => self.write(values, |value| value.to_le_bytes())?,
        }
        Ok(())
    }

    /// Ends the open array.
    ///
    /// # Errors
    ///
    /// [`WriteError::OutOfOrder`] when no array is open, [`WriteError::CountMismatch`] when values are missing; the array then stays open.
    pub fn end(&mut self) -> Result<(), WriteError> {
        match &self.array {
            None => Err(WriteError::OutOfOrder { array_open: false }),
            Some(array) if array.found != array.expected => {
                Err(WriteError::CountMismatch { expected: array.expected, found: array.found })
            }
            Some(_) => {
                self.array = None;
                Ok(())
            }
        }
    }

    /// Writes the table of contents, flushes and gives the writer back.
    ///
    /// # Errors
    ///
    /// [`WriteError::OutOfOrder`] while an array is open, [`WriteError::NpzArchive`], [`WriteError::Io`].
    pub fn finish(self) -> Result<W, WriteError> {
        if self.array.is_some() {
            return Err(WriteError::OutOfOrder { array_open: true });
        }
        let mut writer = self.archive.finish().map_err(refused)?.into_inner();
        writer.flush()?;
        Ok(writer)
    }

    fn write<T: Copy, const N: usize>(
        &mut self,
        values: &[T],
        to_bytes: impl Fn(T) -> [u8; N],
    ) -> Result<(), WriteError> {
        const PIECE: usize = 1 << 13;
        for piece in values.chunks(PIECE) {
            self.bytes.clear();
            self.bytes.extend(piece.iter().flat_map(|&value| to_bytes(value)));
            self.archive.write_all(&self.bytes)?;
        }
        Ok(())
    }
}

fn refused(source: zip::result::ZipError) -> WriteError {
    WriteError::NpzArchive { source: Box::new(source) }
}
