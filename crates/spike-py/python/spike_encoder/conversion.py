"""Trained networks to spiking networks."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Mapping, Sequence

import numpy as np

from spike_encoder import _core
from spike_encoder._plots import Plot, steps_curve
from spike_encoder.records import ConversionResult

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LAYER_LIST = "layer_list"
"""Key of a dict of weights under which its list of layers stands."""


@dataclass(frozen=True)
class Conversion:
    """A conversion with what it takes to judge it.

    `agreement` is the share of samples that both networks give the same class; `accuracy_by_step` has an accuracy for
    each number of steps from 1. `num_spikes` and `num_synaptic_operations` are those of all samples and steps,
    `num_multiply_accumulates` those of the trained network for one sample. `layers` tells for each layer of neurons its
    error, the shares of dead and saturated neurons and its thresholds, on the first 100 samples; `first_to_look_at`
    names the first layer that loses much.
    """

    result: ConversionResult
    agreement: float
    accuracy_by_step: np.ndarray
    num_spikes: int
    num_synaptic_operations: int
    num_multiply_accumulates: int
    layers: list[dict[str, Any]]
    first_to_look_at: str | None

    def plot(self) -> Plot:
        """Accuracy by number of steps as SVG, with that of the trained network as a line across."""
        return steps_curve(self.accuracy_by_step, self.result.accuracy_original)

    def _repr_svg_(self) -> str:
        """The accuracy by number of steps, for notebooks."""
        return self.plot().svg


class ANNtoSNNConverter:
    """Converts a trained network to integrate-and-fire neurons by threshold balancing.

    Thresholds follow from the activations of calibration samples: the maximum (Diehl et al. 2015,
    DOI 10.1109/IJCNN.2015.7280696), a percentile (Rueckauer et al. 2017, DOI 10.3389/fnins.2017.00682), the least mean
    square error at `num_steps` steps, or a local balance; `docs/conversion.md` has the accuracy of each. Batch
    normalisation is folded into the weights before.

    A network is one of:

    - the path of an ONNX file, of a NIR file, or of a safetensors file with its list of layers beside it;
    - a dict of weight arrays, with a list of layers under the key `"layer_list"`: `{"input_shape": [..], "layers":
      [..]}` as beside the safetensors files of `data/models`. Without a list the arrays are `NAME.weight` of shape
      (out, in) and `NAME.bias` of dense layers in the order of the dict, with rectifiers between them;
    - a `torch.nn.Module`, which is exported to ONNX for samples of the shape of the calibration data.
    """

    def __init__(
        self,
        *,
        normalisation: Literal["max", "percentile", "mean_square", "local_balance"] = "mean_square",
        percent: float = 99.9,
        num_steps: int = 8,
        granularity: Literal["layer", "channel", "neuron"] = "channel",
        reset: Literal["subtract", "zero"] = "subtract",
        initial_share: float = 0.5,
        spikes: Literal["binary", "ternary"] = "ternary",
        readout: Literal["membrane", "spike_count"] = "membrane",
    ) -> None:
        rules: dict[str, Any] = {
            "max": "max",
            "percentile": {"percentile": {"percent": percent, "nonzero_only": False}},
            "mean_square": {"mean_square": {"num_steps": num_steps}},
            "local_balance": "local_balance",
        }
        if normalisation not in rules:
            raise ValueError(f"normalisation is {normalisation!r}, allowed are {', '.join(rules)}")
        options = {
            "normalisation": rules[normalisation],
            "granularity": granularity,
            "reset": reset,
            "initial_share": initial_share,
            "spikes": spikes,
            "readout": readout,
        }
        self._options = json.dumps(options)

    def convert(
        self,
        ann_model: Any,
        calibration_data: ArrayLike,
        num_timesteps: int = 256,
        *,
        labels: ArrayLike | None = None,
        evaluation_data: ArrayLike | None = None,
    ) -> ConversionResult:
        """Converts a network and simulates it for `num_timesteps`.

        `labels` are the classes of `evaluation_data`, or of the calibration data if there are none. Without labels the
        class that the trained network gives each sample counts as right: `accuracy_original` is then 1, and
        `accuracy_converted` the share of samples on which both networks agree.
        """
        return self._run(ann_model, np.asarray(calibration_data), num_timesteps, labels, evaluation_data)[0]

    def analyse(
        self,
        ann_model: Any,
        calibration_data: ArrayLike,
        num_timesteps: int = 256,
        *,
        labels: ArrayLike | None = None,
        evaluation_data: ArrayLike | None = None,
    ) -> Conversion:
        """As `convert`, with the accuracy at each step, the spikes and a report of each layer."""
        calibration = np.asarray(calibration_data)
        result, network, spiking = self._run(ann_model, calibration, num_timesteps, labels, evaluation_data)
        classes = network.classes(calibration if evaluation_data is None else evaluation_data)
        report = json.loads(spiking.report)
        return Conversion(
            result=result,
            agreement=float(np.mean(spiking.predictions() == classes)),
            accuracy_by_step=spiking.accuracy_by_step(),
            num_spikes=spiking.num_spikes,
            num_synaptic_operations=spiking.num_synaptic_operations,
            num_multiply_accumulates=spiking.num_multiply_accumulates,
            layers=report["sites"],
            first_to_look_at=report["first_to_look_at"],
        )

    def _run(
        self,
        ann_model: Any,
        calibration: np.ndarray,
        num_timesteps: int,
        labels: ArrayLike | None,
        evaluation_data: ArrayLike | None,
    ) -> tuple[ConversionResult, _core.Network, _core.Spiking]:
        network = _network(ann_model, calibration)
        samples = calibration if evaluation_data is None else evaluation_data
        truth = None if labels is None else _labels(labels)
        spiking = network.convert(calibration, samples, truth, num_timesteps, self._options)
        return ConversionResult(*spiking.result()), network, spiking


def _labels(labels: ArrayLike) -> np.ndarray:
    array = np.asarray(labels)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise TypeError(f"labels have the shape {array.shape} and dtype {array.dtype}; give whole numbers, one a sample")
    return np.ascontiguousarray(array, dtype=np.int64)


def _network(model: Any, samples: np.ndarray) -> _core.Network:
    """The network of whatever holds one."""
    if samples.ndim < 2:
        raise ValueError(f"calibration_data have {samples.ndim} axes; the first counts samples, give at least two axes")
    shape = list(samples.shape[1:])
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        return _core.Network.open(path, shape if path.endswith(".onnx") else None, None)
    if isinstance(model, Mapping):
        weights = {name: np.asarray(array, dtype="<f4") for name, array in model.items() if name != LAYER_LIST}
        layers = model.get(LAYER_LIST) or _dense_layers(weights)
        return _core.Network.from_weights(_safetensors(weights), json.dumps(layers))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return _core.Network.from_onnx(_onnx(torch, model, shape), shape)
    raise TypeError(
        f"ann_model is a {type(model).__name__}; allowed are the path of a model, a dict of weight arrays and a "
        "torch.nn.Module"
    )


def _dense_layers(weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The list of layers of dense layers with rectifiers between them."""
    names = [name.removesuffix(".weight") for name in weights if name.endswith(".weight")]
    known = {f"{name}.{part}" for name in names for part in ("weight", "bias")}
    strange = [name for name in weights if name not in known]
    if not names or strange or any(weights[f"{name}.weight"].ndim != 2 for name in names):
        raise ValueError(
            f"the arrays {', '.join(weights)} are not the weights (out, in) and biases of dense layers alone; say how "
            f'the network is built under the key "{LAYER_LIST}"'
        )
    layers: list[dict[str, Any]] = [{"name": "flatten", "layer": "flatten"}]
    for name in names:
        layers += [{"name": name, "layer": {"dense": {}}}, {"name": f"{name}.relu", "layer": "relu"}]
    return {"input_shape": [weights[f"{names[0]}.weight"].shape[1]], "layers": layers[:-1]}


def _safetensors(weights: Mapping[str, np.ndarray]) -> bytes:
    """Arrays in the safetensors format: the length of a JSON header, the header, the bytes of all arrays."""
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name, array in weights.items():
        parts.append(array.tobytes())
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [end, end + len(parts[-1])]}
        end += len(parts[-1])
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def _onnx(torch: Any, model: Any, shape: Sequence[int]) -> bytes:
    """A module as ONNX, in evaluation mode and for one sample; the module is as it was afterwards."""
    was_training = model.training
    model.eval()
    try:
        sample = torch.zeros((1, *shape), dtype=torch.float32)
        file = io.BytesIO()
        torch.onnx.export(model, (sample,), file, dynamo=False, opset_version=17)
    finally:
        model.train(was_training)
    return file.getvalue()
