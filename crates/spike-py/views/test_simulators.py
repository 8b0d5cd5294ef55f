"""Brian2, NEST and PyNN send exactly the spikes of the view that they are given."""

from __future__ import annotations

import brian2
import nest
import numpy as np
import pyNN.nest
import pytest

import spike_encoder as se

DATA = np.random.default_rng(1).random((2, 6))
CONFIG = se.EncoderConfig(seed=7, time_window_ms=50.0)
TRAINS = {
    "rate": se.PoissonRateEncoder(CONFIG).encode(DATA),
    # Its largest value spikes at time 0.
    "ttfs": se.TimeToFirstSpikeEncoder(CONFIG).encode(DATA).spike_train,
}


def rows_and_steps(train: se.SpikeTrain) -> list[tuple[int, int]]:
    rows = np.repeat(np.arange(train.num_neurons), np.diff(train.offsets))
    return sorted(zip(rows.tolist(), train.steps.tolist()))


def recorded(rows: np.ndarray, times_ms: np.ndarray, shift_steps: int = 0) -> list[tuple[int, int]]:
    steps = np.rint(np.asarray(times_ms) / 0.1).astype(int) - shift_steps
    return sorted(zip(np.asarray(rows).tolist(), steps.tolist()))


@pytest.mark.parametrize("name", TRAINS)
def test_brian2(name: str) -> None:
    train = TRAINS[name]
    brian2.prefs.codegen.target = "numpy"
    brian2.start_scope()
    brian2.defaultclock.dt = 0.1 * brian2.ms
    group = train.to_brian2(name=f"view_{name}")
    monitor = brian2.SpikeMonitor(group)
    brian2.Network(group, monitor).run(50 * brian2.ms)
    assert len(group) == 12
    assert recorded(monitor.i[:], monitor.t / brian2.ms) == rows_and_steps(train)


@pytest.mark.parametrize(("name", "shift"), [("rate", None), ("ttfs", None), ("rate", 5)])
def test_nest(name: str, shift: int | None) -> None:
    train = TRAINS[name]
    nest.ResetKernel()
    nest.resolution = 0.1
    generators = train.to_nest(shift)
    recorder = nest.Create("spike_recorder")
    nest.Connect(generators, recorder, "all_to_all", {"delay": 0.1})
    nest.Simulate(52.0)
    events = recorder.get("events")
    expected = shift if shift is not None else int(train.steps.min() == 0)
    rows = events["senders"] - generators[0].global_id
    assert len(generators) == 12
    assert recorded(rows, events["times"], expected) == rows_and_steps(train)


def test_nest_says_what_does_not_fit() -> None:
    nest.ResetKernel()
    nest.resolution = 0.5
    with pytest.raises(ValueError, match="set nest.resolution = 0.1 before any node is made"):
        TRAINS["rate"].to_nest()
    nest.ResetKernel()
    nest.resolution = 0.1
    with pytest.raises(ValueError, match="takes none before step 1; the least that fits is 1"):
        TRAINS["ttfs"].to_nest(0)


@pytest.mark.parametrize("name", TRAINS)
def test_pynn(name: str) -> None:
    train = TRAINS[name]
    pyNN.nest.setup(timestep=0.1, min_delay=0.1)
    population = train.to_pynn(pyNN.nest, label=f"view {name}")
    population.record("spikes")
    pyNN.nest.run(52.0)
    trains = population.get_data().segments[0].spiketrains
    rows = [int(spikes.annotations["source_index"]) for spikes in trains for _ in spikes]
    times = np.concatenate([np.asarray(spikes.rescale("ms").magnitude) for spikes in trains])
    pyNN.nest.end()
    shift = max(2 - int(train.steps.min()), 0)
    assert population.label == f"view {name}" and population.size == 12
    assert recorded(np.array(rows), times, shift) == rows_and_steps(train)


def test_silent_neurons_are_there() -> None:
    silent = se.NeuromorphicEncoder(CONFIG).encode_rate(np.array([0.0, 1.0]), 20.0)
    assert silent.num_spikes[0] == 0
    nest.ResetKernel()
    nest.resolution = 0.1
    assert [len(g.get("spike_times")) for g in silent.to_nest()] == silent.num_spikes.tolist()
