//! Neurons follow the traces of Brian2 and NEST step by step, driven by the clock and by events.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_core::{SpikeTrain, TimeGrid};
use spike_sim::{
    Connections, Drive, LifNeuron, LifOptions, LifPopulation, PostsynapticEffect, Refractoriness, Schedule, Synapse,
};

/// Largest deviation of a state, relative to its scale.
const TOLERANCE: f64 = 1e-12;

/// One case of either file.
struct Case {
    name: String,
    options: LifOptions,
    grid: TimeGrid,
    inputs: SpikeTrain,
    weights: Vec<f64>,
    delay_steps: u32,
    output: Vec<u32>,
    v: Vec<f64>,
    current: Vec<f64>,
    /// Step of the first entry of a trace.
    first: usize,
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map(|list| list.iter().map(|x| x.as_f64().unwrap()).collect()).unwrap_or_default()
}

fn steps(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}

fn trains(grid: TimeGrid, value: &Value) -> SpikeTrain {
    let rows: Vec<_> = value.as_array().unwrap().iter().map(steps).collect();
    SpikeTrain::from_neurons(grid, &rows).unwrap()
}

fn brian2() -> Vec<Case> {
    let all: Value = serde_json::from_str(include_str!("golden/neuron_lif_brian2.json")).unwrap();
    let number = |name: &str| all[name].as_f64().unwrap();
    let grid = TimeGrid::from_ms(number("duration_ms"), number("dt_ms")).unwrap();
    let case = |(name, case): (&String, &Value)| {
        let equations = case["equations"].as_str().unwrap();
        let held = equations.contains("unless refractory");
        let current = numbers(&case["I_end"]);
        let synapse = match equations.contains("dI/dt") {
            true => PostsynapticEffect::Exponential { tau_ms: number("tau_syn_ms") },
            false => PostsynapticEffect::Delta,
        };
        let options = LifOptions {
            tau_ms: number("tau_ms"),
            threshold: case["v_threshold"].as_f64().unwrap(),
            refractory_ms: case["refractory_ms"].as_f64().unwrap_or(0.0),
            refractoriness: if held { Refractoriness::Held } else { Refractoriness::Integrating },
            synapse,
            schedule: Schedule::Brian2,
            ..LifOptions::default()
        };
        Case {
            name: name.clone(),
            options,
            grid,
            inputs: trains(grid, &case["input_spike_steps"]),
            weights: numbers(&case["weights"]),
            delay_steps: grid.steps_in("delay_ms", case["delay_ms"].as_f64().unwrap()).unwrap(),
            output: steps(&case["output_spike_steps"]),
            v: numbers(&case["v_end"]),
            current,
            first: 0,
        }
    };
    all["cases"].as_object().unwrap().iter().map(case).collect()
}

fn nest() -> Vec<Case> {
    let all: Value = serde_json::from_str(include_str!("golden/neuron_lif_nest.json")).unwrap();
    let number = |name: &str| all[name].as_f64().unwrap();
    let case = |(name, case): (&String, &Value)| {
        let v = numbers(&case["v"]);
        let first = case["first_step"].as_u64().unwrap() as usize;
        let grid = TimeGrid::from_ms(number("dt_ms") * (v.len() + first) as f64, number("dt_ms")).unwrap();
        let synapse = match name.contains("exp") {
            true => PostsynapticEffect::Exponential { tau_ms: number("tau_syn_ms") },
            false => PostsynapticEffect::Delta,
        };
        let options = LifOptions {
            tau_ms: number("tau_m_ms"),
            threshold: number("v_th"),
            refractory_ms: number("t_ref_ms"),
            resistance: number("tau_m_ms") / number("C_m"),
            synapse,
            schedule: Schedule::Nest,
            ..LifOptions::default()
        };
        Case {
            name: name.clone(),
            options,
            grid,
            inputs: trains(grid, &all["input_spike_steps"]),
            weights: numbers(&case["weights"]),
            delay_steps: case["delay_steps"].as_u64().unwrap() as u32,
            output: steps(&case["spike_steps"]),
            v,
            current: numbers(&case["I"]),
            first,
        }
    };
    all["cases"].as_object().unwrap().iter().map(case).collect()
}

