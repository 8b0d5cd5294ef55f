//! What can go wrong while reading and writing bytes.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::element::ElementType;
use crate::format::InputFormat;

/// Why bytes could not be read as samples.
///
/// Offsets count uncompressed bytes from the start of the file, or of the member of an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be opened.
    #[error("cannot open {}; check that it exists and may be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system failed to deliver bytes of an open file.
    #[error("reading failed at byte {offset}")]
    Io {
        /// Bytes read before the failure.
        offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A compressed stream is damaged or ends early.
    #[error("compressed data are damaged or end early after {offset} uncompressed bytes; fetch the file again")]
    Compressed {
        /// Uncompressed bytes before the damage.
        offset: u64,
        /// What the decompressor said.
        source: io::Error,
    },
    /// Neither the name nor the first bytes tell the format.
    #[error("format not recognised by name or first bytes; give one of idx, npy, npz, csv, png, wav")]
    UnknownFormat,
    /// A format was named that does not exist.
    #[error("unknown format {found:?}; give one of idx, npy, npz, csv, png, wav")]
    FormatName {
        /// The name given.
        found: String,
    },
    /// The file does not begin as its format must.
    #[error("not a file of format {format}: it begins with {found:02x?}; name the right format")]
    BadMagic {
        /// The format expected.
        format: InputFormat,
        /// The first bytes found.
        found: Vec<u8>,
    },
    /// The bytes end before the header says they do.
    #[error("{what} ends early at byte {offset}: found {found_bytes} bytes of {expected_bytes}; fetch the file again")]
    Truncated {
        /// The part that is not complete.
        what: &'static str,
        /// Length of the part according to the header.
        expected_bytes: u64,
        /// Length of the part that is there.
        found_bytes: u64,
        /// Where the bytes end.
        offset: u64,
    },
    /// Bytes follow after the end that the header states.
    #[error("bytes continue after byte {offset}, where the header says that the data end; one array is allowed")]
    TrailingBytes {
        /// Where the data should end.
        offset: u64,
    },
    /// An array without axes.
    #[error("array has no axes (a single number); give at least one axis")]
    NoAxes,
    /// There is no value in the file.
    #[error("no values: shape {shape:?} has an axis of length 0; every axis must be at least 1")]
    Empty {
        /// The shape stated.
        shape: Vec<u64>,
    },
    /// The stated shape has more values than can be addressed.
    #[error("shape {shape:?} has more values than can be addressed; the header is damaged")]
    ShapeOverflow {
        /// The shape stated.
        shape: Vec<u64>,
    },
    /// An integer that `f64` does not hold exactly.
    #[error(
        "value {value} at position {position} is not exact as a 64 bit float; integers up to 2^53 are always exact, scale or cast it before"
    )]
    Inexact {
        /// Index in the array in the order of the file.
        position: u64,
        /// The integer.
        value: i128,
    },
    /// An IDX element type that does not exist.
    #[error("idx element type {code:#04x} is unknown; allowed are 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e")]
    IdxType {
        /// The type byte found.
        code: u8,
    },
    /// A version of npy that does not exist.
    #[error("npy version {major}.{minor} is unknown; allowed are 1.0, 2.0 and 3.0")]
    NpyVersion {
        /// Major version found.
        major: u8,
        /// Minor version found.
        minor: u8,
    },
    /// An npy header that is longer than any real one.
    #[error("npy header of {found_bytes} bytes; at most {limit_bytes} are allowed")]
    NpyHeaderLength {
        /// Length stated.
        found_bytes: u64,
        /// Longest accepted.
        limit_bytes: u64,
    },
    /// An npy header that is not the expected dictionary.
    #[error("npy header is damaged at character {offset}: expected {expected}")]
    NpyHeader {
        /// Position in the header text.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// An npy element type without a real number in it.
    #[error(
        "npy dtype {descr} is not supported; allowed are bool, integers of 1 to 8 bytes and floats of 2 to 8 bytes, convert with array.astype(numpy.float64)"
    )]
    NpyDtype {
        /// The type found, shortened.
        descr: String,
    },
    /// A Fortran ordered array too large to be turned in memory.
    #[error(
        "array in fortran order has {found_bytes} bytes, at most {limit_bytes} can be reordered; store numpy.ascontiguousarray(array) instead"
    )]
    FortranTooLarge {
        /// Size of the array.
        found_bytes: u64,
        /// Largest accepted.
        limit_bytes: u64,
    },
    /// The bytes are not a readable zip archive.
    #[error("npz archive is damaged")]
    NpzArchive {
        /// What the archive reader said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The archive has no array.
    #[error("npz archive holds no array; its members must end in .npy")]
    NpzNoArray,
    /// The archive has several arrays and none was chosen.
    #[error("npz archive holds several arrays, name one of {found:?}")]
    NpzChoose {
        /// Names of the arrays.
        found: Vec<String>,
    },
    /// The chosen array does not exist.
    #[error("npz archive holds no array {asked:?}, name one of {found:?}")]
    NpzMissing {
        /// The name asked for.
        asked: String,
        /// Names of the arrays.
        found: Vec<String>,
    },
    /// The member is stored in a way that is not read.
    #[error("npz array {name:?} is {}; allowed are stored and deflated members", if *.encrypted { "encrypted" } else { "packed by another method" })]
    NpzPacking {
        /// The array.
        name: String,
        /// Whether a password is needed.
        encrypted: bool,
    },
    /// The checksum of a member does not match.
    #[error("npz array is damaged: checksum is {found:#010x}, the archive says {expected:#010x}")]
    Checksum {
        /// Checksum stated.
        expected: u32,
        /// Checksum of the bytes.
        found: u32,
    },
    /// A csv row with another number of columns.
    #[error("csv line {line} has {found} columns, the first row has {expected}; all rows must agree")]
    CsvRagged {
        /// Line, from 1.
        line: u64,
        /// Columns of this line.
        found: usize,
        /// Columns of the first row.
        expected: usize,
    },
    /// A csv field that is not a number.
    #[error(
        "csv line {line}, column {column}: {text:?} is not a number; allowed are decimal numbers, nan and inf with a point"
    )]
    CsvNotANumber {
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
        /// The field, shortened.
        text: String,
    },
    /// A first csv row that is neither a header nor data.
    #[error(
        "csv line {line} mixes numbers and text (column {column} is {text:?}); say whether the first row is a header"
    )]
    CsvHeaderUnclear {
        /// Line, from 1.
        line: u64,
        /// Column of the first text, from 1.
        column: usize,
        /// The field, shortened.
        text: String,
    },
    /// A csv line longer than any real one.
    #[error("csv line {line} is longer than {limit_bytes} bytes; break it into lines")]
    CsvLineTooLong {
        /// Line, from 1.
        line: u64,
        /// Longest accepted.
        limit_bytes: u64,
    },
    /// A delimiter that cannot separate numbers.
    #[error("csv delimiter {found:?} can be part of a number or a line; use for example , or ;")]
    CsvDelimiter {
        /// The delimiter given.
        found: char,
    },
    /// The bytes are not a readable PNG image.
    #[error("png image is damaged")]
    Png {
        /// What the decoder said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An image that its file is too short to hold.
    #[error(
        "png image states {width} x {height} pixels with {channels} channels, more than the {limit} values allowed for a file of its size"
    )]
    PngTooLarge {
        /// Width stated.
        width: u32,
        /// Height stated.
        height: u32,
        /// Channels stated.
        channels: usize,
        /// Most values accepted.
        limit: u64,
    },
    /// Sound in an encoding that is not read.
    #[error(
        "wav encoding {format_tag:#06x} with {bits_per_sample} bits is not supported; allowed are integers of 8, 16, 24, 32 and floats of 32 bits, convert with sox in.wav -e floating-point -b 32 out.wav"
    )]
    WavEncoding {
        /// Format tag, of the subformat where extensible.
        format_tag: u16,
        /// Bits of a value.
        bits_per_sample: u16,
    },
    /// A WAV format that contradicts itself or the length of the data.
    #[error("wav format at byte {offset} is damaged; fetch the file again")]
    WavHeader {
        /// Where the content of the fmt chunk begins.
        offset: u64,
        /// What the decoder said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Sound whose writer did not know its length.
    #[error(
        "wav data at byte {offset} state the length {stated}, which stands for an unknown one; convert with sox --ignore-length in.wav out.wav"
    )]
    WavLength {
        /// Where the data begin.
        offset: u64,
        /// The length stated: none, or the largest.
        stated: u32,
    },
    /// WAV data without a format before them.
    #[error("wav data come before a fmt chunk; the file is damaged")]
    WavNoFormat,
    /// More samples were to be skipped than there are.
    #[error("cannot skip {asked} samples, {left} are left")]
    SkipPastEnd {
        /// Samples to skip.
        asked: usize,
        /// Samples left.
        left: usize,
    },
}

