"""The examples run, in processes of their own, and find what they claim."""

from __future__ import annotations

import gzip
import pathlib
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import spike_encoder as se
from processes import PACKAGE, ROOT, TooSlow, run
from spike_encoder.arrow import read_parquet

EXAMPLES = PACKAGE / "examples"


def test_dask_with_two_worker_processes_gives_the_spikes_of_one(tmp_path: pathlib.Path) -> None:
    arguments = [str(tmp_path), "--workers", "2", "--files", "5", "--samples", "200"]
    found = run(EXAMPLES / "encode_with_dask.py", *arguments, folder=tmp_path, limit_s=180)
    assert found.returncode == 0, found.stdout
    printed = dict(line.split(": ", 1) for line in found.stdout.splitlines() if ": " in line)
    assert printed["worker processes"] == "2" and printed["workers with batches"] == "2"
    assert re.fullmatch("[0-9a-f]{64}", printed["alone"])
    assert printed["alone"] == printed["5 files"] == printed["6 batches"]
    # The files hold what the encoder itself gives for the pixels.
    images = gzip.decompress((ROOT / "data/mnist/t10k-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16)[: 200 * 784].reshape(200, 784) / 255
    expected = se.NeuromorphicEncoder(se.EncoderConfig(seed=7, normalize_input=False)).encode(pixels, "rate_poisson")
    train = read_parquet(tmp_path / "spikes/part-3.parquet")
    rows = np.split(expected.steps, expected.offsets[1:-1])
    dealt = [row for sample in range(3, 200, 5) for row in rows[sample * 784 : (sample + 1) * 784]]
    assert np.array_equal(train.steps, np.concatenate(dealt))
    assert 0.9 < float(printed["R² of part-0.parquet"])


def test_accuracy_by_steps(tmp_path: pathlib.Path) -> None:
    arguments = [str(ROOT / "data/models/mlp.onnx"), "curve.svg", "--steps", "16", "--samples", "500"]
    found = run(EXAMPLES / "accuracy_by_steps.py", *arguments, folder=tmp_path, limit_s=180)
    assert found.returncode == 0, found.stdout
    shares = [float(share) for share in re.findall(r"after \d+ steps: ([0-9.]+) %", found.stdout)]
    assert len(shares) == 5 and shares[0] < 95 < shares[-1]
    ElementTree.parse(tmp_path / "curve.svg")


def test_a_program_that_hangs_is_ended(tmp_path: pathlib.Path) -> None:
    (tmp_path / "hangs.py").write_text("print('begun', flush=True)\nimport time\ntime.sleep(1000)\n")
    with pytest.raises(TooSlow, match="(?s)hangs.py did not end within 2 s; it printed:\nbegun"):
        run(tmp_path / "hangs.py", folder=tmp_path, limit_s=2)
