"""Writes loihi_nengo_more.json: networks, quantiser branches and memory of nengo-loihi 1.1.0.

Needs nengo-loihi 1.1.0, nengo 3.2.0 and numpy 1.23.
"""

import json
import warnings

import numpy as np
from nengo_loihi.block import Axon, LoihiBlock, Synapse, SynapseConfig
from nengo_loihi.builder import Model
from nengo_loihi.builder.discretize import discretize_compartment, discretize_synapse, discretize_weights
from nengo_loihi.inputs import SpikeInput
from nengo_loihi.emulator import EmulatorInterface
from nengo_loihi.hardware.interface import SpikePacker
from nengo_loihi.hardware.nxsdk_objects import LoihiSpikeInput

warnings.simplefilter("ignore")
T = 120
rng = np.random.default_rng(20261125)


def block(n):
    b = LoihiBlock(n)
    c = b.compartment
    c.decay_u = rng.integers(0, 4096, n).astype(np.int32)
    c.decay_v = rng.integers(0, 600, n).astype(np.int32)
    c.vth = (rng.integers(50, 900, n) * 64).astype(np.int32)
    c.bias = rng.integers(-2000, 4000, n).astype(np.int32)
    c.refract_delay = rng.integers(1, 5, n).astype(np.int32)
    c.scale_u = c.scale_v = False
    c.vmin, c.vmax = -(2 ** int(rng.integers(0, 24))) + 1, 2 ** (9 + 2 * int(rng.integers(4, 8))) - 1
    return b


def params(b):
    c = b.compartment
    return dict(
        decay_u=c.decay_u.tolist(),
        decay_v=c.decay_v.tolist(),
        vth=c.vth.tolist(),
        bias=c.bias.tolist(),
        refract_delay=c.refract_delay.tolist(),
        vmin=int(c.vmin),
        vmax=int(c.vmax),
    )


def dense(b, n_in, exp):
    s = Synapse(n_in)
    w = rng.integers(-127, 128, (n_in, b.n_neurons)) * 2
    s._set_weights_indices(w * 2 ** (6 + exp), weight_dtype=np.int32, compression=3)
    s.format(weight_exp=exp)
    b.add_synapse(s)
    return s


