//! The header of an npy file: a Python dictionary in text.

use crate::element::{ByteOrder, ElementType, Layout};
use crate::error::ReadError;
use crate::format::InputFormat;
use crate::stream::ByteStream;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// NumPy itself refuses more than 10 000 unless told otherwise.
const LIMIT_BYTES: u64 = 1 << 16;
const LONGEST_SHOWN: usize = 60;

#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) layout: Layout,
    pub(crate) fortran_order: bool,
    pub(crate) axes: Vec<u64>,
}

pub(crate) fn read(stream: &mut ByteStream) -> Result<Header, ReadError> {
    let mut magic = [0; 6];
    let found = stream.fill(&mut magic)?;
    if magic[..found] != MAGIC[..found] || found == 0 {
        return Err(ReadError::BadMagic { format: InputFormat::Npy, found: magic[..found].to_vec() });
    }
    if found < MAGIC.len() {
        return Err(ReadError::Truncated {
            what: "npy magic",
            expected_bytes: 6,
            found_bytes: found as u64,
            offset: stream.offset(),
        });
    }
    let mut version = [0; 2];
    stream.fill_all("npy version", &mut version)?;
    let mut length = [0; 4];
    match version {
        [1, 0] => stream.fill_all("npy header length", &mut length[..2])?,
        [2 | 3, 0] => stream.fill_all("npy header length", &mut length)?,
        [major, minor] => return Err(ReadError::NpyVersion { major, minor }),
    }
    let found_bytes = u64::from(u32::from_le_bytes(length));
    if found_bytes > LIMIT_BYTES {
        return Err(ReadError::NpyHeaderLength { found_bytes, limit_bytes: LIMIT_BYTES });
    }
    let mut text = vec![0; found_bytes as usize];
    stream.fill_all("npy header", &mut text)?;
    Parser { text: &text, offset: 0 }.header()
}

/// Magic, version, length and dictionary, padded so that the data are aligned to 64 bytes.
pub(crate) fn header_bytes(descr: &str, shape: &[usize]) -> Vec<u8> {
    let mut axes = String::new();
    for axis in shape {
        axes += &format!("{axis}, ");
    }
    let axes = match shape.len() {
        1 => axes.trim_end(),
        _ => axes.trim_end_matches(", "),
    };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}), }}");
    let unpadded = MAGIC.len() + 4 + text.len() + 1;
    text.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(64) - unpadded));
    text.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

struct Parser<'a> {
    text: &'a [u8],
    offset: usize,
}

impl<'a> Parser<'a> {
    fn header(mut self) -> Result<Header, ReadError> {
        let (mut layout, mut fortran_order, mut axes) = (None, None, None);
        self.expect(b'{', "an opening brace")?;
        while !self.take(b'}') {
            let key = self.string()?;
            self.expect(b':', "a colon")?;
            match key {
                b"descr" => layout = Some(self.descr()?),
                b"fortran_order" => fortran_order = Some(self.boolean()?),
                b"shape" => axes = Some(self.tuple()?),
                _ => return Err(self.error("one of the keys descr, fortran_order, shape")),
            }
            if !self.take(b',') {
                self.expect(b'}', "a comma or the closing brace")?;
                break;
            }
        }
        self.skip_space();
        if self.offset != self.text.len() {
            return Err(self.error("nothing after the closing brace"));
        }
        match (layout, fortran_order, axes) {
            (Some(layout), Some(fortran_order), Some(axes)) => Ok(Header { layout, fortran_order, axes }),
            _ => Err(self.error("all of the keys descr, fortran_order, shape")),
        }
    }

    fn error(&self, expected: &'static str) -> ReadError {
        ReadError::NpyHeader { offset: self.offset, expected }
    }

    fn skip_space(&mut self) {
        while self.text.get(self.offset).is_some_and(u8::is_ascii_whitespace) {
            self.offset += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.text.get(self.offset) == Some(&byte);
        self.offset += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), ReadError> {
        if self.take(byte) {
            return Ok(());
        }
        Err(self.error(expected))
    }

    fn string(&mut self) -> Result<&'a [u8], ReadError> {
        let quote = if self.take(b'"') { b'"' } else { b'\'' };
        if quote == b'\'' {
            self.expect(quote, "a quoted word")?;
        }
        let rest = &self.text[self.offset..];
        let Some(end) = rest.iter().position(|&byte| byte == quote) else {
            return Err(self.error("a closing quote"));
        };
        self.offset += end + 1;
        Ok(&rest[..end])
    }

    fn word(&mut self) -> &'a [u8] {
        self.skip_space();
        let rest = &self.text[self.offset..];
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    fn boolean(&mut self) -> Result<bool, ReadError> {
        match self.word() {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(self.error("True or False before here")),
        }
    }

