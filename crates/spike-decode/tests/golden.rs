//! The reachable R² of the discrete code approaches the reference values of continuous time as the step shrinks.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_core::{
    CodeOptions, CodingScheme, Domain, EncoderConfig, Encoding, Normalizer, PoissonOptions, Seed, TtfsForm,
    TtfsOptions, ZeroValue,
};
use spike_decode::{Decoder, Reachable, Scored, ValueDistribution};
use spike_encode::Encoder;

fn golden(section: &str) -> serde_json::Map<String, Value> {
    let all: Value = serde_json::from_str(include_str!("golden/decoding.json")).unwrap();
    all[section].as_object().unwrap().clone()
}

/// The numbers of a key such as `fmax=1000,T=0.1,tau=0.002`.
fn parameters(key: &str) -> [f64; 3] {
    let numbers: Vec<f64> = key.split(',').map(|part| part.split_once('=').unwrap().1.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn reachable([max_hz, window_s, dead_s]: [f64; 3], dt_ms: f64) -> [f64; 2] {
    let config = EncoderConfig {
        time_window_ms: window_s * 1e3,
        dt_ms,
        max_firing_rate_hz: max_hz,
        refractory_period_ms: dead_s * 1e3,
        ..EncoderConfig::default()
    };
    let code = CodeOptions::RatePoisson(PoissonOptions::default());
    let normalizer = Normalizer::identity(1);
    let encoding = Encoding::new(&config, code, normalizer, Seed(0), vec![1]).unwrap();
    let limit = Reachable::of(&encoding, &ValueDistribution::uniform()).unwrap().unwrap();
    [limit.optimal, limit.own_decoder]
}

/// The limit dt → 0 from three steps, each half the one before: the error of the sums is a power series in dt, of
/// which this removes the first two orders.
fn in_continuous_time(parameters: [f64; 3], dt_ms: f64) -> [f64; 2] {
    let [a, b, c] = [1.0, 0.5, 0.25].map(|share| reachable(parameters, dt_ms * share));
    [0, 1].map(|i| {
        let (ab, bc) = (2.0 * b[i] - a[i], 2.0 * c[i] - b[i]);
        (4.0 * bc - ab) / 3.0
    })
}

fn check(window_s: impl Fn(f64) -> bool, dt_ms: f64) -> usize {
    let cases: Vec<_> = golden("rate_count_exact").into_iter().filter(|(k, _)| window_s(parameters(k)[1])).collect();
    for (key, expected) in &cases {
        let [optimal, corrected] = in_continuous_time(parameters(key), dt_ms);
        let number = |name: &str| expected[name].as_f64().unwrap();
        let wanted = number("R2_deadtime_corrected_clipped");
        assert!((corrected - wanted).abs() < 1e-5, "{key}: corrected count {corrected}, reference {wanted}");
        // The reference knows the count alone; ours also knows how far the last dead time leaves the window. That is
        // worth nothing without dead time and the more, the larger the share of the window that one dead time is.
        let more = optimal - number("R2_MMSE_exact_limit");
        let most = match parameters(key)[2] {
            0.0 => 1e-5,
            0.001 | 0.002 => 1e-3,
            _ => 7e-3,
        };
        assert!((-1e-5..most).contains(&more), "{key}: optimum {optimal}, above the reference by {more}");
    }
    cases.len()
}

#[test]
fn rate_limits_of_short_windows_approach_continuous_time() {
    assert_eq!(check(|s| s < 0.15, 0.1), 36);
}

#[test]
fn rate_limits_of_long_windows_approach_continuous_time() {
    assert_eq!(check(|s| s > 0.15, 0.2), 18);
}

#[test]
fn the_limit_is_approached_from_above() {
    // A step of dt adds knowledge of p near 1 (a Bernoulli step varies less than a Poisson one): R² falls with dt.
    let defaults = [1000.0, 0.1, 0.002];
    let by_dt = [0.1, 0.05, 0.02, 0.01].map(|dt_ms| reachable(defaults, dt_ms));
    assert!(by_dt.array_windows().all(|[coarse, fine]| coarse[0] > fine[0] && coarse[1] > fine[1]), "{by_dt:?}");
    let limit = in_continuous_time(defaults, 0.1);
    assert!((0..2).all(|i| by_dt[3][i] > limit[i] && by_dt[3][i] - limit[i] < 1e-3), "{by_dt:?} {limit:?}");
}

fn latency_r2(form: TtfsForm, dt_ms: f64, jitter_ms: f64) -> f64 {
    let mut stream = Seed(5).stream(0, 0, Domain::Mismatch);
    let values: Vec<f64> = (0..400_000).map(|_| stream.next_open_unit()).collect();
    let config =
        EncoderConfig { dt_ms, jitter_ms, coding_scheme: CodingScheme::TemporalTtfs, ..EncoderConfig::default() };
    let code = CodeOptions::TemporalTtfs(TtfsOptions { form, zero: ZeroValue::LastStep });
    let encoder = Encoder::new(&config, code, Normalizer::identity(1000), Seed(6), vec![1000]).unwrap();
    let (batch, _) = encoder.encode(&values, 0).unwrap();
    let decoder = Decoder::new(encoder.encoding(), None).unwrap();
    decoder.decode(&batch).unwrap().scored(&values).unwrap().reconstruction_r2.unwrap()
}

#[test]
fn latency_codes_lose_what_the_references_lose() {
    // The references differ in two known ways. They bin a jittered time once, while jitter here moves a step, which
    // costs another dt²/12 of variance: (dt/T)² of R² for the linear form. And they decode the last step of the
    // logarithmic form as its upper end a = exp(−T/τ), not as the centre of (0, a]: 4·a³ instead of a³ of R².
    let logarithmic = TtfsForm::Logarithmic { tau_ms: 20.0, theta0: 1.0 };
    let last = -3.0 * (-15f64).exp();
    let cases = [
        ("ttfs linear dt=0.1ms T=100.0: +half bin", TtfsForm::Linear, 0.1, 0.0, 0.0),
        ("ttfs linear dt=1.0ms T=100.0: +half bin", TtfsForm::Linear, 1.0, 0.0, 0.0),
        ("ttfs linear dt=0.1ms jitter sd 0.1ms", TtfsForm::Linear, 0.1, 0.1, 1e-6),
        ("ttfs linear dt=0.1ms jitter sd 1.0ms", TtfsForm::Linear, 0.1, 1.0, 1e-6),
        ("ttfs linear dt=0.1ms jitter sd 5.0ms", TtfsForm::Linear, 0.1, 5.0, 1e-6),
        ("ttfs linear dt=1.0ms jitter sd 1.0ms", TtfsForm::Linear, 1.0, 1.0, 1e-4),
        ("ttfs linear dt=1.0ms jitter sd 5.0ms", TtfsForm::Linear, 1.0, 5.0, 1e-4),
        ("ttfs log t=-20ln x dt=0.1: half-bin", logarithmic, 0.1, 0.0, last),
        ("ttfs log t=-20ln x dt=1.0: half-bin", logarithmic, 1.0, 0.0, last),
        ("ttfs log jitter 1ms dt=0.1", logarithmic, 0.1, 1.0, 0.0),
    ];
    // Both sides are simulations: 2.5 % is over three standard errors of the references, which have the larger.
    let golden = golden("deterministic");
    for (key, form, dt_ms, jitter_ms, more) in cases {
        let expected = 1.0 - golden[key].as_f64().unwrap() + more;
        let ratio = (1.0 - latency_r2(form, dt_ms, jitter_ms)) / expected;
        assert!((ratio - 1.0).abs() < 0.025, "{key}: loses {ratio} times {expected}");
    }
}
