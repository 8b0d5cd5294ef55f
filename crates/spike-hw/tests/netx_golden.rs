//! The network that lava-dl 0.6.0 loads from a netx file fires the same spikes when it comes from our file.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_hw::Emulator;
use spike_hw::lava::{
    Connection, CubaLif, CubaLifConfig, Dense, DenseConfig, LavaLayer, LavaNetwork, SignMode, WeightFormat,
    optimise_weights,
};
use spike_io::netx::{Netx, NetxArray, NetxKind, NetxLayer, NetxNeuron};

fn ints(row: &Value) -> Vec<i32> {
    row.as_array().unwrap().iter().map(|x| i32::try_from(x.as_i64().unwrap()).unwrap()).collect()
}

/// The file of the case.
fn file(case: &Value) -> Vec<u8> {
    let rows: Vec<Vec<i32>> = case["weights"].as_array().unwrap().iter().map(ints).collect();
    let (out_features, in_features) = (rows.len(), rows[0].len());
    let weight = NetxArray::new(&[out_features, in_features], rows.concat()).unwrap();
    let number = |name: &str| case[name].as_i64().unwrap();
    let neuron = NetxNeuron::cuba(number("iDecay"), number("vDecay"), number("vThMant"));
    let kind = NetxKind::Dense { in_features, out_features, weight, delay: None, bias: None };
    let layers = vec![NetxLayer { shape: vec![out_features], kind, neuron: Some(neuron) }];
    Netx { layers, simulation: None }.to_bytes().unwrap()
}

/// A network of one dense layer as lava-dl makes it from a file: iDecay counts from 1, and weights fill their bits.
fn network(netx: &Netx) -> LavaNetwork {
    let layer = &netx.layers[0];
    let NetxKind::Dense { in_features, out_features, weight, .. } = &layer.kind else { panic!("a dense layer") };
    let neuron = layer.neuron.as_ref().unwrap();
    let number = |name| u32::try_from(neuron.int(name).unwrap()).unwrap();
    let sign = SignMode::of(weight.values());
    let best = optimise_weights(weight.values(), sign).unwrap();
    let format =
        WeightFormat { num_weight_bits: best.num_weight_bits, weight_exp: best.weight_exp, sign_mode: Some(sign) };
    let dense = Dense::new(&DenseConfig {
        num_inputs: *in_features,
        num_outputs: *out_features,
        weights: best.weights,
        format,
        num_message_bits: 0,
    })
    .unwrap();
    let (du, dv) = (number("iDecay") as u16 - 1, number("vDecay") as u16);
    let config = CubaLifConfig::uniform(*out_features, du, dv, number("vThMant"));
    let neurons = CubaLif::new(&config).unwrap();
    LavaNetwork::new(vec![LavaLayer { connection: Connection::Dense(dense), neurons }]).unwrap()
}

#[test]
fn the_file_fires_the_spikes_of_lava() {
    let case: Value = serde_json::from_str(include_str!("golden/loihi_netx_tiny.json")).unwrap();
    let mut network = network(&Netx::from_bytes(&file(&case)).unwrap());
    let (inputs, outputs) = (case["spikes_in"].as_array().unwrap(), case["spikes_out"].as_array().unwrap());
    assert_eq!(inputs.len(), 60);
    let mut num_spikes = 0;
    for (step, (input, output)) in inputs.iter().zip(outputs).enumerate() {
        let found = network.step(&ints(input)).unwrap().to_vec();
        assert_eq!(found, ints(output), "step {step}");
        num_spikes += found.iter().sum::<i32>();
    }
    assert_eq!(num_spikes, 34);
}
