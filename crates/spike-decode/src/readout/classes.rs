//! Classes from neurons that learnt without labels.

use serde::{Deserialize, Serialize};
use spike_core::{ConfigError, SpikeView};

/// Counts how neurons respond to labelled samples.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_decode::ClassResponses;
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let mut responses = ClassResponses::new(2, 3);
/// responses.add(0, SpikeTrain::from_neurons(grid, &[vec![1, 5], vec![], vec![]])?.view());
/// responses.add(1, SpikeTrain::from_neurons(grid, &[vec![3], vec![2, 4, 6], vec![]])?.view());
/// let classes = responses.assign();
/// assert_eq!(classes.of_neurons(), &[Some(0), Some(1), None]);
/// let unknown = SpikeTrain::from_neurons(grid, &[vec![1], vec![1, 2], vec![]])?;
/// assert_eq!(classes.predict(unknown.view()), Some(1));
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassResponses {
    num_neurons: usize,
    samples: Vec<u64>,
    /// Spikes, shape (class, neuron).
    spikes: Vec<u64>,
}

impl ClassResponses {
    /// No samples so far.
    #[must_use]
    pub fn new(num_classes: usize, num_neurons: usize) -> Self {
        Self { num_neurons, samples: vec![0; num_classes], spikes: vec![0; num_classes * num_neurons] }
    }

    /// Adds the response to one sample. Returns false, and adds nothing, if there is no such class or the rows are
    /// those of other neurons.
    pub fn add(&mut self, class: usize, spikes: SpikeView<'_>) -> bool {
        if self.samples.len() <= class || spikes.num_neurons() != self.num_neurons {
            return false;
        }
        self.samples[class] += 1;
        let of_class = &mut self.spikes[class * self.num_neurons..][..self.num_neurons];
        for (sum, row) in of_class.iter_mut().zip(spikes.neurons()) {
            *sum += row.len() as u64;
        }
        true
    }

    /// Assigns every neuron to the class with its strongest mean response; the lower class where two are equal.
    #[must_use]
    pub fn assign(&self) -> ClassAssignment {
        let class_of = |neuron: usize| {
            let mean = |class: usize| {
                let spikes = self.spikes[class * self.num_neurons + neuron];
                if spikes == 0 { 0.0 } else { spikes as f64 / self.samples[class] as f64 }
            };
            let best =
                (0..self.samples.len()).reduce(|best, class| if mean(best) < mean(class) { class } else { best });
            best.filter(|&class| mean(class) > 0.0).map(|class| class as u32)
        };
        let of_neurons = (0..self.num_neurons).map(class_of).collect();
        ClassAssignment { num_classes: self.samples.len() as u32, of_neurons }
    }
}

/// Read-out of classes from neurons that are assigned to them.
///
/// Each neuron i belongs to the class c(i) = argmax_c n̄_i(c), with n̄_i(c) its mean number of spikes for labelled
/// samples of class c. The prediction for a sample is argmax_c (1/|N_c|)·Σ n_i over N_c = {i : c(i) = c}, the class
/// whose neurons spike most on average. Equal means go to the lower class; without spikes of assigned neurons there
/// is no prediction.
///
/// Labels are used for the assignment alone, never for learning.
///
/// Shapes: one row of spikes for each neuron in, one class out.
///
/// # Errors
/// [`new`](Self::new) refuses a class that does not exist.
///
/// # Examples
/// See [`ClassResponses`], which makes assignments from data.
///
/// # References
/// Diehl, Cook (2015), Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Frontiers
/// in Computational Neuroscience 9:99, DOI 10.3389/fncom.2015.00099, section 2.6 (assignment of classes and response).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassAssignment {
    num_classes: u32,
    of_neurons: Vec<Option<u32>>,
}