def population(b, n_axons, n_atoms, n_targets, exp):
    """Shared weights with a base for each axon, as a convolution uses them; some axons are unused."""
    s = Synapse(n_axons)
    groups = 3
    weights = [rng.integers(-127, 128, (n_atoms, n_targets)) * 2 * 2 ** (6 + exp) for _ in range(groups)]
    indices = [
        np.array([rng.choice(n_targets + 2, n_targets, replace=False) for _ in range(n_atoms)]) for _ in range(groups)
    ]
    bases = rng.integers(-1, (b.n_neurons - n_targets - 2) // 4, n_axons)
    s.set_population_weights(
        [w.astype(np.float32) for w in weights],
        indices,
        axon_to_weight_map=rng.integers(0, groups, n_axons),
        compartment_bases=[int(4 * x) if x >= 0 else -1 for x in bases],
    )
    s.weights = [w.astype(np.int32) for w in weights]
    s.format(weight_exp=exp)
    b.add_synapse(s)
    return s


def synapse(s):
    return dict(
        weight_exp=s.synapse_cfg.weight_exp,
        weights=[w.tolist() for w in s.weights],
        indices=[i.tolist() for i in s.indices],
        axon_to_weight=None if s.axon_to_weight_map is None else [int(x) for x in s.axon_to_weight_map],
        bases=None if s.axon_compartment_bases is None else [int(x) for x in s.axon_compartment_bases],
        num_axons=s.n_axons,
        idx_bits=int(s.synapse_cfg.real_idx_bits),
        bits=int(s.bits()),
    )


def network(name, build):
    blocks, inputs = build()
    model = Model(dt=0.001)
    for b in blocks:
        model.add_block(b)
    for i in inputs:
        model.add_input(i)
    where = {s: (i, j) for i, b in enumerate(blocks) for j, s in enumerate(b.synapses)}
    axons = lambda item: [
        dict(
            target=where[a.target],
            compartment_map=None if a.compartment_map is None else [int(x) for x in a.compartment_map],
            atoms=None if a.compartment_atoms is None else [int(x) for x in a.compartment_atoms],
        )
        for a in item.axons
    ]
    data = [(rng.random((T, i.n_neurons)) < 0.3).astype(int) for i in inputs]
    trace = dict(q=[], u=[], v=[], s=[])
    with EmulatorInterface(model, seed=1) as sim:
        for t in range(T):
            sim.host2chip([(i, t + 1, np.flatnonzero(d[t])) for i, d in zip(inputs, data)], [])
            sim.step()
            c = sim.compartment
            for key, value in [("q", c.input[0]), ("u", c.current), ("v", c.voltage), ("s", c.spiked)]:
                trace[key].append(value.astype(int).tolist())
    return dict(
        name=name,
        blocks=[dict(params(b), synapses=[synapse(s) for s in b.synapses], axons=axons(b)) for b in blocks],
        inputs=[dict(n=i.n_neurons, axons=axons(i), spikes=d.tolist()) for i, d in zip(inputs, data)],
        **trace,
    )


def connect(source, target, n, compartment_map=None, atoms=None):
    a = Axon(n)
    a.target = target
    if compartment_map is not None or atoms is not None:
        a.set_compartment_axon_map(compartment_map, atoms=atoms)
    (source.add_axon if hasattr(source, "add_axon") else source.axons.append)(a)


def feed_forward():
    b = [block(6), block(5)]
    i = SpikeInput(8)
    connect(i, dense(b[0], 8, 0), 8)
    connect(b[0], dense(b[1], 6, 1), 6)
    return b, [i]


def recurrent():
    b = [block(7)]
    i = SpikeInput(5)
    connect(i, dense(b[0], 5, 0), 5)
    connect(b[0], dense(b[0], 7, -2), 7)
    return b, [i]


def convolution():
    b = [block(30), block(12)]
    i = SpikeInput(20)
    p = population(b[0], 10, 4, 6, 0)
    connect(i, p, 20, rng.integers(-1, 10, 20), rng.integers(0, 4, 20))
    q = population(b[1], 9, 3, 4, 1)
    connect(b[0], q, 30, rng.integers(-1, 9, 30), rng.integers(0, 3, 30))
    connect(b[1], dense(b[0], 12, -3), 12)
    return b, [i]


def two_inputs():
    b = [block(4), block(4)]
    i, j = SpikeInput(6), SpikeInput(3)
    s = dense(b[0], 6, 0)
    connect(i, s, 6)
    connect(j, s, 3, np.array([5, 0, 5]))
    connect(j, dense(b[1], 3, 0), 3)
    connect(b[0], dense(b[1], 4, 0), 4)
    connect(b[1], dense(b[0], 4, -6), 4)
    return b, [i, j]


def overflowing():
    b = [block(9)]
    b[0].compartment.decay_u[:] = rng.integers(0, 40, 9)
    b[0].compartment.vmin, b[0].compartment.vmax = -(2**25) + 1, 2**23 - 1
    i = SpikeInput(40)
    connect(i, dense(b[0], 40, 6), 40)
    return b, [i]


networks = [network(f.__name__, f) for f in (feed_forward, recurrent, convolution, two_inputs, overflowing)]

quantised = []
for weights, bias, vth, scale_v, w_bits in [
    (None, [0.5, -0.25, 0.0], 1.0, True, 7),
    (None, [1e-7, 0.0, 3e-7], 1.0, True, 7),
    (None, [1000.0, -4.0, 7.0], 2.0, False, 7),
    (None, [0.0, 0.0, 0.0], 1.0, True, 7),
    (0.0, [0.0, 0.0, 0.0], 3.5, False, 7),
    (0.0, [0.5, 2.5, -1.0], 1.0, True, 7),
    (1e-9, [0.5, 2.5, -1.0], 1.0, False, 7),
    (1.0, [0.0, 3.0, -1.0], 1.0, True, 6),
    (1.0, [0.0, 0.1, -1.0], 1.0, True, 5),
    (3.0, [0.0, 0.1, -1.0], 1.0, False, 4),
    (9.0, [0.0, 0.1, -1.0], 1.0, True, 3),
    (0.5, [0.0, 0.1, -1.0], 1.0, False, 2),
    (20.0, [0.0, 0.1, -1.0], 1.0, True, 1),
    (0.05, [0.0, 0.01, -1.0], 1.0, True, 7),
    (0.02, [0.0, 0.01, -0.1], 0.2, False, 7),
    ("halves", [0.0, 0.01, -0.1], 1.0, True, 7),
    # The largest bias becomes 2047.5, which single and double precision round differently.
    (None, [0.19538305699825287, -0.19663932919502258, -0.22937214374542236], 15.0, True, 7),
    (None, [-0.0009191964636556804, 0.00024709926219657063, 0.00031705177389085293], 2.5, False, 7),
]:
    b = LoihiBlock(3)
    c = b.compartment
    c.configure_filter(0.005)
    if scale_v:
        c.configure_lif(tau_rc=0.02, tau_ref=0.002, vth=vth, min_voltage=-2)
    else:
        c.configure_relu(tau_ref=0.0, vth=vth)
        c.vmax = 3.0
    c.bias[:] = bias
    if weights == "halves":
        # Weights that become half a mantissa: single and double precision then round differently.
        s = Synapse(40)
        s.set_weights(np.append((2 * rng.integers(-60, 60, 119) + 1) * 0.7 / 255, 0.7).reshape(40, 3).astype(np.float32))
        b.add_synapse(s)
    elif weights is not None:
        for scale in (1.0, 0.3, 0.001):
            s = Synapse(4)
            s.set_weights((rng.normal(0, 1, (4, 3)) * weights * scale).astype(np.float32))
            s.format(weight_bits=w_bits)
            b.add_synapse(s)
    case = dict(
        float=dict(
            decay_u=c.decay_u.tolist(),
            decay_v=c.decay_v.tolist(),
            vth=c.vth.tolist(),
            bias=c.bias.tolist(),
            vmin=float(c.vmin),
            vmax=float(c.vmax) if np.isfinite(c.vmax) else "inf",
            scale_u=bool(c.scale_u),
            scale_v=bool(c.scale_v),
            weights=[[w[0].tolist() for w in s.weights] for s in b.synapses],
            weight_bits=w_bits,
        )
    )
    try:
        w_max = max((s.max_abs_weight() for s in b.synapses), default=0)
        info = discretize_compartment(c, w_max)
        for s in b.synapses:
            discretize_synapse(s, w_max, info["w_scale"], info["w_exp"])
        case["int"] = dict(
            decay_u=c.decay_u.tolist(),
            decay_v=c.decay_v.tolist(),
            vth=c.vth.tolist(),
            bias=c.bias.tolist(),
            vmin=int(c.vmin),
            vmax=int(c.vmax),
            synapses=[
                dict(weight_exp=s.synapse_cfg.weight_exp, weights=[w[0].tolist() for w in s.weights], bits=int(s.bits()))
                for s in b.synapses
            ],
        )
    except Exception as e:
        case["error"] = repr(e)
    quantised.append(case)

mantissas = []
for code in range(1, 8):
    for exp in range(-6, 8):
        cfg = SynapseConfig(weight_bits=code, weight_exp=exp, fanout_type=1)
        w = np.concatenate([rng.uniform(-255, 255, 12), [-255, 255, 0, 1, -1, 3, 5, 127.5]]).astype(np.float32)
        mantissas.append(
            dict(
                weight_bits=cfg.real_weight_bits,
                weight_exp=exp,
                w=w.tolist(),
                out=discretize_weights(cfg, w, check_result=False).tolist(),
            )
        )

memory = []
for code, idx, compression, delay, tag, n_synapses in [
    (7, 0, 3, 0, 0, 63),
    (7, 5, 0, 0, 0, 63),
    (3, 7, 0, 6, 0, 63),
    (1, 1, 0, 2, 3, 31),
    (6, 2, 3, 7, 1, 0),
]:
    cfg = SynapseConfig(
        weight_bits=code, idx_bits=idx, compression=compression, delay_bits=delay, tag_bits=tag, n_synapses=n_synapses
    )
    for n in (0, 1, 6, 7, 8, 63, 64, 65, 128, 500, 1024):
        memory.append(
            dict(
                weight_bits=cfg.real_weight_bits,
                idx_bits=cfg.real_idx_bits if compression == 0 else 0,
                delay_bits=delay,
                tag_bits=tag,
                synapses_per_block=n_synapses + 1,
                n=n,
                bits=int(cfg.bits_per_axon(n)),
            )
        )

spikes = []
for _ in range(60):
    kind = int(rng.choice([0, 16, 32]))
    extra = int(rng.integers(0, 5)) if kind == 16 else 0
    spikes.append(
        (
            int(rng.integers(0, 2**31 - 1)),
            kind,
            3,
            int(rng.integers(0, 1024)),
            int(rng.integers(0, 4096)),
            int(rng.integers(0, 1024)),
            extra,
        )
    )
records = np.array(spikes, dtype=LoihiSpikeInput.spike_dtype)
packer = dict(
    spikes=spikes, record_bytes=records.tobytes().hex(), packed=[int(x) for x in SpikePacker.pack(records.copy())]
)

with open("loihi_nengo_more.json", "w") as f:
    json.dump(
        dict(
            generator="make_nengo_more.py",
            nengo_loihi="1.1.0",
            networks=networks,
            quantised=quantised,
            mantissas=mantissas,
            memory=memory,
            packer=packer,
        ),
        f,
        separators=(",", ":"),
    )
    f.write("\n")
print([q.get("error") for q in quantised])
