//! Nearest-neighbour estimators for continuous values.

use super::bounds::{Ceiling, CeilingKind};
use super::estimate::{InformationEstimate, InformationMethod};
use super::miller_madow::entropy_miller_madow_bits;
use super::resample::{jackknife_error, shuffle_null};
use super::table::renumber;
use crate::error::{MetricsError, check_count, check_finite, check_sizes};
use crate::special::{LN_2, digamma};
use spike_core::Seed;

/// Options of the nearest-neighbour estimators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeighbourOptions {
    /// Number of neighbours k: larger ones have less variance and more bias.
    pub num_neighbours: usize,
    /// Shuffles of the null distribution; 0 leaves it out.
    pub num_shuffles: usize,
    /// What becomes of samples whose response occurs once, in the mixed estimator.
    pub sole_responses: SoleResponses,
    /// Seed of shuffles and groups.
    pub seed: Seed,
}

impl Default for NeighbourOptions {
    /// k = 3, 100 shuffles, sole responses left out.
    fn default() -> Self {
        Self { num_neighbours: 3, num_shuffles: 100, sole_responses: SoleResponses::LeftOut, seed: Seed(0) }
    }
}

/// What becomes of samples whose response occurs only once: such a sample has no neighbour of its own response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoleResponses {
    /// They count nowhere, as in scikit-learn: N and mᵢ are of the same samples.
    #[default]
    LeftOut,
    /// They are not averaged and not counted in N, but mᵢ counts them. The estimate is lower by about −log₂ of the
    /// share of the samples that is averaged, a bias towards 0 that grows with the alphabet (N = 50, L = 100: 0.49
    /// bits of 2.135, where [`LeftOut`](Self::LeftOut) gives 1.86): the cautious choice for few samples.
    Searched,
}

/// The mutual information of a continuous stimulus and a discrete response, without binning the stimulus.
///
/// I = ψ(N) + ⟨ψ(kᵢ)⟩ − ⟨ψ(Nᵢ)⟩ − ⟨ψ(mᵢ)⟩: Nᵢ samples have the response of sample i, kᵢ = min(k, Nᵢ − 1), dᵢ is the
/// distance to the kᵢ-th nearest of them, and mᵢ counts all samples closer than dᵢ, i included. Samples whose response
/// occurs once are treated as [`SoleResponses`] says. Distances are compared as |xⱼ − xᵢ| < dᵢ: a radius shrunk by one unit
/// in the last place and added to xᵢ is rounded back onto the neighbour, which biases the result (by −0.28 bits at
/// one expected spike).
///
/// It needs about k + 1 samples for every response: see [`reliable`](InformationEstimate::reliable). Measured on
/// Poisson counts of a uniform value, k = 3: 0.79 ± 0.23, 0.88 ± 0.13 for a true 0.804 at N = 50, 100 (L = 10);
/// 1.86 ± 0.51, 2.04 ± 0.24, 2.11 ± 0.11, 2.17 ± 0.06, 2.18 ± 0.03 for a true 2.135 at N = 50, 100, 200, 500, 2000
/// (L = 100). Values that repeat exactly violate the assumption of a density.
///
/// Source: Ross (2014), Mutual information between discrete and continuous data sets, PLoS ONE 9:e87357,
/// DOI 10.1371/journal.pone.0087357.
///
/// # Errors
/// [`MetricsError::SizeMismatch`], [`MetricsError::NotFinite`], and [`MetricsError::TooFew`] below two samples that
/// share a response, or for k = 0.
///
/// ```
/// use spike_metrics::{NeighbourOptions, mutual_information_mixed};
/// let values: Vec<f64> = (0..200).map(|k| f64::from(k) / 200.0).collect();
/// let halves: Vec<u32> = (0..200).map(|k| k / 100).collect();
/// let estimate = mutual_information_mixed(&values, &halves, NeighbourOptions::default())?;
/// assert!((estimate.estimate_bits - 1.0).abs() < 0.05);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn mutual_information_mixed(
    stimuli: &[f64],
    responses: &[u32],
    options: NeighbourOptions,
) -> Result<InformationEstimate, MetricsError> {
    check_sizes(("stimuli", stimuli.len()), ("responses", responses.len()))?;
    check_finite("stimuli", stimuli)?;
    check_count("neighbours", options.num_neighbours, 1)?;
    let (labels, num_responses) = renumber(responses);
    let mut counts = vec![0u64; num_responses];
    labels.iter().for_each(|&l| counts[l as usize] += 1);
    let shared: u64 = counts.iter().filter(|c| **c > 1).sum();
    check_count("samples that share a response", shared as usize, 2)?;
    let k = options.num_neighbours;
    let all: Vec<usize> = (0..stimuli.len()).collect();
    let of = |indices: &[usize], order: &dyn Fn(usize) -> usize| {
        let samples = indices.iter().map(|&i| (stimuli[i], labels[order(i)])).collect();
        mixed(samples, num_responses, k, options.sole_responses)
    };
    let bits = of(&all, &|i| i);
    let jackknife = jackknife_error(stimuli.len(), options.seed, |kept| of(kept, &|i| i));
    let null = shuffle_null(stimuli.len(), options.num_shuffles, options.seed, |order| of(&all, &|i| order[i]));
    let response_entropy = Ceiling { kind: CeilingKind::ResponseEntropy, bits: entropy_miller_madow_bits(&counts) };
    let num_stimuli = num_distinct(stimuli);
    let lowest = Ceiling::lowest([Ceiling::of_stimuli(num_stimuli), response_entropy].iter());
    let sizes = (stimuli.len(), num_stimuli, num_responses);
    let reliable = stimuli.len() >= (k + 1) * num_responses;
    let estimate = judged(bits, sizes, reliable, options);
    Ok(InformationEstimate {
        standard_error_bits: jackknife,
        shuffle_null: null,
        ceiling_bits: lowest.map(|c| c.bits),
        ceiling_kind: lowest.map(|c| c.kind),
        ..estimate
    })
}

