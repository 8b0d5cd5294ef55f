//! Foreign spike times onto the grid, by a rule that is always explicit, with a report of what it did.

use crate::error::{ConfigError, SpikeError};
use crate::grid::TimeGrid;
use crate::train::{SpikeTrain, SpikeView};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a time between two steps goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the step that contains it, as Brian2 does.
    Floor,
    /// To the nearest step, halves away from zero.
    Round,
    /// To the next step, as NEST does.
    Ceil,
    /// Nowhere: a time off the grid is an error.
    Exact,
}

/// What happens to two spikes of a neuron in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// They become one, and the report counts it.
    Merge,
    /// They are an error.
    Error,
}

/// The rule by which foreign spike times are put onto a [`TimeGrid`].
///
/// A time within a thousandth of a step of a step counts as on the grid, since simulators print rounded decimals.
///
/// ```
/// use spike_core::{Duplicates, Grid, Rounding, TimeGrid};
/// let rule = Grid { grid: TimeGrid::from_ms(10.0, 0.1)?, rounding: Rounding::Floor, duplicates: Duplicates::Merge };
/// let (train, report) = rule.import_ms(&[vec![0.3, 1.04, 1.06], vec![12.0]])?;
/// assert_eq!(train.view().neuron(0), &[3, 10]);
/// assert_eq!((report.moved, report.merged, report.clipped), (3, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The grid that the spikes go to.
    pub grid: TimeGrid,
    /// Where times between steps go.
    pub rounding: Rounding,
    /// What happens to collisions.
    pub duplicates: Duplicates,
}

/// What an import did to the spikes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct GridReport {
    /// Spikes whose time changed, clipped ones included.
    pub moved: u64,
    /// Spikes that fell onto another of the same neuron.
    pub merged: u64,
    /// Spikes outside the window, moved to its first or last step.
    pub clipped: u64,
    /// Largest change of a time in milliseconds.
    pub max_shift_ms: f64,
}

impl GridReport {
    /// Takes in what was done to further spikes.
    pub fn add(&mut self, other: &Self) {
        self.moved += other.moved;
        self.merged += other.merged;
        self.clipped += other.clipped;
        self.max_shift_ms = self.max_shift_ms.max(other.max_shift_ms);
    }
}

/// Times that the rule does not admit.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// NaN or infinity.
    #[error("neuron {neuron}, spike {index}: {time_ms} ms is not a time")]
    NotFinite {
        /// Neuron row.
        neuron: usize,
        /// Index in its list.
        index: usize,
        /// What was found.
        time_ms: f64,
    },
    /// A time between steps under [`Rounding::Exact`].
    #[error(
        "neuron {neuron}, spike {index}: {time_ms} ms is off the grid of {dt_ms} ms; the nearest step is {nearest_ms} ms (or choose floor, round or ceil)"
    )]
    OffGrid {
        /// Neuron row.
        neuron: usize,
        /// Index in its list.
        index: usize,
        /// What was found.
        time_ms: f64,
        /// Step width.
        dt_ms: f64,
        /// The nearest step.
        nearest_ms: f64,
    },
    /// A time outside the window under [`Rounding::Exact`].
    #[error("neuron {neuron}, spike {index}: {time_ms} ms lies outside the window of {duration_ms} ms")]
    OutsideWindow {
        /// Neuron row.
        neuron: usize,
        /// Index in its list.
        index: usize,
        /// What was found.
        time_ms: f64,
        /// Length of the window.
        duration_ms: f64,
    },
    /// Two spikes in a step under [`Duplicates::Error`].
    #[error("neuron {neuron} has two spikes in step {step}; choose merge or a smaller dt")]
    Duplicate {
        /// Neuron row.
        neuron: usize,
        /// The step.
        step: u32,
    },
    /// The rows broke a rule of spike trains.
    #[error(transparent)]
    Spikes(#[from] SpikeError),
}

const ON_GRID: f64 = 1e-3;

/// The step of a time in nanoseconds; `Exact` is for times on the grid, where all rules agree.
fn rounded(time: u64, dt: u64, rounding: Rounding) -> u64 {
    let (step, rest) = (time / dt, time % dt);
    match rounding {
        Rounding::Floor | Rounding::Exact => step,
        Rounding::Round => step + u64::from(rest >= dt - rest),
        Rounding::Ceil => step + u64::from(rest > 0),
    }
}

