"""
Spikes and codes for the package `spike_encoder`, which is the interface to use.
"""

from _typeshed import SupportsGetItem, SupportsLenAndGetItem
from os import PathLike
from typing import Any, SupportsFloat, SupportsIndex, final
import numpy
import numpy.typing
import typing

__all__ = ["Encoder", "Network", "SampleEncoder", "Spiking", "Train", "decode", "decode_channels"]

@final
class Encoder:
    """
    Encodes arrays by the codes of the specification and beyond.
    """
    def __new__(cls, /, config: Any, options: SupportsGetItem[int, str]) -> Encoder:
        """
        An encoder for an `EncoderConfig`, with options of codes as JSON, `{"scheme": {"option": value}}` each.
        """
    def benchmark_encoding(self, /, data: numpy.typing.ArrayLike, coding_scheme: str) -> tuple[float, float, float, float, float, float, float, float, float]:
        """
        The nine metrics of a code on data.
        """
    def encode(self, /, data: numpy.typing.ArrayLike, options: str) -> Train:
        """
        Spikes of any code of values, with its options as JSON.
        """
    def encode_contrast(self, /, signal: numpy.typing.ArrayLike, options: str) -> Train:
        """
        Spikes of a code of time series, with its options as JSON.
        """
    def encode_population(self, /, data: numpy.typing.ArrayLike, num_neurons: int) -> tuple[list[Train], numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], tuple[float, float]]:
        """
        Spikes of tuned neurons: the trains of the channels, centres, widths, range of the input.
        """
    def encode_rate(self, /, data: numpy.typing.ArrayLike, duration_ms: SupportsFloat | SupportsIndex) -> Train:
        """
        Spikes at a rate.
        """
    def encode_temporal(self, /, data: numpy.typing.ArrayLike, scheme: str) -> tuple[Train, float, float | None, numpy.typing.NDArray[numpy.int64] | None]:
        """
        Spikes whose times carry the values: train, reference time, frequency, channels in order of importance.
        """
    @property
    def seed(self, /) -> int:
        """
        The seed of every random draw.
        """

@final
class Network:
    """
    A trained network.
    """
    def classes(self, /, samples: numpy.typing.ArrayLike) -> numpy.typing.NDArray[numpy.int64]:
        """
        The class that the network gives each sample.
        """
    def convert(self, /, calibration: numpy.typing.ArrayLike, samples: numpy.typing.ArrayLike, labels: numpy.typing.NDArray[numpy.int64] | None, num_steps: int, options: str) -> Spiking:
        """
        A spiking network whose thresholds follow from the activations of calibration samples, measured on samples with
        labels; without labels the classes of the trained network count as right. Options as JSON.
        """
    @staticmethod
    def from_onnx(onnx: bytes, sample_shape: SupportsGetItem[int, SupportsIndex] | None) -> Network:
        """
        A network from the bytes of an ONNX file.
        """
    @staticmethod
    def from_weights(safetensors: bytes, layers: str) -> Network:
        """
        A network from the bytes of a safetensors file and its list of layers as JSON.
        """
    @property
    def input_shape(self, /) -> list[int]:
        """
        Shape of one sample.
        """
    @staticmethod
    def open(path: str | PathLike[str], sample_shape: SupportsGetItem[int, SupportsIndex] | None, output: str | None) -> Network:
        """
        A network from a file: `.onnx`, `.nir`, or `.safetensors` with its list of layers beside it.
        """

@final
class SampleEncoder:
    """
    Encodes samples whose scaling is known before any of them is seen.
    """
    def encode(self, /, data: numpy.typing.ArrayLike, sample_ids: numpy.typing.NDArray[numpy.int64]) -> tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.uint32], int]:
        """
        Spikes of samples, shape (sample, channel), which have these global indices: where each row begins and the last
        ends, steps, number of values outside the range, which were clipped.
        """
    @property
    def encoding(self, /) -> str:
        """
        The record of the encoding as JSON.
        """
    @property
    def num_neurons(self, /) -> int:
        """
        Rows of spikes of a sample.
        """
    @staticmethod
    def of_config(config: Any, options: str, num_channels: SupportsIndex, input_range: SupportsLenAndGetItem[SupportsFloat | SupportsIndex] | None) -> SampleEncoder:
        """
        An encoder of samples of so many channels; `input_range` is scaled to [0, 1], without it values must lie there.
        """
    @staticmethod
    def of_encoding(encoding: str) -> SampleEncoder:
        """
        The encoder that a record tells of.
        """

