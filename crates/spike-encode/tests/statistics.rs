//! The statistical contract of the Poisson rate code: counts, intervals and independence against the exact law of
//! the discrete renewal process, with fixed seeds and stated bounds.
//!
//! Two kinds of bound are used. "5 SE" is five standard errors of the statistic under the exact law: a sound code
//! exceeds it with probability 6e-7. Chi-square tests use α = 0.001; since the seeds are fixed, a pass is a pass for
//! ever, and the power to see a wrong law is stated and tested beside each.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::Array2;
use spike_core::{
    CodeOptions, EncoderConfig, Normalizer, PoissonOptions, Probability, RefractoryMode, Seed, SignalEncoder,
    SpikeBatch, SpikeChunk, TtfsForm, TtfsOptions, ZeroValue,
};
use spike_encode::{Encoder, InhomogeneousPoissonEncoder, SpikeProbability};

const PLAIN: PoissonOptions =
    PoissonOptions { probability: Probability::PerStep, refractory: RefractoryMode::Uncompensated };
const EXACT: PoissonOptions =
    PoissonOptions { probability: Probability::Exact, refractory: RefractoryMode::Uncompensated };
const COMPENSATED: PoissonOptions =
    PoissonOptions { probability: Probability::PerStep, refractory: RefractoryMode::Compensated };

/// One encoding of a constant value, with its law written out by hand.
struct Case {
    config: EncoderConfig,
    options: PoissonOptions,
    x: f64,
    /// Probability of a spike in a free step.
    p: f64,
    /// Dead steps after a spike.
    dead: usize,
    num_steps: usize,
}

fn case(options: PoissonOptions, window_ms: f64, dt_ms: f64, max_hz: f64, refractory_ms: f64, x: f64) -> Case {
    let config = EncoderConfig {
        time_window_ms: window_ms,
        dt_ms,
        max_firing_rate_hz: max_hz,
        refractory_period_ms: refractory_ms,
        ..EncoderConfig::default()
    };
    let dead = (refractory_ms / dt_ms).round();
    let asked = max_hz * x * dt_ms / 1e3;
    let p = match options {
        PLAIN => asked,
        EXACT => 1.0 - (-asked).exp(),
        _ => 1.0 / (1.0 / asked - dead),
    };
    Case { config, options, x, p, dead: dead as usize, num_steps: (window_ms / dt_ms).round() as usize }
}

fn encode(case: &Case, neurons: usize, samples: usize, seed: u64) -> SpikeBatch {
    let options = CodeOptions::RatePoisson(case.options);
    let encoder =
        Encoder::new(&case.config, options, Normalizer::identity(neurons), Seed(seed), vec![neurons]).unwrap();
    encoder.encode(&vec![case.x; neurons * samples], 0).unwrap().0
}

fn counts(batch: &SpikeBatch) -> Vec<f64> {
    batch.samples().flat_map(|s| s.counts()).map(|n| n as f64).collect()
}

/// P(N = n) of the count: the n-th spike lies in the window if n successes fit into the T − (n − 1)·k steps that
/// are left for trials, so that P(N ≥ n) = P(Binomial(T − (n − 1)·k, p) ≥ n).
fn count_law(num_steps: usize, dead: usize, p: f64) -> Vec<f64> {
    let ln_factorial: Vec<f64> = std::iter::once(0.0)
        .chain((1..=num_steps).scan(0.0, |sum, i| {
            *sum += (i as f64).ln();
            Some(*sum)
        }))
        .collect();
    let at_least = |n: usize| {
        let Some(trials) = num_steps.checked_sub((n - 1) * dead).filter(|trials| *trials >= n) else { return 0.0 };
        let below: f64 = (0..n)
            .map(|i| {
                let ways = ln_factorial[trials] - ln_factorial[i] - ln_factorial[trials - i];
                (ways + i as f64 * p.ln() + (trials - i) as f64 * (-p).ln_1p()).exp()
            })
            .sum();
        (1.0 - below).max(0.0)
    };
    let mut law = Vec::new();
    let mut tail = 1.0;
    while tail > 1e-15 && law.len() < num_steps + 1 {
        let next = at_least(law.len() + 1);
        law.push(tail - next);
        tail = next;
    }
    law
}

