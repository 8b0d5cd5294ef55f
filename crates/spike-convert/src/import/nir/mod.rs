//! Networks in the Neuromorphic Intermediate Representation (NIR) as analog networks.

mod node;

use super::{ImportError, weights};
use crate::graph::{Graph, NodeId};
use crate::layer::{BinaryOp, Layer};
use spike_io::nir::{NirError, NirGraph, NirKind};
use std::collections::{BTreeMap, HashMap};

/// Reads a NIR file as an analog network.
///
/// Affine, Linear, Scale, Conv1d, Conv2d, AvgPool2d, SumPool2d and Flatten become layers. An integrate-and-fire node
/// (IF) becomes its rate: with reset by subtraction it fires at r·x/v_threshold spikes per step, between 0 and 1, so
/// that y = min(max(r·x/v_threshold, 0), 1). Several edges into a node are summed, as NIR defines.
///
/// # Errors
/// [`ImportError`]; nodes with a leak, a delay or a state of their own are refused by name: no analog network
/// computes what they compute.
///
/// # References
/// J. E. Pedersen et al. (2024), Neuromorphic intermediate representation: A unified instruction set for
/// interoperable brain-inspired computing, Nature Communications 15:8122, DOI 10.1038/s41467-024-52259-9.
pub fn read_nir(bytes: &[u8]) -> Result<Graph, ImportError> {
    import(&NirGraph::from_bytes(bytes).map_err(refused)?)
}

/// An error of the format in terms of the import.
fn refused(error: NirError) -> ImportError {
    match error {
        NirError::UnknownKind { node, kind } => {
            let remedy = if kind == "NIRGraph" {
                "write the nodes of the inner graph into the outer one"
            } else {
                "allowed are Affine, Linear, Scale, Conv1d, Conv2d, AvgPool2d, SumPool2d, Flatten and IF"
            };
            ImportError::UnsupportedOperator { node, operator: kind, remedy: remedy.to_owned() }
        }
        error => ImportError::Malformed { format: "NIR", problem: error.to_string() },
    }
}

fn import(nir: &NirGraph) -> Result<Graph, ImportError> {
    let mut before: BTreeMap<&str, Vec<String>> = nir.nodes.keys().map(|name| (name.as_str(), Vec::new())).collect();
    for (from, to) in &nir.edges {
        if let Some(sources) = before.get_mut(to.as_str()) {
            sources.push(from.clone());
        }
    }
    let inputs: Vec<_> = nir
        .nodes
        .iter()
        .filter_map(|(name, node)| match &node.kind {
            NirKind::Input { shape } => Some((name.as_str(), shape)),
            _ => None,
        })
        .collect();
    let outputs: Vec<&str> = nir
        .nodes
        .iter()
        .filter_map(|(name, node)| match node.kind {
            NirKind::Output { .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let &[(input, shape)] = inputs.as_slice() else {
        return Err(ImportError::Inputs { found: inputs.iter().map(|(name, _)| (*name).to_owned()).collect() });
    };
    let &[output] = outputs.as_slice() else {
        return Err(ImportError::Outputs { found: outputs.into_iter().map(str::to_owned).collect() });
    };
    let mut graph = Graph::new(input, shape.clone()).map_err(ImportError::Graph)?;
    let mut places = HashMap::from([(input, graph.input())]);
    for name in order(&before, output)? {
        if name == input {
            continue;
        }
        let Some((first, rest)) = before[name].split_first() else {
            return Err(ImportError::MissingValue { value: "an input".to_owned(), user: name.to_owned() });
        };
        let mut sum: NodeId = places[first.as_str()];
        for source in rest {
            let operands = [sum, places[source.as_str()]];
            sum = graph.push(name, Layer::Binary(BinaryOp::Add), &operands).map_err(ImportError::Graph)?;
        }
        let place = node::add(&mut graph, name, &nir.nodes[name].kind, sum)?;
        places.insert(name, place);
    }
    graph.set_output(places[output]).map_err(ImportError::Graph)?;
    weights::check(&graph)?;
    Ok(graph)
}

/// The nodes that the output depends on, sources first.
fn order<'a>(before: &'a BTreeMap<&str, Vec<String>>, output: &'a str) -> Result<Vec<&'a str>, ImportError> {
    // Whether a node is done; one that is open and met again is part of a circle.
    let mut done: HashMap<&str, bool> = HashMap::from([(output, false)]);
    let mut order = Vec::new();
    let mut open = vec![(output, 0)];
    while let Some((name, next)) = open.last_mut() {
        let Some(source) = before[*name].get(*next) else {
            done.insert(name, true);
            order.push(*name);
            open.pop();
            continue;
        };
        *next += 1;
        match done.get(source.as_str()) {
            Some(true) => {}
            Some(false) => return Err(ImportError::Cycle { node: source.clone() }),
            None => {
                done.insert(source, false);
                open.push((source, 0));
            }
        }
    }
    Ok(order)
}
