//! The main job on real data: values to spikes on disk and back, with the error beside the limit.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, Run, data, noise, npy, number};
use serde_json::Value;

/// Header and values of an npy file of doubles.
fn read_npy(bytes: &[u8]) -> (Vec<usize>, Vec<f64>) {
    assert!(bytes.starts_with(b"\x93NUMPY\x01\x00"), "magic and version");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!(end % 64, 0, "the data are aligned");
    let header = std::str::from_utf8(&bytes[10..end]).expect("the header is text");
    assert!(header.contains("'descr': '<f8'") && header.contains("'fortran_order': False"), "{header}");
    let (_, rest) = header.split_once("'shape': (").expect("the header has a shape");
    let (axes, _) = rest.split_once(')').expect("the shape is a tuple");
    let axes = axes.split(',').map(str::trim).filter(|a| !a.is_empty());
    let shape: Vec<usize> = axes.map(|a| a.parse().expect("an axis is a number")).collect();
    let values: Vec<f64> = bytes[end..].as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    assert_eq!(values.len(), shape.iter().product::<usize>());
    (shape, values)
}

/// Share of the variance that is explained, and mean squared error.
fn r2_and_mse(original: &[f64], decoded: &[f64]) -> (f64, f64) {
    assert_eq!(original.len(), decoded.len());
    let count = original.len() as f64;
    let mean = original.iter().sum::<f64>() / count;
    let mse = original.iter().zip(decoded).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / count;
    (1.0 - mse * count / original.iter().map(|a| (a - mean).powi(2)).sum::<f64>(), mse)
}

/// The values of a one-column csv with a header.
fn column(name: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(data(name)).expect("the bundled table is text");
    text.lines().skip(1).map(|line| line.parse().expect("a line is a number")).collect()
}

fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what} is {found}, expected {expected} ± {tolerance}");
}

const STATISTICS: [&str; 3] = ["mean_firing_rate_hz", "sparsity", "silent_fraction"];
const MAY_BE_NULL: [&str; 4] = ["latency_to_first_spike_ms", "mean_isi_ms", "min_isi_ms", "cv_isi"];

/// `encode --json` and `inspect --json` must agree; the latter is returned.
fn inspect_as_encoded(folder: &Folder, encoded: &Run, file: &str) -> Value {
    let (encoded, found) = (encoded.json(), folder.done(&format!("inspect {file} --json")).json());
    let shape = ["scheme", "seed", "num_samples", "num_neurons", "num_spikes", "num_steps", "dt_ms", "first_sample"];
    for field in shape.iter().chain(&STATISTICS).chain(&MAY_BE_NULL) {
        assert_eq!(found.get(field).expect(field), encoded.get(field).expect(field), "{field}");
    }
    assert_eq!(number(&encoded, "output_bytes"), folder.read(file).len() as f64);
    assert_eq!((&found["whole"], &found["damaged_blocks"]), (&true.into(), &0.into()));
    found
}

/// Encodes a file of `data`, decodes it to `back.npy` and returns the report of `decode --json`.
fn there_and_back(folder: &Folder, input: &str, options: &str) -> Value {
    let encoded = folder.done(&format!("encode {input} --seed 7 {options} -o x.spk --json"));
    inspect_as_encoded(folder, &encoded, "x.spk");
    folder.done(&format!("decode x.spk -o back.npy --against {input} --json")).json()
}

