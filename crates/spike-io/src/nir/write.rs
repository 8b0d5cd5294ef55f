//! A graph as a file.

use super::{NirArray, NirConv, NirError, NirGraph, NirKind, NirMetadata, NirPadding, NirPool, NirValue, NirValues};
use crate::hdf5::{finish, put_bool, put_ints, put_reals_f32, put_reals_f64, put_text, put_texts};
use hdf5_pure::{FileBuilder, GroupBuilder};

/// The version of the format that is written.
const VERSION: &str = "1.0.8";

pub(super) fn write(graph: &NirGraph) -> Result<Vec<u8>, NirError> {
    graph.check()?;
    let mut file = FileBuilder::new();
    file.create_dataset("version").with_vlen_strings(&[VERSION]).with_shape(&[]);
    let mut node = file.create_group("node");
    put_text(&mut node, "type", "NIRGraph");
    let ends: Vec<&str> = graph.edges.iter().flat_map(|(from, to)| [from.as_str(), to.as_str()]).collect();
    put_texts(&mut node, "edges", &[graph.edges.len(), 2], &ends);
    let mut nodes = node.create_group("nodes");
    for (name, found) in &graph.nodes {
        let mut group = nodes.create_group(name);
        put_text(&mut group, "type", found.kind.name());
        put_kind(&mut group, &found.kind);
        put_metadata(&mut group, &found.metadata)?;
        nodes.add_group(group.finish());
    }
    node.add_group(nodes.finish());
    put_metadata(&mut node, &graph.metadata)?;
    file.add_group(node.finish());
    Ok(finish(file)?)
}

fn put_metadata(group: &mut GroupBuilder, metadata: &NirMetadata) -> Result<(), NirError> {
    if metadata.is_empty() {
        return Ok(());
    }
    let mut inner = group.create_group("metadata");
    for (name, value) in metadata {
        match value {
            NirValue::Text(text) => put_text(&mut inner, name, text),
            NirValue::Bool(value) => put_bool(&mut inner, name, *value)?,
            NirValue::Int(value) => put_ints(&mut inner, name, &[], &[*value]),
            NirValue::Reals(array) => put_array(&mut inner, name, array),
            NirValue::Ints { shape, values } => put_ints(&mut inner, name, shape, values),
            NirValue::Texts { shape, values } => {
                let texts: Vec<&str> = values.iter().map(String::as_str).collect();
                put_texts(&mut inner, name, shape, &texts);
            }
        }
    }
    group.add_group(inner.finish());
    Ok(())
}

fn put_array(group: &mut GroupBuilder, name: &str, array: &NirArray) {
    match array.values() {
        NirValues::F32(values) => put_reals_f32(group, name, array.shape(), values),
        NirValues::F64(values) => put_reals_f64(group, name, array.shape(), values),
    }
}

fn put_lengths(group: &mut GroupBuilder, name: &str, lengths: &[usize]) {
    let values: Vec<i64> = lengths.iter().map(|&length| length as i64).collect();
    put_ints(group, name, &[lengths.len()], &values);
}

/// One number for each axis; of one axis the format holds a single number.
fn put_each<const D: usize>(group: &mut GroupBuilder, name: &str, lengths: [usize; D]) {
    match lengths[..] {
        [length] => put_ints(group, name, &[], &[length as i64]),
        _ => put_lengths(group, name, &lengths),
    }
}

fn put_kind(group: &mut GroupBuilder, kind: &NirKind) {
    for (name, array) in kind.arrays() {
        put_array(group, name, array);
    }
    match kind {
        NirKind::Input { shape } | NirKind::Output { shape } => put_lengths(group, "shape", shape),
        NirKind::Conv1d(conv) => put_conv(group, conv),
        NirKind::Conv2d(conv) => put_conv(group, conv),
        NirKind::SumPool2d(NirPool { kernel_size, stride, padding })
        | NirKind::AvgPool2d(NirPool { kernel_size, stride, padding }) => {
            put_each(group, "kernel_size", *kernel_size);
            put_each(group, "stride", *stride);
            put_each(group, "padding", *padding);
        }
        NirKind::Flatten { input_shape, start_dim, end_dim } => {
            if let Some(shape) = input_shape {
                put_lengths(group, "input_type", shape);
            }
            put_ints(group, "start_dim", &[], &[*start_dim]);
            put_ints(group, "end_dim", &[], &[*end_dim]);
        }
        _ => {}
    }
}

fn put_conv<const D: usize>(group: &mut GroupBuilder, conv: &NirConv<D>) {
    if let Some(shape) = conv.input_shape {
        put_each(group, "input_shape", shape);
    }
    put_each(group, "stride", conv.stride);
    put_each(group, "dilation", conv.dilation);
    put_ints(group, "groups", &[], &[conv.groups as i64]);
    match conv.padding {
        NirPadding::Same => put_text(group, "padding", "same"),
        NirPadding::Valid => put_text(group, "padding", "valid"),
        NirPadding::Each(padding) => put_each(group, "padding", padding),
    }
}
