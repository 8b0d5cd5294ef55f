//! Biases or charges that take back the mean error of a layer at a given number of steps.

use crate::analog::AnalogNetwork;
use crate::error::ConvertError;
use crate::graph::NodeId;
use crate::par::map_parts;
use crate::profile::check_samples;
use crate::simulate::Simulation;
use crate::spiking::{SiteKind, SpikingNetwork};

/// What takes the error back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Correction {
    /// A current in every step.
    Bias,
    /// A charge at the start.
    Charge,
}

impl SpikingNetwork {
    /// Corrects each rectifier, layer by layer, by the mean of what the analog network has more.
    ///
    /// With e_c = mean(a − λ·n(T)/T) over the samples and the neurons of group c, where layers before are corrected
    /// already: b_c ← b_c + e_c, or V_c(0) ← V_c(0) + T·e_c. It takes back what is systematic at T steps: late arrival
    /// and saturation. The bias acts in every step and so fits T alone; the charge is the same at T, and its share of
    /// the sum falls as 1/t.
    ///
    /// Source: Li, Deng, Dong, Gong, Gu (2021), A free lunch from ANN: towards efficient, accurate spiking neural
    /// networks calibration, ICML, arXiv 2106.06984 (shift of bias and of the initial potential); the decomposition by
    /// layers is that of Deng, Gu (2021), ICLR, arXiv 2103.00476.
    pub(crate) fn calibrate(
        &mut self,
        samples: &[f32],
        num_steps: u32,
        correction: Correction,
    ) -> Result<(), ConvertError> {
        let analog = AnalogNetwork::new(self.graph().clone());
        check_samples(&analog, samples)?;
        let sites: Vec<NodeId> =
            self.sites().filter(|(_, _, site)| site.kind == SiteKind::Rectifier).map(|(id, ..)| id).collect();
        for id in sites {
            let residuals = self.mean_residuals(&analog, samples, num_steps, id)?;
            if let Some(site) = self.site_mut(id) {
                match correction {
                    Correction::Bias => site.shifts = residuals,
                    Correction::Charge => {
                        site.charges = residuals.into_iter().map(|e| e * f64::from(num_steps)).collect();
                    }
                }
            }
        }
        Ok(())
    }

    /// The mean of a − λ·n/T for each group of a node.
    fn mean_residuals(
        &self,
        analog: &AnalogNetwork,
        samples: &[f32],
        num_steps: u32,
        id: NodeId,
    ) -> Result<Vec<f64>, ConvertError> {
        let simulation = Simulation::<f32>::new(self)?;
        let node = self.graph().node(id);
        let Some(site) = self.site(id) else { return Ok(Vec::new()) };
        let size = simulation.num_inputs();
        let num_samples = samples.len() / size;
        let lambda = site.spread(&site.thresholds, node.shape());
        let parts = map_parts(num_samples, |range| {
            let mut sums = vec![0.0; site.thresholds.len()];
            let (mut state, mut activations) = (simulation.state(), analog.activations());
            for number in range {
                let sample = &samples[number * size..(number + 1) * size];
                analog.run_sample(sample, &mut activations)?;
                simulation.begin(&mut state, sample)?;
                (0..num_steps).for_each(|_| simulation.step(&mut state));
                let counts = simulation.counts(&state, id).unwrap_or_default();
                for (i, (&a, &n)) in activations.get(id).iter().zip(&counts).enumerate() {
                    let spiking = lambda[i] * f64::from(n) / f64::from(num_steps);
                    sums[site.groups.of(i, node.shape())] += f64::from(a) - spiking;
                }
            }
            Ok::<_, ConvertError>(sums)
        });
        let mut total = vec![0.0; site.thresholds.len()];
        for part in parts {
            total.iter_mut().zip(part?).for_each(|(total, sum)| *total += sum);
        }
        let values = (num_samples * node.num_values() / site.thresholds.len()) as f64;
        Ok(total.into_iter().map(|sum| sum / values).collect())
    }
}
