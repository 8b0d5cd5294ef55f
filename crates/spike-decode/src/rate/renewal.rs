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

/// Steps after which the probability of a free step is taken as stationary, or eight dead times if that is longer.
const STATIONARY: u32 = 4096;
/// The longest dead time that is counted step by step.
const DEAD: u32 = 8192;

/// Expected free steps of a neuron in a window: a_t = 1 − p·Σ_{j=1..k} a_{t−j} is the probability that step t is free.
///
/// By Wald's identity p times this is the expected number of spikes. Exact up to 4096 steps; what lies beyond is
/// counted at the rate reached by then. Dead times of more than 8192 steps are counted in longer steps.
pub(crate) fn mean_trials(p: f64, dead_steps: u32, num_steps: u32) -> f64 {
    if dead_steps == 0 {
        return f64::from(num_steps);
    }
    let dead_steps = dead_steps.min(num_steps);
    if dead_steps > DEAD {
        let steps = dead_steps.div_ceil(DEAD);
        let any = -(f64::from(steps) * (-p).ln_1p()).exp_m1();
        let free = mean_trials(any, dead_steps / steps, num_steps / steps);
        // A longer step is free until its spike: (1 − (1 − p)^c)/p of its c steps.
        return free * if p > 0.0 { any / p } else { f64::from(steps) };
    }
    let exact = num_steps.min(STATIONARY.max(8 * (dead_steps + 1))) as usize;
    let dead = dead_steps as usize;
    let mut free: Vec<f64> = Vec::with_capacity(exact);
    let (mut sum, mut last) = (0.0, 0.0);
    for t in 0..exact {
        free.push(1.0 - p * last);
        last += free[t];
        if t >= dead {
            last -= free[t - dead];
        }
        sum += free[t];
    }
    sum + (f64::from(num_steps) - exact as f64) / (1.0 + p * f64::from(dead_steps))
}

/// [`mean_trials`] for many probabilities: interpolated in its reciprocal, which is nearly linear in p.
#[derive(Debug, Clone)]
pub(crate) struct MeanTrials {
    reciprocal: Vec<f64>,
    per_entry: f64,
}

impl MeanTrials {
    /// For probabilities from 0 to `top`.
    pub(crate) fn new(top: f64, dead_steps: u32, num_steps: u32) -> Self {
        const ENTRIES: usize = 512;
        let per_entry = (top / ENTRIES as f64).max(f64::MIN_POSITIVE);
        let at = |i: usize| 1.0 / mean_trials(i as f64 * per_entry, dead_steps, num_steps);
        Self { reciprocal: (0..=ENTRIES).map(at).collect(), per_entry }
    }

    pub(crate) fn at(&self, p: f64) -> f64 {
        let place = p / self.per_entry;
        let i = (place as usize).min(self.reciprocal.len() - 2);
        let (a, b) = (self.reciprocal[i], self.reciprocal[i + 1]);
        1.0 / (a + (b - a) * (place - i as f64))
    }
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
    fn mean_trials_are_those_of_all_outcomes() {
        for (dead_steps, num_steps) in [(0, 50), (3, 50), (20, 1000), (7, 5), (60, 50)] {
            let table = MeanTrials::new(1.0, dead_steps, num_steps);
            for p in [0.0, 1e-4, 0.1, 0.35, 0.7] {
                let mean = |of: fn(Trials) -> u32| -> f64 {
                    let weighted = |(o, w): (Trials, f64)| f64::from(of(o)) * (w + ln_likelihood(o, p)).exp();
                    outcomes(dead_steps, num_steps).map(weighted).sum()
                };
                let found = mean_trials(p, dead_steps, num_steps);
                assert!((found - mean(|o| o.spikes + o.misses)).abs() < 1e-8 * found, "{dead_steps} {num_steps} {p}");
                assert!((p * found - mean(|o| o.spikes)).abs() < 1e-8 * found);
                assert!(
                    (table.at(p) / found - 1.0).abs() < 1e-4,
                    "{dead_steps} {num_steps} {p} {} {found}",
                    table.at(p)
                );
            }
        }
        // Beyond 4096 steps: the sum of all steps.
        let all = |p: f64| -> f64 {
            let mut a: Vec<f64> = Vec::new();
            for t in 0..9000usize {
                let busy: f64 = a[t.saturating_sub(20)..t].iter().sum();
                a.push(1.0 - p * busy);
            }
            a.iter().sum()
        };
        assert!((mean_trials(0.1, 20, 9000) - all(0.1)).abs() < 1e-6);
        // Long dead times: steps four times as long, hence all numbers of steps a quarter.
        for p in [0.0, 1e-7, 1e-5] {
            let (long, short) = (mean_trials(p, 20_000, 1_000_000), mean_trials(p * 4.0, 5000, 250_000) * 4.0);
            assert!((long / short - 1.0).abs() < 1e-3, "{p}: {long} {short}");
        }
        assert!(mean_trials(1.0, u32::MAX, u32::MAX) > 0.0 && mean_trials(0.5, 3_000_000, u32::MAX).is_finite());
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
