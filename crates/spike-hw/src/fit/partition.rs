//! The search for the number of cores.

use super::demand::LayerDemand;
use super::report::{FitReport, LayerFit, Misfit, Remedy, Resource, Usage};
use crate::board::{Board, Figure};
use crate::synapse_memory::SynapseFormat;

/// Partitions layers that follow each other onto the cores of a board.
///
/// The neurons of a layer are spread evenly over the fewest cores that hold them; layers do not share cores. With n
/// neurons a core, the fullest core takes at most
///
/// ```text
/// input axons       A + S + n if the layer has synapses onto itself,   A = min(inputs, n·fan-in)
/// synaptic memory   A·bits(⌈n·fan-in/A⌉) + S·bits(n) + n·bits(own)      weights are not shared
/// output axons      n·min(cores of the next layer, its fan-out) + n if the layer has synapses onto itself
/// configurations    min(n, distinct ones of the layer)
/// ```
///
/// where S inputs reach every neuron, and a neuron has `own` synapses from its own layer, whose sources lie on its core.
/// All are upper bounds, exact for dense layers: a partition that fits by them fits. Every resource grows with n, so
/// that each alone gives a number of cores by bisection; the layer takes the largest.
///
/// # Examples
/// ```
/// use spike_hw::{Board, LayerDemand, Resource, fit};
/// let layers = [LayerDemand::dense("hidden", 784, 512), LayerDemand::dense("output", 512, 10)];
/// let report = fit(&Board::named("loihi1")?, &layers);
/// assert!(report.fits());
/// assert_eq!(report.layers[0].cores, 4);
/// assert_eq!(report.layers[0].bottleneck(), Some(Resource::SynapticMemory));
/// # Ok::<(), spike_hw::BoardError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `block.py` and `builder/validate.py`, for what a Loihi core holds.
#[must_use]
pub fn fit(board: &Board, layers: &[LayerDemand]) -> FitReport {
    let mut fits = Vec::new();
    let mut misfits = Vec::new();
    // From the last layer up, since the output axons of a layer depend on the cores of the next.
    let mut next: Option<(u64, u64)> = None;
    for layer in layers.iter().rev() {
        let view = LayerView { board, layer, next };
        let placed = view.place(&mut misfits);
        next = Some((placed.cores, layer.fan_out));
        fits.push(placed);
    }
    fits.reverse();
    misfits.reverse();
    let cores = fits.iter().map(|layer| layer.cores).sum();
    let per_chip = board.cores_per_chip.as_ref().map(|figure| figure.value);
    let chips = per_chip.map(|per_chip: u64| u64::div_ceil(cores, per_chip));
    if let (Some(per_chip), Some(chips)) = (per_chip, &board.chips) {
        let available = per_chip.saturating_mul(chips.value);
        if cores > available {
            let remedy = Remedy::Boards { number: cores.div_ceil(available) };
            misfits.push(Misfit { layer: None, resource: Resource::Cores, needed: cores, available, remedy });
        }
    }
    FitReport { board: board.name.clone(), layers: fits, cores, chips, misfits, unchecked: unchecked(board) }
}

/// The resources of a core, with their limits.
fn limits(board: &Board) -> [(Resource, &Option<Figure>); 9] {
    [
        (Resource::Neurons, &board.neurons),
        (Resource::InAxons, &board.in_axons),
        (Resource::OutAxons, &board.out_axons),
        (Resource::SynapticMemory, &board.synaptic_memory_bits),
        (Resource::NeuronConfigurations, &board.neuron_configurations),
        (Resource::Thresholds, &board.thresholds),
        (Resource::SynapseFormats, &board.synapse_formats),
        (Resource::WeightBits, &board.weight_bits),
        (Resource::Delay, &board.max_delay_steps),
    ]
}

fn unchecked(board: &Board) -> Vec<Resource> {
    let none = limits(board).into_iter().filter(|(_, limit)| limit.is_none()).map(|(resource, _)| resource);
    none.chain((board.cores_per_chip.is_none()).then_some(Resource::Cores)).collect()
}

struct LayerView<'a> {
    board: &'a Board,
    layer: &'a LayerDemand,
    /// Cores of the next layer and most synapses of a source of it.
    next: Option<(u64, u64)>,
}

