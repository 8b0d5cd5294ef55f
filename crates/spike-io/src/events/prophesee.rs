//! The text before the words of Prophesee files: lines `% key value`.

use super::EventFormat;

/// Longest text that is looked at; real ones have some hundred bytes.
pub(super) const LONGEST_HEADER: usize = 1 << 14;

/// What the text says, and where it ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PropheseeText {
    /// First byte after the text.
    pub(super) end: usize,
    pub(super) size: Option<[u32; 2]>,
    pub(super) format: Option<EventFormat>,
    /// The value of `% Version`, which DAT files have.
    pub(super) version: Option<u32>,
    /// 64-bit words in halves of the other order, as old cameras write EVT 2.1.
    pub(super) legacy_endianness: bool,
}

impl PropheseeText {
    /// Reads the text; `None` while its end has not come. A file without text has an empty one.
    pub(super) fn parse(bytes: &[u8], ended: bool) -> Option<Self> {
        let mut text = Self::default();
        let (mut width, mut height) = (None, None);
        loop {
            let rest = &bytes[text.end..];
            let complete = ended || rest.len() >= 2;
            if !rest.starts_with(b"% ") && (complete || !b"% ".starts_with(rest)) {
                break;
            }
            let Some(length) = rest.iter().position(|&b| b == b'\n') else {
                if rest.len() >= LONGEST_HEADER {
                    // Text without the end of its line is no text.
                    break;
                }
                return None;
            };
            text.end += length + 1;
            let line = String::from_utf8_lossy(&rest[2..length]).into_owned();
            let line = line.trim();
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            match key.to_ascii_lowercase().as_str() {
                "end" => break,
                "width" => width = value.trim().parse().ok(),
                "height" => height = value.trim().parse().ok(),
                "version" => text.version = value.trim().parse().ok(),
                "geometry" => {
                    let sides =
                        value.split_once('x').and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
                    (width, height) = sides.map_or((width, height), |(w, h)| (Some(w), Some(h)));
                }
                "evt" => {
                    text.format = match value.trim() {
                        "2.0" => Some(EventFormat::Evt2),
                        "2.1" => Some(EventFormat::Evt21),
                        "3.0" => Some(EventFormat::Evt3),
                        _ => text.format,
                    };
                }
                "format" => {
                    for (at, part) in value.split(';').enumerate() {
                        match (at, part.trim().split_once('=')) {
                            (0, _) => {
                                text.format = match part.trim() {
                                    "EVT2" => Some(EventFormat::Evt2),
                                    "EVT21" => Some(EventFormat::Evt21),
                                    "EVT3" => Some(EventFormat::Evt3),
                                    _ => text.format,
                                };
                            }
                            (_, Some(("width", value))) => width = value.parse().ok().or(width),
                            (_, Some(("height", value))) => height = value.parse().ok().or(height),
                            (_, Some(("endianness", value))) => text.legacy_endianness = value == "legacy",
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        text.size = width.zip(height).map(|(w, h)| [w, h]);
        Some(text)
    }
}

/// The format that the text at the start of a file names.
pub(super) fn recognise(first: &[u8]) -> Option<EventFormat> {
    let text = PropheseeText::parse(first, true)?;
    text.format.or(text.version.map(|_| EventFormat::Dat))
}

/// The text of a file of EVT words.
pub(super) fn evt_text(name: &str, version: &str, [width, height]: [u32; 2]) -> String {
    // The maker's programs want an integrator and a system that they know; 21 is one that takes any size.
    format!(
        "% evt {version}\n% format {name};height={height};width={width}\n% geometry {width}x{height}\n\
         % integrator_name Prophesee\n% system_ID 21\n% end\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_written_is_read() {
        let text = evt_text("EVT3", "3.0", [640, 480]);
        let found = PropheseeText::parse(format!("{text}% no text").as_bytes(), false).unwrap();
        let expected = PropheseeText {
            end: text.len(),
            size: Some([640, 480]),
            format: Some(EventFormat::Evt3),
            ..Default::default()
        };
        assert_eq!(found, expected);
        for end in 0..text.len() {
            assert_eq!(PropheseeText::parse(&text.as_bytes()[..end], false), None, "{end}");
        }
    }

    #[test]
    fn text_of_other_programs() {
        let dat = b"% Data file containing CD events.\n% Version 2\n% Date 2020-01-01 00:00:00\n% Height 3\n% Width 4\n\x0c\x08";
        let found = PropheseeText::parse(dat, false).unwrap();
        assert_eq!((found.size, found.version, found.end), (Some([4, 3]), Some(2), dat.len() - 2));
        let plain = PropheseeText::parse(b"\x00\x80", false).unwrap();
        assert_eq!(plain, PropheseeText::default());
        assert_eq!(PropheseeText::parse(b"", true), Some(PropheseeText::default()));
        let legacy = b"% format EVT21;width=9;endianness=legacy;height=8\n% end\n";
        let found = PropheseeText::parse(legacy, false).unwrap();
        assert_eq!((found.legacy_endianness, found.size), (true, Some([9, 8])));
        let wrong = PropheseeText::parse(b"% geometry 3by4\n% width x\n% end\n", false).unwrap();
        assert_eq!(wrong.size, None);
        assert!(PropheseeText::parse(&[b"% ".as_slice(), &[b'a'; LONGEST_HEADER]].concat(), false).is_some());
    }
}
