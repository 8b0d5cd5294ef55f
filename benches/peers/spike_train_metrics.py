#!/usr/bin/env python3
"""elephant and PySpike on the work of the bench `metrics`, beside ours.

Two Poisson trains of 1000 spikes for Victor-Purpura and van Rossum, all pairs of 20 trains of 1000 spikes for ISI-,
SPIKE-distance and SPIKE-synchronisation; one thread. The trains are those of the bench (the same seed), which the
example `spike_train_metrics` prints together with our times and values, so that the values are compared too.

    cargo build --release -p spike-bench --example spike_train_metrics
    python3 benches/peers/spike_train_metrics.py   # needs elephant and pyspike (pip install elephant pyspike)
"""
import json
import statistics
import subprocess
import time
import warnings
from pathlib import Path

import elephant.spike_train_dissimilarity as dissimilarity
import neo
import numpy as np
import pyspike
import quantities as pq

EXAMPLE = Path(__file__).resolve().parents[2] / "target/release/examples/spike_train_metrics"


def timed(work, runs):
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        value = work()
        seconds.append(time.perf_counter() - start)
    return 1e3 * min(seconds), 1e3 * statistics.median(seconds), value


def main() -> None:
    warnings.simplefilter("ignore")
    ours = json.loads(subprocess.run([EXAMPLE], check=True, capture_output=True, text=True).stdout)
    stop, trains = ours["stop_ms"], [np.array(t) for t in ours["trains_ms"]]
    pair = [neo.SpikeTrain(t, units="ms", t_stop=stop) for t in trains[:2]]
    spiky = [pyspike.SpikeTrain(t, (0.0, stop)) for t in trains]

    def elephant(function, **arguments):
        return lambda: function(pair, sort=False, **arguments)[0, 1]

    def matrix(function):
        return lambda: function(spiky).sum()

    works = {
        "victor-purpura": (elephant(dissimilarity.victor_purpura_distance, cost_factor=0.05 / pq.ms), 20),
        "van-rossum": (elephant(dissimilarity.van_rossum_distance, time_constant=10 * pq.ms), 20),
        "isi": (matrix(pyspike.isi_distance_matrix), 50),
        "spike": (matrix(pyspike.spike_distance_matrix), 50),
        "spike-sync": (matrix(pyspike.spike_sync_matrix), 20),
    }
    print(f"elephant {__import__('elephant').__version__}, pyspike {pyspike.__version__}; fastest of all runs, one thread")
    print(f"{'':16}{'peer ms':>10}{'median':>10}{'ours ms':>10}{'median':>10}{'ratio':>8}{'difference':>12}")
    for name, (work, runs) in works.items():
        fastest, median, value = timed(work, runs)
        mine = ours["results"][name]
        difference = abs(mine["value"] - value) / abs(value)
        print(
            f"{name:16}{fastest:10.3f}{median:10.3f}{mine['fastest_ms']:10.3f}{mine['median_ms']:10.3f}"
            f"{fastest / mine['fastest_ms']:8.1f}{difference:12.1e}"
        )


if __name__ == "__main__":
    main()
