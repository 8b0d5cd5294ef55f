//! The metrics of an encoding against closed forms, ceilings and the cases in which they are not defined.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::{Array2, ArrayD};
use spike::{
    BenchmarkError, BenchmarkOptions, CodeOptions, CodingScheme, Decoder, EncodeError, EncoderConfig, EncodingMetrics,
    EncodingReport, InformationEstimate, NeuromorphicEncoder, ResponseSymbol, Scored, Seed, benchmark,
};
use spike_core::{Normalizer, PoissonOptions, TtfsOptions, ZeroValue};
use spike_encode::Encoder;
use spike_metrics::{bernoulli_count, poisson_count_of_binned};

const CHANNELS: usize = 100;

/// Values that fill [0, 1) evenly in an order without pattern: multiples of the golden ratio.
fn uniform(count: usize) -> Vec<f64> {
    (0..count).map(|i| (i as f64 * 0.618_033_988_749_894_8).fract()).collect()
}

fn encoder(config: &EncoderConfig, code: CodeOptions) -> Encoder {
    Encoder::new(config, code, Normalizer::identity(CHANNELS), Seed(7), vec![CHANNELS]).unwrap()
}

fn measured(config: &EncoderConfig, code: CodeOptions, values: &[f64], bins: Option<u32>) -> EncodingReport {
    let options = BenchmarkOptions { num_value_bins: bins, ..BenchmarkOptions::default() };
    benchmark(&encoder(config, code), values, &options).unwrap()
}

fn figures(m: &EncodingMetrics) -> [f64; 9] {
    [
        m.information_rate_bits_per_s,
        m.reconstruction_accuracy,
        m.coding_efficiency_bits_per_spike,
        m.mean_firing_rate_hz,
        m.latency_to_first_spike_ms,
        m.sparsity,
        m.energy_proxy_nJ,
        m.encode_wall_time_ms,
        m.decode_wall_time_ms,
    ]
}

fn codes_of_values() -> impl Iterator<Item = CodingScheme> {
    let all = CodingScheme::ALL.iter().copied();
    all.filter(|s| !s.encodes_signals() && *s != CodingScheme::ContrastDvsPixel)
}

#[test]
fn every_code_of_values_stays_below_its_ceiling() {
    let values = uniform(4000);
    for scheme in codes_of_values() {
        let report = measured(&EncoderConfig::default(), CodeOptions::default_of(scheme), &values, None);
        let EncodingReport { metrics, information, .. } = &report;
        let bits = metrics.information_rate_bits_per_s * report.time_window_ms / 1e3;
        let ceiling = information.ceiling_bits.unwrap();
        assert!(bits > 1.0 && bits <= ceiling * (1.0 + 1e-12), "{scheme}: {bits} bits of {ceiling}");
        assert!(ceiling <= f64::from(report.num_value_bins).log2() * (1.0 + 1e-12), "{scheme}");
        assert!(figures(metrics).iter().all(|f| f.is_finite()), "{scheme}: {metrics:?}");
        // Information of a value is that of its spikes.
        let per_value = report.num_spikes as f64 / report.num_values as f64;
        assert!((metrics.coding_efficiency_bits_per_spike * per_value - bits).abs() < 1e-9, "{scheme}");
        assert!((metrics.energy_proxy_nJ - 0.9 * report.num_spikes as f64).abs() < 1e-6, "{scheme}");
        let share = report.num_spikes as f64 / (report.num_samples * report.num_neurons * 1000) as f64;
        assert!((metrics.sparsity - (1.0 - share)).abs() < 1e-12, "{scheme}");
        assert!((metrics.mean_firing_rate_hz - share * 1e4).abs() < 1e-6, "{scheme}");
        if let Some(limit) = report.reachable_r2 {
            // The limit holds on average; the R² of 4000 values scatters by less than 0.01 around it.
            assert!(metrics.reconstruction_accuracy <= limit + 0.01, "{scheme}: {report:?}");
        }
    }
}

