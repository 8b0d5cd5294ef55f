//! Recurrent connections and homeostasis against a plain simulation, neuron by neuron and synapse by synapse.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use spike_core::{Seed, SpikeTrain, TimeGrid};
use spike_sim::{
    Connections, Drive, HomeostasisOptions, LifOptions, LifPopulation, PostsynapticEffect, Reset, Schedule, SimError,
    Stdp, StdpOptions, Synapse,
};

const STEPS: u32 = 300;
const INPUTS: u32 = 12;
const NEURONS: u32 = 6;

fn grid() -> TimeGrid {
    TimeGrid::from_ms(f64::from(STEPS), 1.0).unwrap()
}

fn inputs() -> SpikeTrain {
    let fires = |row: u32, step: u32| (step * 31 + row * 17 + step * step * 7) % 23 < 3;
    let rows: Vec<Vec<u32>> = (0..INPUTS).map(|row| (0..STEPS).filter(|&step| fires(row, step)).collect()).collect();
    SpikeTrain::from_neurons(grid(), &rows).unwrap()
}

fn delayed(connections: &Connections, shortest: u32) -> Vec<Synapse> {
    (0u32..).zip(connections.synapses()).map(|(i, s)| Synapse { delay_steps: shortest + i % 5, ..s }).collect()
}

/// The equations of the schedules as they are written in their table, with every spike looked up in its row.
fn plain(
    options: &LifOptions,
    forward: &[Synapse],
    recurrent: &[Synapse],
    homeostasis: Option<HomeostasisOptions>,
) -> (Vec<Vec<u32>>, Vec<f64>) {
    let train = inputs();
    let n = NEURONS as usize;
    let (mut v, mut current, mut free_from) = (vec![0.0; n], vec![0.0; n], vec![0u32; n]);
    let mut offset = vec![0.0; n];
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); n];
    let a = (-1.0f64 / options.tau_ms).exp();
    let (exponential, tau_syn) = match options.synapse {
        PostsynapticEffect::Delta => (false, 1.0),
        PostsynapticEffect::Exponential { tau_ms } => (true, tau_ms),
    };
    let b = (-1.0f64 / tau_syn).exp();
    let c = tau_syn / (tau_syn - options.tau_ms) * (b - a);
    let extra = u32::from(options.schedule != Schedule::Brian2);
    for step in 0..STEPS {
        let arriving = |rows: &[Vec<u32>], target: usize| -> f64 {
            let sent = |s: &&Synapse| step.checked_sub(s.delay_steps).filter(|_| s.target as usize == target);
            let forward =
                forward.iter().filter(|s| sent(s).is_some_and(|k| train.view().neuron(s.source as usize).contains(&k)));
            let recurrent = recurrent.iter().filter(|s| sent(s).is_some_and(|k| rows[s.source as usize].contains(&k)));
            forward.chain(recurrent).map(|s| s.weight).sum()
        };
        if let Some(h) = homeostasis {
            offset.iter_mut().for_each(|x| *x *= (-1.0 / h.tau_ms).exp());
        }
        let mut fired = vec![false; n];
        let early: Vec<f64> = (0..n).map(|i| if extra == 1 { arriving(&rows, i) } else { 0.0 }).collect();
        if options.schedule != Schedule::Nest || step > 0 {
            for i in 0..n {
                let free = free_from[i] <= step;
                let next = match (options.schedule, exponential) {
                    (Schedule::Lava, false) => (1.0 - 1.0 / options.tau_ms) * v[i] + early[i],
                    (Schedule::Lava, true) => {
                        current[i] = (1.0 - 1.0 / tau_syn) * current[i] + early[i];
                        (1.0 - 1.0 / options.tau_ms) * v[i] + current[i]
                    }
                    (_, false) => a * v[i] + early[i],
                    (_, true) => {
                        let next = a * v[i] + c * current[i];
                        current[i] = b * current[i] + early[i];
                        next
                    }
                };
                if free {
                    v[i] = next;
                }
                let theta = options.threshold + offset[i];
                fired[i] = free && if options.schedule == Schedule::Lava { theta < v[i] } else { theta <= v[i] };
                if fired[i] {
                    rows[i].push(step);
                    free_from[i] = step + options.refractory_ms as u32 + extra;
                }
            }
        }
        if extra == 0 {
            for i in 0..n {
                let late = arriving(&rows, i);
                if exponential {
                    current[i] += late;
                } else if free_from[i] <= step {
                    v[i] += late;
                }
            }
        }
        for i in (0..n).filter(|&i| fired[i]) {
            v[i] = if options.reset == Reset::Subtract { v[i] - (options.threshold + offset[i]) } else { 0.0 };
            offset[i] += homeostasis.map_or(0.0, |h| h.increment);
        }
    }
    (rows, offset)
}

