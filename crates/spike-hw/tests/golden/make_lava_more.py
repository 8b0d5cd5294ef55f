"""Writes loihi_lava_more.json: connections of lava-nc 0.10.0, its own methods with the ports replaced.

Needs lava-nc 0.10.0 and its dependencies. Ports are objects with recv and send; nothing else is changed.
"""

import json

import numpy as np
from lava.magma.core.process.connection import LearningConnectionProcess  # noqa: F401  (import order)
from lava.proc.conv.models import PyConvModelFixed
from lava.proc.conv.utils import output_shape
from lava.proc.dense.models import PyDelayDenseModelBitAcc, PyDenseModelBitAcc
from lava.proc.io.encoder import Compression, PyDeltaEncoderModelDense
from lava.proc.lif.models import PyLifModelBitAcc
from lava.utils.weightutils import SignMode, determine_sign_mode, optimize_weight_bits

T = 60
rng = np.random.default_rng(20261125)


class In:
    def __init__(self, data):
        self.data, self.t = data, 0

    def recv(self):
        self.t += 1
        return self.data[self.t - 1]


class Out:
    def __init__(self, shape):
        self.sent, self.shape = [], shape

    def send(self, data):
        self.sent.append(np.array(data).astype(np.int32))


def run(model, steps, s_in, shape, a_out="a_out", source="s_in"):
    setattr(model, source, In(s_in))
    setattr(model, a_out, Out(shape))
    for _ in range(steps):
        model.run_spk()
    return np.array(getattr(model, a_out).sent)


def dense(weights, s_in, **params):
    model = PyDenseModelBitAcc(params)
    model.weights = weights.astype(np.int32)
    model.a_buff = np.zeros(weights.shape[0], dtype=np.int32)
    model.num_message_bits = np.array([params.get("num_message_bits", 0)])
    return run(model, len(s_in), s_in, model.a_buff.shape)


def delay_dense(weights, delays, s_in, **params):
    model = PyDelayDenseModelBitAcc(params)
    model.weights = weights.astype(np.int32)
    model.delays = delays.astype(np.int32)
    model.a_buff = np.zeros((weights.shape[0], delays.max() + 1), dtype=np.int32)
    model.num_message_bits = np.array([params.get("num_message_bits", 0)])
    return run(model, len(s_in), s_in, (weights.shape[0],))


def conv(weight, s_in, stride, padding, dilation, groups, num_message_bits):
    model = PyConvModelFixed({})
    model.weight = weight.astype(np.int32)
    model.kernel_size = np.array(weight.shape[1:3], dtype=np.int8)
    model.stride = np.array(stride, dtype=np.int8)
    model.padding = np.array(padding, dtype=np.int8)
    model.dilation = np.array(dilation, dtype=np.int8)
    model.groups = np.array([groups], dtype=np.int8)
    model.num_message_bits = np.array([num_message_bits], dtype=np.int8)
    shape = output_shape(s_in.shape[1:], weight.shape[0], weight.shape[1:3], stride, padding, dilation)
    model.a_buf = np.zeros(shape, dtype=np.int32)
    return run(model, len(s_in), s_in, shape), shape


def spikes(shape, p):
    return (rng.random((T, *shape)) < p).astype(np.int32)


cases = []
for bits in range(1, 9):
    for low, high, mode in [
        (-300, 300, None),
        (0, 300, None),
        (-300, 1, None),
        (-300, 300, "EXCITATORY"),
        (-300, 300, "INHIBITORY"),
        (0, 300, "MIXED"),
    ]:
        exp = int(rng.integers(-8, 8))
        w = rng.integers(low, high, (4, 7))
        s = spikes((7,), 0.4)
        params = {"weight_exp": exp, "num_weight_bits": bits}
        if mode:
            params["sign_mode"] = SignMode[mode]
        a = dense(w, s, **params)
        cases.append(
            dict(kind="dense", weights=w, weight_exp=exp, num_weight_bits=bits, sign_mode=mode or "auto", s_in=s, a_out=a)
        )
for exp in (-8, -3, -1, 0, 1, 7):
    w = rng.integers(-200, 200, (4, 7))
    s = rng.integers(-(2**20), 2**20, (T, 7)).astype(np.int32) * spikes((7,), 0.5)
    cases.append(
        dict(
            kind="graded",
            weights=w,
            weight_exp=exp,
            num_weight_bits=8,
            sign_mode="auto",
            s_in=s,
            a_out=dense(w, s, weight_exp=exp, num_message_bits=24),
        )
    )
for exp, bits, top, message in [(-4, 8, 63, 0), (-1, 6, 5, 0), (0, 8, 0, 0), (3, 4, 17, 0), (-2, 8, 9, 16)]:
    w, d = rng.integers(-256, 256, (5, 6)), rng.integers(0, top + 1, (5, 6))
    s = spikes((6,), 0.3) if message == 0 else rng.integers(-(2**15), 2**15, (T, 6)).astype(np.int32) * spikes((6,), 0.5)
    cases.append(
        dict(
            kind="delay_dense" if message == 0 else "delay_graded",
            weights=w,
            delays=d,
            weight_exp=exp,
            num_weight_bits=bits,
            sign_mode="auto",
            s_in=s,
            a_out=delay_dense(w, d, s, weight_exp=exp, num_weight_bits=bits, num_message_bits=message),
        )
    )
