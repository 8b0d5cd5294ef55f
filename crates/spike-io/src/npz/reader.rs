//! Finding one array in an archive; its bytes are then streamed like those of a file.

use zip::read::ZipFile;
use zip::{CompressionMethod, ZipArchive};

use crate::error::ReadError;
use crate::input::{Input, RawReader};
use crate::npy;
use crate::source::SampleSource;
use crate::stream::{Location, Member};

/// Names that an error lists.
const MOST_NAMES: usize = 50;

pub(crate) fn open(input: Input, name: Option<&str>) -> Result<Box<dyn SampleSource>, ReadError> {
    let mut archive = ZipArchive::new(input.open()?).map_err(damaged)?;
    let index = choose(&archive, name)?;
    let file = archive.by_index_raw(index).map_err(damaged)?;
    let member = member(&file)?;
    drop(file);
    npy::open(Location { input, member: Some(member) })
}

fn choose(archive: &ZipArchive<RawReader>, name: Option<&str>) -> Result<usize, ReadError> {
    let arrays = || {
        (0..archive.len()).filter_map(|index| {
            let array = archive.name_for_index(index)?.strip_suffix(".npy")?;
            Some((index, array))
        })
    };
    let names = || arrays().take(MOST_NAMES).map(|(_, array)| array.to_owned()).collect();
    let Some(asked) = name else {
        let mut found = arrays();
        return match (found.next(), found.next()) {
            (None, _) => Err(ReadError::NpzNoArray),
            (Some((index, _)), None) => Ok(index),
            _ => Err(ReadError::NpzChoose { found: names() }),
        };
    };
    let stem = asked.strip_suffix(".npy").unwrap_or(asked);
    arrays()
        .find(|(_, array)| *array == stem)
        .map(|(index, _)| index)
        .ok_or_else(|| ReadError::NpzMissing { asked: asked.to_owned(), found: names() })
}

fn member(file: &ZipFile<'_, RawReader>) -> Result<Member, ReadError> {
    let deflated = match file.compression() {
        CompressionMethod::Stored => Some(false),
        CompressionMethod::Deflated => Some(true),
        _ => None,
    };
    let Some(deflated) = deflated.filter(|_| !file.encrypted()) else {
        return Err(ReadError::NpzPacking { name: file.name().to_owned(), encrypted: file.encrypted() });
    };
    let start = file.data_start().ok_or_else(|| damaged("member without data"))?;
    Ok(Member { start, stored_bytes: file.compressed_size(), deflated, crc: file.crc32() })
}

