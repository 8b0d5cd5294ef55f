//! The text before the events of AEDAT 2 and 3: lines that begin with `#`.

use super::EventFileError;

/// A line that is longer is no text.
const LONGEST_LINE: usize = 1 << 16;
/// Longest text; real ones have some kilobytes.
const LONGEST_TEXT: usize = 1 << 22;
/// A comment of our own: the formats have no place for the size of the sensor, and readers skip comments.
const SIZE: &str = "#Size: ";

/// What the text says, and where it ends.
#[derive(Debug)]
pub(super) struct AedatText {
    /// First byte after the text.
    pub(super) end: usize,
    pub(super) size: Option<[u32; 2]>,
    /// Whether the last line was one that says so.
    pub(super) closed: bool,
    /// A camera whose addresses have another layout than those of a DAVIS.
    pub(super) dvs128: bool,
}

impl AedatText {
    /// Reads the text, which starts with `magic` and ends with a line that starts with `last`, or without one before
    /// the first byte that is no `#`; `None` while its end has not come.
    pub(super) fn parse(bytes: &[u8], ended: bool, magic: &[u8], last: &[u8]) -> Result<Option<Self>, EventFileError> {
        if !magic.starts_with(&bytes[..bytes.len().min(magic.len())]) {
            let reason = "the file does not start with the line '#!AER-DAT' of its version";
            return Err(EventFileError::Corrupt { position: 0, reason });
        }
        let mut text = Self { end: 0, size: None, closed: false, dvs128: false };
        loop {
            let rest = &bytes[text.end..];
            match rest.first() {
                None if ended => return Ok((bytes.len() >= magic.len()).then_some(text)),
                None => return Ok(None),
                Some(b'#') => {}
                Some(_) => return Ok(Some(text)),
            }
            let position = text.end as u64;
            let Some(length) = rest.iter().position(|&b| b == b'\n') else {
                if rest.len() > LONGEST_LINE {
                    return Err(EventFileError::Corrupt { position, reason: "a line of the header has no end" });
                }
                return Ok(None);
            };
            let line = String::from_utf8_lossy(&rest[..length]).into_owned();
            text.end += length + 1;
            if text.end > LONGEST_TEXT {
                return Err(EventFileError::Corrupt { position, reason: "the header has no end" });
            }
            text.dvs128 |= line.contains("DVS128");
            if let Some((w, h)) = line.strip_prefix(SIZE).and_then(|size| size.trim().split_once('x')) {
                text.size = w.parse().ok().zip(h.parse().ok()).map(|(w, h)| [w, h]);
            }
            if rest.starts_with(last) {
                text.closed = true;
                return Ok(Some(text));
            }
        }
    }
}

/// The line that says the size.
pub(super) fn size_line([width, height]: [u32; 2]) -> String {
    format!("{SIZE}{width}x{height}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_text_ends() {
        let parse = |bytes: &[u8], ended| AedatText::parse(bytes, ended, b"#!AER-DAT2.0", b"#End");
        let closed = b"#!AER-DAT2.0\r\n#Size: 3x4\r\n#End Of ASCII Header\r\n#\x00";
        let text = parse(closed, false).unwrap().unwrap();
        assert_eq!((text.end, text.size, text.closed), (closed.len() - 2, Some([3, 4]), true));
        for end in 0..closed.len() - 2 {
            assert!(parse(&closed[..end], false).unwrap().is_none(), "{end}");
        }
        let open = b"#!AER-DAT2.0\r\n# AEChip: DVS128\r\n\x00\x00";
        let text = parse(open, false).unwrap().unwrap();
        assert_eq!((text.end, text.closed, text.dvs128), (open.len() - 2, false, true));
        assert_eq!(parse(b"#!AER-DAT2.0\r\n", true).unwrap().unwrap().end, 14);
        assert!(parse(b"#!AER-DAT3", false).is_err());
        assert!(parse(b"#!AER", true).unwrap().is_none());
        assert!(parse(&[&b"#!AER-DAT2.0\r\n#"[..], &[b'a'; LONGEST_LINE]].concat(), false).is_err());
    }
}
