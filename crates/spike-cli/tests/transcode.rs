//! `spike transcode` between all formats of camera events, and `spike inspect` of recordings.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, number};
use std::fs;
use std::path::PathBuf;

/// A file that another program wrote, with 600 events of 320 x 240 pixels.
fn golden(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../spike-io/tests/golden/events"));
    fs::read(folder.join(name)).expect("the golden file is in the repository")
}

/// Lines of a csv between header and totals.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("csv is text");
    let lines: Vec<String> = text.lines().skip(2).map(str::to_owned).collect();
    lines[..lines.len() - 1].to_vec()
}

#[test]
fn through_every_format_and_back() {
    let folder = Folder::new();
    folder.write("in.aedat4", golden("dense_aedat4_dv-processing-lz4.aedat4"));
    let chain = [
        ("in.aedat4", "a.raw --format evt3"),
        ("a.raw", "b.raw --format evt2"),
        ("b.raw", "c.dat"),
        ("c.dat", "d.aedat --format aedat2"),
        ("d.aedat", "e.aedat --format aedat31"),
        ("e.aedat", "f.es"),
        ("f.es", "g.npz"),
        ("g.npz", "h.aedat4 --compression zstd"),
        ("h.aedat4", "out.csv"),
    ];
    for (input, output) in chain {
        let report = folder.done(&format!("transcode {input} {output} --json")).json();
        assert_eq!((number(&report, "num_events"), number(&report, "width")), (600.0, 320.0), "{output}");
        assert_eq!(report["whole"], true);
        let path = output.split(' ').next().expect("a name");
        assert_eq!(number(&report, "output_bytes"), folder.read(path).len() as f64, "{output}");
    }
    let expected = lines(&golden("dense.csv"));
    assert_eq!(lines(&folder.read("out.csv")), expected);
    // The same by way of pipes, without a table of packets.
    let piped = folder.run_on("transcode - - --format aedat4", &folder.read("in.aedat4"));
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
    let again = folder.run_on("transcode - - --format csv", &piped.stdout);
    assert_eq!((lines(&again.stdout), again.code), (expected, Some(0)));
}

#[test]
fn what_is_left_out_is_counted() {
    let folder = Folder::new();
    folder.write("mixed.aedat4", golden("dense_aedat4_dv-processing-mixed.aedat4"));
    for line in ["transcode mixed.aedat4 out.dat --json", "inspect mixed.aedat4 --json"] {
        let report = folder.done(line).json();
        let left_out = ["triggers", "imu_samples", "frames", "other"].map(|key| number(&report["left_out"], key));
        assert_eq!((left_out, number(&report, "num_events")), ([5.0, 5.0, 5.0, 0.0], 600.0), "{line}");
    }
    let text = folder.done("transcode mixed.aedat4 out.dat").text();
    assert!(text.contains("left out: 5 triggers, 5 inertial samples, 5 frames"), "{text}");
}

#[test]
fn times_from_zero() {
    let folder = Folder::new();
    folder.write("in.aedat4", golden("dense_aedat4_dv-processing.aedat4"));
    let report = folder.done("transcode in.aedat4 out.csv --from-zero --json").json();
    let first: i64 = lines(&golden("dense.csv"))[0].split(',').next().and_then(|t| t.parse().ok()).expect("a time");
    assert!(first > 0);
    assert_eq!((number(&report, "time_shift_us"), number(&report, "start_us")), (-first as f64, 0.0));
    assert!(lines(&folder.read("out.csv"))[0].starts_with("0,"));
}

#[test]
fn recordings_are_inspected() {
    let folder = Folder::new();
    folder.write("faery.raw", golden("dense_evt3_faery.raw"));
    let report = folder.done("inspect faery.raw --json").json();
    assert_eq!((report["format"].as_str(), number(&report, "num_events")), (Some("evt3"), 600.0));
    assert_eq!((number(&report, "width"), number(&report, "out_of_order")), (320.0, 0.0));
    let text = folder.done("inspect faery.raw").text();
    assert!(text.contains("camera events, evt3") && text.contains("320 x 240"), "{text}");
    folder.write("bare.raw", golden("dense_evt2_expelliarmus.raw"));
    let text = folder.done("inspect bare.raw --format evt2").text();
    assert!(text.contains("not said; events reach to"), "{text}");
}

#[test]
fn what_is_refused_leaves_no_output() {
    let folder = Folder::new();
    folder.write("in.aedat4", golden("dense_aedat4_faery.aedat4"));
    folder.write("bare.raw", golden("dense_evt2_expelliarmus.raw"));
    folder.write("noise.raw", [1, 2, 3]);
    folder.write("late.csv", golden("edges.csv"));
    let before = folder.names();
    for (line, code, words) in [
        ("in.aedat4 out.raw", 2, "evt2 or evt3"),
        ("in.aedat4 out.xyz", 2, ".aedat4, .es"),
        ("in.aedat4 out.raw --format evt4", 2, "evt4"),
        ("in.aedat4 out.raw --format evt21", 3, "read but not written"),
        ("in.aedat4 out.bin", 3, "at most 256 x 256 pixels; this one has 320 x 240"),
        ("in.aedat4 out.dat --compression zstd", 2, "aedat4 only"),
        ("in.aedat4 out.dat --size 4x3", 2, "contradicts"),
        ("in.aedat4 out.dat --size 4", 2, "WIDTHxHEIGHT"),
        ("bare.raw out.dat --input-format evt2", 2, "--size"),
        ("bare.raw out.dat --input-format evt2 --size 9x9", 3, "outside the sensor"),
        ("noise.raw out.dat", 2, "--input-format"),
        ("absent.raw out.dat", 3, "absent.raw"),
    ] {
        let run = folder.run(&format!("transcode {line}"));
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{line}: {}", run.stderr);
        assert_eq!(folder.names(), before, "{line}");
    }
}

#[test]
fn a_recording_that_is_cut_off() {
    let folder = Folder::new();
    folder.write("in.aedat4", golden("dense_aedat4_faery.aedat4"));
    folder.done("transcode in.aedat4 whole.dat");
    let whole = folder.read("whole.dat");
    folder.write("cut.dat", &whole[..whole.len() - 803]);
    for (line, writes) in [
        ("inspect cut.dat", false),
        ("transcode cut.dat out.csv", false),
        ("transcode cut.dat out.csv --partial", true),
    ] {
        let run = folder.run(&format!("{line} --json"));
        assert_eq!(run.code, Some(3), "{line}");
        assert!(run.stderr.contains(&format!("cut off at byte {}", whole.len() - 808)), "{line}: {}", run.stderr);
        assert_eq!(folder.names().contains(&"out.csv".to_owned()), writes, "{line}");
        if line != "transcode cut.dat out.csv" {
            assert_eq!((&run.json()["whole"], number(&run.json(), "num_events")), (&false.into(), 499.0));
        }
    }
    assert_eq!(lines(&folder.read("out.csv")), lines(&golden("dense.csv"))[..499]);
}
