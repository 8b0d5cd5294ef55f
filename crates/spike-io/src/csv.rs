//! Text tables: every line a sample, every column a feature.
//!
//! Blank lines and lines that begin with `#` are left out, quotes around a field are removed, a field does not span lines.
//! Numbers are decimal with a point; `nan` and `inf` are numbers.

use std::io::{self, BufRead, BufReader, Read};

use crate::element::ElementType;
use crate::error::ReadError;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::{ByteStream, Location};

const LIMIT_BYTES: u64 = 64 << 20;
const LONGEST_SHOWN: usize = 32;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(crate) fn open(
    location: Location,
    has_header: Option<bool>,
    delimiter: u8,
) -> Result<Box<dyn SampleSource>, ReadError> {
    let ambiguous = delimiter.is_ascii_alphanumeric() || b"\r\n\"#+-.".contains(&delimiter);
    if ambiguous || !delimiter.is_ascii() {
        return Err(ReadError::CsvDelimiter { found: char::from(delimiter) });
    }
    let mut lines = Lines::new(location.open()?);
    let mut num_rows = 0usize;
    let mut num_columns = 0;
    let mut header = false;
    while lines.next()? {
        let found = Fields::new(lines.text(), delimiter).count();
        if num_columns == 0 {
            num_columns = found;
            header = match has_header {
                Some(stated) => stated,
                None => is_header(&lines, delimiter)?,
            };
            num_rows += usize::from(!header);
            continue;
        }
        if found != num_columns {
            return Err(ReadError::CsvRagged { line: lines.number, found, expected: num_columns });
        }
        num_rows += 1;
    }
    let mut source = CsvSource {
        shape: SampleShape::new(num_rows, vec![num_columns])?,
        lines: Lines::new(location.open()?),
        location,
        delimiter,
        header,
        next_sample: 0,
    };
    source.skip_header()?;
    Ok(Box::new(source))
}

fn is_header(lines: &Lines, delimiter: u8) -> Result<bool, ReadError> {
    let mut first_text = None;
    let mut any_number = false;
    for (field, column) in Fields::new(lines.text(), delimiter).zip(1..) {
        if number(field).is_some() {
            any_number = true;
        } else if first_text.is_none() {
            first_text = Some((column, field));
        }
    }
    match first_text {
        Some((column, field)) if any_number => {
            Err(ReadError::CsvHeaderUnclear { line: lines.number, column, text: shortened(field) })
        }
        text => Ok(text.is_some()),
    }
}

fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn shortened(field: &[u8]) -> String {
    String::from_utf8_lossy(field).chars().take(LONGEST_SHOWN).collect()
}

#[derive(Debug)]
struct CsvSource {
    location: Location,
    shape: SampleShape,
    lines: Lines,
    delimiter: u8,
    header: bool,
    next_sample: usize,
}

impl CsvSource {
    fn skip_header(&mut self) -> Result<(), ReadError> {
        if self.header && !self.lines.next()? {
            return Err(self.changed());
        }
        Ok(())
    }

    fn left(&self) -> usize {
        self.shape.num_samples() - self.next_sample
    }

    fn next_row(&mut self) -> Result<(), ReadError> {
        if !self.lines.next()? {
            return Err(self.changed());
        }
        self.next_sample += 1;
        Ok(())
    }

    /// The file lost lines after they were counted.
    fn changed(&self) -> ReadError {
        ReadError::Truncated {
            what: "csv table",
            expected_bytes: self.lines.offset + 1,
            found_bytes: self.lines.offset,
            offset: self.lines.offset,
        }
    }

    fn append_row(&mut self, into: &mut Vec<f64>) -> Result<(), ReadError> {
        self.next_row()?;
        let before = into.len();
        for (field, column) in Fields::new(self.lines.text(), self.delimiter).zip(1..) {
            let value = number(field).ok_or_else(|| ReadError::CsvNotANumber {
                line: self.lines.number,
                column,
                text: shortened(field),
            })?;
            into.push(value);
        }
        let found = into.len() - before;
        if found != self.shape.num_features() {
            return Err(ReadError::CsvRagged { line: self.lines.number, found, expected: self.shape.num_features() });
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
        self.lines = Lines::new(self.location.open()?);
        self.next_sample = 0;
        self.skip_header()
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = self.left();
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        for _ in 0..num_samples {
            self.next_row()?;
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

/// Lines with content, one at a time.
#[derive(Debug)]
struct Lines {
    reader: BufReader<ByteStream>,
    line: Vec<u8>,
    number: u64,
    offset: u64,
}

impl Lines {
    fn new(stream: ByteStream) -> Self {
        Self { reader: BufReader::with_capacity(1 << 16, stream), line: Vec::new(), number: 0, offset: 0 }
    }

    /// The line without its mark, its end and the space around it.
    fn text(&self) -> &[u8] {
        let line = match self.number {
            1 => self.line.strip_prefix(BYTE_ORDER_MARK),
            _ => None,
        };
        // A tab may be the delimiter of an empty last column.
        let line = line.unwrap_or(&self.line);
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Moves to the next line with content; false at the end.
    fn next(&mut self) -> Result<bool, ReadError> {
        loop {
            self.line.clear();
            let mut limited = self.reader.by_ref().take(LIMIT_BYTES);
            let found = limited.read_until(b'\n', &mut self.line).map_err(|error| unwrapped(error, self.offset))?;
            if found == 0 {
                return Ok(false);
            }
            self.number += 1;
            self.offset += found as u64;
            if found as u64 == LIMIT_BYTES {
                return Err(ReadError::CsvLineTooLong { line: self.number, limit_bytes: LIMIT_BYTES });
            }
            let text = self.text().trim_ascii();
            if !text.is_empty() && !text.starts_with(b"#") {
                return Ok(true);
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

/// Fields of a line, without the space and the quotes around them.
struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
}

impl<'a> Fields<'a> {
    fn new(line: &'a [u8], delimiter: u8) -> Self {
        Self { rest: Some(line), delimiter }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let mut quoted = false;
        let end = rest.iter().position(|&byte| {
            quoted ^= byte == b'"';
            byte == self.delimiter && !quoted
        });
        let field = match end {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                &rest[..end]
            }
            None => {
                self.rest = None;
                rest
            }
        };
        let field = field.trim_ascii();
        let inner = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\""));
        Some(inner.map_or(field, <[u8]>::trim_ascii))
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
