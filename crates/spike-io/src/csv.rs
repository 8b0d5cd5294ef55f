//! Text tables: every record a sample, every column a feature.
//!
//! Blank lines and lines that begin with `#` are left out; a field in quotes may hold the delimiter.
//! Numbers are decimal with a point and may have space around them; `nan` and `inf` are numbers.
//!
//! Fields are read one at a time, so that memory follows the longest field and not the record.

use std::io::{self, BufRead, BufReader};

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::element::ElementType;
use crate::error::ReadError;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::{ByteStream, Location};

const LIMIT_BYTES: u64 = 64 << 20;
const LONGEST_SHOWN: usize = 32;

pub(crate) fn open(
    location: Location,
    has_header: Option<bool>,
    delimiter: u8,
) -> Result<Box<dyn SampleSource>, ReadError> {
    let ambiguous = delimiter.is_ascii_alphanumeric() || b"\r\n\"#+-.".contains(&delimiter);
    if ambiguous || !delimiter.is_ascii() {
        return Err(ReadError::CsvDelimiter { found: char::from(delimiter) });
    }
    let mut records = Records::new(location.open()?, delimiter);
    let mut first = FirstRecord::default();
    let num_columns = records.next(|field| {
        first.look_at(field);
        Ok(())
    })?;
    let header = match (num_columns, has_header) {
        (None, _) => false,
        (Some(_), Some(stated)) => stated,
        (Some(_), None) => first.names_columns()?,
    };
    let expected = num_columns.unwrap_or(0);
    let mut num_rows = usize::from(num_columns.is_some() && !header);
    while let Some(found) = records.next(|_| Ok(()))? {
        if found != expected {
            return Err(ReadError::CsvRagged { line: records.line, found, expected });
        }
        num_rows += 1;
    }
    let shape = SampleShape::new(num_rows, vec![expected])?;
    let mut source = CsvSource { location, shape, records, header, next_sample: 0 };
    source.rewind()?;
    Ok(Box::new(source))
}

/// The first record, which names the columns if none of its fields is a number.
#[derive(Debug, Default)]
struct FirstRecord {
    any_number: bool,
    first_text: Option<(u64, usize, String)>,
}

impl FirstRecord {
    fn look_at(&mut self, field: Field<'_>) {
        if field.number().is_some() {
            self.any_number = true;
        } else if self.first_text.is_none() {
            self.first_text = Some((field.line, field.column, field.shortened()));
        }
    }

    fn names_columns(self) -> Result<bool, ReadError> {
        match self.first_text {
            Some((line, column, text)) if self.any_number => Err(ReadError::CsvHeaderUnclear { line, column, text }),
            text => Ok(text.is_some()),
        }
    }
}

#[derive(Debug)]
struct CsvSource {
    location: Location,
    shape: SampleShape,
    records: Records,
    header: bool,
    next_sample: usize,
}

impl CsvSource {
    fn skip_header(&mut self) -> Result<(), ReadError> {
        if self.header && self.records.next(|_| Ok(()))?.is_none() {
            return Err(self.changed());
        }
        Ok(())
    }

    fn left(&self) -> usize {
        self.shape.num_samples() - self.next_sample
    }

    /// Reads a sample with `each` field and returns how many fields there were.
    fn next_row(&mut self, each: impl FnMut(Field<'_>) -> Result<(), ReadError>) -> Result<usize, ReadError> {
        let Some(found) = self.records.next(each)? else {
            return Err(self.changed());
        };
        self.next_sample += 1;
        Ok(found)
    }

    /// The file lost lines after they were counted.
    fn changed(&self) -> ReadError {
        let offset = self.records.offset();
        ReadError::Truncated { what: "csv table", expected_bytes: offset + 1, found_bytes: offset, offset }
    }

    fn append_row(&mut self, into: &mut Vec<f64>) -> Result<(), ReadError> {
        let found = self.next_row(|field| {
            let value = field.number().ok_or_else(|| ReadError::CsvNotANumber {
                line: field.line,
                column: field.column,
                text: field.shortened(),
            })?;
            into.push(value);
            Ok(())
        })?;
        if found != self.shape.num_features() {
            return Err(ReadError::CsvRagged { line: self.records.line, found, expected: self.shape.num_features() });
        }
        Ok(())
    }
}

impl SampleSource for CsvSource {
    fn shape(&self) -> &SampleShape {
        &self.shape
    }

    fn element(&self) -> ElementType {
        ElementType::F64
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.records.restart(self.location.open()?);
        self.next_sample = 0;
        self.skip_header()
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = self.left();
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        for _ in 0..num_samples {
            self.next_row(|_| Ok(()))?;
        }
        Ok(())
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        let before = into.len();
        let num_samples = max_samples.min(self.left());
        for _ in 0..num_samples {
            self.append_row(into).inspect_err(|_| into.truncate(before))?;
        }
        Ok(num_samples)
    }
}

/// A field without its quotes, and where it begins.
#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    text: &'a [u8],
    line: u64,
    column: usize,
}

