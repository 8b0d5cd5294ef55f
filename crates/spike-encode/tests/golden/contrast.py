"""Writes contrast.json: spikes of contrast codes by the Python package innuce-spikify 1.1.0.

python3 contrast.py path/to/ecg_360hz.csv > contrast.json    (needs: pip install innuce-spikify==1.1.0)
"""

import json
import math
import sys

import numpy as np
from spikify.encoders.temporal.contrast import moving_window, step_forward, threshold_based_representation
from spikify.encoders.temporal.deconvolution import bens_spiker


def scaled(values):
    """Into [0, 1], in steps of 1/4096, which every binary fraction holds exactly."""
    values = np.asarray(values, dtype=float)
    return np.round((values - values.min()) / (values.max() - values.min()) * 4096) / 4096


def rows(spikes):
    """Steps of ON and OFF spikes of every channel; ON alone where there are no others."""
    signs = [1, -1] if spikes.min() < 0 else [1]
    return [np.flatnonzero(spikes[:, c] == sign).tolist() for c in range(spikes.shape[1]) for sign in signs]


ecg = np.loadtxt(sys.argv[1], skiprows=1)[:400]
time = np.arange(400)
chirp = np.sin(2 * math.pi * (0.004 + 0.00006 * time) * time) + 0.3 * np.sin(0.9 * time)
steps = np.floor(time / 37) % 4 + 0.02 * time
signal = np.stack([scaled(ecg), scaled(chirp), scaled(steps)], axis=1)

codes = []
for threshold in [0.03, 0.0625, 0.2]:
    codes.append({"step_forward": {"threshold": threshold}, "rows": rows(step_forward(signal, threshold)[0])})
for threshold, window in [(0.03, 1), (0.05, 4), (0.11, 9)]:
    # Our window w is a mean of w + 1 samples.
    found = moving_window(signal, window + 1, threshold)[0]
    codes.append({"moving_window": {"threshold": threshold, "window_samples": window}, "rows": rows(found)})
for factor in [0.5, 1.0, 2.0]:
    # Its standard deviation has the divisor n, ours n - 1: the same threshold has another factor there.
    theirs = factor * math.sqrt(len(signal) / (len(signal) - 1))
    found, thresholds = threshold_based_representation(signal, theirs)
    codes.append({"tbr": {"factor": factor}, "rows": rows(found), "thresholds": thresholds.tolist()})
for order, cutoff, threshold in [(10, 0.08, 0.3), (24, 0.04, 0.2), (33, 0.1, 0.5)]:
    # Its cut-off is a share of half the sampling frequency, and its length the number of taps.
    found, taps, _ = bens_spiker(signal, order + 1, 2 * cutoff, threshold, window_type="hamming")
    options = {"filter_order": order, "cutoff": cutoff, "gain": 1.0, "threshold": threshold, "rule": "additive"}
    codes.append({"ben_spiker": options, "rows": rows(found), "taps": taps[:, 0].tolist()})

json.dump({"signal": signal.tolist(), "codes": codes}, sys.stdout)
