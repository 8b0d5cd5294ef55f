//! Networks in the HDF5 description of lava-dl (netx): layers in order with weights and neurons as whole numbers.
//!
//! ```text
//! /layer/<i>/type              text of 10 bytes in an array of one: input, dense, conv, pool, flatten, average, concat
//! /layer/<i>/shape             (channel, height, width), or (neuron)
//! /layer/<i>/weight, bias, delay, inFeatures, outFeatures, inChannels, outChannels, kernelSize, stride, padding,
//!            dilation, groups, layers      as the type needs them; pairs are (height, width)
//! /layer/<i>/neuron/type       text: CUBA (formerly LOIHI), SDNN, and others
//! /layer/<i>/neuron/<name>     iDecay, vDecay, vThMant, refDelay, gradedSpike, and others
//! /simulation/Ts, tSample      not needed for exchange
//! ```
//!
//! The description names the axes of shapes (x, y, z); the files that lava-dl writes and reads hold them the other way
//! round, (channel, height, width), and so does this module.
//! Files of lava-dl hold weights as real numbers; they are whole, and a file in which they are not is refused.
//!
//! # What it does not do
//! It does not quantise. Layers that lava-dl writes beyond its description (transposed convolution, unpooling,
//! recurrent and complex weights) are refused by name.
//!
//! # References
//! lava-dl 0.6.0, lava.lib.dl.netx, "HDF5 description protocol", <https://github.com/lava-nc/lava-dl>.

mod error;
mod layer;
mod read;
mod write;

pub use error::NetxError;
pub use layer::{NetxArray, NetxKind, NetxLayer, NetxNeuron, NetxValue, NetxWindow};

/// A network as netx describes it: the layers from input to output, each fed by the one before it.
///
/// # Examples
/// ```
/// use spike_io::netx::{Netx, NetxArray, NetxKind, NetxLayer, NetxNeuron};
///
/// let weight = NetxArray::new(&[2, 3], vec![1, 2, 3, -4, -5, -6]).unwrap();
/// let kind = NetxKind::Dense { in_features: 3, out_features: 2, weight, delay: None, bias: None };
/// let neuron = Some(NetxNeuron::cuba(1024, 128, 80));
/// let netx = Netx { layers: vec![NetxLayer { shape: vec![2], kind, neuron }], simulation: None };
///
/// let bytes = netx.to_bytes()?;
/// assert_eq!(Netx::from_bytes(&bytes)?, netx);
/// # Ok::<(), spike_io::netx::NetxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Netx {
    /// The layers.
    pub layers: Vec<NetxLayer>,
    /// How the network was run.
    pub simulation: Option<NetxSimulation>,
}

/// How a network was run when it was trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetxSimulation {
    /// Length of a step in milliseconds.
    pub step_ms: i64,
    /// Length of a sample in milliseconds.
    pub sample_ms: i64,
}

impl Netx {
    /// Reads a file.
    ///
    /// # Errors
    /// [`NetxError`] for bytes that are not a netx file, unknown types of layers and numbers that contradict each
    /// other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NetxError> {
        read::read(bytes)
    }

    /// Writes a file; the same network always gives the same bytes.
    ///
    /// # Errors
    /// [`NetxError`] as [`check`](Self::check).
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetxError> {
        write::write(self)
    }

    /// Checks the numbers of each layer against each other.
    ///
    /// # Errors
    /// [`NetxError`] that names the layer.
    pub fn check(&self) -> Result<(), NetxError> {
        self.layers.iter().enumerate().try_for_each(|(index, layer)| layer::check(index, layer))
    }
}
