//! Many steps at once: powers of the one-step map, and the first step at which a membrane crosses its threshold.

use crate::lif::dynamics::{Dynamics, Map};
use spike_core::ln;

/// Steps of the fine table; the coarse table holds its multiples.
const FINE_BITS: u32 = 10;
const FINE: usize = 1 << FINE_BITS;
/// Steps of one entry beyond the coarse table.
const COARSE_BITS: u32 = 2 * FINE_BITS;

/// The maps over 0, 1, 2, … steps.
///
/// Each entry is the product of two of half its length, so that its error is a few units in the last place for any
/// number of steps.
#[derive(Debug, Clone)]
pub(crate) struct Jumps {
    fine: Vec<Map>,
    coarse: Vec<Map>,
    beyond: Map,
    step: Map,
    /// Steps within which the factors do not underflow.
    horizon: u64,
    /// Where the potential leads without current.
    fixed_point: f64,
    /// Steps after which a current has moved the potential most.
    peak: u64,
}

impl Jumps {
    pub(crate) fn new(step: Map) -> Self {
        let fine = powers(step);
        let coarse = powers(fine[FINE - 1].then(&step));
        let beyond = coarse[FINE - 1].then(&coarse[1]);
        // 650 time constants: e^−650 is far above the smallest double.
        let horizon = ((650.0 / -ln(step.a.max(step.b))) as u64).max(2);
        let fixed_point = if step.k == 0.0 { 0.0 } else { step.k / (1.0 - step.a) };
        let mut jumps = Self { fine, coarse, beyond, step, horizon, fixed_point, peak: 0 };
        jumps.peak = first(0, horizon, |n| jumps.over(n + 1).c <= jumps.over(n).c).unwrap_or(horizon);
        jumps
    }

    /// The map over `n` steps.
    #[inline]
    pub(crate) fn over(&self, n: u64) -> Map {
        let fine = &self.fine[n as usize & (FINE - 1)];
        if n < FINE as u64 { *fine } else { self.over_many(n, fine) }
    }

    fn over_many(&self, n: u64, fine: &Map) -> Map {
        let near = self.coarse[(n >> FINE_BITS) as usize & (FINE - 1)].then(fine);
        let (mut map, mut square, mut rest) = (near, self.beyond, n >> COARSE_BITS);
        while rest != 0 {
            if rest & 1 == 1 {
                map = map.then(&square);
            }
            square = square.then(&square);
            rest >>= 1;
        }
        map
    }

    /// A potential that is not exceeded within `to` steps, with room for rounding: the larger of where it is and where
    /// it leads, and the most that the current adds.
    fn bound(&self, v: f64, current: f64, to: u64) -> f64 {
        let without = v.max(self.fixed_point);
        let added = if 0.0 < current { current * self.over(to.min(self.peak)).c } else { 0.0 };
        without + added + 1e-9 * (without.abs() + added)
    }

    /// The first n in `from..=to` after which the neuron fires, if its state is (v, I) now and nothing arrives.
    ///
    /// v after n steps is a constant and two exponentials in n, so that it has at most one maximum or minimum, which
    /// the sign of its differences finds by bisection, as bisection finds the crossing on the rising part.
    pub(crate) fn first_crossing(&self, dynamics: &Dynamics, v: f64, current: f64, from: u64, to: u64) -> Option<u64> {
        if to < from {
            return None;
        }
        if self.bound(v, current, to) < dynamics.threshold {
            return None;
        }
        let fires = |n: u64| dynamics.fires(self.over(n).potential(v, current));
        let Map { a, c, k, .. } = self.step;
        let slope = (a - 1.0) * v + k;
        // The difference of v(n + 1) and v(n) as a sum of what decays: it does not vanish in the rounding of v.
        let rises = |n: u64| {
            let map = self.over(n);
            0.0 < map.a * slope + current * ((a - 1.0) * map.c + c * map.b)
        };
        if fires(from) {
            return Some(from);
        }
        if 0.0 <= current && !rises(from) {
            // The current of an excited neuron pulls upward less and less: who falls goes on falling.
            return None;
        }
        // The last step of the rising part, which is the only one that can cross.
        let (foot, peak) = if rises(from) {
            (from, first(from, to, |n| !rises(n)).unwrap_or(to))
        } else {
            (first(from, to.min(self.horizon.max(from)), rises)?, to)
        };
        if fires(peak) { first(foot, peak, fires).or(Some(peak)) } else { None }
    }
}

