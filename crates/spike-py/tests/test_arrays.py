"""Arrays in and out: element types, strides, what is copied and what is not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from array import array

import numpy as np
import pytest

import spike_encoder as se

ENCODER = se.NeuromorphicEncoder(se.EncoderConfig(seed=7))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i1", "i4", "i8", "u1", "u8", "?"])
def test_every_real_element_type(dtype: str) -> None:
    data = np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype)
    assert ENCODER.encode_rate(data, 20.0) == ENCODER.encode_rate(data.astype("f8"), 20.0)


def test_single_precision_is_widened_and_not_rounded() -> None:
    data = np.random.default_rng(1).random(100).astype("f4")
    assert ENCODER.encode_temporal(data, "ttfs") == ENCODER.encode_temporal(data.astype("f8"), "ttfs")


def test_every_stride() -> None:
    data = np.random.default_rng(2).random((6, 8))
    views = [data[::2, 1::3], data[::-1, ::-1], data.T, np.asfortranarray(data), data[:, 0], np.broadcast_to(data[0], (3, 8))]
    for view in views:
        assert ENCODER.encode_rate(view, 20.0) == ENCODER.encode_rate(np.ascontiguousarray(view), 20.0)


def test_every_address() -> None:
    data = np.random.default_rng(2).random((3, 4))
    for offset in range(1, 8):
        shifted = np.frombuffer(b"x" * offset + data.tobytes(), offset=offset).reshape(3, 4)
        assert not shifted.flags.aligned
        assert ENCODER.encode_rate(shifted, 20.0) == ENCODER.encode_rate(data, 20.0)
    packed = np.zeros(6, dtype=[("tag", "u1"), ("value", "f8"), ("id", "i8")])
    packed["value"] = data.ravel()[:6]
    packed["id"] = np.arange(6)
    assert ENCODER.encode_rate(packed["value"], 20.0) == ENCODER.encode_rate(data.ravel()[:6], 20.0)
    train = ENCODER.encode_rate(packed["value"], 20.0)
    hand = se.SpikeTrain(train.spike_times, packed["id"], 20.0, 0.1, train.num_spikes)
    assert np.array_equal(hand.steps, train.steps)


def test_sequences_and_other_arrays() -> None:
    expected = ENCODER.encode_rate(np.array([[0.0, 0.5, 1.0]]), 20.0)
    assert ENCODER.encode_rate([[0, 0.5, 1]], 20.0) == expected
    assert ENCODER.encode_rate([array('d', [0.0, 0.5, 1.0])], 20.0) == expected


def test_inputs_are_not_modified() -> None:
    data = np.random.default_rng(3).random((4, 5))
    before = data.copy()
    data.flags.writeable = False
    ENCODER.benchmark_encoding(data, "rate_poisson")
    ENCODER.decode_spikes(ENCODER.encode_rate(data, 20.0), "spike_count", original=data)
    assert np.array_equal(data, before)


@pytest.mark.parametrize("dtype", ["c16", "U3", "M8[s]", "O"])
def test_other_element_types_are_refused(dtype: str) -> None:
    with pytest.raises(TypeError, match="allowed are real numbers"):
        ENCODER.encode_rate(np.zeros(3, dtype=dtype), 20.0)


def test_masked_values_are_not_taken_for_values() -> None:
    masked: np.ndarray = np.ma.masked_array([0.0, 1.0, 5.0], mask=[False, False, True])
    with pytest.raises(TypeError, match="fill the masked values"):
        ENCODER.encode_rate(masked, 20.0)


def test_arrays_go_out_without_a_copy() -> None:
    train = ENCODER.encode_rate(np.random.default_rng(4).random((2, 5)), 20.0)
    dense = train.to_numpy("TBN", "float32")
    assert dense.flags.c_contiguous and dense.flags.writeable and not dense.flags.owndata
    assert np.shares_memory(dense, np.from_dlpack(dense))


def test_fields_are_built_later_once_and_read_only() -> None:
    train = ENCODER.encode_rate(np.random.default_rng(5).random(5), 20.0)
    assert "spike_times" not in vars(train)
    times = train.spike_times
    assert train.spike_times is times and not times.flags.writeable
    assert train.num_spikes.dtype == train.neuron_ids.dtype == np.int64


def test_the_interpreter_runs_while_spikes_are_made() -> None:
    data = np.random.default_rng(6).random((400, 784))
    seen: list[float] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    start = time.perf_counter()
    ENCODER.encode_rate(data, 100.0)
    end = time.perf_counter()
    stop.set()
    thread.join()
    middle = [moment for moment in seen if start + 0.2 * (end - start) < moment < start + 0.8 * (end - start)]
    assert middle, f"no Python ran in the middle of a call of {end - start:.3f} s"


def test_threads_change_no_spike() -> None:
    program = (
        "import hashlib, numpy as np, spike_encoder as se\n"
        "data = np.random.default_rng(7).random((64, 100))\n"
        "train = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_rate(data, 100.0)\n"
        "print(hashlib.sha256(train.steps.tobytes() + train.offsets.tobytes()).hexdigest())"
    )
    hashes = set()
    for threads in ("1", "2", "5"):
        environment = {**os.environ, "RAYON_NUM_THREADS": threads}
        run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        hashes.add(run.stdout)
    assert len(hashes) == 1
