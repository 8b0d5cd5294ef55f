#!/usr/bin/env python3
"""The fastest peer: a Poisson event generator in plain NumPy, on the work of the bench `poisson/1000ch-1000st-0ms`.

Count per neuron from a Poisson law, times uniform in the window: exact in continuous time, but unsorted, without a
time grid and without a refractory period. The second figure sorts by neuron and time, as our spike trains are.

    python3 benches/peers/numpy_events.py        # needs numpy
"""
import statistics
import time

import numpy as np

NEURONS, WINDOW_S, MAX_RATE_HZ, RUNS = 1000, 0.1, 1000.0, 2000


def main() -> None:
    rate = np.random.default_rng(1234).random(NEURONS) * MAX_RATE_HZ
    rng = np.random.default_rng(0)

    def unsorted():
        counts = rng.poisson(rate * WINDOW_S)
        neuron = np.repeat(np.arange(NEURONS, dtype=np.int32), counts)
        return neuron, rng.random(neuron.size, dtype=np.float32) * np.float32(WINDOW_S)

    def by_neuron_and_time():
        neuron, times = unsorted()
        order = np.lexsort((times, neuron))
        return neuron[order], times[order]

    for name, work, runs in [("unsorted", unsorted, RUNS), ("sorted by neuron, time", by_neuron_and_time, RUNS // 10)]:
        for _ in range(20):
            work()
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            neuron, _ = work()
            seconds.append(time.perf_counter() - start)
        print(
            f"numpy {np.__version__} events, {name}: {min(seconds) * 1e6:.1f} us fastest, "
            f"{statistics.median(seconds) * 1e6:.1f} us median, {neuron.size} spikes"
        )


if __name__ == "__main__":
    main()
