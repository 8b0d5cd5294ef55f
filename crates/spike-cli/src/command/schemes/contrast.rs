//! Cards of the contrast codes.

use super::Text;

pub(super) const THRESHOLD: Text = Text {
    summary: "a spike where the signal changes from one sample to the next by more than a threshold",
    equation: "ON if x_t - x_{t-1} > up, OFF if x_{t-1} - x_t > down",
    options: "--up 0.1, --down 0.1, --sample-rate-hz or --dt-ms, --signal-columns all, --optimise",
    use_when: "fast changes matter and slow drift does not",
    decoder: "reconstruction: initial value, plus up for each ON and minus down for each OFF",
    limits: "changes below the threshold are lost for ever and larger ones count as the threshold: errors add up over time;\n\
             --optimise on an electrocardiogram: AC-SNR 3.9 dB, where step-forward has 12.0",
};

pub(super) const SEND_ON_DELTA: Text = Text {
    summary: "a spike where the signal has moved by a threshold since the last spike",
    equation: "reference R, at first x_0; while |x_t - R| >= theta: ON or OFF, R moves by theta, at most n times a sample",
    options: "--threshold 0.1, --events-per-sample 1, --refractory-period-ms 0, --sample-rate-hz or --dt-ms,\n\
              --signal-columns all, --optimise",
    use_when: "a signal is to be followed within a bound by as few spikes as it moves",
    decoder: "reconstruction: initial value plus theta for each ON, minus theta for each OFF",
    limits: "the error stays below theta as long as the signal moves by at most n·theta a sample: --optimise on an\n\
             electrocardiogram gives an AC-SNR of 12.0 dB with one event a sample, 26.2 dB with eight",
};

pub(super) const STEP_FORWARD: Text = Text {
    summary: "a spike where the signal leaves a band around a baseline, which then moves by the threshold",
    equation: "baseline B, at first x_0; x_t > B + theta: ON, B += theta; x_t < B - theta: OFF, B -= theta",
    options: "--threshold 0.1, --events-per-sample 1, --refractory-period-ms 0, --sample-rate-hz or --dt-ms,\n\
              --signal-columns all, --optimise",
    use_when: "the kind of signal is not known: of the four classic codes it reconstructs all kinds best",
    decoder: "reconstruction: initial value plus theta for each ON, minus theta for each OFF",
    limits: "--optimise on the test signals of Petro et al. (2020), step-wise, noisy sinusoids, trended and event-like:\n\
             AC-SNR 18.5, 16.5, 30.7, 26.5 dB; steep signals need more --events-per-sample",
};

pub(super) const MOVING_WINDOW: Text = Text {
    summary: "a spike where the signal leaves a band around the mean of the samples before it",
    equation: "B = mean of the w + 1 samples before; x_t > B + theta: ON; x_t < B - theta: OFF",
    options: "--threshold 0.1, --window-samples 3, --sample-rate-hz or --dt-ms, --signal-columns all, --optimise",
    use_when: "signals are noisy and steps in them are to be found",
    decoder: "reconstruction: initial value plus theta for each ON, minus theta for each OFF",
    limits: "--optimise on the test signals of Petro et al. (2020), step-wise, noisy sinusoids, trended and event-like:\n\
             AC-SNR 19.6, 7.0, 18.1, 10.6 dB",
};

pub(super) const TBR: Text = Text {
    summary: "a spike where the change exceeds a threshold set by the statistics of all changes",
    equation: "d_t = x_{t+1} - x_t; theta = |mean(d)| + f·sd(d); d_t > theta: ON; d_t < -theta: OFF",
    options: "--factor 1, --sample-rate-hz or --dt-ms, --signal-columns all, --optimise",
    use_when: "a whole recording is at hand and its strongest changes are to be marked",
    decoder: "reconstruction: initial value plus theta for each ON, minus theta for each OFF",
    limits: "--optimise on the test signals of Petro et al. (2020), step-wise, noisy sinusoids, trended and event-like:\n\
             AC-SNR 0.3, 4.1, -2.5, 6.2 dB: it marks events, it does not follow signals",
};

pub(super) const BEN_SPIKER: Text = Text {
    summary: "spikes whose convolution with a filter is the signal: Ben's Spiker Algorithm",
    equation: "e1 = sum of |x_{t+k} - h_k|, e2 = sum of |x_{t+k}|; a spike, and x -= h from t on, if e1 <= e2·theta\n\
               (--rule additive: e1 <= e2 - theta); h: low-pass by a Hamming window, sum 1, times --gain",
    options: "--filter-order 32, --cutoff 0.04, --gain 2, --threshold 0.95, --rule multiplicative|additive,\n\
              --sample-rate-hz or --dt-ms, --signal-columns all, --optimise",
    use_when: "a smooth signal is to be carried by one neuron, without OFF spikes",
    decoder: "reconstruction: convolution of the spikes with h",
    limits: "only what the filter passes and its height allows comes back; --optimise on the test signals of Petro et al.\n\
             (2020), step-wise, noisy sinusoids, trended and event-like: AC-SNR 15.0, 6.0, 8.0, 7.6 dB",
};

pub(super) const DVS_PIXEL: Text = Text {
    summary: "events of a dynamic vision sensor, from frames",
    equation: "L = ln(I + offset), linear between frames; ON when L - R reaches theta_on, OFF when R - L reaches theta_off;\n\
               then R moves by the threshold, or with a refractory period R is L at its end",
    options: "--frame-rate-hz or --frame-interval-us, --on-threshold 0.2, --off-threshold 0.2, --threshold-sd 0,\n\
              --refractory-us 0, --log-offset 0.001",
    use_when: "a network for event cameras is to see a video or images",
    decoder: "reconstruction: first frame (--first-frame, or mid-grey), times exp(theta) for each ON, exp(-theta) for OFF",
    limits: "known first frame, no mismatch, no refractory period: ln(I + offset) is within a threshold at the frames;\n\
             mismatch adds an error that grows with the events, what is missed in a refractory period is lost;\n\
             between frames light is assumed to change linearly in ln I",
};
