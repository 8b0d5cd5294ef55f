"""Record batches of values to record batches of spikes: the unit that engines distribute.

A `BatchEncoder` knows everything before it sees a row: code, configuration with its seed, range of the values. The
spikes of a sample depend on that and on the index of the sample alone, so that any partition, order and number of
workers gives the same spikes. It can be pickled and sent to workers. pyarrow is needed here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spike_encoder import _core
from spike_encoder.records import EncoderConfig, ExtendedCodingScheme, SpikeTrain

if TYPE_CHECKING:
    from concurrent.futures import Executor

_ENCODING = b"spike.encoding"
_VALUES = b"spike.values"


class BatchEncoder:
    """Encodes the rows of record batches, each row a sample.

    The values are one column of lists of equal length (`column="pixels"`) or several columns of numbers
    (`column=["x", "y"]`). `sample_column` holds the global index of each row; without it `encode_batch` must be told
    the index of the first row. `input_range` is scaled to [0, 1]: it is a part of the code, since no partition knows
    the range of all data. A value outside is an error unless `clip` is set.

    The spikes are a column of lists, one list of steps for each neuron; all columns but those of the values stay. With
    `intervals` a list holds the first step and then the distances between spikes, which Parquet stores in less space.
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        coding_scheme: ExtendedCodingScheme | None = None,
        *,
        column: str | Sequence[str],
        num_channels: int,
        input_range: tuple[float, float] | None = None,
        sample_column: str | None = None,
        spike_column: str = "spikes",
        options: Mapping[str, Any] | None = None,
        clip: bool = False,
        intervals: bool = False,
    ) -> None:
        code = json.dumps({coding_scheme or config.coding_scheme: dict(options or {})})
        self._encoder = _core.SampleEncoder.of_config(config, code, num_channels, input_range)
        if config.time_window_ms / config.dt_ms > _MAX_STEPS:
            raise ValueError(f"a window of {config.time_window_ms} ms has more than 2^31 - 1 steps of {config.dt_ms} ms")
        self._columns = [column] if isinstance(column, str) else list(column)
        self._is_list, self._num_channels = isinstance(column, str), num_channels
        self._sample_column, self._spike_column = sample_column, spike_column
        self._clip, self._intervals = clip, intervals

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_encoder": self._encoder.encoding}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._encoder = _core.SampleEncoder.of_encoding(state["_encoder"])

    @property
    def encoding(self) -> dict[str, Any]:
        """The record of the encoding, with the seed that is used."""
        record: dict[str, Any] = json.loads(self._encoder.encoding)
        return record

    def schema(self, schema: Any) -> Any:
        """The schema of the result for that of the input."""
        kept = [field for field in pa.schema(schema) if field.name not in self._columns]
        metadata = {**(schema.metadata or {}), _ENCODING: self._encoder.encoding.encode()}
        metadata[_VALUES] = b"intervals" if self._intervals else b"steps"
        return pa.schema([*kept, pa.field(self._spike_column, _SPIKES, nullable=False)], metadata=metadata)

    def encode_batch(self, batch: Any, first_sample: int | None = None) -> Any:
        """Encodes a batch, which is anything that exports the Arrow C interface (`__arrow_c_array__`)."""
        batch = batch if isinstance(batch, pa.RecordBatch) else pa.record_batch(batch)
        ids = self._sample_ids(batch, first_sample)
        offsets, steps, clipped = self._encoder.encode(self._samples(batch), ids)
        if clipped and not self._clip:
            low, high = self.encoding["normalizer"]["ranges"][0]
            raise ValueError(f"{clipped} values lie outside input_range {low} to {high}; widen it or set clip=True")
        values = _intervals(steps, offsets) if self._intervals else steps
        neurons = pa.ListArray.from_arrays(_int32(offsets), pa.array(values.astype(np.int32, copy=False)))
        rows = np.arange(batch.num_rows + 1, dtype=np.int32) * self._encoder.num_neurons
        spikes = pa.ListArray.from_arrays(pa.array(rows), neurons)
        kept = [batch.column(name) for name in batch.schema.names if name not in self._columns]
        return pa.record_batch([*kept, spikes], schema=self.schema(batch.schema))

    def encode_batches(self, batches: Iterable[Any], first_sample: int | None = None) -> Iterator[Any]:
        """Encodes batches one after the other; without `sample_column` their rows are counted from `first_sample`."""
        for batch in batches:
            yield self.encode_batch(batch, first_sample)
            if first_sample is not None:
                first_sample += batch.num_rows

    def encode_table(self, table: Any, first_sample: int | None = None) -> Any:
        """Encodes a table, which is anything that exports the Arrow C stream interface (`__arrow_c_stream__`)."""
        table = table if isinstance(table, pa.Table) else pa.table(table)
        encoded = self.encode_batches(table.to_batches(), first_sample)
        return pa.Table.from_batches(encoded, schema=self.schema(table.schema))

    def encode_parquet(self, source: Any, target: Any, first_sample: int | None = None) -> Any:
        """Encodes a Parquet file into another, some rows at a time; returns the path of the result.

        The result gets its name when it is complete. It is compressed by zstd.
        """
        folder, name = os.path.split(os.fspath(target))
        with pq.ParquetFile(source) as file, tempfile.TemporaryDirectory(dir=folder or ".", prefix=".spikes-") as work:
            path = os.path.join(work, name)
            with pq.ParquetWriter(path, self.schema(file.schema_arrow), compression="zstd") as writer:
                for batch in self.encode_batches(file.iter_batches(batch_size=_ROWS), first_sample):
                    writer.write_batch(batch)
            os.replace(path, target)
        return target

    def encode_files(
        self, sources: Sequence[Any], folder: Any, executor: Executor | Any, first_samples: Sequence[int] | None = None
    ) -> list[Any]:
        """Encodes Parquet files into files of the same names in a folder, each a task of an executor.

        The executor is a `dask.distributed.Client` or one of `concurrent.futures`.
        """
        targets = [os.path.join(folder, os.path.basename(os.fspath(source))) for source in sources]
        if len(set(targets)) != len(targets):
            raise ValueError("two sources have the same file name; their results would overwrite each other")
        firsts = [None] * len(targets) if first_samples is None else list(first_samples)
        tasks = [executor.submit(self.encode_parquet, *task) for task in zip(sources, targets, firsts, strict=True)]
        return [task.result() for task in tasks]

    def _sample_ids(self, batch: Any, first_sample: int | None) -> np.ndarray:
        if self._sample_column is None:
            if first_sample is None:
                raise ValueError(
                    "the rows have no global index: name its column by sample_column, or give first_sample"
                )
            return np.arange(first_sample, first_sample + batch.num_rows, dtype=np.int64)
        column = self._column(batch, self._sample_column)
        if not pa.types.is_integer(column.type):
            raise TypeError(f"the column {self._sample_column!r} is of type {column.type}; give whole numbers")
        return np.ascontiguousarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)

    def _samples(self, batch: Any) -> np.ndarray:
        columns = [self._column(batch, name) for name in self._columns]
        if not self._is_list:
            return np.stack([column.to_numpy(zero_copy_only=False) for column in columns], axis=1)
        (column,) = columns
        storage = column.storage if isinstance(column, pa.ExtensionArray) else column
        if not isinstance(storage, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)):
            raise TypeError(f"the column {self._columns[0]!r} is of type {column.type}; give lists of numbers")
        values = storage.flatten()
        if values.null_count:
            raise ValueError(f"the column {self._columns[0]!r} has {values.null_count} nulls; fill or drop them first")
        lengths = np.unique(storage.value_lengths().to_numpy(zero_copy_only=False))
        if lengths.size > 1:
            raise ValueError(
                f"the lists of {self._columns[0]!r} have {lengths.min()} to {lengths.max()} values; "
                "give lists of equal length"
            )
        channels = int(lengths[0]) if lengths.size else self._num_channels
        return np.reshape(values.to_numpy(zero_copy_only=False), (batch.num_rows, channels))

    @staticmethod
    def _column(batch: Any, name: str) -> Any:
        if name not in batch.schema.names:
            raise KeyError(f"there is no column {name!r}; the columns are {', '.join(batch.schema.names)}")
        column = batch.column(name)
        if column.null_count:
            raise ValueError(f"the column {name!r} has {column.null_count} nulls; fill or drop them first")
        return column


