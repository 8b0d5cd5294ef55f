//! Thresholds with which a contrast code rebuilds a given signal best.

use crate::decoder::Decoder;
use crate::par;
use ndarray::ArrayView2;
use spike_core::{BenSpikerRule, CodeOptions, CodingScheme, DecodeError, EncodeError, EncoderConfig, Normalizer, Seed};
use spike_encode::Encoder;
use thiserror::Error;

/// The ratio of the variance of a signal to the mean squared error of its reconstruction, in decibels.
///
/// AC-SNR = 10·log₁₀(Var(x)/mean((x − x̂)²)), the variance with the divisor n. Unlike the ratio of powers it does not
/// grow with the mean of the signal: 0 dB is what the mean itself would reach. An exact reconstruction has +∞, a
/// constant signal with an error −∞. There is no ratio, `None`, for no values, for two lengths, and for a constant signal
/// that is rebuilt exactly.
///
/// ```
/// use spike_decode::ac_snr_db;
/// // Variance ¼, squared error 0.0025.
/// assert!((ac_snr_db(&[0.0, 1.0, 0.0, 1.0], &[0.05, 0.95, 0.05, 0.95]).unwrap() - 20.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn ac_snr_db(signal: &[f64], reconstruction: &[f64]) -> Option<f64> {
    if signal.len() != reconstruction.len() {
        return None;
    }
    let mean = signal.iter().sum::<f64>() / signal.len() as f64;
    let (mut variance, mut error) = (0.0, 0.0);
    for (x, y) in signal.iter().zip(reconstruction) {
        variance += (x - mean) * (x - mean);
        error += (x - y) * (x - y);
    }
    let db = 10.0 * (variance / error).log10();
    (!db.is_nan()).then_some(db)
}

/// Options found for a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimised {
    /// The options.
    pub options: CodeOptions,
    /// AC-SNR of the reconstruction with them, over all channels.
    pub ac_snr_db: f64,
}

