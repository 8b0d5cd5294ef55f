#!/usr/bin/env python3
"""Feeds exported spikes to Lava through a RingBuffer.

    python3 feed_lava.py                     # runs the spikes of feed_lava.npz, which lies beside this script
    python3 feed_lava.py --record OUT.npz    # also saves the recorded spikes, for `spike import OUT.npz`

In a script of your own: `from feed_lava import load, source`.
"""
import argparse
import pathlib

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi1SimCfg
from lava.proc import io

ABOUT = ("num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns")
SPIKES = ("data",)


def load(path=pathlib.Path(__file__).with_name("feed_lava.npz")):
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
    """The spikes as a process that sends the last axis step by step."""
    return io.source.RingBuffer(data=feed["data"])


def run(feed):
    """Runs the source into a sink: neurons, times in seconds."""
    sender = source(feed)
    receiver = io.sink.RingBuffer(shape=feed["data"].shape[:-1], buffer=num_steps(feed))
    sender.s_out.connect(receiver.a_in)
    tag = "fixed_pt" if feed["data"].dtype == np.int32 else "floating_pt"
    sender.run(condition=RunSteps(num_steps=num_steps(feed)), run_cfg=Loihi1SimCfg(select_tag=tag))
    received = receiver.data.get().reshape(num_rows(feed), num_steps(feed))
    sender.stop()
    indices, steps = np.nonzero(received)
    return indices.astype(np.int64), steps * feed["dt_ns"] / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", metavar="OUT.npz", help="save indices and times of the recorded spikes")
    arguments = parser.parse_args()
    feed = load()
    indices, times = run(feed)
    print(f"Lava: {indices.size} spikes of {np.unique(indices).size} of "
          f"{num_rows(feed)} neurons in {feed['duration_ms']} ms")
    if arguments.record:
        about = {name: [feed[name]] for name in ABOUT}
        np.savez_compressed(arguments.record, indices=indices, times=times, time_unit_s=[1.0], **about)


if __name__ == "__main__":
    main()
