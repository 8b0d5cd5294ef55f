//! The verbs that measure: `bench`, `compare`, `inspect`, and the kinds of `plot`.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, noise, npy, number};
use serde_json::Value;

const METRICS: [&str; 9] = [
    "information_rate_bits_per_s",
    "reconstruction_accuracy",
    "coding_efficiency_bits_per_spike",
    "mean_firing_rate_hz",
    "latency_to_first_spike_ms",
    "sparsity",
    "energy_proxy_nJ",
    "encode_wall_time_ms",
    "decode_wall_time_ms",
];

const SPECIFIED: [&str; 7] = [
    "rate_poisson",
    "rate_burst",
    "temporal_ttfs",
    "temporal_rank_order",
    "temporal_phase",
    "population_gaussian",
    "population_triangular",
];

/// 50 samples of 40 values.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[50, 40], &noise(2000)));
    folder
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a JSON object")).collect()
}

#[test]
fn bench_measures_every_code() {
    let folder = folder();
    let reports = lines(&folder.done("bench x.npy --scheme all --seed 7 --json").text());
    let names: Vec<&str> = reports.iter().map(|r| r["scheme"].as_str().expect("a name")).collect();
    assert_eq!(names[..7], SPECIFIED);
    assert_eq!(names[7..], ["rate_regular", "temporal_weighted_phase", "population_latency"]);
    for report in &reports {
        for metric in METRICS {
            assert!(number(report, metric).is_finite(), "{metric}");
        }
        assert_eq!(number(report, "seed"), 7.0);
        let information = &report["information"];
        let bits = number(report, "information_rate_bits_per_s") / 10.0;
        assert!(bits > 1.0 && bits <= number(information, "ceiling_bits") + 1e-9, "{report}");
    }
    // The information does not depend on threads, nor does anything but the wall times.
    let again = lines(&folder.done("--threads 1 bench x.npy --scheme all --seed 7 --json").text());
    for (a, b) in reports.iter().zip(&again) {
        METRICS[..7].iter().for_each(|metric| assert_eq!(a[metric], b[metric], "{metric}"));
    }
}

#[test]
fn bench_agrees_with_encode_and_decode() {
    let folder = folder();
    let report = folder.done("bench x.npy --scheme rate_poisson --seed 7 --dt-ms 0.5 --json").json();
    folder.done("encode x.npy --scheme rate_poisson --seed 7 --dt-ms 0.5 -o x.spk");
    let inspected = folder.done("inspect x.spk --json").json();
    for field in ["mean_firing_rate_hz", "latency_to_first_spike_ms", "sparsity"] {
        assert!((number(&report, field) - number(&inspected, field)).abs() < 1e-9, "{field}");
    }
    assert!((number(&report, "energy_proxy_nJ") - 0.9 * number(&inspected, "num_spikes")).abs() < 1e-6);
    let decoded = folder.done("decode x.spk -o y.npy --against x.npy --json").json();
    assert_eq!(report["reconstruction_accuracy"], decoded["reconstruction_r2"]);
    // A part of the samples keeps the range of all.
    let part = folder.done("bench x.npy --samples 10 --value-bins 5 --shuffles 20 --seed 7 --json").json();
    assert_eq!((number(&part, "num_samples"), number(&part, "num_value_bins")), (10.0, 5.0));
    assert!(number(&part["information"]["shuffle_null"], "upper_95_bits") < number(&part["information"], "naive_bits"));
    let table = folder.done("bench x.npy --seed 7").text();
    assert!(table.contains("bits/spike") && table.contains("rate_poisson") && table.contains("seed 7"), "{table}");
}

#[test]
fn bench_refuses_what_it_cannot_measure() {
    let folder = folder();
    for (line, code) in [
        ("bench x.npy --scheme contrast_step_forward --dt-ms 1", 2),
        ("bench x.npy --samples 0", 2),
        ("bench x.npy --value-bins 0", 2),
        ("bench x.npy --scheme everything", 2),
        ("bench missing.npy", 3),
        // Ranks need a step for each channel, other codes do not; alone it is refused.
        ("bench x.npy --scheme temporal_rank_order --time-window-ms 2 --dt-ms 0.1", 2),
    ] {
        assert_eq!(folder.run(line).code, Some(code), "{line}");
    }
    let run = folder.done("bench x.npy --scheme all --seed 7 --json --max-firing-rate-hz 100 --time-window-ms 3");
    assert!(run.stderr.contains("temporal_rank_order is left out"), "{}", run.stderr);
    assert!(lines(&run.text()).iter().all(|r| r["scheme"] != "temporal_rank_order"));
}

