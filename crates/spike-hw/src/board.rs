//! Boards as data: capacities with their sources.

use crate::synapse_memory::SynapseFormat;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The table that comes with the crate.
const TABLE: &str = include_str!("boards.json");

/// How well a figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Read in the source that is named.
    Read,
    /// Computed from figures that the source names.
    Derived,
    /// From somebody who quotes it.
    Secondary,
}

/// A capacity and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number.
    pub value: u64,
    /// How well it is known.
    pub certainty: Certainty,
    /// Where it is from.
    pub source: String,
}

/// How synapses take memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SynapseStorage {
    /// Blocks of a Loihi core: see [`SynapseFormat`].
    LoihiBlocks,
    /// A word a synapse.
    Words {
        /// Bits of the word.
        bits: u64,
    },
    /// Not published.
    Unknown,
}

/// A board: what a core holds, and how many there are. A figure that is missing is not published as far as known.
///
/// ```
/// use spike_hw::Board;
/// let board = Board::named("loihi1")?;
/// assert_eq!(board.neurons.as_ref().map(|figure| figure.value), Some(1024));
/// assert!(Board::named("loihi9").is_err());
/// # Ok::<(), spike_hw::BoardError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Name on the command line.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Chips of the board; without it there are boards of any number of chips.
    pub chips: Option<Figure>,
    /// Cores of a chip that a network can use.
    pub cores_per_chip: Option<Figure>,
    /// Neurons of a core.
    pub neurons: Option<Figure>,
    /// Axons that enter a core.
    pub in_axons: Option<Figure>,
    /// Axons that leave a core.
    pub out_axons: Option<Figure>,
    /// Bits of a core for synapses.
    pub synaptic_memory_bits: Option<Figure>,
    /// Distinct sets of neuron parameters of a core.
    pub neuron_configurations: Option<Figure>,
    /// Distinct thresholds of a core.
    pub thresholds: Option<Figure>,
    /// Distinct synapse formats of a core.
    pub synapse_formats: Option<Figure>,
    /// Largest number of bits of a weight.
    pub weight_bits: Option<Figure>,
    /// Longest delay in steps.
    pub max_delay_steps: Option<Figure>,
    /// How synapses take memory.
    pub synapse_storage: SynapseStorage,
}

/// A board that is not known or not valid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BoardError {
    /// No board has that name.
    #[error("unknown board {found:?}; allowed are {allowed}")]
    Unknown {
        /// What was found.
        found: String,
        /// The names of all boards.
        allowed: String,
    },
    /// A table that is not valid.
    #[error("the table of boards is not valid: {0}")]
    Table(#[from] serde_json::Error),
    /// A capacity of zero, with which nothing fits.
    #[error("board {board}: {what} is 0; leave it out if it is not known")]
    Zero {
        /// The board.
        board: String,
        /// The capacity.
        what: &'static str,
    },
}

impl Board {
    /// The board of a name.
    ///
    /// # Errors
    /// [`BoardError::Unknown`] if there is none.
    pub fn named(name: &str) -> Result<Self, BoardError> {
        let boards = Self::all()?;
        let allowed = boards.iter().map(|board| board.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = boards.into_iter().find(|board| board.name == name);
        found.ok_or_else(|| BoardError::Unknown { found: name.to_owned(), allowed })
    }

    /// All boards of the table that comes with the crate.
    ///
    /// # Errors
    /// None for that table, which a test reads.
    pub fn all() -> Result<Vec<Self>, BoardError> {
        Self::table(TABLE)
    }

    /// The boards of a table in JSON: a list of objects with the fields of [`Board`].
    ///
    /// # Errors
    /// [`BoardError`] if it is not valid, or a capacity is zero.
    pub fn table(json: &str) -> Result<Vec<Self>, BoardError> {
        let boards: Vec<Self> = serde_json::from_str(json)?;
        for board in &boards {
            for (what, figure) in board.figures() {
                if figure.value == 0 && what != "max_delay_steps" {
                    return Err(BoardError::Zero { board: board.name.clone(), what });
                }
            }
        }
        Ok(boards)
    }

    /// All figures that are known, with their names.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, &Figure)> {
        let named = [
            ("chips", &self.chips),
            ("cores_per_chip", &self.cores_per_chip),
            ("neurons", &self.neurons),
            ("in_axons", &self.in_axons),
            ("out_axons", &self.out_axons),
            ("synaptic_memory_bits", &self.synaptic_memory_bits),
            ("neuron_configurations", &self.neuron_configurations),
            ("thresholds", &self.thresholds),
            ("synapse_formats", &self.synapse_formats),
            ("weight_bits", &self.weight_bits),
            ("max_delay_steps", &self.max_delay_steps),
        ];
        named.into_iter().filter_map(|(name, figure)| figure.as_ref().map(|figure| (name, figure)))
    }

    /// Bits of memory that an axon with this number of synapses takes, if that is known.
    #[must_use]
    pub(crate) fn bits_of_axon(&self, format: SynapseFormat, num_synapses: u64) -> Option<u64> {
        match self.synapse_storage {
            SynapseStorage::LoihiBlocks => Some(format.bits(num_synapses)),
            SynapseStorage::Words { bits } => Some(num_synapses.saturating_mul(bits)),
            SynapseStorage::Unknown => None,
        }
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_the_table_has_a_source() {
        let boards = Board::all().unwrap();
        assert!(boards.len() >= 3);
        for board in &boards {
            assert!(board.figures().count() >= 4, "{board}");
            for (name, figure) in board.figures() {
                assert!(figure.source.len() > 20, "{board}: {name}");
            }
        }
    }

    #[test]
    fn a_table_is_checked() {
        let plain = r#"[{"name": "x", "title": "y", "synapse_storage": {"kind": "unknown"}, "neurons":
            {"value": N, "certainty": "read", "source": "z"} EXTRA}]"#;
        let table = |n: &str, extra: &str| Board::table(&plain.replace('N', n).replace("EXTRA", extra));
        assert_eq!(table("3", "").unwrap()[0].neurons.as_ref().unwrap().value, 3);
        assert!(matches!(table("0", ""), Err(BoardError::Zero { what: "neurons", .. })));
        assert!(matches!(table("3", r#", "neuron": 1"#), Err(BoardError::Table(_))));
        assert!(Board::named("loihi").unwrap_err().to_string().contains("loihi1, loihi2, spinnaker1"));
    }
}