impl ClassAssignment {
    /// An assignment that is known; neurons without a class count for none.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a class that does not exist.
    pub fn new(num_classes: u32, of_neurons: Vec<Option<u32>>) -> Result<Self, ConfigError> {
        let assignment = Self { num_classes, of_neurons };
        assignment.validate()?;
        Ok(assignment)
    }

    /// Whether all classes exist: for an assignment that was stored.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn validate(&self) -> Result<(), ConfigError> {
        match self.of_neurons.iter().flatten().find(|&&class| self.num_classes <= class) {
            None => Ok(()),
            Some(&class) => {
                let max = f64::from(self.num_classes) - 1.0;
                Err(ConfigError::OutOfRange { name: "class", value: f64::from(class), min: 0.0, max })
            }
        }
    }

    /// Number of classes.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.num_classes as usize
    }

    /// The class of every neuron; none for a neuron that never spiked.
    #[must_use]
    pub fn of_neurons(&self) -> &[Option<u32>] {
        &self.of_neurons
    }

    /// Mean number of spikes of the neurons of each class; 0 for a class without neurons.
    #[must_use]
    pub fn scores(&self, spikes: SpikeView<'_>) -> Vec<f64> {
        let mut sums = vec![(0u64, 0u64); self.num_classes()];
        for (class, row) in self.of_neurons.iter().zip(spikes.neurons()) {
            if let Some(class) = class {
                let (neurons, spikes) = &mut sums[*class as usize];
                *neurons += 1;
                *spikes += row.len() as u64;
            }
        }
        let mean = |(neurons, spikes): (u64, u64)| if neurons == 0 { 0.0 } else { spikes as f64 / neurons as f64 };
        sums.into_iter().map(mean).collect()
    }

    /// The class of a sample.
    #[must_use]
    pub fn predict(&self, spikes: SpikeView<'_>) -> Option<u32> {
        let scores = self.scores(spikes);
        let best = (0..scores.len()).reduce(|best, class| if scores[best] < scores[class] { class } else { best })?;
        (scores[best] > 0.0).then_some(best as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{SpikeTrain, TimeGrid};

    fn response(counts: &[u32]) -> SpikeTrain {
        let rows: Vec<Vec<u32>> = counts.iter().map(|&count| (0..count).collect()).collect();
        SpikeTrain::from_neurons(TimeGrid::from_ms(100.0, 1.0).unwrap(), &rows).unwrap()
    }

    #[test]
    fn means_decide_not_sums() {
        let mut responses = ClassResponses::new(3, 2);
        // Class 0 is frequent, class 2 is answered by more spikes each.
        for _ in 0..9 {
            assert!(responses.add(0, response(&[2, 0]).view()));
        }
        assert!(responses.add(2, response(&[3, 0]).view()));
        assert!(!responses.add(3, response(&[3, 0]).view()) && !responses.add(0, response(&[3]).view()));
        let classes = responses.assign();
        assert_eq!(classes.of_neurons(), &[Some(2), None]);
        assert_eq!(ClassResponses::new(0, 2).assign().predict(response(&[1, 1]).view()), None);
    }

    #[test]
    fn classes_of_many_neurons_have_no_advantage() {
        let classes = ClassAssignment::new(3, vec![Some(0), Some(0), Some(0), Some(1), None]).unwrap();
        let spikes = response(&[2, 2, 2, 3, 90]);
        assert_eq!(classes.scores(spikes.view()), [2.0, 3.0, 0.0]);
        assert_eq!(classes.predict(spikes.view()), Some(1));
        assert_eq!(classes.predict(response(&[3, 3, 3, 3, 0]).view()), Some(0));
        assert_eq!(classes.predict(response(&[0, 0, 0, 0, 9]).view()), None);
        assert!(ClassAssignment::new(1, vec![Some(1)]).is_err());
        let stored: ClassAssignment = serde_json::from_str(r#"{"num_classes":1,"of_neurons":[0,3]}"#).unwrap();
        assert!(stored.validate().is_err());
    }
}
