//! The documented dumps are what the code writes, byte for byte; `cargo xtask dump` writes them anew.

use std::fs;
use std::path::PathBuf;

#[path = "../examples/board_files/digit.rs"]
mod digit;
#[path = "../examples/board_files/dumps.rs"]
mod dumps;
#[path = "../examples/board_files/networks.rs"]
mod networks;

#[test]
fn the_documented_dumps_are_what_is_written() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/dumps");
    let dumps = dumps::dumps().unwrap();
    let mut names: Vec<&str> = dumps.iter().map(|(name, _)| *name).collect();
    for (name, bytes) in &dumps {
        let stored = fs::read(folder.join(name)).unwrap();
        assert!(stored == *bytes, "{name} is not what is written; run `cargo xtask dump` and look at the difference");
    }
    names.push("README.md");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(names.iter().any(|known| name == *known), "{} is no dump", name.display());
    }
}

#[test]
fn what_is_written_is_read() {
    use spike_io::{netx::Netx, nir::NirGraph};
    assert_eq!(NirGraph::from_bytes(&networks::nir().to_bytes().unwrap()).unwrap(), networks::nir());
    assert_eq!(Netx::from_bytes(&networks::netx().to_bytes().unwrap()).unwrap(), networks::netx());
    let train = digit::digit().unwrap();
    // A pixel of level 0 fires last, one of level 8 first.
    assert_eq!(train.view().neuron(0), [19]);
    assert_eq!(train.view().neuron(3), [0]);
}