for shape, kernel, out, stride, padding, dilation, groups, message in [
    ((5, 4, 2), (3, 3), 3, (1, 1), (0, 0), (1, 1), 1, 0),
    ((7, 6, 4), (3, 2), 4, (2, 1), (1, 2), (1, 1), 2, 0),
    ((9, 8, 3), (3, 3), 3, (2, 3), (2, 1), (2, 3), 3, 0),
    ((6, 7, 2), (2, 3), 5, (1, 2), (1, 0), (3, 1), 1, 24),
    ((4, 4, 1), (4, 4), 2, (1, 1), (3, 3), (1, 1), 1, 24),
]:
    w = rng.integers(-256, 256, (out, *kernel, shape[2] // groups))
    steps = 12
    s = (rng.random((steps, *shape)) < 0.4).astype(np.int32)
    if message:
        s = s * rng.integers(-(2**17), 2**17, (steps, *shape)).astype(np.int32)
    a, out_shape = conv(w, s, stride, padding, dilation, groups, message)
    cases.append(
        dict(
            kind="conv" if message == 0 else "conv_graded",
            weights=w,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            out_shape=[int(n) for n in out_shape],
            s_in=s,
            a_out=a,
        )
    )
for vth, num_bits, exp in [(15, None, 3), (0, 8, 0), (7, 1, 2), (100, 4, 6), (3, 2, 0)]:
    a_in = np.cumsum(rng.integers(-40, 41, (T, 6)), axis=0).astype(np.int32)
    model = PyDeltaEncoderModelDense({"shape": (6,), "compression": Compression.DENSE})
    model.vth, model.spike_exp = np.array([vth * (1 << exp)], dtype=np.int32), np.array([exp], dtype=np.int32)
    model.act, model.residue = np.zeros(6, dtype=np.int32), np.zeros(6, dtype=np.int32)
    low, high = (-1, -1) if num_bits is None else (-(1 << num_bits - 1) << exp, ((1 << num_bits - 1) - 1) << exp)
    model.a_min, model.a_max = np.array([low], dtype=np.int32), np.array([high], dtype=np.int32)
    s = run(model, T, a_in, (6,), "s_out", "a_in")
    cases.append(dict(kind="delta", vth=vth, num_bits=num_bits, spike_exp=exp, a_in=a_in, s_out=s))
for low, high in [(-256, 256), (-3, 4), (-128, 128), (0, 256), (0, 2), (0, 100), (-255, 1), (-17, 1), (0, 1), (-1, 2)]:
    for multiple in (1, 4):
        w = rng.integers(low, high, (4, 5)) // multiple * multiple
        if w.max() <= 0 and w.min() < -255:
            continue
        mode = determine_sign_mode(w)
        best = optimize_weight_bits(w.copy(), mode)
        cases.append(
            dict(
                kind="optimise",
                weights=w,
                sign_mode=mode.name,
                optimised=best.weights,
                num_weight_bits=int(best.num_weight_bits),
                weight_exp=int(best.weight_exp),
            )
        )

for reach in (200, 20_000, 2**20):
    n = 12
    model = PyLifModelBitAcc({})
    model.u, model.v = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    du, dv = rng.integers(0, 4096, n), rng.integers(0, 4096, n)
    vth, mant, exp = rng.integers(0, reach // 2, n), rng.integers(-4096, 4096, n), rng.integers(-9, 8, n)
    model.du, model.dv = du.astype(np.uint16), dv.astype(np.uint16)
    model.vth = np.minimum(vth, 131071).astype(np.int32)
    model.bias_mant, model.bias_exp = mant.astype(np.int16), exp.astype(np.int16)
    a_in = rng.integers(-reach, reach, (T, n)).astype(np.int32)
    model.a_in, model.s_out, u, v = In(a_in), Out((n,)), [], []
    for _ in range(T):
        model.run_spk()
        u.append(model.u.copy())
        v.append(model.v.copy())
    cases.append(
        dict(
            kind="lif",
            params=dict(du=du, dv=dv, vth=model.vth, bias_mant=mant, bias_exp=exp),
            input=dict(a_in=a_in),
            u=np.array(u),
            v=np.array(v),
            s=np.array(model.s_out.sent),
        )
    )


def listed(value):
    if isinstance(value, dict):
        return {k: listed(v) for k, v in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


plain = [listed(case) for case in cases]
with open("loihi_lava_more.json", "w") as f:
    json.dump(
        {"generator": "make_lava_more.py", "lava_nc": "0.10.0", "numpy": np.__version__, "cases": plain},
        f,
        separators=(",", ":"),
    )
    f.write("\n")
print(len(cases))
