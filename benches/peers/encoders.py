#!/usr/bin/env python3
"""Encoders of peer libraries and ours on the same work: time, processor time and peak memory, as a table.

    cargo build --release -p spike-bench --example encode_work
    python3 benches/peers/encoders.py [--batches 1,128] [--json FILE] [--svg FILE] [CODE ..]

The work: uniform values in [0, 1), 1000 channels (100 channels of 10 neurons for populations), 1000 steps of 0.1 ms,
the highest rate 1000 Hz, so that a value of 1 spikes with probability 0.1 in a step. Peers give dense tensors, NumPy
events and ours give events; nothing is converted. Each case runs in a process of its own with one thread: one call to
warm up, then the median of several; memory is the rise of the largest resident size over that before the calls. All
programs, ours too, keep freed memory (`MALLOC_*` below): with the default settings of glibc each call would give pages
back to the kernel and take them again, which measures the kernel.

Peers that are not installed are listed as missing; `benches/peers/requirements.txt` holds the versions compared.
"""
import argparse
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "target/release/examples/encode_work"
CHANNELS, STEPS, PROBABILITY, MAX_RATE_HZ, DT_S = 1000, 1000, 0.1, 1000.0, 1e-4
CASES = {}
# One thread, and an allocator that keeps what was freed.
ENVIRONMENT = os.environ | {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
    "MALLOC_ARENA_MAX": "1",
}


def case(code, library, package, dense=True, largest=1 << 20):
    """Registers a builder: given the size of a batch, at most `largest`, it returns the call and what counts spikes."""

    def add(builder):
        CASES[code, library] = (builder, package, dense, largest)
        return builder

    return add


def values(batch, channels=CHANNELS):
    import numpy as np

    return np.random.default_rng(1234).random((batch, channels)).astype(np.float32)


def tensor(batch, channels=CHANNELS):
    import torch

    return torch.from_numpy(values(batch, channels))


def nonzero(result):
    return int((result != 0).sum())


@case("rate_poisson", "NumPy, dense", "numpy")
def _(batch):
    import numpy as np

    rng, p = np.random.default_rng(0), values(batch) * PROBABILITY
    return lambda: rng.random((STEPS, *p.shape), dtype=np.float32) < p, nonzero


@case("rate_poisson", "NumPy, events", "numpy", dense=False)
def _(batch):
    import numpy as np

    rng, rate, window_s = np.random.default_rng(0), values(batch).ravel() * MAX_RATE_HZ, STEPS * DT_S

    def call():
        neuron = np.repeat(np.arange(rate.size, dtype=np.int32), rng.poisson(rate * window_s))
        return neuron, rng.random(neuron.size, dtype=np.float32) * np.float32(window_s)

    return call, lambda result: len(result[0])


@case("rate_poisson", "snnTorch", "snntorch")
def _(batch):
    from snntorch import spikegen

    p = tensor(batch) * PROBABILITY
    return lambda: spikegen.rate(p, num_steps=STEPS), nonzero


@case("rate_poisson", "Norse", "norse")
def _(batch):
    from norse.torch.functional.encode import poisson_encode

    x = tensor(batch)
    return lambda: poisson_encode(x, STEPS, f_max=MAX_RATE_HZ, dt=DT_S), nonzero


@case("rate_poisson", "SpikingJelly", "spikingjelly")
def _(batch):
    import torch
    from spikingjelly.activation_based.encoding import PoissonEncoder

    p, encoder = tensor(batch) * PROBABILITY, PoissonEncoder()
    return lambda: torch.stack([encoder(p) for _ in range(STEPS)]), nonzero


@case("rate_poisson", "BindsNET", "bindsnet")
def _(batch):
    from bindsnet.encoding import bernoulli

    x = tensor(batch)
    return lambda: bernoulli(x.clone(), time=STEPS, dt=1.0, max_prob=PROBABILITY), nonzero


@case("rate_poisson", "elephant", "elephant", dense=False, largest=1)
def _(batch):
    import quantities as pq
    from elephant.spike_train_generation import StationaryPoissonProcess

    rates = values(batch).ravel() * MAX_RATE_HZ

    def call():
        draw = lambda rate: StationaryPoissonProcess(rate=float(rate) * pq.Hz, t_stop=STEPS * DT_S * pq.s)
        return [draw(rate).generate_spiketrain(as_array=True) for rate in rates]

    return call, lambda result: sum(map(len, result))


@case("temporal_ttfs", "snnTorch", "snntorch")
def _(batch):
    from snntorch import spikegen

    x = tensor(batch)
    return lambda: spikegen.latency(x, num_steps=STEPS, normalize=True, linear=True), nonzero


@case("temporal_ttfs", "SpikingJelly", "spikingjelly")
def _(batch):
    import torch
    from spikingjelly.activation_based.encoding import LatencyEncoder

    x, encoder = tensor(batch), LatencyEncoder(STEPS)

    def call():
        encoder.reset()
        return torch.stack([encoder(x) for _ in range(STEPS)])

    return call, nonzero


