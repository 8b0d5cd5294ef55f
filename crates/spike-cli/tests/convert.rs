//! `spike convert`: what it measures and writes, and what it refuses.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, data, number};
use spike_convert::SpikingNetwork;

const TEST: &str = "@mnist/t10k-images-idx3-ubyte.gz";
const LABELS: &str = "@mnist/t10k-labels-idx1-ubyte.gz";

/// A short run on few digits.
fn line(model: &str) -> String {
    format!(
        "convert {model} --calibration {CALIBRATION} --calibration-samples 100 --test {TEST} --labels {LABELS} \
         --test-samples 60 --timesteps 16 --report-samples 10"
    )
}

#[test]
fn a_network_is_measured_and_written() {
    let folder = Folder::new();
    let report =
        folder.done(&format!("{} --json -o net.spikenet --plot curve.svg", line("@models/cnn_max.onnx"))).json();
    assert_eq!(number(&report, "num_test_samples"), 60.0);
    assert_eq!(number(&report, "num_calibration_samples"), 100.0);
    assert_eq!(number(&report, "num_timesteps_simulated"), 16.0);
    assert!(number(&report, "accuracy_original") > 0.95 && number(&report, "accuracy_converted") > 0.95, "{report}");
    let (original, converted) = (number(&report, "accuracy_original"), number(&report, "accuracy_converted"));
    assert!((number(&report, "accuracy_loss_pct") - 100.0 * (original - converted) / original).abs() < 1e-9);
    assert_eq!(report["accuracy_at"]["16"], report["accuracy_converted"]);
    let steps: Vec<&String> = report["accuracy_at"].as_object().expect("an object").keys().collect();
    assert_eq!(steps, ["1", "16", "2", "4", "8"]);
    assert_eq!(report["sites"].as_array().map(Vec::len), Some(3));
    for key in ["spikes_per_sample", "synaptic_operations_per_sample", "energy_loihi_nj_per_sample"] {
        assert!(number(&report, key) > 1000.0, "{key}");
    }
    assert_eq!(report["normalization_factors"].as_object().map(|factors| factors.len()), Some(4));
    // The file is the network that was measured.
    let network = SpikingNetwork::from_spikenet(&folder.read("net.spikenet")).expect("a whole file");
    assert_eq!(network.sites().count(), 3);
    let svg = String::from_utf8(folder.read("curve.svg")).expect("SVG is text");
    assert!(svg.contains("<svg") && svg.contains("accuracy against steps"), "{}", &svg[..80]);
    assert_eq!(folder.names(), ["curve.svg", "net.spikenet"]);
    // Threads change nothing.
    let again = folder.done(&format!("{} --json --threads 1 -o again.spikenet", line("@models/cnn_max.onnx"))).json();
    assert_eq!(again["accuracy_at"], report["accuracy_at"]);
    assert_eq!(number(&again, "spikes_per_sample"), number(&report, "spikes_per_sample"));
    assert_eq!(folder.read("again.spikenet"), folder.read("net.spikenet"));
}

#[test]
fn the_table_names_layers_and_losses() {
    let folder = Folder::new();
    let text = folder.done(&line("@models/mlp.safetensors")).text();
    for expected in ["layer", "λ", "dead %", "saturated %", "T = 16", "against analog", "synaptic operations", "loss"]
    {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(text.contains("60 test samples, 100 calibration samples"), "{text}");
}

#[test]
fn samples_enter_as_spikes_of_a_code() {
    let folder = Folder::new();
    let run = |flags: &str| folder.done(&format!("{} --json {flags}", line("@models/mlp.onnx"))).json();
    let rate = run("--input-code rate_poisson --seed 7");
    assert_eq!((rate["input_code"].as_str(), number(&rate, "seed")), (Some("rate_poisson"), 7.0));
    assert!(number(&rate, "accuracy_converted") > 0.85, "{rate}");
    let regular = run("--input-code rate_regular --seed 7");
    assert!(number(&regular, "accuracy_converted") > 0.9, "{regular}");
    let again = run("--input-code rate_poisson --seed 7 --threads 1");
    assert_eq!(again["accuracy_at"], rate["accuracy_at"]);
    let text = folder.done(&format!("{} --input-code rate_poisson", line("@models/mlp.onnx"))).text();
    assert!(text.contains("spikes of rate_poisson, seed "), "{text}");
    // A population has more neurons than the network has inputs.
    let refused = folder.run(&format!("{} --input-code population_gaussian", line("@models/mlp.onnx")));
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("784 inputs"), "{}", refused.stderr);
}

#[test]
fn nir_is_written_for_what_it_can_say() {
    let folder = Folder::new();
    let report = folder.done(&format!("{} --spikes binary -o net.nir --json", line("@models/rescnn.onnx"))).json();
    assert_eq!(report["output"], "net.nir");
    let nir = spike_io::nir::NirGraph::from_bytes(&folder.read("net.nir")).expect("a NIR file");
    let kinds: Vec<&str> = nir.nodes.values().map(|node| node.kind.name()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "IF").count(), 4);
    assert!(nir.metadata.contains_key("initial_potential"), "{:?}", nir.metadata);
}

#[test]
fn without_labels_agreement_is_measured() {
    let folder = Folder::new();
    let options = "--calibration-samples 30 --timesteps 32 --json";
    let report = folder.done(&format!("convert @models/mlp.onnx --calibration {CALIBRATION} {options}")).json();
    assert_eq!((number(&report, "accuracy_original"), report["labelled"].as_bool()), (1.0, Some(false)));
    assert!(number(&report, "accuracy_converted") > 0.9, "{report}");
}

