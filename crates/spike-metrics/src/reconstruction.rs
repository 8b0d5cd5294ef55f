//! Error of decoded against original values: MSE, R², signal-to-noise ratios.

use crate::error::{MetricsError, check, check_count, check_finite, check_sizes};
use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

/// How well values came back.
///
/// For originals y, decoded values ŷ and e = y − ŷ:
///
/// | field | formula |
/// |---|---|
/// | `mse`, `rmse` | mean e², its root |
/// | `r2` | 1 − Σe²/Σ(y − ȳ)² |
/// | `snr_db` | 10·log₁₀(Σy²/Σe²): counts a constant offset of the signal as signal |
/// | `ac_snr_db` | 10·log₁₀(Σ(y − ȳ)²/Σe²) = −10·log₁₀(1 − R²): does not |
/// | `psnr_db` | 10·log₁₀(peak²/MSE) |
///
/// `r2` and `ac_snr_db` are `None` for constant originals. A ratio is infinite without error, and `None` if there
/// is neither signal nor error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReconstructionError {
    /// Mean squared error, in squared units of the values.
    pub mse: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Coefficient of determination.
    pub r2: Option<f64>,
    /// Signal-to-noise ratio.
    pub snr_db: Option<f64>,
    /// Signal-to-noise ratio of the varying part of the signal.
    pub ac_snr_db: Option<f64>,
    /// Peak signal-to-noise ratio.
    pub psnr_db: Option<f64>,
    /// Number of values.
    pub num_values: usize,
}

/// The error of each channel and of all together.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconstruction {
    /// All values as one signal, with one mean: between channels of different mean, R² is higher than within.
    pub overall: ReconstructionError,
    /// One entry for each channel.
    pub per_channel: Vec<ReconstructionError>,
}

/// Compares original and decoded values of shape (sample, channel). `peak` is the largest possible value minus the
/// smallest, the numerator of the PSNR: 1 for normalised values, 255 for bytes.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] if the shapes differ, [`MetricsError::TooFew`] without values,
/// [`MetricsError::NotFinite`], and [`MetricsError::Parameter`] for a peak that is not above 0.
///
/// ```
/// use ndarray::array;
/// use spike_metrics::reconstruction;
/// let original = array![[0.0, 1.0], [1.0, 3.0]];
/// let decoded = array![[0.5, 1.0], [1.0, 3.0]];
/// let error = reconstruction(original.view(), decoded.view(), 1.0)?;
/// assert_eq!(error.per_channel[0].r2, Some(0.5));
/// assert_eq!((error.per_channel[1].mse, error.overall.mse), (0.0, 0.0625));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn reconstruction(
    original: ArrayView2<'_, f64>,
    decoded: ArrayView2<'_, f64>,
    peak: f64,
) -> Result<Reconstruction, MetricsError> {
    check_sizes(("original samples", original.nrows()), ("decoded samples", decoded.nrows()))?;
    check_sizes(("original channels", original.ncols()), ("decoded channels", decoded.ncols()))?;
    check("peak", peak, 0.0 < peak && peak.is_finite(), "above 0, finite")?;
    check_count("values", original.len(), 1)?;
    let flat = |values: ArrayView2<'_, f64>| values.iter().copied().collect::<Vec<f64>>();
    let (all_original, all_decoded) = (flat(original), flat(decoded));
    check_finite("original", &all_original)?;
    check_finite("decoded", &all_decoded)?;
    let overall = compare(ArrayView1::from(&all_original), ArrayView1::from(&all_decoded), peak);
    let columns = original.columns().into_iter().zip(decoded.columns());
    Ok(Reconstruction { overall, per_channel: columns.map(|(y, estimate)| compare(y, estimate, peak)).collect() })
}

fn compare(original: ArrayView1<'_, f64>, decoded: ArrayView1<'_, f64>, peak: f64) -> ReconstructionError {
    let num_values = original.len();
    let n = num_values as f64;
    let mean = original.sum() / n;
    let (mut power, mut spread, mut error) = (0.0, 0.0, 0.0);
    for (&y, &estimate) in original.iter().zip(&decoded) {
        power += y * y;
        spread += (y - mean) * (y - mean);
        error += (y - estimate) * (y - estimate);
    }
    let varies = original.iter().any(|&y| y != original[0]);
    let ratio_db = |signal: f64| (signal > 0.0 || error > 0.0).then(|| 10.0 * (signal / error).log10());
    ReconstructionError {
        mse: error / n,
        rmse: (error / n).sqrt(),
        r2: varies.then(|| 1.0 - error / spread),
        snr_db: ratio_db(power),
        ac_snr_db: if varies { ratio_db(spread) } else { None },
        psnr_db: ratio_db(n * peak * peak),
        num_values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn ratios_by_hand() {
        let original = array![[1.0], [3.0]];
        let decoded = array![[1.0], [2.0]];
        let error = reconstruction(original.view(), decoded.view(), 2.0).unwrap().overall;
        assert_eq!((error.mse, error.rmse, error.r2, error.num_values), (0.5, 0.5f64.sqrt(), Some(0.5), 2));
        assert!((error.snr_db.unwrap() - 10.0).abs() < 1e-12);
        assert!((error.ac_snr_db.unwrap() - 10.0 * 2f64.log10()).abs() < 1e-12);
        assert!((error.psnr_db.unwrap() - 10.0 * 8f64.log10()).abs() < 1e-12);
    }

    #[test]
    fn constants_and_perfection_are_defined() {
        let constant = array![[2.0], [2.0], [2.0]];
        let error = reconstruction(constant.view(), constant.view(), 1.0).unwrap().overall;
        assert_eq!((error.r2, error.ac_snr_db, error.snr_db), (None, None, Some(f64::INFINITY)));
        let zero = Array2::zeros((2, 1));
        let error = reconstruction(zero.view(), zero.view(), 1.0).unwrap().overall;
        assert_eq!((error.snr_db, error.psnr_db), (None, Some(f64::INFINITY)));
    }

    #[test]
    fn bad_input_is_refused() {
        let a = array![[0.0, 1.0]];
        let refused = |x: &Array2<f64>, y: &Array2<f64>, peak| reconstruction(x.view(), y.view(), peak).unwrap_err();
        assert!(matches!(refused(&a, &array![[0.0], [1.0]], 1.0), MetricsError::SizeMismatch { .. }));
        assert!(matches!(refused(&a, &array![[0.0, f64::NAN]], 1.0), MetricsError::NotFinite { .. }));
        assert!(matches!(refused(&a, &a, 0.0), MetricsError::Parameter { .. }));
        assert!(matches!(refused(&Array2::zeros((0, 0)), &Array2::zeros((0, 0)), 1.0), MetricsError::TooFew { .. }));
    }
}
