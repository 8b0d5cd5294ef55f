//! Permutations, the shuffle null and the jackknife: what every estimate reports beside its value.

use crate::par::map_indexed;
use serde::{Deserialize, Serialize};
use spike_core::{Domain, Seed};

/// Groups of the jackknife.
const GROUPS: usize = 20;

/// Neuron index of the stream that splits samples into groups: shuffles use 0.
const GROUPING: u32 = 1;

/// What an estimate gives when stimuli and responses have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShuffleNull {
    /// Mean over shuffles: mostly bias.
    pub mean_bits: f64,
    /// The value that 95 % of the shuffles do not exceed.
    pub upper_95_bits: f64,
    /// Number of shuffles.
    pub num_shuffles: usize,
}

/// A random order of 0..n, uniform up to 2⁻⁵².
pub(crate) fn permutation(n: usize, seed: Seed, index: u64) -> Vec<usize> {
    shuffled(n, seed, index, 0)
}

fn shuffled(n: usize, seed: Seed, index: u64, neuron: u32) -> Vec<usize> {
    let mut stream = seed.stream(index, neuron, Domain::Resampling);
    let mut order: Vec<usize> = (0..n).collect();
    for k in (1..n).rev() {
        let other = ((stream.next_open_unit() * (k + 1) as f64) as usize).min(k);
        order.swap(k, other);
    }
    order
}

/// The distribution of `estimate` over permutations of the responses.
pub(crate) fn shuffle_null(
    num_samples: usize,
    num_shuffles: usize,
    seed: Seed,
    estimate: impl Fn(&[usize]) -> f64 + Sync + Send,
) -> Option<ShuffleNull> {
    if num_shuffles == 0 {
        return None;
    }
    let mut values = map_indexed(num_shuffles, |k| estimate(&permutation(num_samples, seed, k as u64)));
    values.sort_by(f64::total_cmp);
    let rank = (0.95 * num_shuffles as f64).ceil() as usize;
    let mean_bits = values.iter().sum::<f64>() / num_shuffles as f64;
    Some(ShuffleNull { mean_bits, upper_95_bits: values[rank.max(1) - 1], num_shuffles })
}

/// Standard error by the delete-a-group jackknife: √((g − 1)/g·Σ (θ₋ₖ − θ̄)²) over g random groups.
///
/// Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 11, DOI 10.1201/9780429246593.
pub(crate) fn jackknife_error(
    num_samples: usize,
    seed: Seed,
    estimate: impl Fn(&[usize]) -> f64 + Sync + Send,
) -> Option<f64> {
    let groups = GROUPS.min(num_samples / 4);
    if groups < 2 {
        return None;
    }
    let order = shuffled(num_samples, seed, 0, GROUPING);
    let values = map_indexed(groups, |group| {
        let mut kept: Vec<usize> = (0..num_samples).filter(|k| k % groups != group).map(|k| order[k]).collect();
        kept.sort_unstable();
        estimate(&kept)
    });
    let g = groups as f64;
    let mean = values.iter().sum::<f64>() / g;
    let spread: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some(((g - 1.0) / g * spread).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_uniform() {
        let mut seen = [0u32; 6];
        for k in 0..6000 {
            let order = permutation(3, Seed(4), k);
            seen[order[0] * 2 + usize::from(order[1] > order[2])] += 1;
        }
        // Binomial counts of 1000 with standard deviation 29; five of them.
        assert!(seen.iter().all(|n| n.abs_diff(1000) < 145), "{seen:?}");
    }

    #[test]
    fn the_jackknife_gives_the_error_of_a_mean() {
        let mut stream = Seed(5).stream(0, 0, Domain::Spikes);
        let values: Vec<f64> = (0..4000).map(|_| stream.next_open_unit()).collect();
        let mean = |kept: &[usize]| kept.iter().map(|&k| values[k]).sum::<f64>() / kept.len() as f64;
        let error = jackknife_error(values.len(), Seed(1), mean).unwrap();
        // √(1/12/4000); from 20 groups it is known to 1/√(2·19) = 16 %: four of these.
        let exact = (1.0 / 12.0 / 4000f64).sqrt();
        assert!((error / exact - 1.0).abs() < 0.65, "{error} {exact}");
        assert_eq!(jackknife_error(7, Seed(1), mean), None);
        assert_eq!(shuffle_null(5, 0, Seed(1), mean), None);
    }
}
