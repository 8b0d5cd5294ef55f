"""The frozen dataclasses of the specification, with their names, fields and defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from spike_encoder._rows import CompressedRows
from spike_encoder._views import JoinedViews, SpikeViews

CodingScheme = Literal[
    "rate_poisson",
    "rate_burst",
    "temporal_ttfs",
    "temporal_rank_order",
    "temporal_phase",
    "population_gaussian",
    "population_triangular",
]
"""The codes of the specification."""

ExtendedCodingScheme = Literal[
    CodingScheme,
    "rate_regular",
    "temporal_weighted_phase",
    "population_latency",
    "contrast_threshold",
    "contrast_send_on_delta",
    "contrast_step_forward",
    "contrast_moving_window",
    "contrast_tbr",
    "contrast_ben_spiker",
]
"""All codes that an array can be encoded by; `contrast_*` are those of time series."""

DecodingMethod = Literal[
    "spike_count",
    "spike_rate",
    "time_to_first_spike",
    "membrane_potential",
    "population_vector",
    "bayesian_mle",
]
"""The decoding methods of the specification."""

ExtendedDecodingMethod = Literal[
    DecodingMethod,
    "burst_interval",
    "rank_order",
    "phase",
    "weighted_phase",
    "reconstruction",
]
"""All decoding methods: those of the specification, and the own methods of further codes."""

TemporalScheme = Literal["ttfs", "rank_order", "phase"]
"""The temporal codes of the specification."""


def _equal_fields(self: object, other: object) -> bool:
    """Whether two records of a type hold the same: arrays element by element, NaN equal to NaN."""
    if type(self) is not type(other):
        return False
    return all(_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))  # type: ignore[arg-type]


def _equal(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f")
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return False
    return bool(a == b) or (a != a and b != b)


@dataclass(frozen=True)
class EncoderConfig:
    """Top-level configuration of an encoder. It is checked when an encoder is made of it."""

    coding_scheme: CodingScheme = "rate_poisson"
    time_window_ms: float = 100.0
    dt_ms: float = 0.1
    max_firing_rate_hz: float = 1000.0
    min_firing_rate_hz: float = 0.0
    refractory_period_ms: float = 2.0
    population_size: int = 10
    jitter_ms: float = 0.0
    normalize_input: bool = True
    seed: int | None = None


@dataclass(frozen=True)
class SpikeTrain(CompressedRows, SpikeViews):
    """Spikes of one or more neurons.

    An encoder's train holds compressed rows of whole steps; `spike_times`, `neuron_ids` and `num_spikes` are arrays
    that are built when they are first asked for, and read-only. A train can also be made of such arrays by hand:
    times must then lie on the grid of `dt_ms`, within `duration_ms`.

    Rows of a batch follow one another sample by sample. What the spikes mean, `encoding`, travels with an encoder's
    train; `dataclasses.replace` gives a train without it.
    """

    spike_times: np.ndarray
    neuron_ids: np.ndarray
    duration_ms: float
    dt_ms: float
    num_spikes: np.ndarray
    binary_matrix: np.ndarray | None = None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SpikeTrain) and self.is_compressed and other.is_compressed:
            return self._same_rows(other) and _equal(self.binary_matrix, other.binary_matrix)
        return _equal_fields(self, other)

    def __repr__(self) -> str:
        return (
            f"SpikeTrain({self.num_neurons} neurons, {self.total_spikes} spikes, "
            f"duration_ms={self.duration_ms}, dt_ms={self.dt_ms})"
        )


@dataclass(frozen=True)
class PopulationCode(JoinedViews):
    """A scalar or vector encoded by populations of tuned neurons.

    Each train has the neurons of one input dimension, for a batch sample by sample. Centres and widths are those of
    the first dimension, in the units of the data.
    """

    spike_trains: tuple[SpikeTrain, ...]
    tuning_centers: np.ndarray
    tuning_widths: np.ndarray
    input_range: tuple[float, float]
    num_neurons_per_dim: int

    __eq__ = _equal_fields


@dataclass(frozen=True)
class TemporalCode:
    """A spike train whose times carry the values, with what is needed to read them.

    `rank_order` has the channels in descending order of importance, in the shape of the data.
    """

    spike_train: SpikeTrain
    scheme: Literal["ttfs", "rank_order", "phase"]
    reference_time_ms: float = 0.0
    phase_frequency_hz: float | None = None
    rank_order: np.ndarray | None = None

    __eq__ = _equal_fields

    def _repr_svg_(self) -> str:
        """The raster of the spikes, for notebooks."""
        return self.spike_train._repr_svg_()


@dataclass(frozen=True)
class ConversionResult:
    """Result of the conversion of a trained network; accuracies are shares of 1.

    The network stands here twice, and one of the two is to be run, never a mixture: `snn_weights` (with the biases under
    `NAME.bias`) for thresholds of 1, or the weights of the trained network with the thresholds of
    `threshold_balancing`. `normalization_factors` are the activations that a spike stands for; of a layer whose channels
    have their own, thresholds and factors are the means.
    """

    snn_weights: dict[str, np.ndarray]
    threshold_balancing: dict[str, float]
    normalization_factors: dict[str, float]
    accuracy_original: float
    accuracy_converted: float
    accuracy_loss_pct: float
    num_timesteps_simulated: int
    conversion_time_s: float

    __eq__ = _equal_fields


@dataclass(frozen=True)
class DecodingResult:
    """Values read from spikes, in the shape and units of the data that were encoded.

    `confidence` is 1 - posterior variance / prior variance of each value. The errors are there if the original was
    given; R² also needs an original that is not constant. A method beyond those of the specification, which a code
    may have as its own, stands in `method` by its name.
    """

    values: np.ndarray
    confidence: np.ndarray
    method: DecodingMethod
    reconstruction_mse: float | None = None
    reconstruction_r2: float | None = None

    __eq__ = _equal_fields


@dataclass(frozen=True)
class EncodingMetrics:
    """What a code keeps of data and what it costs."""

    information_rate_bits_per_s: float
    reconstruction_accuracy: float
    coding_efficiency_bits_per_spike: float
    mean_firing_rate_hz: float
    latency_to_first_spike_ms: float
    sparsity: float
    energy_proxy_nJ: float
    encode_wall_time_ms: float
    decode_wall_time_ms: float
