//! Cards of the temporal codes.

use super::Text;

pub(super) const TTFS: Text = Text {
    summary: "one spike, the earlier the larger the value",
    equation: "linear: t = T·(1 - x); logarithmic: t = tau·ln(theta0/x)",
    options: "--ttfs-form linear|logarithmic, --tau-ms window/ln 256, --theta0 1, --zero last-step|silent, --jitter-ms 0",
    use_when: "latency and number of spikes matter: one spike for each value",
    decoder: "time_to_first_spike: centre of the values that spike in the step",
    limits: "error of one step: R² = 1 - 1/steps² for uniform values without jitter; a lost spike is a lost value;\n\
             in 100 ms a jitter of 1 ms leaves R² 0.9988, of 5 ms 0.9715",
};

pub(super) const RANK_ORDER: Text = Text {
    summary: "one spike a channel in order of magnitude",
    equation: "the channel of rank r (0 for the largest; equal values in the order of channels) spikes at r·ISI",
    options: "--isi-ms (the largest with which all ranks fit the window), --modulation 0.9, --jitter-ms 0",
    use_when: "the order of features matters more than their size, and a decision may come before the last spike",
    decoder: "rank_order: (N - r)/(N + 1); --rank-read modulation is m^r, --rank-read FILE a value learned for each rank",
    limits: "N uniform values: ranks alone give at best R² 1 - 2/(N + 1), 0.818 for N = 10 and 0.939 for 32;\n\
             m^r with m = 0.9 and N = 10 gives 0.47. At most one channel a step",
};

pub(super) const PHASE: Text = Text {
    summary: "a spike in each cycle at a phase that carries the value",
    equation: "spike at share phi of each cycle of 1/f; --phase-range LOW,HIGH: phi = LOW + (HIGH - LOW)·x; full: phi = x",
    options: "--frequency-hz 40, --phase-range 0.1,0.9, --jitter-ms 0",
    use_when: "the receiver shares a reference oscillation, and noise is to be averaged over cycles",
    decoder: "phase: circular mean of the phases; confidence falls with their spread",
    limits: "40 Hz, jitter of 1 ms, uniform values: R² 0.972 from one cycle, 0.993 from four;\n\
             with the full circle, where 0 and 1 are neighbours, 0.85 from four",
};

pub(super) const WEIGHTED_PHASE: Text = Text {
    summary: "binary digits of the value, the most significant first, in every period",
    equation: "x = sum of b_k·2^-k over k = 1..K, rounded; digit k spikes in slot k of a period of K slots, if b_k = 1",
    options: "--bits 8, --slot-ms (refractory period and one step), --refractory-period-ms 2, --jitter-ms 0",
    use_when: "precision counts and the network weighs spikes by their phase (Kim et al. 2018)",
    decoder: "weighted_phase: sum of the weights 2^-k of the spikes",
    limits: "uniform values: R² about 1 - 4^-K, 0.99998 for 8 bits; a lost or added spike of the first digit costs 1/2",
};