/// Why no options could be found.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum OptimiseError {
    /// The code has no reconstruction to be optimised.
    #[error("{scheme} has no threshold that is optimised on a signal; allowed are the contrast codes of time series")]
    NotASignalCode {
        /// The scheme asked for.
        scheme: CodingScheme,
    },
    /// The signal does not vary.
    #[error("the signal is constant, so that every threshold rebuilds it; give one that varies")]
    Constant,
    /// The signal or the configuration is not valid.
    #[error("the signal cannot be encoded: {0}")]
    Encode(#[source] EncodeError),
    /// The spikes could not be decoded.
    #[error("the spikes cannot be decoded: {0}")]
    Decode(#[source] DecodeError),
}

/// The options of a contrast code with which the reconstruction of a signal has the largest
/// [AC-SNR](ac_snr_db), by a deterministic search.
///
/// `options` names the code and keeps what is not searched (`events_per_sample`, `rule`); `config` gives the time
/// grid and the refractory period; `signal` has shape (sample in time, channel) and values in [0, 1]. All channels
/// share the options.
///
/// | code | searched |
/// |---|---|
/// | send-on-delta, step-forward | θ from 0.001 to 0.5, 80 values at equal ratios |
/// | threshold | θ_up and θ_down from 0.002 to 0.5, 24 values each at equal ratios |
/// | moving window | θ from 0.002 to 0.6, 40 values at equal ratios; w from 0 to 30, 16 values |
/// | TBR | f from 0 to 3 by 0.05 |
/// | Ben's Spiker | n from 8 to 80, f_c from 0.01 to 0.12, g from 0.7 to 3, and θ: from 0.8 to 1.1 for the multiplicative rule, from 0 to 0.8 for the additive one |
///
/// The whole grid is evaluated. From its three best points a pattern search (Hooke and Jeeves 1961, Journal of the
/// ACM 8:212, DOI 10.1145/321062.321069) goes on between the values of the grid: it tries half a grid distance up and
/// down in each coordinate, moves where that is better, halves the distance where it is not, and ends below 1/32. The
/// AC-SNR jumps with every spike that appears or vanishes, so that the result is the best that was seen and not
/// proven to be the best.
///
/// # Errors
/// [`OptimiseError`] for other codes, a constant signal, or what the encoder refuses.
///
/// ```
/// use ndarray::Array2;
/// use spike_core::{CodeOptions, EncoderConfig, StepForwardOptions};
/// use spike_decode::optimise;
/// let signal = Array2::from_shape_fn((200, 1), |(t, _)| 0.5 + 0.5 * (t as f64 / 9.0).sin());
/// let config = EncoderConfig { time_window_ms: 200.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let start = CodeOptions::ContrastStepForward(StepForwardOptions::default());
/// let found = optimise(&config, start, signal.view())?;
/// assert!(found.ac_snr_db > 20.0);
/// # Ok::<(), spike_decode::OptimiseError>(())
/// ```
pub fn optimise(
    config: &EncoderConfig,
    options: CodeOptions,
    signal: ArrayView2<'_, f64>,
) -> Result<Optimised, OptimiseError> {
    let axes = axes(options, signal.nrows());
    if axes.is_empty() {
        return Err(OptimiseError::NotASignalCode { scheme: options.scheme() });
    }
    let task = Task::new(config, options, signal, axes)?;
    let counts: Vec<usize> = task.axes.iter().map(|axis| axis.values.len()).collect();
    let grid = par::map_indexed(counts.iter().product(), |mut index| {
        let place = counts.iter().map(|count| {
            let place = index % count;
            index /= count;
            place as f64
        });
        task.evaluate(place.collect())
    });
    let mut grid = grid.into_iter().collect::<Result<Vec<_>, _>>()?;
    // Stable, so that of equals the first of the grid counts.
    grid.sort_by(|a, b| b.ac_snr_db.total_cmp(&a.ac_snr_db));
    grid.truncate(STARTS);
    let refined = par::map_indexed(grid.len(), |start| task.refine(grid[start].clone()));
    let mut best = grid.swap_remove(0);
    for found in refined {
        let found = found?;
        if found.ac_snr_db > best.ac_snr_db {
            best = found;
        }
    }
    Ok(Optimised { options: task.options(&best.place), ac_snr_db: best.ac_snr_db })
}

/// Points of the grid from which the search goes on.
const STARTS: usize = 3;
/// Distance in units of the grid below which the search ends.
const SMALLEST_STRIDE: f64 = 1.0 / 32.0;

/// The values that a coordinate of the search takes, and how it goes on between them.
#[derive(Debug)]
struct Axis {
    values: Vec<f64>,
    between: Between,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Between {
    Linear,
    Geometric,
    Whole,
}

impl Axis {
    fn geometric(low: f64, high: f64, count: usize) -> Self {
        let ratio = (high / low).ln() / (count - 1) as f64;
        Self { values: (0..count).map(|i| low * (ratio * i as f64).exp()).collect(), between: Between::Geometric }
    }

    fn linear(values: impl IntoIterator<Item = f64>) -> Self {
        Self { values: values.into_iter().collect(), between: Between::Linear }
    }

    /// Whole numbers up to `max`, at least one of them.
    fn whole(values: &[u32], max: usize) -> Self {
        let mut allowed: Vec<f64> = values.iter().filter(|v| **v as usize <= max).map(|v| f64::from(*v)).collect();
        if allowed.is_empty() {
            allowed.push(max as f64);
        }
        Self { values: allowed, between: Between::Whole }
    }

    /// The value at a place between the first and the last of the grid.
    fn at(&self, place: f64) -> f64 {
        let low = (place as usize).min(self.values.len() - 1);
        let share = place - low as f64;
        let (a, b) = (self.values[low], self.values[(low + 1).min(self.values.len() - 1)]);
        match self.between {
            _ if share == 0.0 => a,
            Between::Linear => a + (b - a) * share,
            Between::Geometric => a * (b / a).powf(share),
            Between::Whole => (a + (b - a) * share).round(),
        }
    }
}

/// The coordinates of a code; none for codes that are not searched.
fn axes(options: CodeOptions, num_samples: usize) -> Vec<Axis> {
    match options {
        CodeOptions::ContrastSendOnDelta(_) | CodeOptions::ContrastStepForward(_) => {
            vec![Axis::geometric(0.001, 0.5, 80)]
        }
        CodeOptions::ContrastThreshold(_) => vec![Axis::geometric(0.002, 0.5, 24), Axis::geometric(0.002, 0.5, 24)],
        CodeOptions::ContrastMovingWindow(_) => {
            let windows = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 30];
            vec![Axis::geometric(0.002, 0.6, 40), Axis::whole(&windows, num_samples.saturating_sub(1))]
        }
        CodeOptions::ContrastTbr(_) => vec![Axis::linear((0..=60).map(|i| f64::from(i) * 0.05))],
        CodeOptions::ContrastBenSpiker(options) => vec![
            Axis::whole(&[8, 16, 24, 32, 48, 64, 80], num_samples.saturating_sub(1)),
            Axis::linear([0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12]),
            Axis::linear([0.7, 1.0, 1.5, 2.0, 3.0]),
            Axis::linear(match options.rule {
                BenSpikerRule::Multiplicative => [0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1],
                BenSpikerRule::Additive => [0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8],
            }),
        ],
        _ => Vec::new(),
    }
}

/// The signal, the code and what is searched.
#[derive(Debug)]
struct Task<'a> {
    config: &'a EncoderConfig,
    start: CodeOptions,
    axes: Vec<Axis>,
    values: Vec<f64>,
    shape: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Point {
    place: Vec<f64>,
    ac_snr_db: f64,
}

impl<'a> Task<'a> {
    fn new(
        config: &'a EncoderConfig,
        start: CodeOptions,
        signal: ArrayView2<'_, f64>,
        axes: Vec<Axis>,
    ) -> Result<Self, OptimiseError> {
        let (num_samples, num_channels) = signal.dim();
        if signal.is_empty() {
            return Err(OptimiseError::Encode(EncodeError::Empty { num_samples, num_channels }));
        }
        let values: Vec<f64> = signal.iter().copied().collect();
        if values.iter().all(|x| *x == values[0]) {
            return Err(OptimiseError::Constant);
        }
        Ok(Self { config, start, axes, values, shape: vec![num_samples, num_channels] })
    }

    /// The options at a place of the search.
    fn options(&self, place: &[f64]) -> CodeOptions {
        let mut options = self.start;
        let at = |axis: usize| self.axes[axis].at(place[axis]);
        match &mut options {
            CodeOptions::ContrastSendOnDelta(options) => options.threshold = at(0),
            CodeOptions::ContrastStepForward(options) => options.threshold = at(0),
            CodeOptions::ContrastThreshold(options) => (options.up, options.down) = (at(0), at(1)),
            CodeOptions::ContrastMovingWindow(options) => {
                (options.threshold, options.window_samples) = (at(0), at(1) as u32);
            }
            CodeOptions::ContrastTbr(options) => options.factor = at(0),
            CodeOptions::ContrastBenSpiker(options) => {
                (options.filter_order, options.cutoff) = (at(0) as u32, at(1));
                (options.gain, options.threshold) = (at(2), at(3));
            }
            _ => {}
        }
        options
    }

    fn evaluate(&self, place: Vec<f64>) -> Result<Point, OptimiseError> {
        let normalizer = Normalizer::identity(self.shape[1]);
        let encoder = Encoder::new(self.config, self.options(&place), normalizer, Seed(0), self.shape.clone())
            .map_err(|error| OptimiseError::Encode(error.into()))?
            .with_signals(&self.values)
            .map_err(OptimiseError::Encode)?;
        let (batch, _) = encoder.encode(&self.values, 0).map_err(OptimiseError::Encode)?;
        let decoder = Decoder::new(encoder.encoding(), None).map_err(OptimiseError::Decode)?;
        let decoded = decoder.decode(&batch).map_err(OptimiseError::Decode)?.values;
        let decoded = decoded.as_slice().expect("the decoder returns rows in standard layout");
        let ac_snr_db = ac_snr_db(&self.values, decoded).ok_or(OptimiseError::Constant)?;
        Ok(Point { place, ac_snr_db })
    }

    /// The pattern search from a point.
    fn refine(&self, start: Point) -> Result<Point, OptimiseError> {
        let (mut best, mut stride) = (start, 0.5);
        while stride >= SMALLEST_STRIDE {
            let mut moved = false;
            for (axis, values) in self.axes.iter().enumerate() {
                for shift in [-stride, stride] {
                    let mut place = best.place.clone();
                    place[axis] = (place[axis] + shift).clamp(0.0, (values.values.len() - 1) as f64);
                    if self.axes[axis].at(place[axis]) == self.axes[axis].at(best.place[axis]) {
                        continue;
                    }
                    let point = self.evaluate(place)?;
                    if point.ac_snr_db > best.ac_snr_db {
                        (best, moved) = (point, true);
                    }
                }
            }
            if !moved {
                stride /= 2.0;
            }
        }
        Ok(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use spike_core::{PoissonOptions, TbrOptions};

    #[test]
    fn what_cannot_be_optimised_is_refused() {
        let config =
            EncoderConfig { time_window_ms: 4.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
        let tbr = CodeOptions::ContrastTbr(TbrOptions::default());
        let varying = Array2::from_shape_fn((4, 1), |(t, _)| t as f64 / 4.0);
        let poisson = CodeOptions::RatePoisson(PoissonOptions::default());
        assert!(matches!(optimise(&config, poisson, varying.view()), Err(OptimiseError::NotASignalCode { .. })));
        assert_eq!(optimise(&config, tbr, Array2::from_elem((4, 1), 0.3).view()), Err(OptimiseError::Constant));
        // The square of this change is not a number above 0.
        let least = Array2::from_shape_fn((4, 1), |(t, _)| t as f64 * 1e-200);
        assert_eq!(optimise(&config, tbr, least.view()), Err(OptimiseError::Constant));
        let empty = optimise(&config, tbr, Array2::zeros((0, 1)).view());
        assert!(matches!(empty, Err(OptimiseError::Encode(EncodeError::Empty { .. }))));
        for signal in [&varying * 2.0, Array2::from_shape_fn((3, 1), |(t, _)| t as f64 / 4.0)] {
            assert!(matches!(optimise(&config, tbr, signal.view()), Err(OptimiseError::Encode(_))));
        }
    }

    #[test]
    fn places_lie_between_the_values_of_the_grid() {
        let axis = Axis::geometric(0.01, 1.0, 3);
        assert!((axis.at(0.5) - 0.031_622_776_6).abs() < 1e-9 && (axis.at(2.0) - 1.0).abs() < 1e-12);
        assert_eq!(Axis::linear([0.0, 1.0, 3.0]).at(1.25), 1.5);
        let whole = Axis::whole(&[2, 4, 9], 8);
        assert_eq!((whole.values.len(), whole.at(0.5), whole.at(1.0)), (2, 3.0, 4.0));
        assert_eq!(Axis::whole(&[8, 16], 3).values, [3.0]);
    }

    #[test]
    fn ratios_are_those_of_their_formula() {
        assert_eq!(ac_snr_db(&[0.0, 1.0], &[0.0, 1.0]), Some(f64::INFINITY));
        assert_eq!(ac_snr_db(&[0.5, 0.5], &[0.0, 1.0]), Some(f64::NEG_INFINITY));
        assert_eq!(ac_snr_db(&[0.0, 1.0], &[0.5, 0.5]), Some(0.0));
        for (signal, reconstruction) in [(&[][..], &[][..]), (&[0.5], &[0.5]), (&[0.0, 1.0], &[0.0])] {
            assert_eq!(ac_snr_db(signal, reconstruction), None);
        }
    }
}