fn cases() -> Vec<Case> {
    let cases: Vec<_> = brian2().into_iter().chain(nest()).collect();
    assert_eq!(cases.len(), 7);
    cases
}

fn close(name: &str, what: &str, step: usize, found: f64, expected: f64) {
    let scale = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= TOLERANCE * scale,
        "{name}, {what} of step {step}: {found:?}, not {expected:?}"
    );
}

/// The one window of the inputs in windows of one step: so a state is seen after every step.
fn by_single_steps(case: &Case, drive: Drive) -> (Vec<u32>, Vec<f64>, Vec<f64>) {
    let one = TimeGrid::new(case.grid.dt_ns(), 1).unwrap();
    let mut neuron = LifNeuron::new(&case.options, case.grid).unwrap();
    let (mut output, mut v, mut current) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..case.grid.num_steps() {
        let rows: Vec<_> =
            case.inputs.view().neurons().map(|row| vec![0; row.binary_search(&step).iter().len()]).collect();
        let window = SpikeTrain::from_neurons(one, &rows).unwrap();
        let fired = neuron.receive_spikes(window.view(), &case.weights, case.delay_steps, drive).unwrap();
        output.extend((fired.num_spikes() == 1).then_some(step));
        v.push(neuron.potential());
        current.push(neuron.current());
    }
    (output, v, current)
}

#[test]
fn states_and_spikes_of_one_neuron_are_those_of_the_program() {
    for case in cases() {
        for drive in [Drive::Clock, Drive::Event] {
            let (output, v, current) = by_single_steps(&case, drive);
            assert_eq!(output, case.output, "{} {drive:?}", case.name);
            for (i, &expected) in case.v.iter().enumerate() {
                close(&case.name, "v", i, v[case.first + i], expected);
            }
            for (i, &expected) in case.current.iter().enumerate() {
                close(&case.name, "I", i, current[case.first + i], expected);
            }
        }
    }
}

/// Long jumps: the state is seen only where it is asked for, after a window of any length.
#[test]
fn states_after_long_jumps_are_those_of_the_program() {
    for case in cases() {
        for steps in [7u32, 100, 333, 1000, 1999] {
            let grid = TimeGrid::new(case.grid.dt_ns(), steps).unwrap();
            let rows: Vec<Vec<u32>> =
                case.inputs.view().neurons().map(|row| row.iter().copied().filter(|&s| s < steps).collect()).collect();
            let window = SpikeTrain::from_neurons(grid, &rows).unwrap();
            let mut neuron = LifNeuron::new(&case.options, grid).unwrap();
            let output = neuron.receive_spikes(window.view(), &case.weights, case.delay_steps, Drive::Event).unwrap();
            let expected: Vec<u32> = case.output.iter().copied().filter(|&s| s < steps).collect();
            assert_eq!(output.view().neuron(0), expected, "{}", case.name);
            let last = steps as usize - 1;
            close(&case.name, "v", last, neuron.potential(), case.v[last - case.first]);
            if let Some(&expected) = case.current.get(last - case.first) {
                close(&case.name, "I", last, neuron.current(), expected);
            }
        }
    }
}

#[test]
fn a_population_of_the_neurons_spikes_as_the_program() {
    for case in cases() {
        let synapses = case.weights.iter().zip(0u32..).flat_map(|(&weight, source)| {
            let delay_steps = case.delay_steps;
            (0..3).map(move |target| Synapse { source, target, weight, delay_steps })
        });
        let connections = Connections::new(case.weights.len() as u32, 3, synapses.collect()).unwrap();
        for drive in [Drive::Clock, Drive::Event] {
            let mut population = LifPopulation::new(&case.options, case.grid, connections.clone()).unwrap();
            let output = population.receive_spikes(case.inputs.view(), drive).unwrap();
            assert!(output.view().neurons().all(|row| row == case.output), "{} {drive:?}", case.name);
            let last = case.grid.num_steps() as usize - 1;
            for v in population.to_potentials() {
                close(&case.name, "v", last, v, case.v[last - case.first]);
            }
        }
    }
}
