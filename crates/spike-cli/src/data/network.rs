//! Networks: converted ones from files, and models that are converted when they are opened.

use super::name_of;
use crate::error::CliError;
use spike_convert::{ConversionOptions, ConvertError, Graph, ImportOptions, SpikingNetwork, open_model};
use std::path::Path;

/// A spiking network from a `.spikenet` file, or from a model by `convert`.
pub(crate) fn open_network(
    path: &Path,
    convert: impl FnOnce(&Graph, &ConversionOptions) -> Result<SpikingNetwork, ConvertError>,
) -> Result<SpikingNetwork, CliError> {
    let name = name_of(path);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("spikenet")) {
        let bytes = std::fs::read(path).map_err(|source| CliError::Open { path: path.to_owned(), source })?;
        return SpikingNetwork::from_spikenet(&bytes).map_err(|source| CliError::Spikenet { name, source });
    }
    let model = open_model(path, &ImportOptions::default());
    let model = model.map_err(|source| CliError::Import { name: name.clone(), source })?;
    convert(&model, &ConversionOptions::default()).map_err(|source| CliError::Convert { name, source })
}
