//! Spike-contrast: synchrony of many trains on the time scale on which it is largest.

use crate::error::{MetricsError, check, check_count};
use crate::statistics::binned::MAX_BINS;
use crate::times::TrainSet;

/// The spike-contrast of a set of trains, 0 to 1.
///
/// For bins of width Δ that overlap by half, with θ the spikes of all trains and n the trains that are active in a
/// bin: contrast C = Σ|θₖ₊₁ − θₖ|/(2·spikes), activity A = (Σθₖnₖ/Σθₖ − 1)/(trains − 1), and the result is the
/// largest C·A over Δ from half of the observation down, each 0.9 times the one before, to the larger of
/// `min_bin_ms` and half of the smallest interspike interval.
///
/// Convention: elephant 1.2.1, whose defaults are 0.9 and 10 ms. `None` if no train has two spikes (there is no
/// smallest interval; elephant raises an error) or if no bin width is admissible.
///
/// Source: Ciba, Isomura, Jimbo, Bahmer, Thielemann (2018), Spike-contrast, J Neurosci Methods 293:136,
/// DOI 10.1016/j.jneumeth.2017.09.008.
///
/// # Errors
/// [`MetricsError::TooFew`] below two trains, [`MetricsError::Parameter`] if `min_bin_ms` is not above 0 or
/// if there would be more than 10⁸ bins.
///
/// ```
/// use spike_metrics::{TrainSet, spike_contrast};
/// let same = TrainSet::new(&[vec![10.0, 60.0], vec![10.0, 60.0]], 0.0, 100.0)?;
/// assert!(spike_contrast(&same, 10.0)?.expect("two spikes in a train") > 0.9);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn spike_contrast(trains: &TrainSet, min_bin_ms: f64) -> Result<Option<f64>, MetricsError> {
    const SHRINK: f64 = 0.9;
    check_count("trains", trains.len(), 2)?;
    check("min_bin_ms", min_bin_ms, 0.0 < min_bin_ms && min_bin_ms.is_finite(), "above 0, finite")?;
    let intervals = trains.trains().flat_map(|train| train.intervals_ms());
    let Some(smallest) = intervals.min_by(f64::total_cmp) else {
        return Ok(None);
    };
    let mut bin_ms = (trains.stop_ms() - trains.start_ms()) / 2.0;
    let narrowest = min_bin_ms.max(smallest / 2.0);
    let num_bins = bin_ms / narrowest;
    check("observation / bin", num_bins, num_bins <= MAX_BINS, "at most 10⁸ bins; raise min_bin_ms")?;
    let mut best = None;
    while narrowest <= bin_ms {
        let value = contrast(trains, smallest, bin_ms);
        best = Some(best.map_or(value, |other: f64| other.max(value)));
        bin_ms *= SHRINK;
    }
    Ok(best)
}

/// Contrast times activity for one bin width; the observation is widened by the smallest interval on either side.
fn contrast(trains: &TrainSet, margin_ms: f64, bin_ms: f64) -> f64 {
    let half_ms = bin_ms / 2.0;
    let (start, stop) = (trains.start_ms() - margin_ms, trains.stop_ms() + margin_ms);
    let num_halves = ((stop + half_ms - start) / half_ms).ceil() as usize - 1;
    let edge = |k: usize| start + k as f64 * half_ms;
    let num_bins = num_halves - 1;
    let (mut spikes, mut active) = (vec![0u64; num_bins], vec![0u64; num_bins]);
    let mut num_spikes = 0;
    for train in trains.trains() {
        let mut halves = vec![0u64; num_halves];
        for &t in train.times_ms() {
            // The division may be off by one at an edge; the edges themselves decide.
            let mut k = (((t - start) / half_ms) as usize).min(num_halves - 1);
            if t < edge(k) {
                k -= 1;
            } else if k + 1 < num_halves && edge(k + 1) <= t {
                k += 1;
            }
            halves[k] += 1;
        }
        num_spikes += train.times_ms().len();
        for (bin, [left, right]) in halves.array_windows().enumerate() {
            spikes[bin] += left + right;
            active[bin] += u64::from(left + right > 0);
        }
    }
    let total: u64 = spikes.iter().sum();
    let weighted: u64 = spikes.iter().zip(&active).map(|(s, a)| s * a).sum();
    let changes: u64 = spikes.array_windows().map(|[a, b]| a.abs_diff(*b)).sum();
    let activity = (weighted as f64 / total as f64 - 1.0) / (trains.len() as f64 - 1.0);
    changes as f64 / (2.0 * num_spikes as f64) * activity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_defined_is_none() {
        let set = |trains: &[Vec<f64>]| TrainSet::new(trains, 0.0, 100.0).unwrap();
        assert_eq!(spike_contrast(&set(&[vec![], vec![5.0]]), 10.0), Ok(None));
        assert!(matches!(spike_contrast(&set(&[vec![5.0]]), 10.0), Err(MetricsError::TooFew { .. })));
        assert!(spike_contrast(&set(&[vec![], vec![]]), 0.0).is_err());
        assert_eq!(spike_contrast(&set(&[vec![1.0, 2.0], vec![1.0]]), 60.0), Ok(None));
        let close = set(&[vec![1.0, 1.000_000_001], vec![1.0]]);
        assert!(matches!(spike_contrast(&close, 1e-12), Err(MetricsError::Parameter { .. })));
    }
}
