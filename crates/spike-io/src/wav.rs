//! WAV: one sample of shape (frames) or (frames, channels), values as stored.
//!
//! Integers of 8 bits are unsigned, those of 16, 24 and 32 bits signed.
//! The data chunk must be complete; chunks after it are left out.
//!
//! # References
//!
//! IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991, chapter 2.

use crate::dense::{After, DenseConfig, DenseSource};
use crate::element::{ByteOrder, ElementType, Layout};
use crate::error::ReadError;
use crate::format::InputFormat;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::{ByteStream, Location};

const PCM: u16 = 1;
const IEEE_FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

pub(crate) fn open(location: Location) -> Result<Box<dyn SampleSource>, ReadError> {
    let mut stream = location.open()?;
    let mut riff = [0; 12];
    let found = stream.fill(&mut riff)?;
    if found < 12 || &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
        return Err(ReadError::BadMagic { format: InputFormat::Wav, found: riff[..found].to_vec() });
    }
    let mut format = None;
    loop {
        let mut head = [0; 8];
        stream.fill_all("wav chunk header", &mut head)?;
        let (name, size) = head.split_at(4);
        let size = u32_at(size, 0);
        match name {
            b"fmt " => format = Some(read_format(&mut stream, size)?),
            b"data" => {
                let format = format.ok_or(ReadError::WavNoFormat)?;
                let config = format.config(size, &stream)?;
                return Ok(Box::new(DenseSource::new(config, location, stream)?));
            }
            _ => skip_chunk(&mut stream, u64::from(size), 0)?,
        }
    }
}

struct Format {
    channels: u16,
    rate_hz: u32,
    layout: Layout,
}

impl Format {
    fn config(&self, size: u32, stream: &ByteStream) -> Result<DenseConfig, ReadError> {
        let frame_bytes = u64::from(self.channels) * self.layout.stored_bytes as u64;
        let mut size_bytes = u64::from(size);
        // Writers to a pipe cannot know the length and put the largest.
        if size == u32::MAX
            && let Some(length) = stream.length()
        {
            let left = length - stream.offset();
            size_bytes = left - left % frame_bytes;
        }
        if size_bytes % frame_bytes != 0 {
            return Err(ReadError::WavHeader {
                field: "data size",
                found: size_bytes,
                expected: size_bytes.next_multiple_of(frame_bytes),
            });
        }
        let mut axes = vec![1, size_bytes / frame_bytes];
        if self.channels > 1 {
            axes.push(u64::from(self.channels));
        }
        Ok(DenseConfig {
            what: "wav data",
            layout: self.layout,
            shape: SampleShape::from_axes(&axes)?,
            after: After::Anything,
            sample_rate_hz: (self.rate_hz > 0).then_some(f64::from(self.rate_hz)),
        })
    }
}

fn read_format(stream: &mut ByteStream, size: u32) -> Result<Format, ReadError> {
    let mut bytes = [0; 40];
    let known = bytes.len().min(size as usize);
    stream.fill_all("wav fmt chunk", &mut bytes[..known])?;
    skip_chunk(stream, u64::from(size), known as u64)?;
    if known < 16 {
        return Err(ReadError::WavHeader { field: "fmt size", found: u64::from(size), expected: 16 });
    }
    let mut format_tag = u16_at(&bytes, 0);
    let channels = u16_at(&bytes, 2);
    let rate_hz = u32_at(&bytes, 4);
    let block_bytes = u16_at(&bytes, 12);
    let bits_per_sample = u16_at(&bytes, 14);
    if format_tag == EXTENSIBLE && known >= 26 {
        format_tag = u16_at(&bytes, 24);
    }
    if channels == 0 {
        return Err(ReadError::WavHeader { field: "channels", found: 0, expected: 1 });
    }
    let little = |element| Layout::new(element, ByteOrder::Little);
    let layout = match (format_tag, bits_per_sample) {
        (PCM, 8) => little(ElementType::U8),
        (PCM, 16) => little(ElementType::I16),
        (PCM, 24) => Layout::little_i24(),
        (PCM, 32) => little(ElementType::I32),
        (IEEE_FLOAT, 32) => little(ElementType::F32),
        (IEEE_FLOAT, 64) => little(ElementType::F64),
        _ => {
            return Err(ReadError::WavEncoding { format_tag, bits_per_sample });
        }
    };
    let expected = u64::from(channels) * layout.stored_bytes as u64;
    if u64::from(block_bytes) != expected {
        return Err(ReadError::WavHeader { field: "bytes of a frame", found: u64::from(block_bytes), expected });
    }
    Ok(Format { channels, rate_hz, layout })
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

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use hound::{SampleFormat, WavSpec, WavWriter};

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
        let bytes = plain(IEEE_FLOAT, 1, 64, &0.1f64.to_le_bytes());
        assert_eq!(read(&bytes).unwrap(), [0.1]);
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
    }

    #[test]
    fn rejected_headers() {
        let error = read(b"RIFFxxxxAVI ").unwrap_err();
        assert!(matches!(error, ReadError::BadMagic { .. }));
        let error = read(&plain(2, 1, 4, &[0])).unwrap_err();
        assert!(matches!(error, ReadError::WavEncoding { format_tag: 2, bits_per_sample: 4 }));
        let error = read(&plain(PCM, 1, 16, &[0; 3])).unwrap_err();
        assert!(matches!(error, ReadError::WavHeader { found: 3, expected: 4, .. }));
        let error = read(&plain(PCM, 0, 16, &[0; 2])).unwrap_err();
        assert!(matches!(error, ReadError::WavHeader { field: "channels", .. }));
        let error = read(&plain(PCM, 1, 16, &[])).unwrap_err();
        assert!(matches!(error, ReadError::Empty { .. }));
        let mut bytes = plain(PCM, 1, 16, &[0, 0]);
        bytes[32] = 3;
        let error = read(&bytes).unwrap_err();
        assert!(matches!(error, ReadError::WavHeader { found: 3, expected: 2, .. }));
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
