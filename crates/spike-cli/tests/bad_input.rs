//! Bad input and bad options: the exit code, what the message says, and that nothing is left under the final name.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, data, noise, npy, npy_of};
use std::fs;

const USAGE: i32 = 2;
const DATA: i32 = 3;
const OUTPUT: i32 = 5;
const OLD: &[u8] = b"a good file of that name";

/// Runs a line that must fail: with this code, these words, and all files as they were.
fn refused(folder: &Folder, line: &str, code: i32, words: &[&str]) {
    let before = folder.names();
    let run = folder.run(line);
    assert_eq!(run.code, Some(code), "spike {line}: {}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "spike {line}: {word:?} is not in {}", run.stderr);
    }
    assert!(run.stdout.is_empty() || line.starts_with("inspect"), "spike {line}: {}", run.text());
    assert_eq!(folder.names(), before, "spike {line}");
}

/// As [`refused`], with an output that must stay away, and stay as it was where it exists.
fn refused_output(folder: &Folder, line: &str, output: &str, code: i32, words: &[&str]) {
    let line = format!("{line} -o {output}");
    refused(folder, &line, code, words);
    folder.write(output, OLD);
    refused(folder, &line, code, words);
    assert!(folder.read(output) == OLD, "spike {line}");
    fs::remove_file(folder.path(output)).expect("the file was just written");
}

/// A folder with `x.npy` (5 samples of 4 channels in [0, 1]) and its spikes in `x.spk`.
fn prepared() -> Folder {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[5, 4], &noise(20)));
    folder.done("encode x.npy --seed 7 -o x.spk");
    folder
}

/// Twelve values with one of them replaced.
fn with(position: usize, value: f64) -> Vec<f64> {
    let mut values = noise(12);
    values[position] = value;
    values
}

fn data_bytes(name: &str) -> Vec<u8> {
    fs::read(data(name)).expect("the bundled file is readable")
}

fn flipped(mut bytes: Vec<u8>, position: usize) -> Vec<u8> {
    bytes[position] ^= 0x55;
    bytes
}

#[test]
fn values_that_cannot_be_encoded() {
    let folder = Folder::new();
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("nan.npy", npy(&[3, 4], &with(6, f64::NAN)), &["sample 1, channel 2", "NaN"]),
        ("inf.npy", npy(&[3, 4], &with(3, f64::INFINITY)), &["sample 0, channel 3", "inf"]),
        ("minus.npy", npy(&[3, 4], &with(11, f64::NEG_INFINITY)), &["sample 2, channel 3", "-inf"]),
        ("line.npy", npy(&[12], &with(9, f64::NAN)), &["sample 0, channel 9", "NaN"]),
        ("nan.csv", b"a,b\n1,2\n3,nan\n".to_vec(), &["sample 1, channel 1", "NaN"]),
        ("inf.csv", b"1,-inf\n3,4\n".to_vec(), &["sample 0, channel 1", "-inf"]),
    ];
    for (name, bytes, words) in cases {
        folder.write(name, bytes);
        for norm in ["none", "minmax", "per_channel", "percentile"] {
            refused_output(
                &folder,
                &format!("encode {name} --seed 1 --norm {norm} --batch-size 1"),
                "out.spk",
                DATA,
                words,
            );
        }
        // The shard itself is sound, the input is not.
        refused_output(&folder, &format!("encode {name} --seed 1 --shard 0/12"), "out.csv", DATA, words);
    }
    folder.write("wide.npy", npy(&[3, 4], &with(7, 1.5)));
    let words = ["sample 1, channel 3 is 1.5", "outside [0, 1]"];
    refused_output(&folder, "encode wide.npy --seed 1 --norm none --batch-size 1", "out.spk", DATA, &words);
    folder.write("below.npy", npy(&[3, 4], &with(0, -0.25)));
    let words = ["sample 0, channel 0 is -0.25", "outside [0, 1]"];
    refused_output(&folder, "encode below.npy --seed 1 --norm none", "out.npz", DATA, &words);
}

