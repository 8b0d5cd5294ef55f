//! Plasticity over random spikes: the clock and the events agree, weights are the sum over pairs, bounds hold, and a
//! population learns as its recorded spikes say.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{SpikeTrain, TimeGrid};
use spike_sim::{
    Connections, Drive, LifOptions, LifPopulation, Pairing, Schedule, SimError, Stdp, StdpOptions, StdpOrder, Synapse,
    WeightDependence,
};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

const STEPS: u32 = 400;

fn grid(num_steps: u32) -> TimeGrid {
    TimeGrid::new(100_000, num_steps).unwrap()
}

fn train(rows: usize, most: usize) -> impl Strategy<Value = SpikeTrain> {
    let row = prop::collection::btree_set(0..STEPS, 0..most);
    prop::collection::vec(row, rows).prop_map(|rows| {
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        SpikeTrain::from_neurons(grid(STEPS), &rows).unwrap()
    })
}

fn options() -> impl Strategy<Value = StdpOptions> {
    let dependence = prop_oneof![
        Just(WeightDependence::Additive),
        Just(WeightDependence::Multiplicative),
        (0.0f64..2.0, 0.0f64..2.0).prop_map(|(p, d)| WeightDependence::Power { potentiation: p, depression: d }),
    ];
    let pairing = prop_oneof![Just(Pairing::AllToAll), Just(Pairing::NearestNeighbour)];
    let order = prop_oneof![Just(StdpOrder::Brian2), Just(StdpOrder::Nest)];
    (dependence, pairing, order, 0.5f64..50.0, 0.5f64..50.0, -0.02f64..0.1, -0.02f64..0.1).prop_map(
        |(dependence, pairing, order, tau_pre_ms, tau_post_ms, potentiation, depression)| StdpOptions {
            tau_pre_ms,
            tau_post_ms,
            potentiation,
            depression,
            min_weight: -0.5,
            max_weight: 1.5,
            dependence,
            pairing,
            order,
        },
    )
}

fn connections(most: u32) -> impl Strategy<Value = Connections> {
    let synapse = (0u32..5, 0u32..4, -0.5f64..1.5, 1..=most);
    prop::collection::vec(synapse, 1..30).prop_map(|synapses| {
        let synapse = |(source, target, weight, delay_steps)| Synapse { source, target, weight, delay_steps };
        Connections::new(5, 4, synapses.into_iter().map(synapse).collect()).unwrap()
    })
}

fn learned(
    options: &StdpOptions,
    drive: Drive,
    connections: &Connections,
    pre: &SpikeTrain,
    post: &SpikeTrain,
) -> (Connections, Stdp) {
    let mut connections = connections.clone();
    let mut stdp = Stdp::new(options, grid(STEPS), drive, &connections).unwrap();
    stdp.apply(&mut connections, pre.view(), post.view()).unwrap();
    (connections, stdp)
}

fn close(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(x, y)| (x - y).abs() <= 1e-12)
}

