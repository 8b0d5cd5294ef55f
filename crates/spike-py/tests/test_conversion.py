"""Conversion of trained networks: the bundled ones, dicts of weights, and what is reported."""

from __future__ import annotations

import dataclasses
import gzip
import json
import pathlib
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pytest

import spike_encoder as se

DATA = pathlib.Path(__file__).resolve().parents[3] / "data"


def idx(name: str, offset: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress((DATA / "mnist" / name).read_bytes()), dtype=np.uint8, offset=offset)


IMAGES = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:400] / 255
LABELS = idx("t10k-labels-idx1-ubyte.gz", 8)[:400]
CALIBRATION = idx("calibration-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:200] / 255


def safetensors(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays of a file, read by the layout of the format."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[8 + length :][slice(*entry["data_offsets"])], dtype="<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if entry["dtype"] == "F32"
    }


def mlp() -> dict[str, Any]:
    return dict(safetensors(DATA / "models" / "mlp.safetensors"))


def test_a_bundled_network_keeps_its_accuracy() -> None:
    converter = se.ANNtoSNNConverter()
    path = DATA / "models" / "mlp.onnx"
    found = converter.analyse(path, CALIBRATION, 128, labels=LABELS, evaluation_data=IMAGES)
    result = found.result
    assert result.accuracy_original == pytest.approx(0.9844, abs=0.02)
    # The target of the specification: less than 2 % relative.
    assert result.accuracy_loss_pct < 2.0
    loss = 100 * (result.accuracy_original - result.accuracy_converted) / result.accuracy_original
    assert result.accuracy_loss_pct == pytest.approx(loss, rel=1e-12)
    assert found.accuracy_by_step.shape == (128,)
    assert found.accuracy_by_step[-1] == result.accuracy_converted
    assert found.accuracy_by_step[0] < found.accuracy_by_step[-1]
    assert result.num_timesteps_simulated == 128 and 0 < result.conversion_time_s
    assert found.num_spikes < found.num_synaptic_operations
    assert found.num_multiply_accumulates == 784 * 256 + 256 * 128 + 128 * 10
    curve = ElementTree.fromstring(found.plot().svg).find(".//{http://www.w3.org/2000/svg}polyline")
    assert curve is not None and len(curve.get("points", "").split()) == 128
    assert found._repr_svg_() == found.plot().svg
    assert [layer["layer"] for layer in found.layers] == ["Relu", "Relu"]


def test_files_and_arrays_give_the_same_network() -> None:
    weights = mlp()
    listed = {**weights, "layer_list": json.loads((DATA / "models" / "mlp.json").read_text())}
    convert = se.NeuromorphicEncoder().convert_ann_to_snn
    path = str(DATA / "models" / "mlp.safetensors")
    of_file = convert(path, CALIBRATION, 32, labels=LABELS, evaluation_data=IMAGES)
    of_list = convert(listed, CALIBRATION, 32, labels=LABELS, evaluation_data=IMAGES)
    flat = CALIBRATION.reshape(len(CALIBRATION), -1)
    of_dict = convert(weights, flat, 32, labels=LABELS, evaluation_data=IMAGES.reshape(len(IMAGES), -1))
    time = of_file.conversion_time_s
    assert dataclasses.replace(of_list, conversion_time_s=time) == of_file
    assert dataclasses.replace(of_dict, conversion_time_s=time) == of_file
    assert list(of_file.threshold_balancing) == ["fc1", "fc2", "fc3"]


@pytest.mark.parametrize("granularity", ["layer", "channel"])
def test_weights_are_normalised_for_thresholds_of_1(granularity: Literal["layer", "channel"]) -> None:
    weights = mlp()
    samples = CALIBRATION.reshape(200, -1)
    result = se.ANNtoSNNConverter(normalisation="max", granularity=granularity).convert(weights, samples, 8)
    assert list(result.snn_weights) == ["fc1", "fc1.bias", "fc2", "fc2.bias", "fc3", "fc3.bias"]
    # Activations of the normalised network never exceed 1 on the samples that it was normalised by.
    first = np.maximum(samples @ result.snn_weights["fc1"].T + result.snn_weights["fc1.bias"], 0)
    second = np.maximum(first @ result.snn_weights["fc2"].T + result.snn_weights["fc2.bias"], 0)
    outputs = second @ result.snn_weights["fc3"].T + result.snn_weights["fc3.bias"]
    assert first.max() == pytest.approx(1.0, rel=1e-5) and second.max() == pytest.approx(1.0, rel=1e-5)
    # W' = W * before / after, and nothing is behind the last layer: its outputs are those of the trained network.
    plain = np.maximum(samples @ weights["fc1.weight"].T + weights["fc1.bias"], 0)
    plain = np.maximum(plain @ weights["fc2.weight"].T + weights["fc2.bias"], 0)
    assert np.allclose(outputs, plain @ weights["fc3.weight"].T + weights["fc3.bias"], rtol=1e-4, atol=1e-4)


def test_thresholds_are_the_largest_activations() -> None:
    weights = mlp()
    samples = CALIBRATION.reshape(len(CALIBRATION), -1)
    first = np.maximum(samples @ weights["fc1.weight"].T + weights["fc1.bias"], 0)
    second = np.maximum(first @ weights["fc2.weight"].T + weights["fc2.bias"], 0)
    result = se.ANNtoSNNConverter(normalisation="max", granularity="layer").convert(weights, samples, 8)
    assert result.normalization_factors["fc1"] == pytest.approx(first.max(), rel=1e-5)
    assert result.normalization_factors["fc2"] == pytest.approx(second.max(), rel=1e-5)
    # v_thresh = λ_l / λ_(l-1), the input counting as 1; the last layer is read from its membrane.
    assert result.threshold_balancing["fc1"] == pytest.approx(first.max(), rel=1e-5)
    assert result.threshold_balancing["fc2"] == pytest.approx(second.max() / first.max(), rel=1e-5)
    assert result.normalization_factors["fc3"] == 1.0


def test_without_labels_the_trained_network_is_right() -> None:
    found = se.ANNtoSNNConverter().analyse(mlp(), CALIBRATION.reshape(200, -1), 64)
    result = found.result
    assert result.accuracy_original == 1.0
    assert 0.95 < result.accuracy_converted == found.agreement <= 1.0
    assert result.accuracy_loss_pct == pytest.approx(100 * (1 - found.agreement))
    # The operation of the specification, which takes no labels.
    operation: se.NeuromorphicEncoderProtocol = se.NeuromorphicEncoder()
    of_protocol = operation.convert_ann_to_snn(mlp(), CALIBRATION.reshape(200, -1), 64)
    assert dataclasses.replace(of_protocol, conversion_time_s=result.conversion_time_s) == result


def test_a_poor_conversion_is_explained() -> None:
    dark = CALIBRATION.reshape(200, -1) * 0.02
    found = se.ANNtoSNNConverter(normalisation="max").analyse(
        {name: array for name, array in mlp().items() if "bias" not in name},
        dark,
        32,
        labels=LABELS,
        evaluation_data=IMAGES.reshape(400, -1),
    )
    assert found.result.accuracy_loss_pct > 2.0


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({}, "say how the network is built under the key"),
        ({"conv.weight": np.ones((2, 1, 3, 3))}, "conv.weight are not the weights"),
        ({"fc.weight": np.ones((2, 3)), "scale": np.ones(1)}, "layer_list"),
        ({"fc.weight": np.ones((2, 5))}, "5 values"),
    ],
)
def test_models_that_are_not_clear_are_refused(model: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        se.NeuromorphicEncoder().convert_ann_to_snn(model, np.ones((4, 3)))


def test_labels_and_steps_are_checked() -> None:
    convert = se.ANNtoSNNConverter().convert
    samples = CALIBRATION.reshape(200, -1)
    with pytest.raises(ValueError, match="400 labels for 200 samples|give one for each"):
        convert(mlp(), samples, 4, labels=LABELS)
    with pytest.raises(TypeError, match="give whole numbers, one a sample"):
        convert(mlp(), samples, 4, labels=np.ones(200))
    with pytest.raises(ValueError, match="num_timesteps is 0"):
        convert(mlp(), samples, 0)
    with pytest.raises(ValueError, match="normalisation is 'mean'"):
        se.ANNtoSNNConverter(normalisation="mean")  # type: ignore[arg-type]