#[test]
fn arrays_that_cannot_be_read() {
    let folder = Folder::new();
    let digits = data_bytes("mnist/calibration-images-idx3-ubyte.gz");
    let (half, middle, checksum) = (digits[..digits.len() / 2].to_vec(), digits.len() / 2, digits.len() - 8);
    let good = npy(&[3, 4], &noise(12));
    let coins = data_bytes("images/coins.png");
    let cases: [(&str, Vec<u8>, &[&str]); 23] = [
        ("empty.npy", npy(&[0, 4], &[]), &["no values", "[0, 4]"]),
        ("flat.npy", npy(&[4, 0], &[]), &["no values", "[4, 0]"]),
        ("scalar.npy", npy_of("<f8", &[], &[0; 8]), &["no axes"]),
        ("complex.npy", npy_of("<c16", &[2], &[0; 32]), &["<c16", "not supported"]),
        ("text.npy", npy_of("<U4", &[2], &[0; 32]), &["<U4", "not supported"]),
        ("cut.npy", good[..good.len() - 1].to_vec(), &["ends early"]),
        ("head.npy", good[..20].to_vec(), &["ends early"]),
        ("long.npy", [&good[..], &[0]].concat(), &["bytes continue"]),
        ("nothing.npy", Vec::new(), &["npy"]),
        ("wrong.npy", b"RIFF and more".to_vec(), &["not a file of format npy"]),
        ("huge.npy", npy_of("<f8", &[1 << 40, 1 << 40], &[]), &["more values than can be addressed"]),
        ("claim.npy", npy_of("<f8", &[1 << 40], &[0; 8]), &["ends early"]),
        ("half-idx3-ubyte.gz", half, &["compressed data"]),
        ("checksum-idx3-ubyte.gz", flipped(digits.clone(), checksum), &["compressed data are damaged"]),
        ("spoilt-idx3-ubyte.gz", flipped(digits, middle), &["idx3"]),
        ("cut.idx", vec![0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5], &["ends early"]),
        ("kind.idx", vec![0, 0, 7, 1, 0, 0, 0, 1, 9], &["0x07"]),
        ("ragged.csv", b"1,2\n3\n".to_vec(), &["line 2", "columns"]),
        ("words.csv", b"1,2\n3,four\n".to_vec(), &["line 2", "four", "not a number"]),
        ("header.csv", b"a,b\n".to_vec(), &["header.csv"]),
        ("spoilt.png", flipped(coins.clone(), 40_000), &["png"]),
        ("cut.png", coins[..40_000].to_vec(), &["png"]),
        ("notes.txt", b"some notes".to_vec(), &["format not recognised", "idx, npy, npz, csv, png, wav"]),
    ];
    for (name, bytes, words) in cases {
        folder.write(name, bytes);
        let words = [words, &[name]].concat();
        refused_output(&folder, &format!("encode {name} --seed 1"), "out.spk", DATA, &words);
    }
    let sound = data_bytes("audio/1_jackson_0.wav");
    folder.write("cut.wav", &sound[..20]);
    refused_output(&folder, "encode cut.wav --seed 1", "out.spk", DATA, &["cut.wav"]);
    refused_output(&folder, "encode missing.npy --seed 1", "out.spk", DATA, &["missing.npy", "cannot open"]);
    refused_output(&folder, "encode . --seed 1", "out.spk", DATA, &["cannot open"]);
    refused(&folder, "encode - --seed 1 -o out.spk", DATA, &["standard input"]);
}