/// The mutual information of two continuous values.
///
/// I = ψ(k) + ψ(N) − ⟨ψ(nₓ + 1) + ψ(nᵧ + 1)⟩, where nₓ counts the other samples with |xⱼ − xᵢ| < εᵢ, likewise nᵧ, and
/// εᵢ is the distance to the k-th neighbour in the maximum norm (algorithm 1). Samples are searched in order of x, outward
/// until the distance in x alone exceeds εᵢ. Values that repeat exactly violate the assumption of a density.
///
/// Source: Kraskov, Stögbauer, Grassberger (2004), Estimating mutual information, Phys Rev E 69:066138,
/// DOI 10.1103/PhysRevE.69.066138, equation 8.
///
/// # Errors
/// [`MetricsError::SizeMismatch`], [`MetricsError::NotFinite`], and [`MetricsError::TooFew`] if there are not more
/// than k samples, or for k = 0.
pub fn mutual_information_continuous(
    stimuli: &[f64],
    responses: &[f64],
    options: NeighbourOptions,
) -> Result<InformationEstimate, MetricsError> {
    check_sizes(("stimuli", stimuli.len()), ("responses", responses.len()))?;
    check_finite("stimuli", stimuli)?;
    check_finite("responses", responses)?;
    let k = options.num_neighbours;
    check_count("neighbours", k, 1)?;
    check_count("samples", stimuli.len(), k + 1)?;
    let all: Vec<usize> = (0..stimuli.len()).collect();
    let of = |indices: &[usize], order: &dyn Fn(usize) -> usize| {
        continuous(indices.iter().map(|&i| (stimuli[i], responses[order(i)])).collect(), k)
    };
    let bits = of(&all, &|i| i);
    // A jackknife group must leave more than k samples.
    let enough = stimuli.len() > 2 * k + 2;
    let jackknife = if enough { jackknife_error(stimuli.len(), options.seed, |kept| of(kept, &|i| i)) } else { None };
    let null = shuffle_null(stimuli.len(), options.num_shuffles, options.seed, |order| of(&all, &|i| order[i]));
    let sizes = (stimuli.len(), num_distinct(stimuli), num_distinct(responses));
    let estimate = judged(bits, sizes, stimuli.len() >= 10 * k, options);
    Ok(InformationEstimate { standard_error_bits: jackknife, shuffle_null: null, ..estimate })
}

fn judged(
    bits: f64,
    (num_samples, num_stimuli, num_responses): (usize, usize, usize),
    reliable: bool,
    options: NeighbourOptions,
) -> InformationEstimate {
    InformationEstimate {
        estimate_bits: bits,
        naive_bits: bits,
        bias_bits: 0.0,
        standard_error_bits: None,
        shuffle_null: None,
        ceiling_bits: None,
        ceiling_kind: None,
        samples_per_cell: num_samples as f64 / (num_stimuli as f64 * num_responses as f64),
        num_samples,
        num_stimuli,
        num_responses,
        reliable,
        method: InformationMethod::NearestNeighbours { num_neighbours: options.num_neighbours },
    }
}