#[test]
fn compare_measures_distances() {
    let folder = Folder::new();
    // Two rows of 100 ms in steps of 1 ms; the second file has one spike moved by 3 ms and one added.
    folder.write("x.npy", npy(&[2, 2], &[0.0, 1.0, 0.5, 0.75]));
    for (file, jitter) in [("a.spk", ""), ("b.spk", "--jitter-ms 1.5")] {
        folder.done(&format!("encode x.npy --scheme temporal_ttfs --dt-ms 1 --seed 7 {jitter} -o {file}"));
    }
    let report = folder.done("compare a.spk b.spk --json").json();
    assert_eq!((number(&report, "num_samples"), number(&report, "num_rows_compared")), (2.0, 4.0));
    // One spike in every row: the distance of Victor and Purpura is 0.1/ms times how far it moved, at most 2.
    let steps = |file: &str, csv: &str| -> Vec<f64> {
        folder.done(&format!("cat {file} -o {csv}"));
        let text = String::from_utf8(folder.read(csv)).expect("csv is text");
        let rows = text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit()));
        rows.map(|l| l.rsplit(',').next().and_then(|s| s.parse().ok()).expect("a step")).collect()
    };
    let (a, b) = (steps("a.spk", "a.csv"), steps("b.spk", "b.csv"));
    assert_eq!((a.len(), b.len()), (4, 4));
    let moved: Vec<f64> = a.iter().zip(&b).map(|(s, t)| (s - t).abs()).collect();
    assert!(moved.iter().any(|m| *m > 0.0), "jitter moved no spike");
    let cost = moved.iter().map(|m| (0.1 * m).min(2.0)).sum::<f64>() / 4.0;
    assert!((number(&report, "victor_purpura_distance") - cost).abs() < 1e-9, "{report}");
    let rossum = moved.iter().map(|m| (2.0 - 2.0 * (-m / 10.0).exp()).sqrt()).sum::<f64>() / 4.0;
    assert!((number(&report, "van_rossum_distance") - rossum).abs() < 1e-6, "{report}");
    let near = moved.iter().filter(|m| **m <= 2.0).count() as f64;
    assert_eq!(number(&report, "num_coincidences"), near);
    assert_eq!(number(&report, "coincident_fraction"), near / 4.0);
    assert_eq!(report["identical"], false);
    assert_eq!((number(&report["first"], "num_spikes"), &report["first"]["scheme"]), (4.0, &"temporal_ttfs".into()));
    let text = folder.done("compare a.spk b.spk").text();
    assert!(text.contains("Victor–Purpura") && text.contains("SPIKE-sync"), "{text}");
    // A file is at no distance from itself.
    let same = folder.done("compare a.spk a.spk --json").json();
    for distance in ["victor_purpura_distance", "van_rossum_distance", "isi_distance", "spike_distance"] {
        assert!(number(&same, distance).abs() < 1e-9, "{distance}");
    }
    assert_eq!((number(&same, "spike_synchronisation"), number(&same, "coincident_fraction")), (1.0, 1.0));
    assert_eq!(same["identical"], true);
}

#[test]
fn compare_exact_names_the_first_difference() {
    let folder = folder();
    for (file, options) in [
        ("a.spk", "--seed 7"),
        ("a.npz", "--seed 7"),
        ("b.spk", "--seed 8"),
        ("long.spk", "--seed 7 --time-window-ms 200"),
    ] {
        folder.done(&format!("encode x.npy {options} -o {file}"));
    }
    let same = folder.done("compare a.spk a.npz --exact");
    assert!(same.text().contains("the same spikes"));
    assert_eq!(folder.done("compare a.spk a.npz --exact --json").json()["identical"], true);
    let differ = folder.run("compare a.spk b.spk --exact --json");
    assert_eq!(differ.code, Some(1), "{}", differ.stderr);
    assert_eq!(differ.json()["identical"], false);
    let first = differ.json()["first_difference"].as_str().expect("words").to_owned();
    assert!(first.starts_with("sample 0, neuron ") && differ.stderr.contains(&first), "{first}");
    // Without --exact a difference is a result, another shape is an error.
    assert_eq!(folder.run("compare a.spk b.spk").code, Some(0));
    let shape = folder.run("compare a.spk long.spk");
    assert_eq!(shape.code, Some(3));
    assert!(shape.stderr.contains("steps differ: 1000 in a.spk, 2000 in long.spk"), "{}", shape.stderr);
    assert_eq!(folder.run("compare a.spk long.spk --exact").code, Some(1));
    assert_eq!(folder.run("compare a.spk missing.spk --exact").code, Some(3));
    for option in ["--cost-per-ms=-1", "--tau-ms 0", "--coincidence-window-ms=-1"] {
        assert_eq!(folder.run(&format!("compare a.spk b.spk {option}")).code, Some(2), "{option}");
    }
}

