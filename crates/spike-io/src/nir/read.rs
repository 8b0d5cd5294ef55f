//! A file as a graph.

use super::{NirArray, NirConv, NirError, NirGraph, NirKind, NirMetadata, NirNode, NirPadding, NirPool, NirValue};
use crate::hdf5::{Hdf5Group, Values};

pub(super) fn read(bytes: &[u8]) -> Result<NirGraph, NirError> {
    let node = Hdf5Group::root(bytes)?.needed_group("node")?;
    let nodes = node.needed_group("nodes")?;
    let mut graph = NirGraph { metadata: metadata(&node)?, ..NirGraph::default() };
    for name in nodes.groups()? {
        let group = nodes.needed_group(&name)?;
        let found = NirNode { kind: kind(&group, &name)?, metadata: metadata(&group)? };
        graph.nodes.insert(name, found);
    }
    let ends = node.texts("edges")?.ok_or_else(|| node.missing("edges"))?;
    let (pairs, rest) = ends.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(node.refuse("edges", format!("{} ends", ends.len()), "two ends for each edge").into());
    }
    graph.edges = pairs.iter().map(|[from, to]| (from.clone(), to.clone())).collect();
    graph.check()?;
    Ok(graph)
}

fn metadata(group: &Hdf5Group) -> Result<NirMetadata, NirError> {
    let Some(group) = group.group("metadata")? else { return Ok(NirMetadata::new()) };
    if let Some(inner) = group.groups()?.into_iter().next() {
        return Err(group.refuse(&inner, "a group", "text or numbers").into());
    }
    let mut metadata = NirMetadata::new();
    for name in group.arrays()? {
        let Some((shape, values)) = group.array(&name)? else { continue };
        let value = match (shape.is_empty(), values) {
            (true, Values::Texts(mut texts)) if texts.len() == 1 => NirValue::Text(texts.remove(0)),
            (_, Values::Texts(values)) => NirValue::Texts { shape, values },
            (true, Values::Bools(values)) if values.len() == 1 => NirValue::Bool(values[0]),
            (_, Values::Bools(values)) => NirValue::Ints { shape, values: values.into_iter().map(i64::from).collect() },
            (true, Values::Ints(values)) if values.len() == 1 => NirValue::Int(values[0]),
            (_, Values::Ints(values)) => NirValue::Ints { shape, values },
            (_, reals) => NirValue::Reals(reals_of(&group, &name, &shape, reals)?),
        };
        metadata.insert(name, value);
    }
    Ok(metadata)
}

fn reals_of(group: &Hdf5Group, name: &str, shape: &[usize], values: Values) -> Result<NirArray, NirError> {
    let array = match values {
        Values::F32(values) => NirArray::from_f32(shape, values),
        Values::F64(values) => NirArray::from_f64(shape, values),
        Values::Ints(values) => NirArray::from_f64(shape, values.into_iter().map(|value| value as f64).collect()),
        Values::Bools(_) | Values::Texts(_) => None,
    };
    array.ok_or_else(|| group.refuse(name, "no array of numbers", "numbers, as many as the shape says").into())
}

fn optional(group: &Hdf5Group, name: &str) -> Result<Option<NirArray>, NirError> {
    let Some((shape, values)) = group.array(name)? else { return Ok(None) };
    reals_of(group, name, &shape, values).map(Some)
}

fn needed(group: &Hdf5Group, name: &str) -> Result<NirArray, NirError> {
    optional(group, name)?.ok_or_else(|| group.missing(name).into())
}

fn shape(group: &Hdf5Group) -> Result<Vec<usize>, NirError> {
    group.lengths("shape")?.ok_or_else(|| group.missing("shape").into())
}

/// One number for each axis, or one for all.
fn each<const D: usize>(group: &Hdf5Group, name: &str, default: Option<[usize; D]>) -> Result<[usize; D], NirError> {
    match (group.lengths(name)?, default) {
        (None, Some(default)) => Ok(default),
        (None, None) => Err(group.missing(name).into()),
        (Some(given), _) => match given[..] {
            [all] => Ok([all; D]),
            _ => given
                .try_into()
                .map_err(|given| group.refuse(name, format!("{given:?}"), "one number for each axis").into()),
        },
    }
}

/// A weight of the input; one number stands for all neurons, none for 1.
fn input_weight(group: &Hdf5Group, neurons: &NirArray) -> Result<NirArray, NirError> {
    Ok(match optional(group, "w_in")? {
        None => NirArray::full_like(neurons, 1.0),
        Some(weight) if weight.shape().is_empty() => NirArray::full_like(neurons, weight.to_f64()[0]),
        Some(weight) => weight,
    })
}

