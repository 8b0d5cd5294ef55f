//! The example `digits_stdp` on a small scale: that the layer learns is what is tested, not how well.

#[path = "../examples/digits_stdp/experiment.rs"]
mod experiment;

use experiment::{Digits, Size, chance, picture, run};
use spike::Seed;
use std::path::Path;

/// 40 neurons see 600 digits once. On 400 held-out digits an accuracy has a standard error of at most 2.5 points; the
/// margin of 15 points over the control is 4.2 standard errors of a difference, and the run has a fixed seed.
#[test]
fn learning_beats_the_same_network_without_plasticity() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist");
    let training = Digits::open(&folder, "calibration", 600).unwrap();
    let held_out = Digits::open(&folder, "t10k", 400).unwrap();
    let size = Size { num_neurons: 40, epochs: 1, seed: Seed(1) };
    let learnt = run(&training, &held_out, size, true).unwrap();
    let control = run(&training, &held_out, size, false).unwrap();
    let chance = chance(&held_out.labels);
    assert!(
        learnt.accuracy > control.accuracy + 0.15 && learnt.accuracy > chance + 0.25,
        "learnt {}, control {}, chance {chance}",
        learnt.accuracy,
        control.accuracy
    );
    assert!(learnt.assigned > 30);
    assert!(learnt.learning.learning && !learnt.report.learning);
    for report in [&learnt.report, &learnt.learning] {
        assert!(report.readout("pixels").unwrap().r2.unwrap() > 0.9, "{report}");
        assert!(report.stages.iter().filter_map(|stage| stage.spikes).all(|spikes| spikes.dropped == 0));
    }
    // The weights have the shape of digits: pixels of the rim, where no digit is, have lost theirs.
    let rim =
        |weights: &ndarray::Array2<f64>| (0..28).map(|pixel| weights.row(pixel).sum()).sum::<f64>() / weights.sum();
    assert!(rim(&learnt.weights) < 0.8 * rim(&control.weights), "{} {}", rim(&learnt.weights), rim(&control.weights));
    assert_eq!(picture(&learnt.weights.column(0).to_vec()).lines().count(), 14);

    let again = run(&training, &held_out, size, true).unwrap();
    assert_eq!((again.accuracy, again.weights), (learnt.accuracy, learnt.weights));
}
