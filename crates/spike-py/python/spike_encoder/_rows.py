"""Compressed rows behind a spike train: arrays that are built when they are first asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, Mapping

import numpy as np

from spike_encoder import _core

if TYPE_CHECKING:
    from typing_extensions import Self

_BUILT_LATER: dict[str, Callable[[_core.Train], np.ndarray]] = {
    "spike_times": lambda rows: rows.spike_times(),
    "neuron_ids": lambda rows: rows.neuron_ids(),
    "num_spikes": lambda rows: rows.counts(),
}


class CompressedRows:
    """What a spike train can tell beyond its fields, and how it holds its spikes."""

    if TYPE_CHECKING:
        spike_times: np.ndarray
        neuron_ids: np.ndarray
        num_spikes: np.ndarray
        duration_ms: float
        dt_ms: float
        binary_matrix: np.ndarray | None
    else:

        def __getattr__(self, name: str) -> np.ndarray:
            rows = self.__dict__.get("_rows")
            if rows is None or name not in _BUILT_LATER:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            array = _BUILT_LATER[name](rows)
            array.flags.writeable = False
            self.__dict__[name] = array
            return array

    @classmethod
    def _of(cls, rows: _core.Train) -> Self:
        """A train that holds these rows."""
        train = object.__new__(cls)
        # The fields of a frozen dataclass are set past its setter.
        train.__dict__.update(_rows=rows, duration_ms=rows.duration_ms, dt_ms=rows.dt_ms)
        return train

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if "_rows" in state:
            for name in _BUILT_LATER:
                state.pop(name, None)
        return state

    @property
    def is_compressed(self) -> bool:
        """Whether the spikes are held as compressed rows, as an encoder makes them."""
        return "_rows" in self.__dict__

    def _compressed(self) -> _core.Train:
        """The rows; those of a train that was made of arrays are checked and compressed anew."""
        if self.is_compressed:
            rows: _core.Train = self.__dict__["_rows"]
            return rows
        ids = np.ascontiguousarray(self.neuron_ids, dtype=np.int64)
        rows = _core.Train.from_padded(self.spike_times, ids, self.duration_ms, self.dt_ms, None)
        counts = np.asarray(self.num_spikes)
        if not np.array_equal(rows.counts(), counts):
            raise ValueError(f"num_spikes are {counts}, spike_times have {rows.counts()} spikes; make them agree")
        return rows

    def _same_rows(self, other: CompressedRows) -> bool:
        a, b = self._compressed(), other._compressed()
        return (
            (a.dt_ns, a.num_steps) == (b.dt_ns, b.num_steps)
            and np.array_equal(a.offsets(), b.offsets())
            and np.array_equal(a.steps(), b.steps())
            and np.array_equal(a.neuron_ids(), b.neuron_ids())
        )

    @property
    def num_neurons(self) -> int:
        """Number of neurons, those of all samples."""
        return self._compressed().num_neurons if self.is_compressed else len(self.neuron_ids)

    @property
    def total_spikes(self) -> int:
        """Number of spikes of all neurons."""
        return self._compressed().total_spikes if self.is_compressed else int(np.sum(self.num_spikes))

    @property
    def num_samples(self) -> int:
        """Number of samples, whose rows follow one another."""
        return self._compressed().num_samples

    @property
    def num_steps(self) -> int:
        """Number of steps of the window."""
        return self._compressed().num_steps

    @property
    def offsets(self) -> np.ndarray:
        """Row i is `steps[offsets[i]:offsets[i + 1]]`."""
        return self._compressed().offsets()

    @property
    def steps(self) -> np.ndarray:
        """Steps of all spikes, row by row: the exact form of their times."""
        return self._compressed().steps()

    @property
    def encoding(self) -> dict[str, Any] | None:
        """The record of how the spikes were made: configuration, options, scaling, seed; None if there is none."""
        record = self._compressed().encoding
        return None if record is None else json.loads(record)

    def with_encoding(self, encoding: Mapping[str, Any]) -> Self:
        """The same spikes with a record of how they were made, which decoding needs."""
        return type(self)._of(self._compressed().with_encoding(json.dumps(encoding)))

    def with_binary_matrix(self) -> Self:
        """The same train with its `binary_matrix`, shape (num_neurons, num_steps)."""
        rows = self._compressed()
        train = type(self)._of(rows)
        train.__dict__["binary_matrix"] = rows.binary_matrix()
        return train
