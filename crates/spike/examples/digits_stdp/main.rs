//! Handwritten digits learnt without their labels: encoded, routed through a competitive layer with STDP, decoded.
//!
//! `cargo run --release -p spike --example digits_stdp -- [NEURONS [EPOCHS [SEED]]]`
//!
//! Pixels become Poisson spikes; leaky neurons with lateral inhibition and rising thresholds compete for each digit, and
//! pair-based STDP moves the weights of the winner towards what it saw. Labels are used only afterwards, to assign
//! every neuron to the class that it answers most (on training digits), and to judge (on held-out digits). The control
//! is the same network with the amplitudes of the plasticity at 0.
//!
//! After Diehl, Cook (2015), Unsupervised learning of digit recognition using spike-timing-dependent plasticity,
//! Frontiers in Computational Neuroscience 9:99, DOI 10.3389/fncom.2015.00099. It differs in what makes it short: 2000
//! digits instead of 60 000, presentations of 150 ms instead of 350 ms, direct lateral inhibition instead of a second
//! population, membranes that jump instead of conductances, and symmetric pairs instead of a rule at postsynaptic spikes.

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

mod experiment;

use experiment::{Digits, Outcome, Size, chance, picture, run};
use spike::Seed;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut size = Size { num_neurons: 200, epochs: 2, seed: Seed(1) };
    for (place, argument) in std::env::args().skip(1).enumerate() {
        match place {
            0 => size.num_neurons = argument.parse()?,
            1 => size.epochs = argument.parse()?,
            2 => size.seed = Seed(argument.parse()?),
            _ => return Err(format!("what is {argument}? digits_stdp takes NEURONS, EPOCHS and SEED").into()),
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist");
    let training = Digits::open(&folder, "calibration", 2000)?;
    let held_out = Digits::open(&folder, "t10k", 1000)?;

    let learnt = run(&training, &held_out, size, true)?;
    println!("Learning, last of {} epochs\n{}\n", size.epochs, learnt.learning);
    println!("Held-out digits\n{}\n", learnt.report);
    show_pictures(&learnt);
    let control = run(&training, &held_out, size, false)?;

    let Size { num_neurons, epochs, seed } = size;
    let (shown, judged) = (training.labels.len(), held_out.labels.len());
    println!("{num_neurons} neurons, {epochs} epochs of {shown} digits without labels, seed {seed}");
    println!("accuracy on {judged} held-out digits");
    println!("  with plasticity     {:5.1} %  ({} neurons have a class)", learnt.accuracy * 100.0, learnt.assigned);
    println!("  without plasticity  {:5.1} %  ({} neurons have a class)", control.accuracy * 100.0, control.assigned);
    println!("  most frequent class {:5.1} %", chance(&held_out.labels) * 100.0);
    if let Some(r2) = learnt.report.readout("pixels").and_then(|pixels| pixels.r2) {
        println!("pixels decoded from the spikes of the encoder: R² {r2:.3}");
    }
    Ok(())
}

/// What four neurons learnt, beside each other.
fn show_pictures(outcome: &Outcome) {
    let neurons = outcome.weights.ncols().min(4);
    println!("Weights of the first {neurons} neurons");
    let pictures: Vec<String> = (0..neurons).map(|neuron| picture(&outcome.weights.column(neuron).to_vec())).collect();
    let mut lines: Vec<std::str::Lines<'_>> = pictures.iter().map(|picture| picture.lines()).collect();
    while let Some(row) = lines.iter_mut().map(Iterator::next).collect::<Option<Vec<_>>>() {
        println!("{}", row.join(" ").trim_end());
    }
}