impl LayerView<'_> {
    fn place(&self, misfits: &mut Vec<Misfit>) -> LayerFit {
        let most = self.layer.num_neurons.max(1);
        let mut wanted = Vec::new();
        for (resource, limit) in limits(self.board) {
            let Some(available) = limit.as_ref().map(|figure| figure.value) else { continue };
            let Some(least) = self.used(resource, 1, self.layer) else { continue };
            if least > available {
                let remedy = self.remedy(resource, available);
                let layer = Some(self.layer.name.clone());
                misfits.push(Misfit { layer, resource, needed: least, available, remedy });
                // More cores would not help: this resource asks for none.
                wanted.push((resource, available, 1));
            } else {
                wanted.push((resource, available, self.fewest_cores(resource, available, most)));
            }
        }
        let cores = wanted.iter().map(|(.., cores)| *cores).max().unwrap_or(1);
        let neurons_per_core = self.layer.num_neurons.div_ceil(cores);
        let usage = wanted.into_iter().map(|(resource, available, cores)| {
            let used = self.used(resource, neurons_per_core, self.layer).unwrap_or(0);
            Usage { resource, used, available, cores }
        });
        LayerFit { name: self.layer.name.clone(), cores, neurons_per_core, usage: usage.collect() }
    }

    /// The fewest cores with which the resource is enough; one neuron a core is known to be.
    fn fewest_cores(&self, resource: Resource, available: u64, most: u64) -> u64 {
        let (mut low, mut high) = (1, most);
        while low < high {
            let cores = low + (high - low) / 2;
            let n = self.layer.num_neurons.div_ceil(cores);
            if self.used(resource, n, self.layer).is_some_and(|used| used <= available) {
                high = cores;
            } else {
                low = cores + 1;
            }
        }
        low
    }

    /// What n neurons of a layer take of a resource on one core; `None` where that is not known.
    fn used(&self, resource: Resource, n: u64, layer: &LayerDemand) -> Option<u64> {
        let synapses = n.saturating_mul(layer.fan_in);
        let axons = synapses.min(layer.num_inputs);
        let own_axons = if layer.own_fan_in > 0 { n } else { 0 };
        Some(match resource {
            Resource::Neurons => n,
            Resource::InAxons => axons.saturating_add(layer.shared_inputs).saturating_add(own_axons),
            Resource::OutAxons => {
                let next = self.next.map_or(0, |(cores, fan_out)| n.saturating_mul(cores.min(fan_out)));
                next.saturating_add(own_axons)
            }
            Resource::SynapticMemory => {
                let format = format(layer, n);
                let each = synapses.checked_div(axons).map_or(0, |_| synapses.div_ceil(axons));
                let shared = self.board.bits_of_axon(format, n)?.saturating_mul(layer.shared_inputs);
                let own = self.board.bits_of_axon(format, layer.own_fan_in)?.saturating_mul(own_axons);
                axons.saturating_mul(self.board.bits_of_axon(format, each)?).saturating_add(shared).saturating_add(own)
            }
            Resource::NeuronConfigurations => n.min(layer.neuron_configurations),
            Resource::Thresholds => n.min(layer.thresholds),
            Resource::SynapseFormats => n.min(layer.synapse_formats),
            Resource::WeightBits => layer.weight_bits.into(),
            Resource::Delay => layer.max_delay_steps.into(),
            Resource::Cores => return None,
        })
    }

    fn remedy(&self, resource: Resource, available: u64) -> Remedy {
        match resource {
            Resource::WeightBits => Remedy::WeightBits { to: available },
            Resource::Delay => Remedy::Delay { to: available },
            Resource::OutAxons => Remedy::NextLayerCores { to: available },
            Resource::SynapticMemory => self.less_memory(available),
            Resource::Neurons | Resource::InAxons | Resource::Cores => {
                // One neuron a core takes one axon for its own synapses.
                let others = self.layer.shared_inputs.saturating_add(self.layer.own_fan_in.min(1));
                Remedy::FanIn { to: available.saturating_sub(others) }
            }
            Resource::NeuronConfigurations | Resource::Thresholds | Resource::SynapseFormats => {
                Remedy::Share { what: resource, to: available }
            }
        }
    }

    /// Fewer bits a weight if that is enough, else fewer synapses a neuron.
    fn less_memory(&self, available: u64) -> Remedy {
        let fits =
            |layer: &LayerDemand| self.used(Resource::SynapticMemory, 1, layer).is_some_and(|bits| bits <= available);
        let fewer = (1..self.layer.weight_bits).rev();
        let bits = fewer.map(|weight_bits| LayerDemand { weight_bits, ..self.layer.clone() }).find(fits);
        if let Some(layer) = bits {
            return Remedy::WeightBits { to: layer.weight_bits.into() };
        }
        let (mut low, mut high) = (0, self.layer.fan_in);
        while low < high {
            let fan_in = low + (high - low).div_ceil(2);
            // Each source of a neuron alone reaches it by one synapse.
            if fits(&LayerDemand { fan_in, num_inputs: fan_in, fan_out: 1, ..self.layer.clone() }) {
                low = fan_in;
            } else {
                high = fan_in - 1;
            }
        }
        Remedy::FanIn { to: low }
    }
}

fn format(layer: &LayerDemand, n: u64) -> SynapseFormat {
    // Steps 0 to the longest.
    let delay_bits = (u32::BITS - layer.max_delay_steps.leading_zeros()) as u8;
    let format = SynapseFormat { weight_bits: layer.weight_bits, delay_bits, ..SynapseFormat::default() };
    if layer.is_dense() {
        return format;
    }
    // Beyond 4096 neurons a core no index reaches; no Loihi core has that many.
    format.with_index(n).unwrap_or(SynapseFormat { index_bits: 12, ..format })
}
