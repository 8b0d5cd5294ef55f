//! Exact order statistics of a stream that can be read again, in bounded memory.

use crate::error::EncodeError;

/// Bits that one pass resolves.
const RADIX_BITS: u32 = 16;

/// Maps doubles to integers of the same order.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// An order statistic that is being narrowed down: the keys that share `prefix`, and the rank among them.
struct Target {
    prefix: u64,
    rank: u64,
}

/// Quantiles by linear interpolation between order statistics (the default of NumPy), found by four passes of a
/// radix search over the stream.
///
/// `pass` calls its argument with every value of the stream; `count` is the number of values.
pub(crate) fn quantiles<E: From<EncodeError>>(
    count: u64,
    levels: &[f64],
    mut pass: impl FnMut(&mut dyn FnMut(&[f64])) -> Result<(), E>,
) -> Result<Vec<f64>, E> {
    let positions: Vec<f64> = levels.iter().map(|q| q * (count - 1) as f64).collect();
    let mut targets: Vec<Target> = positions
        .iter()
        .flat_map(|p| [p.floor() as u64, (p.ceil() as u64).min(count - 1)])
        .map(|rank| Target { prefix: 0, rank })
        .collect();
    for level in 0..64 / RADIX_BITS {
        let shift = 64 - RADIX_BITS * (level + 1);
        let mut prefixes: Vec<u64> = targets.iter().map(|t| t.prefix).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        let mut histograms = vec![vec![0u64; 1 << RADIX_BITS]; prefixes.len()];
        pass(&mut |values| {
            for &v in values {
                let k = key(v) >> shift;
                if let Ok(at) = prefixes.binary_search(&(k >> RADIX_BITS)) {
                    histograms[at][k as usize & ((1 << RADIX_BITS) - 1)] += 1;
                }
            }
        })?;
        for target in &mut targets {
            let at = prefixes.partition_point(|p| *p < target.prefix);
            let mut digit = 0;
            while digit + 1 < 1 << RADIX_BITS && target.rank >= histograms[at][digit] {
                target.rank -= histograms[at][digit];
                digit += 1;
            }
            if target.rank >= histograms[at][digit] {
                let second = histograms.iter().flatten().sum();
                return Err(EncodeError::SourceChanged { first: count, second }.into());
            }
            target.prefix = target.prefix << RADIX_BITS | digit as u64;
        }
    }
    Ok(positions
        .iter()
        .zip(targets.chunks_exact(2))
        .map(|(p, pair)| {
            let (low, high) = (value(pair[0].prefix), value(pair[1].prefix));
            low + (high - low) * (p - p.floor())
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_order() {
        let values = [f64::NEG_INFINITY, -1e300, -2.5, -0.0, 0.0, 1e-310, 0.5, 7.0, f64::INFINITY];
        assert!(values.array_windows().all(|[a, b]| key(*a) < key(*b)));
        assert!(values.iter().all(|v| value(key(*v)).to_bits() == v.to_bits()));
    }

    #[test]
    fn agrees_with_sorting() {
        let values: Vec<f64> = (0..1001).map(|i| f64::from(i * 7919 % 1001) * 0.37 - 100.0).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let found = quantiles::<EncodeError>(1001, &[0.0, 0.01, 0.5, 0.9995, 1.0], |each| {
            values.chunks(100).for_each(&mut *each);
            Ok(())
        })
        .unwrap();
        let expected = |q: f64| {
            let p = q * 1000.0;
            let low = sorted[p.floor() as usize];
            low + (sorted[p.ceil() as usize] - low) * (p - p.floor())
        };
        assert_eq!(found, [0.0, 0.01, 0.5, 0.9995, 1.0].map(expected));
    }

    #[test]
    fn a_source_that_shrinks_is_an_error() {
        let mut passes = 0;
        let result = quantiles::<EncodeError>(4, &[1.0], |each| {
            passes += 1;
            each(&[1.0, 2.0, 3.0, 4.0][..5 - passes]);
            Ok(())
        });
        assert!(matches!(result, Err(EncodeError::SourceChanged { .. })));
    }
}
