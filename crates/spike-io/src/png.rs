//! PNG: one sample of shape (height, width) for gray, (height, width, channels) otherwise.
//!
//! Palettes become colours, gray of less than 8 bits is scaled to 8, transparency becomes a channel.
//! Of an animation the default image is read.

use std::error::Error;

use ::png::{BitDepth, Decoder, Info, Reader, Transformations};

use crate::element::{ByteOrder, ElementType, Layout};
use crate::error::ReadError;
use crate::format::InputFormat;
use crate::input::{Input, RawReader};
use crate::shape::SampleShape;
use crate::source::SampleSource;

const MAGIC: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Deflate cannot expand by more.
const MOST_EXPANSION: u64 = 1032;
/// Pixels of less than 8 bits take more room here than in the file; this many values are always allowed.
const FREE_VALUES: u64 = 1 << 22;
const VALUES_PER_BYTE: u64 = 1024;

pub(crate) fn open(input: Input) -> Result<Box<dyn SampleSource>, ReadError> {
    let image = Image::open(&input)?;
    Ok(Box::new(PngSource { shape: image.shape, layout: image.layout, input, done: false }))
}

#[derive(Debug)]
struct PngSource {
    input: Input,
    shape: SampleShape,
    layout: Layout,
    done: bool,
}

struct Image {
    reader: Reader<RawReader>,
    shape: SampleShape,
    layout: Layout,
}

impl Image {
    fn open(input: &Input) -> Result<Self, ReadError> {
        let mut raw = input.open()?;
        let first = raw.peek()?;
        if !first.starts_with(MAGIC) {
            return Err(ReadError::BadMagic {
                format: InputFormat::Png,
                found: first[..first.len().min(MAGIC.len())].to_vec(),
            });
        }
        let file_bytes = raw.length();
        let mut decoder = Decoder::new(raw);
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let header = decoder.read_header_info().map_err(damaged)?;
        let (width, height) = header.size();
        check_size(header, header.color_type.samples(), file_bytes)?;
        let reader = decoder.read_info().map_err(damaged)?;
        let (color, depth) = reader.output_color_type();
        let channels = color.samples();
        // A palette or a transparent colour gives more channels than the header knows.
        check_size(reader.info(), channels, file_bytes)?;
        let mut axes = vec![height as usize, width as usize];
        if channels > 1 {
            axes.push(channels);
        }
        let element = match depth {
            BitDepth::Sixteen => ElementType::U16,
            _ => ElementType::U8,
        };
        Ok(Self { reader, shape: SampleShape::new(1, axes)?, layout: Layout::new(element, ByteOrder::Big) })
    }

    fn append(mut self, into: &mut Vec<f64>) -> Result<(), ReadError> {
        if self.reader.info().interlaced {
            let size = self.shape.num_values() * self.layout.element.size_bytes();
            let mut pixels = vec![0; size];
            self.reader.next_frame(&mut pixels).map_err(damaged)?;
            self.layout.decode(&pixels, 0, into)?;
        } else {
            // Row by row, so that nothing is reserved for rows that are not there.
            for _ in 0..self.shape.feature_shape()[0] {
                match self.reader.next_row().map_err(damaged)? {
                    Some(row) => self.layout.decode(row.data(), 0, into)?,
                    None => return Err(damaged("rows are missing")),
                }
            }
        }
        self.reader.finish().map_err(damaged)
    }
}

fn check_size(info: &Info<'_>, channels: usize, file_bytes: u64) -> Result<(), ReadError> {
    let (width, height) = info.size();
    let most_bits = file_bytes.saturating_mul(8 * MOST_EXPANSION);
    let most_pixels = most_bits / info.bits_per_pixel() as u64;
    let limit =
        FREE_VALUES.max(file_bytes.saturating_mul(VALUES_PER_BYTE)).min(most_pixels.saturating_mul(channels as u64));
    let values = (u64::from(width) * u64::from(height)).checked_mul(channels as u64);
    if values.is_none_or(|values| values > limit) {
        return Err(ReadError::PngTooLarge { width, height, channels, limit });
    }
    Ok(())
}

fn damaged(source: impl Into<Box<dyn Error + Send + Sync>>) -> ReadError {
    ReadError::Png { source: source.into() }
}

impl SampleSource for PngSource {
    fn shape(&self) -> &SampleShape {
        &self.shape
    }

