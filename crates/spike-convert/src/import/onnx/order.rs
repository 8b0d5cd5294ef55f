//! The nodes that an output depends on, operands first.

use super::message::{Graph, Node};
use super::operation::label;
use super::value::Value;
use crate::import::ImportError;
use std::collections::HashMap;

/// How far the search has come with a node.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Unseen,
    Open,
    Done,
}

/// The nodes behind a value in an order in which they can be computed.
///
/// Files must store nodes in such an order; those that do not are accepted unless there is a circle.
pub(super) fn needed<'a>(
    graph: &'a Graph,
    output: &str,
    known: &HashMap<&str, Value>,
) -> Result<Vec<&'a Node>, ImportError> {
    let mut producer = HashMap::new();
    for (at, node) in graph.node.iter().enumerate() {
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if producer.insert(name.as_str(), at).is_some() {
                let problem = format!("the value {name:?} is produced twice");
                return Err(ImportError::Malformed { format: "ONNX", problem });
            }
        }
    }
    let mut states = vec![State::Unseen; graph.node.len()];
    let mut order = Vec::new();
    let Some(&last) = producer.get(output) else { return Ok(order) };
    // Nodes whose operands are being visited, with the next operand of each.
    let mut open = vec![(last, 0)];
    states[last] = State::Open;
    while let Some((at, next)) = open.last_mut() {
        let node = &graph.node[*at];
        let Some(name) = node.input.get(*next) else {
            states[*at] = State::Done;
            order.push(node);
            open.pop();
            continue;
        };
        *next += 1;
        if name.is_empty() || known.contains_key(name.as_str()) {
            continue;
        }
        let Some(&before) = producer.get(name.as_str()) else {
            return Err(ImportError::MissingValue { value: name.clone(), user: label(node) });
        };
        match states[before] {
            State::Done => {}
            State::Open => return Err(ImportError::Cycle { node: label(&graph.node[before]) }),
            State::Unseen => {
                states[before] = State::Open;
                open.push((before, 0));
            }
        }
    }
    Ok(order)
}
