//! WAV: one sample of shape (frames) or (frames, channels), values as stored.
//!
//! `hound` decodes the format and the samples: integers of 8 (unsigned), 16, 24 and 32 bits and floats of 32 bits.
//! The chunks are walked here: `hound` takes the byte that pads an odd chunk for the next chunk, refuses formats with
//! an unusual tail and believes the stated length of the data, which a writer to a pipe cannot know.
//! So it is given the format and the data alone, behind a header of the plainest kind.
//! It allocates nothing by a stated length and checks what it divides by, so nothing else is checked before it.
//!
//! The data chunk must be complete; chunks after it are left out.
//!
//! # References
//!
//! IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991, chapter 2.

use std::fmt;
use std::io::{BufReader, Chain, Cursor, Read};

use hound::{SampleFormat, WavReader};

use crate::element::ElementType;
use crate::error::ReadError;
use crate::format::InputFormat;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::{ByteStream, Location};

const PCM: u16 = 1;
const IEEE_FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

/// Length of a plain format, and of an extensible one.
const PLAIN_BYTES: usize = 16;
const EXTENSIBLE_BYTES: usize = 40;

pub(crate) fn open(location: Location) -> Result<Box<dyn SampleSource>, ReadError> {
    Ok(Box::new(WavSource::open(location)?))
}

type Decoder = WavReader<Chain<Cursor<Vec<u8>>, BufReader<ByteStream>>>;

struct WavSource {
    location: Location,
    shape: SampleShape,
    element: ElementType,
    rate_hz: u32,
    data_start: u64,
    data_bytes: u32,
    /// Whether the data are known to be as long as stated.
    complete: bool,
    /// Gone when the sample is read or left out.
    decoder: Option<Decoder>,
}

impl fmt::Debug for WavSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WavSource")
            .field("location", &self.location)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl WavSource {
    fn open(location: Location) -> Result<Self, ReadError> {
        let mut stream = location.open()?;
        let (format, stated_bytes) = find_data(&mut stream)?;
        let length = stream.length();
        let data_start = stream.offset();
        let data_bytes = data_length(&format, stated_bytes, &stream)?;
        let mut header = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        header.extend((format.kept().len() as u32).to_le_bytes());
        header.extend(format.kept());
        header.extend(b"data");
        header.extend(data_bytes.to_le_bytes());
        let bytes = Cursor::new(header).chain(BufReader::with_capacity(1 << 16, stream));
        let decoder = WavReader::new(bytes).map_err(|error| format.refused(error))?;
        let spec = decoder.spec();
        let mut axes = vec![1, u64::from(decoder.duration())];
        if spec.channels > 1 {
            axes.push(u64::from(spec.channels));
        }
        let shape = SampleShape::from_axes(&axes)?;
        let element = match (spec.sample_format, spec.bits_per_sample, data_bytes / decoder.len()) {
            (SampleFormat::Int, 8, 1) => ElementType::U8,
            (SampleFormat::Int, 16, 2) => ElementType::I16,
            (SampleFormat::Int, 24, 3 | 4) | (SampleFormat::Int, 32, 4) => ElementType::I32,
            (SampleFormat::Float, 32, 4) => ElementType::F32,
            _ => return Err(format.unsupported(spec.bits_per_sample)),
        };
        let source = Self {
            location,
            shape,
            element,
            rate_hz: spec.sample_rate,
            data_start,
            data_bytes,
            complete: length.is_some(),
            decoder: Some(decoder),
        };
        match length {
            Some(length) if length - data_start < u64::from(data_bytes) => Err(source.truncated(length)),
            _ => Ok(source),
        }
    }

    fn left(&self) -> usize {
        usize::from(self.decoder.is_some())
    }

    fn truncated(&self, end: u64) -> ReadError {
        ReadError::Truncated {
            what: "wav data",
            expected_bytes: u64::from(self.data_bytes),
            found_bytes: end - self.data_start,
            offset: end,
        }
    }

    fn append(&self, decoder: &mut Decoder, into: &mut Vec<f64>) -> Result<(), hound::Error> {
        if self.complete {
            into.reserve(decoder.len() as usize);
        }
        match self.element {
            ElementType::F32 => {
                for value in decoder.samples::<f32>() {
                    into.push(f64::from(value?));
                }
            }
            element => {
                // The decoder centres what is stored without a sign.
                let zero = if element == ElementType::U8 { 128.0 } else { 0.0 };
                for value in decoder.samples::<i32>() {
                    into.push(f64::from(value?) + zero);
                }
            }
        }
        Ok(())
    }

    /// What stopped the decoder: an error of the stream, or its end.
    fn stopped(&self, decoder: Decoder, error: hound::Error) -> ReadError {
        let end = decoder.into_inner().get_ref().1.get_ref().offset();
        match error {
            hound::Error::IoError(error) => error.downcast::<ReadError>().unwrap_or_else(|_| self.truncated(end)),
            error => ReadError::WavHeader { offset: self.data_start, source: error.into() },
        }
    }
}

