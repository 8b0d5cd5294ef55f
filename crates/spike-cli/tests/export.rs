//! `spike export` to simulators and `spike import` of what they recorded.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, number};

const TARGETS: [&str; 6] = ["brian2", "nest", "pynn", "lava", "nengo", "torch"];

/// Three digits, 784 neurons, 500 steps.
fn digits() -> Folder {
    let folder = Folder::new();
    let line = format!("encode {CALIBRATION} --scheme rate_poisson --time-window-ms 50 --max-firing-rate-hz 300");
    folder.done(&format!("{line} --shard 0/666 --seed 7 -o d.spk"));
    folder
}

/// Lines of spikes of a csv.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("csv is text");
    text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
}

#[test]
fn every_target_has_an_archive_and_a_script() {
    let folder = digits();
    let spikes = number(&folder.done("inspect d.spk --json").json(), "num_spikes");
    for target in TARGETS {
        let report = folder.done(&format!("export d.spk --to {target} -o feeds --json")).json();
        assert_eq!((report["target"].as_str(), number(&report, "num_spikes")), (Some(target), spikes));
        assert_eq!((number(&report, "seed"), report["scheme"].as_str()), (7.0, Some("rate_poisson")));
        assert_eq!((number(&report["grid"], "moved"), number(&report, "num_rows")), (0.0, 3.0 * 784.0));
        let script = String::from_utf8(folder.read(&format!("feeds/feed_{target}.py"))).expect("a script is text");
        assert!(script.contains(&format!("feed_{target}.npz")), "{target}");
        assert!(folder.read(&format!("feeds/feed_{target}.npz")).starts_with(b"PK"), "{target}");
        assert_eq!(report["array"], format!("feeds/feed_{target}.npz"));
    }
    let text = folder.done("export d.spk --to nest --in-sequence -o feeds").text();
    assert!(text.contains("3 samples of 784 neurons in sequence") && text.contains("seed 7"), "{text}");
    assert!(text.contains("run it: python3 feeds/feed_nest.py"), "{text}");
    assert_eq!(folder.names(), ["d.spk", "feeds"]);
}

#[test]
fn a_feed_comes_back() {
    let folder = digits();
    folder.done("cat d.spk -o d.csv");
    for line in ["--to brian2", "--to nest", "--to pynn --in-sequence", "--to nest --shift-steps 30"] {
        folder.done(&format!("export d.spk {line} -o f"));
        let target = line.split(' ').nth(1).expect("a name");
        let report = folder.done(&format!("import f/feed_{target}.npz -o back.csv --json")).json();
        assert_eq!(number(&report["grid"], "moved"), 0.0, "{line}");
        assert_eq!(lines(&folder.read("back.csv")), lines(&folder.read("d.csv")), "{line}");
    }
    folder.done("export d.spk --to brian2 --sample 1 -o one");
    folder.done("import one/feed_brian2.npz -o one.csv");
    let second: Vec<String> = lines(&folder.read("d.csv")).into_iter().filter(|l| l.starts_with("1,")).collect();
    assert_eq!(lines(&folder.read("one.csv")), second);
    // The same by way of pipes.
    let piped = folder.run_on("export - --to nest -o piped", &folder.read("d.spk"));
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
    let back = folder.run_on("import - -o - --format csv", &folder.read("piped/feed_nest.npz"));
    assert_eq!(lines(&back.stdout), lines(&folder.read("d.csv")));
}

#[test]
fn the_rule_is_reported() {
    let folder = digits();
    let line = "export d.spk --to brian2 --dt-ms 5 --grid floor --duplicates merge -o f --json";
    let report = folder.done(line).json();
    let merged = number(&report["grid"], "merged");
    assert!(merged > 0.0 && number(&report["grid"], "moved") > merged, "{report}");
    assert_eq!((number(&report, "num_steps"), number(&report["grid"], "max_shift_ms")), (10.0, 4.9));
    assert_eq!((report["grid_rule"].as_str(), report["duplicates"].as_str()), (Some("floor"), Some("merge")));
}

#[test]
fn what_is_refused_leaves_no_output() {
    let folder = digits();
    let whole = folder.read("d.spk");
    folder.write("cut.spk", &whole[..whole.len() - 40]);
    folder.write("noise.npz", "no archive");
    folder.write("file", "");
    let before = folder.names();
    for (line, code, words) in [
        ("export d.spk --to neuron -o f", 2, "brian2, nest, pynn, lava, nengo, torch"),
        ("export d.spk --to nest -o -", 2, "give a folder"),
        ("export d.spk --to nest -o file", 5, "it is a file"),
        ("export d.spk --to nest -o no/where", 5, "cannot write no/where"),
        ("export absent.spk --to nest -o f", 3, "absent.spk"),
        ("export cut.spk --to nest -o f", 3, "cut off"),
        ("export d.spk --to nest --sample 3 -o f", 3, "samples 3..4 asked, the file holds 0..3"),
        ("export d.spk --to nest --sample x -o f", 2, "a whole number from 0, or all"),
        ("export d.spk --to nest --dt-ms 1 -o f", 3, "choose floor, round or ceil"),
        ("export d.spk --to nest --dt-ms 5 --grid ceil -o f", 3, "choose merge or a smaller dt"),
        ("export d.spk --to nest --dt-ms 0.0005 -o f", 2, "--dt-ms 0.001"),
        ("export d.spk --to nest --dt-ms -1 -o f", 2, "-1"),
        ("export d.spk --to nest --grid up -o f", 2, "floor, round, ceil, exact"),
        ("export d.spk --to pynn --shift-steps 1 -o f", 2, "shift by at least 2"),
        ("export d.spk --to torch --in-sequence -o f", 2, "axis of samples"),
        ("export d.spk --to nest --lava-element int32 -o f", 2, "Lava only"),
        ("import noise.npz -o f.spk", 3, "noise.npz"),
        ("import absent.npz -o f.spk", 3, "absent.npz"),
        ("import noise.npz -o f.txt", 2, "spk, npz, csv"),
        ("import noise.npz -o - --json", 2, "--json"),
        ("import noise.npz -o f.spk --dt-ms 1", 2, "--window-ms"),
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{line}: {}", run.stderr);
        assert_eq!(folder.names(), before, "{line}");
    }
}

#[test]
fn a_silent_file_and_a_foreign_record() {
    let folder = Folder::new();
    folder.write("zero.csv", "0,0,0\n0,0,0\n");
    folder.done("encode zero.csv --scheme rate_poisson --seed 1 -o silent.spk");
    for target in TARGETS {
        let report = folder.done(&format!("export silent.spk --to {target} -o f --json")).json();
        assert_eq!((number(&report, "num_spikes"), number(&report, "shift_steps")), (0.0, 0.0));
    }
    folder.done("import f/feed_nest.npz -o back.csv");
    assert!(lines(&folder.read("back.csv")).is_empty());
    let run = folder.run("import f/feed_nest.npz --neurons 3 -o twice.spk");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("leave out --neurons"), "{}", run.stderr);
}
