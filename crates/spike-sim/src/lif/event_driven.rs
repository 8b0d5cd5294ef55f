//! A population that moves from event to event.

use crate::lif::cell::Cell;
use crate::lif::population::LifPopulation;
use spike_core::{Event, SpikeView};

/// Runs a window. The state before and after is that of the clock-driven run, but for rounding.
pub(super) fn run(population: &mut LifPopulation, spikes: SpikeView<'_>) -> Vec<Event> {
    let dynamics = population.dynamics.clone();
    let jumps = population.jumps.clone();
    let mut cells = load(population);
    let (connections, delivery, now) = population.clockwork();
    let start = *now;
    let end = start + u64::from(spikes.grid().num_steps());
    let lead = i64::from(dynamics.schedule.input_before_test());
    let events = spikes.events();
    let mut emitted = Vec::new();
    let mut sources = Vec::new();
    let mut next = 0;
    loop {
        let emission = events.get(next).map(|event| start + u64::from(event.step));
        let arrival = delivery.next_step();
        let Some(step) = emission.into_iter().chain(arrival).min().filter(|&step| step < end) else { break };
        sources.clear();
        let same = events[next..].iter().take_while(|event| start + u64::from(event.step) == step);
        sources.extend(same.map(|event| event.neuron));
        next += sources.len();
        for &group in delivery.arrivals(connections, step, &sources) {
            let (targets, weights) = connections.fan_out(group);
            for (&target, &weight) in targets.iter().zip(weights) {
                let cell = &mut cells[target as usize];
                cell.advance(&dynamics, &jumps, step as i64 - lead, |at| {
                    emitted.push(Event { step: (at as u64 - start) as u32, neuron: target });
                });
                cell.take(&dynamics, &jumps, weight);
            }
        }
    }
    for (neuron, cell) in (0u32..).zip(&mut cells) {
        cell.advance(&dynamics, &jumps, end as i64 - 1, |at| {
            emitted.push(Event { step: (at as u64 - start) as u32, neuron });
        });
        cell.settle(&dynamics);
    }
    *now = end;
    store(population, &cells);
    emitted
}

fn load(population: &LifPopulation) -> Vec<Cell> {
    // Steps before the first one that changes the state count as done.
    let first = population.dynamics.schedule.first_step();
    let at = population.now().max(first) as i64 - 1;
    let state = &population.state;
    (0..population.num_neurons())
        .map(|n| {
            let current = state.current.get(n).copied().unwrap_or(0.0);
            let kept = population.kept.get(n).copied().unwrap_or(0.0);
            Cell::new(state.v[n], current, state.free_from[n], at, kept)
        })
        .collect()
}

fn store(population: &mut LifPopulation, cells: &[Cell]) {
    let state = &mut population.state;
    population.returning.clear();
    for (n, cell) in cells.iter().enumerate() {
        state.v[n] = cell.v;
        state.free_from[n] = cell.free_from;
        if let Some(current) = state.current.get_mut(n) {
            *current = cell.current;
        }
        if let Some(kept) = population.kept.get_mut(n) {
            *kept = cell.kept;
            if cell.at < cell.free_from {
                population.returning.push_back((cell.free_from, n as u32));
            }
        }
    }
    population.returning.make_contiguous().sort_unstable();
}