impl SampleSource for WavSource {
    fn shape(&self) -> &SampleShape {
        &self.shape
    }

    fn element(&self) -> ElementType {
        self.element
    }

    fn sample_rate_hz(&self) -> Option<f64> {
        (self.rate_hz > 0).then_some(f64::from(self.rate_hz))
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        *self = Self::open(self.location.clone())?;
        Ok(())
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = self.left();
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        if num_samples > 0 {
            self.decoder = None;
        }
        Ok(())
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        if max_samples == 0 {
            return Ok(0);
        }
        let Some(mut decoder) = self.decoder.take() else {
            return Ok(0);
        };
        let before = into.len();
        if let Err(error) = self.append(&mut decoder, into) {
            into.truncate(before);
            return Err(self.stopped(decoder, error));
        }
        Ok(1)
    }
}

/// The content of a `fmt ` chunk.
struct Format {
    offset: u64,
    bytes: [u8; EXTENSIBLE_BYTES],
    known: usize,
}

impl Format {
    fn u16_at(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    /// Tag of the encoding, from the subformat where extensible.
    fn tag(&self) -> u16 {
        match self.u16_at(0) {
            EXTENSIBLE => self.u16_at(24),
            tag => tag,
        }
    }

    fn frame_bytes(&self) -> u64 {
        u64::from(self.u16_at(12))
    }

    fn bits_per_sample(&self) -> u16 {
        self.u16_at(14)
    }

    /// What says how to decode: the tail of a format that is not extensible says nothing.
    fn kept(&self) -> &[u8] {
        let plain = self.u16_at(0) != EXTENSIBLE && self.known > PLAIN_BYTES;
        &self.bytes[..if plain { PLAIN_BYTES } else { self.known }]
    }

    fn unsupported(&self, bits_per_sample: u16) -> ReadError {
        ReadError::WavEncoding { format_tag: self.tag(), bits_per_sample }
    }

    fn refused(&self, error: hound::Error) -> ReadError {
        let known = matches!((self.tag(), self.bits_per_sample()), (PCM, 8 | 16 | 24 | 32) | (IEEE_FLOAT, 32));
        match error {
            hound::Error::FormatError(_) if known || self.known < PLAIN_BYTES => {
                ReadError::WavHeader { offset: self.offset, source: error.into() }
            }
            _ => self.unsupported(self.bits_per_sample()),
        }
    }
}

/// Walks to the data: the format before them and their stated length.
fn find_data(stream: &mut ByteStream) -> Result<(Format, u32), ReadError> {
    let mut riff = [0; 12];
    let found = stream.fill(&mut riff)?;
    if found < 12 || &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
        return Err(ReadError::BadMagic { format: InputFormat::Wav, found: riff[..found].to_vec() });
    }
    let mut format = None;
    loop {
        let mut head = [0; 8];
        stream.fill_all("wav chunk header", &mut head)?;
        let [name @ .., s0, s1, s2, s3] = head;
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        match &name {
            b"fmt " => {
                let mut bytes = [0; EXTENSIBLE_BYTES];
                let (offset, known) = (stream.offset(), bytes.len().min(size as usize));
                stream.fill_all("wav fmt chunk", &mut bytes[..known])?;
                skip_chunk(stream, u64::from(size), known as u64)?;
                format = Some(Format { offset, bytes, known });
            }
            b"data" => return Ok((format.ok_or(ReadError::WavNoFormat)?, size)),
            _ => skip_chunk(stream, u64::from(size), 0)?,
        }
    }
}

