#!/usr/bin/env python3
"""Compares networks that `train.py` wrote with the bundled ones: graph exactly, weights by name, type and shape.

    python3 data/models/training/compare.py FOLDER [mlp cnn_max cnn_avg rescnn attn_relu]

Equal are operators, order, names, connections and attributes of the nodes, names and shapes of the initializers, inputs
and outputs, and the tensors of the safetensors files; the values of the weights are not compared. Ends with status 1 on
a difference.
"""
import sys
from pathlib import Path

import onnx
from onnx import numpy_helper
from safetensors import safe_open

from networks import NETWORKS

BUNDLED = Path(__file__).resolve().parents[1]


def attribute(value):
    value = onnx.helper.get_attribute_value(value)
    return numpy_helper.to_array(value).tolist() if isinstance(value, onnx.TensorProto) else value


def ends(values):
    return [(v.name, [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]) for v in values]


def graph(path):
    model = onnx.load(path)
    nodes = [
        (n.op_type, n.name, list(n.input), list(n.output), {a.name: attribute(a) for a in n.attribute})
        for n in model.graph.node
    ]
    tensors = [(t.name, t.data_type, list(t.dims)) for t in model.graph.initializer]
    versions = [(o.domain, o.version) for o in model.opset_import]
    return {
        "versions": versions,
        "nodes": nodes,
        "initializers": tensors,
        "inputs": ends(model.graph.input),
        "outputs": ends(model.graph.output),
    }


def tensors(path):
    with safe_open(path, "np") as file:
        return {name: (file.get_slice(name).get_dtype(), file.get_slice(name).get_shape()) for name in file.keys()}


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    made, names = Path(sys.argv[1]), sys.argv[2:] or list(NETWORKS)
    differences = []
    for name in names:
        ours, theirs = graph(made / f"{name}.onnx"), graph(BUNDLED / f"{name}.onnx")
        found = [f"{name}.onnx: {part} differ" for part in ours if ours[part] != theirs[part]]
        for suffix in ["safetensors", "ref.safetensors"]:
            file = f"{name}.{suffix}"
            if tensors(made / file) != tensors(BUNDLED / file):
                found.append(f"{file}: tensors differ")
        operators = " ".join(sorted({n[0] for n in ours["nodes"]}))
        print(f"{name}: {len(ours['nodes'])} nodes ({operators}), {'; '.join(found) or 'as bundled'}")
        differences += found
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
