"""The operations on one sample and on batches, against formulas that are computed here with NumPy."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pytest

import spike_encoder as se

SHAPES = [(12,), (5, 12)]


def uniform(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


def scaled(data: np.ndarray) -> np.ndarray:
    values: np.ndarray = (data - data.min()) / (data.max() - data.min())
    return values


def encoder(**config: object) -> se.NeuromorphicEncoder:
    return se.NeuromorphicEncoder(se.EncoderConfig(seed=7, **config))  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
def test_rate_code_counts_the_rate(shape: tuple[int, ...]) -> None:
    # Renewal process with hazard λ and dead time τ: rate λ/(1 + λτ) in steps, counts with a variance below the mean.
    data = uniform(shape)
    train = encoder().encode_rate(data, 1000.0)
    assert train.spike_times.shape == (data.size, train.num_spikes.max())
    assert (train.duration_ms, train.dt_ms) == (1000.0, 0.1)
    probability = scaled(data).ravel() * 0.1
    expected = 10_000 * probability / (1 + 20 * probability - probability)
    # 60 counts, six standard deviations of a Poisson count and one for the start of the window: error < 1e-6.
    assert np.all(np.abs(train.num_spikes - expected) <= 6 * np.sqrt(expected + 1) + 1)
    intervals = np.diff(train.spike_times, axis=1)
    assert np.nanmin(intervals) >= 2.0
    assert np.array_equal(train.neuron_ids, np.arange(data.size))


@pytest.mark.parametrize("shape", SHAPES)
def test_first_spikes_are_at_their_latency(shape: tuple[int, ...]) -> None:
    data = uniform(shape)
    code = encoder().encode_temporal(data, "ttfs")
    expected = 100.0 * (1 - scaled(data).ravel())
    times = code.spike_train.spike_times
    assert times.shape == (data.size, 1)
    # On a grid of 0.1 ms, the last step is 99.9 ms.
    assert np.all(np.abs(times[:, 0] - np.minimum(expected, 99.9)) <= 0.1 + 1e-9)
    decoded = encoder().decode_spikes(code.spike_train, "time_to_first_spike", original=data)
    assert decoded.values.shape == decoded.confidence.shape == shape
    assert np.abs(decoded.values - data).max() <= 0.001 * (data.max() - data.min())


@pytest.mark.parametrize("shape", SHAPES)
def test_rank_order_is_that_of_the_values(shape: tuple[int, ...]) -> None:
    data = uniform(shape)
    code = encoder().encode_temporal(data, "rank_order")
    expected = np.argsort(-data, axis=-1, kind="stable")
    assert code.rank_order is not None and code.rank_order.shape == shape
    assert np.array_equal(code.rank_order, expected)
    order = np.argsort(code.spike_train.spike_times[:, 0].reshape(-1, 12), axis=1)
    assert np.array_equal(order, expected.reshape(-1, 12))


@pytest.mark.parametrize("shape", SHAPES)
def test_phases_carry_the_values(shape: tuple[int, ...]) -> None:
    data = uniform(shape)
    code = se.PhaseCodingEncoder(se.EncoderConfig(seed=1), frequency_hz=50.0, cycle=(0.2, 0.8)).encode(data)
    assert (code.scheme, code.reference_time_ms, code.phase_frequency_hz) == ("phase", 0.0, 50.0)
    phases = code.spike_train.spike_times % 20.0 / 20.0
    assert code.spike_train.spike_times.shape == (data.size, 5)
    expected = 0.2 + 0.6 * scaled(data).ravel()
    assert np.all(np.abs(phases - expected[:, None]) <= 0.1 / 20.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_population_has_evenly_spaced_centres(shape: tuple[int, ...]) -> None:
    data = 3.0 + 4.0 * uniform(shape)
    code = encoder(refractory_period_ms=0.0).encode_population(data, 8)
    low, high = data.min(), data.max()
    assert np.allclose(code.tuning_centers, np.linspace(low, high, 8))
    assert np.allclose(code.tuning_widths, (high - low) / 7 / 1.5)
    assert code.input_range == (low, high) and code.num_neurons_per_dim == 8
    assert len(code.spike_trains) == 12
    # λ = f·exp(-(x - μ)²/2σ²); 480 counts, six standard deviations: error < 1e-6.
    values = np.atleast_2d(data)
    rates = 100 * np.exp(-((values[:, :, None] - code.tuning_centers) ** 2) / (2 * code.tuning_widths**2))
    counts = np.stack([train.num_spikes.reshape(-1, 8) for train in code.spike_trains], axis=1)
    assert np.all(np.abs(counts - rates) <= 6 * np.sqrt(rates + 1))
    result = encoder().decode_population(code, "population_vector", original=data)
    assert result.values.shape == shape
    assert result.reconstruction_r2 is not None and 0.9 < result.reconstruction_r2


def test_population_as_one_train() -> None:
    data = uniform((3, 4))
    code = encoder().encode_population(data, 6)
    joined = code.joined()
    assert joined.num_samples == 3 and joined.num_neurons == 3 * 4 * 6
    dense = joined.to_numpy("BNT")
    for dim, train in enumerate(code.spike_trains):
        assert np.array_equal(dense[:, dim * 6 : (dim + 1) * 6], train.to_numpy("BNT"))
    whole = se.SpikeDecoder().decode(joined, original=data)
    assert whole == se.SpikeDecoder().decode(code, original=data)


@pytest.mark.parametrize("shape", SHAPES)
def test_errors_are_those_of_the_decoded_values(shape: tuple[int, ...]) -> None:
    data = uniform(shape)
    train = encoder().encode_rate(data, 100.0)
    result = encoder().decode_spikes(train, "spike_count", original=data)
    mse = np.mean((result.values - data) ** 2)
    assert result.reconstruction_mse == pytest.approx(mse, rel=1e-12)
    assert result.reconstruction_r2 == pytest.approx(1 - mse / data.var(), rel=1e-9)
    plain = encoder().decode_spikes(train, "spike_count")
    assert plain.reconstruction_mse is None and np.array_equal(plain.values, result.values)
    assert np.all((0 <= result.confidence) & (result.confidence <= 1))


def test_every_method_of_the_specification_decodes_some_code() -> None:
    data = uniform((4, 6))
    rate = encoder().encode_rate(data, 100.0)
    first = encoder().encode_temporal(data, "ttfs").spike_train
    population = encoder().encode_population(data, 10).joined()
    methods: dict[se.DecodingMethod, se.SpikeTrain] = {
        "spike_count": rate,
        "spike_rate": rate,
        "membrane_potential": rate,
        "bayesian_mle": rate,
        "time_to_first_spike": first,
        "population_vector": population,
    }
    assert set(methods) == set(get_args(se.DecodingMethod))
    for method, train in methods.items():
        result = encoder().decode_spikes(train, method, original=data)
        assert result.method == method
        assert result.reconstruction_r2 is not None and 0.5 < result.reconstruction_r2, method


@pytest.mark.parametrize("scheme", get_args(se.CodingScheme))
def test_benchmark_measures_every_code(scheme: se.CodingScheme) -> None:
    data = uniform((40, 10))
    metrics = encoder().benchmark_encoding(data, scheme)
    train = encoder().encode(data, scheme)
    rate = train.total_spikes / train.num_neurons / 0.1
    assert metrics.mean_firing_rate_hz == pytest.approx(rate, rel=1e-12)
    assert metrics.sparsity == pytest.approx(1 - train.total_spikes / (train.num_neurons * 1000), rel=1e-12)
    decoded = se.SpikeDecoder().decode(train, original=data)
    assert decoded.reconstruction_r2 is not None
    assert metrics.reconstruction_accuracy == pytest.approx(decoded.reconstruction_r2, rel=1e-9)
    assert 0 < metrics.encode_wall_time_ms and 0 < metrics.information_rate_bits_per_s


def test_classes_are_the_operations() -> None:
    data, config = uniform((3, 5)), se.EncoderConfig(seed=7)
    operations = se.NeuromorphicEncoder(config)
    assert se.PoissonRateEncoder(config).encode(data) == operations.encode_rate(data, 100.0)
    assert se.TimeToFirstSpikeEncoder(config).encode(data) == operations.encode_temporal(data, "ttfs")
    assert se.RankOrderEncoder(config).encode(data) == operations.encode_temporal(data, "rank_order")
    assert se.PhaseCodingEncoder(config).encode(data) == operations.encode_temporal(data, "phase")
    assert se.PopulationEncoder(config).encode(data) == operations.encode_population(data, 10)
    triangular = se.NeuromorphicEncoder(se.EncoderConfig(seed=7, coding_scheme="population_triangular"))
    assert se.PopulationEncoder(config, tuning="triangular").encode(data) == triangular.encode_population(data, 10)


def test_options_of_codes() -> None:
    config, data = se.EncoderConfig(seed=7, normalize_input=False), np.array([0.0, 0.5, 1.0])
    silent = se.TimeToFirstSpikeEncoder(config, zero="silent").encode(data).spike_train
    assert silent.num_spikes.tolist() == [0, 1, 1]
    late = se.TimeToFirstSpikeEncoder(config, form="logarithmic", tau_ms=10.0).encode(data).spike_train
    assert late.spike_times[1, 0] == pytest.approx(10 * np.log(2), abs=0.1)
    ranked = se.RankOrderEncoder(config, isi_ms=5.0).encode(data).spike_train
    assert np.diff(np.sort(ranked.spike_times[:, 0])).tolist() == [5.0, 5.0]
    by_name = se.NeuromorphicEncoder(config, options={"temporal_rank_order": {"isi_ms": 5.0}})
    assert by_name.encode_temporal(data, "rank_order").spike_train == ranked
    compensated = se.PoissonRateEncoder(
        se.EncoderConfig(seed=7, max_firing_rate_hz=300.0, time_window_ms=10_000.0, normalize_input=False),
        refractory="compensated",
    ).encode(np.ones(4))
    # 3000 spikes each, six standard deviations of a Poisson count.
    assert np.all(np.abs(compensated.num_spikes - 3000) < 6 * np.sqrt(3000))


def test_time_series_come_back() -> None:
    signal = np.stack([np.sin(np.arange(400) / 30), np.cos(np.arange(400) / 50)], axis=1)
    series = se.NeuromorphicEncoder(se.EncoderConfig(dt_ms=1.0, refractory_period_ms=0.0, seed=1))
    for data in (signal, signal[:, 0]):
        train = series.encode_contrast(data, "contrast_step_forward", {"threshold": 0.05})
        assert train.duration_ms == 400.0
        assert train.num_neurons == 2 * (data.size // 400)
        result = series.decode_spikes(train, "reconstruction", original=data)
        assert result.values.shape == data.shape
        assert result.reconstruction_r2 is not None and 0.95 < result.reconstruction_r2


def test_spikes_depend_on_the_seed_alone() -> None:
    data = uniform((3, 5))
    assert encoder().encode_rate(data, 50.0) == encoder().encode_rate(data, 50.0)
    drawn = se.NeuromorphicEncoder()
    assert drawn.config.seed is not None
    again = se.NeuromorphicEncoder(drawn.config)
    assert drawn.encode_rate(data, 50.0) == again.encode_rate(data, 50.0)
    assert encoder().encode_rate(data, 50.0) != se.NeuromorphicEncoder(se.EncoderConfig(seed=8)).encode_rate(data, 50.0)


@pytest.mark.parametrize("scheme", ["ttfs", "rank_order", "phase"])
def test_temporal_schemes_decode_by_their_own_method(scheme: Literal["ttfs", "rank_order", "phase"]) -> None:
    data = uniform((4, 50))
    result = se.SpikeDecoder().decode(encoder().encode_temporal(data, scheme), original=data)
    assert result.reconstruction_r2 is not None and 0.9 < result.reconstruction_r2
