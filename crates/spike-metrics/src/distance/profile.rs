//! Dissimilarity as a function of time.

use crate::error::MetricsError;

/// A function that is constant between consecutive edges: the ISI profile.
#[derive(Debug, Clone, PartialEq)]
pub struct StepProfile {
    edges_ms: Vec<f64>,
    values: Vec<f64>,
}

/// A function that is linear between consecutive edges and may jump there: the SPIKE profile.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProfile {
    edges_ms: Vec<f64>,
    starts: Vec<f64>,
    ends: Vec<f64>,
}

impl StepProfile {
    pub(crate) fn starting_at(start_ms: f64) -> Self {
        Self { edges_ms: vec![start_ms], values: Vec::new() }
    }

    /// Appends a piece; one of length zero is left out.
    pub(crate) fn push(&mut self, until_ms: f64, value: f64) {
        if until_ms > self.edges_ms[self.edges_ms.len() - 1] {
            self.edges_ms.push(until_ms);
            self.values.push(value);
        }
    }

    /// The edges, one more than [`values`](Self::values).
    #[must_use]
    pub fn edges_ms(&self) -> &[f64] {
        &self.edges_ms
    }

    /// The value of each piece.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The mean over a part of the profile.
    ///
    /// # Errors
    /// [`MetricsError::EmptyInterval`] if the part has no length, [`MetricsError::OutsideInterval`] if it leaves
    /// the profile.
    pub fn mean(&self, from_ms: f64, until_ms: f64) -> Result<f64, MetricsError> {
        mean(&self.edges_ms, from_ms, until_ms, |piece, low, high| self.values[piece] * (high - low))
    }
}

impl LinearProfile {
    pub(crate) fn starting_at(start_ms: f64) -> Self {
        Self { edges_ms: vec![start_ms], starts: Vec::new(), ends: Vec::new() }
    }

    /// Appends a piece; one of length zero is left out.
    pub(crate) fn push(&mut self, until_ms: f64, start: f64, end: f64) {
        if until_ms > self.edges_ms[self.edges_ms.len() - 1] {
            self.edges_ms.push(until_ms);
            self.starts.push(start);
            self.ends.push(end);
        }
    }

    /// The edges, one more than pieces.
    #[must_use]
    pub fn edges_ms(&self) -> &[f64] {
        &self.edges_ms
    }

    /// The value at the start of each piece.
    #[must_use]
    pub fn starts(&self) -> &[f64] {
        &self.starts
    }

    /// The value at the end of each piece.
    #[must_use]
    pub fn ends(&self) -> &[f64] {
        &self.ends
    }

    /// The mean over a part of the profile.
    ///
    /// # Errors
    /// As [`StepProfile::mean`].
    pub fn mean(&self, from_ms: f64, until_ms: f64) -> Result<f64, MetricsError> {
        mean(&self.edges_ms, from_ms, until_ms, |piece, low, high| {
            let (start, end) = (self.edges_ms[piece], self.edges_ms[piece + 1]);
            let share = (0.5 * (low + high) - start) / (end - start);
            (self.starts[piece] + share * (self.ends[piece] - self.starts[piece])) * (high - low)
        })
    }
}

/// Sums `integral(piece, low, high)` over the parts of the pieces within an interval and divides by its length.
fn mean(
    edges: &[f64],
    from_ms: f64,
    until_ms: f64,
    integral: impl Fn(usize, f64, f64) -> f64,
) -> Result<f64, MetricsError> {
    let (start_ms, stop_ms) = (edges[0], edges[edges.len() - 1]);
    let ordered = from_ms < until_ms;
    if !ordered {
        return Err(MetricsError::EmptyInterval { start_ms: from_ms, stop_ms: until_ms });
    }
    if let Some(time_ms) = [from_ms, until_ms].into_iter().find(|t| !(start_ms <= *t && *t <= stop_ms)) {
        return Err(MetricsError::OutsideInterval { time_ms, start_ms, stop_ms });
    }
    let mut sum = 0.0;
    for (piece, &[start, end]) in edges.array_windows().enumerate() {
        let (low, high) = (start.max(from_ms), end.min(until_ms));
        if low < high {
            sum += integral(piece, low, high);
        }
    }
    Ok(sum / (until_ms - from_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_parts() {
        let mut steps = StepProfile::starting_at(0.0);
        steps.push(1.0, 2.0);
        steps.push(1.0, 99.0);
        steps.push(4.0, 6.0);
        assert_eq!(steps.mean(0.0, 4.0), Ok(5.0));
        assert_eq!(steps.mean(0.5, 1.5), Ok(4.0));
        assert!(matches!(steps.mean(1.0, 1.0), Err(MetricsError::EmptyInterval { .. })));
        assert!(matches!(steps.mean(1.0, 5.0), Err(MetricsError::OutsideInterval { time_ms, .. }) if time_ms == 5.0));
        let mut ramp = LinearProfile::starting_at(0.0);
        ramp.push(2.0, 0.0, 4.0);
        assert_eq!(ramp.mean(0.0, 2.0), Ok(2.0));
        assert_eq!(ramp.mean(1.0, 2.0), Ok(3.0));
    }
}
