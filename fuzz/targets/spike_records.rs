//! Containers of spike records: bytes as they are, and bytes whose checksums are mended.

use spike_hw::{RecordError, RecordReader, RecordWriter, SpikeRecord, pack_host_words};

const HEADER_BYTES: usize = 32;
const PART_BYTES: usize = 16;

/// The first byte says what comes: no container begins with 1.
pub(crate) fn run(data: &[u8]) {
    match data {
        [1, file @ ..] => {
            let mut file = file.to_vec();
            mend(&mut file);
            check(&file);
        }
        _ => check(data),
    }
}

/// Reads to the end and writes again what was read.
fn check(bytes: &[u8]) {
    let Ok(mut reader) = RecordReader::new(bytes) else { return };
    let mut records: Vec<SpikeRecord> = Vec::new();
    let mut num_errors = 0;
    loop {
        match reader.next_block() {
            Ok(None) => break,
            Ok(Some(block)) => records.extend(block),
            Err(error) => {
                num_errors += 1;
                assert!(num_errors <= bytes.len() / PART_BYTES + 2, "reading ends: {error}");
                if let RecordError::Truncated { position, .. } = error {
                    assert_eq!(position, bytes.len() as u64, "a truncated file ends where it ends");
                }
            }
        }
    }
    assert!(records.len() * 28 <= bytes.len(), "records are not invented");
    let mut writer = RecordWriter::new(Vec::new(), reader.header()).expect("memory takes it");
    for &record in &records {
        writer.push(record).expect("what was read is in order and in range");
        pack_host_words(&[record]).expect("what was read is in range");
    }
    let again = writer.finish().expect("memory takes it");
    let mut reader = RecordReader::new(&again[..]).expect("what was written is read");
    let mut found = Vec::new();
    while let Some(block) = reader.next_block().expect("what was written is read") {
        found.extend(block);
    }
    assert_eq!(found, records, "the records come back");
}

/// Puts the right checksums into header, blocks and end, as far as they are found.
fn mend(file: &mut [u8]) {
    put_checksum(file, 0, 28);
    let mut at = HEADER_BYTES;
    while let Some(part) = file.get(at..at + PART_BYTES) {
        let count = u32::from_le_bytes([part[4], part[5], part[6], part[7]]) as usize;
        if part.starts_with(b"RBLK") {
            let start = at + PART_BYTES;
            let end = (start + count.min(1 << 16) * 28).min(file.len());
            let crc = crc32fast::hash(&file[start..end]);
            file[at + 8..at + 12].copy_from_slice(&crc.to_le_bytes());
            put_checksum(file, at, 12);
            at = end;
        } else {
            put_checksum(file, at, 12);
            at += PART_BYTES;
        }
    }
}

/// Puts the checksum of `count` bytes behind them.
fn put_checksum(file: &mut [u8], from: usize, count: usize) {
    let Some(part) = file.get(from..from + count) else { return };
    let crc = crc32fast::hash(part).to_le_bytes();
    if let Some(to) = file.get_mut(from + count..from + count + 4) {
        to.copy_from_slice(&crc);
    }
}
