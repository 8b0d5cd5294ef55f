//! The flags that say what happens to spikes between the steps of a grid.

use clap::{Args, ValueEnum};
use spike_core::{Duplicates, Rounding};

/// The rule for spikes that do not fit the steps.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct GridFlags {
    /// Where a spike between two steps goes; exact refuses it.
    #[arg(long, value_name = "RULE", default_value = "exact")]
    grid: GridRule,
    /// What happens to two spikes of a neuron in one step.
    #[arg(long, value_name = "RULE", default_value = "error")]
    duplicates: DuplicateRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GridRule {
    Floor,
    Round,
    Ceil,
    Exact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DuplicateRule {
    Merge,
    Error,
}

impl GridFlags {
    /// Whether nothing was chosen.
    pub(super) fn is_default(self) -> bool {
        (self.grid, self.duplicates) == (GridRule::Exact, DuplicateRule::Error)
    }

    pub(super) fn rounding(self) -> Rounding {
        match self.grid {
            GridRule::Floor => Rounding::Floor,
            GridRule::Round => Rounding::Round,
            GridRule::Ceil => Rounding::Ceil,
            GridRule::Exact => Rounding::Exact,
        }
    }

    pub(super) fn duplicates(self) -> Duplicates {
        match self.duplicates {
            DuplicateRule::Merge => Duplicates::Merge,
            DuplicateRule::Error => Duplicates::Error,
        }
    }
}
