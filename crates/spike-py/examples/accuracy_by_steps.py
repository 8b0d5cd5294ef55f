"""Converts a trained network to a spiking one and plots its accuracy by the number of steps.

    python crates/spike-py/examples/accuracy_by_steps.py data/models/cnn_max.onnx curve.svg [--steps 32] [--samples 1000]

Thresholds follow from the bundled digits of the training set, accuracies from the first digits of the test set.
"""

from __future__ import annotations

import argparse
import gzip
import pathlib
import sys

import numpy as np

import spike_encoder as se

MNIST = pathlib.Path(__file__).resolve().parents[3] / "data/mnist"


def idx(name: str, header: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress((MNIST / name).read_bytes()), dtype=np.uint8, offset=header)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, help="an ONNX network for images of 1 x 28 x 28")
    parser.add_argument("figure", type=pathlib.Path, help="the SVG file to write")
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--samples", type=int, default=1000)
    arguments = parser.parse_args()

    calibration = idx("calibration-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28) / 255
    images = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[: arguments.samples] / 255
    labels = idx("t10k-labels-idx1-ubyte.gz", 8)[: arguments.samples]

    conversion = se.ANNtoSNNConverter().analyse(
        arguments.model, calibration, arguments.steps, labels=labels, evaluation_data=images
    )
    print(f"trained network: {100 * conversion.result.accuracy_original:.2f} %")
    for step in (2**i for i in range(arguments.steps.bit_length())):
        print(f"after {step} steps: {100 * conversion.accuracy_by_step[step - 1]:.2f} %")
    print(f"loss: {conversion.result.accuracy_loss_pct:.3f} %")
    operations = conversion.num_synaptic_operations / len(images)
    print(f"additions per image in {arguments.steps} steps: {operations:.0f}")
    print(f"multiplications of the trained network per image: {conversion.num_multiply_accumulates}")
    if conversion.first_to_look_at is not None:
        print(f"the layer to look at first: {conversion.first_to_look_at}")
    conversion.plot().save(str(arguments.figure))
    return 0


if __name__ == "__main__":
    sys.exit(main())
