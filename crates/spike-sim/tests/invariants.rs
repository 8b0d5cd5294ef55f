//! Invariants over random networks: the clock and the events, one thread and two, one window and many, and the
//! order of sources change nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngSeed;
use rayon::ThreadPoolBuilder;
use spike_core::{SpikeBatch, SpikeChunk, SpikeTrain, SpikeView, TimeGrid};
use spike_sim::{
    Connections, Drive, EventQueue, LifNeuron, LifOptions, LifPopulation, Merge, PostsynapticEffect, Refractoriness,
    Reset, Schedule, Synapse,
};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

fn schedule() -> impl Strategy<Value = Schedule> {
    prop_oneof![Just(Schedule::Brian2), Just(Schedule::Nest), Just(Schedule::Lava)]
}

/// Options that are valid for steps of 0.1 ms.
fn options() -> impl Strategy<Value = LifOptions> {
    let synapse = prop_oneof![
        Just(PostsynapticEffect::Delta),
        // One step: under Lava nothing of a current or potential is left after it.
        prop_oneof![1 => Just(0.1), 4 => 0.1f64..30.0].prop_map(|tau_ms| PostsynapticEffect::Exponential { tau_ms }),
    ];
    let reset = prop_oneof![Just(Reset::Zero), Just(Reset::Subtract), (-2.0f64..0.9).prop_map(Reset::To)];
    let bias = prop_oneof![2 => Just(0.0), 1 => -0.5f64..1.5];
    let refractory = prop_oneof![Just(0u32), 1u32..40];
    let tau = prop_oneof![1 => Just(0.1), 8 => 0.2f64..50.0];
    (schedule(), synapse, reset, bias, refractory, any::<bool>(), tau, -0.5f64..0.9, 0.1f64..4.0).prop_map(
        |(schedule, synapse, reset, bias, refractory, other, tau_ms, initial, resistance)| {
            let refractoriness = match (other, schedule, synapse) {
                (true, Schedule::Brian2, _) => Refractoriness::Integrating,
                (true, Schedule::Nest, PostsynapticEffect::Delta) => Refractoriness::Accumulating,
                _ => Refractoriness::Held,
            };
            LifOptions {
                tau_ms,
                initial,
                reset,
                refractory_ms: f64::from(refractory) * 0.1,
                refractoriness,
                synapse,
                resistance,
                // Lava adds the bias in every step.
                bias: if schedule == Schedule::Lava { bias * 0.1 / tau_ms } else { bias },
                schedule,
                ..LifOptions::default()
            }
        },
    )
}

#[derive(Debug, Clone)]
struct Network {
    options: LifOptions,
    connections: Connections,
    inputs: SpikeTrain,
}

const SOURCES: u32 = 6;
const TARGETS: u32 = 9;

fn grid(num_steps: u32) -> TimeGrid {
    TimeGrid::new(100_000, num_steps).unwrap()
}

fn rows(num_steps: u32) -> impl Strategy<Value = SpikeTrain> {
    let row = prop::collection::btree_set(0..num_steps, 0..30);
    prop::collection::vec(row, SOURCES as usize).prop_map(move |rows| {
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        SpikeTrain::from_neurons(grid(num_steps), &rows).unwrap()
    })
}

fn network(num_steps: u32) -> impl Strategy<Value = Network> {
    let synapse = (0..SOURCES, 0..TARGETS, -0.6f64..2.0, prop_oneof![Just(0u32), 0u32..50]);
    (options(), prop::collection::vec(synapse, 0..60), rows(num_steps)).prop_map(|(options, synapses, inputs)| {
        // A current must be larger than a jump to have the same effect, except where it is added in every step.
        let gain = match (options.synapse, options.schedule) {
            (PostsynapticEffect::Delta, _) => 1.0,
            (PostsynapticEffect::Exponential { .. }, Schedule::Lava) => 0.05,
            (PostsynapticEffect::Exponential { .. }, _) => 5.0,
        };
        let synapses = synapses.into_iter().map(|(source, target, weight, delay)| {
            let delay_steps = delay.max(options.schedule.min_delay_steps());
            Synapse { source, target, weight: weight * gain, delay_steps }
        });
        Network { options, connections: Connections::new(SOURCES, TARGETS, synapses.collect()).unwrap(), inputs }
    })
}

