#!/usr/bin/env python3
"""Feeds exported spikes to Brian2 through a SpikeGeneratorGroup.

    python3 feed_brian2.py                     # runs the spikes of feed_brian2.npz, which lies beside this script
    python3 feed_brian2.py --record OUT.npz    # also saves the recorded spikes, for `spike import OUT.npz`

In a script of your own: `from feed_brian2 import load, source`.
"""
import argparse
import pathlib

import numpy as np
import brian2
from brian2 import second

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("indices", "times")


def load(path=pathlib.Path(__file__).with_name("feed_brian2.npz")):
    """The arrays of a feed by name; those of one number as a number."""
    with np.load(path) as arrays:
        return {name: arrays[name] if name in SPIKES else arrays[name].item() for name in arrays.files}


def num_rows(feed):
    """Neurons of the source: those of every sample, or the same for all samples in sequence."""
    return feed["num_neurons"] * (1 if feed["in_sequence"] else feed["num_samples"])


def num_steps(feed):
    """Steps of the whole run."""
    return feed["shift_steps"] + feed["num_steps"] * (feed["num_samples"] if feed["in_sequence"] else 1)


def source(feed):
    """The spikes as a SpikeGeneratorGroup with the clock of the feed."""
    dt = feed["dt_ns"] / 1e9 * second
    return brian2.SpikeGeneratorGroup(num_rows(feed), feed["indices"], feed["times"] * second, dt=dt)


def run(feed):
    """Runs the source alone and records it: neurons, times in seconds."""
    brian2.prefs.codegen.target = "numpy"
    brian2.defaultclock.dt = feed["dt_ns"] / 1e9 * second
    group = source(feed)
    monitor = brian2.SpikeMonitor(group)
    network = brian2.Network(group, monitor)
    network.run(num_steps(feed) * feed["dt_ns"] / 1e9 * second)
    return np.array(monitor.i, dtype=np.int64), np.array(monitor.t / second)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed)
    print(f"Brian2 {brian2.__version__}: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[1.0], **about)


if __name__ == "__main__":
    main()