@case("temporal_weighted_phase", "SpikingJelly", "spikingjelly")
def _(batch):
    import torch
    from spikingjelly.activation_based.encoding import WeightedPhaseEncoder

    x, encoder = tensor(batch).clamp(0, 1 - 2**-8), WeightedPhaseEncoder(8)

    def call():
        encoder.reset()
        return torch.stack([encoder(x) for _ in range(STEPS)])

    return call, nonzero


@case("population_gaussian", "Norse", "norse")
def _(batch):
    from norse.torch.functional.encode import poisson_encode, population_encode

    x = tensor(batch, CHANNELS // 10)
    return lambda: poisson_encode(population_encode(x, 10), STEPS, f_max=MAX_RATE_HZ, dt=DT_S), nonzero


def peak_bytes():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def run_case(code, library, batch):
    """Measures one case in this process and prints a JSON object."""
    builder, _, _, _ = CASES[code, library]
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        pass
    call, count = builder(batch)
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_bytes()
    start = time.perf_counter()
    spikes = count(call())
    once = time.perf_counter() - start
    runs = max(3, min(200, int(3.0 / once)))
    processor, seconds = time.process_time(), []
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
        del result
    found = {
        "median_ms": 1e3 * statistics.median(seconds),
        "fastest_ms": 1e3 * min(seconds),
        "cpu_ms": 1e3 * (time.process_time() - processor) / runs,
        "spikes": spikes,
        "peak_bytes": peak_bytes() - before,
    }
    print(json.dumps(found))


def our_case(code, batch):
    channels = CHANNELS // 10 if code.startswith("population") else CHANNELS
    words = [f"scheme={code}", f"channels={channels}", f"steps={STEPS}", f"batch={batch}", "runs=60"]
    return json.loads(subprocess.run([OURS, *words], check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout)


def chart(rows, path):
    """Ratios as bars on a logarithmic axis, SVG without a library."""
    import math

    bars = [(f"{code}, {library}, batch {batch}", ratio) for code, library, batch, ratio in rows]
    most = max(math.log10(ratio) for _, ratio in bars)
    width, left, height = 900, 380, 22
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(bars) + 40}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>',
        '<text x="10" y="18">time of the peer over ours, logarithmic</text>',
    ]
    for place, (name, ratio) in enumerate(bars):
        y = 30 + place * height
        length = max(1.0, math.log10(max(ratio, 1.0)) / most * (width - left - 80))
        lines.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{name}</text>')
        lines.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{height - 6}" fill="#3465a4"/>')
        lines.append(f'<text x="{left + length + 6:.1f}" y="{y + 13}">{ratio:.3g}×</text>')
    path.write_text("\n".join([*lines, "</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codes", nargs="*", help="codes to compare; all by default")
    parser.add_argument("--batches", default="1,128")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        run_case(*json.loads(arguments.case))
        return
    if not OURS.exists():
        parser.error(f"{OURS} is missing; build it: cargo build --release -p spike-bench --example encode_work")
    known = list(dict.fromkeys(code for code, _ in CASES))
    unknown = [code for code in arguments.codes if code not in known]
    if unknown:
        parser.error(f"unknown codes {', '.join(unknown)}; there are {', '.join(known)}")
    print("| code | batch | library | median ms | processor ms | peak MB | time over ours | memory over ours |")
    print("|---|---|---|---|---|---|---|---|")
    rows, ratios = [], []
    for code in arguments.codes or known:
        for batch in map(int, arguments.batches.split(",")):
            ours = our_case(code, batch)
            name = f"| `{code}` | {batch} |"
            print(f"{name} ours, events | {ours['median_ms']:.4g} | {ours['cpu_ms']:.4g} | {ours['peak_bytes'] / 1e6:.3g} | 1 | 1 |", flush=True)
            rows.append({"code": code, "library": "ours", "batch": batch, **ours})
            for (of_code, library), (_, package, dense, largest) in CASES.items():
                if of_code != code or largest < batch:
                    continue
                try:
                    version = importlib.metadata.version(package)
                except importlib.metadata.PackageNotFoundError:
                    print(f"{name} {library} | not installed | | | | |")
                    continue
                words = [sys.executable, __file__, "--case", json.dumps([code, library, batch])]
                done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
                if done.returncode != 0:
                    reason = (done.stderr.strip().splitlines() or ["killed"])[-1]
                    print(f"{name} {library} {version} | failed: {reason[:80]} | | | | |", flush=True)
                    continue
                peer = json.loads(done.stdout.splitlines()[-1])
                ratio = peer["cpu_ms"] / ours["cpu_ms"]
                memory = peer["peak_bytes"] / max(ours["peak_bytes"], 4096)
                kind = "dense" if dense else "events"
                label = library if "," in library else f"{library} {version}, {kind}"
                print(f"{name} {label} | {peer['median_ms']:.4g} | {peer['cpu_ms']:.4g} | {peer['peak_bytes'] / 1e6:.3g} | {ratio:.3g}× | {memory:.3g}× |", flush=True)
                rows.append({"code": code, "library": library, "version": version, "batch": batch, **peer})
                ratios.append((code, library, batch, ratio))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.svg and ratios:
        chart(ratios, arguments.svg)


if __name__ == "__main__":
    main()
