#!/usr/bin/env python3
"""Trains the bundled networks and writes them as they are bundled: ONNX, safetensors and reference logits.

    python3 data/models/training/train.py --mnist FOLDER --out FOLDER [mlp cnn_max cnn_avg rescnn attn_relu]

The first FOLDER holds the four files of MNIST (`train-images-idx3-ubyte.gz` and so on). Nothing is downloaded. README.md
says what the recipe reproduces and how closely.
"""
import argparse
import gzip
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import save_file
from torch import nn

from networks import NETWORKS

TRAINING_IMAGES, BATCH, REFERENCE_IMAGES = 55_000, 128, 16
# Passes over the training images, and the peak of the learning rate; README.md says how they were chosen.
RECIPES = {
    "mlp": (15, 3e-3),
    "cnn_max": (5, 1e-2),
    "cnn_avg": (5, 1e-2),
    "rescnn": (5, 1e-2),
    "attn_relu": (10, 5e-3),
}


def idx(path):
    raw = gzip.decompress(path.read_bytes())
    dimensions = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(folder, part):
    images = torch.from_numpy(idx(folder / f"{part}-images-idx3-ubyte.gz").astype(np.float32) / np.float32(255))
    labels = torch.from_numpy(idx(folder / f"{part}-labels-idx1-ubyte.gz").astype(np.int64))
    return images.unsqueeze(1), labels


def train(name, images, labels, seed):
    """Adam with a one-cycle learning rate; the last batch of an epoch, being smaller, is left out."""
    torch.manual_seed(seed)
    model = NETWORKS[name]()
    (epochs, peak), steps = RECIPES[name], len(images) // BATCH
    optimizer = torch.optim.Adam(model.parameters(), lr=peak)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=epochs * steps)
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        order, total = torch.randperm(len(images)), 0.0
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            optimizer.zero_grad()
            loss = loss_of(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"{name}: epoch {epoch + 1} of {epochs}, training loss {total / steps:.4f}", flush=True)
    return model.eval()


def accuracy(model, images, labels):
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return 100 * hits / len(labels)


def export(name, model, images, labels, out):
    with torch.no_grad():
        reference = {
            "input": images[:REFERENCE_IMAGES].contiguous(),
            "label": labels[:REFERENCE_IMAGES].contiguous(),
            "logits": model(images[:REFERENCE_IMAGES]).contiguous(),
        }
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out / f"{name}.safetensors")
    save_file(reference, out / f"{name}.ref.safetensors")
    path = out / f"{name}.onnx"
    # The default mode would merge BatchNorm into convolutions, constant folding would rename transposed weights.
    torch.onnx.export(
        model,
        (images[:2],),
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}},
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits = session.run(None, {"input": reference["input"].numpy()})[0]
    difference = np.abs(logits - reference["logits"].numpy()).max()
    if difference > 1e-4:
        raise SystemExit(f"{name}: onnxruntime differs from PyTorch by {difference}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, required=True, help="folder with the four files of MNIST")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=0, help="of initial weights, order of images and dropout")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch; sums and so weights depend on it")
    parser.add_argument("models", nargs="*", help=f"of {', '.join(NETWORKS)}; all by default")
    arguments = parser.parse_args()
    unknown = set(arguments.models) - set(NETWORKS)
    if unknown:
        parser.error(f"unknown models {', '.join(sorted(unknown))}; there are {', '.join(NETWORKS)}")
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    images, labels = load(arguments.mnist, "train")
    held_out = images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:]
    images, labels = images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES]
    test_images, test_labels = load(arguments.mnist, "t10k")
    for name in arguments.models or NETWORKS:
        start = time.perf_counter()
        model = train(name, images, labels, arguments.seed)
        export(name, model, test_images, test_labels, arguments.out)
        parameters = sum(p.numel() for p in model.parameters())
        print(
            f"{name}: {parameters} parameters, {accuracy(model, test_images, test_labels):.2f} % of "
            f"{len(test_labels)} test images, {accuracy(model, *held_out):.2f} % of {len(held_out[1])} held out, "
            f"{time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
