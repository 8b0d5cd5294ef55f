//! The quantiser: scales from measured errors, ranges from measured currents.

use super::build::{build, places};
use super::error::QuantiseError;
use super::layer::FloatLayer;
use super::options::QuantiseOptions;
use super::report::{QuantisedLayer, Substitution};
use super::scale::{Chooser, Scaled};
use super::topology::layers;
use crate::Dialect;
use crate::fit::LayerDemand;
use crate::network::{IntegerEvaluation, IntegerNetwork, IntegerSimulation, Role, check_values, limits};
use spike_convert::{AnalogNetwork, SpikeSigns, SpikingNetwork};

/// Calibration samples whose currents choose the scales.
const SCALE_SAMPLES: usize = 16;
/// Calibration samples that are run to measure ranges.
const RANGE_SAMPLES: usize = 128;
/// How much larger than on calibration samples a current may be.
const MARGIN: f64 = 2.0;
/// The margin that must be left where currents changed with the scales of the layers before.
const LEAST_MARGIN: f64 = 1.6;
/// Choices of scales before ranges are given up.
const MAX_ROUNDS: usize = 8;
/// Smallest threshold in units of 2⁶ of the current that leaves the weights some bits.
const LEAST_UNITS: f64 = 32.0;
/// Largest number of steps: beyond it biases of 8 bits are off by more than a threshold.
const MAX_STEPS: u32 = 4096;

/// An integer network and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantisation {
    /// The network.
    pub network: IntegerNetwork,
    /// Its layers, without the neurons of pools.
    pub layers: Vec<QuantisedLayer>,
    /// What it does otherwise than the network in real numbers.
    pub substitutions: Vec<Substitution>,
}

