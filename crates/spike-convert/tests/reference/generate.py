#!/usr/bin/env python3
"""Figures that the tests of spike-convert are held against, computed without it: numpy, float64, one loop per step.

Reads the bundled networks and images and writes `<model>.safetensors` beside this file. README.md lists the tensors and
the rules that were simulated.

    python3 crates/spike-convert/tests/reference/generate.py   # needs numpy
"""
import gzip
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[3] / "data"
CALIBRATION, IMAGES = 50, 10
TIMESTEPS = [1, 2, 4, 8, 16, 32]
LEVELS = [4, 16]
BN_EPSILON = 1e-5
DEAD = 1e-3

# Name, kind and options of each layer, in order; its input is the layer before.
CNN = [
    ("conv1", "conv", {"bn": "bn1", "stride": 1}),
    ("relu1", "relu", {}),
    ("pool1", "POOL", {}),
    ("conv2", "conv", {"bn": "bn2", "stride": 1}),
    ("relu2", "relu", {}),
    ("pool2", "POOL", {}),
    ("flatten", "flatten", {}),
    ("fc1", "dense", {}),
    ("relu3", "relu", {}),
    ("fc2", "dense", {}),
]
NETWORKS = {
    "mlp": [
        ("flatten", "flatten", {}),
        ("fc1", "dense", {}),
        ("relu1", "relu", {}),
        ("fc2", "dense", {}),
        ("relu2", "relu", {}),
        ("fc3", "dense", {}),
    ],
    "cnn_max": [(name, kind.replace("POOL", "max_pool"), options) for name, kind, options in CNN],
    "cnn_avg": [(name, kind.replace("POOL", "average_pool"), options) for name, kind, options in CNN],
    "rescnn": [
        ("conv1", "conv", {"bn": "bn1", "stride": 2}),
        ("relu1", "relu", {}),
        ("conv2", "conv", {"bn": "bn2", "stride": 1}),
        ("relu2", "relu", {}),
        ("conv3", "conv", {"bn": "bn3", "stride": 1}),
        ("add", "add", {"with": "relu1"}),
        ("relu3", "relu", {}),
        ("conv4", "conv", {"bn": "bn4", "stride": 2}),
        ("relu4", "relu", {}),
        ("gap", "global_average", {}),
        ("fc", "dense", {}),
    ],
}


def read_safetensors(path):
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    kinds = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4"}
    body = data[8 + size :]
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def write_safetensors(path, tensors):
    """Tensors in the order of their names; the header is padded to 8 bytes, as the format advises."""
    kinds = {"<f8": "F64", "<i4": "I32", "<u2": "U16", "|u1": "U8"}
    header, body = {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n)):
        array = np.ascontiguousarray(tensors[name])
        begin = len(body)
        body += array.tobytes()
        kind = kinds[array.dtype.str]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [begin, len(body)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


def images(name, count):
    raw = gzip.decompress((DATA / "mnist" / name).read_bytes())
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 1, 28, 28)
    # The networks were trained on float32 pixels, which is what a converted network receives.
    return (pixels[:count].astype(np.float32) / np.float32(255)).astype(np.float64)


def conv(x, weight, stride):
    """3 x 3 cross-correlation with a border of one zero."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    rows, columns = (x.shape[2] - 1) // stride + 1, (x.shape[3] - 1) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns))
    for i in range(3):
        for j in range(3):
            window = padded[:, :, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]
            out += np.einsum("oc,nchw->nohw", weight[:, :, i, j], window, optimize=True)
    return out


def windows(x):
    """The four members of each 2 x 2 window, on a new last axis."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)


def per_channel(values, like):
    return values.reshape((1, -1) + (1,) * (like.ndim - 2))


