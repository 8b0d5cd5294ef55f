//! Input formats and how they are recognised.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::error::ReadError;

/// A format that [`open`](crate::open) reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// IDX, the format of MNIST; also inside gzip.
    Idx,
    /// One NumPy array; also inside gzip.
    Npy,
    /// A zip archive of NumPy arrays.
    Npz,
    /// Text, one sample a line; also inside gzip.
    Csv,
    /// An image.
    Png,
    /// Sound.
    Wav,
}

impl InputFormat {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 6] = [Self::Idx, Self::Npy, Self::Npz, Self::Csv, Self::Png, Self::Wav];

    /// The format that the name of a file tells, if any.
    ///
    /// # Examples
    ///
    /// ```
    /// use spike_io::InputFormat;
    ///
    /// let format = InputFormat::from_path("t10k-images-idx3-ubyte.gz".as_ref());
    /// assert_eq!(format, Some(InputFormat::Idx));
    /// assert_eq!(InputFormat::from_path("notes.txt".as_ref()), None);
    /// ```
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let (name, zipped) = match name.strip_suffix(".gz") {
            Some(inner) => (inner, true),
            None => (name.as_str(), false),
        };
        let format = if name.ends_with("-ubyte") || name.ends_with(".ubyte") {
            Self::Idx
        } else {
            match name.rsplit_once('.')?.1 {
                "idx" | "idx1" | "idx2" | "idx3" | "idx4" => Self::Idx,
                "npy" => Self::Npy,
                "npz" => Self::Npz,
                "csv" => Self::Csv,
                "png" => Self::Png,
                "wav" => Self::Wav,
                _ => return None,
            }
        };
        let may_be_zipped = matches!(format, Self::Idx | Self::Npy | Self::Csv);
        (!zipped || may_be_zipped).then_some(format)
    }

    /// The format that the first bytes tell, if any; text is not recognised.
    #[must_use]
    pub fn from_first_bytes(bytes: &[u8]) -> Option<Self> {
        let wave = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE");
        if bytes.starts_with(b"\x93NUMPY") {
            Some(Self::Npy)
        } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            Some(Self::Npz)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if wave {
            Some(Self::Wav)
        } else if bytes.len() >= 4 && bytes.starts_with(&[0, 0]) && (8..=14).contains(&bytes[2]) {
            Some(Self::Idx)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Idx => "idx",
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::Csv => "csv",
            Self::Png => "png",
            Self::Wav => "wav",
        }
    }
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InputFormat {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, ReadError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| ReadError::FormatName { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        let cases = [
            ("train-images-idx3-ubyte", Some(InputFormat::Idx)),
            ("a/train-labels.idx1-ubyte.GZ", Some(InputFormat::Idx)),
            ("x.idx", Some(InputFormat::Idx)),
            ("x.idx3.gz", Some(InputFormat::Idx)),
            ("x.npy", Some(InputFormat::Npy)),
            ("x.npy.gz", Some(InputFormat::Npy)),
            ("x.NPZ", Some(InputFormat::Npz)),
            ("x.npz.gz", None),
            ("x.csv", Some(InputFormat::Csv)),
            ("x.csv.gz", Some(InputFormat::Csv)),
            ("x.png", Some(InputFormat::Png)),
            ("x.wav", Some(InputFormat::Wav)),
            ("x.wav.gz", None),
            ("x.gz", None),
            ("csv", None),
            ("x.txt", None),
            ("..", None),
        ];
        for (name, format) in cases {
            assert_eq!(InputFormat::from_path(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn names_of_formats_round_trip() {
        for format in InputFormat::ALL {
            assert_eq!(format.to_string().parse::<InputFormat>().unwrap(), format);
        }
        let error = "tiff".parse::<InputFormat>().unwrap_err();
        assert_eq!(error.to_string(), "unknown format \"tiff\"; give one of idx, npy, npz, csv, png, wav");
    }
}
