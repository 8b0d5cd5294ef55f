//! The best R² of populations of Poisson neurons: a Monte-Carlo estimate.

use super::ValueDistribution;
use crate::population::bayes::BayesianDecoder;
use crate::population::neurons::Neurons;
use crate::rate::renewal::Trials;
use spike_core::{
    DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, PopulationOptions, Seed, SpikeChunk, UnitValues,
    ValueDecoder, ValueEncoder,
};
use spike_encode::PopulationEncoder;

/// Expected squared errors.
pub(super) struct Errors {
    /// Of the posterior mean that knows the distribution.
    pub(super) optimal: f64,
    /// Of the default decoder.
    pub(super) own: f64,
    /// Standard error of `optimal`; 0 where it is a sum over every outcome.
    pub(super) standard_error: f64,
}

/// The seed of the estimates, so that a limit is the same in every run.
const SEED: Seed = Seed(0x5eed_0f11);
/// Most and fewest simulated values.
const SAMPLES: (usize, usize) = (4096, 256);
/// Products of values, atoms and neurons (or spikes) that an estimate may take.
const WORK: f64 = 2e8;

/// Errors of a population of Poisson neurons, by simulated spikes and exact posteriors (Rao and Blackwell): the
/// average over spikes of Var(x | spikes), which varies far less than squared errors do. `None` if it takes too long.
pub(super) fn tuned(
    encoding: &Encoding,
    options: PopulationOptions,
    values: &ValueDistribution,
) -> Result<Option<Errors>, DecodeError> {
    let neurons = Neurons::of(encoding, DecodingMethod::BayesianMle)?;
    let code = PopulationEncoder::new(&encoding.config, options, encoding.tuning_curves()?.clone())?;
    let own = BayesianDecoder::for_encoding(encoding)?;
    let spikes = code.spike_bound(unit(&[0.5])) as f64;
    let each = (neurons.len() * values.atoms.len()) as f64 + spikes;
    if each * SAMPLES.1 as f64 > WORK {
        return Ok(None);
    }
    let samples = ((WORK / each) as usize).clamp(SAMPLES.1, SAMPLES.0);
    let atoms = Atoms::new(&neurons, values);
    let (mut chunk, mut decoded, mut trials) = (SpikeChunk::default(), Decoded::default(), Vec::new());
    let (mut optimal, mut squares, mut of_own) = (0.0, 0.0, 0.0);
    for (i, x) in quantiles(values, samples).enumerate() {
        chunk.clear();
        code.encode_sample(unit(&[x]), SEED, i as u64, &mut chunk);
        let rows = chunk.rows(code.grid(), 0, neurons.len());
        decoded.values.clear();
        own.decode_sample(rows, i as u64, &mut decoded)?;
        neurons.trials(rows, &mut trials);
        let (mean, variance) = atoms.moments(&trials);
        optimal += variance;
        squares += variance * variance;
        of_own += variance + (mean - decoded.values[0]).powi(2);
    }
    let n = samples as f64;
    let (optimal, own) = (optimal / n, of_own / n);
    let standard_error = ((squares / n - optimal * optimal).max(0.0) / n).sqrt();
    Ok(Some(Errors { optimal, own, standard_error }))
}

fn unit(values: &[f64]) -> UnitValues<'_> {
    UnitValues::new(values, 0).expect("atoms are means of values in [0, 1]")
}

/// Values at the quantiles (i + ½)/n of a distribution.
fn quantiles(values: &ValueDistribution, n: usize) -> impl Iterator<Item = f64> {
    let (mut atom, mut below) = (0, 0.0);
    (0..n).map(move |i| {
        let wanted = (i as f64 + 0.5) / n as f64;
        while atom + 1 < values.atoms.len() && below + values.atoms[atom].1 < wanted {
            below += values.atoms[atom].1;
            atom += 1;
        }
        values.atoms[atom].0
    })
}

/// Logarithms of the probabilities of every neuron at every atom.
struct Atoms<'a> {
    values: &'a ValueDistribution,
    /// Logarithm of weight and likelihood of silence.
    silent: Vec<f64>,
    /// ln p of each neuron, atom by atom, and the same of 1 − p.
    ln_p: Vec<Vec<f64>>,
    ln_q: Vec<Vec<f64>>,
    num_steps: f64,
}

impl<'a> Atoms<'a> {
    fn new(neurons: &Neurons, values: &'a ValueDistribution) -> Self {
        let num_steps = f64::from(neurons.num_steps());
        let of = |f: fn(f64) -> f64| -> Vec<Vec<f64>> {
            (0..neurons.len()).map(|j| values.atoms.iter().map(|a| f(neurons.p(j, a.0))).collect()).collect()
        };
        let ln_p = of(f64::ln);
        // 2⁻⁵² stands for 0, so that the difference from silence stays finite.
        let ln_q = of(|p| (-p).ln_1p().max(f64::EPSILON.ln()));
        let silence = |i: usize| ln_q.iter().map(|row| num_steps * row[i]).sum::<f64>() + values.atoms[i].1.ln();
        Self { values, silent: (0..values.atoms.len()).map(silence).collect(), ln_p, ln_q, num_steps }
    }

    /// Mean and variance of the posterior on the atoms.
    fn moments(&self, trials: &[Trials]) -> (f64, f64) {
        let mut ln = self.silent.clone();
        for ((trials, p), q) in trials.iter().zip(&self.ln_p).zip(&self.ln_q).filter(|t| t.0.0.spikes > 0) {
            let (spikes, fewer) = (f64::from(trials.spikes), f64::from(trials.misses) - self.num_steps);
            ln.iter_mut().zip(p).zip(q).for_each(|((ln, p), q)| *ln += spikes * p + fewer * q);
        }
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        let origin = self.values.atoms[0].0;
        for (ln, (x, _)) in ln.iter().zip(&self.values.atoms) {
            if ln - top > -60.0 {
                let (w, x) = ((ln - top).exp(), x - origin);
                mass += w;
                first += w * x;
                second += w * x * x;
            }
        }
        let mean = first / mass;
        (origin + mean, (second / mass - mean * mean).max(0.0))
    }
}
