"""Record batches of spikes are the same however the samples are divided, and on whatever runs them."""

from __future__ import annotations

import hashlib
import pathlib
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spike_encoder as se
from spike_encoder.arrow import BatchEncoder, encode_batch, read_parquet, spikes_sha256, to_train

SAMPLES, CHANNELS = 300, 12
PIXELS = np.random.default_rng(1).integers(0, 256, (SAMPLES, CHANNELS)).astype("f4")
CONFIG = se.EncoderConfig(seed=7, time_window_ms=50.0)


def table() -> Any:
    pixels = pa.FixedSizeListArray.from_arrays(pa.array(PIXELS.ravel()), CHANNELS)
    labels = pa.array([f"label {i}" for i in range(SAMPLES)])
    return pa.table({"id": pa.array(np.arange(SAMPLES)), "pixels": pixels, "label": labels})


def encoder(**changes: Any) -> BatchEncoder:
    arguments: dict[str, Any] = {
        "column": "pixels",
        "num_channels": CHANNELS,
        "input_range": (0.0, 255.0),
        "sample_column": "id",
    }
    return BatchEncoder(CONFIG, **{**arguments, **changes})


def expected_hash() -> str:
    return spikes_sha256(encoder().encode_batches(table().to_batches()), "id")


@pytest.mark.parametrize("scheme", ["rate_poisson", "temporal_ttfs", "population_gaussian"])
@pytest.mark.parametrize("intervals", [False, True])
def test_spikes_are_those_of_the_encoder(scheme: se.CodingScheme, intervals: bool) -> None:
    (batch,) = table().to_batches()
    encoded = encoder(coding_scheme=scheme, intervals=intervals).encode_batch(batch)
    assert encoded.schema.names == ["id", "label", "spikes"] and encoded.num_rows == SAMPLES
    assert encoded.schema == encoder(coding_scheme=scheme, intervals=intervals).schema(batch.schema)
    unit = se.NeuromorphicEncoder(se.EncoderConfig(seed=7, time_window_ms=50.0, normalize_input=False))
    train = to_train(encoded)
    assert train == unit.encode(PIXELS.astype("f8") / 255, scheme)
    decoded = se.SpikeDecoder().decode(train, original=PIXELS)
    assert decoded.values.shape == PIXELS.shape
    assert decoded.reconstruction_r2 is not None and 0.8 < decoded.reconstruction_r2


@pytest.mark.parametrize("size", [1, 7, 64, 300])
def test_any_partition_and_order_gives_the_same_spikes(size: int) -> None:
    shuffled = table().take(np.random.default_rng(size).permutation(SAMPLES))
    batches = encoder().encode_batches(shuffled.combine_chunks().to_batches(max_chunksize=size))
    assert spikes_sha256(batches, "id") == expected_hash()


def test_the_hash_is_that_of_the_spikes_in_plain_words() -> None:
    train = se.NeuromorphicEncoder(se.EncoderConfig(seed=7, time_window_ms=50.0, normalize_input=False)).encode(
        PIXELS.astype("f8") / 255, "rate_poisson"
    )
    rows = np.split(train.steps, train.offsets[1:-1])
    whole = hashlib.sha256()
    for sample in range(SAMPLES):
        digest = hashlib.sha256()
        for row in rows[sample * CHANNELS : (sample + 1) * CHANNELS]:
            digest.update(np.array([len(row), *row], dtype="<u4").tobytes())
        whole.update(sample.to_bytes(8, "little") + digest.digest())
    assert whole.hexdigest() == expected_hash()
    assert whole.hexdigest() == spikes_sha256([encoder(intervals=True).encode_table(table())], "id")


def test_the_hash_tells_spikes_apart() -> None:
    batches = table().to_batches()
    other = BatchEncoder(
        se.EncoderConfig(seed=8, time_window_ms=50.0),
        column="pixels",
        num_channels=CHANNELS,
        input_range=(0.0, 255.0),
        sample_column="id",
    )
    assert spikes_sha256(other.encode_batches(batches), "id") != expected_hash()
    with pytest.raises(ValueError, match="is there twice"):
        spikes_sha256(encoder().encode_batches(batches + batches), "id")


def test_indices_of_rows_that_are_counted() -> None:
    without = table().drop_columns(["id"])
    counted = encoder(sample_column=None)
    parts = list(counted.encode_batches(without.to_batches(max_chunksize=50), first_sample=0))
    whole = counted.encode_batch(without.combine_chunks().to_batches()[0], 0)
    assert pa.Table.from_batches(parts).combine_chunks().equals(pa.Table.from_batches([whole]).combine_chunks())
    assert to_train(parts[2]) != to_train(counted.encode_batch(without.to_batches(max_chunksize=50)[2], 0))
    with pytest.raises(ValueError, match="name its column by sample_column, or give first_sample"):
        counted.encode_batch(without.to_batches()[0])


def test_shapes_of_columns() -> None:
    first = encoder().encode_batch(table().to_batches()[0]).column("spikes")
    lists = pa.table({"id": table()["id"], "pixels": pa.array(PIXELS.tolist(), pa.list_(pa.float64()))})
    large = pa.table({"id": table()["id"], "pixels": pa.array(PIXELS.tolist(), pa.large_list(pa.float32()))})
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(PIXELS.reshape(SAMPLES, 3, 4))
    tensors = pa.table({"id": table()["id"], "pixels": tensor})
    for data in (lists, large, tensors):
        assert encoder().encode_batch(data.to_batches()[0]).column("spikes").equals(first)
    names = [f"c{i}" for i in range(CHANNELS)]
    columns = pa.table({"id": table()["id"], **{name: PIXELS[:, i] for i, name in enumerate(names)}})
    found = encoder(column=names).encode_batch(columns.to_batches()[0])
    assert found.column("spikes").equals(first) and found.schema.names == ["id", "spikes"]


