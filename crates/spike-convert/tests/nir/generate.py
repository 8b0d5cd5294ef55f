"""Writes the small NIR files of this folder and what a plain NumPy loop computes for them.

Needs nir, numpy and safetensors:

    python3 generate.py

An integrate-and-fire node stands for its rate, min(max(r x / v_threshold, 0), 1).
"""

import pathlib

import nir
import numpy as np
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent
RNG = np.random.default_rng(20)
EXPECTED = {}


def weights(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def conv(x, w, b, stride, padding, dilation, groups):
    """The sum of the definition, in loops."""
    x = np.pad(x, [(0, 0), (padding[0],) * 2, (padding[1],) * 2])
    filters, per_group, kh, kw = w.shape
    rows = (x.shape[1] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    columns = (x.shape[2] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((filters, rows, columns))
    for o in range(filters):
        first = o // (filters // groups) * per_group
        for r in range(rows):
            for c in range(columns):
                patch = x[
                    first : first + per_group,
                    r * stride[0] : r * stride[0] + dilation[0] * (kh - 1) + 1 : dilation[0],
                    c * stride[1] : c * stride[1] + dilation[1] * (kw - 1) + 1 : dilation[1],
                ]
                y[o, r, c] = np.sum(patch * w[o]) + b[o]
    return y


def pool(x, kernel, stride, padding, reduce):
    x = np.pad(x, [(0, 0), (padding[0],) * 2, (padding[1],) * 2])
    rows = (x.shape[1] - kernel[0]) // stride[0] + 1
    columns = (x.shape[2] - kernel[1]) // stride[1] + 1
    cut = lambda r, c: x[:, r * stride[0] : r * stride[0] + kernel[0], c * stride[1] : c * stride[1] + kernel[1]]
    return np.stack([np.stack([reduce(cut(r, c), (1, 2)) for c in range(columns)], 1) for r in range(rows)], 1)


def fire(x, r, threshold):
    return np.clip(r * x / threshold, 0, 1)


def save(name, graph, shape, f):
    nir.write(FOLDER / f"{name}.nir", graph)
    x = RNG.standard_normal((3, *shape)).astype(np.float32)
    EXPECTED[f"{name}.input"] = x
    EXPECTED[f"{name}.output"] = np.stack([f(sample.astype(np.float64)) for sample in x]).astype(np.float32)


def images():
    shape = (2, 9, 8)
    w, b = weights(4, 1, 3, 2), weights(4)
    r, threshold = np.abs(weights(4, 5, 4)) + 0.5, np.abs(weights(4, 5, 4)) + 0.5
    head, bias = weights(3, 36), weights(3)
    nodes = {
        "input": nir.Input(np.array(shape)),
        "conv": nir.Conv2d((9, 8), w, (2, 2), (1, 1), (1, 2), 2, b),
        "if": nir.IF(r=r, v_threshold=threshold),
        "sum": nir.SumPool2d(np.array([2, 2]), np.array([2, 1]), np.array([1, 0])),
        "flatten": nir.Flatten({"input": np.array([4, 3, 3])}, 0, -1),
        "fc": nir.Affine(head, bias),
        "output": nir.Output(np.array([3])),
    }
    chain = list(nodes)
    graph = nir.NIRGraph(nodes, list(zip(chain, chain[1:])), type_check=False)

    def f(x):
        x = fire(conv(x, w, b, (2, 2), (1, 1), (1, 2), 2), r, threshold)
        return head @ pool(x, (2, 2), (2, 1), (1, 0), np.sum).ravel() + bias

    save("images", graph, shape, f)


def same_padding():
    shape = (1, 6, 6)
    w, b = weights(2, 1, 3, 3), weights(2)
    nodes = {
        "input": nir.Input(np.array(shape)),
        "conv": nir.Conv2d((6, 6), w, (1, 1), "same", (1, 1), 1, b),
        "mean": nir.AvgPool2d(np.array([3, 3]), np.array([3, 3]), np.array([0, 0])),
        "output": nir.Output(np.array([2, 2, 2])),
    }
    chain = list(nodes)
    graph = nir.NIRGraph(nodes, list(zip(chain, chain[1:])), type_check=False)
    save(
        "same_padding", graph, shape,
        lambda x: pool(conv(x, w, b, (1, 1), (1, 1), (1, 1), 1), (3, 3), (3, 3), (0, 0), np.mean),
    )


def summed():
    """Two edges into one node are a sum."""
    a, b, scale, head = weights(6, 5), weights(6, 5), weights(6), weights(2, 6)
    nodes = {
        "input": nir.Input(np.array([5])),
        "a": nir.Linear(a),
        "b": nir.Linear(b),
        "scale": nir.Scale(scale),
        "head": nir.Linear(head),
        "output": nir.Output(np.array([2])),
    }
    edges = [("input", "a"), ("input", "b"), ("a", "scale"), ("b", "scale"), ("scale", "head"), ("head", "output")]
    save("summed", nir.NIRGraph(nodes, edges, type_check=False), [5], lambda x: head @ (scale * (a @ x + b @ x)))


def refused():
    """A neuron with a leak, and a circle."""
    ones = np.ones(3, np.float32)
    lif = nir.LIF(tau=ones, r=ones, v_leak=0 * ones, v_threshold=ones)
    nodes = {"input": nir.Input(np.array([3])), "lif": lif, "output": nir.Output(np.array([3]))}
    nir.write(FOLDER / "leak.nir", nir.NIRGraph(nodes, [("input", "lif"), ("lif", "output")], type_check=False))
    nodes = {"input": nir.Input(np.array([3])), "a": nir.Linear(weights(3, 3)), "b": nir.Linear(weights(3, 3)), "output": nir.Output(np.array([3]))}
    edges = [("input", "a"), ("a", "b"), ("b", "a"), ("b", "output")]
    nir.write(FOLDER / "circle.nir", nir.NIRGraph(nodes, edges, type_check=False))


for build in (images, same_padding, summed, refused):
    build()
save_file(EXPECTED, FOLDER / "expected.safetensors")
