//! What a spike train with dead time says of its spike probability: the sufficient statistic.

/// Spikes and free steps of a train: its likelihood is p^spikes · (1 − p)^misses.
///
/// A step is free unless it lies in the dead time after a spike; dead time beyond the window does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trials {
    /// Number of spikes n.
    pub spikes: u32,
    /// Free steps without a spike.
    pub misses: u32,
}

impl Trials {
    /// Counts the trials of a train. Trains that break the dead time (after jitter) count as if they kept it.
    pub(crate) fn of(steps: &[u32], dead_steps: u32, num_steps: u32) -> Self {
        let spikes = steps.len() as u64;
        let Some(&last) = steps.last() else {
            return Self { spikes: 0, misses: num_steps };
        };
        let beyond = (u64::from(last) + 1 + u64::from(dead_steps)).saturating_sub(u64::from(num_steps));
        let busy = spikes * (1 + u64::from(dead_steps)) - beyond;
        Self { spikes: spikes as u32, misses: u64::from(num_steps).saturating_sub(busy) as u32 }
    }
}

/// Every outcome (trials) of a window with its number of arrangements, as a logarithm.
///
/// With k dead steps, n spikes whose dead times end inside the window leave m = T − n·(k + 1) misses in any of
/// C(n + m, n) orders; if o of the last dead time's steps lie beyond the window, the last trial is the spike and
/// m = T − n·(k + 1) + o, in C(n − 1 + m, n − 1) orders.
pub(crate) fn outcomes(dead_steps: u32, num_steps: u32) -> impl Iterator<Item = (Trials, f64)> {
    let ln_factorial: Vec<f64> = std::iter::once(0.0)
        .chain((1..=num_steps).scan(0.0, |sum, i| {
            *sum += f64::from(i).ln();
            Some(*sum)
        }))
        .collect();
    let (k, t) = (i64::from(dead_steps), i64::from(num_steps));
    let most = (t + k) / (k + 1);
    // Below the first, the spikes would not fit the window.
    let beyond = move |n: i64| if n == 0 { 0..=0 } else { (n * (k + 1) - t).clamp(0, k)..=k };
    (0..=most).flat_map(move |n| beyond(n).map(move |o| (n, o))).filter_map(move |(n, o)| {
        let misses = t - n * (k + 1) + o;
        if misses < 0 {
            return None;
        }
        let (ways_of, among) = if o == 0 { (n, n + misses) } else { (n - 1, n - 1 + misses) };
        let ln_ways =
            ln_factorial[among as usize] - ln_factorial[ways_of as usize] - ln_factorial[(among - ways_of) as usize];
        Some((Trials { spikes: n as u32, misses: misses as u32 }, ln_ways))
    })
}

/// ln of p^spikes · (1 − p)^misses, with 0·ln 0 = 0.
pub(crate) fn ln_likelihood(trials: Trials, p: f64) -> f64 {
    let part = |count: u32, ln: f64| if count == 0 { 0.0 } else { f64::from(count) * ln };
    part(trials.spikes, p.ln()) + part(trials.misses, (-p).ln_1p())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_probabilities_sum_to_one() {
        for (dead_steps, num_steps) in [(0, 1), (0, 50), (3, 50), (20, 1000), (7, 5), (60, 50)] {
            for p in [0.0, 1e-4, 0.1, 0.7, 1.0] {
                let sum: f64 = outcomes(dead_steps, num_steps).map(|(o, w)| (w + ln_likelihood(o, p)).exp()).sum();
                assert!((sum - 1.0).abs() < 1e-9, "{dead_steps} {num_steps} {p}: {sum}");
            }
        }
    }

    #[test]
    fn trials_are_counted_by_hand() {
        assert_eq!(Trials::of(&[], 2, 10), Trials { spikes: 0, misses: 10 });
        assert_eq!(Trials::of(&[0, 5], 2, 10), Trials { spikes: 2, misses: 4 });
        assert_eq!(Trials::of(&[0, 8], 2, 10), Trials { spikes: 2, misses: 5 });
        assert_eq!(Trials::of(&[9], 20, 10), Trials { spikes: 1, misses: 9 });
        assert_eq!(Trials::of(&[0, 1, 2], 20, 10), Trials { spikes: 3, misses: 0 });
    }

    #[test]
    fn outcomes_agree_with_enumeration() {
        // All trains of 8 steps with 2 dead steps.
        let (k, t) = (2u32, 8u32);
        let mut found = std::collections::BTreeMap::new();
        for bits in 0u32..1 << t {
            let steps: Vec<u32> = (0..t).filter(|s| bits >> s & 1 == 1).collect();
            if steps.array_windows().all(|[a, b]| b - a > k) {
                let trials = Trials::of(&steps, k, t);
                *found.entry((trials.spikes, trials.misses)).or_insert(0.0) += 1.0;
            }
        }
        let mut listed = std::collections::BTreeMap::new();
        for (o, w) in outcomes(k, t) {
            *listed.entry((o.spikes, o.misses)).or_insert(0.0) += w.exp().round();
        }
        assert_eq!(found, listed);
    }
}