class Foreign:
    """Rows of a program that is not pyarrow and exports the Arrow C interface."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        return self._batch.__arrow_c_array__(requested_schema)


def test_anything_with_the_arrow_c_interface_is_a_batch() -> None:
    batch = table().to_batches()[0]
    assert encode_batch(Foreign(batch), encoder()).equals(encoder().encode_batch(batch))


class ForeignTable:
    """A table of a program that is not pyarrow and exports the Arrow C stream interface."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self._whole.__arrow_c_stream__(requested_schema)


def test_anything_with_the_arrow_c_stream_interface_is_a_table() -> None:
    pieces = pa.Table.from_batches(table().to_batches(max_chunksize=90))
    encoded = encoder().encode_table(ForeignTable(pieces))
    assert encoded.num_rows == SAMPLES and spikes_sha256([encoded], "id") == expected_hash()
    assert encoded.schema == encoder().schema(table().schema)
    assert encoder().encode_table(table().slice(0, 0)).num_rows == 0


@pytest.mark.parametrize("intervals", [False, True])
def test_parquet_in_and_out(tmp_path: pathlib.Path, intervals: bool) -> None:
    source, target = tmp_path / "pixels.parquet", tmp_path / "spikes.parquet"
    pq.write_table(table(), source, row_group_size=70)
    assert encoder(intervals=intervals).encode_parquet(source, target) == target
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pixels.parquet", "spikes.parquet"]
    train = read_parquet(target)
    assert train == to_train(encoder().encode_batch(table().to_batches()[0]))
    assert train.encoding == encoder().encoding
    assert pq.read_table(target)["label"].equals(table()["label"])


def test_a_failure_leaves_no_file(tmp_path: pathlib.Path) -> None:
    source, target = tmp_path / "pixels.parquet", tmp_path / "spikes.parquet"
    pq.write_table(table(), source)
    with pytest.raises(ValueError, match="values lie outside input_range 0.0 to 100.0; widen it or set clip=True"):
        encoder(input_range=(0.0, 100.0)).encode_parquet(source, target)
    assert [path.name for path in tmp_path.iterdir()] == ["pixels.parquet"]
    encoder(input_range=(0.0, 100.0), clip=True).encode_parquet(source, target)
    assert target.exists()


def parts(folder: pathlib.Path, number: int) -> list[pathlib.Path]:
    paths = []
    for part in range(number):
        rows = np.arange(part, SAMPLES, number)
        paths.append(folder / f"part-{part}.parquet")
        pq.write_table(table().take(rows), paths[-1])
    return paths


def hash_of_files(paths: list[Any]) -> str:
    return spikes_sha256((batch for path in paths for batch in pq.read_table(path).to_batches()), "id")


@pytest.mark.parametrize("number", [1, 5])
def test_processes_give_the_same_spikes(tmp_path: pathlib.Path, number: int) -> None:
    (tmp_path / "out").mkdir()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        found = encoder().encode_files(parts(tmp_path, number), tmp_path / "out", executor)
    assert hash_of_files(found) == expected_hash()


def test_a_seed_is_drawn_once_for_all_workers() -> None:
    drawn = BatchEncoder(column="pixels", num_channels=CHANNELS, input_range=(0.0, 255.0), sample_column="id")
    assert drawn.encoding["seed"] is not None
    batch = table().to_batches()[0]
    assert pickle.loads(pickle.dumps(drawn)).encode_batch(batch).equals(drawn.encode_batch(batch))


@pytest.mark.parametrize(
    ("change", "batch", "kind", "message"),
    [
        ({"column": "none"}, table(), KeyError, "the columns are id, pixels, label"),
        ({"column": "label"}, table(), TypeError, "give lists of numbers"),
        ({"sample_column": "label"}, table(), TypeError, "give whole numbers"),
        ({"num_channels": 3}, table(), ValueError, "fitted on 3 channels, the input has 12"),
        ({}, pa.table({"id": [0, None], "pixels": [[1.0], [2.0]]}), ValueError, "'id' has 1 nulls"),
        ({}, pa.table({"id": [0, 1], "pixels": [[1.0], None]}), ValueError, "'pixels' has 1 nulls"),
        ({}, pa.table({"id": [0, 1], "pixels": [[1.0], [None]]}), ValueError, "'pixels' has 1 nulls"),
        ({}, pa.table({"id": [0, 1], "pixels": [[1.0], [2.0, 3.0]]}), ValueError, "have 1 to 2 values"),
        ({"num_channels": 1}, pa.table({"id": [-1], "pixels": [[1.0]]}), ValueError, "a sample has the id -1"),
    ],
)
def test_batches_that_do_not_fit(change: dict[str, Any], batch: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        encoder(**change).encode_batch(batch.to_batches()[0])


def test_empty_batches_have_the_same_schema() -> None:
    encoded = encoder().encode_batch(table().to_batches()[0].slice(0, 0))
    assert encoded.num_rows == 0 and encoded.schema == encoder().schema(table().schema)
