//! Samples that lie in C order behind a header, and nothing after them.

use crate::element::{ElementType, Layout};
use crate::error::ReadError;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::{ByteStream, CHUNK_BYTES, Location};

#[derive(Debug, Clone)]
pub(crate) struct DenseConfig {
    pub(crate) what: &'static str,
    pub(crate) layout: Layout,
    pub(crate) shape: SampleShape,
}

#[derive(Debug)]
pub(crate) struct DenseSource {
    config: DenseConfig,
    location: Location,
    header_bytes: u64,
    stream: ByteStream,
    next_sample: usize,
    chunk: Vec<u8>,
}

impl DenseSource {
    /// A source whose values begin where `stream` stands.
    ///
    /// Where the length of the stream is known it is compared with the shape at once.
    pub(crate) fn new(config: DenseConfig, location: Location, stream: ByteStream) -> Result<Self, ReadError> {
        let source =
            Self { header_bytes: stream.offset(), next_sample: 0, chunk: Vec::new(), config, location, stream };
        if let Some(length) = source.stream.length() {
            let end = source.header_bytes.saturating_add(source.data_bytes()?);
            if length < end {
                return Err(source.truncated(length.saturating_sub(source.header_bytes)));
            }
            if length > end {
                return Err(ReadError::TrailingBytes { offset: end });
            }
        }
        source.data_bytes()?;
        Ok(source)
    }

    fn sample_bytes(&self) -> u64 {
        self.config.shape.num_features() as u64 * self.config.layout.element.size_bytes() as u64
    }

    fn data_bytes(&self) -> Result<u64, ReadError> {
        let shape = &self.config.shape;
        self.sample_bytes().checked_mul(shape.num_samples() as u64).ok_or_else(|| ReadError::ShapeOverflow {
            shape: vec![shape.num_samples() as u64, shape.num_features() as u64],
        })
    }

    fn truncated(&self, found_bytes: u64) -> ReadError {
        ReadError::Truncated {
            what: self.config.what,
            expected_bytes: self.sample_bytes() * self.config.shape.num_samples() as u64,
            found_bytes,
            offset: self.header_bytes.saturating_add(found_bytes),
        }
    }

    fn left(&self) -> usize {
        self.config.shape.num_samples() - self.next_sample
    }

    fn check_end(&mut self) -> Result<(), ReadError> {
        if self.left() == 0 {
            self.stream.expect_end()?;
        }
        Ok(())
    }

    fn append(&mut self, num_samples: usize, into: &mut Vec<f64>) -> Result<(), ReadError> {
        let size = self.config.layout.element.size_bytes();
        let mut position = self.next_sample as u64 * self.config.shape.num_features() as u64;
        let mut left = num_samples as u64 * self.sample_bytes();
        if self.stream.length().is_some() {
            into.reserve(num_samples * self.config.shape.num_features());
        }
        while left > 0 {
            let ask = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            self.chunk.resize(ask, 0);
            let found = self.stream.fill(&mut self.chunk)?;
            self.config.layout.decode(&self.chunk[..found], position, into)?;
            if found < ask {
                let end = self.stream.offset().saturating_sub(self.header_bytes);
                return Err(self.truncated(end));
            }
            position += (found / size) as u64;
            left -= found as u64;
        }
        self.next_sample += num_samples;
        self.check_end()
    }
}

impl SampleSource for DenseSource {
    fn shape(&self) -> &SampleShape {
        &self.config.shape
    }

    fn element(&self) -> ElementType {
        self.config.layout.element
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.stream = self.location.open()?;
        self.next_sample = 0;
        let found = self.stream.skip(self.header_bytes)?;
        if found < self.header_bytes {
            return Err(self.truncated(0));
        }
        Ok(())
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let left = self.left();
        if num_samples > left {
            return Err(ReadError::SkipPastEnd { asked: num_samples, left });
        }
        let bytes = num_samples as u64 * self.sample_bytes();
        if self.stream.skip(bytes)? < bytes {
            let end = self.stream.offset().saturating_sub(self.header_bytes);
            return Err(self.truncated(end));
        }
        self.next_sample += num_samples;
        if num_samples > 0 {
            self.check_end()?;
        }
        Ok(())
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        let num_samples = max_samples.min(self.left());
        if num_samples == 0 {
            return Ok(0);
        }
        let before = into.len();
        self.append(num_samples, into).inspect_err(|_| into.truncate(before))?;
        Ok(num_samples)
    }
}