/// Quantises a converted network.
///
/// The current of a neuron is its membrane: it decays by 1/4096 a step only, inputs add up in it, and a spike takes the
/// threshold away through a synapse of the neuron onto itself, which arrives with the next inputs. The voltage forgets
/// everything; it is current plus bias, and the bias is the potential at the start. So neurons that are reset by
/// subtraction run in registers that reset to zero:
///
/// ```text
/// u(t) = u(t − 1)·4095/4096 + (Σⱼ Wᵢⱼ·sⱼ(t − 1) + bᵢ − K·sᵢ(t − 1))·2⁶,     sᵢ(t) = u(t) + v₀ ≥ K·2⁶
/// ```
///
/// Thresholds of channels are folded into the weights, W = w·λⱼ/λᵢ·scale, so that a layer has one threshold K. Its scale
/// is the one, of some fifty from half to four times that of the largest weight, with the least mean square error of
/// the currents on calibration samples; K is as large as the register allows, by currents measured on calibration samples
/// with a margin of two.
///
/// The neurons of a window of a maximum pool take a threshold from each other at every spike. Each then holds
/// v₀ + Σz − θ·N with N the spikes of the window, so that N follows the largest Σz/θ: the maximum of the cumulative
/// counts, and up to one more for each neuron that fires in the same step as another of its window. That this is seldom,
/// member r of a window of k starts r/k of a threshold lower.
///
/// Input: samples one after the other, values in [0, 1].
///
/// # Errors
/// [`QuantiseError`] for layers and options that a board does not have, samples that do not fit, and numbers that leave
/// the registers at every scale.
///
/// # Examples
/// ```
/// use spike_convert::{ConversionOptions, Dense, Graph, Layer, SpikingNetwork, Tensor};
/// use spike_hw::{Dialect, IntegerSimulation, QuantiseOptions, quantise};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let samples = [1.0, 0.0, 0.5, 0.5];
/// let network = SpikingNetwork::convert(&graph, &samples, &ConversionOptions::default())?;
/// let found = quantise(&network, &samples, &QuantiseOptions::new(Dialect::Lava, 64))?;
/// assert!(found.layers[0].rms_error < 0.01);
///
/// let simulation = IntegerSimulation::new(found.network)?;
/// let mut state = simulation.state();
/// simulation.run_sample(&mut state, &[0.75, 0.5], 64)?;
/// assert!(state.counts(0)[0].abs_diff(32) <= 1); // 0.75 − 0.5·0.5 = 0.5
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Rueckauer, Lungu, Hu, Pfeiffer, Liu (2017), Conversion of continuous-valued deep networks to efficient event-driven
/// networks for image classification, Frontiers in Neuroscience 11:682, DOI 10.3389/fnins.2017.00682, for reset by
/// subtraction; Davies et al. (2018), Loihi: a neuromorphic manycore processor with on-chip learning, IEEE Micro
/// 38(1):82–99, DOI 10.1109/MM.2018.112130359, for the neuron.
pub fn quantise(
    network: &SpikingNetwork,
    calibration: &[f32],
    options: &QuantiseOptions,
) -> Result<Quantisation, QuantiseError> {
    check_options(options)?;
    let num_values = network.graph().node(network.graph().input()).num_values();
    check_values(calibration, num_values)?;
    let layers = layers(network)?;
    let rates = rates(network, &layers, calibration, num_values)?;
    let choose = |most_units: &[f64], search: bool| -> Result<Vec<Scaled>, QuantiseError> {
        let each = layers.iter().zip(&rates).zip(most_units).map(|((layer, rates), &most_units)| {
            let &QuantiseOptions { dialect, weight_bits, .. } = options;
            Chooser { dialect, weight_bits, layer, rates, most_units }.choose(search)
        });
        each.collect()
    };
    let samples = &calibration[..calibration.len().min(RANGE_SAMPLES * num_values)];
    let run = |scaled: &[Scaled]| -> Result<(IntegerNetwork, IntegerEvaluation), QuantiseError> {
        let network = build(options.dialect, num_values, &layers, scaled)?;
        let simulation = IntegerSimulation::new(network.clone())?;
        let evaluation = simulation.evaluate(samples, options.num_steps, &|_| ())?;
        Ok((network, evaluation))
    };

    let proven: Vec<f64> = layers.iter().map(|layer| proven_units(layer, options)).collect();
    let places = places(&layers);
    let (most_current, most_sum) = limits(options.dialect);
    // First at scales that hardly any input exceeds, to measure how large currents really become.
    let mut most_units: Vec<f64> = proven.iter().map(|units| units.max(LEAST_UNITS)).collect();
    let mut scaled = choose(&most_units, false)?;
    let (mut integer, mut evaluation) = run(&scaled)?;
    for round in 0.. {
        // What one layer holds depends on the layers before, so that a choice is measured anew.
        let mut fits = true;
        for ((most_units, scaled), &(place, _)) in most_units.iter_mut().zip(&scaled).zip(&places) {
            let peak = evaluation.peaks[place];
            let room = |most: i32, found: i32| f64::from(most) / f64::from(found.max(1));
            let room = room(most_current, peak.current).min(room(most_sum, peak.sum));
            fits &= LEAST_MARGIN <= room;
            *most_units = scaled.units() * room / MARGIN;
        }
        if round > 0 && fits {
            break;
        }
        if round == MAX_ROUNDS {
            return Err(QuantiseError::NoRange { num_steps: options.num_steps });
        }
        scaled = choose(&most_units, true)?;
        (integer, evaluation) = run(&scaled)?;
    }

    let reports = layers.iter().enumerate().map(|(index, layer)| {
        let (scaled, place) = (&scaled[index], places[index].0);
        let format = scaled.levels.format(scaled.weight_exp);
        QuantisedLayer {
            name: layer.name.clone(),
            role: integer.populations[place].role,
            num_neurons: layer.num_neurons(),
            weight_bits: format.num_weight_bits,
            sign_mode: scaled.levels.mode,
            weight_exp: scaled.weight_exp,
            threshold: if layer.fires { scaled.units() as u32 } else { 0 },
            scale: scaled.scale,
            rms_error: scaled.rms_error,
            clipped_share: scaled.clipped_share,
            range_share: f64::from(evaluation.peaks[place].current) / f64::from(1 << 23),
            range_proven: scaled.units() <= proven[index],
        }
    });
    let layers_report = reports.collect();
    Ok(Quantisation { layers: layers_report, substitutions: substitutions(network, &integer), network: integer })
}

