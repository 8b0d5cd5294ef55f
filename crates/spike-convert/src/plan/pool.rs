//! Maximum pools by place of storage.

use super::scale::unfoldable;
use super::{Lists, Unit};
use crate::error::ConvertError;
use crate::graph::Node;

/// The windows of a maximum pool, by place of storage.
#[derive(Debug, Clone)]
pub(crate) struct PoolUnit {
    /// The windows that see each source.
    pub(crate) windows_of: Lists,
    /// The sources that each window sees, ascending.
    pub(crate) members: Lists,
}

impl PoolUnit {
    /// Windows in the order of the graph, stored as `place` says.
    pub(super) fn new<F>(windows: Vec<Vec<u32>>, source: &Unit<F>, place: Option<&[u32]>) -> Self {
        let mut members = vec![Vec::new(); windows.len()];
        let mut windows_of = vec![Vec::new(); source.num_values];
        for (window, sources) in windows.into_iter().enumerate() {
            let at = place.map_or(window, |place| place[window] as usize);
            let mut stored: Vec<u32> =
                sources.iter().map(|&s| source.place.as_ref().map_or(s, |place| place[s as usize])).collect();
            stored.sort_unstable();
            stored.iter().for_each(|&s| windows_of[s as usize].push(at as u32));
            members[at] = stored;
        }
        Self { windows_of: Lists::new(&windows_of), members: Lists::new(&members) }
    }

    /// The scale of what the pool passes on: that of all neurons that a window sees.
    pub(super) fn scale<F>(&self, node: &Node, source: &Unit<F>) -> Result<Vec<f64>, ConvertError> {
        if source.scale.is_empty() {
            return Ok(Vec::new());
        }
        let of = |member: &u32| source.scale[*member as usize];
        let scale = (0..self.members.len() as u32).map(|window| {
            let members = self.members.get(window);
            let first = members.first().map_or(1.0, of);
            match members.iter().all(|member| of(member) == first) {
                true => Ok(first),
                false => Err(unfoldable(node, "it compares spikes of different thresholds; take the amplitude form")),
            }
        });
        scale.collect()
    }
}