/// The smallest n in `from..to` for which a condition holds that stays true once it is.
fn first(from: u64, to: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (from, to);
    while low < high {
        let mid = low + (high - low) / 2;
        if holds(mid) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    (low < to).then_some(low)
}

fn powers(step: Map) -> Vec<Map> {
    let mut maps = Vec::with_capacity(FINE);
    maps.extend([Map::IDENTITY, step]);
    for n in 2..FINE {
        let half: Map = maps[n / 2];
        maps.push(half.then(&maps[n - n / 2]));
    }
    maps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lif::{LifOptions, PostsynapticEffect, Schedule};
    use spike_core::TimeGrid;

    fn dynamics(tau_ms: f64, tau_syn_ms: f64, bias: f64) -> Dynamics {
        let synapse = PostsynapticEffect::Exponential { tau_ms: tau_syn_ms };
        let options = LifOptions { tau_ms, synapse, bias, ..LifOptions::default() };
        Dynamics::new(&options, TimeGrid::from_ms(1.0, 0.1).unwrap()).unwrap()
    }

    #[test]
    fn jumps_are_repeated_steps() {
        let dynamics = dynamics(200.0, 5000.0, 0.3);
        let jumps = Jumps::new(dynamics.step);
        let (mut v, mut current) = (0.4, 1.5);
        for n in 1..=20_000u64 {
            v = dynamics.step.potential(v, current);
            current *= dynamics.step.b;
            let map = jumps.over(n);
            assert!((map.potential(0.4, 1.5) - v).abs() < 1e-12 && (map.b * 1.5 - current).abs() < 1e-12, "{n}");
        }
    }

    #[test]
    fn jumps_beyond_the_tables_compose() {
        let slow = Map { a: 1.0 - 1e-9, b: 1.0, c: 0.0, k: 0.0 };
        let jumps = Jumps::new(slow);
        for n in [(1u64 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000_123, 1 << 33] {
            let expected = (n as f64 * (-1e-9f64).ln_1p()).exp();
            assert!((jumps.over(n).a / expected - 1.0).abs() < 1e-6, "{n}");
        }
    }

    #[test]
    fn a_membrane_that_falls_first_is_found_long_after() {
        let dynamics = dynamics(20.0, 5.0, 1.2);
        let jumps = Jumps::new(dynamics.step);
        let short = jumps.first_crossing(&dynamics, 0.9, -5.0, 1, 3000);
        assert!(short.is_some_and(|n| 300 < n));
        assert_eq!(jumps.first_crossing(&dynamics, 0.9, -5.0, 1, 1 << 40), short);
        assert_eq!(jumps.first_crossing(&dynamics, 0.9, -5.0, 1, 200), None);
    }

    #[test]
    fn crossings_are_those_of_single_steps() {
        let mut checked = 0;
        for (tau, tau_syn, bias) in [
            (20.0, 5.0, 0.0),
            (20.0, 5.0, 1.2),
            (5.0, 20.0, 0.0),
            (10.0, 10.0, 0.0),
            (3.0, 0.2, 1.1),
            (20.0, 5.0, 0.99),
        ] {
            for schedule in [Schedule::Brian2, Schedule::Lava] {
                let mut dynamics = dynamics(tau, tau_syn, bias);
                dynamics.schedule = schedule;
                let jumps = Jumps::new(dynamics.step);
                for (v, current) in
                    [(0.0, 3.0), (0.9, 0.0), (0.5, -2.0), (1.3, 0.0), (-3.0, 20.0), (0.2, 1.0), (0.7, 60.0)]
                {
                    for from in [1, 40] {
                        let (mut x, mut i) = (v, current);
                        let naive = (1..=3000).find(|&n| {
                            x = dynamics.step.potential(x, i);
                            i *= dynamics.step.b;
                            from <= n && dynamics.fires(x)
                        });
                        assert_eq!(
                            jumps.first_crossing(&dynamics, v, current, from, 3000),
                            naive,
                            "{tau} {v} {current}"
                        );
                        checked += usize::from(naive.is_some());
                    }
                }
            }
        }
        assert!(50 < checked, "{checked}");
    }
}