proptest! {
    #![proptest_config(fixed(200))]

    #[test]
    fn clock_and_events_learn_the_same(options in options(), connections in connections(25), pre in train(5, 30), post in train(4, 30)) {
        let [(by_clock, clock), (by_event, event)] =
            [Drive::Clock, Drive::Event].map(|drive| learned(&options, drive, &connections, &pre, &post));
        prop_assert!(close(by_clock.weights(), by_event.weights()));
        // Traces grow to some ten.
        let scaled = |traces: Vec<f64>| traces.iter().map(|x| x / 30.0).collect::<Vec<_>>();
        prop_assert!(close(&scaled(clock.pre_traces()), &scaled(event.pre_traces())));
        prop_assert!(close(&scaled(clock.post_traces()), &scaled(event.post_traces())));
        prop_assert!(by_clock.weights().iter().all(|w| (-0.5..=1.5).contains(w)));
    }

    /// Without bounds in reach, the additive rule is a sum over pairs, which needs no traces.
    #[test]
    fn additive_weights_are_sums_over_pairs(options in options(), delay in 1u32..25, pre in train(1, 20), post in train(1, 20)) {
        let options = StdpOptions {
            dependence: WeightDependence::Additive, pairing: Pairing::AllToAll, min_weight: -1e3, max_weight: 1e3, ..options
        };
        let synapse = Synapse { source: 0, target: 0, weight: 0.25, delay_steps: delay };
        let connections = Connections::new(1, 1, vec![synapse]).unwrap();
        let kernel = |steps: i64, tau_ms: f64| (-0.1 * steps as f64 / tau_ms).exp();
        // The time of either spike at the synapse, and whether a coincident pair potentiates.
        let (pre_shift, post_shift) = match options.order {
            StdpOrder::Brian2 => (delay, 0),
            StdpOrder::Nest => (delay, 2 * delay),
        };
        let shifted = |train: &SpikeTrain, by: u32| -> Vec<i64> {
            train.view().neuron(0).iter().map(|step| i64::from(step + by)).filter(|&s| s < i64::from(STEPS)).collect()
        };
        let (x, y) = (shifted(&pre, pre_shift), shifted(&post, post_shift));
        // In the order of NEST, postsynaptic spikes wait for the next presynaptic one.
        let last = if options.order == StdpOrder::Nest { x.last().copied().unwrap_or(-1) } else { i64::MAX };
        let coincident_counts = options.order == StdpOrder::Brian2;
        let mut expected = 0.25;
        for &i in &x {
            for &j in &y {
                if (i < j || (i == j && coincident_counts)) && j <= last {
                    expected += options.potentiation * kernel(j - i, options.tau_pre_ms);
                }
                if j < i {
                    expected -= options.depression * kernel(i - j, options.tau_post_ms);
                }
            }
        }
        for drive in [Drive::Clock, Drive::Event] {
            let (learned, _) = learned(&options, drive, &connections, &pre, &post);
            prop_assert!((learned.weights()[0] - expected).abs() < 1e-12, "{} {}", learned.weights()[0], expected);
        }
    }

    /// Learning while the network runs is learning from the recorded spikes; and its spikes are those of weights that
    /// stay where they do not learn.
    #[test]
    fn a_population_learns_as_its_record_says(options in options(), connections in connections(25), pre in train(5, 30)) {
        let schedule = match options.order {
            StdpOrder::Brian2 => Schedule::Brian2,
            StdpOrder::Nest => Schedule::Nest,
        };
        let lif = LifOptions { schedule, threshold: 0.5, ..LifOptions::default() };
        for drive in [Drive::Clock, Drive::Event] {
            let mut population = LifPopulation::new(&lif, grid(STEPS), connections.clone()).unwrap();
            let mut stdp = Stdp::new(&options, grid(STEPS), drive, &connections).unwrap();
            let post = population.receive_spikes_plastic(pre.view(), &mut stdp).unwrap();
            let (expected, _) = learned(&options, drive, &connections, &pre, &post);
            prop_assert!(close(population.connections().weights(), expected.weights()));
        }
        let frozen = StdpOptions { potentiation: 0.0, depression: 0.0, ..options };
        let mut population = LifPopulation::new(&lif, grid(STEPS), connections.clone()).unwrap();
        let mut stdp = Stdp::new(&frozen, grid(STEPS), Drive::Clock, &connections).unwrap();
        let output = population.receive_spikes_plastic(pre.view(), &mut stdp).unwrap();
        let mut plain = LifPopulation::new(&lif, grid(STEPS), connections.clone()).unwrap();
        prop_assert_eq!(output, plain.receive_spikes(pre.view(), Drive::Event).unwrap());
    }

    #[test]
    fn windows_change_no_weight(options in options(), connections in connections(25), pre in train(5, 30), post in train(4, 30), cut in 1..STEPS) {
        for drive in [Drive::Clock, Drive::Event] {
            let (expected, _) = learned(&options, drive, &connections, &pre, &post);
            let mut found = connections.clone();
            let mut stdp = Stdp::new(&options, grid(STEPS), drive, &found).unwrap();
            for (from, to) in [(0, cut), (cut, STEPS)] {
                let part = |train: &SpikeTrain| {
                    let inside = |row: &[u32]| row.iter().filter(|&&s| from <= s && s < to).map(|s| s - from).collect();
                    let rows: Vec<Vec<u32>> = train.view().neurons().map(inside).collect();
                    SpikeTrain::from_neurons(grid(to - from), &rows).unwrap()
                };
                stdp.apply(&mut found, part(&pre).view(), part(&post).view()).unwrap();
            }
            prop_assert!(close(found.weights(), expected.weights()));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let synapse = |weight| vec![Synapse { source: 0, target: 1, weight, delay_steps: 0 }];
    let connections = Connections::new(2, 2, synapse(0.5)).unwrap();
    let options = StdpOptions::default();
    let too_large = Connections::new(2, 2, synapse(1.5)).unwrap();
    assert!(matches!(Stdp::new(&options, grid(10), Drive::Clock, &too_large), Err(SimError::Config(_))));
    let mut stdp = Stdp::new(&options, grid(10), Drive::Clock, &connections).unwrap();
    let mut other = Connections::new(2, 3, synapse(0.5)).unwrap();
    assert!(matches!(stdp.step(&mut other, &[], &[]), Err(SimError::OtherConnections { .. })));
    let mut connections = connections;
    assert!(matches!(stdp.step(&mut connections, &[1, 0], &[]), Err(SimError::SourceOrder { first: 1, second: 0 })));
    assert!(matches!(stdp.step(&mut connections, &[], &[2]), Err(SimError::Size { expected: 2, found: 3, .. })));
    let rows = |n, grid| SpikeTrain::from_neurons(grid, &vec![Vec::new(); n]).unwrap();
    let (two, three, longer) = (rows(2, grid(10)), rows(3, grid(10)), rows(2, grid(11)));
    assert!(matches!(stdp.apply(&mut connections, three.view(), two.view()), Err(SimError::Size { .. })));
    assert!(matches!(stdp.apply(&mut connections, two.view(), longer.view()), Err(SimError::Size { .. })));
    let coarse = rows(2, TimeGrid::new(1_000_000, 10).unwrap());
    assert!(matches!(stdp.apply(&mut connections, coarse.view(), coarse.view()), Err(SimError::StepWidth { .. })));
    stdp.apply(&mut connections, two.view(), two.view()).unwrap();
    assert_eq!(connections.weights(), &[0.5]);
}

#[test]
fn populations_refuse_what_does_not_fit() {
    let connections =
        |delay_steps| Connections::new(2, 1, vec![Synapse { source: 1, target: 0, weight: 0.5, delay_steps }]).unwrap();
    let nest = LifOptions { schedule: Schedule::Nest, ..LifOptions::default() };
    let error = LifPopulation::new(&nest, grid(10), connections(0)).unwrap_err();
    assert!(matches!(error, SimError::DelayTooShort { source_id: 1, delay_steps: 0, min_steps: 1, .. }));
    let mut population = LifPopulation::new(&nest, grid(10), connections(1)).unwrap();
    let rows = |n, grid| SpikeTrain::from_neurons(grid, &vec![vec![3]; n]).unwrap();
    for drive in [Drive::Clock, Drive::Event] {
        let three = rows(3, grid(10));
        assert!(matches!(population.receive_spikes(three.view(), drive), Err(SimError::Size { expected: 2, .. })));
        let coarse = rows(2, TimeGrid::new(1_000_000, 10).unwrap());
        assert!(matches!(population.receive_spikes(coarse.view(), drive), Err(SimError::StepWidth { .. })));
    }
    assert!(matches!(population.step(&[1, 1]), Err(SimError::SourceOrder { .. })));
    assert!(matches!(population.step(&[2]), Err(SimError::Size { .. })));
    assert_eq!(population.now(), 0);
    let mut stdp = Stdp::new(&StdpOptions::default(), grid(10), Drive::Event, &connections(1)).unwrap();
    population.step_plastic(&[0], &mut stdp).unwrap();
    population.step_plastic(&[1], &mut stdp).unwrap();
    population.reset();
    let error = population.step_plastic(&[], &mut stdp).unwrap_err();
    assert!(matches!(error, SimError::StepInThePast { step: 0, now: 2 }));
    let mut other =
        Stdp::new(&StdpOptions::default(), grid(10), Drive::Event, &Connections::new(1, 1, vec![]).unwrap());
    let error = population.step_plastic(&[], other.as_mut().unwrap()).unwrap_err();
    assert!(matches!(error, SimError::OtherConnections { expected: 0, found: 1 }));
}

/// Whether a spike arrives with the weight before or after the change that it makes is a matter of the plasticity.
#[test]
fn the_order_of_learning_and_effect_is_that_of_the_plasticity() {
    for (order, schedule, expected) in [
        (StdpOrder::Brian2, Schedule::Brian2, 0.5),
        (StdpOrder::Brian2, Schedule::Lava, 0.5),
        (StdpOrder::Nest, Schedule::Brian2, 0.25),
        (StdpOrder::Nest, Schedule::Nest, 0.25),
    ] {
        let synapse = |source, weight, delay_steps| Synapse { source, target: 0, weight, delay_steps };
        let connections = Connections::new(2, 1, vec![synapse(0, 2.0, 1), synapse(1, 0.5, 1)]).unwrap();
        let options = StdpOptions {
            depression: 0.25,
            tau_post_ms: 1e9,
            potentiation: 0.0,
            max_weight: 2.0,
            order,
            ..StdpOptions::default()
        };
        let mut stdp = Stdp::new(&options, grid(10), Drive::Clock, &connections).unwrap();
        let lif = LifOptions { schedule, refractory_ms: 0.0, ..LifOptions::default() };
        let mut population = LifPopulation::new(&lif, grid(10), connections).unwrap();
        // Source 0 makes the neuron fire; then source 1 arrives, whose weight the spike lowers by a quarter.
        let mut before = 0.0;
        for step in 0..10u32 {
            let sources: &[u32] = if step == 0 {
                &[0]
            } else if step == 8 {
                &[1]
            } else {
                &[]
            };
            before = population.to_potentials()[0];
            population.step_plastic(sources, &mut stdp).unwrap();
        }
        assert_eq!(before, 0.0);
        assert!((population.to_potentials()[0] - expected).abs() < 1e-6, "{order:?} {schedule:?}");
        assert!((population.connections().weights()[1] - 0.25).abs() < 1e-6);
    }
}
