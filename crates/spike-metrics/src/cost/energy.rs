//! Energy estimate from counts of events and a table of costs per event.

use serde::{Deserialize, Serialize};

/// An energy per event and where the figure is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnergyCost {
    /// Energy of one event.
    pub energy_nj: f64,
    /// Who measured or claims it, and how sure we are.
    pub source: String,
}

/// What each kind of event costs on one device; a cost that is not known is `None`, never 0.
///
/// | table | coefficients |
/// |---|---|
/// | [`spike_proxy`](Self::spike_proxy) | 0.9 nJ per spike, unconfirmed |
/// | [`loihi`](Self::loihi) | synaptic operation, neuron update, hop |
/// | [`spinnaker`](Self::spinnaker), [`spinnaker2`](Self::spinnaker2) | synaptic operation, neuron update |
/// | [`arithmetic_45nm`](Self::arithmetic_45nm) | accumulate as synaptic operation |
///
/// Figures are from secondary sources as named, and no table knows every cost: an estimate compares codes on one
/// table, it does not predict a measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnergyTable {
    /// Name of the device or convention.
    pub device: String,
    /// Emission of one spike.
    pub spike: Option<EnergyCost>,
    /// Transport of one spike over one hop of the network on chip.
    pub hop: Option<EnergyCost>,
    /// One spike at one synapse.
    pub synaptic_operation: Option<EnergyCost>,
    /// Update of one neuron in one step.
    pub neuron_update: Option<EnergyCost>,
    /// Static energy of one millisecond.
    pub static_per_ms: Option<EnergyCost>,
}

fn cost(energy_nj: f64, source: &str) -> Option<EnergyCost> {
    Some(EnergyCost { energy_nj, source: source.to_owned() })
}

const SPINNAKER: &str = "device table of KerasSpiking (keras_spiking/model_energy.py), primary source not checked";

impl EnergyTable {
    /// 0.9 nJ per spike and nothing else: the default of `energy_proxy_nJ`.
    ///
    /// The figure is not confirmed. No source gives it for Loihi; 0.9 nJ is the ARM Cortex-A cost per operation in
    /// KerasSpiking's table, and 0.9 pJ is the 32-bit floating-point addition in 45 nm. Use it to compare codes.
    #[must_use]
    pub fn spike_proxy() -> Self {
        let spike = cost(0.9, "convention of the specification, unconfirmed");
        Self { spike, ..Self::without_costs("spike proxy") }
    }

    /// Loihi: 23.6 pJ per synaptic operation, 81 pJ per neuron update, 4.2 pJ per hop (the larger of the two
    /// directions, 3.0 east-west and 4.2 north-south).
    #[must_use]
    pub fn loihi() -> Self {
        const SOURCE: &str = "attributed to Davies et al. 2018, IEEE Micro 38(1):82, DOI 10.1109/MM.2018.112130359, by";
        let quoted = |nj: f64, by: &str| cost(nj, &format!("{SOURCE} {by}; primary source not checked"));
        Self {
            synaptic_operation: quoted(0.0236, "KerasSpiking's device table"),
            neuron_update: quoted(0.081, "KerasSpiking's device table"),
            hop: quoted(0.0042, "architecture files of network simulators"),
            ..Self::without_costs("Loihi")
        }
    }

    /// SpiNNaker: 13.3 nJ per synaptic operation, 26 nJ per neuron update.
    #[must_use]
    pub fn spinnaker() -> Self {
        let (synaptic_operation, neuron_update) = (cost(13.3, SPINNAKER), cost(26.0, SPINNAKER));
        Self { synaptic_operation, neuron_update, ..Self::without_costs("SpiNNaker") }
    }

    /// SpiNNaker 2: 0.45 nJ per synaptic operation, 2.19 nJ per neuron update.
    #[must_use]
    pub fn spinnaker2() -> Self {
        let (synaptic_operation, neuron_update) = (cost(0.45, SPINNAKER), cost(2.19, SPINNAKER));
        Self { synaptic_operation, neuron_update, ..Self::without_costs("SpiNNaker 2") }
    }

    /// Arithmetic alone in 45 nm: 0.9 pJ per 32-bit floating-point accumulate. Memory, which usually costs more, is
    /// left out: this understates.
    #[must_use]
    pub fn arithmetic_45nm() -> Self {
        const SOURCE: &str = "Horowitz 2014, Computing's energy problem, ISSCC, DOI 10.1109/ISSCC.2014.6757323, \
                              32-bit floating-point addition, as quoted by secondary sources";
        Self { synaptic_operation: cost(0.0009, SOURCE), ..Self::without_costs("45 nm arithmetic") }
    }

