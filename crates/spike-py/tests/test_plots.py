"""Figures are valid SVG with a mark for every spike, and views that need no other program."""

from __future__ import annotations

import pathlib
from xml.etree import ElementTree

import numpy as np
import pytest

import spike_encoder as se

TRAIN = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_rate(np.random.default_rng(1).random(30), 50.0)


def marks(svg: str) -> int:
    root = ElementTree.fromstring(svg)
    paths = [path.get("d", "") for path in root.iter("{http://www.w3.org/2000/svg}path")]
    return paths[-1].count("M")


def test_notebooks_get_a_raster() -> None:
    assert marks(TRAIN._repr_svg_()) == TRAIN.total_spikes
    code = se.NeuromorphicEncoder().encode_temporal([0.1, 0.5, 0.9], "ttfs")
    assert marks(code._repr_svg_()) == 3
    population = se.NeuromorphicEncoder(se.EncoderConfig(seed=1)).encode_population([0.1, 0.9], 5)
    assert marks(population._repr_svg_()) == sum(train.total_spikes for train in population.spike_trains)


def test_large_rasters_say_what_they_leave_out() -> None:
    svg = TRAIN.plot(max_spikes=100).svg
    assert 0 < marks(svg) <= 100
    assert "of 30 neurons, neurons 0 to" in svg


def test_rates_are_counts_over_time(tmp_path: pathlib.Path) -> None:
    plot = TRAIN.plot("rate")
    root = ElementTree.fromstring(plot.svg)
    bars = [r for r in root.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill") is None]
    assert len(bars) == 50
    counts = np.bincount(TRAIN.steps // 10, minlength=50)
    heights = np.array([float(bar.get("height", "nan")) for bar in bars])
    assert np.allclose(heights / heights.max(), counts / counts.max(), atol=1e-3)
    plot.save(str(tmp_path / "rate.svg"))
    assert (tmp_path / "rate.svg").read_text() == plot._repr_svg_()


def test_silence_can_be_shown() -> None:
    silent = se.NeuromorphicEncoder(se.EncoderConfig(normalize_input=False)).encode_rate(np.zeros(3), 10.0)
    assert silent.total_spikes == 0 and marks(silent._repr_svg_()) == 0
    ElementTree.fromstring(silent.plot("rate").svg)
    with pytest.raises(ValueError, match="'raster' and 'rate'"):
        silent.plot("heat")  # type: ignore[arg-type]


def test_lava_data_have_time_last() -> None:
    batch = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_rate(np.random.default_rng(2).random((2, 3)), 10.0)
    assert batch.lava_data().shape == (2, 3, 100) and batch.lava_data().dtype == np.int32
    assert TRAIN.lava_data("float64").shape == (30, 500) and TRAIN.lava_data("float64").sum() == TRAIN.total_spikes
