//! Small random networks with several delays against Brian2 and NEST: spikes, final states, weights.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_core::{SpikeTrain, TimeGrid};
use spike_sim::{Connections, Drive, LifOptions, LifPopulation, Stdp, StdpOptions, StdpOrder, Synapse};

const DRIVES: [Drive; 2] = [Drive::Clock, Drive::Event];

fn programs() -> [Value; 2] {
    [include_str!("golden/networks_brian2.json"), include_str!("golden/networks_nest.json")]
        .map(|text| serde_json::from_str(text).unwrap())
}

fn grid(program: &Value) -> TimeGrid {
    let num_steps = program["num_steps"].as_u64().unwrap() as u32;
    TimeGrid::from_ms(program["dt_ms"].as_f64().unwrap() * f64::from(num_steps), 0.1).unwrap()
}

fn train(grid: TimeGrid, rows: &Value) -> SpikeTrain {
    let rows: Vec<Vec<u32>> = serde_json::from_value(rows.clone()).unwrap();
    SpikeTrain::from_neurons(grid, &rows).unwrap()
}

/// The connections and, in the order of the file, where each of their weights is stored.
fn connections(case: &Value, num_sources: usize, num_targets: usize) -> (Connections, Vec<usize>) {
    let listed: Vec<(u32, u32, f64, u32)> = serde_json::from_value(case["synapses"].clone()).unwrap();
    let synapse = |&(source, target, weight, delay_steps): &_| Synapse { source, target, weight, delay_steps };
    let synapses: Vec<Synapse> = listed.iter().map(synapse).collect();
    let connections = Connections::new(num_sources as u32, num_targets as u32, synapses.clone()).unwrap();
    let place =
        |s: &Synapse| connections.synapses().position(|t| (t.source, t.target) == (s.source, s.target)).unwrap();
    let places = synapses.iter().map(place).collect();
    (connections, places)
}

fn assert_close(name: &str, what: &str, found: &[f64], expected: &Value) {
    let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
    assert_eq!(found.len(), expected.len(), "{name} {what}");
    for (index, (x, y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() <= 1e-12 * y.abs().max(1.0), "{name} {what} {index}: {x:?}, not {y:?}");
    }
}

#[test]
fn spikes_and_states_are_those_of_the_program() {
    let mut cases = 0;
    for program in programs() {
        let grid = grid(&program);
        for case in program["lif"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let options: LifOptions = serde_json::from_value(case["options"].clone()).unwrap();
            let (inputs, outputs) = (train(grid, &case["inputs"]), train(grid, &case["outputs"]));
            let (connections, _) = connections(case, inputs.num_neurons(), outputs.num_neurons());
            for drive in DRIVES {
                let mut population = LifPopulation::new(&options, grid, connections.clone()).unwrap();
                let found = population.receive_spikes(inputs.view(), drive).unwrap();
                assert_eq!(found, outputs, "{name} {drive:?}");
                assert!(100 < found.num_spikes(), "{name} hardly spikes");
                assert_close(name, "v", &population.to_potentials(), &case["v"]);
                assert_close(name, "I", population.currents(), &case["current"]);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 16);
}

#[test]
fn weights_are_those_of_the_program() {
    let mut cases = 0;
    for program in programs() {
        let grid = grid(&program);
        for case in program["stdp"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let options: StdpOptions = serde_json::from_value(case["options"].clone()).unwrap();
            let (pre, post) = (train(grid, &case["pre"]), train(grid, &case["post"]));
            for drive in DRIVES {
                let (mut connections, places) = connections(case, pre.num_neurons(), post.num_neurons());
                let before = connections.weights().to_vec();
                let mut stdp = Stdp::new(&options, grid, drive, &connections).unwrap();
                stdp.apply(&mut connections, pre.view(), post.view()).unwrap();
                // What is still under way: NEST changes a weight when a spike leaves, we when it arrives.
                let silent = TimeGrid::new(grid.dt_ns(), connections.max_delay_steps().max(1)).unwrap();
                let none = |rows| SpikeTrain::from_neurons(silent, &vec![Vec::new(); rows]).unwrap();
                if options.order == StdpOrder::Nest {
                    let (pre, post) = (none(pre.num_neurons()), none(post.num_neurons()));
                    stdp.apply(&mut connections, pre.view(), post.view()).unwrap();
                }
                let found: Vec<f64> = places.iter().map(|&place| connections.weights()[place]).collect();
                assert_close(name, "w", &found, &case["weights"]);
                assert!(before.iter().zip(connections.weights()).all(|(a, b)| a != b), "{name} hardly learns");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 12);
}
