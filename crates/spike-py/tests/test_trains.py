"""Spike trains: as an encoder makes them, made by hand, stored and compared."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import numpy as np
import pytest

import spike_encoder as se

ENCODER = se.NeuromorphicEncoder(se.EncoderConfig(seed=7))
DATA = np.random.default_rng(1).random((3, 4))
TRAIN = ENCODER.encode_rate(DATA, 50.0)


def by_hand(times: list[list[float]], counts: list[int], dt_ms: float = 0.1) -> se.SpikeTrain:
    return se.SpikeTrain(np.array(times), np.arange(len(times)), 10.0, dt_ms, np.array(counts))


def test_padded_times_are_the_rows() -> None:
    assert TRAIN.is_compressed
    for row in range(TRAIN.num_neurons):
        steps = TRAIN.steps[TRAIN.offsets[row] : TRAIN.offsets[row + 1]]
        times = TRAIN.spike_times[row]
        assert np.allclose(times[: len(steps)], steps * 0.1, rtol=1e-15)
        assert np.isnan(times[len(steps) :]).all() and TRAIN.num_spikes[row] == len(steps)


def test_a_copy_by_fields_has_the_same_spikes() -> None:
    fields = {field.name: getattr(TRAIN, field.name) for field in dataclasses.fields(TRAIN)}
    hand = se.SpikeTrain(**fields)
    assert not hand.is_compressed and hand == TRAIN
    assert np.array_equal(hand.steps, TRAIN.steps)
    with pytest.raises(ValueError, match="carries no encoding.*with_encoding"):
        ENCODER.decode_spikes(hand, "spike_count")
    assert TRAIN.encoding is not None
    with_record = hand.with_encoding(TRAIN.encoding)
    expected = ENCODER.decode_spikes(TRAIN, "spike_count").values
    assert np.array_equal(ENCODER.decode_spikes(with_record, "spike_count").values, expected)


def test_replaced_fields_lose_the_record() -> None:
    shorter = dataclasses.replace(TRAIN, binary_matrix=None)
    assert shorter.encoding is None and shorter == TRAIN


@pytest.mark.parametrize("copied", [lambda t: pickle.loads(pickle.dumps(t)), copy.deepcopy, copy.copy])
def test_copies_are_equal_and_decode(copied: object) -> None:
    assert callable(copied)
    twin = copied(TRAIN)
    assert twin == TRAIN and twin.encoding == TRAIN.encoding
    assert ENCODER.decode_spikes(twin, "spike_count") == ENCODER.decode_spikes(TRAIN, "spike_count")
    one = ENCODER.encode_rate(DATA[0], 50.0)
    assert ENCODER.decode_spikes(copied(one), "spike_count").values.shape == (4,)


def test_other_spikes_are_not_equal() -> None:
    assert TRAIN != ENCODER.encode_rate(DATA, 60.0)
    assert by_hand([[1.0]], [1]) != by_hand([[1.1]], [1])
    assert by_hand([[1.0]], [1]) != "spikes"
    with pytest.raises(TypeError, match="unhashable"):
        hash(TRAIN)


def test_binary_matrix_on_request() -> None:
    assert TRAIN.binary_matrix is None
    full = TRAIN.with_binary_matrix()
    assert full.binary_matrix is not None and full.binary_matrix.shape == (12, 500)
    expected = np.zeros((12, 500))
    for row in range(12):
        expected[row, np.rint(TRAIN.spike_times[row, : TRAIN.num_spikes[row]] / 0.1).astype(int)] = 1
    assert np.array_equal(full.binary_matrix, expected)
    assert full != TRAIN and full == pickle.loads(pickle.dumps(full))


def test_layouts_are_transpositions() -> None:
    bnt = TRAIN.with_binary_matrix().binary_matrix
    assert bnt is not None
    bnt = bnt.reshape(3, 4, 500)
    for layout in ("TBN", "TNB", "BTN", "BNT", "NTB", "NBT"):
        expected = np.transpose(bnt, ["BNT".index(axis) for axis in layout])
        found = TRAIN.to_numpy(layout)
        assert found.flags.c_contiguous and np.array_equal(found, expected)
    one = ENCODER.encode_rate(DATA[0], 50.0)
    assert np.array_equal(one.to_numpy("TN"), one.to_numpy("TBN")[:, 0])
    for dtype in ("bool", "uint8", "int32", "float32", "float64"):
        assert one.to_numpy("NT", dtype).dtype == dtype


@pytest.mark.parametrize(
    ("times", "counts", "message"),
    [
        ([[1.04]], [1], "off the grid of 0.1 ms"),
        ([[10.0]], [1], "outside the window"),
        ([[1.0, 1.0]], [2], "two spikes in step"),
        ([[1.0, np.nan]], [2], "num_spikes"),
    ],
)
def test_times_by_hand_are_checked(times: list[list[float]], counts: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        by_hand(times, counts).to_numpy("TBN")


def test_text_is_short() -> None:
    big = ENCODER.encode_rate(np.ones((10, 100)), 100.0)
    assert repr(big) == f"SpikeTrain(1000 neurons, {big.total_spikes} spikes, duration_ms=100.0, dt_ms=0.1)"
    assert "spike_times" not in vars(big)
