//! What a layer asks of a board, without saying what it computes.

/// A layer of neurons and the synapses onto it.
///
/// ```
/// use spike_hw::LayerDemand;
/// let layer = LayerDemand::dense("hidden", 784, 512);
/// assert_eq!((layer.fan_in, layer.fan_out, layer.weight_bits), (784, 512, 8));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDemand {
    /// Name in the report.
    pub name: String,
    /// Number of neurons.
    pub num_neurons: u64,
    /// Number of distinct sources of its synapses.
    pub num_inputs: u64,
    /// Most synapses of a neuron.
    pub fan_in: u64,
    /// Most synapses of a source.
    pub fan_out: u64,
    /// Most synapses of a neuron from neurons of its own layer, which lie on the same core; 0 if it has none.
    pub own_fan_in: u64,
    /// Inputs beside `num_inputs` that reach every neuron by one synapse: those that carry biases.
    pub shared_inputs: u64,
    /// Bits of a weight.
    pub weight_bits: u8,
    /// Longest delay in steps.
    pub max_delay_steps: u32,
    /// Distinct sets of neuron parameters: decays, refractory period.
    pub neuron_configurations: u64,
    /// Distinct thresholds.
    pub thresholds: u64,
    /// Distinct formats of synapses: bits, exponent, signs.
    pub synapse_formats: u64,
}

impl LayerDemand {
    /// All to all, with 8-bit weights, no delays, and the same parameters for all neurons.
    #[must_use]
    pub fn dense(name: &str, num_inputs: u64, num_neurons: u64) -> Self {
        Self {
            name: name.to_owned(),
            num_neurons,
            num_inputs,
            fan_in: num_inputs,
            fan_out: num_neurons,
            own_fan_in: 0,
            shared_inputs: 0,
            weight_bits: 8,
            max_delay_steps: 0,
            neuron_configurations: 1,
            thresholds: 1,
            synapse_formats: 1,
        }
    }

    /// A convolution: shapes are (width, height, channels), the kernel (width, height). Fan-in and fan-out are those
    /// of a unit stride away from the borders, which are the largest.
    #[must_use]
    pub fn conv(name: &str, input: [u64; 3], output: [u64; 3], kernel: [u64; 2], groups: u64) -> Self {
        let groups = groups.max(1);
        let (num_inputs, num_neurons) = (input.iter().product(), output.iter().product());
        let taps = kernel[0] * kernel[1];
        Self {
            fan_in: (taps * input[2] / groups).min(num_inputs),
            fan_out: (taps * output[2] / groups).min(num_neurons),
            ..Self::dense(name, num_inputs, num_neurons)
        }
    }

    /// Whether every source reaches every neuron, so that no index is stored.
    pub(crate) fn is_dense(&self) -> bool {
        self.fan_in == self.num_inputs && self.fan_out == self.num_neurons
    }
}
