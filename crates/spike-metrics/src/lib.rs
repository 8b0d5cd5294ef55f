//! metrics

mod cost;
mod distance;
mod error;
mod information;
mod jitter_precision;
mod par;
mod reconstruction;
mod special;
mod ssim;
mod statistics;
mod synchrony;
mod times;

pub use cost::energy::{EnergyBreakdown, EnergyCost, EnergyTable, Workload};
pub use cost::sparsity::{activation_sparsity, connection_sparsity, spike_sparsity};
pub use cost::synops::{SynapticOperations, dense_layer_operations, spike_operations};
pub use distance::isi::{IsiOptions, isi_distance, isi_distance_matrix, isi_distance_multi, isi_profile};
pub use distance::profile::{LinearProfile, StepProfile};
pub use distance::spike::{SpikeOptions, spike_distance, spike_distance_matrix, spike_distance_multi, spike_profile};
pub use distance::van_rossum::{VanRossumNorm, van_rossum_distance, van_rossum_matrix};
pub use distance::victor_purpura::{victor_purpura_distance, victor_purpura_matrix};
pub use error::MetricsError;
pub use information::bounds::{
    Ceiling, CeilingKind, bernoulli_peak_hz, gaussian_channel_bits, gaussian_error_lower_bound_bits,
    poisson_capacity_bits_per_s,
};
pub use information::channel::CountChannel;
pub use information::channel::bernoulli::bernoulli_count;
pub use information::channel::binary::{
    binary_entropy_bits, binary_symmetric_bits, equal_bins_bits, independent_bins_bits, rounded_count_bits,
    symmetric_channel_bits, z_channel_bits,
};
pub use information::channel::capacity::{Capacity, poisson_count_capacity};
pub use information::channel::latency::jittered_latency_bits;
pub use information::channel::poisson::{dead_time_count, poisson_count, poisson_count_of_binned, single_spike_bits};
pub use information::direct::{DirectEstimate, DirectOptions, WordEntropy, direct_information};
pub use information::estimate::{
    InformationEstimate, InformationMethod, InformationOptions, mutual_information, table_information,
};
pub use information::ksg::{NeighbourOptions, mutual_information_continuous, mutual_information_mixed};
pub use information::miller_madow::entropy_miller_madow_bits;
pub use information::nsb::entropy_nsb_bits;
pub use information::plug_in::entropy_plug_in_bits;
pub use information::resample::ShuffleNull;
pub use information::table::{ContingencyTable, equal_width_symbols};
pub use jitter_precision::{JitterPrecision, jitter_precision};
pub use reconstruction::{Reconstruction, ReconstructionError, reconstruction};
pub use ssim::ssim;
pub use statistics::binned::bin_counts;
pub use statistics::correlogram::{Correlogram, correlogram};
pub use statistics::fano::fano_factor;
pub use statistics::isi::{IsiHistogram, isi_histogram};
pub use statistics::rate::{RateKernel, first_spike_latency_ms, instantaneous_rate_hz, mean_rate_hz};
pub use statistics::variability::{cv, cv2, lv, lvr};
pub use synchrony::correlation::correlation_coefficient;
pub use synchrony::spike_contrast::spike_contrast;
pub use synchrony::spike_sync::{SpikeSync, spike_directionality, spike_sync, spike_sync_matrix, spike_sync_multi};
pub use synchrony::sttc::spike_time_tiling_coefficient;
pub use times::{SpikeTimes, TrainSet};
