//! EIEIO packets alone, and files of them, as they are and with checksums mended.

use spike_hw::eieio::{EieioError, EieioMessage, EieioReader, EieioWriter};

/// The first byte says what comes: 1 a file whose checksums are mended, 2 a packet, anything else a file.
pub(crate) fn run(data: &[u8]) {
    match data {
        [1, file @ ..] => {
            let mut file = file.to_vec();
            mend(&mut file);
            check_file(&file);
        }
        [2, packet @ ..] => check_packet(packet),
        _ => check_file(data),
    }
}

fn check_packet(bytes: &[u8]) {
    let Ok(message) = EieioMessage::from_bytes(bytes) else { return };
    assert_eq!(message.to_bytes().expect("what was read is written"), bytes, "a packet has one form");
    if let EieioMessage::Data(data) = &message {
        assert_eq!(data.effective().len(), data.elements().len());
    }
}

fn check_file(bytes: &[u8]) {
    let Ok(mut reader) = EieioReader::new(bytes) else { return };
    let mut messages = Vec::new();
    let mut num_errors = 0;
    loop {
        match reader.next_packet() {
            Ok(None) => break,
            Ok(Some(message)) => messages.push(message),
            Err(error) => {
                num_errors += 1;
                assert!(num_errors <= bytes.len() / 8 + 2, "reading ends: {error}");
                if let EieioError::FileTruncated { position, .. } = error {
                    assert_eq!(position, bytes.len() as u64, "a truncated file ends where it ends");
                }
            }
        }
    }
    let mut writer = EieioWriter::new(Vec::new()).expect("memory takes it");
    messages.iter().for_each(|message| writer.push(message).expect("what was read is written"));
    let again = writer.finish().expect("memory takes it");
    let mut reader = EieioReader::new(&again[..]).expect("what was written is read");
    for message in &messages {
        assert_eq!(reader.next_packet().expect("what was written is read").as_ref(), Some(message));
    }
    assert!(reader.next_packet().expect("what was written is read").is_none());
}

/// Puts the right checksums into header, packets and end, as far as they are found.
fn mend(file: &mut [u8]) {
    let mut at = 0;
    let mut content = 0..12;
    let mut place = 12;
    while let Some(bytes) = file.get(content.clone()) {
        let crc = crc32fast::hash(bytes).to_le_bytes();
        let Some(to) = file.get_mut(place..place + 4) else { return };
        to.copy_from_slice(&crc);
        at = if at == 0 { 16 } else { content.end };
        let Some(length) = file.get(at..at + 4) else { return };
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        place = at + 4;
        content = at + 8..at + 8 + if length == 0 { 8 } else { length };
    }
}