impl Network {
    fn population(&self) -> LifPopulation {
        LifPopulation::new(&self.options, self.inputs.grid(), self.connections.clone()).unwrap()
    }
}

fn close(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(x, y)| (x - y).abs() <= 1e-12 * y.abs().max(1.0).max(x.abs()))
}

fn part(spikes: SpikeView<'_>, from: u32, to: u32) -> SpikeTrain {
    let inside = |row: &[u32]| row.iter().filter(|&&s| (from..to).contains(&s)).map(|s| s - from).collect::<Vec<u32>>();
    SpikeTrain::from_neurons(grid(to - from), &spikes.neurons().map(inside).collect::<Vec<_>>()).unwrap()
}

proptest! {
    #![proptest_config(fixed(400))]

    #[test]
    fn clock_and_events_give_the_same_spikes_and_states(network in network(700)) {
        let [mut by_clock, mut by_event] = [network.population(), network.population()];
        let expected = by_clock.receive_spikes(network.inputs.view(), Drive::Clock).unwrap();
        let found = by_event.receive_spikes(network.inputs.view(), Drive::Event).unwrap();
        prop_assert_eq!(&found, &expected);
        prop_assert!(close(&by_event.to_potentials(), &by_clock.to_potentials()));
        prop_assert!(close(by_event.currents(), by_clock.currents()));
    }

    #[test]
    fn windows_and_changes_of_the_drive_change_nothing(network in network(300), cuts in prop::collection::btree_set(1u32..300, 0..5), first_by_event: bool) {
        let mut whole = network.population();
        let expected = whole.receive_spikes(network.inputs.view(), Drive::Clock).unwrap();
        let mut parts = network.population();
        let mut found = vec![Vec::new(); TARGETS as usize];
        let mut from = 0;
        let mut by_event = first_by_event;
        for to in cuts.into_iter().chain([300]) {
            let window = part(network.inputs.view(), from, to);
            let drive = if by_event { Drive::Event } else { Drive::Clock };
            let output = parts.receive_spikes(window.view(), drive).unwrap();
            for (row, found) in output.view().neurons().zip(&mut found) {
                found.extend(row.iter().map(|step| step + from));
            }
            (from, by_event) = (to, !by_event);
        }
        prop_assert_eq!(SpikeTrain::from_neurons(grid(300), &found).unwrap(), expected);
        prop_assert!(close(&parts.to_potentials(), &whole.to_potentials()));
        parts.reset();
        prop_assert_eq!(parts.to_potentials(), network.population().to_potentials());
    }

    /// The vector loop against the plain formula of one neuron: equal bits, in any place of the population.
    #[test]
    fn a_population_is_its_neurons(options in options(), inputs in rows(400), delay in 0u32..20, place in 0u32..150) {
        let delay_steps = delay.max(options.schedule.min_delay_steps());
        let gain = if options.synapse == PostsynapticEffect::Delta { 1.0 } else { 5.0 };
        let weights: Vec<f64> = (0..SOURCES).map(|i| gain * (f64::from(i) * 0.31 - 0.2)).collect();
        let synapses = (0..SOURCES).map(|source| Synapse { source, target: place, weight: weights[source as usize], delay_steps });
        let connections = Connections::new(SOURCES, 150, synapses.collect()).unwrap();
        let mut population = LifPopulation::new(&options, inputs.grid(), connections).unwrap();
        let found = population.receive_spikes(inputs.view(), Drive::Clock).unwrap();
        let mut neuron = LifNeuron::new(&options, inputs.grid()).unwrap();
        let expected = neuron.receive_spikes(inputs.view(), &weights, delay_steps, Drive::Clock).unwrap();
        prop_assert_eq!(found.view().neuron(place as usize), expected.view().neuron(0));
        prop_assert_eq!(population.to_potentials()[place as usize], neuron.potential());
    }
}