fn num_distinct(values: &[f64]) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted.len()
}

/// How many sorted values are closer to `x` than `radius`.
fn closer_than(sorted: &[f64], x: f64, radius: f64) -> usize {
    let from = sorted.partition_point(|&v| v < x && x - v >= radius);
    let until = sorted.partition_point(|&v| v <= x || v - x < radius);
    until.saturating_sub(from)
}

fn mixed(samples: Vec<(f64, u32)>, num_responses: usize, k: usize, sole_responses: SoleResponses) -> f64 {
    let mut classes: Vec<Vec<f64>> = vec![Vec::new(); num_responses];
    samples.iter().for_each(|&(x, label)| classes[label as usize].push(x));
    classes.retain(|class| class.len() > 1);
    classes.iter_mut().for_each(|class| class.sort_by(f64::total_cmp));
    let num_shared = classes.iter().map(Vec::len).sum::<usize>();
    let mut searched = match sole_responses {
        SoleResponses::LeftOut => classes.concat(),
        SoleResponses::Searched => samples.iter().map(|sample| sample.0).collect(),
    };
    searched.sort_by(f64::total_cmp);
    let mut sum = 0.0;
    for class in &classes {
        let k = k.min(class.len() - 1);
        let same = digamma(k as f64) - digamma(class.len() as f64);
        for (i, &x) in class.iter().enumerate() {
            let radius = kth_distance(class, i, k);
            sum += same - digamma(closer_than(&searched, x, radius).max(1) as f64);
        }
    }
    let n = num_shared as f64;
    if n == 0.0 { 0.0 } else { (digamma(n) + sum / n) / LN_2 }
}

/// The distance of a sorted value to its k-th nearest neighbour.
fn kth_distance(sorted: &[f64], i: usize, k: usize) -> f64 {
    let (mut low, mut high) = (i, i);
    let mut distance = 0.0;
    for _ in 0..k {
        let left = if low > 0 { sorted[i] - sorted[low - 1] } else { f64::INFINITY };
        let right = if high + 1 < sorted.len() { sorted[high + 1] - sorted[i] } else { f64::INFINITY };
        if left <= right {
            low -= 1;
            distance = left;
        } else {
            high += 1;
            distance = right;
        }
    }
    distance
}

