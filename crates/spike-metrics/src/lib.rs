//! metrics

mod cost;
mod distance;
mod error;
mod jitter_precision;
mod par;
mod reconstruction;
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