@final
class Spiking:
    """
    A spiking network that was made of a trained one, and what was measured on it.
    """
    def accuracy_by_step(self, /) -> numpy.typing.NDArray[numpy.float64]:
        """
        Share of samples that are right after each step.
        """
    @property
    def num_multiply_accumulates(self, /) -> int:
        """
        Multiplications with weights that the trained network takes for one sample.
        """
    @property
    def num_spikes(self, /) -> int:
        """
        Spikes of all neurons, over all samples and steps.
        """
    @property
    def num_synaptic_operations(self, /) -> int:
        """
        Weights other than 0 that spikes met.
        """
    def predictions(self, /) -> numpy.typing.NDArray[numpy.int64]:
        """
        The class of each sample after the last step.
        """
    @property
    def report(self, /) -> str:
        """
        What each layer of neurons makes of the activations that it stands for, as JSON.
        """
    def result(self, /) -> tuple[dict[str, numpy.typing.NDArray[numpy.float64]], dict[str, float], dict[str, float], float, float, float, int, float]:
        """
        What the specification tells of a conversion: weights, thresholds and factors by the names of the layers, accuracy
        of the trained and of the spiking network, loss in percent, number of steps, seconds.
        """

@final
class Train:
    """
    Sorted steps of each neuron in compressed rows, with the record of how they were made.
    """
    def __reduce__(self, /) -> tuple[typing.Any, ...]:
        """
        The train as the call that makes it, for pickle.
        """
    def binary_matrix(self, /) -> numpy.typing.NDArray[numpy.uint8]:
        """
        Zeros and ones of shape (neuron, step).
        """
    def counts(self, /) -> numpy.typing.NDArray[numpy.int64]:
        """
        Spikes of each row.
        """
    def dense(self, /, layout: str, dtype: str) -> numpy.typing.NDArray[typing.Any]:
        """
        Zeros and ones with the axes T (time), B (sample) and N (neuron) in the order of `layout`.
        """
    @property
    def dt_ms(self, /) -> float:
        """
        Step width.
        """
    @property
    def dt_ns(self, /) -> int:
        """
        Step width in whole nanoseconds.
        """
    @property
    def duration_ms(self, /) -> float:
        """
        Length of the window.
        """
    @property
    def encoding(self, /) -> str | None:
        """
        The record of the encoding as JSON, if there is one.
        """
    @staticmethod
    def from_padded(spike_times: numpy.typing.ArrayLike, neuron_ids: numpy.typing.NDArray[numpy.int64], duration_ms: SupportsFloat | SupportsIndex, dt_ms: SupportsFloat | SupportsIndex, encoding: str | None) -> Train:
        """
        A train from times in milliseconds, shape (neuron, spike), padded with NaN; each must be on the grid.
        """
    @staticmethod
    def from_rows(offsets: numpy.typing.NDArray[numpy.int64], steps: numpy.typing.NDArray[numpy.uint32], neuron_ids: numpy.typing.NDArray[numpy.int64], dt_ns: SupportsIndex, num_steps: SupportsIndex, encoding: str | None, is_single: bool) -> Train:
        """
        A train from the compressed rows of another: row i is `steps[offsets[i]:offsets[i + 1]]`.
        """
    @property
    def is_signed(self, /) -> bool:
        """
        Whether rows are ON and OFF of each channel.
        """
    @property
    def is_single(self, /) -> bool:
        """
        Whether the data had no axis of samples.
        """
    @staticmethod
    def joined(channels: SupportsGetItem[int, Train]) -> Train:
        """
        Trains of the channels of a population code as one, with the rows of each sample side by side.
        """
    def neuron_ids(self, /) -> numpy.typing.NDArray[numpy.int64]:
        """
        Ids of the rows.
        """
    @property
    def num_neurons(self, /) -> int:
        """
        Number of rows.
        """
    @property
    def num_samples(self, /) -> int:
        """
        Number of samples, whose rows follow one another.
        """
    @property
    def num_steps(self, /) -> int:
        """
        Number of steps of the window.
        """
    def offsets(self, /) -> numpy.typing.NDArray[numpy.int64]:
        """
        Where each row begins in `steps`, then where the last ends.
        """
    def rows(self, /) -> numpy.typing.NDArray[numpy.int64]:
        """
        Row of each spike, row by row.
        """
    def spike_times(self, /) -> numpy.typing.NDArray[numpy.float64]:
        """
        Times in milliseconds, shape (neuron, largest count), padded with NaN.
        """
    def steps(self, /) -> numpy.typing.NDArray[numpy.uint32]:
        """
        Steps of all spikes, row by row.
        """
    def times_ms(self, /, shift_steps: SupportsIndex = 0) -> numpy.typing.NDArray[numpy.float64]:
        """
        Times of all spikes in milliseconds, row by row, moved by `shift_steps`; each rounded once from whole steps.
        """
    @property
    def total_spikes(self, /) -> int:
        """
        Number of spikes in all rows.
        """
    def with_encoding(self, /, encoding: str) -> Train:
        """
        The same spikes with the record of an encoding.
        """

def decode(train: Train, method: str | None, original: numpy.typing.ArrayLike | None) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], str, float | None, float | None]:
    """
    Decodes a train; without a method by the code's own, with the original the errors against it.
    """

def decode_channels(channels: SupportsGetItem[int, Train], method: str | None, original: numpy.typing.ArrayLike | None) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], str, float | None, float | None]:
    """
    Decodes the channels of a population code.
    """
