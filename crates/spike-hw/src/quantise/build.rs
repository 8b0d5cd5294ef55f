//! Layers in integers to populations and projections.

use super::error::QuantiseError;
use super::layer::{FloatLayer, LayerSource};
use super::levels::Levels;
use super::scale::{Scaled, exp2};
use crate::Dialect;
use crate::network::{Drive, IntegerNetwork, Pattern, Population, Projection, Role, Source};

/// No decay of the current but the smallest one, all of the voltage: the current is the membrane.
const CURRENT_DECAY: u16 = 0;
const VOLTAGE_DECAY: u16 = 4095;
/// A spike of a pooling neuron in units of 2⁶ of the current.
const POOL_UNITS: i32 = 64;

/// Where the neurons of each layer, and of its pool, are among the populations.
pub(super) fn places(layers: &[FloatLayer]) -> Vec<(usize, Option<usize>)> {
    let mut next = 0;
    let place = |layer: &FloatLayer| {
        let own = next;
        next += 1;
        let pool = layer.pool.is_some().then_some(next);
        next += usize::from(layer.pool.is_some());
        (own, pool)
    };
    layers.iter().map(place).collect()
}

pub(super) fn build(
    dialect: Dialect,
    num_values: usize,
    layers: &[FloatLayer],
    scaled: &[Scaled],
) -> Result<IntegerNetwork, QuantiseError> {
    let places = places(layers);
    let mut network = IntegerNetwork {
        dialect,
        num_inputs: num_values,
        num_values,
        drives: Vec::new(),
        latency_steps: 0,
        populations: Vec::new(),
        projections: Vec::new(),
    };
    for (index, (layer, scaled)) in layers.iter().zip(scaled).enumerate() {
        let (own, pool) = places[index];
        network.latency_steps = layer.depth;
        network.populations.push(neurons(layer, scaled)?);
        network.projections.push(Projection {
            name: format!("{} weights", layer.name),
            source: match layer.source {
                LayerSource::Input => Source::Inputs { first: 0, number: num_values },
                LayerSource::Neurons(before) => Source::Population(places[before].0),
                LayerSource::Pool(before) => Source::Population(places[before].1.unwrap_or(places[before].0)),
            },
            target: own,
            route: layer.route.clone(),
            pattern: layer.pattern.clone(),
            weights: scaled.weights.clone(),
            format: scaled.levels.format(scaled.weight_exp),
        });
        if !layer.bias.is_empty() {
            let input = network.num_inputs;
            network.num_inputs += 1;
            network.drives.push(Drive { input, first_step: layer.depth - 1 });
            network.projections.push(bias(dialect, own, input, layer, scaled)?);
        }
        if layer.fires {
            network.projections.push(reset(dialect, own, layer, scaled));
        }
        if let (Some(circuit), Some(pool)) = (&layer.pool, pool) {
            let name = &circuit.name;
            let windows: Vec<Option<u32>> = (0..circuit.num_windows() as u32).map(Some).collect();
            let groups = |rows: &[Option<u32>]| Pattern::Groups { rows: rows.to_vec(), targets: windows.clone() };
            network.latency_steps += 1;
            network.populations.push(Population {
                name: name.clone(),
                role: Role::Pool,
                shape: circuit.shape.clone(),
                decay_u: CURRENT_DECAY,
                decay_v: VOLTAGE_DECAY,
                vth: POOL_UNITS as u32 / 2,
                bias_mant: vec![0],
                bias_exp: 0,
            });
            for (what, source, rows, weight) in
                [("windows", own, &circuit.windows, POOL_UNITS), ("reset", pool, &windows, -POOL_UNITS)]
            {
                network.projections.push(Projection {
                    name: format!("{name} {what}"),
                    source: Source::Population(source),
                    target: pool,
                    route: None,
                    pattern: groups(rows),
                    weights: vec![weight],
                    format: Levels::new(dialect, 8, &[weight.into()]).format(0),
                });
            }
        }
    }
    Ok(network)
}