#[test]
fn the_readme_line_on_the_whole_test_set() {
    let folder = Folder::new();
    let digits = "@mnist/t10k-images-idx3-ubyte.gz";
    let encoded = folder.done(&format!("encode {digits} --scheme rate_poisson --seed 7 -o digits.spk --json"));
    let found = inspect_as_encoded(&folder, &encoded, "digits.spk");
    assert_eq!(found["scheme"], "rate_poisson");
    assert_eq!((number(&found, "seed"), number(&found, "num_samples")), (7.0, 10_000.0));
    assert_eq!((number(&found, "num_neurons"), number(&found, "num_steps")), (784.0, 1000.0));
    assert_eq!(number(&found, "dt_ms"), 0.1);
    assert_eq!(found["feature_shape"], serde_json::json!([28, 28]));
    assert_eq!(found["source"], "t10k-images-idx3-ubyte.gz");
    assert_near(number(&found, "mean_firing_rate_hz"), 51.0, 0.1, "mean rate");
    assert_near(number(&found, "sparsity"), 0.9949, 0.0001, "sparsity");
    assert_eq!(number(&found, "min_isi_ms"), 2.1);
    assert_eq!(number(&found, "num_spikes"), (number(&found, "mean_firing_rate_hz") * 784_000.0).round());

    let decoded = folder.done(&format!("decode digits.spk -o back.npy --against {digits} --json")).json();
    assert_eq!((&decoded["method"], &decoded["scheme"]), (&"spike_count".into(), &"rate_poisson".into()));
    assert_near(number(&decoded, "reconstruction_r2"), number(&decoded, "expected_r2"), 0.0005, "R²");
    assert!(number(&decoded, "reconstruction_r2") < number(&decoded, "reachable_r2"));
    assert_near(number(&decoded, "reconstruction_r2"), 0.983, 0.001, "R²");
    assert_near(number(&decoded, "reconstruction_mse"), 107.5, 2.0, "MSE");
    assert_near(number(&decoded, "mean_confidence"), 0.98, 0.01, "confidence");
    let (shape, values) = read_npy(&folder.read("back.npy"));
    assert_eq!(shape, [10_000, 28, 28]);
    assert!(values.iter().all(|v| (0.0..=255.0).contains(v)));
    assert_eq!(folder.names(), ["back.npy", "digits.spk"]);
}

#[test]
fn digits_by_latency() {
    let folder = Folder::new();
    let decoded = there_and_back(&folder, CALIBRATION, "--scheme temporal_ttfs");
    assert_eq!(decoded["method"], "time_to_first_spike");
    // 1000 steps are more than the 256 values of a pixel: what is left is the half step of rounding.
    assert!(number(&decoded, "reconstruction_r2") > 0.99999);
    let (shape, values) = read_npy(&folder.read("back.npy"));
    assert_eq!(shape, [2000, 28, 28]);
    assert!(values.iter().all(|v| (v - v.round()).abs() <= 255.0 / 2000.0 + 1e-9), "within half a step of a pixel");

    let silent =
        folder.done(&format!("encode {CALIBRATION} --seed 7 --scheme temporal_ttfs --zero silent -o s.npz --json"));
    let statistics = silent.json();
    assert_near(number(&statistics, "silent_fraction"), 0.81, 0.01, "share of black pixels");
    let fine = "--scheme temporal_ttfs --ttfs-form logarithmic --dt-ms 0.01";
    let decoded = there_and_back(&folder, "@images/coins.png", fine);
    assert!(number(&decoded, "reconstruction_r2") > 0.999, "{decoded}");
}

#[test]
fn every_kind_of_input_by_latency() {
    let folder = Folder::new();
    let photograph = [1, 303, 384];
    for (input, shape, r2) in [
        ("@signals/ecg_360hz.csv", &[3600, 1][..], 0.99999),
        ("@images/coins.png", &photograph, 0.99999),
        ("@audio/1_jackson_0.wav", &[1, 4138], 0.9999),
    ] {
        let decoded = there_and_back(&folder, input, "--scheme temporal_ttfs");
        assert!(number(&decoded, "reconstruction_r2") > r2, "{input}: {decoded}");
        assert_near(number(&decoded, "reconstruction_r2"), number(&decoded, "expected_r2"), 1e-5, input);
        assert_eq!(read_npy(&folder.read("back.npy")).0, shape, "{input}");
    }
}

