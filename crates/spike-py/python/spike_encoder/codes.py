"""One class for each code of the specification, with the options of the code as arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from spike_encoder import _core
from spike_encoder.encoder import NeuromorphicEncoder, decoded
from spike_encoder.records import (
    DecodingResult,
    EncoderConfig,
    ExtendedCodingScheme,
    ExtendedDecodingMethod,
    PopulationCode,
    SpikeTrain,
    TemporalCode,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class _Code:
    """An encoder that is bound to one code."""

    def __init__(self, config: EncoderConfig, scheme: ExtendedCodingScheme, options: dict[str, Any]) -> None:
        self._encoder = NeuromorphicEncoder(config, options={scheme: options})

    @property
    def config(self) -> EncoderConfig:
        """The configuration, with the seed that is used."""
        return self._encoder.config


class PoissonRateEncoder(_Code):
    """Poisson spikes at a rate proportional to the value.

    In each step outside the refractory period a spike has the probability rate * dt (`"per_step"`) or
    1 - exp(-rate * dt) (`"exact"`). `refractory="compensated"` raises it so that the realised rate is the asked one.
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        *,
        probability: Literal["per_step", "exact"] = "per_step",
        refractory: Literal["uncompensated", "compensated"] = "uncompensated",
    ) -> None:
        super().__init__(config, "rate_poisson", {"probability": probability, "refractory": refractory})
        self._options = {"probability": probability, "refractory": refractory}

    def encode(self, data: ArrayLike) -> SpikeTrain:
        """Encodes values over the window of the configuration."""
        return self._encoder.encode(data, "rate_poisson", self._options)


class TimeToFirstSpikeEncoder(_Code):
    """One spike a channel, the earlier the larger the value.

    `form="linear"` is t = T * (1 - x); `"logarithmic"` is t = tau_ms * ln(theta0 / x). A value of 0 spikes in the last
    step, or not at all with `zero="silent"`.
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        *,
        form: Literal["linear", "logarithmic"] = "linear",
        tau_ms: float = 20.0,
        theta0: float = 1.0,
        zero: Literal["last_step", "silent"] = "last_step",
    ) -> None:
        shape: Any = "linear" if form == "linear" else {form: {"tau_ms": tau_ms, "theta0": theta0}}
        super().__init__(config, "temporal_ttfs", {"form": shape, "zero": zero})

    def encode(self, data: ArrayLike) -> TemporalCode:
        """Encodes values over the window of the configuration."""
        return self._encoder.encode_temporal(data, "ttfs")


class RankOrderEncoder(_Code):
    """One spike a channel in the order of magnitude, `isi_ms` apart.

    Without `isi_ms` the ranks are as far apart as the window allows. `modulation` is the factor m of the decoder m^rank.
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        *,
        isi_ms: float | None = None,
        modulation: float = 0.9,
    ) -> None:
        super().__init__(config, "temporal_rank_order", {"isi_ms": isi_ms, "modulation": modulation})

    def encode(self, data: ArrayLike) -> TemporalCode:
        """Encodes values; `rank_order` has the channels in descending order."""
        return self._encoder.encode_temporal(data, "rank_order")


class PhaseCodingEncoder(_Code):
    """A spike in each cycle of an oscillation, at a phase that carries the value.

    The values 0 and 1 lie at the shares `cycle` of the cycle. The formula of the specification, phase 2 * pi * x, is
    `cycle="full_circle"`: 0 and 1 are then the same phase.
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        *,
        frequency_hz: float = 40.0,
        cycle: tuple[float, float] | Literal["full_circle"] = (0.1, 0.9),
    ) -> None:
        part: Any = cycle if isinstance(cycle, str) else {"guarded": {"low": cycle[0], "high": cycle[1]}}
        super().__init__(config, "temporal_phase", {"frequency_hz": frequency_hz, "range": part})

    def encode(self, data: ArrayLike) -> TemporalCode:
        """Encodes values over the window of the configuration."""
        return self._encoder.encode_temporal(data, "phase")


class PopulationEncoder(_Code):
    """`population_size` neurons a dimension, with Gaussian or triangular tuning and evenly spaced centres.

    The width of Gaussian tuning is the spacing of the centres / `beta`. Neurons spike at random (`"poisson"`) or at
    equal intervals (`"regular"`).
    """

    def __init__(
        self,
        config: EncoderConfig = EncoderConfig(),
        *,
        tuning: Literal["gaussian", "triangular"] = "gaussian",
        beta: float = 1.5,
        centers: Literal["ends", "beyond"] = "ends",
        spikes: Literal["poisson", "regular"] = "poisson",
    ) -> None:
        schemes: dict[str, Literal["population_gaussian", "population_triangular"]] = {
            "gaussian": "population_gaussian",
            "triangular": "population_triangular",
        }
        if tuning not in schemes:
            raise ValueError(f"tuning is {tuning!r}, allowed are 'gaussian' and 'triangular'")
        scheme = schemes[tuning]
        config = replace(config, coding_scheme=scheme)
        super().__init__(config, scheme, {"beta": beta, "centers": centers, "spikes": spikes})

    def encode(self, data: ArrayLike) -> PopulationCode:
        """Encodes values over the window of the configuration."""
        return self._encoder.encode_population(data, self.config.population_size)


class SpikeDecoder:
    """Decodes spikes by a method, or by the own method of the code that made them."""

    def __init__(self, method: ExtendedDecodingMethod | None = None) -> None:
        self._method = method

    @property
    def method(self) -> ExtendedDecodingMethod | None:
        """The method; None is the own method of each code."""
        return self._method

    def decode(
        self, spikes: SpikeTrain | TemporalCode | PopulationCode, *, original: ArrayLike | None = None
    ) -> DecodingResult:
        """Values in the shape and units of the data; with the `original`, the errors against them."""
        if isinstance(spikes, PopulationCode):
            rows = [train._compressed() for train in spikes.spike_trains]
            return decoded(_core.decode_channels(rows, self._method, original))
        train = spikes.spike_train if isinstance(spikes, TemporalCode) else spikes
        return decoded(_core.decode(train._compressed(), self._method, original))
