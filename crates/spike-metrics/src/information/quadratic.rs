//! Quadratic extrapolation: the bias is measured on halves and quarters of the data.

use super::plug_in;
use super::resample::permutation;
use super::table::Pairs;
use spike_core::Seed;

/// The information extrapolated to infinitely many samples.
///
/// I(N) = I∞ + a/N + b/N² is fitted to the plug-in value of all samples and to its means over halves and quarters,
/// averaged over random partitions. Corrects the two leading terms of the bias; its variance is larger than that of
/// the Panzeri–Treves correction. Needs at least 4 samples.
///
/// Source: Strong, Koberle, de Ruyter van Steveninck, Bialek (1998), Entropy and information in neural spike trains,
/// Phys Rev Lett 80:197, DOI 10.1103/PhysRevLett.80.197; the form used in Panzeri et al. (2007), J Neurophysiol
/// 98:1064, DOI 10.1152/jn.00559.2007.
pub(crate) fn information_bits(pairs: &Pairs, indices: &[usize], num_partitions: usize, seed: Seed) -> f64 {
    let value = |part: &[usize]| plug_in::entropies(&pairs.table(part.iter().copied())).information_bits();
    let sizes = [indices.len(), indices.len() / 2, indices.len() / 4];
    let mut means = [value(indices), 0.0, 0.0];
    for partition in 0..num_partitions {
        let order: Vec<usize> =
            permutation(indices.len(), seed, partition as u64).into_iter().map(|k| indices[k]).collect();
        for (mean, size) in means.iter_mut().zip(sizes).skip(1) {
            let parts = order.chunks_exact(size);
            let share = 1.0 / (num_partitions * parts.len()) as f64;
            *mean += share * parts.map(value).sum::<f64>();
        }
    }
    // The value at 1/N = 0 of the parabola through the three points.
    let at = sizes.map(|n| 1.0 / n as f64);
    let mut limit = 0.0;
    for (k, mean) in means.iter().enumerate() {
        let others = at.iter().enumerate().filter(|(j, _)| *j != k);
        limit += mean * others.map(|(_, x)| x / (x - at[k])).product::<f64>();
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noiseless_channel_is_left_as_it_is() {
        let symbols: Vec<u32> = (0..4096).map(|k| k % 2).collect();
        let pairs = Pairs::new(&symbols, &symbols).unwrap();
        let indices: Vec<usize> = (0..symbols.len()).collect();
        let value = information_bits(&pairs, &indices, 10, Seed(1));
        assert!((value - 1.0).abs() < 1e-3, "{value}");
        assert_eq!(value, information_bits(&pairs, &indices, 10, Seed(1)));
    }
}
