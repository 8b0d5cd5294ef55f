//! `.spk` files: the same bytes from any hands, seeking, damage, truncation, arbitrary bytes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use spike_core::{Domain, Seed, SpikeBatch, SpikeChunk, SpikeTrain, TimeGrid};
use spike_io::spk::{Provenance, ReadLimits, SpkError, SpkFile, SpkHeader, SpkReader, SpkWriter};
use std::io::Cursor;

fn header(num_neurons: usize, num_steps: u32) -> SpkHeader {
    let grid = TimeGrid::new(100_000, num_steps).unwrap();
    SpkHeader { grid, num_neurons, encoding: None, provenance: Provenance::default() }
}

/// Samples of Bernoulli spikes, 1 in `one_in` on average.
fn samples(header: &SpkHeader, count: usize, one_in: u32) -> Vec<SpikeTrain> {
    (0..count)
        .map(|sample| {
            let rows: Vec<Vec<u32>> = (0..header.num_neurons)
                .map(|neuron| {
                    let mut stream = Seed(9).stream(sample as u64, neuron as u32, Domain::Spikes);
                    (0..header.grid.num_steps()).filter(|_| stream.next_u32().is_multiple_of(one_in)).collect()
                })
                .collect();
            SpikeTrain::from_neurons(header.grid, &rows).unwrap()
        })
        .collect()
}

fn write(header: &SpkHeader, samples: &[SpikeTrain], first_sample: u64) -> Vec<u8> {
    let mut writer = SpkWriter::new(Vec::new(), header.clone(), first_sample).unwrap();
    for sample in samples {
        writer.push(sample.view()).unwrap();
    }
    let (bytes, summary) = writer.finish().unwrap();
    assert_eq!((summary.num_samples, summary.num_bytes), (samples.len() as u64, bytes.len() as u64));
    bytes
}

fn read_all(bytes: &[u8]) -> Vec<SpikeTrain> {
    let mut reader = SpkReader::new(bytes).unwrap();
    let mut all = Vec::new();
    while let Some(batch) = reader.next_block().unwrap() {
        all.extend(batch.samples().map(|s| s.to_train(0, None)));
    }
    all
}

#[test]
fn what_is_written_is_read() {
    for (neurons, steps, count, one_in) in [(1, 1, 5, 2), (3, 70_000, 4, 300), (700, 100, 200, 20), (5, 1000, 0, 9)] {
        let header = header(neurons, steps);
        let samples = samples(&header, count, one_in);
        assert_eq!(read_all(&write(&header, &samples, 0)), samples);
    }
}

#[test]
fn batches_of_any_size_give_the_same_bytes() {
    let header = header(300, 100);
    let samples = samples(&header, 500, 20);
    let one_by_one = write(&header, &samples, 7);
    for size in [1, 33, 218, 500] {
        let mut writer = SpkWriter::new(Vec::new(), header.clone(), 7).unwrap();
        for part in samples.chunks(size) {
            let mut batch = SpikeBatch::new(header.grid, header.num_neurons, 0);
            for sample in part {
                let offsets = std::iter::once(0).chain(sample.view().counts().into_iter().scan(0, |sum, n| {
                    *sum += n;
                    Some(*sum)
                }));
                let chunk =
                    SpikeChunk::from_rows(header.grid, offsets.collect(), sample.view().steps().to_vec()).unwrap();
                batch.push(chunk).unwrap();
            }
            writer.push_batch(&batch).unwrap();
        }
        assert!(writer.finish().unwrap().0 == one_by_one, "batches of {size}");
    }
}

#[test]
fn any_run_of_samples_is_sought() {
    let header = header(300, 100);
    let samples = samples(&header, 500, 20);
    let bytes = write(&header, &samples, 1000);
    let mut file = SpkFile::new(Cursor::new(&bytes)).unwrap();
    assert!(file.is_whole());
    assert_eq!(file.samples(), 1000..1500);
    assert_eq!(file.num_spikes(), samples.iter().map(SpikeTrain::num_spikes).sum::<u64>());
    for range in [1000..1500, 1000..1001, 1499..1500, 1217..1219, 1218..1218, 1100..1440] {
        let batch = file.read(range.clone()).unwrap();
        assert_eq!(batch.first_sample(), range.start);
        let found: Vec<SpikeTrain> = batch.samples().map(|s| s.to_train(0, None)).collect();
        assert_eq!(found, samples[range.start as usize - 1000..range.end as usize - 1000]);
    }
    assert!(matches!(file.read(999..1001), Err(SpkError::NoSuchSample { .. })));
    assert!(matches!(file.read(1500..1501), Err(SpkError::NoSuchSample { .. })));
}

#[test]
fn a_five_percent_raster_stays_near_its_entropy() {
    let header = header(1000, 1000);
    let samples = samples(&header, 66, 20);
    let spikes: u64 = samples.iter().map(SpikeTrain::num_spikes).sum();
    let bytes = write(&header, &samples, 0).len();
    let p = 0.05f64;
    let entropy = -(p * p.log2() + (1.0 - p) * (1.0 - p).log2()) * 66e6;
    let bits = bytes as f64 * 8.0;
    assert!(bits < 1.05 * entropy, "{} bits a spike, entropy {}", bits / spikes as f64, entropy / spikes as f64);
}

