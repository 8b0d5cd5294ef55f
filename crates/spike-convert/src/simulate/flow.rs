//! How values pass along one connection.

use super::events::Events;
use crate::plan::Edge;
use spike_sim::Real;

/// Adds what events cause to the targets.
pub(super) fn add_events<F: Real>(arch: pulp::Arch, edge: &Edge<F>, events: &Events<F>, targets: &mut [F]) {
    match edge {
        Edge::Identity => events.iter().for_each(|(i, amplitude)| targets[i as usize] += amplitude),
        Edge::Synapses(synapses) => synapses.scatter(arch, &events.sources, &events.amplitudes, targets),
        Edge::Mapping(mapping) => mapping.scatter(&events.sources, &events.amplitudes, targets),
    }
}

/// Adds values of which many may be 0. What is not 0 is left in the list.
pub(super) fn add_values<F: Real>(
    arch: pulp::Arch,
    edge: &Edge<F>,
    values: &[F],
    events: &mut Events<F>,
    targets: &mut [F],
) {
    events.clear();
    if matches!(edge, Edge::Identity) {
        targets.iter_mut().zip(values).for_each(|(target, &value)| *target += value);
        return;
    }
    for (i, &value) in (0u32..).zip(values) {
        if value != F::default() {
            events.push(i, value);
        }
    }
    add_events(arch, edge, events, targets);
}

/// Weights other than 0 that the spikes behind the events meet.
pub(super) fn operations<F: Real>(edge: &Edge<F>, events: &Events<F>) -> u64 {
    let Edge::Synapses(synapses) = edge else {
        // Moves, means and sums of values are wiring.
        return 0;
    };
    let fan_outs = events.sources.iter().map(|&source| u64::from(synapses.fan_out(source)));
    match events.merged.as_slice() {
        [] => fan_outs.sum(),
        merged => fan_outs.zip(merged).map(|(fan_out, &number)| fan_out * u64::from(number)).sum(),
    }
}

/// The place of the largest value along an axis, the first of several.
pub(super) fn winners<F: Real>(values: &[F], axis: usize, shape: &[usize], winners: &mut Vec<u32>) {
    let (length, inner): (usize, usize) = (shape[axis], shape[axis + 1..].iter().product());
    for outer in 0..values.len() / (length * inner) {
        for offset in 0..inner {
            let at = |i: usize| (outer * length + i) * inner + offset;
            let best = (1..length).fold(0, |best, i| if values[at(best)] < values[at(i)] { i } else { best });
            winners.push(at(best) as u32);
        }
    }
}