    fn tuple(&mut self) -> Result<Vec<u64>, ReadError> {
        let mut axes = Vec::new();
        self.expect(b'(', "an opening parenthesis")?;
        while !self.take(b')') {
            axes.push(self.length()?);
            if !self.take(b',') {
                self.expect(b')', "a comma or the closing parenthesis")?;
                break;
            }
        }
        Ok(axes)
    }

    fn length(&mut self) -> Result<u64, ReadError> {
        let word = self.word();
        // Python 2 marked long integers.
        let digits = word.strip_suffix(b"L").unwrap_or(word);
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| self.error("the length of an axis before here"))
    }

    fn descr(&mut self) -> Result<Layout, ReadError> {
        self.skip_space();
        let start = self.offset;
        let unsupported = |descr: &[u8]| {
            let shown = &descr[..descr.len().min(LONGEST_SHOWN)];
            ReadError::NpyDtype { descr: String::from_utf8_lossy(shown).into_owned() }
        };
        // A list describes the fields of a record.
        if self.take(b'[') {
            return Err(unsupported(&self.text[start..]));
        }
        let descr = self.string()?;
        let order = match descr.first() {
            Some(b'<') => Some(ByteOrder::Little),
            Some(b'>') => Some(ByteOrder::Big),
            Some(b'|') => None,
            _ => return Err(unsupported(descr)),
        };
        let element = match &descr[1..] {
            b"b1" | b"u1" => ElementType::U8,
            b"i1" => ElementType::I8,
            b"u2" => ElementType::U16,
            b"i2" => ElementType::I16,
            b"f2" => ElementType::F16,
            b"u4" => ElementType::U32,
            b"i4" => ElementType::I32,
            b"f4" => ElementType::F32,
            b"u8" => ElementType::U64,
            b"i8" => ElementType::I64,
            b"f8" => ElementType::F64,
            _ => return Err(unsupported(descr)),
        };
        match order {
            Some(order) => Ok(Layout::new(element, order)),
            None if element.size_bytes() == 1 => Ok(Layout::new(element, ByteOrder::Little)),
            None => Err(unsupported(descr)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, ReadError> {
        Parser { text: text.as_bytes(), offset: 0 }.header()
    }

    #[test]
    fn headers_in_every_style() {
        for text in [
            "{'descr': '>i2', 'fortran_order': True, 'shape': (3, 4), }  \n",
            "{\"shape\":(3L,4L,),\"fortran_order\":True,\"descr\":\">i2\"}",
        ] {
            let header = parse(text).unwrap();
            assert_eq!(header.layout, Layout::new(ElementType::I16, ByteOrder::Big));
            assert!(header.fortran_order);
            assert_eq!(header.axes, [3, 4]);
        }
        let scalar = parse("{'descr': '|b1', 'fortran_order': False, 'shape': ()}").unwrap();
        assert!(scalar.axes.is_empty());
    }

    #[test]
    fn other_dtypes_are_named() {
        for descr in ["'<c16'", "'|O'", "'<U3'", "'|S5'", "'<M8[us]'", "'<f16'", "'|f8'", "''", "'=f8'"] {
            let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}");
            let error = parse(&text).unwrap_err();
            let named = format!(
                "'{}'",
                match &error {
                    ReadError::NpyDtype { descr } => descr,
                    other => panic!("{other}"),
                }
            );
            assert_eq!(named, descr);
        }
        let error = parse("{'descr': [('a', '<f8')], 'shape': (1,)}").unwrap_err();
        assert!(matches!(error, ReadError::NpyDtype { descr } if descr.starts_with("[('a'")));
    }

    #[test]
    fn damaged_headers_say_what_is_missing() {
        let whole = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
        for end in 0..whole.len() {
            let error = parse(&whole[..end]).unwrap_err();
            assert!(matches!(error, ReadError::NpyHeader { .. } | ReadError::NpyDtype { .. }), "{end}");
        }
        for text in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -3), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2 3), }",
            "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2, 3), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "{'descr': '<f8', 'shape': (2, 3), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': 1}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), } x",
        ] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, ReadError::NpyHeader { .. }), "{text}");
        }
    }

    #[test]
    fn written_headers_are_aligned_and_read_back() {
        for shape in [&[][..], &[7], &[2, 3], &[1; 32]] {
            let bytes = header_bytes("<f8", shape);
            assert_eq!(bytes.len() % 64, 0);
            let text = std::str::from_utf8(&bytes[10..]).unwrap();
            let axes: Vec<u64> = shape.iter().map(|&axis| axis as u64).collect();
            assert_eq!(parse(text).unwrap().axes, axes);
        }
        let bytes = header_bytes("<f8", &[7]);
        let text = String::from_utf8_lossy(&bytes[10..]);
        assert!(text.contains("'shape': (7,), }"), "{text}");
    }
}
