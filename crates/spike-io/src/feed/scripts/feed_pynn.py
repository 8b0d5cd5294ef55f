#!/usr/bin/env python3
"""Feeds exported spikes to PyNN through a SpikeSourceArray.

    python3 feed_pynn.py                       # runs the spikes of feed_pynn.npz, which lies beside this script
    python3 feed_pynn.py --record OUT.npz      # also saves the recorded spikes, for `spike import OUT.npz`
    python3 feed_pynn.py --backend brian2      # another back end of PyNN than nest, such as brian2 or neuron

In a script of your own: `from feed_pynn import load, source`.
"""
import argparse
import importlib
import pathlib

import numpy as np
import pyNN
from pyNN.parameters import Sequence

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("indices", "times")


def load(path=pathlib.Path(__file__).with_name("feed_pynn.npz")):
    """The arrays of a feed by name; those of one number as a number."""
    with np.load(path) as arrays:
        return {name: arrays[name] if name in SPIKES else arrays[name].item() for name in arrays.files}


def num_rows(feed):
    """Neurons of the source: those of every sample, or the same for all samples in sequence."""
    return feed["num_neurons"] * (1 if feed["in_sequence"] else feed["num_samples"])


def num_steps(feed):
    """Steps of the whole run."""
    return feed["shift_steps"] + feed["num_steps"] * (feed["num_samples"] if feed["in_sequence"] else 1)


def source(feed, sim):
    """A population with one sorted list of times for each neuron, some of them empty."""
    order = np.argsort(feed["indices"], kind="stable")
    ends = np.cumsum(np.bincount(feed["indices"], minlength=num_rows(feed)))
    trains = [Sequence(train) for train in np.split(feed["times"][order], ends[:-1])]
    return sim.Population(num_rows(feed), sim.SpikeSourceArray(spike_times=trains))


def run(feed, backend="nest"):
    """Runs the source alone on a back end and records it: neurons, times in milliseconds."""
    if backend == "brian2" and feed["dt_ns"] % 100_000:
        raise SystemExit("PyNN on Brian2 rounds times to 0.1 ms; export in steps of multiples of that, or --to brian2")
    sim = importlib.import_module(f"pyNN.{backend}")
    sim.setup(timestep=feed["dt_ms"], min_delay=feed["dt_ms"])
    population = source(feed, sim)
    population.record("spikes")
    # A spike may be recorded a step after it was sent.
    sim.run((num_steps(feed) + 1) * feed["dt_ns"] / 1e6)
    trains = population.get_data().segments[0].spiketrains
    times = [np.asarray(train.rescale("ms").magnitude) for train in trains]
    rows = [int(train.annotations["source_index"]) for train in trains]
    sim.end()
    indices = [np.full(train.size, row, dtype=np.int64) for row, train in zip(rows, times)]
    return np.concatenate(indices), np.concatenate(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    parser.add_argument("--backend", default="nest", help="back end of PyNN: nest, brian2 or neuron")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed, arguments.backend)
    print(f"PyNN {pyNN.__version__} on {arguments.backend}: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[0.001], **about)


if __name__ == "__main__":
    main()
