"""The dataclasses and the protocol against the text of the specification, which is written out here once more."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, get_args

import numpy as np
import pytest

import spike_encoder as se

FIELDS: dict[type, str] = {
    se.EncoderConfig: """
        coding_scheme: CodingScheme = 'rate_poisson'
        time_window_ms: float = 100.0
        dt_ms: float = 0.1
        max_firing_rate_hz: float = 1000.0
        min_firing_rate_hz: float = 0.0
        refractory_period_ms: float = 2.0
        population_size: int = 10
        jitter_ms: float = 0.0
        normalize_input: bool = True
        seed: int | None = None""",
    se.SpikeTrain: """
        spike_times: np.ndarray
        neuron_ids: np.ndarray
        duration_ms: float
        dt_ms: float
        num_spikes: np.ndarray
        binary_matrix: np.ndarray | None = None""",
    se.PopulationCode: """
        spike_trains: tuple[SpikeTrain, ...]
        tuning_centers: np.ndarray
        tuning_widths: np.ndarray
        input_range: tuple[float, float]
        num_neurons_per_dim: int""",
    se.TemporalCode: """
        spike_train: SpikeTrain
        scheme: Literal['ttfs', 'rank_order', 'phase']
        reference_time_ms: float = 0.0
        phase_frequency_hz: float | None = None
        rank_order: np.ndarray | None = None""",
    se.ConversionResult: """
        snn_weights: dict[str, np.ndarray]
        threshold_balancing: dict[str, float]
        normalization_factors: dict[str, float]
        accuracy_original: float
        accuracy_converted: float
        accuracy_loss_pct: float
        num_timesteps_simulated: int
        conversion_time_s: float""",
    se.DecodingResult: """
        values: np.ndarray
        confidence: np.ndarray
        method: DecodingMethod
        reconstruction_mse: float | None = None
        reconstruction_r2: float | None = None""",
    se.EncodingMetrics: """
        information_rate_bits_per_s: float
        reconstruction_accuracy: float
        coding_efficiency_bits_per_spike: float
        mean_firing_rate_hz: float
        latency_to_first_spike_ms: float
        sparsity: float
        energy_proxy_nJ: float
        encode_wall_time_ms: float
        decode_wall_time_ms: float""",
}

SIGNATURES = {
    "encode_rate": "(self, data: 'np.ndarray', duration_ms: 'float') -> 'SpikeTrain'",
    "encode_temporal": "(self, data: 'np.ndarray', scheme: \"Literal['ttfs', 'rank_order', 'phase']\") -> 'TemporalCode'",
    "encode_population": "(self, data: 'np.ndarray', num_neurons: 'int') -> 'PopulationCode'",
    "convert_ann_to_snn": "(self, ann_model: 'Any', calibration_data: 'np.ndarray', num_timesteps: 'int' = 256)"
    " -> 'ConversionResult'",
    "decode_spikes": "(self, spike_train: 'SpikeTrain', method: 'DecodingMethod') -> 'DecodingResult'",
    "benchmark_encoding": "(self, data: 'np.ndarray', coding_scheme: 'CodingScheme') -> 'EncodingMetrics'",
}


@pytest.mark.parametrize("record", FIELDS, ids=lambda record: record.__name__)
def test_fields_are_those_of_the_specification(record: Any) -> None:
    found = []
    for field in dataclasses.fields(record):
        default = "" if field.default is dataclasses.MISSING else f" = {field.default!r}"
        found.append(f"{field.name}: {field.type}{default}")
    assert found == [line.strip() for line in FIELDS[record].strip().splitlines()]


def test_records_are_frozen() -> None:
    train = se.NeuromorphicEncoder().encode_rate(np.ones(3), 10.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        train.dt_ms = 1.0  # type: ignore[misc]
    for record in FIELDS:
        assert getattr(record, "__dataclass_params__").frozen, record


def test_names_are_those_of_the_specification() -> None:
    assert get_args(se.CodingScheme) == (
        "rate_poisson",
        "rate_burst",
        "temporal_ttfs",
        "temporal_rank_order",
        "temporal_phase",
        "population_gaussian",
        "population_triangular",
    )
    assert get_args(se.DecodingMethod) == (
        "spike_count",
        "spike_rate",
        "time_to_first_spike",
        "membrane_potential",
        "population_vector",
        "bayesian_mle",
    )


@pytest.mark.parametrize("name", SIGNATURES)
def test_protocol_has_the_signatures_of_the_specification(name: str) -> None:
    found = str(inspect.signature(getattr(se.NeuromorphicEncoderProtocol, name)))
    assert found.replace('"', "'") == SIGNATURES[name].replace('"', "'")


def test_encoder_satisfies_the_protocol() -> None:
    encoder: se.NeuromorphicEncoderProtocol = se.NeuromorphicEncoder(se.EncoderConfig())
    assert isinstance(encoder, se.NeuromorphicEncoderProtocol)
    assert not isinstance(object(), se.NeuromorphicEncoderProtocol)
    assert not isinstance(se.SpikeDecoder(), se.NeuromorphicEncoderProtocol)


def test_every_name_of_the_package_exists() -> None:
    for name in se.__all__:
        assert hasattr(se, name), name