impl Grid {
    /// The rule with the shortest grid of steps of `dt_ns` that holds the window of `from` and every step of it,
    /// wherever the rounding puts it: [`import_steps`](Self::import_steps) then clips nothing.
    ///
    /// # Errors
    /// [`ConfigError::EmptyGrid`] if `dt_ns` is 0 or the window has more steps of that width than can be counted.
    ///
    /// ```
    /// use spike_core::{Duplicates, Grid, Rounding, TimeGrid};
    /// let ours = TimeGrid::from_ms(100.0, 0.1)?;
    /// let steps = |rounding| Grid::covering(ours, 1_000_000, rounding, Duplicates::Merge).map(|g| g.grid.num_steps());
    /// // The last step, 99.9 ms, goes to 99 ms or to 100 ms.
    /// assert_eq!((steps(Rounding::Floor)?, steps(Rounding::Ceil)?), (100, 101));
    /// # Ok::<(), spike_core::ConfigError>(())
    /// ```
    pub fn covering(
        from: TimeGrid,
        dt_ns: u64,
        rounding: Rounding,
        duplicates: Duplicates,
    ) -> Result<Self, ConfigError> {
        let empty = ConfigError::EmptyGrid { dt_ns, num_steps: u32::MAX };
        if dt_ns == 0 {
            return Err(empty);
        }
        let last = from.dt_ns() * u64::from(from.num_steps() - 1);
        let window = (from.dt_ns() * u64::from(from.num_steps())).div_ceil(dt_ns);
        let num_steps = window.max(rounded(last, dt_ns, rounding) + 1);
        let num_steps = u32::try_from(num_steps).map_err(|_| empty)?;
        Ok(Self { grid: TimeGrid::new(dt_ns, num_steps)?, rounding, duplicates })
    }