    fn element(&self) -> ElementType {
        self.layout.element
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.done = false;
        Ok(())
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = usize::from(!self.done);
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        self.done |= num_samples == 1;
        Ok(())
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        if self.done || max_samples == 0 {
            return Ok(0);
        }
        let before = into.len();
        let image = Image::open(&self.input)?;
        let unchanged = image.shape == self.shape;
        image
            .append(into)
            .and_then(|()| match unchanged {
                true => Ok(()),
                false => Err(damaged("the file changed while it was read")),
            })
            .inspect_err(|_| into.truncate(before))?;
        self.done = true;
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use ::png::{ColorType, Encoder};

    use super::*;
    use crate::{OpenOptions, from_bytes};

    fn encoded(
        size: (u32, u32),
        color: ColorType,
        depth: BitDepth,
        palette: Option<(&[u8], &[u8])>,
        data: &[u8],
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, size.0, size.1);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if let Some((colors, alpha)) = palette {
            encoder.set_palette(colors.to_vec());
            if !alpha.is_empty() {
                encoder.set_trns(alpha.to_vec());
            }
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f64>), ReadError> {
        let format = Some(InputFormat::Png);
        let mut source = from_bytes(bytes.to_vec(), format, &OpenOptions::default())?;
        let mut values = Vec::new();
        assert_eq!(source.read_samples(3, &mut values)?, 1);
        assert_eq!(source.read_samples(3, &mut values)?, 0);
        source.rewind()?;
        source.skip_samples(1)?;
        assert!(source.skip_samples(1).is_err());
        Ok((source.shape().feature_shape().to_vec(), values))
    }

    #[test]
    fn gray_of_every_depth() {
        let eight = encoded((3, 2), ColorType::Grayscale, BitDepth::Eight, None, &[0, 1, 2, 3, 4, 255]);
        let (shape, values) = read(&eight).unwrap();
        assert_eq!(shape, [2, 3]);
        assert_eq!(values, [0.0, 1.0, 2.0, 3.0, 4.0, 255.0]);
        let sixteen = encoded((2, 1), ColorType::Grayscale, BitDepth::Sixteen, None, &[1, 2, 255, 255]);
        assert_eq!(read(&sixteen).unwrap().1, [258.0, 65535.0]);
        let one = encoded((3, 1), ColorType::Grayscale, BitDepth::One, None, &[0b1010_0000]);
        assert_eq!(read(&one).unwrap().1, [255.0, 0.0, 255.0]);
    }

    #[test]
    fn colours_and_palettes() {
        let rgb = encoded((1, 2), ColorType::Rgb, BitDepth::Eight, None, &[1, 2, 3, 4, 5, 6]);
        let (shape, values) = read(&rgb).unwrap();
        assert_eq!(shape, [2, 1, 3]);
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let colors = [10, 20, 30, 40, 50, 60];
        let opaque = Some((&colors[..], &[][..]));
        let bytes = encoded((2, 1), ColorType::Indexed, BitDepth::Eight, opaque, &[1, 0]);
        assert_eq!(read(&bytes).unwrap().1, [40.0, 50.0, 60.0, 10.0, 20.0, 30.0]);
        let alpha = Some((&colors[..], &[9, 8][..]));
        let bytes = encoded((1, 1), ColorType::Indexed, BitDepth::Eight, alpha, &[1]);
        let (shape, values) = read(&bytes).unwrap();
        assert_eq!(shape, [1, 1, 4]);
        assert_eq!(values, [40.0, 50.0, 60.0, 8.0]);
    }

    #[test]
    fn rejected_files() {
        assert!(matches!(read(b"GIF89a").unwrap_err(), ReadError::BadMagic { .. }));
        let mut bytes = encoded((3, 1), ColorType::Grayscale, BitDepth::Eight, None, &[1, 2, 3]);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x40;
        assert!(matches!(read(&bytes).unwrap_err(), ReadError::Png { .. }));
    }

    #[test]
    fn a_size_that_the_file_cannot_hold() {
        let mut bytes = encoded((3, 1), ColorType::Grayscale, BitDepth::Eight, None, &[1, 2, 3]);
        bytes[16..20].copy_from_slice(&50_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&50_000u32.to_be_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        let error = read(&bytes).unwrap_err();
        let ReadError::PngTooLarge { width, limit, .. } = error else {
            panic!("{error}");
        };
        assert_eq!((width, limit), (50_000, 1032 * bytes.len() as u64));
    }

    #[test]
    fn cut_at_every_byte() {
        let bytes = encoded((2, 2), ColorType::Rgb, BitDepth::Eight, None, &[7; 12]);
        assert!(read(&bytes).is_ok());
        for end in 0..bytes.len() {
            let error = read(&bytes[..end]).unwrap_err();
            assert!(matches!(error, ReadError::Png { .. } | ReadError::BadMagic { .. }), "{end}: {error}");
        }
    }
}