_SPIKES = pa.list_(pa.list_(pa.int32()))
_ROWS = 4096
_MAX_STEPS = int(np.iinfo(np.int32).max)


def encode_batch(batch: Any, encoder: BatchEncoder, first_sample: int | None = None) -> Any:
    """`encoder.encode_batch(batch, first_sample)`, as a function that engines can ship."""
    return encoder.encode_batch(batch, first_sample)


def to_train(batch: Any, spike_column: str = "spikes") -> SpikeTrain:
    """The spikes of an encoded batch or table as a train, in the order of its rows, with the record of the encoding."""
    metadata = batch.schema.metadata or {}
    if _ENCODING not in metadata:
        raise ValueError("the schema carries no spike.encoding; give what encode_batch or encode_parquet made")
    _, offsets, steps = _rows(batch, spike_column)
    record = metadata[_ENCODING].decode()
    config = json.loads(record)["config"]
    empty = np.zeros((0, 0))
    grid = _core.Train.from_padded(empty, np.zeros(0, np.int64), config["time_window_ms"], config["dt_ms"], None)
    ids = np.arange(len(offsets) - 1, dtype=np.int64)
    rows = _core.Train.from_rows(offsets, steps.astype(np.uint32), ids, grid.dt_ns, grid.num_steps, record, False)
    return SpikeTrain._of(rows)


