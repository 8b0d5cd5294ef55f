//! Closed forms and fixed tables against independent computations.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::Array2;
use serde_json::Value;
use spike_metrics::*;

fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn information() -> Value {
    golden(include_str!("golden/information.json"))
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value))
}

/// The numbers in a key such as `fmax=100,T=0.1,tau=0`, in order.
fn parameters(key: &str) -> Vec<f64> {
    key.split(',').map(|part| part.split('=').next_back().unwrap().trim_end_matches("ms").parse().unwrap()).collect()
}

/// Within 1e-4 bits, the accuracy that is promised; the numbers agree to 1e-6 unless a grid limits them.
fn assert_bits(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-6, "{what}: {found}, expected {expected}");
}

#[test]
fn channels_of_few_symbols() {
    let golden = information();
    for (p, bits) in entries(&golden["bsc_uniform_input_bits"]) {
        assert_bits(binary_symmetric_bits(p.parse().unwrap()).unwrap(), bits, p);
    }
    for (d, bits) in entries(&golden["z_channel_uniform_input_bits"]) {
        assert_bits(z_channel_bits(d.parse().unwrap()).unwrap(), bits, d);
    }
    for (key, bits) in entries(&golden["kary_symmetric_uniform_bits"]) {
        let [k, e] = parameters(key)[..] else { panic!("{key}") };
        assert_bits(symmetric_channel_bits(k as usize, e).unwrap(), bits, key);
    }
    for (k, bits) in entries(&golden["deterministic_uniform_x_bits"]["K"]) {
        assert_bits(equal_bins_bits(k.parse().unwrap()).unwrap(), bits, k);
    }
    for (l, bits) in entries(&golden["regular_count_floor_bits"]) {
        assert_bits(equal_bins_bits(l.parse().unwrap()).unwrap(), bits, l);
    }
    for (l, bits) in entries(&golden["regular_count_round_bits"]) {
        assert_bits(rounded_count_bits(l.parse().unwrap()).unwrap(), bits, l);
    }
    for (r2, bits) in entries(&golden["gaussian_channel_bits_from_R2"]) {
        assert_bits(gaussian_channel_bits(r2.parse().unwrap()).unwrap(), bits, r2);
    }
    for (key, bits) in entries(&golden["direct_method_independent_bins_bits_per_bin"]).filter(|(k, _)| *k != "rule") {
        let list = key.trim_start_matches("p=[").trim_end_matches(']');
        let p: Vec<f64> = list.split(',').map(|p| p.parse().unwrap()).collect();
        assert_bits(independent_bins_bits(&p).unwrap(), bits, key);
    }
    assert_bits(single_spike_bits(), &golden["single_spike_info_uniform_x_bits"]["value"], "single spike");
}

#[test]
fn spike_counts() {
    let golden = information();
    for (l, expected) in entries(&golden["poisson_count_uniform_x"]["values"]) {
        let channel = poisson_count(l.parse().unwrap()).unwrap();
        assert_bits(channel.information_bits, &expected["I_bits"], l);
        assert_bits(channel.response_entropy_bits, &expected["H_N"], l);
        assert_bits(channel.noise_entropy_bits, &expected["H_N_given_X"], l);
        assert_bits(channel.mean_count, &expected["mean_count"], l);
        assert_bits(channel.bits_per_spike().unwrap(), &expected["bits_per_spike"], l);
        assert_bits(single_spike_bits() * channel.mean_count, &expected["single_spike_bound_bits"], l);
    }
    for (key, expected) in entries(&golden["deadtime_count_uniform_x"]["values"]) {
        let [f_max, window_s, tau_s] = parameters(key)[..] else { panic!("{key}") };
        let channel = dead_time_count(f_max, 1e3 * window_s, 1e3 * tau_s).unwrap();
        assert_bits(channel.information_bits, &expected["I_bits"], key);
        assert_bits(channel.mean_count, &expected["mean_count"], key);
        assert_bits(channel.bits_per_spike().unwrap(), &expected["bits_per_spike"], key);
    }
    for (key, bits) in entries(&golden["bernoulli_bins_uniform_x"]) {
        let [steps, p_max] = parameters(key)[..] else { panic!("{key}") };
        assert_bits(bernoulli_count(steps as usize, p_max).unwrap().information_bits, bits, key);
    }
    for (l, bins) in entries(&golden["poisson_binned_x_bits"]) {
        for (num_bins, bits) in entries(bins) {
            let found = poisson_count_of_binned(l.parse().unwrap(), num_bins.parse().unwrap()).unwrap();
            assert_bits(found, bits, &format!("{l} {num_bins}"));
        }
    }
}