proptest! {
    #![proptest_config(fixed(30))]

    #[test]
    fn threads_change_no_spike(network in network(200), samples in prop::collection::vec(rows(200), 1..12)) {
        let mut batch = SpikeBatch::new(grid(200), SOURCES as usize, 4);
        for sample in &samples {
            let mut offsets = vec![0u64];
            offsets.extend(sample.view().counts().iter().scan(0, |sum, n| { *sum += n; Some(*sum) }));
            batch.push(SpikeChunk::from_rows(grid(200), offsets, sample.view().steps().to_vec()).unwrap()).unwrap();
        }
        let population = network.population();
        for drive in [Drive::Clock, Drive::Event] {
            let [one, two] = [1, 2].map(|threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| population.run_batch(&batch, drive)).unwrap()
            });
            prop_assert_eq!(&one, &two);
            prop_assert_eq!((one.first_sample(), one.num_samples()), (4, samples.len()));
            for (index, sample) in samples.iter().enumerate() {
                let alone = network.population().receive_spikes(sample.view(), drive).unwrap();
                prop_assert_eq!(one.sample(index), alone.view());
            }
        }
    }

    /// Spikes that change weights: stepping by hand is the run, and the state of the network matters.
    #[test]
    fn steps_by_hand_are_a_run(network in network(300)) {
        let mut whole = network.population();
        let expected = whole.receive_spikes(network.inputs.view(), Drive::Clock).unwrap();
        let mut stepped = network.population();
        let mut found = vec![Vec::new(); TARGETS as usize];
        for step in 0..300 {
            let view = network.inputs.view();
            let sources: Vec<u32> =
                (0..SOURCES).filter(|&s| view.neuron(s as usize).binary_search(&step).is_ok()).collect();
            for &neuron in stepped.step(&sources).unwrap() {
                found[neuron as usize].push(step);
            }
        }
        prop_assert_eq!(SpikeTrain::from_neurons(grid(300), &found).unwrap(), expected);
        prop_assert_eq!(stepped.to_potentials(), whole.to_potentials());
    }
}

/// Pushes in any order, with several spikes of one source and step.
fn pushes() -> impl Strategy<Value = Vec<(u64, u32)>> {
    prop::collection::vec((0u64..60, 0u32..8), 0..200)
}

