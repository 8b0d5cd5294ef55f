#!/usr/bin/env python3
"""Feeds exported spikes to libraries on PyTorch as a tensor (time, sample, neuron).

    python3 feed_torch.py                     # runs the spikes of feed_torch.npz, which lies beside this script
    python3 feed_torch.py --record OUT.npz    # also saves the recorded spikes, for `spike import OUT.npz`

In a script of your own: `from feed_torch import load, tensor`.
"""
import argparse
import pathlib

import numpy as np
import torch

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("spikes",)


def load(path=pathlib.Path(__file__).with_name("feed_torch.npz")):
    """The arrays of a feed by name; those of one number as a number."""
    with np.load(path) as arrays:
        return {name: arrays[name] if name in SPIKES else arrays[name].item() for name in arrays.files}


def num_rows(feed):
    """Neurons of the source: those of every sample, or the same for all samples in sequence."""
    return feed["num_neurons"] * (1 if feed["in_sequence"] else feed["num_samples"])


def num_steps(feed):
    """Steps of the whole run."""
    return feed["shift_steps"] + feed["num_steps"] * (feed["num_samples"] if feed["in_sequence"] else 1)


def tensor(feed):
    """The spikes as a tensor of float32 that shares the memory of the array."""
    return torch.from_numpy(feed["spikes"])


def run(feed):
    """Hands the tensor on step by step, as a network takes it: neurons, times in seconds."""
    rows = [torch.nonzero(spikes.flatten()).flatten() for spikes in tensor(feed)]
    steps = np.repeat(np.arange(num_steps(feed)), [len(row) for row in rows])
    return torch.cat(rows).numpy(), steps * feed["dt_ns"] / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed)
    print(f"torch {torch.__version__}: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[1.0], **about)


if __name__ == "__main__":
    main()