    /// Puts spikes on another grid onto this one, in whole nanoseconds.
    ///
    /// # Errors
    /// [`ImportError`] for those that the rule refuses.
    ///
    /// ```
    /// use spike_core::{Duplicates, Grid, Rounding, SpikeTrain, TimeGrid};
    /// let ours = SpikeTrain::from_neurons(TimeGrid::from_ms(10.0, 0.1)?, &[vec![4, 9, 15]])?;
    /// let rule = Grid::covering(ours.grid(), 1_000_000, Rounding::Floor, Duplicates::Merge)?;
    /// let (train, report) = rule.import_steps(ours.view())?;
    /// assert_eq!(train.view().neuron(0), &[0, 1]);
    /// assert_eq!((report.moved, report.merged, report.max_shift_ms), (3, 1, 0.9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_steps(&self, spikes: SpikeView<'_>) -> Result<(SpikeTrain, GridReport), ImportError> {
        let mut report = GridReport::default();
        let mut rows = Vec::with_capacity(spikes.num_neurons());
        for (neuron, steps) in spikes.neurons().enumerate() {
            let mut row = Vec::with_capacity(steps.len());
            for (index, &step) in steps.iter().enumerate() {
                row.push(self.step_of_ns(neuron, index, spikes.grid().dt_ns() * u64::from(step), &mut report)?);
            }
            rows.push(self.without_duplicates(neuron, row, &mut report)?);
        }
        Ok((SpikeTrain::from_neurons(self.grid, &rows)?, report))
    }

    fn step_of_ns(&self, neuron: usize, index: usize, time: u64, report: &mut GridReport) -> Result<u32, ImportError> {
        let dt = self.grid.dt_ns();
        let (time_ms, dt_ms) = (time as f64 / 1e6, self.grid.dt_ms());
        if self.rounding == Rounding::Exact && !time.is_multiple_of(dt) {
            let nearest_ms = (rounded(time, dt, Rounding::Round) * dt) as f64 / 1e6;
            return Err(ImportError::OffGrid { neuron, index, time_ms, dt_ms, nearest_ms });
        }
        let step = rounded(time, dt, self.rounding);
        let inside = step.min(u64::from(self.grid.num_steps() - 1));
        if inside != step {
            if self.rounding == Rounding::Exact {
                let duration_ms = self.grid.duration_ms();
                return Err(ImportError::OutsideWindow { neuron, index, time_ms, duration_ms });
            }
            report.clipped += 1;
        }
        let shift = time.abs_diff(inside * dt);
        if shift != 0 {
            report.moved += 1;
            report.max_shift_ms = report.max_shift_ms.max(shift as f64 / 1e6);
        }
        Ok(inside as u32)
    }

    /// A sorted row with at most one spike in a step.
    fn without_duplicates(
        &self,
        neuron: usize,
        mut steps: Vec<u32>,
        report: &mut GridReport,
    ) -> Result<Vec<u32>, ImportError> {
        if self.duplicates == Duplicates::Error
            && let Some([step, _]) = steps.array_windows().find(|[a, b]| a == b)
        {
            return Err(ImportError::Duplicate { neuron, step: *step });
        }
        let before = steps.len();
        steps.dedup();
        report.merged += (before - steps.len()) as u64;
        Ok(steps)
    }

    /// Puts times in milliseconds, one list for each neuron in any order, onto the grid.
    ///
    /// # Errors
    /// [`ImportError`] for times that are not finite and for those that the rule refuses.
    pub fn import_ms(&self, neurons: &[Vec<f64>]) -> Result<(SpikeTrain, GridReport), ImportError> {
        let mut report = GridReport::default();
        let mut rows = Vec::with_capacity(neurons.len());
        for (neuron, times) in neurons.iter().enumerate() {
            let mut steps = Vec::with_capacity(times.len());
            for (index, &time_ms) in times.iter().enumerate() {
                steps.push(self.step_of(neuron, index, time_ms, &mut report)?);
            }
            steps.sort_unstable();
            rows.push(self.without_duplicates(neuron, steps, &mut report)?);
        }
        Ok((SpikeTrain::from_neurons(self.grid, &rows)?, report))
    }

    fn step_of(&self, neuron: usize, index: usize, time_ms: f64, report: &mut GridReport) -> Result<u32, ImportError> {
        if !time_ms.is_finite() {
            return Err(ImportError::NotFinite { neuron, index, time_ms });
        }
        let exact = time_ms * 1e6 / self.grid.dt_ns() as f64;
        let nearest = exact.round();
        let on_grid = (exact - nearest).abs() <= ON_GRID;
        let step = match self.rounding {
            _ if on_grid => nearest,
            Rounding::Floor => exact.floor(),
            Rounding::Round => nearest,
            Rounding::Ceil => exact.ceil(),
            Rounding::Exact => {
                let nearest_ms = nearest * self.grid.dt_ms();
                return Err(ImportError::OffGrid { neuron, index, time_ms, dt_ms: self.grid.dt_ms(), nearest_ms });
            }
        };
        let last = f64::from(self.grid.num_steps() - 1);
        let inside = step.clamp(0.0, last);
        if inside != step {
            if self.rounding == Rounding::Exact {
                let duration_ms = self.grid.duration_ms();
                return Err(ImportError::OutsideWindow { neuron, index, time_ms, duration_ms });
            }
            report.clipped += 1;
        }
        if !on_grid || inside != step {
            report.moved += 1;
            report.max_shift_ms = report.max_shift_ms.max((inside - exact).abs() * self.grid.dt_ms());
        }
        Ok(inside as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(rounding: Rounding, duplicates: Duplicates) -> Grid {
        Grid { grid: TimeGrid::from_ms(10.0, 0.1).unwrap(), rounding, duplicates }
    }

    #[test]
    fn simulators_disagree_and_so_do_the_rules() {
        let step = |rounding| {
            let (train, _) = rule(rounding, Duplicates::Merge).import_ms(&[vec![1.04]]).unwrap();
            train.view().neuron(0)[0]
        };
        assert_eq!((step(Rounding::Floor), step(Rounding::Round), step(Rounding::Ceil)), (10, 10, 11));
    }

    #[test]
    fn decimals_on_the_grid_stay_exact() {
        let times: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.1).collect();
        let (train, report) = rule(Rounding::Exact, Duplicates::Error).import_ms(&[times]).unwrap();
        assert_eq!(train.num_spikes(), 100);
        assert_eq!(report, GridReport::default());
    }

    #[test]
    fn each_refusal_has_its_error() {
        let exact = rule(Rounding::Exact, Duplicates::Error);
        assert!(matches!(exact.import_ms(&[vec![0.05]]), Err(ImportError::OffGrid { .. })));
        assert!(matches!(exact.import_ms(&[vec![10.0]]), Err(ImportError::OutsideWindow { .. })));
        assert!(matches!(exact.import_ms(&[vec![f64::NAN]]), Err(ImportError::NotFinite { .. })));
        assert!(matches!(exact.import_ms(&[vec![0.1, 0.1]]), Err(ImportError::Duplicate { step: 1, .. })));
    }

    #[test]
    fn the_report_counts_and_measures() {
        let (train, report) =
            rule(Rounding::Floor, Duplicates::Merge).import_ms(&[vec![-1.0, 20.0, 0.55, 0.5]]).unwrap();
        assert_eq!(train.view().neuron(0), &[0, 5, 99]);
        assert_eq!((report.clipped, report.merged, report.moved), (2, 1, 3));
        assert!((report.max_shift_ms - 10.1).abs() < 1e-9);
    }
}
