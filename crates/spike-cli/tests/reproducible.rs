//! The same bytes with any number of threads, any batch size, from shards, through streams and with a drawn seed.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, noise, npy};

const NORMALISERS: [&str; 3] = ["minmax", "per_channel", "percentile"];
const SCHEMES: [&str; 2] = ["rate_poisson", "temporal_ttfs"];

/// A folder with `x.npy`: 61 samples of 7 channels, each with a range of its own, and the last one constant.
fn small() -> Folder {
    let folder = Folder::new();
    let value = |(i, v): (usize, f64)| if i % 7 == 6 { 3.0 } else { (v - 0.4) * 10f64.powi((i % 7) as i32 - 3) };
    let values: Vec<f64> = noise(61 * 7).into_iter().enumerate().map(value).collect();
    folder.write("x.npy", npy(&[61, 7], &values));
    folder
}

/// Encodes `x.npy` with seed 7 and returns the bytes of the file.
fn encoded(folder: &Folder, options: &str) -> Vec<u8> {
    folder.done(&format!("encode x.npy --seed 7 -o x.spk {options}"));
    folder.read("x.spk")
}

/// Encodes the shards of `input` and joins them.
fn joined(folder: &Folder, input: &str, options: &str, count: usize, extension: &str) -> Vec<u8> {
    let parts: Vec<String> = (0..count).map(|i| format!("part{i}.{extension}")).collect();
    for (i, part) in parts.iter().enumerate() {
        folder.done(&format!("encode {input} --seed 7 --shard {i}/{count} -o {part} {options}"));
    }
    folder.done(&format!("cat {} -o joined.spk", parts.join(" ")));
    folder.read("joined.spk")
}

#[test]
fn threads_and_batch_sizes_change_no_byte() {
    let folder = small();
    for scheme in SCHEMES {
        for norm in NORMALISERS {
            let base = format!("--scheme {scheme} --norm {norm} --jitter-ms 0.3");
            let whole = encoded(&folder, &base);
            for how in
                ["--threads 1", "--threads 2", "--batch-size 1", "--batch-size 7 --threads 2", "--batch-size 1000"]
            {
                assert!(encoded(&folder, &format!("{base} {how}")) == whole, "{base} {how}");
            }
        }
    }
    let again = encoded(&folder, "");
    folder.done("encode x.npy --seed 8 -o other.spk");
    assert!(folder.read("other.spk") != again, "another seed gives other spikes");
}

#[test]
fn shards_join_to_the_whole() {
    let folder = small();
    for scheme in SCHEMES {
        for norm in NORMALISERS {
            let options = format!("--scheme {scheme} --norm {norm}");
            let whole = encoded(&folder, &options);
            for count in [1, 3, 4] {
                assert!(joined(&folder, "x.npy", &options, count, "spk") == whole, "{options}, {count} shards");
            }
            assert!(joined(&folder, "x.npy", &options, 2, "csv") == whole, "{options}, shards in csv");
            assert!(joined(&folder, "x.npy", &options, 2, "npz") == whole, "{options}, shards in npz");
        }
    }
}

#[test]
fn more_shards_than_samples() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[2, 3], &noise(6)));
    let whole = encoded(&folder, "");
    // The shards 0/4 and 2/4 are empty.
    for extension in ["csv", "npz", "spk"] {
        assert!(joined(&folder, "x.npy", "", 4, extension) == whole, "{extension}");
    }
}

#[test]
fn digits_in_shards_on_one_and_two_threads() {
    let folder = Folder::new();
    folder.done(&format!("encode {CALIBRATION} --seed 7 --threads 2 -o x.spk"));
    let whole = folder.read("x.spk");
    folder.done(&format!("encode {CALIBRATION} --seed 7 --threads 1 --batch-size 1 -o y.spk"));
    assert!(folder.read("y.spk") == whole, "one thread, one sample at a time");
    assert!(joined(&folder, CALIBRATION, "", 4, "spk") == whole, "four shards");
}

