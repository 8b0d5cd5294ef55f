//! The direct method: information in the time course of repeated responses, without a model.

use super::estimate::{InformationMethod, of_table};
use super::table::ContingencyTable;
use crate::error::{MetricsError, check, check_count};
use ndarray::ArrayView2;
use std::collections::HashMap;

/// Information rate of a spike train about a time-varying stimulus that is repeated, by the direct method.
///
/// Words of L bins are read at every time. The total entropy H(L) is that of the words at all times, the noise entropy
/// that of the words at one time over the repetitions, averaged over times; each is corrected for limited sampling.
/// H(L)/(L·Δ) is extrapolated linearly in 1/L to infinite words, which takes off what neighbouring words share, and
/// the rate is total − noise.
///
/// `counts` has the shape (repetition, bin). Symbols are spike counts, so that a bin may hold more than one spike.
/// Words must be repeated to be counted: there should be at least as many repetitions as different words (the result
/// says so). With the Panzeri–Treves correction and words of 1 to 4 bins, 100 repetitions of 2000 independent bins give
/// 0.0668 bits per bin for a true 0.0677 and 0.0823 for 0.0836.
///
/// Source: Strong, Koberle, de Ruyter van Steveninck, Bialek (1998), Entropy and information in neural spike trains,
/// Phys Rev Lett 80:197, DOI 10.1103/PhysRevLett.80.197.
///
/// # Errors
/// [`MetricsError::TooFew`] below two repetitions, below two word lengths, or for words longer than the response;
/// [`MetricsError::Parameter`] for a bin that is not above 0, for equal word lengths, and for methods that do not
/// work on counts (quadratic extrapolation, nearest neighbours).
///
/// ```
/// use ndarray::Array2;
/// use spike_metrics::{DirectOptions, direct_information};
/// // Every repetition has the same spikes: there is no noise.
/// let counts = Array2::from_shape_fn((50, 400), |(_, bin)| u32::from(bin * bin % 7 < 3));
/// let estimate = direct_information(counts.view(), &DirectOptions::new(2.0))?;
/// assert_eq!(estimate.noise_bits_per_s, 0.0);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn direct_information(
    counts: ArrayView2<'_, u32>,
    options: &DirectOptions,
) -> Result<DirectEstimate, MetricsError> {
    options.check(counts)?;
    let mut words = vec![0u32; counts.len()];
    let mut points = Vec::new();
    let (num_trials, num_bins) = counts.dim();
    let longest = options.word_lengths.iter().copied().max().unwrap_or(0);
    for length in 1..=longest {
        let num_times = num_bins + 1 - length;
        extend(&mut words, counts, length);
        if !options.word_lengths.contains(&length) {
            continue;
        }
        let times = (0..num_trials).flat_map(|_| 0..num_times as u32);
        let symbols = words.chunks_exact(num_bins).flat_map(|row| &row[..num_times]).copied();
        let (times, symbols): (Vec<u32>, Vec<u32>) = times.zip(symbols).unzip();
        let table = ContingencyTable::from_samples(&times, &symbols)?;
        let entropies = of_table(&table, options.method);
        points.push(WordEntropy {
            word_bins: length,
            total_bits: entropies.response_bits,
            noise_bits: entropies.noise_bits,
            num_words: table.num_responses(),
        });
    }
    let limit = |bits: fn(&WordEntropy) -> f64| {
        let line = points.iter().map(|p| (1.0 / p.word_bins as f64, bits(p) / p.word_bins as f64));
        intercept(&line.collect::<Vec<_>>()) / (options.bin_ms * 1e-3)
    };
    let (total, noise) = (limit(|p| p.total_bits), limit(|p| p.noise_bits));
    let reliable = points.iter().all(|p| p.num_words <= num_trials);
    Ok(DirectEstimate {
        information_bits_per_s: total - noise,
        total_bits_per_s: total,
        noise_bits_per_s: noise,
        points,
        reliable,
    })
}

/// Options of [`direct_information`].
#[derive(Debug, Clone, PartialEq)]
pub struct DirectOptions {
    /// Width Δ of a bin.
    pub bin_ms: f64,
    /// Lengths of words in bins; at least two different ones.
    pub word_lengths: Vec<usize>,
    /// Correction of the entropies.
    pub method: InformationMethod,
}

impl DirectOptions {
    /// Words of 1 to 4 bins, Panzeri–Treves correction.
    #[must_use]
    pub fn new(bin_ms: f64) -> Self {
        Self { bin_ms, word_lengths: vec![1, 2, 3, 4], method: InformationMethod::PanzeriTreves }
    }

