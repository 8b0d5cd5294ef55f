"""Errors of the Rust crates as Python exceptions, with their text."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import pytest

import spike_encoder as se

ENCODER = se.NeuromorphicEncoder(se.EncoderConfig(seed=7))
ONES = np.ones((2, 3))

CASES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "seed": (lambda: configured(seed=-1), ValueError, "seed is -1, allowed is 0 to 18446744073709551615"),
    "seed type": (lambda: configured(seed=1.5), TypeError, "seed is 1.5, allowed is a whole number"),
    "flag": (lambda: configured(normalize_input="yes"), TypeError, "normalize_input is 'yes', allowed is True or False"),
    "number": (lambda: configured(dt_ms="fast"), TypeError, "dt_ms is 'fast', allowed is a number"),
    "scheme": (lambda: configured(coding_scheme="poisson"), ValueError, "rate_poisson, rate_burst"),
    "window": (lambda: configured(time_window_ms=100.05), ValueError, "not a whole number of steps of 0.1 ms"),
    "size": (lambda: configured(population_size=1), ValueError, "population_size is 1.0, allowed is 2.0"),
    "axes": (lambda: ENCODER.encode_rate(np.ones((2, 2, 2)), 10.0), ValueError, "the data have 3 axes"),
    "empty": (lambda: ENCODER.encode_rate(np.ones((0, 3)), 10.0), ValueError, "0 samples of 3 channels"),
    "nan": (lambda: ENCODER.encode_rate([1.0, np.nan], 10.0), ValueError, "every value must be finite"),
    "unit": (
        lambda: se.NeuromorphicEncoder(se.EncoderConfig(normalize_input=False)).encode_rate([2.0], 10.0),
        ValueError,
        "is 2.0, outside .0, 1.; scale the input or set normalize_input",
    ),
    "temporal": (lambda: ENCODER.encode_temporal(ONES, "rate"), ValueError, "allowed are ttfs, rank_order, phase"),  # type: ignore[arg-type]
    "method": (
        lambda: ENCODER.decode_spikes(ENCODER.encode_rate(ONES, 10.0), "population_vector"),
        ValueError,
        "population_vector does not decode rate_poisson; use spike_count",
    ),
    "method name": (
        lambda: ENCODER.decode_spikes(ENCODER.encode_rate(ONES, 10.0), "count"),  # type: ignore[arg-type]
        ValueError,
        "spike_count, spike_rate",
    ),
    "original": (
        lambda: ENCODER.decode_spikes(ENCODER.encode_rate(ONES, 10.0), "spike_count", original=np.ones(4)),
        ValueError,
        "the original has 4 values, the decoded array 6",
    ),
    "signal": (lambda: ENCODER.encode(ONES, "contrast_tbr"), ValueError, "use encode_contrast"),
    "option": (lambda: ENCODER.encode(ONES, "temporal_ttfs", {"shape": 1}), ValueError, "unknown field `shape`"),
    "neurons": (lambda: ENCODER.encode_population(ONES, -2), ValueError, "num_neurons is -2"),
    "tuning": (lambda: se.PopulationEncoder(tuning="square"), ValueError, "'gaussian' and 'triangular'"),  # type: ignore[arg-type]
    "layout": (lambda: ENCODER.encode_rate(ONES, 10.0).to_numpy("TT"), ValueError, "'TT'|\"TT\" is no layout"),  # type: ignore[arg-type]
    "layout axis": (lambda: ENCODER.encode_rate(ONES, 10.0).to_numpy("TN"), ValueError, "no axis for 2 samples"),
    "dtype": (lambda: ENCODER.encode_rate(ONES, 10.0).to_numpy(dtype="f16"), TypeError, "allowed are bool, uint8"),  # type: ignore[arg-type]
    "model": (lambda: ENCODER.convert_ann_to_snn(3, ONES), TypeError, "ann_model is a int"),
    "no model": (lambda: ENCODER.convert_ann_to_snn("none.onnx", ONES), FileNotFoundError, "none.onnx cannot be read"),
    "no file type": (lambda: ENCODER.convert_ann_to_snn("model.txt", ONES), TypeError, "model.txt"),
}


def configured(**config: Any) -> se.NeuromorphicEncoder:
    return se.NeuromorphicEncoder(se.EncoderConfig(**config))


@pytest.mark.parametrize("name", CASES)
def test_errors_say_what_is_allowed(name: str) -> None:
    action, kind, message = CASES[name]
    with pytest.raises(kind, match=message) as caught:
        action()
    assert type(caught.value) is kind
