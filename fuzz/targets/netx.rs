//! Arbitrary bytes as a network of netx.

use spike_io::netx::Netx;

pub(crate) fn run(data: &[u8]) {
    let Ok(netx) = Netx::from_bytes(data) else { return };
    // Names and texts that HDF5 cannot hold are refused.
    let Ok(bytes) = netx.to_bytes() else { return };
    let again = Netx::from_bytes(&bytes).expect("what was written is read");
    // Bytes, since a parameter may be NaN, which is not itself.
    assert!(again.to_bytes().expect("it was written before") == bytes, "the network comes back");
}
