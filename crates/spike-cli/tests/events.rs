//! Frames to camera events and back through the binary.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, npy, npy_of, number};
use std::process::Command;

const USAGE: i32 = 2;
const DATA: i32 = 3;
const DVS: &str = "--scheme contrast_dvs_pixel --seed 5";

/// 12 frames of 20 × 30: a bright bar that moves over a gradient, in grey levels.
fn bar() -> Vec<u8> {
    let pixel = |i: usize| {
        let (t, x) = (i / 600, i % 30);
        if (2 * t..2 * t + 5).contains(&x) { 220 } else { 40 + 3 * x as u8 }
    };
    (0..12 * 600).map(pixel).collect()
}

/// A folder with the bar as npy, as idx and as png files.
fn prepared() -> Folder {
    let folder = Folder::new();
    folder.write("bar.npy", npy_of("|u1", &[12, 20, 30], &bar()));
    let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 20, 0, 0, 0, 30];
    idx.extend(bar());
    folder.write("bar.idx", idx);
    for (k, frame) in bar().chunks(600).enumerate() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 30, 20);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("memory takes it");
        writer.write_image_data(frame).expect("the data are those of the size");
        writer.finish().expect("memory takes it");
        folder.write(&format!("bar{k:02}.png"), bytes);
    }
    folder
}

/// Everything after the header, which names the input.
fn lines(folder: &Folder, name: &str) -> String {
    let text = String::from_utf8(folder.read(name)).expect("a csv is text");
    text.split_once('\n').expect("a csv has lines").1.to_owned()
}

#[test]
fn every_kind_of_video_gives_the_same_events() {
    let folder = prepared();
    let report = folder.done(&format!("encode bar.npy {DVS} --frame-interval-us 10000 -o a.csv --json")).json();
    for (field, expected) in [
        ("num_frames", 12.0),
        ("width", 30.0),
        ("height", 20.0),
        ("seed", 5.0),
        ("start_us", 0.0),
        ("duration_us", 110_000.0),
    ] {
        assert_eq!(number(&report, field), expected, "{field}");
    }
    let text = lines(&folder, "a.csv");
    assert!(text.starts_with("t_us,x,y,polarity\n"));
    let events: Vec<Vec<i64>> = text
        .lines()
        .skip(1)
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split(',').map(|f| f.parse().expect("a number")).collect())
        .collect();
    assert_eq!(events.len() as f64, number(&report, "num_events"));
    assert_eq!(number(&report, "num_on") + number(&report, "num_off"), number(&report, "num_events"));
    assert!(events.windows(2).all(|w| (w[0][0], w[0][2], w[0][1]) <= (w[1][0], w[1][2], w[1][1])));
    // The bar moves: its front sends ON, its back OFF, in every row alike.
    let of_row = |y: i64| events.iter().filter(|e| e[2] == y).map(|e| (e[0], e[1], e[3])).collect::<Vec<_>>();
    assert!((1..20).all(|y| of_row(y) == of_row(0)) && !of_row(0).is_empty());

    folder.done(&format!("encode bar.idx {DVS} --frame-rate-hz 100 -o b.csv"));
    assert_eq!(lines(&folder, "b.csv"), text);
    let files: Vec<String> = (0..12).map(|k| format!("bar{k:02}.png")).collect();
    folder.done(&format!("encode {} {DVS} --frame-rate-hz 100 -o c.csv --threads 1", files.join(" ")));
    assert_eq!(lines(&folder, "c.csv"), text);
    let piped = folder.done(&format!("encode bar.npy {DVS} --frame-rate-hz 100 -o -"));
    assert!(piped.stdout == folder.read("a.csv") && piped.stderr.contains("seed 5"));
}

