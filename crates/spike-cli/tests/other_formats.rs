//! Spikes as SONATA, and values on a grid of pixels as camera events.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, noise, npy, number};

/// The rows `sample,neuron,step` of a csv of spikes.
fn spikes(folder: &Folder, name: &str) -> Vec<[i64; 3]> {
    rows(folder, name).into_iter().map(|row| row.try_into().expect("three columns")).collect()
}

fn rows(folder: &Folder, name: &str) -> Vec<Vec<i64>> {
    let text = String::from_utf8(folder.read(name)).expect("csv is text");
    let lines: Vec<&str> = text.lines().skip(2).collect();
    let numbers = |line: &&str| line.split(',').map(|field| field.parse().expect("a number")).collect();
    lines[..lines.len() - 1].iter().map(numbers).collect()
}

#[test]
fn sonata_keeps_samples_and_encoding() {
    let folder = Folder::new();
    folder.write("in.npy", npy(&[5, 12], &noise(60)));
    folder.done("encode in.npy -o direct.spk --seed 7");
    folder.done("encode in.npy -o out.h5 --seed 7");
    folder.done("transcode out.h5 back.spk");
    assert!(folder.read("back.spk") == folder.read("direct.spk"));
    folder.done("transcode direct.spk again.h5");
    assert!(folder.read("again.h5") == folder.read("out.h5"));
    let report = folder.done("inspect out.h5 --json").json();
    assert_eq!((number(&report, "num_samples"), number(&report, "num_neurons")), (5.0, 12.0));
    folder.done("decode out.h5 -o values.npy");
}

/// A file of another program: the dump without what only we write into it would need another writer, so that the
/// name of the record is spoilt in place.
fn foreign(folder: &Folder) {
    let mut bytes = folder.read("out.h5");
    let at = bytes.windows(12).position(|part| part == b"spike_header").expect("the record has a name");
    bytes[at] = b'x';
    folder.write("damaged.h5", &bytes);
}

#[test]
fn a_damaged_file_and_wrong_options_are_refused() {
    let folder = Folder::new();
    folder.write("in.npy", npy(&[1, 4], &noise(4)));
    folder.done("encode in.npy -o out.h5 --seed 7");
    foreign(&folder);
    let run = folder.run("transcode damaged.h5 x.spk");
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    for (line, code) in [
        ("transcode out.h5 x.spk --population cells", 3),
        ("transcode out.h5 x.spk --size 3x3", 2),
        ("transcode out.h5 x.spk --rounding up", 2),
        ("transcode out.h5 x.spk --dt-ms 0", 2),
        ("transcode x.spk y.h5 --dt-ms 1", 2),
        ("transcode none.h5 x.spk", 3),
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
    }
    assert_eq!(folder.names(), ["damaged.h5", "in.npy", "out.h5"]);
}

#[test]
fn values_on_pixels_become_events() {
    let folder = Folder::new();
    let (height, width) = (3, 5);
    folder.write("in.npy", npy(&[2, height, width], &noise(2 * height * width)));
    folder.done("encode in.npy -o spikes.csv --seed 3");
    let spikes = spikes(&folder, "spikes.csv");
    // Times in µs: 1000 steps of 100 µs a sample.
    let mut expected: Vec<Vec<i64>> = spikes
        .iter()
        .map(|&[sample, neuron, step]| {
            vec![(sample * 1000 + step) * 100, neuron % width as i64, neuron / width as i64, 1]
        })
        .collect();
    expected.sort_by_key(|row| (row[0], row[2], row[1]));
    assert!(expected.len() > 100);
    for output in
        ["a.aedat4", "a.dat", "a.es", "a.raw --format evt3", "a.raw --format evt2", "a.aedat --format aedat31"]
    {
        let report = folder.done(&format!("encode in.npy -o {output} --seed 3 --json")).json();
        assert_eq!(number(&report, "num_events") as usize, expected.len(), "{output}");
        let name = output.split(' ').next().expect("a name");
        folder.done(&format!("transcode {name} events.csv"));
        assert_eq!(rows(&folder, "events.csv"), expected, "{output}");
    }
}

#[test]
fn what_has_no_pixels_makes_no_events() {
    let folder = Folder::new();
    folder.write("flat.npy", npy(&[2, 15], &noise(30)));
    folder.write("image.npy", npy(&[2, 3, 5], &noise(30)));
    for (line, words) in [
        ("encode flat.npy -o a.aedat4", "(height, width)"),
        ("encode image.npy -o a.aedat4 --scheme population_gaussian", "several neurons"),
        ("encode image.npy -o a.raw", "evt2 or evt3"),
        ("encode image.npy -o a.aedat4 --shard 0/2 --seed 1", "--shard"),
        ("encode image.npy -o a.aedat4 --dt-ms 0.0005 --time-window-ms 1", "0.001"),
        ("encode image.npy -o a.xyz", "spk"),
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, Some(2), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{line}: {}", run.stderr);
    }
    assert_eq!(folder.names(), ["flat.npy", "image.npy"]);
}
