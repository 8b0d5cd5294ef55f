//! Cases of nengo-loihi 1.1.0: its quantiser.

use super::{floats, int, ints, read};
use crate::nengo_loihi::{FloatCompartments, FloatSynapse, discretize_block_with, discretize_weights_with};
use crate::rules::Rules;
use serde_json::Value;

pub(super) fn cases<R: Rules>(rules: R) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let all = read(include_str!("../../tests/golden/loihi_nengo_discretize.json"));
    for (index, case) in all["cases"].as_array().unwrap().iter().enumerate() {
        found.push((format!("discretize {index}"), quantised(rules, case)));
    }
    let all = read(include_str!("../../tests/golden/loihi_nengo_more.json"));
    for (index, case) in all["quantised"].as_array().unwrap().iter().enumerate() {
        found.push((format!("quantised {index}"), quantised(rules, case)));
    }
    for case in all["mantissas"].as_array().unwrap() {
        let (bits, exp) = (int(&case["weight_bits"]), int(&case["weight_exp"]));
        let weights = discretize_weights_with(rules, &floats(&case["w"]), bits, exp).unwrap();
        found.push((format!("mantissas {bits} {exp}"), weights == ints::<i32>(&case["out"])));
    }
    found
}

fn limit(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::INFINITY)
}

fn quantised<R: Rules>(rules: R, case: &Value) -> bool {
    let (real, registers) = (&case["float"], &case["int"]);
    let weight_bits: u8 = match real.get("weight_bits").map(int::<usize>) {
        // Codes of nengo-loihi for the number of bits.
        Some(code) => [0, 1, 2, 3, 4, 5, 6, 8][code],
        None => 8,
    };
    let n = real["vth"].as_array().unwrap().len();
    let block = FloatCompartments {
        decay_u: floats(&real["decay_u"]),
        decay_v: floats(&real["decay_v"]),
        vth: floats(&real["vth"]),
        bias: floats(&real["bias"]),
        refract_delay: vec![1; n],
        vmin: limit(&real["vmin"]),
        vmax: limit(&real["vmax"]),
        scale_u: real["scale_u"].as_bool().unwrap(),
        scale_v: real["scale_v"].as_bool().unwrap(),
    };
    let synapses = real["weights"].as_array().unwrap().iter();
    let synapses: Vec<_> = synapses.map(|w| FloatSynapse { weights: floats(w), weight_bits }).collect();
    let found = match discretize_block_with(rules, &block, &synapses) {
        Ok(found) => found,
        Err(error) => return case.get("error").is_some() && !error.to_string().is_empty(),
    };
    let Some(expected) = registers.get("synapses").and_then(Value::as_array) else { return false };
    let compartments = &found.compartments;
    compartments.decay_u == ints::<u16>(&registers["decay_u"])
        && compartments.decay_v == ints::<u16>(&registers["decay_v"])
        && compartments.vth == ints::<i32>(&registers["vth"])
        && compartments.bias == ints::<i32>(&registers["bias"])
        && compartments.vmin == int::<i32>(&registers["vmin"])
        && compartments.vmax == int::<i32>(&registers["vmax"])
        && found.synapses.len() == expected.len()
        && found.synapses.iter().zip(expected).all(|(found, expected)| {
            found.weight_exp == int::<i32>(&expected["weight_exp"])
                && found.weights == ints::<i32>(&expected["weights"])
        })
}
