//! Cases of nengo-loihi 1.1.0: emulator and functions.

use super::{int, ints, numbers, read};
use crate::fixed::{decay_by, wrap_signed};
use crate::nengo_loihi::{
    Axon, Block, CompartmentConfig, Compartments, NengoNetwork, SpikeInput, Synapse, SynapseRef, WeightGroup,
    bias_mantissa,
};
use crate::rules::Rules;
use serde_json::Value;

pub(super) fn cases<R: Rules>(rules: R) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let all = read(include_str!("../../tests/golden/loihi_nengo.json"));
    for (name, case) in all["cases"].as_object().unwrap() {
        found.push((name.clone(), single(rules, case)));
    }
    let all = read(include_str!("../../tests/golden/loihi_nengo_more.json"));
    for case in all["networks"].as_array().unwrap() {
        found.push((case["name"].as_str().unwrap().to_owned(), network(rules, case)));
    }
    let all = read(include_str!("../../tests/golden/loihi_nengo_functions.json"));
    found.push(("decay_int".to_owned(), decays(rules, &all["decay_int"])));
    found.push(("overflow_signed".to_owned(), overflows(&all["overflow_signed"])));
    found.push(("bias_to_manexp".to_owned(), biases(&all["bias_to_manexp"])));
    found
}

fn compartments(params: &Value, num_compartments: usize) -> Compartments {
    Compartments::new(&CompartmentConfig {
        num_compartments,
        decay_u: ints(&params["decay_u"]),
        decay_v: ints(&params["decay_v"]),
        vth: ints(&params["vth"]),
        bias: ints(&params["bias"]),
        refract_delay: ints(&params["refract_delay"]),
        vmin: int(&params["vmin"]),
        vmax: int(&params["vmax"]),
    })
    .unwrap()
}

/// One block, one dense input, and perhaps recurrent weights; weights are mantissas, axon by axon.
fn single<R: Rules>(rules: R, case: &Value) -> bool {
    let params = &case["params"];
    let scale: i32 = int(&params["scale"]);
    let n = case["u"][0].as_array().unwrap().len();
    let dense = |weights: &Value| {
        let weights: Vec<i32> = ints::<i32>(weights).iter().map(|w| w * scale).collect();
        Synapse::dense(weights.len() / n, n, &weights).unwrap()
    };
    let axon = |synapse| vec![Axon::one_to_one(SynapseRef { block: 0, synapse })];
    let mut block =
        Block { compartments: compartments(params, n), synapses: vec![dense(&params["weights"])], axons: vec![] };
    if params["recurrent"].is_array() {
        block.synapses.push(dense(&params["recurrent"]));
        block.axons = axon(1);
    }
    let input = SpikeInput { num_sources: block.synapses[0].num_axons(), axons: axon(0) };
    let mut network = NengoNetwork::new(vec![block], vec![input]).unwrap();
    (0..case["u"].as_array().unwrap().len()).all(|t| {
        network.step_with(rules, &ints::<i32>(&case["input"]["spikes_in"][t]));
        let state = &network.blocks()[0].compartments;
        let sums: Vec<i32> = network.sums()[0].iter().map(|&q| crate::nengo_loihi::wrap_sum(rules, q)).collect();
        sums == ints::<i32>(&case["q0"][t])
            && state.current() == ints::<i32>(&case["u"][t])
            && state.voltage() == ints::<i32>(&case["v"][t])
            && state.spikes() == ints::<i32>(&case["s"][t])
            && state.refractory_count() == ints::<i32>(&case["ref_count"][t])
    })
}

/// Python's "negative means none".
fn optional(value: &Value) -> Option<Vec<Option<u32>>> {
    value.is_array().then(|| numbers(value).into_iter().map(|x| u32::try_from(x).ok()).collect())
}

fn synapse(case: &Value) -> Synapse {
    let weights = case["weights"].as_array().unwrap();
    let groups = weights.iter().zip(case["indices"].as_array().unwrap()).map(|(weights, indices)| {
        WeightGroup::new(weights.as_array().unwrap().len(), ints(weights), ints(indices)).unwrap()
    });
    let num_axons: usize = int(&case["num_axons"]);
    let group_of = optional(&case["axon_to_weight"])
        .map_or_else(|| (0..num_axons as u32).collect(), |list| list.into_iter().flatten().collect::<Vec<_>>());
    let bases = optional(&case["bases"]).unwrap_or_else(|| vec![Some(0); num_axons]);
    Synapse::new(groups.collect(), group_of.into_iter().zip(bases).collect()).unwrap()
}

fn axons(list: &Value) -> Vec<Axon> {
    let axon = |axon: &Value| Axon {
        target: SynapseRef { block: int(&axon["target"][0]), synapse: int(&axon["target"][1]) },
        axon_of: optional(&axon["compartment_map"]),
        atom_of: axon["atoms"].is_array().then(|| ints(&axon["atoms"])),
    };
    list.as_array().unwrap().iter().map(axon).collect()
}

fn network<R: Rules>(rules: R, case: &Value) -> bool {
    let blocks = case["blocks"].as_array().unwrap().iter().map(|block| Block {
        compartments: compartments(block, block["vth"].as_array().unwrap().len()),
        synapses: block["synapses"].as_array().unwrap().iter().map(synapse).collect(),
        axons: axons(&block["axons"]),
    });
    let inputs = case["inputs"].as_array().unwrap();
    let sources = inputs.iter().map(|i| SpikeInput { num_sources: int(&i["n"]), axons: axons(&i["axons"]) });
    let mut network = NengoNetwork::new(blocks.collect(), sources.collect()).unwrap();
    (0..case["u"].as_array().unwrap().len()).all(|t| {
        let spikes: Vec<i32> = inputs.iter().flat_map(|i| ints::<i32>(&i["spikes"][t])).collect();
        network.step_with(rules, &spikes);
        let gather = |of: fn(&Compartments) -> &[i32]| {
            network.blocks().iter().flat_map(|b| of(&b.compartments)).copied().collect::<Vec<i32>>()
        };
        gather(Compartments::current) == ints::<i32>(&case["u"][t])
            && gather(Compartments::voltage) == ints::<i32>(&case["v"][t])
            && gather(Compartments::spikes) == ints::<i32>(&case["s"][t])
    })
}

fn decays<R: Rules>(rules: R, case: &Value) -> bool {
    let decays: Vec<u32> = ints(&case["decay"]);
    let [x, without, with] = ["x", "out_off0", "out_off1"].map(|name| ints::<i32>(&case[name]));
    (0..x.len()).all(|i| {
        decay_by(rules, x[i], 4096 - decays[i]) == without[i] && decay_by(rules, x[i], 4095 - decays[i]) == with[i]
    })
}

fn overflows(case: &Value) -> bool {
    let [x, bits21, bits23] = ["x", "bits21", "bits23"].map(|name| ints::<i32>(&case[name]));
    (0..x.len()).all(|i| wrap_signed(x[i], 21) == bits21[i] && wrap_signed(x[i], 23) == bits23[i])
}

fn biases(case: &Value) -> bool {
    let (mantissas, exponents): (Vec<i32>, Vec<u32>) = (ints(&case["man"]), ints(&case["exp"]));
    let x = case["x"].as_array().unwrap();
    (0..x.len()).all(|i| bias_mantissa(x[i].as_f64().unwrap()) == Some((mantissas[i], exponents[i])))
}