/// The length of the data, where the stream stands at their start.
fn data_length(format: &Format, stated: u32, stream: &ByteStream) -> Result<u32, ReadError> {
    let left = stream.length().map(|length| length - stream.offset());
    let unknown = ReadError::WavLength { offset: stream.offset(), stated };
    match (stated, left) {
        // Writers to a pipe put the largest, or leave nothing.
        (u32::MAX, Some(left)) => {
            let frame_bytes = format.frame_bytes().max(1);
            u32::try_from(left - left % frame_bytes).map_err(|_| unknown)
        }
        (u32::MAX, None) => Err(unknown),
        (0, left) if left != Some(0) => Err(unknown),
        _ => Ok(stated),
    }
}

/// Leaves out the rest of a chunk, of which `done` bytes are read, and the byte that pads it to an even length.
fn skip_chunk(stream: &mut ByteStream, size: u64, done: u64) -> Result<(), ReadError> {
    let rest = size + size % 2 - done;
    let found = stream.skip(rest)?;
    if found < rest {
        return Err(ReadError::Truncated {
            what: "wav chunk",
            expected_bytes: size,
            found_bytes: done + found,
            offset: stream.offset(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use hound::{WavSpec, WavWriter};

    use super::*;
    use crate::{OpenOptions, from_bytes};

    fn open_bytes(bytes: &[u8]) -> Result<Box<dyn SampleSource>, ReadError> {
        let format = Some(InputFormat::Wav);
        from_bytes(bytes.to_vec(), format, &OpenOptions::default())
    }

    fn read(bytes: &[u8]) -> Result<Vec<f64>, ReadError> {
        let mut source = open_bytes(bytes)?;
        let mut values = Vec::new();
        source.read_samples(5, &mut values)?;
        assert_eq!(source.read_samples(5, &mut values)?, 0);
        Ok(values)
    }

    fn written<S: hound::Sample + Copy>(
        channels: u16,
        bits_per_sample: u16,
        sample_format: SampleFormat,
        samples: &[S],
    ) -> Vec<u8> {
        let spec = WavSpec { channels, sample_rate: 8000, bits_per_sample, sample_format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
        for &sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    fn plain(tag: u16, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        let block = channels * bits.div_ceil(8);
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(100u32.to_le_bytes());
        bytes.extend((100 * u32::from(block)).to_le_bytes());
        bytes.extend(block.to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn integers_as_an_independent_writer_stores_them() {
        let bytes = written(1, 16, SampleFormat::Int, &[-32768i16, 7, 32767]);
        let source = open_bytes(&bytes).unwrap();
        assert_eq!(source.shape(), &SampleShape::new(1, vec![3]).unwrap());
        assert_eq!(source.sample_rate_hz(), Some(8000.0));
        assert_eq!(source.element(), ElementType::I16);
        assert_eq!(read(&bytes).unwrap(), [-32768.0, 7.0, 32767.0]);

        let bytes = written(1, 8, SampleFormat::Int, &[-128i8, 0, 127]);
        assert_eq!(read(&bytes).unwrap(), [0.0, 128.0, 255.0]);
        let bytes = written(2, 24, SampleFormat::Int, &[-8_388_608i32, 8_388_607]);
        assert_eq!(read(&bytes).unwrap(), [-8_388_608.0, 8_388_607.0]);
        let bytes = written(1, 32, SampleFormat::Int, &[i32::MIN, i32::MAX]);
        let ends = [f64::from(i32::MIN), f64::from(i32::MAX)];
        assert_eq!(read(&bytes).unwrap(), ends);
    }

    #[test]
    fn floats_and_channels() {
        let bytes = written(2, 32, SampleFormat::Float, &[0.5f32, -1.0, 0.25, 2.0]);
        let source = open_bytes(&bytes).unwrap();
        assert_eq!(source.shape().feature_shape(), [2, 2]);
        assert_eq!(read(&bytes).unwrap(), [0.5, -1.0, 0.25, 2.0]);
    }

    #[test]
    fn odd_chunks_before_and_any_after_the_data() {
        let mut bytes = plain(PCM, 1, 8, &[1, 2, 3]);
        bytes.splice(12..12, *b"LIST\x03\0\0\0abc\0");
        bytes.extend(b"tail");
        assert_eq!(read(&bytes).unwrap(), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_length_that_its_writer_did_not_know() {
        let mut bytes = plain(PCM, 1, 16, &[1, 0, 2, 0, 3]);
        bytes[40..44].fill(0xff);
        assert_eq!(read(&bytes).unwrap(), [1.0, 2.0]);

        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).unwrap();
        let error = read(&packed.finish().unwrap()).unwrap_err();
        assert!(matches!(error, ReadError::WavLength { offset: 44, stated: u32::MAX }));
        bytes[40..44].fill(0);
        let error = read(&bytes).unwrap_err();
        assert!(matches!(error, ReadError::WavLength { offset: 44, stated: 0 }));
    }

    #[test]
    fn formats_with_an_unusual_tail_and_a_wide_container() {
        let mut bytes = plain(PCM, 1, 32, &7i32.to_le_bytes());
        bytes.splice(36..36, [0; 4]);
        bytes[16] = 20;
        assert_eq!(read(&bytes).unwrap(), [7.0]);
        let mut bytes = plain(PCM, 1, 32, &[0xff, 0xff, 0xff, 0]);
        bytes[34] = 24;
        assert_eq!(read(&bytes).unwrap(), [-1.0]);
        bytes[34] = 16;
        assert!(matches!(read(&bytes).unwrap_err(), ReadError::WavEncoding { bits_per_sample: 16, .. }));
    }

    #[test]
    fn compressed_sound_that_ends_early_says_where() {
        let whole = plain(PCM, 1, 16, &[1; 100]);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&whole[..100]).unwrap();
        let error = read(&packed.finish().unwrap()).unwrap_err();
        assert!(
            matches!(error, ReadError::Truncated { expected_bytes: 100, found_bytes: 56, offset: 100, .. }),
            "{error:?}"
        );
    }

    #[test]
    fn rejected_headers() {
        let error = read(b"RIFFxxxxAVI ").unwrap_err();
        assert!(matches!(error, ReadError::BadMagic { .. }));
        let error = read(&plain(2, 1, 4, &[0])).unwrap_err();
        assert!(matches!(error, ReadError::WavEncoding { format_tag: 2, bits_per_sample: 4 }));
        let error = read(&plain(IEEE_FLOAT, 1, 64, &0.1f64.to_le_bytes())).unwrap_err();
        assert!(matches!(error, ReadError::WavEncoding { format_tag: IEEE_FLOAT, bits_per_sample: 64 }));
        assert!(error.to_string().contains("sox"), "{error}");
        for (channels, data, reason) in [(1, &[0; 3][..], "multiple of sample size"), (0, &[0; 2], "zero channels")] {
            let error = read(&plain(PCM, channels, 16, data)).unwrap_err();
            assert!(
                matches!(&error, ReadError::WavHeader { offset: 20, source } if source.to_string().contains(reason)),
                "{error:?}"
            );
        }
        let error = read(&plain(PCM, 1, 16, &[])).unwrap_err();
        assert!(matches!(error, ReadError::Empty { .. }));
        let mut bytes = plain(PCM, 1, 16, &[0, 0]);
        bytes[32] = 3;
        let error = read(&bytes).unwrap_err();
        assert!(matches!(error, ReadError::WavHeader { offset: 20, .. }));
        let mut bytes = plain(PCM, 1, 16, &[0, 0]);
        bytes.drain(12..36);
        assert!(matches!(read(&bytes).unwrap_err(), ReadError::WavNoFormat));
    }

    #[test]
    fn cut_at_every_byte() {
        let bytes = plain(PCM, 2, 16, &[1; 8]);
        for end in 0..bytes.len() {
            let error = read(&bytes[..end]).unwrap_err();
            assert!(matches!(error, ReadError::Truncated { .. } | ReadError::BadMagic { .. }), "{end}: {error}");
        }
    }
}