impl Field<'_> {
    fn number(self) -> Option<f64> {
        std::str::from_utf8(self.text.trim_ascii()).ok()?.parse().ok()
    }

    fn shortened(self) -> String {
        // A character has four bytes at most.
        let start = &self.text[..self.text.len().min(4 * LONGEST_SHOWN)];
        String::from_utf8_lossy(start).trim().chars().take(LONGEST_SHOWN).collect()
    }
}

/// Records, one at a time.
#[derive(Debug)]
struct Records {
    input: BufReader<ByteStream>,
    parser: Reader,
    /// Holds a field; it grows with the longest.
    field: Vec<u8>,
    /// Line on which the field before began, from 1.
    line: u64,
}

impl Records {
    fn new(stream: ByteStream, delimiter: u8) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, stream),
            parser: ReaderBuilder::new().delimiter(delimiter).comment(Some(b'#')).build(),
            field: vec![0; 1 << 8],
            line: 1,
        }
    }

    /// Begins again, with the same bytes as before.
    fn restart(&mut self, stream: ByteStream) {
        self.input = BufReader::with_capacity(1 << 16, stream);
        self.parser.reset();
        self.line = 1;
    }

    /// Bytes that are parsed.
    fn offset(&self) -> u64 {
        self.input.get_ref().offset() - self.input.buffer().len() as u64
    }

    /// Hands every field of the next record to `each` and returns how many there were; `None` at the end.
    fn next(&mut self, mut each: impl FnMut(Field<'_>) -> Result<(), ReadError>) -> Result<Option<usize>, ReadError> {
        let mut record_bytes = 0;
        let mut column = 1;
        while let Some((length, record_end)) = self.next_field(record_bytes)? {
            let text = &self.field[..length];
            // A line of nothing but space is blank.
            if record_end && column == 1 && length > 0 && text.trim_ascii().is_empty() {
                continue;
            }
            each(Field { text, line: self.line, column })?;
            if record_end {
                return Ok(Some(column));
            }
            record_bytes += length as u64 + 1;
            column += 1;
        }
        Ok(None)
    }

    /// Reads a field of a record that has `record_bytes` before it: its length, and whether it ends the record.
    fn next_field(&mut self, record_bytes: u64) -> Result<Option<(usize, bool)>, ReadError> {
        let mut length = 0;
        loop {
            if record_bytes + length as u64 >= LIMIT_BYTES {
                return Err(ReadError::CsvLineTooLong { line: self.parser.line(), limit_bytes: LIMIT_BYTES });
            }
            if length == self.field.len() {
                self.field.resize(2 * length, 0);
            }
            let offset = self.offset();
            let input = self.input.fill_buf().map_err(|error| unwrapped(error, offset))?;
            let (result, taken, written) = self.parser.read_field(input, &mut self.field[length..]);
            let after_line_feed = input[..taken].ends_with(b"\n");
            self.input.consume(taken);
            length += written;
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return Ok(None),
                ReadFieldResult::Field { record_end } => {
                    let in_field = self.field[..length].iter().filter(|&&byte| byte == b'\n').count();
                    self.line = self.parser.line() - in_field as u64 - u64::from(after_line_feed);
                    return Ok(Some((length, record_end)));
                }
            }
        }
    }
}