class Network:
    def __init__(self, name):
        self.name, self.layers, self.affine = name, NETWORKS[name], {}
        stored = {k: v.astype(np.float64) for k, v in read_safetensors(DATA / "models" / f"{name}.safetensors").items()}
        for layer, kind, options in self.layers:
            if kind not in ("conv", "dense"):
                continue
            weight = stored[f"{layer}.weight"]
            bias = stored.get(f"{layer}.bias", np.zeros(len(weight)))
            if "bn" in options:
                bn = options["bn"]
                factor = stored[f"{bn}.weight"] / np.sqrt(stored[f"{bn}.running_var"] + BN_EPSILON)
                bias = (bias - stored[f"{bn}.running_mean"]) * factor + stored[f"{bn}.bias"]
                weight = weight * factor[:, None, None, None]
            self.affine[layer] = weight, bias

    def pass_through(self, x, activation, max_pool, bias_factor=1.0):
        """One pass; `activation(layer, z)` stands for ReLU and `max_pool(layer, x)` for its name.

        Everything else is linear, so it is the same for activations, for the spikes of a step and for sums of them.
        """
        outputs = {}
        for layer, kind, options in self.layers:
            if kind in ("conv", "dense"):
                weight, bias = self.affine[layer]
                x = conv(x, weight, options["stride"]) if kind == "conv" else x @ weight.T
                x = x + per_channel(bias * bias_factor, x)
            elif kind == "relu":
                x = activation(layer, x)
            elif kind == "max_pool":
                x = max_pool(layer, x)
            elif kind == "average_pool":
                x = windows(x).mean(axis=-1)
            elif kind == "global_average":
                x = x.mean(axis=(2, 3))
            elif kind == "flatten":
                x = x.reshape(len(x), -1)
            elif kind == "add":
                x = x + outputs[options["with"]]
            outputs[layer] = x
        return x, outputs

    def analog(self, x):
        return self.pass_through(x, lambda _, z: np.maximum(z, 0.0), lambda _, y: windows(y).max(axis=-1))


def statistics(activation):
    """Maxima and 99.9 % quantiles (numpy's 'linear') of all values and of those above zero, in all and per channel."""
    channels = np.moveaxis(activation, 1, 0).reshape(activation.shape[1], -1)

    def quantile(values):
        return np.percentile(values, 99.9, method="linear") if values.size else 0.0

    found = {}
    for suffix, rows in [("layer", activation.reshape(1, -1)), ("channel", channels)]:
        found[f"max.{suffix}"] = rows.max(axis=1)
        found[f"p999.{suffix}"] = np.array([quantile(row) for row in rows])
        found[f"p999_positive.{suffix}"] = np.array([quantile(row[row > 0]) for row in rows])
    return found


class Spiking:
    """Integrate-and-fire neurons in PSP form: weights as they are, a spike of channel c carries theta_c."""

    def __init__(self, network, theta, ternary, limit=None):
        self.network, self.theta, self.ternary, self.limit = network, theta, ternary, limit
        self.potential, self.net, self.events, self.margin = {}, {}, {}, np.inf

    def fire(self, layer, current):
        theta = per_channel(self.theta[layer], current)
        if layer not in self.potential:
            self.potential[layer] = np.zeros_like(current) + theta / 2
            self.net[layer] = np.zeros(current.shape, np.int64)
            self.events[layer] = np.zeros(len(current), np.int64)
        v, n = self.potential[layer] + current, self.net[layer]
        up, distance = v >= theta, np.abs(v - theta)
        if self.limit is not None:
            up &= n < self.limit
            distance = np.where(n < self.limit, distance, np.inf)
        down = np.zeros_like(up)
        if self.ternary:
            down = (v < 0) & (n > 0)
            distance = np.minimum(distance, np.where(n > 0, np.abs(v), np.inf))
        self.margin = min(self.margin, (distance / theta).min())
        spike = up.astype(np.int64) - down
        self.potential[layer] = v - theta * spike
        self.net[layer] = n + spike
        self.events[layer] += np.abs(spike).reshape(len(spike), -1).sum(axis=1)
        return theta * spike

    def max_pool(self, layer, amplitudes):
        """Emits the change of the largest cumulative amplitude, so that the sum is the largest sum at every step."""
        # Counts are exact, and one channel has one amplitude, so the largest count is the largest amplitude.
        names = [name for name, _, _ in self.network.layers]
        source = names[names.index(layer) - 1]
        largest = windows(self.net[source]).max(axis=-1)
        before = self.net.get(layer, np.zeros_like(largest))
        self.net[layer] = largest
        events = np.abs(largest - before).reshape(len(largest), -1).sum(axis=1)
        self.events[layer] = self.events.get(layer, 0) + events
        return per_channel(self.theta[source], amplitudes) * (largest - before)

    def step(self, x, bias_factor=1.0):
        """One step without delay: each layer reads what the layer before emitted in the same step."""
        return self.network.pass_through(x, self.fire, self.max_pool, bias_factor)[0]


def channels(counts):
    return counts.reshape(counts.shape[0], counts.shape[1], -1).sum(axis=2)


def first_layer_is_closed_form(network, spiking, x, steps):
    """Constant current z gives clip(floor((z T + theta / 2) / theta), 0, T) spikes."""
    layer = next(iter(spiking.net))
    current = {}
    network.pass_through(x, lambda name, z: current.setdefault(name, z), lambda _, y: windows(y).max(axis=-1))
    theta = per_channel(spiking.theta[layer], current[layer])
    expected = np.clip(np.floor((current[layer] * steps + theta / 2) / theta), 0, steps)
    return (spiking.net[layer] == expected).all()


