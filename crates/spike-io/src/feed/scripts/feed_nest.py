#!/usr/bin/env python3
"""Feeds exported spikes to NEST through one spike_generator for each neuron.

    python3 feed_nest.py                     # runs the spikes of feed_nest.npz, which lies beside this script
    python3 feed_nest.py --record OUT.npz    # also saves the recorded spikes, for `spike import OUT.npz`

In a script of your own: `from feed_nest import load, sources`.
"""
import argparse
import pathlib

import numpy as np
import nest

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("indices", "times")


def load(path=pathlib.Path(__file__).with_name("feed_nest.npz")):
    """The arrays of a feed by name; those of one number as a number."""
    with np.load(path) as arrays:
        return {name: arrays[name] if name in SPIKES else arrays[name].item() for name in arrays.files}


def num_rows(feed):
    """Neurons of the source: those of every sample, or the same for all samples in sequence."""
    return feed["num_neurons"] * (1 if feed["in_sequence"] else feed["num_samples"])


def num_steps(feed):
    """Steps of the whole run."""
    return feed["shift_steps"] + feed["num_steps"] * (feed["num_samples"] if feed["in_sequence"] else 1)


def sources(feed):
    """One spike_generator for each neuron, on a kernel with the resolution of the feed."""
    order = np.argsort(feed["indices"], kind="stable")
    ends = np.cumsum(np.bincount(feed["indices"], minlength=num_rows(feed)))
    trains = np.split(feed["times"][order], ends[:-1])
    return nest.Create("spike_generator", num_rows(feed), params=[{"spike_times": train} for train in trains])


def run(feed):
    """Runs the sources alone and records them: neurons, times in milliseconds."""
    nest.ResetKernel()
    nest.resolution = feed["dt_ms"]
    generators = sources(feed)
    recorder = nest.Create("spike_recorder")
    nest.Connect(generators, recorder, "all_to_all", {"delay": feed["dt_ms"]})
    # The recorder hears a spike one step after it was sent.
    nest.Simulate((num_steps(feed) + 1) * feed["dt_ns"] / 1e6)
    events = recorder.get("events")
    return np.asarray(events["senders"], dtype=np.int64) - generators[0].global_id, np.asarray(events["times"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed)
    print(f"NEST {nest.__version__}: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[0.001], **about)


if __name__ == "__main__":
    main()
