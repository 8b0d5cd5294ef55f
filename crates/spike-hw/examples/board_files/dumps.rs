//! The documented dumps: names and bytes.

use super::{digit, networks};
use spike_core::SpikeTrain;
use spike_hw::eieio::{EieioMessage, EieioWriter, timed_spikes};
use spike_hw::{AxonAddress, AxonType, RecordHeader, RecordWriter, pack_host_words, spike_records};
use spike_io::spikes::sonata::SonataWriter;
use spike_io::spk::{Provenance, SpkHeader};
use std::error::Error;

/// The key of the first neuron on SpiNNaker.
const FIRST_KEY: u32 = 0x70000;

/// A file's name and its bytes.
type Dump = (&'static str, Vec<u8>);

/// All dumps.
pub(crate) fn dumps() -> Result<Vec<Dump>, Box<dyn Error>> {
    let train = digit::digit()?;
    let (records, words) = loihi(&train)?;
    Ok(vec![
        ("digit.records", records),
        ("digit.words", words),
        ("digit.eieio", eieio(&train)?),
        ("digit.h5", sonata(&train)?),
        ("every_layer.net", networks::netx().to_bytes()?),
        ("every_node.nir", networks::nir().to_bytes()?),
    ])
}

/// Records in their container, and the words of the same spikes: every neuron is an axon of core 5.
fn loihi(train: &SpikeTrain) -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    let axon = |neuron| AxonAddress { chip: 0, core: 5, axon: neuron, axon_type: AxonType::Discrete, atom: 0 };
    let targets: Vec<Vec<AxonAddress>> = (0..train.view().num_neurons() as u16).map(|n| vec![axon(n)]).collect();
    let records = spike_records(train.view(), &targets)?;
    let grid = train.view().grid();
    let header = RecordHeader { step_ns: grid.dt_ns(), num_steps: grid.num_steps(), dialect: None };
    let mut writer = RecordWriter::new(Vec::new(), header)?;
    records.iter().try_for_each(|&record| writer.push(record))?;
    let words = pack_host_words(&records)?.iter().flat_map(|word| word.to_le_bytes()).collect();
    Ok((writer.finish()?, words))
}

fn eieio(train: &SpikeTrain) -> Result<Vec<u8>, Box<dyn Error>> {
    let keys: Vec<u32> = (FIRST_KEY..).take(train.view().num_neurons()).collect();
    let mut writer = EieioWriter::new(Vec::new())?;
    for packet in timed_spikes(train.view(), &keys)? {
        writer.push(&EieioMessage::Data(packet))?;
    }
    Ok(writer.finish()?)
}

fn sonata(train: &SpikeTrain) -> Result<Vec<u8>, Box<dyn Error>> {
    let view = train.view();
    let provenance = Provenance { source: "digit".to_owned(), source_samples: 1, ..Provenance::default() };
    let encoding = train.encoding().map(|encoding| encoding.as_ref().clone());
    let header = SpkHeader { grid: view.grid(), num_neurons: view.num_neurons(), encoding, provenance };
    let mut writer = SonataWriter::new(Vec::new(), header, 0).with_population("digit")?;
    writer.push(view)?;
    Ok(writer.finish()?.0)
}