#[test]
fn every_kind_of_input_by_rate() {
    let folder = Folder::new();
    for (input, shape) in [
        ("@signals/ecg_360hz.csv", &[3600, 1][..]),
        ("@images/coins.png", &[1, 303, 384]),
        ("@audio/1_jackson_0.wav", &[1, 4138]),
    ] {
        let decoded = there_and_back(&folder, input, "--time-window-ms 200 --dt-ms 0.2");
        let (found, expected) = (number(&decoded, "reconstruction_r2"), number(&decoded, "expected_r2"));
        assert_near(found, expected, 0.1 * (1.0 - expected), input);
        assert!(found < number(&decoded, "reachable_r2") && number(&decoded, "reachable_r2") < 1.0, "{decoded}");
        assert_eq!(read_npy(&folder.read("back.npy")).0, shape, "{input}");
    }
}

#[test]
fn the_error_in_the_report_is_that_of_the_file() {
    let folder = Folder::new();
    let report = there_and_back(&folder, "@signals/ecg_360hz.csv", "");
    let (_, decoded) = read_npy(&folder.read("back.npy"));
    let (r2, mse) = r2_and_mse(&column("signals/ecg_360hz.csv"), &decoded);
    assert_near(number(&report, "reconstruction_r2"), r2, 1e-9, "R²");
    assert_near(number(&report, "reconstruction_mse"), mse, 1e-6 * mse, "MSE");

    folder.done("decode x.spk -o back.csv");
    let text = String::from_utf8(folder.read("back.csv")).expect("a csv is text");
    let again: Vec<f64> = text.lines().map(|l| l.parse().expect("a line is a number")).collect();
    assert_eq!(again, decoded);

    let plain = folder.done("decode x.spk --count-formula plain --against @signals/ecg_360hz.csv --json").json();
    assert!(number(&plain, "reconstruction_r2") < r2, "the plain formula ignores dead time: {plain}");
}

#[test]
fn arrays_of_numpy() {
    let folder = Folder::new();
    let values = noise(6 * 5 * 4);
    folder.write("cube.npy", npy(&[6, 5, 4], &values));
    folder.write("line.npy", npy(&[120], &values));
    let decoded = there_and_back(&folder, "cube.npy", "--scheme temporal_ttfs");
    assert_eq!((number(&decoded, "num_samples"), number(&decoded, "num_channels")), (6.0, 20.0));
    let (shape, back) = read_npy(&folder.read("back.npy"));
    assert_eq!(shape, [6, 5, 4]);
    for (a, b) in values.iter().zip(&back) {
        assert_near(*b, *a, 0.5e-3 + 1e-12, "a value within half a step");
    }
    there_and_back(&folder, "line.npy", "--scheme temporal_ttfs");
    assert_eq!(read_npy(&folder.read("back.npy")).0, [1, 120], "one axis is one sample");

    // The archive holds the decoded cube: what an own output writes, an own input reads.
    folder.done("encode cube.npy --seed 1 --scheme temporal_ttfs -o spikes.npz");
    let several = folder.run("encode spikes.npz --seed 1 -o x.spk");
    assert_eq!(several.code, Some(3));
    assert!(several.stderr.contains("several arrays"), "{}", several.stderr);
    let steps = folder.done("encode spikes.npz --array steps --seed 1 -o x.spk --json").json();
    assert_eq!((number(&steps, "num_samples"), number(&steps, "num_neurons")), (1.0, 120.0));
}