fn kind(group: &Hdf5Group, node: &str) -> Result<NirKind, NirError> {
    let kind = group.text("type")?.ok_or_else(|| group.missing("type"))?;
    let array = |name| needed(group, name);
    let reset = |threshold: &NirArray| -> Result<NirArray, NirError> {
        Ok(optional(group, "v_reset")?.unwrap_or_else(|| NirArray::full_like(threshold, 0.0)))
    };
    Ok(match kind.as_str() {
        "Input" => NirKind::Input { shape: shape(group)? },
        "Output" => NirKind::Output { shape: shape(group)? },
        "Affine" => NirKind::Affine { weight: array("weight")?, bias: array("bias")? },
        "Linear" => NirKind::Linear { weight: array("weight")? },
        "Scale" => NirKind::Scale { scale: array("scale")? },
        "Conv1d" => NirKind::Conv1d(conv(group)?),
        "Conv2d" => NirKind::Conv2d(conv(group)?),
        "SumPool2d" => NirKind::SumPool2d(pool(group)?),
        "AvgPool2d" => NirKind::AvgPool2d(pool(group)?),
        "Flatten" => {
            let axis = |name, default| -> Result<i64, NirError> {
                Ok(group.ints(name)?.map_or(default, |(_, values)| values.first().copied().unwrap_or(default)))
            };
            let (start_dim, end_dim) = (axis("start_dim", 1)?, axis("end_dim", -1)?);
            NirKind::Flatten { input_shape: group.lengths("input_type")?, start_dim, end_dim }
        }
        "IF" => {
            let v_threshold = array("v_threshold")?;
            NirKind::If { r: array("r")?, v_reset: reset(&v_threshold)?, v_threshold }
        }
        "LI" => NirKind::Li { tau_s: array("tau")?, r: array("r")?, v_leak: array("v_leak")? },
        "LIF" => {
            let v_threshold = array("v_threshold")?;
            let (tau_s, r, v_leak) = (array("tau")?, array("r")?, array("v_leak")?);
            NirKind::Lif { tau_s, r, v_leak, v_reset: reset(&v_threshold)?, v_threshold }
        }
        "CubaLI" => {
            let (tau_syn_s, tau_mem_s) = (array("tau_syn")?, array("tau_mem")?);
            let (r, v_leak) = (array("r")?, array("v_leak")?);
            NirKind::CubaLi { tau_syn_s, tau_mem_s, r, w_in: input_weight(group, &v_leak)?, v_leak }
        }
        "CubaLIF" => {
            let (tau_syn_s, tau_mem_s) = (array("tau_syn")?, array("tau_mem")?);
            let (r, v_leak, v_threshold) = (array("r")?, array("v_leak")?, array("v_threshold")?);
            let (v_reset, w_in) = (reset(&v_threshold)?, input_weight(group, &v_leak)?);
            NirKind::CubaLif { tau_syn_s, tau_mem_s, r, v_leak, v_threshold, v_reset, w_in }
        }
        "I" => NirKind::I { r: array("r")? },
        "Threshold" => NirKind::Threshold { threshold: array("threshold")? },
        "Delay" => NirKind::Delay { delay_s: array("delay")? },
        _ => return Err(NirError::UnknownKind { node: node.to_owned(), kind }),
    })
}

fn conv<const D: usize>(group: &Hdf5Group) -> Result<NirConv<D>, NirError> {
    let weight = needed(group, "weight")?;
    let padding = match group.array("padding")? {
        Some((_, Values::Texts(_))) => match group.text("padding")?.as_deref() {
            Some("same") => NirPadding::Same,
            Some("valid") => NirPadding::Valid,
            other => return Err(group.refuse("padding", format!("{other:?}"), "same, valid or numbers").into()),
        },
        _ => NirPadding::Each(each(group, "padding", Some([0; D]))?),
    };
    let input_shape = match group.lengths("input_shape")? {
        Some(_) => Some(each(group, "input_shape", None)?),
        None => None,
    };
    let [groups] = each(group, "groups", None)?;
    let bias = match optional(group, "bias")? {
        Some(bias) => bias,
        None => {
            let outputs = weight.shape().first().copied().unwrap_or(1);
            // No weights, no outputs: then any number of zeros would be believed from the shape alone.
            let outputs = if weight.shape().contains(&0) { 0 } else { outputs };
            NirArray::full(&[outputs], 0.0).ok_or_else(|| group.missing("bias"))?
        }
    };
    let (stride, dilation) = (each(group, "stride", Some([1; D]))?, each(group, "dilation", Some([1; D]))?);
    Ok(NirConv { input_shape, weight, stride, padding, dilation, groups, bias })
}

fn pool(group: &Hdf5Group) -> Result<NirPool, NirError> {
    let kernel_size = each(group, "kernel_size", None)?;
    let stride = each(group, "stride", Some(kernel_size))?;
    Ok(NirPool { kernel_size, stride, padding: each(group, "padding", Some([0; 2]))? })
}
