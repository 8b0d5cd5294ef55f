//! Time series through the binary: their axes, their sampling rate, and what is refused.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, npy, number};

const USAGE: i32 = 2;
const DATA: i32 = 3;
const ECG: &str = "@signals/ecg_360hz.csv";

/// 300 times of three channels.
fn waves() -> Vec<f64> {
    (0..900).map(|i| ((i / 3) as f64 / (10.0 + 7.0 * (i % 3) as f64)).sin() * (1.0 + (i % 3) as f64)).collect()
}

fn shape_of(folder: &Folder, name: &str) -> String {
    let bytes = folder.read(name);
    let header = String::from_utf8_lossy(&bytes[..128]).into_owned();
    let (_, rest) = header.split_once("'shape': ").expect("an npy header has a shape");
    rest.split_once(", }").expect("the header ends").0.to_owned()
}

#[test]
fn an_electrocardiogram_as_one_recording() {
    let folder = Folder::new();
    let line = format!("encode {ECG} --scheme contrast_send_on_delta --threshold 0.02 --seed 1 -o x.spk --json");
    // 1/360 s is no whole number of nanoseconds.
    let encoded = folder.done(&line.replace("--seed", "--sample-rate-hz 360 --seed"));
    assert!(encoded.stderr.contains("2777778 ns: times are 0.08 ppm too long"), "{}", encoded.stderr);
    let encoded = encoded.json();
    assert_eq!((number(&encoded, "num_samples"), number(&encoded, "num_neurons")), (1.0, 2.0));
    assert_eq!((number(&encoded, "num_steps"), number(&encoded, "dt_ms")), (3600.0, 2.777778));
    let decoded = folder.done(&format!("decode x.spk -o back.npy --against {ECG} --json")).json();
    // One spike a sample cannot follow the steepest flanks, which are more than one threshold a sample.
    let slow = number(&decoded, "reconstruction_r2");
    assert_eq!(shape_of(&folder, "back.npy"), "(3600, 1)");
    folder.done(&line.replace("--seed", "--dt-ms 2.8 --events-per-sample 16 --seed"));
    let found = folder.done("inspect x.spk --json").json();
    assert_eq!((number(&found, "num_steps"), number(&found, "dt_ms")), (57_600.0, 0.175));
    let decoded = folder.done(&format!("decode x.spk -o back.csv --against {ECG} --json")).json();
    let fast = number(&decoded, "reconstruction_r2");
    assert!(fast > 0.99 && fast > slow, "{fast} {slow}");
    // With enough spikes the error stays below the threshold, everywhere.
    let original = std::fs::read_to_string(binary::data("signals/ecg_360hz.csv")).expect("the table is text");
    let original: Vec<f64> = original.lines().skip(1).map(|l| l.parse().expect("a number")).collect();
    let back = String::from_utf8(folder.read("back.csv")).expect("a csv is text");
    let back: Vec<f64> = back.lines().map(|l| l.parse().expect("a number")).collect();
    let range = original.iter().fold(f64::MIN, |a, &b| a.max(b)) - original.iter().fold(f64::MAX, |a, &b| a.min(b));
    assert_eq!(back.len(), original.len());
    let worst = original.iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst <= 0.02 * range * (1.0 + 1e-9), "{worst} of {range}");
}

#[test]
fn speech_has_its_own_rate() {
    let folder = Folder::new();
    let speech = "@audio/1_jackson_0.wav";
    let encoded = folder.done(&format!("encode {speech} --scheme contrast_step_forward --seed 1 -o x.spk --json"));
    assert_eq!(encoded.stderr, "", "8000 Hz is a whole number of nanoseconds");
    let encoded = encoded.json();
    assert_eq!((number(&encoded, "num_steps"), number(&encoded, "dt_ms")), (4138.0, 0.125));
    folder.done(&format!("decode x.spk -o back.npy --against {speech}"));
    assert_eq!(shape_of(&folder, "back.npy"), "(4138,)");
    let encoded = folder.done(&format!(
        "encode {speech} --scheme contrast_step_forward --sample-rate-hz 16000 --seed 1 -o x.spk --json"
    ));
    assert_eq!(number(&encoded.json(), "dt_ms"), 0.0625, "what is given goes before the file");
}

