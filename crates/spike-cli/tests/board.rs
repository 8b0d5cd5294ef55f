//! `spike export --target` and `spike check`: networks in the integers of a board.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, number};
use spike_convert::{ConversionOptions, Dense, Graph, Layer, SpikingNetwork, Tensor};
use spike_hw::RecordReader;

const TEST: &str = "@mnist/t10k-images-idx3-ubyte.gz";
const LABELS: &str = "@mnist/t10k-labels-idx1-ubyte.gz";

/// A short run on few digits.
fn line(network: &str) -> String {
    format!(
        "export {network} --target loihi --calibration {CALIBRATION} --calibration-samples 100 --test {TEST} \
         --labels {LABELS} --test-samples 60 --timesteps 16 --record-samples 2"
    )
}

#[test]
fn a_network_becomes_a_folder() {
    let folder = Folder::new();
    for (dialect, files) in [
        ("lava", &["expected.npz", "input.records", "network.json", "network.npz", "run_lava.py"][..]),
        ("nengo-loihi", &["expected.npz", "input.records", "network.json", "network.npz"]),
    ] {
        let report =
            folder.done(&format!("{} --dialect {dialect} --json -o {dialect}", line("@models/mlp.onnx"))).json();
        let accuracy = |key: &str| number(&report, &format!("accuracy_{key}"));
        assert!(accuracy("original") > 0.95 && accuracy("float") > 0.95, "{report}");
        assert!((accuracy("float") - accuracy("integer")).abs() < 0.02, "{report}");
        assert_eq!((number(&report, "num_timesteps"), number(&report, "total_steps")), (16.0, 19.0));
        assert_eq!((number(&report, "num_wrapped"), number(&report, "num_test_samples")), (0.0, 60.0));
        assert_eq!((number(&report, "weight_bits"), number(&report, "num_neurons")), (8.0, 394.0));
        let layers = report["layers"].as_array().expect("a list");
        assert_eq!(layers.len(), 3);
        for layer in layers {
            assert!(number(layer, "rms_error") < 0.05 && number(layer, "range_share") < 0.65, "{layer}");
        }
        let substitutions: Vec<_> = report["substitutions"].as_array().expect("a list").iter().collect();
        assert_eq!(substitutions, ["input_spikes", "binary_spikes"]);
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path(dialect)).expect("a folder").collect::<Result<_, _>>().expect("entries");
        names.sort_by_key(std::fs::DirEntry::file_name);
        assert!(names.iter().map(std::fs::DirEntry::file_name).eq(files.iter().copied()), "{names:?}");

        let description: serde_json::Value =
            serde_json::from_slice(&folder.read(&format!("{dialect}/network.json"))).expect("JSON");
        assert_eq!(description["format"], "spike integer network");
        assert_eq!(description["populations"].as_array().map(Vec::len), Some(3));
        // The records are the input spikes of two samples, those of the biases included.
        let bytes = folder.read(&format!("{dialect}/input.records"));
        let mut records = RecordReader::new(bytes.as_slice()).expect("records");
        assert_eq!(records.header().num_steps, 2 * 19);
        let mut spikes = 0;
        while let Some(block) = records.next_block().expect("a whole file") {
            assert!(block.iter().all(|record| record.step < 38 && record.to.axon < 784 + 3));
            spikes += block.len();
        }
        let per_sample = number(&report, "input_spikes_per_sample");
        assert!((per_sample..4.0 * per_sample).contains(&(spikes as f64)), "{spikes} of {per_sample}");
    }
}

#[test]
fn a_converted_network_says_the_same() {
    let folder = Folder::new();
    folder.done(&format!(
        "convert @models/mlp.onnx --calibration {CALIBRATION} --calibration-samples 100 -o mlp.spikenet"
    ));
    let without_times = |network: &str| {
        let mut report = folder.done(&format!("{} --json -o {}", line(network), "board")).json();
        for key in ["model", "quantisation_time_s", "emulation_time_s"] {
            assert!(report.as_object_mut().is_some_and(|report| report.remove(key).is_some()), "{key}");
        }
        (report, folder.read("board/network.npz"), folder.read("board/expected.npz"))
    };
    assert_eq!(without_times("mlp.spikenet"), without_times("@models/mlp.onnx"));
    let text = folder.done(&format!("{} --bits 4 -o few", line("mlp.spikenet"))).text();
    for expected in
        ["% analog", "(binary ", "% in integers of lava", "rms error", "wrapped 0 times", "fits loihi1", "wrote few"]
    {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

#[test]
fn what_no_board_has_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    for (line, code, expected) in [
        (line("@models/rescnn.onnx"), 4, "known are dense layers"),
        (line("@models/mlp.onnx").replace("loihi", "truenorth"), 2, "allowed are loihi"),
        (line("@models/mlp.onnx").replace("--timesteps 16", "--timesteps 0"), 2, "num_steps is 0"),
        (format!("{} --bits 9", line("@models/mlp.onnx")), 2, "weight_bits is 9"),
        (format!("{} --grid floor", line("@models/mlp.onnx")), 2, "a network has none"),
        (format!("{} --input-scale 1", line("@models/mlp.onnx")), 3, "value"),
        (line("@models/none.onnx"), 3, "none.onnx"),
        (line(CALIBRATION), 2, "cannot tell the format"),
        ("export @models/mlp.onnx --target loihi".to_owned(), 2, "--calibration"),
        ("export @models/mlp.onnx".to_owned(), 2, "--target"),
    ] {
        let run = folder.run(&format!("{line} -o board"));
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{line}: {}", run.stderr);
        assert_eq!(folder.names(), [""; 0], "{line}");
    }
}

#[test]
fn boards_say_what_fits() {
    let folder = Folder::new();
    let report = folder.done("check @models/cnn_max.onnx --target loihi1 --json").json();
    assert_eq!((report["fits"].as_bool(), report["model"].as_str()), (Some(true), Some("cnn_max.onnx")));
    assert!(number(&report, "cores") > 1.0 && number(&report, "cores") <= 128.0, "{report}");
    let text = folder.done("check @models/mlp.onnx --target loihi2").text();
    for expected in ["fits loihi2 (Intel Loihi 2", "neurons a core", "not checked, since no figure is published"] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    // A neuron with more inputs than a core has axons fits nowhere.
    let mut graph = Graph::new("x", vec![5000]).expect("a shape");
    let weight = Tensor::new(vec![1, 5000], vec![0.01; 5000]).expect("a matrix");
    let layer = Layer::Dense(Dense { weight, bias: None });
    let dense = graph.push("wide", layer, &[graph.input()]).expect("a layer");
    graph.set_output(dense).expect("a node");
    let network = SpikingNetwork::convert(&graph, &[0.5; 5000], &ConversionOptions::default()).expect("a network");
    folder.write("wide.spikenet", network.to_spikenet().expect("a file"));
    let large = folder.run("check wide.spikenet --target loihi1");
    assert_eq!(large.code, Some(1), "{}", large.stderr);
    assert!(large.text().contains("wide.spikenet does not fit loihi1"), "{}", large.text());
    assert!(large.text().contains("5000") && large.text().contains("4096"), "{}", large.text());
    let refused = folder.run("check @models/mlp.onnx --target tpu");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("loihi1"), "{}", refused.stderr);
    let refused = folder.run("check @models/attn_relu.onnx --target loihi1");
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
}
