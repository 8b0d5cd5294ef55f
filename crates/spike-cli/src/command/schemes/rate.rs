//! Cards of the rate codes.

use super::Text;

pub(super) const POISSON: Text = Text {
    summary: "spikes at random with a rate proportional to the value",
    equation: "rate = f_min + (f_max - f_min)·x; in a free step p = rate·dt (--probability exact: 1 - exp(-rate·dt));\n\
               k = refractory/dt steps after a spike are not free; --refractory compensated: p = 1/(1/(rate·dt) - k)",
    options: "--max-firing-rate-hz 1000, --min-firing-rate-hz 0, --refractory-period-ms 2,\n\
              --probability per-step|exact, --refractory uncompensated|compensated, --jitter-ms 0",
    use_when: "the network was trained on rate codes, or robustness to lost and shifted spikes counts more than time",
    decoder: "spike_count: p = n/(T - n·k), inverted to the value; --count-formula plain is n/(T·f_max)\n\
              spike_rate, bayesian_mle and membrane_potential also apply",
    limits: "one neuron, 100 ms, 1000 Hz, 2 ms refractory: no decoder exceeds R² 0.910 for uniform values;\n\
             the corrected count reaches 0.892, the plain formula -0.40. R² grows with f_max·T",
};

pub(super) const REGULAR: Text = Text {
    summary: "spikes at regular or stratified distances: the budget of a rate code without its noise",
    equation: "L = 1/p + k steps, p and k as rate_poisson; --spacing regular: intervals of L from a random phase;\n\
               --spacing stratified: one spike at random in each of equal strata of L",
    options: "--max-firing-rate-hz 1000, --min-firing-rate-hz 0, --refractory-period-ms 2,\n\
              --spacing regular|stratified, --refractory uncompensated|compensated, --jitter-ms 0",
    use_when: "a network takes rates and the noise of Poisson spikes only costs accuracy",
    decoder: "spike_rate: rate from intervals, in a window of --window-isis N\n\
              spike_count and membrane_potential also apply",
    limits: "100 ms, 1000 Hz, 2 ms refractory, uniform values: R² 0.99999 from intervals, 0.9955 from the count,\n\
             where Poisson spikes give 0.892; a receiver that only counts is off by less than one spike",
};

pub(super) const BURST: Text = Text {
    summary: "bursts whose length and interval carry the value",
    equation: "N = ceil(N_max·x) spikes from the start of the window, at intervals of\n\
               ceil(T_max - (T_max - T_min)·x); x = 0 is silent",
    options: "--max-spikes 5, --min-isi-ms 2, --max-isi-ms (the largest with which every burst fits the window),\n\
              --refractory-period-ms 2, --jitter-ms 0",
    use_when: "few spikes must carry a value early in the window, and survive the loss of one",
    decoder: "burst_interval: number of spikes and their interval; --burst-read count takes the number alone",
    limits: "5 spikes, 100 ms, uniform values: number and interval give R² 0.992, the number alone 0.960;\n\
             with every tenth spike lost 0.81. The single spike of values up to 1/N_max is what limits it",
};
