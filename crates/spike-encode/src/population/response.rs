//! Responses of a population to the values of a sample, vectorised.

use spike_core::{Tuning, TuningShape, exp};

/// The responses r, as shares of the largest: that of neuron j of channel i stands at index i·N + j.
///
/// The numbers are those of [`Tuning::response`], bit for bit, on every instruction set.
pub(super) fn responses(arch: pulp::Arch, tuning: &Tuning, values: &[f64]) -> Vec<f64> {
    arch.dispatch(Map { tuning, values })
}

struct Map<'a> {
    tuning: &'a Tuning,
    values: &'a [f64],
}

impl pulp::WithSimd for Map<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> Vec<f64> {
        let Map { tuning, values } = self;
        let mut mapped = vec![0.0; values.len() * tuning.len()];
        for (row, &x) in mapped.chunks_exact_mut(tuning.len()).zip(values) {
            for ((z, center), width) in row.iter_mut().zip(&tuning.centers).zip(&tuning.widths) {
                *z = (x - center) / width;
            }
        }
        // One long loop for the curve itself: rows of ten neurons would leave most of a vector empty.
        match tuning.shape {
            TuningShape::Gaussian => mapped.iter_mut().for_each(|z| *z = exp(-0.5 * *z * *z)),
            TuningShape::Triangular => mapped.iter_mut().for_each(|z| *z = (1.0 - z.abs()).max(0.0)),
        }
        mapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{CodeOptions, CodingScheme, EncoderConfig};

    #[test]
    fn every_instruction_set_gives_the_response_of_the_definition() {
        let values: Vec<f64> = (0..=357).map(|i| f64::from(i) / 357.0).collect();
        for scheme in [CodingScheme::PopulationGaussian, CodingScheme::PopulationTriangular] {
            for population_size in [2, 3, 10, 33] {
                let config = EncoderConfig { population_size, ..EncoderConfig::default() };
                let tuning = Tuning::of(&config, CodeOptions::default_of(scheme)).unwrap().unwrap();
                for arch in [pulp::Arch::new(), pulp::Arch::Scalar] {
                    let found = responses(arch, &tuning, &values);
                    for (i, r) in found.iter().enumerate() {
                        let (channel, j) = (i / tuning.len(), i % tuning.len());
                        assert_eq!(r.to_bits(), tuning.response(j, values[channel]).to_bits());
                        assert!((0.0..=1.0).contains(r));
                    }
                }
            }
        }
    }
}