/// What the populations of a network ask of a board, without quantising it.
///
/// # Errors
/// [`QuantiseError`] for layers and options that a board does not have.
pub fn board_demands(network: &SpikingNetwork, weight_bits: u8) -> Result<Vec<LayerDemand>, QuantiseError> {
    check_options(&QuantiseOptions { weight_bits, ..QuantiseOptions::new(Dialect::Lava, 1) })?;
    let num_values = network.graph().node(network.graph().input()).num_values();
    let layers = layers(network)?;
    let scaled: Result<Vec<Scaled>, QuantiseError> = layers
        .iter()
        .map(|layer| {
            // Any scale: only the structure counts.
            let blank = FloatLayer { weights: vec![1.0; layer.weights.len()], ..layer.clone() };
            Chooser { dialect: Dialect::Lava, weight_bits, layer: &blank, rates: &[], most_units: 1e3 }.choose(false)
        })
        .collect();
    let layers: Vec<FloatLayer> = layers
        .into_iter()
        .map(|layer| FloatLayer { bias: layer.bias.iter().map(|_| 0.0).collect(), ..layer })
        .collect();
    Ok(build(Dialect::Lava, num_values, &layers, &scaled?)?.demands())
}

fn check_options(options: &QuantiseOptions) -> Result<(), QuantiseError> {
    if !(1..=8).contains(&options.weight_bits) {
        let found = options.weight_bits.to_string();
        return Err(QuantiseError::Option { field: "weight_bits", found, allowed: "1 to 8" });
    }
    if !(1..=MAX_STEPS).contains(&options.num_steps) {
        let found = options.num_steps.to_string();
        return Err(QuantiseError::Option { field: "num_steps", found, allowed: "1 to 4096" });
    }
    Ok(())
}

/// Rates of the rows of each layer, for some calibration samples.
fn rates(
    network: &SpikingNetwork,
    layers: &[FloatLayer],
    calibration: &[f32],
    num_values: usize,
) -> Result<Vec<Vec<Vec<f64>>>, QuantiseError> {
    let analog = AnalogNetwork::new(network.graph().clone());
    let mut activations = analog.activations();
    let mut rates = vec![Vec::new(); layers.len()];
    for sample in calibration.chunks(num_values).take(SCALE_SAMPLES) {
        analog.run_sample(sample, &mut activations)?;
        for (rates, layer) in rates.iter_mut().zip(layers) {
            rates.push(layer.rates(activations.get(layer.driver)));
        }
    }
    Ok(rates)
}

/// The threshold in units at which no input can make the current or the sum of a step leave its register.
fn proven_units(layer: &FloatLayer, options: &QuantiseOptions) -> f64 {
    let rivals = layer.pool.as_ref().map_or(1, |circuit| circuit.largest_window().max(1)) as f64;
    let drive = layer.worst_drive();
    let steps = f64::from(options.num_steps + layer.depth);
    // Up and down add to the largest drive; what its spikes and those of its rivals take away is at most what drove
    // them, and a threshold each.
    let current = 2.0 * steps * drive + 2.0 * rivals + 1.0;
    let (most_current, most_sum) = limits(options.dialect);
    let units = f64::from(most_current) / 64.0 / current;
    units.min(f64::from(most_sum) / (drive + rivals))
}

fn substitutions(network: &SpikingNetwork, integer: &IntegerNetwork) -> Vec<Substitution> {
    let mut found = vec![Substitution::InputSpikes];
    if network.options().spikes != SpikeSigns::Binary {
        found.push(Substitution::BinarySpikes);
    }
    if integer.populations.iter().any(|population| population.role == Role::Pool) {
        found.push(Substitution::LateralInhibition);
    }
    found
}
