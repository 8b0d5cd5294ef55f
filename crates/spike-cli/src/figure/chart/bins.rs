//! Histogram cells that never split a time step, because unequal cells would show false stripes.

/// Equal cells, the last of which may end early.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bins {
    width: f64,
    end: f64,
    count: usize,
}

impl Bins {
    /// At most `most` cells from 0 to `end`, each a whole number of `step`s.
    ///
    /// A `step` of zero means that values are continuous.
    pub(crate) fn new(end: f64, most: usize, step: f64) -> Self {
        let end = if end.is_finite() && end > 0.0 { end } else { 1.0 };
        let most = most.clamp(1, 100_000);
        let exact = end / most as f64;
        let width = if step.is_finite() && step > 0.0 && end / step < 1e12 {
            step * (exact / step - 1e-6).ceil().max(1.0)
        } else {
            exact
        };
        let count = ((end / width - 1e-6).ceil().max(1.0) as usize).min(most);
        Self { width, end, count }
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The end of the last cell if it were as wide as the others.
    pub(crate) fn full_end(&self) -> f64 {
        self.width * self.count as f64
    }

    /// The cell that holds `value`, if it is in range; the upper end counts to the last cell.
    pub(crate) fn index(&self, value: f64) -> Option<usize> {
        // A step computed in floating point can lie a hair below the edge where it belongs.
        let position = value / self.width + 1e-6;
        let inside = position >= 0.0 && value <= self.end * (1.0 + 1e-9);
        inside.then(|| (position as usize).min(self.count - 1))
    }

    /// The `len() + 1` borders of the cells.
    pub(crate) fn edges(&self) -> Vec<f64> {
        (0..=self.count).map(|index| (index as f64 * self.width).min(self.end)).collect()
    }

    /// How many of `values` fall into each cell.
    pub(crate) fn counts(&self, values: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut counts = vec![0.0; self.count];
        for index in values.into_iter().filter_map(|value| self.index(value)) {
            counts[index] += 1.0;
        }
        counts
    }

    /// Counts divided by the width of their cell and by `divisor`.
    pub(crate) fn densities(&self, values: impl IntoIterator<Item = f64>, divisor: f64) -> Vec<f64> {
        let divisor = if divisor > 0.0 { divisor } else { 1.0 };
        let edges = self.edges();
        let widths = edges.windows(2).map(|edge| (edge[1] - edge[0]).max(f64::MIN_POSITIVE));
        self.counts(values).into_iter().zip(widths).map(|(count, width)| count / width / divisor).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_whole_steps() {
        let bins = Bins::new(256.0, 100, 1.0);
        assert_eq!((bins.len(), bins.width), (86, 3.0));
        assert_eq!(bins.edges()[85..], [255.0, 256.0]);
        assert_eq!(Bins::new(100.0, 100, 0.1).len(), 100);
        assert_eq!(Bins::new(10.0, 4, 0.0).edges(), [0.0, 2.5, 5.0, 7.5, 10.0]);
    }

    #[test]
    fn a_step_computed_in_floating_point_stays_in_its_cell() {
        let bins = Bins::new(100.0, 1000, 0.1);
        for step in 0..1000 {
            assert_eq!(bins.index(f64::from(step) * 0.1), Some(step as usize));
        }
    }

    #[test]
    fn what_is_outside_is_not_counted() {
        let bins = Bins::new(4.0, 2, 0.0);
        assert_eq!(bins.counts([-1.0, 0.0, 1.9, 2.0, 4.0, 4.1, f64::NAN]), [2.0, 2.0]);
        assert_eq!(bins.densities([0.0, 1.0], 2.0), [0.5, 0.0]);
    }

    proptest! {
        #[test]
        fn any_cells_cover_their_range(end: f64, most in 0_usize..500, step: f64, value: f64) {
            let bins = Bins::new(end, most, step);
            prop_assert!(bins.len() >= 1);
            prop_assert_eq!(bins.edges().len(), bins.len() + 1);
            prop_assert!(bins.index(value).is_none_or(|index| index < bins.len()));
        }
    }
}
