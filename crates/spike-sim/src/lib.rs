//! Spiking neurons, event queues and plasticity on the time grid of the encoder.
//!
//! | component | type | source |
//! |---|---|---|
//! | leaky integrate-and-fire neurons, one or many | [`LifNeuron`], [`LifPopulation`] | exact integration (Rotter, Diesmann 1999) |
//! | update orders of Brian2, NEST, Lava | [`Schedule`] | the programs themselves |
//! | thresholds that follow the activity | [`HomeostasisOptions`] | Diehl, Cook 2015 |
//! | integrate-and-fire neurons with moving thresholds | [`IfPopulation`], [`IfLayer`] | Rueckauer et al. 2017; Park et al. 2019; Bellec et al. 2018 |
//! | integrate-and-fire neurons of converted networks | [`IfNeurons`] | Rueckauer et al. 2017; Deng, Gu 2021; You et al. 2024 |
//! | sparse connections with weights and delays | [`Connections`] | |
//! | spikes under way, in a total order | [`EventQueue`], [`Merge`] | |
//! | spike-timing-dependent plasticity | [`Stdp`] | Song et al. 2000; Morrison et al. 2008 |
//! | weights that keep their sum | [`SynapticScaling`] | Turrigiano et al. 1998 |
//!
//! Everything runs driven by the clock or by events ([`Drive`]), with the same spikes.
//!
//! # Example
//! ```
//! use spike_core::{Seed, SpikeTrain, TimeGrid};
//! use spike_sim::{Connections, Drive, LifOptions, LifPopulation, Stdp, StdpOptions};
//!
//! let grid = TimeGrid::from_ms(100.0, 0.1)?;
//! let inputs = SpikeTrain::from_neurons(grid, &(0..50).map(|i| vec![i * 7, 400 + i]).collect::<Vec<_>>())?;
//! let connections = Connections::random(50, 10, 0.5, 0.2, 1, Seed(1))?;
//! let mut stdp = Stdp::new(&StdpOptions::default(), grid, Drive::Clock, &connections)?;
//! let mut population = LifPopulation::new(&LifOptions::default(), grid, connections)?;
//! let outputs = population.receive_spikes_plastic(inputs.view(), &mut stdp)?;
//! assert_eq!(outputs.num_neurons(), 10);
//! assert!(outputs.num_spikes() > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! `rayon` (default): simulate the samples of a batch on several threads. It changes no result.
//!
//! # What this crate does not do
//! It encodes and decodes nothing, and runs no foreign simulator. Schedules reproduce floating point models; the
//! integer neurons of Loihi are not here. Synapses are of one kind for each population.

mod connections;
mod delivery;
mod drive;
mod error;
mod flags;
mod integrate_fire;
mod lif;
mod par;
mod plasticity;
mod queue;
mod real;
mod rows;

pub use connections::{Connections, Synapse};
pub use drive::Drive;
pub use error::SimError;
pub use flags::each_spike;
pub use integrate_fire::{Emission, IfLayer, IfNeurons, IfNeuronsOptions, IfOptions, IfPopulation, IfReset, Threshold};
pub use lif::{
    HomeostasisOptions, LifNeuron, LifOptions, LifPopulation, PostsynapticEffect, Refractoriness, Reset, Schedule,
};
pub use plasticity::{Pairing, Stdp, StdpOptions, StdpOrder, SynapticScaling, WeightDependence};
pub use queue::{EventQueue, Filled, LiveSender, Merge, MergeFront, QueueError, QueuedSpike};
pub use real::Real;