def read_parquet(path: Any, spike_column: str = "spikes") -> SpikeTrain:
    """The spikes of a Parquet file as a train."""
    return to_train(pq.read_table(path, columns=[spike_column]), spike_column)


def spikes_sha256(batches: Iterable[Any], sample_column: str, spike_column: str = "spikes") -> str:
    """A hash of all spikes of encoded batches or tables that does not depend on how samples are divided and ordered.

    It is the SHA-256 of index and digest of every sample in the order of the indices; the digest is that of its rows,
    each its number of spikes and its steps.
    """
    samples: dict[int, bytes] = {}
    for batch in batches:
        first_rows, offsets, steps = _rows(batch, spike_column)
        words = np.insert(steps, offsets[:-1], np.diff(offsets)).astype("<u4")
        # Each row before has added its length.
        ends = (offsets + np.arange(len(offsets)))[first_rows]
        for i, sample in enumerate(batch.column(sample_column).to_pylist()):
            if sample in samples:
                raise ValueError(f"sample {sample} is there twice")
            samples[sample] = hashlib.sha256(words[ends[i] : ends[i + 1]].tobytes()).digest()
    return hashlib.sha256(b"".join(i.to_bytes(8, "little") + samples[i] for i in sorted(samples))).hexdigest()


def _rows(batch: Any, spike_column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the rows of each sample begin, where the steps of each row begin, the steps; each with its end."""
    column = batch.column(spike_column)
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    neurons = column.flatten()
    offsets = _ends(neurons)
    steps = neurons.flatten().to_numpy(zero_copy_only=False)
    if (batch.schema.metadata or {}).get(_VALUES) == b"intervals":
        steps = _from_intervals(steps, offsets)
    return _ends(column), offsets, steps


def _ends(lists: Any) -> np.ndarray:
    """0, then where each list ends."""
    ends = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum(lists.value_lengths().to_numpy(zero_copy_only=False), out=ends[1:])
    return ends


def _int32(offsets: np.ndarray) -> Any:
    if offsets[-1] > _MAX_STEPS:
        raise ValueError(f"the batch has {offsets[-1]} spikes, more than 2^31 - 1; give smaller batches")
    return pa.array(offsets.astype(np.int32))


def _intervals(steps: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The first step of each row, then the distances."""
    distances = np.diff(steps.astype(np.int64), prepend=0)
    first = offsets[:-1][np.diff(offsets) > 0]
    distances[first] = steps[first]
    return distances


def _from_intervals(distances: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The steps whose intervals are given."""
    sums = np.cumsum(distances, dtype=np.int64)
    counts = np.diff(offsets)
    before = np.concatenate([[0], sums])[offsets[:-1]]
    steps: np.ndarray = sums - np.repeat(before, counts)
    return steps