proptest! {
    #![proptest_config(fixed(200))]

    #[test]
    fn queues_have_one_order(pushes in pushes()) {
        let mut expected: Vec<(u64, u32, usize)> =
            pushes.iter().enumerate().map(|(i, &(step, source))| (step, source, i)).collect();
        expected.sort_unstable();
        for mut queue in [EventQueue::ring(60, 200).unwrap(), EventQueue::heap(200).unwrap()] {
            for (i, &(step, source)) in pushes.iter().enumerate() {
                queue.push(step, source, i).unwrap();
            }
            let popped: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|s| (s.step, s.source, s.payload)).collect();
            prop_assert_eq!(&popped, &expected);
        }
    }

    #[test]
    fn draining_in_parts_is_popping(pushes in pushes(), cuts in prop::collection::btree_set(0u64..60, 0..6)) {
        let [mut ring, mut heap] = [EventQueue::ring(60, 200).unwrap(), EventQueue::heap(200).unwrap()];
        for &(step, source) in &pushes {
            ring.push(step, source, ()).unwrap();
            heap.push(step, source, ()).unwrap();
        }
        let [mut from_ring, mut from_heap] = [Vec::new(), Vec::new()];
        for cut in cuts.into_iter().chain([59]) {
            ring.drain_until(cut, &mut from_ring);
            heap.drain_until(cut, &mut from_heap);
            prop_assert_eq!(&from_ring, &from_heap);
            prop_assert_eq!((ring.now(), heap.now()), (cut + 1, cut + 1));
        }
        prop_assert!(ring.is_empty() && heap.is_empty() && from_ring.len() == pushes.len());
    }

    #[test]
    fn the_order_of_sources_does_not_matter_to_a_merge(trains in prop::collection::vec((rows(100), 0u64..9), 1..6), shuffle in any::<u64>(), capacity in 1usize..40) {
        let merged = |order: &[usize]| {
            let mut merge = Merge::new();
            for &i in order {
                merge.add_train(100 * i as u32, trains[i].0.view(), trains[i].1).unwrap();
            }
            merge.map(|s| (s.step, s.source, s.sequence)).collect::<Vec<_>>()
        };
        let given: Vec<usize> = (0..trains.len()).collect();
        let mut other = given.clone();
        other.rotate_left(shuffle as usize % given.len());
        other.reverse();
        let expected = merged(&given);
        prop_assert!(expected.is_sorted());
        let number = trains.iter().map(|(train, _)| train.num_spikes() as usize).sum::<usize>();
        prop_assert_eq!(expected.len(), number);
        prop_assert_eq!(&merged(&other), &expected);
        // Through a queue of any capacity, which makes the merge wait, nothing is lost.
        let mut merge = Merge::new();
        for &i in &other {
            merge.add_train(100 * i as u32, trains[i].0.view(), trains[i].1).unwrap();
        }
        let mut queue = EventQueue::heap(capacity).unwrap();
        let mut passed = Vec::new();
        loop {
            queue.fill(&mut merge).unwrap();
            prop_assert!(queue.len() <= capacity);
            let Some(spike) = queue.pop() else { break };
            passed.push((spike.step, spike.source));
        }
        prop_assert_eq!(passed, expected.iter().map(|&(step, source, _)| (step, source)).collect::<Vec<_>>());
    }
}

/// The random networks are worth comparing: most of them spike, in every schedule.
#[test]
fn random_networks_spike() {
    let mut runner = proptest::test_runner::TestRunner::new(fixed(1));
    let mut spiking = [(Schedule::Brian2, 0), (Schedule::Nest, 0), (Schedule::Lava, 0)];
    for _ in 0..300 {
        let network = network(700).new_tree(&mut runner).unwrap().current();
        let spikes = network.population().receive_spikes(network.inputs.view(), Drive::Clock).unwrap().num_spikes();
        for (schedule, count) in &mut spiking {
            *count += u32::from(*schedule == network.options.schedule && 10 < spikes);
        }
    }
    assert!(spiking.iter().all(|&(_, count)| 40 < count), "{spiking:?}");
}

/// Producers on threads of their own, slower and faster, through channels of one spike: the order is that of the
/// recorded trains.
#[test]
fn live_sources_on_threads_are_merged_as_recorded_ones() {
    let trains: Vec<Vec<u32>> = (0..4u32).map(|i| (0..200).map(|n| n * (i + 2) + i % 3).collect()).collect();
    let recorded = SpikeTrain::from_neurons(grid(2000), &trains).unwrap();
    let mut expected = Merge::new();
    expected.add_train(0, recorded.view(), 0).unwrap();
    let mut merge = Merge::new();
    let producers: Vec<_> = (0u32..)
        .zip(trains)
        .map(|(source, steps)| {
            let mut sender = merge.add_live(source, 1).unwrap();
            std::thread::spawn(move || steps.into_iter().for_each(|step| sender.send_blocking(step.into()).unwrap()))
        })
        .collect();
    let mut found = Vec::new();
    while found.len() < 800 {
        found.extend(merge.by_ref());
        std::thread::yield_now();
    }
    producers.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(found.into_iter().eq(expected));
}