    fn check(&self, counts: ArrayView2<'_, u32>) -> Result<(), MetricsError> {
        check("bin_ms", self.bin_ms, 0.0 < self.bin_ms && self.bin_ms.is_finite(), "above 0, finite")?;
        check_count("repetitions", counts.nrows(), 2)?;
        let mut lengths = self.word_lengths.clone();
        lengths.sort_unstable();
        lengths.dedup();
        check_count("different word lengths", lengths.len(), 2)?;
        let (shortest, longest) = (lengths[0], lengths[lengths.len() - 1]);
        check("word_lengths", shortest as f64, shortest > 0, "lengths of at least 1 bin")?;
        let different = lengths.len() == self.word_lengths.len();
        check("word_lengths", longest as f64, different, "lengths that are all different")?;
        check_count("bins", counts.ncols(), longest)?;
        match self.method {
            InformationMethod::Quadratic { num_partitions: value }
            | InformationMethod::NearestNeighbours { num_neighbours: value } => {
                let allowed = "a correction of counts: plug-in, Miller–Madow, Panzeri–Treves or NSB";
                Err(MetricsError::Parameter { name: "method", value: value as f64, allowed })
            }
            _ => Ok(()),
        }
    }
}

/// Entropies of words of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordEntropy {
    /// Length L.
    pub word_bins: usize,
    /// Entropy of the words at all times.
    pub total_bits: f64,
    /// Mean entropy of the words at one time.
    pub noise_bits: f64,
    /// Different words that occurred.
    pub num_words: usize,
}

/// Result of [`direct_information`].
#[derive(Debug, Clone, PartialEq)]
pub struct DirectEstimate {
    /// Total − noise.
    pub information_bits_per_s: f64,
    /// Total entropy rate for infinite words.
    pub total_bits_per_s: f64,
    /// Noise entropy rate for infinite words.
    pub noise_bits_per_s: f64,
    /// The values that were extrapolated, by increasing length.
    pub points: Vec<WordEntropy>,
    /// Whether there are at least as many repetitions as words of the greatest length.
    pub reliable: bool,
}

/// Turns the numbers of words of `length − 1` bins at every place into those of `length` bins: a word is known by the
/// number of its beginning and its last symbol.
fn extend(words: &mut [u32], counts: ArrayView2<'_, u32>, length: usize) {
    let num_bins = counts.ncols();
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    for (row, symbols) in words.chunks_exact_mut(num_bins).zip(counts.rows()) {
        for start in 0..=num_bins - length {
            let next = numbers.len() as u32;
            row[start] = *numbers.entry((row[start], symbols[start + length - 1])).or_insert(next);
        }
    }
}

/// The value at 0 of the least-squares line.
fn intercept(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let xx: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.0 - mean_x)).sum();
    let xy: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    mean_y - xy / xx * mean_x
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn words_are_numbered_by_their_symbols() {
        let counts = array![[0, 1, 0, 1], [1, 0, 1, 2]];
        let mut words = vec![0; 8];
        extend(&mut words, counts.view(), 1);
        assert_eq!(words, [0, 1, 0, 1, 1, 0, 1, 2]);
        extend(&mut words, counts.view(), 2);
        let [a, b, c, .., d, e, f, _] = words.as_slice() else { panic!("eight words") };
        assert_eq!((a, b), (c, d));
        assert_eq!((b, a), (d, e));
        assert_ne!(f, a);
        assert_ne!(f, b);
        assert!((intercept(&[(1.0, 5.0), (0.5, 4.0), (0.25, 3.5)]) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn bad_options_are_refused() {
        let counts = Array2::<u32>::zeros((3, 10));
        let with = |change: &dyn Fn(&mut DirectOptions)| {
            let mut options = DirectOptions::new(1.0);
            change(&mut options);
            direct_information(counts.view(), &options)
        };
        assert!(with(&|_| ()).is_ok());
        assert!(with(&|o| o.bin_ms = 0.0).is_err());
        assert!(with(&|o| o.word_lengths = vec![2]).is_err());
        assert!(with(&|o| o.word_lengths = vec![0, 2]).is_err());
        assert!(with(&|o| o.word_lengths = vec![1, 2, 2]).is_err());
        assert!(with(&|o| o.word_lengths = vec![1, 11]).is_err());
        assert!(with(&|o| o.method = InformationMethod::Quadratic { num_partitions: 1 }).is_err());
        assert!(direct_information(Array2::zeros((1, 10)).view(), &DirectOptions::new(1.0)).is_err());
    }
}
