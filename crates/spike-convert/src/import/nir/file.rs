//! The HDF5 side of a NIR file: nodes, edges and their arrays, none larger than the file explains.

use crate::import::ImportError;
use crate::tensor::{Tensor, num_values};
use hdf5_pure::{Dataset, File, Group, VlenStringReadOptions};

/// Most bytes that one byte of a compressed file can hold (DEFLATE).
const EXPANSION: usize = 1032;

/// An opened file.
pub(super) struct NirFile {
    graph: Group,
    nodes: Group,
    num_bytes: usize,
    _file: File,
}

fn malformed(problem: impl ToString) -> ImportError {
    ImportError::Malformed { format: "NIR", problem: problem.to_string() }
}

impl NirFile {
    pub(super) fn open(bytes: &[u8]) -> Result<Self, ImportError> {
        let file = File::from_bytes(bytes.to_vec()).map_err(malformed)?;
        let end = file.superblock().eof_address;
        if (bytes.len() as u64) < end {
            return Err(malformed(format!("{} bytes of {end} are there; the file is cut short", bytes.len())));
        }
        let graph = file.root().group("node").map_err(malformed)?;
        let nodes = graph.group("nodes").map_err(malformed)?;
        Ok(Self { graph, nodes, num_bytes: bytes.len(), _file: file })
    }

    /// The names of all nodes.
    pub(super) fn nodes(&self) -> Result<Vec<String>, ImportError> {
        self.nodes.groups().map_err(malformed)
    }

    /// The edges, from and to.
    pub(super) fn edges(&self) -> Result<Vec<(String, String)>, ImportError> {
        let dataset = self.graph.dataset("edges").map_err(malformed)?;
        let names = self.strings(&dataset)?;
        let (pairs, rest) = names.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(malformed("an edge has no end"));
        }
        Ok(pairs.iter().map(|[from, to]| (from.clone(), to.clone())).collect())
    }

    /// The type of a node.
    pub(super) fn kind(&self, node: &str) -> Result<String, ImportError> {
        self.text(node, "type")?.ok_or_else(|| malformed(format!("node {node:?} has no type")))
    }

    fn strings(&self, dataset: &Dataset) -> Result<Vec<String>, ImportError> {
        self.check_size(dataset)?;
        let limit = self.num_bytes.saturating_mul(4) as u64;
        let size = dataset.vlen_string_payload_size().unwrap_or(0);
        if limit < size {
            return Err(malformed(format!("texts of {size} bytes in a file of {}", self.num_bytes)));
        }
        dataset
            .read_vlen_strings(VlenStringReadOptions::default())
            .or_else(|_| dataset.read_string())
            .map_err(malformed)
    }

    /// Refuses an array that the file cannot hold.
    fn check_size(&self, dataset: &Dataset) -> Result<Vec<usize>, ImportError> {
        let lengths = dataset.shape().map_err(malformed)?;
        let shape: Option<Vec<usize>> = lengths.iter().map(|&length| usize::try_from(length).ok()).collect();
        let limit = self.num_bytes.saturating_mul(EXPANSION);
        let element = usize::try_from(dataset.element_size().map_err(malformed)?).unwrap_or(usize::MAX);
        shape
            .filter(|shape| num_values(shape).and_then(|n| n.checked_mul(element)).is_some_and(|size| size <= limit))
            .ok_or_else(|| malformed(format!("an array of shape {lengths:?} in a file of {} bytes", self.num_bytes)))
    }

    fn dataset(&self, node: &str, name: &str) -> Result<Option<Dataset>, ImportError> {
        let group = self.nodes.group(node).map_err(malformed)?;
        if !group.datasets().map_err(malformed)?.iter().any(|found| found == name) {
            return Ok(None);
        }
        group.dataset(name).map(Some).map_err(malformed)
    }

    /// A text of a node.
    pub(super) fn text(&self, node: &str, name: &str) -> Result<Option<String>, ImportError> {
        let Some(dataset) = self.dataset(node, name)? else { return Ok(None) };
        Ok(self.strings(&dataset).ok().and_then(|texts| texts.into_iter().next()))
    }

    /// Real numbers of a node.
    pub(super) fn tensor(&self, node: &str, name: &str) -> Result<Option<Tensor>, ImportError> {
        let Some(dataset) = self.dataset(node, name)? else { return Ok(None) };
        let shape = self.check_size(&dataset)?;
        let values = dataset.read_f32().map_err(malformed)?;
        Tensor::new(shape, values).map(Some).map_err(ImportError::Graph)
    }

    /// Real numbers that a node must have.
    pub(super) fn needed(&self, node: &str, name: &str) -> Result<Tensor, ImportError> {
        self.tensor(node, name)?.ok_or_else(|| malformed(format!("node {node:?} has no {name}")))
    }

    /// Whole numbers of a node.
    pub(super) fn ints(&self, node: &str, name: &str) -> Result<Option<Vec<i64>>, ImportError> {
        let Some(dataset) = self.dataset(node, name)? else { return Ok(None) };
        self.check_size(&dataset)?;
        dataset.read_i64().map(Some).map_err(malformed)
    }

    /// A shape that a node must have.
    pub(super) fn shape(&self, node: &str, name: &str) -> Result<Vec<usize>, ImportError> {
        let lengths = self.ints(node, name)?.ok_or_else(|| malformed(format!("node {node:?} has no {name}")))?;
        let shape: Option<Vec<usize>> = lengths.iter().map(|&length| usize::try_from(length).ok()).collect();
        shape.ok_or_else(|| malformed(format!("{lengths:?} of node {node:?} is not a shape")))
    }
}