#[test]
fn latency_carries_the_logarithm_of_the_number_of_values() {
    for k in [2u32, 7, 16, 64] {
        let values: Vec<f64> = (0..200 * k).map(|i| f64::from(i % k) / f64::from(k - 1)).collect();
        let config = EncoderConfig::default();
        let report = measured(&config, CodeOptions::TemporalTtfs(TtfsOptions::default()), &values, Some(k));
        let bits = f64::from(k).log2();
        assert!((report.information.naive_bits - bits).abs() < 1e-9, "{k}: {:?}", report.information);
        assert!((report.metrics.information_rate_bits_per_s - 10.0 * bits).abs() < 1e-9);
        assert!((report.metrics.coding_efficiency_bits_per_spike - bits).abs() < 1e-9);
        assert_eq!(report.response, ResponseSymbol::DecodedValue { num_bins: 4 * k });
        assert!(report.information.reliable);
        assert_eq!(report.num_spikes, values.len() as u64);
    }
}

#[test]
fn the_resolution_of_a_latency_limits_its_information() {
    // Ten steps tell ten values apart, however many bins the value has.
    let config = EncoderConfig { dt_ms: 10.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
    let values = uniform(40_000);
    let report = measured(&config, CodeOptions::TemporalTtfs(TtfsOptions::default()), &values, Some(100));
    assert!((report.information.estimate_bits - 10f64.log2()).abs() < 0.02, "{:?}", report.information);
    assert!(report.metrics.information_rate_bits_per_s <= 10.0 * 10f64.log2() * 1.001);
}

/// Counts of steps that spike with probability f·x·dt: the closed form of the estimator's limit is that of the bins,
/// the exact one of the value itself is a little higher. Panzeri–Treves deviates by 0.02 bits (one standard deviation)
/// at 2000 samples of 10 bins; here there are ten times as many, and the bound of 0.03 is more than four.
#[test]
fn the_information_of_a_poisson_count_is_that_of_the_closed_form() {
    let values = uniform(20_000);
    for max_firing_rate_hz in [100.0, 1000.0] {
        // Steps of 0.01 ms come close to the process in continuous time.
        let config =
            EncoderConfig { dt_ms: 0.01, refractory_period_ms: 0.0, max_firing_rate_hz, ..EncoderConfig::default() };
        let report = measured(&config, CodeOptions::RatePoisson(PoissonOptions::default()), &values, Some(10));
        let expected = poisson_count_of_binned(max_firing_rate_hz * 0.1, 10).unwrap();
        let found = report.information.estimate_bits;
        assert!((found - expected).abs() < 0.03, "{max_firing_rate_hz} Hz: {found}, closed form {expected}");
        assert_eq!(report.response, ResponseSymbol::SpikeCount);
    }
    // On the default grid the count is binomial; fine bins of the value come close to the value itself.
    let config = EncoderConfig { refractory_period_ms: 0.0, max_firing_rate_hz: 100.0, ..EncoderConfig::default() };
    let report = measured(&config, CodeOptions::RatePoisson(PoissonOptions::default()), &uniform(50_000), Some(50));
    let expected = bernoulli_count(1000, 0.01).unwrap().information_bits;
    let found = report.information.estimate_bits;
    assert!((found - expected).abs() < 0.03, "{found}, closed form {expected}");
}

#[test]
fn the_operation_is_the_report_of_its_encoder() {
    let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() }).unwrap();
    let data = Array2::from_shape_vec((40, CHANNELS), uniform(4000)).unwrap().into_dyn() * 8.0 - 3.0;
    let metrics = encoder.benchmark_encoding(data.view(), CodingScheme::RatePoisson).unwrap();
    let train = encoder.encode_rate(data.view(), 100.0).unwrap();
    let original: Vec<f64> = data.iter().copied().collect();
    let decoded = Decoder::decode_train(&train, None).unwrap().scored(&original).unwrap();
    assert_eq!(Some(metrics.reconstruction_accuracy), decoded.reconstruction_r2);
    assert_eq!(metrics.energy_proxy_nJ, train.num_spikes() as f64 * 0.9);
    let firsts: Vec<f64> =
        train.view().neurons().filter_map(|row| row.first()).map(|&s| train.grid().time_ms(s)).collect();
    let latency = firsts.iter().sum::<f64>() / firsts.len() as f64;
    assert!((metrics.latency_to_first_spike_ms - latency).abs() < 1e-9);
    // All but the wall times is a function of data, configuration and seed.
    let again = encoder.benchmark_encoding(data.view(), CodingScheme::RatePoisson).unwrap();
    assert_eq!(figures(&metrics)[..7], figures(&again)[..7]);
    // Options of a code apply.
    let options = CodeOptions::TemporalTtfs(TtfsOptions { zero: ZeroValue::Silent, ..TtfsOptions::default() });
    let silent = encoder.with_options(options);
    let zeros = Array2::<f64>::zeros((2, 3)).into_dyn();
    assert_eq!(silent.benchmark_encoding(zeros.view(), CodingScheme::TemporalTtfs).unwrap().mean_firing_rate_hz, 0.0);
}

