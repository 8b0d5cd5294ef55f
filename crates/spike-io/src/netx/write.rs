//! A network as a file.

use super::{Netx, NetxArray, NetxError, NetxKind, NetxLayer, NetxNeuron, NetxValue, NetxWindow};
use crate::hdf5::{finish, put_bool, put_fixed_text, put_ints, put_ints_i32, put_reals_f64, put_text};
use hdf5_pure::{FileBuilder, GroupBuilder};

/// Bytes of the text of a type.
const TYPE_WIDTH: u32 = 10;

pub(super) fn write(netx: &Netx) -> Result<Vec<u8>, NetxError> {
    netx.check()?;
    let mut file = FileBuilder::new();
    let mut layers = file.create_group("layer");
    for (index, layer) in netx.layers.iter().enumerate() {
        let mut group = layers.create_group(&index.to_string());
        put_layer(&mut group, layer)?;
        layers.add_group(group.finish());
    }
    file.add_group(layers.finish());
    if let Some(simulation) = netx.simulation {
        let mut group = file.create_group("simulation");
        put_ints(&mut group, "Ts", &[], &[simulation.step_ms]);
        put_ints(&mut group, "tSample", &[], &[simulation.sample_ms]);
        file.add_group(group.finish());
    }
    Ok(finish(file)?)
}

fn put_lengths(group: &mut GroupBuilder, name: &str, lengths: &[usize]) {
    let values: Vec<i64> = lengths.iter().map(|&length| length as i64).collect();
    put_ints(group, name, &[lengths.len()], &values);
}

fn put_length(group: &mut GroupBuilder, name: &str, length: usize) {
    put_ints(group, name, &[], &[length as i64]);
}

fn put_arrays(group: &mut GroupBuilder, arrays: &[(&str, Option<&NetxArray>)]) {
    for (name, array) in arrays {
        if let Some(array) = array {
            put_ints_i32(group, name, array.shape(), array.values());
        }
    }
}

fn put_window(group: &mut GroupBuilder, window: &NetxWindow) {
    put_lengths(group, "kernelSize", &window.kernel_size);
    put_lengths(group, "stride", &window.stride);
    put_lengths(group, "padding", &window.padding);
    put_lengths(group, "dilation", &window.dilation);
}

fn put_layer(group: &mut GroupBuilder, layer: &NetxLayer) -> Result<(), NetxError> {
    put_fixed_text(group, "type", layer.kind.name(), TYPE_WIDTH)?;
    put_lengths(group, "shape", &layer.shape);
    match &layer.kind {
        NetxKind::Input { weight, bias } => {
            put_arrays(group, &[("weight", weight.as_ref()), ("bias", bias.as_ref())]);
        }
        NetxKind::Flatten | NetxKind::Average => {}
        NetxKind::Concat { layers } => put_lengths(group, "layers", layers),
        NetxKind::Dense { in_features, out_features, weight, delay, bias } => {
            put_length(group, "inFeatures", *in_features);
            put_length(group, "outFeatures", *out_features);
            put_arrays(group, &[("weight", Some(weight)), ("delay", delay.as_ref()), ("bias", bias.as_ref())]);
        }
        NetxKind::Pool { window, weight, delay } => {
            put_window(group, window);
            put_arrays(group, &[("weight", Some(weight)), ("delay", delay.as_ref())]);
        }
        NetxKind::Conv { in_channels, out_channels, window, groups, weight, delay, bias } => {
            put_length(group, "inChannels", *in_channels);
            put_length(group, "outChannels", *out_channels);
            put_window(group, window);
            put_length(group, "groups", *groups);
            put_arrays(group, &[("weight", Some(weight)), ("delay", delay.as_ref()), ("bias", bias.as_ref())]);
        }
    }
    if let Some(neuron) = &layer.neuron {
        put_neuron(group, neuron)?;
    }
    Ok(())
}

fn put_neuron(layer: &mut GroupBuilder, neuron: &NetxNeuron) -> Result<(), NetxError> {
    let mut group = layer.create_group("neuron");
    put_text(&mut group, "type", &neuron.model);
    for (name, value) in &neuron.parameters {
        match value {
            NetxValue::Int(value) => put_ints(&mut group, name, &[], &[*value]),
            NetxValue::Real(value) => put_reals_f64(&mut group, name, &[], &[*value]),
            NetxValue::Bool(value) => put_bool(&mut group, name, *value)?,
            NetxValue::Text(text) => put_text(&mut group, name, text),
            NetxValue::Ints(values) => put_ints(&mut group, name, &[values.len()], values),
        }
    }
    layer.add_group(group.finish());
    Ok(())
}
