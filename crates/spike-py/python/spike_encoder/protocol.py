"""The protocol of the specification, which `NeuromorphicEncoder` satisfies."""

from __future__ import annotations

from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from spike_encoder.records import (
    CodingScheme,
    ConversionResult,
    DecodingMethod,
    DecodingResult,
    EncodingMetrics,
    PopulationCode,
    SpikeTrain,
    TemporalCode,
)


@runtime_checkable
class NeuromorphicEncoderProtocol(Protocol):
    """Converts data to spike trains and back by various neural codes."""

    def encode_rate(self, data: np.ndarray, duration_ms: float) -> SpikeTrain:
        """Encodes data of shape (num_channels,) or (batch, num_channels) by firing rates, over `duration_ms`."""
        ...

    def encode_temporal(self, data: np.ndarray, scheme: Literal["ttfs", "rank_order", "phase"]) -> TemporalCode:
        """Encodes data of shape (num_channels,) or (batch, num_channels) by the times of spikes."""
        ...

    def encode_population(self, data: np.ndarray, num_neurons: int) -> PopulationCode:
        """Encodes values of shape (num_dims,) or (batch, num_dims) by `num_neurons` tuned neurons a dimension."""
        ...

    def convert_ann_to_snn(
        self,
        ann_model: Any,
        calibration_data: np.ndarray,
        num_timesteps: int = 256,
    ) -> ConversionResult:
        """Converts a trained network to a spiking one by weight normalisation and threshold balancing."""
        ...

    def decode_spikes(self, spike_train: SpikeTrain, method: DecodingMethod) -> DecodingResult:
        """Decodes a spike train to continuous values."""
        ...

    def benchmark_encoding(self, data: np.ndarray, coding_scheme: CodingScheme) -> EncodingMetrics:
        """Measures a code on data of shape (num_samples, num_channels)."""
        ...
