"""Continuous data to spikes and back, for neuromorphic hardware and simulators."""

from spike_encoder.codes import (
    PhaseCodingEncoder,
    PoissonRateEncoder,
    PopulationEncoder,
    RankOrderEncoder,
    SpikeDecoder,
    TimeToFirstSpikeEncoder,
)
from spike_encoder.conversion import ANNtoSNNConverter, Conversion
from spike_encoder.encoder import NeuromorphicEncoder
from spike_encoder.protocol import NeuromorphicEncoderProtocol
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

__all__ = [
    "ANNtoSNNConverter",
    "CodingScheme",
    "Conversion",
    "ConversionResult",
    "DecodingMethod",
    "DecodingResult",
    "EncoderConfig",
    "EncodingMetrics",
    "ExtendedCodingScheme",
    "ExtendedDecodingMethod",
    "NeuromorphicEncoder",
    "NeuromorphicEncoderProtocol",
    "PhaseCodingEncoder",
    "PoissonRateEncoder",
    "PopulationCode",
    "PopulationEncoder",
    "RankOrderEncoder",
    "SpikeDecoder",
    "SpikeTrain",
    "TemporalCode",
    "TemporalScheme",
    "TimeToFirstSpikeEncoder",
]
