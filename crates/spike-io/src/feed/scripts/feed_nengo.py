#!/usr/bin/env python3
"""Feeds exported spikes to Nengo through PresentInput.

    python3 feed_nengo.py                     # runs the spikes of feed_nengo.npz, which lies beside this script
    python3 feed_nengo.py --record OUT.npz    # also saves the recorded spikes, for `spike import OUT.npz`

In a script of your own: `from feed_nengo import load, source`.
"""
import argparse
import pathlib

import numpy as np
import nengo

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("inputs",)


def load(path=pathlib.Path(__file__).with_name("feed_nengo.npz")):
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
    """The spikes as a node, to be made inside a nengo.Network; simulate it with dt = dt_ns / 1e9."""
    return nengo.Node(nengo.processes.PresentInput(feed["inputs"], presentation_time=feed["dt_ns"] / 1e9))


def run(feed):
    """Runs the source alone and records it: neurons, times in seconds."""
    with nengo.Network() as network:
        probe = nengo.Probe(source(feed))
    with nengo.Simulator(network, dt=feed["dt_ns"] / 1e9, progress_bar=False) as simulator:
        simulator.run_steps(num_steps(feed), progress_bar=False)
        steps, indices = np.nonzero(simulator.data[probe])
    return indices.astype(np.int64), steps * feed["dt_ns"] / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed)
    print(f"Nengo {nengo.__version__}: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[1.0], **about)


if __name__ == "__main__":
    main()