/// Why an array could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The system refused bytes.
    #[error("writing failed")]
    Io(#[from] io::Error),
    /// The archive writer refused a member.
    #[error("npz archive cannot be written")]
    NpzArchive {
        /// What the archive writer said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The shape has more values than can be addressed.
    #[error("shape {shape:?} has more values than can be addressed")]
    ShapeOverflow {
        /// The shape given.
        shape: Vec<usize>,
    },
    /// A shape with more axes than a header can hold.
    #[error("shape has {found} axes; at most {limit} are allowed")]
    TooManyAxes {
        /// Axes given.
        found: usize,
        /// Most accepted.
        limit: usize,
    },
    /// The values do not fill the shape, or overflow it.
    #[error("array of {expected} values was given {found}; give as many as its shape says")]
    CountMismatch {
        /// Values according to the shape.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// An element type that is not written.
    #[error("element type {found} cannot be written here; allowed are {allowed}")]
    UnsupportedElement {
        /// The type asked for.
        found: ElementType,
        /// The types accepted.
        allowed: &'static str,
    },
    /// A value that its element type does not hold.
    #[error("value {value} at position {position} does not fit the element type {element}")]
    NotRepresentable {
        /// Index in the array.
        position: usize,
        /// The value.
        value: f64,
        /// The type asked for.
        element: ElementType,
    },
    /// Values of another type than the array that is being written.
    #[error("array of {expected} was given values of {found}")]
    WrongElement {
        /// Type of the array.
        expected: ElementType,
        /// Type of the values.
        found: ElementType,
    },
    /// Values came while no array was begun, or an array was begun before the last was complete.
    #[error("{}", if *.array_open { "the array before is not complete; end it first" } else { "no array was begun; begin one first" })]
    OutOfOrder {
        /// Whether an array is being written.
        array_open: bool,
    },
}