#[test]
fn latencies_and_capacities() {
    let golden = information();
    for (key, bits) in entries(&golden["latency_gaussian_jitter_bits"]) {
        let [window_ms, sigma_ms] = parameters(key)[..] else { panic!("{key}") };
        assert_bits(jittered_latency_bits(window_ms, sigma_ms).unwrap(), bits, key);
    }
    for (key, bits) in entries(&golden["poisson_channel_capacity_bits_per_s_peak"]) {
        let [peak, dark] = parameters(key)[..] else { panic!("{key}") };
        assert_bits(poisson_capacity_bits_per_s(peak, dark).unwrap(), bits, key);
    }
    for (l, expected) in entries(&golden["poisson_count_capacity_bits_peak"]["values"]) {
        let capacity = poisson_count_capacity(l.parse().unwrap()).unwrap();
        let (low, high) = (expected["lo"].as_f64().unwrap(), expected["hi"].as_f64().unwrap());
        // Two enclosures of one number on grids of different width.
        assert!(capacity.lower_bits < high + 1e-4 && low - 1e-4 < capacity.upper_bits, "{l} {capacity:?}");
        assert!(capacity.upper_bits - capacity.lower_bits < 5e-5);
        assert!(poisson_count(l.parse().unwrap()).unwrap().information_bits < capacity.lower_bits);
    }
}

#[test]
fn tables() {
    let golden = golden(include_str!("golden/estimators.json"));
    for (name, expected) in entries(&golden["fixed_tables"]) {
        let rows: Vec<Vec<u64>> = serde_json::from_value(expected["counts"].clone()).unwrap();
        let columns = rows[0].len();
        let counts = Array2::from_shape_vec((rows.len(), columns), rows.concat()).unwrap();
        let table = ContingencyTable::from_counts(counts.view()).unwrap();
        let responses = table.response_counts();
        assert_bits(entropy_plug_in_bits(&responses), &expected["H_R_ml"], name);
        assert_bits(entropy_miller_madow_bits(&responses), &expected["H_R_mm"], name);
        assert_bits(entropy_plug_in_bits(&table.stimulus_counts()), &expected["H_S"], name);
        // The reference integrates over a shorter range of the prior: 1e-6 apart.
        let nsb = entropy_nsb_bits(&responses, columns).unwrap();
        assert!((nsb - expected["H_R_nsb"].as_f64().unwrap()).abs() < 2e-6, "{name} {nsb}");
        let estimate = |method| table_information(&table, method).unwrap();
        let naive = estimate(InformationMethod::PlugIn);
        assert_bits(naive.estimate_bits, &expected["mi_naive"], name);
        assert_eq!((naive.bias_bits, naive.naive_bits), (0.0, naive.estimate_bits));
        assert_bits(estimate(InformationMethod::MillerMadow).estimate_bits, &expected["mi_miller_madow"], name);
        assert_bits(estimate(InformationMethod::PanzeriTreves).estimate_bits, &expected["mi_panzeri_treves"], name);
        let nsb = estimate(InformationMethod::Nsb { num_possible_responses: Some(columns) }).estimate_bits;
        assert!((nsb - expected["mi_nsb"].as_f64().unwrap()).abs() < 2e-6, "{name} {nsb}");
    }
    for case in golden["nsb"].as_array().unwrap() {
        let counts: Vec<u64> = serde_json::from_value(case["counts"].clone()).unwrap();
        let entropy = entropy_nsb_bits(&counts, case["K"].as_u64().unwrap() as usize).unwrap();
        assert!((entropy - case["H_nsb"].as_f64().unwrap()).abs() < 2e-6, "{entropy}");
        assert_bits(entropy_plug_in_bits(&counts), &case["H_ml"], "plug-in");
        assert_bits(entropy_miller_madow_bits(&counts), &case["H_mm"], "Miller-Madow");
    }
}

#[test]
fn gaussian_error_bound_is_below_the_truth_and_the_familiar_form_is_not() {
    // Mean squared error of the posterior mean of a Poisson count, L = 100: R² = 0.9501 (exact sum).
    let (l, r2) = (100.0, 0.9501);
    let truth = poisson_count(l).unwrap().information_bits;
    let bound = gaussian_error_lower_bound_bits(0.0, (1.0 - r2) / 12.0).unwrap();
    assert!(bound < truth && truth < gaussian_channel_bits(r2).unwrap());
}
