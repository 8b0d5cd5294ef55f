//! Accuracy at every number of steps and time per image of the bundled networks, one JSON object for each.
//!
//! `cargo run --release -p spike-bench --example convert_network -- [OPTION=VALUE]..`: `models=mlp,cnn_max`,
//! `steps=64`, `images=1000`, `calibration=2000`, `batch=100` (1 times single images), `options={..}` as JSON of
//! `ConversionOptions`, `validation=55000` for images of the training set from that on instead of test images, of which `train=PREFIX`
//! names the files.

use rayon::ThreadPoolBuilder;
use spike_bench::process::processor_seconds;
use spike_convert::{AnalogNetwork, ConversionOptions, ImportOptions, Simulation, SpikingNetwork, fold, open_model};
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
    // An array with one axis is one sample.
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
    let (num_steps, num_images, num_calibration) =
        (number("steps", 64)?, number("images", 1000)?, number("calibration", 2000)?);
    let batch = number("batch", 100)?;
    let train = text("train", &data.join("mnist/calibration").display().to_string());
    let calibration = read(Path::new(&train), 0, num_calibration)?;
    let images = match number("validation", 0)? {
        0 => read(&data.join("mnist/t10k"), 0, num_images)?,
        skip => read(Path::new(&train), skip, num_images)?,
    };
    let options: ConversionOptions = serde_json::from_str(&text("options", "{}"))?;
    let threads = ThreadPoolBuilder::new().num_threads(number("threads", 1)?).build()?;
    for model in text("models", "mlp,cnn_max,cnn_avg,rescnn,attn_relu").split(',') {
        let graph = open_model(&data.join(format!("models/{model}.onnx")), &ImportOptions::default())?;
        let network = SpikingNetwork::convert(&graph, &calibration.0, &options)?;
        let simulation = Simulation::<f32>::new(&network)?;
        let original = AnalogNetwork::new(fold(&graph)).accuracy(&images.0, &images.1)?;
        let mut seconds = Vec::new();
        let size = simulation.num_inputs();
        let mut evaluation = None;
        let (mut num_spikes, mut num_synaptic_operations) = (0, 0);
        // The system counts it in ticks: over all images, not for each.
        let before = processor_seconds();
        if batch == 1 {
            let mut state = simulation.state();
            for image in images.0.chunks(size) {
                let start = Instant::now();
                simulation.begin(&mut state, image)?;
                (0..num_steps).for_each(|_| simulation.step(&mut state));
                num_spikes += state.num_spikes();
                num_synaptic_operations += state.num_synaptic_operations();
                seconds.push(start.elapsed().as_secs_f64());
            }
        } else {
            let parts = images.0.chunks(batch * size).zip(images.1.chunks(batch));
            for (samples, labels) in parts {
                let start = Instant::now();
                let part = threads.install(|| simulation.evaluate(samples, labels, num_steps as u32, None, &|_| ()))?;
                seconds.push(start.elapsed().as_secs_f64() / labels.len() as f64);
                let correct: &mut Vec<usize> = evaluation.get_or_insert_with(|| vec![0; num_steps]);
                correct.iter_mut().zip(&part.num_correct).for_each(|(all, part)| *all += part);
                num_spikes += part.num_spikes;
                num_synaptic_operations += part.num_synaptic_operations;
            }
        }
        seconds.sort_by(f64::total_cmp);
        let spent = before.zip(processor_seconds()).map(|(before, after)| after - before);
        let accuracy_at: serde_json::Map<String, serde_json::Value> = evaluation
            .iter()
            .flat_map(|correct| {
                let steps = (0..).map(|power| 1usize << power).take_while(|t| *t <= num_steps);
                steps.map(|t| (t.to_string(), (correct[t - 1] as f64 / images.1.len() as f64).into()))
            })
            .collect();
        let line = serde_json::json!({
            "model": model,
            "timesteps": num_steps,
            "batch": batch,
            "ms_per_image": 1e3 * seconds[seconds.len() / 2],
            "cpu_ms_per_image": spent.map(|seconds| 1e3 * seconds / images.1.len() as f64),
            "spikes_per_image": num_spikes as f64 / images.1.len() as f64,
            "synaptic_operations_per_image": num_synaptic_operations as f64 / images.1.len() as f64,
            "accuracy_original": original,
            "accuracy_at": accuracy_at,
        });
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}