fn damaged(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadError {
    ReadError::NpzArchive { source: source.into() }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::npz::{NpzCompression, NpzWriter};
    use crate::{ElementType, InputFormat, OpenOptions, WriteError, from_bytes};

    fn read(bytes: &[u8], name: Option<&str>) -> Result<Vec<f64>, ReadError> {
        let options = OpenOptions { npz_array: name.map(str::to_owned), ..OpenOptions::default() };
        let mut source = from_bytes(bytes.to_vec(), Some(InputFormat::Npz), &options)?;
        let mut values = Vec::new();
        source.skip_samples(1)?;
        source.rewind()?;
        while source.read_samples(1, &mut values)? > 0 {}
        Ok(values)
    }

    fn written(compression: NpzCompression) -> Vec<u8> {
        let mut archive = NpzWriter::new(Vec::new(), compression);
        archive.add("steps", &[2, 2], &[1u32, 2, 3, 4][..]).unwrap();
        archive.add("bytes", &[3], &[7u8, 8, 9][..]).unwrap();
        archive.begin("offsets", &[3, 1], ElementType::U64).unwrap();
        archive.push(&[0u64][..]).unwrap();
        archive.push(&[1u64 << 40, 5][..]).unwrap();
        archive.end().unwrap();
        archive.add("dt_ms", &[1], &[0.1][..]).unwrap();
        archive.finish().unwrap()
    }

    #[test]
    fn arrays_by_name_stored_and_deflated() {
        for compression in [NpzCompression::Stored, NpzCompression::Deflated] {
            let bytes = written(compression);
            assert_eq!(bytes, written(compression));
            let steps = read(&bytes, Some("steps")).unwrap();
            assert_eq!(steps, [1.0, 2.0, 3.0, 4.0]);
            assert_eq!(read(&bytes, Some("bytes.npy")).unwrap(), [7.0, 8.0, 9.0]);
            let offsets = read(&bytes, Some("offsets")).unwrap();
            assert_eq!(offsets, [0.0, 2f64.powi(40), 5.0]);
            assert_eq!(read(&bytes, Some("dt_ms")).unwrap(), [0.1]);
        }
    }

    #[test]
    fn a_name_is_needed_among_several() {
        let bytes = written(NpzCompression::Stored);
        let error = read(&bytes, None).unwrap_err();
        assert!(matches!(error, ReadError::NpzChoose { found } if found.len() == 4));
        let error = read(&bytes, Some("x")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "npz archive holds no array \"x\", name one of [\"steps\", \"bytes\", \"offsets\", \"dt_ms\"]"
        );
        let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Stored);
        archive.add("only", &[1], &[1.0][..]).unwrap();
        assert_eq!(read(&archive.finish().unwrap(), None).unwrap(), [1.0]);
        let empty = NpzWriter::new(Vec::new(), NpzCompression::Stored);
        let error = read(&empty.finish().unwrap(), None).unwrap_err();
        assert!(matches!(error, ReadError::NpzNoArray));
    }

    #[test]
    fn a_flipped_bit_is_found() {
        for compression in [NpzCompression::Stored, NpzCompression::Deflated] {
            let mut archive = NpzWriter::new(Vec::new(), compression);
            let values: Vec<f64> = (0..40).map(f64::from).collect();
            archive.add("x", &[40, 1], &values[..]).unwrap();
            let bytes = archive.finish().unwrap();
            let mut found = 0;
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                match read(&damaged, Some("x")) {
                    Ok(read) => assert_eq!(read, values, "{at}"),
                    Err(ReadError::Checksum { .. }) => found += 1,
                    Err(_) => {}
                }
            }
            assert!(found > 10);
        }
    }

    #[test]
    fn cut_at_every_byte() {
        for compression in [NpzCompression::Stored, NpzCompression::Deflated] {
            let mut archive = NpzWriter::new(Vec::new(), compression);
            archive.add("x", &[2], &[1.0, 2.0][..]).unwrap();
            let bytes = archive.finish().unwrap();
            for end in 0..bytes.len() {
                assert!(read(&bytes[..end], None).is_err(), "{end}");
            }
        }
    }

    #[test]
    fn members_that_are_no_arrays() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        archive.start_file("readme.txt", options).unwrap();
        archive.start_file("x.npy", options).unwrap();
        archive.write_all(b"no array").unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        let error = read(&bytes, None).unwrap_err();
        assert!(matches!(error, ReadError::BadMagic { format: InputFormat::Npy, .. }));
        let error = read(b"PK\x03\x04", None).unwrap_err();
        assert!(matches!(error, ReadError::NpzArchive { .. }));
    }

    #[test]
    fn writing_out_of_order_is_refused() {
        let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Stored);
        let error = archive.push(&[1u8][..]).unwrap_err();
        assert!(matches!(error, WriteError::OutOfOrder { array_open: false }));
        assert!(archive.end().is_err());
        archive.begin("x", &[2], ElementType::U8).unwrap();
        let error = archive.begin("y", &[2], ElementType::U8).unwrap_err();
        assert!(matches!(error, WriteError::OutOfOrder { array_open: true }));
        let error = archive.push(&[1u32][..]).unwrap_err();
        assert!(matches!(error, WriteError::WrongElement { .. }));
        let error = archive.push(&[1u8, 2, 3][..]).unwrap_err();
        assert!(matches!(error, WriteError::CountMismatch { expected: 2, found: 3 }));
        archive.push(&[1u8][..]).unwrap();
        let error = archive.end().unwrap_err();
        assert!(matches!(error, WriteError::CountMismatch { expected: 2, found: 1 }));
        archive.push(&[2u8][..]).unwrap();
        archive.end().unwrap();
        let error = archive.add("x", &[1], &[1u8][..]).unwrap_err();
        assert!(matches!(error, WriteError::NpzArchive { .. }));
    }
}
