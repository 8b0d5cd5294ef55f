//! The file formats of camera events, and how they are recognised.

use super::{csv, npz, prophesee};
use spike_core::NameError;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A file format for camera events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventFormat {
    /// Text.
    Csv,
    /// NumPy arrays; held in memory until they are finished.
    Npz,
    /// Prophesee EVT 2.0: words of 32 bits.
    Evt2,
    /// Prophesee EVT 2.1: words of 64 bits; read only.
    Evt21,
    /// Prophesee EVT 3.0: words of 16 bits.
    Evt3,
    /// Prophesee DAT, version 2.
    Dat,
    /// AEDAT 2.0 of jAER, layout of a DAVIS camera.
    Aedat2,
    /// AEDAT 3.1 of cAER.
    Aedat31,
    /// AEDAT 4.0 of DV, compressed or not.
    Aedat4,
    /// Event Stream, version 2, events of a dynamic vision sensor.
    Es,
    /// Records of 5 bytes of N-MNIST.
    Nmnist,
}

/// What `--format` takes.
const NAMES: &str = "eventcsv, eventnpz, evt2, evt21, evt3, dat, aedat2, aedat31, aedat4, es, nmnist";

impl EventFormat {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Csv,
        Self::Npz,
        Self::Evt2,
        Self::Evt21,
        Self::Evt3,
        Self::Dat,
        Self::Aedat2,
        Self::Aedat31,
        Self::Aedat4,
        Self::Es,
        Self::Nmnist,
    ];

    /// The name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "eventcsv",
            Self::Npz => "eventnpz",
            Self::Evt2 => "evt2",
            Self::Evt21 => "evt21",
            Self::Evt3 => "evt3",
            Self::Dat => "dat",
            Self::Aedat2 => "aedat2",
            Self::Aedat31 => "aedat31",
            Self::Aedat4 => "aedat4",
            Self::Es => "es",
            Self::Nmnist => "nmnist",
        }
    }

    /// The format that a name gives: one of [`name`](Self::name), or `csv` or `npz`.
    ///
    /// # Errors
    /// [`NameError`] with the allowed names.
    pub fn from_name(name: &str) -> Result<Self, NameError> {
        let plain = match name {
            "csv" => "eventcsv",
            "npz" => "eventnpz",
            other => other,
        };
        Self::ALL.into_iter().find(|format| format.name() == plain).ok_or(NameError {
            what: "format of events",
            found: name.to_owned(),
            allowed: NAMES,
        })
    }

    /// The format that the extension of an output names.
    ///
    /// # Errors
    /// [`NameError`] with the allowed extensions; `.raw` and `.aedat` name several formats and are refused.
    pub fn from_path(path: &Path) -> Result<Self, NameError> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        let wrong = |allowed| NameError { what: "extension for events", found: extension.clone(), allowed };
        match extension.as_str() {
            "csv" => Ok(Self::Csv),
            "npz" => Ok(Self::Npz),
            "dat" => Ok(Self::Dat),
            "aedat4" => Ok(Self::Aedat4),
            "es" => Ok(Self::Es),
            "bin" => Ok(Self::Nmnist),
            "raw" => Err(wrong("for .raw a format: evt2 or evt3")),
            "aedat" => Err(wrong("for .aedat a format: aedat2 or aedat31")),
            _ => Err(wrong(".csv, .npz, .dat, .aedat4, .es, .bin; .raw and .aedat with a format")),
        }
    }

    /// The format that the content of a file tells, `None` if it holds no camera events or, as N-MNIST, has nothing
    /// that tells; reads a few bytes, and of an archive the names of its arrays, and goes back to the start.
    ///
    /// # Errors
    /// [`std::io::Error`] if the file cannot be read.
    pub fn recognise(input: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let mut first = Vec::new();
        input.take(prophesee::LONGEST_HEADER as u64).read_to_end(&mut first)?;
        let archive = first.starts_with(b"PK") && {
            input.seek(SeekFrom::Start(0))?;
            npz::is_events(&mut *input)
        };
        let format = if archive { Some(Self::Npz) } else { Self::from_first_bytes(&first) };
        input.seek(SeekFrom::Start(0))?;
        Ok(format)
    }

    /// The format that the first bytes tell; those of an archive of arrays tell none.
    ///
    /// ```
    /// use spike_io::events::EventFormat;
    /// assert_eq!(EventFormat::from_first_bytes(b"% evt 3.0\n% end\n"), Some(EventFormat::Evt3));
    /// assert_eq!(EventFormat::from_first_bytes(b"#!AER-DAT2.0\r\n"), Some(EventFormat::Aedat2));
    /// assert_eq!(EventFormat::from_first_bytes(b"0 1 2 3"), None);
    /// ```
    #[must_use]
    pub fn from_first_bytes(first: &[u8]) -> Option<Self> {
        let magics: [(&[u8], Self); 5] = [
            (csv::FIRST.as_bytes(), Self::Csv),
            (b"#!AER-DAT2.", Self::Aedat2),
            (b"#!AER-DAT3.", Self::Aedat31),
            (b"#!AER-DAT4.", Self::Aedat4),
            (b"Event Stream", Self::Es),
        ];
        let magic = magics.into_iter().find(|(magic, _)| first.starts_with(magic));
        magic.map(|(_, format)| format).or_else(|| prophesee::recognise(first))
    }
}

impl fmt::Display for EventFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_extensions() {
        for format in EventFormat::ALL {
            assert_eq!(EventFormat::from_name(format.name()), Ok(format));
            assert!(NAMES.split(", ").any(|name| name == format.name()), "{format}");
        }
        let cases = [("a.ES", EventFormat::Es), ("a.b.dat", EventFormat::Dat), ("x.bin", EventFormat::Nmnist)];
        for (path, format) in cases {
            assert_eq!(EventFormat::from_path(path.as_ref()), Ok(format));
        }
        for (path, words) in [("a.raw", "evt2 or evt3"), ("a.aedat", "aedat2 or aedat31"), ("a", ".csv, .npz")] {
            let error = EventFormat::from_path(path.as_ref()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn content_that_tells() {
        let cases: [(&[u8], _); 9] = [
            (b"% evt 2.0\n\x00\x00\x00\x80", Some(EventFormat::Evt2)),
            (b"% Date x\n% format EVT21;height=720;width=1280\n% end\n", Some(EventFormat::Evt21)),
            (b"% Data file containing CD events.\n% Version 2\n\x0c\x08", Some(EventFormat::Dat)),
            (b"#!AER-DAT3.1\r\n", Some(EventFormat::Aedat31)),
            (b"#!AER-DAT4.0\r\n", Some(EventFormat::Aedat4)),
            (b"Event Stream\x02\x00\x00\x01", Some(EventFormat::Es)),
            (b"% nothing known\n", None),
            (b"%", None),
            (b"", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(EventFormat::recognise(&mut io::Cursor::new(bytes)).unwrap(), format, "{bytes:?}");
        }
    }
}