#[test]
fn axes_and_columns() {
    let folder = Folder::new();
    let waves = waves();
    let two: Vec<f64> = waves.chunks(3).flat_map(|row| [row[2], row[0]]).collect();
    let text: String = waves.chunks(3).map(|row| format!("{},{},{}\n", row[0], row[1], row[2])).collect();
    folder.write("tc.npy", npy(&[300, 3], &waves));
    folder.write("tc.csv", format!("a,b,c\n{text}"));
    folder.write("stc.npy", npy(&[1, 300, 3], &waves));
    folder.write("two.npy", npy(&[300, 2], &two));
    folder.write("t.npy", npy(&[300], &waves[..300]));
    let options = "--scheme contrast_send_on_delta --dt-ms 1 --norm per_channel --seed 3";
    let spikes = |input: &str, more: &str| {
        folder.done(&format!("encode {input} {options} {more} -o x.csv"));
        let text = String::from_utf8(folder.read("x.csv")).expect("a csv is text");
        text.split_once('\n').expect("a csv has lines").1.to_owned()
    };
    let whole = spikes("tc.npy", "");
    assert!(whole.lines().count() > 50);
    assert_eq!(spikes("tc.csv", ""), whole);
    assert_eq!(spikes("stc.npy", ""), whole);
    assert_eq!(spikes("tc.npy", "--signal-columns 2,0"), spikes("two.npy", ""));
    folder.done("decode x.csv -o back.npy --against tc.npy --signal-columns 2,0");
    assert_eq!(shape_of(&folder, "back.npy"), "(300, 2)");
    spikes("t.npy", "");
    folder.done("decode x.csv -o back.npy --against t.npy");
    assert_eq!(shape_of(&folder, "back.npy"), "(300,)");
    // Recordings are samples: a shard holds some of them.
    folder.write("four.npy", npy(&[4, 75, 3], &waves));
    folder.done(&format!("encode four.npy {options} -o all.spk"));
    for i in 0..3 {
        folder.done(&format!("encode four.npy {options} --shard {i}/3 --batch-size 1 -o {i}.spk"));
    }
    folder.done("cat 0.spk 1.spk 2.spk -o joined.spk");
    assert!(folder.read("joined.spk") == folder.read("all.spk"));
}

#[test]
fn a_search_finds_better_options() {
    let folder = Folder::new();
    folder.write("tc.npy", npy(&[300, 3], &waves()));
    for scheme in ["contrast_threshold", "contrast_moving_window", "contrast_tbr", "contrast_step_forward"] {
        let r2 = |more: &str| {
            let line = format!("encode tc.npy --scheme {scheme} --dt-ms 1 --norm per_channel --seed 1 {more} -o x.spk");
            let run = folder.done(&line);
            assert_eq!(run.stderr.contains("best options for the first recording"), !more.is_empty());
            number(&folder.done("decode x.spk --against tc.npy --json").json(), "reconstruction_r2")
        };
        let (given, found) = (r2(""), r2("--optimise"));
        assert!(found >= given, "{scheme}: {given} {found}");
        assert!(found > 0.4, "{scheme}: {found}");
    }
}

#[test]
fn what_is_no_signal() {
    let folder = Folder::new();
    folder.write("tc.npy", npy(&[300, 3], &waves()));
    folder.write("deep.npy", npy(&[3, 10, 10, 3], &waves()));
    folder.write("flat.npy", npy(&[50], &[0.5; 50]));
    folder.write("field.json", r#"{"refractory_period_ms": 4, "dt_ms": 2}"#);
    let scheme = "--scheme contrast_step_forward --seed 1";
    for (line, code, words) in [
        (format!("encode tc.npy {scheme}"), USAGE, "give --sample-rate-hz, or their distance as --dt-ms"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --sample-rate-hz 9"), USAGE, "either --sample-rate-hz or --dt-ms"),
        (format!("encode tc.npy {scheme} --sample-rate-hz 0"), USAGE, "sample_rate_hz is 0"),
        (format!("encode tc.npy {scheme} --sample-rate-hz 2e9"), USAGE, "sample_rate_hz is 2000000000"),
        (format!("encode tc.npy {scheme} --dt-ms 0.0000015"), USAGE, "nanoseconds"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --events-per-sample 0"), USAGE, "events_per_sample is 0"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --signal-columns 1,3"), USAGE, "tc.npy has 3 columns"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --signal-columns a"), USAGE, "numbers from 0"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --time-window-ms 5"), USAGE, "--time-window-ms does not apply"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --max-firing-rate-hz 5"), USAGE, "codes of static values"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --threshold 0"), USAGE, "threshold is 0"),
        (format!("encode tc.npy {scheme} --dt-ms 1 --refractory-period-ms 0.5"), USAGE, "refractory_period_ms is 0.5"),
        (format!("encode deep.npy {scheme} --dt-ms 1"), DATA, "deep.npy has shape [3, 10, 10, 3]"),
        (format!("encode @images/coins.png {scheme} --dt-ms 1"), USAGE, "an image is no signal"),
        (format!("encode flat.npy {scheme} --dt-ms 1 --optimise"), DATA, "the signal is constant"),
        ("encode tc.npy --optimise --seed 1".to_owned(), USAGE, "--optimise does not apply to rate_poisson"),
        (format!("encode tc.npy tc.npy {scheme} --dt-ms 1"), USAGE, "several inputs are the frames"),
    ] {
        let run = folder.run(&format!("{line} -o x.spk"));
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{line}: {}", run.stderr);
    }
    assert!(!folder.names().contains(&"x.spk".to_owned()));
    // A refractory period is that of the file or the command line, never the default of values.
    let encoded = folder.done(&format!("encode tc.npy {scheme} --config field.json -o x.spk --json")).json();
    assert_eq!(number(&encoded, "dt_ms"), 2.0);
    let found = folder.done("inspect x.spk --json").json();
    assert_eq!(found["encoding"]["config"]["refractory_period_ms"], 4.0);
    assert!(found["min_isi_ms"].as_f64().is_none_or(|isi| isi > 4.0), "{found}");
    folder.write("other.npy", npy(&[299, 3], &waves()[..897]));
    let run = folder.run("decode x.spk --against other.npy");
    assert_eq!(run.code, Some(DATA));
    assert!(run.stderr.contains("values in a sample: 900"), "{}", run.stderr);
}
