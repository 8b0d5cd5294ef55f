"""PyTorch, snnTorch and SpikingJelly take the spikes; modules are converted."""

from __future__ import annotations

import numpy as np
import pytest
import snntorch
import torch
from spikingjelly.activation_based.neuron import IFNode

import spike_encoder as se

DATA = np.random.default_rng(1).random((4, 6))
TRAIN = se.NeuromorphicEncoder(se.EncoderConfig(seed=7)).encode_rate(DATA, 20.0)


def test_tensors_are_time_first_and_share_memory() -> None:
    tensor = TRAIN.to_torch()
    assert tensor.shape == (200, 4, 6) and tensor.dtype == torch.float32 and tensor.is_contiguous()
    assert np.array_equal(tensor.numpy(), TRAIN.to_numpy("TBN"))
    array = TRAIN.to_numpy("BNT", "float32")
    for shared in (torch.from_numpy(array), torch.from_dlpack(array)):
        shared[0, 0, 0] = 5.0
        assert array[0, 0, 0] == 5.0
        shared[0, 0, 0] = 0.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.uint8, torch.int32, torch.bool])
def test_element_types(dtype: torch.dtype) -> None:
    tensor = TRAIN.to_torch("BNT", dtype)
    assert tensor.dtype == dtype and tensor.sum().item() == TRAIN.total_spikes
    with pytest.raises(TypeError, match="allowed are torch.float32"):
        TRAIN.to_torch(dtype=torch.complex64)


def test_tensors_go_in() -> None:
    encoder = se.NeuromorphicEncoder(se.EncoderConfig(seed=7))
    assert encoder.encode_rate(torch.from_numpy(DATA), 20.0) == TRAIN
    single = torch.from_numpy(DATA).float()
    assert encoder.encode_rate(single, 20.0) == encoder.encode_rate(single.numpy(), 20.0)


def test_snntorch_neurons_pass_every_spike_on() -> None:
    neuron = snntorch.Leaky(beta=0.0, threshold=0.5, reset_mechanism="none")
    membrane = neuron.init_leaky()
    steps = []
    for step in TRAIN.to_torch():
        spikes, membrane = neuron(step, membrane)
        steps.append(spikes)
    assert torch.equal(torch.stack(steps), TRAIN.to_torch())


def test_spikingjelly_neurons_pass_every_spike_on() -> None:
    neuron = IFNode(v_threshold=0.5, v_reset=0.0, step_mode="m")
    with torch.no_grad():
        assert torch.equal(neuron(TRAIN.to_torch()), TRAIN.to_torch())


def test_a_module_is_converted_as_its_weights_are() -> None:
    torch.manual_seed(3)
    module = torch.nn.Sequential(
        torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(16, 3)
    )
    module.train()
    weights = {name: value.detach().numpy() for name, value in module.state_dict().items()}
    samples = np.random.default_rng(2).random((200, 6)).astype("f4")
    labels = module.eval()(torch.from_numpy(samples)).argmax(dim=1).numpy()
    module.train()
    converter = se.ANNtoSNNConverter()
    of_module = converter.convert(module, samples, 128, labels=labels)
    of_weights = converter.convert(weights, samples, 128, labels=labels)
    assert module.training
    assert of_module.accuracy_original == of_weights.accuracy_original == 1.0
    assert of_module.accuracy_converted == of_weights.accuracy_converted
    assert 0.97 <= of_module.accuracy_converted
    found, expected = of_module.normalization_factors.values(), of_weights.normalization_factors.values()
    assert list(found) == pytest.approx(list(expected), rel=1e-6)
    arrays = zip(of_module.snn_weights.values(), of_weights.snn_weights.values())
    assert all(np.allclose(one, other, rtol=1e-5) for one, other in arrays)


def test_convolutions_are_exported() -> None:
    torch.manual_seed(4)
    module = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(4 * 4 * 4, 5),
    ).eval()
    samples = np.random.default_rng(5).random((100, 1, 8, 8)).astype("f4")
    conversion = se.ANNtoSNNConverter().analyse(module, samples, 256)
    assert 0.95 <= conversion.agreement
    assert conversion.result.accuracy_original == 1.0
    assert conversion.accuracy_by_step[-1] == conversion.agreement
