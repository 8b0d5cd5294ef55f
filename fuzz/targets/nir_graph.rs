//! Arbitrary bytes as a graph of NIR.

use spike_io::nir::NirGraph;

pub(crate) fn run(data: &[u8]) {
    let Ok(graph) = NirGraph::from_bytes(data) else { return };
    // Names and texts that HDF5 cannot hold are refused.
    let Ok(bytes) = graph.to_bytes() else { return };
    let again = NirGraph::from_bytes(&bytes).expect("what was written is read");
    // Bytes, since a parameter may be NaN, which is not itself.
    assert!(again.to_bytes().expect("it was written before") == bytes, "the graph comes back");
}