#[test]
fn a_damaged_block_is_named_and_the_rest_is_read() {
    let header = header(300, 100);
    let samples = samples(&header, 500, 20);
    let bytes = write(&header, &samples, 0);
    let per_block = header.samples_per_block();
    let blocks: Vec<usize> = (0..bytes.len() - 4).filter(|&i| &bytes[i..i + 4] == b"SBLK").collect();
    assert_eq!(blocks.len(), 500usize.div_ceil(per_block));
    for damage_at in [blocks[1], blocks[1] + 9, blocks[1] + 47, blocks[1] + 48, blocks[2] - 1] {
        let mut damaged = bytes.clone();
        damaged[damage_at] ^= 0x40;
        let mut reader = SpkReader::new(&damaged[..]).unwrap();
        let (mut errors, mut found) = (Vec::new(), 0);
        loop {
            match reader.next_block() {
                Ok(None) => break,
                Ok(Some(batch)) => found += batch.num_samples(),
                Err(error) => errors.push(error),
            }
        }
        assert_eq!(found, 500 - per_block, "damage at {damage_at}");
        let position = blocks[1] as u64;
        assert!(matches!(&errors[..], [SpkError::Block { position: p, .. }] if *p == position), "{errors:?}");
        let mut file = SpkFile::new(Cursor::new(&damaged)).unwrap();
        let last = per_block as u64 * 2;
        assert_eq!(file.read(last..500).unwrap().num_samples() as u64, 500 - last);
        assert!(matches!(file.read(0..500), Err(SpkError::Block { .. })));
    }
}

#[test]
fn a_file_that_is_cut_off_gives_what_is_whole() {
    let header = header(300, 100);
    let samples = samples(&header, 500, 20);
    let bytes = write(&header, &samples, 0);
    let per_block = header.samples_per_block() as u64;
    let end = bytes.windows(4).rposition(|w| w == b"SIDX").unwrap();
    for length in (0..bytes.len()).step_by(997).chain([end, end + 4, bytes.len() - 1]) {
        let cut = &bytes[..length];
        let Ok(mut file) = SpkFile::new(Cursor::new(cut)) else { continue };
        assert!(!file.is_whole());
        let held = file.samples();
        assert!(held.end == 500 || held.end % per_block == 0);
        assert_eq!(file.read(held.clone()).unwrap().num_samples() as u64, held.end);
        let mut reader = SpkReader::new(cut).unwrap();
        let mut read = 0;
        let ended = loop {
            match reader.next_block() {
                Ok(Some(batch)) => read += batch.num_samples() as u64,
                other => break other,
            }
        };
        assert_eq!(read, held.end);
        if length < end + 4 {
            assert!(matches!(ended, Err(SpkError::Truncated { samples, .. }) if samples == read), "{length}");
        }
    }
}

#[test]
fn each_refusal_has_its_error() {
    let grid = header(2, 10);
    let bytes = write(&grid, &samples(&grid, 3, 2), 0);
    let read = |bytes: &[u8]| SpkReader::new(bytes).map(|_| ()).unwrap_err();
    assert!(matches!(read(b""), SpkError::BadMagic { .. }));
    assert!(matches!(read(b"PK\x03\x04 something else"), SpkError::BadMagic { .. }));
    assert!(matches!(read(&bytes[..30]), SpkError::Truncated { part: "the header", .. }));
    let mut other = bytes.clone();
    other[8] = 2;
    assert!(matches!(read(&other), SpkError::Version { found: 2, known: 1 }));
    let mut other = bytes.clone();
    other[20] ^= 1;
    assert!(matches!(read(&other), SpkError::HeaderChecksum { .. }));
    let limits = ReadLimits { max_block_bytes: 4 };
    let mut reader = SpkReader::with_limits(&bytes[..], limits).unwrap();
    assert!(matches!(reader.next_block(), Err(SpkError::BlockTooLarge { limit: 4, .. })));
    assert!(matches!(reader.next_block(), Ok(None)));
    let mut writer = SpkWriter::new(Vec::new(), grid.clone(), 0).unwrap();
    let train = SpikeTrain::from_neurons(grid.grid, &[vec![1]]).unwrap();
    assert!(matches!(writer.push(train.view()), Err(SpkError::Shape { expected: 2, found: 1 })));
    let train = SpikeTrain::from_neurons(TimeGrid::new(1, 10).unwrap(), &[vec![1], vec![]]).unwrap();
    assert!(matches!(writer.push(train.view()), Err(SpkError::Grid)));
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(at in 0usize..2000, value: u8, cut in 0usize..2000) {
        let header = header(20, 200);
        let mut bytes = write(&header, &samples(&header, 8, 10), 0);
        let at = at % bytes.len();
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut % bytes.len());
        if let Ok(mut reader) = SpkReader::new(&bytes[..]) {
            for _ in 0..50 {
                if let Ok(None) = reader.next_block() {
                    break;
                }
            }
        }
        if let Ok(mut file) = SpkFile::new(Cursor::new(&bytes)) {
            let _ = file.read(file.samples());
        }
    }
}
