//! Structural similarity of two images.

use crate::error::{MetricsError, check, check_count, check_finite, check_sizes};
use ndarray::{Array2, ArrayView2};

/// Side of the window.
const WINDOW: usize = 11;
/// Standard deviation of the Gaussian weights, in pixels.
const SIGMA: f64 = 1.5;
const K1: f64 = 0.01;
const K2: f64 = 0.03;

/// The mean structural similarity (SSIM) of two images, at most 1; 1 if they are equal.
///
/// SSIM(x, y) = (2μₓμᵧ + C₁)(2σₓᵧ + C₂) / ((μₓ² + μᵧ² + C₁)(σₓ² + σᵧ² + C₂)) with Gaussian weights of σ = 1.5 pixels
/// in a window of 11 × 11, C₁ = (0.01·L)², C₂ = (0.03·L)², L the range of values; averaged over all windows that lie
/// within the image. Weighted moments are those of the population, as in the paper.
///
/// Equals scikit-image's `structural_similarity` with `gaussian_weights=True, sigma=1.5,
/// use_sample_covariance=False` (its default is another, uniform window). Images of shape (row, column); colour
/// channels are compared one by one.
///
/// Source: Wang, Bovik, Sheikh, Simoncelli (2004), Image quality assessment: from error visibility to structural
/// similarity, IEEE Trans Image Process 13:600, DOI 10.1109/TIP.2003.819861, equation 13.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] if the shapes differ, [`MetricsError::TooFew`] below 11 rows or columns,
/// [`MetricsError::NotFinite`], and [`MetricsError::Parameter`] for a range that is not above 0.
///
/// ```
/// use ndarray::Array2;
/// let image = Array2::from_shape_fn((16, 16), |(y, x)| (x + y) as f64 / 30.0);
/// assert!((spike_metrics::ssim(image.view(), image.view(), 1.0)? - 1.0).abs() < 1e-12);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn ssim(first: ArrayView2<'_, f64>, second: ArrayView2<'_, f64>, value_range: f64) -> Result<f64, MetricsError> {
    check_sizes(("first image's rows", first.nrows()), ("second image's rows", second.nrows()))?;
    check_sizes(("first image's columns", first.ncols()), ("second image's columns", second.ncols()))?;
    check_count("rows", first.nrows(), WINDOW)?;
    check_count("columns", first.ncols(), WINDOW)?;
    check("value_range", value_range, 0.0 < value_range && value_range.is_finite(), "above 0, finite")?;
    for (name, image) in [("first", first), ("second", second)] {
        check_finite(name, &image.iter().copied().collect::<Vec<f64>>())?;
    }
    let weights = weights();
    let mean_of = |f: &dyn Fn(f64, f64) -> f64| {
        let mut product = Array2::zeros(first.dim());
        ndarray::Zip::from(&mut product).and(&first).and(&second).for_each(|p, &x, &y| *p = f(x, y));
        filter(&product, &weights)
    };
    let (mean_x, mean_y) = (mean_of(&|x, _| x), mean_of(&|_, y| y));
    let (xx, yy, xy) = (mean_of(&|x, _| x * x), mean_of(&|_, y| y * y), mean_of(&|x, y| x * y));
    let (c1, c2) = ((K1 * value_range) * (K1 * value_range), (K2 * value_range) * (K2 * value_range));
    let mut sum = 0.0;
    for (place, &mx) in mean_x.indexed_iter() {
        let my = mean_y[place];
        let (var_x, var_y, cov) = (xx[place] - mx * mx, yy[place] - my * my, xy[place] - mx * my);
        sum += (2.0 * mx * my + c1) * (2.0 * cov + c2) / ((mx * mx + my * my + c1) * (var_x + var_y + c2));
    }
    Ok(sum / mean_x.len() as f64)
}

/// The window in one dimension; the two-dimensional one is its product with itself.
fn weights() -> [f64; WINDOW] {
    let centre = (WINDOW / 2) as f64;
    let raw: [f64; WINDOW] = std::array::from_fn(|k| {
        let z = (k as f64 - centre) / SIGMA;
        spike_core::exp(-0.5 * z * z)
    });
    let sum: f64 = raw.iter().sum();
    raw.map(|w| w / sum)
}

/// Weighted means of all windows that lie within the image: first along rows, then along columns.
fn filter(image: &Array2<f64>, weights: &[f64; WINDOW]) -> Array2<f64> {
    let (rows, columns) = image.dim();
    let (out_rows, out_columns) = (rows + 1 - WINDOW, columns + 1 - WINDOW);
    let along = Array2::from_shape_fn((rows, out_columns), |(y, x)| {
        weights.iter().enumerate().map(|(k, w)| w * image[[y, x + k]]).sum::<f64>()
    });
    Array2::from_shape_fn((out_rows, out_columns), |(y, x)| {
        weights.iter().enumerate().map(|(k, w)| w * along[[y + k, x]]).sum::<f64>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 17;
    const COLUMNS: usize = 23;

    fn pattern(k: usize) -> Array2<f64> {
        Array2::from_shape_fn((ROWS, COLUMNS), |(y, x)| {
            ((x * 7 + y * 13 * (k + 1) + x * y * (k + 2)) % 29) as f64 / 28.0
        })
    }

    fn ramp() -> Array2<f64> {
        Array2::from_shape_fn((ROWS, COLUMNS), |(y, x)| (x + 2 * y) as f64 / (COLUMNS + 2 * ROWS) as f64)
    }

    #[test]
    fn agrees_with_scikit_image() {
        // scikit-image 0.26.0, structural_similarity(gaussian_weights=True, sigma=1.5,
        // use_sample_covariance=False, data_range=1.0) on the same arrays.
        let noisy = (ramp() + (pattern(0) - 0.5) * 0.1).mapv(|v| v.clamp(0.0, 1.0));
        let grey = Array2::from_elem((ROWS, COLUMNS), 0.5);
        let cases = [
            (pattern(0), pattern(1), 0.004_319_162_486_308_075),
            (ramp(), noisy, 0.894_186_357_093_823_7),
            (ramp(), grey, 0.201_870_376_796_997_4),
        ];
        for (a, b, expected) in cases {
            let value = ssim(a.view(), b.view(), 1.0).unwrap();
            assert!((value - expected).abs() < 1e-10, "{value} {expected}");
            let scaled = ssim((&a * 255.0).view(), (&b * 255.0).view(), 255.0).unwrap();
            assert!((scaled - expected).abs() < 1e-10);
            assert!((ssim(b.view(), a.view(), 1.0).unwrap() - value).abs() < 1e-12);
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let (image, small) = (Array2::<f64>::zeros((11, 11)), Array2::<f64>::zeros((11, 10)));
        assert!(matches!(ssim(image.view(), small.view(), 1.0), Err(MetricsError::SizeMismatch { .. })));
        assert!(matches!(ssim(small.view(), small.view(), 1.0), Err(MetricsError::TooFew { .. })));
        assert!(matches!(ssim(image.view(), image.view(), 0.0), Err(MetricsError::Parameter { .. })));
        let bad = Array2::from_elem((11, 11), f64::NAN);
        assert!(matches!(ssim(image.view(), bad.view(), 1.0), Err(MetricsError::NotFinite { .. })));
        assert_eq!(ssim(image.view(), image.view(), 1.0), Ok(1.0));
    }
}
