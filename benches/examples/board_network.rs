//! Accuracy and time of bundled networks in integers, one JSON object for each.
use rayon::ThreadPoolBuilder;
use spike_convert::{AnalogNetwork, ConversionOptions, ImportOptions, Simulation, SpikingNetwork, SpikeSigns, fold, open_model};
use spike_hw::{Dialect, IntegerSimulation, QuantiseOptions, quantise};
use spike_io::OpenOptions;
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
type Images = (Vec<f32>, Vec<u32>);
fn read(prefix: &Path, skip: usize, number: usize) -> Result<Images, Box<dyn Error>> {
    let open = |kind: &str| {
        let path = format!("{}-{kind}.gz", prefix.display());
        spike_io::open(Path::new(&path), None, &OpenOptions::default())
    };
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let mut images = open("images-idx3-ubyte")?;
    images.skip_samples(skip)?;
    images.read_samples(number, &mut pixels)?;
    open("labels-idx1-ubyte")?.read_samples(1, &mut labels)?;
    let labels = labels.iter().skip(skip).take(number).map(|&label| label as u32).collect();
    Ok((pixels.iter().map(|&pixel| (pixel / 255.0) as f32).collect(), labels))
}
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|word| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
        .collect();
    let text = |key: &str, default: &str| arguments.get(key).cloned().unwrap_or_else(|| default.to_owned());
    let number = |key: &str, default: usize| text(key, &default.to_string()).parse::<usize>();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let calibration = read(&data.join("mnist/calibration"), 0, 2000)?;
    let images = read(&data.join("mnist/t10k"), 0, number("images", 1000)?)?;
    let threads = ThreadPoolBuilder::new().num_threads(number("threads", 1)?).build()?;
    let options: ConversionOptions = serde_json::from_str(&text("options", "{}"))?;
    for model in text("models", "mlp,cnn_max,cnn_avg").split(',') {
        let graph = open_model(&data.join(format!("models/{model}.onnx")), &ImportOptions::default())?;
        let network = SpikingNetwork::convert(&graph, &calibration.0, &options)?;
        let original = AnalogNetwork::new(fold(&graph)).accuracy(&images.0, &images.1)?;
        for steps in text("steps", "64").split(',') {
            let steps = steps.parse::<u32>()?;
            let float = threads.install(|| Simulation::<f32>::new(&network)?.evaluate(&images.0, &images.1, steps, None, &|_| ()))?;
            let binary = network.with_options(&ConversionOptions { spikes: SpikeSigns::Binary, ..options })?;
            let binary = threads.install(|| Simulation::<f32>::new(&binary)?.evaluate(&images.0, &images.1, steps, None, &|_| ()))?;
            for dialect in text("dialects", "lava,nengo_loihi").split(',') {
            for bits in text("bits", "8").split(',') {
                let dialect = if dialect == "lava" { Dialect::Lava } else { Dialect::NengoLoihi };
                let start = Instant::now();
                let found = threads.install(|| quantise(&network, &calibration.0, &QuantiseOptions { weight_bits: bits.parse().unwrap_or(8), ..QuantiseOptions::new(dialect, steps) }))?;
                let quantised = start.elapsed().as_secs_f64();
                let simulation = IntegerSimulation::new(found.network.clone())?;
                let start = Instant::now();
                let run = threads.install(|| simulation.evaluate(&images.0, steps, &|_| ()))?;
                let seconds = start.elapsed().as_secs_f64();
                for layer in &found.layers {
                    writeln!(std::io::stdout(), "    {}", serde_json::to_string(layer)?)?;
                }
                let line = serde_json::json!({
                    "model": model, "dialect": dialect.to_string(), "bits": bits, "steps": steps, "ann": original, "float": float.accuracy(steps), "binary": binary.accuracy(steps),
                    "integer": run.accuracy(&images.1), "wrapped": run.num_wrapped(), "ms": 1e3 * seconds / images.1.len() as f64, "quantise_s": quantised,
                    "spikes": run.num_spikes as f64 / images.1.len() as f64, "latency": found.network.latency_steps,
                    "float_spikes": binary.num_spikes as f64 / images.1.len() as f64,
                });
                writeln!(std::io::stdout(), "{line}")?;
            }}
        }
    }
    Ok(())
}