def rate_mode(network, theta, x, ternary, prefix, tensors):
    spiking, logits, rows = Spiking(network, theta, ternary), 0.0, {}
    for step in range(1, TIMESTEPS[-1] + 1):
        logits = logits + spiking.step(x)
        if step not in TIMESTEPS:
            continue
        rows.setdefault(f"{prefix}.logits", []).append(logits)
        rows.setdefault(f"{prefix}.margin", []).append(spiking.margin)
        assert ternary or first_layer_is_closed_form(network, spiking, x, step)
        for layer, net in spiking.net.items():
            rows.setdefault(f"{prefix}.net.{layer}", []).append(channels(net).astype(np.uint16))
            rows.setdefault(f"{prefix}.events.{layer}", []).append(spiking.events[layer].astype(np.int32))
    tensors.update({name: np.stack(row) for name, row in rows.items()})
    for layer, net in spiking.net.items():
        tensors[f"{prefix}.first_image.{layer}"] = net[0].astype(np.uint8)
    return spiking


def exact_mode(network, theta, x, levels, tensors):
    """The closed form layer by layer, and that the neurons settle on the same counts."""
    prefix, counts, margin = f"exact{levels}", {}, np.inf

    def quantise(layer, z):
        nonlocal margin
        limits = per_channel(theta[layer], z)
        quotient = z / limits + 0.5
        inside = (quotient > 0.5) & (quotient < levels + 0.5)
        margin = min(margin, np.where(inside, np.abs(quotient - np.round(quotient)), np.inf).min())
        counts[layer] = np.clip(np.floor(quotient), 0, levels).astype(np.int64)
        return limits * counts[layer]

    def pool(layer, y):
        return windows(y).max(axis=-1)

    logits, _ = network.pass_through(x * levels, quantise, pool, levels)

    spiking, sums = Spiking(network, theta, True, levels), 0.0
    for _ in range(levels):
        sums = sums + spiking.step(x)
    settle = 0
    while True:
        before = {layer: events.copy() for layer, events in spiking.events.items()}
        sums = sums + spiking.step(np.zeros_like(x), 0.0)
        if all((spiking.events[layer] == before[layer]).all() for layer in before):
            break
        settle += 1
    for layer, expected in counts.items():
        assert (spiking.net[layer] == expected).all(), f"{network.name}, {levels} levels: {layer} did not settle"
    assert np.abs(sums - logits).max() < 1e-9

    tensors[f"{prefix}.logits"] = logits
    tensors[f"{prefix}.margin"] = np.array([margin])
    tensors[f"{prefix}.settle_steps"] = np.array([settle], np.int32)
    for layer, net in counts.items():
        tensors[f"{prefix}.net.{layer}"] = channels(net).astype(np.uint16)
        tensors[f"{prefix}.first_image.{layer}"] = net[0].astype(np.uint8)
    return settle, margin


def main() -> None:
    calibration = images("calibration-images-idx3-ubyte.gz", CALIBRATION)
    test = images("t10k-images-idx3-ubyte.gz", IMAGES)
    for name in NETWORKS:
        network, tensors, theta = Network(name), {}, {}
        logits, _ = network.analog(test)
        stored = read_safetensors(DATA / "models" / f"{name}.ref.safetensors")
        assert np.abs(stored["input"][:IMAGES] - test).max() == 0
        error = np.abs(stored["logits"][:IMAGES] - logits).max()
        assert error < 1e-4, f"{name}: {error} from the logits of PyTorch"
        tensors["analog.logits"] = logits

        _, outputs = network.analog(calibration)
        for layer, kind, _ in network.layers:
            if kind == "relu":
                found = statistics(outputs[layer])
                tensors.update({f"{statistic}.{layer}": value for statistic, value in found.items()})
                theta[layer] = np.maximum(found["max.channel"], DEAD * found["max.layer"])
                tensors[f"theta.{layer}"] = theta[layer]

        binary = rate_mode(network, theta, test, False, "binary", tensors)
        ternary = rate_mode(network, theta, test, True, "ternary", tensors)
        exact = {levels: exact_mode(network, theta, test, levels, tensors) for levels in LEVELS}
        path = HERE / f"{name}.safetensors"
        write_safetensors(path, tensors)
        print(
            f"{name}: {path.stat().st_size} bytes, logits within {error:.1e} of PyTorch; closest decision "
            f"{binary.margin:.1e} binary, {ternary.margin:.1e} ternary; "
            + ", ".join(f"{l} levels: settled in {s} steps, closest {m:.1e}" for l, (s, m) in exact.items())
        )


if __name__ == "__main__":
    main()