/// Mean, variance and fourth central moment.
fn moments(law: &[f64]) -> (f64, f64, f64) {
    let mean: f64 = law.iter().enumerate().map(|(n, w)| n as f64 * w).sum();
    let central = |power: i32| law.iter().enumerate().map(|(n, w)| w * (n as f64 - mean).powi(power)).sum::<f64>();
    (mean, central(2), central(4))
}

/// E[N] by another way: u_t = p·(1 − Σ_{j=1..k} u_{t−j}) is the probability of a spike in step t.
fn mean_by_recursion(num_steps: usize, dead: usize, p: f64) -> f64 {
    let mut u: Vec<f64> = Vec::with_capacity(num_steps);
    let mut blocked = 0.0;
    for t in 0..num_steps {
        u.push(p * (1.0 - blocked));
        blocked += u[t];
        if t >= dead {
            blocked -= u[t - dead];
        }
    }
    u.iter().sum()
}

/// The chi-square quantile at 1 − 0.001, by Wilson and Hilferty (1931).
fn chi_square_limit(degrees: usize) -> f64 {
    let v = 2.0 / (9.0 * degrees as f64);
    degrees as f64 * (1.0 - v + 3.0902 * v.sqrt()).powi(3)
}

/// Bins (first value beyond, mass) of a law on 0, 1, 2, …, each of at least `share`; the last takes the rest.
fn bins(law: impl Fn(usize) -> f64, share: f64) -> Vec<(usize, f64)> {
    let (mut bins, mut mass, mut left) = (Vec::new(), 0.0, 1.0);
    for value in 0.. {
        mass += law(value);
        if left - mass < share {
            break;
        }
        if mass >= share {
            bins.push((value + 1, mass));
            (left, mass) = (left - mass, 0.0);
        }
    }
    bins.push((usize::MAX, left));
    bins
}

fn occupancy(observed: &[usize], bins: &[(usize, f64)]) -> Vec<f64> {
    let mut seen = vec![0.0; bins.len()];
    observed.iter().for_each(|&value| seen[bins.partition_point(|bin| bin.0 <= value)] += 1.0);
    seen
}

/// Pearson's statistic of observations against a law, over its limit at α = 0.001: above 1 is a rejection.
fn chi_square(observed: &[usize], law: impl Fn(usize) -> f64, share: f64) -> f64 {
    let bins = bins(law, share);
    let n = observed.len() as f64;
    assert!(bins.len() > 1 && n * share >= 20.0, "{} bins of {n} observations", bins.len());
    let seen = occupancy(observed, &bins);
    let statistic: f64 = seen.iter().zip(&bins).map(|(o, (_, w))| (o - n * w).powi(2) / (n * w)).sum();
    statistic / chi_square_limit(bins.len() - 1)
}

/// Pearson's statistic of two samples of equal size, over its limit at α = 0.001, in bins of a law near both.
fn chi_square_two(a: &[usize], b: &[usize], law: impl Fn(usize) -> f64, share: f64) -> f64 {
    assert_eq!(a.len(), b.len());
    let bins = bins(law, share);
    let pairs = occupancy(a, &bins).into_iter().zip(occupancy(b, &bins));
    pairs.map(|(x, y)| (x - y).powi(2) / (x + y)).sum::<f64>() / chi_square_limit(bins.len() - 1)
}

fn geometric(p: f64) -> impl Fn(usize) -> f64 {
    move |g| p * (1.0 - p).powi(g as i32)
}

