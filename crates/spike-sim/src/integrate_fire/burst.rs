//! Burst threshold: a neuron that goes on firing sends ever larger spikes.

/// g ← β·g for a neuron that fired in the step before, else 1; the threshold is g·θ.
///
/// A spike carries its threshold, g·θ, and takes that much from the membrane: a burst of n spikes transmits
/// θ·(β^n − 1)/(β − 1) instead of n·θ, so that a large value needs few steps.
///
/// Source: Park, Kim, Choe, Yoon (2019), Fast and Efficient Information Transmission with Burst Spikes in Deep Spiking
/// Neural Networks, DAC, arXiv:1809.03142 (burst function g and threshold g·V_th, section on burst coding).
#[inline(always)]
pub(super) fn next_gain(gain: f64, fired: bool, beta: f64) -> f64 {
    if fired { gain * beta } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_grows_in_a_burst_and_falls_back() {
        let mut gain = 1.0;
        let gains = [true, true, false, true].map(|fired| {
            gain = next_gain(gain, fired, 2.0);
            gain
        });
        assert_eq!(gains, [2.0, 4.0, 1.0, 2.0]);
    }
}
