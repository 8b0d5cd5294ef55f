//! Arbitrary bytes as spikes in text.

use std::io::Cursor;

use spike_core::SpikeTrain;
use spike_io::spikes::{SpikeFormat, SpikeSource, SpikeWriter, open_spikes};

/// Rows that are held at once.
const HELD: u64 = 1 << 20;

pub(crate) fn run(data: &[u8]) {
    let Ok(mut source) = open_spikes(Cursor::new(data.to_vec()), SpikeFormat::Csv) else { return };
    let range = source.samples();
    let num_rows = (range.end - range.start).saturating_mul(source.header().num_neurons as u64);
    if num_rows > HELD {
        return;
    }
    let found = trains(&mut *source);
    let header = source.header().clone();
    let mut writer = SpikeWriter::new(SpikeFormat::Csv, Vec::new(), header, range.start).expect("memory takes it");
    for train in &found {
        writer.push(train.view()).expect("the rows are those of the header");
    }
    let (again, _) = writer.finish().expect("memory takes it");
    let mut again = open_spikes(Cursor::new(again), SpikeFormat::Csv).expect("what was written is read");
    assert_eq!(again.samples(), range);
    assert!(trains(&mut *again) == found, "the spikes come back");
}

fn trains(source: &mut dyn SpikeSource) -> Vec<SpikeTrain> {
    let batch = source.read(source.samples()).expect("every sample is held");
    batch.samples().map(|sample| sample.to_train(0, None)).collect()
}
