//! A file as a network.

use super::{Netx, NetxArray, NetxError, NetxKind, NetxLayer, NetxNeuron, NetxSimulation, NetxValue, NetxWindow};
use crate::hdf5::{Hdf5Group, Values};

pub(super) fn read(bytes: &[u8]) -> Result<Netx, NetxError> {
    let root = Hdf5Group::root(bytes)?;
    let group = root.needed_group("layer")?;
    let count = group.groups()?.len();
    let mut layers = Vec::new();
    for index in 0..count {
        let Some(found) = group.group(&index.to_string())? else {
            return Err(NetxError::Numbering { count, missing: index });
        };
        layers.push(layer(&found, index)?);
    }
    let simulation = match root.group("simulation")? {
        Some(group) => Some(NetxSimulation { step_ms: int(&group, "Ts")?, sample_ms: int(&group, "tSample")? }),
        None => None,
    };
    let netx = Netx { layers, simulation };
    netx.check()?;
    Ok(netx)
}

fn int(group: &Hdf5Group, name: &str) -> Result<i64, NetxError> {
    match group.ints(name)? {
        Some((_, values)) => match values[..] {
            [value] => Ok(value),
            _ => Err(group.refuse(name, format!("{} numbers", values.len()), "one number").into()),
        },
        None => Err(group.missing(name).into()),
    }
}

fn length(group: &Hdf5Group, name: &str) -> Result<usize, NetxError> {
    let value = int(group, name)?;
    usize::try_from(value).map_err(|_| group.refuse(name, value.to_string(), "a number from 0").into())
}

/// One number for both axes, or one for each.
fn pair(group: &Hdf5Group, name: &str) -> Result<[usize; 2], NetxError> {
    let given = group.lengths(name)?.ok_or_else(|| group.missing(name))?;
    match given[..] {
        [both] => Ok([both; 2]),
        [height, width] => Ok([height, width]),
        _ => Err(group.refuse(name, format!("{given:?}"), "one or two numbers").into()),
    }
}

fn array(group: &Hdf5Group, name: &str) -> Result<Option<NetxArray>, NetxError> {
    let Some((shape, values)) = group.ints(name)? else { return Ok(None) };
    let narrow =
        |value: i64| i32::try_from(value).map_err(|_| group.refuse(name, value.to_string(), "numbers of 32 bits"));
    let values = values.into_iter().map(narrow).collect::<Result<Vec<i32>, _>>()?;
    let found = NetxArray::new(&shape, values);
    found.map(Some).ok_or_else(|| group.refuse(name, "an array", "as many numbers as its shape says").into())
}

/// The weights of a layer, in as many axes as its type has.
fn weight(group: &Hdf5Group, axes: &[usize]) -> Result<NetxArray, NetxError> {
    if group.group("weight")?.is_some() {
        return Err(group.refuse("weight", "a group (complex weights)", "an array").into());
    }
    let found = array(group, "weight")?.ok_or_else(|| group.missing("weight"))?;
    // Older files have axes of length 1 behind a kernel, or the matrix of a single neuron as a row.
    let num_values = axes.iter().try_fold(1usize, |n, &length| n.checked_mul(length));
    let only_ones = found.shape().get(axes.len()..).is_some_and(|rest| rest.iter().all(|&length| length == 1));
    let is_row = axes.len() == 2 && found.shape().len() == 1;
    if num_values == Some(found.values().len()) && (only_ones || is_row) {
        return NetxArray::new(axes, found.values().to_vec()).ok_or_else(|| group.missing("weight").into());
    }
    Ok(found)
}

fn window(group: &Hdf5Group) -> Result<NetxWindow, NetxError> {
    Ok(NetxWindow {
        kernel_size: pair(group, "kernelSize")?,
        stride: pair(group, "stride")?,
        padding: pair(group, "padding")?,
        dilation: pair(group, "dilation")?,
    })
}

fn layer(group: &Hdf5Group, index: usize) -> Result<NetxLayer, NetxError> {
    let kind = group.text("type")?.ok_or_else(|| group.missing("type"))?;
    let shape = group.lengths("shape")?.ok_or_else(|| group.missing("shape"))?;
    let kind = match kind.as_str() {
        "input" => NetxKind::Input { weight: array(group, "weight")?, bias: array(group, "bias")? },
        "flatten" => NetxKind::Flatten,
        "average" => NetxKind::Average,
        "concat" => NetxKind::Concat { layers: group.lengths("layers")?.ok_or_else(|| group.missing("layers"))? },
        "dense" => {
            let (in_features, out_features) = (length(group, "inFeatures")?, length(group, "outFeatures")?);
            let weight = weight(group, &[out_features, in_features])?;
            let (delay, bias) = (array(group, "delay")?, array(group, "bias")?);
            NetxKind::Dense { in_features, out_features, weight, delay, bias }
        }
        "pool" => {
            let found = array(group, "weight")?.ok_or_else(|| group.missing("weight"))?;
            NetxKind::Pool { window: window(group)?, weight: found, delay: array(group, "delay")? }
        }
        "conv" => {
            let (in_channels, out_channels) = (length(group, "inChannels")?, length(group, "outChannels")?);
            let (window, groups) = (window(group)?, length(group, "groups")?);
            let [height, width] = window.kernel_size;
            let inputs = in_channels.checked_div(groups).unwrap_or(0);
            let weight = weight(group, &[out_channels, inputs, height, width])?;
            let (delay, bias) = (array(group, "delay")?, array(group, "bias")?);
            NetxKind::Conv { in_channels, out_channels, window, groups, weight, delay, bias }
        }
        _ => return Err(NetxError::UnknownKind { layer: index, kind }),
    };
    let neuron = group.group("neuron")?.map(|group| neuron(&group)).transpose()?;
    Ok(NetxLayer { shape, kind, neuron })
}

fn neuron(group: &Hdf5Group) -> Result<NetxNeuron, NetxError> {
    let model = group.text("type")?.ok_or_else(|| group.missing("type"))?;
    let mut neuron = NetxNeuron { model, parameters: Default::default() };
    for name in group.arrays()? {
        let Some((shape, values)) = group.array(&name)?.filter(|_| name != "type") else { continue };
        let value = match values {
            Values::Ints(values) if shape.is_empty() && values.len() == 1 => NetxValue::Int(values[0]),
            Values::Ints(values) => NetxValue::Ints(values),
            Values::F64(values) if values.len() == 1 => NetxValue::Real(values[0]),
            Values::F32(values) if values.len() == 1 => NetxValue::Real(values[0].into()),
            Values::Bools(values) if values.len() == 1 => NetxValue::Bool(values[0]),
            Values::Texts(mut texts) if texts.len() == 1 => NetxValue::Text(texts.remove(0)),
            _ => match group.ints(&name)? {
                Some((_, values)) => NetxValue::Ints(values),
                None => continue,
            },
        };
        neuron.parameters.insert(name, value);
    }
    Ok(neuron)
}
