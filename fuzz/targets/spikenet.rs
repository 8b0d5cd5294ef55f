//! Arbitrary bytes as a `.spikenet` file.

use spike_convert::{Simulation, SpikingNetwork};

/// Networks with larger results are read but not run.
const MAX_VALUES: usize = 1 << 12;

pub(crate) fn run(data: &[u8]) {
    let Ok(network) = SpikingNetwork::from_spikenet(data) else { return };
    let bytes = network.to_spikenet().expect("what was read can be written");
    let again = SpikingNetwork::from_spikenet(&bytes).expect("what was written can be read");
    assert_eq!(again.to_spikenet().expect("as before"), bytes, "a network has one file");
    let values: usize = network.graph().nodes().iter().map(|node| node.num_values()).fold(0, usize::saturating_add);
    if MAX_VALUES < values {
        return;
    }
    let Ok(simulation) = Simulation::<f32>::new(&network) else { return };
    let mut state = simulation.state();
    if simulation.begin(&mut state, &vec![0.5; simulation.num_inputs()]).is_ok() {
        (0..3).for_each(|_| simulation.step(&mut state));
    }
}
