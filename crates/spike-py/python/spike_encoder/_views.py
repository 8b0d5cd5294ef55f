"""Spikes in the form that other programs take, by the conventions of `docs/simulators.md`.

No program is imported before its view is asked for, and none is needed by the package itself. Arrays are made once and
handed on without a copy. Rows are neurons; those of several samples stand side by side: sample * neurons + neuron.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spike_encoder import _core
from spike_encoder._plots import Plot, raster, spike_rate

if TYPE_CHECKING:
    import types

    from spike_encoder.records import SpikeTrain

Layout = Literal["TBN", "TNB", "BTN", "BNT", "NTB", "NBT", "TN", "NT"]
"""Order of the axes time, sample (batch) and neuron; the last two are for one sample."""

DType = Literal["bool", "uint8", "int32", "float32", "float64"]
"""Element types of a dense array."""


class SpikeViews:
    """The views of anything that holds spikes in compressed rows."""

    @abstractmethod
    def _compressed(self) -> _core.Train:
        """The rows."""

    def to_numpy(self, layout: Layout = "TBN", dtype: DType = "uint8") -> np.ndarray:
        """Zeros and ones with the axes T (time), B (sample) and N (neuron) in the order of `layout`."""
        array: np.ndarray = self._compressed().dense(layout, dtype)
        return array

    def to_torch(self, layout: Layout = "TBN", dtype: Any = None) -> Any:
        """A tensor, by default of shape (T, B, N) and `torch.float32`, as snnTorch, SpikingJelly and Norse take it."""
        import torch

        dtypes: dict[Any, DType] = {
            None: "float32",
            torch.float32: "float32",
            torch.float64: "float64",
            torch.uint8: "uint8",
            torch.int32: "int32",
            torch.bool: "bool",
        }
        if dtype not in dtypes:
            raise TypeError(f"dtype is {dtype}, allowed are torch.float32, float64, uint8, int32 and bool")
        return torch.from_numpy(self._compressed().dense(layout, dtypes[dtype]))

    def to_brian2(self, **arguments: Any) -> Any:
        """A `brian2.SpikeGeneratorGroup` with the clock of the spikes; `arguments` go to it (such as `name`)."""
        import brian2

        rows = self._compressed()
        dt = rows.dt_ns / 1e9 * brian2.second
        times = rows.steps().astype(np.int64) * rows.dt_ns / 1e9 * brian2.second
        return brian2.SpikeGeneratorGroup(rows.num_neurons, rows.rows(), times, dt=dt, **arguments)

    def to_nest(self, shift_steps: int | None = None) -> Any:
        """One NEST `spike_generator` for each row, on a kernel whose resolution is the step width of the spikes.

        NEST takes no spike at time 0. Where there is one, all spikes come one step later; give `shift_steps` to choose
        the delay, so that several sources agree.
        """
        import nest

        rows = self._compressed()
        if not np.isclose(nest.resolution, rows.dt_ms, rtol=1e-9):
            raise ValueError(
                f"nest.resolution is {nest.resolution} ms, the spikes have steps of {rows.dt_ms} ms; "
                f"set nest.resolution = {rows.dt_ms} before any node is made, or encode with dt_ms={nest.resolution}"
            )
        trains = _split(rows, _shift(rows, 1, shift_steps, "NEST"))
        return nest.Create("spike_generator", rows.num_neurons, params=[{"spike_times": train} for train in trains])

    def to_pynn(self, sim: types.ModuleType, shift_steps: int | None = None, **arguments: Any) -> Any:
        """A PyNN population of `SpikeSourceArray` on the back end `sim`, such as `pyNN.nest`, after its `setup`.

        PyNN takes a first spike at step 2 at the earliest; earlier ones delay all spikes, unless `shift_steps` says by
        how much. `arguments` go to the population (such as `label`).
        """
        from pyNN.parameters import Sequence

        rows = self._compressed()
        trains = [Sequence(train) for train in _split(rows, _shift(rows, 2, shift_steps, "PyNN"))]
        return sim.Population(rows.num_neurons, sim.SpikeSourceArray(spike_times=trains), **arguments)

    def to_neo(self) -> list[Any]:
        """One `neo.SpikeTrain` for each row, in ms, from 0 to the end of the window."""
        import neo

        rows = self._compressed()
        return [
            neo.SpikeTrain(train, units="ms", t_start=0.0, t_stop=rows.duration_ms, neuron_id=int(neuron))
            for train, neuron in zip(_split(rows, 0), rows.neuron_ids())
        ]

    def to_tonic(self, sensor_size: tuple[int, int] | None = None, sample: int = 0) -> np.ndarray:
        """Events of one sample as Tonic takes them: `x`, `y`, `t` in microseconds, `p`; sorted by time.

        `sensor_size` is (width, height): neuron n is the pixel (n % width, n // width). Without it there is one row.
        All events have the polarity True; of a contrast code, whose neurons are ON and OFF of each channel, the channel
        is the pixel and OFF has False.
        """
        rows = self._compressed()
        if rows.dt_ns % 1000 != 0:
            raise ValueError(f"dt_ms is {rows.dt_ms}, which is not a whole number of microseconds, the unit of Tonic")
        if not 0 <= sample < rows.num_samples:
            raise IndexError(f"sample is {sample}, there are {rows.num_samples} samples, from 0")
        per_sample = rows.num_neurons // rows.num_samples
        first, end = rows.offsets()[[sample * per_sample, (sample + 1) * per_sample]]
        neurons = rows.rows()[first:end] - sample * per_sample
        steps = rows.steps()[first:end].astype(np.int64)
        signed = rows.is_signed
        pixels, polarity = (neurons // 2, neurons % 2 == 0) if signed else (neurons, np.ones(neurons.size, dtype=bool))
        width, height = sensor_size or (per_sample // 2 if signed else per_sample, 1)
        if not (0 < width <= 32768 and 0 < height <= 32768 and (per_sample // (1 + signed)) <= width * height):
            raise ValueError(
                f"sensor_size is {(width, height)}, there are {per_sample // (1 + signed)} pixels; "
                "width times height must hold them, each at most 32768"
            )
        order = np.lexsort((neurons, steps))
        events = np.empty(order.size, dtype=[("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")])
        events["x"], events["y"] = pixels[order] % width, pixels[order] // width
        events["t"], events["p"] = steps[order] * (rows.dt_ns // 1000), polarity[order]
        return events

    def to_lava(self, dtype: Literal["int32", "float64"] = "int32") -> Any:
        """A Lava `RingBuffer` that sends one step after the other; `int32` is for models tagged `fixed_pt`.

        Its data have the shape (neuron, time), with an axis of samples before them where there are several.
        """
        from lava.proc.io.source import RingBuffer

        return RingBuffer(data=self.lava_data(dtype))

    def lava_data(self, dtype: Literal["int32", "float64"] = "int32") -> np.ndarray:
        """The array of `to_lava`, for a machine on which Lava is not installed."""
        rows = self._compressed()
        array: np.ndarray = rows.dense("NT" if rows.num_samples == 1 else "BNT", dtype)
        return array

    def plot(self, kind: Literal["raster", "rate"] = "raster", max_spikes: int = 20_000) -> Plot:
        """A figure as SVG, which notebooks show: spikes by neuron and time, or the rate of all neurons over time."""
        if kind == "raster":
            return raster(self._compressed(), max_spikes)
        if kind == "rate":
            return spike_rate(self._compressed())
        raise ValueError(f"kind is {kind!r}, allowed are 'raster' and 'rate'")

    def _repr_svg_(self) -> str:
        """The raster, for notebooks."""
        return self.plot().svg


class JoinedViews(SpikeViews):
    """The views of a population code: the neurons of all input dimensions as one train."""

    if TYPE_CHECKING:
        spike_trains: tuple[SpikeTrain, ...]

    def _compressed(self) -> _core.Train:
        return _core.Train.joined([train._compressed() for train in self.spike_trains])

    def joined(self) -> SpikeTrain:
        """One train with the neurons of all dimensions, for each sample those of the first dimension first."""
        from spike_encoder.records import SpikeTrain

        return SpikeTrain._of(self._compressed())


def _split(rows: _core.Train, shift_steps: int) -> list[np.ndarray]:
    """Times of each row in milliseconds."""
    return np.split(rows.times_ms(shift_steps), rows.offsets()[1:-1])


def _shift(rows: _core.Train, first_step: int, asked: int | None, program: str) -> int:
    """Steps by which spikes come later, so that none is before `first_step`."""
    earliest = int(rows.steps().min(initial=first_step))
    needed = max(first_step - earliest, 0)
    if asked is None:
        return needed
    if asked < needed:
        raise ValueError(
            f"shift_steps is {asked}, but the first spike is in step {earliest} and {program} takes none before step "
            f"{first_step}; the least that fits is {needed}"
        )
    return asked