#[test]
fn what_is_not_defined_is_what_the_documentation_says() {
    let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() }).unwrap();
    let constant = ArrayD::from_elem(vec![5, 4], 3.25);
    for scheme in codes_of_values() {
        let metrics = encoder.benchmark_encoding(constant.view(), scheme).unwrap();
        assert_eq!(metrics.reconstruction_accuracy, 1.0, "{scheme}: a constant decodes exactly");
        assert_eq!(metrics.information_rate_bits_per_s, 0.0, "{scheme}");
        assert_eq!(metrics.coding_efficiency_bits_per_spike, 0.0, "{scheme}");
        assert!(figures(&metrics).iter().all(|f| f.is_finite()), "{scheme}: {metrics:?}");
    }
    // A Poisson neuron at rate 0 never spikes.
    let silent = encoder.benchmark_encoding(constant.view(), CodingScheme::RatePoisson).unwrap();
    assert_eq!((silent.mean_firing_rate_hz, silent.latency_to_first_spike_ms, silent.sparsity), (0.0, 100.0, 1.0));
    assert_eq!(silent.energy_proxy_nJ, 0.0);
    // Constant values that the code cannot return exactly: half of the range, by noise.
    let half = vec![0.5; 4 * CHANNELS];
    let report = measured(&EncoderConfig::default(), CodeOptions::RatePoisson(PoissonOptions::default()), &half, None);
    assert_eq!(
        (report.metrics.reconstruction_accuracy, report.reconstruction_r2, report.reachable_r2),
        (0.0, None, None)
    );
    assert!(report.reconstruction_mse > 0.0 && report.first_spike_ms.is_some());
}

#[test]
fn signals_bins_and_empty_data_are_refused() {
    let facade = NeuromorphicEncoder::new(EncoderConfig::default()).unwrap();
    let data = ArrayD::<f64>::ones(vec![2, 3]);
    for scheme in [CodingScheme::ContrastStepForward, CodingScheme::ContrastDvsPixel] {
        let error = facade.benchmark_encoding(data.view(), scheme).unwrap_err();
        assert!(matches!(error, BenchmarkError::Encode(EncodeError::Config(_))), "{scheme}: {error}");
    }
    let code = encoder(&EncoderConfig::default(), CodeOptions::default_of(CodingScheme::TemporalTtfs));
    let options = BenchmarkOptions { num_value_bins: Some(0), ..BenchmarkOptions::default() };
    let error = benchmark(&code, &uniform(CHANNELS), &options).unwrap_err();
    assert_eq!(error.to_string(), "num_value_bins is 0; allowed is 1 to 65536");
    for values in [&[][..], &[0.5]] {
        assert!(matches!(benchmark(&code, values, &BenchmarkOptions::default()), Err(BenchmarkError::Encode(_))));
    }
    let unscaled = [0.5, f64::NAN].repeat(CHANNELS / 2);
    assert!(matches!(benchmark(&code, &unscaled, &BenchmarkOptions::default()), Err(BenchmarkError::Encode(_))));
}

#[test]
fn shuffles_are_taken_on_request() {
    let code = encoder(&EncoderConfig::default(), CodeOptions::default_of(CodingScheme::RatePoisson));
    let run = |num_shuffles| -> InformationEstimate {
        let options = BenchmarkOptions { num_shuffles, reachable: false, ..BenchmarkOptions::default() };
        let report = benchmark(&code, &uniform(2000), &options).unwrap();
        assert_eq!(report.reachable_r2, None);
        report.information
    };
    assert_eq!(run(0).exceeds_null(), None);
    assert_eq!(run(20).exceeds_null(), Some(true));
}
