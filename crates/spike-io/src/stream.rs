//! Sequential uncompressed bytes of an input or of a part of it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

use crate::error::ReadError;
use crate::input::{Input, RawReader};

/// Bytes that are moved at once; a multiple of every element size.
pub(crate) const CHUNK_BYTES: usize = 48 << 10;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Where a stream starts, so that it can be opened again.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub(crate) input: Input,
    pub(crate) member: Option<Member>,
}

/// A member of a zip archive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) start: u64,
    pub(crate) stored_bytes: u64,
    pub(crate) deflated: bool,
    pub(crate) crc: u32,
}

impl Location {
    pub(crate) fn whole(input: Input) -> Self {
        Self { input, member: None }
    }

    /// Opens the stream; gzip is recognised by its first bytes.
    pub(crate) fn open(&self) -> Result<ByteStream, ReadError> {
        let mut raw = self.input.open()?;
        let (bytes, length) = match self.member {
            None if raw.peek()?.starts_with(&GZIP_MAGIC) => (Bytes::Gzip(Box::new(MultiGzDecoder::new(raw))), None),
            None => {
                let length = raw.length();
                (Bytes::Stored(raw), Some(length))
            }
            Some(member) => {
                raw.seek(SeekFrom::Start(member.start)).map_err(|source| ReadError::Io { offset: 0, source })?;
                if member.deflated {
                    let part = raw.take(member.stored_bytes);
                    (Bytes::Deflate(Box::new(DeflateDecoder::new(part))), None)
                } else {
                    let left = raw.length().saturating_sub(member.start);
                    (Bytes::Stored(raw), Some(member.stored_bytes.min(left)))
                }
            }
        };
        Ok(ByteStream {
            bytes,
            offset: 0,
            length,
            checksum: self.member.map(|member| Checksum { running: Crc::new(), expected: member.crc }),
        })
    }
}

#[derive(Debug)]
pub(crate) struct ByteStream {
    bytes: Bytes,
    offset: u64,
    /// Known where nothing is compressed.
    length: Option<u64>,
    /// Dropped when bytes are left out.
    checksum: Option<Checksum>,
}

enum Bytes {
    Stored(RawReader),
    Gzip(Box<MultiGzDecoder<RawReader>>),
    Deflate(Box<DeflateDecoder<io::Take<RawReader>>>),
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored(_) => "Stored",
            Self::Gzip(_) => "Gzip",
            Self::Deflate(_) => "Deflate",
        })
    }
}

#[derive(Debug)]
struct Checksum {
    running: Crc,
    expected: u32,
}

impl ByteStream {
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Uncompressed length, where it is known without reading.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Fills `buffer` unless the stream ends before, and returns the bytes filled.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ReadError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_some(&mut buffer[filled..])? {
                0 => break,
                some => filled += some,
            }
        }
        Ok(filled)
    }

    /// Fills `buffer` or reports `what` as truncated.
    pub(crate) fn fill_all(&mut self, what: &'static str, buffer: &mut [u8]) -> Result<(), ReadError> {
        let found = self.fill(buffer)?;
        if found < buffer.len() {
            return Err(ReadError::Truncated {
                what,
                expected_bytes: buffer.len() as u64,
                found_bytes: found as u64,
                offset: self.offset,
            });
        }
        Ok(())
    }

    /// Leaves out up to `count` bytes and returns how many there were.
    pub(crate) fn skip(&mut self, count: u64) -> Result<u64, ReadError> {
        if count == 0 {
            return Ok(0);
        }
        // A short gap, such as a header, is read so that the checksum stays complete.
        let seek = self.checksum.is_none() || count > CHUNK_BYTES as u64;
        if let (Bytes::Stored(raw), Some(length), true) = (&mut self.bytes, self.length, seek) {
            let mut left = count.min(length.saturating_sub(self.offset));
            let skipped = left;
            self.checksum = None;
            while left > 0 {
                let step = i64::try_from(left).unwrap_or(i64::MAX);
                raw.seek(SeekFrom::Current(step)).map_err(|source| ReadError::Io { offset: self.offset, source })?;
                left -= step.unsigned_abs();
            }
            self.offset += skipped;
            return Ok(skipped);
        }
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut left = count;
        while left > 0 {
            let ask = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let found = self.fill(&mut buffer[..ask])?;
            left -= found as u64;
            if found < ask {
                break;
            }
        }
        Ok(count - left)
    }

    /// Checks that the stream ends here, and its checksum.
    pub(crate) fn expect_end(&mut self) -> Result<(), ReadError> {
        let end = self.offset;
        if self.fill(&mut [0])? != 0 {
            return Err(ReadError::TrailingBytes { offset: end });
        }
        match &self.checksum {
            Some(checksum) if checksum.running.sum() != checksum.expected => {
                Err(ReadError::Checksum { expected: checksum.expected, found: checksum.running.sum() })
            }
            _ => Ok(()),
        }
    }

    fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, ReadError> {
        let offset = self.offset;
        let (result, compressed) = match &mut self.bytes {
            Bytes::Stored(raw) => {
                let left = self.length.unwrap_or(u64::MAX).saturating_sub(offset);
                let ask = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                (retry(raw, &mut buffer[..ask]), false)
            }
            Bytes::Gzip(decoder) => (retry(decoder, buffer), true),
            Bytes::Deflate(decoder) => (retry(decoder, buffer), true),
        };
        match result {
            Ok(found) => {
                if let Some(checksum) = &mut self.checksum {
                    checksum.running.update(&buffer[..found]);
                }
                self.offset += found as u64;
                Ok(found)
            }
            Err(source) if compressed => Err(ReadError::Compressed { offset, source }),
            Err(source) => Err(ReadError::Io { offset, source }),
        }
    }
}

impl Read for ByteStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_some(buffer).map_err(io::Error::other)
    }
}

fn retry(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
