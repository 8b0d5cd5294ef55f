//! Containers of records and packets: what is whole is given, what is damaged or cut off is said.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use spike_hw::eieio::{
    EieioCommand, EieioCommandId, EieioData, EieioElement, EieioError, EieioHeader, EieioMessage, EieioReader,
    EieioType, EieioWriter,
};
use spike_hw::{AxonAddress, AxonType, Dialect, RecordError, RecordHeader, RecordReader, RecordWriter, SpikeRecord};

const HEADER_BYTES: usize = 32;
const BLOCK_BYTES: usize = 16 + 1024 * 28;
const HEADER: RecordHeader = RecordHeader { step_ns: 1_000_000, num_steps: 9999, dialect: Some(Dialect::NengoLoihi) };

fn records(n: u32) -> Vec<SpikeRecord> {
    let at = |i: u32| AxonAddress {
        chip: i % 3,
        core: (i * 7 % 1024) as u16,
        axon: (i * 31 % 4096) as u16,
        axon_type: [AxonType::Discrete, AxonType::Pop16 { atom_bits_extra: (i % 5) as u8 }, AxonType::Pop32]
            [i as usize % 3],
        atom: (i * 3 % 1024) as u16,
    };
    (0..n).map(|i| SpikeRecord { step: i / 5, to: at(i) }).collect()
}

fn file(records: &[SpikeRecord]) -> Vec<u8> {
    let mut writer = RecordWriter::new(Vec::new(), HEADER).unwrap();
    records.iter().for_each(|&record| writer.push(record).unwrap());
    writer.finish().unwrap()
}

/// All records up to the first error, and the error.
fn read(bytes: &[u8]) -> (Vec<SpikeRecord>, Option<RecordError>) {
    let mut found = Vec::new();
    let mut reader = match RecordReader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (found, Some(error)),
    };
    loop {
        match reader.next_block() {
            Ok(Some(block)) => found.extend(block),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

#[test]
fn records_come_back() {
    for n in [0, 1, 1023, 1024, 1025, 5000] {
        let written = records(n);
        let bytes = file(&written);
        assert_eq!(bytes.len(), HEADER_BYTES + (n as usize).div_ceil(1024) * 16 + n as usize * 28 + 16);
        assert_eq!(RecordReader::new(&bytes[..]).unwrap().header(), HEADER);
        let (found, error) = read(&bytes);
        assert!(error.is_none() && found == written);
    }
}

#[test]
fn a_truncated_file_gives_its_whole_blocks_and_says_where_it_ends() {
    let written = records(2500);
    let bytes = file(&written);
    for end in (1..bytes.len()).step_by(97).chain([HEADER_BYTES, HEADER_BYTES + BLOCK_BYTES, bytes.len() - 1]) {
        let whole = match end.checked_sub(HEADER_BYTES) {
            None => 0,
            // The last block holds 452 records.
            Some(body) if body >= 2 * BLOCK_BYTES + 16 + 452 * 28 => 2500,
            Some(body) => body / BLOCK_BYTES * 1024,
        };
        let (found, error) = read(&bytes[..end]);
        assert_eq!(found, written[..whole], "cut at {end}");
        let Some(RecordError::Truncated { position, records, .. }) = error else { panic!("cut at {end}: {error:?}") };
        assert_eq!((position, records), (end as u64, whole as u64));
    }
}

#[test]
fn a_damaged_byte_is_noticed_and_reading_goes_on() {
    let written = records(2500);
    let good = file(&written);
    for at in (0..good.len()).step_by(61) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        let (_, error) = read(&bytes);
        assert!(error.is_some(), "byte {at}");
    }
    let mut bytes = good;
    bytes[HEADER_BYTES + 16 + 100] ^= 1;
    let mut reader = RecordReader::new(&bytes[..]).unwrap();
    assert!(matches!(reader.next_block(), Err(RecordError::Block { position: 32, records: 0, .. })));
    assert_eq!(reader.next_block().unwrap().unwrap(), written[1024..2048]);
    assert_eq!(reader.next_block().unwrap().unwrap(), written[2048..]);
    assert!(matches!(reader.next_block(), Err(RecordError::Count { stated: 2500, found: 1476 })));
    assert!(reader.next_block().unwrap().is_none());
}

#[test]
fn other_files_are_refused_by_name() {
    assert!(matches!(read(b"").1, Some(RecordError::BadMagic { .. })));
    assert!(matches!(read(b"SPKEIEIO").1, Some(RecordError::BadMagic { .. })));
    let mut bytes = file(&[]);
    bytes[8] = 2;
    assert!(matches!(read(&bytes).1, Some(RecordError::Version { found: 2, known: 1 })));
    let mut bytes = file(&records(3));
    bytes.push(0);
    assert!(matches!(read(&bytes), (found, Some(RecordError::Trailing { .. })) if found.len() == 3));
}

#[test]
fn records_have_to_be_in_order() {
    let mut writer = RecordWriter::new(Vec::new(), HEADER).unwrap();
    let [mut first, mut second] = [records(1)[0]; 2];
    (first.step, second.step) = (7, 6);
    writer.push(first).unwrap();
    assert!(matches!(writer.push(second), Err(RecordError::Order { index: 1, step: 6, previous: 7 })));
}

fn messages() -> Vec<EieioMessage> {
    let data = |n: u32| {
        let header = EieioHeader { payload_base: Some(n), ..EieioHeader::plain(EieioType::Key16) };
        let elements = (0..n).map(|key| EieioElement { key, payload: None }).collect();
        EieioMessage::Data(EieioData::new(header, elements).unwrap())
    };
    let command = EieioCommand::new(EieioCommandId::Database, b"keys.sqlite3".to_vec());
    vec![data(0), data(5), EieioMessage::Command(command), data(100)]
}

fn packets(bytes: &[u8]) -> (Vec<EieioMessage>, Option<EieioError>) {
    let mut found = Vec::new();
    let mut reader = match EieioReader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (found, Some(error)),
    };
    loop {
        match reader.next_packet() {
            Ok(Some(packet)) => found.push(packet),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

#[test]
fn packets_come_back_and_damage_is_noticed() {
    let mut writer = EieioWriter::new(Vec::new()).unwrap();
    messages().iter().for_each(|message| writer.push(message).unwrap());
    let good = writer.finish().unwrap();
    let (found, error) = packets(&good);
    assert!(error.is_none() && found == messages());
    for end in 1..good.len() {
        let (found, error) = packets(&good[..end]);
        assert!(
            matches!(error, Some(EieioError::FileTruncated { position, packets, .. })
            if position == end as u64 && packets == found.len() as u64),
            "cut at {end}: {error:?}"
        );
        assert_eq!(found, messages()[..found.len()]);
    }
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 4;
        assert!(packets(&bytes).1.is_some(), "byte {at}");
    }
    let mut bytes = good;
    bytes.push(0);
    assert!(matches!(packets(&bytes).1, Some(EieioError::Damaged { packets: 4, .. })));
}
