//! Cases of lava-nc 0.10.0.

use super::{int, ints, numbers, read};
use crate::lava::{
    Connection, Conv, ConvConfig, CubaLif, CubaLifConfig, DelayDense, DelayDenseConfig, DeltaEncoder,
    DeltaEncoderConfig, Dense, DenseConfig, LavaLayer, LavaNetwork, SignMode, WeightFormat, optimise_weights,
};
use crate::rules::Rules;
use serde_json::Value;

pub(super) fn cases<R: Rules>(rules: R) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let all = read(include_str!("../../tests/golden/loihi_lava.json"));
    for (name, case) in all["cases"].as_object().unwrap() {
        found.push((name.clone(), neurons(rules, case)));
    }
    let all = read(include_str!("../../tests/golden/loihi_lava_extra.json"));
    for (name, case) in all["cases"].as_object().unwrap() {
        let kind = name.split("_bits").next().unwrap();
        let kind = if kind == "dense_graded" { "graded" } else { kind };
        found.push((name.clone(), connection(rules, kind, case)));
    }
    let all = read(include_str!("../../tests/golden/loihi_lava_more.json"));
    for (index, case) in all["cases"].as_array().unwrap().iter().enumerate() {
        let kind = case["kind"].as_str().unwrap();
        let agrees = if kind == "lif" { neurons(rules, case) } else { connection(rules, kind, case) };
        found.push((format!("{kind} {index}"), agrees));
    }
    let tiny = read(include_str!("../../tests/golden/loihi_netx_tiny.json"));
    found.push(("netx tiny".to_owned(), network_file(rules, &tiny)));
    found
}

/// A population, alone or behind a dense connection.
fn neurons<R: Rules>(rules: R, case: &Value) -> bool {
    let params = &case["params"];
    let n = case["u"][0].as_array().unwrap().len();
    let mut lif = CubaLif::new(&CubaLifConfig {
        num_neurons: n,
        du: ints(&params["du"]),
        dv: ints(&params["dv"]),
        vth: ints(&params["vth"]),
        bias_mant: ints(&params["bias_mant"]),
        bias_exp: ints(&params["bias_exp"]),
    })
    .unwrap();
    let mut dense = params.get("weights").map(|weights| {
        let format = WeightFormat {
            num_weight_bits: int(&params["num_weight_bits"]),
            weight_exp: int(&params["weight_exp"]),
            sign_mode: None,
        };
        let weights: Vec<i32> = ints(weights);
        let config =
            DenseConfig { num_inputs: weights.len() / n, num_outputs: n, weights, format, num_message_bits: 0 };
        Dense::new_with(rules, &config).unwrap()
    });
    let input = if dense.is_some() { "spikes_in" } else { "a_in" };
    let input = case["input"][input].as_array().unwrap();
    input.iter().enumerate().all(|(t, input)| {
        let mut a: Vec<i32> = ints(input);
        if let Some(dense) = &mut dense {
            a = dense.step_with(rules, &a).to_vec();
        }
        let s = lif.step_with(rules, &a).to_vec();
        s == ints::<i32>(&case["s"][t])
            && lif.current() == ints::<i32>(&case["u"][t])
            && lif.voltage() == ints::<i32>(&case["v"][t])
    })
}

fn sign_mode(case: &Value) -> Option<SignMode> {
    match case.get("sign_mode")?.as_str()? {
        "MIXED" => Some(SignMode::Mixed),
        "EXCITATORY" => Some(SignMode::Excitatory),
        "INHIBITORY" => Some(SignMode::Inhibitory),
        _ => None,
    }
}

fn connection<R: Rules>(rules: R, kind: &str, case: &Value) -> bool {
    let format = WeightFormat {
        num_weight_bits: case.get("num_weight_bits").map_or(8, int),
        weight_exp: case.get("weight_exp").map_or(0, int),
        sign_mode: sign_mode(case),
    };
    let num_message_bits = if kind.contains("graded") { 24 } else { 0 };
    let mut connection = match kind {
        "optimise" => return optimised(case),
        "delta_encoder" | "delta" => return delta(rules, case),
        "dense" | "graded" => {
            let (num_inputs, num_outputs, weights) = matrix(case);
            let config = DenseConfig { num_inputs, num_outputs, weights, format, num_message_bits };
            Connection::Dense(Dense::new_with(rules, &config).unwrap())
        }
        "delay_dense" | "delay_graded" => {
            let (num_inputs, num_outputs, weights) = matrix(case);
            let delays = ints(&case["delays"]);
            let config = DelayDenseConfig { num_inputs, num_outputs, weights, delays, format, num_message_bits };
            Connection::DelayDense(DelayDense::new_with(rules, &config).unwrap())
        }
        _ => Connection::Conv(Conv::new(&kernel(case, num_message_bits)).unwrap()),
    };
    let steps = case["s_in"].as_array().unwrap().iter().zip(case["a_out"].as_array().unwrap());
    steps.into_iter().all(|(s, a)| connection.step_with(rules, &ints::<i32>(s)) == ints::<i32>(a))
}

