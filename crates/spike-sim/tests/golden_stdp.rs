//! Traces and weights follow those of Brian2 and NEST, driven by the clock and by events.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_core::{SpikeTrain, TimeGrid};
use spike_sim::{Connections, Drive, Stdp, StdpOptions, StdpOrder, Synapse, WeightDependence};

const TOLERANCE: f64 = 1e-12;
const DRIVES: [Drive; 2] = [Drive::Clock, Drive::Event];

fn steps(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}

fn close(what: &str, step: usize, found: f64, expected: f64) {
    assert!((found - expected).abs() <= TOLERANCE, "{what} of step {step}: {found:?}, not {expected:?}");
}

fn one_synapse(weight: f64, delay_steps: u32) -> Connections {
    Connections::new(1, 1, vec![Synapse { source: 0, target: 0, weight, delay_steps }]).unwrap()
}

struct Brian2 {
    options: StdpOptions,
    grid: TimeGrid,
    pre: Vec<u32>,
    post: Vec<u32>,
    case: Value,
}

fn brian2() -> Brian2 {
    let all: Value = serde_json::from_str(include_str!("golden/stdp_brian2.json")).unwrap();
    let case = all["cases"]["additive"].clone();
    let number = |value: &Value| value.as_f64().unwrap();
    let options = StdpOptions {
        tau_pre_ms: number(&all["tau_pre_ms"]),
        tau_post_ms: number(&all["tau_post_ms"]),
        potentiation: number(&case["Apre"]),
        depression: -number(&case["Apost"]),
        max_weight: number(&case["wmax"]),
        ..StdpOptions::default()
    };
    let grid = TimeGrid::from_ms(number(&all["duration_ms"]), number(&all["dt_ms"])).unwrap();
    Brian2 { options, grid, pre: steps(&all["pre_steps"]), post: steps(&all["post_steps"]), case }
}

#[test]
fn traces_and_weights_are_those_of_brian2_in_every_step() {
    let Brian2 { options, grid, pre, post, case } = brian2();
    let column =
        |name: &str| -> Vec<f64> { case[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
    let (apre, apost, w) = (column("apre_end"), column("apost_end"), column("w_end"));
    for drive in DRIVES {
        let mut connections = one_synapse(case["w0"].as_f64().unwrap(), 0);
        let mut stdp = Stdp::new(&options, grid, drive, &connections).unwrap();
        for step in 0..grid.num_steps() {
            let now = |spikes: &[u32]| if spikes.contains(&step) { vec![0] } else { vec![] };
            stdp.step(&mut connections, &now(&pre), &now(&post)).unwrap();
            let k = step as usize;
            // Brian2 holds the amplitude in the trace, we beside it.
            close("apre", k, options.potentiation * stdp.pre_traces()[0], apre[k]);
            close("apost", k, -options.depression * stdp.post_traces()[0], apost[k]);
            close("w", k, connections.weights()[0], w[k]);
        }
        close("w", w.len(), connections.weights()[0], case["w_final"].as_f64().unwrap());
    }
}

#[test]
fn recorded_trains_lead_to_the_weight_of_brian2() {
    let Brian2 { options, grid, pre, post, case } = brian2();
    let [pre, post] = [pre, post].map(|steps| SpikeTrain::from_neurons(grid, &[steps]).unwrap());
    for drive in DRIVES {
        let mut connections = one_synapse(case["w0"].as_f64().unwrap(), 0);
        let mut stdp = Stdp::new(&options, grid, drive, &connections).unwrap();
        stdp.apply(&mut connections, pre.view(), post.view()).unwrap();
        close("w", 2000, connections.weights()[0], case["w_final"].as_f64().unwrap());
        let last = |name: &str| case[name].as_array().unwrap().last().unwrap().as_f64().unwrap();
        close("apre", 2000, options.potentiation * stdp.pre_traces()[0], last("apre_end"));
        close("apost", 2000, -options.depression * stdp.post_traces()[0], last("apost_end"));
    }
}

#[test]
fn weights_at_presynaptic_spikes_are_those_of_nest() {
    let all: Value = serde_json::from_str(include_str!("golden/stdp_nest.json")).unwrap();
    let number = |name: &str| all[name].as_f64().unwrap();
    let delay = all["dendritic_delay_steps"].as_u64().unwrap() as u32;
    let parrot = all["parrot_delay_steps"].as_u64().unwrap() as u32;
    let dependence = WeightDependence::Power { potentiation: number("mu_plus"), depression: number("mu_minus") };
    let options = StdpOptions {
        tau_pre_ms: number("tau_plus_ms"),
        tau_post_ms: number("tau_minus_ms"),
        potentiation: number("lambda_") * number("Wmax"),
        depression: number("lambda_") * number("alpha") * number("Wmax"),
        max_weight: number("Wmax"),
        dependence,
        order: StdpOrder::Nest,
        ..StdpOptions::default()
    };
    let grid = TimeGrid::from_ms(300.0, number("dt_ms")).unwrap();
    let (pre, post) = (steps(&all["pre_steps"]), steps(&all["post_steps"]));
    for drive in DRIVES {
        let mut connections = one_synapse(number("w0"), delay);
        let mut stdp = Stdp::new(&options, grid, drive, &connections).unwrap();
        let mut arrivals = Vec::new();
        for step in 0..grid.num_steps() {
            // Both sides pass a relay, which makes them later.
            let now = |spikes: &[u32]| if spikes.iter().any(|s| s + parrot == step) { vec![0] } else { vec![] };
            stdp.step(&mut connections, &now(&pre), &now(&post)).unwrap();
            if pre.iter().any(|s| s + parrot + delay == step) {
                arrivals.push((step - delay, connections.weights()[0]));
            }
        }
        let expected = all["weights_at_pre"].as_array().unwrap();
        assert_eq!(arrivals.len(), expected.len());
        for ((step, weight), expected) in arrivals.into_iter().zip(expected) {
            assert_eq!(u64::from(step), expected[0].as_u64().unwrap());
            close("w", step as usize, weight, expected[1].as_f64().unwrap());
        }
        // Postsynaptic spikes after the last presynaptic one never count.
        close("w", 3000, connections.weights()[0], expected.last().unwrap()[1].as_f64().unwrap());
    }
}
