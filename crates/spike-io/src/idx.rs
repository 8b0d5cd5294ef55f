//! IDX, the format of MNIST: magic `0 0 type axes`, big-endian axis lengths, values in C order.
//!
//! # References
//!
//! Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998, section "The IDX file format".

use crate::dense::{DenseConfig, DenseSource};
use crate::element::{ByteOrder, ElementType, Layout};
use crate::error::ReadError;
use crate::format::InputFormat;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::Location;

pub(crate) fn open(location: Location) -> Result<Box<dyn SampleSource>, ReadError> {
    let mut stream = location.open()?;
    let mut magic = [0; 4];
    let found = stream.fill(&mut magic)?;
    let is_idx = magic[..found].iter().take(2).all(|&byte| byte == 0);
    if !is_idx {
        return Err(ReadError::BadMagic { format: InputFormat::Idx, found: magic[..found].to_vec() });
    }
    if found < magic.len() {
        return Err(ReadError::Truncated {
            what: "idx magic",
            expected_bytes: 4,
            found_bytes: found as u64,
            offset: stream.offset(),
        });
    }
    let [_, _, code, num_axes] = magic;
    let element = match code {
        0x08 => ElementType::U8,
        0x09 => ElementType::I8,
        0x0b => ElementType::I16,
        0x0c => ElementType::I32,
        0x0d => ElementType::F32,
        0x0e => ElementType::F64,
        _ => return Err(ReadError::IdxType { code }),
    };
    let mut lengths = vec![0; 4 * usize::from(num_axes)];
    stream.fill_all("idx header", &mut lengths)?;
    let axes: Vec<u64> =
        lengths.as_chunks::<4>().0.iter().map(|&length| u64::from(u32::from_be_bytes(length))).collect();
    let config = DenseConfig {
        what: "idx data",
        layout: Layout::new(element, ByteOrder::Big),
        shape: SampleShape::from_axes(&axes)?,
    };
    Ok(Box::new(DenseSource::new(config, location, stream)?))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::{OpenOptions, from_bytes};

    fn read(bytes: &[u8]) -> Result<Vec<f64>, ReadError> {
        let format = Some(InputFormat::Idx);
        let mut source = from_bytes(bytes.to_vec(), format, &OpenOptions::default())?;
        let mut values = Vec::new();
        while source.read_samples(1, &mut values)? > 0 {}
        assert_eq!(values.len(), source.shape().num_values());
        Ok(values)
    }

    fn idx(code: u8, axes: &[u32], data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, code, axes.len() as u8];
        for axis in axes {
            bytes.extend(axis.to_be_bytes());
        }
        bytes.extend(data);
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_element_type() {
        assert_eq!(read(&idx(0x08, &[2, 1], &[0, 255])).unwrap(), [0.0, 255.0]);
        assert_eq!(read(&idx(0x09, &[2], &[0xff, 1])).unwrap(), [-1.0, 1.0]);
        assert_eq!(read(&idx(0x0b, &[1], &[0x80, 0])).unwrap(), [-32768.0]);
        assert_eq!(read(&idx(0x0c, &[1], &[0, 0, 1, 0])).unwrap(), [256.0]);
        let bytes = idx(0x0d, &[1], &0.5f32.to_be_bytes());
        assert_eq!(read(&bytes).unwrap(), [0.5]);
        let bytes = idx(0x0e, &[1], &1e-300f64.to_be_bytes());
        assert_eq!(read(&bytes).unwrap(), [1e-300]);
    }

    #[test]
    fn skip_and_rewind_plain_and_gzip() {
        let plain = idx(0x08, &[4, 2], &[1, 2, 3, 4, 5, 6, 7, 8]);
        for bytes in [plain.clone(), gzip(&plain)] {
            let mut source = from_bytes(bytes, None, &OpenOptions::default()).unwrap();
            assert_eq!(source.element(), ElementType::U8);
            let mut values = vec![9.0];
            source.skip_samples(1).unwrap();
            assert_eq!(source.read_samples(2, &mut values).unwrap(), 2);
            assert_eq!(values, [9.0, 3.0, 4.0, 5.0, 6.0]);
            source.skip_samples(1).unwrap();
            assert_eq!(source.read_samples(2, &mut values).unwrap(), 0);
            let error = source.skip_samples(1).unwrap_err();
            assert!(matches!(error, ReadError::SkipPastEnd { asked: 1, left: 0 }));
            source.rewind().unwrap();
            values.clear();
            assert_eq!(source.read_samples(1, &mut values).unwrap(), 1);
            assert_eq!(values, [1.0, 2.0]);
        }
    }

    #[test]
    fn rejected_headers() {
        let cases = [
            (vec![1, 0, 8, 1], "bad magic"),
            (idx(0x0a, &[1], &[0]), "type"),
            (idx(0x08, &[], &[0]), "no axes"),
            (idx(0x08, &[0, 3], &[]), "empty"),
            (idx(0x08, &[u32::MAX; 3], &[0]), "overflow"),
            (idx(0x0e, &[1 << 31, 1 << 30], &[0]), "overflow"),
            (idx(0x08, &[2], &[1, 2, 3]), "trailing"),
            (gzip(&idx(0x08, &[2], &[1, 2, 3])), "trailing"),
        ];
        for (bytes, name) in cases {
            let matches = match read(&bytes).unwrap_err() {
                ReadError::BadMagic { .. } => name == "bad magic",
                ReadError::IdxType { code: 0x0a } => name == "type",
                ReadError::NoAxes => name == "no axes",
                ReadError::Empty { .. } => name == "empty",
                ReadError::ShapeOverflow { .. } => name == "overflow",
                ReadError::TrailingBytes { offset: 10 } => name == "trailing",
                _ => false,
            };
            assert!(matches, "{name}");
        }
    }

    #[test]
    fn cut_at_every_byte() {
        let plain = idx(0x0b, &[3, 2], &[1; 12]);
        for end in 0..plain.len() {
            let error = read(&plain[..end]).unwrap_err();
            assert!(matches!(error, ReadError::Truncated { .. }), "{end}: {error}");
            let error = read(&gzip(&plain[..end])).unwrap_err();
            assert!(matches!(error, ReadError::Truncated { .. }), "{end}: {error}");
        }
        let zipped = gzip(&plain);
        for end in 0..zipped.len() {
            assert!(read(&zipped[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_gzip_bomb_fills_no_memory_when_read_in_pieces() {
        let bytes = gzip(&idx(0x08, &[1 << 12, 1 << 10], &vec![0; 1 << 22]));
        assert!(bytes.len() < 1 << 15);
        let mut source = from_bytes(bytes, None, &OpenOptions::default()).unwrap();
        let mut values = Vec::new();
        let mut num_samples = 0;
        loop {
            values.clear();
            match source.read_samples(16, &mut values).unwrap() {
                0 => break,
                some => num_samples += some,
            }
        }
        assert_eq!(num_samples, 1 << 12);
        assert!(values.capacity() <= 1 << 15);
    }

    #[test]
    fn a_large_claim_reserves_nothing() {
        let bytes = gzip(&idx(0x08, &[1, 1 << 31], &[7; 100]));
        let mut source = from_bytes(bytes, None, &OpenOptions::default()).unwrap();
        let mut values = Vec::new();
        let error = source.read_samples(1, &mut values).unwrap_err();
        assert!(matches!(
            error,
            ReadError::Truncated { expected_bytes: 0x8000_0000, found_bytes: 100, offset: 112, .. }
        ));
        assert!(values.is_empty() && values.capacity() < 1024);
    }
}
