//! Packets in a file.
//!
//! All numbers are little-endian, every checksum is a CRC-32 (IEEE).
//!
//! ```text
//! header  "SPKEIEIO" | version u16 = 1 | reserved u16 = 0 | crc of the 12 bytes before u32
//! packet  length u32, 1 to 65 507 | crc of the packet u32 | the packet
//! end     0 u32 | crc of the count u32 | count of all packets u64
//! ```

use super::{EieioError, EieioMessage};
use crate::record::read_up_to;
use std::io::{Read, Write};

const MAGIC: [u8; 8] = *b"SPKEIEIO";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 16;
/// What a UDP datagram can hold.
const MAX_PACKET_BYTES: u32 = 65_507;

/// Writes packets into a file.
///
/// ```
/// use spike_hw::eieio::{EieioCommand, EieioCommandId, EieioMessage, EieioReader, EieioWriter};
/// let message = EieioMessage::Command(EieioCommand::new(EieioCommandId::EventStop, vec![]));
/// let mut writer = EieioWriter::new(Vec::new())?;
/// writer.push(&message)?;
/// let file = writer.finish()?;
/// let mut reader = EieioReader::new(&file[..])?;
/// assert_eq!(reader.next_packet()?, Some(message));
/// assert_eq!(reader.next_packet()?, None);
/// # Ok::<(), spike_hw::eieio::EieioError>(())
/// ```
#[derive(Debug)]
pub struct EieioWriter<W: Write> {
    output: W,
    packets: u64,
}

impl<W: Write> EieioWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// [`EieioError::Io`] if the medium fails.
    pub fn new(mut output: W) -> Result<Self, EieioError> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        output.write_all(&bytes)?;
        Ok(Self { output, packets: 0 })
    }

    /// Appends a packet.
    ///
    /// # Errors
    /// [`EieioError`] if the message does not fit a packet or the medium fails.
    pub fn push(&mut self, message: &EieioMessage) -> Result<(), EieioError> {
        let bytes = message.to_bytes()?;
        self.output.write_all(&(bytes.len() as u32).to_le_bytes())?;
        self.output.write_all(&crc32fast::hash(&bytes).to_le_bytes())?;
        self.output.write_all(&bytes)?;
        self.packets += 1;
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    /// [`EieioError::Io`] if the medium fails.
    pub fn finish(mut self) -> Result<W, EieioError> {
        let count = self.packets.to_le_bytes();
        self.output.write_all(&[0; 4])?;
        self.output.write_all(&crc32fast::hash(&count).to_le_bytes())?;
        self.output.write_all(&count)?;
        self.output.flush()?;
        Ok(self.output)
    }
}

/// Reads the packets of a file one after the other.
///
/// Of a truncated file it gives every whole packet and then says where the file ends.
#[derive(Debug)]
pub struct EieioReader<R: Read> {
    input: R,
    position: u64,
    packets: u64,
    ended: bool,
}

impl<R: Read> EieioReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`EieioError`] if this is not an intact header of a known version.
    pub fn new(input: R) -> Result<Self, EieioError> {
        let mut reader = Self { input, position: 0, packets: 0, ended: false };
        let mut bytes = [0; HEADER_BYTES];
        let got = reader.read(&mut bytes)?;
        let known = got.min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] || got == 0 {
            return Err(EieioError::BadMagic { found: bytes[..known].to_vec() });
        }
        if got < HEADER_BYTES {
            return Err(reader.truncated("the header"));
        }
        let version = u16::from_le_bytes([bytes[8], bytes[9]]);
        if version == 0 || version > VERSION {
            return Err(EieioError::Version { found: version, known: VERSION });
        }
        if crc32fast::hash(&bytes[..12]).to_le_bytes() != bytes[12..] {
            return Err(reader.damaged(0, "the checksum of the header differs"));
        }
        Ok(reader)
    }

    /// The next packet; `None` behind the end.
    ///
    /// # Errors
    /// [`EieioError`] where the file is damaged or ends early. A packet whose checksum differs, or that is no EIEIO
    /// packet, is passed over by the next call; after anything else it is over.
    pub fn next_packet(&mut self) -> Result<Option<EieioMessage>, EieioError> {
        if self.ended {
            return Ok(None);
        }
        let position = self.position;
        let mut frame = [0; 8];
        if self.read(&mut frame)? < frame.len() {
            return Err(self.truncated("the length of a packet"));
        }
        let [a, b, c, d, crc @ ..] = frame;
        let length = u32::from_le_bytes([a, b, c, d]);
        if length == 0 {
            return self.end(position, crc);
        }
        if length > MAX_PACKET_BYTES {
            self.ended = true;
            return Err(self.damaged(position, "a packet has 1 to 65507 bytes"));
        }
        let mut bytes = vec![0; length as usize];
        if self.read(&mut bytes)? < bytes.len() {
            return Err(self.truncated("a packet"));
        }
        if crc32fast::hash(&bytes).to_le_bytes() != crc {
            return Err(self.damaged(position, "the checksum of a packet differs"));
        }
        let message = EieioMessage::from_bytes(&bytes)?;
        self.packets += 1;
        Ok(Some(message))
    }

    fn end(&mut self, position: u64, crc: [u8; 4]) -> Result<Option<EieioMessage>, EieioError> {
        let mut count = [0; 8];
        if self.read(&mut count)? < count.len() {
            return Err(self.truncated("the end"));
        }
        self.ended = true;
        if crc32fast::hash(&count).to_le_bytes() != crc {
            return Err(self.damaged(position, "the checksum of the end differs"));
        }
        if u64::from_le_bytes(count) != self.packets {
            return Err(self.damaged(position, "the end counts another number of packets"));
        }
        let position = self.position;
        if self.read(&mut [0])? > 0 { Err(self.damaged(position, "bytes follow the end")) } else { Ok(None) }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, EieioError> {
        let got = read_up_to(&mut self.input, buffer)?;
        self.position += got as u64;
        Ok(got)
    }

    fn truncated(&mut self, part: &'static str) -> EieioError {
        self.ended = true;
        EieioError::FileTruncated { position: self.position, part, packets: self.packets }
    }

    fn damaged(&self, position: u64, reason: &'static str) -> EieioError {
        EieioError::Damaged { position, reason, packets: self.packets }
    }
}
