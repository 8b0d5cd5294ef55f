//! Spikes in every format come back, and broken files are errors.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use spike_core::{SpikeTrain, TimeGrid};
use spike_io::spikes::{SpikeFormat, SpikeWriter, open_spikes};
use spike_io::spk::{Provenance, SpkError, SpkHeader};
use std::io::Cursor;

const FORMATS: [SpikeFormat; 3] = [SpikeFormat::Spk, SpikeFormat::Npz, SpikeFormat::Csv];

fn header() -> SpkHeader {
    let grid = TimeGrid::from_ms(10.0, 0.1).unwrap();
    SpkHeader { grid, num_neurons: 3, encoding: None, provenance: Provenance::default() }
}

fn samples() -> Vec<SpikeTrain> {
    let rows: [[Vec<u32>; 3]; 4] = [
        [vec![], vec![0, 99], vec![5]],
        [vec![], vec![], vec![]],
        [vec![7], vec![], vec![1, 2, 3]],
        [vec![], vec![], vec![]],
    ];
    rows.iter().map(|r| SpikeTrain::from_neurons(header().grid, r).unwrap()).collect()
}

fn write(format: SpikeFormat, samples: &[SpikeTrain]) -> Vec<u8> {
    let mut writer = SpikeWriter::new(format, Vec::new(), header(), 40).unwrap();
    for sample in samples {
        writer.push(sample.view()).unwrap();
    }
    let (bytes, summary) = writer.finish().unwrap();
    assert_eq!(summary.num_bytes, bytes.len() as u64, "{format}");
    bytes
}

#[test]
fn every_format_gives_back_what_it_was_given() {
    for format in FORMATS {
        for samples in [&samples()[..], &samples()[1..2]] {
            let mut source = open_spikes(Cursor::new(write(format, samples)), format).unwrap();
            assert_eq!(source.header(), &header());
            assert_eq!(source.samples(), 40..40 + samples.len() as u64);
            let batch = source.read(source.samples()).unwrap();
            let found: Vec<SpikeTrain> = batch.samples().map(|s| s.to_train(0, None)).collect();
            assert_eq!(found, samples, "{format}");
            if samples.len() == 4 {
                let part = source.read(42..43).unwrap();
                assert_eq!((part.first_sample(), part.sample(0).neuron(2)), (42, &[1, 2, 3][..]));
                assert!(matches!(source.read(39..41), Err(SpkError::NoSuchSample { .. })));
            }
        }
    }
}

#[test]
fn a_cut_file_is_an_error_or_shorter() {
    for format in [SpikeFormat::Npz, SpikeFormat::Csv] {
        let bytes = write(format, &samples());
        for length in 0..bytes.len() - 1 {
            assert!(open_spikes(Cursor::new(bytes[..length].to_vec()), format).is_err(), "{format} {length}");
        }
    }
}

#[test]
fn broken_tables_name_the_line() {
    let text = String::from_utf8(write(SpikeFormat::Csv, &samples())).unwrap();
    let read = |text: String| open_spikes(Cursor::new(text.into_bytes()), SpikeFormat::Csv).unwrap_err();
    for (from, to, line) in [
        ("40,1,99", "40,1,x", 4),
        ("40,1,99", "40,3,99", 4),
        ("40,2,5", "39,2,5", 5),
        ("40,2,5", "40,0,5", 5),
        ("42,2,3", "42,2,4294967296", 9),
        ("sample,neuron,step", "t,n", 2),
    ] {
        let error = read(text.replace(from, to));
        assert!(matches!(error, SpkError::Table { line: l, .. } if l == line), "{to}: {error}");
    }
    assert!(matches!(read(text.replace("42,2,2\n", "")), SpkError::Table { .. }));
    assert!(matches!(read(text.replace("40,1,99", "40,1,100")), SpkError::Spikes(_)));
    // The last index there is: a reader must not add beyond it.
    let last = text.replace("\"first_sample\":40", "\"first_sample\":18446744073709551615");
    let silent: Vec<&str> = last.lines().filter(|l| !l.starts_with('4')).collect();
    let silent = silent.join("\n").replace("\"num_spikes\":7", "\"num_spikes\":0") + "\n";
    let mut source = open_spikes(Cursor::new(silent.clone().into_bytes()), SpikeFormat::Csv).unwrap();
    assert!(source.read(source.samples()).is_ok());
    let huge = text.replace("\"num_samples\":4", "\"num_samples\":4000000000000");
    assert!(matches!(read(huge), SpkError::Table { .. }));
}