#[test]
fn every_schedule_is_its_plain_simulation() {
    let train = inputs();
    let random = Connections::random(INPUTS, NEURONS, 0.7, 0.0, 0, Seed(8)).unwrap();
    let homeostasis = HomeostasisOptions { increment: 0.07, tau_ms: 120.0 };
    let (mut total, mut cases) = (0, 0);
    for schedule in [Schedule::Brian2, Schedule::Nest, Schedule::Lava] {
        let shortest = u32::from(schedule != Schedule::Brian2);
        for synapse in [PostsynapticEffect::Delta, PostsynapticEffect::Exponential { tau_ms: 4.0 }] {
            for reset in [Reset::Zero, Reset::Subtract] {
                let options = LifOptions { schedule, synapse, reset, ..LifOptions::default() };
                let forward =
                    random.clone().with_uniform_weights(0.1, 0.35, Seed(1)).map(|c| delayed(&c, shortest)).unwrap();
                let inhibition = Connections::all_but_self(NEURONS, -0.4, 0).map(|c| delayed(&c, shortest)).unwrap();
                for (recurrent, adapts) in [(true, false), (false, true), (true, true), (false, false)] {
                    let recurrent = if recurrent { inhibition.clone() } else { Vec::new() };
                    let adapts = adapts.then_some(homeostasis);
                    let connections = Connections::new(INPUTS, NEURONS, forward.clone()).unwrap();
                    let mut population = LifPopulation::new(&options, grid(), connections).unwrap();
                    if !recurrent.is_empty() {
                        let own = Connections::new(NEURONS, NEURONS, recurrent.clone()).unwrap();
                        population = population.with_recurrent(own).unwrap();
                    }
                    if let Some(adapts) = &adapts {
                        population = population.with_homeostasis(adapts).unwrap();
                    }
                    let found = population.receive_spikes(train.view(), Drive::Clock).unwrap();
                    let (rows, offsets) = plain(&options, &forward, &recurrent, adapts);
                    let expected = SpikeTrain::from_neurons(grid(), &rows).unwrap();
                    assert_eq!(found, expected, "{options:?} {} {adapts:?}", recurrent.len());
                    for (found, expected) in population.threshold_offsets().iter().zip(&offsets) {
                        assert!((found - expected).abs() < 1e-12);
                    }
                    total += found.num_spikes();
                    cases += 1;
                }
            }
        }
    }
    assert!(cases == 48 && total > 48 * 40, "{total} spikes in {cases} networks show too little");
}

#[test]
fn what_is_learnt_outlives_a_reset_and_can_be_held() {
    let train = inputs();
    let connections = Connections::random(INPUTS, NEURONS, 0.7, 0.3, 0, Seed(8)).unwrap();
    let mut population = LifPopulation::new(&LifOptions::default(), grid(), connections)
        .unwrap()
        .with_recurrent(Connections::all_but_self(NEURONS, -0.3, 2).unwrap())
        .unwrap()
        .with_homeostasis(&HomeostasisOptions { increment: 0.02, tau_ms: 1e6 })
        .unwrap();
    let first = population.receive_spikes(train.view(), Drive::Clock).unwrap();
    let learnt = population.threshold_offsets().to_vec();
    assert!(learnt.iter().all(|&offset| offset > 0.0));
    population.reset();
    assert_eq!(population.threshold_offsets(), learnt);
    population.hold_thresholds(true);
    let held = population.receive_spikes(train.view(), Drive::Clock).unwrap();
    assert!(held.num_spikes() < first.num_spikes());
    assert_eq!(population.threshold_offsets(), learnt);
    population.reset();
    assert_eq!(population.receive_spikes(train.view(), Drive::Clock).unwrap(), held);
    population.reset();
    population.hold_thresholds(false);
    population.set_threshold_offsets(&[0.0; NEURONS as usize]).unwrap();
    assert_eq!(population.receive_spikes(train.view(), Drive::Clock).unwrap(), first);
}