fn continuous(mut samples: Vec<(f64, f64)>, k: usize) -> f64 {
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    let xs: Vec<f64> = samples.iter().map(|s| s.0).collect();
    let mut ys: Vec<f64> = samples.iter().map(|s| s.1).collect();
    ys.sort_by(f64::total_cmp);
    let n = samples.len();
    let mut nearest: Vec<f64> = Vec::with_capacity(k + 1);
    let mut sum = 0.0;
    for (i, &(x, y)) in samples.iter().enumerate() {
        nearest.clear();
        let (mut low, mut high) = (i, i + 1);
        loop {
            let left = if low > 0 { x - samples[low - 1].0 } else { f64::INFINITY };
            let right = if high < n { samples[high].0 - x } else { f64::INFINITY };
            let along = left.min(right);
            if along == f64::INFINITY || (nearest.len() == k && along >= nearest[k - 1]) {
                break;
            }
            let other = if left <= right {
                low -= 1;
                low
            } else {
                high += 1;
                high - 1
            };
            let distance = along.max((samples[other].1 - y).abs());
            let place = nearest.partition_point(|&d| d <= distance);
            if place < k {
                nearest.insert(place, distance);
                nearest.truncate(k);
            }
        }
        let radius = nearest[nearest.len() - 1];
        // The sample itself is counted unless the radius is 0: n + 1 in the formula.
        let count = |sorted: &[f64], v: f64| digamma(closer_than(sorted, v, radius).max(1) as f64);
        sum += count(&xs, x) + count(&ys, y);
    }
    (digamma(k as f64) + digamma(n as f64) - sum / n as f64) / LN_2
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::Domain;

    /// Uniform numbers, two by two.
    fn draws(n: usize, seed: u64) -> Vec<(f64, f64)> {
        let mut stream = Seed(seed).stream(0, 0, Domain::Spikes);
        (0..n).map(|_| (stream.next_open_unit(), stream.next_open_unit())).collect()
    }

    #[test]
    fn fast_searches_agree_with_all_pairs() {
        let (n, k) = (120, 3);
        let samples = draws(n, 1);
        let mut sum = 0.0;
        for &(x, y) in &samples {
            let mut distances: Vec<f64> = samples.iter().map(|s| (s.0 - x).abs().max((s.1 - y).abs())).collect();
            distances.sort_by(f64::total_cmp);
            let radius = distances[k];
            let nx = samples.iter().filter(|s| (s.0 - x).abs() < radius).count();
            let ny = samples.iter().filter(|s| (s.1 - y).abs() < radius).count();
            sum += digamma(nx as f64) + digamma(ny as f64);
        }
        let expected = (digamma(k as f64) + digamma(n as f64) - sum / n as f64) / LN_2;
        assert!((continuous(samples.clone(), k) - expected).abs() < 1e-12);

        let labelled: Vec<(f64, u32)> = samples.iter().map(|s| (s.0, (5.0 * s.1) as u32)).collect();
        let mut sum = 0.0;
        for &(x, label) in &labelled {
            let mut distances: Vec<f64> = labelled.iter().filter(|s| s.1 == label).map(|s| (s.0 - x).abs()).collect();
            distances.sort_by(f64::total_cmp);
            let m = labelled.iter().filter(|s| (s.0 - x).abs() < distances[k]).count();
            sum += digamma(k as f64) - digamma(distances.len() as f64) - digamma(m as f64);
        }
        let expected = (digamma(n as f64) + sum / n as f64) / LN_2;
        assert!((mixed(labelled, 5, k, SoleResponses::LeftOut) - expected).abs() < 1e-12);
    }

    #[test]
    fn agrees_with_other_implementations() {
        // The same numbers, which have no ties, with k = 3. Continuous: scikit-learn 1.9.1, _compute_mi_cc. Mixed:
        // the definition in NumPy by all pairs; _compute_mi_cd gives 2.318, because its shrunk radius is compared
        // with distances that are rounded otherwise.
        let scattered = |i: u64, a: u64, b: u64| (i * i * a + i * b) % 999_983;
        let x: Vec<f64> = (0..60).map(|i| scattered(i, 7919, 104_729) as f64 / 999_983.0).collect();
        let label = |i: u64| (scattered(i, 7919, 104_729) / 150_000 + u64::from(i.is_multiple_of(11)) * 20) as u32;
        let labels: Vec<u32> = (0..60).map(label).collect();
        let y: Vec<f64> = (0..60).map(|i| scattered(i, 31_337, 271) as f64 / 999_983.0 * 0.5 + x[i as usize]).collect();
        let options = NeighbourOptions { num_shuffles: 0, ..NeighbourOptions::default() };
        let mixed = mutual_information_mixed(&x, &labels, options).unwrap().estimate_bits;
        assert!((mixed - 2.412_632_925_078_951).abs() < 1e-12, "{mixed}");
        let continuous = mutual_information_continuous(&x, &y, options).unwrap().estimate_bits;
        assert!((continuous - 1.457_202_895_730_232_8).abs() < 1e-12, "{continuous}");
    }

    #[test]
    fn too_little_data_is_refused_and_repeated_values_are_survived() {
        let options = NeighbourOptions::default();
        assert!(matches!(mutual_information_mixed(&[0.1, 0.2], &[0, 1], options), Err(MetricsError::TooFew { .. })));
        assert!(mutual_information_mixed(&[0.1], &[0, 1], options).is_err());
        assert!(mutual_information_mixed(&[0.1, f64::NAN], &[0, 0], options).is_err());
        assert!(mutual_information_continuous(&[0.1; 3], &[0.1; 3], options).is_err());
        let none = NeighbourOptions { num_neighbours: 0, ..options };
        assert!(mutual_information_continuous(&[0.1; 9], &[0.1; 9], none).is_err());
        let same = mutual_information_continuous(&[0.5; 40], &[0.5; 40], options).unwrap();
        assert!(same.estimate_bits.is_finite() && same.ceiling_bits.is_none());
        let same = mutual_information_mixed(&[0.5; 40], &[1; 40], options).unwrap();
        assert_eq!((same.scalar_bits(), same.ceiling_kind), (0.0, Some(CeilingKind::StimulusAlphabet)));
    }
}
