//! What a code keeps and what it costs: information, error of reconstruction, statistics, distances and synchrony of
//! spike trains, sparsity, operations, energy.
//!
//! Metrics are functions. Times are spike times in milliseconds with the interval of observation, [`SpikeTimes`];
//! many trains are a [`TrainSet`], made from lists or from a [`SpikeView`](spike_core::SpikeView). What is not defined
//! is `None`, never NaN.
//!
//! | metric | function | source | convention |
//! |---|---|---|---|
//! | mutual information of symbols | [`mutual_information`], [`table_information`] | Panzeri & Treves 1996 (default), Miller 1955, Strong et al. 1998, Nemenman et al. 2002 | bits; with bias, error, null and ceiling |
//! | of continuous values | [`mutual_information_mixed`], [`mutual_information_continuous`] | Ross 2014, Kraskov et al. 2004 | bits, k = 3 |
//! | of repeated responses | [`direct_information`] | Strong et al. 1998 | bits per second |
//! | entropy | [`entropy_plug_in_bits`], [`entropy_miller_madow_bits`], [`entropy_nsb_bits`] | as above | bits |
//! | exact channels | [`poisson_count`], [`dead_time_count`], [`bernoulli_count`], [`jittered_latency_bits`], [`binary_symmetric_bits`], … | closed forms, quadrature | uniform input |
//! | capacities, bounds | [`poisson_count_capacity`], [`poisson_capacity_bits_per_s`], [`Ceiling`], [`gaussian_error_lower_bound_bits`] | Blahut 1972, Wyner 1988 | |
//! | MSE, R², SNR, PSNR | [`reconstruction`] | | AC-SNR without the mean of the signal |
//! | structural similarity | [`ssim`] | Wang et al. 2004 | scikit-image with Gaussian weights |
//! | rate | [`mean_rate_hz`], [`instantaneous_rate_hz`] | | elephant, without border correction |
//! | CV, CV2, LV, LvR | [`cv`], [`cv2`], [`lv`], [`lvr`] | Holt et al. 1996, Shinomoto et al. 2003, 2009 | elephant, deviations divided by n |
//! | Fano factor | [`fano_factor`] | Fano 1947 | elephant, variance divided by n |
//! | counts, histogram, correlogram | [`bin_counts`], [`isi_histogram`], [`correlogram`] | Perkel et al. 1967 | elephant, tolerance of 10⁻⁸ bins |
//! | Victor–Purpura distance | [`victor_purpura_distance`] | Victor & Purpura 1996 | elephant; cost in 1/ms |
//! | van Rossum distance | [`van_rossum_distance`] | van Rossum 2001, Houghton & Kreuz 2012 | elephant, √2 times that of the paper; both offered |
//! | ISI-distance | [`isi_distance`] | Kreuz et al. 2007 | PySpike |
//! | SPIKE-distance | [`spike_distance`] | Kreuz et al. 2013 | PySpike |
//! | SPIKE-synchronisation, directionality | [`spike_sync`], [`spike_directionality`] | Kreuz et al. 2015, 2017 | PySpike |
//! | spike time tiling coefficient | [`spike_time_tiling_coefficient`] | Cutts & Eglen 2014 | elephant, exact window |
//! | correlation, spike-contrast | [`correlation_coefficient`], [`spike_contrast`] | Ciba et al. 2018 | elephant |
//! | precision and reliability of times | [`jitter_precision`] | Mainen & Sejnowski 1995 | against a reference train |
//! | sparsity, synaptic operations | [`spike_sparsity`], [`activation_sparsity`], [`dense_layer_operations`], … | Yik et al. 2025 | NeuroBench |
//! | energy | [`EnergyTable`] | a source for each coefficient | unknown is not free |
//!
//! # Trains without or with one spike
//!
//! | metric | no spikes against none | against some | one spike |
//! |---|---|---|---|
//! | Victor–Purpura | 0 | number of spikes | as any |
//! | van Rossum | 0 | as any | as any |
//! | ISI, SPIKE | 0 | none counts as a spike at either edge | intervals reach to the edges |
//! | SPIKE-synchronisation | 1 | 0 | window of half of the observation |
//! | directionality, tiling coefficient, correlation | `None` | `None` (directionality of the other train: 0) | as any |
//! | CV; CV2, LV, LvR | `None` | | `None`; two spikes: CV 0, the others `None` |
//!
//! # Example
//! ```
//! use spike_metrics::{IsiOptions, TrainSet, isi_distance_matrix, spike_sync_matrix, victor_purpura_matrix};
//!
//! let trains = TrainSet::new(&[vec![10.0, 30.0, 50.0], vec![12.0, 31.0, 49.0], vec![]], 0.0, 60.0)?;
//! let cost = victor_purpura_matrix(&trains, 0.1)?;
//! assert!((cost[[0, 1]] - 0.4).abs() < 1e-12);
//! assert_eq!(cost[[0, 2]], 3.0);
//! assert_eq!(spike_sync_matrix(&trains)[[0, 1]], 1.0);
//! assert!(isi_distance_matrix(&trains, IsiOptions::default())?[[0, 1]] < 0.2);
//! # Ok::<(), spike_metrics::MetricsError>(())
//! ```
//!
//! # Features
//! `rayon` (default): compare all pairs and resample on several threads. It changes no result.
//!
//! # What this crate does not do
//! It reads no files, encodes and decodes nothing, and runs no network: counts of operations come from the caller.
//! Of PySpike it leaves out `max_tau`, the MRTS of SPIKE-synchronisation and the spike-order profiles; of NeuroBench
//! the memory footprint, which depends on the framework.

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
pub use information::ksg::{NeighbourOptions, SoleResponses, mutual_information_continuous, mutual_information_mixed};
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
