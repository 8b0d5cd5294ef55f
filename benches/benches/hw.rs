//! The integer emulators: neuron updates of a population alone, and steps of small networks with 5 % input spikes.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spike_core::{Domain, Seed};
use spike_hw::Emulator;
use spike_hw::lava::{
    Connection, Conv, ConvConfig, CubaLif, CubaLifConfig, DelayDense, DelayDenseConfig, Dense, DenseConfig, LavaLayer,
    LavaNetwork, WeightFormat,
};
use spike_hw::nengo_loihi::{
    Axon, Block, CompartmentConfig, Compartments, NengoNetwork, SpikeInput, Synapse, SynapseRef,
};
use std::hint::black_box;

/// Integers in [−reach, reach).
fn draws(len: usize, reach: i32, sample: u64) -> Vec<i32> {
    let mut stream = Seed(11).stream(sample, 0, Domain::Mismatch);
    (0..len).map(|_| (stream.next_open_unit() * f64::from(2 * reach)) as i32 - reach).collect()
}

/// Steps of input with 5 % spikes.
fn spikes(len: usize) -> Vec<Vec<i32>> {
    (0..64).map(|step| draws(len, 10, step).into_iter().map(|x| i32::from(x == 3)).collect()).collect()
}

fn populations(c: &mut Criterion) {
    let mut group = c.benchmark_group("hw/population");
    for n in [1024usize, 65_536] {
        group.throughput(Throughput::Elements(n as u64));
        let input = draws(n, 4000, 1);
        let mut lif = CubaLif::new(&CubaLifConfig::uniform(n, 400, 200, 3000)).expect("valid");
        group.bench_function(BenchmarkId::new("lava", n), |b| {
            b.iter(|| lif.step(black_box(&input)).expect("as many as neurons")[0]);
        });
        let sums: Vec<i32> = input.iter().map(|a| a << 6).collect();
        let config = CompartmentConfig::uniform(n, 400, 200, 3000 << 6, 2);
        let mut compartments = Compartments::new(&config).expect("valid");
        group.bench_function(BenchmarkId::new("nengo_loihi", n), |b| {
            b.iter(|| compartments.step(black_box(&sums)).expect("as many as neurons")[0]);
        });
    }
    group.finish();
}

fn connections() -> Vec<(&'static str, Connection)> {
    let (inputs, outputs) = (784usize, 512usize);
    let weights = draws(inputs * outputs, 128, 2);
    let dense = DenseConfig {
        num_inputs: inputs,
        num_outputs: outputs,
        weights: weights.clone(),
        format: WeightFormat::default(),
        num_message_bits: 0,
    };
    let delays = draws(inputs * outputs, 4, 3).into_iter().map(|d| (d + 4) as u8).collect();
    let delayed = DelayDenseConfig {
        num_inputs: inputs,
        num_outputs: outputs,
        weights,
        delays,
        format: WeightFormat::default(),
        num_message_bits: 0,
    };
    let conv = ConvConfig { padding: [1, 1], ..ConvConfig::plain([28, 28, 1], 32, [3, 3], draws(288, 128, 4)) };
    vec![
        ("dense-784x512", Connection::Dense(Dense::new(&dense).expect("valid"))),
        ("delay_dense-784x512", Connection::DelayDense(DelayDense::new(&delayed).expect("valid"))),
        ("conv-28x28x1-3x3x32", Connection::Conv(Conv::new(&conv).expect("valid"))),
    ]
}

fn networks(c: &mut Criterion) {
    let given = spikes(784);
    let mut group = c.benchmark_group("hw/step");
    let mut run = |name: String, network: &mut dyn Emulator| {
        group.throughput(Throughput::Elements(network.num_outputs() as u64));
        let mut step = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                step = (step + 1) % given.len();
                network.step(black_box(&given[step])).expect("as many as inputs")[0]
            });
        });
    };
    for (name, connection) in connections() {
        let config = CubaLifConfig::uniform(connection.num_outputs(), 400, 200, 3000);
        let neurons = CubaLif::new(&config).expect("valid");
        let mut network = LavaNetwork::new(vec![LavaLayer { connection, neurons }]).expect("sizes fit");
        run(format!("lava/{name}"), &mut network);
    }
    let weights: Vec<i32> = draws(784 * 512, 128, 2).into_iter().map(|w| w << 6).collect();
    let block = Block {
        compartments: Compartments::new(&CompartmentConfig::uniform(512, 400, 200, 3000 << 6, 2)).expect("valid"),
        synapses: vec![Synapse::dense(784, 512, &weights).expect("sizes fit")],
        axons: vec![],
    };
    let axon = Axon::one_to_one(SynapseRef { block: 0, synapse: 0 });
    let input = SpikeInput { num_sources: 784, axons: vec![axon] };
    let mut network = NengoNetwork::new(vec![block], vec![input]).expect("sizes fit");
    run("nengo_loihi/dense-784x512".to_owned(), &mut network);
    group.finish();
}

criterion_group!(benches, populations, networks);
criterion_main!(benches);