#[test]
fn inspect_shows_how_irregular_trains_are() {
    let folder = Folder::new();
    // One value, many trials: no refractory period makes it a Poisson process, CV, LV and Fano factor near 1.
    folder.write("x.npy", npy(&[200, 2], &[0.0, 1.0].repeat(200)));
    let options = "--seed 7 --refractory-period-ms 0 --max-firing-rate-hz 100 --time-window-ms 1000";
    folder.done(&format!("encode x.npy {options} -o poisson.spk"));
    let found = folder.done("inspect poisson.spk --json").json();
    // 200 trials of 100 spikes: the standard error of the means is about 0.01, of the Fano factor 0.1; p = 0.01 a step
    // takes 1 % off.
    for (field, tolerance) in [("mean_cv", 0.05), ("mean_cv2", 0.05), ("mean_lv", 0.06), ("fano_factor", 0.4)] {
        assert!((number(&found, field) - 1.0).abs() < tolerance, "{field}: {found}");
    }
    assert!(number(&found, "mean_lvr") > number(&found, "mean_lv"));
    folder.done(&format!("encode x.npy --scheme rate_regular {options} -o regular.spk"));
    let regular = folder.done("inspect regular.spk --json").json();
    assert!(number(&regular, "mean_cv") < 0.05 && number(&regular, "fano_factor") < 0.05, "{regular}");
    let text = folder.done("inspect regular.spk").text();
    assert!(["mean LV", "mean LvR", "Fano factor"].iter().all(|word| text.contains(word)), "{text}");
    // One spike has no interval.
    folder.done("encode x.npy --scheme temporal_ttfs --seed 7 -o ttfs.spk");
    let single = folder.done("inspect ttfs.spk --json").json();
    assert!(single["mean_cv"].is_null() && single["mean_lv"].is_null());
    assert_eq!(number(&single, "fano_factor"), 0.0);
}

#[test]
fn every_kind_of_plot_is_drawn() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[30, 4, 5], &noise(600)));
    folder.done("encode x.npy --scheme population_gaussian --seed 7 -o p.spk");
    for kind in ["raster", "rate", "isi", "psth", "tuning", "reconstruction"] {
        folder.done(&format!("plot p.spk --kind {kind} -o {kind}.svg"));
        let svg = String::from_utf8(folder.read(&format!("{kind}.svg"))).expect("svg is text");
        assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"), "{kind}");
        folder.done(&format!("plot p.spk --kind {kind} -o {kind}.png"));
        assert!(folder.read(&format!("{kind}.png")).starts_with(b"\x89PNG"), "{kind}");
    }
    let tuning = |options: &str| {
        folder.done(&format!("plot p.spk --kind tuning {options} -o t.svg"));
        String::from_utf8(folder.read("t.svg")).expect("svg is text")
    };
    let (decoded, original) = (tuning(""), tuning("--against x.npy"));
    assert!(decoded.contains(">decoded value<") && original.contains(">value<"));
    assert!(original.contains("samples 0 to 29"));
    // Ten neurons have ten lines.
    assert_eq!(original.matches("<polyline").count(), 10, "{original}");
    folder.done("encode x.npy --seed 7 -o rate.spk");
    for line in [
        "plot rate.spk --kind tuning -o t.svg",
        "plot p.spk --kind rate --against x.npy -o t.svg",
        "plot p.spk --kind tuning",
    ] {
        assert_eq!(folder.run(line).code, Some(2), "{line}");
    }
    folder.write("few.npy", npy(&[2, 20], &noise(40)));
    assert_eq!(folder.run("plot p.spk --kind tuning --against few.npy -o t.svg").code, Some(3));
}
