//! Arbitrary bytes as spikes of SONATA.

use spike_core::{Duplicates, Rounding, SpikeTrain};
use spike_io::spikes::SpikeSource;
use spike_io::spikes::sonata::{SonataGrid, SonataOptions, SonataWriter, open_sonata};

/// Rows that are held at once.
const HELD: u64 = 1 << 20;

pub(crate) fn run(data: &[u8]) {
    for rounding in [Rounding::Exact, Rounding::Floor] {
        let grid = SonataGrid { dt_ns: 100_000, num_steps: None, rounding, duplicates: Duplicates::Merge };
        let options = SonataOptions { population: None, grid: Some(grid) };
        let Ok((mut source, _)) = open_sonata(data, &options) else { continue };
        let range = source.samples();
        let num_rows = (range.end - range.start).saturating_mul(source.header().num_neurons as u64);
        if HELD < num_rows {
            continue;
        }
        let found = trains(&mut *source);
        let mut writer = SonataWriter::new(Vec::new(), source.header().clone(), range.start);
        // A window may be longer than SONATA can say.
        if found.iter().any(|train| writer.push(train.view()).is_err()) {
            continue;
        }
        let (again, _) = writer.finish().expect("memory takes it");
        let (mut again, _) = open_sonata(&again[..], &SonataOptions::default()).expect("what was written is read");
        assert_eq!(again.samples(), range);
        assert!(trains(&mut *again) == found, "the spikes come back");
    }
}

fn trains(source: &mut dyn SpikeSource) -> Vec<SpikeTrain> {
    let batch = source.read(source.samples()).expect("every sample is held");
    batch.samples().map(|sample| sample.to_train(0, None)).collect()
}
