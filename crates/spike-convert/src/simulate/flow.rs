//! How values pass along one connection.

use crate::plan::Edge;
use spike_sim::Real;

/// Adds what events cause to the targets.
pub(super) fn add_events<F: Real>(
    arch: pulp::Arch,
    edge: &Edge<F>,
    (sources, amplitudes): (&[u32], &[F]),
    targets: &mut [F],
) {
    match edge {
        Edge::Identity => {
            sources.iter().zip(amplitudes).for_each(|(&i, &amplitude)| targets[i as usize] += amplitude);
        }
        Edge::Synapses(synapses) => synapses.scatter(arch, sources, amplitudes, targets),
        Edge::Mapping(mapping) => mapping.scatter(sources, amplitudes, targets),
    }
}

/// Adds values of which many may be 0. What is not 0 is left in the lists.
pub(super) fn add_values<F: Real>(
    arch: pulp::Arch,
    edge: &Edge<F>,
    values: &[F],
    (sources, amplitudes): (&mut Vec<u32>, &mut Vec<F>),
    targets: &mut [F],
) {
    sources.clear();
    amplitudes.clear();
    if matches!(edge, Edge::Identity) {
        targets.iter_mut().zip(values).for_each(|(target, &value)| *target += value);
        return;
    }
    for (i, &value) in (0u32..).zip(values) {
        if value != F::default() {
            sources.push(i);
            amplitudes.push(value);
        }
    }
    add_events(arch, edge, (sources, amplitudes), targets);
}

/// Weights other than 0 that the events meet.
pub(super) fn operations<F: Real>(edge: &Edge<F>, sources: &[u32]) -> u64 {
    match edge {
        Edge::Synapses(synapses) => sources.iter().map(|&source| u64::from(synapses.fan_out(source))).sum(),
        // Moves, means and sums of values are wiring.
        Edge::Identity | Edge::Mapping(_) => 0,
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
