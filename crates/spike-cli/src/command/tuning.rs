//! `spike plot --kind tuning`: the rates of the neurons of a population against the value.

use crate::error::CliError;
use crate::figure::Figure;
use crate::figure::chart::{self, Heading, TuningCurve};
use spike_core::{CodeOptions, DecodeError, DecodingMethod, Encoding, NormalizeReport, PopulationSpikes, SpikeBatch};
use spike_decode::Decoder;
use spike_encode::SpikeProbability;

/// Rows that make a figure, about.
const ROWS: u64 = 200_000;
/// Equal bins of the value, each a dot where it has values.
const BINS: usize = 40;
/// Points of a line.
const POINTS: u32 = 100;

/// Samples that make a figure.
pub(super) fn num_samples(num_neurons: usize) -> u64 {
    ROWS.div_ceil(num_neurons.max(1) as u64)
}

/// The figure for spikes of the given values, else of the values that they decode to.
pub(super) fn figure(heading: Heading<'_>, batch: &SpikeBatch, values: Option<&[f64]>) -> Result<Figure, CliError> {
    let method = DecodingMethod::PopulationVector;
    let encoding = batch.encoding().ok_or(DecodeError::NoEncoding { method })?;
    let needs = "--kind tuning needs the spikes of a population code";
    if encoding.tuning.is_none() {
        return Err(CliError::Usage(needs));
    }
    let decoded = match values {
        Some(_) => None,
        None => Some(Decoder::new(encoding, None)?.decode(batch)?.values),
    };
    let source = values.or_else(|| decoded.as_ref().and_then(|d| d.as_slice())).unwrap_or(&[]);
    let mut scaled = Vec::new();
    encoding.normalizer.apply(source, batch.first_sample(), &mut scaled, &mut NormalizeReport::default())?;
    let mut curves = measured(batch, encoding, &scaled);
    expected(encoding, &mut curves)?;
    // Channels with ranges of their own share only the scale from 0 to 1.
    let [low, high] = encoding.normalizer.range(0);
    let shared = (0..encoding.num_channels()).all(|c| encoding.normalizer.range(c) == [low, high]) && high > low;
    let what = if values.is_some() { "value" } else { "decoded value" };
    let label = if shared { what.to_owned() } else { format!("{what}, normalised") };
    let range = if shared { (low, high) } else { (0.0, 1.0) };
    for (x, _) in curves.iter_mut().flat_map(|c| c.expected.iter_mut().chain(&mut c.measured)) {
        *x = range.0 + *x * (range.1 - range.0);
    }
    Ok(chart::tuning(heading, &label, range, &curves))
}

/// The mean rate of each neuron in each bin of the value, over all channels and samples.
fn measured(batch: &SpikeBatch, encoding: &Encoding, scaled: &[f64]) -> Vec<TuningCurve> {
    let per_channel = encoding.neurons_per_channel();
    // For each bin: values, their sum, and the spikes of each neuron.
    let mut bins = vec![(0u64, 0.0, vec![0u64; per_channel]); BINS];
    let rows = batch.samples().flat_map(|sample| sample.counts()).collect::<Vec<_>>();
    for (&x, counts) in scaled.iter().zip(rows.chunks_exact(per_channel)) {
        let (values, sum, spikes) = &mut bins[((x * BINS as f64) as usize).min(BINS - 1)];
        *values += 1;
        *sum += x;
        spikes.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    let duration_s = batch.grid().duration_s();
    let dots = |j: usize| {
        let filled = bins.iter().filter(|(values, ..)| *values > 0);
        filled.map(move |(n, sum, spikes)| (sum / *n as f64, spikes[j] as f64 / (*n as f64 * duration_s))).collect()
    };
    (0..per_channel).map(|j| TuningCurve { expected: Vec::new(), measured: dots(j) }).collect()
}

/// Fills in the lines of a population of Poisson neurons.
fn expected(encoding: &Encoding, curves: &mut [TuningCurve]) -> Result<(), CliError> {
    let (CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options)) = encoding.code else {
        return Ok(());
    };
    if options.spikes != PopulationSpikes::Poisson {
        return Ok(());
    }
    let probability = SpikeProbability::new(&encoding.config, options.poisson)?;
    let grid = encoding.config.grid()?;
    let (steps, dead) = (grid.num_steps() as usize, probability.dead_steps() as usize);
    let tuning = encoding.tuning_curves()?;
    for (j, curve) in curves.iter_mut().enumerate() {
        let rate_hz = |x: f64| mean_count(steps, dead, probability.per_step(tuning.response(j, x))) / grid.duration_s();
        curve.expected = (0..=POINTS).map(|i| f64::from(i) / f64::from(POINTS)).map(|x| (x, rate_hz(x))).collect();
    }
    Ok(())
}

/// Mean number of spikes in a window of a neuron that spikes in a free step with probability p and then is dead for k
/// steps: Σ hₜ with hₜ = p·(1 − Σ hₛ over the k steps before t).
fn mean_count(steps: usize, dead: usize, p: f64) -> f64 {
    let mut spikes = Vec::with_capacity(steps);
    let mut blocked = 0.0;
    for step in 0..steps {
        let spike = p * (1.0 - blocked);
        spikes.push(spike);
        blocked += spike;
        if step >= dead {
            blocked -= spikes[step - dead];
        }
    }
    spikes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_count_is_that_of_renewal_theory() {
        assert_eq!(mean_count(1000, 20, 0.0), 0.0);
        assert!((mean_count(1000, 0, 0.1) - 100.0).abs() < 1e-9);
        // A neuron that spikes whenever it can is a clock.
        assert_eq!(mean_count(1000, 20, 1.0), 48.0);
        for p in [1e-4, 0.01, 0.1, 0.2] {
            // The expansion of the renewal function for long windows (Cox 1962), free at the start.
            let u = 1.0 + 20.0 * p;
            let long = 1000.0 * p / u + (1.0 - p + u * u + p * u) / (2.0 * u * u) - 1.0 / u;
            let found = mean_count(1000, 20, p);
            assert!((found - long).abs() < 1e-6, "p {p}: {found} {long}");
        }
    }
}
