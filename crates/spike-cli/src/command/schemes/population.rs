//! Cards of the population codes.

use super::Text;

pub(super) const GAUSSIAN: Text = Text {
    summary: "neurons with Gaussian tuning curves",
    equation: "neuron j of N spikes at f_max·exp(-(x - mu_j)²/(2·sigma²)), sigma = spacing/beta;\n\
               --centers ends: mu_j = j/(N - 1); beyond: mu_j = (j - 1/2)/(N - 2), j from 0",
    options: "--population-size 10, --beta 1.5, --centers ends|beyond, --spikes poisson|regular, --max-firing-rate-hz 1000,\n\
              --refractory-period-ms 2, --probability per-step|exact, --refractory uncompensated|compensated, --jitter-ms 0",
    use_when: "one value must be precise in a short window, or survive the loss of neurons",
    decoder: "bayesian_mle: posterior mean, --estimate map or mle, --prior FILE of weights;\n\
              population_vector: --vector edge-corrected, or plain, which is biased at the ends of the range",
    limits: "10 neurons, 100 ms, 1000 Hz, 2 ms refractory, uniform values: R² at most 0.9994;\n\
             the plain vector is off by 0.045 at the ends of the range even without noise, and gives at most 0.9985",
};

pub(super) const TRIANGULAR: Text = Text {
    summary: "neurons with triangular tuning curves",
    equation: "neuron j of N spikes at f_max·max(0, 1 - |x - mu_j|/w), w = spacing; centres as population_gaussian",
    options: "--population-size 10, --centers ends|beyond, --spikes poisson|regular, --max-firing-rate-hz 1000,\n\
              --refractory-period-ms 2, --probability per-step|exact, --refractory uncompensated|compensated, --jitter-ms 0",
    use_when: "as population_gaussian, where the plain vector must have no bias: the curves sum to 1 everywhere",
    decoder: "bayesian_mle: as population_gaussian; population_vector: the plain formula is exact without dead time",
    limits: "10 neurons, 100 ms, 1000 Hz, 2 ms refractory, uniform values: R² at most 0.9996, the plain vector 0.9987;\n\
             at 20 Hz without dead time 0.857, below Gaussian tuning: two neurons at most speak for a value",
};

pub(super) const LATENCY: Text = Text {
    summary: "neurons with Gaussian tuning curves that answer by latency",
    equation: "neuron j spikes once at T·(1 - r), r = exp(-(x - mu_j)²/(2·sigma²)); silent if r is below --silent-below",
    options: "--population-size 10, --beta 1.5, --centers beyond|ends, --silent-below 0.1, --jitter-ms 0",
    use_when: "the network learns from single spikes (Bohte et al. 2002), and one value may cost several neurons",
    decoder: "bayesian_mle: the values that agree with every spike time and every silence",
    limits: "error of about one step over the slope of the curves; at most one spike a neuron",
};
