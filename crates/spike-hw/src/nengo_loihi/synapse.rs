//! Synapses of nengo-loihi: weights that axons share, with a base and an atom.

use crate::error::{ModelError, check_len, check_range};

/// Weights that one or more axons use: a row for each atom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightGroup {
    num_targets: usize,
    /// Atom by atom.
    weights: Vec<i32>,
    /// Target of each weight; `None` for 0, 1, 2, …
    targets: Option<Vec<u32>>,
}

impl WeightGroup {
    /// Weights of one atom to the compartments 0, 1, 2, …
    #[must_use]
    pub fn dense(weights: Vec<i32>) -> Self {
        Self { num_targets: weights.len(), weights, targets: None }
    }

    /// Weights and their targets, both atom by atom.
    ///
    /// # Errors
    /// [`ModelError`] if the lists differ in length or are no multiple of `num_atoms`.
    pub fn new(num_atoms: usize, weights: Vec<i32>, targets: Vec<u32>) -> Result<Self, ModelError> {
        check_len("the list of targets", targets.len(), weights.len())?;
        if num_atoms == 0 {
            return Err(ModelError::Empty { what: "the list of atoms" });
        }
        let num_targets = weights.len() / num_atoms;
        check_len("the list of weights", weights.len(), num_atoms * num_targets)?;
        Ok(Self { num_targets, weights, targets: Some(targets) })
    }

    /// Number of atoms.
    #[must_use]
    pub fn num_atoms(&self) -> usize {
        self.weights.len().checked_div(self.num_targets).unwrap_or(1)
    }

    /// Number of weights of all atoms.
    #[must_use]
    pub fn num_weights(&self) -> usize {
        self.weights.len()
    }

    fn row(&self, atom: usize) -> (&[i32], Option<&[u32]>) {
        let row = atom * self.num_targets..(atom + 1) * self.num_targets;
        (&self.weights[row.clone()], self.targets.as_ref().map(|targets| &targets[row]))
    }

    /// The first compartment behind all targets.
    fn end(&self) -> usize {
        self.targets
            .as_ref()
            .map_or(self.num_targets, |targets| targets.iter().max().map_or(0, |&target| target as usize + 1))
    }
}

/// The synapses of a block that one set of axons reaches.
///
/// Weights are those that the compartment adds: mantissa·2^(6 + weight exponent). A spike on axon *a* with atom *p*
/// adds row *p* of the weight group of *a* to the compartments `base(a) + target`.
///
/// # Errors
/// [`ModelError`] if an axon refers to a group that does not exist, or a group names one target twice for an atom
/// (of which that program would lose one).
///
/// # Examples
/// ```
/// use spike_hw::nengo_loihi::Synapse;
/// let synapse = Synapse::dense(2, 3, &[64, 0, -128, 64, 64, 64])?;
/// assert_eq!((synapse.num_axons(), synapse.end()), (2, 3));
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `block.py`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synapse {
    groups: Vec<WeightGroup>,
    /// Weight group and base of each axon; an axon without base is not used.
    axons: Vec<(u32, Option<u32>)>,
}

impl Synapse {
    /// All axons to all compartments, `weights[axon * num_compartments + compartment]`.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the list of weights has another length.
    pub fn dense(num_axons: usize, num_compartments: usize, weights: &[i32]) -> Result<Self, ModelError> {
        check_len("the matrix of weights", weights.len(), num_axons * num_compartments)?;
        let rows = weights.chunks_exact(num_compartments.max(1)).map(|row| WeightGroup::dense(row.to_vec()));
        Self::new(rows.collect(), (0..num_axons as u32).map(|axon| (axon, Some(0))).collect())
    }

    /// Weight groups, and for each axon its group and its base (`None` for an axon that is not used).
    ///
    /// # Errors
    /// As for the type.
    pub fn new(groups: Vec<WeightGroup>, axons: Vec<(u32, Option<u32>)>) -> Result<Self, ModelError> {
        for (index, &(group, base)) in axons.iter().enumerate() {
            if group as usize >= groups.len() {
                return Err(ModelError::NoSuch { what: "axon", index, found: group as usize, len: groups.len() });
            }
            check_range("base of an axon", &[base.unwrap_or(0)], 0, 1 << 16)?;
        }
        for (index, group) in groups.iter().enumerate() {
            for atom in 0..group.num_atoms() {
                let mut targets = group.row(atom).1.unwrap_or_default().to_vec();
                targets.sort_unstable();
                if let Some([target, _]) = targets.array_windows().find(|[a, b]| a == b) {
                    return Err(ModelError::DuplicateTarget { group: index, atom, target: *target });
                }
            }
        }
        Ok(Self { groups, axons })
    }

    /// Number of axons.
    #[must_use]
    pub fn num_axons(&self) -> usize {
        self.axons.len()
    }

    /// The first compartment behind all that the axons reach.
    #[must_use]
    pub fn end(&self) -> usize {
        let reach = |&(group, base): &(u32, Option<u32>)| {
            base.map_or(0, |base| base as usize + self.groups[group as usize].end())
        };
        self.axons.iter().map(reach).max().unwrap_or(0)
    }

    /// Number of atoms that an axon knows.
    pub(crate) fn num_atoms(&self, axon: usize) -> usize {
        self.groups[self.axons[axon].0 as usize].num_atoms()
    }

    /// Adds the weights of a spike.
    #[inline]
    pub(crate) fn add(&self, axon: usize, atom: usize, sums: &mut [i32]) {
        let (group, Some(base)) = self.axons[axon] else { return };
        let (weights, targets) = self.groups[group as usize].row(atom);
        let sums = &mut sums[base as usize..];
        match targets {
            None => pulp::Arch::new().dispatch(Row { weights, sums }),
            Some(targets) => {
                for (&target, &weight) in targets.iter().zip(weights) {
                    let sum = &mut sums[target as usize];
                    *sum = sum.wrapping_add(weight);
                }
            }
        }
    }
}

/// The weights of a dense row added to the sums, vectorised.
struct Row<'a> {
    weights: &'a [i32],
    sums: &'a mut [i32],
}

impl pulp::WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        for (sum, &weight) in self.sums.iter_mut().zip(self.weights) {
            *sum = sum.wrapping_add(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_checked() {
        let group = WeightGroup::new(2, vec![1, 2, 3, 4], vec![0, 5, 2, 3]).unwrap();
        assert_eq!((group.num_atoms(), group.num_weights(), group.end()), (2, 4, 6));
        assert!(WeightGroup::new(0, vec![], vec![]).is_err());
        assert!(WeightGroup::new(3, vec![1; 4], vec![0; 4]).is_err());
        assert!(WeightGroup::new(1, vec![1; 4], vec![0; 3]).is_err());
        assert!(Synapse::new(vec![group.clone()], vec![(1, Some(0))]).is_err());
        assert!(Synapse::dense(2, 2, &[1, 2, 3]).is_err());
        let twice = WeightGroup::new(1, vec![1, 2], vec![3, 3]).unwrap();
        let error = Synapse::new(vec![twice], vec![]).unwrap_err();
        assert_eq!(error, ModelError::DuplicateTarget { group: 0, atom: 0, target: 3 });
        let synapse = Synapse::new(vec![group], vec![(0, Some(4)), (0, None)]).unwrap();
        assert_eq!(synapse.end(), 10);
        let mut sums = [0; 10];
        synapse.add(0, 1, &mut sums);
        synapse.add(1, 0, &mut sums);
        assert_eq!(sums, [0, 0, 0, 0, 0, 0, 3, 4, 0, 0]);
    }
}
