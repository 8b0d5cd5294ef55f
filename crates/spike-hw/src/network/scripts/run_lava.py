#!/usr/bin/env python3
"""Runs the exported network in Lava (lava-nc 0.10.0, Python 3.10) and compares its read-out with the expected one.

python3 run_lava.py [SAMPLE]
"""
import json
import sys
from pathlib import Path

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.io.source import RingBuffer
from lava.proc.lif.process import LIF
from lava.proc.sparse.process import Sparse
from lava.utils.weightutils import SignMode
from scipy.sparse import csr_matrix

FOLDER = Path(__file__).resolve().parent
SIGNS = {"mixed": SignMode.MIXED, "excitatory": SignMode.EXCITATORY, "inhibitory": SignMode.INHIBITORY}


def records(path):
    """(step, input) of every record; the container is described in docs/hardware.md of Spike."""
    data, at, found = path.read_bytes(), 32, []
    while data[at:at + 4] == b"RBLK":
        count = int.from_bytes(data[at + 4:at + 8], "little")
        block = np.frombuffer(data, "<i4", 7 * count, at + 16).reshape(count, 7)
        found.append(np.stack([block[:, 0], block[:, 3] * 4096 + block[:, 4]], axis=1))
        at += 16 + 28 * count
    return np.concatenate(found) if found else np.zeros((0, 2), int)


def synapses(projection, index, arrays, num_targets):
    """The weights of a projection as a matrix (target, source)."""
    pattern, weights = projection["pattern"], arrays[f"weights_{index}"]
    if pattern["kind"] == "dense":
        rows = weights.reshape(-1, num_targets)
        source, target = np.nonzero(rows)
        value, num_rows = rows[source, target], rows.shape[0]
    elif pattern["kind"] == "groups":
        groups, targets = arrays[f"rows_{index}"], arrays[f"targets_{index}"]
        pairs = [(s, t) for s, g in enumerate(groups) if g >= 0 for t in members(targets).get(g, [])]
        source, target = np.array(pairs, int).reshape(-1, 2).T
        value, num_rows = np.full(len(pairs), weights[0]), len(groups)
    else:
        source, target, value = convolution(pattern, weights)
        num_rows = int(np.prod(pattern["input"]))
    if projection["routed"]:
        route = arrays[f"route_{index}"]
        by_row = csr_matrix((value, (source, target)), shape=(num_rows, num_targets))
        kept = np.flatnonzero(route >= 0)
        taken = by_row[route[kept]].tocoo()
        source, target, value, num_rows = kept[taken.row], taken.col, taken.data, len(route)
    return csr_matrix((value, (target, source)), shape=(num_targets, num_rows))


_members = {}


def members(targets):
    if id(targets) not in _members:
        found = {}
        for target, group in enumerate(targets):
            found.setdefault(group, []).append(target)
        _members[id(targets)] = (found, targets)
    return _members[id(targets)][0]


def convolution(p, weights):
    """Sources, targets and weights of a correlation, all in the order (row, column, channel)."""
    (rows, columns, channels), (out_rows, out_columns, filters) = p["input"], p["output"]
    ins, outs = channels // p["groups"], filters // p["groups"]
    kernel = weights.reshape(channels, p["kernel"][0], p["kernel"][1], outs)
    source, target, value = [], [], []
    for row in range(out_rows):
        for column in range(out_columns):
            for ky in range(p["kernel"][0]):
                for kx in range(p["kernel"][1]):
                    y = row * p["stride"][0] + ky * p["dilation"][0] - p["padding"][0]
                    x = column * p["stride"][1] + kx * p["dilation"][1] - p["padding"][1]
                    if not (0 <= y < rows and 0 <= x < columns):
                        continue
                    c, f = np.meshgrid(np.arange(channels), np.arange(outs), indexing="ij")
                    source.append(((y * columns + x) * channels + c).ravel())
                    target.append(((row * out_columns + column) * filters + c // ins * outs + f).ravel())
                    value.append(kernel[:, ky, kx, :].ravel())
    return np.concatenate(source), np.concatenate(target), np.concatenate(value)


def main():
    sample = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    network = json.loads((FOLDER / "network.json").read_text())
    if network["dialect"] != "lava":
        sys.exit("this network is one of nengo-loihi; export it with --dialect lava")
    arrays = np.load(FOLDER / "network.npz")
    arrays = {name: arrays[name] for name in arrays.files}
    expected = np.load(FOLDER / "expected.npz")["readout"][sample]
    steps = network["num_steps"] + network["latency_steps"]
    spikes = np.zeros((network["num_inputs"], steps), int)
    for step, number in records(FOLDER / "input.records"):
        if sample * steps <= step < (sample + 1) * steps:
            spikes[number, step - sample * steps] = 1

    populations = []
    for index, p in enumerate(network["populations"]):
        n, mantissa = int(np.prod(p["shape"])), arrays[f"bias_mant_{index}"]
        mantissa = np.full(n, mantissa[0]) if len(mantissa) == 1 else mantissa
        populations.append(LIF(shape=(n,), du=p["decay_u"], dv=p["decay_v"], vth=p["vth"], bias_mant=mantissa,
                               bias_exp=np.full(n, p["bias_exp"])))
    for index, projection in enumerate(network["projections"]):
        target = populations[projection["target"]]
        matrix = synapses(projection, index, arrays, target.proc_params["shape"][0])
        connection = Sparse(weights=matrix, weight_exp=projection["weight_exp"],
                            num_weight_bits=projection["num_weight_bits"], sign_mode=SIGNS[projection["sign_mode"]])
        if "inputs" in projection["source"]:
            first, number = projection["source"]["inputs"]["first"], projection["source"]["inputs"]["number"]
            # A ring buffer gives the value of column (t - 1) in step t, counted from 1.
            RingBuffer(data=spikes[first:first + number]).s_out.connect(connection.s_in)
        else:
            populations[projection["source"]["population"]].s_out.connect(connection.s_in)
        connection.a_out.connect(target.a_in)

    last = populations[-1]
    last.run(condition=RunSteps(num_steps=steps), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    found = last.u.get()
    last.stop()
    print("read-out of Lava:   ", found.tolist())
    print("read-out expected:  ", expected.tolist())
    if not np.array_equal(found, expected):
        sys.exit("they differ")
    print("equal; the class is", int(np.argmax(found)))


if __name__ == "__main__":
    main()