/// Free steps before each of the first `per_train` intervals' ends, after the first spike. Every train must have
/// them all: intervals cut by the window would be biased to short ones.
fn gaps(batch: &SpikeBatch, dead: usize, per_train: usize) -> Vec<Vec<usize>> {
    let of_row = |row: &[u32]| -> Vec<usize> {
        assert!(row.len() > per_train, "a train of {} spikes has no {per_train} intervals", row.len());
        row.array_windows().take(per_train).map(|[a, b]| (b - a) as usize - 1 - dead).collect()
    };
    batch.samples().flat_map(|s| s.neurons().map(of_row).collect::<Vec<_>>()).collect()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: fn(f64, f64) -> f64| pairs.iter().map(|p| f(p.0 - mx, p.1 - my)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

/// The cases of the count tests: modes, step widths, refractory periods from none to longer than the mean gap.
fn cases() -> Vec<Case> {
    vec![
        case(PLAIN, 100.0, 0.1, 1000.0, 2.0, 1.0),
        case(PLAIN, 100.0, 0.1, 1000.0, 2.0, 0.3),
        case(PLAIN, 100.0, 0.1, 1000.0, 0.0, 0.5),
        case(PLAIN, 50.0, 0.5, 1500.0, 1.0, 0.8),
        case(PLAIN, 200.0, 1.0, 200.0, 5.0, 0.9),
        case(PLAIN, 20.0, 0.01, 400.0, 1.5, 1.0),
        case(PLAIN, 10.0, 0.1, 3000.0, 8.0, 1.0),
        case(EXACT, 100.0, 0.1, 1000.0, 2.0, 1.0),
        case(EXACT, 50.0, 1.0, 2500.0, 0.0, 0.4),
        case(EXACT, 50.0, 0.5, 3000.0, 2.0, 1.0),
        case(COMPENSATED, 100.0, 0.1, 400.0, 2.0, 1.0),
        case(COMPENSATED, 100.0, 0.1, 400.0, 2.0, 0.5),
        case(COMPENSATED, 100.0, 1.0, 90.0, 10.0, 1.0),
    ]
}

#[test]
fn the_two_forms_of_the_law_agree_and_approach_the_renewal_rate() {
    for case in cases() {
        let (mean, variance, _) = moments(&count_law(case.num_steps, case.dead, case.p));
        let other = mean_by_recursion(case.num_steps, case.dead, case.p);
        assert!((mean - other).abs() < 1e-8 * mean, "{mean} {other}");
        // Rate p/(1 + p·k) per step, and less than one spike more since a train starts ready.
        let renewal = case.num_steps as f64 * case.p / (1.0 + case.p * case.dead as f64);
        assert!(mean >= renewal - 1e-9 && mean < renewal + 1.0, "{mean} {renewal}");
        assert!(case.dead > 0 || (variance / mean - (1.0 - case.p)).abs() < 1e-9);
    }
}

#[test]
fn realised_rate_and_fano_factor_are_those_of_the_law() {
    // 20 000 trains: the mean is known within √(σ²/n), the variance around the true mean within √((μ₄ − σ⁴)/n).
    // For the defaults at x = 1 five of these are 0.2 % of the rate and 5 % of the Fano factor (0.106).
    for (i, case) in cases().iter().enumerate() {
        let n = 20_000.0f64;
        let observed = counts(&encode(case, 500, 40, 100 + i as u64));
        let (mean, variance, fourth) = moments(&count_law(case.num_steps, case.dead, case.p));
        let found = observed.iter().sum::<f64>() / n;
        assert!((found - mean).abs() < 5.0 * (variance / n).sqrt(), "case {i}: {found} spikes, expected {mean}");
        let spread = observed.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / n;
        let bound = 5.0 * ((fourth - variance * variance) / n).sqrt() / mean;
        let (fano, expected) = (spread / mean, variance / mean);
        assert!((fano - expected).abs() < bound, "case {i}: Fano factor {fano}, expected {expected} within {bound}");
    }
}

#[test]
fn counts_have_the_distribution_of_the_law() {
    for (i, case) in cases().iter().enumerate().filter(|(_, c)| c.p < 0.5) {
        let law = count_law(case.num_steps, case.dead, case.p);
        let at = |n: usize| law.get(n).copied().unwrap_or(0.0);
        let observed: Vec<usize> =
            counts(&encode(case, 1000, 40, 200 + i as u64)).into_iter().map(|n| n as usize).collect();
        let share = if law.iter().filter(|w| **w > 0.01).count() > 7 { 0.01 } else { 0.001 };
        let statistic = chi_square(&observed, at, share);
        assert!(statistic < 1.0, "case {i}: {statistic} of the limit");
    }
}

#[test]
fn compensated_mode_realises_the_asked_rate() {
    // 10 s windows, 2000 trains. A train that starts ready has up to half a spike more than the asked rate: with
    // ρ = r·τ the excess is (ρ² + r·dt·ρ)/2 spikes, 8e-5 of the 4000 at 400 Hz. Five standard errors are 3e-4 of the
    // rate at 400 Hz, 2e-3 at 200 Hz and 8e-3 at 20 Hz, where dead time costs the plain mode 44, 29 and 4 %.
    for (rate_hz, seed) in [(20.0, 1), (200.0, 2), (400.0, 3), (476.0, 4)] {
        let case = case(COMPENSATED, 10_000.0, 0.1, rate_hz, 2.0, 1.0);
        let n = 2000.0f64;
        let found = counts(&encode(&case, 200, 10, seed)).iter().sum::<f64>() / n;
        let asked = rate_hz * 10.0;
        let excess = mean_by_recursion(case.num_steps, case.dead, case.p) - asked;
        assert!((0.0..0.5).contains(&excess), "{rate_hz} Hz: {excess} spikes too many");
        // Variance of a renewal count: the squared variation of its intervals, (1 − r·τ)² − (r·dt)·(1 − r·τ), times
        // the mean; and at most 1/12 + ½ for the ends.
        let free = 1.0 - rate_hz * 0.002;
        let variance = asked * free * (free - rate_hz * 1e-4).max(0.0) + 0.6;
        let bound = 5.0 * (variance / n).sqrt();
        assert!((found - asked - excess).abs() < bound, "{rate_hz} Hz: {found} spikes, asked {asked}");
        let rho = rate_hz * 0.002;
        assert!((excess - (rho * rho + rate_hz * 1e-4 * rho) / 2.0).abs() < 1e-2, "{rate_hz} Hz: {excess}");
    }
}

#[test]
fn exact_probability_is_that_of_a_continuous_process() {
    // r·dt = 0.5: p = 0.3935, where the plain form would have 0.5.
    let case = case(EXACT, 1000.0, 0.1, 5000.0, 0.0, 1.0);
    let probability = SpikeProbability::new(&case.config, EXACT).unwrap();
    assert!((probability.per_step(1.0) - (1.0 - (-0.5f64).exp())).abs() < 1e-15);
    assert!((probability.per_step(0.02) - 0.009_950_166_250_831_947).abs() < 1e-15);
    let trials = 1000.0 * 10_000.0;
    let found = counts(&encode(&case, 100, 10, 9)).iter().sum::<f64>() / trials;
    // Five standard errors of a proportion of 10⁷ trials: 7.7e-4.
    let bound = 5.0 * (case.p * (1.0 - case.p) / trials).sqrt();
    assert!((found - case.p).abs() < bound, "{found}, expected {} within {bound}", case.p);
}

#[test]
fn intervals_are_geometric_after_the_dead_time() {
    // 400 000 gaps in about fifty bins. A p that is wrong by δ has non-centrality n·δ²·(1 − p) = 144 at 2 % and
    // p = 0.1, against 50 ± 10 under the law and a limit near 85: power above 0.999.
    for (options, window_ms, max_hz, refractory_ms, seed) in [
        (PLAIN, 600.0, 1000.0, 2.0, 11),
        (PLAIN, 250.0, 1000.0, 0.0, 12),
        (EXACT, 600.0, 1000.0, 2.0, 13),
        (COMPENSATED, 600.0, 320.0, 2.0, 14),
    ] {
        let case = case(options, window_ms, 0.1, max_hz, refractory_ms, 1.0);
        let observed = gaps(&encode(&case, 1000, 4, seed), case.dead, 100).concat();
        assert_eq!(observed.len(), 400_000);
        let statistic = chi_square(&observed, geometric(case.p), 0.015);
        assert!(statistic < 1.0, "{options:?}: {statistic} of the limit");
        for wrong in [0.98, 1.02] {
            let statistic = chi_square(&observed, geometric(case.p * wrong), 0.015);
            assert!(statistic > 1.0, "{options:?}: p wrong by {wrong} passes at {statistic}");
        }
        // A dead time that is one step off moves the whole law.
        let shifted: Vec<usize> = observed.iter().map(|g| g + 1).collect();
        assert!(chi_square(&shifted, geometric(case.p), 0.015) > 10.0);
    }
}

#[test]
fn rare_spikes_are_geometric_too() {
    // p = 0.0005: the mean gap is 2000 steps. 100 000 gaps: a p wrong by 4 % has non-centrality 160.
    let case = case(PLAIN, 4000.0, 0.1, 5.0, 2.0, 1.0);
    let long = Case { config: EncoderConfig { time_window_ms: 20_000.0, ..case.config.clone() }, ..case };
    let observed = gaps(&encode(&long, 1000, 2, 15), long.dead, 50).concat();
    assert!(chi_square(&observed, geometric(long.p), 0.02) < 1.0);
    assert!(chi_square(&observed, geometric(long.p * 1.04), 0.02) > 1.0);
}

#[test]
fn the_first_spike_is_geometric_from_step_0() {
    // 100 000 trains start ready: no dead time before the first spike.
    let case = case(PLAIN, 100.0, 0.1, 1000.0, 2.0, 1.0);
    let batch = encode(&case, 1000, 100, 16);
    let first: Vec<usize> = batch.samples().flat_map(|s| s.first_spikes()).flatten().map(|s| s as usize).collect();
    assert_eq!(first.len(), 100_000);
    assert!(chi_square(&first, geometric(case.p), 0.02) < 1.0);
}

#[test]
fn counts_are_independent_across_neurons_samples_and_seeds() {
    // 40 000 pairs each: the correlation of independent counts is within 5/√n = 0.025.
    let case = case(PLAIN, 100.0, 0.1, 1000.0, 2.0, 0.5);
    let (neurons, samples) = (200, 200);
    let by_seed: Vec<Vec<f64>> =
        [0, 1, 1 << 32].into_iter().map(|seed| counts(&encode(&case, neurons, samples, seed))).collect();
    let base = &by_seed[0];
    let shifted = |by: usize| base.iter().copied().zip(base[by..].iter().copied()).collect::<Vec<_>>();
    let bound = |pairs: &[(f64, f64)]| 5.0 / (pairs.len() as f64).sqrt();
    for by in [1, 2, 16, neurons, 2 * neurons, neurons + 1] {
        let pairs = shifted(by);
        let r = correlation(&pairs);
        assert!(r.abs() < bound(&pairs), "counts {by} apart correlate by {r}");
    }
    for other in &by_seed[1..] {
        let pairs: Vec<_> = base.iter().copied().zip(other.iter().copied()).collect();
        let r = correlation(&pairs);
        assert!(r.abs() < bound(&pairs), "counts of two seeds correlate by {r}");
    }
}

#[test]
fn intervals_are_independent_within_a_train() {
    // 4000 trains of 100 gaps: lag-1 to lag-16 correlations of independent gaps are within 5/√n = 0.0079 to 0.0086.
    // Lags 4 and 16 are those at which draws share a block and a group of the generator.
    let case = case(PLAIN, 600.0, 0.1, 1000.0, 2.0, 1.0);
    let trains = gaps(&encode(&case, 1000, 4, 17), case.dead, 100);
    for lag in [1, 2, 4, 16] {
        let pairs: Vec<(f64, f64)> =
            trains.iter().flat_map(|t| t.iter().zip(&t[lag..]).map(|(&a, &b)| (a as f64, b as f64))).collect();
        let r = correlation(&pairs);
        assert!(r.abs() < 5.0 / (pairs.len() as f64).sqrt(), "gaps {lag} apart correlate by {r}");
    }
}

#[test]
fn the_shortest_interval_is_the_dead_time_and_one_step() {
    for (dt_ms, refractory_ms) in [(0.1, 2.0), (0.1, 0.0), (1.0, 3.0), (0.5, 20.0)] {
        for options in [PLAIN, EXACT] {
            let case = case(options, 400.0, dt_ms, 900.0, refractory_ms, 1.0);
            let batch = encode(&case, 200, 5, 18);
            let shortest = batch
                .samples()
                .flat_map(|s| s.neurons().flat_map(<[u32]>::array_windows).map(|[a, b]| b - a).min())
                .min()
                .unwrap();
            // At least 10 000 intervals with p ≥ 0.08: that none is the shortest has probability below 1e-300.
            assert_eq!(shortest as usize, case.dead + 1);
        }
    }
}

#[test]
fn a_constant_signal_has_the_law_of_the_constant_value() {
    // 40 000 trains by each encoder: two-sample chi-square of counts and of 400 000 gaps, and the gaps against the
    // law (power as in `intervals_are_geometric_after_the_dead_time`).
    let case = case(PLAIN, 100.0, 0.1, 1000.0, 2.0, 1.0);
    let (channels, samples) = (400, 100);
    let encoder = InhomogeneousPoissonEncoder::new(&case.config, PLAIN).unwrap();
    let signal = Array2::from_elem((case.num_steps, channels), case.x);
    let mut batch = SpikeBatch::new(case.config.grid().unwrap(), channels, 0);
    let mut chunk = SpikeChunk::default();
    for sample in 0..samples as u64 {
        encoder.encode_signal(signal.view(), Seed(19), sample, &mut chunk).unwrap();
    }
    batch.push(chunk).unwrap();
    let other = encode(&case, channels, samples, 20);
    let whole = |batch: &SpikeBatch| counts(batch).into_iter().map(|n| n as usize).collect::<Vec<_>>();
    let law = count_law(case.num_steps, case.dead, case.p);
    let at = |n: usize| law.get(n).copied().unwrap_or(0.0);
    assert!(chi_square(&whole(&batch), at, 0.01) < 1.0);
    assert!(chi_square_two(&whole(&batch), &whole(&other), at, 0.01) < 1.0);
    let first = |batch: &SpikeBatch| -> Vec<usize> {
        batch.samples().flat_map(|s| s.first_spikes()).flatten().map(|s| s as usize).collect()
    };
    assert!(chi_square(&first(&batch), geometric(case.p), 0.02) < 1.0);
    let (a, b) = (gaps(&batch, case.dead, 10).concat(), gaps(&other, case.dead, 10).concat());
    assert!(chi_square_two(&a, &b, geometric(case.p), 0.015) < 1.0);
    assert!(chi_square(&a, geometric(case.p), 0.015) < 1.0);
    assert!(chi_square(&a, geometric(case.p * 1.02), 0.015) > 1.0);
}

fn ttfs_steps(num_steps: u32, form: TtfsForm, values: &[f64]) -> Vec<u32> {
    let config = EncoderConfig {
        time_window_ms: f64::from(num_steps),
        dt_ms: 1.0,
        refractory_period_ms: 0.0,
        ..EncoderConfig::default()
    };
    let options = CodeOptions::TemporalTtfs(TtfsOptions { form, zero: ZeroValue::LastStep });
    let n = values.len();
    let encoder = Encoder::new(&config, options, Normalizer::identity(n), Seed(0), vec![n]).unwrap();
    encoder.encode(values, 0).unwrap().0.sample(0).steps().to_vec()
}

#[test]
fn linear_latencies_are_exact_on_a_dense_set() {
    // x = i/2¹⁶ is exact in binary, so that ⌊T·(1 − x)⌋ can be had from integers alone.
    let denominator = 1u64 << 16;
    let values: Vec<f64> = (0..=denominator).map(|i| i as f64 / denominator as f64).collect();
    for num_steps in [1u32, 2, 7, 100, 255, 1000, 4096, 100_003] {
        let steps = ttfs_steps(num_steps, TtfsForm::Linear, &values);
        for (i, &step) in steps.iter().enumerate() {
            let exact = u64::from(num_steps) * (denominator - i as u64) / denominator;
            assert_eq!(u64::from(step), exact.min(u64::from(num_steps) - 1), "T = {num_steps}, x = {i}/65536");
        }
    }
}

#[test]
fn logarithmic_latencies_are_exact_on_a_dense_set() {
    // The platform's logarithm decides everywhere but within 1e-12 of a whole step, where either is right.
    let values: Vec<f64> = (1..=65_536).map(|i| f64::from(i) / 65_536.0).collect();
    for (num_steps, tau_ms, theta0) in [(100, 20.0, 1.0), (1000, 143.5, 1.0), (50, 30.0, 0.4), (100_000, 7000.0, 3.0)] {
        let steps = ttfs_steps(num_steps, TtfsForm::Logarithmic { tau_ms, theta0 }, &values);
        let mut undecided = 0;
        for (&x, &step) in values.iter().zip(&steps) {
            let latency = (tau_ms * (theta0 / x).ln()).max(0.0);
            if (latency - latency.round()).abs() < 1e-12 * latency {
                undecided += 1;
            } else {
                assert_eq!(step, (latency as u32).min(num_steps - 1), "x = {x}, T = {num_steps}");
            }
        }
        assert!(undecided < 10, "{undecided} of {} latencies are whole steps", values.len());
    }
}