/// Errors of the stream travel through `io::Error`.
fn unwrapped(error: io::Error, offset: u64) -> ReadError {
    match error.downcast::<ReadError>() {
        Ok(error) => error,
        Err(source) => ReadError::Io { offset, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InputFormat, OpenOptions, from_bytes};

    fn read_with(text: &str, options: &OpenOptions) -> Result<(usize, Vec<f64>), ReadError> {
        let format = Some(InputFormat::Csv);
        let mut source = from_bytes(text.as_bytes().to_vec(), format, options)?;
        let mut values = Vec::new();
        while source.read_samples(2, &mut values)? > 0 {}
        assert_eq!(values.len(), source.shape().num_values());
        Ok((source.shape().num_samples(), values))
    }

    fn read(text: &str) -> Result<(usize, Vec<f64>), ReadError> {
        read_with(text, &OpenOptions::default())
    }

    #[test]
    fn rows_are_samples() {
        let expected = (2, vec![1.0, 2.5, -3.0, 4e3]);
        for text in [
            "1,2.5\n-3,4e3\n",
            "1, 2.5\r\n-3 ,4e3",
            "\n# from savetxt\n1,2.5\n\n-3,4e3\n\n",
            "\u{feff}1,2.5\n-3,4e3\n",
            "a,b\n1,2.5\n-3,4e3\n",
            "\"a,x\",\"b\"\n\"1\",2.5\n-3,\" 4e3 \"\n",
            "\u{feff}a,b\n+1.0,2.5\n-3,4E3\n",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(read("1\n2\n3").unwrap(), (3, vec![1.0, 2.0, 3.0]));
        assert_eq!(read("1,2,3").unwrap(), (1, vec![1.0, 2.0, 3.0]));
    }

    #[test]
    fn nan_and_infinity_pass() {
        let (_, values) = read("nan,inf\nNaN,-Infinity\n").unwrap();
        assert!(values[0].is_nan() && values[2].is_nan());
        assert_eq!((values[1], values[3]), (f64::INFINITY, f64::NEG_INFINITY));
    }

    #[test]
    fn options_override_detection() {
        let header = |csv_has_header| OpenOptions { csv_has_header, ..OpenOptions::default() };
        let table = "0,1\n5,6\n";
        assert_eq!(read_with(table, &header(None)).unwrap().0, 2);
        assert_eq!(read_with(table, &header(Some(true))).unwrap(), (1, vec![5.0, 6.0]));
        let error = read_with("a,b\n1,2\n", &header(Some(false))).unwrap_err();
        assert!(matches!(
            error,
            ReadError::CsvNotANumber { line: 1, column: 1, text } if text == "a"
        ));
        assert_eq!(read_with("time,0\n1,2\n", &header(Some(true))).unwrap().0, 1);
        let delimiter = |byte| OpenOptions { csv_delimiter: Some(byte), ..OpenOptions::default() };
        assert_eq!(read_with("1;2\n", &delimiter(b';')).unwrap().1, [1.0, 2.0]);
        assert_eq!(read_with("1\t2\n", &delimiter(b'\t')).unwrap().1, [1.0, 2.0]);
        for byte in [b'.', b'\n', b'"', b'5', b'e', 0xff] {
            let error = read_with("1\n", &delimiter(byte)).unwrap_err();
            assert!(matches!(error, ReadError::CsvDelimiter { .. }));
        }
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = read("# note\n1,2\n\n3,4,5\n").unwrap_err();
        assert!(matches!(error, ReadError::CsvRagged { line: 4, found: 3, expected: 2 }));
        let error = read("1,2\n3,x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "csv line 2, column 2: \"x\" is not a number; allowed are decimal numbers, nan and inf with a point"
        );
        let error = read("1,2\n3,\n").unwrap_err();
        assert!(matches!(error, ReadError::CsvNotANumber { line: 2, column: 2, text } if text.is_empty()));
        let error = read("time,1\n3,4\n").unwrap_err();
        assert!(matches!(error, ReadError::CsvHeaderUnclear { line: 1, column: 1, .. }));
        let long = format!("1\n{}\n", "y".repeat(1000));
        let error = read(&long).unwrap_err();
        assert!(matches!(error, ReadError::CsvNotANumber { text, .. } if text.len() == 32));
        for text in ["", "\n\n", "# only\n", "a,b\n"] {
            assert!(matches!(read(text).unwrap_err(), ReadError::Empty { .. }), "{text:?}");
        }
        assert!(read("1,\"2\n3\",4\n").is_err());
    }

    #[test]
    fn lines_are_counted_through_every_ending_and_through_quotes() {
        let line = |text: &str| match read(text).unwrap_err() {
            ReadError::CsvNotANumber { line, column, .. } => (line, column),
            other => panic!("{text:?}: {other}"),
        };
        assert_eq!(line("1,2\r\n\r\n# note\r\n3,x\r\n"), (4, 2));
        assert_eq!(line("\"a\nb\",c\n1,2\n3,x\n"), (4, 2));
        assert_eq!(line("\"a\",c\n1,\"2\n\"\n\"\n\n3,4\",5\n"), (4, 1));
        assert_eq!(line("1\n\"2\n3"), (2, 1));
        assert_eq!(read("1,2\n  \n\t\r\n3,4\n \n").unwrap().0, 2);
    }

    #[test]
    fn an_error_takes_back_the_rows_before_it() {
        let format = Some(InputFormat::Csv);
        let bytes = b"1\n2\nx\n".to_vec();
        let mut source = from_bytes(bytes, format, &OpenOptions::default()).unwrap();
        let mut values = vec![7.0];
        assert!(source.read_samples(3, &mut values).is_err());
        assert_eq!(values, [7.0]);
        source.rewind().unwrap();
        source.skip_samples(1).unwrap();
        assert_eq!(source.read_samples(1, &mut values).unwrap(), 1);
        assert_eq!(values, [7.0, 2.0]);
    }

    #[test]
    fn cut_at_every_byte() {
        let text = "a,b\n1,2\n\"3\",4\n";
        for end in 0..text.len() {
            if let Ok((num_samples, _)) = read(&text[..end]) {
                assert!((1..=2).contains(&num_samples));
            }
        }
    }
}