#[test]
fn configurations_that_contradict_themselves() {
    let folder = prepared();
    let all = "rate_poisson, rate_burst, temporal_ttfs, temporal_rank_order, temporal_phase, population_gaussian, population_triangular";
    let cases: [(&str, &[&str]); 28] = [
        ("--scheme rate_poison", &["unknown", "rate_poison", all]),
        ("--scheme contrast_dvs_pixel", &["--frame-rate-hz or --frame-interval-us"]),
        ("--time-window-ms 100.04", &["time_window_ms is 100.04 ms", "nearest is 100 ms"]),
        ("--time-window-ms 0.99 --dt-ms 0.5", &["nearest is 1 ms"]),
        ("--refractory-period-ms 0.23", &["refractory_period_ms is 0.23 ms", "nearest is 0.2 ms"]),
        ("--dt-ms 0.0000011", &["dt_ms", "nanoseconds", "nearest is 0.000001 ms"]),
        ("--dt-ms 0", &["dt_ms"]),
        ("--dt-ms nan", &["dt_ms"]),
        ("--time-window-ms 0", &["time_window_ms"]),
        ("--max-firing-rate-hz 20000", &["20000 Hz", "largest admissible rate is 10000 Hz"]),
        ("--max-firing-rate-hz 2001 --dt-ms 0.5", &["largest admissible rate is 2000 Hz"]),
        ("--refractory compensated", &["largest admissible rate is 476.19"]),
        ("--refractory compensated --max-firing-rate-hz 501 --refractory-period-ms 1.9", &["rate is 500 Hz"]),
        ("--min-firing-rate-hz 2000", &["min_firing_rate_hz is 2000", "max_firing_rate_hz = 1000"]),
        ("--max-firing-rate-hz=-1", &["max_firing_rate_hz"]),
        ("--jitter-ms=-1", &["jitter_ms"]),
        ("--ttfs-form linear", &["--ttfs-form does not apply to rate_poisson", "temporal_ttfs"]),
        ("--zero silent", &["--zero does not apply"]),
        ("--scheme temporal_ttfs --probability exact", &["--probability does not apply to temporal_ttfs"]),
        ("--scheme temporal_ttfs --refractory compensated", &["--refractory does not apply"]),
        ("--scheme temporal_ttfs --tau-ms 3", &["--tau-ms and --theta0 need --ttfs-form logarithmic"]),
        ("--norm zscore", &["unknown normaliser", "none, minmax, per_channel, percentile"]),
        ("--norm percentile:90,10", &["percentile"]),
        ("--dt-ms 1e299 --time-window-ms 1e300", &["dt_ms"]),
        ("--scheme temporal_ttfs --ttfs-form logarithmic --tau-ms 0", &["tau_ms is 0"]),
        ("--scheme temporal_ttfs --ttfs-form logarithmic --theta0 nan", &["theta0 is NaN"]),
        ("--batch-size 0", &["--batch-size is 0"]),
        ("--threads 0", &["--threads is 0"]),
    ];
    for (options, words) in cases {
        refused_output(&folder, &format!("encode x.npy --seed 1 {options}"), "out.spk", USAGE, words);
        let message = folder.run(&format!("encode x.npy --seed 1 {options} -o out.spk")).stderr;
        let longest = message.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
        assert!(longest <= 20, "{options}: no one reads a number of {longest} digits: {message}");
    }
    // The same rates are admissible at the named limit.
    for options in ["--max-firing-rate-hz 10000", "--refractory compensated --max-firing-rate-hz 476.19"] {
        folder.done(&format!("encode x.npy --seed 1 {options} -o out.spk"));
    }
}