#[test]
fn every_kind_of_output_holds_the_same_spikes() {
    let folder = Folder::new();
    for scheme in ["rate_poisson", "temporal_ttfs"] {
        folder.write("x.npy", npy(&[40, 3, 5], &noise(600)));
        let mut reports = Vec::new();
        for file in ["a.spk", "b.npz", "c.csv"] {
            let encoded = folder.done(&format!("encode x.npy --scheme {scheme} --seed 7 -o {file} --json"));
            reports.push(inspect_as_encoded(&folder, &encoded, file));
        }
        assert_eq!(reports[0], reports[1]);
        assert_eq!(reports[0], reports[2]);
        for (from, to) in
            [("b.npz", "1.spk"), ("c.csv", "2.spk"), ("a.spk", "3.csv"), ("b.npz", "4.csv"), ("c.csv", "5.npz")]
        {
            folder.done(&format!("cat {from} -o {to}"));
            let original =
                ["a.spk", "b.npz", "c.csv"].into_iter().find(|f| f[1..] == to[1..]).expect("one has the extension");
            assert!(folder.read(to) == folder.read(original), "{scheme}: {from} to {to}");
        }
        let values: Vec<Vec<u8>> = ["a.spk", "b.npz", "c.csv"]
            .iter()
            .map(|file| {
                folder.done(&format!("decode {file} -o back.npy"));
                folder.read("back.npy")
            })
            .collect();
        assert!(values[0] == values[1] && values[0] == values[2]);
        let text = String::from_utf8(folder.read("c.csv")).expect("a csv is text");
        let spikes = text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())).count();
        assert_eq!(spikes as f64, number(&reports[0], "num_spikes"));
    }
}

#[test]
fn a_format_is_named_where_an_extension_does_not() {
    let folder = Folder::new();
    folder.write("values.bin", npy(&[3, 2], &noise(6)));
    folder.write("table", "1,2\n3,4\n");
    folder.done("encode values.bin --seed 1 -o spikes.dat --format csv");
    assert!(folder.read("spikes.dat").starts_with(b"# spike csv 1 "));
    folder.done("decode spikes.dat --format csv -o back.csv");
    folder.done("encode table --input-format csv --seed 1 -o x.spk");
    assert_eq!(number(&folder.done("inspect x.spk --json").json(), "num_samples"), 2.0);
}

#[test]
fn a_configuration_from_a_file_gives_way_to_options() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[3, 2], &noise(6)));
    folder.write("config.json", r#"{"coding_scheme": "temporal_ttfs", "time_window_ms": 50, "dt_ms": 0.5, "seed": 9}"#);
    let report = folder.done("encode x.npy --config config.json -o x.spk --json").json();
    assert_eq!((&report["scheme"], &report["seed"]), (&"temporal_ttfs".into(), &9.into()));
    assert_eq!(report["num_steps"], 100);
    let report = folder.done("encode x.npy --config config.json --dt-ms 0.1 --seed 4 -o x.spk --json").json();
    assert_eq!((&report["num_steps"], &report["seed"]), (&500.into(), &4.into()));
}

#[test]
fn what_is_said_to_people() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[3, 2], &[0.0, 5.0, 1.0, 5.0, 2.0, 5.0]));
    let run = folder.done("encode x.npy --seed 7 --norm per_channel -o x.spk");
    assert!(run.text().contains("seed 7") && run.text().contains("3 samples x 2 neurons"), "{}", run.text());
    assert!(run.stderr.contains("1 constant channels encode as 0"), "{}", run.stderr);
    let report = folder.done("decode x.spk --against x.npy").text();
    assert!(report.contains("seed 7") && report.contains("reachable by any decoder"), "{report}");
    let report = folder.done("inspect x.spk").text();
    for word in ["x.spk", "rate_poisson", "x.npy", "mean rate", "sparsity"] {
        assert!(report.contains(word), "{word} in {report}");
    }
    folder.done("decode x.spk -o back.csv");
    let text = String::from_utf8(folder.read("back.csv")).expect("a csv is text");
    assert!(text.lines().all(|line| line.ends_with(",5")), "a constant channel decodes exactly: {text}");

    let values: Vec<f64> = (0..=100).map(f64::from).collect();
    folder.write("y.npy", npy(&[101, 1], &values));
    let run = folder.done("encode y.npy --seed 7 --norm percentile:5,95 -o y.spk --json");
    assert_eq!(run.json()["clipped_values"], 10);
    assert!(run.stderr.contains("10 values outside the range"), "{}", run.stderr);
}