/// The population of a layer. A neuron fires when current and bias reach its threshold; the bias is the potential that
/// it starts with, since voltages keep nothing.
fn neurons(layer: &FloatLayer, scaled: &Scaled) -> Result<Population, QuantiseError> {
    let units = if layer.fires { scaled.units() } else { 0.0 };
    let wanted: Vec<f64> = layer.start.iter().map(|start| start * units * 64.0).collect();
    let most = wanted.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let bias_exp = (0u8..8).find(|exponent| (most / exp2((*exponent).into())).round() <= 4095.0);
    let bias_exp = bias_exp.ok_or_else(|| QuantiseError::Range {
        layer: layer.name.clone(),
        what: "a charge at the start",
        found: most / (units * 64.0),
        advice: "calibrate biases instead of charges",
    })?;
    let each = wanted.iter().map(|value| (value / exp2(bias_exp.into())).round() as i32);
    let each: Vec<i32> = each.collect();
    let uniform = each.iter().all(|mantissa| *mantissa == each[0]);
    Ok(Population {
        name: layer.name.clone(),
        role: if layer.fires { Role::Rectifier } else { Role::Accumulator },
        shape: layer.shape.clone(),
        decay_u: CURRENT_DECAY,
        decay_v: VOLTAGE_DECAY,
        // The threshold is strict: one unit less fires at the threshold itself.
        vth: if layer.fires { units as u32 - 1 } else { (1 << 17) - 1 },
        bias_mant: if uniform { each[..1].to_vec() } else { each },
        bias_exp,
    })
}

/// What is added in every step, carried by an input that spikes in every step.
fn bias(
    dialect: Dialect,
    target: usize,
    input: usize,
    layer: &FloatLayer,
    scaled: &Scaled,
) -> Result<Projection, QuantiseError> {
    // A sum that is shifted toward minus infinity loses half of its fraction on average.
    let lost = if dialect == Dialect::Lava && scaled.weight_exp < 0 { 0.5 - exp2(scaled.weight_exp - 1) } else { 0.0 };
    let wanted: Vec<f64> = layer.bias.iter().map(|bias| bias * scaled.units() + lost).collect();
    let levels = Levels::new(dialect, 8, &wanted);
    let most = wanted.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    // With an exponent of −1 weights of both signs keep the bit that the sign takes.
    let exponent = (-1..=7).find(|exponent| most / exp2(*exponent) <= f64::from(levels.largest()));
    let exponent = exponent.ok_or_else(|| QuantiseError::Range {
        layer: layer.name.clone(),
        what: "a bias",
        found: most / scaled.units(),
        advice: "look for a channel whose threshold is far below its bias",
    })?;
    let weights = wanted.iter().map(|value| levels.nearest(dialect, value / exp2(exponent), exponent).0);
    Ok(Projection {
        name: format!("{} bias", layer.name),
        source: Source::Inputs { first: input, number: 1 },
        target,
        route: None,
        pattern: Pattern::Dense,
        weights: weights.collect(),
        format: levels.format(exponent),
    })
}

/// What a spike takes away: a threshold from its neuron, and from all neurons of its window.
fn reset(dialect: Dialect, own: usize, layer: &FloatLayer, scaled: &Scaled) -> Projection {
    let groups = match &layer.pool {
        Some(circuit) => circuit.rivals(),
        None => (0..layer.num_neurons() as u32).map(Some).collect(),
    };
    Projection {
        name: format!("{} reset", layer.name),
        source: Source::Population(own),
        target: own,
        route: None,
        pattern: Pattern::Groups { rows: groups.clone(), targets: groups },
        weights: vec![-2 * scaled.mantissa as i32],
        format: Levels::new(dialect, 8, &[-1.0]).format(scaled.shift - 1),
    }
}