#[test]
fn usage() {
    let folder = prepared();
    folder.write("broken.json", "{");
    folder.write("field.json", r#"{"max_rate": 5}"#);
    folder.write("scheme.json", r#"{"coding_scheme": "rate"}"#);
    let cases: [(&str, i32, &[&str]); 25] = [
        ("", USAGE, &["Usage"]),
        ("encrypt x.npy", USAGE, &["encrypt"]),
        ("encode", USAGE, &["--output"]),
        ("encode x.npy", USAGE, &["--output"]),
        ("encode x.npy -o out.spk --frobnicate", USAGE, &["--frobnicate"]),
        ("encode x.npy -o out.spk --seed x", USAGE, &["--seed"]),
        ("encode x.npy -o out.spk --seed=-1", USAGE, &["--seed"]),
        ("encode x.npy -o out.spk --dt-ms ten", USAGE, &["--dt-ms"]),
        ("encode x.npy -o out.spk --probability often", USAGE, &["per-step", "exact"]),
        ("encode x.npy -o out.spk --seed 1 --shard 4/4", USAGE, &["I/N", "0/4"]),
        ("encode x.npy -o out.spk --seed 1 --shard 1", USAGE, &["I/N"]),
        ("encode x.npy -o out.spk --seed 1 --shard 0/0", USAGE, &["I/N"]),
        ("encode x.npy -o out.spk --shard 0/2", USAGE, &["--shard needs --seed"]),
        ("encode x.npy -o out.txt", USAGE, &["\"txt\"", "spk, npz, csv"]),
        ("encode x.npy -o out", USAGE, &["spk, npz, csv"]),
        ("encode x.npy -o out.spk --format hdf5", USAGE, &["hdf5", "spk, npz, csv"]),
        ("encode x.npy -o out.spk --input-format tiff", USAGE, &["tiff", "idx, npy, npz, csv, png, wav"]),
        ("encode x.npy -o - --json", USAGE, &["--json"]),
        ("encode x.npy -o out.spk --config broken.json", USAGE, &["broken.json"]),
        ("encode x.npy -o out.spk --config field.json", USAGE, &["field.json", "max_rate", "max_firing_rate_hz"]),
        ("encode x.npy -o out.spk --config scheme.json", USAGE, &["scheme.json", "rate_poisson"]),
        ("encode x.npy -o out.spk --config missing.json", DATA, &["missing.json"]),
        ("cat -o out.spk", USAGE, &["INPUTS"]),
        ("schemes rate_poison", USAGE, &["rate_poison", "rate_poisson"]),
        ("plot x.spk -o out.gif", USAGE, &[".svg", ".png"]),
    ];
    for (line, code, words) in cases {
        refused(&folder, line, code, words);
    }
    for line in ["--help", "--version", "encode --help"] {
        folder.done(line);
    }
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = prepared();
    fs::create_dir(folder.path("folder.spk")).expect("a folder can be made");
    fs::create_dir(folder.path("folder.npy")).expect("a folder can be made");
    for line in [
        "encode x.npy -o no/such/folder/out.spk",
        "encode x.npy -o x.npy/out.spk",
        "encode x.npy -o folder.spk",
        "cat x.spk -o no/such/out.npz",
        "decode x.spk -o no/such/out.npy",
        "decode x.spk -o x.npy/out.csv",
        "decode x.spk -o folder.npy",
        "plot x.spk -o no/such/out.svg",
        "plot x.spk -o x.npy/out.png",
        "demo --out x.npy/demo",
    ] {
        refused(&folder, line, OUTPUT, &["cannot write", line.rsplit_once(' ').expect("a line has words").1]);
    }

    fs::create_dir(folder.path("closed")).expect("a folder can be made");
    let mut permissions = fs::metadata(folder.path("closed")).expect("the folder is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.path("closed"), permissions).expect("own folders can be closed");
    // Permissions do not bind everyone: not the superuser, and not everywhere.
    let binds = fs::write(folder.path("closed/probe"), "").is_err();
    if binds {
        for line in ["encode x.npy -o closed/out.spk", "decode x.spk -o closed/out.npy", "cat x.spk -o closed/out.csv"]
        {
            refused(&folder, line, OUTPUT, &["cannot write closed/out", "may be written to"]);
        }
    }
}

#[test]
fn spike_files_that_cannot_be_read() {
    let folder = prepared();
    let good = folder.read("x.spk");
    let block = good.windows(4).position(|w| w == b"SBLK").expect("a file has a block");
    let index = good.windows(4).position(|w| w == b"SIDX").expect("a file has an index");
    let cases: [(&str, Vec<u8>, &[&str]); 14] = [
        ("empty.spk", Vec::new(), &["not a .spk file"]),
        ("array.spk", folder.read("x.npy"), &["not a .spk file"]),
        ("magic.spk", flipped(good.clone(), 0), &["not a .spk file"]),
        ("version.spk", flipped(good.clone(), 8), &["version", "newer spike"]),
        ("head.spk", good[..12].to_vec(), &["ends at byte 12", "header"]),
        ("json.spk", good[..100].to_vec(), &["ends at byte 100", "header"]),
        ("header.spk", flipped(good.clone(), 60), &["header is damaged"]),
        ("block.spk", flipped(good.clone(), block + 6), &["block at byte", "damaged"]),
        ("payload.spk", flipped(good.clone(), index - 3), &["block at byte", "samples from 0", "damaged"]),
        ("index.spk", flipped(good.clone(), index + 6), &["cut off"]),
        ("inside.spk", good[..block + 50].to_vec(), &["cut off"]),
        ("before.spk", good[..block].to_vec(), &["cut off"]),
        ("behind.spk", good[..index].to_vec(), &["cut off"]),
        ("end.spk", good[..good.len() - 1].to_vec(), &["cut off"]),
    ];
    for (name, bytes, words) in cases {
        folder.write(name, bytes);
        let words = [words, &[name]].concat();
        refused(&folder, &format!("inspect {name} --json"), DATA, &words);
        refused_output(&folder, &format!("cat {name}"), "out.spk", DATA, &words);
        refused_output(&folder, &format!("decode {name}"), "out.npy", DATA, &words);
    }
    for line in ["decode missing.spk", "inspect missing.spk", "plot missing.spk", "cat missing.spk -o out.spk"] {
        refused(&folder, line, DATA, &["cannot open", "missing.spk"]);
    }
    refused(&folder, "inspect .", DATA, &["directory"]);
    folder.done("encode x.npy --seed 7 -o x.csv");
    let text = String::from_utf8(folder.read("x.csv")).expect("a csv is text");
    folder.write("cut.csv", &text[..text.len() - 60]);
    refused_output(&folder, "decode cut.csv", "out.npy", DATA, &["cut off"]);
    folder.write("swapped.csv", text.replacen("\n0,0,", "\n4,0,", 1));
    refused_output(&folder, "decode swapped.csv", "out.npy", DATA, &["not sorted"]);
    folder.done("encode x.npy --seed 7 -o x.npz");
    let archive = folder.read("x.npz");
    folder.write("cut.npz", &archive[..archive.len() / 2]);
    refused_output(&folder, "decode cut.npz", "out.npy", DATA, &["npz"]);
}

#[test]
fn spikes_that_cannot_be_decoded() {
    let folder = prepared();
    folder.write("narrow.npy", npy(&[5, 3], &noise(15)));
    folder.write("short.npy", npy(&[4, 4], &noise(16)));
    folder.write("nan.npy", npy(&[5, 4], &[f64::NAN; 20]));
    folder.done("encode x.npy --seed 7 --scheme temporal_ttfs -o t.spk");
    folder.done("encode x.npy --seed 7 -o x.csv");
    let text = String::from_utf8(folder.read("x.csv")).expect("a csv is text");
    let (opening, rest) = text.split_once('\n').expect("a csv has lines");
    let (mark, json) = opening.split_at(opening.find('{').expect("the first line holds JSON"));
    let mut json: serde_json::Value = serde_json::from_str(json).expect("the first line holds JSON");
    json["header"]["encoding"] = serde_json::Value::Null;
    folder.write("bare.csv", format!("{mark}{json}\n{rest}"));
    folder.done("cat bare.csv -o bare.spk");
    folder.done("inspect bare.spk");
    let cases: [(&str, i32, &[&str]); 11] = [
        ("decode x.spk --against narrow.npy", DATA, &["values in a sample", "4 in x.spk", "3 in narrow.npy"]),
        ("decode x.spk --against short.npy", DATA, &["fewer samples", "5 in x.spk", "4 in short.npy"]),
        ("decode x.spk --against nan.npy", DATA, &["sample 0, channel 0 is NaN"]),
        ("decode x.spk --against missing.npy", DATA, &["missing.npy"]),
        ("decode bare.spk", USAGE, &["carries no encoding"]),
        ("decode x.spk --method time_to_first_spike", USAGE, &["time_to_first_spike does not decode rate_poisson"]),
        ("decode t.spk --method spike_count", USAGE, &["does not decode temporal_ttfs", "use time_to_first_spike"]),
        ("decode x.spk --method guess", USAGE, &["guess", "spike_count", "bayesian_mle"]),
        ("decode t.spk --count-formula plain", USAGE, &["does not decode temporal_ttfs"]),
        ("decode x.spk --count-formula plain --method time_to_first_spike", USAGE, &["--count-formula"]),
        ("decode x.spk --count-formula plain --method guess", USAGE, &["guess"]),
    ];
    for (line, code, words) in cases {
        refused_output(&folder, line, "out.npy", code, words);
    }
    refused_output(&folder, "decode x.spk", "out.txt", USAGE, &[".npy, .csv"]);
    refused(&folder, "decode x.spk -o - --json", USAGE, &["--json"]);
}

#[test]
fn files_that_do_not_join() {
    let folder = prepared();
    for i in 0..3 {
        folder.done(&format!("encode x.npy --seed 7 --shard {i}/3 -o {i}.spk"));
    }
    folder.done("encode x.npy --seed 8 --shard 1/3 -o other.spk");
    folder.done("encode x.npy --seed 7 --shard 1/3 --dt-ms 0.5 -o coarse.spk");
    let whole = folder.read("1.spk");
    folder.write("cut.spk", &whole[..whole.len() - 9]);
    let cases: [(&str, &[&str]); 7] = [
        ("0.spk other.spk 2.spk", &["seed 7 in 0.spk", "seed 8 in other.spk"]),
        ("0.spk coarse.spk 2.spk", &["different headers", "coarse.spk"]),
        ("0.spk 2.spk", &["samples do not follow", "2.spk"]),
        ("1.spk 0.spk", &["samples do not follow", "0.spk"]),
        ("0.spk 0.spk", &["samples do not follow"]),
        ("0.spk cut.spk 2.spk", &["cut.spk", "cut off"]),
        ("0.spk missing.spk", &["missing.spk"]),
    ];
    for (files, words) in cases {
        for output in ["out.spk", "out.npz", "out.csv"] {
            refused_output(&folder, &format!("cat {files}"), output, DATA, words);
        }
    }
    folder.done("cat 0.spk 1.spk 2.spk -o out.spk");
    refused(&folder, "cat 0.spk -o out.txt", USAGE, &["spk, npz, csv"]);
}
