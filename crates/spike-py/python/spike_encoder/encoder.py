"""The operations of the specification on one object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Mapping, cast

import numpy as np

from spike_encoder import _core
from spike_encoder.conversion import ANNtoSNNConverter
from spike_encoder.records import (
    CodingScheme,
    ConversionResult,
    DecodingMethod,
    DecodingResult,
    EncoderConfig,
    EncodingMetrics,
    ExtendedCodingScheme,
    ExtendedDecodingMethod,
    PopulationCode,
    SpikeTrain,
    TemporalCode,
    TemporalScheme,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Options = Mapping[str, Any]
"""Options of a code by their names, as `spike schemes NAME` prints them."""


class NeuromorphicEncoder:
    """Converts between continuous data and spikes by the codes of the specification.

    Data of shape (channels,) are one sample, of shape (batch, channels) several; the element type is any real one, the
    strides are any, and the array is never modified. With `normalize_input` values are scaled by the smallest and
    largest of the array; without, they must lie in [0, 1]. Equal data, configuration and seed give equal spikes, on
    any number of threads and on any platform. Without a seed one is drawn: `config.seed` tells it.

    `options` sets options of codes other than the default ones: `{"temporal_ttfs": {"zero": "silent"}}`.

    Raises `ValueError` for what the configuration, a code or a decoder does not allow, `TypeError` for a value of the
    wrong type; the text says what was found, what is allowed and how to fix it.
    """

    def __init__(
        self, config: EncoderConfig = EncoderConfig(), *, options: Mapping[ExtendedCodingScheme, Options] | None = None
    ) -> None:
        self._encoder = _core.Encoder(config, [_options(scheme, of) for scheme, of in (options or {}).items()])
        self._config = replace(config, seed=self._encoder.seed)

    @property
    def config(self) -> EncoderConfig:
        """The configuration, with the seed that is used."""
        return self._config

    def __repr__(self) -> str:
        return f"NeuromorphicEncoder({self._config!r})"

    def encode_rate(self, data: ArrayLike, duration_ms: float) -> SpikeTrain:
        """Encodes values by rate over `duration_ms`: the configured `rate_*` scheme, else `rate_poisson`."""
        return SpikeTrain._of(self._encoder.encode_rate(data, duration_ms))

    def encode_temporal(self, data: ArrayLike, scheme: TemporalScheme) -> TemporalCode:
        """Encodes values by the times of spikes."""
        rows, reference_time_ms, frequency_hz, ranks = self._encoder.encode_temporal(data, scheme)
        if ranks is not None and rows.is_single:
            ranks = ranks[0]
        return TemporalCode(SpikeTrain._of(rows), scheme, reference_time_ms, frequency_hz, ranks)

    def encode_population(self, data: ArrayLike, num_neurons: int) -> PopulationCode:
        """Encodes values by `num_neurons` tuned neurons a dimension: the configured `population_*` scheme, else
        `population_gaussian`."""
        trains, centers, widths, input_range = self._encoder.encode_population(data, num_neurons)
        return PopulationCode(tuple(map(SpikeTrain._of, trains)), centers, widths, input_range, num_neurons)

    def encode(
        self, data: ArrayLike, coding_scheme: ExtendedCodingScheme, options: Options | None = None
    ) -> SpikeTrain:
        """Encodes values by any code of values, over the window of the configuration."""
        return SpikeTrain._of(self._encoder.encode(data, _options(coding_scheme, options)))

    def encode_contrast(
        self, signal: ArrayLike, coding_scheme: ExtendedCodingScheme, options: Options | None = None
    ) -> SpikeTrain:
        """Encodes a time series of shape (time,) or (time, channels) by a `contrast_*` code.

        Each sample of the series takes a step of `dt_ms`, or as many as `events_per_sample`; the neurons are ON and OFF
        of each channel.
        """
        return SpikeTrain._of(self._encoder.encode_contrast(signal, _options(coding_scheme, options)))

    def decode_spikes(
        self,
        spike_train: SpikeTrain,
        method: ExtendedDecodingMethod,
        *,
        original: ArrayLike | None = None,
    ) -> DecodingResult:
        """Decodes a train by a method; what its spikes mean is read from the train itself.

        With the `original` data the result has the errors against them.
        """
        return decoded(_core.decode(spike_train._compressed(), method, original))

    def decode_population(
        self,
        code: PopulationCode,
        method: ExtendedDecodingMethod = "bayesian_mle",
        *,
        original: ArrayLike | None = None,
    ) -> DecodingResult:
        """Decodes every dimension of a population code; values have the shape of the data that were encoded."""
        trains = [train._compressed() for train in code.spike_trains]
        return decoded(_core.decode_channels(trains, method, original))

    def convert_ann_to_snn(
        self,
        ann_model: Any,
        calibration_data: np.ndarray,
        num_timesteps: int = 256,
        *,
        labels: ArrayLike | None = None,
        evaluation_data: ArrayLike | None = None,
    ) -> ConversionResult:
        """Converts a trained network to a spiking one: `ANNtoSNNConverter` with its default choices.

        Without `labels` the class that the trained network gives each sample counts as right.
        """
        return ANNtoSNNConverter().convert(
            ann_model, calibration_data, num_timesteps, labels=labels, evaluation_data=evaluation_data
        )

    def benchmark_encoding(self, data: ArrayLike, coding_scheme: CodingScheme) -> EncodingMetrics:
        """Measures what a code keeps of data of shape (num_samples, num_channels) and what it costs."""
        return EncodingMetrics(*self._encoder.benchmark_encoding(data, coding_scheme))


def _options(scheme: str, options: Options | None) -> str:
    """Options of a code as the extension reads them."""
    return json.dumps({scheme: dict(options or {})})


def decoded(result: tuple[np.ndarray, np.ndarray, str, float | None, float | None]) -> DecodingResult:
    """What the extension decoded, as a record."""
    values, confidence, method, mse, r2 = result
    # A code beyond the specification may have a method of its own, whose name the Literal does not list.
    return DecodingResult(values, confidence, cast(DecodingMethod, method), mse, r2)
