#!/usr/bin/env python3
"""Files for boards, exchanged with independent programs value for value.

    python3 board_files.py EXAMPLE SPIKE DUMPS

EXAMPLE is the example `board_files` of spike-hw, SPIKE the command line, DUMPS the folder of the documented dumps.
The programs are those of requirements.txt. Prints a line for each check; exit code 1 if any fails.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import h5py
import libsonata
import nir
import numpy as np
from spinnman.config_setup import unittest_setup
from spinnman.messages.eieio import EIEIOPrefix, EIEIOType
from spinnman.messages.eieio.command_messages import (
    EventStopRequest,
    NotificationProtocolDatabaseLocation,
    NotificationProtocolStartResume,
)
from spinnman.messages.eieio.create_eieio_data import read_eieio_data_message
from spinnman.messages.eieio.data_messages import EIEIODataHeader, EIEIODataMessage

PIXELS = ["00488400", "02800820", "00000820", "00048500", "00000840", "00000082", "02800820", "00488400"]
STEPS = 20
FIRST_KEY = 0x70000


def digit():
    """The spikes of the dumps, from the formula: (neuron, step), step = min(T - 1, floor(T * (1 - x)))."""
    levels = [int(level) for row in PIXELS for level in row]
    return [(n, min(STEPS - 1, int(STEPS * (1 - level / 8)))) for n, level in enumerate(levels)]


def equal(what, first, second):
    first, second = np.asarray(first), np.asarray(second)
    assert first.shape == second.shape, f"{what}: shape {first.shape} is not {second.shape}"
    assert np.array_equal(first, second), f"{what}: {first} is not {second}"


# NIR ------------------------------------------------------------------------------------------------------------------


def eighths(*shape):
    return np.arange(1, 1 + int(np.prod(shape)), dtype=np.float32).reshape(shape) / np.float32(8)


def every_node():
    """The graph of the dump, in terms of the package nir."""
    image, each = (2, 4, 4), eighths(3)
    zeros = np.zeros_like(each)
    pool = [np.array([2, 2]), np.array([2, 2]), np.array([0, 0])]
    nodes = {
        "input": nir.Input({"input": np.array(image)}),
        "conv2d": nir.Conv2d((4, 4), eighths(2, 2, 3, 3), (1, 1), (1, 1), (1, 1), 1, eighths(2)),
        "if": nir.IF(eighths(*image), eighths(*image), np.zeros(image, np.float32)),
        "sum_pool": nir.SumPool2d(*pool),
        "avg_pool": nir.AvgPool2d(*pool),
        "flatten": nir.Flatten({"input": np.array([2, 1, 1])}, 0, -1),
        "affine": nir.Affine(eighths(3, 2), each),
        "lif": nir.LIF(each, each, each, each, zeros),
        "linear": nir.Linear(eighths(3, 3)),
        "cuba_lif": nir.CubaLIF(each, each, each, each, each, zeros, each),
        "scale": nir.Scale(each),
        "delay": nir.Delay(each),
        "threshold": nir.Threshold(each),
        "cuba_li": nir.CubaLI(each, each, each, each, each),
        "li": nir.LI(each, each, each),
        "i": nir.I(each),
        "output": nir.Output({"output": np.array([3])}),
        "signal_in": nir.Input({"input": np.array([2, 8])}),
        "conv1d": nir.Conv1d(8, eighths(3, 2, 3), 1, "same", 1, 1, eighths(3)),
        "signal_out": nir.Output({"output": np.array([3, 8])}),
    }
    names = list(nodes)
    edges = [*zip(names[:17], names[1:17]), *zip(names[17:], names[18:])]
    return nir.NIRGraph(nodes, edges, metadata={"reset": "subtract", "num_timesteps": 64})


def more_graphs():
    """Further parameters of the nodes, in both precisions.

    The check of types in nir 1.0.8 counts the input channels of one group only, so it is left out here.
    """
    rng = np.random.default_rng(1)
    for dtype in (np.float32, np.float64):
        draw = lambda *shape: rng.normal(size=shape).astype(dtype)
        for padding in ("same", "valid", 2):
            length = {"same": 9, "valid": 7, 2: 11}[padding]
            nodes = {
                "a": nir.Input({"input": np.array([4, 9])}),
                "b": nir.Conv1d(9, draw(6, 2, 3), 1, padding, 1, 2, draw(6)),
                "c": nir.Output({"output": np.array([6, length])}),
            }
            yield nir.NIRGraph(nodes, [("a", "b"), ("b", "c")], type_check=False)
        nodes = {
            "a": nir.Input({"input": np.array([4, 9, 8])}),
            "b": nir.Conv2d((9, 8), draw(6, 4, 3, 3), (2, 2), "valid", (1, 1), 1, draw(6)),
            "c": nir.Output({"output": np.array([6, 4, 3])}),
        }
        yield nir.NIRGraph(nodes, [("a", "b"), ("b", "c")], type_check=False)
        neuron = nir.CubaLIF(draw(5), draw(5), draw(5), draw(5), draw(5), metadata={"reset": "zero", "delay": 1.5})
        nodes = {
            "in": nir.Input({"input": np.array([7])}),
            "weights ü": nir.Affine(draw(5, 7), draw(5)),
            "neuron": neuron,
            "loop": nir.Linear(draw(5, 5)),
            "out": nir.Output({"output": np.array([5])}),
        }
        edges = [("in", "weights ü"), ("weights ü", "neuron"), ("neuron", "loop"), ("loop", "neuron"), ("neuron", "out")]
        yield nir.NIRGraph(nodes, edges, metadata={"levels": np.arange(6).reshape(2, 3), "scale": draw(2), "ok": True},
                           type_check=False)


def equal_dict(where, first, second):
    assert set(first) == set(second), f"{where}: {sorted(first)} is not {sorted(second)}"
    for name, value in first.items():
        if isinstance(value, dict):
            equal_dict(f"{where}/{name}", value, second[name])
        else:
            equal(f"{where}/{name}", value, second[name])
            wide = np.asarray(value).dtype.kind == "f"
            assert not wide or np.asarray(value).dtype == np.asarray(second[name]).dtype, f"{where}/{name}: precision"


def equal_graphs(first, second):
    assert sorted(first.edges) == sorted(second.edges), f"{first.edges} is not {second.edges}"
    equal_dict("metadata", first.metadata, second.metadata)
    assert set(first.nodes) == set(second.nodes)
    for name, node in first.nodes.items():
        equal_dict(name, node.to_dict(), second.nodes[name].to_dict())


def check_nir(rewrite, folder, dumps):
    equal_graphs(every_node(), nir.read(dumps / "every_node.nir"))
    yield "NIR: nir reads our file of every node"
    for index, graph in enumerate([every_node(), *more_graphs()]):
        theirs = folder / f"{index}.nir"
        nir.write(theirs, graph)
        equal_graphs(nir.read(theirs, type_check=False), nir.read(rewrite(theirs), type_check=False))
    yield f"NIR: {index + 1} files of nir are read and written again"


# netx -----------------------------------------------------------------------------------------------------------------


def check_converted(folder, spike):
    data = pathlib.Path(__file__).resolve().parents[4] / "data"
    images = data / "mnist/calibration-images-idx3-ubyte.gz"
    few = ["--calibration-samples", "50", "--test-samples", "5", "--timesteps", "4"]
    path, spikenet = folder / "converted.nir", folder / "converted.spikenet"
    for output in [path, spikenet]:
        run(spike, "convert", data / "models/rescnn.onnx", "--calibration", images, *few, "--spikes", "binary", "-o", output)
    graph = nir.read(path)
    kinds = sorted(type(node).__name__ for node in graph.nodes.values())
    expected = ["Affine", "AvgPool2d", "Conv2d", "Conv2d", "Conv2d", "Conv2d", "Flatten", "IF", "IF", "IF", "IF", "Input"]
    equal("nodes", kinds, expected + ["Output", "Scale"])
    equal("reset", graph.metadata["reset"], "subtract")
    # The same weights stand in the other file, whose thresholds normalise them.
    length = int.from_bytes(spikenet.read_bytes()[:8], "little")
    header = json.loads(spikenet.read_bytes()[8 : 8 + length])

    def tensor(name):
        start, end = header[name]["data_offsets"]
        kind = {"F32": "<f4", "F64": "<f8"}[header[name]["dtype"]]
        raw = spikenet.read_bytes()[8 + length + start : 8 + length + end]
        return np.frombuffer(raw, kind).reshape(header[name]["shape"]).astype(float)

    before, after = (tensor(f"/relu{number}/Relu.threshold") for number in (1, 2))
    normalised = tensor("/conv2/Conv.weight") * before[None, :, None, None] / after[:, None, None, None]
    equal("conv2", graph.nodes["conv2_Conv"].weight, normalised.astype(np.float32))
    yield "NIR: nir reads what `spike convert` writes, weights as in the .spikenet file"


def tree(path):
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return found


def counted(*shape):
    return (np.arange(int(np.prod(shape))) % 7 - 3).reshape(shape)


def cuba():
    return {"type": b"CUBA", "iDecay": 1024, "vDecay": 128, "vThMant": 80, "refDelay": 1, "gradedSpike": False}


def every_layer():
    """The network of the dump, by the layout that lava-dl documents."""
    two = lambda n: np.array([n, n])
    window = lambda kernel, stride, padding: {
        "kernelSize": two(kernel), "stride": two(stride), "padding": two(padding), "dilation": two(1)}
    conv = {"inChannels": 1, "outChannels": 2, "groups": 1, **window(3, 1, 1)}
    layers = [
        {"type": b"input", "shape": [1, 8, 8], "weight": [64], "bias": [0], "neuron": cuba()},
        {"type": b"conv", "shape": [2, 8, 8], "weight": counted(2, 1, 3, 3), "bias": counted(2), "neuron": cuba(), **conv},
        {"type": b"pool", "shape": [2, 4, 4], "weight": counted(1, 1, 2, 2), "neuron": cuba(), **window(2, 2, 0)},
        {"type": b"flatten", "shape": [32]},
        {"type": b"dense", "shape": [6], "inFeatures": 32, "outFeatures": 6, "weight": counted(6, 32),
         "delay": np.arange(6), "neuron": cuba()},
        {"type": b"concat", "shape": [38], "layers": [3]},
        {"type": b"average", "shape": [2]},
    ]
    return {"layer": dict(enumerate(layers)), "simulation": {"Ts": 1, "tSample": 20}}


def flat(where, node):
    for name, value in node.items():
        path = f"{where}/{name}" if where else str(name)
        if isinstance(value, dict):
            yield from flat(path, value)
        else:
            in_array = name == "type" and "neuron" not in where
            yield path, np.array([value]) if in_array else value


def write_netx(path, network, weights=np.float32):
    """A file as lava-dl exports it: types of ten bytes in an array, weights as real numbers."""
    with h5py.File(path, "w") as file:
        for name, value in flat("", network):
            if name.endswith("neuron/type"):
                file.create_dataset(name, data=value.decode(), dtype=h5py.string_dtype())
            elif name.endswith("type"):
                file.create_dataset(name, (1,), "S10", value)
            elif name.rsplit("/")[-1] in ("weight", "bias", "delay"):
                file.create_dataset(name, data=np.asarray(value, weights))
            else:
                file.create_dataset(name, data=value)


def check_netx(rewrite, folder, dumps, golden):
    found = tree(dumps / "every_layer.net")
    expected = dict(flat("", every_layer()))
    equal_dict("netx", expected, found)
    with h5py.File(dumps / "every_layer.net") as file:
        for index in range(7):
            kind = file[f"layer/{index}/type"]
            assert kind.dtype == "S10" and kind.shape == (1,), "a type is ten bytes in an array of one"
        assert file["layer/0/neuron/gradedSpike"].dtype == bool
    yield "netx: h5py reads our file of every layer"
    case = json.loads(golden.read_text())
    neuron = {**cuba(), "iDecay": case["iDecay"], "vDecay": case["vDecay"], "vThMant": case["vThMant"]}
    weight = np.array(case["weights"])
    tiny = {"layer": {0: {"type": b"dense", "shape": [len(weight)], "inFeatures": weight.shape[1],
                          "outFeatures": len(weight), "weight": weight, "neuron": neuron}}}
    for name, network in (("every", every_layer()), ("tiny", tiny)):
        for weights in (np.float32, np.float64, np.int64):
            theirs = folder / f"{name}.net"
            write_netx(theirs, network, weights)
            first, second = tree(theirs), tree(rewrite(theirs))
            assert set(first) == set(second)
            for key, value in first.items():
                equal(key, value, second[key])
    yield "netx: 6 files of the layout of lava-dl are read and written again"


# SONATA ---------------------------------------------------------------------------------------------------------------


def read_sonata(path, population):
    found = libsonata.SpikeReader(str(path))[population]
    return found, found.get_dict()


def write_sonata(path, times, nodes, sorting):
    kinds = {"none": 0, "by_id": 1, "by_time": 2}
    with h5py.File(path, "w") as file:
        group = file.create_group("spikes/cells")
        if sorting is not None:
            group.attrs.create("sorting", kinds[sorting], dtype=h5py.enum_dtype(kinds, basetype="u1"))
        data = group.create_dataset("timestamps", data=times)
        data.attrs["units"] = "ms"
        group.create_dataset("node_ids", data=np.asarray(nodes, np.uint64))


def check_sonata(rewrite, folder, dumps, spike):
    found, spikes = read_sonata(dumps / "digit.h5", "digit")
    expected = sorted((step, neuron) for neuron, step in digit())
    assert (found.sorting, found.time_units) == ("by_time", "ms"), (found.sorting, found.time_units)
    equal("timestamps", spikes["timestamps"], [float(step) for step, _ in expected])
    equal("node_ids", spikes["node_ids"], [neuron for _, neuron in expected])
    yield "SONATA: libsonata reads our file"
    rng = np.random.default_rng(2)
    for sorting in (None, "none", "by_id", "by_time"):
        for count in (0, 1, 5000):
            cells = rng.choice(100 * 1000, count, replace=False)
            nodes, steps = cells // 1000, cells % 1000
            order = {"by_id": np.lexsort((steps, nodes)), "by_time": np.lexsort((nodes, steps))}
            order = order.get(sorting, np.arange(count))
            theirs = folder / "theirs.h5"
            write_sonata(theirs, (steps[order] * 0.1), nodes[order], sorting)
            _, first = read_sonata(theirs, "cells")
            _, second = read_sonata(rewrite(theirs), "spike")
            by_time = np.lexsort((first["node_ids"], first["timestamps"]))
            equal("node_ids", first["node_ids"][by_time], second["node_ids"])
            # Steps are decimals of a millisecond; each file holds a double within one unit in the last place.
            equal("steps", np.rint(first["timestamps"][by_time] * 10), np.rint(second["timestamps"] * 10))
            assert np.all(np.abs(first["timestamps"][by_time] - second["timestamps"]) <= 2.0**-46)
    yield "SONATA: 12 files are read, written again and read by libsonata"
    values, ours, text = folder / "values.npy", folder / "spikes.h5", folder / "spikes.csv"
    np.save(values, rng.random((3, 50)))
    run(spike, "encode", values, "-o", ours, "--seed", "1")
    run(spike, "cat", ours, "-o", text)
    rows = np.loadtxt(text, delimiter=",", skiprows=2, dtype=np.int64, comments="#")
    _, spikes = read_sonata(ours, "spike")
    steps = rows[:, 0] * 1000 + rows[:, 2]
    order = np.lexsort((rows[:, 1], steps))
    equal("node_ids", spikes["node_ids"], rows[order, 1])
    equal("timestamps", spikes["timestamps"], steps[order] * 100_000 / 1e6)
    yield f"SONATA: libsonata reads what `spike encode` writes, {len(rows)} spikes of 3 samples"


# EIEIO ----------------------------------------------------------------------------------------------------------------


def packets(path):
    """The packets of our container."""
    data = path.read_bytes()
    assert data[:8] == b"SPKEIEIO" and struct.unpack("<I", data[12:16])[0] == zlib.crc32(data[:12])
    at, found = 16, []
    while True:
        length, crc = struct.unpack_from("<II", data, at)
        at += 8
        if length == 0:
            assert struct.unpack_from("<Q", data, at)[0] == len(found) and at + 8 == len(data)
            return found
        packet = data[at:at + length]
        assert zlib.crc32(packet) == crc
        found.append(packet)
        at += length


def container(messages):
    head = b"SPKEIEIO" + struct.pack("<HH", 1, 0)
    out = head + struct.pack("<I", zlib.crc32(head))
    for raw in messages:
        out += struct.pack("<II", len(raw), zlib.crc32(raw)) + raw
    count = struct.pack("<Q", len(messages))
    return out + struct.pack("<II", 0, zlib.crc32(count)) + count


def check_eieio(rewrite, folder, dumps):
    unittest_setup()
    found = []
    for raw in packets(dumps / "digit.eieio"):
        message = read_eieio_data_message(raw, 0)
        while message.is_next_element:
            element = message.next_element
            found.append((element.payload, element.key - FIRST_KEY))
    equal("spikes", found, sorted((step, neuron) for neuron, step in digit()))
    yield "EIEIO: spinnman reads our packets"
    rng = np.random.default_rng(3)
    draw = lambda bits: int(rng.integers(0, 1 << bits))
    messages = []
    for kind in EIEIOType:
        for prefix in (None, EIEIOPrefix.LOWER_HALF_WORD, EIEIOPrefix.UPPER_HALF_WORD):
            for base, is_time in ((None, False), (draw(8 * kind.key_bytes), False), (draw(8 * kind.key_bytes), True)):
                header = EIEIODataHeader(kind, tag=draw(2), prefix=None if prefix is None else draw(16),
                                         prefix_type=prefix or EIEIOPrefix.LOWER_HALF_WORD,
                                         payload_base=base, is_time=is_time)
                message = EIEIODataMessage(header)
                for _ in range(draw(4)):
                    if kind.payload_bytes:
                        message.add_key_and_payload(draw(8 * kind.key_bytes), draw(8 * kind.key_bytes))
                    else:
                        message.add_key(draw(8 * kind.key_bytes))
                messages.append(message.bytestring)
    for command in (EventStopRequest(), NotificationProtocolStartResume(), NotificationProtocolDatabaseLocation("db")):
        messages.append(command.bytestring)
    theirs = folder / "theirs.eieio"
    theirs.write_bytes(container(messages))
    assert packets(rewrite(theirs)) == messages
    yield f"EIEIO: {len(messages)} packets of spinnman are read and written again, byte for byte"


# records --------------------------------------------------------------------------------------------------------------


def check_records(dumps):
    """The record of nengo-loihi's LoihiSpikeInput, seven little-endian integers, and its packed words."""
    expected = sorted((step, neuron) for neuron, step in digit())
    data = (dumps / "digit.records").read_bytes()
    assert data[-16:-12] == b"REND"
    body = np.frombuffer(data[32 + 16:32 + 16 + 28 * len(expected)], "<i4").reshape(-1, 7)
    equal("records", body, [(step, 0, 0, 5, neuron, 0, 0) for step, neuron in expected])
    words = np.frombuffer((dumps / "digit.words").read_bytes(), "<u4").reshape(-1, 2)
    equal("words", words, [(5 << 16 | neuron, 0) for _, neuron in expected])
    yield "records and host words: as their layout says"


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def main():
    example, spike, dumps = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "loihi_netx_tiny.json"
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def rewrite(path):
            ours = path.with_name(f"ours_{path.name}")
            run(example, "rewrite", path, ours)
            return ours

        checks = [
            check_nir(rewrite, folder, dumps),
            check_converted(folder, spike),
            check_netx(rewrite, folder, dumps, golden),
            check_sonata(rewrite, folder, dumps, spike),
            check_eieio(rewrite, folder, dumps),
            check_records(dumps),
        ]
        for check in checks:
            try:
                for line in check:
                    print(f"ok      {line}")
            except Exception as error:
                failed += 1
                print(f"FAILED  {check.__name__}: {type(error).__name__}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
