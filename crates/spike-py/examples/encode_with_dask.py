"""Encodes the bundled digits with worker processes of Dask, and shows that the spikes do not depend on the division.

    python crates/spike-py/examples/encode_with_dask.py OUT [--workers 2] [--files 4] [--samples 500]

Writes the digits as Parquet files into OUT/digits and their spikes into OUT/spikes, once alone and once by workers, and
decodes them. Needs `pip install ".[dask]"`.
"""

from __future__ import annotations

import argparse
import gzip
import os
import pathlib
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client, LocalCluster

import spike_encoder as se
from spike_encoder.arrow import BatchEncoder, read_parquet, spikes_sha256

MNIST = pathlib.Path(__file__).resolve().parents[3] / "data/mnist"


def digits(samples: int) -> Any:
    """The first digits of the test set as a table: index, label, pixels."""
    pixels = np.frombuffer(gzip.decompress((MNIST / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((MNIST / "t10k-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(pixels[: samples * 784]), 784)
    return pa.table({"id": np.arange(samples), "label": labels[:samples], "pixels": lists})


def written(table: Any, folder: pathlib.Path, files: int) -> list[pathlib.Path]:
    """The table as files, whose rows are dealt like cards."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"part-{i}.parquet" for i in range(files)]
    for i, path in enumerate(paths):
        pq.write_table(table.take(np.arange(i, table.num_rows, files)), path)
    return paths


def pieces(table: Any, rows: int) -> list[Any]:
    """Batches with memory of their own: a slice of a table would be sent with all rows of the table."""
    starts = range(0, table.num_rows, rows)
    parts = (table.take(np.arange(start, min(start + rows, table.num_rows))) for start in starts)
    return [part.combine_chunks().to_batches()[0] for part in parts]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--samples", type=int, default=500)
    arguments = parser.parse_args()

    table = digits(arguments.samples)
    sources = written(table, arguments.out / "digits", arguments.files)
    encoder = BatchEncoder(
        se.EncoderConfig(seed=7), column="pixels", num_channels=784, input_range=(0.0, 255.0), sample_column="id"
    )
    alone = spikes_sha256([encoder.encode_table(table)], "id")
    print(f"alone: {alone}")

    spikes = arguments.out / "spikes"
    spikes.mkdir(exist_ok=True)
    # No dashboard: it would take a port.
    cluster = LocalCluster(n_workers=arguments.workers, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, Client(cluster) as client:
        processes = set(client.run(os.getpid).values())
        print(f"worker processes: {len(processes - {os.getpid()})}")
        files = encoder.encode_files(sources, spikes, client)
        tasks = client.map(encoder.encode_batch, pieces(table, 37))
        batches = client.gather(tasks)
        holders = {worker for workers in client.who_has(tasks).values() for worker in workers}
        print(f"workers with batches: {len(holders)}")
    of_files = spikes_sha256((pq.read_table(path) for path in files), "id")
    of_batches = spikes_sha256(batches, "id")
    print(f"{len(files)} files: {of_files}")
    print(f"{len(batches)} batches: {of_batches}")

    train = read_parquet(files[0])
    original = np.stack(pq.read_table(sources[0])["pixels"].to_numpy())
    r2 = se.SpikeDecoder().decode(train, original=original).reconstruction_r2
    print(f"R² of {os.path.basename(files[0])}: {r2:.4f}")
    return int(not alone == of_files == of_batches)


# Workers import this file anew.
if __name__ == "__main__":
    sys.exit(main())
