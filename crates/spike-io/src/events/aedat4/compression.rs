//! Compression of packets.

use super::lz4_frame;
use spike_core::NameError;
use std::io::{self, Read, Write};

/// How packets of AEDAT 4 are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Not at all.
    None,
    /// LZ4, as cameras do.
    #[default]
    Lz4,
    /// Zstandard: smaller and slower.
    Zstd,
}

/// A packet that unpacks to more than this many times its size is refused, unless it is small.
const MOST_EXPANSION: usize = 256;
/// What any packet may unpack to: 4 million events; real packets have some thousand.
const ALWAYS_ALLOWED: usize = 1 << 26;

/// An unpacked packet in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    bytes: Vec<u8>,
    len: usize,
}

impl Unpacked {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// At least so many bytes behind those that are there.
    pub(super) fn room(&mut self, bytes: usize) -> &mut [u8] {
        if self.bytes.len() < self.len + bytes {
            self.bytes.resize(self.len + bytes, 0);
        }
        &mut self.bytes[self.len..]
    }

    /// What is there, and at least so many bytes behind it.
    pub(super) fn split(&mut self, bytes: usize) -> (&[u8], &mut [u8]) {
        self.room(bytes);
        let (there, room) = self.bytes.split_at_mut(self.len);
        (there, room)
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.len = (self.len + bytes).min(self.bytes.len());
    }

    pub(super) fn is_beyond(&self, limit: usize) -> io::Result<()> {
        if self.len > limit { Err(io::Error::other("it unpacks to more than any packet holds")) } else { Ok(()) }
    }

    fn fill(&mut self, mut input: impl Read, limit: usize) -> io::Result<()> {
        /// Bytes that are asked for at a time.
        const PIECE: usize = 1 << 17;
        loop {
            match input.read(self.room(PIECE))? {
                0 => return Ok(()),
                count => self.advance(count),
            }
            self.is_beyond(limit)?;
        }
    }
}

impl Compression {
    /// The compression that a name gives: `none`, `lz4` or `zstd`.
    ///
    /// # Errors
    /// [`NameError`] with the allowed names.
    pub fn from_name(name: &str) -> Result<Self, NameError> {
        match name {
            "none" => Ok(Self::None),
            "lz4" => Ok(Self::Lz4),
            "zstd" => Ok(Self::Zstd),
            _ => Err(NameError { what: "compression", found: name.to_owned(), allowed: "none, lz4, zstd" }),
        }
    }

    /// The compression of a number in a header, which also tells how hard was tried.
    pub(super) fn from_code(code: i32) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 | 2 => Some(Self::Lz4),
            3 | 4 => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn code(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Lz4 => 1,
            Self::Zstd => 3,
        }
    }

    /// The name that DV gives it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Lz4 => "LZ4",
            Self::Zstd => "ZSTD",
        }
    }

    /// Unpacks and replaces what `out` holds.
    pub(super) fn unpack(self, packed: &[u8], out: &mut Unpacked) -> io::Result<()> {
        out.len = 0;
        let limit = packed.len().saturating_mul(MOST_EXPANSION).max(ALWAYS_ALLOWED);
        let input: Box<dyn Read> = match self {
            Self::None => {
                out.room(packed.len())[..packed.len()].copy_from_slice(packed);
                out.len = packed.len();
                return Ok(());
            }
            Self::Lz4 => match lz4_frame::unpack(packed, out, limit)? {
                true => return Ok(()),
                false => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
            },
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?.single_frame()),
        };
        out.fill(input, limit)
    }

    /// Appends the packed bytes to `out`.
    pub(super) fn pack(self, bytes: &[u8], out: &mut Vec<u8>) {
        /// Higher levels gain little on times and addresses.
        const ZSTD_LEVEL: i32 = 1;
        let packed = match self {
            Self::None => {
                out.extend_from_slice(bytes);
                return;
            }
            Self::Lz4 => {
                let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max256KB);
                let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, &mut *out);
                encoder.write_all(bytes).and_then(|()| Ok(encoder.finish().map(|_| ())?))
            }
            // At once, not as a stream: dv-processing needs the size that only then stands in the frame.
            Self::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL).map(|packed| out.extend_from_slice(&packed)),
        };
        packed.expect("a list takes any number of bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks() {
        let bytes: Vec<u8> = (0..300_000u32).flat_map(|i| (i / 3).to_le_bytes()).collect();
        for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
            let (mut packed, mut again) = (Vec::new(), Unpacked::default());
            compression.pack(&bytes, &mut packed);
            compression.unpack(&packed, &mut again).unwrap();
            assert!(again.bytes() == bytes);
            assert_eq!(Compression::from_code(compression.code()), Some(compression));
            if compression != Compression::None {
                assert!(packed.len() < bytes.len());
                assert!(compression.unpack(&packed[..packed.len() / 2], &mut again).is_err());
                assert!(compression.unpack(b"other bytes", &mut again).is_err());
            }
        }
        assert_eq!((Compression::from_code(5), Compression::from_code(-1)), (None, None));
        assert_eq!(Compression::from_name("zstd"), Ok(Compression::Zstd));
        assert!(Compression::from_name("gzip").is_err());
    }

    #[test]
    fn a_bomb_is_refused() {
        let bytes = vec![0; ALWAYS_ALLOWED + 1];
        let (mut packed, mut again) = (Vec::new(), Unpacked::default());
        // LZ4 cannot expand by more than 255.
        Compression::Zstd.pack(&bytes, &mut packed);
        let error = Compression::Zstd.unpack(&packed, &mut again).unwrap_err();
        assert!(error.to_string().contains("more than any packet"), "{error}");
        assert!(again.bytes.len() <= ALWAYS_ALLOWED + (1 << 22));
    }
}
