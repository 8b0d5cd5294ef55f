//! Digits learnt without labels: encoded, routed through a competitive layer with STDP, decoded.
mod experiment;
use experiment::{Digits, Size, chance, run};
use spike::Seed;
use std::path::Path;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let n = |i: usize, d: u64| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(d);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist");
    let training = Digits::open(&folder, "calibration", 2000)?;
    let held_out = Digits::open(&folder, "t10k", 1000)?;
    let size = Size { num_neurons: n(1, 100) as u32, epochs: n(2, 1), seed: Seed(1) };
    for learns in [true, false] {
        let t = std::time::Instant::now();
        let outcome = run(&training, &held_out, size, learns)?;
        println!(
            "{learns} {:.4} chance {:.4} assigned {} {:?}",
            outcome.accuracy,
            chance(&held_out.labels),
            outcome.assigned,
            t.elapsed()
        );
        println!("{}\n{}", outcome.learning, outcome.report);
        if learns {
            for k in 0..2 {
                println!("{}", experiment::picture(&outcome.weights.column(k).to_vec()));
            }
        }
    }
    Ok(())
}
