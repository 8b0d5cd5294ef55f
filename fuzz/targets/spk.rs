//! Spike files: bytes as they are, bytes whose checksums are mended, and the rows of a block alone.

use std::io::Cursor;

use spike_core::{SpikeBatch, TimeGrid};
use spike_io::spk::{Provenance, ReadLimits, SpkError, SpkFile, SpkHeader, SpkReader, SpkWriter};

const LIMITS: ReadLimits = ReadLimits { max_block_bytes: 16 << 20 };
const BLOCK_HEADER_BYTES: usize = 48;
/// Rows and spikes that are held at once.
const HELD: u64 = 1 << 22;

/// The first byte says what comes: no spike file begins with 1 or 2.
pub(crate) fn run(data: &[u8]) {
    match data {
        [1, file @ ..] => {
            let mut file = file.to_vec();
            mend(&mut file);
            check(&file, false);
        }
        [2, neurons, samples, steps, low, high, rows @ ..] => {
            let num_spikes = u16::from_le_bytes([*low, *high]);
            check(&one_block(*neurons, *samples, *steps, num_spikes, rows), true);
        }
        _ => check(data, false),
    }
}

/// An order-sensitive sum of rows and spikes.
#[derive(Debug, Default, PartialEq)]
struct Digest {
    num_samples: u64,
    num_spikes: u64,
    sum: u64,
}

impl Digest {
    fn add(&mut self, batch: &SpikeBatch) {
        for sample in batch.samples() {
            self.num_samples += 1;
            self.num_spikes += sample.num_spikes();
            for row in sample.neurons() {
                for number in std::iter::once(row.len() as u32).chain(row.iter().copied()) {
                    self.sum = (self.sum ^ u64::from(number)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
    }

    fn of(file: &[u8]) -> Self {
        let mut reader = SpkReader::new(file).expect("what was written is read");
        let mut digest = Self::default();
        while let Some(batch) = reader.next_block().expect("what was written is read") {
            digest.add(&batch);
        }
        digest
    }
}

/// Reads in order and by sample, and writes again what was read.
fn check(bytes: &[u8], one_block: bool) {
    let Ok(mut reader) = SpkReader::with_limits(bytes, LIMITS) else {
        assert!(SpkFile::new(Cursor::new(bytes)).is_err(), "both readers refuse a header");
        return;
    };
    let header = reader.header().clone();
    let mut writer = SpkWriter::new(Vec::new(), header.clone(), 0).expect("memory takes it");
    let (mut digest, mut num_errors, mut too_large) = (Digest::default(), 0, false);
    loop {
        match reader.next_block() {
            Ok(None) => break,
            Ok(Some(batch)) => {
                digest.add(&batch);
                writer.push_batch(&batch).expect("the rows are those of the header");
            }
            Err(error) => {
                num_errors += 1;
                too_large |= matches!(error, SpkError::BlockTooLarge { .. });
                assert!(num_errors <= 2 * (bytes.len() / BLOCK_HEADER_BYTES) + 2, "reading ends: {error}");
            }
        }
    }
    let (again, _) = writer.finish().expect("memory takes it");
    assert_eq!(Digest::of(&again), digest, "the spikes come back");

    let held = digest.num_samples.saturating_mul(header.num_neurons as u64).saturating_add(digest.num_spikes);
    if too_large || held > HELD {
        return;
    }
    let mut file = SpkFile::new(Cursor::new(bytes)).expect("the header is intact");
    let range = file.samples();
    let none = range.is_empty();
    let read = file.read(range);
    assert!(!one_block || none || read.is_ok() == (num_errors == 0), "both readers agree");
    if let Ok(batch) = read {
        let mut by_sample = Digest::default();
        by_sample.add(&batch);
        assert!(!one_block || by_sample == digest, "both readers find the same spikes");
        let mut writer = SpkWriter::new(Vec::new(), header, 0).expect("memory takes it");
        writer.push_batch(&batch).expect("the rows are those of the header");
        let (again, _) = writer.finish().expect("memory takes it");
        assert_eq!(Digest::of(&again), by_sample, "the spikes come back");
    }
}

/// Puts the right checksums into header, blocks and index, as far as they are found.
fn mend(file: &mut [u8]) {
    let Some(json_bytes) = u32_at(file, 12) else { return };
    let Some(mut at) = put_checksum(file, 0, 16 + u64::from(json_bytes)) else { return };
    while file.get(at..at + 4) == Some(b"SBLK") {
        let (Some(payload_bytes), start) = (u64_at(file, at + 32), at + BLOCK_HEADER_BYTES) else { return };
        let left = file.len().saturating_sub(start);
        let end = start + usize::try_from(payload_bytes).unwrap_or(usize::MAX).min(left);
        let Some(payload) = file.get(start..end) else { return };
        let crc = crc32fast::hash(payload);
        file[at + 40..at + 44].copy_from_slice(&crc.to_le_bytes());
        put_checksum(file, at, 44);
        at = end;
    }
    let Some(trailer) = file.len().checked_sub(20) else { return };
    let (Some(index), Some(bytes)) = (u64_at(file, trailer), u64_at(file, trailer + 8)) else { return };
    if let (Ok(index), Some(bytes)) = (usize::try_from(index), bytes.checked_sub(4)) {
        put_checksum(file, index, bytes);
    }
}

/// Puts the checksum of `count` bytes behind them and returns where it ends.
fn put_checksum(file: &mut [u8], from: usize, count: u64) -> Option<usize> {
    let to = from.checked_add(usize::try_from(count).ok()?)?;
    let crc = crc32fast::hash(file.get(from..to)?);
    file.get_mut(to..to.checked_add(4)?)?.copy_from_slice(&crc.to_le_bytes());
    Some(to + 4)
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?))
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*file.get(at..)?.first_chunk()?))
}

/// A file without an index whose only block holds `rows` as they are.
fn one_block(neurons: u8, samples: u8, steps: u8, num_spikes: u16, rows: &[u8]) -> Vec<u8> {
    let rows = &rows[..rows.len().min(1 << 16)];
    let grid = TimeGrid::new(1000, u32::from(steps) + 1).expect("a short window");
    let num_neurons = usize::from(neurons) + 1;
    let header = SpkHeader { grid, num_neurons, encoding: None, provenance: Provenance::default() };
    let writer = SpkWriter::new(Vec::new(), header, 0).expect("memory takes it");
    let (mut file, _) = writer.finish().expect("memory takes it");
    // The empty index: magic, checksum and trailer.
    file.truncate(file.len() - 28);

    // A zstd frame that states its length in 4 bytes and holds one block that is not compressed.
    let mut payload = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    payload.extend((rows.len() as u32).to_le_bytes());
    payload.extend(&(1 | (rows.len() as u32) << 3).to_le_bytes()[..3]);
    payload.extend(rows);

    let start = file.len();
    file.extend(b"SBLK");
    file.extend(0u64.to_le_bytes());
    file.extend(u32::from(samples).to_le_bytes());
    file.extend(u64::from(num_spikes).to_le_bytes());
    file.extend((rows.len() as u64).to_le_bytes());
    file.extend((payload.len() as u64).to_le_bytes());
    file.extend(crc32fast::hash(&payload).to_le_bytes());
    file.extend(crc32fast::hash(&file[start..]).to_le_bytes());
    file.extend(payload);
    file.extend(b"SIDX");
    file
}