#[test]
fn options_reach_the_network() {
    let folder = Folder::new();
    let base = line("@models/mlp.onnx");
    let report = |flags: &str| folder.done(&format!("{base} --json {flags}")).json();
    let percentile =
        report("--normalisation percentile --percentile 99 --nonzero-only --spikes binary --granularity layer");
    assert_eq!(percentile["options"]["normalisation"]["percentile"]["percent"], 99.0);
    assert_eq!(percentile["options"]["spikes"], "binary");
    assert_eq!(percentile["sites"][0]["threshold_min"], percentile["sites"][0]["threshold_max"]);
    let early = report("--exit-margin 2 --exit-min-steps 2");
    assert!(number(&early, "mean_steps") < 16.0 && number(&early, "mean_steps") >= 2.0);
    let combined = report("--form combined --granularity layer --normalisation percentile");
    let at_eight = |report: &serde_json::Value| number(&report["accuracy_at"], "8");
    assert!(at_eight(&combined) < at_eight(&percentile), "{combined}");
}

#[test]
fn what_cannot_be_converted_is_named() {
    let folder = Folder::new();
    let bytes = std::fs::read(data("models/mlp.onnx")).expect("the model is there");
    let at = bytes.windows(4).position(|word| word == b"Relu").expect("an operator");
    let mut selu = bytes.clone();
    selu[at..at + 4].copy_from_slice(b"Selu");
    // The name of the node comes before or after; only the type of the operator must change.
    for (place, _) in bytes.windows(4).enumerate().filter(|(_, word)| word == b"Relu") {
        selu[place..place + 4].copy_from_slice(b"Selu");
    }
    folder.write("selu.onnx", selu);
    let run = folder.run(&format!("{} -o net.spikenet", line("selu.onnx")));
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stderr.contains("Selu") && run.stderr.contains("node"), "{}", run.stderr);
    assert_eq!(folder.names(), ["selu.onnx"]);
}

#[test]
fn bad_input_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    let bytes = std::fs::read(data("models/mlp.onnx")).expect("the model is there");
    folder.write("cut.onnx", &bytes[..bytes.len() / 2]);
    let weights = std::fs::read(data("models/mlp.safetensors")).expect("the weights are there");
    let start = 8 + u64::from_le_bytes(weights[..8].try_into().expect("eight bytes")) as usize;
    let mut nan = weights.clone();
    nan[start..start + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    folder.write("nan.safetensors", nan);
    let mut zero = weights;
    zero[start..].fill(0);
    folder.write("zero.safetensors", zero);
    let list = std::fs::read(data("models/mlp.json")).expect("the list is there");
    folder.write("nan.json", &list);
    folder.write("zero.json", &list);
    folder.write("narrow.csv", "0.1,0.2,0.3\n0.4,0.5,0.6\n");
    folder.write("labels.csv", "1\n2\n");
    folder.write("half.csv", "0.5\n");
    folder.write("empty.csv", "");
    let before = folder.names();
    let mlp = "convert @models/mlp.onnx";
    let digits = format!("--calibration {CALIBRATION} --calibration-samples 20");
    let test = format!("--test {TEST} --test-samples 5");
    for (line, code, expected) in [
        (mlp.to_owned(), 2, "--calibration"),
        (format!("{mlp} --calibration empty.csv"), 3, "empty.csv"),
        (format!("{mlp} --calibration missing.npy"), 3, "missing.npy"),
        (format!("{mlp} --calibration narrow.csv"), 3, "784"),
        (format!("{mlp} {digits} {test} --labels labels.csv"), 3, "2 labels for 5 samples"),
        (format!("{mlp} {digits} {test} --labels half.csv"), 3, "label 0 is 0.5"),
        (format!("convert cut.onnx {digits}"), 3, "cut.onnx"),
        (format!("convert nan.safetensors {digits}"), 3, "NaN"),
        (format!("convert zero.safetensors {digits}"), 3, "all weights of layer"),
        (format!("convert missing.onnx {digits}"), 3, "missing.onnx"),
        (format!("{mlp} {digits} --timesteps 0"), 2, "at least 1"),
        (format!("{mlp} {digits} --normalisation best"), 2, "mean_square, percentile, max, local_balance"),
        (format!("{mlp} {digits} --granularity pixel"), 2, "granularity"),
        (format!("{mlp} {digits} --percentile 99"), 2, "--normalisation percentile"),
        (format!("{mlp} {digits} --initial-share 3"), 2, "initial_share"),
        (format!("{mlp} {digits} -o net.onnx"), 2, ".spikenet, .nir"),
        (format!("{mlp} {digits} -o net.nir"), 2, "ternary"),
        (format!("convert @models/cnn_max.onnx {digits} --spikes binary -o net.nir"), 2, "maximum pool"),
        (format!("{mlp} {digits} --plot curve.gif"), 2, ".svg, .png"),
    ] {
        let run = folder.run(&line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{line}: {} should say {expected}", run.stderr);
        assert_eq!(folder.names(), before, "{line} left something behind");
    }
    let run = folder.run(&format!("{mlp} {digits} --timesteps 4 -o none/net.spikenet"));
    assert_eq!(run.code, Some(5), "{}", run.stderr);
    assert_eq!(folder.names(), before);
}
