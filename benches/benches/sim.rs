//! The work of the peers' comparison (1000 LIF neurons, 1000 Poisson inputs at 20 Hz, 10 % connected, 1 s at 0.1 ms),
//! the throughput of the queue, and plasticity.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{SEED, poisson_inputs};
use spike_sim::{
    Connections, Drive, EventQueue, IfOptions, IfPopulation, LifOptions, LifPopulation, Merge, PostsynapticEffect,
    Schedule, Stdp, StdpOptions, Threshold,
};
use std::hint::black_box;

fn population(c: &mut Criterion) {
    let inputs = poisson_inputs(1000, 20.0);
    let exponential = PostsynapticEffect::Exponential { tau_ms: 5.0 };
    let mut group = c.benchmark_group("lif/1000n-1000in-1s");
    group.sample_size(20);
    for (name, schedule, synapse, weight, delay_steps, drive) in [
        ("brian2-delta-clock", Schedule::Brian2, PostsynapticEffect::Delta, 0.03, 0, Drive::Clock),
        ("brian2-exp-clock", Schedule::Brian2, exponential, 0.12, 0, Drive::Clock),
        ("nest-delta-clock", Schedule::Nest, PostsynapticEffect::Delta, 0.03, 10, Drive::Clock),
        ("nest-exp-clock", Schedule::Nest, exponential, 0.12, 10, Drive::Clock),
        ("brian2-delta-event", Schedule::Brian2, PostsynapticEffect::Delta, 0.03, 0, Drive::Event),
        ("brian2-exp-event", Schedule::Brian2, exponential, 0.12, 0, Drive::Event),
    ] {
        let connections = Connections::random(1000, 1000, 0.1, weight, delay_steps, SEED).expect("a valid network");
        let options = LifOptions { synapse, schedule, ..LifOptions::default() };
        let start = LifPopulation::new(&options, inputs.grid(), connections).expect("valid options");
        let spikes = start.clone().receive_spikes(inputs.view(), drive).expect("fitting spikes").num_spikes();
        let rate_hz = spikes as f64 / 1000.0;
        assert!((1.0..200.0).contains(&rate_hz), "{name} fires at {rate_hz} Hz, which is no comparison");
        group.bench_function(format!("{name}-{rate_hz:.0}hz"), |b| {
            b.iter_batched_ref(
                || start.clone(),
                |population| population.receive_spikes(black_box(inputs.view()), drive),
                criterion::BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// The same network while every connection learns.
fn plasticity(c: &mut Criterion) {
    let inputs = poisson_inputs(1000, 20.0);
    let connections = Connections::random(1000, 1000, 0.1, 0.03, 0, SEED).expect("a valid network");
    let start = LifPopulation::new(&LifOptions::default(), inputs.grid(), connections).expect("valid options");
    let options = StdpOptions { max_weight: 0.06, potentiation: 3e-4, depression: 3.2e-4, ..StdpOptions::default() };
    let mut group = c.benchmark_group("stdp/1000n-1000in-1s");
    group.sample_size(20);
    for (name, drive) in [("clock", Drive::Clock), ("event", Drive::Event)] {
        let stdp = Stdp::new(&options, inputs.grid(), drive, start.connections()).expect("valid options");
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || (start.clone(), stdp.clone()),
                |(population, stdp)| population.receive_spikes_plastic(black_box(inputs.view()), stdp),
                criterion::BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn queue(c: &mut Criterion) {
    let inputs = poisson_inputs(1000, 20.0);
    let events = inputs.view().events();
    let mut group = c.benchmark_group("queue/1000in-1s");
    group.throughput(Throughput::Elements(inputs.num_spikes()));
    group.bench_function("merge", |b| {
        b.iter(|| {
            let mut merge = Merge::new();
            merge.add_train(0, black_box(inputs.view()), 0).expect("numbers for all rows");
            merge.fold(0u64, |sum, spike| sum + spike.step)
        });
    });
    for (name, queue) in [("ring", EventQueue::ring(64, 1 << 16)), ("heap", EventQueue::heap(1 << 16))] {
        let mut queue = queue.expect("a valid size");
        let mut start = 0;
        let mut due = Vec::new();
        // Each spike waits 1 to 64 steps, as by delays of up to 6.4 ms.
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut now = start;
                for event in &events {
                    let step = start + u64::from(event.step);
                    if now < step {
                        due.clear();
                        queue.drain_until(step - 1, &mut due);
                        now = step;
                    }
                    queue.push(step + u64::from(event.neuron % 64), event.neuron, ()).expect("room for all");
                }
                start += 10_064;
                due.clear();
                queue.drain_until(start - 1, &mut due);
                due.len()
            });
        });
    }
    group.finish();
}

/// 10 000 neurons for 100 steps of a converted network.
fn integrate_fire(c: &mut Criterion) {
    let values = spike_bench::uniform(10_000);
    let mut group = c.benchmark_group("if/10000n-100st");
    group.throughput(Throughput::Elements(10_000 * 100));
    for (name, adaptation) in [
        ("fixed", Threshold::Fixed),
        ("burst", Threshold::Burst { beta: 2.0 }),
        ("adaptive", Threshold::Adaptive { beta: 1.0, tau_steps: 20.0 }),
    ] {
        let mut population =
            IfPopulation::new(&IfOptions { adaptation, ..IfOptions::default() }, 10_000).expect("valid options");
        group.bench_function(name, |b| {
            b.iter(|| {
                population.reset();
                (0..100).map(|_| population.step(black_box(&values)).expect("an input each").len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, population, plasticity, queue, integrate_fire);
criterion_main!(benches);
