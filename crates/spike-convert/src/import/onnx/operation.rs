//! One node of an ONNX graph with its operands and attributes, which are all accounted for.

use super::message;
use super::value::{Const, Signal, Value};
use crate::error::GraphError;
use crate::import::ImportError;
use std::cell::RefCell;

/// A node whose operands are known.
pub(super) struct Operation<'a> {
    node: &'a message::Node,
    label: String,
    operands: Vec<Option<&'a Value>>,
    /// Attributes that were read: one that is not would be ignored silently.
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Operation<'a> {
    pub(super) fn new(node: &'a message::Node, operands: Vec<Option<&'a Value>>) -> Self {
        Self { node, label: label(node), operands, read: RefCell::new(Vec::new()) }
    }

    /// The same node with other operands.
    pub(super) fn with_operands(&self, operands: Vec<Option<&'a Value>>) -> Self {
        Self { node: self.node, label: self.label.clone(), operands, read: RefCell::new(Vec::new()) }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn operator(&self) -> &'a str {
        self.node.op_type.as_deref().unwrap_or_default()
    }

    pub(super) fn num_outputs(&self) -> usize {
        self.node.output.len()
    }

    pub(super) fn operands(&self) -> &[Option<&'a Value>] {
        &self.operands
    }

    /// An operand that may be left out.
    pub(super) fn optional(&self, position: usize) -> Option<&'a Value> {
        self.operands.get(position).copied().flatten()
    }

    pub(super) fn operand(&self, position: usize) -> Result<&'a Value, ImportError> {
        self.optional(position).ok_or_else(|| self.refuse(format!("operand {position} is missing"), "check the export"))
    }

    /// The operand that the network computes; constants alone are folded before.
    pub(super) fn signal(&self, position: usize) -> Result<&'a Signal, ImportError> {
        match self.operand(position)? {
            Value::Signal(signal) => Ok(signal),
            Value::Const(_) => {
                Err(self
                    .refuse(format!("operand {position} is a constant"), "it must come from the input of the network"))
            }
        }
    }

    pub(super) fn constant(&self, position: usize) -> Result<&'a Const, ImportError> {
        match self.operand(position)? {
            Value::Const(constant) => Ok(constant),
            Value::Signal(_) => Err(self.refuse(
                format!("operand {position} depends on the input of the network"),
                "it must be a weight or a constant",
            )),
        }
    }

    pub(super) fn optional_constant(&self, position: usize) -> Result<Option<&'a Const>, ImportError> {
        self.optional(position).map(|_| self.constant(position)).transpose()
    }

    /// A constant operand of real numbers.
    pub(super) fn reals(&self, position: usize) -> Result<&'a [f32], ImportError> {
        self.constant(position)?
            .reals()
            .ok_or_else(|| self.refuse(format!("operand {position} holds no real numbers"), "export it as float32"))
    }

    /// A constant operand of whole numbers.
    pub(super) fn ints(&self, position: usize) -> Result<&'a [i64], ImportError> {
        self.constant(position)?
            .ints()
            .ok_or_else(|| self.refuse(format!("operand {position} holds no whole numbers"), "export it as int64"))
    }

    fn attribute(&self, name: &'static str) -> Option<&'a message::Attribute> {
        self.read.borrow_mut().push(name);
        self.node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name))
    }

    pub(super) fn int(&self, name: &'static str) -> Option<i64> {
        // A value of 0 may be left out of the file.
        self.attribute(name).map(|attribute| attribute.i.unwrap_or(0))
    }

    pub(super) fn real(&self, name: &'static str) -> Option<f32> {
        self.attribute(name).map(|attribute| attribute.f.unwrap_or(0.0))
    }

    pub(super) fn int_list(&self, name: &'static str) -> Option<&'a [i64]> {
        self.attribute(name).map(|attribute| attribute.ints.as_slice())
    }

    pub(super) fn real_list(&self, name: &'static str) -> Option<&'a [f32]> {
        self.attribute(name).map(|attribute| attribute.floats.as_slice())
    }

    pub(super) fn tensor(&self, name: &'static str) -> Option<&'a message::Tensor> {
        self.attribute(name).and_then(|attribute| attribute.t.as_ref())
    }

    pub(super) fn text(&self, name: &'static str) -> Option<std::borrow::Cow<'a, str>> {
        self.attribute(name).map(|attribute| String::from_utf8_lossy(attribute.s.as_deref().unwrap_or_default()))
    }

    /// Accounts for attributes that do not matter here.
    pub(super) fn disregard(&self, names: &[&'static str]) {
        self.read.borrow_mut().extend(names);
    }

    /// Refuses attributes that nothing has read.
    pub(super) fn check_attributes(&self) -> Result<(), ImportError> {
        let read = self.read.borrow();
        let unread = self.node.attribute.iter().filter_map(|attribute| attribute.name.as_deref());
        match unread.into_iter().find(|name| !read.contains(name)) {
            Some(name) => Err(self.refuse(format!("attribute {name:?} is not understood"), "export without it")),
            None => Ok(()),
        }
    }

    /// A whole number as an axis; negative ones count from the last.
    pub(super) fn axis(&self, axis: i64, rank: usize) -> Result<usize, ImportError> {
        let counted = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
        usize::try_from(counted).ok().filter(|&axis| axis < rank).ok_or_else(|| {
            self.refuse(format!("axis {axis} does not exist in an array of {rank} axes"), "check the export")
        })
    }

    pub(super) fn refuse(&self, problem: String, remedy: &str) -> ImportError {
        ImportError::UnsupportedUse {
            node: self.label.clone(),
            operator: self.operator().to_owned(),
            problem,
            remedy: remedy.to_owned(),
        }
    }

    pub(super) fn batch_mixed(&self) -> ImportError {
        ImportError::BatchMixed { node: self.label.clone(), operator: self.operator().to_owned() }
    }

    pub(super) fn invalid(&self, error: GraphError) -> ImportError {
        ImportError::Graph(error)
    }
}

/// The name of a node, or that of its first result.
pub(super) fn label(node: &message::Node) -> String {
    let name = node.name.as_deref().filter(|name| !name.is_empty());
    name.or(node.output.first().map(String::as_str)).unwrap_or_default().to_owned()
}