fn matrix(case: &Value) -> (usize, usize, Vec<i32>) {
    let rows = case["weights"].as_array().unwrap();
    (rows[0].as_array().unwrap().len(), rows.len(), ints(&case["weights"]))
}

fn kernel(case: &Value, num_message_bits: u8) -> ConvConfig {
    let pair = |name: &str| ints::<usize>(&case[name]).try_into().unwrap();
    let lens = |value: &Value| {
        let mut lens = Vec::new();
        let mut value = value;
        while let Some(list) = value.as_array() {
            lens.push(list.len());
            value = &list[0];
        }
        lens
    };
    let (weights, input) = (lens(&case["weights"]), lens(&case["s_in"][0]));
    let config = ConvConfig {
        input_shape: input.try_into().unwrap(),
        out_channels: weights[0],
        kernel_size: [weights[1], weights[2]],
        weights: ints(&case["weights"]),
        stride: pair("stride"),
        padding: pair("padding"),
        dilation: pair("dilation"),
        groups: int(&case["groups"]),
        num_message_bits,
    };
    assert_eq!(config.output_shape().unwrap().to_vec(), ints::<usize>(&case["out_shape"]));
    config
}

fn delta<R: Rules>(rules: R, case: &Value) -> bool {
    let steps: Vec<Vec<i32>> = case["a_in"].as_array().unwrap().iter().map(ints).collect();
    let mut encoder = DeltaEncoder::new(DeltaEncoderConfig {
        num_values: steps[0].len(),
        vth: int(&case["vth"]),
        num_bits: numbers(&case["num_bits"]).first().map(|&bits| bits as u8),
        spike_exp: int(&case["spike_exp"]),
    })
    .unwrap();
    let sent = case["s_out"].as_array().unwrap();
    steps.iter().zip(sent).all(|(values, sent)| encoder.step_with(rules, values) == ints::<i32>(sent))
}

fn optimised(case: &Value) -> bool {
    let (weights, mode) = (ints::<i32>(&case["weights"]), sign_mode(case).unwrap());
    match optimise_weights(&weights, mode) {
        Ok(found) => {
            found.weights == ints::<i32>(&case["optimised"])
                && found.num_weight_bits == int::<u8>(&case["num_weight_bits"])
                && found.weight_exp == int::<i32>(&case["weight_exp"])
        }
        // That program makes every weight zero; here it is an error.
        Err(_) => weights.contains(&255) && numbers(&case["optimised"]).iter().all(|&w| w == 0),
    }
}

/// The network that lava-dl 0.6.0 loads from a file and runs in Lava.
fn network_file<R: Rules>(rules: R, case: &Value) -> bool {
    let (num_inputs, num_outputs, weights) = matrix(case);
    let best = optimise_weights(&weights, SignMode::of(&weights)).unwrap();
    let format = WeightFormat {
        num_weight_bits: best.num_weight_bits,
        weight_exp: best.weight_exp,
        sign_mode: Some(SignMode::of(&weights)),
    };
    let config = DenseConfig { num_inputs, num_outputs, weights: best.weights, format, num_message_bits: 0 };
    let neurons = CubaLifConfig::uniform(
        num_outputs,
        int::<u16>(&case["iDecay"]) - 1,
        int(&case["vDecay"]),
        int(&case["vThMant"]),
    );
    let layer = LavaLayer {
        connection: Connection::Dense(Dense::new_with(rules, &config).unwrap()),
        neurons: CubaLif::new(&neurons).unwrap(),
    };
    let mut network = LavaNetwork::new(vec![layer]).unwrap();
    let steps = case["spikes_in"].as_array().unwrap().iter().zip(case["spikes_out"].as_array().unwrap());
    steps.into_iter().all(|(spikes, out)| network.step_with(rules, &ints::<i32>(spikes)) == ints::<i32>(out))
}