#[test]
fn decoded_values_do_not_depend_on_threads_or_shards() {
    let folder = small();
    encoded(&folder, "");
    folder.done("decode x.spk -o a.npy --threads 1");
    folder.done("decode x.spk -o b.npy --threads 2");
    assert!(folder.read("a.npy") == folder.read("b.npy"));
    folder.done("decode x.spk -o whole.csv");
    let mut parts = Vec::new();
    for i in 0..3 {
        folder.done(&format!("encode x.npy --seed 7 --shard {i}/3 -o part.spk"));
        folder.done("decode part.spk -o part.csv");
        parts.extend(folder.read("part.csv"));
    }
    assert!(folder.read("whole.csv") == parts);
}

#[test]
fn a_drawn_seed_is_printed_and_makes_the_file_again() {
    let folder = small();
    let run = folder.done("encode x.npy -o drawn.spk");
    let text = run.text();
    let (_, seed) = text.trim_end().rsplit_once("seed ").expect("the seed is printed");
    folder.done(&format!("encode x.npy --seed {seed} -o again.spk"));
    assert!(folder.read("drawn.spk") == folder.read("again.spk"));
    let report = folder.done("inspect drawn.spk --json").json();
    assert_eq!(report["seed"].to_string(), seed);

    let other = folder.done("encode x.npy -o other.spk --json").json();
    assert!(other["seed"].is_u64());
    assert_ne!(other["seed"].to_string(), seed, "every run draws its own");
    let streamed = folder.done("encode x.npy -o -");
    assert!(streamed.stderr.contains("seed "), "the seed goes where the spikes do not: {}", streamed.stderr);
}

#[test]
fn streams_carry_the_same_bytes() {
    let folder = small();
    let values = folder.read("x.npy");
    for scheme in SCHEMES {
        let spikes = folder.run_on(&format!("encode - --input-format npy --scheme {scheme} --seed 7 -o -"), &values);
        assert_eq!(spikes.code, Some(0), "{}", spikes.stderr);
        assert!(spikes.stderr.contains("seed 7"));
        // Without a name to go by, the first bytes tell the format.
        let unnamed = folder.run_on(&format!("encode - --scheme {scheme} --seed 7 -o -"), &values);
        assert!(unnamed.stdout == spikes.stdout);
        let decoded = folder.run_on("decode - -o -", &spikes.stdout);
        assert_eq!(decoded.code, Some(0), "{}", decoded.stderr);
        encoded(&folder, &format!("--scheme {scheme}"));
        folder.done("decode x.spk -o back.npy");
        assert!(folder.read("back.npy") == decoded.stdout, "{scheme}");

        let report = folder.run_on("inspect - --json", &spikes.stdout).json();
        let file = folder.done("inspect x.spk --json").json();
        assert_eq!(report["num_spikes"], file["num_spikes"]);
        assert_eq!(report["source"], "standard input");

        let csv = folder.run_on("encode - --seed 7 -o - --format csv", &values);
        let back = folder.run_on("decode - --format csv -o back.csv", &csv.stdout);
        assert_eq!(back.code, Some(0), "{}", back.stderr);
        folder.done("cat x.spk -o copy.spk");
        assert!(folder.done("cat x.spk -o -").stdout == folder.read("copy.spk"));
        assert!(folder.read("copy.spk") == folder.read("x.spk"));
    }
}

#[test]
fn a_file_may_replace_what_it_was_made_from() {
    let folder = small();
    let whole = encoded(&folder, "");
    folder.done("cat x.spk -o x.spk");
    assert!(folder.read("x.spk") == whole);
    assert_eq!(folder.names(), ["x.npy", "x.spk"]);
}

#[test]
fn no_colour_and_no_progress_where_nobody_looks() {
    let folder = small();
    encoded(&folder, "");
    for line in ["plot x.spk", "schemes", "inspect x.spk", "decode x.spk", "encode x.npy --seed 7 -o x.spk"] {
        let mut command = folder.command(line);
        command.env("NO_COLOR", "1");
        let plain = binary::finish(command);
        let usual = folder.done(line);
        assert_eq!(plain.stdout, usual.stdout, "{line}: no colour into a pipe anyway");
        assert!(!plain.stdout.contains(&0x1b) && !usual.stderr.contains('\x1b'), "{line}");
        assert!(!usual.stderr.contains("left}") && !usual.stderr.contains("samples,"), "{line}: {}", usual.stderr);
    }
}
