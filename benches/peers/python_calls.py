#!/usr/bin/env python3
"""What a call from Python costs beyond the call in Rust, and the same arrays in snnTorch, SpikingJelly and Norse.

    maturin develop --release && cargo build --release -p spike-bench --example facade
    export MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=4294967296
    python benches/peers/python_calls.py [target/release/examples/facade]

Without the two settings of glibc a small Rust program gives the memory of a result back to the kernel after each call
and takes fresh pages for the next, which an interpreter mostly does not: calls in Rust then take twice as long.
Prints median and fastest times in microseconds. Peers that are not installed are left out, which a line says.
"""
import os
import statistics
import subprocess
import sys
import time

# One thread everywhere, also in the example: what several gain on a busy machine is luck.
os.environ["RAYON_NUM_THREADS"] = "1"

import numpy as np

import spike_encoder as se

ROUNDS = 5


def times_us(call, repeats):
    """Median and fastest time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e6)
    return statistics.median(times), min(times)


def values(samples, channels):
    """0 to 1 in an order that is not sorted, as in the example in Rust."""
    index = np.arange(samples * channels, dtype=np.int64)
    return (index * 7919 % 10_007 / 10_006.0).reshape(samples, channels)


def overhead(program):
    encoder = se.NeuromorphicEncoder(se.EncoderConfig(seed=7))
    calls = {
        "ttfs": lambda data: encoder.encode_temporal(data, "ttfs"),
        "poisson": lambda data: encoder.encode_rate(data, 100.0),
    }
    # Alternating runs, so that both see the same state of the machine.
    runs = {}
    for _ in range(ROUNDS):
        lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
        for line in lines:
            name, samples, channels, *rust = line.split()
            data = values(int(samples), int(channels))
            repeats = 15 if data.size > 10_000 else 2000
            python = times_us(lambda: calls[name](data), repeats)
            runs.setdefault((name, samples, channels), []).append((*map(float, rust), *python))
    print("operation samples channels | Rust: median, fastest us | Python | more | allowed of the fastest (20 + 5 %)")
    for key, found in runs.items():
        rust_median, rust_fastest, median, fastest = zip(*found)
        rust, python = statistics.median(rust_median), statistics.median(median)
        allowed = 20 + 0.05 * min(rust_fastest)
        print(*key, f"| {rust:.2f}, {min(rust_fastest):.2f} | {python:.2f}, {min(fastest):.2f}", end=" ")
        print(f"| {python - rust:.2f}, {min(fastest) - min(rust_fastest):.2f} | {allowed:.2f}")


def peers():
    """100 samples of 1000 channels in 100 steps to a dense float tensor (T, B, N), Bernoulli spikes of the same rate."""
    try:
        import torch
    except ImportError:
        print("torch is not installed: no peers")
        return
    torch.set_num_threads(1)
    data = values(100, 1000)
    tensor = torch.from_numpy(data.astype(np.float32))
    config = se.EncoderConfig(seed=7, dt_ms=1.0, refractory_period_ms=0.0)
    encoder = se.NeuromorphicEncoder(config)
    rows = {
        "spike_encoder, rows": lambda: encoder.encode_rate(data, 100.0),
        "spike_encoder, tensor": lambda: encoder.encode_rate(data, 100.0).to_torch(),
        "torch.bernoulli": lambda: torch.bernoulli(tensor.expand(100, -1, -1)),
    }
    try:
        from snntorch import spikegen

        rows["snnTorch spikegen.rate"] = lambda: spikegen.rate(tensor, num_steps=100)
    except ImportError:
        print("snntorch is not installed")
    try:
        from spikingjelly.activation_based.encoding import PoissonEncoder

        poisson = PoissonEncoder()
        rows["SpikingJelly PoissonEncoder"] = lambda: torch.stack([poisson(tensor) for _ in range(100)])
    except ImportError:
        print("spikingjelly is not installed")
    try:
        from norse.torch.functional.encode import poisson_encode

        rows["Norse poisson_encode"] = lambda: poisson_encode(tensor, 100, f_max=1000, dt=0.001)
    except ImportError:
        print("norse is not installed")
    for name, call in rows.items():
        call()
        median, fastest = times_us(call, 15)
        print(f"{name}: median {median:.0f} us, fastest {fastest:.0f} us")


if __name__ == "__main__":
    overhead(sys.argv[1] if len(sys.argv) > 1 else "target/release/examples/facade")
    peers()