#[test]
fn what_a_file_of_events_holds() {
    let folder = prepared();
    let report = folder.done(&format!("encode bar.npy {DVS} --threshold-sd 0.05 --frame-rate-hz 100 -o a.npz --json"));
    folder.done(&format!("encode bar.npy {DVS} --threshold-sd 0.05 --frame-rate-hz 100 -o a.csv"));
    let report = report.json();
    let found = folder.done("inspect a.npz --json").json();
    assert_eq!(folder.done("inspect a.csv --json").json(), found);
    for field in
        ["scheme", "seed", "width", "height", "num_events", "num_on", "num_off", "duration_us", "event_rate_hz"]
    {
        assert_eq!(found[field], report[field], "{field}");
    }
    let shares = number(&found, "on_share") + number(&found, "off_share");
    assert!((shares - 1.0).abs() < 1e-12);
    assert_eq!(number(&found, "pixel_rate_hz"), number(&found, "event_rate_hz") / 600.0);
    assert!(number(&found, "active_pixels") > 100.0 && number(&found, "active_pixels") <= 600.0);
    assert_eq!(found["record"]["options"]["threshold_sd"], 0.05);
    let text = folder.done("inspect a.csv").text();
    for words in ["camera events", "30 x 20", "bar.npy", "ON", "OFF", "110000 us from 0"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    // What a file holds is told by its content, not by its name.
    std::fs::rename(folder.path("a.csv"), folder.path("events.txt")).expect("a file can be renamed");
    assert_eq!(folder.done("inspect events.txt --json").json(), found);
    let bytes = folder.read("events.txt");
    assert_eq!(folder.run_on("inspect - --json", &bytes).json(), found);
    if cfg!(unix) {
        // A pipe by name cannot be read twice.
        assert_eq!(folder.run_on("inspect /dev/stdin --json", &bytes).json(), found);
        folder.done("encode bar.npy --seed 1 -o spikes.csv");
        let spikes = folder.read("spikes.csv");
        let run = folder.run_on("inspect /dev/stdin --format csv --json", &spikes);
        assert_eq!(run.json(), folder.done("inspect spikes.csv --json").json(), "{}", run.stderr);
    }
}

#[test]
fn frames_come_back() {
    let folder = prepared();
    folder.done(&format!("encode bar.npy {DVS} --frame-rate-hz 100 --on-threshold 0.02 --off-threshold 0.02 -o a.npz"));
    let back = "--frame-rate-hz 100 --first-frame bar.npy --against bar.npy --json";
    let decoded = folder.done(&format!("decode a.npz {back} -o back.npy")).json();
    assert!(number(&decoded, "reconstruction_r2") > 0.999, "{decoded}");
    assert_eq!((&decoded["method"], &decoded["scheme"]), (&"reconstruction".into(), &"contrast_dvs_pixel".into()));
    assert_eq!(number(&decoded, "num_frames"), 12.0);
    let bytes = folder.read("back.npy");
    let values: Vec<f64> =
        bytes[bytes.len() - 12 * 600 * 8..].as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    // In grey levels: ln(x + 0.001) is within 0.02, x scaled by the range of 40 to 220.
    for (found, original) in values.iter().zip(bar()) {
        let scale = |v: f64| ((v - 40.0) / 180.0 + 0.001).ln();
        assert!((scale(*found) - scale(f64::from(original))).abs() < 0.0201, "{found} {original}");
    }
    let blind = folder.done("decode a.npz --frame-interval-us 10000 --against bar.npy --json");
    assert!(blind.stderr.contains("mid-grey"), "{}", blind.stderr);
    assert!(number(&blind.json(), "reconstruction_r2") < 0.9);
    // Frames at other times than those of the video.
    let decoded =
        folder.done("decode a.npz --frame-interval-us 7000 --first-frame bar00.png -o back.csv --json").json();
    assert_eq!(number(&decoded, "num_frames"), 16.0);
    assert_eq!(String::from_utf8(folder.read("back.csv")).expect("text").lines().count(), 16);
}

#[test]
fn what_is_refused() {
    let folder = prepared();
    folder.write("one.npy", npy(&[1, 4, 5], &[0.5; 20]));
    folder.write("flat.npy", npy(&[4, 5], &[0.5; 20]));
    folder.write("small.npy", npy(&[2, 4, 5], &[0.5; 40]));
    folder.write("nan.npy", npy(&[2, 2, 1], &[0.5, 0.5, 0.5, f64::NAN]));
    folder.write("wide.npy", npy(&[2, 2, 1], &[0.5, 0.5, 0.5, 1.5]));
    folder.done(&format!("encode bar.npy {DVS} --frame-rate-hz 100 -o e.csv"));
    folder.done("encode flat.npy --seed 1 -o x.spk");
    let text = String::from_utf8(folder.read("e.csv")).expect("a csv is text");
    folder.write("cut.csv", &text[..text.len() - 90]);
    folder.write("order.csv", text.replacen("polarity\n", "polarity\n9", 1));
    let (header, rest) = text.split_once('\n').expect("a csv has lines");
    let (mark, json) = header.split_at(header.find('{').expect("the header holds JSON"));
    let mut json: serde_json::Value = serde_json::from_str(json).expect("the header holds JSON");
    json["record"] = serde_json::Value::Null;
    folder.write("bare.csv", format!("{mark}{json}\n{rest}"));
    folder.done("inspect bare.csv");
    let rate = format!("{DVS} --frame-rate-hz 100");
    let encode = |inputs: &str, options: &str| format!("encode {inputs} {options} -o out.csv");
    for (line, code, words) in [
        (encode("bar.npy", DVS), USAGE, "--frame-rate-hz or --frame-interval-us"),
        (encode("bar.npy", &format!("{rate} --frame-interval-us 5")), USAGE, "either"),
        (encode("bar.npy", &format!("{DVS} --frame-rate-hz 0")), USAGE, "frame_rate_hz is 0"),
        (encode("bar.npy", &format!("{rate} --shard 0/2")), USAGE, "--shard"),
        (encode("bar.npy", &format!("{rate} --batch-size 2")), USAGE, "--batch-size"),
        (encode("bar.npy", &format!("{rate} --dt-ms 1")), USAGE, "--dt-ms does not apply"),
        (encode("bar.npy", &format!("{rate} --jitter-ms 1")), USAGE, "--jitter-ms does not apply"),
        (encode("bar.npy", &format!("{rate} --on-threshold 0")), USAGE, "on_threshold is 0"),
        (encode("bar.npy", &format!("{rate} --log-offset 2")), USAGE, "log_offset is 2"),
        (encode("bar.npy", &format!("{rate} --norm none")), DATA, "outside [0, 1]"),
        (encode("one.npy", &rate), DATA, "1 frames"),
        (encode("flat.npy", &rate), DATA, "flat.npy has shape [4, 5]"),
        (encode("@audio/1_jackson_0.wav", &rate), DATA, "frames of one channel"),
        (
            encode("bar00.png @images/coins.png", &rate),
            DATA,
            "size of frames: 30 x 20 in bar00.png, 384 x 303 in coins.png",
        ),
        (encode("bar.npy missing.npy", &rate), DATA, "missing.npy"),
        (encode("nan.npy", &rate), DATA, "sample 1, channel 1 is NaN"),
        (encode("wide.npy", &format!("{rate} --norm none")), DATA, "sample 1, channel 1 is 1.5"),
        (format!("encode bar.npy {rate} -o out.spk"), USAGE, ".csv, .npz"),
        (format!("encode bar.npy {rate} -o out.csv --format aedat"), USAGE, "eventcsv, eventnpz"),
        ("decode e.csv".to_owned(), USAGE, "--frame-rate-hz or --frame-interval-us"),
        ("decode e.csv --frame-rate-hz 9 --method phase".to_owned(), USAGE, "camera events are integrated"),
        (
            "decode e.csv --frame-rate-hz 100 --first-frame small.npy".to_owned(),
            DATA,
            "the frame is 5 x 4, the sensor 30 x 20",
        ),
        ("decode e.csv --frame-rate-hz 100 --against small.npy".to_owned(), DATA, "the sensor 30 x 20"),
        ("decode e.csv --frame-rate-hz 50 --against bar.npy".to_owned(), DATA, "number of frames"),
        ("decode bare.csv --frame-rate-hz 100".to_owned(), USAGE, "carries no encoding"),
        ("inspect cut.csv".to_owned(), DATA, "cut off"),
        ("inspect order.csv".to_owned(), DATA, "precedes"),
        ("inspect x.spk --format eventcsv".to_owned(), DATA, "x.spk"),
        ("plot e.csv".to_owned(), USAGE, "e.csv holds camera events"),
        ("cat e.csv -o out.csv".to_owned(), USAGE, "e.csv holds camera events"),
    ] {
        let run = folder.run(&line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{line}: {words:?} is not in {}", run.stderr);
    }
    assert!(!folder.names().iter().any(|n| n.starts_with("out") || n.starts_with(".spike")), "{:?}", folder.names());
}

#[test]
fn an_output_appears_when_it_is_complete() {
    let folder = prepared();
    // The second frame is refused when the first is written.
    folder.write("late.npy", npy(&[3, 1, 1], &[0.5, 0.7, 1.5]));
    folder.write("out.csv", "a good file of that name");
    let run = folder.run(&format!("encode late.npy {DVS} --norm none --frame-rate-hz 10 -o out.csv"));
    assert_eq!(run.code, Some(DATA), "{}", run.stderr);
    assert_eq!(folder.read("out.csv"), b"a good file of that name");
    if let Ok(true) = std::path::Path::new("/dev/full").try_exists() {
        let mut command: Command = folder.command(&format!("encode bar.npy {DVS} --frame-rate-hz 10 -o /dev/full"));
        command.arg("--format").arg("eventcsv");
        let run = binary::finish(command);
        assert_eq!(run.code, Some(5), "{}", run.stderr);
    }
}
