"""Time of one step of 1024 and 65 536 neurons in the programs that spike-hw repeats, fastest of five rounds.

Needs lava-nc 0.10.0 or nengo-loihi 1.1.0 (they do not share an environment): the one that is installed is timed.
The parameters are those of `cargo bench -p spike-bench --bench hw -- population`.
"""

import timeit
import warnings

import numpy as np

warnings.simplefilter("ignore")
ROUNDS, STEPS = 5, 200


class Port:
    def __init__(self, data=None):
        self.data = data

    def recv(self):
        return self.data

    def send(self, data):
        pass


def lava(n):
    from lava.proc.lif.models import PyLifModelBitAcc

    model = PyLifModelBitAcc({})
    model.u, model.v = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    model.du, model.dv, model.vth = 400, 200, np.array([3000], dtype=np.int32)
    model.bias_mant, model.bias_exp = np.zeros(n, dtype=np.int16), np.zeros(n, dtype=np.int16)
    model.a_in = Port(np.random.default_rng(1).integers(-4000, 4000, n).astype(np.int32))
    model.s_out = Port()
    return model.run_spk


def nengo_loihi(n):
    from nengo_loihi.block import LoihiBlock
    from nengo_loihi.builder import Model
    from nengo_loihi.emulator import EmulatorInterface

    block = LoihiBlock(n)
    c = block.compartment
    c.decay_u, c.decay_v = np.full(n, 400, dtype=np.int32), np.full(n, 200, dtype=np.int32)
    c.vth, c.bias = np.full(n, 3000 * 64, dtype=np.int32), np.full(n, 4000, dtype=np.int32)
    c.refract_delay = np.full(n, 2, dtype=np.int32)
    c.scale_u = c.scale_v = False
    c.vmin, c.vmax = 0, 2**23 - 1
    model = Model()
    model.add_block(block)
    return EmulatorInterface(model, seed=1).step


for name, make in [("lava-nc", lava), ("nengo-loihi", nengo_loihi)]:
    try:
        steps = [(n, make(n)) for n in (1024, 65536)]
    except ImportError:
        print(f"{name}: not installed")
        continue
    for n, step in steps:
        seconds = min(timeit.repeat(step, number=STEPS, repeat=ROUNDS)) / STEPS
        print(f"{name}: {n} neurons, {seconds * 1e6:.1f} us a step")
