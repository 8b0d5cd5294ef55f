//! Standard normal numbers that are the same on every platform.

use spike_core::{Stream, ln};

/// Standard normal numbers by the polar method (Marsaglia and Bray 1964), which needs no trigonometric function.
#[derive(Debug)]
pub(crate) struct Normal<'a> {
    stream: &'a mut Stream,
    spare: Option<f64>,
}

impl<'a> Normal<'a> {
    /// Draws from a stream.
    pub(crate) fn new(stream: &'a mut Stream) -> Self {
        Self { stream, spare: None }
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let u = 2.0 * self.stream.next_open_unit() - 1.0;
            let v = 2.0 * self.stream.next_open_unit() - 1.0;
            let s = u * u + v * v;
            if f64::MIN_POSITIVE < s && s < 1.0 {
                let scale = (-2.0 * ln(s) / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }
}
