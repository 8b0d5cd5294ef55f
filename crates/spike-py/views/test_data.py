"""Neo and Tonic read the views; a population code is viewed with the neurons of all its dimensions."""

from __future__ import annotations

import neo
import numpy as np
import pytest
import tonic

import spike_encoder as se

DATA = np.random.default_rng(1).random((2, 12))
TRAIN = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_rate(DATA, 50.0)


def test_neo() -> None:
    trains = TRAIN.to_neo()
    assert len(trains) == 24 and all(isinstance(train, neo.SpikeTrain) for train in trains)
    for row, train in enumerate(trains):
        expected = TRAIN.spike_times[row, : TRAIN.num_spikes[row]]
        assert np.array_equal(train.rescale("ms").magnitude, expected)
        assert float(train.t_stop.rescale("ms")) == 50.0
        assert train.annotations["neuron_id"] == row


def test_neo_of_a_population() -> None:
    code = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_population(DATA, 5)
    trains = code.to_neo()
    assert len(trains) == 2 * 12 * 5
    assert sum(len(train) for train in trains) == sum(train.total_spikes for train in code.spike_trains)


@pytest.mark.parametrize("sample", [0, 1])
def test_tonic(sample: int) -> None:
    events = TRAIN.to_tonic(sensor_size=(4, 3), sample=sample)
    assert np.all(np.diff(events["t"]) >= 0)
    frames = tonic.transforms.ToFrame(sensor_size=(4, 3, 2), time_window=100, start_time=0, end_time=50_000)(events)
    assert frames.shape == (500, 2, 3, 4)
    expected = TRAIN.to_numpy("BTN")[sample].reshape(500, 3, 4)
    assert np.array_equal(frames[:, 1], expected) and not frames[:, 0].any()


def test_tonic_signs_of_a_contrast_code() -> None:
    series = se.NeuromorphicEncoder(se.EncoderConfig(dt_ms=1.0, refractory_period_ms=0.0, seed=1))
    signal = np.sin(np.arange(200) / 10)
    train = series.encode_contrast(signal, "contrast_send_on_delta")
    events = train.to_tonic()
    on, off = train.to_numpy("NT")
    assert np.array_equal(events["t"][events["p"]], np.flatnonzero(on) * 1000)
    assert np.array_equal(events["t"][~events["p"]], np.flatnonzero(off) * 1000)
    assert not events["x"].any() and not events["y"].any()


def test_tonic_says_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="there are 12 pixels"):
        TRAIN.to_tonic(sensor_size=(3, 3))
    with pytest.raises(IndexError, match="there are 2 samples"):
        TRAIN.to_tonic(sample=2)
    fine = se.NeuromorphicEncoder(se.EncoderConfig(dt_ms=0.0005, time_window_ms=1.0, refractory_period_ms=0.0))
    with pytest.raises(ValueError, match="whole number of microseconds"):
        fine.encode_rate([0.0, 1.0], 1.0).to_tonic()