    /// A table in which no cost is known, to fill in one's own.
    #[must_use]
    pub fn without_costs(device: &str) -> Self {
        Self {
            device: device.to_owned(),
            spike: None,
            hop: None,
            synaptic_operation: None,
            neuron_update: None,
            static_per_ms: None,
        }
    }

    /// The energy of a workload, part by part:
    /// E = spikes·e_spike + hops·e_hop + SynOps·e_synop + updates·e_update + T·e_static.
    ///
    /// ```
    /// use spike_metrics::{EnergyTable, Workload};
    /// let work = Workload { spikes: 50, synaptic_operations: 50, ..Workload::default() };
    /// let proxy = EnergyTable::spike_proxy().estimate(&work);
    /// assert_eq!(proxy.spikes_nj, Some(45.0));
    /// // The proxy knows nothing of synaptic operations, so that there is no total.
    /// assert_eq!((proxy.known_nj(), proxy.total_nj()), (45.0, None));
    /// ```
    #[must_use]
    pub fn estimate(&self, work: &Workload) -> EnergyBreakdown {
        let part = |amount: f64, cost: &Option<EnergyCost>| match cost {
            _ if amount == 0.0 => Some(0.0),
            Some(cost) => Some(amount * cost.energy_nj),
            None => None,
        };
        EnergyBreakdown {
            spikes_nj: part(work.spikes as f64, &self.spike),
            hops_nj: part(work.hops as f64, &self.hop),
            synaptic_operations_nj: part(work.synaptic_operations as f64, &self.synaptic_operation),
            neuron_updates_nj: part(work.neuron_updates as f64, &self.neuron_update),
            static_nj: part(work.duration_ms, &self.static_per_ms),
        }
    }
}

/// The events that cost energy. What is 0 costs nothing, also where its cost is not known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Spikes emitted.
    pub spikes: u64,
    /// Hops of all spikes together.
    pub hops: u64,
    /// Effective synaptic operations.
    pub synaptic_operations: u64,
    /// Neurons × steps.
    pub neuron_updates: u64,
    /// Time for which static power counts; 0 leaves it out.
    pub duration_ms: f64,
}

/// Energy by cause; `None` where there were events whose cost the table does not know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EnergyBreakdown {
    /// Emission of spikes.
    pub spikes_nj: Option<f64>,
    /// Transport.
    pub hops_nj: Option<f64>,
    /// Synaptic operations.
    pub synaptic_operations_nj: Option<f64>,
    /// Neuron updates.
    pub neuron_updates_nj: Option<f64>,
    /// Static power.
    pub static_nj: Option<f64>,
}

impl EnergyBreakdown {
    fn parts(&self) -> [Option<f64>; 5] {
        [self.spikes_nj, self.hops_nj, self.synaptic_operations_nj, self.neuron_updates_nj, self.static_nj]
    }

    /// The sum; `None` if a part is not known.
    #[must_use]
    pub fn total_nj(&self) -> Option<f64> {
        self.parts().into_iter().sum()
    }

    /// The sum of the parts that are known: a lower bound.
    #[must_use]
    pub fn known_nj(&self) -> f64 {
        self.parts().into_iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_cost() {
        let table =
            EnergyTable { static_per_ms: cost(100.0, "a test"), spike: cost(1.0, "a test"), ..EnergyTable::loihi() };
        let work =
            Workload { spikes: 7, hops: 1000, synaptic_operations: 1000, neuron_updates: 1000, duration_ms: 0.5 };
        let energy = table.estimate(&work);
        let parts = [7.0, 4.2, 23.6, 81.0, 50.0];
        for (found, expected) in energy.parts().into_iter().zip(parts) {
            assert!((found.unwrap() - expected).abs() < 1e-12);
        }
        assert!((energy.total_nj().unwrap() - 165.8).abs() < 1e-12);
    }

    #[test]
    fn what_is_unknown_is_not_free() {
        let work = Workload { synaptic_operations: 10, hops: 3, ..Workload::default() };
        let energy = EnergyTable::spinnaker().estimate(&work);
        assert_eq!((energy.hops_nj, energy.spikes_nj, energy.total_nj()), (None, Some(0.0), None));
        assert_eq!(energy.known_nj(), 133.0);
    }

    #[test]
    fn every_cost_names_its_source() {
        let tables = [
            EnergyTable::spike_proxy(),
            EnergyTable::loihi(),
            EnergyTable::spinnaker(),
            EnergyTable::spinnaker2(),
            EnergyTable::arithmetic_45nm(),
        ];
        for table in tables {
            let costs = [table.spike, table.hop, table.synaptic_operation, table.neuron_update, table.static_per_ms];
            let known: Vec<EnergyCost> = costs.into_iter().flatten().collect();
            assert!(!known.is_empty() && known.iter().all(|c| c.source.len() > 20 && c.energy_nj > 0.0));
        }
    }
}