#[test]
fn what_does_not_fit_is_refused() {
    let connections = Connections::random(INPUTS, NEURONS, 0.7, 0.3, 1, Seed(8)).unwrap();
    let make = |schedule| {
        let options = LifOptions { schedule, ..LifOptions::default() };
        LifPopulation::new(&options, grid(), connections.clone()).unwrap()
    };
    let lateral = |n, delay| Connections::all_but_self(n, -1.0, delay).unwrap();
    assert!(make(Schedule::Brian2).with_recurrent(lateral(NEURONS, 0)).is_ok());
    for schedule in [Schedule::Nest, Schedule::Lava] {
        let error = make(schedule).with_recurrent(lateral(NEURONS, 0)).unwrap_err();
        assert!(matches!(error, SimError::DelayTooShort { min_steps: 1, .. }), "{error}");
        assert!(make(schedule).with_recurrent(lateral(NEURONS, 1)).is_ok());
    }
    let error = make(Schedule::Brian2).with_recurrent(lateral(5, 1)).unwrap_err();
    assert!(matches!(error, SimError::Size { expected: 6, found: 5, .. }));
    let mut population = make(Schedule::Brian2).with_recurrent(lateral(NEURONS, 1)).unwrap();
    let error = population.receive_spikes(inputs().view(), Drive::Event).unwrap_err();
    assert!(matches!(error, SimError::NeedsClock { .. }));
    let mut population = make(Schedule::Brian2).with_homeostasis(&HomeostasisOptions::default()).unwrap();
    let error = population.receive_spikes(inputs().view(), Drive::Event).unwrap_err();
    assert!(error.to_string().contains("homeostasis"), "{error}");
    let error = make(Schedule::Brian2).set_threshold_offsets(&[0.0; 6]).unwrap_err();
    assert_eq!(error, SimError::Missing { what: "homeostasis" });
}

#[test]
fn plasticity_after_a_reset_is_new_plasticity() {
    let (train, options) = (inputs(), StdpOptions { potentiation: 0.05, ..StdpOptions::default() });
    for order in [spike_sim::StdpOrder::Brian2, spike_sim::StdpOrder::Nest] {
        for drive in [Drive::Clock, Drive::Event] {
            let options = StdpOptions { order, ..options };
            let connections = Connections::random(INPUTS, NEURONS, 0.7, 0.3, 1, Seed(8)).unwrap();
            let mut one = LifPopulation::new(&LifOptions::default(), grid(), connections).unwrap();
            let mut stdp = Stdp::new(&options, grid(), drive, one.connections()).unwrap();
            one.receive_spikes_plastic(train.view(), &mut stdp).unwrap();
            let mut two = one.clone();
            one.reset();
            assert!(matches!(
                one.receive_spikes_plastic(train.view(), &mut stdp),
                Err(SimError::StepInThePast { step: 0, .. })
            ));
            stdp.reset(one.connections()).unwrap();
            two.reset();
            let mut new = Stdp::new(&options, grid(), drive, two.connections()).unwrap();
            let (a, b) = (
                one.receive_spikes_plastic(train.view(), &mut stdp).unwrap(),
                two.receive_spikes_plastic(train.view(), &mut new).unwrap(),
            );
            assert!(a.num_spikes() > 20);
            assert_eq!((a, one.connections()), (b, two.connections()));
        }
    }
}
